/**
 * The URL of a view. Server and browser read it with the same parsers, bad values are left out and named,
 * and defaults are never written, so that a link says only what differs from the plain board.
 */
import { useQueryStates } from 'nuqs';
import {
  createMultiParser,
  createParser,
  createSerializer,
  debounce,
  type SearchParams,
} from 'nuqs/server';
import { useCallback } from 'react';
import { clip } from '@/lib/protocol/errors';
import {
  type BoardQuery,
  DEFAULT_QUERY,
  LINE_COLUMNS,
  ORDERS,
  STATE_WORDS,
  STATUS_WORDS,
  VALUE_COUNT,
  VALUE_LENGTH,
  VIEWS,
} from '@/lib/protocol/filter';
import { parseOddsFormat } from '@/lib/protocol/price';
import { slug } from '@/lib/protocol/sports';
import { isZone } from './format';

/** How long a pause in typing must be before the search text is written into the URL. */
const SEARCH_DEBOUNCE_MS = 300;

/** A reader of one value: null where it cannot be right. */
type ReadValue<T> = (text: string) => T | null;

const readLabel: ReadValue<string> = (text) => {
  const label = text.trim();
  return label !== '' && label.length <= VALUE_LENGTH ? label : null;
};

/** What is found by its slug must have one. */
const readName: ReadValue<string> = (text) => {
  const label = readLabel(text);
  return label !== null && slug(label) !== '' ? label : null;
};

function readWord<T extends string>(words: readonly T[]): ReadValue<T> {
  return (text) => words.find((word) => word === text.trim().toLowerCase()) ?? null;
}

