'use client';

import { useCallback, useLayoutEffect, useRef } from 'react';
import { CELL } from '@/components/ui/use-grid-keys';
import { countdownOf } from '@/lib/board/countdown';
import { dayKey, formatDay, formatRelativeDay, formatTime } from '@/lib/board/format';
import { onSecond, serverNow, useBoardStore, useNow } from '@/lib/board/hooks';
import { markStartSeen, useStartSeen } from '@/lib/board/seen-starts';
import type { Fixture } from '@/lib/protocol/events';
import { writeAttribute, writeText } from './write';

export type FixtureTimeProps = {
  fixture: Pick<Fixture, 'id' | 'status' | 'startDate' | 'oldStartDate'>;
  zone: string;
};

/** The start and its day, or how long until then; struck through beside it what it was before it was moved, until seen. */
export default function FixtureStart({ fixture, zone }: FixtureTimeProps) {
  // Days come and go by the minute at most.
  const now = useNow(60_000);
  const { id, startDate, oldStartDate } = fixture;
  const isSeen = useStartSeen(id, startDate);
  if (startDate === null) return null;
  const old = isSeen ? null : oldStartDate;
  const isOtherDay = old !== null && dayKey(old, zone) !== dayKey(startDate, zone);
  const day = old === null || isOtherDay ? formatRelativeDay(startDate, zone, now) : '';
  return (
    <span className="inline-flex items-baseline gap-1.5 whitespace-nowrap">
      {old !== null && (
        <OldTime
          time={formatTime(old, zone)}
          title={`Was ${formatDay(old, zone, now)} ${formatTime(old, zone)}; press to clear`}
          onSeen={() => markStartSeen(id, startDate)}
        />
      )}
      <time dateTime={startDate} className="font-medium text-ink text-name">
        {formatTime(startDate, zone)}
      </time>
      <StartCountdown fixture={fixture} day={day} />
    </span>
  );
}

function OldTime({ time, title, onSeen }: { time: string; title: string; onSeen: () => void }) {
  return (
    <button
      type="button"
      // Keys come to it as they come to a price.
      tabIndex={-1}
      title={title}
      aria-label={`Start moved from ${time}, mark as seen`}
      className="inline-flex items-baseline gap-1.5 rounded-[3px] hover:bg-surface-selected"
      onClick={({ currentTarget }) => {
        // What was pressed goes; the keys go on in its row, else in the grid.
        const home =
          currentTarget.closest('[role="row"]')?.querySelector<HTMLElement>(CELL) ??
          currentTarget.closest<HTMLElement>('[role="grid"]');
        home?.focus({ preventScroll: true });
        onSeen();
      }}
    >
      <del className="text-detail text-ink-muted decoration-fixture-delayed">{time}</del>
      <span aria-hidden="true" className="text-label text-fixture-delayed">
        →
      </span>
    </button>
  );
}

/** The day of a start, in whose place comes how long until then: written each second, rendered never for it. */
function StartCountdown({ fixture, day }: { fixture: FixtureTimeProps['fixture']; day: string }) {
  const { status, startDate } = fixture;
  const store = useBoardStore();
  const element = useRef<HTMLSpanElement>(null);
  const write = useCallback(
    (now: number) => {
      const soon = countdownOf({ status, startDate }, now);
      writeAttribute(element.current, 'data-soon', soon?.kind ?? null);
      writeAttribute(
        element.current,
        'title',
        soon?.kind === 'overdue' ? 'The start has passed, the status is the same' : null,
      );
      writeText(element.current, soon?.text ?? day);
    },
    [status, startDate, day],
  );
  const first = countdownOf({ status, startDate }, serverNow(store));
  useLayoutEffect(() => {
    write(serverNow(store));
    return onSecond(() => write(serverNow(store)));
  }, [store, write]);
  // After each render, too: what React takes for unchanged may have been written over since.
  useLayoutEffect(() => write(serverNow(store)));
  return (
    <span ref={element} data-soon={first?.kind} className="fixture-soon">
      {first?.text ?? day}
    </span>
  );
}
