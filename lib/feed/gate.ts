import type { Timing } from './timing';

/** The vendor counts histories apart from all other reads. */
export type Budget = 'reads' | 'histories';

/**
 * What every request to the vendor passes. A 429 closes it for all of them, since each further attempt
 * would count; a used-up budget closes it for its own kind until the vendor's window turns.
 */
export type Gate = {
  /** Ms until requests may be sent again; 0 while they may. Opening a stream has no budget of its own. */
  waitMs(budget?: Budget): number;
  /** Closes the gate after a 429, for longer than usual where the vendor asked so (`Retry-After`, seconds). */
  freeze(retryAfterSeconds?: number): void;
  /** True after a 429, until the gate opens. */
  isFrozen(): boolean;
  /** Notes what an answer told of its budget: requests left, and the epoch second at which they are new. */
  note(budget: Budget, remaining: number, resetSeconds: number): void;
};

/** Requests of a window that are left alone, for whatever else uses the same key. */
const RESERVE: Record<Budget, number> = { reads: 20, histories: 0 };

/** The vendor's windows are this long; a farther reset is a clock that disagrees with ours. */
const WINDOW_MS = 15_000;

/** No vendor's `Retry-After` stops the board for longer. */
const LONGEST_FREEZE_MS = 600_000;

/** A gate that a 429 closes for `freezeMs` or more. */
export function createGate(timing: Timing, freezeMs: number): Gate {
  let frozenUntil = 0;
  const spentUntil: Record<Budget, number> = { reads: 0, histories: 0 };
  return {
    waitMs(budget) {
      const until = Math.max(frozenUntil, budget ? spentUntil[budget] : 0);
      return Math.max(0, until - timing.now());
    },
    freeze(retryAfterSeconds = 0) {
      const askedMs = Math.min(retryAfterSeconds * 1000 || 0, LONGEST_FREEZE_MS);
      frozenUntil = Math.max(frozenUntil, timing.now() + Math.max(freezeMs, askedMs));
    },
    isFrozen: () => frozenUntil > timing.now(),
    note(budget, remaining, resetSeconds) {
      const resetMs = resetSeconds * 1000;
      const leftMs = resetMs - timing.now();
      const isSpent = remaining <= RESERVE[budget] && leftMs > 0 && leftMs <= WINDOW_MS;
      spentUntil[budget] = isSpent ? resetMs : 0;
    },
  };
}
