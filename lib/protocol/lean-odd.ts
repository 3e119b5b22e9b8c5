/**
 * Odds in half the room, for whoever holds tens of thousands of them. V8 keeps a number that is no small integer, such as a
 * time or a line of 8.5, in a box of twelve bytes beside its object, one for each field of each odd; and most fields say the
 * same in every odd of a market, or nothing at all. So what a market's odds have in common is kept once, times are kept
 * from a near epoch, points in quarters, what has few values in the bits of one number, and a name only where it is not put
 * together as most are. What is no small integer so either is kept in a box. Nothing is rounded: not seconds with a
 * fraction from 2004 on, no whole ones, no receipt of whole milliseconds, and no points short of 1e307.
 */
import type { Odd, OddState, WireRecord } from './events';
import type { HeldBook } from './held-book';

/** Unix seconds near which the times of odds are: a small integer reaches 34 years to both sides. */
const EPOCH_SECONDS = 1_700_000_000;
/** Receipts count from the first that came: twelve days of them are small integers. */
let firstReceipt: number | null = null;
const QUARTERS = 4;

const STATES = ['open', 'locked', 'settled'] as const satisfies readonly OddState[];
const STATE_BITS = 3;
const IS_MAIN = 4;
const IS_LIVE = 8;
const LIVE_IS_KNOWN = 16;

/** What all odds of a market of a fixture have in common. */
type Group = Pick<Odd, 'fixtureId' | 'versionId' | 'sport' | 'league' | 'market' | 'wire'>;
/** Whom it is about: the same for all lines of a team or player. */
type Subject = Pick<Odd, 'selection' | 'selectionLine' | 'playerId' | 'teamId'>;
/** What few odds have. */
type Ending = Pick<Odd, 'settlement' | 'settledAt' | 'lockedAt'>;

function packSeconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds - EPOCH_SECONDS;
}

function unpackSeconds(packed: number | null): number | null {
  return packed === null ? null : packed + EPOCH_SECONDS;
}

/** Points in quarters, of which nearly all are small integers. */
export function packPoints(points: number | null): number | null {
  return points === null ? null : points * QUARTERS;
}

/** What `packPoints` was given. */
export function unpackPoints(packed: number | null): number | null {
  return packed === null ? null : packed / QUARTERS;
}

function packReceipt(ms: number): number | null {
  if (ms === 0) return null;
  firstReceipt ??= ms;
  return ms - firstReceipt;
}

/** What most bets are called: whom they are about, their side, and their points, with a sign where they have no side. */
function usualName({ selection, selectionLine }: Subject, points: number | null): string {
  let name = selection ?? '';
  if (selectionLine) {
    name += `${name && ' '}${selectionLine.charAt(0).toUpperCase()}${selectionLine.slice(1)}`;
  }
  if (points === null) return name;
  return `${name} ${points > 0 && !selectionLine ? '+' : ''}${points}`;
}

class LeanOdd implements Odd {
  readonly id: string;
  readonly price: number | null;
  readonly groupingKey: string | null;
  readonly openingPrice: number | null;
  readonly previousPrice: number | null;
  upstreamEntryId: string | null;
  readonly group: Group;
  readonly subject: Subject;
  /** Null where it is the usual one. */
  readonly ownName: string | null;
  readonly quarters: number | null;
  private readonly ending: Ending | null;
  private readonly bits: number;
  private readonly changed: number | null;
  private readonly opened: number | null;
  private readonly moved: number | null;
  private received: number | null;

  constructor(
    odd: Odd,
    group: Group,
    subject: Subject,
    { ending, before }: { ending: Ending | null; before: LeanOdd | null },
  ) {
    const { isLive, name } = odd;
    this.id = odd.id;
    this.quarters = packPoints(odd.points);
    const isUsual = name === usualName(subject, this.points);
    this.ownName = isUsual ? null : before?.ownName === name ? before.ownName : name;
    this.price = odd.price;
    this.groupingKey = odd.groupingKey;
    this.openingPrice = odd.openingPrice;
    this.previousPrice = odd.previousPrice;
    this.upstreamEntryId = odd.upstreamEntryId;
    this.group = group;
    this.subject = subject;
    this.ending = ending;
    this.bits =
      STATES.indexOf(odd.state) |
      (odd.isMain ? IS_MAIN : 0) |
      (isLive === null ? 0 : LIVE_IS_KNOWN) |
      (isLive === true ? IS_LIVE : 0);
    this.changed = packSeconds(odd.timestampSeconds);
    this.opened = packSeconds(odd.openingAt);
    this.moved = packSeconds(odd.movedAt);
    this.received = packReceipt(odd.receivedAt);
  }

