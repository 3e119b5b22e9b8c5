'use client';
/** Histories for components; apart from the other hooks, since nothing of it is needed before one is opened. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { HistoryEntry } from '@/lib/protocol/events';
import { useHistoryRead } from './cache';
import { buildHistory, type History, mergeLive } from './history';
import { followHistories, type HistoryFollower, watchCuts } from './history-follow';
import { useBoardStore } from './hooks';

export type Histories = {
  /** Of each odd asked for, in that order; null while they are read or cannot be. */
  histories: readonly History[] | null;
  error: string | null;
  /** What the vendor could not tell. */
  note: string | null;
  retry: () => void;
};

/** What happened to up to 10 odds: read once, then as the stream goes on, and read again after a cut. */
export function useHistories(ids: readonly string[]): Histories {
  const store = useBoardStore();
  const key = ids.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same ids are the same question, whatever list they come in.
  const asked = useMemo(() => ids, [key]);
  const { data, error, refetch, isFetching } = useHistoryRead(asked);
  const follower = useRef<HistoryFollower | null>(null);
  const [told, setTold] = useState(0);

  useEffect(() => {
    if (asked.length === 0) return;
    const own = followHistories(store, asked, () => setTold((count) => count + 1));
    follower.current = own;
    const stopCuts = watchCuts(store, () => void refetch());
    return () => {
      own.stop();
      stopCuts();
      follower.current = null;
    };
  }, [store, asked, refetch]);

  const until = store.past?.ms ?? Number.POSITIVE_INFINITY;
  const known = useRef(new Map<string, { entries: readonly HistoryEntry[]; history: History }>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the stream told is kept outside React; `told` says when there is more.
  const histories = useMemo(() => {
    if (!data) return null;
    const before = known.current;
    known.current = new Map();
    return asked.map((id) => {
      const all = data.data.find((one) => one.id === id)?.entries ?? [];
      // A past board knows nothing of what came after.
      const read = all.filter(({ timestamp }) => timestamp * 1_000 <= until);
      const entries = mergeLive(read, follower.current?.entriesOf(id) ?? []);
      const last = before.get(id);
      const isSame =
        last?.entries.length === entries.length &&
        last.entries.every((entry, index) => entry === entries[index]);
      const history = last && isSame ? last.history : buildHistory(entries);
      known.current.set(id, { entries, history });
      return history;
    });
  }, [data, asked, told, until]);

  return {
    histories,
    // While it is tried again, it is being read.
    error: isFetching && !data ? null : (error?.message ?? null),
    note: data?.note ?? null,
    retry: () => void refetch(),
  };
}
