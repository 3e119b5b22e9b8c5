// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
'use client';

import {
  type AnimationEvent,
  memo,
  type RefObject,
  useLayoutEffect,
  useReducer,
  useRef,
} from 'react';
import { PadlockIcon } from '@/components/ui/icons';
import { formatMomentShort } from '@/lib/board/format';
import { useBoardStore } from '@/lib/board/hooks';
import {
  type BoardState,
  type BoardStore,
  type Figures,
  type Move,
  shownPrice,
} from '@/lib/board/store';
import type { Odd } from '@/lib/protocol/events';
import type { BoardQuery } from '@/lib/protocol/filter';
import { type FigureStyle, formatPrice, type OddsFormat, pointsText } from '@/lib/protocol/price';
import { startFlash, stopFlash } from './flash';
import { SettlementBadge, settlementWords } from './settlement-badge';
import { writeAttribute, writeText } from './write';

/** WCAG 2.3.1: nothing flashes more than three times a second. */
const FLASH_GAP_MS = 334;

/** Text with the minus that programs and screen readers know. */
function ascii(text: string): string {
  return text.replaceAll('−', '-');
}

/** A cell in words: the bet, its price, its state. Silent until somebody goes there. */
export function cellName(
  odd: Odd,
  format: OddsFormat,
  move: Move | undefined,
  figures: Figures = 'current',
  isDead = false,
): string {
  const shown = shownPrice(odd, figures);
  const price = shown === null ? 'no price' : ascii(formatPrice(shown, format));
  // Grey to the eye, and said first to the ear.
  const parts = [...(isDead ? ['Not live'] : []), `${odd.market}: ${odd.name}`];
  parts.push(figures === 'current' ? price : `${figures} ${price}`);
  if (odd.state === 'locked') parts.push('locked');
  if (odd.state === 'settled') parts.push(settlementWords(odd.settlement).meaning);
  if (move && odd.state === 'open' && figures === 'current') {
    parts.push(`${move.direction} from ${ascii(formatPrice(move.from, format))}`);
  }
  return parts.join(', ');
}

type Props = {
  id: string;
  /** The row that the cell is part of: another row in the same place of the screen is no move of this one. */
  row: string;
  /** What to write in the place of the points, where neither they nor the side tell the odd from its neighbours. */
  name?: string | undefined;
  query: BoardQuery;
  /** How its figures are written. */
  writing?: FigureStyle | undefined;
  zone: string;
  /** Its `dayKey`: the time of a change on another day is that day. */
  today: string;
  /** Whether no price of the board is live. */
  isDead: boolean;
  columnIndex: number;
  className?: string;
};

/**
 * One odd. React makes the cell, and makes it anew when anything but price and time changes; those are written straight
 * into it, once per frame, by the store's word that this very odd changed.
 */
export const PriceCell = memo(function PriceCell(props: Props) {
  const { id, name, query, writing, zone, today, isDead, columnIndex, className = '' } = props;
  const store = useBoardStore();
  const state = store.getState();
  const odd = state.book.odds.get(id);
  const cell = useCellTicks(store, props, odd);
  if (!odd) return <EmptyCell columnIndex={columnIndex} className={className} />;
  const { move, isAged } = markOf(state, id);
  const isLocked = odd.state === 'locked';
  const points = name ?? pointsText(odd, writing);
  return (
    <div
      ref={cell}
      role="gridcell"
      tabIndex={-1}
      aria-colindex={columnIndex}
      aria-disabled={isLocked || undefined}
      data-odd-id={id}
      data-state={odd.state}
      data-price={odd.price ?? undefined}
      data-points={odd.points ?? undefined}
      data-settlement={odd.settlement ?? undefined}
      data-move={isAged ? undefined : move?.direction}
      data-aged={isAged ? move?.direction : undefined}
      className={`price-cell ${points === '' ? 'price-bare ' : ''}${className}`}
      onAnimationEnd={forgetAnimation}
    >
      <span className="heard select-none">
        {cellName(odd, query.odds, move, state.figures, isDead)}
      </span>
      <span
        aria-hidden="true"
        data-tail={name ? undefined : tailOf(odd.points, writing)}
        className={name ? 'price-points price-name' : 'price-points'}
      >
        <span data-points-text>{points}</span>
      </span>
      {odd.state !== 'open' && (
        <span aria-hidden="true" className="price-state">
          {isLocked ? <PadlockIcon /> : <SettlementBadge settlement={odd.settlement} />}
        </span>
      )}
      <span aria-hidden="true" className="price-figure">
        {figureText(odd, query.odds, state.figures, writing)}
      </span>
      <span aria-hidden="true" className="price-move">
        {arrowText(move)}
      </span>
      <span aria-hidden="true" className="price-was">
        {wasText(isAged ? undefined : move, query.odds, writing)}
      </span>
      <span aria-hidden="true" className="price-changed">
        {formatMomentShort(odd.timestampSeconds * 1000, zone, today)}
      </span>
    </div>
  );
});

