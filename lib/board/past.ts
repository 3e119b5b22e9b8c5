/** A board's way to a past moment: its snapshot, read once. Nothing is opened, since nothing of the past changes. */
import type { PastMoment } from '@/lib/protocol/events';
import type { LiveStore } from './live-store';
import { readSnapshot } from './queries';
import type { Scope } from './store';
import type { BoardStream } from './stream';

/** Fills a board's store with what was held at a position, of whatever scope is set. */
export function openPast(
  store: LiveStore,
  sport: string,
  { ms, position, problem }: PastMoment,
): BoardStream {
  // What came late was said to be missing.
  store.setHop('connecting', ms, false);
  let scope: Scope | null = null;
  let reading = new AbortController();

  function read(): void {
    // Of a moment that is held no more there is nothing to read.
    if (!scope || problem !== null) return;
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    const asked = scope;
    if (store.getState().load.state !== 'first-screen') {
      store.setLoad({ state: 'loading', error: null });
    }
    readSnapshot(sport, asked, () => {}, signal, position).then(
      (snapshot) => {
        if (!signal.aborted) store.holdSnapshot(snapshot, asked);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        const message = error instanceof Error ? error.message : 'The snapshot cannot be read.';
        store.setLoad({ state: 'error', error: message });
      },
    );
  }

  return {
    setScope(next) {
      scope = next;
      read();
    },
    retry: read,
    close() {
      reading.abort();
      store.dispose();
    },
  };
}
