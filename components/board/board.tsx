'use client';

import {
  type ComponentType,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useMedia } from '@/components/ui/use-media';
import { usePart } from '@/components/ui/use-part';
import { type QueryPatch, useBoardQuery } from '@/lib/board/address';
import { formatMoment, zoneName } from '@/lib/board/format';
import {
  useBoardStore,
  useBoardStream,
  useLoad,
  useRefusal,
  useRows,
  useTimeZone,
  useToday,
} from '@/lib/board/hooks';
import { useTaste } from '@/lib/board/taste-store';
import type { Sport } from '@/lib/protocol/sports';
import { activeFilters, BoardFilters, FilterChips, NO_FILTERS, TotalsText } from './board-filters';
import { BoardHeader, SimulatorNotice } from './board-header';
import { BoardSkeleton, Notice } from './board-states';
import { BoardView } from './board-view';
import { useFeedValue } from './feed-indicator';
import { fixtureName } from './fixture-name';
import type { RowContext } from './fixture-section';
import { pricesEntry } from './hand-over';
import { heightsOf, type Layout } from './layout';
import { LinesView } from './lines-view';
import type { NoRowsProps } from './no-rows';
import { OddHistory } from './odd-history';
import type { RefusedProps } from './refused';

// It counts down once the first prices stand.
const loadStart = () => import('./fixture-start');
const loadNoRows = () => import('./no-rows');
const loadRefused = () => import('./refused');

/** Below this the markets stand in compact columns. */
const COMPACT = '(max-width: 899px)';

export type BoardProps = {
  sport: string;
  sports: readonly Pick<Sport, 'id' | 'name'>[];
  /** Values of the URL that could not be read, as `name=value`. */
  ignored: readonly string[];
  /** Whether the server takes the browser for a phone: the first paint is laid out for one. */
  isPhone: boolean;
  /** Parts of the header; `signOut` for who signed in. */
  mark: ReactNode;
  signOut: ReactNode;
  /** What stands below the header, of a board that is not of now. */
  notice: ReactNode;
  /** What stands beside the grid. */
  desk: ReactNode;
};

/** To the prices, by hand: an address says what is shown, and not where one stands in it. */
function toPrices(event: MouseEvent): void {
  const entry = pricesEntry();
  if (!entry) return;
  event.preventDefault();
  entry.focus();
}

/** The whole screen of one sport, inside its <BoardProvider>. */
export function Board(props: BoardProps) {
  const { sport, sports, ignored, isPhone, mark, signOut, notice, desk } = props;
  const layout: Layout = useMedia(COMPACT, isPhone) ? 'compact' : 'wide';
  const { density } = useTaste();
  const isDead = useFeedValue((feed) => feed.state === 'dead');
  const { past } = useBoardStore();
  return (
    <div
      data-layout={layout}
      data-density={density}
      data-board={past ? 'past' : isDead ? 'dead' : 'live'}
      className="flex h-dvh flex-col overflow-hidden bg-surface text-ink"
    >
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place of the page, before any script as well. */}
      <a
        href="#prices"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-control focus:bg-surface-overlay focus:px-3 focus:py-2 focus:text-ink"
        onClick={toPrices}
      >
        Skip to prices
      </a>
      <BoardHeader sport={sport} sports={sports} mark={mark} signOut={signOut} />
      <SimulatorNotice />
      {notice}
      <Screen
        sport={sport}
        title={`${sports.find(({ id }) => id === sport)?.name ?? sport} odds`}
        layout={layout}
        ignored={ignored}
        isDead={isDead}
        desk={desk}
      />
    </div>
  );
}

function Screen({
  sport,
  title,
  layout,
  ignored,
  isDead,
  desk,
}: {
  sport: string;
  title: string;
  layout: Layout;
  ignored: readonly string[];
  isDead: boolean;
  desk: ReactNode;
}) {
  const [query, setQuery] = useBoardQuery();
  const built = useRows(query.view);
  const load = useLoad();
  const zone = useTimeZone();
  const today = useToday(zone);
  const store = useBoardStore();
  const taste = useTaste();
  const heights = heightsOf(layout, taste.density);
  const [Start] = usePart(loadStart, true);
  const isBare = built.rows.length === 0;
  const [NoRows, , isMissing] = usePart(loadNoRows, isBare);
  const [Refused] = usePart(loadRefused, useRefusal() !== null);
  // While only a first screen is held, the server's counts are good for what the server was asked.
  const [firstQuery] = useState(query);
  const counted = query === firstQuery ? load.totals : null;
  const main = useRef<HTMLElement>(null);
  const onOpenFixture = useCallback(
    (fixtureId: string, market: string | null) => {
      // What was pressed may go with the view that it is left for.
      main.current?.querySelector<HTMLElement>('[role="grid"]')?.focus();
      setQuery(
        market === null
          ? { view: 'fixture', fixture: [fixtureId] }
          : { view: 'lines', fixture: [fixtureId], market: [market] },
      );
    },
    [setQuery],
  );
  const context = useMemo<Omit<RowContext, 'columns'>>(
    () => ({ sport, query, zone, today, heights, taste, isDead, Start, onOpenFixture }),
    [sport, query, zone, today, heights, taste, isDead, Start, onOpenFixture],
  );
  const filters = activeFilters(query, (id) =>
    fixtureName(id, store.getState().book.fixtures.get(id)),
  );
  const controls = useRef<HTMLElement>(null);
  /** A fixture's own page is left with its fixture. */
  const onFilter = (patch: QueryPatch) => {
    const isLeft = query.view === 'fixture' && patch.fixture?.length === 0;
    setQuery(isLeft ? { ...patch, view: 'board' } : patch);
  };
  const onClear = () => {
    // The button that was pressed goes with the filters.
    controls.current?.querySelector('button')?.focus();
    onFilter(NO_FILTERS);
  };
  return (
    <>
      <section ref={controls} aria-label="View">
        <BoardFilters
          layout={layout}
          totals={<TotalsText totals={load.totals === null ? built.totals : counted} />}
        />
        <FilterChips filters={filters} onRemove={onFilter} onClear={onClear} />
      </section>
      <div className="relative flex min-h-0 flex-1">
        <main
          ref={main}
          id="prices"
          className="relative min-w-0 flex-1"
          style={{ '--header-height': `${heights.header}px` } as React.CSSProperties}
        >
          <h1 className="sr-only">{title}</h1>
          {isBare ? (
            <Bare NoRows={NoRows} isMissing={isMissing} {...{ heights, filters, onClear }} />
          ) : 'columns' in built ? (
            <BoardView built={built} context={context} />
          ) : (
            <LinesView built={built} layout={layout} context={context} />
          )}
          {query.view === 'fixture' && !isBare && built.totals.odds === 0 && (
            <p className="pointer-events-none absolute inset-x-0 top-28 text-center text-detail text-ink-muted">
              No line of it is on the board.
            </p>
          )}
          {isDead && <DeadBanner zone={zone} Refused={Refused} />}
          <OddHistory grid={main} />
        </main>
        <div className="board-desk contents">{desk}</div>
      </div>
      {/* At the foot, where they come and go without moving a row. */}
      <Notices ignored={ignored} Refused={Refused} />
    </>
  );
}

