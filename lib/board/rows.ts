/**
 * What both views show: rows built from the Book and the view's query, the same on the server (first paint)
 * and in the browser. Pure, and built on structure alone: a price that changes never moves a row.
 */
import type { Fixture, Odd } from '@/lib/protocol/events';
import {
  type BoardQuery,
  createBoardPredicate,
  DEFAULT_QUERY,
  type Order,
} from '@/lib/protocol/filter';
import { type HeldBook, newFixture } from '@/lib/protocol/held-book';
import { packPoints, unpackPoints } from '@/lib/protocol/lean-odd';
import {
  groupLines,
  type Line,
  lineKey,
  mainLine,
  pointsOf,
  quietOdds,
  type Side,
  teamOf,
} from '@/lib/protocol/line';
import { compareFixtures } from '@/lib/protocol/order';
import { type Market, slug } from '@/lib/protocol/sports';
import { sectionsOf } from './sections';

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
  readonly kind: 'line';
  readonly key: string;
  readonly fixtureId: string;
  readonly market: string;
  /** What the line is about beside its market: a team, a player, or the bet's name; empty for the whole game. */
  readonly label: string;
  readonly points: number | null;
  /** One for each of its odds, in their order. */
  readonly sides: readonly Side[];
  /** Those of a plain pair are made when asked for. `name` where the line holds several odds that neither side nor points tell apart. */
  readonly odds: readonly { id: string; side: Side; name?: string }[];
  /** Whether it is the one main line of its market, for its team or player where it is about one. */
  readonly isMain: boolean;
  /** Whether the line above it is of the same market and about the same: a further step of one ladder. */
  readonly isStep: boolean;
};

/** What lines of many fixtures have in common. */
type LineForm = Pick<Line, 'market' | 'versionId'> & Pick<LineRow, 'isMain' | 'isStep' | 'sides'>;

/**
 * A line's row that makes its key and its odds when it is asked for them, and has a list of its own only where it is no plain
 * pair: a full board has tens of thousands of rows, and some dozens of them on screen.
 */
class LeanLineRow implements LineRow {
  readonly fixtureId: string;
  private readonly groupingKey: string | null;
  private readonly quarters: number | null;
  private readonly first: string;
  /** The id of its second odd, or a list of all where it is no plain pair. */
  private readonly others: string | LineRow['odds'] | null;

  constructor(
    line: Line,
    readonly label: string,
    private readonly form: LineForm,
  ) {
    const [one, other] = line.odds;
    this.fixtureId = line.fixtureId;
    this.groupingKey = line.groupingKey;
    this.quarters = packPoints(pointsOf(line));
    this.first = one?.odd.id ?? '';
    this.others = severalOdds(line) ?? other?.odd.id ?? null;
  }

  get kind(): 'line' {
    return 'line';
  }

  get market(): string {
    return this.form.market;
  }

  get isMain(): boolean {
    return this.form.isMain;
  }

  get isStep(): boolean {
    return this.form.isStep;
  }

  get sides(): readonly Side[] {
    return this.form.sides;
  }

  get points(): number | null {
    return unpackPoints(this.quarters);
  }

  get key(): string {
    const { first, fixtureId, groupingKey, form } = this;
    const { market, versionId } = form;
    return lineKey({ id: first, fixtureId, market, versionId, groupingKey });
  }

  get odds(): LineRow['odds'] {
    const { first, others, form } = this;
    if (others !== null && typeof others !== 'string') return others;
    const [one = 'other', other = 'other'] = form.sides;
    const odds = [{ id: first, side: one }];
    if (others !== null) odds.push({ id: others, side: other });
    return odds;
  }
}

/** The odds of a line of more than two, or of two that have to be named; null for any other. */
function severalOdds({ odds }: Line): LineRow['odds'] | null {
  const isNamed = odds.filter(({ side }) => side === 'other').length > 1;
  if (odds.length <= 2 && !isNamed) return null;
  return odds.map(({ odd, side }) => ({
    id: odd.id,
    side,
    ...(isNamed && side === 'other' && { name: odd.name }),
  }));
}

const knownForms = new Map<string, LineForm>();
const knownMarkets = new Map<string, ReadonlyMap<string, string>>();
const knownVersions = new Map<string, ReadonlySet<number>>();
/** What is known of each kind at most. */
const KNOWN_LIMIT = 1_000;

/** What is equal in thousands of fixtures is kept once. */
function alike<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key);
  if (found) return found;
  if (known.size >= KNOWN_LIMIT) known.clear();
  const own = make();
  known.set(key, own);
  return own;
}

