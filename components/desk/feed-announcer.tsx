'use client';

import { useEffect, useState } from 'react';
import { useFeedValue } from '@/components/board/feed-indicator';
import { feedWords } from '@/components/board/feed-words';
import { formatMoment } from '@/lib/board/format';
import { useTimeZone } from '@/lib/board/hooks';

/** How long a state must last before it is spoken: a feed that flaps is not read out change by change. */
const ANNOUNCE_AFTER_MS = 2_000;

/** Says changes of the feed, and nothing else, to those who cannot see the indicator. */
export function FeedAnnouncer() {
  const state = useFeedValue((feed) => feed.state);
  const since = useFeedValue((feed) => feed.since);
  const zone = useTimeZone();
  const words = feedWords(state, formatMoment(since, zone, Date.now()));
  const [said, setSaid] = useState('');
  useEffect(() => {
    // A dead board says so by itself, as an alert.
    if (state === 'dead') {
      setSaid('');
      return;
    }
    const timer = setTimeout(() => setSaid(`Feed: ${words}`), ANNOUNCE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [words, state]);
  return (
    <span role="status" aria-live="polite" className="sr-only">
      {said}
    </span>
  );
}
