// biome-ignore-all lint/a11y/useSemanticElements: a fieldset cannot be a flex row in every browser.
'use client';

import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { CountMark } from '@/components/ui/count-mark';
import { ChevronIcon, CloseIcon, SearchIcon } from '@/components/ui/icons';
import { MultiSelect } from '@/components/ui/multi-select';
import type { Option } from '@/components/ui/option';
import { type QueryPatch, useBoardQuery, useOpenHistory } from '@/lib/board/address';
import type { Facet } from '@/lib/board/facets';
import { useBoardStore, useFacets, useOffer, useSport } from '@/lib/board/hooks';
import { boardHref } from '@/lib/board/query-state';
import type { Totals } from '@/lib/board/rows';
import { tasteNow, useTaste } from '@/lib/board/taste-store';
import {
  type BoardQuery,
  LINE_COLUMNS,
  type LineColumn,
  ORDERS,
  type Order,
  STATE_WORDS,
  VALUE_LENGTH,
  VIEWS,
  type View,
} from '@/lib/protocol/filter';
import { ODDS_FORMATS, type OddsFormat } from '@/lib/protocol/price';
import { statusWord } from './fixture-badge';
import type { Layout } from './layout';

const FORMAT_NAMES: Record<OddsFormat, string> = {
  american: 'American',
  decimal: 'Decimal',
  probability: 'Probability',
  hong_kong: 'Hong Kong',
  malay: 'Malay',
  indonesian: 'Indonesian',
};

const ORDER_NAMES: Record<Order, string> = {
  league: 'By league',
  start: 'By start',
  rotation: 'By rotation',
};

/** Names of the lines view's optional columns. */
export const COLUMN_NAMES: Record<LineColumn, string> = { hold: 'Hold', novig: 'No-vig' };
const COLUMN_OPTIONS: readonly Option[] = LINE_COLUMNS.map((value) => ({
  value,
  label: COLUMN_NAMES[value],
  count: null,
}));

/** Minutes that are offered; an address may ask for others. */
const QUIET_MINUTES = [1, 5, 15, 60];
const ANY_AGE = 0;

const VIEW_NAMES: Record<View, string> = { board: 'Board', lines: 'Lines', fixture: 'Fixture' };

/** What is left when every filter is off; format, zone, columns and order say how, not what. */
export const NO_FILTERS = {
  league: [],
  market: [],
  fixture: [],
  q: '',
  status: [],
  state: [],
  main: false,
  quiet: null,
  version: null,
} satisfies QueryPatch;

export type ActiveFilter = { key: string; text: string; without: QueryPatch };

/** The filters of a view one by one, each with what it takes to drop it. */
export function activeFilters(
  query: BoardQuery,
  fixtureName: (id: string) => string,
): ActiveFilter[] {
  const filters: ActiveFilter[] = [];
  const many = (
    name: 'league' | 'market' | 'fixture' | 'status' | 'state',
    text: (value: string) => string,
  ) => {
    const values: readonly string[] = query[name];
    for (const value of values) {
      filters.push({
        key: `${name}=${value}`,
        text: text(value),
        without: { [name]: values.filter((other) => other !== value) },
      });
    }
  };
  many('league', (value) => value);
  many('market', (value) => value);
  many('fixture', fixtureName);
  many('status', statusWord);
  many('state', statusWord);
  if (query.main) filters.push({ key: 'main', text: 'Main lines only', without: { main: false } });
  if (query.quiet !== null) {
    filters.push({ key: 'quiet', text: `Quiet for ${query.quiet} min`, without: { quiet: null } });
  }
  if (query.q.trim() !== '') {
    filters.push({ key: 'q', text: `“${query.q.trim()}”`, without: { q: '' } });
  }
  if (query.version !== null) {
    filters.push({
      key: 'version',
      text: `Version ${query.version}`,
      without: { version: null },
    });
  }
  return filters;
}

function optionsOf(facets: readonly Facet[], label = (value: string) => value): Option[] {
  return facets.map(({ value, label: name, count }) => ({ value, label: label(name), count }));
}