/** A part of a fixture's own page, above its lines. */
export type SectionRow = {
  kind: 'section';
  key: string;
  label: string;
  about: string | null;
  lines: number;
};

/** A fixture above its lines. */
export type HeadingRow = {
  readonly kind: 'fixture';
  readonly key: string;
  readonly fixtureId: string;
  readonly sides: readonly RowSide[];
  readonly lines: number;
};

/** A heading that makes its key and sides when it is asked for them, as a line's row does. */
class LeanHeadingRow implements HeadingRow {
  constructor(
    private readonly fixture: Fixture,
    private readonly hasDraw: boolean,
    readonly lines: number,
  ) {}

  get kind(): 'fixture' {
    return 'fixture';
  }

  get key(): string {
    return `fixture\n${this.fixture.id}`;
  }

  get fixtureId(): string {
    return this.fixture.id;
  }

  get sides(): readonly RowSide[] {
    return sidesOf(this.fixture, this.hasDraw);
  }
}

export type LinesRow = LeagueRow | HeadingRow | SectionRow | LineRow;

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
  /** Unix seconds since when what is shown must not have changed; null or missing: it may have. */
  quietSince?: number | null;
  /** Spares building again what did not change. */
  cache?: RowCache;
};

/**
 * What was built for each fixture, good for as long as its revision and what it was built from stay the same.
 * Rows that did not change stay the same objects, so that nothing on screen renders for them.
 */
export type RowCache = {
  revisionOf(fixtureId: string): number;
  stateRevisionOf(fixtureId: string): number;
  /** A place for each fixture in the lists of every part, and those that are free again. */
  places: Map<string, number>;
  free: number[];
  parts: Map<string, Part>;
  columns: Column[];
  order: { by: Order; before: readonly Fixture[]; after: readonly number[] };
};

/** By place; no revision where nothing is built. */
type Part = { from: readonly unknown[]; revisions: (number | undefined)[]; values: unknown[] };

/**
 * @param revisionOf a number that differs whenever something structural of the fixture or its odds changed
 * @param stateRevisionOf one that differs whenever a state did as well: most views do not depend on states
 */
export function createRowCache(
  revisionOf: (fixtureId: string) => number,
  stateRevisionOf = revisionOf,
): RowCache {
  const order = { by: DEFAULT_QUERY.order, before: [], after: [] };
  const kept = { places: new Map(), free: [], parts: new Map(), columns: [], order };
  return { revisionOf, stateRevisionOf, ...kept };
}

/**
 * Whether the rows of a view depend on the states of odds. Where none is filtered for, locks change nothing in them; but a
 * search may hide the line that is flagged as the main one, and which of the others stands in depends on what is open.
 */
export function dependsOnStates(query: BoardQuery): boolean {
  return query.state.length > 0 || query.quiet !== null || query.q.trim() !== '';
}

/** A maker of one part per fixture, through the cache where there is one. */
export function cached<T>(
  cache: RowCache | undefined,
  part: string,
  from: readonly unknown[],
  make: (fixtureId: string) => T,
  isOfStates = false,
): (fixtureId: string) => T {
  if (!cache) return make;
  let known = cache.parts.get(part);
  if (!known || known.from.some((value, index) => value !== from[index])) {
    known = { from, revisions: [], values: [] };
    cache.parts.set(part, known);
  }
  const { revisions, values } = known;
  return (fixtureId) => {
    const revision = isOfStates ? cache.stateRevisionOf(fixtureId) : cache.revisionOf(fixtureId);
    const place = placeOf(cache, fixtureId);
    if (revisions[place] === revision) return values[place] as T;
    const value = make(fixtureId);
    revisions[place] = revision;
    values[place] = value;
    return value;
  };
}

function placeOf({ places, free }: RowCache, fixtureId: string): number {
  const known = places.get(fixtureId);
  if (known !== undefined) return known;
  const place = free.pop() ?? places.size;
  places.set(fixtureId, place);
  return place;
}

/** Drops what was built for fixtures that are gone. */
function prune(cache: RowCache, ids: ReadonlySet<string>): void {
  if (cache.places.size <= ids.size) return;
  for (const [id, place] of cache.places) {
    if (ids.has(id)) continue;
    cache.places.delete(id);
    cache.free.push(place);
    for (const { revisions, values } of cache.parts.values()) {
      revisions[place] = undefined;
      values[place] = undefined;
    }
  }
}

/** The vendor's default version. */
const DEFAULT_VERSION = -1;

