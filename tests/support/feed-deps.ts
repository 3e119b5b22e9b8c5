/** What a hub needs, with a vendor that does only what the test says. */

import { gunzipSync } from 'node:zlib';
import { DEFAULT_FEED_SETTINGS, type FeedSettings } from '@/lib/feed/config';
import { createGate } from '@/lib/feed/gate';
import { createHub, type Hub, type HubDeps } from '@/lib/feed/hub';
import type { FixturesRead, OddsRead, Rest } from '@/lib/feed/rest';
import type { Upstream, UpstreamHandlers } from '@/lib/feed/upstream';
import { decodeEvent, decodeFixture, decodeFixtureOdds } from '@/lib/protocol/decode';
import type { FeedError, FeedErrorCode } from '@/lib/protocol/errors';
import type { FeedState, SnapshotBody, WireLeague } from '@/lib/protocol/events';
import { parseRelayQuery, type RelayQuery } from '@/lib/protocol/filter';
import { slug } from '@/lib/protocol/sports';
import { createFakeTiming, type FakeTiming } from './fake-timing';

export type WireObject = Record<string, unknown>;

/** One upstream connection under the test's hand. */
export type FakeUpstream = {
  leagues: readonly string[];
  isClosed: boolean;
  /** `connected` arrives. */
  connect(gapMs?: number): void;
  event(name: string, data: unknown, id?: string | null, isLate?: boolean): void;
  setState(state: FeedState, problem?: FeedError | null): void;
  /** An event comes that cannot be read, as openUpstream tells of it. */
  damage(): void;
  /** Nothing comes any more: its last frame was just now. */
  lose(why: FeedErrorCode): void;
  /** Ms since its last frame. */
  silentMs: number;
};

export type FakeVendor = {
  upstreams: FakeUpstream[];
  /** Those not closed. */
  open(): FakeUpstream[];
  /** The sport's active leagues; null: they cannot be read. */
  leagues: readonly WireLeague[] | null;
  /** When that list was asked for, where it is an old one. */
  leaguesAt: number | null;
  /** Whether some of it could not be read. */
  isPartOfLeagues: boolean;
  /** REST's fixtures, as wire objects; null refuses. */
  fixtures: WireObject[] | null;
  /** Fixtures that only a look-up by id finds. */
  others: WireObject[];
  /** REST's odds by fixture. */
  odds: Map<string, WireObject[]>;
  settled: Map<string, WireObject[]>;
  /** Versions of which it tells only whoever asks for them. */
  unlisted: Set<number>;
  isUnentitled: boolean;
  /** It answers every question about odds with an empty list. */
  isEmpty: boolean;
  refusal: Error | null;
  /** What was asked for, in order. */
  asked: { path: string; values: readonly string[] }[];
};

/** A wire fixture of REST. */
export function aWireFixture(fields: WireObject = {}): WireObject {
  return {
    id: 'FX1',
    game_id: '41001-41002-2026-11-22',
    start_date: '2026-11-22T19:30:00Z',
    status: 'unplayed',
    is_live: false,
    home_team_display: 'Harbor Kings',
    away_team_display: 'Mesa Owls',
    home_competitors: [{ id: 'T1', name: 'Harbor Kings', abbreviation: 'HRB' }],
    away_competitors: [{ id: 'T2', name: 'Mesa Owls', abbreviation: 'MSA' }],
    sport: { id: 'basketball', name: 'Basketball' },
    league: { id: 'nba', name: 'NBA' },
    result: null,
    ...fields,
  };
}

/** A relay query from a query string. */
export function aQuery(text = ''): RelayQuery {
  const { query, error } = parseRelayQuery(new URLSearchParams(text));
  if (error !== null) throw new Error(error);
  return query;
}

