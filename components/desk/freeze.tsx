'use client';

import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useHandOver } from '@/components/board/hand-over';
import { writeText } from '@/components/board/write';
import { onSecond, useBoardStore } from '@/lib/board/hooks';
import { createFrozenOrder, type FrozenOrder } from '@/lib/board/order';
import { useAction } from './actions';

/** Holds the rows where they are, while their prices go on, from one press to the next. */
export function Freeze() {
  const store = useBoardStore();
  const [frozen, setFrozen] = useState<FrozenOrder | null>(null);
  const toggle = () => setFrozen((before) => (before ? null : createFrozenOrder()));
  useAction({
    id: 'freeze',
    label: frozen ? 'Release the order of the rows' : 'Freeze the order of the rows',
    group: 'View',
    key: 'f',
    run: toggle,
  });
  useEffect(() => {
    store.orderRows(frozen?.arrange ?? null);
    return () => store.orderRows(null);
  }, [store, frozen]);
  return frozen && <Badge frozen={frozen} onRelease={toggle} />;
}

function waitingText(count: number): string {
  return `${count.toLocaleString('en')} waiting`;
}

/** Says that rows wait, and how many: once a second is soon enough, and none of it is announced but that they do. */
function Badge({ frozen, onRelease }: { frozen: FrozenOrder; onRelease: () => void }) {
  const [main] = useState(() => document.querySelector('main'));
  const badge = useRef<HTMLDivElement>(null);
  const count = useRef<HTMLSpanElement>(null);
  useHandOver(badge);
  useEffect(
    () => onSecond(() => writeText(count.current, waitingText(frozen.waiting()))),
    [frozen],
  );
  return (
    main &&
    createPortal(
      <div
        ref={badge}
        className="absolute bottom-2 left-2 z-30 flex items-center gap-2 rounded-control border border-accent bg-surface-overlay py-1 pr-1 pl-2.5 text-detail text-ink tabular-nums shadow-[0_8px_24px_rgb(0_0_0/0.5)]"
      >
        <span role="status">Order frozen</span>
        <span className="text-ink-muted">
          <span aria-hidden="true">· </span>
          <span ref={count}>{waitingText(0)}</span>
        </span>
        <button
          type="button"
          onClick={onRelease}
          className="h-5 rounded-[3px] border border-line px-1.5 text-label hover:bg-surface-hover"
        >
          Release
          <span aria-hidden="true" className="compact:hidden pl-1.5 text-ink-muted">
            f
          </span>
        </button>
      </div>,
      main,
    )
  );
}
