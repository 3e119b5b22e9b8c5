/**
 * Fixtures in doubt: of these the stream told something that may be wrong, or lacks something. They are read soon, those
 * that come together in one request, each not too often, and again until the vendor has answered.
 *
 * It promises: a doubt ends only with a read that began after it, or with the fixture's being of no use any more.
 */
import { ODDS_BATCH } from './rest';
import type { Cancel, Timing } from './timing';

export type DoubtsDeps = {
  now: Timing['now'];
  /** A timer that ends with the reader. */
  later(task: () => void, delayMs: number): Cancel;
  /** Reads all there is to know of a few fixtures; rejects where the vendor did not tell. */
  read(ids: readonly string[]): Promise<void>;
  /** Whether anybody would look at it. */
  isOfUse(id: string): boolean;
  /** Ms to wait after this many failures in a row, of which the last took `spentMs`. */
  pauseMs(failures: number, spentMs: number): number;
  /** Ms until a request may be sent. */
  waitMs(): number;
  /** A doubt older than this is told. */
  slowMs: number;
  /** What `isSlow` says may have changed. */
  onChange(): void;
};

export type Doubts = {
  /** @param delayMs longer than usual, where the vendor refused the same a moment ago */
  add(ids: readonly string[], delayMs?: number): void;
  /** A read of the fixtures of which `isRead` holds began at `startedAt` and has ended. */
  settle(isRead: (id: string) => boolean, startedAt: number): void;
  /** Whether one of those asked for waits for its answer for too long. */
  isSlow(isAsked: (id: string) => boolean): boolean;
};

/** What is in doubt is read this late, so that one read answers what comes together, and not again before that. */
const READ_MS = 250;
const AGAIN_MS = 2_500;

type Doubt = { since: number; dueAt: number };

/** Nothing in doubt yet. */
export function createDoubts(deps: DoubtsDeps): Doubts {
  const { now } = deps;
  const doubts = new Map<string, Doubt>();
  /** When fixtures were read last, for a little while. */
  const readAt = new Map<string, number>();
  /** Those being read. */
  let reading: ReadonlyMap<string, Doubt> = new Map();
  let cancelRead: Cancel = () => {};
  let isSlowDue = false;
  let failures = 0;

  function schedule(): void {
    cancelRead();
    if (reading.size > 0 || doubts.size === 0) return;
    let dueAt = Number.POSITIVE_INFINITY;
    for (const doubt of doubts.values()) dueAt = Math.min(dueAt, doubt.dueAt);
    cancelRead = deps.later(read, Math.max(0, dueAt - now(), deps.waitMs()));
  }

  function read(): void {
    const at = now();
    for (const [id, when] of readAt) if (at - when >= AGAIN_MS) readAt.delete(id);
    const due = new Map<string, Doubt>();
    for (const [id, doubt] of doubts) {
      if (!deps.isOfUse(id)) doubts.delete(id);
      else if (doubt.dueAt <= at && due.size < ODDS_BATCH) due.set(id, doubt);
    }
    if (due.size === 0) {
      schedule();
      return;
    }
    reading = due;
    deps
      .read([...due.keys()])
      .then(
        () => {
          failures = 0;
          for (const [id, doubt] of due) {
            readAt.set(id, at);
            // One that came while it was read may have come too late for the answer.
            if (doubts.get(id) === doubt) doubts.delete(id);
          }
        },
        () => {
          failures += 1;
          const dueAt = now() + deps.pauseMs(failures, now() - at);
          // One refusal is the answer to all of them.
          for (const doubt of doubts.values()) doubt.dueAt = Math.max(doubt.dueAt, dueAt);
        },
      )
      .finally(() => {
        reading = new Map();
        deps.onChange();
        schedule();
      });
  }

  return {
    add(ids, delayMs = READ_MS) {
      const at = now();
      for (const id of ids) {
        const held = doubts.get(id);
        if (held && reading.get(id) !== held) continue;
        const againAt = (readAt.get(id) ?? Number.NEGATIVE_INFINITY) + AGAIN_MS;
        doubts.set(id, { since: at, dueAt: Math.max(at + delayMs, againAt) });
      }
      if (doubts.size === 0) return;
      schedule();
      if (isSlowDue) return;
      isSlowDue = true;
      deps.later(() => {
        isSlowDue = false;
        deps.onChange();
      }, deps.slowMs);
    },
    settle(isRead, startedAt) {
      for (const [id, { since }] of doubts) if (since < startedAt && isRead(id)) doubts.delete(id);
    },
    isSlow(isAsked) {
      const before = now() - deps.slowMs;
      for (const [id, { since }] of doubts) if (since <= before && isAsked(id)) return true;
      return false;
    },
  };
}
