/**
 * The vendor's REST reads. Every answer is checked before it is parsed, both of the vendor's shapes of
 * paging are followed, and all reads share one bounded number of requests and one budget.
 */
import {
  decodeFixture,
  decodeFixtureOdds,
  decodeHistory,
  type FixtureOdds,
} from '@/lib/protocol/decode';
import { FeedError } from '@/lib/protocol/errors';
import type {
  FixturePatch,
  HistoryEntry,
  Rejected,
  WireLeague,
  WireRecord,
} from '@/lib/protocol/events';
import { type Market, type Sport, slug } from '@/lib/protocol/sports';
import type { FeedSettings } from './config';
import type { Budget, Gate } from './gate';
import type { HttpGet } from './http';
import { type Meter, NO_METER } from './meter';
import { asFeedError, refusal } from './refusal';
import { createPace, type Timing } from './timing';

/** Ids per call of the odds endpoint; the vendor refuses more. */
export const ODDS_BATCH = 5;
/** Ids per call of the history endpoint. */
export const HISTORY_BATCH = 10;
/** Fixtures asked for by id in one call, and leagues named in one call: bounds the length of the URL. */
const FIXTURE_BATCH = 20;
const LEAGUE_BATCH = 20;
/** More pages than any list has; stops a server that always says there is more. */
const MOST_PAGES = 200;
/** Versions per call of the odds endpoint; the vendor refuses more. */
export const VERSIONS_BATCH = 5;
/** Versions whose fixtures are listed. The vendor sells them one by one: nobody was seen to have as many. */
const MOST_VERSIONS = 20;

export type FixturesRead = {
  fixtures: FixturePatch[];
  rejected: Rejected[];
  /** Local ms at which the first request was sent: what it tells is as old as that. */
  sentAt: number;
};

export type OddsRead = {
  fixtures: FixtureOdds[];
  rejected: Rejected[];
  sentAt: number;
  /** True where a fixture of the answer could not be read: which one it was is not known. */
  isUnclear: boolean;
  /** True where the vendor answered as it does to a key that has no copilot: empty, and never updated. */
  isUnentitled: boolean;
};

export type HistoryRead = { id: string; entries: HistoryEntry[] }[];

export type Rest = {
  sports(): Promise<Sport[]>;
  /** The active leagues, and how many of the list could not be read. */
  leagues(sport: string): Promise<{ leagues: WireLeague[]; unreadable: number }>;
  /** Fixtures of the leagues that have or had odds and are not over; no leagues means the whole sport. */
  fixtures(sport: string, leagues: readonly string[]): Promise<FixturesRead>;
  fixturesById(ids: readonly string[]): Promise<FixturesRead>;
  /**
   * Odds of at most `ODDS_BATCH` fixtures: the open ones, or those that are settled; of at most `VERSIONS_BATCH` versions,
   * or of those that the vendor lists by itself.
   */
  odds(
    fixtureIds: readonly string[],
    kind: 'open' | 'settled',
    versionIds?: readonly number[],
  ): Promise<OddsRead>;
  /** Histories of at most `HISTORY_BATCH` odds. */
  history(ids: readonly string[]): Promise<HistoryRead>;
};

export type RestDeps = {
  get: HttpGet;
  baseUrl: string;
  apiKey: string;
  timing: Timing;
  gate: Gate;
  settings: FeedSettings;
  /** @defaultValue counts nothing */
  meter?: Meter;
};

type Params = readonly (readonly [name: string, value: string])[];

const NEVER_UPDATED = /^0001-01-01/;

