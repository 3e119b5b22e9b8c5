/** The vendor's paths, parameters, limits and refusals, over node:http. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseEntryId } from '@/lib/protocol/entry-id';
import type { OddsEventName } from '@/lib/protocol/events';
import { type OddsFormat, parseOddsFormat } from '@/lib/protocol/price';
import type { Faults } from './faults';
import { DEFAULT_VERSION, type SimFixture, type SimOdd } from './markets';
import { toMarketRow } from './sports';
import type { Stream, StreamFilter } from './stream';
import {
  fixtureRow,
  inSecondVersion,
  leagueRow,
  type RowState,
  restOdd,
  rowState,
  SECOND_VERSION,
  sportRow,
} from './wire';
import type { World } from './world';

/** Where the vendor's paths begin. */
export const API_PREFIX = '/api/v3';

/** Requests allowed in a window of 15 s of wall-clock time, by class. */
export type Limits = { rest: number; historical: number; streams: number };
export const DEFAULT_LIMITS: Limits = { rest: 2_500, historical: 10, streams: 250 };
const WINDOW_MS = 15_000;

const MAX_IDS = 5;
const MAX_VERSIONS = 5;
const MAX_HISTORICAL_IDS = 10;
const MAX_PAGE = 100;
const MAX_URL = 8_000;
const SLOW_REST_MS = 3_000;
const DAY_MS = 24 * 3_600_000;
/** What queue answers and the versions list call the default version; rows call it -1. */
const LISTED_DEFAULT_VERSION = 1;
const STATUSES = [
  'unplayed',
  'live',
  'half',
  'completed',
  'cancelled',
  'suspended',
  'delayed',
  'forfeited',
  'invalid',
];
const FIXTURE_SELECTORS = ['sport', 'league', 'id', 'numerical_id', 'team_id', 'tournament_id'];
const EVENT_OF_CODE: readonly OddsEventName[] = [
  'copilot-odds',
  'copilot-locked-odds',
  'copilot-settled-odds',
];

