/**
 * Fixtures in doubt: of these the stream told something that may be wrong, or lacks something. They are read soon, those
 * that come together in one request, each not too often, and again until the vendor has answered.
 *
 * It promises: a doubt ends only with a read that began after it and decided it, or with the fixture's being of no use
 * any more; one that cannot be read holds up no other; and a vendor that answers nothing is asked one thing at a time.
 */
import { ODDS_BATCH } from './rest';
import type { Cancel, Timing } from './timing';

export type DoubtsDeps = {
  now: Timing['now'];
  /** A timer that ends with the reader. */
  later(task: () => void, delayMs: number): Cancel;
  /**
   * Reads all there is to know of a few fixtures; rejects where the vendor did not tell. Those that the answer left
   * undecided are read again after so many ms.
   */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Whether anybody would look at it. */
  isOfUse(id: string): boolean;
  /** Ms to wait after this many failures in a row, of which the last took `spentMs`. */
  pauseMs(failures: number, spentMs: number): number;
  /** Ms until a request may be sent. */
  waitMs(): number;
  /** A doubt older than this is told. */
  slowMs: number;
  /** What `isTold` says may have changed. */
  onChange(): void;
};

export type Doubts = {
  /**
   * @param options.delayMs longer than usual, where the vendor could not tell a moment ago
   * @param options.isTold at once, not only when it is slow
   */
  add(ids: readonly string[], options?: { delayMs?: number; isTold?: boolean }): void;
  /** A read of the fixtures of which `isRead` holds began at `startedAt` and has ended. */
  settle(isRead: (id: string) => boolean, startedAt: number): void;
  /** Whether one of those asked for waits for its answer for so long that it is told. */
  isTold(isAsked: (id: string) => boolean): boolean;
};

/** What is in doubt is read this late, so that one read answers what comes together, and not again before that. */
const READ_MS = 250;
const AGAIN_MS = 2_500;
/** As many failures in a row are the vendor's, not those of what was asked for. */
const OUTAGE = 3;

type Doubt = {
  since: number;
  /** When the newest that it stands for came. */
  newestAt: number;
  dueAt: number;
  isTold: boolean;
  failures: number;
};

/** Nothing in doubt yet. */
export function createDoubts(deps: DoubtsDeps): Doubts {
  const { now } = deps;
  /** In the order in which they are read. */
  const doubts = new Map<string, Doubt>();
  /** When fixtures were read last, for a little while. */
  const readAt = new Map<string, number>();
  /** Those being read. */
  let reading: ReadonlyMap<string, Doubt> = new Map();
  let cancelRead: Cancel = () => {};
  let isSlowDue = false;
  /** Reads that failed in a row, those apart that may have failed by what they asked for. */
  let failures = 0;
  let ownFailures = 0;

  function schedule(): void {
    cancelRead();
    if (reading.size > 0 || doubts.size === 0) return;
    let dueAt = Number.POSITIVE_INFINITY;
    for (const doubt of doubts.values()) dueAt = Math.min(dueAt, doubt.dueAt);
    cancelRead = deps.later(read, Math.max(0, dueAt - now(), deps.waitMs()));
  }

  /** Whether it may be why a read failed, and is read alone. */
  function isSuspect(doubt: Doubt): boolean {
    return doubt.failures > 1 || (doubt.failures === 1 && failures === 0);
  }

  function nextBatch(at: number): Map<string, Doubt> {
    const due = new Map<string, Doubt>();
    for (const [id, doubt] of doubts) {
      if (!deps.isOfUse(id)) doubts.delete(id);
      else if (doubt.dueAt > at) continue;
      else if (isSuspect(doubt)) {
        if (due.size === 0) return due.set(id, doubt);
      } else if (due.size < ODDS_BATCH) due.set(id, doubt);
    }
    return due;
  }

  function read(): void {
    const at = now();
    for (const [id, when] of readAt) if (at - when >= AGAIN_MS) readAt.delete(id);
    const due = nextBatch(at);
    if (due.size === 0) {
      schedule();
      return;
    }
    const isOwn = [...due.values()].every(isSuspect) && failures === 0;
    reading = due;
    deps
      .read([...due.keys()])
      .then(
        (undecided) => {
          if (failures >= OUTAGE) for (const doubt of doubts.values()) doubt.failures = 0;
          failures = 0;
          ownFailures = 0;
          for (const [id, doubt] of due) {
            readAt.set(id, at);
            // One that came while it was read may have come too late for the answer.
            if (doubts.get(id) !== doubt) continue;
            doubts.delete(id);
            const againMs = undecided.get(id);
            if (againMs === undefined) continue;
            doubts.set(id, { ...doubt, dueAt: now() + againMs, failures: 0 });
          }
        },
        () => {
          const spentMs = now() - at;
          if (isOwn && ownFailures + 1 < OUTAGE) ownFailures += 1;
          else {
            failures += 1;
            const dueAt = now() + deps.pauseMs(failures, spentMs);
            for (const doubt of doubts.values()) doubt.dueAt = Math.max(doubt.dueAt, dueAt);
          }
          for (const [id, doubt] of due) {
            const held = doubts.get(id);
            if (!held) continue;
            const failed = doubt.failures + 1;
            doubts.delete(id);
            doubts.set(id, {
              since: Math.min(held.since, doubt.since),
              newestAt: held.newestAt,
              dueAt: Math.max(held.dueAt, now() + deps.pauseMs(failed, spentMs)),
              isTold: held.isTold || doubt.isTold,
              failures: failed,
            });
          }
        },
      )
      .finally(() => {
        reading = new Map();
        deps.onChange();
        schedule();
      });
  }

  /** Tells when the next one has become slow. */
  function watchSlow(): void {
    if (isSlowDue) return;
    const at = now();
    let slowAt = Number.POSITIVE_INFINITY;
    for (const { since } of doubts.values()) {
      if (since + deps.slowMs > at) slowAt = Math.min(slowAt, since + deps.slowMs);
    }
    if (slowAt === Number.POSITIVE_INFINITY) return;
    isSlowDue = true;
    deps.later(() => {
      isSlowDue = false;
      deps.onChange();
      watchSlow();
    }, slowAt - at);
  }

  return {
    add(ids, { delayMs = READ_MS, isTold = false } = {}) {
      const at = now();
      for (const id of ids) {
        const held = doubts.get(id);
        const againAt = (readAt.get(id) ?? Number.NEGATIVE_INFINITY) + AGAIN_MS;
        const dueAt = Math.max(at + delayMs, againAt);
        if (held && reading.get(id) !== held) {
          held.newestAt = at;
          held.isTold ||= isTold;
          // It may wait for what no read can tell yet, and this one can be told; a pause after a failure stays one.
          if (failures === 0 && held.failures === 0) held.dueAt = Math.min(held.dueAt, dueAt);
          continue;
        }
        const failed = held?.failures ?? 0;
        doubts.set(id, { since: at, newestAt: at, dueAt, isTold, failures: failed });
      }
      if (doubts.size === 0) return;
      schedule();
      if (isTold) deps.onChange();
      watchSlow();
    },
    settle(isRead, startedAt) {
      for (const [id, { newestAt }] of doubts) {
        if (newestAt < startedAt && isRead(id)) doubts.delete(id);
      }
    },
    isTold(isAsked) {
      const before = now() - deps.slowMs;
      for (const [id, doubt] of doubts) {
        // While one is read, another of the same fixture may have come.
        const since = Math.min(doubt.since, reading.get(id)?.since ?? doubt.since);
        if ((doubt.isTold || since <= before) && isAsked(id)) return true;
      }
      return false;
    },
  };
}
