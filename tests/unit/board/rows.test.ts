import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFacets } from '@/lib/board/facets';
import {
  type BoardRow,
  buildBoardRows,
  buildLinesRows,
  createRowCache,
  type FixtureRow,
  type LineRow,
} from '@/lib/board/rows';
import { Book } from '@/lib/protocol/book';
import type { FixturePatch, OddsEventName } from '@/lib/protocol/events';
import { type BoardQuery, createBoardPredicate, DEFAULT_QUERY } from '@/lib/protocol/filter';
import { newFixture } from '@/lib/protocol/held-book';
import { SPORTS, slug } from '@/lib/protocol/sports';
import { aFixturePatch, aRow } from '../../support/builders';

const basketball = SPORTS.find(({ id }) => id === 'basketball')?.mainMarkets ?? [];
const options = { mainMarkets: basketball };

type Fields = { [field: string]: unknown };

function aBook(
  fixtures: Partial<FixturePatch>[],
  rows: (Fields & { event?: OddsEventName })[],
): Book {
  const book = new Book();
  for (const fields of fixtures) book.applyFixture(aFixturePatch(fields), 1);
  rows.forEach(({ event = 'copilot-odds', ...fields }, index) => {
    book.applyRow(event, aRow({ id: `1:-1:${index}`, ...fields }, event), 1, null);
  });
  return book;
}

const moneyline = (side: 'away' | 'home' | 'draw', fields: Fields = {}): Fields => ({
  id: `ml:${side}:${fields.fixture_id ?? 'FX1'}`,
  market: 'Moneyline',
  selection: { away: 'Mesa Owls', home: 'Harbor Kings', draw: 'Draw' }[side],
  name: { away: 'Mesa Owls', home: 'Harbor Kings', draw: 'Draw' }[side],
  team_id: { away: 'T2', home: 'T1', draw: '' }[side],
  grouping_key: 'default',
  ...fields,
});

const total = (side: 'over' | 'under', points: number, fields: Fields = {}): Fields => ({
  id: `total:${side}:${points}:${fields.fixture_id ?? 'FX1'}`,
  market: 'Total Points',
  selection: '',
  selection_line: side,
  name: `${side} ${points}`,
  points,
  grouping_key: `default:${points}`,
  team_id: '',
  is_main: true,
  ...fields,
});

const query = (fields: Partial<BoardQuery> = {}): BoardQuery => ({ ...DEFAULT_QUERY, ...fields });

const fixtureRows = (rows: readonly BoardRow[]): FixtureRow[] =>
  rows.filter((row) => row.kind === 'fixture');

function boardOf(book: Book, fields: Partial<BoardQuery> = {}) {
  const board = buildBoardRows(book, query(fields), options);
  return { ...board, fixtures: fixtureRows(board.rows) };
}

function linesOf(book: Book, fields: Partial<BoardQuery> = {}): LineRow[] {
  return buildLinesRows(book, query(fields), options).rows.filter((row) => row.kind === 'line');
}

