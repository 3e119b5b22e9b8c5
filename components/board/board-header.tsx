'use client';

import type { ReactNode } from 'react';
import { RouteLink } from '@/components/ui/route-link';
import { useBoardQuery } from '@/lib/board/address';
import { formatClock, zoneName } from '@/lib/board/format';
import { useBoardStore, useNow, useSports, useTimeZone } from '@/lib/board/hooks';
import { boardHref } from '@/lib/board/query-state';
import type { Sport } from '@/lib/protocol/sports';
import { FeedIndicator, useFeedValue } from './feed-indicator';

type Props = { sport: string; sports: readonly Pick<Sport, 'id' | 'name'>[] };
type HeaderProps = Props & { mark: ReactNode; signOut: ReactNode };

/** Where one is, whether it is real, what time it is, and whether it is live. */
export function BoardHeader({ sport, sports, mark, signOut }: HeaderProps) {
  const { past } = useBoardStore();
  return (
    <header className="flex shrink-0 items-center gap-3 border-line-subtle border-b bg-surface-raised px-3 compact:grid compact:grid-cols-[minmax(0,1fr)_auto] compact:gap-y-0 wide:h-12 wide:px-3.5">
      {mark}
      <SportTabs sport={sport} sports={sports} />
      <div className="ml-auto flex shrink-0 items-center gap-3 compact:h-11 compact:gap-2.5">
        {!past && <Clock />}
        {!past && <FeedIndicator />}
        {signOut}
      </div>
    </header>
  );
}

function SportTabs({ sport, sports: first }: Props) {
  const sports = useSports(first);
  const [{ view, odds, tz, column, order }] = useBoardQuery();
  return (
    <nav
      aria-label="Sports"
      className="no-scrollbar flex h-full min-w-0 items-stretch overflow-x-auto compact:order-last compact:col-span-2 compact:h-9 wide:ml-2"
    >
      {sports.map(({ id, name }) => (
        <RouteLink
          key={id}
          href={boardHref(id, { view, odds, tz, column, order })}
          aria-current={id === sport ? 'page' : undefined}
          className="relative flex shrink-0 items-center px-2.5 text-ink-muted text-name hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink aria-[current=page]:after:absolute aria-[current=page]:after:inset-x-2.5 aria-[current=page]:after:bottom-0 aria-[current=page]:after:h-0.5 aria-[current=page]:after:bg-accent compact:first:pl-0 compact:first:after:left-0!"
        >
          {name}
        </RouteLink>
      ))}
    </nav>
  );
}

/** The time, with the name of its zone. */
function Clock() {
  const now = useNow();
  const zone = useTimeZone();
  return (
    <time
      dateTime={new Date(now).toISOString()}
      title={`All times are in ${zone}`}
      className="flex items-baseline gap-1.5 text-ink text-name"
    >
      {formatClock(now, zone)}
      <span className="text-ink-muted text-label">{zoneName(zone, now)}</span>
    </time>
  );
}

/** Says that no price on this page is real. Always there while it is so; dashed, like nothing else here. */
export function SimulatorNotice() {
  const source = useFeedValue((feed) => feed.source);
  if (source !== 'simulator') return null;
  return (
    <aside
      aria-label="Source of the prices"
      className="flex h-7 shrink-0 items-center justify-center gap-2 border-simulated/40 border-b border-dashed bg-simulated/8 px-3 text-detail text-simulated"
    >
      <span className="font-semibold">Simulated prices</span>
      <span aria-hidden="true">—</span>
      <span>no vendor key set</span>
    </aside>
  );
}
