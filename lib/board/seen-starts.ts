/**
 * Which changes of a start somebody has seen, kept for the browser's session: the old time stands struck through until
 * then.
 */
import { useSyncExternalStore } from 'react';
import { browserShelf, createKept } from './kept';

/** Changes remembered at most; the oldest are forgotten first. */
const LIMIT = 500;

function readSeen(json: unknown) {
  const texts = Array.isArray(json) ? json.filter((one) => typeof one === 'string') : [];
  return { value: texts.slice(-LIMIT) as readonly string[], problems: [] };
}

const seen = createKept('board.seen-starts', readSeen, () => browserShelf('session'));

function keyOf(fixtureId: string, startDate: string | null): string {
  return `${fixtureId} ${startDate}`;
}

/** Notes that the move of a fixture to this start has been seen. */
export function markStartSeen(fixtureId: string, startDate: string | null): void {
  const key = keyOf(fixtureId, startDate);
  if (!seen.get().includes(key)) seen.set([...seen.get(), key].slice(-LIMIT));
}

/** Whether the move of a fixture to this start has been seen. */
export function useStartSeen(fixtureId: string, startDate: string | null): boolean {
  return useSyncExternalStore(
    seen.subscribe,
    () => seen.get().includes(keyOf(fixtureId, startDate)),
    () => false,
  );
}