/** The move that an odd's cell tells of, and whether only in grey. */
function markOf(
  { moves, aged }: Pick<BoardState, 'moves' | 'aged'>,
  id: string,
): { move: Move | undefined; isAged: boolean } {
  const fresh = moves.get(id);
  const move = fresh ?? aged.get(id);
  return { move, isAged: move !== fresh };
}

function figureText(odd: Odd, format: OddsFormat, figures: Figures, writing?: FigureStyle): string {
  const price = shownPrice(odd, figures);
  return price === null ? '–' : formatPrice(price, format, writing);
}

/** What stands behind the whole of some points: points stand below each other at the decimal point. */
function tailOf(
  points: number | null,
  writing?: FigureStyle,
): 'none' | 'no-glyph' | 'two' | undefined {
  if (points === null) return undefined;
  if (Number.isInteger(points)) return writing?.fractions === 'glyph' ? 'no-glyph' : 'none';
  if (writing?.fractions === 'glyph' || Number.isInteger(points * 10)) return undefined;
  return 'two';
}

function arrowText(move: Move | undefined): string {
  return move ? (move.direction === 'up' ? '▲' : '▼') : '';
}

function wasText(move: Move | undefined, format: OddsFormat, writing?: FigureStyle): string {
  return move ? formatPrice(move.from, format, writing) : '';
}

type EmptyProps = {
  columnIndex: number;
  /** Whether no odd can be here: left blank, where a missing one is a dash. */
  isBlank?: boolean;
  className?: string;
};

/** A place in the grid where no odd is held. */
export function EmptyCell({ columnIndex, isBlank = false, className = '' }: EmptyProps) {
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      aria-colindex={columnIndex}
      className={`price-cell ${isBlank ? '' : 'price-cell-empty'} ${className}`}
    />
  );
}

/** What has ended leaves no trace: a cell that is moved in the page, or greyed and not, would show it once more. */
function forgetAnimation({ target }: AnimationEvent): void {
  if (target instanceof HTMLElement) delete target.dataset.pointsMoved;
}

/** Rows follow a write within this time: what stands in another place by then was put there by it. */
const QUIET_MS = 1_000;

/** Whether React must make the cell anew: it shows more than a price and its time. */
function isOther(shown: Odd | undefined, odd: Odd | undefined): boolean {
  if (!shown || !odd) return shown !== odd;
  return (
    shown.state !== odd.state ||
    shown.settlement !== odd.settlement ||
    shown.points !== odd.points ||
    shown.selectionLine !== odd.selectionLine ||
    shown.name !== odd.name ||
    shown.market !== odd.market
  );
}

/** The last of a cell's children, counted from the end: before them stands what not every cell has. */
const FIGURE = 4;
const ARROW = 3;
const WAS = 2;
const CHANGED = 1;

/** Brings what changes by the tick up to date, touching only what differs. */
function paint(
  element: HTMLElement,
  odd: Odd,
  state: BoardState,
  { query: { odds: format }, zone, today, writing, isDead }: Props,
): void {
  const { children } = element;
  const end = children.length;
  const { figures } = state;
  const { move, isAged } = markOf(state, odd.id);
  writeText(element.firstElementChild, cellName(odd, format, move, figures, isDead));
  writeText(children[end - FIGURE], figureText(odd, format, figures, writing));
  writeText(children[end - ARROW], arrowText(move));
  writeText(children[end - WAS], wasText(isAged ? undefined : move, format, writing));
  writeText(children[end - CHANGED], formatMomentShort(odd.timestampSeconds * 1000, zone, today));
  writeAttribute(element, 'data-price', odd.price === null ? null : String(odd.price));
  const direction = move?.direction ?? null;
  writeAttribute(element, 'data-move', isAged ? null : direction);
  writeAttribute(element, 'data-aged', isAged ? direction : null);
}

