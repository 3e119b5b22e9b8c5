import type { ComponentType } from 'react';
import { dayKey, formatDay, formatRelativeDay, formatTime } from '@/lib/board/format';
import { useNow } from '@/lib/board/hooks';
import type { Fixture, Score } from '@/lib/protocol/events';
import { statusGroup } from '@/lib/protocol/filter';
import type { FixtureTimeProps } from './fixture-start';

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
      {clock !== '' && <span className="max-w-56 truncate text-ink-muted">{clock}</span>}
    </span>
  );
}

type TimeProps = FixtureTimeProps & {
  /** What counts down in its place, once it has come. */
  Start: ComponentType<FixtureTimeProps> | null;
};

/** The start, and what it was before it was moved, struck through beside it. */
export function FixtureTime({ fixture, zone, Start }: TimeProps) {
  // Days come and go by the minute at most.
  const now = useNow(60_000);
  const { startDate, oldStartDate } = fixture;
  if (startDate === null) return <span className="text-ink-faint text-label">Time unknown</span>;
  if (Start) return <Start fixture={fixture} zone={zone} />;
  const isOtherDay =
    oldStartDate !== null && dayKey(oldStartDate, zone) !== dayKey(startDate, zone);
  return (
    <span className="inline-flex items-baseline gap-1.5 whitespace-nowrap">
      {oldStartDate !== null && (
        <>
          <del
            className="text-detail text-ink-muted decoration-fixture-delayed"
            title={`Was ${formatDay(oldStartDate, zone, now)} ${formatTime(oldStartDate, zone)}`}
          >
            {formatTime(oldStartDate, zone)}
          </del>
          <span aria-hidden="true" className="text-label text-fixture-delayed">
            →
          </span>
        </>
      )}
      <time dateTime={startDate} className="font-medium text-ink text-name">
        {formatTime(startDate, zone)}
      </time>
      {(oldStartDate === null || isOtherDay) && (
        <span className="text-label text-ink-faint">{formatRelativeDay(startDate, zone, now)}</span>
      )}
    </span>
  );
}
