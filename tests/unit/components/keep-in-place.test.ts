import { describe, expect, it } from 'vitest';
import { indexOfKey, type Laid, shiftBetween } from '@/components/ui/keep-in-place';

const ROW = 10;

/** Rows of one height, by their keys. */
function laid(keys: string): Laid {
  const items = [...keys].map((key) => ({ key }));
  return { items, starts: [...items, null].map((_, at) => at * ROW) };
}

const SIGHT = { top: 30, height: 50, stickyHeight: 0, used: null };

describe('what is looked at', () => {
  it.each([
    ['rows come above', 'abcdefgh', 'xxabcdefgh', 20],
    ['rows go above', 'abcdefgh', 'bdefgh', -20],
    ['rows come below', 'abcdefgh', 'abcdxxefgh', 0],
    ['it goes itself: what stood next does then', 'abcdefgh', 'xabcefgh', 0],
    ['all rows go', 'abcdefgh', 'xyz', 0],
    ['all rows from it on go', 'abcdefgh', 'xabc', 0],
  ])('is the row at the top where none is used, when %s', (_, before, now, shift) => {
    expect(shiftBetween(laid(before), laid(now), SIGHT)).toBe(shift);
  });

  it('is the row below what is stuck at the top', () => {
    const now = laid('abcdxefgh');
    expect(shiftBetween(laid('abcdefgh'), now, SIGHT)).toBe(0);
    expect(shiftBetween(laid('abcdefgh'), now, { ...SIGHT, stickyHeight: ROW })).toBe(ROW);
  });

  it('is the row that is used, for as long as all of it is in sight', () => {
    const [before, now] = [laid('abcdefgh'), laid('abcdexxfgh')];
    expect(shiftBetween(before, now, { ...SIGHT, used: 'f' })).toBe(2 * ROW);
    expect(shiftBetween(before, now, { ...SIGHT, used: 'e' })).toBe(0);
    expect(shiftBetween(before, now, { ...SIGHT, used: 'f', height: 20 })).toBe(0);
    expect(shiftBetween(before, now, { ...SIGHT, used: 'f', top: 51 })).toBe(2 * ROW);
    expect(shiftBetween(before, now, { ...SIGHT, used: 'a' })).toBe(0);
  });

  it('is nothing at the very top, but what is used there', () => {
    const [before, now] = [laid('abcd'), laid('xabcd')];
    expect(shiftBetween(before, now, { ...SIGHT, top: 0 })).toBe(0);
    for (const used of 'abcd') {
      expect(shiftBetween(before, now, { ...SIGHT, top: 0, used })).toBe(ROW);
    }
  });

  it('is nothing where there were no rows', () => {
    expect(shiftBetween(laid(''), laid('abc'), { ...SIGHT, used: 'a' })).toBe(0);
  });
});

describe('an item', () => {
  it('is found wherever it is sought from', () => {
    const { items } = laid('abcdefgh');
    for (let near = -3; near < 12; near += 1) {
      for (const [at, { key }] of items.entries()) expect(indexOfKey(items, key, near)).toBe(at);
      expect(indexOfKey(items, 'x', near)).toBe(-1);
    }
    expect(indexOfKey([], 'a', 0)).toBe(-1);
  });
});
