/** How long until a fixture starts, as far as that is worth watching. */
import type { Fixture } from '@/lib/protocol/events';
import { statusGroup } from '@/lib/protocol/filter';

/** A start that is nearer than this is counted down to. */
const SOON_MS = 60 * 60_000;
/** Within the last minute seconds count. */
const LAST_MS = 60_000;
/** A start that passed longer ago than this is told by its day. */
const OVERDUE_MS = 12 * 60 * 60_000;

export type Countdown = { kind: 'minutes' | 'seconds' | 'overdue'; text: string };

/**
 * `in 12 m`, `in 42 s`, `not live yet` (of a start that passed while the status stayed the same); null where the start is
 * far away, or the status says more than the time does.
 */
export function countdownOf(
  { status, startDate }: Pick<Fixture, 'status' | 'startDate'>,
  now: number,
): Countdown | null {
  if (startDate === null || statusGroup(status) !== 'upcoming') return null;
  const left = Date.parse(startDate) - now;
  // A start that is no time at all is left out with those that are far away.
  if (!(left <= SOON_MS)) return null;
  if (left >= LAST_MS) return { kind: 'minutes', text: `in ${Math.floor(left / 60_000)} m` };
  if (left > 0) return { kind: 'seconds', text: `in ${Math.ceil(left / 1000)} s` };
  // What is delayed says so.
  if (status === 'delayed' || left < -OVERDUE_MS) return null;
  return { kind: 'overdue', text: 'not live yet' };
}
