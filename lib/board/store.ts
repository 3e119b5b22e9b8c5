/**
 * The board's one store: a Book, what moved in it, and how healthy its feed is. What the stream brings is
 * written at most once per frame of the screen; odds and fixtures in the Book are immutable objects, so a cell that
 * selects its odd by id renders when that odd changed and never else.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { decodeSnapshot, type Snapshot } from '@/lib/protocol/decode-rows';
import type {
  FeedSource,
  FeedState,
  FeedStatus,
  Fixture,
  Odd,
  PastMoment,
  SnapshotBody,
  WireRecord,
} from '@/lib/protocol/events';
import { HeldBook } from '@/lib/protocol/held-book';
import { leanOdd } from '@/lib/protocol/lean-odd';
import type { Scheduler } from './frame-batch';
import type { RowOrder } from './order';

/** How long a move stays marked, unless told. */
export const MOVE_MARK_MS = 30_000;

/** How long after it a move is still told of, by a grey arrow. */
export const MOVE_AGED_MS = 600_000;

/** A price that went up or down. A new object is a new move. */
export type Move = {
  readonly direction: 'up' | 'down';
  /** American price before. */
  readonly from: number;
  /** Epoch ms at which it was applied. */
  readonly at: number;
  /** Whether somebody could see it happen: only then may it flash. */
  readonly isFresh: boolean;
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
  book: HeldBook;
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
    /** How often the stream, which went on, began or ceased to leave out changes that this browser was too slow to take. */
    skips: number;
    /** The hop from server to browser alone; `since` is local epoch ms. */
    hop: { state: FeedState; since: number };
    /** Gaps of that hop, newest last. */
    hopGaps: readonly HopGap[];
    /** When `status` was received, local epoch ms. */
    statusAt: number | null;
  };
};

/** Whether the newest prices came without those between. */
export function isSkipping(skips: number): boolean {
  return skips % 2 === 1;
}

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
  /** Nothing that hears the server can be had: what is shown was known at `since`, local epoch ms, and is dead. */
  lose(since: number): void;
  /** For `./live-store` alone. */
  readonly inside: Inside;
};

/** What a store shares with what writes into it while it is live. */
export type Inside = Pick<BoardStoreOptions, 'now' | 'setTimer' | 'moveMarkMs'> & {
  readonly moves: Map<string, Move>;
  readonly aged: Map<string, Move>;
  /** Newest structural change of each fixture, and of everything (a snapshot). */
  readonly revisions: Map<string, number>;
  readonly stateRevisions: Map<string, number>;
  wholeRevision: number;
  position: string | null;
  quietAt: number;
  readonly listeners: Set<(news: readonly News[]) => void>;
  write(
    patch: Partial<Pick<BoardState, 'load' | 'feed' | 'figures' | 'order'>>,
    isStructural: boolean,
    isOfStates?: boolean,
  ): void;
  /** Tells those who watch one of these odds; all of them where none is named. */
  tell(ids?: Iterable<string>): void;
  unmark(id: string): boolean;
};

export type BoardStoreOptions = {
  sport: string;
  initial: FirstScreen | null;
  now(): number;
  setTimer: Scheduler['setTimer'];
  /** How long a move stays marked; asked at each sweep, so that it may change. */
  moveMarkMs?(): number;
};

/** Said while our own hop is late or dead, whatever the vendor's is. */
export const UNANSWERED = 'The board gets no prices from its server; it keeps trying by itself.';

/** Creates the store, holding the first screen where there is one. */
export function createBoardStore({
  sport,
  initial,
  now,
  setTimer,
  moveMarkMs,
}: BoardStoreOptions): BoardStore {
  const book = new HeldBook(leanOdd);
  const moves = new Map<string, Move>();
  const aged = new Map<string, Move>();
  const revisions = new Map<string, number>();
  const stateRevisions = new Map<string, number>();
  const watchers = new Map<string, Set<() => void>>();
  const listeners: Inside['listeners'] = new Set();

  const hop: BoardState['feed']['hop'] = { state: 'connecting', since: initial?.now ?? now() };
  let first: Snapshot | null = null;
  if (initial) {
    first = decodeSnapshot(initial.snapshot, { keepWire: false });
    for (const fixture of first.fixtures) book.applyFixture(fixture, 0);
    for (const odd of first.odds) book.hold(odd);
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
      skips: 0,
      resets: 0,
      hop,
      hopGaps: [],
      statusAt: null,
    },
  }));

  const write: Inside['write'] = (patch, isStructural, isOfStates = false) => {
    store.setState((state) => ({
      ...patch,
      tick: state.tick + 1,
      structure: isStructural ? state.structure + 1 : state.structure,
      states: isOfStates ? state.states + 1 : state.states,
    }));
  };

  const tell: Inside['tell'] = (ids = [...watchers.keys()]) => {
    for (const id of ids) {
      for (const callback of watchers.get(id) ?? []) callback();
    }
  };

  function unmark(id: string): boolean {
    const wasFresh = moves.delete(id);
    return aged.delete(id) || wasFresh;
  }

  function revisionOf(fixtureId: string): number {
    return revisions.get(fixtureId) ?? inside.wholeRevision;
  }

  const inside: Inside = {
    now,
    setTimer,
    moveMarkMs,
    moves,
    aged,
    revisions,
    stateRevisions,
    wholeRevision: 0,
    position: first?.at ?? null,
    quietAt: Number.NEGATIVE_INFINITY,
    listeners,
    write,
    tell,
    unmark,
  };

  return {
    ...store,
    inside,
    past: initial?.past ?? null,
    position: () => inside.position,

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

    lose(since) {
      const { feed } = store.getState();
      const state = 'dead';
      write({ feed: { ...feed, state, since, message: UNANSWERED, hop: { state, since } } }, false);
    },

    quietAt: () => inside.quietAt,
  };
}
