import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sceneOf } from '@/components/picture/scene';
import type { FirstScreen } from '@/lib/board/store';
import { bodyOf, firstRows } from '@/lib/feed/snapshot';
import { pictureOf } from '@/lib/picture';
import { draw } from '@/lib/picture/draw';
import { fitted, outlined, widthOf } from '@/lib/picture/outline';
import type { Scene, SceneCell, SceneRow } from '@/lib/picture/scene';
import { PICTURE_SIZE } from '@/lib/picture/size';
import { Book } from '@/lib/protocol/book';
import type { FeedStatus, FixturePatch, OddsEventName } from '@/lib/protocol/events';
import { type BoardQuery, DEFAULT_QUERY } from '@/lib/protocol/filter';
import { SPORTS } from '@/lib/protocol/sports';
import { aFixturePatch, aRow } from '@/tests/support/builders';

const NOW = Date.parse('2026-11-22T18:00:00Z');
const sport =
  SPORTS.find(({ id }) => id === 'basketball') ?? (SPORTS[0] as (typeof SPORTS)[number]);

const LIVE: FeedStatus = {
  feed: 'live',
  source: 'opticodds',
  partial: false,
  filledAt: null,
  since: NOW - 60_000,
  message: null,
  connections: [],
  gaps: [],
};

type Row = Record<string, unknown> & { event?: OddsEventName };

function aScreen(
  fixtures: Partial<FixturePatch>[],
  rows: Row[],
  query: BoardQuery,
  fields: Partial<FirstScreen> = {},
): FirstScreen {
  const book = new Book();
  for (const fixture of fixtures) book.applyFixture(aFixturePatch(fixture), 1);
  for (const [index, { event = 'copilot-odds', ...row }] of rows.entries()) {
    book.applyRow(event, aRow(row, event), index + 1, null);
  }
  const mainMarkets = sport.mainMarkets.map(({ id }) => id);
  const { totals, ...found } = firstRows(book, query, {
    ...{ fixtures: 8, mainMarkets, now: NOW, isWhole: true },
  });
  const about = { sport: 'basketball', at: '1-1', partial: false, format: 'american' as const };
  return {
    ...{ snapshot: bodyOf({ ...about, ...found }), feed: LIVE, totals, past: null, now: NOW },
    ...fields,
  };
}

const spread = (side: 'home' | 'away', price: number, fields: Row = {}): Row => ({
  id: `spread ${side} ${fields.fixture_id ?? ''}`,
  market: 'Point Spread',
  team_id: side === 'home' ? 'T1' : 'T2',
  selection: side === 'home' ? 'Harbor Kings' : 'Mesa Owls',
  name: side === 'home' ? 'Harbor Kings' : 'Mesa Owls',
  points: side === 'home' ? -3.5 : 3.5,
  grouping_key: 'default:3.5',
  price,
  ...fields,
});

const board: BoardQuery = DEFAULT_QUERY;
const lines: BoardQuery = { ...DEFAULT_QUERY, view: 'lines' };
const rowsOf = (rows: readonly SceneRow[]) => rows.filter((row) => row.kind === 'row');

const sceneFor = (
  fixtures: Partial<FixturePatch>[],
  rows: Row[],
  query = board,
  fields: Partial<FirstScreen> = {},
) => sceneOf(aScreen(fixtures, rows, query, fields), sport, query);
/** Cells of the first row. */
const cellsOf = ({ rows }: Scene) => rowsOf(rows)[0]?.cells as readonly (readonly SceneCell[])[];

