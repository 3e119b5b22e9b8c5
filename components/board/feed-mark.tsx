import type { FeedState } from '@/lib/protocol/events';

/** A shape for each state: hues come second. */
export function FeedMark({ state }: { state: FeedState }) {
  return (
    <svg viewBox="0 0 10 10" aria-hidden="true" className="size-2.5 shrink-0">
      {state === 'live' && <circle cx="5" cy="5" r="4" fill="var(--feed-live)" />}
      {state === 'connecting' && (
        <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" strokeDasharray="3 2.5" />
      )}
      {state === 'late' && <path d="M5 .8 9.6 9H.4z" fill="currentColor" />}
      {state === 'dead' && <path d="M1.5 1.5l7 7m0-7-7 7" stroke="currentColor" strokeWidth="2" />}
    </svg>
  );
}
