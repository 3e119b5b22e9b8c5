import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gradeMoneyline,
  gradeSpread,
  gradeTotal,
  gradeYesNo,
  type Settlement,
} from '@/lib/simulator/settle';

const opposite: Record<Settlement, Settlement> = {
  Won: 'Lost',
  Lost: 'Won',
  Refunded: 'Refunded',
  'Half Won': 'Half Lost',
  'Half Lost': 'Half Won',
};

describe('settle', () => {
  it.each([
    ['home', -3.5, 24, 20, 'Won'],
    ['home', -3.5, 23, 20, 'Lost'],
    ['away', 3.5, 23, 20, 'Won'],
    ['home', -3, 23, 20, 'Refunded'],
    ['home', -0.25, 1, 1, 'Half Lost'],
    ['home', 0.25, 1, 1, 'Half Won'],
    ['home', -0.75, 2, 1, 'Half Won'],
    ['home', -1.25, 2, 1, 'Half Lost'],
    ['away', 0, 1, 1, 'Refunded'],
  ] as const)('a spread of %s %d at %d:%d is %s', (side, points, home, away, expected) => {
    expect(gradeSpread(side, points, { home, away })).toBe(expected);
  });

  it.each([
    ['over', 8, 8, 'Refunded'],
    ['under', 8, 8, 'Refunded'],
    ['over', 8.5, 9, 'Won'],
    ['under', 8.5, 9, 'Lost'],
    ['over', 2.75, 3, 'Half Won'],
    ['under', 2.75, 3, 'Half Lost'],
    ['over', 2.25, 2, 'Half Lost'],
  ] as const)('a total %s %d with %d is %s', (side, points, value, expected) => {
    expect(gradeTotal(side, points, value)).toBe(expected);
  });

  it('a drawn game refunds a two-way moneyline and pays the draw of a three-way one', () => {
    const drawn = { home: 1, away: 1 };
    expect(gradeMoneyline('home', drawn, 2)).toBe('Refunded');
    expect(gradeMoneyline('home', drawn, 3)).toBe('Lost');
    expect(gradeMoneyline('draw', drawn, 3)).toBe('Won');
  });

  it('a named winner beats the score: a tennis match can be won with fewer games', () => {
    expect(gradeMoneyline('away', { home: 14, away: 13, winner: 'away' }, 2)).toBe('Won');
  });

  it('yes and no are opposites', () => {
    expect(gradeYesNo('yes', true)).toBe('Won');
    expect(gradeYesNo('no', true)).toBe('Lost');
  });

  it('the two sides of a line always settle as opposites', () => {
    const seed = 7;
    fc.assert(
      fc.property(
        fc.integer({ min: -40, max: 40 }),
        fc.nat(15),
        fc.nat(15),
        (quarters, home, away) => {
          const points = quarters / 4;
          const result = { home, away };
          expect(gradeSpread('away', -points, result)).toBe(
            opposite[gradeSpread('home', points, result)],
          );
          const line = Math.abs(points);
          expect(gradeTotal('under', line, home)).toBe(opposite[gradeTotal('over', line, home)]);
        },
      ),
      { seed },
    );
  });
});
