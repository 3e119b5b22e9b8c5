import type { Timing } from '@/lib/feed/timing';

export type FakeTiming = Timing & {
  /** Lets ms go by, running what falls due in order, and everything promised in between. */
  advance(ms: number): Promise<void>;
  /** Runs what is promised, at the same ms. */
  settle(): Promise<void>;
  /** Timers not yet due. */
  pending(): number;
};

/** Pseudo-random numbers in [0, 1), the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A clock that only the test moves. */
export function createFakeTiming(startMs = 1_795_000_000_000, seed = 1): FakeTiming {
  let nowMs = startMs;
  let order = 0;
  const timers = new Set<{ at: number; order: number; task: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => nowMs,
    schedule(task, delayMs) {
      const timer = { at: nowMs + Math.max(0, delayMs), order: order++, task };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    random: seededRandom(seed),
    settle,
    pending: () => timers.size,
    async advance(ms) {
      const end = nowMs + ms;
      await settle();
      for (;;) {
        let next: { at: number; order: number; task: () => void } | null = null;
        for (const timer of timers) {
          if (timer.at > end) continue;
          if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) {
            next = timer;
          }
        }
        if (!next) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.at);
        next.task();
        await settle();
      }
      nowMs = end;
    },
  };
}
