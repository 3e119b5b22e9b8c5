/**
 * The two questions one can ask of the board: a view (`BoardQuery`, the page's URL) and a subscription
 * (`RelayQuery`, the vendor's own parameters). Relay, snapshot and board use the predicates of this file, so
 * a link shows the same odds wherever it is opened.
 */
import { parseEntryId } from './entry-id';
import { clip } from './errors';
import type { Fixture, Odd, OddState } from './events';
import { ODDS_FORMATS, type OddsFormat, parseOddsFormat } from './price';
import { slug } from './sports';

/** Longest value of any one parameter. */
export const VALUE_LENGTH = 200;
/** Most values of any one parameter, where the caller sets no limit of its own. */
export const VALUE_COUNT = 200;

export const STATUS_GROUPS = {
  upcoming: ['unplayed', 'delayed'],
  live: ['live', 'half', 'suspended'],
  finished: ['completed', 'cancelled', 'forfeited', 'invalid'],
} as const satisfies Record<string, readonly string[]>;
export type StatusGroup = keyof typeof STATUS_GROUPS;

/** Words that a view's `status` takes: the three groups and the vendor's statuses. */
export const STATUS_WORDS: readonly string[] = [
  ...new Set([...Object.keys(STATUS_GROUPS), ...Object.values(STATUS_GROUPS).flat()]),
];
export const STATE_WORDS = ['open', 'locked', 'settled'] as const satisfies OddState[];
/** `fixture`: lines as on a fixture's own page, by the part of the game that they are about. */
export const VIEWS = ['board', 'lines', 'fixture'] as const;
export type View = (typeof VIEWS)[number];
/** What fixtures are ordered by; the board names a league above each run of its fixtures. */
export const ORDERS = ['league', 'start', 'rotation'] as const;
export type Order = (typeof ORDERS)[number];
/** Columns of the lines view that are shown where they are asked for. */
export const LINE_COLUMNS = ['hold', 'novig'] as const;
export type LineColumn = (typeof LINE_COLUMNS)[number];

/** Most minutes of quiet that can be asked for: a day. */
export const MOST_QUIET = 1_440;

/** A view of the board. Empty lists and nulls are the defaults: everything. */
export type BoardQuery = {
  league: readonly string[];
  market: readonly string[];
  fixture: readonly string[];
  q: string;
  status: readonly string[];
  state: readonly OddState[];
  main: boolean;
  /** Minutes for which a line must not have changed; null: it may have. */
  quiet: number | null;
  view: View;
  /** Null: the vendor's default version. */
  version: number | null;
  odds: OddsFormat;
  /** IANA zone; null: the browser's own. */
  tz: string | null;
  /** Optional columns of the lines view, in their order. */
  column: readonly LineColumn[];
  order: Order;
};

export const DEFAULT_QUERY: BoardQuery = {
  league: [],
  market: [],
  fixture: [],
  q: '',
  status: [],
  state: [],
  main: false,
  quiet: null,
  view: 'board',
  version: null,
  odds: 'american',
  tz: null,
  column: [],
  order: 'league',
};

/** Steps in which a filter for quiet follows the clock: rows come and go no more often. */
const QUIET_STEP_SECONDS = 10;

/**
 * Unix seconds since when a view's lines must not have changed.
 * @param minutes as the view asks for
 * @param nowMs epoch ms by the server's clock
 */
export function quietSinceOf(minutes: number | null, nowMs: number): number | null {
  if (minutes === null) return null;
  return Math.floor(nowMs / 1000 / QUIET_STEP_SECONDS) * QUIET_STEP_SECONDS - minutes * 60;
}

/** Asked for with each row that the hub takes in. */
const GROUP_OF = new Map<string, StatusGroup>(
  Object.entries(STATUS_GROUPS).flatMap(([group, statuses]) =>
    statuses.map((status): [string, StatusGroup] => [status, group as StatusGroup]),
  ),
);

/** The group a status belongs to, null for statuses nobody has heard of. */
export function statusGroup(status: string | null): StatusGroup | null {
  return (status !== null && GROUP_OF.get(status)) || null;
}

/** Text without case and accents, for searching: `Kecmanović` is found by `kecmanovic`. */
export function foldText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

function labelSet(values: readonly string[]): ReadonlySet<string> | null {
  return values.length === 0 ? null : new Set(values.map(slug));
}

function hasLabel(set: ReadonlySet<string> | null, label: string | null, id: unknown): boolean {
  if (!set) return true;
  if (label !== null && set.has(slug(label))) return true;
  return typeof id === 'string' && set.has(slug(id));
}

export type BoardPredicate = {
  /** Whether the fixture itself is in the view, its odds and the search text apart. */
  fixture(fixture: Fixture): boolean;
  /** Whether the search text is in the fixture's own names. */
  fixtureText(fixture: Fixture): boolean;
  /** Whether an odd is in the view; `fixture` is null while nothing is known of it. */
  odd(odd: Odd, fixture: Fixture | null): boolean;
};

