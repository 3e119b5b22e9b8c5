/**
 * What both views show: rows built from the Book and the view's query, the same on the server (first paint)
 * and in the browser. Pure, and built on structure alone: a price that changes never moves a row.
 */
import type { Book } from '@/lib/protocol/book';
import type { Fixture, Odd } from '@/lib/protocol/events';
import {
  type BoardQuery,
  createBoardPredicate,
  STATUS_GROUPS,
  STATUS_WORDS,
  statusGroup,
} from '@/lib/protocol/filter';
import { groupLines, type Line, mainLine, pointsOf, type Side, teamOf } from '@/lib/protocol/line';
import { compareFixtures } from '@/lib/protocol/order';
import { type Market, slug } from '@/lib/protocol/sports';

/** A column of the board view. `market` is the form in which labels and ids are equal. */
export type Column = { market: string; label: string };

export type RowSide = {
  side: 'away' | 'home' | 'draw';
  /** Null while nobody has named the team. */
  name: string | null;
  rotation: string | null;
};

/** One market of one fixture. */
export type Cell =
  /**
   * The main line. `odds` has one list per side of the row, in the order of `sides`: one id or none, and
   * two (over, under) where a market is about each team.
   */
  | { kind: 'line'; market: string; odds: readonly (readonly string[])[]; points: number | null }
  /** A market with a line for each of many players, or with sides that fit no row: how many lines there are. */
  | { kind: 'lines'; market: string; lines: number }
  | { kind: 'empty'; market: string };

export type LeagueRow = { kind: 'league'; key: string; league: string; fixtures: number };

export type FixtureRow = {
  kind: 'fixture';
  key: string;
  fixtureId: string;
  /** Away, home, and the draw where some market has one. */
  sides: readonly RowSide[];
  /** One per column. */
  cells: readonly Cell[];
  /** Odds of this view's filter that no cell shows. */
  more: number;
  /** Odds of this view's filter. */
  odds: number;
};

export type BoardRow = LeagueRow | FixtureRow;

export type LineRow = {
  kind: 'line';
  key: string;
  fixtureId: string;
  market: string;
  /** What the line is about beside its market: a team, a player, or the bet's name; empty for the whole game. */
  label: string;
  points: number | null;
  odds: readonly { id: string; side: Side }[];
  isMain: boolean;
};

export type LinesRow =
  | LeagueRow
  | { kind: 'fixture'; key: string; fixtureId: string; sides: readonly RowSide[]; lines: number }
  | LineRow;

export type Totals = {
  fixtures: number;
  odds: number;
  /** Copilot versions among the held odds, lowest first. */
  versions: readonly number[];
  /** The version shown; null where no odd names one. */
  version: number | null;
};

export type RowOptions = {
  mainMarkets: readonly Market[];
  /** The version shown where the query names none; by default the vendor's own default. */
  version?: number | null;
};

/** The vendor's default version. */
const DEFAULT_VERSION = -1;

/** The version a view shows: the one asked for, else the vendor's default, else the lowest held. */
function versionsOf(book: Book, asked: number | null): Pick<Totals, 'versions' | 'version'> {
  const held = new Set<number>();
  for (const odd of book.odds.values()) {
    if (odd.versionId !== null) held.add(odd.versionId);
  }
  const versions = [...held].sort((a, b) => a - b);
  const standard = held.has(DEFAULT_VERSION) ? DEFAULT_VERSION : (versions[0] ?? null);
  return { versions, version: asked ?? standard };
}

function isOfVersion(odd: Odd, version: number | null): boolean {
  return version === null || odd.versionId === null || odd.versionId === version;
}

/** A fixture that only its odds speak of: enough of one to have a place among the others. */
function fixtureOf(book: Book, id: string, odd: Odd | null): Fixture {
  const league = odd?.league || null;
  const held = book.fixtures.get(id);
  if (!held) return unknownFixture(id, league);
  return held.league === null && league !== null ? { ...held, league } : held;
}

function unknownFixture(id: string, league: string | null): Fixture {
  return {
    id,
    sport: null,
    league,
    leagueId: null,
    home: null,
    away: null,
    homeCompetitors: [],
    awayCompetitors: [],
    homeRotation: null,
    awayRotation: null,
    status: null,
    startDate: null,
    oldStatus: null,
    oldStartDate: null,
    statusChangedAt: null,
    startChangedAt: null,
    score: null,
    statusReceivedAt: 0,
    startReceivedAt: 0,
    detailReceivedAt: 0,
    statusEntryId: null,
    startEntryId: null,
    wire: {},
  };
}

type Entry = { fixture: Fixture; odds: Odd[] };

/** Ids of all fixtures that the Book knows by themselves or by their odds. */
function fixtureIdsOf(book: Book): Set<string> {
  const ids = new Set(book.fixtures.keys());
  for (const odd of book.odds.values()) ids.add(odd.fixtureId);
  return ids;
}

