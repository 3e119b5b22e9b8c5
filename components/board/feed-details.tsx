'use client';

import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { Popup } from '@/components/ui/popup';
import { formatClock, formatMoment, formatOffset, zoneName } from '@/lib/board/format';
import { useBoardStore, useNow, useTimeZone } from '@/lib/board/hooks';
import type { BoardState } from '@/lib/board/store';
import { type FeedState, SEVERITY } from '@/lib/protocol/events';
import { formatLength } from '@/lib/protocol/length';
import { FeedMark } from './feed-mark';
import { feedWords, SOURCE_NAMES } from './feed-words';
import { gapWords, HOP_HEALING_WORDS, leagueWords, STATE_WORDS } from './gap-words';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  anchor: RefObject<HTMLButtonElement | null>;
};

/** The way of the prices, hop by hop, and its gaps; loaded when it is first wanted. */
export default function FeedDetails(props: Props) {
  return (
    <Popup {...props} label="Feed details" align="end" className="w-[32rem]">
      <Details />
    </Popup>
  );
}

const OWN_HOP = 'Server to this browser';
/** What comes is counted over so many seconds. */
const RATE_SECONDS = 10;

/** Changes that came while this is on the page, and in how many seconds, at most the last ten; null before there is one. */
function useRate(now: number): { changes: number; seconds: number } | null {
  const store = useBoardStore();
  const [counts] = useState<{ at: number; count: number }[]>([]);
  const [since] = useState(Date.now);
  useEffect(
    () =>
      store.onNews((news) => {
        const at = Date.now();
        const last = counts.at(-1);
        // One count for each tenth of a second: bounded, however often frames come.
        if (last && at - last.at < 100) last.count += news.length;
        else counts.push({ at, count: news.length });
        // A second more, since what is shown is of whole ones.
        while (counts[0] && at - counts[0].at > (RATE_SECONDS + 1) * 1_000) counts.shift();
      }),
    [store, counts],
  );
  const seconds = Math.min(RATE_SECONDS, Math.floor((now - since) / 1_000));
  if (seconds < 1) return null;
  const isWithin = (at: number) => at <= now && now - at < seconds * 1_000;
  const changes = counts.reduce((sum, { at, count }) => (isWithin(at) ? sum + count : sum), 0);
  return { changes, seconds };
}

function Details() {
  const now = useNow();
  const zone = useTimeZone();
  const { feed } = useBoardStore().getState();
  const rate = useRate(now);
  return (
    <section
      aria-label="Connections and gaps"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      className="min-h-0 overflow-y-auto p-3.5 outline-offset-[-2px]"
    >
      <p className="flex items-baseline justify-between gap-4 text-detail">
        <span className="text-ink">
          {feedWords(feed.state, formatMoment(feed.since, zone, Date.now()))}
        </span>
        <span className="text-ink-muted">{SOURCE_NAMES[feed.source]}</span>
      </p>
      {feed.message !== null && (
        <p className="mt-2 rounded-control border border-line bg-surface-raised px-2.5 py-2 text-detail text-ink">
          {feed.message}
        </p>
      )}
      <p className="mt-2 text-detail text-ink-muted tabular-nums">
        {rate === null
          ? 'Changes are being counted.'
          : `${formatRate(rate.changes / rate.seconds)} changes a second, over ${rate.seconds} s`}
      </p>
      <Connections feed={feed} now={now} />
      <Gaps feed={feed} now={now} zone={zone} />
    </section>
  );
}

function formatRate(perSecond: number): string {
  return perSecond.toFixed(perSecond < 10 ? 1 : 0);
}

type Column = readonly [name: string, isNumber: boolean, className?: string];