/**
 * The predicate of a view. `version` null means: every version (the caller knows which one is the default).
 */
export function createBoardPredicate(
  query: Pick<
    BoardQuery,
    'league' | 'market' | 'fixture' | 'q' | 'status' | 'state' | 'main' | 'version'
  >,
): BoardPredicate {
  const leagues = labelSet(query.league);
  const markets = labelSet(query.market);
  const fixtureIds = query.fixture.length > 0 ? new Set(query.fixture) : null;
  const statuses =
    query.status.length > 0
      ? new Set<string>(
          query.status.flatMap((word) => STATUS_GROUPS[word as StatusGroup] ?? [word]),
        )
      : null;
  const states = query.state.length > 0 ? new Set<OddState>(query.state) : null;
  const words = foldText(query.q).split(/\s+/).filter(Boolean);

  const inFixture = (id: string, league: string | null, fixture: Fixture | null) =>
    (!fixtureIds || fixtureIds.has(id)) &&
    hasLabel(leagues, fixture?.league ?? league, fixture?.leagueId) &&
    (!statuses || statuses.has(fixture?.status ?? ''));

  const textOf = (fixture: Fixture | null) =>
    fixture
      ? `${fixture.away ?? ''} ${fixture.home ?? ''} ${fixture.league ?? ''} ${fixture.id}`
      : '';

  /** `text` is made only where it is looked at: of tens of thousands of odds. */
  const hasWords = (text: () => string) => {
    if (words.length === 0) return true;
    const folded = foldText(text());
    return words.every((word) => folded.includes(word));
  };

  return {
    fixture: (fixture) => inFixture(fixture.id, fixture.league, fixture),
    fixtureText: (fixture) => hasWords(() => textOf(fixture)),
    odd: (odd, fixture) =>
      inFixture(odd.fixtureId, odd.league, fixture) &&
      hasLabel(markets, odd.market, odd.wire.market_id) &&
      (!states || states.has(odd.state)) &&
      (!query.main || odd.isMain) &&
      (query.version === null || odd.versionId === query.version) &&
      hasWords(
        () => `${textOf(fixture)} ${odd.league} ${odd.market} ${odd.name} ${odd.selection ?? ''}`,
      ),
  };
}

/** A subscription, in the vendor's parameters. Empty lists and nulls mean no restriction. */
export type RelayQuery = {
  leagues: readonly string[];
  markets: readonly string[];
  fixtureIds: readonly string[];
  gameIds: readonly string[];
  versionIds: readonly number[];
  isMain: boolean | null;
  isLive: boolean | null;
  oddsFormat: OddsFormat;
  includeFixtureUpdates: boolean;
  /** Where to go on from; null: from now. */
  lastEntryId: string | null;
};

export type ParsedRelayQuery = { query: RelayQuery; error: null } | { query: null; error: string };

class BadParameter extends Error {}

/**
 * The vendor's parameters as one reads them from a URL: repeated names, ids or labels, booleans in any case.
 * Unknown names are ignored, as the vendor ignores them; a value that cannot be right is an error that says
 * what to send instead.
 */
export function parseRelayQuery(
  params: URLSearchParams,
  { mostValues = VALUE_COUNT }: { mostValues?: number } = {},
): ParsedRelayQuery {
  try {
    return {
      query: {
        // A word of nothing but spaces and strokes names nothing.
        leagues: list(params, 'league', mostValues).filter((label) => slug(label) !== ''),
        markets: list(params, 'market', mostValues).filter((label) => slug(label) !== ''),
        fixtureIds: list(params, 'fixture_id', mostValues),
        gameIds: list(params, 'game_id', mostValues),
        versionIds: list(params, 'version_id', mostValues).map(integer),
        isMain: flag(params, 'is_main'),
        isLive: flag(params, 'is_live'),
        oddsFormat: format(params),
        includeFixtureUpdates: flag(params, 'include_fixture_updates') ?? false,
        lastEntryId: entryId(params),
      },
      error: null,
    };
  } catch (error) {
    if (error instanceof BadParameter) return { query: null, error: error.message };
    throw error;
  }
}

function list(params: URLSearchParams, name: string, most = VALUE_COUNT): string[] {
  const values = params.getAll(name).filter((value) => value !== '');
  if (values.length > most) {
    throw new BadParameter(`${name} is given ${values.length} times; at most ${most} are allowed`);
  }
  const long = values.find((value) => value.length > VALUE_LENGTH);
  if (long !== undefined) {
    throw new BadParameter(
      `${name} is ${long.length} characters long; at most ${VALUE_LENGTH} are allowed: ${clip(long)}`,
    );
  }
  return [...new Set(values)];
}