/** A refusal with the vendor's text. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly isPlain = false,
  ) {
    super(message);
  }
}

export type ApiDeps = {
  world: World;
  stream: Stream;
  faults: Faults;
  key: string | null;
  limits: Limits;
  hasCopilot: boolean;
  now: () => number;
};

/** A request handler for everything under `API_PREFIX`. */
export function createApi(
  deps: ApiDeps,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { world, stream, faults, limits, hasCopilot, now } = deps;
  const counters = new Map<string, number>();
  let windowStart = 0;

  /** Counts a request; false when the key has used up its class for this window. */
  function take(
    key: string,
    kind: keyof Limits,
  ): { isAllowed: boolean; remaining: number; resetSeconds: number } {
    const start = Math.floor(now() / WINDOW_MS) * WINDOW_MS;
    if (start !== windowStart) {
      counters.clear();
      windowStart = start;
    }
    const name = `${kind}:${key}`;
    const used = (counters.get(name) ?? 0) + 1;
    counters.set(name, used);
    return {
      isAllowed: used <= limits[kind],
      remaining: Math.max(limits[kind] - used, 0),
      resetSeconds: (start + WINDOW_MS) / 1000,
    };
  }

  function checkKey(request: IncomingMessage, query: URLSearchParams): string {
    const header = request.headers['x-api-key'];
    const key = (Array.isArray(header) ? header[0] : header) || query.get('key') || '';
    if (key === '') throw new Refusal(401, 'API key is required');
    const isKnown = deps.key === null || key === deps.key;
    if (!isKnown || faults.has('unauthorized'))
      throw new Refusal(401, 'Invalid or inactive API key');
    return key;
  }

  function openStream(
    response: ServerResponse,
    sport: string,
    query: URLSearchParams,
    key: string,
  ): void {
    const formatText = query.get('odds_format');
    const format = formatText ? parseOddsFormat(formatText) : 'american';
    if (!format) throw new Refusal(400, `invalid odds_format: ${formatText}`, true);
    const versions = numbers(query, 'version_id');
    if (versions.some(Number.isNaN)) throw new Refusal(400, 'invalid version_id', true);
    const lastEntryId = query.get('last_entry_id');
    if (!take(key, 'streams').isAllowed) {
      response.writeHead(429).end();
      return;
    }
    const filter: StreamFilter = {
      sport: sport.toLowerCase(),
      leagues: lowered(query, 'league'),
      markets: lowered(query, 'market'),
      fixtures: query.getAll('fixture_id').filter(Boolean),
      isMain: bool(query, 'is_main'),
      isLive: bool(query, 'is_live'),
      versions: versions.map(rowVersion),
      format,
      includeFixtureUpdates: bool(query, 'include_fixture_updates') ?? false,
    };
    stream.open(response, filter, parseEntryId(lastEntryId) ? lastEntryId : null);
  }

  const routes: Record<string, (query: URLSearchParams) => unknown> = {
    '/sports/active': () => ({
      data: world.sports.filter((sport) => activeFixtures(sport.id).length > 0).map(sportRow),
    }),
    '/sports': () => ({ data: world.sports.map(sportRow) }),
    '/leagues/active': (query) => {
      const status = query.get('fixture_status')?.toLowerCase();
      if (status && !STATUSES.includes(status)) throw new Refusal(400, `invalid status: ${status}`);
      return leagues(query, (sport) => {
        const busy = new Set<string>();
        for (const fixture of activeFixtures(sport))
          if (!status || fixture.status === status) busy.add(fixture.league.id);
        return busy;
      });
    },
    '/leagues': (query) => leagues(query, () => null),
    '/markets': (query) => {
      const wanted = lowered(query, 'sport');
      const rows = world.sports
        .filter((sport) => wanted.length === 0 || isNamed(wanted, sport.id, sport.name))
        .flatMap((sport) =>
          [...sport.markets.values()].map((market) => ({
            ...toMarketRow(market),
            market_type_id: null,
          })),
        );
      return { data: unique(rows) };
    },
    '/markets/active': (query) => {
      const ids = query.getAll('fixture_id').filter(Boolean);
      const sportsbooks = query.getAll('sportsbook').filter(Boolean);
      if (ids.length === 0) throw new Refusal(400, 'fixture_id is required');
      if (sportsbooks.length === 0) throw new Refusal(400, 'sportsbook is required');
      if (sportsbooks.length > 5) throw new Refusal(400, 'maximum 5 sportsbooks allowed');
      const isMain = bool(query, 'is_main');
      const rows = ids.flatMap((id) =>
        openOdds(world.fixture(id))
          .filter((odd) => isMain === null || odd.isMain === isMain)
          .map((odd) => toMarketRow(odd.market)),
      );
      return { data: unique(rows) };
    },
    '/fixtures': (query) => {
      const isRecent = (fixture: SimFixture) => fixture.startMs >= now() - 3 * DAY_MS;
      const hasDates = [
        'start_date',
        'start_date_before',
        'start_date_after',
        'updated_since',
      ].some((name) => query.has(name));
      return fixtureList(query, (fixture) => hasDates || isRecent(fixture));
    },
    '/fixtures/active': (query) => fixtureList(query, isActive),
    '/copilot/fixtures': (query) => {
      const version = query.get('copilot_version_id');
      if (!version) throw new Refusal(400, 'copilot_version_id is required');
      if (!isVersion(Number(version))) return { data: [], page: 1, has_more: false };
      return fixtureList(query, isActive);
    },
    '/copilot/fixtures/odds': copilotOdds,
    '/copilot/fixtures/odds/historical': historical,
    '/copilot/versions': (query) => {
      const wanted = numbers(query, 'id');
      const all = [
        { id: LISTED_DEFAULT_VERSION, name: 'Default' },
        ...(faults.has('two-versions') ? [{ id: SECOND_VERSION, name: 'Staging' }] : []),
      ];
      return {
        data: hasCopilot ? all.filter(({ id }) => wanted.length === 0 || wanted.includes(id)) : [],
      };
    },
    '/sportsbooks': () => ({ data: SPORTSBOOKS }),
    '/sportsbooks/active': () => ({ data: SPORTSBOOKS }),
    '/copilot/grader/odds': (query) => {
      const ids = query.getAll('id').filter(Boolean);
      if (ids.length === 0) throw new Refusal(400, 'id is required');
      const data = ids.flatMap((id) => {
        const row = findRow(id);
        return row?.settlement
          ? [
              {
                id,
                status: row.settlement,
                settled_at: new Date(row.settledAt ?? 0).toISOString().slice(0, -1),
              },
            ]
          : [];
      });
      return { data };
    },
    '/copilot/snapshot/fixtures/odds': () => ({ data: { success: true } }),
  };

  // ---- what the routes read

  function isActive(fixture: SimFixture): boolean {
    return fixture.hasHadOdds && fixture.finishedMs === null;
  }

  function activeFixtures(sport: string): SimFixture[] {
    return [...world.fixtures(sport)].filter(isActive);
  }

  function leagues(query: URLSearchParams, only: (sport: string) => ReadonlySet<string> | null) {
    const wanted = lowered(query, 'sport');
    const data = world.sports
      .filter((sport) => wanted.length === 0 || isNamed(wanted, sport.id, sport.name))
      .flatMap((sport) => {
        const among = only(sport.id);
        return sport.leagues
          .filter(({ id }) => !among || among.has(id))
          .map((league) => leagueRow(league, sport));
      });
    return { data };
  }

  function fixtureList(query: URLSearchParams, isListed: (fixture: SimFixture) => boolean) {
    if (!FIXTURE_SELECTORS.some((name) => query.get(name))) {
      throw new Refusal(
        400,
        `you must provide at least one of ${FIXTURE_SELECTORS.slice(0, -1).join(', ')}, or ${FIXTURE_SELECTORS.at(-1)}`,
      );
    }
    const statuses = lowered(query, 'status');
    const bogus = statuses.find((status) => !STATUSES.includes(status));
    if (bogus !== undefined) throw new Refusal(400, `invalid status: ${bogus}`);
    const version = query.get('copilot_version_id');
    const wanted = {
      sports: lowered(query, 'sport'),
      leagues: lowered(query, 'league'),
      ids: query.getAll('id').filter(Boolean),
      numericalIds: numbers(query, 'numerical_id'),
      teams: query.getAll('team_id').filter(Boolean),
      tournaments: query.getAll('tournament_id').filter(Boolean),
      isLive: bool(query, 'is_live'),
      day: query.get('start_date'),
      before: date(query, 'start_date_before'),
      after: date(query, 'start_date_after'),
      updatedSince: date(query, 'updated_since'),
    };
    const rows: SimFixture[] = [];
    for (const sport of world.sports) {
      if (wanted.sports.length > 0 && !isNamed(wanted.sports, sport.id, sport.name)) continue;
      for (const fixture of world.fixtures(sport.id)) {
        const { league, startMs } = fixture;
        const isIn =
          isListed(fixture) &&
          (wanted.leagues.length === 0 || isNamed(wanted.leagues, league.id, league.name)) &&
          (wanted.ids.length === 0 || wanted.ids.includes(fixture.id)) &&
          (wanted.numericalIds.length === 0 || wanted.numericalIds.includes(fixture.numericalId)) &&
          (wanted.teams.length === 0 ||
            fixture.teams.some(({ id }) => wanted.teams.includes(id))) &&
          wanted.tournaments.length === 0 &&
          (statuses.length === 0 || statuses.includes(fixture.status)) &&
          (wanted.isLive === null ||
            wanted.isLive === (fixture.status === 'live' || fixture.status === 'half')) &&
          (wanted.before === null || startMs < wanted.before) &&
          (wanted.after === null || startMs > wanted.after) &&
          (wanted.updatedSince === null || fixture.updatedMs >= wanted.updatedSince) &&
          (!wanted.day || isOnDay(startMs, wanted.day)) &&
          (!version || isVersion(Number(version)));
        if (isIn) rows.push(fixture);
      }
    }
    rows.sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1));
    return paged(query, rows);
  }

  function paged(query: URLSearchParams, rows: readonly SimFixture[]) {
    const cursor = query.get('cursor');
    if (cursor && query.has('page'))
      throw new Refusal(400, 'page and cursor cannot be used together');
    const limit = whole(query, 'limit', MAX_PAGE);
    if (limit > MAX_PAGE) throw new Refusal(400, `invalid limit: the maximum is ${MAX_PAGE}`);
    if (cursor) {
      const from = Number(Buffer.from(cursor, 'base64url').toString().split(':')[1] ?? Number.NaN);
      if (!Number.isInteger(from) || from < 0) throw new Refusal(400, 'invalid cursor');
      const more = from + limit < rows.length;
      return {
        data: rows.slice(from, from + limit).map(fixtureRow),
        cursor: more ? cursorAt(from + limit) : null,
      };
    }
    const page = whole(query, 'page', 1);
    const from = (page - 1) * limit;
    const data = rows.slice(from, from + limit).map(fixtureRow);
    if (faults.has('old-pagination'))
      return { data, page, total_pages: Math.ceil(rows.length / limit) };
    const more = from + limit < rows.length;
    const first = page === 1 ? { cursor: more ? cursorAt(limit) : null } : {};
    return { ...first, data, has_more: more, page };
  }

  const cursorAt = (from: number) => Buffer.from(`after:${from}`).toString('base64url');

  const isVersion = (id: number) =>
    id === DEFAULT_VERSION ||
    id === LISTED_DEFAULT_VERSION ||
    (id === SECOND_VERSION && faults.has('two-versions'));

  function openOdds(fixture: SimFixture | undefined): SimOdd[] {
    return oddsOf(fixture, 'open');
  }

  function copilotOdds(query: URLSearchParams) {
    const fixtureIds = query.getAll('fixture_id').filter(Boolean);
    const teamIds = query.getAll('team_id').filter(Boolean);
    const playerIds = query.getAll('player_id').filter(Boolean);
    const count = fixtureIds.length + teamIds.length + playerIds.length;
    if (count === 0)
      throw new Refusal(400, 'you must provide at least one of fixture_id, player_id, or team_id');
    if (count > MAX_IDS)
      throw new Refusal(400, `maximum ${MAX_IDS} fixture_id, player_id and team_id values allowed`);
    const versions = numbers(query, 'version_id');
    if (versions.some(Number.isNaN)) throw new Refusal(400, 'invalid version_id');
    if (versions.length > MAX_VERSIONS)
      throw new Refusal(400, `maximum ${MAX_VERSIONS} version_id values allowed`);
    const format = formatOf(query);
    const markets = lowered(query, 'market');
    const isMain = bool(query, 'is_main');
    const isSettled = bool(query, 'settled') ?? false;
    const wantedVersions = new Set(versions.map(rowVersion));

    const fixtures = new Map<string, SimFixture>();
    for (const id of fixtureIds) {
      const fixture = world.fixture(id);
      if (fixture) fixtures.set(id, fixture);
    }
    for (const id of [...teamIds, ...playerIds])
      for (const fixture of world.fixturesOf(id)) fixtures.set(fixture.id, fixture);

    const data = [...fixtures.values()].map((fixture) => {
      if (!hasCopilot)
        return { ...fixtureRow(fixture), odds: [], updated_at: '0001-01-01T00:00:00Z' };
      const rows = oddsOf(fixture, isSettled ? 'settled' : 'open')
        .filter(
          (odd) =>
            (markets.length === 0 || isNamed(markets, odd.market.id, odd.market.label)) &&
            (isMain === null || odd.isMain === isMain) &&
            (fixtureIds.includes(fixture.id) ||
              (odd.teamId !== null && teamIds.includes(odd.teamId)) ||
              (odd.playerId !== null && playerIds.includes(odd.playerId))),
        )
        .map(rowState);
      const all = faults.has('two-versions') ? rows.concat(rows.map(inSecondVersion)) : rows;
      const odds = all
        .filter(({ versionId }) => wantedVersions.size === 0 || wantedVersions.has(versionId))
        .map((row) => restOdd(row, format, faults));
      return { ...fixtureRow(fixture), odds };
    });
    return { data };
  }

  /** The row of a full id, the second version's included. */
  function findRow(id: string): RowState | null {
    const odd = world.odd(id);
    if (odd) return rowState(odd);
    const inDefault = world.odd(id.replace(`:${SECOND_VERSION}:`, `:${DEFAULT_VERSION}:`));
    return inDefault && faults.has('two-versions') ? inSecondVersion(rowState(inDefault)) : null;
  }

  function historical(query: URLSearchParams) {
    const ids = query.getAll('id').filter(Boolean);
    if (ids.length === 0) throw new Refusal(400, 'id is required');
    if (ids.length > MAX_HISTORICAL_IDS)
      throw new Refusal(400, `maximum ${MAX_HISTORICAL_IDS} id values allowed`);
    const format = formatOf(query);
    const data = ids.flatMap((id) => {
      const row = hasCopilot ? findRow(id) : null;
      return row ? [{ id, entries: entriesOf(row, format) }] : [];
    });
    return { data };
  }

  function entriesOf(row: RowState, format: OddsFormat) {
    const { history, settlement } = row.odd;
    const entries: Record<string, unknown>[] = [];
    for (let index = history.length - 3; index >= 0; index -= 3) {
      const [atMs, price, code] = history.slice(index, index + 3) as [number, number, number];
      const event = EVENT_OF_CODE[code & 3];
      const shown = restOdd(
        {
          ...row,
          price:
            row.versionId === DEFAULT_VERSION ? price : inSecondVersion({ ...row, price }).price,
        },
        format,
        faults,
      ).price;
      entries.push({
        timestamp: atMs / 1000,
        event,
        price: shown,
        is_main: (code & 4) !== 0,
        settlement: event === 'copilot-settled-odds' ? settlement : null,
      });
    }
    return entries;
  }

  // ---- requests

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const path = url.pathname.slice(API_PREFIX.length);
    const query = url.searchParams;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new Refusal(405, 'Method not allowed', true);
    if ((request.url ?? '').length > MAX_URL) throw new Refusal(414, 'URI too long', true);
    if (faults.has('html-500')) {
      const page =
        '<!DOCTYPE html><html><head><title>500 Internal Server Error</title></head><body><h1>500</h1></body></html>';
      response.writeHead(500, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    if (faults.has('rate-limited')) {
      response.writeHead(429).end();
      return;
    }
    const key = checkKey(request, query);
    const sport = /^\/stream\/copilot\/([^/]+)\/odds\/?$/.exec(path)?.[1];
    if (sport !== undefined) {
      openStream(response, decoded(sport), query, key);
      return;
    }
    const isHistorical = path === '/copilot/fixtures/odds/historical';
    const budget = take(key, isHistorical ? 'historical' : 'rest');
    response.setHeader('x-ratelimit-limit', limits[isHistorical ? 'historical' : 'rest']);
    response.setHeader('x-ratelimit-remaining', budget.remaining);
    response.setHeader('x-ratelimit-reset', budget.resetSeconds);
    if (!budget.isAllowed) {
      response.writeHead(429).end();
      return;
    }
    if (faults.has('slow-rest'))
      await new Promise((resolve) => setTimeout(resolve, SLOW_REST_MS).unref());
    if (faults.has('rest-forbidden'))
      throw new Refusal(403, 'This API key has no access to the requested resource');
    const route = routes[path.replace(/\/$/, '')];
    if (!route) throw new Refusal(404, 'not found');
    sendJson(response, 200, route(query));
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      if (!(error instanceof Refusal)) {
        sendJson(response, 500, { error: 'internal server error' });
        return;
      }
      if (error.isPlain)
        response
          .writeHead(error.status, { 'content-type': 'text/plain; charset=utf-8' })
          .end(error.message);
      else sendJson(response, error.status, { error: error.message });
    });
  };
}