export function createFakeVendor(timing: FakeTiming) {
  const vendor: FakeVendor = {
    upstreams: [],
    open: () => vendor.upstreams.filter(({ isClosed }) => !isClosed),
    leagues: [],
    leaguesAt: null,
    isPartOfLeagues: false,
    fixtures: [],
    others: [],
    odds: new Map(),
    settled: new Map(),
    unlisted: new Set(),
    isUnentitled: false,
    isEmpty: false,
    refusal: null,
    asked: [],
  };

  function openUpstream(leagues: readonly string[], on: UpstreamHandlers): Upstream {
    let state: FeedState = 'connecting';
    let problem: FeedError | null = null;
    let since = timing.now();
    let reconnects = -1;
    const fake: FakeUpstream = {
      leagues,
      isClosed: false,
      silentMs: 0,
      lose(why) {
        on.onLost?.(timing.now(), why);
        fake.setState('late');
      },
      connect(gapMs = 0) {
        reconnects += 1;
        fake.setState('live');
        on.onConnected({ isFirst: reconnects === 0, gapMs });
      },
      damage() {
        fake.event('copilot-odds', 'no JSON');
      },
      event(name, data, id = null, isLate = false) {
        if (fake.isClosed) return;
        const text = typeof data === 'string' ? data : JSON.stringify(data);
        const decoded = decodeEvent(name, text, id);
        if (decoded) on.onEvent(decoded, isLate);
      },
      setState(next, nextProblem = null) {
        state = next;
        problem = nextProblem;
        since = timing.now();
        on.onChange();
      },
    };
    vendor.upstreams.push(fake);
    return {
      leagues,
      status: () => ({
        leagues,
        state,
        since,
        lastFrameMs: fake.silentMs,
        reconnects: Math.max(reconnects, 0),
        clockOffsetMs: null,
      }),
      problem: () => problem,
      close() {
        fake.isClosed = true;
      },
    };
  }

  const ask = async (path: string, values: readonly string[]) => {
    vendor.asked.push({ path, values });
    if (vendor.refusal) throw vendor.refusal;
  };
  const readOf = (rows: readonly WireObject[], sentAt: number): FixturesRead => {
    const decoded = rows.map((row) => decodeFixture(row));
    return {
      fixtures: decoded.flatMap((fixture) => ('reason' in fixture ? [] : [fixture])),
      rejected: decoded.flatMap((fixture) => ('reason' in fixture ? [fixture] : [])),
      sentAt,
    };
  };
  const rest: Rest = {
    sports: async () => [],
    leagues: async () => ({ leagues: [], unreadable: 0 }),
    async fixtures(_sport, leagues) {
      const sentAt = timing.now();
      await ask('fixtures', leagues);
      const isAsked = (row: WireObject) =>
        leagues.length === 0 || leagues.includes((row.league as { name: string }).name);
      return readOf((vendor.fixtures ?? []).filter(isAsked), sentAt);
    },
    async fixturesById(ids) {
      const sentAt = timing.now();
      await ask('fixtures-by-id', ids);
      return readOf(
        vendor.others.filter(({ id }) => ids.includes(String(id))),
        sentAt,
      );
    },
    async odds(ids, kind, versionIds = []): Promise<OddsRead> {
      const sentAt = timing.now();
      const isTold = ({ version_id: id }: WireObject) =>
        versionIds.length > 0 ? versionIds.includes(Number(id)) : !vendor.unlisted.has(Number(id));
      await ask(kind === 'open' ? 'odds' : 'settled', ids);
      const from = kind === 'open' ? vendor.odds : vendor.settled;
      const known = [...(vendor.fixtures ?? []), ...vendor.others];
      const answer = vendor.isEmpty
        ? []
        : ids.flatMap((id) => {
            const row = known.find((fixture) => fixture.id === id);
            if (!row || vendor.isUnentitled) return [];
            return [decodeFixtureOdds({ ...row, odds: (from.get(id) ?? []).filter(isTold) })];
          });
      const fixtures = answer.flatMap((read) => ('reason' in read ? [] : [read]));
      return {
        fixtures,
        rejected: answer.flatMap((read) => ('reason' in read ? [read] : read.rejected)),
        sentAt,
        isUnclear: fixtures.length < answer.length,
        isUnentitled: vendor.isUnentitled,
      };
    },
    history: async () => [],
  };
  return { vendor, rest, openUpstream };
}

export type HubKit = {
  hub: Hub;
  vendor: FakeVendor;
  timing: FakeTiming;
  rest: Rest;
  lines: string[];
};

/** A hub on a fake vendor, whose leagues are NBA and NCAAB unless told otherwise. */
export function createHubKit(
  options: {
    settings?: Partial<FeedSettings>;
    leagues?: readonly string[] | null;
    seed?: number;
    deps?: Partial<HubDeps>;
  } = {},
): HubKit {
  const timing = createFakeTiming(undefined, options.seed);
  const { vendor, rest, openUpstream } = createFakeVendor(timing);
  // Most tests leave streams unread, and their viewers are to stay.
  const patient = { viewerStallMs: 24 * 3_600_000 };
  const settings = { ...DEFAULT_FEED_SETTINGS, ...patient, ...options.settings };
  const names = options.leagues === undefined ? ['NBA', 'NCAAB'] : options.leagues;
  vendor.leagues = names?.map((name) => ({ id: slug(name), name })) ?? null;
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const hub = createHub({
    sport: 'basketball',
    source: 'simulator',
    timing,
    settings,
    gate: createGate(timing, settings.upstreamFreezeMs),
    log: { info: note, warn: note },
    rest,
    openUpstream,
    leagues: async () => ({
      leagues: vendor.leagues,
      askedAt: vendor.leaguesAt ?? timing.now(),
      isPart: vendor.isPartOfLeagues,
    }),
    ...options.deps,
  });
  return { hub, vendor, timing, rest, lines };
}

/** A page of a snapshot as a client reads it. */
export function readPage(packed: Uint8Array): SnapshotBody {
  return JSON.parse(gunzipSync(packed).toString('utf8'));
}