/** Reads of one vendor with one key. */
export function createRest(deps: RestDeps): Rest {
  const { timing, gate, settings, meter = NO_METER } = deps;
  const slots = createSlots(settings.restConcurrency);
  let versions: { ids: string[]; until: number } | null = null;

  async function open(path: string, params: Params): Promise<unknown> {
    const what = `The vendor's ${path}`;
    // A reused socket may have died unnoticed; a second try tells.
    for (let tries = 1; ; tries += 1) {
      try {
        const body = await attempt(path, params, what);
        meter.asked('ok');
        return body;
      } catch (error) {
        const known = asFeedError(error, what);
        meter.asked(known.code);
        const isNetwork = known.code === 'upstream-http' && known.cause !== undefined;
        if (!isNetwork || tries === 2) throw known;
      }
    }
  }

  async function attempt(path: string, params: Params, what: string): Promise<unknown> {
    const url = new URL(`${deps.baseUrl}/${path}`);
    for (const [name, value] of params) url.searchParams.append(name, value);
    const budget = budgetOf(path);
    const answered = gate.take(budget);
    const abort = new AbortController();
    let isTimeout = false;
    const cancel = timing.schedule(() => {
      isTimeout = true;
      abort.abort();
    }, settings.restTimeoutMs);
    try {
      const answer = await deps.get(url, {
        headers: {
          accept: 'application/json',
          'cache-control': 'no-cache',
          'x-api-key': deps.apiKey,
        },
        signal: abort.signal,
      });
      answered();
      const remaining = Number(answer.header('x-ratelimit-remaining') ?? Number.NaN);
      const reset = Number(answer.header('x-ratelimit-reset') ?? Number.NaN);
      if (Number.isFinite(remaining) && Number.isFinite(reset)) gate.note(budget, remaining, reset);
      if (answer.status !== 200 || !answer.contentType.includes('json')) {
        answer.discard();
        throw refusal(answer, gate, what);
      }
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of answer.body) {
        bytes += chunk.byteLength;
        if (bytes > settings.restBytes) {
          answer.discard();
          throw new FeedError(
            'frame-too-large',
            `${what} answered with more than ${settings.restBytes} bytes; set BOARD_REST_BYTES higher if that is right.`,
          );
        }
        chunks.push(chunk);
      }
      return parse(Buffer.concat(chunks).toString('utf8'), what);
    } catch (error) {
      if (isTimeout) {
        throw new FeedError(
          'stalled',
          `${what} did not answer within ${settings.restTimeoutMs} ms; the board goes on trying.`,
        );
      }
      throw error;
    } finally {
      answered();
      cancel();
    }
  }

  /** Waits until a request may be sent, and holds no slot meanwhile: those of another budget need not wait. */
  async function turn(budget: Budget): Promise<() => void> {
    for (;;) {
      const waitMs = gate.waitMs(budget);
      if (gate.isFrozen()) {
        throw new FeedError('rate-limited', 'The vendor asked for a pause (429); the board waits.');
      }
      if (waitMs === 0) {
        const release = await slots();
        if (gate.waitMs(budget) === 0) return release;
        release();
        continue;
      }
      // Somebody waits for a history; the board's own reads can wait for the next window.
      if (budget === 'histories') {
        throw new FeedError(
          'rate-limited',
          `The vendor allows so many histories in 15 s; ask again in ${Math.ceil(waitMs / 1000)} s.`,
        );
      }
      await new Promise<void>((resolve) => timing.schedule(resolve, waitMs));
    }
  }

  /** The `data` of one unpaged answer. */
  async function read(
    path: string,
    params: Params,
  ): Promise<{ data: unknown[]; body: WireRecord; sentAt: number }> {
    const release = await turn(budgetOf(path));
    try {
      const sentAt = timing.now();
      const body = await open(path, params);
      if (!isRecord(body) || !Array.isArray(body.data)) {
        throw new FeedError(
          'upstream-http',
          `The vendor's ${path} answered without a "data" list.`,
        );
      }
      return { data: body.data, body, sentAt };
    } finally {
      release();
    }
  }

  async function readPages(path: string, params: Params): Promise<unknown[]> {
    const all: unknown[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const { data, body } = await read(path, [...params, ['page', String(page)]]);
      for (const row of data) all.push(row);
      const isMore =
        body.has_more === undefined || body.has_more === null
          ? page < Number(body.total_pages ?? 0)
          : /^true$/i.test(String(body.has_more));
      if (!isMore || data.length === 0) break;
    }
    return all;
  }

  /** Ids of the vendor's copilot versions; none where the key has none or may not ask. */
  async function versionIds(): Promise<string[]> {
    if (versions && timing.now() < versions.until) return versions.ids;
    let ids = versions?.ids ?? [];
    let holdsMs = settings.catalogueMs;
    try {
      const { data } = await read('copilot/versions', []);
      ids = data
        .map((row) => (isRecord(row) ? row.id : null))
        .filter((id) => typeof id === 'number' || (typeof id === 'string' && id !== ''))
        .map(String)
        .slice(0, MOST_VERSIONS);
    } catch (error) {
      if (asFeedError(error, '').code === 'rate-limited') throw error;
      holdsMs = settings.restRetryMs;
    }
    versions = { ids, until: timing.now() + holdsMs };
    return ids;
  }

  async function fixturesIn(scope: Params): Promise<unknown[]> {
    const ids = await versionIds();
    if (ids.length > 0) {
      try {
        const lists = await Promise.all(
          ids.map((id) => readPages('copilot/fixtures', [...scope, ['copilot_version_id', id]])),
        );
        const found = lists.flat();
        if (found.length > 0) return found;
      } catch (error) {
        if (asFeedError(error, '').code === 'rate-limited') throw error;
      }
    }
    // An answer for every key; it lists more, since it counts other prices too.
    return readPages('fixtures/active', scope);
  }

  async function decodeAll(rows: readonly unknown[], sentAt: number): Promise<FixturesRead> {
    const byId = new Map<string, FixturePatch>();
    const rejected: Rejected[] = [];
    const pace = createPace(timing);
    for (const row of rows) {
      await pace();
      const fixture = decodeFixture(row);
      if ('reason' in fixture) rejected.push(fixture);
      else byId.set(fixture.id, fixture);
    }
    return { fixtures: [...byId.values()], rejected, sentAt };
  }

  return {
    async sports() {
      const { data } = await read('sports/active', []);
      return data.map(toSport).filter((sport) => sport !== null);
    },

    async leagues(sport) {
      const { data } = await read('leagues/active', [['sport', sport]]);
      const leagues: WireLeague[] = [];
      let unreadable = 0;
      for (const row of data) {
        const league = toLeague(row);
        if (league === null) unreadable += 1;
        else if (isOfSport(league, sport)) leagues.push(league);
      }
      return { leagues, unreadable };
    },

    async fixtures(sport, leagues) {
      const sentAt = timing.now();
      const scopes: Params[] =
        leagues.length === 0
          ? [[['sport', sport]]]
          : batches(leagues, LEAGUE_BATCH).map((names) => [
              ['sport', sport],
              ...names.map((league) => ['league', league] as const),
            ]);
      const rows = await Promise.all(scopes.map(fixturesIn));
      return decodeAll(rows.flat(), sentAt);
    },

    async fixturesById(ids) {
      const sentAt = timing.now();
      const rows = await Promise.all(
        batches(ids, FIXTURE_BATCH).map((some) =>
          readPages(
            'fixtures',
            some.map((id) => ['id', id] as const),
          ),
        ),
      );
      return decodeAll(rows.flat(), sentAt);
    },

    async odds(fixtureIds, kind, versionIds = []) {
      const { data, sentAt } = await read('copilot/fixtures/odds', [
        ...fixtureIds.map((id) => ['fixture_id', id] as const),
        ...versionIds.map((id) => ['version_id', String(id)] as const),
        ...(kind === 'settled' ? [['settled', 'true'] as const] : []),
      ]);
      const fixtures: FixtureOdds[] = [];
      const rejected: Rejected[] = [];
      let isUnentitled = data.length > 0;
      let isUnclear = false;
      const pace = createPace(timing);
      for (const row of data) {
        await pace();
        const read = decodeFixtureOdds(row);
        if ('reason' in read) {
          rejected.push(read);
          isUnclear = true;
          continue;
        }
        rejected.push(...read.rejected);
        const neverUpdated = NEVER_UPDATED.test(String(read.fixture.wire.updated_at ?? ''));
        if (neverUpdated && read.rows.length === 0) continue;
        isUnentitled = false;
        fixtures.push(read);
      }
      return { fixtures, rejected, sentAt, isUnclear, isUnentitled };
    },

    async history(ids) {
      const { data } = await read(
        'copilot/fixtures/odds/historical',
        ids.map((id) => ['id', id] as const),
      );
      return data.map(decodeHistory).filter((odd) => odd !== null);
    },
  };
}

