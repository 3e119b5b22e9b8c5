'use client';
/** The board for components: one store per mount, handed down by context; hooks only select. */
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { useStore } from 'zustand';
import { DEAD_MS, type Fixture, type Odd, type WireLeague } from '@/lib/protocol/events';
import { quietSinceOf, type View } from '@/lib/protocol/filter';
import type { Market } from '@/lib/protocol/sports';
import { useBoardQuery } from './address';
import type { Lists } from './cache';
import type { Facets, offeredFacets } from './facets';
import { browserZone, dayKey, ZONE_COOKIE } from './format';
import type { Refusal } from './refusal';
import {
  buildBoardRows,
  buildLinesRows,
  createRowCache,
  dependsOnStates,
  type RowCache,
} from './rows';
import {
  type BoardState,
  type BoardStore,
  createBoardStore,
  type FirstScreen,
  type Scope,
} from './store';
import { tasteNow } from './taste-store';

/** Rows follow a burst of structural changes this late at most, and are not rebuilt more often. */
const ROWS_THROTTLE_MS = 100;
/** Counts of the filter controls may lag a little more. */
const FACETS_THROTTLE_MS = 3_000;

type Board = {
  store: BoardStore;
  sport: string;
  mainMarkets: readonly Market[];
  leagues: readonly WireLeague[];
  /** The sports, once they were read anew. */
  sports: readonly SportName[];
  cache: RowCache;
  /** The zone of the first render: the server's guess, so that server and browser print the same. */
  firstZone: string;
  firstNow: number;
  retry: () => void;
  refusal: Refusal | null;
};

const BoardContext = createContext<Board | null>(null);

function useBoard(): Board {
  const board = use(BoardContext);
  if (!board) throw new Error('board hooks are used inside <BoardProvider>');
  return board;
}

function setTimer(callback: () => void, delayMs: number): () => void {
  const id = setTimeout(callback, delayMs);
  return () => clearTimeout(id);
}

let isFirstBoard = true;

/** Epoch ms since when a board that begins now has shown what it shows: the first one came with the document. */
function heldFrom(): number {
  const from = isFirstBoard ? performance.timeOrigin : Number.POSITIVE_INFINITY;
  isFirstBoard = false;
  return Math.min(from, Date.now());
}

export type BoardProviderProps = {
  sport: string;
  initial: FirstScreen | null;
  mainMarkets: readonly Market[];
  /** Active leagues of the sport as the server knew them; the browser keeps the list fresh. */
  leagues: readonly WireLeague[];
  /** Zone for the first render, from the last visit's cookie; UTC where there was none. */
  zone: string;
  children: ReactNode;
};

/** Holds the board of one sport. Mount it with `key={sport}`: another sport is another board. */
export function BoardProvider({
  sport,
  initial,
  mainMarkets,
  leagues,
  zone,
  children,
}: BoardProviderProps) {
  const [store] = useState(() =>
    createBoardStore({
      sport,
      initial,
      now: Date.now,
      setTimer,
      moveMarkMs: () => tasteNow().moveSeconds * 1000,
    }),
  );
  const [cache] = useState(() => createRowCache(store.revisionOf, store.stateRevisionOf));
  const [firstNow] = useState(() => initial?.now ?? Date.now());
  const [query] = useBoardQuery();
  const retryRef = useRef<() => void>(() => {});
  const [scope, setScope] = useState<((scope: Scope) => void) | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const asked = useRef<Scope>({ leagues: [], fixtureIds: [] });

  const lists = useLists(sport, leagues.length > 0);

  useEffect(() => {
    const heldSince = heldFrom();
    // Nothing hears the server yet, and nothing else would say so.
    const onMissing = () => store.lose(heldSince);
    const cancelMissing = setTimer(onMissing, Math.max(0, heldSince + DEAD_MS - Date.now()));
    const stop = startPart(
      () => import('./live'),
      ({ startLive }) => {
        cancelMissing();
        const live = startLive(store, {
          sport,
          setTimer,
          heldSince,
          scope: () => asked.current,
          onRefusal: setRefusal,
        });
        retryRef.current = live.retry;
        setScope(() => live.setScope);
        return live.close;
      },
      { againMs: LIVE_AGAIN_MS, onFailed: onMissing },
    );
    return () => {
      cancelMissing();
      stop();
    };
  }, [store, sport]);

  // Only these two narrow the subscription; every other filter is a look at what is held.
  useEffect(() => {
    asked.current = { leagues: query.league, fixtureIds: query.fixture };
    scope?.(asked.current);
  }, [scope, query.league, query.fixture]);

  const retry = useCallback(() => retryRef.current(), []);
  const board = useMemo<Board>(
    () => ({
      store,
      sport,
      mainMarkets,
      leagues: lists.leagues ?? leagues,
      sports: lists.sports ?? [],
      cache,
      firstZone: zone,
      firstNow,
      retry,
      refusal,
    }),
    [store, cache, sport, mainMarkets, leagues, lists, zone, firstNow, retry, refusal],
  );
  return <BoardContext value={board}>{children}</BoardContext>;
}

