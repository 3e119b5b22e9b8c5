/**
 * Snapshots: the state of a filter at one position, in pages. Odds and fixtures are never changed in place,
 * so a cut is a list of references and all its pages tell of the same moment.
 */
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { type Book, newFixture } from '@/lib/protocol/book';
import { snapshotFixture, snapshotOdd } from '@/lib/protocol/encode';
import type { Fixture, Odd, SnapshotBody } from '@/lib/protocol/events';
import {
  type BoardQuery,
  createBoardPredicate,
  createRelayPredicate,
  DEFAULT_QUERY,
  type Order,
  quietSinceOf,
  type RelayQuery,
} from '@/lib/protocol/filter';
import { quietOdds } from '@/lib/protocol/line';
import { compareFixtures } from '@/lib/protocol/order';
import type { OddsFormat } from '@/lib/protocol/price';
import { slug } from '@/lib/protocol/sports';
import type { FeedSettings } from './config';
import { createPace, type Timing } from './timing';

/** Fixtures and odds of a filter, in the board's order, at one position. */
export type Cut = {
  sport: string;
  at: string;
  partial: boolean;
  format: OddsFormat;
  fixtures: Fixture[];
  odds: Odd[];
};

/** What is asked for cannot be given: it is malformed (`bad`), held no more (`gone`), or too much at once (`busy`). */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';

  constructor(
    readonly kind: 'bad' | 'gone' | 'busy',
    message: string,
  ) {
    super(message);
  }
}

/** Told by its name: the feed may be of another bundle than whoever asks, and so its class. */
export function isSnapshotError(error: unknown): error is SnapshotError {
  return error instanceof Error && error.name === 'SnapshotError';
}

/** Which odds and which fixtures, those without odds included, are wanted. */
export type RowFilter = {
  fixture(fixture: Fixture): boolean;
  odd(odd: Odd, fixture: Fixture | null): boolean;
  /** Whether all odds of a fixture are wanted, or none; null where each is to be asked about. */
  oddsOf?(fixture: Fixture): boolean | null;
};

/** What a filter matches of a fixture. Its odds are looked up when they are asked for, where that need not be before. */
type FixtureRows = { fixture: Fixture; count: number; odds(): Odd[] };

/** All that a filter matches: its fixtures though they have no odds, and its odds though nobody described their fixture. */
function selectFixtures(book: Book, filter: RowFilter, order: Order): FixtureRows[] {
  const found: FixtureRows[] = [];
  for (const id of book.fixtureIds()) {
    const fixture = book.fixtures.get(id) ?? null;
    const ids = book.oddIdsOf(id);
    const isAll = ids.length === 0 ? false : fixture && (filter.oddsOf?.(fixture) ?? null);
    if (fixture && isAll) {
      found.push({ fixture, count: ids.length, odds: () => book.oddsBy(ids) });
      continue;
    }
    const odds = isAll === false ? [] : book.oddsBy(ids).filter((odd) => filter.odd(odd, fixture));
    const [first] = odds;
    if (!first && !(fixture && filter.fixture(fixture))) continue;
    const shown = fixture ?? placeholder(first as Odd);
    found.push({ fixture: shown, count: odds.length, odds: () => odds });
  }
  const compare = compareFixtures(order);
  return found.sort((a, b) => compare(a.fixture, b.fixture));
}

/** The fixtures and odds that a filter matches, in the board's order. */
export function selectRows(
  book: Book,
  filter: RowFilter,
  order: Order = DEFAULT_QUERY.order,
): { fixtures: Fixture[]; odds: Odd[] } {
  const all = selectFixtures(book, filter, order);
  return {
    fixtures: all.map(({ fixture }) => fixture),
    odds: all.flatMap(({ odds }) => odds()),
  };
}

/** The rows of a subscription. */
export function subscribedRows(query: RelayQuery): RowFilter {
  const predicate = createRelayPredicate(query);
  const { leagues, markets, gameIds, versionIds, isMain, isLive } = query;
  const asked = leagues.length + markets.length + gameIds.length + versionIds.length;
  const isOfOdds = asked > 0 || isMain !== null || isLive !== null;
  return { ...predicate, oddsOf: (fixture) => (isOfOdds ? null : predicate.fixture(fixture)) };
}

/** The fixture of an odd, as far as the odd tells. */
export function placeholder(odd: Odd): Fixture {
  const wire = { game_id: odd.wire.game_id ?? '' };
  return { ...newFixture(odd.fixtureId), sport: odd.sport, league: odd.league, wire };
}

