/** Keeps the histories of a few odds going after they were read: what the stream tells, and when to read again. */
import type { HistoryEntry } from '@/lib/protocol/events';
import { ENTRIES_KEPT, entryOf } from './history';
import type { BoardState, BoardStore } from './store';

export type HistoryFollower = {
  /** What the stream told of the odd since the follower began, oldest first; a new list when more was told. */
  entriesOf(id: string): readonly HistoryEntry[];
  stop(): void;
};

const NONE: readonly HistoryEntry[] = [];

/**
 * Follows odds in the stream. Each change counts, also several within one frame: a lock that lasted a moment is part
 * of the history.
 * @param onChange called at most once per write of the store, when something of these odds came
 */
export function followHistories(
  store: Pick<BoardStore, 'onNews'>,
  ids: readonly string[],
  onChange: () => void,
): HistoryFollower {
  const told = new Map<string, readonly HistoryEntry[]>(ids.map((id) => [id, NONE]));
  const stop = store.onNews((news) => {
    let isOurs = false;
    for (const one of news) {
      if (one.kind !== 'odd') continue;
      const before = told.get(one.odd.id);
      if (!before) continue;
      told.set(one.odd.id, [...before, entryOf(one.odd)].slice(-ENTRIES_KEPT));
      isOurs = true;
    }
    if (isOurs) onChange();
  });
  return { entriesOf: (id) => told.get(id) ?? NONE, stop };
}

/**
 * Calls back when a cut has been healed that may have hidden something: a snapshot was taken over, our stream went on
 * after a gap or left changes out, possibly with newest values alone, or the server made good for one of the vendor's.
 */
export function watchCuts(
  store: Pick<BoardStore, 'subscribe' | 'getState'>,
  onCut: () => void,
): () => void {
  let { load, feed } = store.getState();
  return store.subscribe((state) => {
    if (state.load === load && state.feed === feed) return;
    const isCut =
      state.load.at !== load.at ||
      state.feed.resumes !== feed.resumes ||
      state.feed.resets !== feed.resets ||
      state.feed.skips !== feed.skips ||
      (state.feed.status !== feed.status && lastHealed(state.feed) !== lastHealed(feed));
    ({ load, feed } = state);
    if (isCut) onCut();
  });
}

/** When the newest gap of the vendor's stream ended of those whose reads have ended too; 0 where there is none. */
function lastHealed({ status }: BoardState['feed']): number {
  const ends = status?.gaps.map(({ healing, until }) => (healing === 'read' ? (until ?? 0) : 0));
  return Math.max(0, ...(ends ?? []));
}