/** Code that cannot be had from a server that is away is asked for again after this long. */
const PART_AGAIN_MS = 10_000;
/** The code without which nothing on screen is live. */
const LIVE_AGAIN_MS = 2_000;

/** Starts something whose code is no part of the first load, after a while; answers how to stop it. */
function startPart<T>(
  load: () => Promise<T>,
  start: (part: T) => () => void,
  {
    delayMs = 0,
    againMs = PART_AGAIN_MS,
    onFailed = () => {},
  }: { delayMs?: number; againMs?: number; onFailed?: () => void } = {},
): () => void {
  let stop = () => {};
  let isClosed = false;
  let cancel = () => {};
  const begin = () => {
    load().then(
      (part) => {
        if (!isClosed) stop = start(part);
      },
      () => {
        if (isClosed) return;
        onFailed();
        cancel = setTimer(begin, againMs);
      },
    );
  };
  if (delayMs > 0) cancel = setTimer(begin, delayMs);
  else begin();
  return () => {
    isClosed = true;
    cancel();
    stop();
  };
}

/** How long lists that hardly ever change are taken as they are. */
const LIST_STALE_MS = 60_000;

/**
 * The lists that the page brought, read anew once they are stale, and from then on kept fresh. Where the server had
 * none to send, because the vendor was silent, they are asked for at once.
 */
function useLists(sport: string, areSent: boolean): Lists {
  const [lists, setLists] = useState<Lists>({});
  useEffect(
    () =>
      startPart(
        () => import('./cache'),
        ({ watchLists }) => watchLists(sport, LIST_STALE_MS, setLists),
        { delayMs: areSent ? LIST_STALE_MS : 0 },
      ),
    [sport, areSent],
  );
  return lists;
}

/** The store itself, for what must follow it without rendering. */
export function useBoardStore(): BoardStore {
  return useBoard().store;
}

/** The sport's id and its main markets. */
export function useSport(): { sport: string; mainMarkets: readonly Market[] } {
  const { sport, mainMarkets } = useBoard();
  return { sport, mainMarkets };
}

/** The sports that can be watched: as the server knew them, then as they come and go; the board's own stays. */
export function useSports(first: readonly SportName[]): readonly SportName[] {
  const { sport, sports } = useBoard();
  if (sports.length === 0) return first;
  const own = first.find(({ id }) => id === sport);
  return own && !sports.some(({ id }) => id === sport) ? [...sports, own] : sports;
}

type SportName = { id: string; name: string };

/** Why the server gives this board no stream; null where it does, or cannot be asked. */
export function useRefusal(): Refusal | null {
  return useBoard().refusal;
}

/** What can be done about the stream: read the snapshot again, now. */
export function useBoardStream(): { retry: () => void } {
  const { retry } = useBoard();
  return { retry };
}

