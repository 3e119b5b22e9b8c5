import { describe, expect, it } from 'vitest';
import { createGate } from '@/lib/feed/gate';
import { createFakeTiming } from '@/tests/support/fake-timing';

function createKit() {
  const timing = createFakeTiming();
  return { timing, gate: createGate(timing, 15_000, { reads: 100, histories: 3, streams: 5 }) };
}

describe('gate', () => {
  it('lets no more of a kind through in 15 s than are allowed, wherever the window begins', async () => {
    const { timing, gate } = createKit();
    const sentAt: number[] = [];
    for (let step = 0; step < 600; step += 1) {
      if (gate.waitMs('histories') === 0) {
        gate.take('histories')();
        sentAt.push(timing.now());
      }
      await timing.advance(130);
    }
    expect(sentAt.length).toBeGreaterThan(9);
    for (const from of sentAt) {
      expect(sentAt.filter((at) => at >= from && at < from + 15_000).length).toBeLessThanOrEqual(3);
    }
    // Other kinds have room of their own.
    expect(gate.waitMs('reads')).toBe(0);
    expect(gate.waitMs('streams')).toBe(0);
  });

  it('counts what is under way as spent until its answer tells', async () => {
    const { timing, gate } = createKit();
    const first = gate.take('histories');
    first();
    gate.note('histories', 2, timing.now() / 1000 + 8);
    const second = gate.take('histories');
    expect(gate.waitMs('histories')).toBe(0);
    // Two are left, and two may be on their way.
    const other = createGate(timing, 15_000);
    other.note('histories', 2, timing.now() / 1000 + 8);
    other.take('histories');
    other.take('histories');
    expect(other.waitMs('histories')).toBe(8_000);
    second();
    await timing.advance(8_000);
    expect(other.waitMs('histories')).toBe(0);
  });

  it('closes for everything after a 429', async () => {
    const { timing, gate } = createKit();
    gate.freeze();
    for (const budget of ['reads', 'histories', 'streams'] as const) {
      expect(gate.waitMs(budget)).toBe(15_000);
    }
    await timing.advance(15_000);
    expect(gate.isFrozen()).toBe(false);
    expect(gate.waitMs('reads')).toBe(0);
  });
});
