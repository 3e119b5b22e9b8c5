/**
 * The Book: the latest odd per id and fixture per id. Hub and browser run this one reducer, so what a viewer
 * holds after the same entries is what the hub holds.
 *
 * It promises: what it holds is never changed in place (a new reference is a new version; receipts, which
 * nobody shows, are the one exception), a row older than what is held changes nothing, a duplicate changes
 * nothing, and no state is deleted by silence.
 */
import type { FeedEvent, Odd, OddRow, OddsEventName, WireRecord } from './events';
import { type FixtureChange, HeldBook, isOvertaken } from './held-book';
import { heldName, oddWith } from './lean-odd';

// Whoever is part of the first load takes them from there.
export { type FixtureChange, isOvertaken, newFixture } from './held-book';

/** One odd that changed: the row that did it, and the odd before and after. */
export type OddChange = {
  event: OddsEventName;
  row: OddRow;
  odd: Odd;
  previous: Odd | null;
};

export type Change = { odds: OddChange[]; fixture: FixtureChange | null };

const NO_CHANGE: Change = { odds: [], fixture: null };

/** When a settlement was made, as far as it can be known: its row's time is still that of the lock. */
function settledSeconds(row: { timestampSeconds: number; settledAt: string | null }): number {
  const graded = row.settledAt === null ? 0 : Date.parse(row.settledAt) / 1000;
  return Math.max(Math.floor(row.timestampSeconds), Math.floor(graded));
}

function sameWire(a: WireRecord, b: WireRecord): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    const left = a[key];
    const right = b[key];
    if (left === right) return true;
    if (typeof left !== 'object' || typeof right !== 'object') return false;
    return JSON.stringify(left) === JSON.stringify(right);
  });
}

/** Fields that two odds may share while they still look the same to everybody. */
export const RECEIPTS: ReadonlySet<string> = new Set(['wire', 'receivedAt', 'upstreamEntryId']);

function sameOdd(held: Odd, next: Odd): boolean {
  // By far the most differ in these.
  if (next.price !== held.price || next.timestampSeconds !== held.timestampSeconds) return false;
  // What is held may be in a form of its own: only the other one has every field as its own.
  for (const key in next) {
    if (RECEIPTS.has(key)) continue;
    if (next[key as keyof Odd] !== held[key as keyof Odd]) return false;
  }
  return sameWire(held.wire, next.wire);
}

/** The Book with what applies events to it. */
export class Book extends HeldBook {
  /** See `applyEvent`. */
  apply(event: FeedEvent, receivedAt: number): Change {
    return applyEvent(this, event, receivedAt);
  }

  /** See `applyRow`. */
  applyRow(
    event: OddsEventName,
    row: OddRow,
    receivedAt: number,
    entryId: string | null,
  ): OddChange | null {
    return applyRow(this, event, row, receivedAt, entryId);
  }
}

/**
 * Applies one event.
 * @param receivedAt local ms at which it was received; must not step back
 */
export function applyEvent(book: HeldBook, event: FeedEvent, receivedAt: number): Change {
  if (event.kind === 'fixture') {
    if (!event.fixture) return NO_CHANGE;
    return { odds: [], fixture: book.applyFixture(event.fixture, receivedAt, event.entryId) };
  }
  const odds: OddChange[] = [];
  for (const row of event.rows) {
    const change = applyRow(book, event.event, row, receivedAt, event.entryId);
    if (change) odds.push(change);
  }
  return { odds, fixture: null };
}

/**
 * Applies one odds row; null where it changes nothing.
 *
 * Rows are ordered by `timestamp` in whole seconds (REST sends fractions, the stream does not). Within a
 * second the later receipt wins, where a REST answer counts as received when its request was sent, and
 * two stream rows go by their entry ids where one overtook the other.
 */
function applyRow(
  book: HeldBook,
  event: OddsEventName,
  row: OddRow,
  receivedAt: number,
  entryId: string | null,
): OddChange | null {
  const previous = book.odds.get(row.id) ?? null;
  const isOlder = previous !== null && !isNewer(event, row, receivedAt, entryId, previous);
  if (isOlder && !(previous.state === 'settled' && previous.price === null)) return null;
  const odd = isOlder ? fillFrom(row, previous) : merge(event, row, receivedAt, entryId, previous);
  if (previous && sameOdd(previous, odd)) {
    previous.receivedAt = odd.receivedAt;
    previous.upstreamEntryId = odd.upstreamEntryId;
    return null;
  }
  return { event, row, odd: book.hold(odd), previous };
}

