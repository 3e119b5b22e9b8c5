'use client';

import { Fragment, memo, useState } from 'react';
import { PadlockIcon } from '@/components/ui/icons';
import { dayKey, formatClock, formatRelativeDay } from '@/lib/board/format';
import type { HistoryItem } from '@/lib/board/history';
import { formatPrice, type OddsFormat } from '@/lib/protocol/price';
import { historyWords } from './history-words';

/** Rows that stand in the page at first, and that each press of the button adds. */
const ROWS_AT_ONCE = 200;

type Shown = { zone: string; format: OddsFormat; isHandicap: boolean };

/** The history in words, newest first: what the chart shows, and for those who cannot see it. */
export function HistoryList({
  items,
  now,
  ...shown
}: { items: readonly HistoryItem[]; now: number } & Shown) {
  const [count, setCount] = useState(ROWS_AT_ONCE);
  const newest = items.slice(-count).reverse();
  const left = items.length - newest.length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups controls, and this one only scrolls.
    <div
      role="group"
      aria-label="Every change, newest first"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      className="min-h-0 flex-1 overflow-y-auto border-line border-t [scrollbar-width:thin]"
    >
      <table className="w-full table-fixed text-detail">
        <thead className="sticky top-0 bg-surface-raised">
          <tr className="text-ink-faint text-label">
            <th className="w-[76px] py-1 pl-3 text-left font-normal">Time</th>
            <th className="py-1 text-left font-normal">What</th>
            <th className="w-14 py-1 text-right font-normal">Was</th>
            <th className="w-[84px] py-1 pr-8 text-right font-normal">Price</th>
          </tr>
        </thead>
        <tbody>
          {newest.map((item, index) => {
            const older = newest[index - 1];
            const isNewDay = !older || dayKey(older.at, shown.zone) !== dayKey(item.at, shown.zone);
            return (
              <Fragment key={item.key}>
                {isNewDay && (
                  <tr>
                    <th
                      colSpan={4}
                      scope="rowgroup"
                      className="border-line-subtle border-t bg-surface px-3 py-1 text-left font-medium text-ink-muted text-label"
                    >
                      {formatRelativeDay(item.at, shown.zone, now)}
                    </th>
                  </tr>
                )}
                <Row item={item} {...shown} />
              </Fragment>
            );
          })}
        </tbody>
      </table>
      {left > 0 && (
        <button
          type="button"
          onClick={({ currentTarget }) => {
            // The last press takes it away: the arrows go on scrolling from where it was.
            if (left <= ROWS_AT_ONCE) currentTarget.parentElement?.focus({ preventScroll: true });
            setCount((before) => before + ROWS_AT_ONCE);
          }}
          className="w-full py-2 text-accent text-detail hover:underline"
        >
          Show older ({left})
        </button>
      )}
    </div>
  );
}

const TONES = { up: 'text-move-up', down: 'text-move-down', none: 'text-ink' };
const ARROWS = { up: '▲', down: '▼', none: '' };

const Row = memo(
  function Row({ item, zone, format, isHandicap }: { item: HistoryItem } & Shown) {
    const { at, state, price, from, direction } = item;
    return (
      <tr className="border-line-subtle border-t tabular-nums">
        <td className="py-1 pl-3 text-ink-muted">{formatClock(at, zone)}</td>
        <td className="truncate py-1 pr-2 text-ink" title={historyWords(item, isHandicap)}>
          {state === 'locked' && (
            <span className="mr-1 inline-block align-[-1px] text-locked">
              <PadlockIcon />
            </span>
          )}
          {historyWords(item, isHandicap)}
        </td>
        <td className="py-1 text-right text-ink-faint">
          {from === null ? '' : formatPrice(from, format)}
        </td>
        <td
          className={`relative py-1 pr-8 text-right ${direction === 'none' && state !== 'open' ? 'text-locked' : TONES[direction]}`}
        >
          {price === null ? '–' : formatPrice(price, format)}
          <span aria-hidden="true" className="absolute right-3 text-[9px]">
            {ARROWS[direction]}
          </span>
          {direction !== 'none' && <span className="sr-only"> {direction}</span>}
        </td>
      </tr>
    );
  },
  (before, after) =>
    before.item.key === after.item.key &&
    before.item.kind === after.item.kind &&
    before.item.from === after.item.from &&
    before.item.lockedMs === after.item.lockedMs &&
    before.item.main === after.item.main &&
    before.item.origin === after.item.origin &&
    before.zone === after.zone &&
    before.format === after.format &&
    before.isHandicap === after.isHandicap,
);
