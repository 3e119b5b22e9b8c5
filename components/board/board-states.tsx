'use client';

import { type ReactNode, useEffect, useState } from 'react';
import type { Refusal } from '@/lib/board/refusal';
import type { ActiveFilter } from './board-filters';
import { fixtureHeight, type Heights } from './layout';

const BUTTON =
  'inline-flex h-7 items-center rounded-control border border-line px-3 text-detail text-ink hover:bg-surface-hover';

function Centered({ children }: { children: ReactNode }) {
  return (
    <div className="grid h-full place-items-center p-6">
      <div className="flex max-w-md flex-col items-center gap-3 text-center">{children}</div>
    </div>
  );
}

/** Nothing matches: says what was asked for, and offers to ask for less. */
export function EmptyBoard({
  filters,
  isPartial,
  onClear,
}: {
  filters: readonly ActiveFilter[];
  isPartial: boolean;
  onClear: () => void;
}) {
  if (filters.length === 0) {
    return (
      <Centered>
        <h2 className="font-semibold text-ink text-price">No fixtures</h2>
        <p className="text-ink-muted">
          {isPartial
            ? 'Nothing of this sport has been read yet. Fixtures show as they arrive.'
            : 'Nothing of this sport is priced at the moment. Fixtures show as they arrive.'}
        </p>
      </Centered>
    );
  }
  return (
    <Centered>
      <h2 className="font-semibold text-ink text-price">Nothing matches</h2>
      <p className="text-ink-muted">
        No odd is held for{' '}
        {filters.map(({ key, text }, index) => (
          <span key={key}>
            {index > 0 && ', '}
            <span className="text-ink">{text}</span>
          </span>
        ))}
        . The board fills by itself when one arrives.
      </p>
      <button type="button" className={BUTTON} onClick={onClear}>
        Clear filters
      </button>
    </Centered>
  );
}

/** The board could not be read at all. */
export function BoardError({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <Centered>
      <h2 className="font-semibold text-ink text-price">The board could not be read</h2>
      <p className="text-ink-muted">{message}</p>
      <button type="button" className={BUTTON} onClick={onRetry}>
        Try again
      </button>
    </Centered>
  );
}

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
  return (
    <div
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

const REFUSED: Record<Refusal, string> = {
  'signed-out': 'Your sign-in has ended, so this board gets no prices.',
  'too-many':
    'Too many boards are open from here, so this one gets no prices. Close some, and it comes back by itself.',
  full: 'The server takes no more viewers now. This board comes back by itself when there is room.',
};

/** Why the server gives this board no prices, in words. */
export function refusalWords(refusal: Refusal): string {
  return REFUSED[refusal];
}

/** The way to the sign-in and back to this very view. */
export function SignInLink() {
  const [view, setView] = useState('/');
  // The address as it stands when somebody goes: filters change it without a render here.
  const note = () => setView(`${location.pathname}${location.search}`);
  useEffect(note, []);
  return (
    <a
      href={`/sign-in?${new URLSearchParams({ next: view })}`}
      onPointerDown={note}
      onFocus={note}
      className="pointer-events-auto shrink-0 rounded-control px-2 py-0.5 font-medium text-accent underline hover:bg-surface-hover"
    >
      Sign in again
    </a>
  );
}
