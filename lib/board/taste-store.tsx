'use client';
/** The taste in use, for components and for what runs past them. Small: it is part of the first load. */
import { createContext, type ReactNode, use, useSyncExternalStore } from 'react';
import { DEFAULT_TASTE, type Taste } from './taste';

const FirstTaste = createContext(DEFAULT_TASTE);

/** The browser's; never set on a server, where it would be everybody's. */
let chosen: Taste | null = null;
const watchers = new Set<() => void>();

/** Hands down the taste of the first render: what the server read from the cookie, so that both print the same. */
export function TasteProvider({ first, children }: { first: Taste; children: ReactNode }) {
  if (typeof window !== 'undefined') chosen ??= first;
  return <FirstTaste value={first}>{children}</FirstTaste>;
}

/** The taste in use. */
export function useTaste(): Taste {
  const first = use(FirstTaste);
  return useSyncExternalStore(
    watchTaste,
    () => chosen ?? first,
    () => first,
  );
}

/** The same in the browser, for what runs past React. */
export function tasteNow(): Taste {
  return chosen ?? DEFAULT_TASTE;
}

/** Another taste from now on, in this tab. */
export function setTaste(taste: Taste): void {
  chosen = taste;
  for (const watcher of watchers) watcher();
}

/** Calls back when the taste is another one. */
export function watchTaste(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
