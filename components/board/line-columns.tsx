// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
'use client';

import { useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import { useBoardStore } from '@/lib/board/hooks';
import { cutsLines, type PairTexts, pairTexts, wholeLine } from '@/lib/board/pair';
import type { LineColumn } from '@/lib/protocol/filter';
import type { LineColumnsProps } from './line-parts';
import { writeAttribute, writeText } from './write';

/** Places of the sides of a line. */
const PLACES = [0, 1, 2];

/**
 * What a column says: its figures, else in words why there are none. Said once: the columns after the first one have a
 * dash.
 */
function textsOf(texts: PairTexts, column: LineColumn, isFirst: boolean): string[] {
  if (texts.reason !== null) return [isFirst ? texts.reason : '–'];
  return ['', ...(column === 'hold' ? [texts.hold] : texts.fair)];
}

/** The optional columns of a line, written once per frame in which one of its odds changed, and never rendered for it. */
export default function LineColumns({ row, query, slots, columnIndex }: LineColumnsProps) {
  const store = useBoardStore();
  const cells = useRef<(HTMLDivElement | null)[]>([]);
  const { book } = store.getState();
  // A filter may have left out a side that is held all the same.
  const isCut = cutsLines(query);
  const line = useMemo(() => wholeLine(book, row, isCut), [book, row, isCut]);
  const read = useCallback(
    () =>
      pairTexts(
        line.map(({ id, side }) => ({ odd: book.odds.get(id), side })),
        query.odds,
      ),
    [line, book, query.odds],
  );
  const { column: columns } = query;
  const write = useCallback(() => {
    const texts = read();
    for (const [index, column] of columns.entries()) {
      const written = textsOf(texts, column, index === 0);
      const cell = cells.current[index];
      writeAttribute(cell, 'data-reason', written[0] ? '' : null);
      for (const [place, element] of [...(cell?.children ?? [])].entries()) {
        writeText(element, written[place] ?? '');
      }
    }
  }, [read, columns]);
  useLayoutEffect(() => {
    const stops = line.map(({ id }) => store.watchOdd(id, write));
    return () => {
      for (const stop of stops) stop();
    };
  }, [store, line, write]);
  // After React wrote: what it takes for unchanged may have been written over since.
  useLayoutEffect(write);
  const texts = read();
  return columns.map((column, index) => {
    const written = textsOf(texts, column, index === 0);
    return (
      <div
        key={column}
        ref={(element) => {
          cells.current[index] = element;
        }}
        role="gridcell"
        tabIndex={-1}
        aria-colindex={columnIndex + index}
        data-column={column}
        data-reason={written[0] ? '' : undefined}
        className="line-column"
      >
        <span className="line-reason">{written[0]}</span>
        {PLACES.slice(0, column === 'hold' ? 1 : slots).map((side) => (
          <span key={side}>{written[side + 1] ?? ''}</span>
        ))}
      </div>
    );
  });
}
