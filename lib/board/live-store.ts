/**
 * What writes into a board's store while it is live: frames of the stream, snapshots, and how our own hop is. No first load
 * has it.
 */
import { applyEvent, type FixtureChange, type OddChange } from '@/lib/protocol/book';
import { createClockOffset } from '@/lib/protocol/clock-offset';
import { decodeEvent, decodeForgotten, type Snapshot } from '@/lib/protocol/decode';
import { compareEntryIds, parseEntryId } from '@/lib/protocol/entry-id';
import {
  type FeedGap,
  type FeedState,
  type FeedStatus,
  type Fixture,
  type Odd,
  SEVERITY,
} from '@/lib/protocol/events';
import type { HeldBook } from '@/lib/protocol/held-book';
import { isSameName, oddWith } from '@/lib/protocol/lean-odd';
import { entityOf } from '@/lib/protocol/line';
import { priceMove } from '@/lib/protocol/price';
import { slug } from '@/lib/protocol/sports';
import type { Frame } from './connection';
import {
  type BoardState,
  type BoardStore,
  type HopGap,
  isSkipping,
  MOVE_AGED_MS,
  MOVE_MARK_MS,
  type Move,
  type News,
  type Scope,
  UNANSWERED,
} from './store';

/** How often marks that have had their time are taken away. */
const SWEEP_MS = 1_000;

/**
 * Marks kept at most, fresh and grey; beyond it the oldest go first. While fewer than half of the 32,768 places of a map are
 * live, V8 cleans it in place where it is full, instead of making one of twice the size.
 */
const MOVES_LIMIT = 16_000;

/** Gaps of our hop that are kept. */
const HOP_GAPS_LIMIT = 20;

const CROWDED =
  'Other tabs hold all connections that this browser has: close the board of another sport there, or look away from it.';

/** A board's store that can be written into. */
export type LiveStore = BoardStore & {
  /** Applies frames of the stream, in one write. */
  applyFrames(frames: readonly Frame[], isSeen: boolean): void;
  /**
   * Takes over a snapshot: what is held of its scope and missing from it goes, unless the stream has
   * brought news of it since the snapshot was cut.
   */
  holdSnapshot(snapshot: Snapshot, scope: Scope): void;
  setLoad(load: Partial<BoardState['load']>): void;
  /** Our own hop's state; `isGap`, true unless told: where it is live no more, whether it broke. */
  setHop(state: FeedState, since: number, isGap?: boolean): void;
  /** Whether other tabs hold all connections that this browser has. */
  setCrowded(isCrowded: boolean): void;
  /**
   * The stream cannot go on where it was: what it says from here on is taken as it comes, in whatever life of the server
   * it was numbered, until a snapshot is taken over.
   */
  reset(): void;
  countResume(): void;
  dispose(): void;
};

/** What the moves of one write have in common. */
type MoveAbout = Pick<Move, 'at' | 'isFresh'>;

class LeanMove implements Move {
  constructor(
    readonly direction: Move['direction'],
    readonly from: number,
    private readonly about: MoveAbout,
  ) {}

  get at(): number {
    return this.about.at;
  }

  get isFresh(): boolean {
    return this.about.isFresh;
  }
}

const known = new WeakMap<BoardStore, LiveStore>();

/** The store with what writes into it. One store has one, however often its board is begun anew, and is it itself. */
export function liveStore(store: BoardStore): LiveStore {
  const found = known.get(store);
  if (found) return found;
  const live = createLiveStore(store);
  known.set(store, live);
  known.set(live, live);
  return live;
}

