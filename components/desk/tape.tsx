'use client';

import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react';
import { SearchIcon } from '@/components/ui/icons';
import { useInSight } from '@/components/ui/use-in-sight';
import { useBoardQuery } from '@/lib/board/address';
import {
  csvText,
  exportFileName,
  jsonText,
  originOf,
  tapeTable,
  viewTable,
} from '@/lib/board/export';
import { formatClock, zoneName } from '@/lib/board/format';
import { knownUntil, useBoardStore, useLoad, useSport, useTimeZone } from '@/lib/board/hooks';
import { browserShelf, readItem, writeItem } from '@/lib/board/kept';
import { boardHref } from '@/lib/board/query-state';
import {
  createTapeFilter,
  createTapeReader,
  entriesBefore,
  parseTapeKinds,
  TAPE_KINDS,
  type Tape,
  type TapeEntry,
  type TapeFilter,
  type TapeKind,
} from '@/lib/board/tape';
import { createViewPredicate, entriesOfView } from '@/lib/board/view-odds';
import { VALUE_LENGTH } from '@/lib/protocol/filter';
import type { OddsFormat } from '@/lib/protocol/price';
import { useAction } from './actions';
import { download } from './download';
import { BUTTON, Panel, type PanelProps } from './panel';
import { revealOdd } from './reveal-odd';
import { recordingOf } from './tape-record';
import { KIND_WORDS, TapeRow } from './tape-row';

/** The list follows the tape this often: sooner than one can read, and far less often than prices tick. */
const SHOW_EVERY_MS = 250;
/** Height of each row, in pixels. */
const ROW_HEIGHT = 42;
const rowStart = (index: number) => index * ROW_HEIGHT;
/** Rows made beyond the edges. */
const OVERSCAN = 4;
/** How long something that cannot be done is said in the place of the count. */
const NOTICE_MS = 5_000;
/** Where the kinds that a trader filters for are kept; taste, not part of the view. */
const KINDS_KEY = 'board.tape.kinds';

