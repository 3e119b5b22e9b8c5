'use client';

import { useEffect } from 'react';
import { useBoardStore } from '@/lib/board/hooks';
import type { BoardStore } from '@/lib/board/store';
import { createTape, type Tape } from '@/lib/board/tape';

export type Recording = {
  tape: Tape;
  /** Epoch ms at which it began. */
  startedAt: number;
};

const recordings = new WeakMap<BoardStore, Recording>();

/** The board's one tape, whether or not somebody looks at it. */
export function recordingOf(store: BoardStore): Recording {
  const known = recordings.get(store);
  if (known) return known;
  const made = { tape: createTape(), startedAt: Date.now() };
  recordings.set(store, made);
  return made;
}

/** Keeps the tape running while it is mounted. */
export function useTapeRecorder(): void {
  const store = useBoardStore();
  useEffect(() => {
    const { tape } = recordingOf(store);
    const { book } = store.getState();
    const fixtureOf = (id: string) => book.fixtures.get(id);
    const stopNews = store.onNews((news) => tape.add(news, fixtureOf));
    let { load, feed } = store.getState();
    let isWhole = load.state === 'complete';
    const stopLoad = store.subscribe(({ load: now, feed: feedNow }) => {
      // Before the news of the same write, which it tells of; once for all that is left out until it ends.
      const begins = ({ skips }: typeof feed) => Math.ceil(skips / 2);
      if (begins(feedNow) !== begins(feed)) tape.addLack('skip', Date.now());
      feed = feedNow;
      if (now === load) return;
      // What a snapshot corrects is told to nobody, so that it was read is all that can be said.
      if (isWhole && now.at !== null && now.at !== load.at) tape.addLack('reread', Date.now());
      isWhole ||= now.state === 'complete';
      load = now;
    });
    return () => {
      stopNews();
      stopLoad();
    };
  }, [store]);
}