function budgetOf(path: string): Budget {
  return path.endsWith('/historical') ? 'histories' : 'reads';
}

/** `values` in lists of at most `size`. */
export function batches<T>(values: readonly T[], size: number): T[][] {
  const lists: T[][] = [];
  for (let start = 0; start < values.length; start += size) {
    lists.push(values.slice(start, start + size));
  }
  return lists;
}

/** Hands out at most `count` slots at once; each is given back by the function it came as. */
function createSlots(count: number): () => Promise<() => void> {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return release;
  };
}

function isRecord(value: unknown): value is WireRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FeedError(
      'upstream-http',
      `${what} answered with broken JSON; the board goes on trying.`,
    );
  }
}

function toMarkets(value: unknown): Market[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((market) =>
    isRecord(market) && typeof market.id === 'string' && typeof market.name === 'string'
      ? [{ id: market.id, name: market.name }]
      : [],
  );
}

function toSport(row: unknown): Sport | null {
  if (!isRecord(row) || typeof row.id !== 'string' || row.id === '') return null;
  const name = typeof row.name === 'string' && row.name !== '' ? row.name : row.id;
  return { id: row.id, name, mainMarkets: toMarkets(row.main_markets) };
}

/** A league row as received, where it has what the board needs of it and is of the sport asked for. */
function isOfSport({ sport: own }: { sport?: unknown }, sport: string): boolean {
  const id = isRecord(own) ? own.id : own;
  return typeof id !== 'string' || id === '' || slug(id) === slug(sport);
}

function toLeague(row: unknown): WireLeague | null {
  if (!isRecord(row) || typeof row.name !== 'string' || row.name === '') return null;
  return {
    ...row,
    id: typeof row.id === 'string' ? row.id : row.name,
    name: row.name,
  } as WireLeague;
}