/** Every change of the view, newest first, and what of it leaves the board as a file. */
export default function TapePanel({ onClose }: PanelProps) {
  const store = useBoardStore();
  const [query] = useBoardQuery();
  const zone = useTimeZone();
  const { at } = useLoad();
  const { tape, startedAt } = recordingOf(store);
  const { kinds, setKinds, ignored } = useKeptKinds();
  const [text, setText] = useState('');
  const searched = useDeferredValue(text);
  const [isPaused, setIsPaused] = useState(false);
  const togglePause = () => setIsPaused((before) => !before);
  useAction({
    id: 'tape pause',
    label: 'Pause the tape',
    group: 'Panels',
    key: 'T',
    run: togglePause,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the Book is changed in place; each snapshot may bring other versions.
  const view = useMemo(() => createViewPredicate(store.getState().book, query), [store, query, at]);
  const filter = useMemo(
    () => createTapeFilter(view, { kinds, text: searched }),
    [view, kinds, searched],
  );
  const { newest, first, isFull } = useTapeEntries(tape, filter);
  const { shown, since, hold, isHeld } = useHeld(newest, filter, isPaused);
  const list = useRef<HTMLDivElement>(null);
  const [notice, setNotice] = useState<string | null>(
    ignored.length > 0 ? `Ignored of the kept kinds: ${ignored.join(', ')}` : null,
  );
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(() => setNotice(null), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);

  const showNewest = () => {
    setIsPaused(false);
    if (list.current) list.current.scrollTop = 0;
    // The button goes with what it told of.
    list.current?.closest('section')?.focus();
  };
  const open = useCallback(
    ({ odd, fixture }: TapeEntry, isCompact: boolean) => {
      const fixtureId = odd?.fixtureId ?? fixture?.id;
      if (fixtureId === undefined) return;
      const held = odd && (store.getState().book.odds.get(odd.id) ?? odd);
      // On a small screen the panel lies over the board, and gives the focus back when it goes.
      if (isCompact) {
        onClose();
        requestAnimationFrame(() => revealOdd(fixtureId, held));
        return;
      }
      setNotice(revealOdd(fixtureId, held) ? null : 'That is not in this view any more');
    },
    [store, onClose],
  );

  return (
    <Panel
      title="Tape"
      onClose={onClose}
      tools={
        !store.past && (
          <button
            type="button"
            aria-pressed={isPaused}
            aria-keyshortcuts="Shift+T"
            title="Pause (T)"
            onClick={togglePause}
            className={`${BUTTON} aria-pressed:border-accent/50 aria-pressed:bg-surface-selected aria-pressed:text-ink`}
          >
            Pause
          </button>
        )
      }
    >
      <div className="flex shrink-0 flex-col gap-2 border-line-subtle border-b px-3 py-2">
        <Search text={text} onChange={setText} />
        <Kinds kinds={kinds} onChange={setKinds} />
      </div>
      <div className="flex h-8 shrink-0 items-center gap-2 border-line-subtle border-b px-3 text-detail text-ink-muted">
        <span className="min-w-0 truncate tabular-nums" title={isFull ? FULL_TITLE : undefined}>
          {notice ?? (
            <>
              <span className="text-ink">{shown.length.toLocaleString('en')}</span>{' '}
              {shown.length === 1 ? 'change' : 'changes'}
              {/* When somebody opened a past board says nothing of it. */}
              {!store.past &&
                ` since ${formatClock(first ?? startedAt, zone)} ${zoneName(zone, startedAt)}`}
            </>
          )}
        </span>
        <span role="status" className="sr-only">
          {notice ?? (isPaused ? 'Tape paused' : '')}
        </span>
        {isHeld && (
          <button
            type="button"
            onClick={showNewest}
            className="ml-auto h-6 shrink-0 rounded-control bg-surface-selected px-2 text-ink tabular-nums hover:bg-line"
          >
            {isPaused ? 'Paused' : 'Held'} · {since.toLocaleString('en')} came since
          </button>
        )}
      </div>
      <TapeList
        scroller={list}
        entries={shown}
        zone={zone}
        format={query.odds}
        onHold={hold}
        onOpen={open}
        empty={
          store.past
            ? 'Nothing moves in a past moment. The live board has a tape.'
            : tape.span().next === 0
              ? 'Nothing has changed yet.'
              : 'Nothing on the tape is in this view, of these kinds, or has this text.'
        }
      />
      <Exports shown={shown} />
    </Panel>
  );
}

const FULL_TITLE = 'The tape is full: what came before has gone';

/** The kinds filtered for, kept from visit to visit. */
function useKeptKinds() {
  const [kept] = useState(() => parseTapeKinds(readItem(browserShelf(), KINDS_KEY)));
  const [kinds, setState] = useState<readonly TapeKind[]>(kept.kinds);
  const setKinds = (next: readonly TapeKind[]) => {
    setState(next);
    // Where nothing can be kept, the choice lasts as long as the panel.
    writeItem(browserShelf(), KINDS_KEY, next.join(','));
  };
  return { kinds, setKinds, ignored: kept.ignored };
}

/** What passes the filter, oldest first; follows the tape at most every `SHOW_EVERY_MS`, and not while nobody can see it. */
function useTapeEntries(tape: Tape, filter: TapeFilter) {
  const reader = useMemo(() => createTapeReader(tape, filter), [tape, filter]);
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const show = () => {
      timer = null;
      if (!document.hidden && reader.update()) render();
    };
    const wait = () => {
      if (timer === null && !document.hidden) timer = setTimeout(show, SHOW_EVERY_MS);
    };
    show();
    const stop = tape.subscribe(wait);
    document.addEventListener('visibilitychange', wait);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', wait);
      if (timer !== null) clearTimeout(timer);
    };
  }, [tape, reader]);
  const span = tape.span();
  const isFull = span.first > 0;
  return {
    newest: reader.entries(),
    isFull,
    first: isFull ? (tape.entry(span.first)?.at ?? null) : null,
  };
}

/**
 * The entries as they stood when the list was last free to move. It is held while it is paused, scrolled away from its
 * top, pointed at or in focus, so that nothing moves under who reads it.
 */