function isNewer(
  event: OddsEventName,
  row: OddRow,
  receivedAt: number,
  entryId: string | null,
  held: Odd,
): boolean {
  const isSettling = event === 'copilot-settled-odds';
  const second = isSettling ? settledSeconds(row) : Math.floor(row.timestampSeconds);
  const heldSecond =
    isSettling && held.state === 'settled'
      ? settledSeconds(held)
      : Math.floor(held.timestampSeconds);
  if (second !== heldSecond) return second > heldSecond;
  return receivedAt >= held.receivedAt && !isOvertaken(entryId, held.upstreamEntryId);
}

function merge(
  event: OddsEventName,
  row: OddRow,
  receivedAt: number,
  entryId: string | null,
  previous: Odd | null,
): Odd {
  const isSettling = event === 'copilot-settled-odds';
  // A settlement ends an odd; only a price posted after the grading opens it again.
  const staysSettled =
    previous?.state === 'settled' &&
    !isSettling &&
    Math.floor(row.timestampSeconds) <= settledSeconds(previous);
  const isSettled = isSettling || staysSettled;
  const isLocked = !isSettled && event === 'copilot-locked-odds';
  const wasLocked = previous?.state === 'locked';
  const from = trail(row, previous);
  return {
    // The strings that are held already: each row brings its own.
    id: previous?.id ?? row.id,
    fixtureId: row.fixtureId,
    versionId: row.versionId ?? previous?.versionId ?? null,
    sport: row.sport || previous?.sport || '',
    league: row.league || previous?.league || '',
    market: row.market,
    name: heldName(row.name, previous),
    selection: row.selection ?? previous?.selection ?? null,
    selectionLine: row.selectionLine ?? previous?.selectionLine ?? null,
    points: row.points ?? previous?.points ?? null,
    price: row.price ?? previous?.price ?? null,
    isMain: row.isMain ?? previous?.isMain ?? false,
    isLive: row.isLive ?? previous?.isLive ?? null,
    groupingKey: row.groupingKey ?? previous?.groupingKey ?? null,
    playerId: row.playerId ?? previous?.playerId ?? null,
    teamId: row.teamId ?? previous?.teamId ?? null,
    timestampSeconds: Math.max(
      row.timestampSeconds,
      isSettling ? (previous?.timestampSeconds ?? 0) : 0,
    ),
    settlement: isSettling ? row.settlement : staysSettled ? previous.settlement : null,
    settledAt: isSettling ? row.settledAt : staysSettled ? previous.settledAt : null,
    state: isSettled ? 'settled' : isLocked ? 'locked' : 'open',
    lockedAt: isLocked
      ? (row.lockedAt ?? (wasLocked ? previous.lockedAt : row.timestampSeconds))
      : null,
    openingPrice: from.openingPrice,
    openingAt: from.openingAt,
    previousPrice: from.previousPrice,
    movedAt: from.movedAt,
    receivedAt: Math.max(receivedAt, previous?.receivedAt ?? 0),
    // A read has none: what overtook it is still told from what it overtook by the stream's last.
    upstreamEntryId: entryId ?? previous?.upstreamEntryId ?? null,
    wire: mergeWire(row, previous),
  };
}

type Trail = Pick<Odd, 'openingPrice' | 'openingAt' | 'previousPrice' | 'movedAt'>;

/** Where the price came from. Of an odd that was held with a price and no opening, the opening stays unknown. */
function trail({ price, timestampSeconds }: OddRow, previous: Odd | null): Trail {
  const isFirst = price !== null && (previous?.price ?? null) === null;
  const isOpening = isFirst && (previous?.openingPrice ?? null) === null;
  const isMove = price !== null && !isFirst && price !== previous?.price;
  return {
    openingPrice: isOpening ? price : (previous?.openingPrice ?? null),
    openingAt: isOpening ? timestampSeconds : (previous?.openingAt ?? null),
    previousPrice: isMove ? (previous?.price ?? null) : (previous?.previousPrice ?? null),
    movedAt: isMove ? timestampSeconds : (previous?.movedAt ?? null),
  };
}

/** Who missed the price itself learns it from this row, so one without a price keeps the last. */
function mergeWire({ price, wire }: OddRow, previous: Odd | null): WireRecord {
  if (!previous || previous.wire === wire) return wire;
  const merged = { ...previous.wire, ...wire };
  const keepsPrice = price === null && 'price' in previous.wire;
  return keepsPrice ? { ...merged, price: previous.wire.price } : merged;
}

/** A settlement that overtook its price: what the thin row left open is known from the older one. */
function fillFrom(row: OddRow, held: Odd): Odd {
  return oddWith(held, {
    ...trail(row, held),
    price: row.price,
    points: held.points ?? row.points,
    selection: held.selection ?? row.selection,
    selectionLine: held.selectionLine ?? row.selectionLine,
    groupingKey: held.groupingKey ?? row.groupingKey,
    isMain: row.isMain ?? held.isMain,
    isLive: held.isLive ?? row.isLive,
    wire: row.wire === held.wire ? held.wire : { ...row.wire, ...held.wire },
  });
}
