'use client';

import { useEffect } from 'react';
import { usePart } from '@/components/ui/use-part';

const loadDesk = () => import('./desk');

/** Room for the desk, which comes when the board stands: nothing of it is needed to see prices. */
export function DeskSlot() {
  const [Desk, want] = usePart(loadDesk);
  useEffect(() => {
    // What a link opens is waited for. Asked of the URL's own reader it would cost the first load a part more.
    if (/[?&]history=/.test(location.search)) want();
    // Safari has no idle callback.
    if (typeof requestIdleCallback !== 'function') return;
    const idle = requestIdleCallback(want, { timeout: 2_000 });
    return () => cancelIdleCallback(idle);
  }, [want]);
  return Desk ? <Desk /> : <div className="w-10 shrink-0 compact:hidden" />;
}
