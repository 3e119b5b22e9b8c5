'use client';

import { useCallback, useLayoutEffect, useRef } from 'react';
import { countdownOf } from '@/lib/board/countdown';
import { dayKey, formatDay, formatRelativeDay, formatTime } from '@/lib/board/format';
import { onSecond, useFirstNow, useNow } from '@/lib/board/hooks';
import { markStartSeen, useStartSeen } from '@/lib/board/seen-starts';
import type { Fixture, Score } from '@/lib/protocol/events';
import { statusGroup } from '@/lib/protocol/filter';
import { writeAttribute, writeText } from './write';

/** A status as the board says it: the vendor's word in full, unknown ones as they came. */
export function statusWord(status: string | null): string {
  if (status === null || status === '') return 'Status unknown';
  return status.charAt(0).toUpperCase() + status.slice(1);
}

/** A period as received; a bare number becomes an ordinal, which is right in every sport (`2` → `2nd`). */
export function periodText(period: string | null): string {
  if (period === null) return '';
  if (!/^\d+$/.test(period)) return period;
  const tens = Number(period) % 100;
  const suffix = tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][tens % 10] ?? 'th');
  return `${period}${suffix}`;
}

/** Where a running game stands: period and clock, as far as they are known. */
export function clockText(score: Score | null): string {
  if (!score) return '';
  return [periodText(score.period), score.clock].filter(Boolean).join(' ');
}

const BLOCK = 'rounded-[3px] px-1 font-semibold';

function badgeClass(status: string | null): string {
  switch (status) {
    case 'unplayed':
    case 'completed':
    case null:
      return 'text-ink-faint';
    case 'live':
      return 'font-semibold text-ink';
    case 'half':
      return `${BLOCK} border border-line text-ink-muted`;
    case 'suspended':
      return `${BLOCK} border border-fixture-delayed bg-fixture-delayed text-surface`;
    case 'delayed':
      return `${BLOCK} border border-fixture-delayed text-fixture-delayed`;
    case 'cancelled':
    case 'forfeited':
    case 'invalid':
      return `${BLOCK} border border-fixture-off bg-fixture-off text-surface`;
    default:
      return `${BLOCK} border border-line text-ink`;
  }
}

/** The fixture's status: off and suspended are solid blocks, waiting an outline, live a dot; the word always says it too. */
export function FixtureBadge({ fixture }: { fixture: Pick<Fixture, 'status' | 'score'> }) {
  const { status, score } = fixture;
  const clock = statusGroup(status) === 'live' ? clockText(score) : '';
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 whitespace-nowrap text-label">
      <span className={`inline-flex items-center gap-1 ${badgeClass(status)}`}>
        {status === 'live' && (
          <span aria-hidden="true" className="size-1.5 rounded-full bg-fixture-live" />
        )}
        {statusWord(status)}
      </span>
      {clock !== '' && <span className="truncate text-ink-muted">{clock}</span>}
    </span>
  );
}

type TimeProps = {
  fixture: Pick<Fixture, 'id' | 'status' | 'startDate' | 'oldStartDate'>;
  zone: string;
};

/** The start and its day, or how long until then; struck through beside it what it was before it was moved, until seen. */
export function FixtureTime({ fixture, zone }: TimeProps) {
  // Days come and go by the minute at most.
  const now = useNow(60_000);
  const { id, startDate, oldStartDate } = fixture;
  const isSeen = useStartSeen(id, startDate);
  if (startDate === null) return <span className="text-ink-faint text-label">Time unknown</span>;
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
      title={title}
      aria-label={`Start moved from ${time}, mark as seen`}
      className="inline-flex items-baseline gap-1.5 rounded-[3px] hover:bg-surface-selected"
      onClick={({ currentTarget }) => {
        // What was pressed goes; the keys go on in the grid.
        currentTarget.closest<HTMLElement>('[role="grid"]')?.focus();
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
function StartCountdown({ fixture, day }: { fixture: TimeProps['fixture']; day: string }) {
  const { status, startDate } = fixture;
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
  const first = countdownOf({ status, startDate }, useFirstNow());
  useLayoutEffect(() => {
    write(Date.now());
    return onSecond(() => write(Date.now()));
  }, [write]);
  // After each render, too: what React takes for unchanged may have been written over since.
  useLayoutEffect(() => write(Date.now()));
  return (
    <span ref={element} data-soon={first?.kind} className="fixture-soon">
      {first?.text ?? day}
    </span>
  );
}