describe('board rows', () => {
  it('puts away above home, over above under, and gives the draw a place of its own', () => {
    const book = aBook(
      [{}],
      [
        moneyline('home'),
        moneyline('draw'),
        moneyline('away'),
        total('under', 221.5),
        total('over', 221.5),
      ],
    );
    const [row] = boardOf(book).fixtures;
    expect(row?.sides.map(({ side, name }) => [side, name])).toEqual([
      ['away', 'Mesa Owls'],
      ['home', 'Harbor Kings'],
      ['draw', 'Draw'],
    ]);
    expect(row?.cells[0]).toMatchObject({
      kind: 'line',
      odds: [['ml:away:FX1'], ['ml:home:FX1'], ['ml:draw:FX1']],
    });
    expect(row?.cells[1]).toMatchObject({
      kind: 'line',
      points: 221.5,
      odds: [['total:over:221.5:FX1'], ['total:under:221.5:FX1'], []],
    });
  });

  it('has no draw row where no market has a draw', () => {
    const [row] = boardOf(aBook([{}], [moneyline('home'), moneyline('away')])).fixtures;
    expect(row?.sides.length).toBe(2);
  });

  it('shows the main line in the cell and counts the others', () => {
    const alternates = [220.5, 222.5].flatMap((points) => [
      total('over', points, { is_main: false }),
      total('under', points, { is_main: false }),
    ]);
    const book = aBook([{}], [total('over', 221.5), total('under', 221.5), ...alternates]);
    const [row] = boardOf(book).fixtures;
    expect(row?.cells.find(({ kind }) => kind === 'line')).toMatchObject({ points: 221.5 });
    expect(row?.more).toBe(4);
    expect(row?.odds).toBe(6);
  });

  it('shows each team’s own over and under beside the team', () => {
    const teamTotal = (team: 'T1' | 'T2', side: string, isMain = true): Fields => {
      const entity = team === 'T1' ? 'harbor_kings' : 'mesa_owls';
      const points = isMain ? 105.5 : 104.5;
      return {
        id: `tt:${team}:${side}:${points}`,
        market: 'Team Total',
        team_id: team,
        selection: team === 'T1' ? 'Harbor Kings' : 'Mesa Owls',
        selection_line: side,
        points,
        grouping_key: `${entity}:${points}`,
        is_main: isMain,
      };
    };
    const book = aBook(
      [{}],
      (['T1', 'T2'] as const).flatMap((team) =>
        ['over', 'under'].flatMap((side) => [teamTotal(team, side), teamTotal(team, side, false)]),
      ),
    );
    const { columns, fixtures } = boardOf(book);
    expect(columns.map(({ label }) => label)).toEqual(['Team Total']);
    expect(fixtures[0]?.cells[0]).toMatchObject({
      odds: [
        ['tt:T2:over:105.5', 'tt:T2:under:105.5'],
        ['tt:T1:over:105.5', 'tt:T1:under:105.5'],
      ],
    });
  });

  it('says how many lines a market of many players has', () => {
    const players = Array.from({ length: 5 }, (_, index) => ({
      id: `pp:${index}`,
      market: 'Player Points',
      player_id: `P${index}`,
      selection: `J. Doe ${index}`,
      selection_line: 'over',
      points: 22.5,
      grouping_key: `j_doe_${index}:22.5`,
    }));
    const [row] = boardOf(aBook([{}], players), { market: ['player_points'] }).fixtures;
    expect(row?.cells).toEqual([{ kind: 'lines', market: 'player_points', lines: 5 }]);
    expect(row?.more).toBe(5);
  });

  it('builds rows of odds whose fixture nobody has named, teams by what the odds say', () => {
    const spread = (team: string, points: number): Fields => ({
      id: `ps:${team}`,
      market: 'Point Spread',
      selection: team,
      team_id: '',
      points,
      grouping_key: 'default:-3.5',
    });
    const book = aBook(
      [],
      [
        ...[moneyline('home'), moneyline('away')].map((row) => ({ ...row, fixture_id: 'UNKNOWN' })),
        { ...spread('Mesa Owls', 3.5), fixture_id: 'UNKNOWN' },
        { ...spread('Harbor Kings', -3.5), fixture_id: 'UNKNOWN' },
      ],
    );
    const [row] = boardOf(book).fixtures;
    expect(row?.fixtureId).toBe('UNKNOWN');
    expect(row?.sides.map(({ name }) => name)).toEqual(['Mesa Owls', 'Harbor Kings']);
    expect(row?.cells[1]).toMatchObject({ odds: [['ps:Mesa Owls'], ['ps:Harbor Kings']] });
  });

  it('groups fixtures by league and orders them by start', () => {
    const book = aBook(
      [
        { id: 'C', league: 'WNBA', startDate: '2026-11-22T18:00:00.000Z' },
        { id: 'B', startDate: '2026-11-22T20:00:00.000Z' },
        { id: 'A', startDate: '2026-11-22T19:00:00.000Z' },
      ],
      [],
    );
    const { rows } = boardOf(book);
    expect(rows.map((row) => (row.kind === 'league' ? row.league : row.fixtureId))).toEqual([
      'NBA',
      'A',
      'B',
      'WNBA',
      'C',
    ]);
  });

  it('orders fixtures by start or rotation where it is asked to, naming the league above each run', () => {
    const book = aBook(
      [
        { id: 'C', league: 'WNBA', startDate: '2026-11-22T18:00:00.000Z', awayRotation: '701' },
        { id: 'B', startDate: '2026-11-22T20:00:00.000Z', awayRotation: '503' },
        { id: 'A', startDate: '2026-11-22T17:00:00.000Z', awayRotation: '1501' },
        { id: 'D', startDate: '2026-11-22T17:00:00.000Z' },
        { id: 'E', startDate: '2027-01-01T00:00:00.000Z', awayRotation: '505' },
      ],
      [],
    );
    const shown = (order: BoardQuery['order']) =>
      boardOf(book, { order }).rows.map((row) =>
        row.kind === 'league' ? `${row.league} ${row.fixtures}` : row.fixtureId,
      );
    expect(shown('start')).toEqual(['NBA 2', 'A', 'D', 'WNBA 1', 'C', 'NBA 2', 'B', 'E']);
    // Numbers are compared as numbers, and those that have none come last.
    expect(shown('rotation')).toEqual(['NBA 2', 'B', 'E', 'WNBA 1', 'C', 'NBA 2', 'A', 'D']);
    const keys = boardOf(book, { order: 'start' }).rows.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('puts its rows anew when the order changes, through the cache as well', () => {
    const book = aBook(
      [
        { id: 'B', startDate: '2026-11-22T18:00:00.000Z' },
        { id: 'A', league: 'WNBA', startDate: '2026-11-22T17:00:00.000Z' },
      ],
      [],
    );
    const cache = createRowCache(() => 0);
    const ids = (order: BoardQuery['order']) =>
      buildBoardRows(book, { ...DEFAULT_QUERY, order }, { mainMarkets: [], cache }).rows.flatMap(
        (row) => (row.kind === 'fixture' ? [row.fixtureId] : []),
      );
    expect(ids('league')).toEqual(['B', 'A']);
    expect(ids('start')).toEqual(['A', 'B']);
    expect(ids('league')).toEqual(['B', 'A']);
  });

  it('shows a fixture without odds, unless the filter asks for odds of some kind', () => {
    const book = aBook([{}], []);
    const count = (fields: Partial<BoardQuery>) => boardOf(book, fields).fixtures.length;
    expect(count({})).toBe(1);
    expect(count({ league: ['nba'] })).toBe(1);
    expect(count({ q: 'mesa' })).toBe(1);
    expect(count({ q: 'nobody' })).toBe(0);
    expect(count({ market: ['Moneyline'] })).toBe(0);
    expect(count({ state: ['locked'] })).toBe(0);
    expect(count({ main: true })).toBe(0);
  });

  it('shows one version: the one asked for, else -1, else the lowest', () => {
    const versions = [-1, 7, 3].map((version) =>
      moneyline('away', { id: `v${version}`, version_id: version }),
    );
    const shown = (book: Book, fields: Partial<BoardQuery> = {}) => {
      const { fixtures, totals } = boardOf(book, fields);
      return { odds: fixtures[0]?.cells[0], totals };
    };
    const book = aBook([{}], versions);
    expect(shown(book).odds).toMatchObject({ odds: [['v-1'], []] });
    expect(shown(book).totals).toMatchObject({ versions: [-1, 3, 7], version: -1 });
    expect(shown(book, { version: 7 }).odds).toMatchObject({ odds: [['v7'], []] });
    expect(shown(aBook([{}], versions.slice(1))).totals.version).toBe(3);
  });
});

describe('columns', () => {
  const labels = (book: Book, fields: Partial<BoardQuery> = {}) =>
    boardOf(book, fields).columns.map(({ label }) => label);

  it('are the sport’s main markets while nothing is held', () => {
    expect(labels(new Book())).toEqual(['Moneyline', 'Point Spread', 'Total Points']);
  });

  it('are the markets filtered for, in that order, ids and labels alike', () => {
    const book = aBook([{}], [moneyline('away'), total('over', 1.5)]);
    expect(labels(book, { market: ['total_points', 'Moneyline'] })).toEqual([
      'Total Points',
      'Moneyline',
    ]);
  });

  it('let main markets that nothing is held of yield to those most fixtures have', () => {
    const half = (fixture: string): Fields =>
      total('over', 104.5, {
        market: '1st Half Total Points',
        id: `h${fixture}`,
        fixture_id: fixture,
      });
    const team: Fields = {
      market: 'Team Total',
      grouping_key: 'mesa_owls:105.5',
      selection_line: 'over',
      points: 105.5,
    };
    expect(labels(aBook([], [half('A'), half('B'), { ...team, fixture_id: 'A' }]))).toEqual([
      '1st Half Total Points',
      'Team Total',
    ]);
  });

  it('stay while other filters than league, fixture, market and version change', () => {
    const book = aBook([{}], [moneyline('away'), total('over', 221.5)]);
    const all = labels(book);
    expect(labels(book, { q: 'nobody' })).toEqual(all);
    expect(labels(book, { status: ['finished'] })).toEqual(all);
    expect(labels(book, { state: ['settled'] })).toEqual(all);
    expect(labels(book, { main: true })).toEqual(all);
  });
});

describe('lines rows', () => {
  it('come by market, main ones first, then by entity and points', () => {
    const prop = (player: string): Fields => ({
      id: `p:${player}`,
      market: 'Assists',
      player_id: player,
      selection: player,
      selection_line: 'over',
      points: 4.5,
      grouping_key: `${player}:4.5`,
    });
    const book = aBook(
      [{}],
      [
        prop('zoe'),
        prop('abe'),
        total('over', 222.5, { is_main: false }),
        total('over', 221.5),
        moneyline('away'),
      ],
    );
    expect(linesOf(book).map(({ market, label, points }) => [market, label, points])).toEqual([
      ['Moneyline', '', null],
      ['Total Points', '', 221.5],
      ['Total Points', '', 222.5],
      ['Assists', 'abe', 4.5],
      ['Assists', 'zoe', 4.5],
    ]);
  });

  it('show a settlement whose odd nobody knew by its name', () => {
    const book = aBook(
      [],
      [
        {
          event: 'copilot-settled-odds',
          id: 'S',
          name: 'Miami Heat Over 105.5',
          market: 'Team Total',
        },
      ],
    );
    expect(linesOf(book)).toMatchObject([
      { label: 'Miami Heat Over 105.5', market: 'Team Total', odds: [{ id: 'S' }] },
    ]);
  });

  it('call one line of a market and entity the main one, though several odds carry the flag', () => {
    const at = (points: number, timestamp: number, isMain = true): Fields[] => [
      total('over', points, { timestamp, is_main: isMain }),
      total('under', points, { timestamp, is_main: isMain }),
    ];
    const book = aBook([{}], [...at(220.5, 10), ...at(221.5, 20), ...at(222.5, 30, false)]);
    const mains = linesOf(book).filter(({ isMain }) => isMain);
    expect(mains.map(({ points }) => points)).toEqual([221.5]);
    // It is the one that the board view shows.
    const cell = boardOf(book).fixtures[0]?.cells.find(({ kind }) => kind === 'line');
    expect(cell).toMatchObject({ points: 221.5 });
  });

  it('call no line the main one where the vendor flags none', () => {
    const book = aBook([{}], [total('over', 220.5, { is_main: false })]);
    expect(linesOf(book).map(({ isMain }) => isMain)).toEqual([false]);
  });

  it('tell bets of no usual side apart by their names', () => {
    const score = (text: string, fields: Fields = {}): Fields => ({
      id: `score:${text}`,
      market: 'Correct Score',
      name: `Mesa Owls ${text}`,
      selection: 'Mesa Owls',
      selection_line: text,
      team_id: 'T2',
      grouping_key: `mesa_owls:${text}`,
      ...fields,
    });
    const alone = linesOf(aBook([{}], [score('2:1'), score('3:0')]));
    expect(alone.map(({ label }) => label).sort()).toEqual(['Mesa Owls 2:1', 'Mesa Owls 3:0']);
    expect(alone.map(({ isMain }) => isMain)).toEqual([false, false]);
    // Where the vendor groups them into one line, each cell says its own.
    const shared = { grouping_key: 'default' };
    const [line] = linesOf(aBook([{}], [score('2:1', shared), score('3:0', shared)]));
    expect(line?.label).toBe('');
    expect(line?.odds.map(({ name }) => name)).toEqual(['Mesa Owls 2:1', 'Mesa Owls 3:0']);
  });

  it('leave out fixtures without an odd of the filter', () => {
    const book = aBook(
      [{}, { id: 'FX2' }],
      [moneyline('away'), total('over', 1.5, { fixture_id: 'FX2' })],
    );
    expect(linesOf(book, { market: ['moneyline'] }).map(({ fixtureId }) => fixtureId)).toEqual([
      'FX1',
    ]);
  });
});

const arbitraryRow = fc
  .record({
    fixture_id: fc.constantFrom('A', 'B', 'C'),
    market: fc.constantFrom('Moneyline', 'Total Points', 'Team Total', 'Player Points'),
    selection: fc.constantFrom('', 'Mesa Owls', 'Harbor Kings', 'J. Doe'),
    selection_line: fc.constantFrom('', 'over', 'under', 'yes', '2:1'),
    points: fc.constantFrom(null, 1.5, -1.5, 2),
    grouping_key: fc.constantFrom('', 'default', 'default:1.5', 'j_doe:1.5', 'mesa_owls:2'),
    is_main: fc.boolean(),
    version_id: fc.constantFrom(-1, 4),
    team_id: fc.constantFrom('', 'T1', 'T2'),
    event: fc.constantFrom<OddsEventName>(
      'copilot-odds',
      'copilot-locked-odds',
      'copilot-settled-odds',
    ),
  })
  // A fixture is of one league, whoever names it.
  .map((row) => ({ ...row, league: row.fixture_id === 'C' ? 'WNBA' : 'NBA' }));

const arbitraryBook = fc
  .record({
    fixtures: fc.subarray(['A', 'B']),
    rows: fc.array(arbitraryRow, { maxLength: 30 }),
  })
  .map(({ fixtures, rows }) =>
    aBook(
      fixtures.map((id) => ({ id })),
      rows,
    ),
  );

const arbitraryQuery = fc
  .record({
    league: fc.subarray(['NBA', 'wnba']),
    market: fc.subarray(['Moneyline', 'total_points', 'Nothing']),
    fixture: fc.subarray(['A']),
    q: fc.constantFrom('', 'mesa', 'OWLS total', 'zzz'),
    status: fc.subarray(['upcoming', 'live']),
    state: fc.subarray(['open', 'locked', 'settled'] as const),
    main: fc.boolean(),
    version: fc.constantFrom(null, 4),
  })
  .map((fields) => query(fields));

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);

describe(`rows, whatever the book and the query (seed ${seed})`, () => {
  it('hold every odd of the filter in exactly one lines row, and no other', () => {
    fc.assert(
      fc.property(arbitraryBook, arbitraryQuery, (book, view) => {
        const { rows, totals } = buildLinesRows(book, view, options);
        const shown = rows.flatMap((row) =>
          row.kind === 'line' ? row.odds.map(({ id }) => id) : [],
        );
        const predicate = createBoardPredicate({ ...view, version: totals.version });
        const wanted = [...book.odds.values()]
          .filter((odd) => predicate.odd(odd, book.fixtures.get(odd.fixtureId) ?? null))
          .map(({ id }) => id);
        // Teams that only the odds name are searched too: the rows may know more than the bare predicate.
        expect(new Set(shown).size).toBe(shown.length);
        if (view.q === '') expect([...shown].sort()).toEqual([...wanted].sort());
        else for (const id of wanted) expect(shown).toContain(id);
        expect(totals.odds).toBe(shown.length);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('show in a board cell only odds of the filter, each once, and count all the rest', () => {
    fc.assert(
      fc.property(arbitraryBook, arbitraryQuery, (book, view) => {
        const { rows, columns, totals } = buildBoardRows(book, view, options);
        let odds = 0;
        const shown: string[] = [];
        for (const row of fixtureRows(rows)) {
          expect(row.cells.length).toBe(columns.length);
          const own = row.cells.flatMap((cell) => (cell.kind === 'line' ? cell.odds.flat() : []));
          expect(row.more).toBe(row.odds - own.length);
          shown.push(...own);
          odds += row.odds;
        }
        expect(new Set(shown).size).toBe(shown.length);
        expect(odds).toBe(totals.odds);
        const lines = buildLinesRows(book, view, options);
        expect(lines.totals).toEqual(totals);
        const all = new Set(
          lines.rows.flatMap((row) => (row.kind === 'line' ? row.odds.map(({ id }) => id) : [])),
        );
        for (const id of shown) expect(all.has(id)).toBe(true);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('are the same with a cache as without, after any further row', () => {
    fc.assert(
      fc.property(
        arbitraryBook,
        arbitraryQuery,
        fc.array(arbitraryRow, { maxLength: 8 }),
        (book, view, more) => {
          const revisions = new Map<string, number>();
          const cache = createRowCache((id) => revisions.get(id) ?? 0);
          const check = () => {
            const withCache = { ...options, cache };
            expect(buildBoardRows(book, view, withCache)).toEqual(
              buildBoardRows(book, view, options),
            );
            expect(buildLinesRows(book, view, withCache)).toEqual(
              buildLinesRows(book, view, options),
            );
            expect(buildFacets(book, view, { cache })).toEqual(buildFacets(book, view));
          };
          check();
          more.forEach(({ event, ...fields }, index) => {
            book.applyRow(event, aRow({ ...fields, id: `1:-1:${index * 3}` }, event), 2, null);
            const { fixtureId } = aRow({ ...fields, id: 'x' }, event);
            // The same odd may have stood under another fixture before.
            for (const id of ['A', 'B', 'C', fixtureId]) revisions.set(id, index + 1);
            check();
          });
        },
      ),
      { seed, numRuns: 100 },
    );
  });

  it('count for each choice of a filter what choosing it alone shows', () => {
    fc.assert(
      fc.property(arbitraryBook, arbitraryQuery, (book, view) => {
        const { leagues, markets, states } = buildFacets(book, view);
        const totals = (fields: Partial<BoardQuery>) =>
          buildBoardRows(book, { ...view, ...fields }, { ...options, version: undefined }).totals;
        const { version } = totals({});
        for (const { value, count } of markets) {
          expect(totals({ market: [value], version: view.version }).odds).toBe(count);
        }
        for (const { value, count } of states) {
          expect(totals({ state: [value as 'open'] }).odds).toBe(count);
        }
        for (const { value, count } of leagues) {
          expect(totals({ league: [value] }).fixtures).toBe(count);
        }
        expect(version).toBe(totals({ market: [] }).version);
      }),
      { seed, numRuns: 150 },
    );
  });
});

describe('row cache', () => {
  it('gives the same row objects back for fixtures that did not change', () => {
    const book = aBook(
      [{}, { id: 'FX2' }],
      [moneyline('away'), moneyline('away', { fixture_id: 'FX2', id: 'B' })],
    );
    const revisions = new Map<string, number>();
    const cache = createRowCache((id) => revisions.get(id) ?? 0);
    const view = query();
    const before = fixtureRows(buildBoardRows(book, view, { ...options, cache }).rows);
    book.applyRow('copilot-odds', aRow(total('over', 221.5)), 2, null);
    revisions.set('FX1', 1);
    const after = fixtureRows(buildBoardRows(book, view, { ...options, cache }).rows);
    const of = (rows: readonly FixtureRow[], id: string) =>
      rows.find(({ fixtureId }) => fixtureId === id);
    expect(of(after, 'FX1')).not.toBe(of(before, 'FX1'));
    // Another column came, so the first build's rows have one cell less; from then on they stay.
    revisions.set('FX1', 2);
    const again = fixtureRows(buildBoardRows(book, view, { ...options, cache }).rows);
    expect(of(again, 'FX2')).toBe(of(after, 'FX2'));
  });

  it('keeps nothing of fixtures that are gone', () => {
    const book = aBook(
      Array.from({ length: 20 }, (_, index) => ({ id: `F${index}` })),
      [],
    );
    const cache = createRowCache(() => 0);
    buildBoardRows(book, query(), { ...options, cache });
    for (let index = 1; index < 20; index += 1) book.removeFixture(`F${index}`);
    buildBoardRows(book, query(), { ...options, cache });
    expect(cache.places.size).toBe(1);
    for (const { values } of cache.parts.values()) {
      expect(values.filter((value) => value !== undefined)).toHaveLength(1);
    }
  });

  it('gives a fixture that comes the place of one that went, and nothing that was built for it', () => {
    const book = aBook([{ id: 'F0' }, { id: 'F1' }], []);
    const cache = createRowCache(() => 0);
    const fixtureIds = () =>
      buildBoardRows(book, query(), { ...options, cache }).rows.flatMap((row) =>
        row.kind === 'fixture' ? [row.fixtureId] : [],
      );
    fixtureIds();
    book.removeFixture('F0');
    fixtureIds();
    book.holdFixture({ ...newFixture('F2'), league: 'NBA' });
    expect(fixtureIds().sort()).toEqual(['F1', 'F2']);
    for (const { values } of cache.parts.values()) expect(values).toHaveLength(2);
  });

  it('keeps none of the odds it was built from: they would stay as they were, beside those that are held', () => {
    const book = aBook([{}], [moneyline('away'), moneyline('home'), total('over', 221.5)]);
    const cache = createRowCache(() => 0);
    const built = [
      buildBoardRows(book, query(), { ...options, cache }),
      buildLinesRows(book, query({ view: 'lines' }), { ...options, cache }),
      buildFacets(book, query(), { cache }),
    ];
    const odds = new Set<unknown>(book.odds.values());
    const fixtures = new Set<unknown>(book.fixtures.values());
    const seen = new Set<unknown>();
    const visit = (value: unknown) => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      const items = value instanceof Map || value instanceof Set ? [...value].flat() : [];
      for (const item of [...items, ...Object.values(value)]) visit(item);
    };
    visit([cache, built]);
    expect([...fixtures].some((fixture) => seen.has(fixture))).toBe(true);
    expect([...odds].filter((odd) => seen.has(odd))).toEqual([]);
  });
});

describe('a line that stands in for a main one which the filter hides', () => {
  const priced = (points: number, over: number, under: number): (Fields & { price: number })[] => [
    { ...total('over', points, { is_main: false }), price: over },
    { ...total('under', points, { is_main: false }), price: under },
  ];
  const held = (...alternates: Fields[]) =>
    aBook(
      [{ id: 'FX1' }],
      [
        total('over', 215.5, { event: 'copilot-locked-odds' }),
        total('under', 215.5, { event: 'copilot-locked-odds' }),
        ...alternates,
      ],
    );

  it('is the nearest to it, whatever the prices are', () => {
    const shown = (...alternates: Fields[]) => {
      const [cell] =
        boardOf(held(...alternates), { state: ['open'], market: ['Total Points'] }).fixtures[0]
          ?.cells ?? [];
      return cell?.kind === 'line' ? cell.points : null;
    };
    expect(shown(...priced(217.5, -112, -108), ...priced(219.5, 150, -180))).toBe(217.5);
    expect(shown(...priced(217.5, -250, 200), ...priced(219.5, -110, -110))).toBe(217.5);
    expect(shown(...priced(219.5, -110, -110), ...priced(213.5, 300, -400))).toBe(213.5);
  });

  it('is so by the side that is left of a handicap, whose sides have opposite points', () => {
    const side = (points: number, isHome: boolean, isMain: boolean): Fields => ({
      ...moneyline(isHome ? 'home' : 'away'),
      ...{ id: `spread:${points}`, market: 'Point Spread', is_main: isMain, points },
      grouping_key: `default:${isHome ? points : -points}`,
      ...((isMain || !isHome) && { event: 'copilot-locked-odds' }),
    });
    const ladder = [-2.5, -4.5, -5.5, -6.5].flatMap((points) => {
      const isMain = points === -5.5;
      return [side(points, true, isMain), side(-points, false, isMain)];
    });
    const [cell] =
      boardOf(aBook([{ id: 'FX1' }], ladder), { state: ['open'], market: ['Point Spread'] })
        .fixtures[0]?.cells ?? [];
    expect(cell?.kind === 'line' && [-4.5, -6.5].includes(cell.points ?? 0)).toBe(true);
  });
});

describe('a market’s column', () => {
  it('is named by its slug, so that a link by id and one by label show the same', () => {
    const book = aBook([{}], [total('over', 221.5)]);
    expect(boardOf(book, { market: ['total_points'] })).toEqual(
      boardOf(book, { market: ['Total Points'] }),
    );
    expect(slug('Total Points')).toBe('total_points');
  });
});

describe('a filter for quiet', () => {
  const at = 1_732_400_000;
  const book = aBook(
    [{ id: 'FX1' }, { id: 'FX2' }],
    [
      moneyline('away', { timestamp: at - 900 }),
      moneyline('home', { timestamp: at - 10 }),
      total('over', 221.5, { timestamp: at - 900 }),
      total('under', 221.5, { timestamp: at - 800 }),
      total('over', 222.5, { timestamp: at - 700, event: 'copilot-locked-odds', is_main: false }),
      moneyline('away', { fixture_id: 'FX2', timestamp: at - 900 }),
      moneyline('home', { fixture_id: 'FX2', timestamp: at - 900 }),
    ],
  );
  const since = (minutes: number) => ({ ...options, quietSince: at - minutes * 60 });

  it('leaves whole lines of which no side has changed, prices and locks alike', () => {
    const rows = (minutes: number) =>
      buildLinesRows(book, query({ view: 'lines', quiet: minutes }), since(minutes))
        .rows.filter((row) => row.kind === 'line')
        .map(({ fixtureId, market, points }) => `${fixtureId} ${market} ${points}`);
    expect(rows(15).sort()).toEqual(['FX2 Moneyline null']);
    expect(rows(13).sort()).toEqual(['FX1 Total Points 221.5', 'FX2 Moneyline null']);
    expect(rows(11).sort()).toEqual([
      ...['FX1 Total Points 221.5', 'FX1 Total Points 222.5', 'FX2 Moneyline null'],
    ]);
  });

  it('counts a lock and a grading as changes, though their odd keeps the time of its price', () => {
    const quiet = (event: OddsEventName, fields: Fields) => {
      const one = aBook(
        [{ id: 'FX1' }],
        [
          moneyline('away', { timestamp: at - 900 }),
          moneyline('away', { timestamp: at - 900, event, ...fields }),
        ],
      );
      return buildLinesRows(one, query({ view: 'lines', quiet: 5 }), since(5)).totals.odds;
    };
    expect(quiet('copilot-odds', {})).toBe(1);
    expect(quiet('copilot-locked-odds', { lockedAt: at - 10 })).toBe(0);
    expect(quiet('copilot-locked-odds', { lockedAt: at - 800 })).toBe(1);
    const graded = (seconds: number) => ({ settled_at: new Date(seconds * 1_000).toISOString() });
    expect(quiet('copilot-settled-odds', graded(at - 10))).toBe(0);
    expect(quiet('copilot-settled-odds', graded(at - 800))).toBe(1);
  });

  it('looks at the sides that another filter leaves out as well', () => {
    const asked = query({ view: 'lines', quiet: 5, q: 'Mesa Owls', market: ['Moneyline'] });
    const { rows } = buildLinesRows(book, { ...asked, fixture: ['FX1'] }, since(5));
    expect(rows.filter((row) => row.kind === 'line')).toEqual([]);
  });

  it('leaves on the board fixtures that are all quiet: no other line stands in for the main one', () => {
    const ids = (fields: Partial<BoardQuery>) =>
      fixtureRows(buildBoardRows(book, query({ quiet: 5, ...fields }), since(5)).rows).map(
        ({ fixtureId }) => fixtureId,
      );
    expect(ids({})).toEqual(['FX2']);
    expect(ids({ market: ['Total Points'] })).toEqual(['FX1']);
  });

  it('counts what it leaves, and is built anew as time goes on', () => {
    const cache = createRowCache(() => 1);
    const built = (minutes: number) =>
      buildLinesRows(book, query({ view: 'lines', quiet: 5 }), { ...since(minutes), cache });
    expect(built(15).totals.odds).toBe(2);
    expect(built(11).totals.odds).toBe(5);
    // On the board each choice is counted as it would be, chosen alone.
    const onBoard = buildFacets(book, query({ quiet: 5, market: ['Total Points'] }), since(5));
    expect(onBoard.markets).toEqual(
      [
        { value: 'Total Points', label: 'Total Points', count: 3 },
        { value: 'Moneyline', label: 'Moneyline', count: 2 },
      ].sort((a, b) => (a.label < b.label ? -1 : 1)),
    );
    expect(onBoard.states).toContainEqual({ value: 'locked', label: 'locked', count: 1 });
    const { markets } = buildFacets(book, query({ view: 'lines', quiet: 5 }), since(13));
    expect(markets).toEqual([
      { value: 'Moneyline', label: 'Moneyline', count: 2 },
      { value: 'Total Points', label: 'Total Points', count: 2 },
    ]);
  });
});