  get name(): string {
    return this.ownName ?? usualName(this.subject, this.points);
  }

  get fixtureId(): string {
    return this.group.fixtureId;
  }

  get versionId(): number | null {
    return this.group.versionId;
  }

  get sport(): string {
    return this.group.sport;
  }

  get league(): string {
    return this.group.league;
  }

  get market(): string {
    return this.group.market;
  }

  get wire(): WireRecord {
    return this.group.wire;
  }

  get selection(): string | null {
    return this.subject.selection;
  }

  get selectionLine(): string | null {
    return this.subject.selectionLine;
  }

  get playerId(): string | null {
    return this.subject.playerId;
  }

  get teamId(): string | null {
    return this.subject.teamId;
  }

  get settlement(): string | null {
    return this.ending?.settlement ?? null;
  }

  get settledAt(): string | null {
    return this.ending?.settledAt ?? null;
  }

  get lockedAt(): number | null {
    return this.ending?.lockedAt ?? null;
  }

  get state(): OddState {
    return STATES[this.bits & STATE_BITS] ?? 'open';
  }

  get isMain(): boolean {
    return (this.bits & IS_MAIN) !== 0;
  }

  get isLive(): boolean | null {
    return (this.bits & LIVE_IS_KNOWN) === 0 ? null : (this.bits & IS_LIVE) !== 0;
  }

  get points(): number | null {
    return unpackPoints(this.quarters);
  }

  get timestampSeconds(): number {
    return (this.changed ?? 0) + EPOCH_SECONDS;
  }

  get openingAt(): number | null {
    return unpackSeconds(this.opened);
  }

  get movedAt(): number | null {
    return unpackSeconds(this.moved);
  }

  get receivedAt(): number {
    return this.received === null ? 0 : this.received + (firstReceipt ?? 0);
  }

  set receivedAt(ms: number) {
    this.received = packReceipt(ms);
  }
}

const NO_GROUP: Group = {
  ...{ fixtureId: '', versionId: null, sport: '', league: '', market: '', wire: Object.freeze({}) },
};
const NO_SUBJECT: Subject = { selection: null, selectionLine: null, playerId: null, teamId: null };

// A field that once held null is one in which V8 keeps small integers and boxes alike: with numbers alone in it, the first
// fraction of a second would give every odd a box.
new LeanOdd(
  {
    ...{ ...NO_GROUP, ...NO_SUBJECT, id: '', name: '', points: null, price: null, isMain: false },
    ...{ isLive: null, groupingKey: null, settlement: null, settledAt: null, state: 'open' },
    ...{ lockedAt: null, openingPrice: null, openingAt: null, previousPrice: null, movedAt: null },
    ...{ receivedAt: 0, upstreamEntryId: null, timestampSeconds: null as never },
  },
  NO_GROUP,
  NO_SUBJECT,
  { ending: null, before: null },
);

/** A part that odds have in common. */
type Part<T> = {
  of(odd: LeanOdd): T;
  copy(odd: T & Odd, book: HeldBook | null): T;
  nameOf(odd: T): string;
  /** The newest of each name: odds come fixture by fixture. */
  newest: Map<string, T>;
};

const GROUPS: Part<Group> = {
  of: ({ group }) => group,
  copy: ({ fixtureId, versionId, sport, league, market, wire }) => ({
    ...{ fixtureId, versionId, sport, league, market, wire },
  }),
  nameOf: ({ versionId, market }) => `${versionId}\n${market}`,
  newest: new Map(),
};

