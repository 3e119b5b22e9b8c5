import type { HistoryItem, Teller } from '@/lib/board/history';
import { formatLength } from '@/lib/protocol/length';
import { formatPoints } from '@/lib/protocol/price';

const OPENINGS: Record<Teller, string> = { vendor: 'Vendor’s opening', board: 'Server’s first' };

/** What the first price is called: only the vendor knows its own opening, and that may be long gone. */
export function openingWords(origin: Teller | null): string {
  return origin === null ? 'Oldest kept' : OPENINGS[origin];
}

/** What happened, in a few words; the price itself stands beside them. */
export function historyWords(item: HistoryItem, isHandicap: boolean): string {
  const words: string[] = [];
  const { kind, lockedMs, points, main, settlement, origin } = item;
  if (kind === 'opened') words.push(openingWords(origin));
  if (kind === 'oldest') words.push(openingWords(null));
  if (kind === 'moved') words.push('Price');
  if (kind === 'locked') words.push('Locked');
  if (kind === 'reopened') {
    words.push(lockedMs === null ? 'Reopened' : `Reopened after ${formatLength(lockedMs)}`);
  }
  if (kind === 'settled') words.push(`Settled ${settlement ?? ''}`.trim());
  if (points) {
    const text = (value: number) => formatPoints(value, isHandicap);
    words.push(`Points ${text(points.from)} → ${text(points.to)}`);
  }
  if (main) words.push(main === 'became' ? 'Main line from here' : 'Main line no more');
  return words.length > 0 ? words.join(' · ') : 'Unchanged';
}
