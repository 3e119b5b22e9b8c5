/**
 * Which changes of a start somebody has seen, kept for the browser's session: the old time stands struck through until
 * then.
 */
import { useSyncExternalStore } from 'react';

const KEY = 'board.seen-starts';

/** Changes remembered at most; the oldest are forgotten first. */
const LIMIT = 500;

let seen: Set<string> | null = null;
const watchers = new Set<() => void>();

function held(): Set<string> {
  if (seen) return seen;
  seen = new Set();
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    const texts = Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
    seen = new Set(texts.slice(-LIMIT));
  } catch {
    // A storage that is closed or holds something else: nothing was seen yet.
  }
  return seen;
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function keyOf(fixtureId: string, startDate: string | null): string {
  return `${fixtureId} ${startDate}`;
}

/** Notes that the move of a fixture to this start has been seen. */
export function markStartSeen(fixtureId: string, startDate: string | null): void {
  const all = held();
  all.add(keyOf(fixtureId, startDate));
  if (all.size > LIMIT) all.delete(all.values().next().value ?? '');
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...all]));
  } catch {
    // It is kept as long as the page is.
  }
  for (const watcher of watchers) watcher();
}

/** Whether the move of a fixture to this start has been seen. */
export function useStartSeen(fixtureId: string, startDate: string | null): boolean {
  return useSyncExternalStore(
    subscribe,
    () => held().has(keyOf(fixtureId, startDate)),
    () => false,
  );
}
