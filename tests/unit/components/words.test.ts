import { describe, expect, it } from 'vitest';
import { activeFilters } from '@/components/board/board-filters';
import { feedWords } from '@/components/board/feed-words';
import { clockText, periodText, statusWord } from '@/components/board/fixture-badge';
import { heightsOf, LINE_SLOTS, lineHeight } from '@/components/board/layout';
import { cellName } from '@/components/board/price-cell';
import { settlementWords } from '@/components/board/settlement-badge';
import { splitLine } from '@/components/desk/tape-row';
import { slotsOf } from '@/lib/board/slots';
import type { Move } from '@/lib/board/store';
import { DEFAULT_QUERY } from '@/lib/protocol/filter';
import type { Side } from '@/lib/protocol/line';
import { pointsText } from '@/lib/protocol/price';
import { anOdd } from '../../support/builders';

const up: Move = { direction: 'up', from: -120, at: 1, isFresh: true };

describe('settlement badge', () => {
  it.each([
    ['Won', 'W'],
    ['Lost', 'L'],
    ['Refunded', 'R'],
    ['Half Won', '½W'],
    ['Half Lost', '½L'],
  ])('shows %s as %s', (settlement, letter) => {
    expect(settlementWords(settlement).letter).toBe(letter);
  });

  it.each(['HALF_WON', 'half-won', ' Half Won '])('reads %s in any spelling', (settlement) => {
    expect(settlementWords(settlement).letter).toBe('½W');
  });

  it.each(['Push', 'void', 'CANCELLED'])('takes %s for refunded', (settlement) => {
    expect(settlementWords(settlement).letter).toBe('R');
  });

  it('abbreviates a settlement nobody has heard of and says it in full', () => {
    expect(settlementWords('Dead Heat')).toMatchObject({
      letter: 'DH',
      meaning: 'settled Dead Heat',
      tone: 'other',
    });
    expect(settlementWords('Withdrawn').letter).toBe('WIT');
  });

  it('takes no unknown settlement for a known one by its first letter', () => {
    const known = new Set(['W', 'L', 'R', '½W', '½L']);
    for (const settlement of ['Withheld', 'Late', 'Review']) {
      expect(known.has(settlementWords(settlement).letter)).toBe(false);
    }
  });

  it('says settled where the vendor gives no word', () => {
    expect(settlementWords(null)).toMatchObject({ letter: 'S', meaning: 'settled' });
  });
});

describe('fixture badge', () => {
  it('says every status in full, unknown ones as they came', () => {
    expect(statusWord('cancelled')).toBe('Cancelled');
    expect(statusWord('rain_delay')).toBe('Rain_delay');
    expect(statusWord(null)).toBe('Status unknown');
  });

  it.each([
    ['1', '1st'],
    ['2', '2nd'],
    ['3', '3rd'],
    ['4', '4th'],
    ['11', '11th'],
    ['21', '21st'],
    ['2H', '2H'],
    ['Set 2', 'Set 2'],
  ])('writes period %s as %s', (period, text) => {
    expect(periodText(period)).toBe(text);
  });

  it('leaves out what is not known of the clock', () => {
    expect(clockText({ home: 1, away: 0, period: null, clock: '12:03' })).toBe('12:03');
    expect(clockText(null)).toBe('');
  });
});

