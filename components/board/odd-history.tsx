'use client';

import { type RefObject, useEffect } from 'react';
import { useOpenHistory } from '@/lib/board/address';

/** Opens the history of whichever cell inside `grid` is clicked, or gets Enter, and closes that which is open. */
export function OddHistory({ grid }: { grid: RefObject<HTMLElement | null> }) {
  const [id, open] = useOpenHistory();
  useEffect(() => {
    const element = grid.current;
    if (!element) return;
    const toggle = (target: EventTarget | null) => {
      const cell = target instanceof Element ? target.closest<HTMLElement>('[data-odd-id]') : null;
      const next = cell?.dataset.oddId;
      if (next === undefined) return false;
      open(next === id ? null : next);
      return true;
    };
    const onClick = (event: MouseEvent) => {
      // Somebody who marks a price to copy it asks for nothing else.
      if (window.getSelection()?.isCollapsed !== false) toggle(event.target);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Enter' && toggle(event.target)) event.preventDefault();
    };
    element.addEventListener('click', onClick);
    element.addEventListener('keydown', onKeyDown);
    return () => {
      element.removeEventListener('click', onClick);
      element.removeEventListener('keydown', onKeyDown);
    };
  }, [grid, id, open]);
  return null;
}