/** A whole cut as a body. */
export function bodyOf({ format, fixtures, odds, ...about }: Cut): SnapshotBody {
  return {
    ...about,
    fixtures: fixtures.map(snapshotFixture),
    odds: odds.map((odd) => snapshotOdd(odd, format)),
    next: null,
  };
}

type HeldCut = {
  cut: Cut;
  madeAt: number;
  expiresAt: number;
  /** Pages that were made of it: after a restart a whole floor asks for the same ones. */
  pages: Map<string, Promise<Uint8Array<ArrayBuffer>>>;
  /** Bytes of those that are ready. */
  bytes: number;
};

const zip = promisify(gzip);
const ZIP_OPTIONS = { level: constants.Z_BEST_SPEED };

/**
 * Cuts whose pages may still be asked for, bounded in number, age and bytes. Pages are JSON, gzipped, made in steps that
 * give way to what else there is to do, and once for all who ask for the same.
 */
export function createCuts(timing: Timing, settings: FeedSettings) {
  const held = new Map<string, HeldCut>();
  /** The newest cut of each key. */
  const newest = new Map<string, string>();
  let bytes = 0;
  let isPruneDue = false;

  function empty(one: HeldCut): void {
    bytes -= one.bytes;
    one.bytes = 0;
    one.pages.clear();
  }

  function drop(id: string, one: HeldCut): void {
    empty(one);
    held.delete(id);
  }

  function prune(): void {
    const now = timing.now();
    for (const [id, one] of held) if (one.expiresAt <= now) drop(id, one);
    for (const [id, one] of held) {
      if (held.size <= settings.snapshotCuts) break;
      drop(id, one);
    }
    for (const [key, id] of newest) if (!held.has(id)) newest.delete(key);
    for (const one of held.values()) {
      if (bytes <= settings.snapshotBytes) break;
      empty(one);
    }
    if (held.size === 0 || isPruneDue) return;
    isPruneDue = true;
    timing.schedule(() => {
      isPruneDue = false;
      prune();
    }, settings.snapshotCutMs + 1);
  }

  async function make({ cut }: HeldCut, offset: number, end: number, next: string | null) {
    const pace = createPace(timing);
    const { sport, at, partial } = cut;
    const fixtures: string[] = [];
    for (const fixture of offset === 0 ? cut.fixtures : []) {
      await pace();
      fixtures.push(JSON.stringify(snapshotFixture(fixture)));
    }
    const odds: string[] = [];
    for (let index = offset; index < end; index += 1) {
      await pace();
      odds.push(JSON.stringify(snapshotOdd(cut.odds[index] as Odd, cut.format)));
    }
    const head = JSON.stringify({ sport, at, partial }).slice(0, -1);
    const lists = `"fixtures":[${fixtures.join()}],"odds":[${odds.join()}]`;
    return zip(`${head},${lists},"next":${JSON.stringify(next)}}`, ZIP_OPTIONS);
  }

  function pageOf(
    id: string,
    one: HeldCut,
    offset: number,
    limit: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { cut, pages } = one;
    const end = Math.min(offset + limit, cut.odds.length);
    const next = end < cut.odds.length ? `${id}.${end}` : null;
    // What was asked for last goes last.
    held.delete(id);
    held.set(id, one);
    if (next !== null) one.expiresAt = timing.now() + settings.snapshotCutMs;
    const place = `${offset} ${limit}`;
    const known = pages.get(place);
    if (known) return known;
    const made = make(one, offset, end, next);
    pages.set(place, made);
    made.then(
      ({ length }) => {
        if (pages.get(place) !== made) return;
        one.bytes += length;
        bytes += length;
        prune();
      },
      () => pages.delete(place),
    );
    return made;
  }

  return {
    /**
     * The first page of a cut that is made now, or was made for the same key less than `ageMs` ago.
     * @param key equal for those who may be given the same; null: nobody else may
     */
    first(
      key: string | null,
      { limit, ageMs }: { limit: number; ageMs: number },
      cut: () => Cut,
    ): Promise<Uint8Array<ArrayBuffer>> {
      const now = timing.now();
      const known = key === null ? undefined : newest.get(key);
      const found = known === undefined ? undefined : held.get(known);
      if (known !== undefined && found && now - found.madeAt < ageMs) {
        return pageOf(known, found, 0, limit);
      }
      const id = randomBytes(9).toString('base64url');
      const expiresAt = now + settings.snapshotShareMs;
      const one: HeldCut = { cut: cut(), madeAt: now, expiresAt, pages: new Map(), bytes: 0 };
      if (key !== null) newest.set(key, id);
      const page = pageOf(id, one, 0, limit);
      // Nobody comes back for what has no other page and is nobody else's.
      if (key === null && one.cut.odds.length <= limit) drop(id, one);
      prune();
      return page;
    },

    /** @throws SnapshotError where the token is no token or its snapshot is gone */
    async page(sport: string, token: string, limit: number): Promise<Uint8Array<ArrayBuffer>> {
      const [, id, offset] = /^([\w-]{12})\.(\d{1,9})$/.exec(token) ?? [];
      if (id === undefined) {
        throw new SnapshotError('bad', 'page must be the "next" of an earlier page, unchanged');
      }
      const found = held.get(id);
      if (!found || found.cut.sport !== sport || found.expiresAt <= timing.now()) {
        throw new SnapshotError(
          'gone',
          `this page's snapshot is gone after ${Math.round(settings.snapshotCutMs / 1000)} s; start again without "page"`,
        );
      }
      return pageOf(id, found, Number(offset), limit);
    },
  };
}