/** The version a view shows: the one asked for, else the vendor's default, else the lowest held. */
export function versionsOf(
  book: HeldBook,
  ids: Iterable<string>,
  asked: number | null,
  cache: RowCache | undefined,
): Pick<Totals, 'versions' | 'version'> {
  const versionsIn = cached(cache, 'versions', [], (id) => {
    const own = new Set<number>();
    for (const { versionId } of book.oddsOf(id)) if (versionId !== null) own.add(versionId);
    return alike(knownVersions, [...own].join(), () => own);
  });
  const held = new Set<number>();
  for (const id of ids) for (const version of versionsIn(id)) held.add(version);
  const versions = [...held].sort((a, b) => a - b);
  const standard = held.has(DEFAULT_VERSION) ? DEFAULT_VERSION : (versions[0] ?? null);
  return { versions, version: asked ?? standard };
}

/** Whether a view of that version has the odd; null is every version. */
export function isOfVersion(odd: Odd, version: number | null): boolean {
  return version === null || odd.versionId === null || odd.versionId === version;
}

/** A fixture that only its odds speak of: enough of one to have a place and names among the others. */
export function fixtureOf(book: HeldBook, id: string, odds: readonly Odd[]): Fixture {
  const league = odds.find((odd) => odd.league !== '')?.league ?? null;
  const held = book.fixtures.get(id);
  if (!held) return { ...newFixture(id), league, ...teamsByOdds(odds) };
  const isNamed = held.home !== null || held.away !== null;
  if (isNamed && (held.league !== null || league === null)) return held;
  return { ...held, league: held.league ?? league, ...(!isNamed && teamsByOdds(odds)) };
}

type Teams = Pick<Fixture, 'home' | 'away' | 'homeCompetitors' | 'awayCompetitors'>;

/**
 * The two teams as whole-game odds name them. A handicap's grouping key holds the home team's points, which
 * tells the two apart; where none does, they stand in the order of their names.
 */
function teamsByOdds(odds: readonly Odd[]): Teams | null {
  const teams = new Map<string, string | null>();
  let home: string | null = null;
  for (const odd of odds) {
    const isTeam = odd.selection !== null && odd.selectionLine === null && odd.playerId === null;
    if (!isTeam || !odd.groupingKey?.startsWith('default') || odd.selection === null) continue;
    if (/^(draw|tie|x)$/i.test(odd.selection)) continue;
    teams.set(odd.selection, odd.teamId);
    const isHandicap = odd.points !== null && odd.points !== 0;
    if (isHandicap && Number(odd.groupingKey.slice('default:'.length)) === odd.points) {
      home = odd.selection;
    }
  }
  if (teams.size === 0 || teams.size > 2) return null;
  const names = [...teams.keys()].sort();
  const homeName = home ?? names[1] ?? null;
  const awayName = names.find((name) => name !== homeName) ?? null;
  const competitor = (name: string | null) =>
    name === null ? [] : [{ id: teams.get(name) ?? '', name, abbreviation: null }];
  return {
    home: homeName,
    away: awayName,
    homeCompetitors: competitor(homeName),
    awayCompetitors: competitor(awayName),
  };
}

/**
 * A fixture of the view, and which odds of it are of the view. They are kept by id: what is kept of them themselves would
 * be what they were when they were looked at, and as much again as the Book holds.
 */
type Entry = { fixture: Fixture; oddIds: readonly string[] };

/** A fixture of a view with its odds of the view. */
export type ViewEntry = { fixture: Fixture; odds: readonly Odd[] };

/** An entry with its odds as they are held now. */
export function withOdds(book: HeldBook, { fixture, oddIds }: Entry): ViewEntry {
  return { fixture, odds: book.oddsBy(oddIds) };
}

/** Whether a filter asks for odds of some kind, so that a fixture without any is not what was asked for. */
export function asksForOdds(query: BoardQuery): boolean {
  const isOfSome = query.market.length > 0 || query.state.length > 0 || query.main;
  return isOfSome || query.version !== null || query.quiet !== null;
}

/** What one fixture brings to a view; null where it is outside of the league and fixture filters. */
type Share = {
  fixture: Fixture;
  /**
   * Its markets of the shown version, label by slug. Columns are chosen from these: they stay while the
   * other filters change, and are the same for everybody who opens the link.
   */
  markets: ReadonlyMap<string, string>;
  /** Its odds of the view; null where it is not part of the view. */
  oddIds: readonly string[] | null;
} | null;

