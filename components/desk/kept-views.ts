'use client';

import { useSyncExternalStore } from 'react';
import { createKept, type Kept } from '@/lib/board/kept';
import {
  readViews,
  readWatched,
  type SavedView,
  START_COOKIE,
  viewHref,
  withView,
} from '@/lib/board/views';

export const savedViews = createKept('board.views', readViews);
export const watchedFixtures = createKept('board.watched', readWatched);

export function useKept<Value>(kept: Kept<Value>): Value {
  return useSyncExternalStore(kept.subscribe, kept.get, kept.get);
}

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

/**
 * Keeps more views, each in the place of the one of its name; answers as `savedViews.set`. The start page is a view, not
 * what its address was once: it goes along where no other view has the old one.
 */
export function keepViews(added: readonly SavedView[]): boolean {
  const start = readStart();
  const before = savedViews.get().find(({ href }) => href === start);
  const views = added.reduce(withView, savedViews.get());
  const after = views.find(({ name }) => name === before?.name);
  if (!savedViews.set(views)) return false;
  if (after && !views.some(({ href }) => href === start)) keepStart(after.href);
  return true;
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
