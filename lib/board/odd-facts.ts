/** What the card of a cell says of its odd, in words. Pure: the time now is told. */
import type { Odd } from '@/lib/protocol/events';
import { formatPrice, type OddsFormat } from '@/lib/protocol/price';
import { formatAge, formatMoment, zoneName } from './format';
import type { Tallies, Tally } from './tally';

/** Texts by name; an empty one has nothing to say. */
export type OddFacts = Record<
  | 'name'
  | 'market'
  | 'current'
  | 'currentImplied'
  | 'currentTime'
  | 'previous'
  | 'previousImplied'
  | 'previousTime'
  | 'opening'
  | 'openingImplied'
  | 'openingTime'
  | 'state'
  | 'counts',
  string
>;

/** `now` by this computer's clock, and how far that is ahead of the server's. */
type About = { tallies: Tallies; format: OddsFormat; zone: string; now: number; offsetMs: number };

/** Three prices with what they imply and their times, the state, and what was counted since the page was opened. */
export function oddFacts(odd: Odd, { tallies, format, zone, now, offsetMs }: About): OddFacts {
  const price = (value: number | null) => (value === null ? '–' : formatPrice(value, format));
  const implied = (value: number | null) =>
    value === null ? '' : formatPrice(value, 'probability');
  const at = (word: string, seconds: number | null) =>
    seconds === null ? '' : `${word} ${formatMoment(seconds * 1000, zone, now)}`;
  const { previousPrice, openingPrice, movedAt, openingAt } = odd;
  return {
    name: odd.name,
    market: odd.market,
    current: price(odd.price),
    currentImplied: implied(odd.price),
    currentTime: at('since', movedAt ?? openingAt),
    previous: price(previousPrice),
    previousImplied: implied(previousPrice),
    previousTime: at('until', movedAt),
    opening: price(openingPrice),
    openingImplied: implied(openingPrice),
    openingTime: at('at', openingAt),
    state: stateFact(odd, zone, now - offsetMs),
    counts: countsFact(tallies.of(odd.id), tallies.startedAt, zone, now),
  };
}

function stateFact(
  { state, lockedAt, settlement, settledAt }: Odd,
  zone: string,
  now: number,
): string {
  if (state === 'settled') {
    const when = settledAt === null ? '' : ` at ${formatMoment(settledAt, zone, now)}`;
    return `Settled${settlement === null ? '' : ` ${settlement}`}${when}`;
  }
  if (state !== 'locked') return '';
  if (lockedAt === null) return 'Locked';
  const at = lockedAt * 1000;
  return `Locked for ${length(now - at)}, since ${formatMoment(at, zone, now)}`;
}

function countsFact(tally: Tally | null, startedAt: number, zone: string, now: number): string {
  const since = `since ${formatMoment(startedAt, zone, now)} ${zoneName(zone, startedAt)}`;
  if (tally === null) return `Not counted ${since}`;
  const { moves, locks, lockedMs, lockedSince } = tally;
  const parts = [`${moves} ${moves === 1 ? 'move' : 'moves'}`];
  const allMs = lockedMs + (lockedSince === null ? 0 : Math.max(0, now - lockedSince));
  parts.push(`${locks} ${locks === 1 ? 'lock' : 'locks'}`);
  if (allMs >= 1_000) parts.push(`locked ${length(allMs)} in all`);
  return `${parts.join(', ')} ${since}`;
}

function length(ms: number): string {
  return ms < 1_000 ? 'less than 1 s' : formatAge(0, ms);
}
