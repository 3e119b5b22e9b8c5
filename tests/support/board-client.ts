/** A board without a browser: the page's own store and stream over real HTTP, on a clock that may run faster. */
import { EventSource } from 'eventsource';
import type { EventSourceLike } from '@/lib/board/connection';
import { type LiveStore, liveStore } from '@/lib/board/live-store';
import { readSnapshot, streamUrl } from '@/lib/board/queries';
import { createBoardStore, type Scope } from '@/lib/board/store';
import { createBoardStream } from '@/lib/board/stream';
import type { Timing } from '@/lib/feed/timing';

export const ANYWHERE: Scope = { leagues: [], fixtureIds: [] };

/** A step of the wall clock counts for this at most; a longer one is a pause of the whole process. */
const LONGEST_STEP_MS = 10;
const BEAT_MS = 4;

export type FastTiming = Timing & { stop(): void };

/**
 * Time that goes `scale` times as fast as the wall clock's, so that every wait is as much shorter, and that stands
 * still while this process does: on a busy machine nobody is late for want of a processor.
 */
export function createFastTiming(scale: number, random: () => number = Math.random): FastTiming {
  const startMs = Date.now();
  let at = performance.now();
  let passedMs = 0;
  const now = () => {
    const wall = performance.now();
    passedMs += Math.min(wall - at, LONGEST_STEP_MS);
    at = wall;
    return Math.floor(startMs + passedMs * scale);
  };
  const beat = setInterval(now, BEAT_MS);
  return {
    now,
    schedule(task, delayMs) {
      // As the feed's own: a timer of the wall's would be a wait of a whole millisecond, and scaled up.
      if (delayMs <= 0) {
        const turn = setImmediate(task);
        return () => clearImmediate(turn);
      }
      const dueAt = now() + delayMs;
      const look = () => {
        const leftMs = dueAt - now();
        if (leftMs <= 0) task();
        else timer = setTimeout(look, leftMs / scale);
      };
      let timer = setTimeout(look, delayMs / scale);
      return () => clearTimeout(timer);
    },
    random,
    stop: () => clearInterval(beat),
  };
}

export type BoardClient = {
  store: LiveStore;
  scope(): Scope;
  setScope(scope: Scope): void;
  /** As when a page is shown again or the network is back. */
  wake(): void;
  /** Streams opened so far. */
  opened(): number;
  close(): void;
};

const FRAME_MS = 16;

/** Opens a board of `sport` on the server at `url`. */
export function openBoard(
  url: string,
  sport: string,
  { scope, timing }: { scope: Scope; timing: Timing },
): BoardClient {
  const { now, schedule: setTimer, random } = timing;
  const store = liveStore(createBoardStore({ sport, initial: null, now, setTimer }));
  let reading = new AbortController();
  const wakes = new Set<() => void>();
  let asked = scope;
  let opened = 0;
  const stream = createBoardStream(store, {
    now,
    setTimer,
    random,
    createEventSource(path) {
      opened += 1;
      return new EventSource(new URL(path, url)) as EventSourceLike;
    },
    onWake(callback) {
      wakes.add(callback);
      return () => wakes.delete(callback);
    },
    requestFrame(callback) {
      const timer = setTimeout(callback, FRAME_MS);
      return () => clearTimeout(timer);
    },
    isHidden: () => false,
    onVisibility: () => () => {},
    readSnapshot(wanted, onPage) {
      reading.abort();
      reading = new AbortController();
      const { signal } = reading;
      return withBase(url, () => readSnapshot(sport, wanted, onPage, signal));
    },
    streamUrl: (wanted, lastEntryId) => streamUrl(sport, wanted, lastEntryId),
  });
  stream.setScope(scope);
  return {
    store,
    scope: () => asked,
    setScope(next) {
      asked = next;
      stream.setScope(next);
    },
    wake() {
      for (const callback of wakes) callback();
    },
    opened: () => opened,
    close() {
      stream.close();
      reading.abort();
    },
  };
}

let base = '';
let isPatched = false;

/** A page's addresses have no host; here they get the one of the board under test. */
function withBase<T>(url: string, run: () => T): T {
  base = url;
  if (!isPatched) {
    isPatched = true;
    const real = globalThis.fetch;
    globalThis.fetch = (input, init) =>
      real(typeof input === 'string' && input.startsWith('/') ? `${base}${input}` : input, init);
  }
  return run();
}

/** What the board says of itself, for what its cells show to be believed. */
export function saysItKnows({ store }: BoardClient): boolean {
  const { feed, load } = store.getState();
  return (
    feed.state === 'live' &&
    load.state === 'complete' &&
    !load.partial &&
    feed.status?.partial === false
  );
}
