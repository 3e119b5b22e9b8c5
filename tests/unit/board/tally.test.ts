import { describe, expect, it } from 'vitest';
import type { News } from '@/lib/board/store';
import { createTallies } from '@/lib/board/tally';
import type { Odd } from '@/lib/protocol/events';
import { anOdd } from '../../support/builders';

function change(at: number, previous: Partial<Odd> | null, next: Partial<Odd>, id = 'A'): News {
  const odd = (fields: Partial<Odd>) => ({ ...anOdd(), id, ...fields });
  return {
    kind: 'odd',
    entryId: null,
    at,
    isCatchUp: false,
    odd: odd(next),
    previous: previous && odd(previous),
  };
}

describe('tallies', () => {
  it('count moves, and neither a first price nor one that pays the same', () => {
    const tallies = createTallies(0);
    tallies.note([
      change(1, null, { price: -110 }),
      change(2, { price: -110 }, { price: -115 }),
      change(3, { price: -100 }, { price: 100 }),
      change(4, { price: -115 }, { price: -120 }),
    ]);
    expect(tallies.of('A')?.moves).toBe(2);
    expect(tallies.of('B')).toMatchObject({ moves: 0, locks: 0 });
  });

  it('count locks and how long they lasted, from the start on where one was locked before', () => {
    const tallies = createTallies(1_000);
    tallies.note([change(4_000, { state: 'locked' }, { state: 'open' })]);
    expect(tallies.of('A')).toMatchObject({ locks: 0, lockedMs: 3_000, lockedSince: null });
    tallies.note([
      change(5_000, { state: 'open' }, { state: 'locked' }),
      change(5_500, { state: 'locked' }, { state: 'locked', price: 120 }),
    ]);
    expect(tallies.of('A')).toMatchObject({ locks: 1, lockedMs: 3_000, lockedSince: 5_000 });
    tallies.note([change(7_000, { state: 'locked' }, { state: 'settled' })]);
    expect(tallies.of('A')).toMatchObject({ locks: 1, lockedMs: 5_000, lockedSince: null });
  });

  it('forget the odd that was silent longest, and say that they did', () => {
    const tallies = createTallies(0, 2);
    for (const id of ['A', 'B', 'A', 'C']) {
      tallies.note([change(1, { price: -110 }, { price: 120 }, id)]);
    }
    expect(tallies.of('B')).toBeNull();
    expect(tallies.of('never seen')).toBeNull();
    expect([tallies.of('A')?.moves, tallies.of('C')?.moves]).toEqual([2, 1]);
  });
});
