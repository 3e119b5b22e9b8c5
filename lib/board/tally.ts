/** What happened to each odd since the page was opened, counted from the store's news. Pure: times are told. */
import { priceMove } from '@/lib/protocol/price';
import type { News } from './store';

/** Odds of a generation; of twice as many something is known at most. */
const TALLIES_LIMIT = 50_000;

export type Tally = {
  moves: number;
  locks: number;
  /** Ms that it was locked, in locks that have ended. */
  lockedMs: number;
  /** Epoch ms since when it is locked, as it was seen; null while it is not. */
  lockedSince: number | null;
};

/** With the time of the lock told from the start of the counting: epoch ms would be a box for each. */
type Kept = { moves: number; locks: number; lockedMs: number; lockedAfter: number | null };

const NOTHING: Kept = { moves: 0, locks: 0, lockedMs: 0, lockedAfter: null };

export type Tallies = {
  /** Epoch ms since when it is counted. */
  startedAt: number;
  note(news: readonly News[]): void;
  /** What was counted of an odd; null where it may have been forgotten for others. */
  of(id: string): Tally | null;
};

function whole(tally: Kept | number): Kept {
  return typeof tally === 'number' ? { ...NOTHING, moves: tally } : tally;
}

/** Counts moves and locks from `startedAt` on. */
export function createTallies(startedAt: number, limit = TALLIES_LIMIT): Tallies {
  // Of an odd that was never locked, as most, its moves alone: an object for each would be as large as all the rest. In two
  // generations, each as large as the limit: one map in the order of the last touch is twice as large, for what it left.
  let young = new Map<string, Kept | number>();
  let old = new Map<string, Kept | number>();
  let isFull = false;

  function put(id: string, tally: Kept | number): void {
    old.delete(id);
    if (young.size >= limit && !young.has(id)) {
      isFull ||= old.size > 0;
      old = young;
      young = new Map();
    }
    young.set(id, tally);
  }

  /** What was counted of an odd; null where that may have been forgotten. */
  function counted(id: string): Kept | number | null {
    return young.get(id) ?? old.get(id) ?? (isFull ? null : 0);
  }

  return {
    startedAt,

    note(news) {
      for (const one of news) {
        if (one.kind !== 'odd') continue;
        const { odd, previous, at } = one;
        const isLocked = odd.state === 'locked';
        const wasLocked = previous?.state === 'locked';
        const isMove = priceMove(previous?.price ?? null, odd.price) !== 'none';
        // Later it could not be told from one that was forgotten. What went and comes back goes on, or counts from here.
        if (!previous && counted(odd.id) === null) put(odd.id, 0);
        if (!isMove && isLocked === wasLocked) continue;
        const known = counted(odd.id);
        // Counted from here on it would be told as all there was.
        if (known === null) continue;
        if (typeof known === 'number' && isLocked === wasLocked) {
          put(odd.id, known + 1);
          continue;
        }
        const tally = whole(known);
        put(odd.id, tally);
        if (isMove) tally.moves += 1;
        if (isLocked && !wasLocked) {
          tally.locks += 1;
          tally.lockedAfter = at - startedAt;
        } else if (wasLocked && !isLocked) {
          tally.lockedMs += Math.max(0, at - startedAt - (tally.lockedAfter ?? 0));
          tally.lockedAfter = null;
        }
      }
    },

    of(id) {
      const known = counted(id);
      if (known === null) return null;
      const { lockedAfter, ...counts } = whole(known);
      return { ...counts, lockedSince: lockedAfter === null ? null : lockedAfter + startedAt };
    },
  };
}