export type Cuts = ReturnType<typeof createCuts>;

/**
 * Odds sent with a page's first paint, a tall screen of lines; the rest follows with the snapshot. Each costs the server
 * and the browser before the first price can be seen.
 */
const FIRST_SCREEN_ODDS = 300;

/**
 * The first fixtures of a view, with the odds that its first screen shows: on the board the main lines of
 * the sport's main markets, or of the markets filtered for; in the lines view everything.
 */
export function firstRows(
  book: Book,
  query: BoardQuery,
  {
    fixtures: most,
    mainMarkets,
    now,
    isWhole = false,
    watched = (filter) => filter,
  }: {
    fixtures: number;
    /** Whether all odds of those fixtures are wanted, and not those alone that a first screen shows. */
    isWhole?: boolean;
    mainMarkets: readonly string[];
    now: number;
    /** Leaves out what the Book holds and nobody may be told. */
    watched?: (filter: RowFilter) => RowFilter;
  },
): { fixtures: Fixture[]; odds: Odd[]; totals: { fixtures: number; odds: number } } {
  const predicate = createBoardPredicate(query);
  // A filter on odds hides the fixtures that have none of them.
  const isOddFilter =
    query.market.length + query.state.length > 0 ||
    query.main ||
    query.quiet !== null ||
    query.q.trim() !== '';
  const since = quietSinceOf(query.quiet, now);
  const quiet = new Map<string, ReadonlySet<Odd>>();
  const quietOf = ({ fixtureId }: Odd, fixture: Fixture | null) => {
    let found = quiet.get(fixtureId);
    if (!found && since !== null) {
      const held = book.oddsOf(fixtureId);
      const ofView = held.filter((odd) => predicate.odd(odd, fixture));
      // Which version the board shows is not decided here.
      const wholeOf = query.view === 'board' ? (odd: Odd) => odd.versionId : null;
      found = new Set(quietOdds(ofView, { held, since, wholeOf }));
      quiet.set(fixtureId, found);
    }
    return found;
  };
  const filter: RowFilter = {
    odd: (odd, fixture) => predicate.odd(odd, fixture) && (quietOf(odd, fixture)?.has(odd) ?? true),
    fixture: (fixture) =>
      predicate.fixture(fixture) &&
      (!isOddFilter || (query.q.trim() !== '' && predicate.fixtureText(fixture))),
    oddsOf(fixture) {
      // Where nobody told its league, its odds do.
      if (query.league.length > 0 && fixture.league === null) return null;
      if (!predicate.fixture(fixture)) return false;
      return isOddFilter || query.version !== null ? null : true;
    },
  };
  const all = selectFixtures(book, watched(filter), query.order);
  const markets = new Set(mainMarkets.map(slug));
  const isShown = (odd: Odd) =>
    isWhole ||
    query.view !== 'board' ||
    (odd.isMain &&
      (query.market.length > 0 || markets.size === 0 || markets.has(slug(odd.market))));
  const fixtures: Fixture[] = [];
  const odds: Odd[] = [];
  for (const row of all) {
    if (fixtures.length >= most) break;
    const own = row.odds().filter(isShown);
    const isTooMuch = !isWhole && odds.length + own.length > FIRST_SCREEN_ODDS;
    if (fixtures.length > 0 && isTooMuch) break;
    fixtures.push(row.fixture);
    for (const odd of own) odds.push(odd);
  }
  const total = all.reduce((sum, { count }) => sum + count, 0);
  return {
    fixtures,
    odds,
    totals: { fixtures: all.length, odds: total },
  };
}