/** The odd, undefined while it is not held. Renders when this very odd changed. */
export function useOdd(id: string): Odd | undefined {
  return useStore(useBoard().store, (state) => state.book.odds.get(id));
}

/** The fixture, undefined while only its odds are known. */
export function useFixture(id: string): Fixture | undefined {
  return useStore(useBoard().store, (state) => state.book.fixtures.get(id));
}

export function useLoad(): BoardState['load'] {
  return useStore(useBoard().store, (state) => state.load);
}

/** A number of the store that follows it at most every `throttleMs`, the last change included. */
function useThrottled(select: (state: BoardState) => number, throttleMs: number): number {
  const { store } = useBoard();
  const [subscribe, read] = useMemo(() => {
    let shown = select(store.getState());
    return [
      (notify: () => void) => {
        let cancel: (() => void) | null = null;
        let last = Number.NEGATIVE_INFINITY;
        const show = () => {
          cancel = null;
          last = Date.now();
          if (shown === select(store.getState())) return;
          shown = select(store.getState());
          notify();
        };
        const onChange = () => {
          if (cancel || shown === select(store.getState())) return;
          const wait = last + throttleMs - Date.now();
          if (wait <= 0 || wait > throttleMs) show();
          else cancel = setTimer(show, wait);
        };
        const stop = store.subscribe(onChange);
        onChange();
        return () => {
          stop();
          cancel?.();
        };
      },
      () => shown,
    ] as const;
  }, [store, select, throttleMs]);
  return useSyncExternalStore(subscribe, read, () => select(store.getInitialState()));
}

const selectStructure = (state: BoardState) => state.structure;
const selectStates = (state: BoardState) => state.structure + state.states;

export type BoardRows = ReturnType<typeof buildBoardRows>;
export type LinesRows = ReturnType<typeof buildLinesRows>;

/** Rows of a view; rebuilt when structure or query change, never for a price. */
export function useRows(view: 'board'): BoardRows;
export function useRows(view: 'lines'): LinesRows;
export function useRows(view: View): BoardRows | LinesRows;
export function useRows(view: View): BoardRows | LinesRows {
  const { store, mainMarkets, cache } = useBoard();
  const [query] = useBoardQuery();
  const structure = useThrottled(
    dependsOnStates(query) ? selectStates : selectStructure,
    ROWS_THROTTLE_MS,
  );
  const quietSince = useQuietSince(query.quiet);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the Book is changed in place; its structure number says when.
  const built = useMemo(() => {
    const build = view === 'board' ? buildBoardRows : buildLinesRows;
    return build(store.getState().book, query, { mainMarkets, cache, quietSince });
  }, [store, cache, view, query, mainMarkets, structure, quietSince]);
  const order = useStore(store, (state) => state.order);
  return useMemo(() => {
    if (!order) return built;
    // Rows that went keep their cells, and those stand below the columns that they were made for.
    return 'columns' in built
      ? { ...built, rows: order(JSON.stringify([view, query, built.columns]), built.rows) }
      : { ...built, rows: order(JSON.stringify([view, query]), built.rows) };
  }, [order, built, view, query]);
}

const OFFER_AFTER_MS = 250;
const NO_FACETS: Facets = { leagues: [], markets: [], statuses: [], states: [] };

/** `offeredFacets`, once its code has come: no first screen has counts. */
export function useOffer(): typeof offeredFacets | null {
  const [offer, setOffer] = useState<typeof offeredFacets | null>(null);
  useEffect(
    () =>
      startPart(
        () => import('./facets'),
        ({ offeredFacets }) => {
          setOffer(() => offeredFacets);
          return () => {};
        },
        // What listens to the server goes first.
        { delayMs: OFFER_AFTER_MS },
      ),
    [],
  );
  return offer;
}