function createLiveStore(store: BoardStore): LiveStore {
  const { inside } = store;
  const { now, setTimer, moveMarkMs = () => MOVE_MARK_MS, listeners } = inside;
  const { moves, aged, revisions, stateRevisions, write, tell, unmark } = inside;
  const { book } = store.getState();
  let stopSweep: (() => void) | null = null;
  let lastReceipt = 0;
  let isCrowded = false;
  let revision = 0;
  /** Fixtures that the server has forgotten since the held snapshot was cut, by the entry that said so. */
  const forgotten = new Map<string, string>();
  const clock = createClockOffset();
  const clearMarkets = new Map<string, ReadonlySet<string>>();
  /** Receipts must not step back, whatever the clock does. */
  function receipt(): number {
    lastReceipt = Math.max(lastReceipt, now());
    return lastReceipt;
  }

  function sweep(): void {
    stopSweep = null;
    const at = now();
    const swept: string[] = [];
    // Marks stand in the order in which they were made. Those of a time to come are of a clock that was set back since.
    const isYoung = (move: Move, ms: number) => move.at <= at && move.at > at - ms;
    for (const [id, move] of moves) {
      if (isYoung(move, moveMarkMs())) break;
      moves.delete(id);
      aged.set(id, move);
      swept.push(id);
    }
    for (const [id, move] of aged) {
      if (isYoung(move, MOVE_AGED_MS)) break;
      aged.delete(id);
      swept.push(id);
    }
    scheduleSweep();
    if (swept.length === 0) return;
    write({}, false);
    tell(swept);
  }

  function scheduleSweep(): void {
    if (!stopSweep && moves.size + aged.size > 0) stopSweep = setTimer(sweep, SWEEP_MS);
  }

  /** Marks a move; answers the id of the mark that had to go for it, if any. */
  function mark(id: string, from: number | null, odd: Odd, about: MoveAbout): string | null {
    const direction = priceMove(from, odd.price);
    if (direction === 'none' || from === null) return null;
    unmark(id);
    moves.set(id, new LeanMove(direction, from, about));
    if (moves.size + aged.size <= MOVES_LIMIT) return null;
    const [oldest = null] = (aged.size > 0 ? aged : moves).keys();
    if (oldest !== null) unmark(oldest);
    return oldest;
  }

  /** The feed as shown: the worse of the two hops, and since when. */
  function effective(
    hop: BoardState['feed']['hop'],
    status: FeedStatus | null,
    clockOffsetMs: number | null,
  ): Pick<BoardState['feed'], 'state' | 'since' | 'message' | 'source' | 'status'> {
    const previous = store.getState().feed;
    const source = status?.source ?? previous.source;
    if (!status || SEVERITY[hop.state] >= SEVERITY[status.feed]) {
      const isOurs = hop.state === 'late' || hop.state === 'dead';
      const message = isOurs ? (isCrowded ? CROWDED : UNANSWERED) : (status?.message ?? null);
      return { state: hop.state, since: hop.since, message, source, status };
    }
    const since = status.since + (clockOffsetMs ?? 0);
    return { state: status.feed, since, message: status.message, source, status };
  }

  /** Good until something structural of the fixture changes, which a price is not. */
  function hasOneMainLine(odd: Odd): boolean {
    let clear = clearMarkets.get(odd.fixtureId);
    if (!clear) {
      clear = marketsOfOneMain(book, odd.fixtureId);
      clearMarkets.set(odd.fixtureId, clear);
    }
    return clear.has(mainKey(odd));
  }

  /** Notes what a change of an odd may change in the rows: everything, what depends on states, or nothing. */
  function note({ odd, previous }: Pick<OddChange, 'odd' | 'previous'>): 'rows' | 'states' | null {
    if (isOddStructural({ odd, previous }) || !hasOneMainLine(odd)) {
      revise(odd.fixtureId);
      return 'rows';
    }
    if (odd.state === previous?.state) return null;
    revision += 1;
    stateRevisions.set(odd.fixtureId, revision);
    return 'states';
  }

  function revise(fixtureId: string): void {
    clearMarkets.delete(fixtureId);
    revision += 1;
    revisions.set(fixtureId, revision);
  }

  /** Lets go of a fixture as the server did; answers the ids of its odds. */
  function forget(fixtureId: string, entryId: string | null): readonly string[] {
    const ids = [...book.oddIdsOf(fixtureId)];
    book.removeFixture(fixtureId);
    for (const id of ids) unmark(id);
    revisions.delete(fixtureId);
    stateRevisions.delete(fixtureId);
    clearMarkets.delete(fixtureId);
    // A snapshot that is being read may have been cut before, and would bring it back for good.
    if (entryId !== null) forgotten.set(fixtureId, entryId);
    return ids;
  }

  function holdFixtures(snapshot: Snapshot, receivedAt: number): void {
    for (const patch of snapshot.fixtures) {
      if (forgotten.has(patch.id)) continue;
      const held = book.fixtures.get(patch.id);
      if (!held || !hasNews(held, snapshot.at)) book.applyFixture(patch, receivedAt);
    }
  }

  function moveOn(id: string | null): void {
    if (inside.position !== null && isAfter(id, inside.position)) inside.position = id;
  }

  return {
    ...store,
    applyFrames(frames, isSeen) {
      const { feed, load } = store.getState();
      const at = now();
      let { status, statusAt, lastFrameAt, clockOffsetMs, skips } = feed;
      let hasMissed = false;
      let isStructural = false;
      let isOfStates = false;
      /** Price of each moved odd before this write, and whether its last move may flash. */
      const before = new Map<string, { price: number | null; isLive: boolean }>();
      const news: News[] = [];
      const gone: string[] = [];
      for (const frame of frames) {
        lastFrameAt = frame.receivedAt;
        if (frame.name === 'ping') {
          clock.note(frame.data, frame.receivedAt);
          clockOffsetMs = clock.ms();
          continue;
        }
        if (frame.name === 'feed-status') {
          status = parseFeedStatus(frame.data) ?? status;
          statusAt = frame.receivedAt;
          continue;
        }
        // A snapshot that was read while the stream went on may know more than what comes of it still.
        const isKnown = frame.id !== null && load.at !== null && !isAfter(frame.id, load.at);
        if (isKnown && parseEntryId(frame.id)) continue;
        if (frame.name === 'forgotten') {
          const fixtureId = decodeForgotten(frame.data);
          if (fixtureId === null) continue;
          for (const id of forget(fixtureId, frame.id)) {
            before.delete(id);
            gone.push(id);
          }
          isStructural = true;
          continue;
        }
        const event = decodeEvent(frame.name, frame.data, frame.id, { keepWire: false });
        if (!event) continue;
        if (event.kind === 'odds' && event.isConflated !== isSkipping(skips)) skips += 1;
        // What a read brings to light while the server makes good for a gap of the vendor's may be long past.
        const isCatchUp = frame.isCatchUp || (event.vendorEntryId === null && isHealing(status));
        hasMissed ||= isCatchUp;
        const change = applyEvent(book, event, receipt());
        const isHeard = listeners.size > 0;
        // Where they are equal one string is kept, not two.
        const entryId = frame.id === event.entryId ? event.entryId : frame.id;
        const about = { entryId, at, isCatchUp };
        for (const { odd, previous } of change.odds) {
          if (isHeard) news.push({ ...about, kind: 'odd', odd, previous });
          if (!before.has(odd.id)) {
            before.set(odd.id, { price: previous?.price ?? null, isLive: true });
          }
          const entry = before.get(odd.id);
          if (entry && isCatchUp) entry.isLive = false;
          const noted = note({ odd, previous });
          if (noted === 'rows') isStructural = true;
          else if (noted === 'states') isOfStates = true;
        }
        if (change.fixture && isHeard) news.push({ ...about, kind: 'fixture', ...change.fixture });
        if (change.fixture && isFixtureStructural(change.fixture)) {
          revise(change.fixture.fixture.id);
          isStructural = true;
        }
      }
      // They are in order, and a ping, which has no id, has a status after it.
      moveOn(frames.at(-1)?.id ?? null);
      const moveAbout: MoveAbout = { at, isFresh: isSeen };
      const changed = new Set([...before.keys(), ...gone]);
      for (const [id, { price, isLive }] of before) {
        const odd = book.odds.get(id);
        if (!odd || odd.price === price) continue;
        // What was missed is no move anybody should look at; an older mark would tell of another price.
        if (!isLive) unmark(id);
        else {
          const unmarked = mark(id, price, odd, moveAbout);
          if (unmarked !== null) changed.add(unmarked);
        }
      }
      if (!isSeen || hasMissed) inside.quietAt = at;
      scheduleSweep();
      const isTold = status !== feed.status && load.state === 'complete';
      const partial = isTold && status ? isPartial(status, load.at) : load.partial;
      write(
        {
          feed: {
            ...feed,
            statusAt,
            lastFrameAt,
            clockOffsetMs,
            skips,
            ...effective(feed.hop, status, clockOffsetMs),
          },
          load: partial === load.partial ? load : { ...load, partial },
        },
        isStructural,
        isOfStates,
      );
      tell(changed);
      if (news.length > 0) for (const callback of listeners) callback(news);
    },

    holdSnapshot(snapshot, scope) {
      const covers = scopePredicate(scope);
      const present = new Set(snapshot.odds.map(({ id }) => id));
      const fixtures = new Set(snapshot.fixtures.map(({ id }) => id));
      for (const [id, entryId] of forgotten) {
        if (!isAfter(entryId, snapshot.at)) forgotten.delete(id);
      }
      inside.position ??= snapshot.at;
      moveOn(snapshot.at);
      holdFixtures(snapshot, receipt());
      for (const odd of snapshot.odds) {
        if (forgotten.has(odd.fixtureId)) continue;
        const held = book.odds.get(odd.id);
        if (held && isAfter(held.upstreamEntryId, snapshot.at)) {
          // A settlement says nothing but how it ended: the rest is what it was.
          if (held.state === 'settled' && held.price === null) book.hold(settledAs(odd, held));
          else if (isOpeningOlder(odd, held)) book.hold(withOpeningOf(held, odd));
          continue;
        }
        // An arrow tells how the last price became this one: of another price it says nothing.
        if (held && held.price !== odd.price) unmark(odd.id);
        // A server that began later knows a later first price.
        book.hold(held && isOpeningOlder(held, odd) ? withOpeningOf(odd, held) : odd);
      }
      inside.quietAt = now();
      for (const odd of [...book.odds.values()]) {
        if (present.has(odd.id) || isAfter(odd.upstreamEntryId, snapshot.at)) continue;
        if (!covers(odd.fixtureId, book.fixtures.get(odd.fixtureId) ?? null, odd)) continue;
        book.removeOdd(odd.id);
        unmark(odd.id);
      }
      for (const fixture of [...book.fixtures.values()]) {
        const isKept =
          fixtures.has(fixture.id) ||
          book.oddIdsOf(fixture.id).length > 0 ||
          hasNews(fixture, snapshot.at) ||
          !covers(fixture.id, fixture, null);
        if (!isKept) book.removeFixture(fixture.id);
      }
      revision += 1;
      inside.wholeRevision = revision;
      revisions.clear();
      stateRevisions.clear();
      clearMarkets.clear();
      const { load, feed } = store.getState();
      const hopGaps = feed.hopGaps.map(
        (gap): HopGap => (gap.healing === 'reading' ? { ...gap, healing: 'read' } : gap),
      );
      write(
        {
          feed: { ...feed, hopGaps },
          load: {
            ...load,
            state: 'complete',
            partial: snapshot.partial,
            at: snapshot.at,
            error: null,
            totals: null,
          },
        },
        true,
      );
      tell();
    },

    setLoad(load) {
      write({ load: { ...store.getState().load, ...load } }, false);
    },

    setHop(state, since, isGap = true) {
      const { feed } = store.getState();
      const hop = { state, since };
      let { hopGaps } = feed;
      if (feed.hop.state === 'live' && state !== 'live' && isGap) {
        const gap: HopGap = { from: since, until: null, healing: 'waiting' };
        hopGaps = [...hopGaps, gap].slice(-HOP_GAPS_LIMIT);
      } else if (state === 'live') {
        hopGaps = lastGap(hopGaps, (gap) =>
          gap.until === null
            ? {
                ...gap,
                until: now(),
                healing: gap.healing === 'waiting' ? 'went-on' : gap.healing,
              }
            : gap,
        );
      }
      write(
        { feed: { ...feed, hop, hopGaps, ...effective(hop, feed.status, feed.clockOffsetMs) } },
        false,
      );
    },

    setCrowded(next) {
      isCrowded = next;
      const { feed } = store.getState();
      const { hop, status, clockOffsetMs } = feed;
      write({ feed: { ...feed, ...effective(hop, status, clockOffsetMs) } }, false);
    },

    reset() {
      const { feed, load } = store.getState();
      book.forgetEntryIds();
      forgotten.clear();
      inside.position = null;
      const hopGaps = lastGap(feed.hopGaps, (gap) =>
        gap.until === null ? { ...gap, healing: 'reading' } : gap,
      );
      write(
        { feed: { ...feed, hopGaps, resets: feed.resets + 1 }, load: { ...load, at: null } },
        false,
      );
    },

    countResume() {
      const { feed } = store.getState();
      const hopGaps = lastGap(feed.hopGaps, (gap) =>
        gap.until === null ? { ...gap, healing: 'resumed' } : gap,
      );
      write({ feed: { ...feed, hopGaps, resumes: feed.resumes + 1 } }, false);
    },

    dispose() {
      stopSweep?.();
      stopSweep = null;
    },
  };
}