function useHeld(newest: readonly TapeEntry[], filter: TapeFilter, isPaused: boolean) {
  const [isRead, hold] = useState(false);
  const isHeld = isPaused || isRead;
  /** Kept whole, though the tape may forget what is in it. */
  const [held, setHeld] = useState<{
    until: number;
    filter: TapeFilter;
    entries: readonly TapeEntry[];
  } | null>(null);
  const until = held?.until ?? (newest.at(-1)?.seq ?? -1) + 1;
  if (!isHeld) {
    if (held) setHeld(null);
  } else if (held?.filter !== filter) {
    const entries = held ? newest.slice(0, entriesBefore(newest, until)) : newest;
    setHeld({ until, filter, entries });
  }
  const since = held ? newest.length - entriesBefore(newest, held.until) : 0;
  return { shown: held?.entries ?? newest, since, isHeld, hold };
}

function Search({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  return (
    <label className="flex h-7 items-center gap-1.5 rounded-control border border-line px-2 text-ink-faint focus-within:border-accent">
      <SearchIcon />
      <input
        type="search"
        value={text}
        maxLength={VALUE_LENGTH}
        aria-label="Search the tape"
        placeholder="Search the tape"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          // The first Escape takes the text, the next one the panel.
          if (event.key !== 'Escape' || text === '') return;
          event.preventDefault();
          onChange('');
        }}
        className="min-w-0 flex-1 bg-transparent text-detail text-ink outline-none placeholder:text-ink-faint"
      />
    </label>
  );
}

function Kinds({
  kinds,
  onChange,
}: {
  kinds: readonly TapeKind[];
  onChange: (kinds: readonly TapeKind[]) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex row in every browser.
    <div role="group" aria-label="Kinds of change" className="flex flex-wrap gap-1">
      {TAPE_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-pressed={kinds.includes(kind)}
          onClick={() =>
            onChange(TAPE_KINDS.filter((one) => (one === kind) !== kinds.includes(one)))
          }
          className="h-6 rounded-control border border-line px-1.5 text-ink-muted text-label hover:bg-surface-hover hover:text-ink aria-pressed:border-accent/50 aria-pressed:bg-surface-selected aria-pressed:text-ink"
        >
          {KIND_WORDS[kind]}
        </button>
      ))}
    </div>
  );
}

const STEPS: Record<string, (index: number, count: number) => number> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

type ListProps = {
  scroller: RefObject<HTMLDivElement | null>;
  /** Oldest first; the list shows them the other way round. */
  entries: readonly TapeEntry[];
  zone: string;
  format: OddsFormat;
  onHold: (isHeld: boolean) => void;
  onOpen: (entry: TapeEntry, isCompact: boolean) => void;
  empty: string;
};