function heldOdds(book: Book, fixtureId: string): Odd[] {
  const odds: Odd[] = [];
  for (const id of book.oddIdsOf(fixtureId)) {
    const odd = book.odds.get(id);
    if (odd) odds.push(odd);
  }
  return odds;
}

/** Whether a filter asks for odds of some kind, so that a fixture without any is not what was asked for. */
function asksForOdds(query: BoardQuery): boolean {
  return query.market.length > 0 || query.state.length > 0 || query.main || query.version !== null;
}

type Selected = {
  entries: Entry[];
  scope: Entry[];
  versions: Pick<Totals, 'versions' | 'version'>;
};

/**
 * Fixtures of the view with their odds of the view, in board order. `scope` holds what the league, fixture
 * and version filters alone leave: what the columns are chosen from, so that they stay while other filters
 * change, and are the same for everybody who opens the link.
 */
function select(book: Book, query: BoardQuery, standard: number | null = null): Selected {
  const versions = versionsOf(book, query.version ?? standard);
  const predicate = createBoardPredicate({ ...query, version: null });
  const inScope = createBoardPredicate({
    ...query,
    market: [],
    q: '',
    status: [],
    state: [],
    main: false,
    version: null,
  });
  const hasText = query.q.trim() !== '';
  const needsOdds = asksForOdds(query);
  const entries: Entry[] = [];
  const scope: Entry[] = [];
  for (const id of fixtureIdsOf(book)) {
    const held = heldOdds(book, id);
    const fixture = fixtureOf(book, id, held[0] ?? null);
    if (!inScope.fixture(fixture)) continue;
    const odds = held.filter((odd) => isOfVersion(odd, versions.version));
    scope.push({ fixture, odds });
    if (!predicate.fixture(fixture)) continue;
    const matching = odds.filter((odd) => predicate.odd(odd, fixture));
    const isShown =
      matching.length > 0 || (!needsOdds && (!hasText || predicate.fixtureText(fixture)));
    if (isShown) entries.push({ fixture, odds: matching });
  }
  entries.sort((a, b) => compareFixtures(a.fixture, b.fixture));
  return { entries, scope, versions };
}

function totalsOf({ entries, versions }: Selected): Totals {
  let odds = 0;
  for (const entry of entries) odds += entry.odds.length;
  return { fixtures: entries.length, odds, ...versions };
}

/**
 * The columns: the markets filtered for, in that order, else the sport's main markets, where those that
 * nothing is held of yield to the markets most fixtures have.
 */
function columnsOf(
  scope: readonly Entry[],
  query: BoardQuery,
  mainMarkets: readonly Market[],
): Column[] {
  const held = new Map<string, { label: string; fixtures: number }>();
  for (const { odds } of scope) {
    const seen = new Set<string>();
    for (const odd of odds) seen.add(odd.market);
    for (const label of seen) {
      const key = slug(label);
      const known = held.get(key);
      if (known) known.fixtures += 1;
      else held.set(key, { label, fixtures: 1 });
    }
  }
  if (query.market.length > 0) {
    const wanted = new Map(query.market.map((name) => [slug(name), name]));
    return [...wanted].map(([market, name]) => ({
      market,
      label: held.get(market)?.label ?? labelOf(market, name, mainMarkets),
    }));
  }
  const main = mainMarkets.map(({ id, name }) => ({ market: slug(id), label: name }));
  if (held.size === 0) return main;
  const present = main.filter(({ market }) => held.has(market));
  const others = [...held]
    .filter(([market]) => !present.some((column) => column.market === market))
    .sort(([, a], [, b]) => b.fixtures - a.fixtures || (a.label < b.label ? -1 : 1))
    .map(([market, { label }]) => ({ market, label }));
  return [...present, ...others.slice(0, Math.max(1, main.length) - present.length)];
}

function labelOf(market: string, name: string, mainMarkets: readonly Market[]): string {
  return mainMarkets.find(({ id }) => slug(id) === market)?.name ?? name;
}

const SIDE_ROW: Partial<Record<Side, RowSide['side']>> = {
  away: 'away',
  over: 'away',
  yes: 'away',
  home: 'home',
  under: 'home',
  no: 'home',
  draw: 'draw',
};

function sidesOf(fixture: Fixture, hasDraw: boolean): RowSide[] {
  const sides: RowSide[] = [
    { side: 'away', name: fixture.away, rotation: fixture.awayRotation },
    { side: 'home', name: fixture.home, rotation: fixture.homeRotation },
  ];
  if (hasDraw) sides.push({ side: 'draw', name: 'Draw', rotation: null });
  return sides;
}

