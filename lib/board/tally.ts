/** What happened to each odd since the page was opened, counted from the store's news. Pure: times are told. */
import { priceMove } from '@/lib/protocol/price';
import type { News } from './store';

/** Odds of which something is counted; beyond it those that were silent longest go first. */
const TALLIES_LIMIT = 50_000;

export type Tally = {
  moves: number;
  locks: number;
  /** Ms that it was locked, in locks that have ended. */
  lockedMs: number;
  /** Epoch ms since when it is locked, as it was seen; null while it is not. */
  lockedSince: number | null;
};

const NOTHING: Tally = { moves: 0, locks: 0, lockedMs: 0, lockedSince: null };

export type Tallies = {
  /** Epoch ms since when it is counted. */
  startedAt: number;
  note(news: readonly News[]): void;
  /** What was counted of an odd; null where it was forgotten for others. */
  of(id: string): Tally | null;
};

/** Counts moves and locks from `startedAt` on. */
export function createTallies(startedAt: number, limit = TALLIES_LIMIT): Tallies {
  const tallies = new Map<string, Tally>();
  let isFull = false;

  function touch(id: string): Tally {
    const tally = tallies.get(id) ?? { ...NOTHING };
    // Anew at the end: what was touched longest ago stands first.
    tallies.delete(id);
    tallies.set(id, tally);
    if (tallies.size > limit) {
      isFull = true;
      const [oldest = ''] = tallies.keys();
      tallies.delete(oldest);
    }
    return tally;
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
        if (!isMove && isLocked === wasLocked) continue;
        const tally = touch(odd.id);
        if (isMove) tally.moves += 1;
        if (isLocked && !wasLocked) {
          tally.locks += 1;
          tally.lockedSince = at;
        } else if (wasLocked && !isLocked) {
          tally.lockedMs += Math.max(0, at - (tally.lockedSince ?? startedAt));
          tally.lockedSince = null;
        }
      }
    },

    of: (id) => tallies.get(id) ?? (isFull ? null : NOTHING),
  };
}