/**
 * The cell's element, kept up with its odd. It flashes when its odd moves while it is on screen: not when it comes there,
 * which is a scroll, a filter or a first paint.
 */
function useCellTicks(
  store: BoardStore,
  props: Props,
  odd: Odd | undefined,
): RefObject<HTMLDivElement | null> {
  const { id, row, query } = props;
  const newest = useRef(props);
  newest.current = props;
  const cell = useRef<HTMLDivElement>(null);
  const [, render] = useReducer((count: number) => count + 1, 0);
  /** What the cell showed last: the move that was seen, and what its points are compared with. */
  const shown = useRef({
    id,
    row,
    odd,
    query,
    move: markOf(store.getState(), id).move,
    flashedAt: 0,
  });
  /** Whether the cell was written to since React rendered it. */
  const isWritten = useRef(false);

  useLayoutEffect(() => {
    const tick = () => {
      const state = store.getState();
      const now = state.book.odds.get(id);
      if (isOther(shown.current.odd, now)) {
        render();
        return;
      }
      const element = cell.current;
      if (!now || !element) return;
      isWritten.current = true;
      paint(element, now, state, newest.current);
      flash(element, shown.current, state);
    };
    return store.watchOdd(id, tick);
  }, [store, id]);

  // After React wrote: what it takes for unchanged may have been written over since.
  useLayoutEffect(() => {
    const before = shown.current;
    const element = cell.current;
    const state = store.getState();
    const now = state.book.odds.get(id);
    const isSame = before.id === id && before.row === row;
    if (element && !isSame) forget(element, before.row !== row);
    // A render takes its time, and what changed meanwhile told nobody who was not there yet.
    if (isOther(odd, now)) render();
    else if (element && now && (isWritten.current || now !== odd)) {
      paint(element, now, state, props);
    }
    isWritten.current = now !== odd;
    if (element && isSame) flash(element, before, state);
    if (element && before.row === row && before.query === query) {
      markPoints(element, before.odd, odd, store);
    }
    // Of the place, not of the odd: odds that take turns there flash no more often than one.
    shown.current = { ...before, id, row, odd, query, move: markOf(state, id).move };
  });
  return cell;
}

/** A cell that shows another odd has nothing to tell of the one before; in another row nor of points that moved. */
function forget(element: HTMLElement, isOtherRow: boolean): void {
  stopFlash(element);
  if (!isOtherRow) return;
  const points = element.querySelector<HTMLElement>('[data-points-moved]');
  if (points) delete points.dataset.pointsMoved;
}

function flash(
  element: HTMLElement,
  shown: { id: string; move: Move | undefined; flashedAt: number },
  state: BoardState,
): void {
  const { move } = markOf(state, shown.id);
  if (move === shown.move) return;
  shown.move = move;
  // What is not shown does not flash.
  if (!move?.isFresh || state.figures !== 'current') return;
  // A clock that was set back hides no flash.
  const sinceMs = move.at - shown.flashedAt;
  if (sinceMs >= 0 && sinceMs < FLASH_GAP_MS) return;
  shown.flashedAt = move.at;
  startFlash(element, move.direction);
}

/**
 * Marks new points louder than a new price. A main line that moves is another odd in the same place, so the cell
 * compares what it shows with what it showed. Another filter may choose another line, and so may a snapshot: no
 * points have moved then.
 */
function markPoints(
  cell: HTMLElement,
  before: Odd | undefined,
  odd: Odd | undefined,
  store: BoardStore,
): void {
  if (!before || !odd || before.id === odd.id) return;
  if (before.fixtureId !== odd.fixtureId || before.market !== odd.market) return;
  if (before.points === odd.points) return;
  const quietMs = Date.now() - store.quietAt();
  if (quietMs >= 0 && quietMs < QUIET_MS) return;
  const element = cell.querySelector<HTMLElement>('[data-points-text]');
  if (element) element.dataset.pointsMoved = element.dataset.pointsMoved === 'a' ? 'b' : 'a';
}