/** The odds of a whole-game line by the side of the row they stand in; null where two want one place. */
function placeSides(line: Line): Map<RowSide['side'], string[]> | null {
  const placed = new Map<RowSide['side'], string[]>();
  for (const { odd, side } of line.odds) {
    const row = SIDE_ROW[side];
    if (!row || placed.has(row)) return null;
    placed.set(row, [odd.id]);
  }
  return placed;
}

/** The main line of each team's own total, over and under beside the team; null where it is no such market. */
function placeTeams(
  lines: readonly Line[],
  fixture: Fixture,
): Map<RowSide['side'], string[]> | null {
  const entities = new Map<string, Line[]>();
  for (const line of lines) {
    const isTeams = line.odds.every(({ odd }) => odd.teamId !== null && odd.playerId === null);
    if (!isTeams || line.groupingKey === null) return null;
    const group = entities.get(line.entity);
    if (group) group.push(line);
    else entities.set(line.entity, [line]);
  }
  if (entities.size > 2) return null;
  const placed = new Map<RowSide['side'], string[]>();
  const homeless: string[][] = [];
  for (const group of entities.values()) {
    const main = mainLine(group);
    const first = main?.odds[0]?.odd;
    if (!main || !first) continue;
    const ids = main.odds.map(({ odd }) => odd.id);
    const team = teamOf(first, fixture);
    if (team && !placed.has(team)) placed.set(team, ids);
    else homeless.push(ids);
  }
  // Teams of a fixture that nobody has named yet still have a place each.
  for (const ids of homeless) {
    const free = !placed.has('away') ? 'away' : !placed.has('home') ? 'home' : null;
    if (!free) return null;
    placed.set(free, ids);
  }
  return placed;
}

type Placed = {
  market: string;
  lines: number;
  points: number | null;
  sides: Map<RowSide['side'], string[]> | null;
};

function place(market: string, odds: readonly Odd[], fixture: Fixture): Placed {
  const lines = groupLines(odds, fixture);
  const game = lines.filter((line) => line.entity === 'default');
  const main = game.length > 0 ? mainLine(game) : null;
  const sides = main ? placeSides(main) : placeTeams(lines, fixture);
  return { market, lines: lines.length, points: main ? pointsOf(main) : null, sides };
}

function fixtureRow({ fixture, odds }: Entry, columns: readonly Column[]): FixtureRow {
  const byMarket = new Map<string, Odd[]>(columns.map(({ market }) => [market, []]));
  for (const odd of odds) byMarket.get(slug(odd.market))?.push(odd);
  const places = [...byMarket].map(([market, held]) => place(market, held, fixture));
  const sides = sidesOf(
    fixture,
    places.some((placed) => placed.sides?.has('draw')),
  );
  let shown = 0;
  const cells = places.map((placed): Cell => {
    if (placed.lines === 0) return { kind: 'empty', market: placed.market };
    if (!placed.sides) return { kind: 'lines', market: placed.market, lines: placed.lines };
    const ids = sides.map(({ side }) => placed.sides?.get(side) ?? []);
    for (const list of ids) shown += list.length;
    return { kind: 'line', market: placed.market, odds: ids, points: placed.points };
  });
  return {
    kind: 'fixture',
    key: `fixture\n${fixture.id}`,
    fixtureId: fixture.id,
    sides,
    cells,
    more: odds.length - shown,
    odds: odds.length,
  };
}

/** The league's name as its rows are grouped by; empty while nobody has said it. */
function leagueOf(fixture: Fixture): string {
  return fixture.league ?? '';
}

function* withLeagues(entries: readonly Entry[]): Generator<LeagueRow | Entry> {
  const counts = new Map<string, number>();
  for (const { fixture } of entries) {
    counts.set(leagueOf(fixture), (counts.get(leagueOf(fixture)) ?? 0) + 1);
  }
  let current: string | null = null;
  for (const entry of entries) {
    const league = leagueOf(entry.fixture);
    if (league !== current) {
      current = league;
      yield { kind: 'league', key: `league\n${league}`, league, fixtures: counts.get(league) ?? 0 };
    }
    yield entry;
  }
}

/** Rows of the board view: leagues, then fixtures by start, each with one cell per column. */
export function buildBoardRows(
  book: Book,
  query: BoardQuery,
  { mainMarkets, version }: RowOptions,
): { columns: Column[]; rows: BoardRow[]; totals: Totals } {
  const selected = select(book, query, version);
  const columns = columnsOf(selected.scope, query, mainMarkets);
  const rows: BoardRow[] = [];
  for (const item of withLeagues(selected.entries)) {
    rows.push('kind' in item ? item : fixtureRow(item, columns));
  }
  return { columns, rows, totals: totalsOf(selected) };
}

/** What a line is about beside its market. */
function lineLabel(line: Line): string {
  const first = line.odds[0]?.odd;
  if (!first) return '';
  // A settlement whose odd nobody knew carries nothing but the name of the bet.
  if (line.groupingKey === null) return first.name;
  return line.entity === 'default' ? '' : (first.selection ?? line.entity);
}

