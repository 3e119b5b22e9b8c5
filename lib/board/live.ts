/**
 * A board's way to its server: snapshot, stream, and why there is none. What is on screen at first came with the page, so
 * no first load has this: import it lazily.
 */
import { liveStore } from './live-store';
import { openPast } from './past';
import { readSnapshot, readStreamStatus, streamUrl } from './queries';
import { type Refusal, watchRefusal } from './refusal';
import { createSharedEventSource } from './shared-source';
import type { BoardStore, Scope } from './store';
import { type BoardStream, type BoardStreamDeps, createBoardStream } from './stream';

export type LiveOptions = {
  sport: string;
  setTimer: BoardStreamDeps['setTimer'];
  /** Epoch ms since when what is on screen has been shown. */
  heldSince: number;
  /** What the view asks for now. */
  scope(): Scope;
  onRefusal(refusal: Refusal | null): void;
};

/**
 * Keeps a board's store live from the server that the page came from, until it is closed; of a past moment, reads what was
 * held then.
 */
export function startLive(
  board: BoardStore,
  { sport, setTimer, heldSince, scope, onRefusal }: LiveOptions,
): BoardStream {
  const store = liveStore(board);
  if (store.past) return openPast(store, sport, store.past);
  let reading = new AbortController();
  const stream = createBoardStream(store, {
    requestFrame(callback) {
      const id = requestAnimationFrame(callback);
      return () => cancelAnimationFrame(id);
    },
    setTimer,
    heldSince,
    isHidden: () => document.hidden,
    onVisibility(callback) {
      document.addEventListener('visibilitychange', callback);
      return () => document.removeEventListener('visibilitychange', callback);
    },
    onWake,
    now: Date.now,
    random: Math.random,
    createEventSource: createSharedEventSource,
    readSnapshot: (scope, onPage) => {
      // What a read under way brings is nobody's: it may have been cut before what made us ask again.
      reading.abort();
      reading = new AbortController();
      return readSnapshot(sport, scope, onPage, reading.signal);
    },
    streamUrl: (scope, lastEntryId) => streamUrl(sport, scope, lastEntryId),
  });
  const stopWatching = watchRefusal(store, {
    askStatus: () => readStreamStatus(streamUrl(sport, scope(), null)),
    setTimer,
    now: Date.now,
    onRefusal,
  });
  return {
    ...stream,
    close() {
      stopWatching();
      stream.close();
      reading.abort();
    },
  };
}

function onWake(callback: () => void): () => void {
  const onVisible = () => {
    if (!document.hidden) callback();
  };
  document.addEventListener('visibilitychange', onVisible);
  window.addEventListener('online', callback);
  window.addEventListener('pageshow', callback);
  return () => {
    document.removeEventListener('visibilitychange', onVisible);
    window.removeEventListener('online', callback);
    window.removeEventListener('pageshow', callback);
  };
}
