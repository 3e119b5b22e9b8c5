'use client';

import { useEffect, useSyncExternalStore } from 'react';

const SHOWN_MS = 3_000;

let said: { text: string } | null = null;
const watchers = new Set<() => void>();

function change(next: typeof said): void {
  said = next;
  for (const watcher of watchers) watcher();
}

/** Says, in a few words at the foot of the board, what a key has just done. */
export function say(text: string): void {
  change({ text });
}

/** Where it is said; one on a page. */
export function Said() {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => said,
    () => null,
  );
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => change(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return (
    <div
      role="status"
      className="pointer-events-none absolute inset-x-0 bottom-4 z-40 flex justify-center px-3"
    >
      {shown && (
        <span className="max-w-full truncate rounded-control border border-line bg-surface-overlay px-3 py-1.5 text-detail text-ink shadow-[0_8px_24px_rgb(0_0_0/0.5)]">
          {shown.text}
        </span>
      )}
    </div>
  );
}
