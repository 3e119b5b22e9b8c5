import type { FeedErrorCode } from '@/lib/protocol/errors';
import type { RejectReason } from '@/lib/protocol/events';

/** What the relay counts about itself, told at the moment it happens; whoever scrapes reads the sums. */
export type Meter = {
  /** Entries were appended to a journal. */
  appended(entries: number): void;
  /** One filter's frames went to its viewers: `entries` each, `bytes` in all. */
  delivered(viewers: number, entries: number, bytes: number): void;
  /** Ms from an entry's coming in to its being written, for the oldest entry of a flush. */
  lag(ms: number): void;
  /** A viewer whose socket had been full got newest values instead of a backlog. */
  conflated(): void;
  /** A viewer went on after its last entry. */
  resumed(): void;
  /** A viewer's position could not be resumed. */
  reset(reason: 'too-old' | 'unknown-position'): void;
  /** A viewer's stream ended. */
  ended(reason: 'left' | 'stalled' | 'shutdown'): void;
  /** A request was turned away. */
  refused(reason: string): void;
  /** A row of the vendor's was left out. */
  rejected(reason: RejectReason): void;
  /** A connection to the vendor came back after a break. */
  reconnected(): void;
  /** A REST request to the vendor ended. */
  asked(outcome: 'ok' | FeedErrorCode): void;
  /** A gap of the way to the vendor was closed. */
  healed(how: string, gapMs: number): void;
};

/** Where the process holds its figures. */
export const METRICS = Symbol.for('board.metrics');

/** The process's meter, for what stands around Next; counts nothing before the feed's door was opened. */
export function sharedMeter(): Meter {
  return (globalThis as { [METRICS]?: { meter: Meter } })[METRICS]?.meter ?? NO_METER;
}

/** Counts nothing. */
export const NO_METER: Meter = {
  appended() {},
  delivered() {},
  lag() {},
  conflated() {},
  resumed() {},
  reset() {},
  ended() {},
  refused() {},
  rejected() {},
  reconnected() {},
  asked() {},
  healed() {},
};