/** Order of markets within a fixture: those filtered for, else the main ones, then by name. */
function marketRank(query: BoardQuery, mainMarkets: readonly Market[]): (market: string) => number {
  const first = query.market.length > 0 ? query.market : mainMarkets.map(({ id }) => id);
  const ranks = new Map(first.map((name, index) => [slug(name), index]));
  return (market) => ranks.get(slug(market)) ?? ranks.size;
}

function linesOf({ fixture, odds }: Entry, rankOf: (market: string) => number): LineRow[] {
  const lines = groupLines(odds, fixture);
  const ranks = new Map<string, number>();
  for (const { market } of lines) {
    if (!ranks.has(market)) ranks.set(market, rankOf(market));
  }
  // The sort is stable and lines come by entity, then points: only the order of markets is ours.
  lines.sort(
    (a, b) =>
      (ranks.get(a.market) ?? 0) - (ranks.get(b.market) ?? 0) ||
      (a.market < b.market ? -1 : a.market > b.market ? 1 : 0),
  );
  return lines.map((line) => ({
    kind: 'line',
    key: line.key,
    fixtureId: fixture.id,
    market: line.market,
    label: lineLabel(line),
    points: pointsOf(line),
    odds: line.odds.map(({ odd, side }) => ({ id: odd.id, side })),
    isMain: line.odds.some(({ odd }) => odd.isMain),
  }));
}

/** Rows of the lines view: under each fixture one row per line, alternates and props included. */
export function buildLinesRows(
  book: Book,
  query: BoardQuery,
  { mainMarkets, version }: RowOptions,
): { rows: LinesRow[]; totals: Totals } {
  const selected = select(book, query, version);
  const rankOf = marketRank(query, mainMarkets);
  const rows: LinesRow[] = [];
  for (const item of withLeagues(selected.entries)) {
    if ('kind' in item) {
      rows.push(item);
      continue;
    }
    const { fixture } = item;
    const lines = linesOf(item, rankOf);
    const hasDraw = lines.some((line) => line.odds.some(({ side }) => side === 'draw'));
    rows.push({
      kind: 'fixture',
      key: `fixture\n${fixture.id}`,
      fixtureId: fixture.id,
      sides: sidesOf(fixture, hasDraw),
      lines: lines.length,
    });
    for (const line of lines) rows.push(line);
  }
  return { rows, totals: totalsOf(selected) };
}

/** One choice of a filter. `count` is null for what this view's subscription does not cover. */
export type Facet = { value: string; label: string; count: number | null };

export type Facets = {
  /** Fixtures per league. */
  leagues: readonly Facet[];
  /** Odds per market. */
  markets: readonly Facet[];
  /** Fixtures per status; the three groups first, then single statuses that are held. */
  statuses: readonly Facet[];
  /** Odds per state. */
  states: readonly Facet[];
};

function tally(counts: Map<string, number>, key: string, amount = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + amount);
}

function sortedFacets(counts: ReadonlyMap<string, number>): Facet[] {
  return [...counts]
    .map(([value, count]) => ({ value, label: value, count }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

function matching(book: Book, query: BoardQuery): readonly Entry[] {
  return select(book, query).entries;
}

/** What the filter controls offer, each choice counted given all the other filters. */
export function buildFacets(book: Book, query: BoardQuery): Facets {
  const leagues = new Map<string, number>();
  for (const { fixture } of matching(book, { ...query, league: [] })) {
    if (fixture.league !== null) tally(leagues, fixture.league);
  }
  const markets = new Map<string, number>();
  for (const { odds } of matching(book, { ...query, market: [] })) {
    for (const odd of odds) tally(markets, odd.market);
  }
  const statuses = new Map<string, number>(Object.keys(STATUS_GROUPS).map((group) => [group, 0]));
  for (const { fixture } of matching(book, { ...query, status: [] })) {
    if (fixture.status === null) continue;
    const group = statusGroup(fixture.status);
    if (group) tally(statuses, group);
    // `live` is a group and a status at once; the group's count stands for both.
    if (group !== fixture.status && STATUS_WORDS.includes(fixture.status)) {
      tally(statuses, fixture.status);
    }
  }
  const states = new Map<string, number>([
    ['open', 0],
    ['locked', 0],
    ['settled', 0],
  ]);
  for (const { odds } of matching(book, { ...query, state: [] })) {
    for (const odd of odds) tally(states, odd.state);
  }
  return {
    leagues: sortedFacets(leagues),
    markets: sortedFacets(markets),
    statuses: [...statuses].map(([value, count]) => ({ value, label: value, count })),
    states: [...states].map(([value, count]) => ({ value, label: value, count })),
  };
}
