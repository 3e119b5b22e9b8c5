/**
 * Snapshots: the state of a filter at one position, in pages. Odds and fixtures are never changed in place,
 * so a cut is a list of references and all its pages tell of the same moment.
 */
import { randomBytes } from 'node:crypto';
import { type Book, newFixture } from '@/lib/protocol/book';
import { snapshotFixture, snapshotOdd } from '@/lib/protocol/encode';
import type { Fixture, Odd, SnapshotBody } from '@/lib/protocol/events';
import { type BoardQuery, createBoardPredicate, DEFAULT_QUERY } from '@/lib/protocol/filter';
import { compareFixtures } from '@/lib/protocol/order';
import type { OddsFormat } from '@/lib/protocol/price';
import { slug } from '@/lib/protocol/sports';
import type { FeedSettings } from './config';
import type { Timing } from './timing';

/** Fixtures and odds of a filter, in the board's order, at one position. */
export type Cut = {
  sport: string;
  at: string;
  partial: boolean;
  format: OddsFormat;
  fixtures: Fixture[];
  odds: Odd[];
};

/** What a page token asks for cannot be given: it is malformed (`bad`) or its snapshot is gone (`gone`). */
export class PageError extends Error {
  override readonly name = 'PageError';

  constructor(
    readonly kind: 'bad' | 'gone',
    message: string,
  ) {
    super(message);
  }
}

/** Told by its name: the feed may be of another bundle than whoever asks, and so its class. */
export function isPageError(error: unknown): error is PageError {
  return error instanceof Error && error.name === 'PageError';
}

type Filter = {
  fixture(fixture: Fixture): boolean;
  odd(odd: Odd, fixture: Fixture | null): boolean;
};

/** All that a filter matches: its fixtures though they have no odds, and its odds though nobody described their fixture. */
export function selectRows(
  book: Book,
  filter: Filter,
  order = DEFAULT_QUERY.order,
): { fixtures: Fixture[]; odds: Odd[] } {
  const oddsOf = new Map<string, Odd[]>();
  for (const odd of book.odds.values()) {
    if (!filter.odd(odd, book.fixtures.get(odd.fixtureId) ?? null)) continue;
    const list = oddsOf.get(odd.fixtureId);
    if (list) list.push(odd);
    else oddsOf.set(odd.fixtureId, [odd]);
  }
  const fixtures: Fixture[] = [];
  for (const fixture of book.fixtures.values()) {
    if (oddsOf.has(fixture.id) || filter.fixture(fixture)) fixtures.push(fixture);
  }
  for (const [id, [odd]] of oddsOf) {
    if (odd && !book.fixtures.has(id)) fixtures.push(placeholder(odd));
  }
  fixtures.sort(compareFixtures(order));
  return { fixtures, odds: fixtures.flatMap(({ id }) => oddsOf.get(id) ?? []) };
}

/** The fixture of an odd, as far as the odd tells. */
export function placeholder(odd: Odd): Fixture {
  const wire = { game_id: odd.wire.game_id ?? '' };
  return { ...newFixture(odd.fixtureId), sport: odd.sport, league: odd.league, wire };
}

/** Cuts whose further pages may still be asked for, bounded in number and age. */
export function createCuts(timing: Timing, settings: FeedSettings) {
  const held = new Map<string, { cut: Cut; expiresAt: number }>();
  let isPruneDue = false;

  function prune(): void {
    const now = timing.now();
    for (const [id, { expiresAt }] of held) {
      if (expiresAt <= now || held.size > settings.snapshotCuts) held.delete(id);
    }
    if (held.size === 0 || isPruneDue) return;
    isPruneDue = true;
    timing.schedule(() => {
      isPruneDue = false;
      prune();
    }, settings.snapshotCutMs + 1);
  }

  function body(cut: Cut, offset: number, limit: number, id: string | null): SnapshotBody {
    const end = Math.min(offset + limit, cut.odds.length);
    const isLast = end >= cut.odds.length;
    const token = id ?? randomBytes(9).toString('base64url');
    if (!isLast) {
      held.delete(token);
      held.set(token, { cut, expiresAt: timing.now() + settings.snapshotCutMs });
      prune();
    }
    return {
      sport: cut.sport,
      at: cut.at,
      partial: cut.partial,
      fixtures: offset === 0 ? cut.fixtures.map(snapshotFixture) : [],
      odds: cut.odds.slice(offset, end).map((odd) => snapshotOdd(odd, cut.format)),
      next: isLast ? null : `${token}.${end}`,
    };
  }

  return {
    first: (cut: Cut, limit: number): SnapshotBody => body(cut, 0, limit, null),

    /** @throws PageError where the token is no token or its snapshot is gone */
    page(sport: string, token: string, limit: number): SnapshotBody {
      const [, id, offset] = /^([\w-]{12})\.(\d{1,9})$/.exec(token) ?? [];
      if (id === undefined) {
        throw new PageError('bad', 'page must be the "next" of an earlier page, unchanged');
      }
      const found = held.get(id);
      if (!found || found.cut.sport !== sport || found.expiresAt <= timing.now()) {
        throw new PageError(
          'gone',
          `this page's snapshot is gone after ${Math.round(settings.snapshotCutMs / 1000)} s; start again without "page"`,
        );
      }
      return body(found.cut, Number(offset), limit, id);
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
  { fixtures: most, mainMarkets }: { fixtures: number; mainMarkets: readonly string[] },
): { fixtures: Fixture[]; odds: Odd[]; totals: { fixtures: number; odds: number } } {
  const predicate = createBoardPredicate(query);
  // A filter on odds hides the fixtures that have none of them.
  const isOddFilter =
    query.market.length + query.state.length > 0 || query.main || query.q.trim() !== '';
  const filter: Filter = {
    odd: predicate.odd,
    fixture: (fixture) =>
      predicate.fixture(fixture) &&
      (!isOddFilter || (query.q.trim() !== '' && predicate.fixtureText(fixture))),
  };
  const all = selectRows(book, filter, query.order);
  const markets = new Set(mainMarkets.map(slug));
  const isShown = (odd: Odd) =>
    query.view === 'lines' ||
    (odd.isMain &&
      (query.market.length > 0 || markets.size === 0 || markets.has(slug(odd.market))));
  const shownOf = new Map<string, Odd[]>();
  for (const odd of all.odds) {
    if (!isShown(odd)) continue;
    const list = shownOf.get(odd.fixtureId);
    if (list) list.push(odd);
    else shownOf.set(odd.fixtureId, [odd]);
  }
  const fixtures: Fixture[] = [];
  const odds: Odd[] = [];
  for (const fixture of all.fixtures) {
    const own = shownOf.get(fixture.id) ?? [];
    if (fixtures.length >= most) break;
    if (fixtures.length > 0 && odds.length + own.length > FIRST_SCREEN_ODDS) break;
    fixtures.push(fixture);
    for (const odd of own) odds.push(odd);
  }
  return {
    fixtures,
    odds,
    totals: { fixtures: all.fixtures.length, odds: all.odds.length },
  };
}