const CONTROL =
  'inline-flex h-7 shrink-0 items-center rounded-control border text-detail whitespace-nowrap';

/**
 * The filters of the view, all of them in the URL. A phone has room for what is used most; the rest opens below, in
 * sight and not in a strip that one must guess to push.
 */
export function BoardFilters({ totals, layout }: { totals: ReactNode; layout: Layout }) {
  const [query, setQuery] = useBoardQuery();
  const [history] = useOpenHistory();
  const { sport } = useSport();
  const facets = useFacets(useOffer());
  const [isOpen, setIsOpen] = useState(false);
  const moreId = useId();

  const isOne = query.fixture.length === 1;
  // On its own page a fixture has one league and one status, and nothing to stand before or after.
  const isPage = isOne && query.view === 'fixture';
  const choices = (
    <>
      {!isPage && (
        <MultiSelect
          label="League"
          options={optionsOf(facets.leagues)}
          selected={query.league}
          onChange={(league) => setQuery({ league })}
        />
      )}
      <MultiSelect
        label="Market"
        options={optionsOf(facets.markets)}
        selected={query.market}
        onChange={(market) => setQuery({ market })}
        isOrdered
      />
      {!isPage && (
        <MultiSelect
          label="Status"
          options={optionsOf(facets.statuses, statusWord)}
          selected={query.status}
          onChange={(status) => setQuery({ status })}
        />
      )}
    </>
  );
  const view = (
    <ViewSwitch view={query.view} isOne={isOne} onChange={(view) => setQuery({ view })} />
  );
  const states = (
    <StateFilter
      facets={facets.states}
      selected={query.state}
      onChange={(state) => setQuery({ state })}
    />
  );
  const mainLines = (
    <ToggleButton isOn={query.main} onClick={() => setQuery({ main: !query.main })}>
      Main lines
    </ToggleButton>
  );
  const quiet = (
    <Select
      label="Without a change for"
      values={[...new Set([ANY_AGE, query.quiet ?? ANY_AGE, ...QUIET_MINUTES])]
        .sort((a, b) => a - b)
        .map(String)}
      nameOf={(value) => (value === String(ANY_AGE) ? 'Any age' : `Quiet ${value} m`)}
      value={String(query.quiet ?? ANY_AGE)}
      onChange={(value) => setQuery({ quiet: Number(value) || null })}
    />
  );
  const format = (
    <Select
      label="Odds format"
      nameOf={(odds) => FORMAT_NAMES[odds]}
      values={ODDS_FORMATS}
      value={query.odds}
      onChange={(odds) => setQuery({ odds })}
    />
  );
  const order = !isPage && (
    <Select
      label="Order of fixtures"
      nameOf={(order) => ORDER_NAMES[order]}
      values={ORDERS}
      value={query.order}
      onChange={(order) => setQuery({ order })}
    />
  );
  const at = useBoardStore().past?.position ?? null;
  const linkText = () =>
    new URL(boardHref(sport, { ...query, history, at }), window.location.origin).href;
  const onSearch = (q: string) => setQuery({ q });

  if (layout === 'wide') {
    return (
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-1.5 max-[95rem]:gap-1 border-line-subtle border-b px-3.5 py-1.5">
        {view}
        <Rule />
        {choices}
        <Rule />
        {states}
        {mainLines}
        {quiet}
        {query.view !== 'board' && (
          <MultiSelect
            label="Columns"
            options={COLUMN_OPTIONS}
            selected={query.column}
            onChange={(column) => setQuery({ column: column as LineColumn[] })}
            isOrdered
          />
        )}
        <Search
          text={query.q}
          onChange={onSearch}
          className="min-w-24 max-w-52 grow-[99] basis-24"
        />
        {/* In one piece: where there is no room it goes below, and where there is little its counts go. */}
        <span className="ml-auto flex items-center gap-1.5 pl-2 max-[95rem]:gap-1 max-[95rem]:pl-0.5">
          <span className="max-[95rem]:hidden">{totals}</span>
          {order}
          {format}
          <CopyButton
            label="Copy link"
            text={linkText}
            labelClass={query.view === 'lines' ? 'max-[95rem]:sr-only' : ''}
          />
        </span>
      </div>
    );
  }
  const hidden = query.state.length + [query.main, query.quiet].filter(Boolean).length;
  return (
    <div className="flex shrink-0 flex-col gap-2 border-line-subtle border-b px-3 py-2">
      <div className="flex flex-wrap items-center gap-1">
        {view}
        <span className="ml-auto flex gap-1">{choices}</span>
      </div>
      <div className="flex items-center gap-1.5">
        <Search text={query.q} onChange={onSearch} className="min-w-0 flex-1" />
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={moreId}
          onClick={() => setIsOpen((open) => !open)}
          className={`${CONTROL} gap-1.5 px-2 ${
            hidden > 0
              ? 'border-accent/50 bg-surface-selected text-ink'
              : 'border-line text-ink-muted'
          }`}
        >
          More
          {hidden > 0 && <CountMark count={hidden} />}
          <ChevronIcon className={`-mr-0.5 size-3 text-ink-faint ${isOpen ? 'rotate-180' : ''}`} />
        </button>
        <CopyButton label="Copy link" text={linkText} />
      </div>
      <div id={moreId} hidden={!isOpen}>
        <div className="flex flex-wrap items-center gap-1.5">
          {states}
          {mainLines}
          {quiet}
          {order}
          {format}
          {totals}
        </div>
      </div>
    </div>
  );
}

