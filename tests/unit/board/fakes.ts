/** A browser without a browser: clock, timers, frames, visibility and EventSource in the test's hands. */
import type { EventSourceLike } from '@/lib/board/connection';

type Timer = { at: number; callback: () => void };

export function createFakePage(startMs = 1_795_000_000_000) {
  let now = startMs;
  let shiftMs = 0;
  const timers = new Set<Timer>();
  const frames = new Set<() => void>();
  const visibility = new Set<() => void>();
  const wakes = new Set<() => void>();
  let isHidden = false;
  const sources: FakeEventSource[] = [];

  function add<T>(set: Set<T>, item: T): () => void {
    set.add(item);
    return () => {
      set.delete(item);
    };
  }

  const page = {
    sources,
    frames,
    timers,
    now: () => now + shiftMs,
    /** Sets the clock, which timers do not go by. */
    shiftClock(ms: number): void {
      shiftMs += ms;
    },
    random: () => 0.5,
    setTimer: (callback: () => void, delayMs: number) =>
      add(timers, { at: now + delayMs, callback }),
    requestFrame: (callback: () => void) => add(frames, callback),
    isHidden: () => isHidden,
    onVisibility: (callback: () => void) => add(visibility, callback),
    onWake: (callback: () => void) => add(wakes, callback),
    createEventSource: (url: string) => {
      const source = new FakeEventSource(url);
      sources.push(source);
      return source;
    },
    /** The newest EventSource opened. */
    source(): FakeEventSource {
      const source = sources.at(-1);
      if (!source) throw new Error('no EventSource was opened');
      return source;
    },
    /** One frame of the screen. */
    frame(): void {
      for (const callback of [...frames]) {
        frames.delete(callback);
        callback();
      }
    },
    /** Lets time pass, timers going off in order. */
    advance(ms: number): void {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.callback();
      }
      now = end;
    },
    /** Lets time pass as a sleeping machine does: no timer goes off before it wakes. */
    sleep(ms: number): void {
      now += ms;
    },
    wake(): void {
      for (const callback of wakes) callback();
    },
    setHidden(next: boolean): void {
      isHidden = next;
      for (const callback of [...visibility]) callback();
    },
  };
  return page;
}

export type FakePage = ReturnType<typeof createFakePage>;

export class FakeEventSource implements EventSourceLike {
  readonly listeners = new Map<string, ((event: MessageEvent<string>) => void)[]>();
  isClosed = false;
  #lastEventId = '';

  constructor(readonly url: string) {}

  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  close(): void {
    this.isClosed = true;
  }

  /** As a browser does: an event without an id carries the last one. */
  emit(name: string, data = '', id?: string): void {
    this.#lastEventId = id ?? this.#lastEventId;
    const event = { data, lastEventId: this.#lastEventId } as MessageEvent<string>;
    for (const listener of this.listeners.get(name) ?? []) listener(event);
  }

  /** The position asked for when it was opened. */
  get position(): string | null {
    return new URL(this.url, 'http://board').searchParams.get('last_entry_id');
  }
}
