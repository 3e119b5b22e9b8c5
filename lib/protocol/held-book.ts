/**
 * What a Book holds: odds and fixtures by their ids. A first screen is put into it; apart from `./book`, which takes what the
 * stream brings, since no first load has that.
 */
import { compareEntryIds, parseEntryId } from './entry-id';
import type { Fixture, FixturePatch, Odd, WireRecord } from './events';

/** A fixture that one message changed, and what it was before; null where it was not held. */
export type FixtureChange = { fixture: Fixture; previous: Fixture | null };

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

const FIXTURE_RECEIPTS: ReadonlySet<string> = new Set([
  'statusReceivedAt',
  'startReceivedAt',
  'detailReceivedAt',
  'statusEntryId',
  'startEntryId',
  'detailEntryId',
]);

/** Whether two say the same of a fixture, whenever and by whatever they were told. */
export function sameFixture(a: Fixture, b: Fixture): boolean {
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

/** An odd in the form in which a Book holds it, in the place of `held`; equal in every field. */
export type FormOf = (odd: Odd, held: Odd | null, book: HeldBook) => Odd;

/** Nothing in it is changed in place: a new reference is a new version. Receipts are the one exception. */
export class HeldBook {
  readonly #odds = new Map<string, Odd>();
  readonly #fixtures = new Map<string, Fixture>();
  /** Lists, not sets: a fixture has few odds that go before it does, and a set of twenty is three times as large. */
  readonly #oddIdsOf = new Map<string, string[]>();
  /** The lists that others keep: what comes or goes is written into a new one. */
  readonly #frozen = new WeakSet<readonly string[]>();
  readonly #formOf: FormOf;

  /** @param formOf in what form an odd is held: as it is unless told */
  constructor(formOf: FormOf = (odd) => odd) {
    this.#formOf = formOf;
  }

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

  /** The same as a list that never changes, for who keeps it: one is enough for all of them. */
  frozenOddIdsOf(fixtureId: string): readonly string[] {
    const ids = this.#oddIdsOf.get(fixtureId);
    if (!ids || this.#frozen.has(ids)) return ids ?? NO_IDS;
    // A list that grew has room that nobody needs.
    const frozen = ids.slice();
    this.#oddIdsOf.set(fixtureId, frozen);
    this.#frozen.add(frozen);
    return frozen;
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

  /** Takes over an odd as another Book held it (a snapshot), replacing what is held; answers it as it is held from now on. */
  hold(odd: Odd): Odd {
    const held = this.#odds.get(odd.id) ?? null;
    const next = this.#formOf(odd, held, this);
    // It went to another fixture: what becomes of the former one is nothing of its.
    if (held && held.fixtureId !== odd.fixtureId) this.removeOdd(odd.id);
    this.#odds.set(odd.id, next);
    if (held?.fixtureId !== odd.fixtureId) this.#listOf(odd.fixtureId).push(odd.id);
    return next;
  }

  /** The list of a fixture's odds for writing into it. */
  #listOf(fixtureId: string): string[] {
    const known = this.#oddIdsOf.get(fixtureId);
    if (known && !this.#frozen.has(known)) return known;
    const own = known ? [...known] : [];
    this.#oddIdsOf.set(fixtureId, own);
    return own;
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
    const ids = this.#listOf(odd.fixtureId);
    ids.splice(ids.indexOf(id), 1);
    if (ids.length === 0) this.#oddIdsOf.delete(odd.fixtureId);
  }

  /** Forgets a fixture with its odds. */
  removeFixture(id: string): void {
    for (const oddId of this.oddIdsOf(id)) this.#odds.delete(oddId);
    this.#oddIdsOf.delete(id);
    this.#fixtures.delete(id);
  }
}

const NO_IDS: readonly string[] = [];

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
