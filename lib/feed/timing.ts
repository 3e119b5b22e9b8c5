/** Clock, timers and chance, as one parameter: tests bring their own. */
import { AsyncResource } from 'node:async_hooks';

export type Cancel = () => void;

export type Timing = {
  /** Epoch ms. */
  now(): number;
  /** Runs `task` once after `delayMs`, unless cancelled before; after 0 as soon as what is under way has been done. */
  schedule(task: () => void, delayMs: number): Cancel;
  /** In [0, 1). */
  random(): number;
};

// What a request starts outlives it: a timer made inside a request would keep that request's context alive.
const outside = new AsyncResource('board.feed');

/** What the steady clock lacks to the time of day. It follows a clock that is set forward, or woke up, and none set back. */
let ahead = Date.now() - performance.now();

export const systemTiming: Timing = {
  /** Never less than before: what came later must not look older because somebody set the clock. */
  now() {
    const steady = performance.now();
    ahead = Math.max(ahead, Date.now() - steady);
    return Math.floor(steady + ahead);
  },
  schedule(task, delayMs) {
    if (delayMs <= 0) {
      const turn = outside.runInAsyncScope(() => setImmediate(task));
      return () => clearImmediate(turn);
    }
    const timer = outside.runInAsyncScope(() => setTimeout(task, delayMs));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** Runs `task` outside of whatever request asked for it. */
export function detached<T>(task: () => T): T {
  return outside.runInAsyncScope(task);
}

/** Resolves with the value, or with null once `waitMs` are over; the promise itself goes on. */
export function within<T>(timing: Timing, promise: Promise<T>, waitMs: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = timing.schedule(() => resolve(null), waitMs);
    promise.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}

/** Work of this many ms gives way to what else waits: viewers are written to meanwhile. */
const TURN_MS = 2;

/**
 * Asked between the steps of long work; what has been at it long enough goes on after what else there is to do, and after
 * `restMs` at the earliest.
 */
export function createPace(timing: Timing, restMs = 0): () => Promise<void> | null {
  let since = timing.now();
  return () => {
    if (timing.now() - since < TURN_MS) return null;
    return new Promise((resolve) => {
      timing.schedule(() => {
        since = timing.now();
        resolve();
      }, restMs);
    });
  };
}
