import type { Timing } from './timing';

/**
 * What every request to the vendor passes. A 429 closes it for all of them, since each further attempt
 * would count; a used-up budget closes it until the vendor's window turns.
 */
export type Gate = {
  /** Ms until requests may be sent again; 0 while they may. */
  waitMs(): number;
  /** Closes the gate after a 429, for longer than usual where the vendor asked so (`Retry-After`, seconds). */
  freeze(retryAfterSeconds?: number): void;
  /** True after a 429, until the gate opens. */
  isFrozen(): boolean;
  /** Notes the budget that an answer told of: requests left, and the epoch second at which they are new. */
  note(remaining: number, resetSeconds: number): void;
};

/** Requests left to others in a window: a stream that has to be opened again must not wait for a refresh. */
const RESERVE = 20;

/** No vendor's `Retry-After` stops the board for longer. */
const LONGEST_FREEZE_MS = 600_000;

/** A gate that a 429 closes for `freezeMs` or more. */
export function createGate(timing: Timing, freezeMs: number): Gate {
  let frozenUntil = 0;
  let spentUntil = 0;
  return {
    waitMs: () => Math.max(0, frozenUntil - timing.now(), spentUntil - timing.now()),
    freeze(retryAfterSeconds = 0) {
      const askedMs = Math.min(retryAfterSeconds * 1000 || 0, LONGEST_FREEZE_MS);
      frozenUntil = Math.max(frozenUntil, timing.now() + Math.max(freezeMs, askedMs));
    },
    isFrozen: () => frozenUntil > timing.now(),
    note(remaining, resetSeconds) {
      const left = resetSeconds * 1000 - timing.now();
      // Windows are 15 s; another distance is a clock that disagrees with ours.
      spentUntil = remaining <= RESERVE && left > 0 && left <= 15_000 ? resetSeconds * 1000 : 0;
    },
  };
}