function marketsOf(labels: readonly string[]): ReadonlyMap<string, string> {
  const make = () => new Map(labels.map((label) => [slug(label), label]));
  return alike(knownMarkets, JSON.stringify(labels), make);
}

export function createShare(
  book: HeldBook,
  query: BoardQuery,
  version: number | null,
  quietSince: number | null,
  wholeOf: (odd: Odd) => unknown = () => '',
): (fixtureId: string) => Share {
  const predicate = createBoardPredicate({ ...query, version: null });
  const inScope = createBoardPredicate({
    ...DEFAULT_QUERY,
    league: query.league,
    fixture: query.fixture,
  });
  const hasText = query.q.trim() !== '';
  const needsOdds = asksForOdds(query);
  return (id) => {
    const held = book.oddsOf(id);
    const fixture = fixtureOf(book, id, held);
    if (!inScope.fixture(fixture)) return null;
    const odds = held.filter((odd) => isOfVersion(odd, version));
    const labels = [...new Set(odds.map((odd) => odd.market))];
    const markets = marketsOf(labels);
    if (!predicate.fixture(fixture)) return { fixture, markets, oddIds: null };
    const ofView = odds.filter((odd) => predicate.odd(odd, fixture));
    const matching =
      quietSince === null
        ? ofView
        : quietOdds(ofView, {
            ...{ held, since: quietSince },
            wholeOf: query.view === 'board' ? wholeOf : null,
          });
    const isShown =
      matching.length > 0 || (!needsOdds && (!hasText || predicate.fixtureText(fixture)));
    if (!isShown) return { fixture, markets, oddIds: null };
    const isWhole = matching.length === held.length;
    const oddIds = isWhole ? book.frozenOddIdsOf(id) : matching.map((odd) => odd.id);
    return { fixture, markets, oddIds };
  };
}

type View = {
  entries: readonly Entry[];
  shares: readonly NonNullable<Share>[];
  totals: Totals;
};

/** What a view holds: its fixtures in order, with their odds. */
export function select(
  book: HeldBook,
  query: BoardQuery,
  { version: standard, quietSince = null, cache }: RowOptions,
): View {
  const ids = book.fixtureIds();
  if (cache) prune(cache, ids);
  const versions = versionsOf(book, ids, query.version ?? standard ?? null, cache);
  const shareOf = cached(
    cache,
    'share',
    [query, versions.version, quietSince],
    createShare(book, query, versions.version, quietSince),
    dependsOnStates(query),
  );
  const entries: Entry[] = [];
  const shares: NonNullable<Share>[] = [];
  let oddCount = 0;
  for (const id of ids) {
    const share = shareOf(id);
    if (!share) continue;
    shares.push(share);
    if (!share.oddIds) continue;
    entries.push({ fixture: share.fixture, oddIds: share.oddIds });
    oddCount += share.oddIds.length;
  }
  return {
    entries: inOrder(entries, query.order, cache),
    shares,
    totals: { fixtures: entries.length, odds: oddCount, ...versions },
  };
}

/** Sorts by the order of fixtures; where they are the ones of the last time, by the order found then. */
function inOrder(
  entries: readonly Entry[],
  by: Order,
  cache: RowCache | undefined,
): readonly Entry[] {
  const before = entries.map(({ fixture }) => fixture);
  const isKnown =
    cache !== undefined &&
    cache.order.by === by &&
    cache.order.before.length === before.length &&
    before.every((fixture, index) => fixture === cache.order.before[index]);
  if (isKnown) return cache.order.after.map((index) => entries[index] as Entry);
  const after = entries.map((_, index) => index);
  const compare = compareFixtures(by);
  after.sort((a, b) => compare(before[a] as Fixture, before[b] as Fixture));
  if (cache) cache.order = { by, before, after };
  return after.map((index) => entries[index] as Entry);
}

/**
 * The columns: the markets filtered for, in that order, else the sport's main markets, where those that
 * nothing is held of yield to the markets most fixtures have.
 */
function columnsOf(
  { shares }: View,
  query: BoardQuery,
  { mainMarkets, cache }: RowOptions,
): Column[] {
  const held = new Map<string, { label: string; fixtures: number }>();
  for (const { markets } of shares) {
    for (const [market, label] of markets) {
      const known = held.get(market);
      if (known) known.fixtures += 1;
      else held.set(market, { label, fixtures: 1 });
    }
  }
  const columns = chooseColumns(held, query, mainMarkets);
  if (!cache) return columns;
  const isSame =
    columns.length === cache.columns.length &&
    columns.every(({ market, label }, index) => {
      const known = cache.columns[index];
      return known?.market === market && known.label === label;
    });
  if (!isSame) cache.columns = columns;
  return cache.columns;
}

