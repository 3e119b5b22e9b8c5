'use client';

import type { RefObject } from 'react';
import { Popup } from '@/components/ui/popup';
import { formatAge, formatClock, zoneName } from '@/lib/board/format';
import { useBoardStore, useNow, useTimeZone } from '@/lib/board/hooks';
import { feedWords, SOURCE_NAMES } from './feed-words';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  anchor: RefObject<HTMLButtonElement | null>;
};

/** The way of the prices, hop by hop; loaded when it is first wanted. */
export default function FeedDetails(props: Props) {
  return (
    <Popup {...props} label="Feed details" align="end" className="w-[26rem]">
      <Details />
    </Popup>
  );
}

function agoText(at: number, now: number): string {
  const age = formatAge(at, now);
  return age === 'now' ? age : `${age} ago`;
}

function Details() {
  const now = useNow();
  const zone = useTimeZone();
  const { feed } = useBoardStore().getState();
  const connections = feed.status?.connections ?? [];
  const facts: [string, string][] = [
    ['Source', SOURCE_NAMES[feed.source]],
    ['State', feedWords(feed.state, `${formatClock(feed.since, zone)} ${zoneName(zone, now)}`)],
    [
      'Last frame from the server',
      feed.lastFrameAt === null ? 'none yet' : agoText(feed.lastFrameAt, now),
    ],
    ['Resumed / started anew', `${feed.resumes} / ${feed.resets}`],
  ];
  return (
    <div className="min-h-0 overflow-y-auto p-3.5">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-detail">
        {facts.map(([term, value]) => (
          <div key={term} className="contents">
            <dt className="text-ink-muted">{term}</dt>
            <dd className="text-right text-ink">{value}</dd>
          </div>
        ))}
      </dl>
      {feed.message !== null && (
        <p className="mt-3 rounded-control border border-line bg-surface-raised px-2.5 py-2 text-detail text-ink">
          {feed.message}
        </p>
      )}
      <table className="mt-3 w-full text-detail">
        <caption className="pb-1 text-left text-ink-muted">
          Upstream connections{feed.state !== 'live' && ', as last told'}
        </caption>
        <thead>
          <tr className="border-line-subtle border-y text-ink-faint text-label">
            <th className="py-1 text-left font-normal">Leagues</th>
            <th className="py-1 text-left font-normal">State</th>
            <th className="py-1 text-right font-normal">Last frame</th>
            <th className="py-1 pl-3 text-right font-normal">Reconnects</th>
          </tr>
        </thead>
        <tbody>
          {connections.map((connection) => (
            <tr key={connection.leagues.join('\n')} className="border-line-subtle border-b">
              <td className="max-w-40 truncate py-1 pr-3" title={connection.leagues.join(', ')}>
                {connection.leagues.length === 0 ? 'All leagues' : connection.leagues.join(', ')}
              </td>
              <td className="py-1">{connection.state}</td>
              <td className="py-1 text-right">
                {connection.lastFrameMs === null
                  ? '–'
                  : `${(connection.lastFrameMs / 1000).toFixed(1)} s`}
              </td>
              <td className="py-1 text-right">{connection.reconnects}</td>
            </tr>
          ))}
          {connections.length === 0 && (
            <tr>
              <td colSpan={4} className="py-2 text-ink-muted">
                None open.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
