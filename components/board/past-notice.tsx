import { formatMoment, zoneName } from '@/lib/board/format';
import { boardHref } from '@/lib/board/query-state';
import type { PastMoment } from '@/lib/protocol/events';
import type { BoardQuery } from '@/lib/protocol/filter';

type Props = { past: PastMoment; sport: string; query: BoardQuery; zone: string };

/**
 * Says that no price on this page is of now, and leads to those that are. It comes with the page, so that none is ever
 * seen without; the desk keeps the link at the view that is shown.
 */
export function PastNotice({ past, sport, query, zone: remembered }: Props) {
  const zone = query.tz ?? remembered;
  // With its day, whatever day it is: a link is opened when somebody reads it.
  const moment = `${formatMoment(past.ms, zone, 0)} ${zoneName(zone, past.ms)}`;
  const { silentSince } = past;
  const silence =
    silentSince === null
      ? 'nothing here moves'
      : `the feed had been silent since ${formatMoment(silentSince, zone, past.ms)}`;
  return (
    <aside
      aria-label="A past moment"
      data-past={past.position}
      className="flex min-h-7 shrink-0 flex-wrap items-center justify-center gap-x-3 border-accent border-b bg-surface-selected px-3 py-0.5 text-detail text-ink"
    >
      <span>
        <span className="font-semibold">As it stood on {moment}</span>
        {past.problem === null && (
          <span className={`text-ink-muted ${silentSince === null ? 'max-sm:hidden' : ''}`}>
            {' — '}
            {silence}
          </span>
        )}
      </span>
      <a
        href={boardHref(sport, query)}
        className="rounded-control border border-line px-2 py-px text-ink hover:bg-surface-hover"
      >
        Back to live
      </a>
    </aside>
  );
}
