/** The feed of one process: a hub per sport in use, over one vendor and one key. */
import {
  type FeedSource,
  type FeedState,
  type FeedStatus,
  type Fixture,
  type HistoryBody,
  type HistoryEntry,
  type PastMoment,
  SEVERITY,
  type SnapshotBody,
  type WireLeague,
} from '@/lib/protocol/events';
import type { BoardQuery, RelayQuery } from '@/lib/protocol/filter';
import { SPORTS, type Sport } from '@/lib/protocol/sports';
import { type Catalogue, createCatalogue } from './catalogue';
import type { FeedSettings } from './config';
import { createGate } from './gate';
import type { HttpGet } from './http';
import { createHub, type Hub, type HubHealth } from './hub';
import type { Log } from './log';
import type { Meter } from './meter';
import { asFeedError } from './refusal';
import { batches, createRest, HISTORY_BATCH, type HistoryRead } from './rest';
import type { OpenSink } from './sink';
import { type Cancel, detached, type Timing, within } from './timing';
import { openUpstream } from './upstream';

export type FirstScreen = {
  /** The view's first fixtures in the board's order, with the odds of its first screen. */
  snapshot: SnapshotBody;
  feed: FeedStatus;
  /** Of the whole view. */
  totals: { fixtures: number; odds: number };
  /** The moment of which it tells, where that is not now. */
  past: PastMoment | null;
  now: number;
};

export type Health = {
  status: 'ok';
  feed: FeedState;
  source: FeedSource;
  sports: Record<string, HubHealth>;
  viewers: number;
};

export type Feed = {
  readonly source: FeedSource;
  /** Waits of pages and snapshots, and limits, as set. */
  readonly settings: FeedSettings;
  /** Active sports, in the vendor's order; the built-in list where it cannot be asked. Waits 1 s at most. */
  sports(): Promise<{ sports: readonly Sport[]; isFallback: boolean }>;
  /** A sport with its main markets; null where neither the vendor nor we know it. */
  sport(id: string): Promise<Sport | null>;
  /** Whether the id names an active or a built-in sport. */
  isSport(id: string): Promise<boolean>;
  /**
   * The active leagues of a sport; none where the vendor cannot be asked.
   * @param waitMs longest wait for the vendor; 1 s unless told
   */
  leagues(
    sport: string,
    waitMs?: number,
  ): Promise<{ leagues: readonly WireLeague[]; isFallback: boolean }>;
  /**
   * The state of a filter at one position, a page of it: gzipped JSON of a `SnapshotBody`. `ageMs`: how old it may
   * be, as far as the settings let it; 0 unless told. `at`: a past position instead of the newest.
   * @throws SnapshotError where `page` is no page, or `at` is no position that is held
   */
  snapshot(
    sport: string,
    query: RelayQuery,
    options?: { waitMs?: number; page?: string; limit?: number; ageMs?: number; at?: string },
  ): Promise<Uint8Array<ArrayBuffer>>;
  firstScreen(
    sport: string,
    query: BoardQuery,
    options?: { fixtures?: number; isWhole?: boolean; waitMs?: number; at?: string },
  ): Promise<FirstScreen>;
  /** What is held of a fixture, waiting for nothing. */
  fixture(sport: string, id: string): Fixture | null;
  /** Whether another viewer may connect. */
  hasRoom(): boolean;
  /**
   * A viewer's stream. `lastEventId` is the browser's own word for its position and wins over the query's; `onEnd` is
   * called once, when the viewer is gone.
   */
  stream(
    sport: string,
    query: RelayQuery,
    options: { lastEventId: string | null; signal: AbortSignal; onEnd?: () => void },
  ): ReadableStream<Uint8Array>;
  /** The same on a sink of the caller's, until that is gone. */
  open(
    sport: string,
    query: RelayQuery,
    options: { lastEventId: string | null; openSink: OpenSink; onEnd?: () => void },
  ): void;
  /** Histories of up to 10 odds, oldest first: the vendor's and what this process saw itself. */
  history(ids: readonly string[]): Promise<HistoryBody & { note?: string }>;
  health(): Health;
  status(sport: string, query: RelayQuery): FeedStatus;
  shutdown(): Promise<void>;
};

