'use client';

import {
  type ComponentType,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { fixtureName } from '@/components/board/fixture-name';
import { SettlementBadge } from '@/components/board/settlement-badge';
import { PadlockIcon } from '@/components/ui/icons';
import { useBoardQuery, useOpenHistory } from '@/lib/board/address';
import { formatMoment, zoneName } from '@/lib/board/format';
import {
  type Axis,
  type History,
  type HistoryItem,
  type HistoryLook,
  LOOK_KEY,
  lockedMs,
  lookText,
  marksOf,
  type PricedAt,
  type Range,
  readLook,
  settledBy,
} from '@/lib/board/history';
import {
  knownUntil,
  useBoardStore,
  useFixture,
  useLoad,
  useNow,
  useOdd,
  useTimeZone,
} from '@/lib/board/hooks';
import { browserShelf, readItem, writeItem } from '@/lib/board/kept';
import { scopePredicate } from '@/lib/board/live-store';
import type { BoardStore } from '@/lib/board/store';
import { useHistories } from '@/lib/board/use-histories';
import type { Odd } from '@/lib/protocol/events';
import { formatLength } from '@/lib/protocol/length';
import { lineKey } from '@/lib/protocol/line';
import { formatPoints, formatPrice, type OddsFormat } from '@/lib/protocol/price';
import type { ChartProps } from './history-chart';
import { HistoryList } from './history-list';
import { openingWords } from './history-words';
import { cellOf } from './odd-in-focus';
import { addPageStyle } from './page-style';
import { handOn, Panel, type PanelProps } from './panel';

/** Other sides that the chart has strokes for. */
const OTHER_SIDES = 2;

/** The history of the odd that the address names. */
export default function HistoryPanel({ onClose }: PanelProps) {
  const [id] = useOpenHistory();
  return id === null ? null : <Opened key={id} id={id} onClose={onClose} />;
}

/** Outlines the odd's cell, whichever element shows it, without a render of any. */
function useOutlinedCell(id: string): void {
  useEffect(
    () =>
      addPageStyle(
        `[role="gridcell"][data-odd-id="${CSS.escape(id)}"] { box-shadow: inset 0 0 0 1px var(--ink-muted); }`,
      ),
    [id],
  );
}

/** What a trader likes to see here, kept by the browser where it keeps anything. */
function useLook(): [HistoryLook, (patch: Partial<HistoryLook>) => void, readonly string[]] {
  const [{ look, ignored }, setState] = useState(() =>
    readLook(readItem(browserShelf(), LOOK_KEY)),
  );
  const change = useCallback(
    (patch: Partial<HistoryLook>) => {
      const next = { ...look, ...patch };
      setState({ look: next, ignored: [] });
      // A browser that keeps nothing shows it for now.
      writeItem(browserShelf(), LOOK_KEY, lookText(next));
    },
    [look],
  );
  return [look, change, ignored];
}

/** Held odds of the same line, in the order they came. */
function otherSides(store: BoardStore, odd: Odd): Odd[] {
  const { book } = store.getState();
  const key = lineKey(odd);
  return book
    .oddsOf(odd.fixtureId)
    .filter((one) => one.id !== odd.id && lineKey(one) === key)
    .slice(0, OTHER_SIDES);
}

function Opened({ id, onClose }: { id: string } & PanelProps) {
  useOutlinedCell(id);
  const home = useCallback(
    () => cellOf(id) ?? document.querySelector<HTMLElement>('[role="grid"]'),
    [id],
  );
  return (
    <Panel title="Price history" onClose={onClose} home={home}>
      <Body id={id} />
    </Panel>
  );
}

function Body({ id }: { id: string }) {
  const store = useBoardStore();
  const odd = useOdd(id);
  const zone = useTimeZone();
  const [{ odds: format }] = useBoardQuery();
  const [look, setLook, ignored] = useLook();
  const sides = useMemo(() => (odd ? otherSides(store, odd) : []), [store, odd]);
  const sideIds = look.isOtherSideOn ? sides.map((side) => side.id) : [];
  const isFollowed = useIsFollowed(odd);
  const own = useHistories([id]);
  const others = useHistories(sideIds);
  const history = own.histories?.[0] ?? null;
  const shown = history ? [history, ...(others.histories ?? [])] : [];
  return (
    <>
      <Heading
        {...{ id, odd, format }}
        told={isFollowed ? odd : (history?.items.at(-1) ?? undefined)}
      />
      {!isFollowed && history && (
        <Unfollowed
          onRead={() => {
            own.retry();
            others.retry();
          }}
        />
      )}
      {own.error !== null && <Sentence onRetry={own.retry}>{own.error}</Sentence>}
      {own.error === null && !history && <Sentence>Reading what happened to it …</Sentence>}
      {history?.items.length === 0 && (
        <Sentence>
          {odd
            ? 'No history is kept of this odd yet.'
            : 'Nobody knows this odd: the vendor tells no history of it, and the board holds no price.'}
        </Sentence>
      )}
      {history && history.items.length > 0 && (
        <>
          <Facts history={history} format={format} zone={zone} />
          <Controls look={look} onChange={setLook} format={format} sides={sides.length} />
          <Chart
            histories={shown}
            marks={marksOf(history.items, (points) => formatPoints(points, isHandicap(odd)))}
            {...{ axis: look.axis, range: look.range, format, zone }}
            label={chartWords(history, format, zone)}
            knownUntil={() => knownUntil(store)}
          />
          {look.isOtherSideOn && (
            <Legend
              own={odd}
              sides={sides}
              format={format}
              newest={isFollowed ? null : shown.map(({ items }) => items.at(-1) ?? null)}
              error={others.error}
              onRetry={others.retry}
            />
          )}
          <HistoryList
            items={history.items}
            now={store.getState().feed.lastFrameAt ?? Date.now()}
            {...{ zone, format, isHandicap: isHandicap(odd) }}
          />
        </>
      )}
      <Foot zone={zone} note={own.note} ignored={ignored} />
    </>
  );
}

const NOTHING = { state: 'open', price: null, settlement: null } as const;

/** Whether its points are given or taken, and so have a sign. */
function isHandicap(odd: Odd | undefined): boolean {
  return (odd?.selectionLine ?? null) === null;
}

function chartWords(history: History, format: OddsFormat, zone: string): string {
  const { opening, current, locks } = history;
  if (!opening || !current) return 'Chart: no price is known.';
  const text = ({ price, at }: PricedAt) =>
    `${formatPrice(price, format)} at ${formatMoment(at, zone, Date.now())}`;
  const end = settledBy(history);
  return `Chart of the price from ${text(opening)} to ${text(current)}, locks shaded: ${locks.length}${end ? `, settled ${end.settlement ?? ''}` : ''}. The list below says the same.`;
}

/** Whether the board's stream tells of an odd: it covers the view's leagues and fixtures, and no more. */
function useIsFollowed(odd: Odd | undefined): boolean {
  const store = useBoardStore();
  const [{ league, fixture }] = useBoardQuery();
  const covers = useMemo(
    () => scopePredicate({ leagues: league, fixtureIds: fixture }),
    [league, fixture],
  );
  const { state } = useLoad();
  // Nothing of the past goes on, and what is still being read is not missing yet.
  if (store.past || state !== 'complete') return true;
  if (!odd) return league.length + fixture.length === 0;
  return covers(odd.fixtureId, store.getState().book.fixtures.get(odd.fixtureId) ?? null, odd);
}

function Heading({
  id,
  odd,
  format,
  told,
}: {
  id: string;
  odd: Odd | undefined;
  format: OddsFormat;
  /** What it is; where the board does not follow it, what its history said last. */
  told: Odd | HistoryItem | undefined;
}) {
  const fixture = useFixture(odd?.fixtureId ?? '');
  const { state, price, settlement } = told ?? NOTHING;
  return (
    <div className="flex shrink-0 items-start gap-3 px-3 pt-2.5 pb-2">
      <div className="min-w-0 flex-1">
        <h3 className="truncate font-semibold text-ink text-price" title={odd?.name ?? id}>
          {odd?.name ?? id}
        </h3>
        {odd ? (
          <p className="truncate text-detail text-ink-muted">
            {odd.market} · {fixtureName(odd.fixtureId, fixture)}
          </p>
        ) : (
          <p className="text-detail text-ink-muted">Not among what this view holds.</p>
        )}
      </div>
      {odd && (
        <p className="flex shrink-0 items-center gap-1.5 pt-0.5 tabular-nums">
          {state === 'locked' && (
            <span className="inline-flex items-center gap-1 text-detail text-locked">
              <PadlockIcon /> Locked
            </span>
          )}
          {state === 'settled' && <SettlementBadge settlement={settlement} />}
          <span
            className={`font-semibold text-price ${state === 'open' ? 'text-ink' : 'text-locked'}`}
          >
            {price === null ? '–' : formatPrice(price, format)}
          </span>
        </p>
      )}
    </div>
  );
}

/** Says that what is shown stands still, and offers to read it again. */
function Unfollowed({ onRead }: { onRead: () => void }) {
  return (
    <p role="status" className="px-3 pb-2 text-detail text-ink-muted">
      Not in this view, so it does not go on here.{' '}
      <button type="button" onClick={onRead} className="text-accent hover:underline">
        Read it again
      </button>
    </p>
  );
}

function Sentence({ children, onRetry }: { children: ReactNode; onRetry?: () => void }) {
  return (
    <p role={onRetry ? 'alert' : 'status'} className="px-3 py-2 text-detail text-ink">
      {children}{' '}
      {onRetry && (
        <button
          type="button"
          onClick={({ currentTarget }) => {
            // While it is tried again there is nothing to press.
            handOn(currentTarget);
            onRetry();
          }}
          className="text-accent hover:underline"
        >
          Try again
        </button>
      )}
    </p>
  );
}

function Facts({ history, format, zone }: { history: History; format: OddsFormat; zone: string }) {
  const { opening, previous, current, moves, locks } = history;
  return (
    <dl className="grid shrink-0 grid-cols-3 gap-px border-line-subtle border-y bg-line-subtle tabular-nums">
      <Fact
        term={opening ? openingWords(opening.origin) : 'Opening'}
        detail={opening && formatMoment(opening.at, zone, Date.now())}
      >
        {opening ? formatPrice(opening.price, format) : '–'}
      </Fact>
      <Fact term="Previous" detail={previous && formatMoment(previous.at, zone, Date.now())}>
        {previous ? formatPrice(previous.price, format) : '–'}
      </Fact>
      <Fact term="Current" detail={current && formatMoment(current.at, zone, Date.now())}>
        {current ? formatPrice(current.price, format) : '–'}
      </Fact>
      <Fact term="Moves">{moves}</Fact>
      <Fact term="Locks">{locks.length}</Fact>
      <Fact term="Time locked">
        {locks.at(-1)?.until === null ? (
          <LockedNow history={history} />
        ) : (
          formatLength(lockedMs(locks, 0))
        )}
      </Fact>
    </dl>
  );
}

function Fact({
  term,
  detail = null,
  children,
}: {
  term: string;
  detail?: string | null;
  children: ReactNode;
}) {
  return (
    <div className="bg-surface-raised px-3 py-1.5">
      <dt className="text-ink-faint text-label">{term}</dt>
      <dd className="text-ink text-name">
        {children}
        {detail !== null && <span className="ml-1.5 text-detail text-ink-faint">{detail}</span>}
      </dd>
    </div>
  );
}

/** Goes on by the second while a lock lasts. */
function LockedNow({ history }: { history: History }) {
  const store = useBoardStore();
  useNow();
  const seconds = Math.floor(lockedMs(history.locks, knownUntil(store)) / 1000);
  return formatLength(seconds * 1000);
}

const RANGE_WORDS: Record<Range, string> = { all: 'All', hour: '1 h', minutes: '10 m' };

function Controls({
  look,
  onChange,
  format,
  sides,
}: {
  look: HistoryLook;
  onChange: (patch: Partial<HistoryLook>) => void;
  format: OddsFormat;
  sides: number;
}) {
  return (
    <div className="flex shrink-0 items-center gap-2 px-3 pt-2 pb-1">
      <Choice<Range>
        label="Time shown"
        words={RANGE_WORDS}
        chosen={look.range}
        onChoose={(range) => onChange({ range })}
      />
      {/* A view in probabilities has the one axis alone. */}
      {format !== 'probability' && (
        <Choice<Axis>
          label="Axis"
          words={{ price: 'Price', probability: 'Probability' }}
          chosen={look.axis}
          onChoose={(axis) => onChange({ axis })}
        />
      )}
      {sides > 0 && (
        <button
          type="button"
          aria-pressed={look.isOtherSideOn}
          onClick={() => onChange({ isOtherSideOn: !look.isOtherSideOn })}
          className={`ml-auto ${CHOICE} rounded-control border border-line`}
        >
          {sides > 1 ? 'Other sides' : 'Other side'}
        </button>
      )}
    </div>
  );
}

const CHOICE =
  'h-6 px-2 text-detail text-ink-muted hover:text-ink aria-pressed:bg-surface-selected aria-pressed:font-medium aria-pressed:text-ink';

function Choice<Value extends string>({
  label,
  words,
  chosen,
  onChoose,
}: {
  label: string;
  words: Record<Value, string>;
  chosen: Value;
  onChoose: (value: Value) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend that are not wanted here.
    <div
      role="group"
      aria-label={label}
      className="flex divide-x divide-line overflow-hidden rounded-control border border-line"
    >
      {(Object.keys(words) as Value[]).map((value) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
          className={CHOICE}
        >
          {words[value]}
        </button>
      ))}
    </div>
  );
}