describe('a scene', () => {
  it('has the rows, prices and columns of the board', () => {
    const wire = { result: { scores: { home: { total: 12 }, away: { total: 9 } } } };
    const scene = sceneFor(
      [{ status: 'live', wire }],
      [spread('away', -110), spread('home', -105)],
    );
    expect(scene).toMatchObject({ title: 'Basketball', words: '', notes: [], isDead: false });
    expect(scene.moment).toBe('Sun 22 Nov 18:00:00 UTC');
    expect(scene.columns).toEqual([{ label: 'Point Spread', span: 1 }]);
    expect(scene.rows[0]).toEqual({ kind: 'league', text: 'NBA' });
    const [away, home] = rowsOf(scene.rows);
    expect(away).toMatchObject({ name: 'Mesa Owls', meta: 'Live', note: '9', isEnd: false });
    expect(home).toMatchObject({ name: 'Harbor Kings', meta: null, note: '12', isEnd: true });
    expect(away?.cells[0]).toEqual([
      { points: '+3.5', price: '−110', state: 'open', settlement: null },
    ]);
    expect(home?.cells[0]).toMatchObject([{ points: '−3.5', price: '−105' }]);
    expect(scene.footer).toMatch(/^1 fixture\. /);
  });

  it('says what is locked, what is settled, and prices in the format of the link', () => {
    const query: BoardQuery = { ...lines, odds: 'decimal', league: ['NBA'] };
    const scene = sceneFor(
      [{}],
      [
        spread('away', 150),
        spread('home', -200),
        spread('home', -200, { event: 'copilot-locked-odds', timestamp: 1_795_000_001 }),
        {
          ...{ event: 'copilot-settled-odds', id: 'spread away ', settlement: 'Won' },
          ...{ timestamp: 1_795_000_002, market: 'Point Spread' },
        },
      ],
      query,
    );
    expect(scene.words).toBe('NBA');
    expect(scene.columns.map(({ label }) => label)).toEqual([
      'Away · Over · Yes',
      'Home · Under · No',
    ]);
    expect(rowsOf(scene.rows)[0]).toMatchObject({ name: 'Point Spread', note: '', isEnd: true });
    expect(cellsOf(scene)).toMatchObject([
      [{ price: '2.50', state: 'settled', settlement: 'W' }],
      [{ price: '1.50', state: 'locked', settlement: null }],
    ]);
  });

  it('names whom and what a price is for: both sides of a team total, players, and bets by name', () => {
    const total = (team: string, side: string): Row => ({
      ...{ id: `${team} ${side}`, market: 'Team Total', team_id: team, selection: team },
      ...{ selection_line: side, points: 110.5, grouping_key: `${team}:110.5` },
    });
    const teams = sceneFor(
      [{}],
      ['T1', 'T2'].flatMap((team) => [total(team, 'over'), total(team, 'under')]),
      { ...board, market: ['Team Total'] },
    );
    expect(teams.columns).toEqual([{ label: 'Team Total', span: 2 }]);
    expect(cellsOf(teams)[0]?.map(({ points }) => points)).toEqual(['O 110.5', 'U 110.5']);

    const props = sceneFor(
      [{}],
      [
        {
          ...{ id: 'p', market: 'Player Points', selection: 'J. Doe', player_id: 'P1' },
          ...{ selection_line: 'over', points: 25.5, grouping_key: 'j_doe:25.5' },
        },
      ],
      lines,
    );
    expect(rowsOf(props.rows)[0]).toMatchObject({ name: 'J. Doe', note: 'Player Points' });

    const field = ['Ann', 'Bob', 'Cid', 'Dan', 'Eve'].map(
      (name): Row => ({
        ...{ id: name, market: 'Winner', name, selection: name, team_id: '', is_main: false },
        ...{ selection_line: '', grouping_key: 'default' },
      }),
    );
    const winner = sceneFor([{}], field, lines);
    expect(rowsOf(winner.rows)[0]).toMatchObject({ name: 'Winner', note: '+2 more' });
    expect(
      cellsOf(winner)
        .flat()
        .map(({ points }) => points),
    ).toEqual(['Ann', 'Bob', 'Cid']);
  });

  it('says how a fixture stands in the words of the board', () => {
    const metaOf = (status: string | undefined) => {
      const [, row] = sceneFor([{ status }], [spread('away', -110)]).rows;
      return row?.kind === 'row' ? row.meta : null;
    };
    expect(metaOf('unplayed')).toBe('Today 19:30');
    expect(metaOf('delayed')).toBe('Delayed · Today 19:30');
    expect(metaOf('live')).toBe('Live');
    expect(metaOf('half')).toBe('Half');
    expect(metaOf('suspended')).toBe('Suspended');
    expect(metaOf('cancelled')).toBe('Cancelled · Today 19:30');
    expect(metaOf(undefined)).toBe('Status unknown · Today 19:30');
    const nameless = sceneFor(
      [],
      [spread('away', -110, { league: 'None', team_id: '', selection: '' })],
    );
    expect(nameless.rows[0]).toEqual({ kind: 'league', text: 'League unknown' });
    expect(rowsOf(nameless.rows).map(({ name }) => name)[0]).toMatch(/Mesa Owls|Fixture FX1/);
  });

  it('has what the search finds, though none of it stands in a cell', () => {
    const alternate = spread('away', -110, { is_main: false, name: 'Jokic' });
    const scene = sceneFor([{}], [alternate], { ...board, q: 'jokic' });
    expect(rowsOf(scene.rows).map(({ name }) => name)).toEqual(['Mesa Owls', 'Harbor Kings']);
    const none = sceneFor([{}], [alternate], { ...board, q: 'nobody' });
    expect(none).toMatchObject({ rows: [], empty: 'Nothing matches this view.' });
  });

  it('never passes old, missing or made-up prices off as live ones', () => {
    const rows = [spread('away', -110)];
    const of = (fields: Partial<FirstScreen>, query = board) => {
      const { notes, isDead, moment } = sceneFor([{}], rows, query, fields);
      return { notes, isDead, moment };
    };
    const feedOf = (feed: FeedStatus['feed'], ms: number) => ({ ...LIVE, feed, since: NOW - ms });
    expect(of({ feed: feedOf('dead', 90_000) })).toMatchObject({
      ...{ notes: ['Not live since 17:58:30'], isDead: true },
    });
    expect(of({ feed: feedOf('dead', 93_600_000) }).notes).toEqual([
      'Not live since Sat 21 Nov 16:00:00',
    ]);
    expect(of({ feed: feedOf('late', 90_000) })).toMatchObject({
      ...{ notes: ['Late since 17:58:30'], isDead: true },
    });
    expect(of({ feed: feedOf('connecting', 1) })).toMatchObject({
      ...{ notes: ['Connecting'], isDead: true },
    });
    const sample = of({ feed: { ...LIVE, source: 'simulator' } });
    expect(sample).toMatchObject({ notes: ['Sample data'], isDead: false });
    const { snapshot } = aScreen([{}], rows, board);
    const partial = { ...snapshot, partial: true };
    expect(of({ snapshot: partial }).notes).toEqual(['Incomplete']);
    const past = { ms: NOW, position: '1-1', silentSince: null, problem: null };
    expect(of({ past, now: NOW }, { ...board, tz: 'America/New_York' })).toEqual({
      ...{ notes: ['Past moment'], isDead: true, moment: 'Sun 22 Nov 13:00:00 EST' },
    });
    expect(of({ past, snapshot: partial }).notes).toEqual(['Past moment', 'Incomplete']);
    expect(of({ past: { ...past, silentSince: NOW } }).notes).toContain('some of it not live then');
    const gone = sceneFor([], [], board, { past: { ...past, problem: 'It is gone.' } });
    expect(gone.empty).toBe('It is gone.');
  });
});