function Rule() {
  return <span aria-hidden="true" className="mx-1 h-4 w-px shrink-0 bg-line" />;
}

function ViewSwitch({
  view,
  isOne,
  onChange,
}: {
  view: View;
  /** Whether the view is of one fixture, which has a page of its own. */
  isOne: boolean;
  onChange: (view: View) => void;
}) {
  const views = VIEWS.filter((name) => name !== 'fixture' || isOne || view === name);
  return (
    <div role="group" aria-label="View of the odds" className={`${CONTROL} border-line p-0.5`}>
      {views.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={view === name}
          onClick={() => onChange(name)}
          className={`h-full rounded-[3px] compact:px-2 px-2.5 ${
            view === name
              ? 'bg-surface-selected font-medium text-ink'
              : 'text-ink-muted hover:text-ink'
          }`}
        >
          {VIEW_NAMES[name]}
        </button>
      ))}
    </div>
  );
}

function ToggleButton({
  isOn,
  onClick,
  children,
}: {
  isOn: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onClick}
      className={`${CONTROL} gap-1.5 px-2 ${
        isOn
          ? 'border-accent/50 bg-surface-selected text-ink'
          : 'border-line text-ink-muted hover:bg-surface-hover hover:text-ink'
      }`}
    >
      {children}
    </button>
  );
}

function StateFilter({
  facets,
  selected,
  onChange,
}: {
  facets: readonly Facet[];
  selected: BoardQuery['state'];
  onChange: (state: BoardQuery['state']) => void;
}) {
  return (
    <div role="group" aria-label="State" className="flex shrink-0 gap-1.5">
      {STATE_WORDS.map((state) => {
        const count = facets.find(({ value }) => value === state)?.count ?? null;
        const isOn = selected.includes(state);
        return (
          <ToggleButton
            key={state}
            isOn={isOn}
            onClick={() =>
              onChange(isOn ? selected.filter((other) => other !== state) : [...selected, state])
            }
          >
            {statusWord(state)}
            {/* It keeps its place while it is not known, so that the controls beside it stay where they are. */}
            <span aria-hidden="true" className="min-w-6 text-left text-ink-faint tabular-nums">
              {count}
            </span>
          </ToggleButton>
        );
      })}
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}

function Search({
  text,
  onChange,
  className,
}: {
  text: string;
  onChange: (text: string) => void;
  className: string;
}) {
  const field = useRef<HTMLInputElement>(null);
  const { keys } = useTaste();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || !tasteNow().keys) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <label
      className={`${CONTROL} ${className} gap-1.5 border-line px-2 text-ink-faint focus-within:border-accent`}
    >
      <SearchIcon />
      <input
        ref={field}
        type="search"
        value={text}
        maxLength={VALUE_LENGTH}
        aria-label="Search teams, players and bets"
        aria-keyshortcuts={keys ? '/' : undefined}
        placeholder="Search"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          // Both lead to what was found; Escape takes the text away first.
          if (event.key === 'Escape' && text !== '') {
            event.preventDefault();
            onChange('');
          } else if (event.key === 'Escape' || event.key === 'Enter') {
            event.preventDefault();
            const grid = document.querySelector<HTMLElement>('[role=grid]');
            if (grid) grid.focus();
            else if (event.key === 'Escape') event.currentTarget.blur();
          }
        }}
        className="min-w-0 flex-1 bg-transparent text-detail text-ink outline-none placeholder:text-ink-faint"
      />
      {keys && (
        <span
          aria-hidden="true"
          className="compact:hidden rounded-[3px] border border-line px-1 text-label"
        >
          /
        </span>
      )}
    </label>
  );
}

