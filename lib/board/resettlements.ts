/** Odds that were settled, and then settled as something else, since the page looks. */
import type { BoardStore } from './store';

/** Odds remembered at most; the oldest are forgotten first. */
const LIMIT = 1_000;

const kept = new WeakMap<BoardStore, ReadonlyMap<string, string>>();

/** What each odd was settled as before it was settled again: one list for each store, from the first call on. */
export function resettlementsOf(store: BoardStore): ReadonlyMap<string, string> {
  const known = kept.get(store);
  if (known) return known;
  const before = new Map<string, string>();
  store.onNews((news) => {
    for (const one of news) {
      if (one.kind !== 'odd' || one.odd.state !== 'settled') continue;
      const last = one.previous;
      if (last?.state !== 'settled' || last.settlement === one.odd.settlement) continue;
      before.delete(one.odd.id);
      before.set(one.odd.id, last.settlement ?? 'settled');
      if (before.size > LIMIT) before.delete(before.keys().next().value ?? '');
    }
  });
  kept.set(store, before);
  return before;
}
