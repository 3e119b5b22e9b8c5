'use client';

import type { RefObject } from 'react';
import { Popup } from '@/components/ui/popup';
import { formatClock, zoneName } from '@/lib/board/format';
import { useHistory, useOdd, useTimeZone } from '@/lib/board/hooks';
import { useBoardQuery } from '@/lib/board/query-state';
import type { HistoryEntry } from '@/lib/protocol/events';
import { formatPrice } from '@/lib/protocol/price';

type Props = { id: string; anchor: RefObject<HTMLElement | null>; onClose: () => void };

/** What happened to one odd, newest first; loaded when it is first wanted. */
export default function OddHistoryDetails({ id, anchor, onClose }: Props) {
  return (
    <Popup
      label="Price history"
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      anchor={anchor}
      align="start"
      className="w-80"
    >
      <Details id={id} />
    </Popup>
  );
}

/** An entry in a word. */
export function historyWords({ event, settlement }: HistoryEntry): string {
  if (event === 'copilot-locked-odds') return 'Locked';
  if (event === 'copilot-settled-odds') return `Settled ${settlement ?? ''}`.trim();
  return 'Price';
}

function Details({ id }: { id: string }) {
  const odd = useOdd(id);
  const zone = useTimeZone();
  const [{ odds: format }] = useBoardQuery();
  const { entries, error, retry } = useHistory(id);
  return (
    <div className="flex min-h-0 flex-col p-3.5 text-detail">
      <h2 className="font-semibold text-ink text-name">{odd?.name ?? id}</h2>
      <p className="pb-2 text-ink-muted">
        {odd && `${odd.market} · `}times in {zoneName(zone, Date.now())}
      </p>
      {error !== null && (
        <p className="text-ink">
          {error}{' '}
          <button type="button" onClick={retry} className="text-accent hover:underline">
            Try again
          </button>
        </p>
      )}
      {error === null && entries === null && <p className="text-ink-muted">Reading …</p>}
      {entries?.length === 0 && <p className="text-ink-muted">Nothing is known of it.</p>}
      {entries !== null && entries.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <div className="min-h-0 overflow-y-auto" tabIndex={0}>
          <table className="w-full">
            <thead>
              <tr className="border-line-subtle border-y text-ink-faint text-label">
                <th className="py-1 text-left font-normal">Time</th>
                <th className="py-1 text-left font-normal">What</th>
                <th className="py-1 text-right font-normal">Price</th>
              </tr>
            </thead>
            <tbody>
              {entries.toReversed().map((entry, index) => (
                <tr
                  // biome-ignore lint/suspicious/noArrayIndexKey: a history grows and is never reordered.
                  key={entries.length - index}
                  className="border-line-subtle border-b tabular-nums"
                >
                  <td className="py-1">{formatClock(entry.timestamp * 1000, zone)}</td>
                  <td className="py-1">{historyWords(entry)}</td>
                  <td className="py-1 text-right text-ink">
                    {entry.price === null ? '–' : formatPrice(entry.price, format)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
