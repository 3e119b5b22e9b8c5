/**
 * Why a board gets no stream. An EventSource only ever says that it failed; so a board that hears nothing asks the
 * server in plain words now and then, and shows the answer instead of trying for ever in silence.
 */
import type { Scheduler } from './frame-batch';
import type { BoardStore } from './store';

/** `signed-out`: the sign-in has ended. `too-many`: a limit of one's own. `full`: a limit of the server's. */
export type Refusal = 'signed-out' | 'too-many' | 'full';

export type RefusalDeps = {
  /** The status of the answer that a stream would get; null where there is none. */
  askStatus(): Promise<number | null>;
  setTimer: Scheduler['setTimer'];
  /** Epoch ms. */
  now(): number;
  onRefusal(refusal: Refusal | null): void;
};

const WATCH_MS = 2_000;
/** The server pings every 5 s. */
const SILENCE_MS = 6_000;
const ASK_AGAIN_MS = 10_000;

const BY_STATUS: Readonly<Record<number, Refusal>> = {
  401: 'signed-out',
  429: 'too-many',
  503: 'full',
};

/** Watches a board until the answer is called. */
export function watchRefusal(store: BoardStore, deps: RefusalDeps): () => void {
  const startedAt = deps.now();
  let askedAt = Number.NEGATIVE_INFINITY;
  let told: Refusal | null = null;
  let isClosed = false;

  function tell(refusal: Refusal | null): void {
    if (isClosed || refusal === told) return;
    told = refusal;
    deps.onRefusal(refusal);
  }

  function isWell(): boolean {
    const { feed, load } = store.getState();
    const silence = deps.now() - Math.max(startedAt, feed.lastFrameAt ?? 0);
    // None is negative but where the clock was set back, and then nothing is known of it.
    return silence >= 0 && silence < SILENCE_MS && load.error === null;
  }

  function watch(): void {
    cancel = deps.setTimer(watch, WATCH_MS);
    if (isWell()) {
      tell(null);
      return;
    }
    if (Math.abs(deps.now() - askedAt) < ASK_AGAIN_MS) return;
    askedAt = deps.now();
    deps.askStatus().then(
      (status) => {
        // Where there is no answer, the last one holds.
        if (isWell()) tell(null);
        else if (status !== null) tell(BY_STATUS[status] ?? null);
      },
      () => {},
    );
  }

  let cancel = deps.setTimer(watch, WATCH_MS);
  return () => {
    isClosed = true;
    cancel();
  };
}