function Select<Value extends string>({
  label,
  nameOf,
  values,
  value,
  onChange,
}: {
  label: string;
  nameOf: (value: Value) => string;
  values: readonly Value[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <span
      className={`${CONTROL} relative border-line text-ink-muted hover:bg-surface-hover hover:text-ink`}
    >
      <select
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
        className="h-full appearance-none rounded-control bg-transparent pr-6 pl-2 text-detail"
      >
        {values.map((name) => (
          <option key={name} value={name} className="bg-surface-overlay text-ink">
            {nameOf(name)}
          </option>
        ))}
      </select>
      <ChevronIcon className="pointer-events-none absolute right-1.5 size-3 text-ink-faint" />
    </span>
  );
}

/** `412 odds · 63 fixtures`; nothing while they are not counted. */
export function TotalsText({ totals }: { totals: Pick<Totals, 'odds' | 'fixtures'> | null }) {
  if (!totals) return null;
  const { odds, fixtures } = totals;
  return (
    <span className="mr-1.5 shrink-0 text-detail text-ink-muted">
      <span className="text-ink">{odds.toLocaleString('en')}</span> {odds === 1 ? 'odd' : 'odds'}
      {' · '}
      <span className="text-ink">{fixtures.toLocaleString('en')}</span>{' '}
      {fixtures === 1 ? 'fixture' : 'fixtures'}
    </span>
  );
}

/** The filters that are on, each with a button that takes it off. */
export function FilterChips({
  filters,
  onRemove,
  onClear,
}: {
  filters: readonly ActiveFilter[];
  onRemove: (without: QueryPatch) => void;
  /** Takes all of them off, and the focus to where filters are made. */
  onClear: () => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  if (filters.length === 0) return null;
  /** The chip that is pressed goes; the focus stays among the others, where the next press is wanted. */
  const remove = (without: QueryPatch, index: number) => {
    list.current?.querySelectorAll('button')[index + 1]?.focus();
    onRemove(without);
  };
  return (
    <ul
      ref={list}
      aria-label="Active filters"
      className="no-scrollbar flex h-9 shrink-0 items-center gap-1.5 overflow-x-auto border-line-subtle border-b px-3 wide:px-3.5"
    >
      {filters.map(({ key, text, without }, index) => (
        <li key={key} className="shrink-0">
          <button
            type="button"
            aria-label={`Remove ${text}`}
            onClick={() => (filters.length > 1 ? remove(without, index) : onClear())}
            className="group inline-flex h-6 max-w-64 items-center gap-1 rounded-control bg-surface-selected pr-1 pl-2 text-detail text-ink hover:bg-line"
          >
            <span className="truncate">{text}</span>
            <CloseIcon className="size-3 text-ink-muted group-hover:text-ink" />
          </button>
        </li>
      ))}
      <li className="shrink-0">
        <button
          type="button"
          onClick={onClear}
          className="h-6 rounded-control px-2 text-detail text-ink-muted hover:text-ink hover:underline"
        >
          Clear all
        </button>
      </li>
    </ul>
  );
}
