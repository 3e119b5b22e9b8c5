'use client';

import { type ComponentType, useCallback, useEffect, useState } from 'react';

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

/** Long after the first prices are on screen; before somebody asks why there are none. */
const PREFETCH_AFTER_MS = 5_000;
const AGAIN_AFTER_MS = 10_000;

/**
 * A component that is not part of the first load. It is fetched when `want` is called, and by itself a while after
 * the mount, since a part that explains a dead server cannot be had from one. A load that fails is told as the third
 * value, and leaves the page as it is; the next call tries again, and a part that is wanted by what is on
 * screen (`isWanted`) is asked for again each 10 s.
 */
export function usePart<Props>(
  load: Load<Props>,
  isWanted = false,
): [part: ComponentType<Props> | null, want: () => void, isFailed: boolean] {
  const [part, setPart] = useState<ComponentType<Props> | null>(null);
  const [isFailed, setIsFailed] = useState(false);
  const want = useCallback(() => {
    load().then(
      (module) => {
        setPart(() => module.default);
        setIsFailed(false);
      },
      () => setIsFailed(true),
    );
  }, [load]);
  useEffect(() => {
    const timer = setTimeout(want, PREFETCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [want]);
  useEffect(() => {
    if (isWanted) want();
  }, [isWanted, want]);
  useEffect(() => {
    if (!isWanted || !isFailed) return;
    const timer = setInterval(want, AGAIN_AFTER_MS);
    return () => clearInterval(timer);
  }, [isWanted, isFailed, want]);
  return [part, want, isFailed];
}