/** Whether the server has still to make good for something that the vendor's stream missed. */
function isHealing(status: FeedStatus | null): boolean {
  if (!status) return false;
  const isOpen = ({ healing }: FeedGap) =>
    healing === 'waiting' || healing === 'reading' || healing === 'failed';
  return status.feed !== 'live' || status.gaps.some(isOpen);
}

/** Whether the first price that one odd tells of was seen before that of the other. */
function isOpeningOlder(one: Odd, other: Odd): boolean {
  if (one.openingAt === null) return false;
  return other.openingAt === null || one.openingAt < other.openingAt;
}

function withOpeningOf(odd: Odd, { openingPrice, openingAt }: Odd): Odd {
  return oddWith(odd, { openingPrice, openingAt });
}

/** What a snapshot knows of an odd, and how it ended since. */
function settledAs(odd: Odd, settled: Odd): Odd {
  const { state, settlement, settledAt, timestampSeconds, receivedAt, upstreamEntryId } = settled;
  return oddWith(odd, {
    ...{ state, settlement, settledAt, lockedAt: null, receivedAt, upstreamEntryId },
    timestampSeconds: Math.max(timestampSeconds, odd.timestampSeconds),
  });
}

/** The gaps with the newest one changed. */
function lastGap(gaps: readonly HopGap[], change: (gap: HopGap) => HopGap): readonly HopGap[] {
  const last = gaps.at(-1);
  return last ? [...gaps.slice(0, -1), change(last)] : gaps;
}