function Head({ columns }: { columns: readonly Column[] }) {
  return (
    <thead>
      <tr className="border-line-subtle border-y text-ink-faint text-label">
        {columns.map(([name, isNumber, className = '']) => (
          <th
            key={name}
            scope="col"
            className={`py-1 font-normal ${isNumber ? 'pl-3 text-right' : 'pr-3 text-left'} ${className}`}
          >
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Figure({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <td className={`whitespace-nowrap py-1 pl-3 text-right ${className}`}>{children}</td>;
}

type Hop = {
  name: string;
  title?: string;
  state: FeedState;
  lastFrameMs: number | null;
  reconnects: number;
  clockOffsetMs: number | null;
};

function Connections({ feed, now }: { feed: BoardState['feed']; now: number }) {
  const own: Hop = {
    name: OWN_HOP,
    state: feed.hop.state,
    lastFrameMs: feed.lastFrameAt === null ? null : Math.max(0, now - feed.lastFrameAt),
    reconnects: feed.resumes,
    clockOffsetMs: feed.clockOffsetMs,
  };
  const isTold = feed.hop.state === 'live';
  // What the server said last grows old here when it says no more.
  const sinceToldMs = isTold || feed.statusAt === null ? 0 : Math.max(0, now - feed.statusAt);
  const others = (feed.status?.connections ?? [])
    .map(
      ({ leagues, lastFrameMs, ...connection }): Hop => ({
        ...connection,
        name: leagueWords(leagues),
        title: leagues.join(', '),
        lastFrameMs: lastFrameMs === null ? null : lastFrameMs + sinceToldMs,
      }),
    )
    .sort((a, b) => SEVERITY[b.state] - SEVERITY[a.state]);
  return (
    <table className="mt-3 w-full table-fixed text-detail tabular-nums">
      <caption className="pb-1 text-left text-ink-muted">
        Connections{!isTold && ', those to the vendor as last told'}
      </caption>
      <colgroup>
        <col />
        <col className="w-24 max-sm:w-22" />
        <col className="w-20 max-sm:w-15" />
        <col className="w-20 max-sm:hidden" />
        <col className="w-18 max-sm:w-16" />
      </colgroup>
      <Head
        columns={[
          ['Way', false],
          ['State', false],
          ['Silent', true],
          ['Reopened', true, 'max-sm:hidden'],
          ['Clock', true],
        ]}
      />
      <tbody>
        {[own, ...others].map((hop, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may carry the same leagues, and a row has no state.
          <tr key={`${index} ${hop.name}`} className="border-line-subtle border-b">
            <th
              scope="row"
              title={hop.title}
              className="truncate py-1 pr-3 text-left font-normal text-ink"
            >
              {hop.name}
            </th>
            <td className="py-1 pr-3">
              <span className={`inline-flex items-center gap-1.5 ${STATE_TONES[hop.state]}`}>
                <FeedMark state={hop.state} />
                {STATE_WORDS[hop.state]}
              </span>
            </td>
            <Figure>{hop.lastFrameMs === null ? '–' : formatLength(hop.lastFrameMs)}</Figure>
            <Figure className="max-sm:hidden">{hop.reconnects}</Figure>
            <Figure>{hop.clockOffsetMs === null ? '–' : formatOffset(hop.clockOffsetMs)}</Figure>
          </tr>
        ))}
        {others.length === 0 && (
          <tr>
            <td colSpan={5} className="py-1 text-ink-muted">
              No connection to the vendor is open.
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

const STATE_TONES: Record<FeedState, string> = {
  live: 'text-ink',
  connecting: 'text-feed-connecting',
  late: 'text-feed-late',
  dead: 'text-feed-dead',
};

type GapRow = { key: string; from: number; until: number | null; where: string; how: string };

/** The gaps of both hops on the browser's clock, newest first. */
function gapRows({ status, hopGaps, clockOffsetMs }: BoardState['feed']): GapRow[] {
  const offsetMs = clockOffsetMs ?? 0;
  const vendors = (status?.gaps ?? []).map((gap) => ({
    key: `${gap.from} ${gap.others} ${gap.leagues.join('\n')}`,
    from: gap.from + offsetMs,
    until: gap.until === null ? null : gap.until + offsetMs,
    where: leagueWords(gap.leagues, gap.others),
    how: gapWords(gap),
  }));
  const own = hopGaps.map((gap) => ({
    key: `own ${gap.from}`,
    from: gap.from,
    until: gap.until,
    where: OWN_HOP,
    how: HOP_HEALING_WORDS[gap.healing],
  }));
  return [...vendors, ...own].sort((a, b) => b.from - a.from);
}

function Gaps({ feed, now, zone }: { feed: BoardState['feed']; now: number; zone: string }) {
  const rows = gapRows(feed);
  return (
    <table className="mt-4 w-full table-fixed text-detail tabular-nums">
      <caption className="pb-1 text-left text-ink-muted">
        Recent gaps <span className="text-ink-faint">({zoneName(zone, now)})</span>
      </caption>
      <colgroup>
        <col className="w-34" />
        <col className="w-18 max-sm:w-15" />
        <col />
      </colgroup>
      <Head
        columns={[
          ['From – to', false],
          ['Length', true],
          ['Whose, how healed', false, 'pl-4'],
        ]}
      />
      <tbody>
        {rows.map(({ key, from, until, where, how }) => (
          <tr key={key} className="border-line-subtle border-b align-top">
            <td className="whitespace-nowrap py-1">
              {formatClock(from, zone)} – {until === null ? 'now' : formatClock(until, zone)}
            </td>
            <Figure>{formatLength((until ?? now) - from)}</Figure>
            <td className="py-1 pl-4">
              <span className="block truncate text-ink">{where}</span>
              <span className="block text-ink-muted">{how}</span>
            </td>
          </tr>
        ))}
        {rows.length === 0 && (
          <tr>
            <td colSpan={3} className="py-1 text-ink-muted">
              None seen.
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