function single(params: URLSearchParams, name: string): string | null {
  const values = list(params, name);
  if (values.length > 1)
    throw new BadParameter(`${name} may be given once, not ${values.length} times`);
  return values[0] ?? null;
}

function flag(params: URLSearchParams, name: string): boolean | null {
  const value = single(params, name);
  if (value === null) return null;
  const word = value.toLowerCase();
  if (word === 'true') return true;
  if (word === 'false') return false;
  throw new BadParameter(`${name} must be true or false, not "${clip(value)}"`);
}

function integer(value: string): number {
  if (!/^-?\d{1,15}$/.test(value)) {
    throw new BadParameter(`version_id must be a whole number such as -1, not "${clip(value)}"`);
  }
  return Number(value);
}

function format(params: URLSearchParams): OddsFormat {
  const value = single(params, 'odds_format');
  if (value === null) return 'american';
  const known = parseOddsFormat(value);
  if (known) return known;
  throw new BadParameter(
    `odds_format must be one of ${ODDS_FORMATS.join(', ')}, not "${clip(value)}"`,
  );
}

function entryId(params: URLSearchParams): string | null {
  const value = single(params, 'last_entry_id');
  if (value === null || parseEntryId(value)) return value;
  throw new BadParameter(
    `last_entry_id must look like 1730079534820-2 (milliseconds, dash, number), not "${clip(value)}"`,
  );
}

/** What a subscription asks of an odd. */
export type Routed = Pick<
  Odd,
  'fixtureId' | 'league' | 'market' | 'versionId' | 'isMain' | 'isLive'
> & {
  leagueId: unknown;
  marketId: unknown;
  gameId: unknown;
  /** Whether it ends an offer, which is told in play or not: what was offered before a start must not stay so after it. */
  isClosing?: boolean;
};

/** What a subscription asks of this odd; of the held one, since a settled row is thin. */
export function routedOdd(odd: Odd): Routed {
  const { wire } = odd;
  return {
    fixtureId: odd.fixtureId,
    league: odd.league,
    leagueId: wire.league_id,
    market: odd.market,
    marketId: wire.market_id,
    gameId: wire.game_id,
    versionId: odd.versionId,
    isMain: odd.isMain,
    isLive: odd.isLive,
  };
}

export type RelayPredicate = {
  odd(odd: Odd, fixture: Fixture | null): boolean;
  routed(odd: Routed, fixture: Fixture | null): boolean;
  fixture(fixture: Fixture): boolean;
};

/** The predicate of a subscription. */
export function createRelayPredicate(query: Omit<RelayQuery, 'lastEntryId'>): RelayPredicate {
  const leagues = labelSet(query.leagues);
  const markets = labelSet(query.markets);
  const fixtureIds = query.fixtureIds.length > 0 ? new Set(query.fixtureIds) : null;
  const gameIds = query.gameIds.length > 0 ? new Set(query.gameIds) : null;
  const versionIds = query.versionIds.length > 0 ? new Set(query.versionIds) : null;
  const inFixture = (id: string, gameId: unknown) =>
    (!fixtureIds || fixtureIds.has(id)) &&
    (!gameIds || (typeof gameId === 'string' && gameIds.has(gameId)));
  const routed = (odd: Routed, fixture: Fixture | null) =>
    hasLabel(leagues, odd.league, fixture?.leagueId ?? odd.leagueId) &&
    hasLabel(markets, odd.market, odd.marketId) &&
    inFixture(odd.fixtureId, odd.gameId) &&
    (!versionIds || (odd.versionId !== null && versionIds.has(odd.versionId))) &&
    (query.isMain === null || odd.isMain === query.isMain) &&
    (query.isLive === null || odd.isClosing || isLive(odd, fixture) === query.isLive);
  return {
    odd: (odd, fixture) => routed(routedOdd(odd), fixture),
    routed,
    fixture: (fixture) =>
      hasLabel(leagues, fixture.league, fixture.leagueId) &&
      inFixture(fixture.id, fixture.wire.game_id) &&
      (query.isLive === null || (statusGroup(fixture.status) === 'live') === query.isLive),
  };
}

/** Whether an odd is in play: as its row says, else as its fixture's status says. */
export function isLive(odd: Pick<Odd, 'isLive'>, fixture: Fixture | null): boolean {
  return odd.isLive ?? statusGroup(fixture?.status ?? null) === 'live';
}

/** One string per distinct subscription, wherever viewers start: equal keys are owed the same bytes. */
export function relayKey({ lastEntryId, ...query }: RelayQuery): string {
  return JSON.stringify({
    ...query,
    leagues: query.leagues.map(slug).sort(),
    markets: query.markets.map(slug).sort(),
    fixtureIds: [...query.fixtureIds].sort(),
    gameIds: [...query.gameIds].sort(),
    versionIds: [...query.versionIds].sort(),
  });
}