function isAfter(entryId: string | null, at: string): boolean {
  return entryId !== null && parseEntryId(entryId) !== null && compareEntryIds(entryId, at) > 0;
}

/** Whether the stream said something of the fixture that a snapshot cut at `at` cannot know. */
function hasNews(fixture: Fixture, at: string): boolean {
  const { statusEntryId, startEntryId, detailEntryId } = fixture;
  return [statusEntryId, startEntryId, detailEntryId].some((id) => isAfter(id, at));
}

/**
 * Whether a snapshot cut at `at` lacks something now, by the stream's word: a read that failed when it was cut may
 * have been made up for since, and the other way round.
 */
function isPartial({ partial, filledAt }: FeedStatus, at: string | null): boolean {
  return partial || (filledAt !== null && at !== null && isAfter(filledAt, at));
}

/** The body of `feed-status`, or null where it is none. It comes from our own server: only its shape is checked. */
function parseFeedStatus(data: string): FeedStatus | null {
  try {
    const status: FeedStatus | null = JSON.parse(data);
    return status && Object.hasOwn(SEVERITY, status.feed) ? status : null;
  } catch {
    return null;
  }
}

/**
 * Whether rows may differ because of it: everything counts that rows are built from. The price is none of it, nor is the
 * state, of which only a filter for states makes anything.
 */
