'use client';

import { useRef, useState } from 'react';
import { useStore } from 'zustand';
import { usePart } from '@/components/ui/use-part';
import { formatMoment } from '@/lib/board/format';
import { useBoardStore, useTimeZone } from '@/lib/board/hooks';
import type { BoardState } from '@/lib/board/store';
import type { FeedState } from '@/lib/protocol/events';
import { FeedMark } from './feed-mark';
import { feedWords, SOURCE_NAMES } from './feed-words';

/** One value of the feed: the whole of it is new with every frame, and nothing here is worth a render a frame. */
export function useFeedValue<Value>(select: (feed: BoardState['feed']) => Value): Value {
  return useStore(useBoardStore(), (state) => select(state.feed));
}

const loadDetails = () => import('./feed-details');

const TONES: Record<FeedState, string> = {
  live: 'border-line text-ink',
  connecting: 'border-line text-feed-connecting',
  late: 'border-feed-late text-feed-late',
  dead: 'border-feed-dead bg-feed-dead text-surface font-semibold',
};

/** How the feed is, always in sight; its connections on demand. */
export function FeedIndicator() {
  const state = useFeedValue((feed) => feed.state);
  const source = useFeedValue((feed) => feed.source);
  const since = useFeedValue((feed) => feed.since);
  const zone = useTimeZone();
  const [isOpen, setIsOpen] = useState(false);
  const [FeedDetails, want] = usePart(loadDetails);
  const trigger = useRef<HTMLButtonElement>(null);
  const words = feedWords(state, formatMoment(since, zone, Date.now()));
  return (
    <>
      <button
        ref={trigger}
        type="button"
        data-feed={state}
        data-source={source}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-label={`Feed: ${words}, ${SOURCE_NAMES[source]}`}
        onPointerEnter={want}
        onFocus={want}
        onClick={() => {
          want();
          setIsOpen((open) => !open);
        }}
        className={`inline-flex h-7 shrink-0 items-center gap-2 rounded-control border px-2.5 text-detail hover:border-ink-faint ${TONES[state]}`}
      >
        <FeedMark state={state} />
        <span>{words}</span>
      </button>
      {FeedDetails && <FeedDetails isOpen={isOpen} onOpenChange={setIsOpen} anchor={trigger} />}
    </>
  );
}