/** A board without rows; while what says why has not come it waits, and where that cannot be had it says so much. */
function Bare({
  NoRows,
  isMissing,
  ...props
}: NoRowsProps & { NoRows: ComponentType<NoRowsProps> | null; isMissing: boolean }) {
  const { state } = useLoad();
  if (NoRows) return <NoRows {...props} />;
  if (!isMissing || state === 'loading') return <BoardSkeleton heights={props.heights} />;
  return <p className="p-6 text-center text-ink-muted">No rows.</p>;
}

/** A league that begins is read within this, and no reason to worry anybody. */
const PARTIAL_MS = 3_000;

/** Whether something has been so for a while. */
function useLasting(isSo: boolean, ms: number): boolean {
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    if (!isSo) return;
    const timer = setTimeout(() => setIsLong(true), ms);
    return () => {
      clearTimeout(timer);
      setIsLong(false);
    };
  }, [isSo, ms]);
  return isSo && isLong;
}

/** What says why the server refuses; null until it has come. */
type RefusedPart = ComponentType<RefusedProps> | null;

/** What the board lacks, each in a line. */
function Notices({ ignored, Refused }: { ignored: readonly string[]; Refused: RefusedPart }) {
  const load = useLoad();
  // A feed that is late or dead says so where nothing moves: in the indicator, and over the board.
  const isTold = useFeedValue(({ state }) => state !== 'late' && state !== 'dead');
  const message = useFeedValue((feed) => feed.message);
  const isLive = useBoardStore().past === null;
  const { retry } = useBoardStream();
  const refusal = useRefusal();
  const [isRead, setIsRead] = useState(false);
  const isPartial = useLasting(load.state === 'complete' && load.partial, PARTIAL_MS);
  return (
    <section aria-label="Notices" className="shrink-0 empty:hidden">
      {ignored.length > 0 && !isRead && (
        <Notice action={{ label: 'Dismiss', onClick: () => setIsRead(true) }}>
          Ignored in the address, since it cannot be read:{' '}
          <span className="break-all text-ink">{ignored.join(', ')}</span>
        </Notice>
      )}
      {refusal !== null && Refused ? (
        <Refused refusal={refusal} isOver={false} />
      ) : (
        load.error !== null && (
          <Notice action={{ label: 'Try again', onClick: retry }}>
            Not everything could be read: {load.error}
          </Notice>
        )
      )}
      {(isPartial || (isTold && message !== null)) && (
        <Notice>
          {/* What is still to come is on its way where nothing is said to be in its way. */}
          {isPartial &&
            `Not everything ${isLive && message === null ? 'has been read yet' : 'could be read'}. `}
          {isTold && message}
        </Notice>
      )}
    </section>
  );
}

/**
 * Lies over the board, so that nothing moves; until the feed is back, nothing below is a price. At the foot, where whoever
 * wants to read the last prices scrolls past it.
 */
function DeadBanner({ zone, Refused }: { zone: string; Refused: RefusedPart }) {
  const since = useFeedValue((feed) => feed.since);
  const message = useFeedValue((feed) => feed.message);
  const refusal = useRefusal();
  return (
    <div className="hatched pointer-events-none absolute inset-0 z-30 flex items-end justify-center px-3 pb-3">
      <div
        role="alert"
        className="max-w-xl rounded-lg border border-feed-dead bg-surface px-4 py-2.5 text-center shadow-[0_8px_24px_rgb(0_0_0/0.6)]"
      >
        <p className="font-semibold text-feed-dead text-price">
          Prices are not live since {formatMoment(since, zone, Date.now())} {zoneName(zone, since)}
          {refusal === null && ' — reconnecting'}
        </p>
        {refusal !== null && Refused ? (
          <Refused refusal={refusal} isOver />
        ) : (
          message !== null && <p className="mt-0.5 text-detail text-ink">{message}</p>
        )}
      </div>
    </div>
  );
}
