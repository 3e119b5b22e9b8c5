import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardHref, parseBoardQuery, parsePosition, writeQuery } from '@/lib/board/query-state';
import {
  type BoardQuery,
  DEFAULT_QUERY,
  LINE_COLUMNS,
  MOST_QUIET,
  ORDERS,
  STATE_WORDS,
  STATUS_WORDS,
  VIEWS,
} from '@/lib/protocol/filter';
import { ODDS_FORMATS } from '@/lib/protocol/price';

const parse = (text: string) => parseBoardQuery(new URLSearchParams(text));

describe('the URL of a view', () => {
  it('says nothing about defaults', () => {
    expect(boardHref('basketball', DEFAULT_QUERY)).toBe('/basketball');
  });

  it('has its parameters in one order, values by repeated names', () => {
    const href = boardHref('basketball', {
      odds: 'decimal',
      q: 'mesa',
      market: ['Total Points', 'Moneyline'],
      league: ['NBA', 'WNBA'],
      view: 'lines',
    });
    expect(decodeURIComponent(href).replaceAll('+', ' ')).toBe(
      '/basketball?view=lines&league=NBA&league=WNBA&market=Total Points&market=Moneyline&q=mesa&odds=decimal',
    );
  });

  it('keeps names that are not ours, behind ours', () => {
    const ordered = writeQuery('utm=x&odds=decimal&league=NBA', {});
    expect(ordered).toBe('league=NBA&odds=decimal&utm=x');
  });

  it('names the odd whose history is open behind the filters, and takes it for none of them', () => {
    const href = boardHref('basketball', { history: '1:-1:FX1:moneyline:mesa', league: ['NBA'] });
    expect(decodeURIComponent(href)).toBe('/basketball?league=NBA&history=1:-1:FX1:moneyline:mesa');
    expect(parse(href.split('?')[1] ?? '')).toEqual({
      query: { ...DEFAULT_QUERY, league: ['NBA'] },
      ignored: [],
    });
    const ordered = writeQuery('utm=x&history=a&odds=decimal', {});
    expect(ordered).toBe('odds=decimal&history=a&utm=x');
  });

  it('ignores an odd that cannot be one, and names it', () => {
    const long = 'x'.repeat(201);
    expect(parse(`history=${long}`).ignored).toEqual([`history=${'x'.repeat(80)}…`]);
    expect(parse('history=').ignored).toEqual(['history=']);
    expect(parse('history=a&history=b').ignored).toEqual(['history=b']);
    expect(parse('history=a').query).toEqual(DEFAULT_QUERY);
  });

  it('names a past moment last, and takes it for no filter', () => {
    const href = boardHref('basketball', { at: '1795788198159-3', history: 'a', main: true });
    expect(href).toBe('/basketball?main=true&history=a&at=1795788198159-3');
    const search = new URLSearchParams(href.split('?')[1]);
    expect(parsePosition(search)).toBe('1795788198159-3');
    expect(parse(String(search))).toEqual({ query: { ...DEFAULT_QUERY, main: true }, ignored: [] });
    expect(parsePosition({ at: '1795788198159' })).toBe('1795788198159');
    expect(boardHref('basketball', { at: null })).toBe('/basketball');
  });

  it('ignores a moment that cannot be one, and names it', () => {
    for (const text of ['yesterday', '-1', '1-2-3', '1e12', '']) {
      expect(parsePosition(new URLSearchParams({ at: text }))).toBeNull();
      expect(parse(`at=${text}`).ignored).toEqual([`at=${text}`]);
    }
  });

  it('keeps a plus in a market’s name', () => {
    const href = boardHref('basketball', { market: ['Player Points + Assists'] });
    expect(parse(href.split('?')[1] ?? '').query.market).toEqual(['Player Points + Assists']);
  });

  it('is read from what a page receives, too', () => {
    const { query } = parseBoardQuery({ league: ['NBA', 'WNBA'], market: 'Moneyline', main: '' });
    expect(query).toEqual({
      ...DEFAULT_QUERY,
      league: ['NBA', 'WNBA'],
      market: ['Moneyline'],
      main: true,
    });
  });

  it('takes main as true, 1 or nothing', () => {
    for (const text of ['main=true', 'main=1', 'main=', 'main']) {
      expect(parse(text)).toEqual({ query: { ...DEFAULT_QUERY, main: true }, ignored: [] });
    }
    expect(parse('main=false').query.main).toBe(false);
  });

  it('ignores values that cannot be right, and names them', () => {
    const { query, ignored } = parse(
      'status=bogus&status=live&state=Locked&view=grid&version=x&odds=roman&tz=Mars/Base&main=perhaps&league=NBA',
    );
    expect(query).toEqual({
      ...DEFAULT_QUERY,
      status: ['live'],
      state: ['locked'],
      league: ['NBA'],
    });
    expect(ignored).toEqual([
      'view=grid',
      'status=bogus',
      'main=perhaps',
      'version=x',
      'odds=roman',
      'tz=Mars/Base',
    ]);
  });

  it('takes optional columns in their order, and names those that there are not', () => {
    const { query, ignored } = parse('column=novig&column=edge&column=Hold&column=novig');
    expect(query.column).toEqual(['novig', 'hold']);
    expect(ignored).toEqual(['column=edge']);
    expect(boardHref('basketball', { column: query.column })).toBe(
      '/basketball?column=novig&column=hold',
    );
  });

  it('takes minutes of quiet, up to a day', () => {
    expect(parse('quiet=15').query.quiet).toBe(15);
    expect(parse('quiet=1440').query.quiet).toBe(1440);
    const bad = ['quiet=0', 'quiet=1441', 'quiet=-5', 'quiet=1.5', 'quiet=', 'quiet=soon'];
    for (const text of bad) {
      expect(parse(text)).toEqual({ query: DEFAULT_QUERY, ignored: [text] });
    }
  });

  it('names at most 80 characters of a bad value', () => {
    const [bad] = parse(`league=${'x'.repeat(5_000)}`).ignored;
    expect(bad?.length).toBeLessThan(100);
  });

  it('names nothing of parameters that are not ours', () => {
    expect(parse('utm_source=mail').ignored).toEqual([]);
  });

  it('takes every zone that Intl knows', () => {
    expect(parse('tz=America/New_York').query.tz).toBe('America/New_York');
    expect(parse('tz=UTC').query.tz).toBe('UTC');
  });
});

