/**
 * The board's one store: a Book, what moved in it, and how healthy its feed is. What the stream brings is
 * written at most once per frame of the screen; odds and fixtures in the Book are immutable objects, so a cell that
 * selects its odd by id renders when that odd changed and never else.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { Book, type FixtureChange, type OddChange } from '@/lib/protocol/book';
import { createClockOffset } from '@/lib/protocol/clock-offset';
import { decodeEvent, decodeForgotten, decodeSnapshot, type Snapshot } from '@/lib/protocol/decode';
import { compareEntryIds, parseEntryId } from '@/lib/protocol/entry-id';
import {
  type FeedSource,
  type FeedState,
  type FeedStatus,
  type Fixture,
  type Odd,
  type PastMoment,
  SEVERITY,
  type SnapshotBody,
  type WireRecord,
} from '@/lib/protocol/events';
import { entityOf } from '@/lib/protocol/line';
import { priceMove } from '@/lib/protocol/price';
import { slug } from '@/lib/protocol/sports';
import type { Frame } from './connection';
import type { Scheduler } from './frame-batch';
import type { RowOrder } from './order';

/** How long a move stays marked, unless told. */
export const MOVE_MARK_MS = 30_000;

/** How long after it a move is still told of, by a grey arrow. */
export const MOVE_AGED_MS = 600_000;

/** How often marks that have had their time are taken away. */
const SWEEP_MS = 1_000;

/** Marks kept at most; beyond it the oldest go first. */
const MOVES_LIMIT = 20_000;

/** A price that went up or down. A new object is a new move. */
export type Move = {
  direction: 'up' | 'down';
  /** American price before. */
  from: number;
  /** Epoch ms at which it was applied. */
  at: number;
  /** Whether somebody could see it happen: only then may it flash. */
  isFresh: boolean;
};

/** Which price of each odd is shown: the one that holds, the one before its last move, or the first that was seen. */
export type Figures = 'current' | 'previous' | 'opening';

/** The price of an odd that a board of these figures shows. */
export function shownPrice(odd: Odd, figures: Figures): number | null {
  if (figures === 'current') return odd.price;
  return figures === 'previous' ? odd.previousPrice : odd.openingPrice;
}

/** What the server's first answer held: enough for the first screen. */
export type FirstScreen = {
  snapshot: SnapshotBody;
  feed: FeedStatus;
  totals: { fixtures: number; odds: number };
  /** The moment of which it tells, where that is not now. */
  past: PastMoment | null;
  /** The server's clock, or the past moment; epoch ms. */
  now: number;
};

/** Fields of a row that the decoder reads and a first screen shows: what a page must carry. */
const ODD_FIELDS = [
  'id',
  'fixture_id',
  'version_id',
  'sport',
  'league',
  'market',
  'name',
  'selection',
  'selection_line',
  'points',
  'price',
  'is_main',
  'is_live',
  'grouping_key',
  'player_id',
  'team_id',
  'timestamp',
  'state',
  'lockedAt',
  'settlement',
  'settledAt',
];
const FIXTURE_FIELDS = [
  'id',
  'sport',
  'league',
  'home_team_display',
  'away_team_display',
  'home_competitors',
  'away_competitors',
  'home_rotation_number',
  'away_rotation_number',
  'status',
  'start_date',
  'old_status',
  'old_start_date',
  'status_changed_at',
  'start_changed_at',
  'result',
];

function slim(rows: readonly WireRecord[], fields: readonly string[]): WireRecord[] {
  return rows.map((row) =>
    Object.fromEntries(
      fields.map((name) => [name, row[name]]).filter(([, value]) => value !== null && value !== ''),
    ),
  );
}

/** The first screen without what no browser reads of it: a third of the page's weight. */
export function slimFirstScreen(screen: FirstScreen): FirstScreen {
  const { snapshot } = screen;
  return {
    ...screen,
    snapshot: {
      ...snapshot,
      fixtures: slim(snapshot.fixtures, FIXTURE_FIELDS),
      odds: slim(snapshot.odds, ODD_FIELDS),
    },
  };
}

/** The part of the board that a subscription covers; empty lists mean no restriction. */
export type Scope = { leagues: readonly string[]; fixtureIds: readonly string[] };

