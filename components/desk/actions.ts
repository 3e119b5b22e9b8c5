'use client';

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { tasteNow, useTaste } from '@/lib/board/taste-store';

/** Something that can be done by a key, from the help sheet and from the palette: said once, offered everywhere. */
export type Action = {
  id: string;
  /** What it does, as a button would say it. */
  label: string;
  group: 'Panels' | 'Prices' | 'Marks' | 'Go to' | 'View' | 'Help';
  /** `t`, `T`, `/`, `Escape`: as `KeyboardEvent.key` says it; none where it is not worth one. */
  key?: string;
  run(): void;
};

const registered = new Map<string, Action>();
const watchers = new Set<() => void>();
let listed: readonly Action[] = [];

function change(): void {
  listed = [...registered.values()];
  for (const watcher of watchers) watcher();
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Offers an action for as long as the component is mounted. */
export function useAction(action: Action): void {
  const newest = useRef(action);
  newest.current = action;
  const { id, label, group, key } = action;
  useEffect(() => {
    registered.set(id, {
      ...{ id, label, group },
      ...(key !== undefined && { key }),
      run: () => newest.current.run(),
    });
    change();
    return () => {
      registered.delete(id);
      change();
    };
  }, [id, label, group, key]);
}

/** All that can be done now, in the order in which it was offered. */
export function useActions(): readonly Action[] {
  return useSyncExternalStore(
    subscribe,
    () => listed,
    () => listed,
  );
}

/** A button's title with its key, for as long as keys of one letter are on. */
export function useKeyTitle(label: string, key: string): string {
  return useTaste().keys ? `${label} (${key})` : label;
}

/** Where letters are text, or belong to what is open. */
const TYPING = 'input, textarea, select, [contenteditable], [role=dialog], [role=listbox]';

/** Runs actions by their keys, anywhere on the page but where one types. */
export function useActionKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.length === 1 && !tasteNow().keys) return;
      // A key that is held asks once.
      if (event.defaultPrevented || event.repeat) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest(TYPING)) return;
      const action = [...registered.values()].find(({ key }) => key === event.key);
      if (!action) return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