/** What the filter controls offer, as `offer` has it; nothing while there is none. */
export function useFacets(offer: typeof offeredFacets | null): Facets {
  const { store, cache, leagues: active } = useBoard();
  const [query] = useBoardQuery();
  const structure = useThrottled(selectStates, FACETS_THROTTLE_MS);
  const isWhole = useLoad().totals === null;
  const quietSince = useQuietSince(query.quiet);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the Book is changed in place; its structure number says when.
  return useMemo(() => {
    const { book } = store.getState();
    return offer?.(book, query, { active, isWhole, cache, quietSince }) ?? NO_FACETS;
  }, [store, cache, query, active, structure, isWhole, quietSince, offer]);
}

const tickReaders = new Set<() => void>();
let stopTicking: (() => void) | null = null;

/** One timer for everything on the page that counts seconds; none while nothing does. */
export function onSecond(callback: () => void): () => void {
  tickReaders.add(callback);
  if (!stopTicking) {
    const id = setInterval(() => {
      for (const reader of tickReaders) reader();
    }, 1_000);
    stopTicking = () => clearInterval(id);
  }
  return () => {
    tickReaders.delete(callback);
    if (tickReaders.size > 0) return;
    stopTicking?.();
    stopTicking = null;
  };
}

/**
 * Epoch ms in whole steps, seconds unless told; on the first render the server's, so that both print the same. Of a past
 * board it is the moment that it is of.
 */
export function useNow(stepMs = 1_000): number {
  const { firstNow, store } = useBoard();
  const whole = (at: number) => Math.floor(at / stepMs) * stepMs;
  return useSyncExternalStore(
    onSecond,
    () => whole(store.past?.ms ?? Date.now()),
    () => whole(firstNow),
  );
}

/**
 * Epoch ms by the server's clock, as far as its pings told it: what ages and countdowns of the feed's own times are taken
 * from, since the clock of a desk may be minutes off.
 */
export function serverNow(store: BoardStore): number {
  return store.past?.ms ?? Date.now() - (store.getState().feed.clockOffsetMs ?? 0);
}

/** Since when what a view shows must not have changed; follows the clock in steps, and where nothing asks not at all. */
function useQuietSince(minutes: number | null): number | null {
  const { store, firstNow } = useBoard();
  return useSyncExternalStore(
    minutes === null ? neverChanges : onSecond,
    // That nothing is heard of a line while the feed is not live does not make it quiet.
    () => quietSinceOf(minutes, knownUntil(store)),
    () => quietSinceOf(minutes, firstNow),
  );
}

/** Epoch ms by the server's clock until which what is held is known to be so: now, or since when the feed is not live. */
export function knownUntil(store: BoardStore): number {
  const { state, since, clockOffsetMs } = store.getState().feed;
  const now = serverNow(store);
  return state === 'live' ? now : Math.min(since - (clockOffsetMs ?? 0), now);
}

/** The `dayKey` of today in a zone; renders when the day changes. */
export function useToday(zone: string): string {
  const { firstNow } = useBoard();
  return useSyncExternalStore(
    onSecond,
    () => dayKey(Math.floor(Date.now() / 1_000) * 1_000, zone),
    () => dayKey(firstNow, zone),
  );
}

/** Epoch ms of the first render, the server's. */
export function useFirstNow(): number {
  return useBoard().firstNow;
}

/** The zone that times are shown in: the URL's, else the browser's own (on the first render: the server's guess). */
export function useTimeZone(): string {
  const { firstZone } = useBoard();
  const [query] = useBoardQuery();
  const own = useSyncExternalStore(neverChanges, browserZone, () => firstZone);
  return query.tz ?? own;
}

const neverChanges = () => () => {};

/** Remembers the browser's zone, so that the next visit's first paint is already in it. */
export function useZoneCookie(): void {
  useEffect(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that traders use.
    document.cookie = `${ZONE_COOKIE}=${encodeURIComponent(browserZone())}; path=/; max-age=31536000; samesite=lax`;
  }, []);
}