describe('a drawing', () => {
  const names = ['', 'A', 'W'.repeat(300), 'Кечманович', '京都', '<script>&"', '½ −110 €'];
  const empty = sceneFor([], []);

  /** Left and right end of each text, in pixels, as far as its letters' places tell. */
  function textsOf(svg: string): { left: number; right: number; fill: string }[] {
    const groups = svg.matchAll(
      /<g fill="([^"]+)" transform="translate\(([-\d.]+) [-\d.]+\) scale\(([\d.]+)\)">(.*?)<\/g>/g,
    );
    return Array.from(groups, ([, fill = '', x, scale, letters = '']) => {
      const places = [...letters.matchAll(/translate\((-?\d+)\)/g)].map(([, at]) => Number(at));
      const last = Number(x) + Number(scale) * Math.max(0, ...places);
      return { left: Number(x), right: last, fill };
    });
  }

  it('is shapes alone, within its edges, whatever the words are', () => {
    for (const name of names) {
      for (const query of [board, lines]) {
        const fixtures = Array.from({ length: 8 }, (_, index) => ({
          ...{ id: `F${index}`, home: name, away: name, league: name || 'NBA', status: name },
        }));
        const rows = fixtures.flatMap(({ id, league }) => [
          spread('away', -110, { fixture_id: id, league, name, selection: name }),
          spread('home', 99_900, { fixture_id: id, league, event: 'copilot-locked-odds' }),
        ]);
        const scene = sceneFor(fixtures, rows, { ...query });
        const svg = draw({ ...scene, title: name, words: name, notes: [name, name], empty: name });
        expect(svg).not.toMatch(/NaN|undefined|Infinity|<text|script/);
        const texts = textsOf(svg);
        expect(texts.length).toBeGreaterThan(5);
        for (const { left, right } of texts) {
          expect(left).toBeGreaterThanOrEqual(0);
          expect(right).toBeLessThanOrEqual(PICTURE_SIZE.width);
        }
      }
    }
  });

  it('greys every price that is not live, and locked ones with a padlock', () => {
    const rows = [
      spread('away', -110),
      spread('home', -105),
      spread('home', -105, { event: 'copilot-locked-odds', timestamp: 1_795_000_001 }),
    ];
    const scene = sceneFor([{}], rows);
    const boldOf = (isDead: boolean) => draw({ ...scene, isDead }).split('stroke-width="2"');
    expect(boldOf(false)).toHaveLength(2);
    const inks = (isDead: boolean) =>
      textsOf(draw({ ...scene, isDead })).filter(
        ({ fill, left }) => fill === '#e9ebee' && left > 500,
      );
    expect(inks(false)).toHaveLength(1);
    expect(inks(true)).toHaveLength(0);
  });

  it('never cuts the points of a price: half of a figure is another figure', () => {
    const cell = {
      points: 'O 111110.75 A',
      price: '−110',
      state: 'open',
      settlement: null,
    } as const;
    const cellsIn = (span: number) => {
      const columns = [1, 2, 3].map(() => ({ label: '', span }));
      const row: SceneRow = {
        ...{ kind: 'row', meta: null, name: '', note: '', isEnd: true },
        cells: [Array.from({ length: span }, () => cell)],
      };
      return draw({ ...empty, columns, rows: [row] });
    };
    const dots = outlined('…', { x: 0, y: 0, size: 20, weight: 400, fill: '' });
    const path = /d="([^"]+)"/.exec(dots)?.[1] ?? 'no path';
    expect(cellsIn(1)).not.toContain(path);
    expect(draw({ ...empty, columns: [], rows: [], footer: 'W'.repeat(500) })).toContain(path);
  });

  it('leaves out what it cannot show whole: half a fixture, a league without one', () => {
    const row = (isFirst: boolean): SceneRow => ({
      ...{ kind: 'row', name: 'Mesa Owls', note: '', cells: [] },
      ...{ meta: isFirst ? 'Live' : null, isEnd: !isFirst },
    });
    const league: SceneRow = { kind: 'league', text: 'NBA' };
    const heading: SceneRow = { kind: 'fixture', text: 'Mesa Owls at Harbor Kings', meta: '' };
    const counted = (rows: SceneRow[], fill: string) =>
      draw({ ...empty, rows }).split(`fill="${fill}"`).length - 1;
    const repeated = (fixtures: number, ...rows: SceneRow[]) =>
      Array.from({ length: fixtures }, () => rows).flat();
    // Each league is a bar, and the footer is one.
    const whole = [1, 2, 3, 4, 5].map((n) => repeated(n, league, row(true), row(false)));
    expect(whole.map((rows) => counted(rows, '#12151a') - 1)).toEqual([1, 2, 3, 3, 3]);
    expect(whole.map((rows) => counted(rows, '#1b2027'))).toEqual([1, 2, 3, 3, 3]);
    // Fixtures of which nothing is offered are shown all the same.
    expect(counted(repeated(8, league, heading), '#1b2027')).toBe(5);
  });

  it('sets digits as wide as each other, cuts what is too long, and shows what it has no letter for', () => {
    expect(widthOf('1111', 20, 600)).toBe(widthOf('8088', 20, 600));
    expect(widthOf('il', 20, 400)).toBeLessThan(widthOf('WM', 20, 400));
    const cut = fitted('Harbor Kings of the North', 20, 400, 120);
    expect(cut).toMatch(/^Harbor.*…$/);
    expect(widthOf(cut, 20, 400)).toBeLessThanOrEqual(120);
    expect(fitted('Harbor', 20, 400, 500)).toBe('Harbor');
    expect(fitted('Harbor', 20, 400, 1)).toBe('');
    const place = { x: 0, y: 0, size: 20, weight: 400 as const, fill: '#fff' };
    expect(outlined('京', place)).toBe(outlined('□', place));
    expect(outlined('Ж', place)).not.toBe(outlined('□', place));
  });
});

