/**
 * The Book: the latest odd per id and fixture per id. Hub and browser run this one reducer, so what a viewer
 * holds after the same entries is what the hub holds.
 *
 * It promises: what it holds is never changed in place (a new reference is a new version; receipts, which
 * nobody shows, are the one exception), a row older than what is held changes nothing, a duplicate changes
 * nothing, and no state is deleted by silence.
 */
import { compareEntryIds, parseEntryId } from './entry-id';
import type {
  FeedEvent,
  Fixture,
  FixturePatch,
  Odd,
  OddRow,
  OddsEventName,
  WireRecord,
} from './events';

/** One odd that changed: the row that did it, and the odd before and after. */
export type OddChange = {
  event: OddsEventName;
  row: OddRow;
  odd: Odd;
  previous: Odd | null;
};

export type FixtureChange = { fixture: Fixture; previous: Fixture | null };

export type Change = { odds: OddChange[]; fixture: FixtureChange | null };

const NO_CHANGE: Change = { odds: [], fixture: null };

/**
 * A message whose entry id is lower than the held one's by less than this is one that was overtaken. Ids
 * further apart are not compared: no message is held up for longer on a connection that counts as alive, the
 * vendor's samples carry ids years apart from their rows, and what is received later is otherwise later.
 */
const OVERTAKEN_WINDOW_MS = 60_000;

/** Whether the message with this entry id was made before the one with the other, and came after it. */
export function isOvertaken(entryId: string | null, heldId: string | null): boolean {
  if (entryId === null || heldId === null || entryId === heldId) return false;
  const ms = parseEntryId(entryId)?.ms ?? 0;
  const heldMs = parseEntryId(heldId)?.ms ?? 0;
  return heldMs - ms < OVERTAKEN_WINDOW_MS && compareEntryIds(entryId, heldId) < 0;
}

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
const RECEIPTS: ReadonlySet<string> = new Set(['wire', 'receivedAt', 'upstreamEntryId']);

function sameOdd(a: Odd, b: Odd): boolean {
  for (const key in a) {
    if (RECEIPTS.has(key)) continue;
    if (a[key as keyof Odd] !== b[key as keyof Odd]) return false;
  }
  return sameWire(a.wire, b.wire);
}

const FIXTURE_RECEIPTS: ReadonlySet<string> = new Set([
  'statusReceivedAt',
  'startReceivedAt',
  'detailReceivedAt',
  'statusEntryId',
  'startEntryId',
  'detailEntryId',
]);

function sameFixture(a: Fixture, b: Fixture): boolean {
  for (const key in a) {
    if (FIXTURE_RECEIPTS.has(key)) continue;
    const left = a[key as keyof Fixture];
    const right = b[key as keyof Fixture];
    if (left === right) continue;
    if (typeof left !== 'object' || typeof right !== 'object') return false;
    if (JSON.stringify(left) !== JSON.stringify(right)) return false;
  }
  return true;
}

export class Book {
  readonly #odds = new Map<string, Odd>();
  readonly #fixtures = new Map<string, Fixture>();
  /** Lists, not sets: a fixture has few odds that go before it does, and a set of twenty is three times as large. */
  readonly #oddIdsOf = new Map<string, string[]>();

  get odds(): ReadonlyMap<string, Odd> {
    return this.#odds;
  }

  get fixtures(): ReadonlyMap<string, Fixture> {
    return this.#fixtures;
  }

  /** Ids of the odds held for a fixture, in the order they came. */
  oddIdsOf(fixtureId: string): readonly string[] {
    return this.#oddIdsOf.get(fixtureId) ?? NO_IDS;
  }

  /** The odds held for a fixture, in the order they came. */
  oddsOf(fixtureId: string): Odd[] {
    return this.oddsBy(this.oddIdsOf(fixtureId));
  }

  /** The odds with these ids, in their order, without those that are not held. */
  oddsBy(ids: Iterable<string>): Odd[] {
    const odds: Odd[] = [];
    for (const id of ids) {
      const odd = this.#odds.get(id);
      if (odd) odds.push(odd);
    }
    return odds;
  }