describe('price cell', () => {
  it('signs the points of a handicap and letters those of a total', () => {
    expect(pointsText(anOdd({ points: 3.5 }))).toBe('+3.5');
    expect(pointsText(anOdd({ points: -3.5 }))).toBe('−3.5');
    expect(pointsText(anOdd({ points: 215.5, selection_line: 'over' }))).toBe('O 215.5');
    expect(pointsText(anOdd({ points: 215.5, selection_line: 'under' }))).toBe('U 215.5');
    expect(pointsText(anOdd({ points: null, selection_line: 'yes' }))).toBe('Y');
    expect(pointsText(anOdd({ points: null }))).toBe('');
  });

  it('is named by bet, price and state, with a minus that programs know', () => {
    expect(cellName(anOdd(), 'american', undefined)).toBe('Moneyline: Mesa Owls, -110');
    expect(cellName(anOdd(), 'decimal', undefined)).toBe('Moneyline: Mesa Owls, 1.91');
    expect(cellName(anOdd(), 'american', up)).toBe('Moneyline: Mesa Owls, -110, up from -120');
  });

  it('says that it is locked rather than how it moved', () => {
    expect(cellName(anOdd({}, 'copilot-locked-odds'), 'american', up)).toBe(
      'Moneyline: Mesa Owls, -110, locked',
    );
  });

  it('names a settlement that came without a price', () => {
    expect(cellName(anOdd({}, 'copilot-settled-odds'), 'american', undefined)).toBe(
      'Moneyline: Mesa Owls, no price, won',
    );
  });

  it('says which price it is where another than the current one is shown, and no move', () => {
    const odd = { ...anOdd({ price: -115 }), previousPrice: 105 };
    expect(cellName(anOdd(), 'american', up, 'current', true)).toMatch(/^Not live, Moneyline/);
    expect(cellName(odd, 'american', up, 'previous')).toBe('Moneyline: Mesa Owls, previous +105');
    expect(cellName({ ...odd, openingPrice: null }, 'american', up, 'opening')).toBe(
      'Moneyline: Mesa Owls, opening no price',
    );
  });
});

describe('line', () => {
  it('keeps sides in their places while one is missing', () => {
    expect(slotsOf([{ id: 'u', side: 'under' }], 2)).toEqual([null, 'u']);
    expect(
      slotsOf(
        [
          { id: 'd', side: 'draw' },
          { id: 'a', side: 'away' },
        ],
        2,
      ),
    ).toEqual(['a', null, 'd']);
  });

  it('finds a place for every odd, whatever its side', () => {
    const odds = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, side: 'other' as const }));
    expect(slotsOf(odds, 2)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(
      slotsOf(
        [
          { id: 'o1', side: 'over' },
          { id: 'o2', side: 'over' },
        ],
        2,
      ),
    ).toEqual(['o1', 'o2']);
  });

  it('is as high as the rows that its odds take, known by their number alone', () => {
    const sides: readonly Side[] = ['away', 'home', 'draw', 'other'];
    let lists: Side[][] = [[]];
    for (let length = 1; length <= 7; length += 1) {
      lists = lists.flatMap((list) => sides.map((side) => [...list, side]));
      for (const list of lists) {
        const slots = slotsOf(
          list.map((side, index) => ({ id: String(index), side })),
          LINE_SLOTS,
        );
        const rows = Math.ceil(slots.length / LINE_SLOTS);
        const heights = heightsOf('wide', 'normal');
        if (lineHeight(heights, length) === rows * heights.line) continue;
        expect.fail(`${list.join(' ')} takes ${rows} rows`);
      }
    }
    expect(lists.length).toBe(4 ** 7);
  });
});

describe('the name of a bet on the tape', () => {
  it.each([
    ['Gimnasia y Esgrima de Paraná Viejo -25', ' -25'],
    ['Port Royal Chargers Under 105.5', ' Under 105.5'],
    ['Over 221.5', ' 221.5'],
    ['Club Atlético +24.5', ' +24.5'],
    ['Harbor Kings', ''],
    ['Home 2-1', ''],
  ])('%s keeps its line whole', (name, line) => {
    const [head, tail] = splitLine(name);
    expect(tail).toBe(line);
    expect(head + tail).toBe(name);
  });
});

describe('feed indicator', () => {
  it('says since when the feed is anything but live', () => {
    expect(feedWords('live', '12:00:00')).toBe('Live');
    expect(feedWords('late', '12:00:00')).toBe('Late since 12:00:00');
    expect(feedWords('dead', '12:00:00')).toBe('Not live since 12:00:00');
  });
});

describe('active filters', () => {
  it('lists each value with the query that drops it alone', () => {
    const query = { ...DEFAULT_QUERY, league: ['NBA', 'WNBA'], main: true, q: ' owls ' };
    const filters = activeFilters(query, (id) => id);
    expect(filters.map(({ text }) => text)).toEqual(['NBA', 'WNBA', 'Main lines only', '“owls”']);
    expect(filters[0]?.without).toEqual({ league: ['WNBA'] });
    expect(filters[2]?.without).toEqual({ main: false });
  });

  it('takes view, format and zone for no filter', () => {
    const query = { ...DEFAULT_QUERY, view: 'lines' as const, odds: 'decimal' as const, tz: 'UTC' };
    expect(activeFilters(query, (id) => id)).toEqual([]);
  });
});
