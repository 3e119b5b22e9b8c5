import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstRows, type RowFilter, selectRows, subscribedRows } from '@/lib/feed/snapshot';
import { Book } from '@/lib/protocol/book';
import type { OddsEventName } from '@/lib/protocol/events';
import {
  type BoardQuery,
  createBoardPredicate,
  createRelayPredicate,
  DEFAULT_QUERY,
} from '@/lib/protocol/filter';
import { aFixturePatch, aRow } from '@/tests/support/builders';
import { aQuery } from '@/tests/support/feed-deps';

const arbitraryRow = fc.record({
  id: fc.integer({ min: 1, max: 40 }).map(String),
  fixture_id: fc.constantFrom('A', 'B', 'C', 'D'),
  league: fc.constantFrom('NBA', 'WNBA', 'None'),
  market: fc.constantFrom('Moneyline', 'Total Points', 'Player Points'),
  is_main: fc.boolean(),
  is_live: fc.constantFrom(true, false, null),
  game_id: fc.constantFrom('', 'G1', 'G2'),
  version_id: fc.constantFrom(-1, 4),
  event: fc.constantFrom<OddsEventName>(
    'copilot-odds',
    'copilot-locked-odds',
    'copilot-settled-odds',
  ),
});

/** Fixtures that nobody described, or whose league nobody told, are among them. */
const arbitraryBook = fc
  .record({
    fixtures: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('A', 'B', 'C', 'E'),
        league: fc.constantFrom('NBA', 'WNBA', undefined),
        status: fc.constantFrom('unplayed', 'live', undefined),
      }),
      { selector: ({ id }) => id },
    ),
    rows: fc.array(arbitraryRow, { maxLength: 40 }),
  })
  .map(({ fixtures, rows }) => {
    const book = new Book();
    for (const fixture of fixtures) {
      book.applyFixture(aFixturePatch({ ...fixture, leagueId: undefined }), 1);
    }
    for (const [index, { event, ...row }] of rows.entries()) {
      book.applyRow(event, aRow(row, event), index + 2, null);
    }
    return book;
  });

const arbitraryView = fc
  .record({
    league: fc.subarray(['NBA', 'wnba']),
    market: fc.subarray(['Moneyline', 'total_points']),
    fixture: fc.subarray(['A', 'D']),
    q: fc.constantFrom('', 'mesa', 'total'),
    status: fc.subarray(['upcoming', 'live']),
    state: fc.subarray(['open', 'locked', 'settled'] as const),
    main: fc.boolean(),
    version: fc.constantFrom(null, 4),
    view: fc.constantFrom('board', 'lines'),
  })
  .map((fields): BoardQuery => ({ ...DEFAULT_QUERY, ...(fields as Partial<BoardQuery>) }));

const arbitrarySubscription = fc
  .record({
    league: fc.subarray(['league=NBA', 'league=WNBA']),
    market: fc.subarray(['market=Moneyline']),
    fixture: fc.subarray(['fixture_id=A', 'fixture_id=D']),
    game: fc.subarray(['game_id=G1']),
    version: fc.subarray(['version_id=4']),
    rest: fc.subarray(['is_main=true', 'is_live=false']),
  })
  .map((fields) => aQuery(Object.values(fields).flat().join('&')));

/** The odds that a predicate matches, asked one by one. */
const matching = (book: Book, { odd: isMatch }: Pick<RowFilter, 'odd'>) =>
  [...book.odds.values()].filter((odd) => isMatch(odd, book.fixtures.get(odd.fixtureId) ?? null));

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);
const runs = { seed, numRuns: 500 };
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id).sort();

describe(`rows of a snapshot, whatever the book and the filter (seed ${seed})`, () => {
  it('are all that a subscription matches, asked one by one', () => {
    fc.assert(
      fc.property(arbitraryBook, arbitrarySubscription, (book, query) => {
        const predicate = createRelayPredicate(query);
        const odds = matching(book, predicate);
        const fixtures = new Set(odds.map(({ fixtureId }) => fixtureId));
        for (const fixture of book.fixtures.values()) {
          if (predicate.fixture(fixture)) fixtures.add(fixture.id);
        }
        const rows = selectRows(book, subscribedRows(query));
        expect(ids(rows.odds)).toEqual(ids(odds));
        expect(ids(rows.fixtures)).toEqual([...fixtures].sort());
        const place = new Map(rows.fixtures.map(({ id }, index) => [id, index]));
        const places = rows.odds.map(({ fixtureId }) => place.get(fixtureId) ?? -1);
        expect(places).toEqual([...places].sort((a, b) => a - b));
      }),
      runs,
    );
  });

  it('are, on a first screen, what the view matches, and are counted as such', () => {
    fc.assert(
      fc.property(arbitraryBook, arbitraryView, (book, view) => {
        const predicate = createBoardPredicate(view);
        const odds = matching(book, predicate);
        const isOfOdds = view.market.length + view.state.length > 0 || view.main || view.q !== '';
        const fixtures = new Set(odds.map(({ fixtureId }) => fixtureId));
        for (const fixture of book.fixtures.values()) {
          const isNamed = view.q !== '' && predicate.fixtureText(fixture);
          if (predicate.fixture(fixture) && (!isOfOdds || isNamed)) fixtures.add(fixture.id);
        }
        const options = { fixtures: 100, mainMarkets: ['moneyline'], now: 0 };
        const rows = firstRows(book, view, options);
        const isShown = (odd: (typeof odds)[number]) =>
          view.view === 'lines' ||
          (odd.isMain && (view.market.length > 0 || odd.market === 'Moneyline'));
        expect(rows.totals).toEqual({ fixtures: fixtures.size, odds: odds.length });
        expect(ids(rows.fixtures)).toEqual([...fixtures].sort());
        expect(ids(rows.odds)).toEqual(ids(odds.filter(isShown)));
        const [first, ...others] = rows.fixtures;
        const one = firstRows(book, view, { ...options, fixtures: 1 });
        expect(ids(one.fixtures)).toEqual(first ? [first.id] : []);
        expect(one.totals.fixtures).toBe(others.length + (first ? 1 : 0));
      }),
      runs,
    );
  });
});