describe('pictures', () => {
  const scene = sceneFor([{}], [spread('away', -110)]);

  it('are PNG of the size that they are said to be', async () => {
    const png = await pictureOf('size', async () => scene);
    const { format, width, height } = await sharp(png ?? new Uint8Array()).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', ...PICTURE_SIZE });
  });

  it('are made once for all who ask for the same, and refused where too many are under way', async () => {
    let reads = 0;
    let finish = () => {};
    const held = new Promise<void>((done) => {
      finish = done;
    });
    const read = async () => {
      reads += 1;
      await held;
      return scene;
    };
    const asked = Array.from({ length: 12 }, (_, index) => pictureOf(`key ${index}`, read));
    const again = pictureOf('key 0', read);
    expect(await asked[11]).toBeNull();
    finish();
    const made = await Promise.all(asked);
    expect(made.map((png) => png !== null)).toEqual([...Array(10).fill(true), false, false]);
    expect(await again).toBe(made[0]);
    expect(reads).toBe(10);
    expect(await pictureOf('key 11', read)).not.toBeNull();
  });

  it('are tried again after a failure, which holds up nobody', async () => {
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const failing = pictureOf('failing', async () => Promise.reject(new Error('no feed')));
      await expect(failing).rejects.toThrow('no feed');
    }
    expect(await pictureOf('failing', async () => scene)).not.toBeNull();
  });
});