/** A lone surrogate has no form in a URL. */
const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text);

const label = fc
  .string({ minLength: 1, maxLength: 40, unit: 'binary' })
  .map((text) => text.trim())
  .filter((text) => text !== '' && isWellFormed(text));
const labels = fc.uniqueArray(label, { maxLength: 4 });

const arbitraryQuery: fc.Arbitrary<BoardQuery> = fc.record({
  league: labels,
  market: labels,
  fixture: labels,
  q: fc.string({ maxLength: 40, unit: 'binary' }).filter(isWellFormed),
  status: fc.subarray([...STATUS_WORDS]),
  state: fc.subarray([...STATE_WORDS]),
  quiet: fc.option(fc.integer({ min: 1, max: MOST_QUIET })),
  main: fc.boolean(),
  view: fc.constantFrom(...VIEWS),
  version: fc.option(fc.integer({ min: -99, max: 9_999 })),
  odds: fc.constantFrom(...ODDS_FORMATS),
  tz: fc.option(fc.constantFrom('UTC', 'Europe/London', 'Asia/Kolkata')),
  column: fc.shuffledSubarray([...LINE_COLUMNS]),
  order: fc.constantFrom(...ORDERS),
});

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);

describe(`a link, whatever the view (seed ${seed})`, () => {
  it('is read as the view it was written from', () => {
    fc.assert(
      fc.property(arbitraryQuery, (query) => {
        const href = boardHref('basketball', query);
        const url = new URL(href, 'http://board');
        expect(parseBoardQuery(url.searchParams)).toEqual({ query, ignored: [] });
      }),
      { seed, numRuns: 500 },
    );
  });

  it('is written in one way, whatever order it was read from', () => {
    fc.assert(
      fc.property(arbitraryQuery, (query) => {
        const params = [...new URL(boardHref('basketball', query), 'http://board').searchParams];
        const shuffled = new URLSearchParams(
          [...params].sort(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0)),
        );
        expect(boardHref('basketball', parseBoardQuery(shuffled).query)).toBe(
          boardHref('basketball', query),
        );
      }),
      { seed, numRuns: 300 },
    );
  });

  it('never fails on hostile text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const { query } = parse(text);
        expect(VIEWS).toContain(query.view);
      }),
      { seed, numRuns: 500 },
    );
  });
});
