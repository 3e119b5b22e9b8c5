import { describe, expect, it } from 'vitest';
import type { News } from '@/lib/board/store';
import { createTallies, type Tallies } from '@/lib/board/tally';
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

/** One move of each of these odds, one after the other. */
function move(tallies: Tallies, ...ids: string[]): void {
  for (const id of ids) tallies.note([change(1, { price: -110 }, { price: 120 }, id)]);
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

  it('forget the odds that were silent longest, and say that they did', () => {
    const tallies = createTallies(0, 2);
    move(tallies, 'A', 'B', 'C', 'A', 'D');
    const moves = () => ['A', 'B', 'C', 'D'].map((id) => tallies.of(id)?.moves ?? null);
    expect(moves()).toEqual([2, null, 1, 1]);
    expect(tallies.of('never seen')).toBeNull();
    move(tallies, 'B');
    expect(tallies.of('B')).toBeNull();
  });

  it('count what comes new after some were forgotten', () => {
    const tallies = createTallies(0, 1);
    move(tallies, 'A', 'B', 'C');
    tallies.note([change(2, null, { price: -110 }, 'N')]);
    tallies.note([change(3, { price: -110 }, { price: -115 }, 'N')]);
    expect(tallies.of('N')?.moves).toBe(1);
    expect(tallies.of('A')).toBeNull();
  });

  it('go on where an odd comes back that they still know', () => {
    const tallies = createTallies(0, 1);
    move(tallies, 'A', 'B', 'C');
    tallies.note([change(2, null, { price: -110 }, 'C')]);
    expect(tallies.of('C')?.moves).toBe(1);
    tallies.note([change(3, null, { price: -110 }, 'A')]);
    expect(tallies.of('A')?.moves).toBe(0);
  });

  it('hold a bounded number of odds, whatever comes', () => {
    const tallies = createTallies(0, 10);
    for (let index = 0; index < 100; index += 1) {
      tallies.note([
        change(1, null, { price: -110 }, `odd ${index}`),
        change(1, { price: -110 }, { price: 120 }, `odd ${index}`),
      ]);
    }
    const known = Array.from({ length: 100 }, (_, index) => tallies.of(`odd ${index}`));
    expect(known.filter((tally) => tally !== null).length).toBeLessThanOrEqual(20);
    expect(known.at(-1)?.moves).toBe(1);
  });
});
