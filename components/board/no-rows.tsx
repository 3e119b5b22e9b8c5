'use client';

import { type ReactNode, useRef } from 'react';
import { useBoardStore, useBoardStream, useLoad } from '@/lib/board/hooks';
import type { ActiveFilter } from './board-filters';
import { BoardSkeleton } from './board-states';
import { useHandOver } from './hand-over';
import type { Heights } from './layout';

export type NoRowsProps = {
  heights: Heights;
  filters: readonly ActiveFilter[];
  onClear: () => void;
};

/** A board without rows: what it has none for. The page itself never brings it; loaded when it is first wanted. */
export default function NoRows({ heights, filters, onClear }: NoRowsProps) {
  const load = useLoad();
  const { retry } = useBoardStream();
  const { past } = useBoardStore();
  if (past?.problem) return <PastProblem problem={past.problem} />;
  if (load.state === 'error') {
    return <BoardError message={load.error ?? 'The server did not answer.'} onRetry={retry} />;
  }
  if (load.state !== 'complete') return <BoardSkeleton heights={heights} />;
  return (
    <EmptyBoard
      filters={filters}
      isPartial={load.partial}
      isPast={past !== null}
      onClear={onClear}
    />
  );
}

const BUTTON =
  'inline-flex h-7 items-center rounded-control border border-line px-3 text-detail text-ink hover:bg-surface-hover';

function Centered({ children }: { children: ReactNode }) {
  return (
    <div className="grid h-full place-items-center p-6">
      <div className="flex max-w-md flex-col items-center gap-3 text-center">{children}</div>
    </div>
  );
}

const UNWATCHED = 'Not all of it was watched, or had a stream, at that moment.';

/** Why nothing is on a board that asks for everything. */
function whyEmpty(isPast: boolean, isPartial: boolean): string {
  if (isPast) return isPartial ? UNWATCHED : 'Nothing of this sport was priced at that moment.';
  return isPartial
    ? 'Nothing of this sport has been read yet. Fixtures show as they arrive.'
    : 'Nothing of this sport is priced at the moment. Fixtures show as they arrive.';
}

/** Nothing matches: says what was asked for, and offers to ask for less. */
function EmptyBoard({
  filters,
  isPartial,
  isPast,
  onClear,
}: {
  filters: readonly ActiveFilter[];
  isPartial: boolean;
  isPast: boolean;
  onClear: () => void;
}) {
  if (filters.length === 0) {
    return (
      <Centered>
        <h2 className="font-semibold text-ink text-price">No fixtures</h2>
        <p className="text-ink-muted">{whyEmpty(isPast, isPartial)}</p>
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
        {isPast
          ? `, as it stood. ${isPartial ? UNWATCHED : ''}`
          : '. The board fills by itself when one arrives.'}
      </p>
      <button type="button" className={BUTTON} onClick={onClear}>
        Clear filters
      </button>
    </Centered>
  );
}

/** A moment of which nothing can be told any more. */
function PastProblem({ problem }: { problem: string }) {
  return (
    <Centered>
      <h2 className="font-semibold text-ink text-price">That moment cannot be shown</h2>
      <p className="text-ink-muted">{`${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`}</p>
    </Centered>
  );
}

/** The board could not be read at all. */
function BoardError({ message, onRetry }: { message: string; onRetry: () => void }) {
  const again = useRef<HTMLButtonElement>(null);
  useHandOver(again);
  return (
    <Centered>
      <h2 className="font-semibold text-ink text-price">The board could not be read</h2>
      <p className="text-ink-muted">{message}</p>
      <button ref={again} type="button" className={BUTTON} onClick={onRetry}>
        Try again
      </button>
    </Centered>
  );
}
