'use client';

import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import { useHandOver } from '@/components/board/hand-over';
import { useBoardStore } from '@/lib/board/hooks';
import type { Figures as Shown } from '@/lib/board/store';
import { useAction } from './actions';

type Other = Exclude<Shown, 'current'>;

const KEYS: Record<Other, string> = { previous: 'q', opening: 'o' };

const WORDS: Record<Other, { title: string; about: string }> = {
  previous: { title: 'Previous prices', about: 'before the last move' },
  opening: { title: 'Opening prices', about: 'this server’s first' },
};

/** Shows the whole board's previous or opening prices while a key is held, or from one press to the next. */
export function Figures() {
  const store = useBoardStore();
  const figures = useStore(store, (state) => state.figures);
  const flip = (to: Other) => store.showFigures(store.getState().figures === to ? 'current' : to);
  useAction({
    id: 'previous prices',
    label: 'Previous prices, while held or until pressed again',
    group: 'Prices',
    key: KEYS.previous,
    run: () => flip('previous'),
  });
  useAction({
    id: 'opening prices',
    label: 'Opening prices, while held or until pressed again',
    group: 'Prices',
    key: KEYS.opening,
    run: () => flip('opening'),
  });

  useEffect(() => {
    if (figures === 'current') return;
    document.documentElement.dataset.figures = figures;
    // A key that repeats is held, not pressed: the board goes back when it is let go.
    let isHeld = false;
    const onKeyDown = ({ key, repeat }: KeyboardEvent) => {
      if (repeat && key.toLowerCase() === KEYS[figures]) isHeld = true;
    };
    const onKeyUp = ({ key }: KeyboardEvent) => {
      if (isHeld && key.toLowerCase() === KEYS[figures]) store.showFigures('current');
    };
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keyup', onKeyUp);
    return () => {
      delete document.documentElement.dataset.figures;
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keyup', onKeyUp);
    };
  }, [store, figures]);
  // A board that is left flipped must not be so when the desk is gone, and the way back with it.
  useEffect(() => () => store.showFigures('current'), [store]);

  if (figures === 'current') return null;
  return <Banner figures={figures} onBack={() => store.showFigures('current')} />;
}

/**
 * A frame around the grid, and words where its header names the fixtures' column: nothing else of the board is covered,
 * and nothing moves.
 */
function Banner({ figures, onBack }: { figures: Other; onBack: () => void }) {
  const [main] = useState(() => document.querySelector('main'));
  const banner = useRef<HTMLDivElement>(null);
  useHandOver(banner);
  useAction({
    id: 'current prices',
    label: 'Back to current prices',
    group: 'Prices',
    key: 'Escape',
    run: onBack,
  });
  const { title, about } = WORDS[figures];
  return (
    main &&
    createPortal(
      <div
        ref={banner}
        className="pointer-events-none absolute inset-0 z-30 border-2 border-accent"
      >
        <div className="pointer-events-auto flex h-[26px] w-fit max-w-full items-center gap-2 bg-accent pr-1 pl-3 text-surface">
          <span role="status" className="truncate text-name">
            <strong className="font-semibold">{title}</strong>
            <span className="max-[100rem]:sr-only">, {about}</span>
          </span>
          <button
            type="button"
            onClick={onBack}
            className="h-5 shrink-0 rounded-[3px] bg-surface px-1.5 text-label text-ink hover:bg-surface-hover"
          >
            Current prices
            <span aria-hidden="true" className="compact:hidden pl-1.5 text-ink-muted">
              Esc
            </span>
          </button>
        </div>
      </div>,
      main,
    )
  );
}
