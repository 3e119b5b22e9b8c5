import { describe, expect, it } from 'vitest';
import {
  formatFairPrice,
  formatHold,
  pairOf,
  pairTexts,
  priceOfProbability,
  type SidedOdd,
  wholeLine,
} from '@/lib/board/pair';
import type { LineRow } from '@/lib/board/rows';
import { Book } from '@/lib/protocol/book';
import type { OddState } from '@/lib/protocol/events';
import type { Side } from '@/lib/protocol/line';
import { aFixturePatch, anOdd } from '../../support/builders';

function sided(side: Side, price: number | null, state: OddState = 'open'): SidedOdd {
  return { side, odd: { ...anOdd({ id: side, price: price ?? -110 }), price, state } };
}

function known(...line: SidedOdd[]) {
  const pair = pairOf(line);
  if (pair.reason !== null) throw new Error(pair.reason);
  return pair;
}

describe('the hold of a line', () => {
  it('is the part of the stakes that neither side gets back', () => {
    const pair = known(sided('over', -110), sided('under', -110));
    // 110 on each side: 220 come in, 210 go out.
    expect(pair.hold).toBeCloseTo(10 / 220, 12);
    expect(pair.sides.map(({ implied }) => implied)).toEqual([110 / 210, 110 / 210]);
    expect(pair.sides.map(({ fair }) => fair)).toEqual([0.5, 0.5]);
    expect(pair.sides.map(({ fairPrice }) => fairPrice)).toEqual([100, 100]);
  });

  it('is taken out of unequal sides in proportion', () => {
    // 2/3 and 0.4 sum to 16/15.
    const pair = known(sided('away', -200), sided('home', 150));
    expect(pair.hold).toBeCloseTo(1 / 16, 12);
    expect(pair.sides[0]?.fair).toBeCloseTo(0.625, 12);
    expect(pair.sides[1]?.fair).toBeCloseTo(0.375, 12);
    expect(pair.sides[0]?.fairPrice).toBeCloseTo(-500 / 3, 9);
    expect(pair.sides[1]?.fairPrice).toBeCloseTo(500 / 3, 9);
  });

  it('is shared by three sides where there is a draw', () => {
    // 0.5, 0.25 and 0.3125 sum to 17/16.
    const pair = known(sided('away', 100), sided('home', 300), sided('draw', 220));
    expect(pair.hold).toBeCloseTo(1 / 17, 12);
    expect(pair.sides.map(({ fair }) => fair)).toEqual([
      expect.closeTo(8 / 17, 12),
      expect.closeTo(4 / 17, 12),
      expect.closeTo(5 / 17, 12),
    ]);
    expect(pair.sides[1]?.fairPrice).toBeCloseTo(325, 9);
  });

  it('is below 0 where both sides together are a gift', () => {
    expect(known(sided('yes', 110), sided('no', 110)).hold).toBeCloseTo(-10 / 200, 12);
  });

  it('is not known of two teams whose draw nobody told of', () => {
    expect(pairOf([sided('away', 180), sided('home', 150)]).reason).toBe('one side');
    expect(pairOf([sided('away', 110), sided('home', 100)]).reason).toBe(null);
  });

  it.each<[string, SidedOdd[]]>([
    ['one side', [sided('over', -110)]],
    ['one side', [sided('away', -110), sided('draw', 300)]],
    ['one side', [sided('other', 500)]],
    ['one side', []],
    ['one side', [sided('over', -110), { side: 'under', odd: undefined }]],
    ['not a pair', [sided('other', -110), sided('other', 300)]],
    ['side locked', [sided('over', -110), sided('under', -110, 'locked')]],
    ['locked', [sided('over', -110, 'locked'), sided('under', -110, 'locked')]],
    ['side settled', [sided('over', -110, 'locked'), sided('under', -110, 'settled')]],
    ['settled', [sided('over', -110, 'settled'), sided('under', -110, 'settled')]],
    ['no price', [sided('over', -110), sided('under', null)]],
  ])('is not known, but why: %s', (reason, line) => {
    expect(pairOf(line)).toEqual({ reason, sides: null, hold: null });
  });
});

describe('the odds of a line', () => {
  it('include what a filter left out of its row', () => {
    const book = new Book();
    const odd = (id: string, selection: string, more = {}) =>
      book.hold(anOdd({ id, selection, name: selection, team_id: '', ...more }));
    odd('draw', 'Draw');
    odd('away', 'Mesa Owls');
    odd('home', 'Harbor Kings');
    odd('other', 'Mesa Owls', { market: 'Point Spread' });
    book.applyFixture(aFixturePatch(), 1);
    const row: LineRow = {
      kind: 'line',
      key: '',
      fixtureId: 'FX1',
      market: 'Moneyline',
      label: '',
      points: null,
      sides: ['away', 'home'],
      odds: [
        { id: 'away', side: 'away' },
        { id: 'home', side: 'home' },
      ],
      isMain: true,
      isStep: false,
    };
    expect(wholeLine(book, row, true).map(({ id }) => id)).toEqual(['away', 'home', 'draw']);
    expect(wholeLine(book, row, false)).toBe(row.odds);
  });
});

describe('the texts of a line', () => {
  it('say the hold to one place, below 0 with the printed minus', () => {
    expect(formatHold(1 - 210 / 220)).toBe('4.5%');
    expect(formatHold(-0.0123)).toBe('−1.2%');
    expect(formatHold(-0.0001)).toBe('0.0%');
  });

  it('say American prices whole and even money as +100', () => {
    expect(formatFairPrice(-166.67, 'american')).toBe('−167');
    expect(formatFairPrice(-100.3, 'american')).toBe('+100');
    expect(formatFairPrice(100, 'american')).toBe('+100');
  });

  it('convert what was not rounded before', () => {
    expect(formatFairPrice(priceOfProbability(0.375), 'probability')).toBe('37.5%');
    expect(formatFairPrice(priceOfProbability(0.375), 'decimal')).toBe('2.67');
  });

  it('have a price per side in their order, or the reason alone', () => {
    expect(pairTexts([sided('away', -200), sided('home', 150)], 'american')).toEqual({
      hold: '6.3%',
      fair: ['−167', '+167'],
      reason: null,
    });
    expect(pairTexts([sided('away', -200)], 'american')).toEqual({
      hold: '',
      fair: [],
      reason: 'one side',
    });
  });
});
