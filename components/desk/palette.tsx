'use client';

import { useCallback, useEffect, useState } from 'react';
import { usePart } from '@/components/ui/use-part';
import { useAction } from './actions';

const loadDialog = () => import('./palette-dialog');

/** All that can be done or looked at, found by typing: `k`, and Ctrl or Cmd with it, also where one types. */
export function Palette() {
  const [isOpen, setIsOpen] = useState(false);
  const [Dialog, want] = usePart(loadDialog);
  const open = useCallback(() => {
    want();
    setIsOpen(true);
  }, [want]);
  const close = useCallback(() => setIsOpen(false), []);
  useAction({
    id: 'palette',
    label: 'Find an action, league, market or fixture',
    group: 'Go to',
    key: 'k',
    run: open,
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || event.altKey || event.shiftKey) return;
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      open();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [open]);
  return isOpen && Dialog ? <Dialog onClose={close} /> : null;
}
