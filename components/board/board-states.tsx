'use client';

import { type ReactNode, useRef } from 'react';
import { useHandOver } from './hand-over';
import { fixtureHeight, type Heights } from './layout';

const SKELETON_FIXTURES = 14;
const SKELETON_WIDTHS = ['w-36', 'w-28', 'w-44', 'w-32', 'w-40'];

/** Rows of their final height, standing still: nothing is promised by a shimmer. */
export function BoardSkeleton({ heights }: { heights: Heights }) {
  return (
    <div aria-busy="true" className="h-full overflow-hidden">
      <p className="sr-only">Loading the board</p>
      <div style={{ height: heights.header }} className="border-line border-b bg-surface-raised" />
      <div
        style={{ height: heights.league }}
        className="border-line-subtle border-b bg-surface-raised"
      />
      {Array.from({ length: SKELETON_FIXTURES }, (_, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: they never change.
          key={index}
          style={{ height: fixtureHeight(heights, 2) }}
          className="flex items-center gap-8 border-line-subtle border-b compact:px-3 px-3.5"
        >
          <Bar className="w-20 compact:hidden" />
          <span className="flex flex-1 flex-col gap-3.5">
            <Bar className={SKELETON_WIDTHS[index % 5] ?? ''} />
            <Bar className={SKELETON_WIDTHS[(index + 2) % 5] ?? ''} />
          </span>
          <Bar className="w-14" />
          <Bar className="w-14" />
          <Bar className="w-14 compact:hidden" />
        </div>
      ))}
    </div>
  );
}

function Bar({ className }: { className: string }) {
  return <span className={`h-2 rounded-full bg-line-subtle ${className}`} />;
}

/** One line above the board: what it lacks, and what can be done. */
export function Notice({
  children,
  action,
  link,
}: {
  children: ReactNode;
  action?: { label: string; onClick: () => void };
  link?: ReactNode;
}) {
  const own = useRef<HTMLDivElement>(null);
  useHandOver(own);
  return (
    <div
      ref={own}
      role="note"
      className="flex min-h-8 shrink-0 items-center gap-3 border-line-subtle border-t bg-surface-raised px-3.5 py-1.5 text-detail text-ink-muted"
    >
      <svg viewBox="0 0 12 12" aria-hidden="true" className="size-3 shrink-0 text-feed-late">
        <path d="M6 1 11.4 11H.6z" fill="currentColor" />
      </svg>
      <span className="min-w-0 flex-1">{children}</span>
      {link}
      {action && (
        <button
          type="button"
          onClick={action.onClick}
          className="shrink-0 rounded-control px-2 py-0.5 text-ink hover:bg-surface-hover hover:underline"
        >
          {action.label}
        </button>
      )}
    </div>
  );
}
