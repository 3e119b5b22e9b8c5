import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { FirstScreen } from '@/lib/board/store';
import { bodyOf, firstRows } from '@/lib/feed/snapshot';
import { pictureOf } from '@/lib/picture';
import { draw } from '@/lib/picture/draw';
import { fitted, outlined, widthOf } from '@/lib/picture/outline';
import { type SceneRow, sceneOf } from '@/lib/picture/scene';
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
  const { totals, ...found } = firstRows(book, query, { fixtures: 8, mainMarkets, now: NOW });
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

describe('a scene', () => {
  it('has the rows, prices and columns of the board', () => {
    const screen = aScreen(
      [
        {
          status: 'live',
          wire: { result: { scores: { home: { total: 12 }, away: { total: 9 } } } },
        },
      ],
      [spread('away', -110), spread('home', -105)],
      board,
    );
    const scene = sceneOf(screen, sport, board);
    expect(scene).toMatchObject({ title: 'Basketball', words: '', doubt: null, isSample: false });
    expect(scene.moment).toBe('Sun 22 Nov 18:00:00 UTC');
    expect(scene.columns).toEqual(['Point Spread']);
    expect(scene.rows[0]).toEqual({ kind: 'league', text: 'NBA' });
    const [away, home] = rowsOf(scene.rows);
    expect(away).toMatchObject({ name: 'Mesa Owls', meta: 'Live', note: '9', isEnd: false });
    expect(home).toMatchObject({ name: 'Harbor Kings', meta: null, note: '12', isEnd: true });
    expect(away?.cells[0]).toEqual([
      { points: '+3.5', price: '−110', state: 'open', settlement: null },
    ]);
    expect(home?.cells[0]).toMatchObject([{ points: '−3.5', price: '−105' }]);
  });

  it('says what is locked, what is settled, and prices in the format of the link', () => {
    const query: BoardQuery = { ...lines, odds: 'decimal', league: ['NBA'] };
    const screen = aScreen(
      [{}],
      [
        spread('away', 150),
        spread('home', -200),
        spread('home', -200, { event: 'copilot-locked-odds', timestamp: 1_795_000_001 }),
        {
          event: 'copilot-settled-odds',
          id: 'spread away ',
          settlement: 'Won',
          timestamp: 1_795_000_002,
          market: 'Point Spread',
        },
      ],
      query,
    );
    const scene = sceneOf(screen, sport, query);
    expect(scene.words).toBe('NBA');
    expect(scene.columns).toEqual(['Away · Over · Yes', 'Home · Under · No']);
    const [line] = rowsOf(scene.rows);
    expect(line).toMatchObject({ name: 'Point Spread', isEnd: true });
    expect(line?.cells).toMatchObject([
      [{ price: '2.50', state: 'settled', settlement: 'Won' }],
      [{ price: '1.50', state: 'locked', settlement: null }],
    ]);
  });

  it('never passes old, missing or made-up prices off as live ones', () => {
    const rows = [spread('away', -110)];
    const of = (fields: Partial<FirstScreen>) =>
      sceneOf(aScreen([{}], rows, board, fields), sport, board);
    const since = NOW - 90_000;
    expect(of({ feed: { ...LIVE, feed: 'dead', since } }).doubt).toBe('Not live since 17:58:30');
    expect(of({ feed: { ...LIVE, feed: 'late', since } }).doubt).toBe('Late since 17:58:30');
    expect(of({ feed: { ...LIVE, feed: 'connecting', since } }).doubt).toBe(
      'Connecting since 17:58:30',
    );
    expect(of({ feed: { ...LIVE, source: 'simulator' } }).isSample).toBe(true);
    const { snapshot } = aScreen([{}], rows, board);
    expect(of({ snapshot: { ...snapshot, partial: true } }).doubt).toBe('Incomplete');
    const past = { ms: NOW - 3_600_000, position: '1-1', silentSince: null, problem: null };
    expect(of({ past })).toMatchObject({ moment: 'as of 2026-11-22 17:00:00 UTC', doubt: null });
    expect(of({ past: { ...past, problem: 'It is gone.' } }).doubt).toBe('It is gone.');
    expect(of({ past: { ...past, silentSince: NOW } }).doubt).toContain('not live then');
  });
});