/** The rows on screen. One of them is in the tab order, arrows go from one to the next. */
function TapeList({ scroller, entries, zone, format, onHold, onOpen, empty }: ListProps) {
  const reading = useRef({ isOver: false, isFocused: false, isAway: false });
  const note = (change: Partial<typeof reading.current>) => {
    Object.assign(reading.current, change);
    onHold(Object.values(reading.current).some(Boolean));
  };
  const [active, setActive] = useState<number | null>(null);
  const isGoing = useRef(false);

  const count = entries.length;
  const entryAt = (index: number) => entries[count - 1 - index];
  const place = active === null ? -1 : entriesBefore(entries, active);
  const activeIndex = entries[place]?.seq === active ? count - 1 - place : -1;
  const { first, last, show } = useInSight({ scroller, count, startOf: rowStart });
  const items: number[] = [];
  const end = Math.min(count - 1, last + OVERSCAN);
  for (let index = Math.max(0, first - OVERSCAN); index <= end; index += 1) items.push(index);
  // What leaves the page takes the focus with it.
  const isOut = reading.current.isFocused && activeIndex >= 0 && !items.includes(activeIndex);
  if (isOut && activeIndex < first) items.unshift(activeIndex);
  else if (isOut) items.push(activeIndex);
  const tabbable = items.includes(activeIndex) ? activeIndex : (items[0] ?? 0);

  useLayoutEffect(() => {
    if (!isGoing.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-seq="${active}"]`);
    if (!row) return;
    isGoing.current = false;
    row.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || count === 0) return;
    event.preventDefault();
    const index = Math.min(count - 1, Math.max(0, step(tabbable, count)));
    isGoing.current = true;
    setActive(entryAt(index)?.seq ?? null);
    show(index);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only holds still for what is done in it.
    <div
      ref={scroller}
      className="min-h-0 flex-1 overflow-y-scroll overscroll-contain bg-surface-raised [scrollbar-color:var(--line)_transparent] [scrollbar-width:thin]"
      onPointerEnter={() => note({ isOver: true })}
      onPointerLeave={() => note({ isOver: false })}
      onFocus={() => note({ isFocused: true })}
      onBlur={() => note({ isFocused: false })}
      onScroll={(event) => note({ isAway: event.currentTarget.scrollTop > ROW_HEIGHT / 2 })}
      onKeyDown={onKeyDown}
    >
      {count === 0 && <p className="px-3 py-4 text-detail text-ink-muted">{empty}</p>}
      {/* biome-ignore lint/a11y/useSemanticElements: what is virtual stands in elements of its own. */}
      <div
        role="list"
        aria-label="Changes, newest first"
        translate="no"
        className="relative"
        style={{ height: rowStart(count) }}
      >
        {items.map((index) => {
          const entry = entryAt(index);
          return (
            entry && (
              // biome-ignore lint/a11y/useSemanticElements: as above.
              <div
                key={entry.seq}
                role="listitem"
                aria-posinset={index + 1}
                aria-setsize={count}
                className="absolute inset-x-0 top-0"
                style={{ height: ROW_HEIGHT, transform: `translateY(${rowStart(index)}px)` }}
              >
                <button
                  type="button"
                  data-seq={entry.seq}
                  data-kind={entry.kind}
                  tabIndex={index === tabbable ? 0 : -1}
                  onFocus={() => setActive(entry.seq)}
                  onClick={({ currentTarget }) =>
                    onOpen(entry, currentTarget.closest('[data-layout="compact"]') !== null)
                  }
                  className="size-full border-line-subtle border-b px-3 hover:bg-surface-hover"
                >
                  <TapeRow entry={entry} zone={zone} format={format} />
                </button>
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

/** What is on the tape, and all odds of the view, as files. */
function Exports({ shown }: { shown: readonly TapeEntry[] }) {
  const store = useBoardStore();
  const { sport } = useSport();
  const [query] = useBoardQuery();
  const save = (what: 'tape' | 'view', ending: 'csv' | 'json') => {
    const now = Date.now();
    const { book } = store.getState();
    const origin = originOf(store);
    const table =
      what === 'tape'
        ? tapeTable(shown.toReversed(), origin)
        : viewTable(entriesOfView(book, query, knownUntil(store)), origin);
    const about = {
      sport,
      source: origin.source,
      feed: origin.state,
      feed_since: new Date(origin.since).toISOString(),
      exported_at: new Date(now).toISOString(),
      view: boardHref(sport, { ...query, at: store.past?.position ?? null }),
    };
    const text = ending === 'csv' ? csvText(table) : jsonText(table, about);
    download(exportFileName(what, sport, now, ending), text, ending);
  };
  const button = (what: 'tape' | 'view', ending: 'csv' | 'json') => (
    <button
      type="button"
      aria-label={`Save the ${what} as ${ending.toUpperCase()}`}
      onClick={() => save(what, ending)}
      className={BUTTON}
    >
      {ending.toUpperCase()}
    </button>
  );
  return (
    <footer className="flex h-10 shrink-0 items-center gap-1.5 border-line border-t px-3 text-detail text-ink-muted">
      <span className="mr-1">Tape</span>
      {button('tape', 'csv')}
      {button('tape', 'json')}
      <span className="mr-1 ml-auto">All odds of the view</span>
      {button('view', 'csv')}
      {button('view', 'json')}
    </footer>
  );
}
