'use client';

import { useCallback, useSyncExternalStore } from 'react';

/** Whether a media query matches; `initial` is what the server assumed. */
export function useMedia(query: string, initial: boolean): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(
    subscribe,
    () => window.matchMedia(query).matches,
    () => initial,
  );
}