export type BoardState = {
  sport: string;
  /** Changed in place: select odds and fixtures, never the maps. */
  book: Book;
  /** +1 per write. */
  tick: number;
  /** +1 when rows may differ: an odd or fixture came or went, or changed in anything but price and receipts. */
  structure: number;
  /** +1 when states of odds changed and rows that do not depend on them stay as they are. */
  states: number;
  /** Changed in place, as the Book is. */
  moves: ReadonlyMap<string, Move>;
  /** Moves whose mark has had its time, until they are 10 minutes old; changed in place. */
  aged: ReadonlyMap<string, Move>;
  figures: Figures;
  /** How the rows are ordered where it is not by themselves. */
  order: RowOrder | null;
  load: {
    state: 'first-screen' | 'loading' | 'complete' | 'error';
    /** True while some league of the view has not been read in full. */
    partial: boolean;
    /** Entry id at which the held snapshot was cut. */
    at: string | null;
    error: string | null;
    /** What the server counted, while only a first screen is held. */
    totals: { fixtures: number; odds: number } | null;
  };
  feed: {
    /** The worst of our hop to the server and the server's to the vendor. */
    state: FeedState;
    source: FeedSource;
    /** Local epoch ms since when `state` has been what it is. */
    since: number;
    message: string | null;
    status: FeedStatus | null;
    lastFrameAt: number | null;
    /** Local clock minus server clock. */
    clockOffsetMs: number | null;
    resumes: number;
    resets: number;
    /** The hop from server to browser alone; `since` is local epoch ms. */
    hop: { state: FeedState; since: number };
    /** Gaps of that hop, newest last. */
    hopGaps: readonly HopGap[];
    /** When `status` was received, local epoch ms. */
    statusAt: number | null;
  };
};

/** A time without frames from the server, local epoch ms, and how what was missed came. */
export type HopGap = {
  from: number;
  /** Null while it lasts. */
  until: number | null;
  /**
   * `waiting` for the server; the same stream `went-on`; `resumed` after the last entry; `reading` the snapshot,
   * since it could not be resumed; `read`.
   */
  healing: 'waiting' | 'went-on' | 'resumed' | 'reading' | 'read';
};

/** Gaps of our hop that are kept. */
const HOP_GAPS_LIMIT = 20;

/** Something that the stream changed, one of each odd and fixture that an entry changed. */
export type News = {
  /** The entry that brought it; null where it had none. */
  entryId: string | null;
  /** Local epoch ms at which it was applied. */
  at: number;
  /** Whether it was missed and came after a cut: it may be long past. */
  isCatchUp: boolean;
} & (
  | { kind: 'odd'; odd: Odd; previous: Odd | null }
  | { kind: 'fixture'; fixture: Fixture; previous: Fixture | null }
);

export type BoardStore = StoreApi<BoardState> & {
  /** The moment that the board is of, where that is not now: then nothing of it changes. */
  readonly past: PastMoment | null;
  /** The newest entry that is in what is held; null while nobody knows. */
  position(): string | null;
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
  /** A number that differs whenever something structural of the fixture or of its odds changed. */
  revisionOf(fixtureId: string): number;
  /** The same, that differs when the state of an odd changed as well. */
  stateRevisionOf(fixtureId: string): number;
  /**
   * Calls back, once per write, when what is held of the odd changed, its move mark included. For what is on screen:
   * an odd that nobody watches costs nothing but its place in the Book.
   */
  watchOdd(id: string, callback: () => void): () => void;
  /**
   * Calls back after each write with what the stream changed in it, oldest first; never with what a snapshot brought,
   * which is no news. Nothing is gathered while nobody listens.
   */
  onNews(callback: (news: readonly News[]) => void): () => void;
  /** Takes the mark of an odd away, of whatever age: somebody has seen it. */
  clearMark(id: string): void;
  /** Takes all marks away. */
  clearMarks(): void;
  /** Shows other prices of all odds; what is held goes on all the same. */
  showFigures(figures: Figures): void;
  /** Orders the rows by something else than themselves; null: by themselves. */
  orderRows(order: RowOrder | null): void;
  /** Epoch ms of the last write that is no news: a snapshot, what was missed, what nobody was there to see. */
  quietAt(): number;
  dispose(): void;
};

export type BoardStoreOptions = {
  sport: string;
  initial: FirstScreen | null;
  now(): number;
  setTimer: Scheduler['setTimer'];
  /** How long a move stays marked; asked at each sweep, so that it may change. */
  moveMarkMs?(): number;
};

const UNANSWERED = 'The board gets no prices from its server; it keeps trying by itself.';
const CROWDED =
  'Other tabs hold all connections that this browser has: close the board of another sport there, or look away from it.';