const readFlag: ReadValue<boolean> = (text) => {
  const word = text.trim().toLowerCase();
  if (word === '' || word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : null;
};

const READERS = {
  league: readName,
  market: readName,
  fixture: readLabel,
  q: (text) => (text.length <= VALUE_LENGTH ? text : null),
  status: readWord(STATUS_WORDS),
  state: readWord(STATE_WORDS),
  main: readFlag,
  view: readWord(VIEWS),
  version: (text) => (/^-?\d{1,9}$/.test(text.trim()) ? Number(text) : null),
  odds: parseOddsFormat,
  tz: (text) => (isZone(text) ? text : null),
  column: readWord(LINE_COLUMNS),
  order: readWord(ORDERS),
} satisfies { [Name in keyof BoardQuery]: ReadValue<unknown> };

function many<T extends string>(read: ReadValue<T>) {
  return createMultiParser<readonly T[]>({
    parse: (texts) => {
      const values = texts.map(read).filter((value) => value !== null);
      return [...new Set(values)].slice(0, VALUE_COUNT);
    },
    serialize: (values) => [...values],
    eq: (a, b) => a.length === b.length && a.every((value, index) => value === b[index]),
  }).withDefault([]);
}

/** In the order in which they are written. */
const PARSERS = {
  view: createParser({ parse: READERS.view, serialize: String }).withDefault(DEFAULT_QUERY.view),
  league: many(READERS.league),
  market: many(READERS.market),
  fixture: many(READERS.fixture),
  status: many(READERS.status),
  state: many(READERS.state),
  main: createParser({ parse: READERS.main, serialize: String }).withDefault(DEFAULT_QUERY.main),
  q: createParser({ parse: READERS.q, serialize: String }).withDefault(DEFAULT_QUERY.q),
  version: createParser({ parse: READERS.version, serialize: String }),
  odds: createParser({ parse: READERS.odds, serialize: String }).withDefault(DEFAULT_QUERY.odds),
  tz: createParser({ parse: READERS.tz, serialize: String }),
  column: many(READERS.column),
  order: createParser({ parse: READERS.order, serialize: String }).withDefault(DEFAULT_QUERY.order),
};

/** What is open beside the rows. It is part of a link, and no part of the query that rows are made from. */
const ASIDE_PARSERS = {
  /** The odd whose history is open, by the wire's id. */
  history: createParser({ parse: readLabel, serialize: String }),
};

const serialize = createSerializer(
  { ...PARSERS, ...ASIDE_PARSERS },
  {
    // The same view has one URL, however its filters were come by.
    processUrlSearchParams: inWrittenOrder,
  },
);

/** The parameters of a view in the order in which they are written; names that are not ours follow. */
export function inWrittenOrder(params: URLSearchParams): URLSearchParams {
  const ordered = new URLSearchParams();
  const names = [...Object.keys(PARSERS), ...Object.keys(ASIDE_PARSERS), ...params.keys()];
  for (const name of new Set(names)) {
    for (const value of params.getAll(name)) ordered.append(name, value);
  }
  return ordered;
}

export type ParsedBoardQuery = {
  query: BoardQuery;
  /** Bad values, as `name=value`, for the page to name. */
  ignored: readonly string[];
};

/** A view as one reads it from a page's URL. Bad values are left out and named; unknown names are nobody's business. */
export function parseBoardQuery(search: SearchParams | URLSearchParams): ParsedBoardQuery {
  const query: { -readonly [Name in keyof BoardQuery]: BoardQuery[Name] } = { ...DEFAULT_QUERY };
  const ignored: string[] = [];
  for (const [name, parser] of Object.entries(PARSERS)) {
    const texts = valuesOf(search, name);
    if (texts.length === 0) continue;
    const read: ReadValue<unknown> = READERS[name as keyof BoardQuery];
    const isMany = parser.type === 'multi';
    ignored.push(...badValues(name, texts, read, isMany ? VALUE_COUNT : 1));
    const value = isMany ? parser.parse(texts) : read(texts[0] ?? '');
    if (value !== null) Object.assign(query, { [name]: value });
  }
  ignored.push(...badValues('history', valuesOf(search, 'history'), readLabel, 1));
  return { query, ignored };
}

/** The values that cannot be right or are too many. Of a single value given twice the first counts, as in the browser. */
function badValues(
  name: string,
  texts: readonly string[],
  read: ReadValue<unknown>,
  most: number,
): string[] {
  return texts
    .filter((text, index) => index >= most || read(text) === null)
    .map((text) => `${name}=${clip(text)}`);
}

function valuesOf(search: SearchParams | URLSearchParams, name: string): string[] {
  if (search instanceof URLSearchParams) return search.getAll(name);
  const value = search[name];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** The page of a view: `/{sport}`, and of the query only what differs from the defaults. */
export function boardHref(
  sport: string,
  query: Partial<BoardQuery & { history: string | null }> = {},
): string {
  return serialize(`/${encodeURIComponent(sport)}`, query);
}

export type QueryPatch = Partial<BoardQuery>;
export type SetBoardQuery = (patch: QueryPatch, options?: { history?: 'push' | 'replace' }) => void;

/**
 * The view the URL asks for, and its setter. A change is a history entry, so that Back undoes it; search
 * text replaces the current one, once the typing pauses, while the returned query follows at once.
 */
export function useBoardQuery(): [BoardQuery, SetBoardQuery] {
  const [query, setStates] = useQueryStates(PARSERS);
  const setQuery = useCallback<SetBoardQuery>(
    (patch, options) => {
      const isTyping = 'q' in patch && Object.keys(patch).length === 1;
      void setStates(patch, {
        history: options?.history ?? (isTyping ? 'replace' : 'push'),
        ...(isTyping && { limitUrlUpdates: debounce(SEARCH_DEBOUNCE_MS) }),
      });
    },
    [setStates],
  );
  return [query, setQuery];
}

/**
 * The odd whose history is open beside the board, and its setter. Opening and closing are history entries, so that
 * Back closes what a click opened; from one odd to the next the entry is replaced.
 */
export function useOpenHistory(): [string | null, (id: string | null) => void] {
  const [{ history }, setStates] = useQueryStates(ASIDE_PARSERS);
  const open = useCallback(
    (id: string | null) => {
      const isNext = history !== null && id !== null;
      void setStates({ history: id }, { history: isNext ? 'replace' : 'push' });
    },
    [history, setStates],
  );
  return [history, open];
}
