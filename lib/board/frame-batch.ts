/**
 * Gathers what arrives between two frames of the screen, so that the store is written once per frame. A
 * hidden tab has no frames: there a slow timer flushes, and no queue grows past its limit.
 */

/** How often a hidden tab applies what it received. */
const HIDDEN_FLUSH_MS = 1_000;

/** Waiting items that are flushed at once, whatever the screen does. */
const PENDING_LIMIT = 5_000;

/** The frames and timers of a page; tests bring their own. Each returns its own undoing. */
export type Scheduler = {
  requestFrame(callback: () => void): () => void;
  setTimer(callback: () => void, delayMs: number): () => void;
  isHidden(): boolean;
  /** Calls back when the page is shown or hidden. */
  onVisibility(callback: () => void): () => void;
};

export type FrameBatch<T> = {
  push(item: T): void;
  /** Hands over what waits, now. */
  flush(): void;
  close(): void;
};

/**
 * @param onFlush takes what waited; `isSeen` is false where nobody was looking: in a hidden tab, and for
 *   what a tab held back while it was hidden
 */
export function createFrameBatch<T>(
  scheduler: Scheduler,
  onFlush: (items: readonly T[], isSeen: boolean) => void,
): FrameBatch<T> {
  let pending: T[] = [];
  let cancel: (() => void) | null = null;
  let wasHidden = scheduler.isHidden();

  function flush(): void {
    cancel?.();
    cancel = null;
    if (pending.length === 0) return;
    const items = pending;
    pending = [];
    onFlush(items, !wasHidden);
  }

  function schedule(): void {
    if (cancel || pending.length === 0) return;
    cancel = wasHidden ? scheduler.setTimer(flush, HIDDEN_FLUSH_MS) : scheduler.requestFrame(flush);
  }

  const stopWatching = scheduler.onVisibility(() => {
    // What waited belongs to how the page was until now.
    flush();
    wasHidden = scheduler.isHidden();
  });

  return {
    push(item) {
      pending.push(item);
      if (pending.length >= PENDING_LIMIT) flush();
      else schedule();
    },
    flush,
    close() {
      cancel?.();
      cancel = null;
      pending = [];
      stopWatching();
    },
  };
}
