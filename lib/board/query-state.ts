/**
 * The URL of a view. Server and browser read it with the same parsers, bad values are left out and named,
 * and defaults are never written, so that a link says only what differs from the plain board.
 */
import { parsePositionId } from '@/lib/protocol/entry-id';
import { clip } from '@/lib/protocol/errors';
import {
  type BoardQuery,
  DEFAULT_QUERY,
  LINE_COLUMNS,
  MOST_QUIET,
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

function within(value: number, least: number, most: number): number | null {
  return value >= least && value <= most ? value : null;
}

const READERS = {
  league: readName,
  market: readName,
  fixture: readLabel,
  q: (text) => (text.length <= VALUE_LENGTH ? text : null),
  status: readWord(STATUS_WORDS),
  state: readWord(STATE_WORDS),
  main: readFlag,
  quiet: (text) => (/^\d{1,4}$/.test(text) ? within(Number(text), 1, MOST_QUIET) : null),
  view: readWord(VIEWS),
  version: (text) => (/^-?\d{1,9}$/.test(text.trim()) ? Number(text) : null),
  odds: parseOddsFormat,
  tz: (text) => (isZone(text) ? text : null),
  column: readWord(LINE_COLUMNS),
  order: readWord(ORDERS),
} satisfies { [Name in keyof BoardQuery]: ReadValue<unknown> };

/** In the order in which they are written. */
const NAMES = [
  ...(['view', 'league', 'market', 'fixture', 'status', 'state', 'main', 'quiet', 'q'] as const),
  ...(['version', 'odds', 'tz', 'column', 'order'] as const),
] satisfies (keyof BoardQuery)[];

/** A position of the feed, or a millisecond of it. */
const readPosition: ReadValue<string> = (text) =>
  parsePositionId(text.trim()) === null ? null : text.trim();

/**
 * Parts of a link that rows are not made from: the odd whose history is open beside them, and the past moment that the
 * board is of.
 */
const ASIDES = { history: readLabel, at: readPosition } satisfies Record<string, ReadValue<string>>;
type Aside = keyof typeof ASIDES;
const ASIDE_NAMES = Object.keys(ASIDES) as Aside[];

/** What a link may say. */
export type LinkQuery = BoardQuery & { [Name in Aside]: string | null };

function isMany(name: keyof BoardQuery): boolean {
  return Array.isArray(DEFAULT_QUERY[name]);
}

/** The parameters of a view in the order in which they are written; names that are not ours follow. */
function inWrittenOrder(params: URLSearchParams): URLSearchParams {
  const ordered = new URLSearchParams();
  for (const name of new Set([...NAMES, ...ASIDE_NAMES, ...params.keys()])) {
    for (const value of params.getAll(name)) ordered.append(name, value);
  }
  return ordered;
}

/**
 * Parameters with what a query says beside what they say themselves, as text for a URL: the same view has one, however its
 * filters were come by. What is undefined stays as it is, and of a default nothing is written.
 */
export function writeQuery(search: string, query: Partial<LinkQuery>): string {
  const params = new URLSearchParams(search);
  for (const name of [...NAMES, ...ASIDE_NAMES] as const) {
    const value = query[name];
    if (value === undefined) continue;
    params.delete(name);
    if (value === null || (!(name in ASIDES) && value === DEFAULT_QUERY[name as keyof BoardQuery]))
      continue;
    for (const text of [value].flat()) params.append(name, String(text));
  }
  // These need no escape in a query, and are read more easily without.
  return String(inWrittenOrder(params)).replace(/%(?:2F|3A|2C)/g, decodeURIComponent);
}

/** A page's parameters, as a browser or as the server has them. */
type Search = URLSearchParams | { readonly [name: string]: string | readonly string[] | undefined };

export type ParsedBoardQuery = {
  query: BoardQuery;
  /** Bad values, as `name=value`, for the page to name. */
  ignored: readonly string[];
};

/** A view as one reads it from a page's URL. Bad values are left out; unknown names are nobody's business. */
export function readQuery(search: Search): BoardQuery {
  const query: { -readonly [Name in keyof BoardQuery]: BoardQuery[Name] } = { ...DEFAULT_QUERY };
  for (const name of NAMES) {
    const texts = valuesOf(search, name);
    if (texts.length === 0) continue;
    const read: ReadValue<unknown> = READERS[name];
    const values = [...new Set(texts.map(read))].filter((value) => value !== null);
    const value = isMany(name) ? values.slice(0, VALUE_COUNT) : read(texts[0] ?? '');
    if (value !== null) Object.assign(query, { [name]: value });
  }
  return query;
}

/** The same, with what was left out. */
export function parseBoardQuery(search: Search): ParsedBoardQuery {
  const ignored = NAMES.flatMap((name) =>
    badValues(name, valuesOf(search, name), READERS[name], isMany(name) ? VALUE_COUNT : 1),
  );
  for (const name of ASIDE_NAMES) {
    ignored.push(...badValues(name, valuesOf(search, name), ASIDES[name], 1));
  }
  return { query: readQuery(search), ignored };
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

function valuesOf(search: Search, name: string): readonly string[] {
  if (search instanceof URLSearchParams) return search.getAll(name);
  const value = search[name];
  return value === undefined ? [] : [value].flat();
}

/** The odd whose history is open. */
export function parseHistory(search: Search): string | null {
  return readLabel(valuesOf(search, 'history')[0] ?? '');
}

/** The past position that the board is of; null: it is live. */
export function parsePosition(search: Search): string | null {
  return readPosition(valuesOf(search, 'at')[0] ?? '');
}

/** The page of a view: `/{sport}`, and of the query only what differs from the defaults. */
export function boardHref(sport: string, query: Partial<LinkQuery> = {}): string {
  const search = writeQuery('', query);
  return `/${encodeURIComponent(sport)}${search && '?'}${search}`;
}