export type FeedDeps = {
  source: FeedSource;
  upstream: { baseUrl: string; apiKey: string };
  settings: FeedSettings;
  timing: Timing;
  log: Log;
  /** @defaultValue counts nothing */
  meter?: Meter;
  get: HttpGet;
};

/** Fixtures on a first screen where none are asked for. */
const FIRST_FIXTURES = 40;
const CATALOGUE_WAIT_MS = 900;
const HOUSEKEEPING_MS = 30_000;
/** No page names more sports than this, so that unknown but active ones cannot pile up. */
const MOST_HUBS = 64;

/** Opens the feed. Nothing is asked of the vendor but its sports before somebody looks. */
export function createFeed(deps: FeedDeps): Feed {
  const { timing, settings, log } = deps;
  const gate = createGate(timing, settings.upstreamFreezeMs, {
    reads: settings.restReads,
    histories: settings.restHistories,
    streams: settings.upstreamOpens,
  });
  const { meter } = deps;
  const access = { get: deps.get, ...deps.upstream, timing, gate, settings, meter };
  const rest = createRest(access);
  const catalogue: Catalogue = createCatalogue({ rest, timing, settings, log });
  const hubs = new Map<string, Hub>();
  let isClosed = false;
  let cancelHousekeeping: Cancel = () => {};

  function hub(sport: string): Hub {
    let found = hubs.get(sport);
    if (!found) {
      if (hubs.size >= MOST_HUBS) throw new Error('too many sports are in use');
      found = detached(() =>
        createHub({
          sport,
          source: deps.source,
          timing,
          settings,
          gate,
          log,
          meter,
          rest,
          openUpstream: (leagues, on) => openUpstream({ ...access, log }, { sport, leagues }, on),
          leagues: () => catalogue.leagues(sport, false),
        }),
      );
      hubs.set(sport, found);
    }
    return found;
  }

  function housekeeping(): void {
    for (const [sport, one] of hubs) {
      if (one.viewers > 0 || timing.now() - one.lastUsedAt < settings.sportLingerMs) continue;
      one.close();
      hubs.delete(sport);
    }
    cancelHousekeeping = timing.schedule(housekeeping, HOUSEKEEPING_MS);
  }
  housekeeping();
  // A wrong key is told at the start, not when the first page is asked for.
  void catalogue.sports(0);

  function viewers(): number {
    let count = 0;
    for (const one of hubs.values()) count += one.viewers;
    return count;
  }

  const feed: Feed = {
    source: deps.source,
    settings,
    sports: () => catalogue.sports(CATALOGUE_WAIT_MS),

    async sport(id) {
      const { sports } = await feed.sports();
      return [...sports, ...SPORTS].find((sport) => sport.id === id) ?? null;
    },

    async isSport(id) {
      return SPORTS.some((sport) => sport.id === id) || (await feed.sport(id)) !== null;
    },

    async leagues(sport, waitMs = CATALOGUE_WAIT_MS) {
      const read = await within(timing, catalogue.leagues(sport, true), waitMs);
      const leagues = read?.leagues ?? null;
      return { leagues: leagues ?? [], isFallback: leagues === null };
    },

    async snapshot(sport, query, options = {}) {
      return hub(sport).snapshot(query, {
        waitMs: options.waitMs ?? settings.snapshotWaitMs,
        limit: options.limit ?? settings.snapshotRows,
        page: options.page,
        ageMs: options.ageMs,
        at: options.at,
      });
    },

    async firstScreen(sport, query, options = {}) {
      const screen = await hub(sport).firstScreen(query, {
        fixtures: options.fixtures ?? FIRST_FIXTURES,
        waitMs: options.waitMs ?? settings.pageWaitMs,
        mainMarkets: catalogue.mainMarkets(sport),
        isWhole: options.isWhole,
        at: options.at,
      });
      return { ...screen, now: screen.past?.ms ?? timing.now() };
    },

    fixture: (sport, id) => hubs.get(sport)?.book.fixtures.get(id) ?? null,

    hasRoom: () => !isClosed && viewers() < settings.viewers,

    stream: (sport, query, { lastEventId, signal, onEnd }) =>
      hub(sport).stream(query, lastEventId ?? query.lastEntryId, signal, onEnd),

    open: (sport, query, { lastEventId, openSink, onEnd }) =>
      detached(() => hub(sport).open(query, lastEventId ?? query.lastEntryId, openSink, onEnd)),

    async history(ids) {
      let notes: string | null = null;
      const lists = await Promise.all(
        batches(ids, HISTORY_BATCH).map((batch) =>
          rest.history(batch).catch((error: unknown): HistoryRead => {
            notes = asFeedError(error, "The vendor's history").message;
            return [];
          }),
        ),
      );
      const byVendor = new Map(lists.flat().map(({ id, entries }) => [id, entries]));
      const data = ids.map((id) => ({
        id,
        entries: mergeHistory(
          byVendor.get(id) ?? [],
          [...hubs.values()].flatMap((one) => one.history(id)),
          pointsOf(id),
        ),
      }));
      const note =
        notes === null ? {} : { note: `${notes} Only what this server saw itself is listed.` };
      return { data, ...note };
    },

    health() {
      const sports = Object.fromEntries([...hubs].map(([sport, one]) => [sport, one.health()]));
      // A sport that nobody watches has no connection, and that is no fault.
      const states = Object.values(sports)
        .filter(({ connections, viewers }) => connections.length + viewers > 0)
        .map(({ feed }) => feed);
      return { status: 'ok', feed: worst(states), source: deps.source, sports, viewers: viewers() };
    },

    status: (sport, query) => hub(sport).status(query),

    async shutdown() {
      isClosed = true;
      cancelHousekeeping();
      for (const one of hubs.values()) one.close();
      hubs.clear();
    },
  };

  function pointsOf(id: string): number | null {
    for (const one of hubs.values()) {
      const odd = one.book.odds.get(id);
      if (odd) return odd.points;
    }
    return null;
  }

  return feed;
}

