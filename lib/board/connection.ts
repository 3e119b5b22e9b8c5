/**
 * The one stream of a board. It keeps its own position, judges by its own watchdog whether the server still
 * speaks (an EventSource that hangs never tells), and reopens by itself for as long as it takes. Each opening
 * is a generation: late callbacks of older ones are ignored.
 */
import { createLag } from '@/lib/protocol/clock-offset';
import { parseEntryId } from '@/lib/protocol/entry-id';
import {
  BOARD_EVENTS,
  DEAD_MS,
  type FeedState,
  LATE_MS,
  SEVERITY,
  VENDOR_EVENTS,
} from '@/lib/protocol/events';

/** One event of the stream, undecoded. */
export type Frame = {
  name: string;
  data: string;
  id: string | null;
  /** Local epoch ms. */
  receivedAt: number;
  /** Until the server has said that the catch-up is over, what comes is the past. */
  isCatchUp: boolean;
};

/** What we use of an EventSource. */
export type EventSourceLike = {
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
};

export type ConnectionDeps = {
  createEventSource(url: string): EventSourceLike;
  /** Epoch ms. It goes on while the machine sleeps, which is how a sleep is noticed. */
  now(): number;
  setTimer(callback: () => void, delayMs: number): () => void;
  random(): number;
  /** Calls back when the page is shown again or the network is back. */
  onWake(callback: () => void): () => void;
};

export type ConnectionOptions = {
  /** Address of the stream, to go on after `lastEntryId`. */
  url(lastEntryId: string | null): string;
  /** Where to go on from at first. */
  position: string | null;
  onFrame(frame: Frame): void;
  onState(state: FeedState, since: number): void;
  /** A reopened stream spoke again. */
  onResume(): void;
  /** Whether other tabs hold all of the browser's connections, so that this one has none for now. */
  onCrowded?(isCrowded: boolean): void;
};

export type Connection = {
  /** The newest entry id received, or where it was opened. */
  position(): string | null;
  /** What a `reset` had put in doubt has been read. */
  fill(): void;
  close(): void;
};

const WATCH_MS = 1_000;
const BACKOFF_MS = 1_000;
const BACKOFF_LIMIT_MS = 30_000;
/**
 * What was held back during a silence comes all at once: a ping that is later than those before the silence were, by more than
 * this, is one of it. Whoever still is as late after the time below has a slow wire, and hears nothing sooner.
 */
const HELD_BACK_MS = 2_000;
const BACKLOG_MS = 4_000;
/** A stream that lived this long ends a row of failures: a flapping server still meets the backoff. */
const STEADY_MS = 5_000;

