'use client';

import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';
import { useStore } from 'zustand';
import { isInSight } from '@/components/ui/is-in-sight';
import { alternatesOf, incoherencesOf, isOfPrices } from '@/lib/board/coherence';
import { onSecond, useBoardStore } from '@/lib/board/hooks';
import { cutsLines, type SidedOdd, wholeLine } from '@/lib/board/pair';
import { resettlementsOf } from '@/lib/board/resettlements';
import type { LineRow } from '@/lib/board/rows';
import type { BoardStore } from '@/lib/board/store';
import type { LineMarkProps } from './line-parts';

/** The header is the first row of the grid, and every item of this view is one row. */
const FIRST_ROW = 2;

function textOf(
  store: BoardStore,
  line: ReturnType<typeof wholeLine>,
  alternates: readonly LineRow[],
): string {
  const { book, moves, figures } = store.getState();
  const before = resettlementsOf(store);
  const oddsOf = (line: ReturnType<typeof wholeLine>): SidedOdd[] =>
    line.map(({ id, side }) => ({ odd: book.odds.get(id), side }));
  const found = incoherencesOf(
    oddsOf(line),
    alternates.map(({ odds }) => oddsOf(odds)),
    {
      movedAt: (id) => moves.get(id)?.at ?? null,
      settledBefore: (id) => before.get(id) ?? null,
      now: Date.now(),
    },
  );
  // Of prices that the board does not show just now nothing is told.
  const told = figures === 'current' ? found : found.filter((one) => !isOfPrices(one));
  return [...new Set(told.map(({ text }) => text))].join('\n');
}

/**
 * A mark beside a line that contradicts itself or its alternates; what it means is told on hover, and where the line's
 * header has the focus. Looked for once a second: what lasts less is no contradiction but a change under way.
 */
export default function LineMark({ row, query, rowIndex, shown }: LineMarkProps) {
  const store = useBoardStore();
  const [, render] = useReducer((count: number) => count + 1, 0);
  // Other prices are shown at once, and what is told of them with them.
  useStore(store, ({ figures }) => figures);
  const isCut = cutsLines(query);
  const line = useMemo(() => wholeLine(store.getState().book, row, isCut), [store, row, isCut]);
  const read = useCallback(
    () => textOf(store, line, alternatesOf(shown.current, rowIndex - FIRST_ROW, row)),
    [store, line, row, shown, rowIndex],
  );
  const text = read();
  const told = useRef(text);
  useEffect(() => {
    told.current = text;
  });
  useEffect(
    () =>
      onSecond(() => {
        if (read() !== told.current) render();
      }),
    [read],
  );
  return text === '' ? null : <Mark key={row.key} text={text} />;
}

function Mark({ text }: { text: string }) {
  const mark = useRef<HTMLSpanElement>(null);
  const [at, setAt] = useState<DOMRect | null>(null);
  const show = useCallback(() => setAt(mark.current?.getBoundingClientRect() ?? null), []);
  const hide = useCallback(() => setAt(null), []);
  // The header is reached by the arrow keys for as long as it has something to tell.
  useLayoutEffect(() => {
    const header = mark.current?.closest<HTMLElement>('[role="rowheader"]');
    if (!header) return;
    header.dataset.stop = '';
    header.addEventListener('focus', show);
    header.addEventListener('blur', hide);
    return () => {
      delete header.dataset.stop;
      header.removeEventListener('focus', show);
      header.removeEventListener('blur', hide);
    };
  }, [show, hide]);
  const isShown = at !== null;
  useEffect(() => {
    if (!isShown) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') hide();
    };
    const onScroll = () => {
      const header = mark.current?.closest<HTMLElement>('[role="rowheader"]');
      // The focus goes where a key leads before that is scrolled into sight: what is told there stands beside it.
      if (header && header === document.activeElement && isInSight(header)) show();
      else hide();
    };
    document.addEventListener('scroll', onScroll, true);
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('scroll', onScroll, true);
      document.removeEventListener('keydown', onKeyDown);
    };
  }, [isShown, show, hide]);
  const sentences = useMemo(() => text.split('\n'), [text]);
  return (
    <>
      <span
        ref={mark}
        data-incoherent
        aria-hidden="true"
        className="line-mark"
        onPointerEnter={show}
        onPointerLeave={hide}
      >
        !
      </span>
      <span className="heard">{`Check: ${sentences.join(' ')}`}</span>
      {at &&
        createPortal(
          <div
            role="tooltip"
            className="pointer-events-none fixed z-50 max-w-80 rounded-control border border-line bg-surface-overlay px-2.5 py-1.5 text-detail text-ink shadow-[0_8px_24px_rgb(0_0_0/0.5)]"
            style={
              at.bottom > window.innerHeight - 100
                ? { left: at.left, bottom: window.innerHeight - at.top + 4 }
                : { left: at.left, top: at.bottom + 4 }
            }
          >
            {sentences.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>,
          document.body,
        )}
    </>
  );
}
