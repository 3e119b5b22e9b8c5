/** What leaves the board as text: files of the tape and of a view, and one price on the clipboard. Pure. */
import type { FeedState, Fixture, Odd } from '@/lib/protocol/events';
import { formatPrice, type OddsFormat } from '@/lib/protocol/price';
import type { ViewEntry } from './rows';
import { type BoardState, type BoardStore, type Figures, shownPrice } from './store';
import type { TapeEntry } from './tape';

export type Value = string | number | boolean | null;

/** Rows under their columns; each row has the columns' names. */
export type Table = {
  columns: readonly string[];
  rows: readonly Readonly<Record<string, Value>>[];
};

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** Text that no spreadsheet calculates, whoever wrote it: an apostrophe before it says that it is text. */
export function guardFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function csvField(value: Value | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = guardFormula(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** By this mark a spreadsheet knows that names are UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

/** A table as CSV by RFC 4180. Numbers stay numbers; text that looks like a formula is guarded. */
export function csvText({ columns, rows }: Table): string {
  const lines = rows.map((row) => columns.map((column) => csvField(row[column])).join(','));
  return BYTE_ORDER_MARK + [columns.map(csvField).join(','), ...lines, ''].join('\r\n');
}

/** A table as JSON, with what it is a table of before its rows. */
export function jsonText({ rows }: Table, about: Readonly<Record<string, Value>>): string {
  return `${JSON.stringify({ ...about, rows }, null, 1)}\n`;
}

/** `basketball-tape-20261124T160305Z.csv`: the time is UTC, and in no file system a colon. */
export function exportFileName(
  what: 'tape' | 'view',
  sport: string,
  at: number,
  ending: 'csv' | 'json',
): string {
  const time = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${sport.replace(/[^\w-]+/g, '_')}-${what}-${time}.${ending}`;
}

/** ISO, UTC; null for what is no time. */
function iso(at: string | number | null): string | null {
  if (at === null) return null;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function isoSeconds(seconds: number | null): string | null {
  return seconds === null ? null : iso(Math.round(seconds * 1_000));
}

function teams(fixture: Fixture | null) {
  return { away: fixture?.away ?? null, home: fixture?.home ?? null };
}

const VIEW_COLUMNS = [
  ...['league', 'fixture_id', 'away', 'home', 'start_date', 'status'],
  ...['market', 'name', 'selection', 'selection_line', 'points', 'price', 'is_main', 'state'],
  ...['settlement', 'settled_at', 'locked_at', 'changed_at', 'version_id', 'id', 'entry_id'],
  ...['feed', 'source'],
];

/** Every odd of a view; prices American, as received, whatever the view shows them in. */
export function viewTable(entries: readonly ViewEntry[], { state: feed, source }: Origin): Table {
  const rows = entries.flatMap(({ fixture, odds }) =>
    odds.map((odd) => ({
      league: fixture.league ?? odd.league,
      fixture_id: odd.fixtureId,
      ...teams(fixture),
      start_date: fixture.startDate,
      status: fixture.status,
      market: odd.market,
      name: odd.name,
      selection: odd.selection,
      selection_line: odd.selectionLine,
      points: odd.points,
      price: odd.price,
      is_main: odd.isMain,
      state: odd.state,
      settlement: odd.settlement,
      settled_at: iso(odd.settledAt),
      locked_at: isoSeconds(odd.lockedAt),
      changed_at: isoSeconds(odd.timestampSeconds),
      version_id: odd.versionId,
      id: odd.id,
      entry_id: odd.upstreamEntryId,
      feed,
      source,
    })),
  );
  return { columns: VIEW_COLUMNS, rows };
}

const TAPE_COLUMNS = [
  ...['at', 'changed_at', 'kind', 'missed', 'league', 'fixture_id', 'away', 'home'],
  ...['market', 'name', 'selection', 'selection_line', 'points_before', 'points'],
  ...['price_before', 'price', 'state_before', 'state', 'settlement_before', 'settlement'],
  ...['status_before', 'status', 'start_date_before', 'start_date', 'id', 'entry_id', 'source'],
];

/** The entries of a tape in the order given: `at` is when the board learnt it, `changed_at` what the row says. */
export function tapeTable(
  entries: readonly TapeEntry[],
  { source }: Pick<Origin, 'source'>,
): Table {
  const rows = entries.map((entry) => {
    const { odd, previous, fixture, fixtureBefore } = entry;
    return {
      at: iso(entry.at),
      changed_at: isoSeconds(odd?.timestampSeconds ?? null),
      kind: entry.kind,
      missed: entry.isCatchUp,
      league: fixture?.league ?? odd?.league ?? null,
      fixture_id: odd?.fixtureId ?? fixture?.id ?? null,
      ...teams(fixture),
      market: odd?.market ?? null,
      name: odd?.name ?? null,
      selection: odd?.selection ?? null,
      selection_line: odd?.selectionLine ?? null,
      points_before: previous?.points ?? null,
      points: odd?.points ?? null,
      price_before: previous?.price ?? null,
      price: odd?.price ?? null,
      state_before: previous?.state ?? null,
      state: odd?.state ?? null,
      settlement_before: previous?.settlement ?? null,
      settlement: odd?.settlement ?? null,
      status_before: fixtureBefore?.status ?? null,
      status: fixture?.status ?? null,
      start_date_before: fixtureBefore?.startDate ?? null,
      start_date: fixture?.startDate ?? null,
      id: odd?.id ?? null,
      entry_id: entry.entryId,
      source,
    };
  });
  return { columns: TAPE_COLUMNS, rows };
}

/** Where prices came from and how the feed was when they left the board: away from it nothing else tells. */
export type Origin = Pick<BoardState['feed'], 'source' | 'since'> & { state: FeedState | 'past' };

/** That of all prices which a board shows. */
export function originOf(store: BoardStore): Origin {
  const { source, since, state } = store.getState().feed;
  return store.past ? { source, since: store.past.ms, state: 'past' } : { source, since, state };
}

/** `not live since 2026-11-24 16:03:05 UTC`, `as of …`, `simulated`; null for real prices of a live feed. */
function originText({ source, state, since }: Origin): string | null {
  const doubts = [
    ...(state === 'live'
      ? []
      : [`${state === 'past' ? 'as of' : 'not live since'} ${utcText(iso(since))}`]),
    ...(source === 'simulator' ? ['simulated'] : []),
  ];
  return doubts.length === 0 ? null : doubts.join(', ');
}

/** `2026-11-24 16:03:05 UTC`; empty for no time. */
function utcText(at: string | null): string {
  return at === null ? '' : `${at.slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * One odd in a line: reads well in a chat, and falls into cells where it is pasted into a spreadsheet, whose tabs and
 * line ends a name must not bring itself. The price is the one that the view shows, named where it is not the current
 * one; its time is UTC, since the line goes to other offices.
 */
export function oddLine(
  odd: Odd,
  fixtureName: string,
  { format, figures, origin }: { format: OddsFormat; figures: Figures; origin: Origin },
): string {
  const text = (value: string) => guardFormula(value.replace(/\s+/g, ' ').trim());
  const shown = shownPrice(odd, figures);
  const figure = shown === null ? 'no price' : formatPrice(shown, format);
  const price = figures === 'current' ? figure : `${figures} ${figure}`;
  const state = odd.state === 'settled' ? `settled ${odd.settlement ?? ''}` : odd.state;
  const changed = isoSeconds(Math.floor(odd.timestampSeconds));
  const doubt = originText(origin);
  return [
    ...[text(fixtureName), text(odd.market), text(odd.name)],
    ...[price.replaceAll('−', '-'), text(state), utcText(changed)],
    ...(doubt === null ? [] : [doubt]),
  ].join('\t');
}