const SUBJECTS: Part<Subject> = {
  of: ({ subject }) => subject,
  copy: ({ fixtureId, selection, selectionLine, playerId, teamId }, book) => {
    const { home = null, away = null } = book?.fixtures.get(fixtureId) ?? {};
    // The string that the fixture has already.
    const team = selection === home ? home : selection === away ? away : selection;
    return { selection: team, selectionLine, playerId, teamId };
  },
  nameOf: ({ selection, selectionLine }) => `${selection}\n${selectionLine}`,
  newest: new Map(),
};

const NEWEST_LIMIT = 1_000;
/** Odds of a fixture that are looked at, those that came last: all of a thousand would take long. */
const SIBLINGS = 32;

/**
 * A part that says what the odd says: that of the odd whose place it takes, else the newest of its name, else that of another
 * odd of its fixture, else a new one.
 */
function common<T extends object>(
  { of, copy, nameOf, newest }: Part<T>,
  odd: T & Odd,
  held: LeanOdd | null,
  book: HeldBook | null,
): T {
  if (held && isAlike(of(held), odd)) return of(held);
  const name = nameOf(odd);
  const known = newest.get(name);
  if (known && isAlike(known, odd)) return known;
  for (const id of book?.oddIdsOf(odd.fixtureId).slice(-SIBLINGS) ?? []) {
    const sibling = book?.odds.get(id);
    if (sibling instanceof LeanOdd && isAlike(of(sibling), odd)) return of(sibling);
  }
  const own = copy(odd, book);
  if (newest.size >= NEWEST_LIMIT) newest.clear();
  newest.set(name, own);
  return own;
}

function isAlike<T extends object>(part: T, odd: T): boolean {
  for (const key in part) if (part[key] !== odd[key]) return false;
  return true;
}

/**
 * The same odd in half the room; equal in every field, few of which are its own: it must not be spread (see `oddWith`).
 * @param held the odd that it takes the place of, with which it has most in common
 * @param book where others of its fixture may be held, which have something in common with it as well
 */
export function leanOdd(odd: Odd, held: Odd | null, book: HeldBook | null = null): Odd {
  if (odd instanceof LeanOdd) return odd;
  const { settlement, settledAt, lockedAt } = odd;
  const before = held instanceof LeanOdd ? held : null;
  const isEnding = settlement !== null || settledAt !== null || lockedAt !== null;
  return new LeanOdd(odd, common(GROUPS, odd, before, book), common(SUBJECTS, odd, before, book), {
    ending: isEnding ? { settlement, settledAt, lockedAt } : null,
    before,
  });
}

/** The name, in the string that an odd holds already where it has one of its own: each row brings another. */
export function heldName(name: string, held: Odd | null): string {
  // A lean one would put it together for the asking, and what takes its place knows it again by itself.
  return held !== null && !(held instanceof LeanOdd) && held.name === name ? held.name : name;
}

/** Whether two odds have the same name, without putting the names of lean ones together. */
export function isSameName(a: Odd, b: Odd): boolean {
  const isLean = a instanceof LeanOdd && b instanceof LeanOdd;
  const isAsUsual = isLean && a.subject === b.subject && a.quarters === b.quarters;
  return isAsUsual ? a.ownName === b.ownName : a.name === b.name;
}

/** The odd with some fields changed, whatever form it is held in. */
export function oddWith(odd: Odd, change: Partial<Odd>): Odd {
  const { id, fixtureId, versionId, sport, league, market, name, selection, selectionLine } = odd;
  const { points, price, isMain, isLive, groupingKey, playerId, teamId, timestampSeconds } = odd;
  const { settlement, settledAt, state, lockedAt, openingPrice, openingAt, previousPrice } = odd;
  const { movedAt, receivedAt, upstreamEntryId, wire } = odd;
  return {
    ...{ id, fixtureId, versionId, sport, league, market, name, selection, selectionLine },
    ...{ points, price, isMain, isLive, groupingKey, playerId, teamId, timestampSeconds },
    ...{ settlement, settledAt, state, lockedAt, openingPrice, openingAt, previousPrice },
    ...{ movedAt, receivedAt, upstreamEntryId, wire, ...change },
  };
}