/** Opens the stream and keeps it open until `close`. */
export function openConnection(options: ConnectionOptions, deps: ConnectionDeps): Connection {
  let { position } = options;
  let generation = 0;
  let source: EventSourceLike | null = null;
  let state: FeedState = 'connecting';
  /** Last frame, or the first opening before there was any: from here silence is counted. */
  let heardAt = deps.now();
  let openedAt = heardAt;
  /** Up to when it is known what the server had to say. */
  let knownAt = heardAt;
  let firstFrameAt: number | null = null;
  let failures = 0;
  let openings = 0;
  let cancelReopen: (() => void) | null = null;
  let cancelWatch: (() => void) | null = null;
  let isClosed = false;
  let isCrowded = false;
  /** The server has said that the catch-up is over, and was not silent since. */
  let isCaughtUp = false;
  /** A stream that stands is told what it missed: other tabs' connections were rearranged. */
  let isReplayed = false;
  /** False from a `reset` until the snapshot has been read: what is held has holes. */
  let isWhole = true;
  let lag = createLag();
  /** How late pings were before the silence that has just ended, and when it did; null where none has. */
  let silence: { lagMs: number; endedAt: number; isPinged: boolean } | null = null;

  /** A clock that was set back takes all times with it, or silence would be none until it has caught up. */
  function clock(): number {
    const now = deps.now();
    if (now < heardAt) {
      heardAt = now;
      openedAt = Math.min(openedAt, now);
      knownAt = Math.min(knownAt, now);
      lag = createLag();
      silence = null;
    }
    return now;
  }

  function setState(next: FeedState, since: number): void {
    if (next === state) return;
    state = next;
    options.onState(next, since);
  }

  function judge(): void {
    const now = clock();
    const age = now - knownAt;
    if (isCaughtUp && isWhole && !isCrowded && age < LATE_MS) {
      setState('live', now);
      return;
    }
    const isDead = isCrowded || age >= DEAD_MS;
    const next = isDead ? 'dead' : age >= LATE_MS ? 'late' : 'connecting';
    // A board that is grey stays so until it is live: what is being caught up with is the past.
    if (state === 'live' || SEVERITY[next] > SEVERITY[state]) setState(next, knownAt);
  }

  function setCrowded(next: boolean): void {
    if (next === isCrowded) return;
    isCrowded = next;
    options.onCrowded?.(next);
    judge();
  }

  function receive(own: number, name: string, event: MessageEvent<string>): void {
    if (own !== generation || isClosed) return;
    const receivedAt = clock();
    if (receivedAt - heardAt >= LATE_MS) {
      isCaughtUp = false;
      // What a stream begins with was never held back.
      if (firstFrameAt !== null) {
        silence = { lagMs: silence?.lagMs ?? lag.ms(), endedAt: receivedAt, isPinged: false };
      }
    }
    heardAt = receivedAt;
    setCrowded(false);
    if (firstFrameAt === null) {
      firstFrameAt = receivedAt;
      if (openings > 1) options.onResume();
    } else if (name === 'connected') isReplayed = true;
    if (name === 'ping') {
      lag.note(event.data, receivedAt);
      if (silence) silence.isPinged = true;
    }
    if (name === 'feed-status' && !isHeldBack(receivedAt)) {
      silence = null;
      isCaughtUp = true;
      isReplayed = false;
    }
    if (name === 'reset') {
      isWhole = false;
      judge();
    }
    const isCatchUp = !isCaughtUp || isReplayed;
    if (!isCatchUp) know();
    const id = event.lastEventId || null;
    if (id !== null && parseEntryId(id)) position = id;
    options.onFrame({ name, data: event.data, id, receivedAt, isCatchUp });
    judge();
  }

  /** Whether what comes now waited for a silence to end, by the ping before it: as long as there was none, it may have. */
  function isHeldBack(receivedAt: number): boolean {
    if (silence === null || receivedAt - silence.endedAt >= BACKLOG_MS) return false;
    return !silence.isPinged || lag.ms() > silence.lagMs + HELD_BACK_MS;
  }

  function know(): void {
    if (isWhole) knownAt = Math.max(knownAt, heardAt - lag.ms());
  }

  function shut(): void {
    generation += 1;
    source?.close();
    source = null;
    firstFrameAt = null;
    isCaughtUp = false;
    isReplayed = false;
    lag = createLag();
    silence = null;
  }

  function open(): void {
    cancelReopen?.();
    cancelReopen = null;
    shut();
    const own = generation;
    openings += 1;
    openedAt = clock();
    source = deps.createEventSource(options.url(position));
    for (const name of [...VENDOR_EVENTS, ...BOARD_EVENTS]) {
      source.addEventListener(name, (event) => receive(own, name, event));
    }
    // Not of the wire: said by the connections that tabs share, where none is left for this one.
    source.addEventListener('crowded', () => {
      if (own === generation && !isClosed) setCrowded(true);
    });
    // The browser's own reconnect would ask for a position that is long past, and after some answers it
    // gives up for good: ours does neither.
    source.addEventListener('error', () => {
      if (own === generation && !isClosed) fail();
    });
  }

  function fail(): void {
    const now = clock();
    const wasSteady = firstFrameAt !== null && now - firstFrameAt >= STEADY_MS;
    failures = wasSteady ? 0 : failures + 1;
    shut();
    judge();
    // Who waits for a place must be there when one is free, and costs nobody a connection meanwhile.
    if (isCrowded) failures = 0;
    const longest = Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** failures);
    cancelReopen = deps.setTimer(open, deps.random() * longest);
  }

  /** Nobody may wait out a backoff once it is known that things have changed. */
  function wake(): void {
    if (isClosed) return;
    judge();
    if (cancelReopen) open();
    else if (isSilent()) open();
  }

  function isSilent(): boolean {
    return clock() - Math.max(heardAt, openedAt) >= DEAD_MS || lag.ms() >= DEAD_MS;
  }

  function watch(): void {
    cancelWatch = deps.setTimer(watch, WATCH_MS);
    judge();
    if (!cancelReopen && isSilent()) fail();
  }

  const stopWaking = deps.onWake(wake);
  open();
  cancelWatch = deps.setTimer(watch, WATCH_MS);

  return {
    position: () => position,
    fill() {
      isWhole = true;
      if (isCaughtUp) know();
      judge();
    },
    close() {
      isClosed = true;
      shut();
      cancelReopen?.();
      cancelWatch?.();
      stopWaking();
    },
  };
}

/** The page's EventSource. */
export function createBrowserEventSource(url: string): EventSourceLike {
  return new EventSource(url);
}