function isOddStructural({ odd, previous }: Pick<OddChange, 'odd' | 'previous'>): boolean {
  return (
    !previous ||
    odd.isMain !== previous.isMain ||
    odd.groupingKey !== previous.groupingKey ||
    odd.selectionLine !== previous.selectionLine ||
    odd.selection !== previous.selection ||
    odd.points !== previous.points ||
    odd.market !== previous.market ||
    odd.league !== previous.league ||
    !isSameName(odd, previous) ||
    odd.teamId !== previous.teamId ||
    odd.versionId !== previous.versionId ||
    odd.fixtureId !== previous.fixtureId
  );
}

/** A market of one team, player or the whole game, as its main line is chosen. */
function mainKey({ versionId, market, groupingKey }: Odd): string {
  return `${versionId}\n${market}\n${entityOf(groupingKey)}`;
}

/**
 * The markets of a fixture in which one line is flagged as the main one, or is the only one. Where none of several is,
 * the most balanced line stands in, which depends on prices; where several are, the newest open one does, which depends
 * on times and states.
 */
function marketsOfOneMain(book: HeldBook, fixtureId: string): ReadonlySet<string> {
  const lines = new Map<string, { all: Set<string | null>; flagged: Set<string | null> }>();
  for (const id of book.oddIdsOf(fixtureId)) {
    const odd = book.odds.get(id);
    if (!odd) continue;
    const key = mainKey(odd);
    let known = lines.get(key);
    if (!known) {
      known = { all: new Set(), flagged: new Set() };
      lines.set(key, known);
    }
    known.all.add(odd.groupingKey);
    if (odd.isMain) known.flagged.add(odd.groupingKey);
  }
  const clear = new Set<string>();
  for (const [key, { all, flagged }] of lines) {
    if (all.size === 1 || flagged.size === 1) clear.add(key);
  }
  return clear;
}

function isFixtureStructural({ fixture, previous }: FixtureChange): boolean {
  return (
    !previous ||
    fixture.status !== previous.status ||
    fixture.startDate !== previous.startDate ||
    fixture.league !== previous.league ||
    fixture.home !== previous.home ||
    fixture.away !== previous.away ||
    fixture.homeCompetitors !== previous.homeCompetitors ||
    fixture.homeRotation !== previous.homeRotation ||
    fixture.awayRotation !== previous.awayRotation
  );
}

/** Whether a subscription of that scope says everything there is to know of a fixture. */
export function scopePredicate({
  leagues,
  fixtureIds,
}: Scope): (id: string, fixture: Fixture | null, odd: Odd | null) => boolean {
  const labels = leagues.length > 0 ? new Set(leagues.map(slug)) : null;
  const ids = fixtureIds.length > 0 ? new Set(fixtureIds) : null;
  return (id, fixture, odd) => {
    if (ids && !ids.has(id)) return false;
    if (!labels) return true;
    const league = fixture?.league ?? odd?.league ?? null;
    return (
      (league !== null && labels.has(slug(league))) ||
      (fixture?.leagueId != null && labels.has(slug(fixture.leagueId)))
    );
  };
}
