import type { Timing } from './timing';

/** What the vendor counts apart: histories, all other reads, and openings of streams. */
export type Budget = 'reads' | 'histories' | 'streams';

/**
 * What every request to the vendor passes. A 429 closes it for all of them, since each further attempt
 * would count; a used-up budget closes it for its own kind until there is room again.
 */
export type Gate = {
  /** Ms until a request of this kind may be sent; 0 while it may. */
  waitMs(budget: Budget): number;
  /** Counts a request that is sent now; call what it returns once it was answered or failed. */
  take(budget: Budget): () => void;
  /** Closes the gate after a 429, for longer than usual where the vendor asked so (`Retry-After`, seconds). */
  freeze(retryAfterSeconds?: number): void;
  /** True after a 429, until the gate opens. */
  isFrozen(): boolean;
  /** Notes what an answer told of its budget: requests left, and the epoch second at which they are new. */
  note(budget: Budget, remaining: number, resetSeconds: number): void;
  /** The vendor took the key. */
  welcome(): void;
  /** Whether it ever did: then a refusal may pass. */
  isWelcome(): boolean;
};

/** Requests of a window that are left alone, for whatever else uses the same key. */
const RESERVE: Record<Budget, number> = { reads: 20, histories: 0, streams: 0 };

/** The vendor's windows are this long; a farther reset is a clock that disagrees with ours. */
const WINDOW_MS = 15_000;

/** Requests may overtake each other on their way, so ours are counted a little longer. */
const COUNTED_MS = WINDOW_MS + 1_000;

/** No vendor's `Retry-After` stops the board for longer. */
const LONGEST_FREEZE_MS = 600_000;

/** What the vendor allows in a window, less some for others. */
const ALLOWED: Record<Budget, number> = { reads: 2_000, histories: 10, streams: 200 };

/**
 * A gate that a 429 closes for `freezeMs` or more.
 * @param allowed requests of each kind that are sent within 15 s at most, whatever the answers tell
 */
export function createGate(timing: Timing, freezeMs: number, allowed = ALLOWED): Gate {
  let frozenUntil = 0;
  let isWelcome = false;
  const told: Record<Budget, { remaining: number; resetMs: number } | null> = {
    reads: null,
    histories: null,
    streams: null,
  };
  const underWay: Record<Budget, number> = { reads: 0, histories: 0, streams: 0 };
  /** When the newest requests were sent: as many as are allowed, oldest first. */
  const sent: Record<Budget, number[]> = { reads: [], histories: [], streams: [] };

  function spentUntil(budget: Budget): number {
    const known = told[budget];
    if (!known) return 0;
    const leftMs = known.resetMs - timing.now();
    if (leftMs <= 0 || leftMs > WINDOW_MS) return 0;
    // What is under way may not be counted yet.
    return known.remaining - underWay[budget] <= RESERVE[budget] ? known.resetMs : 0;
  }

  function crowdedUntil(budget: Budget): number {
    const times = sent[budget];
    const oldest = times[0];
    return oldest === undefined || times.length < allowed[budget] ? 0 : oldest + COUNTED_MS;
  }

  return {
    waitMs(budget) {
      const until = Math.max(frozenUntil, spentUntil(budget), crowdedUntil(budget));
      return Math.max(0, until - timing.now());
    },
    take(budget) {
      const times = sent[budget];
      times.push(timing.now());
      if (times.length > allowed[budget]) times.shift();
      underWay[budget] += 1;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        underWay[budget] -= 1;
      };
    },
    freeze(retryAfterSeconds = 0) {
      const askedMs = Math.min(retryAfterSeconds * 1000 || 0, LONGEST_FREEZE_MS);
      frozenUntil = Math.max(frozenUntil, timing.now() + Math.max(freezeMs, askedMs));
    },
    isFrozen: () => frozenUntil > timing.now(),
    note(budget, remaining, resetSeconds) {
      told[budget] = { remaining, resetMs: resetSeconds * 1000 };
    },
    welcome() {
      isWelcome = true;
    },
    isWelcome: () => isWelcome,
  };
}
