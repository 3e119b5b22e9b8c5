'use client';

import { useSyncExternalStore } from 'react';
import { createKept } from '@/lib/board/kept';
import { readViews, readWatched, START_COOKIE, viewHref } from '@/lib/board/views';

export const savedViews = createKept('board.views', readViews);
export const watchedFixtures = createKept('board.watched', readWatched);

const YEAR_SECONDS = 31_536_000;
const watchers = new Set<() => void>();

/** A cookie, since the server must know it to answer `/`. */
function writeStart(value: string, maxAgeSeconds: number): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that traders use.
  document.cookie = `${START_COOKIE}=${encodeURIComponent(value)}; path=/; max-age=${maxAgeSeconds}; samesite=lax`;
  for (const watcher of watchers) watcher();
}

export function keepStart(href: string): void {
  writeStart(href, YEAR_SECONDS);
}

export function forgetStart(): void {
  writeStart('', 0);
}

function readStart(): string | null {
  const [, value = ''] = new RegExp(`(?:^|; )${START_COOKIE}=([^;]*)`).exec(document.cookie) ?? [];
  try {
    return viewHref(decodeURIComponent(value));
  } catch {
    return null;
  }
}

/** The address that `/` leads to; null where none was chosen. */
export function useStart(): string | null {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    readStart,
    () => null,
  );
}
