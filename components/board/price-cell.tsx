// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
'use client';

import { type AnimationEvent, memo, type RefObject, useLayoutEffect, useRef } from 'react';
import { PadlockIcon } from '@/components/ui/icons';
import { formatClock } from '@/lib/board/format';
import { useBoardStore, useMove, useOdd } from '@/lib/board/hooks';
import type { Move } from '@/lib/board/store';
import type { Odd } from '@/lib/protocol/events';
import type { BoardQuery } from '@/lib/protocol/filter';
import { formatPoints, formatPrice, type OddsFormat } from '@/lib/protocol/price';
import { SettlementBadge, settlementWords } from './settlement-badge';

/** WCAG 2.3.1: nothing flashes more than three times a second. */
const FLASH_GAP_MS = 334;

const SIDE_LETTERS: Record<string, string> = { over: 'O', under: 'U', yes: 'Y', no: 'N' };

/** Text with the minus that programs and screen readers know. */
function ascii(text: string): string {
  return text.replaceAll('−', '-');
}

/** What stands before the price: the side's letter and the points, signed where the line is a handicap. */
export function pointsText(odd: Pick<Odd, 'points' | 'selectionLine'>): string {
  const letter = SIDE_LETTERS[odd.selectionLine ?? ''] ?? '';
  if (odd.points === null) return letter;
  const isHandicap = letter === '';
  return `${letter}${letter && ' '}${formatPoints(odd.points, isHandicap)}`;
}

/** A cell in words: the bet, its price, its state. Silent until somebody goes there. */
export function cellName(odd: Odd, format: OddsFormat, move: Move | undefined): string {
  const price = odd.price === null ? 'no price' : ascii(formatPrice(odd.price, format));
  const parts = [`${odd.market}: ${odd.name}`, price];
  if (odd.state === 'locked') parts.push('locked');
  if (odd.state === 'settled') parts.push(settlementWords(odd.settlement).meaning);
  if (move && odd.state === 'open') {
    parts.push(`${move.direction} from ${ascii(formatPrice(move.from, format))}`);
  }
  return parts.join(', ');
}

/** The same for the pointer, with the times. */
export function cellTitle(odd: Odd, zone: string): string {
  const lines = [`${odd.market} · ${odd.name}`];
  lines.push(`Last change ${formatClock(odd.timestampSeconds * 1000, zone)}`);
  if (odd.lockedAt !== null) lines.push(`Locked since ${formatClock(odd.lockedAt * 1000, zone)}`);
  if (odd.state === 'settled') {
    const when = odd.settledAt === null ? '' : ` at ${formatClock(odd.settledAt, zone)}`;
    lines.push(`Settled ${odd.settlement ?? ''}${when}`);
  }
  return lines.join('\n');
}

type Props = {
  id: string;
  /** What to write in the place of the points, where neither they nor the side tell the odd from its neighbours. */
  name?: string | undefined;
  query: BoardQuery;
  zone: string;
  columnIndex: number;
  className?: string;
};

/**
 * One odd. It follows that odd alone: a price that changes renders this cell and nothing else.
 */
export const PriceCell = memo(function PriceCell({
  id,
  name,
  query,
  zone,
  columnIndex,
  className = '',
}: Props) {
  const odd = useOdd(id);
  const move = useMove(id);
  const cell = useRef<HTMLDivElement>(null);
  const format = query.odds;
  useFlash(cell, id, move);
  usePointsMark(cell, odd, query);
  if (!odd) return <EmptyCell columnIndex={columnIndex} className={className} />;
  const isLocked = odd.state === 'locked';
  const isSettled = odd.state === 'settled';
  return (
    <div
      ref={cell}
      role="gridcell"
      tabIndex={-1}
      aria-colindex={columnIndex}
      aria-disabled={isLocked || undefined}
      title={cellTitle(odd, zone)}
      data-odd-id={id}
      data-state={odd.state}
      data-price={odd.price ?? undefined}
      data-points={odd.points ?? undefined}
      data-settlement={odd.settlement ?? undefined}
      data-move={move?.direction}
      className={`price-cell ${className}`}
      onAnimationEnd={forgetAnimation}
    >
      <span className="sr-only select-none">{cellName(odd, format, move)}</span>
      <span aria-hidden="true" className={name ? 'price-points price-name' : 'price-points'}>
        <span data-points-text>{name ?? pointsText(odd)}</span>
      </span>
      <span aria-hidden="true" className="price-state">
        {isLocked && <PadlockIcon />}
        {isSettled && <SettlementBadge settlement={odd.settlement} />}
      </span>
      <span aria-hidden="true" className="price-figure">
        {odd.price === null ? '–' : formatPrice(odd.price, format)}
      </span>
      <span aria-hidden="true" className="price-move">
        {move && (move.direction === 'up' ? '▲' : '▼')}
      </span>
      <span aria-hidden="true" className="price-was">
        {move && formatPrice(move.from, format)}
      </span>
      <span aria-hidden="true" className="price-changed">
        {formatClock(odd.timestampSeconds * 1000, zone)}
      </span>
    </div>
  );
});

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
  if (!(target instanceof HTMLElement)) return;
  delete target.dataset.flash;
  delete target.dataset.pointsMoved;
}

type CellRef = RefObject<HTMLDivElement | null>;

/** Rows follow a write within this time: what stands in another place by then was put there by it. */
const QUIET_MS = 1_000;

/**
 * Flashes the cell when its odd moves while the cell is on screen: not on mount, which is a scroll, a filter or
 * a first paint. Twin names restart the animation, so that no cell needs a timer.
 */
function useFlash(cell: CellRef, id: string, move: Move | undefined): void {
  const seen = useRef({ id, move });
  const flashed = useRef({ at: 0, twin: 'a' });
  useLayoutEffect(() => {
    const before = seen.current;
    if (move === before.move && id === before.id) return;
    seen.current = { id, move };
    if (id !== before.id || !move?.isFresh || !cell.current) return;
    if (move.at - flashed.current.at < FLASH_GAP_MS) return;
    flashed.current = { at: move.at, twin: flashed.current.twin === 'a' ? 'b' : 'a' };
    cell.current.dataset.flash = `${move.direction}-${flashed.current.twin}`;
  }, [id, move, cell]);
}

/**
 * Marks new points louder than a new price. A main line that moves is another odd in the same place, so the cell
 * compares what it shows with what it showed. Another filter may choose another line, and so may a snapshot: no
 * points have moved then.
 */
function usePointsMark(cell: CellRef, odd: Odd | undefined, query: BoardQuery): void {
  const store = useBoardStore();
  const shown = useRef({ odd, query });
  const twin = useRef('b');
  useLayoutEffect(() => {
    const { odd: before, query: asked } = shown.current;
    shown.current = { odd, query };
    if (asked !== query || Date.now() - store.quietAt() < QUIET_MS) return;
    const element = cell.current?.querySelector<HTMLElement>('[data-points-text]');
    if (!element || !before || !odd || before.id === odd.id) return;
    if (before.fixtureId !== odd.fixtureId || before.market !== odd.market) return;
    if (before.points === odd.points || Math.abs(before.points ?? 0) === Math.abs(odd.points ?? 0))
      return;
    twin.current = twin.current === 'a' ? 'b' : 'a';
    element.dataset.pointsMoved = twin.current;
  }, [odd, query, cell, store]);
}