/** Creates the store, holding the first screen where there is one. */
export function createBoardStore({
  sport,
  initial,
  now,
  setTimer,
  moveMarkMs = () => MOVE_MARK_MS,
}: BoardStoreOptions): BoardStore {
  const book = new Book();
  const moves = new Map<string, Move>();
  const aged = new Map<string, Move>();
  let stopSweep: (() => void) | null = null;
  let lastReceipt = 0;
  let hop: { state: FeedState; since: number } = {
    state: 'connecting',
    since: initial?.now ?? now(),
  };
  let isCrowded = false;
  /** Newest structural change of each fixture, and of everything (a snapshot). */
  const revisions = new Map<string, number>();
  const stateRevisions = new Map<string, number>();
  let revision = 0;
  let wholeRevision = 0;
  const clock = createClockOffset();
  const clearMarkets = new Map<string, ReadonlySet<string>>();
  let quietAt = Number.NEGATIVE_INFINITY;
  const watchers = new Map<string, Set<() => void>>();
  const listeners = new Set<(news: readonly News[]) => void>();
  /** Fixtures that the server has forgotten since the held snapshot was cut, by the entry that said so. */
  const forgotten = new Map<string, string>();

  let position: string | null = null;
  let first: Snapshot | null = null;
  if (initial) {
    first = decodeSnapshot(initial.snapshot, { keepWire: false });
    for (const fixture of first.fixtures) book.applyFixture(fixture, 0);
    for (const odd of first.odds) book.hold(odd);
    position = first.at;
  }

  const store = createStore<BoardState>()(() => ({
    sport,
    book,
    tick: 0,
    structure: 0,
    states: 0,
    moves,
    aged,
    figures: 'current',
    order: null,
    load: {
      state: first ? 'first-screen' : 'loading',
      partial: first?.partial ?? true,
      at: first?.at ?? null,
      error: null,
      totals: initial?.totals ?? null,
    },
    feed: {
      state: 'connecting',
      source: initial?.feed.source ?? 'opticodds',
      since: hop.since,
      message: initial?.feed.message ?? null,
      status: initial?.feed ?? null,
      lastFrameAt: null,
      clockOffsetMs: null,
      resumes: 0,
      resets: 0,
      hop,
      hopGaps: [],
      statusAt: null,
    },
  }));

  function write(
    patch: Partial<Pick<BoardState, 'load' | 'feed' | 'figures' | 'order'>>,
    isStructural: boolean,
    isOfStates = false,
  ): void {
    store.setState((state) => ({
      ...patch,
      tick: state.tick + 1,
      structure: isStructural ? state.structure + 1 : state.structure,
      states: isOfStates ? state.states + 1 : state.states,
    }));
  }

  /** Tells those who watch one of these odds; all of them where none is named. */
  function tell(ids: Iterable<string> = [...watchers.keys()]): void {
    for (const id of ids) {
      for (const callback of watchers.get(id) ?? []) callback();
    }
  }

  /** Receipts must not step back, whatever the clock does. */
  function receipt(): number {
    lastReceipt = Math.max(lastReceipt, now());
    return lastReceipt;
  }

  function sweep(): void {
    stopSweep = null;
    const at = now();
    const swept: string[] = [];
    // Marks stand in the order in which they were made.
    for (const [id, move] of moves) {
      if (move.at > at - moveMarkMs()) break;
      moves.delete(id);
      aged.set(id, move);
      swept.push(id);
    }
    for (const [id, move] of aged) {
      if (move.at > at - MOVE_AGED_MS) break;
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

  function unmark(id: string): boolean {
    const wasFresh = moves.delete(id);
    return aged.delete(id) || wasFresh;
  }

  /** Marks a move; answers the id of the mark that had to go for it, if any. */
  function mark(
    id: string,
    from: number | null,
    odd: Odd,
    isFresh: boolean,
    at: number,
  ): string | null {
    const direction = priceMove(from, odd.price);
    if (direction === 'none' || from === null) return null;
    unmark(id);
    moves.set(id, { direction, from, at, isFresh });
    if (moves.size + aged.size <= MOVES_LIMIT) return null;
    const [oldest = null] = (aged.size > 0 ? aged : moves).keys();
    if (oldest !== null) unmark(oldest);
    return oldest;
  }

  /** The feed as shown: the worse of the two hops, and since when. */
  function effective(
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

  function revisionOf(fixtureId: string): number {
    return revisions.get(fixtureId) ?? wholeRevision;
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
    if (position !== null && isAfter(id, position)) position = id;
  }

  return {
    ...store,
    past: initial?.past ?? null,
    position: () => position,

    applyFrames(frames, isSeen) {
      const { feed, load } = store.getState();
      let { status, statusAt, lastFrameAt, clockOffsetMs } = feed;
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
        const change = book.apply(event, receipt());
        const isHeard = listeners.size > 0;
        const about = { entryId: frame.id, at: lastReceipt, isCatchUp: frame.isCatchUp };
        for (const { odd, previous } of change.odds) {
          if (isHeard) news.push({ ...about, kind: 'odd', odd, previous });
          if (!before.has(odd.id)) {
            before.set(odd.id, { price: previous?.price ?? null, isLive: true });
          }
          const entry = before.get(odd.id);
          if (entry && frame.isCatchUp) entry.isLive = false;
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
      const at = now();
      const changed = new Set([...before.keys(), ...gone]);
      for (const [id, { price, isLive }] of before) {
        const odd = book.odds.get(id);
        if (!odd || odd.price === price) continue;
        // What was missed is no move anybody should look at; an older mark would tell of another price.
        if (!isLive) unmark(id);
        else {
          const unmarked = mark(id, price, odd, isSeen, at);
          if (unmarked !== null) changed.add(unmarked);
        }
      }
      if (!isSeen || frames.some(({ isCatchUp }) => isCatchUp)) quietAt = at;
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
            ...effective(status, clockOffsetMs),
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
      position ??= snapshot.at;
      moveOn(snapshot.at);
      holdFixtures(snapshot, receipt());
      for (const odd of snapshot.odds) {
        if (forgotten.has(odd.fixtureId)) continue;
        const held = book.odds.get(odd.id);
        if (held && isAfter(held.upstreamEntryId, snapshot.at)) {
          if (isOpeningOlder(odd, held)) book.hold(withOpeningOf(held, odd));
          continue;
        }
        // An arrow tells how the last price became this one: of another price it says nothing.
        if (held && held.price !== odd.price) unmark(odd.id);
        // A server that began later knows a later first price.
        book.hold(held && isOpeningOlder(held, odd) ? withOpeningOf(odd, held) : odd);
      }
      quietAt = now();
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
      wholeRevision = revision;
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
      const wasLive = hop.state === 'live';
      hop = { state, since };
      const { feed } = store.getState();
      let { hopGaps } = feed;
      if (wasLive && state !== 'live' && isGap) {
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
        { feed: { ...feed, hop, hopGaps, ...effective(feed.status, feed.clockOffsetMs) } },
        false,
      );
    },

    setCrowded(next) {
      isCrowded = next;
      const { feed } = store.getState();
      write({ feed: { ...feed, ...effective(feed.status, feed.clockOffsetMs) } }, false);
    },

    reset() {
      const { feed, load } = store.getState();
      book.forgetEntryIds();
      forgotten.clear();
      position = null;
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

    revisionOf,

    stateRevisionOf: (fixtureId) =>
      Math.max(revisionOf(fixtureId), stateRevisions.get(fixtureId) ?? 0),

    watchOdd(id, callback) {
      const known = watchers.get(id);
      const callbacks = known ?? new Set();
      if (!known) watchers.set(id, callbacks);
      callbacks.add(callback);
      return () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && watchers.get(id) === callbacks) watchers.delete(id);
      };
    },

    onNews(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },

    clearMark(id) {
      if (!unmark(id)) return;
      write({}, false);
      tell([id]);
    },

    clearMarks() {
      const ids = [...moves.keys(), ...aged.keys()];
      moves.clear();
      aged.clear();
      if (ids.length === 0) return;
      write({}, false);
      tell(ids);
    },

    showFigures(figures) {
      if (figures === store.getState().figures) return;
      write({ figures }, false);
      tell();
    },

    orderRows(order) {
      if (order !== store.getState().order) write({ order }, false);
    },

    quietAt: () => quietAt,

    dispose() {
      stopSweep?.();
      stopSweep = null;
    },
  };
}

/** Whether the first price that one odd tells of was seen before that of the other. */
function isOpeningOlder(one: Odd, other: Odd): boolean {
  if (one.openingAt === null) return false;
  return other.openingAt === null || one.openingAt < other.openingAt;
}

function withOpeningOf(odd: Odd, { openingPrice, openingAt }: Odd): Odd {
  return { ...odd, openingPrice, openingAt };
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
    odd.name !== previous.name ||
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
function marketsOfOneMain(book: Book, fixtureId: string): ReadonlySet<string> {
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