/** Nobody watching is no fault: `connecting` stands for "not yet". */
function worst(states: readonly FeedState[]): FeedState {
  return [...states].sort((a, b) => SEVERITY[b] - SEVERITY[a])[0] ?? 'connecting';
}

/**
 * Both histories in order of time; what both tell is told once, by the vendor. An odd's points never change.
 * The vendor tells newest first, also of what happened within one second.
 */
export function mergeHistory(
  vendor: readonly HistoryEntry[],
  board: readonly HistoryEntry[],
  points: number | null,
): HistoryEntry[] {
  // What is settled so was settled once, whichever second each of the two says.
  const graded = new Set(vendor.map(({ settlement }) => settlement));
  const own = board.filter(({ settlement }) => settlement === null || !graded.has(settlement));
  const keyOf = ({ event, timestamp, price, settlement }: HistoryEntry) =>
    `${event} ${Math.floor(timestamp)} ${price} ${settlement}`;
  // A price may come back within one second: each entry of the vendor's stands for one of ours and no more.
  const unmatched = new Map<string, number>();
  for (const entry of vendor) unmatched.set(keyOf(entry), (unmatched.get(keyOf(entry)) ?? 0) + 1);
  const added = own.filter((entry, index) => {
    const left = unmatched.get(keyOf(entry)) ?? 0;
    unmatched.set(keyOf(entry), Math.max(0, left - 1));
    const before = own[index - 1];
    return left === 0 && !(before && keyOf(before) === keyOf(entry));
  });
  // By the second, which is all that rows say of their time; within it as each told.
  return [...[...vendor].reverse(), ...added]
    .map((entry) => ({ ...entry, points: entry.points ?? points }))
    .sort((a, b) => Math.floor(a.timestamp) - Math.floor(b.timestamp));
}