describe('a drawing', () => {
  const names = ['', 'A', 'W'.repeat(300), 'Кечманович', '京都', '<script>&"', '½ −110 €'];

  it('is shapes alone, within its edges, whatever the words are', () => {
    for (const name of names) {
      for (const query of [board, lines]) {
        const fixtures = Array.from({ length: 8 }, (_, index) => ({
          ...{ id: `F${index}`, home: name, away: name, league: name || 'NBA' },
        }));
        const rows = fixtures.flatMap(({ id, league }) => [
          spread('away', -110, { fixture_id: id, league, name, selection: name }),
          spread('home', 99_900, { fixture_id: id, league, event: 'copilot-locked-odds' }),
        ]);
        const scene = sceneOf(aScreen(fixtures, rows, query), sport, { ...query, q: name });
        const svg = draw({ ...scene, title: name, words: name, doubt: name, moment: name });
        expect(svg).not.toMatch(/NaN|undefined|Infinity|<text|script/);
        const ys = [...svg.matchAll(/ y="([\d.]+)" width="\d+" height="([\d.]+)"/g)];
        expect(ys.length).toBeGreaterThan(3);
        for (const [, y, height] of ys) {
          expect(Number(y) + Number(height)).toBeLessThanOrEqual(PICTURE_SIZE.height);
        }
      }
    }
  });

  it('leaves out what it cannot show whole: half a fixture, a league without one', () => {
    const row = (isFirst: boolean): SceneRow => ({
      ...{ kind: 'row', name: 'Mesa Owls', note: '', cells: [] },
      ...{ meta: isFirst ? 'Live' : null, isEnd: !isFirst },
    });
    const league: SceneRow = { kind: 'league', text: 'NBA' };
    const scene = sceneOf(aScreen([], [], board), sport, board);
    const count = (rows: SceneRow[], fill: string) =>
      draw({ ...scene, rows }).split(`fill="${fill}"`).length - 1;
    const fixture = [row(true), row(false)];
    const rows = (fixtures: number) =>
      Array.from({ length: fixtures }, () => [league, ...fixture]).flat();
    // Each league is a bar, and the footer is one.
    const bars = [1, 2, 3, 4, 5].map((fixtures) => count(rows(fixtures), '#12151a') - 1);
    expect(bars).toEqual([1, 2, 3, 3, 3]);
    const ends = [1, 2, 3, 4, 5].map((fixtures) => count(rows(fixtures), '#1b2027'));
    expect(ends).toEqual(bars);
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
  const view = { sport, query: board };

  it('are PNG of the size that they are said to be', async () => {
    const png = await pictureOf('size', view, async () =>
      aScreen([{}], [spread('away', -110)], board),
    );
    const { format, width, height } = await sharp(png ?? new Uint8Array()).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', ...PICTURE_SIZE });
  });

  it('are made once for all who ask for the same, two at a time, and refused beyond those that wait', async () => {
    let reads = 0;
    let most = 0;
    let now = 0;
    let finish = () => {};
    const held = new Promise<void>((done) => {
      finish = done;
    });
    const read = async () => {
      reads += 1;
      now += 1;
      most = Math.max(most, now);
      await held;
      now -= 1;
      return aScreen([{}], [], board);
    };
    const asked = Array.from({ length: 12 }, (_, index) => pictureOf(`key ${index}`, view, read));
    const again = pictureOf('key 0', view, read);
    expect(await asked[11]).toBeNull();
    finish();
    const made = await Promise.all(asked);
    expect(made.map((png) => png !== null)).toEqual([...Array(10).fill(true), false, false]);
    expect(await again).toBe(made[0]);
    expect(reads).toBe(10);
    expect(most).toBe(2);
  });

  it('are tried again after a failure, which holds up nobody', async () => {
    const failing = pictureOf('failing', view, async () => Promise.reject(new Error('no feed')));
    await expect(failing).rejects.toThrow('no feed');
    const png = await pictureOf('failing', view, async () => aScreen([{}], [], board));
    expect(png).not.toBeNull();
  });
});
