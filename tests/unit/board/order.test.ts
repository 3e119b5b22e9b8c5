import { describe, expect, it } from 'vitest';
import { createFrozenOrder, holdOrder } from '@/lib/board/order';

const rows = (keys: string, version = 1) => [...keys].map((key) => ({ key, version }));
const keysOf = (list: readonly { key: string }[]) => list.map(({ key }) => key).join('');

describe('a held order', () => {
  it.each([
    ['what came', 'abc', 'xabyc', 2],
    ['what went', 'abc', 'b', 2],
    ['what moved, and not what was moved past', 'abcd', 'bcda', 1],
    ['all of these', 'abcd', 'dxab', 3],
    ['nothing', 'abc', 'abc', 0],
    ['everything, where nothing is left', 'ab', 'xy', 4],
  ])('leaves %s waiting', (_, held, next, waiting) => {
    const result = holdOrder(rows(held), rows(next));
    expect(keysOf(result.rows)).toBe(held);
    expect(result.waiting).toBe(waiting);
  });

  it('shows what changed inside a row, and of a row that went what it was last', () => {
    const { rows: shown } = holdOrder(rows('ab', 1), rows('bc', 2));
    expect(shown).toEqual([
      { key: 'a', version: 1 },
      { key: 'b', version: 2 },
    ]);
  });

  it('is the same list where no row differs', () => {
    const held = rows('ab');
    expect(holdOrder(held, [...held, ...rows('c')]).rows).toBe(held);
  });
});

describe('a frozen order', () => {
  it('goes by the first rows of a view, and another view begins anew', () => {
    const order = createFrozenOrder();
    expect(keysOf(order.arrange('nba', rows('abc')))).toBe('abc');
    expect(keysOf(order.arrange('nba', rows('cab')))).toBe('abc');
    expect(order.waiting()).toBe(1);
    expect(keysOf(order.arrange('wnba', rows('xy')))).toBe('xy');
    expect(order.waiting()).toBe(0);
    expect(keysOf(order.arrange('nba', rows('cab')))).toBe('cab');
  });

  it('keeps showing what went, however often rows are built', () => {
    const order = createFrozenOrder();
    order.arrange('nba', rows('ab'));
    order.arrange('nba', rows('b'));
    expect(keysOf(order.arrange('nba', rows('bc')))).toBe('ab');
    expect(order.waiting()).toBe(2);
  });
});
