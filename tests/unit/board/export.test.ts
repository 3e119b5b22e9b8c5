import { describe, expect, it } from 'vitest';
import {
  csvText,
  exportFileName,
  guardFormula,
  jsonText,
  type Origin,
  oddLine,
  tapeTable,
  viewTable,
} from '@/lib/board/export';
import { createTape } from '@/lib/board/tape';
import { entriesOfView } from '@/lib/board/view-odds';
import { Book } from '@/lib/protocol/book';
import { DEFAULT_QUERY } from '@/lib/protocol/filter';
import type { OddsFormat } from '@/lib/protocol/price';
import { aFixturePatch, anOdd, aRow, ROW_SECONDS } from '../../support/builders';

const LIVE: Origin = { source: 'opticodds', state: 'live', since: 0 };
const plain = (format: OddsFormat) => ({ format, figures: 'current' as const, origin: LIVE });

const iso = new Date(ROW_SECONDS * 1_000).toISOString();

describe('CSV', () => {
  it('quotes what needs it, ends every line, and leaves out what is not there', () => {
    const text = csvText({
      columns: ['a', 'b'],
      rows: [
        { a: 'plain', b: 'with "quotes", and a comma' },
        { a: 'two\r\nlines', b: null },
      ],
    });
    expect(text).toBe('\ufeffa,b\r\nplain,"with ""quotes"", and a comma"\r\n"two\r\nlines",\r\n');
  });

  it('guards text that a spreadsheet would calculate, and no number', () => {
    for (const text of ['=1+1', '+3.5', '-2', '@SUM(A1)', '\tx']) {
      expect(guardFormula(text)).toBe(`'${text}`);
    }
    expect(guardFormula('Over 105.5')).toBe('Over 105.5');
    const rows = [{ name: '=HYPERLINK("x","y")', price: -110, isMain: true }];
    expect(csvText({ columns: ['name', 'price', 'isMain'], rows })).toBe(
      `\ufeffname,price,isMain\r\n"'=HYPERLINK(""x"",""y"")",-110,true\r\n`,
    );
  });

  it('has its columns though there are no rows', () => {
    expect(csvText({ columns: ['a', 'b'], rows: [] })).toBe('\ufeffa,b\r\n');
  });
});

describe('files', () => {
  it('are named by sport and UTC', () => {
    const at = Date.UTC(2026, 10, 24, 16, 3, 5, 250);
    expect(exportFileName('tape', 'basketball', at, 'csv')).toBe(
      'basketball-tape-20261124T160305Z.csv',
    );
    expect(exportFileName('view', '../x y', at, 'json')).toBe('_x_y-view-20261124T160305Z.json');
  });

  it('hold every odd of the view at the American price', () => {
    const book = new Book();
    book.applyFixture(aFixturePatch(), 1);
    book.applyRow('copilot-odds', aRow({ price: -110 }), 1, '1730000000000-2');
    book.applyRow('copilot-odds', aRow({ id: 'b', market: 'Total', price: 105 }), 1, null);
    const query = { ...DEFAULT_QUERY, market: ['moneyline'], odds: 'decimal' as const };
    const table = viewTable(entriesOfView(book, query, 0), LIVE);
    expect(table.rows).toHaveLength(1);
    expect(table.rows[0]).toMatchObject({
      ...{ league: 'NBA', away: 'Mesa Owls', home: 'Harbor Kings', market: 'Moneyline' },
      ...{ price: -110, points: null, state: 'open', settlement: null, changed_at: iso },
      entry_id: '1730000000000-2',
      feed: 'live',
      source: 'opticodds',
    });
    for (const row of table.rows) expect(Object.keys(row)).toEqual(table.columns);
    expect(JSON.parse(jsonText(table, { sport: 'basketball' }))).toEqual({
      sport: 'basketball',
      rows: table.rows,
    });
  });

  it('hold the tape with what was before and after', () => {
    const tape = createTape();
    const odd = anOdd({ price: -110 });
    const about = { entryId: '5-1', at: ROW_SECONDS * 1_000, isCatchUp: true };
    tape.add(
      [{ kind: 'odd', odd: { ...odd, price: -120 }, previous: odd, ...about }],
      () => undefined,
    );
    const entry = tape.entry(0);
    const table = tapeTable(entry ? [entry] : [], LIVE);
    expect(table.rows[0]).toMatchObject({
      ...{ at: iso, kind: 'move', missed: true, price_before: -110, price: -120 },
      ...{ fixture_id: 'FX1', away: null, status: null, entry_id: '5-1' },
    });
    for (const row of table.rows) expect(Object.keys(row)).toEqual(table.columns);
  });
});

describe('a copied odd', () => {
  it('is one line of cells with an ASCII minus, in the view’s format', () => {
    const odd = anOdd({ price: -110, name: '=Mesa\tOwls' });
    const time = `${iso.slice(0, 19).replace('T', ' ')} UTC`;
    expect(oddLine(odd, 'Mesa Owls at Harbor Kings', plain('american'))).toBe(
      `Mesa Owls at Harbor Kings\tMoneyline\t'=Mesa Owls\t-110\topen\t${time}`,
    );
    expect(oddLine(odd, 'X', plain('decimal')).split('\t')[3]).toBe('1.91');
  });

  it('says how it was settled', () => {
    const odd = { ...anOdd({ settlement: 'Won' }, 'copilot-settled-odds'), price: null };
    expect(oddLine(odd, 'X', plain('american')).split('\t').slice(3, 5)).toEqual([
      'no price',
      'settled Won',
    ]);
  });

  it('says that it is not live, or not real, and which price it is where that is not the current one', () => {
    const odd = { ...anOdd({ price: -110 }), previousPrice: -105, openingPrice: null };
    const since = Date.UTC(2026, 10, 24, 16, 3, 5);
    const of = (fields: Partial<Parameters<typeof oddLine>[2]>) =>
      oddLine(odd, 'X', { ...plain('american'), ...fields }).split('\t');
    expect(of({})).toHaveLength(6);
    expect(of({ origin: { source: 'simulator', state: 'dead', since } })[6]).toBe(
      'not live since 2026-11-24 16:03:05 UTC, simulated',
    );
    expect(of({ figures: 'previous' })[3]).toBe('previous -105');
    expect(of({ figures: 'opening' })[3]).toBe('opening no price');
  });
});