/** Odds of a fixture in a state, in the order in which its markets were added. */
export function oddsOf(fixture: SimFixture | undefined, state: SimOdd['state'] | null): SimOdd[] {
  if (!fixture) return [];
  return fixture.books.flatMap((book) =>
    [...book.lines.values()].flat().filter((odd) => state === null || odd.state === state),
  );
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const SPORTSBOOKS = [
  {
    id: 'book_a',
    name: 'Book A',
    logo: 'https://cdn.opticodds.com/sportsbook-logos/book_a.png',
    is_onshore: true,
    is_active: true,
  },
  {
    id: 'book_b',
    name: 'Book B',
    logo: 'https://cdn.opticodds.com/sportsbook-logos/book_b.png',
    is_onshore: true,
    is_active: true,
  },
  {
    id: 'book_c',
    name: 'Book C',
    logo: 'https://cdn.opticodds.com/sportsbook-logos/book_c.png',
    is_onshore: false,
    is_active: true,
  },
];

function rowVersion(id: number): number {
  return id === LISTED_DEFAULT_VERSION ? DEFAULT_VERSION : id;
}

function lowered(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .filter(Boolean)
    .map((value) => value.toLowerCase());
}

function numbers(query: URLSearchParams, name: string): number[] {
  return query
    .getAll(name)
    .filter(Boolean)
    .map((value) => (/^-?\d+$/.test(value) ? Number(value) : Number.NaN));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'invalid path', true);
  }
}

/** `true` and `false` in any case; anything else counts as not given. */
function bool(query: URLSearchParams, name: string): boolean | null {
  const text = query.get(name)?.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : null;
}

function whole(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (!text) return otherwise;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refusal(400, `invalid ${name}: ${text.slice(0, 40)}`);
  return Number(text);
}

function date(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (!text) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Refusal(400, `invalid ${name}: ${text.slice(0, 40)}`);
  return ms;
}

function formatOf(query: URLSearchParams): OddsFormat {
  const text = query.get('odds_format');
  const format = text ? parseOddsFormat(text) : 'american';
  if (!format) throw new Refusal(400, `invalid odds_format: ${text?.slice(0, 40)}`);
  return format;
}

const easternDay = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/New_York',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** A date alone means that day in US Eastern time; a full date means that moment. */
function isOnDay(startMs: number, text: string): boolean {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return easternDay.format(startMs) === text;
  return Date.parse(text) === startMs;
}

function isNamed(wanted: readonly string[], id: string, name: string): boolean {
  return wanted.includes(id.toLowerCase()) || wanted.includes(name.toLowerCase());
}

function unique<T extends { id: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}