/** The chart's place, which it has before its code came. */
function Chart(props: ChartProps) {
  const [Drawn, setDrawn] = useState<ComponentType<ChartProps> | null>(null);
  const [isFailed, setIsFailed] = useState(false);
  const load = useCallback(() => {
    setIsFailed(false);
    import('./history-chart').then(
      (module) => setDrawn(() => module.default),
      () => setIsFailed(true),
    );
  }, []);
  useEffect(load, [load]);
  return (
    <div className="h-[200px] shrink-0 pl-3">
      {isFailed && <Sentence onRetry={load}>The chart cannot be loaded.</Sentence>}
      {Drawn && <Drawn {...props} />}
    </div>
  );
}

const STROKES = ['', '5 3', '1.5 3'];
const HUES = ['text-accent', 'text-settled-other', 'text-simulated'];

/** Which line is whose. */
function Legend({
  own,
  sides,
  format,
  newest,
  error,
  onRetry,
}: {
  own: Odd | undefined;
  sides: readonly Odd[];
  format: OddsFormat;
  /** What the history of each says last, where the board does not follow them. */
  newest: readonly (HistoryItem | null)[] | null;
  error: string | null;
  onRetry: () => void;
}) {
  if (error !== null) return <Sentence onRetry={onRetry}>{`The other side: ${error}`}</Sentence>;
  return (
    <ul className="flex shrink-0 flex-wrap gap-x-4 px-3 pb-2 text-detail text-ink-muted">
      {[own, ...sides].map(
        (odd, index) =>
          odd && (
            <li key={odd.id} className="flex min-w-0 items-center gap-1.5">
              <svg
                viewBox="0 0 18 2"
                aria-hidden="true"
                className={`h-0.5 w-[18px] shrink-0 ${HUES[index]}`}
              >
                <path
                  d="M0 1h18"
                  stroke="currentColor"
                  strokeWidth="2"
                  strokeDasharray={STROKES[index]}
                />
              </svg>
              <span className="truncate">{odd.name}</span>
              {index > 0 && (
                <SidePrice id={odd.id} format={format} newest={newest?.[index] ?? null} />
              )}
            </li>
          ),
      )}
    </ul>
  );
}

function SidePrice({
  id,
  format,
  newest,
}: {
  id: string;
  format: OddsFormat;
  newest: HistoryItem | null;
}) {
  const odd = useOdd(id);
  const price = (newest ?? odd)?.price ?? null;
  return (
    <span className="text-ink tabular-nums">
      {price === null ? '–' : formatPrice(price, format)}
    </span>
  );
}

function Foot({
  zone,
  note,
  ignored,
}: {
  zone: string;
  note: string | null;
  ignored: readonly string[];
}) {
  return (
    <footer className="mt-auto shrink-0 border-line border-t px-3 py-1.5 text-ink-faint text-label">
      {note !== null && <p className="text-ink-muted">{note}</p>}
      {ignored.length > 0 && (
        <p className="break-all text-ink-muted">
          Left out of what this browser kept for this panel: {ignored.join(', ')}
        </p>
      )}
      <p>
        Times in {zoneName(zone, Date.now())}. Chart: TradingView Lightweight Charts™, copyright
        2025{' '}
        <a
          href="https://www.tradingview.com/"
          target="_blank"
          rel="noopener noreferrer"
          className="underline hover:text-ink"
        >
          TradingView, Inc.
        </a>
      </p>
    </footer>
  );
}