  /** Ids of all fixtures that are known by themselves or by their odds, each once. */
  fixtureIds(): Set<string> {
    const ids = new Set(this.#fixtures.keys());
    for (const id of this.#oddIdsOf.keys()) ids.add(id);
    return ids;
  }

  /**
   * Applies one event.
   * @param receivedAt local ms at which it was received; must not step back
   */
  apply(event: FeedEvent, receivedAt: number): Change {
    if (event.kind === 'fixture') {
      if (!event.fixture) return NO_CHANGE;
      return { odds: [], fixture: this.applyFixture(event.fixture, receivedAt, event.entryId) };
    }
    const odds: OddChange[] = [];
    for (const row of event.rows) {
      const change = this.applyRow(event.event, row, receivedAt, event.entryId);
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
  applyRow(
    event: OddsEventName,
    row: OddRow,
    receivedAt: number,
    entryId: string | null,
  ): OddChange | null {
    const previous = this.#odds.get(row.id) ?? null;
    const isOlder = previous !== null && !isNewer(event, row, receivedAt, entryId, previous);
    if (isOlder && !(previous.state === 'settled' && previous.price === null)) return null;
    const odd = isOlder
      ? fillFrom(row, previous)
      : merge(event, row, receivedAt, entryId, previous);
    if (previous && sameOdd(previous, odd)) {
      previous.receivedAt = odd.receivedAt;
      previous.upstreamEntryId = odd.upstreamEntryId;
      return null;
    }
    this.#hold(odd);
    return { event, row, odd, previous };
  }

  /**
   * Applies what one message says of a fixture; null where it changes nothing. Of two messages about its
   * status, or about its start, the later receipt wins (REST counted from when its request was sent).
   */
  applyFixture(
    patch: FixturePatch,
    receivedAt: number,
    entryId: string | null = null,
  ): FixtureChange | null {
    const previous = this.#fixtures.get(patch.id) ?? null;
    const fixture = mergeFixture(previous ?? newFixture(patch.id), patch, receivedAt, entryId);
    if (previous && sameFixture(previous, fixture)) {
      previous.statusReceivedAt = fixture.statusReceivedAt;
      previous.startReceivedAt = fixture.startReceivedAt;
      previous.detailReceivedAt = fixture.detailReceivedAt;
      previous.statusEntryId = fixture.statusEntryId;
      previous.startEntryId = fixture.startEntryId;
      previous.detailEntryId = fixture.detailEntryId;
      return null;
    }
    this.#fixtures.set(fixture.id, fixture);
    return { fixture, previous };
  }

  /** Takes over an odd as another Book held it (a snapshot), replacing what is held. */
  hold(odd: Odd): void {
    this.#hold(odd);
  }

  /** The same with a fixture. */
  holdFixture(fixture: Fixture): void {
    this.#fixtures.set(fixture.id, fixture);
  }

  /**
   * Forgets which messages made what is held, and holds the rest: ids that come next are of another life of whoever gives
   * them out, whose clock may be behind the one before.
   */
  forgetEntryIds(): void {
    for (const odd of this.#odds.values()) odd.upstreamEntryId = null;
    for (const fixture of this.#fixtures.values()) {
      fixture.statusEntryId = null;
      fixture.startEntryId = null;
      fixture.detailEntryId = null;
    }
  }

  /** Forgets one odd. */
  removeOdd(id: string): void {
    const odd = this.#odds.get(id);
    if (!odd) return;
    this.#odds.delete(id);
    const ids = this.#oddIdsOf.get(odd.fixtureId) ?? [];
    ids.splice(ids.indexOf(id), 1);
    if (ids.length === 0) this.#oddIdsOf.delete(odd.fixtureId);
  }

  /** Forgets a fixture with its odds. */
  removeFixture(id: string): void {
    for (const oddId of this.oddIdsOf(id)) this.#odds.delete(oddId);
    this.#oddIdsOf.delete(id);
    this.#fixtures.delete(id);
  }

  #hold(odd: Odd): void {
    const before = this.#odds.get(odd.id)?.fixtureId;
    // It went to another fixture: what becomes of the former one is nothing of its.
    if (before !== undefined && before !== odd.fixtureId) this.removeOdd(odd.id);
    this.#odds.set(odd.id, odd);
    if (before === odd.fixtureId) return;
    const ids = this.#oddIdsOf.get(odd.fixtureId);
    if (ids) ids.push(odd.id);
    else this.#oddIdsOf.set(odd.fixtureId, [odd.id]);
  }
}

const NO_IDS: readonly string[] = [];

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
    name: previous?.name === row.name ? previous.name : row.name,
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
  return {
    ...held,
    ...trail(row, held),
    price: row.price,
    points: held.points ?? row.points,
    selection: held.selection ?? row.selection,
    selectionLine: held.selectionLine ?? row.selectionLine,
    groupingKey: held.groupingKey ?? row.groupingKey,
    isMain: row.isMain ?? held.isMain,
    isLive: held.isLive ?? row.isLive,
    wire: { ...row.wire, ...held.wire },
  };
}

/** A fixture of which nothing but its id is known. */
export function newFixture(id: string): Fixture {
  return {
    id,
    sport: null,
    league: null,
    leagueId: null,
    home: null,
    away: null,
    homeCompetitors: [],
    awayCompetitors: [],
    homeRotation: null,
    awayRotation: null,
    status: null,
    startDate: null,
    oldStatus: null,
    oldStartDate: null,
    statusChangedAt: null,
    startChangedAt: null,
    score: null,
    statusReceivedAt: 0,
    startReceivedAt: 0,
    detailReceivedAt: 0,
    statusEntryId: null,
    startEntryId: null,
    detailEntryId: null,
    wire: {},
  };
}

function mergeFixture(
  held: Fixture,
  patch: FixturePatch,
  receivedAt: number,
  entryId: string | null,
): Fixture {
  const next: Fixture = { ...held };
  const isRead = !('fixture_id' in patch.wire);
  if (receivedAt >= held.detailReceivedAt || held.detailReceivedAt === 0) {
    next.detailReceivedAt = receivedAt;
    next.detailEntryId = entryId ?? held.detailEntryId;
    next.sport = patch.sport ?? held.sport;
    next.league = patch.league ?? held.league;
    next.leagueId = patch.leagueId ?? held.leagueId;
    next.home = patch.home ?? held.home;
    next.away = patch.away ?? held.away;
    next.homeCompetitors = patch.homeCompetitors ?? held.homeCompetitors;
    next.awayCompetitors = patch.awayCompetitors ?? held.awayCompetitors;
    next.homeRotation = patch.homeRotation ?? held.homeRotation;
    next.awayRotation = patch.awayRotation ?? held.awayRotation;
    if (patch.score !== undefined) next.score = patch.score;
    const { game_id } = patch.wire;
    if (!isRead && isEmpty(held.wire.game_id) && !isEmpty(game_id)) {
      next.wire = { ...held.wire, game_id };
    }
    if (isRead) next.wire = { ...held.wire, ...filled(patch.wire, held.wire) };
  }
  if (
    patch.status !== undefined &&
    isLater(receivedAt, held.statusReceivedAt, entryId, held.statusEntryId)
  ) {
    next.statusReceivedAt = receivedAt;
    next.statusEntryId = entryId ?? held.statusEntryId;
    const old = patch.oldStatus ?? held.status;
    if (patch.status !== held.status) {
      next.status = patch.status;
      if (old !== null && old !== patch.status) {
        next.oldStatus = old;
        next.statusChangedAt = patch.statusChangedAt ?? receivedAt;
      }
    }
  }
  if (
    patch.startDate !== undefined &&
    isLater(receivedAt, held.startReceivedAt, entryId, held.startEntryId)
  ) {
    next.startReceivedAt = receivedAt;
    next.startEntryId = entryId ?? held.startEntryId;
    const old = patch.oldStartDate ?? held.startDate;
    if (patch.startDate !== held.startDate) {
      next.startDate = patch.startDate;
      if (old !== null && old !== patch.startDate) {
        next.oldStartDate = old;
        next.startChangedAt = patch.startChangedAt ?? receivedAt;
      }
    }
  }
  return next;
}

/** A fixture comes by several paths, each with fields that it leaves empty: an empty one says nothing. */
function filled(wire: WireRecord, held: WireRecord): WireRecord {
  return Object.fromEntries(
    Object.entries(wire).filter(([field, value]) => !isEmpty(value) || isEmpty(held[field])),
  );
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || value === '' || value === 'None';
}

function isLater(
  receivedAt: number,
  heldReceivedAt: number,
  entryId: string | null,
  heldEntryId: string | null,
): boolean {
  return receivedAt >= heldReceivedAt && !isOvertaken(entryId, heldEntryId);
}