/** Columns where none of the sport's main markets is held. */
const SPARE_COLUMNS = 3;

function chooseColumns(
  held: ReadonlyMap<string, { label: string; fixtures: number }>,
  query: BoardQuery,
  mainMarkets: readonly Market[],
): Column[] {
  const main = mainMarkets.map(({ id, name }) => ({ market: slug(id), label: name }));
  if (query.market.length > 0) {
    const wanted = new Map(query.market.map((name) => [slug(name), name]));
    return [...wanted].map(([market, name]) => {
      const standard = main.find((column) => column.market === market)?.label;
      return { market, label: held.get(market)?.label ?? standard ?? name };
    });
  }
  if (held.size === 0) return main;
  const present = main.filter(({ market }) => held.has(market));
  const others = [...held]
    .filter(([market]) => !present.some((column) => column.market === market))
    .sort(([, a], [, b]) => b.fixtures - a.fixtures || (a.label < b.label ? -1 : 1))
    .map(([market, { label }]) => ({ market, label }));
  // A sport of one main market has one column, but a board without any of them needs something to show.
  const room = present.length > 0 ? main.length : Math.max(main.length, SPARE_COLUMNS);
  return [...present, ...others.slice(0, room - present.length)];
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
  allLines: () => readonly Line[],
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
    const entity = group[0]?.entity;
    const main = mainLine(group, () => allLines().filter((line) => line.entity === entity));
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

/** @param held all odds of the fixture in this version, those that the filter leaves out included */
function place(
  market: string,
  odds: readonly Odd[],
  fixture: Fixture,
  held: () => readonly Odd[],
): Placed {
  const lines = groupLines(odds, fixture);
  const ofGame = (some: readonly Line[]) => some.filter((line) => line.entity === 'default');
  const allLines = () =>
    groupLines(
      held().filter((odd) => slug(odd.market) === market),
      fixture,
    );
  const game = ofGame(lines);
  const main = game.length > 0 ? mainLine(game, () => ofGame(allLines())) : null;
  const sides = main ? placeSides(main) : placeTeams(lines, fixture, allLines);
  return { market, lines: lines.length, points: main ? pointsOf(main) : null, sides };
}

function fixtureRow(
  { fixture, odds }: ViewEntry,
  columns: readonly Column[],
  held: () => readonly Odd[],
): FixtureRow {
  const byMarket = new Map<string, Odd[]>(columns.map(({ market }) => [market, []]));
  for (const odd of odds) byMarket.get(slug(odd.market))?.push(odd);
  const places = [...byMarket].map(([market, own]) => place(market, own, fixture, held));
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

/** Each run of fixtures of one league below its name; in some orders a league has several. */
function* withLeagues(entries: readonly Entry[]): Generator<LeagueRow | Entry> {
  const runs = new Map<string, number>();
  for (let start = 0; start < entries.length; ) {
    const { fixture } = entries[start] as Entry;
    const league = leagueOf(fixture);
    let end = start + 1;
    while (end < entries.length && leagueOf((entries[end] as Entry).fixture) === league) end += 1;
    const run = runs.get(league) ?? 0;
    runs.set(league, run + 1);
    // A run keeps its key though a fixture joins it, or leaves it, at its head.
    const key = run === 0 ? `league\n${league}` : `league\n${league}\n${run}`;
    yield { kind: 'league', key, league, fixtures: end - start };
    yield* entries.slice(start, end);
    start = end;
  }
}

/** Rows of the board view: leagues, then fixtures by start, each with one cell per column. */
export function buildBoardRows(
  book: HeldBook,
  query: BoardQuery,
  options: RowOptions,
): { columns: Column[]; rows: BoardRow[]; totals: Totals } {
  const view = select(book, query, options);
  const columns = columnsOf(view, query, options);
  const entryOf = new Map(view.entries.map((entry) => [entry.fixture.id, entry]));
  const rowOf = cached(
    options.cache,
    'row',
    [query, view.totals.version, columns, options.quietSince],
    (id) =>
      fixtureRow(withOdds(book, entryOf.get(id) as Entry), columns, () =>
        book.oddsOf(id).filter((odd) => isOfVersion(odd, view.totals.version)),
      ),
    dependsOnStates(query),
  );
  const rows: BoardRow[] = [];
  for (const item of withLeagues(view.entries)) {
    rows.push('kind' in item ? item : rowOf(item.fixture.id));
  }
  return { columns, rows, totals: view.totals };
}

/** What a line is about beside its market. */
function lineLabel(line: Line): string {
  const first = line.odds[0]?.odd;
  if (!first) return '';
  // A settlement whose odd nobody knew carries nothing but the name of the bet.
  if (line.groupingKey === null) return first.name;
  // Nor does anything else tell one correct score from the next.
  if (line.odds.length === 1 && line.odds[0]?.side === 'other') return first.name;
  const isOfOne = line.odds.every(({ odd }) => odd.selection === first.selection);
  if (line.entity === 'default' || !isOfOne) return '';
  return first.selection ?? line.entity;
}

/** The lines that stand in their market's cell: the flag travels per odd, so several may carry it at once. */
function mainLines(lines: readonly Line[]): Set<Line> {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.market}\n${line.entity}`;
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  const chosen = new Set<Line>();
  for (const group of groups.values()) {
    const main = mainLine(group);
    // The most balanced line stands in where none is flagged, but the vendor calls it nothing; and of scores and
    // the like, which have no other side, none is more of a main line than the next.
    if (main?.odds.some(({ odd, side }) => odd.isMain && side !== 'other')) chosen.add(main);
  }
  return chosen;
}

/** Order of markets within a fixture: those filtered for, else the main ones, then by name. */
function marketRank(query: BoardQuery, mainMarkets: readonly Market[]): (market: string) => number {
  const first = query.market.length > 0 ? query.market : mainMarkets.map(({ id }) => id);
  const ranks = new Map(first.map((name, index) => [slug(name), index]));
  return (market) => ranks.get(slug(market)) ?? ranks.size;
}

/** The heading of a fixture and its lines. */
function linesOf(
  { fixture, odds }: ViewEntry,
  rankOf: (market: string) => number,
  isPage: boolean,
): LinesRow[] {
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
  const hasDraw = lines.some((line) => line.odds.some(({ side }) => side === 'draw'));
  const rows: LinesRow[] = [new LeanHeadingRow(fixture, hasDraw, lines.length)];
  const mains = mainLines(lines);
  const addLines = (some: readonly Line[], heading: string | null) => {
    let above: Line | null = null;
    for (const line of some) {
      const { market, versionId, odds } = line;
      const own = lineLabel(line);
      const label = own === heading ? '' : own;
      const isMain = mains.has(line);
      const isStep = isPage && above?.market === market && above.entity === line.entity;
      const sides = odds.map(({ side }) => side);
      const key = `${versionId} ${isMain} ${isStep} ${sides} ${market}`;
      const form = alike(knownForms, key, () => ({ market, versionId, isMain, isStep, sides }));
      rows.push(new LeanLineRow(line, label, form));
      above = line;
    }
  };
  if (!isPage) {
    addLines(lines, null);
    // A list that grew has room that nobody needs.
    return rows.slice();
  }
  const teams = [...fixture.awayCompetitors, ...fixture.homeCompetitors];
  for (const { key, label, teamId, lines: own } of sectionsOf(lines)) {
    rows.push({
      kind: 'section',
      key: `section\n${fixture.id}\n${key}`,
      label,
      about: teams.find(({ id }) => id === teamId)?.name ?? null,
      lines: own.length,
    });
    addLines(own, label);
  }
  return rows;
}

/**
 * Rows of the lines view: under each fixture one row per line, alternates and props included. On a fixture's own page they
 * stand by the part of the game that they are about.
 */
export function buildLinesRows(
  book: HeldBook,
  query: BoardQuery,
  options: RowOptions,
): { rows: LinesRow[]; totals: Totals } {
  const view = select(book, query, options);
  const rankOf = marketRank(query, options.mainMarkets);
  const entryOf = new Map(view.entries.map((entry) => [entry.fixture.id, entry]));
  const rowsOf = cached(
    options.cache,
    'lines',
    [query, view.totals.version, options.mainMarkets, options.quietSince],
    (id) => linesOf(withOdds(book, entryOf.get(id) as Entry), rankOf, query.view === 'fixture'),
    dependsOnStates(query),
  );
  const rows: LinesRow[] = [];
  for (const item of withLeagues(view.entries)) {
    if ('kind' in item) rows.push(item);
    else for (const row of rowsOf(item.fixture.id)) rows.push(row);
  }
  // A list that grew has room that nobody needs.
  return { rows: rows.slice(), totals: view.totals };
}
