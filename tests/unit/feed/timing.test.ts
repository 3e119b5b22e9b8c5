import { describe, expect, it } from 'vitest';
import { createPace } from '@/lib/feed/timing';
import { createFakeTiming } from '@/tests/support/fake-timing';

describe('a pace', () => {
  it('lets what else waits go first once work has been at it for 2 ms, and then again', async () => {
    let now = 0;
    const turns: number[] = [];
    const timing = {
      ...createFakeTiming(),
      now: () => now,
      schedule(task: () => void, delayMs: number) {
        expect(delayMs).toBe(0);
        turns.push(now);
        // What else there was took its time too; that is not the work's.
        now += 50;
        queueMicrotask(task);
        return () => {};
      },
    };
    const pace = createPace(timing);
    for (let step = 0; step < 6; step += 1) {
      await pace();
      now += 1;
    }
    expect(turns).toEqual([2, 54]);
  });
});
