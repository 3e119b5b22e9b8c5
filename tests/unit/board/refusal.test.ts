import { describe, expect, it } from 'vitest';
import { type Refusal, watchRefusal } from '@/lib/board/refusal';
import type { BoardStore } from '@/lib/board/store';

function watched(status: number | null) {
  const state = {
    feed: { lastFrameAt: null as number | null },
    load: { error: null as string | null },
  };
  const told: (Refusal | null)[] = [];
  let now = 0;
  let asked = 0;
  let due: { callback: () => void; at: number } | null = null;
  const answer = { status };
  const close = watchRefusal({ getState: () => state } as unknown as BoardStore, {
    askStatus: async () => {
      asked += 1;
      return answer.status;
    },
    setTimer(callback, delayMs) {
      due = { callback, at: now + delayMs };
      return () => {
        due = null;
      };
    },
    now: () => now,
    onRefusal: (refusal) => told.push(refusal),
  });
  async function pass(ms: number) {
    const end = now + ms;
    while (due && due.at <= end) {
      now = due.at;
      due.callback();
      await Promise.resolve();
      await Promise.resolve();
    }
    now = end;
  }
  return { state, told, answer, pass, close, asked: () => asked, now: () => now };
}

describe('a board without a stream', () => {
  it.each([
    [401, 'signed-out'],
    [429, 'too-many'],
    [503, 'full'],
  ] as const)('learns from %i that it is %s', async (status, refusal) => {
    const { told, pass } = watched(status);
    await pass(10_000);
    expect(told).toEqual([refusal]);
  });

  it.each([200, 500, null])('is told of no refusal by %s', async (status) => {
    const { told, pass, asked } = watched(status);
    await pass(10_000);
    expect(asked()).toBe(1);
    expect(told).toEqual([]);
  });

  it('asks nobody while frames come, and takes the refusal back when they come again', async () => {
    const { state, told, pass, asked, now } = watched(429);
    for (let count = 0; count < 5; count += 1) {
      state.feed.lastFrameAt = now();
      await pass(5_000);
    }
    expect(asked()).toBe(0);
    await pass(10_000);
    expect(told).toEqual(['too-many']);
    state.feed.lastFrameAt = now();
    await pass(2_000);
    expect(told).toEqual(['too-many', null]);
  });

  it('asks at once when a snapshot cannot be read, and then seldom', async () => {
    const { state, told, pass, asked, now } = watched(401);
    state.feed.lastFrameAt = now();
    state.load.error = 'sign in';
    await pass(2_000);
    expect(told).toEqual(['signed-out']);
    await pass(60_000);
    expect(asked()).toBeLessThanOrEqual(7);
  });

  it('tells nothing once it is closed', async () => {
    const { told, pass, close } = watched(401);
    close();
    await pass(60_000);
    expect(told).toEqual([]);
  });
});
