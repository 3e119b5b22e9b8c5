import { describe, expect, it } from 'vitest';
import { oddFacts } from '@/lib/board/odd-facts';
import { createTallies } from '@/lib/board/tally';
import type { Odd } from '@/lib/protocol/events';
import { anOdd, ROW_SECONDS } from '../../support/builders';

const START = ROW_SECONDS * 1000;

function facts(odd: Partial<Odd>, tallies = createTallies(START), offsetMs = 0) {
  const now = START + 90_000 + offsetMs;
  const about = { tallies, format: 'american', zone: 'UTC', now, offsetMs } as const;
  return oddFacts({ ...anOdd(), ...odd }, about);
}

describe('facts of an odd', () => {
  it('tell of three prices, what each implies, and since, until and at when', () => {
    const moved = {
      price: -115,
      previousPrice: -110,
      movedAt: ROW_SECONDS + 60,
      openingPrice: 120,
      openingAt: ROW_SECONDS,
    };
    expect(facts(moved)).toMatchObject({
      current: '−115',
      currentImplied: '53.5%',
      currentTime: 'since 11:07:40',
      previous: '−110',
      previousTime: 'until 11:07:40',
      opening: '+120',
      openingImplied: '45.5%',
      openingTime: 'at 11:06:40',
    });
  });

  it('say nothing of what nobody saw', () => {
    const unknown = { openingPrice: null, openingAt: null, previousPrice: null, movedAt: null };
    expect(facts(unknown)).toMatchObject({
      currentTime: '',
      previous: '–',
      previousImplied: '',
      previousTime: '',
      opening: '–',
      openingTime: '',
    });
  });

  it('say how long it is locked, and how it was settled', () => {
    expect(facts({}).state).toBe('');
    expect(facts({ state: 'locked', lockedAt: ROW_SECONDS + 60 }).state).toBe(
      'Locked for 30 s, since 11:07:40',
    );
    const isLocked = { state: 'locked', lockedAt: ROW_SECONDS + 60 } as const;
    expect(facts(isLocked, undefined, 300_000).state).toBe('Locked for 30 s, since 11:07:40');
    // The server's clock may be ahead of the browser's by what is not known yet.
    expect(facts({ state: 'locked', lockedAt: ROW_SECONDS + 200 }).state).toMatch(
      /^Locked for less than 1 s/,
    );
    expect(
      facts({ state: 'settled', settlement: 'Dead Heat', settledAt: '2026-11-22T20:00:00Z' }).state,
    ).toBe('Settled Dead Heat at Sun 22 Nov 20:00:00');
  });

  it('count since the page was opened, a lock that lasts included', () => {
    const odd = anOdd();
    const tallies = createTallies(START);
    const about = { kind: 'odd', entryId: null, isCatchUp: false } as const;
    const locked = { ...odd, state: 'locked' } as const;
    tallies.note([
      { ...about, at: START + 1_000, odd: { ...odd, price: 130 }, previous: odd },
      { ...about, at: START + 30_000, odd: locked, previous: odd },
    ]);
    expect(facts({}, tallies).counts).toBe('1 move, 1 lock, locked 1 m in all since 11:06:40 UTC');
    expect(facts({}).counts).toBe('0 moves, 0 locks since 11:06:40 UTC');
  });
});
