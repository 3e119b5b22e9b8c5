/** What a picture of a view shows: its first rows, with the words and prices that the board has for them. */
import {
  formatClock,
  formatDay,
  formatRelativeDay,
  formatTime,
  zoneName,
} from '@/lib/board/format';
import { type BoardRow, buildBoardRows, buildLinesRows, type LinesRow } from '@/lib/board/rows';
import { slotsOf } from '@/lib/board/slots';
import type { FirstScreen } from '@/lib/board/store';
import { momentWords, viewWords } from '@/lib/board/view-words';
import { Book } from '@/lib/protocol/book';
import { decodeSnapshot } from '@/lib/protocol/decode';
import type { Fixture, Odd } from '@/lib/protocol/events';
import { type BoardQuery, statusGroup } from '@/lib/protocol/filter';
import { formatPrice, pointsText } from '@/lib/protocol/price';
import type { Sport } from '@/lib/protocol/sports';

export type SceneCell = {
  points: string;
  price: string;
  state: Odd['state'];
  /** What a settled one came to. */
  settlement: string | null;
};

export type SceneRow =
  | { kind: 'league'; text: string }
  | { kind: 'fixture'; text: string; meta: string }
  /** A side of a fixture, or a line. `meta` stands above the first side. */
  | {
      kind: 'row';
      meta: string | null;
      name: string;
      /** The score, or whom a line is about. */
      note: string;
      /** Whether it is the last of what belongs together. */
      isEnd: boolean;
      /** For each column the prices that stand side by side in it, or what stands there instead. */
      cells: readonly (readonly SceneCell[] | string)[];
    };

export type Scene = {
  title: string;
  words: string;
  isSample: boolean;
  /** Why these prices are not live, null where they are. */
  doubt: string | null;
  moment: string;
  columns: readonly string[];
  rows: readonly SceneRow[];
  totals: { fixtures: number; odds: number };
};

const HEADINGS = ['Away · Over · Yes', 'Home · Under · No', 'Draw · Other'];
/** Columns of the board that a picture has room for. */
const MOST_COLUMNS = 3;
const SLOTS = 2;

const FEED_WORDS = { connecting: 'Connecting', late: 'Late', dead: 'Not live' } as const;

/** `Today 20:30`, and how it stands where that is not as planned. */
function whenOf({ startDate, status }: Fixture, zone: string, now: number): string {
  const group = statusGroup(status);
  if (group === 'live') return 'Live';
  const parts = group === 'upcoming' || status === null ? [] : [status];
  if (startDate !== null) {
    parts.push(`${formatRelativeDay(startDate, zone, now)} ${formatTime(startDate, zone)}`);
  }
  return parts.join(' · ');
}

/** A scene of what the server tells of a view's first screen. */
export function sceneOf(screen: FirstScreen, sport: Sport, query: BoardQuery): Scene {
  const { feed, past, now, totals, snapshot } = screen;
  const zone = query.tz ?? 'UTC';
  const book = new Book();
  const { fixtures, odds } = decodeSnapshot(snapshot, { keepWire: false });
  for (const fixture of fixtures) book.applyFixture(fixture, 0);
  for (const odd of odds) book.hold(odd);

  const cellOf = (id: string): SceneCell[] => {
    const odd = book.odds.get(id);
    if (!odd) return [];
    return [
      {
        points: pointsText(odd),
        price: odd.price === null ? '–' : formatPrice(odd.price, query.odds),
        state: odd.state,
        settlement: odd.settlement,
      },
    ];
  };
  const whenOfId = (id: string) => {
    const fixture = book.fixtures.get(id);
    return fixture ? whenOf(fixture, zone, now) : '';
  };

  const ofBoard = (row: BoardRow): SceneRow[] => {
    if (row.kind === 'league') return [{ kind: 'league', text: row.league }];
    const score = book.fixtures.get(row.fixtureId)?.score;
    return row.sides.map(({ side, name }, index) => ({
      kind: 'row',
      meta: index === 0 ? whenOfId(row.fixtureId) : null,
      name: name ?? 'Team unknown',
      note: String((side === 'draw' ? null : score?.[side]) ?? ''),
      isEnd: index === row.sides.length - 1,
      cells: row.cells.slice(0, MOST_COLUMNS).map((cell) => {
        if (cell.kind === 'line') return (cell.odds[index] ?? []).flatMap(cellOf);
        return cell.kind === 'lines' && index === 0 ? `${cell.lines} lines` : [];
      }),
    }));
  };
  const ofLines = (row: LinesRow): SceneRow[] => {
    switch (row.kind) {
      case 'league':
        return [{ kind: 'league', text: row.league }];
      case 'section':
        return [{ kind: 'league', text: [row.label, row.about].filter(Boolean).join(' · ') }];
      case 'fixture': {
        const names = row.sides.slice(0, 2).map(({ name }) => name ?? 'Team unknown');
        return [{ kind: 'fixture', text: names.join(' at '), meta: whenOfId(row.fixtureId) }];
      }
      case 'line': {
        const cells = slotsOf(row.odds, SLOTS).slice(0, MOST_COLUMNS);
        return [
          {
            kind: 'row',
            meta: null,
            name: row.market,
            note: row.label,
            isEnd: true,
            cells: cells.map((id) => (id === null ? [] : cellOf(id))),
          },
        ];
      }
    }
  };

  const options = { mainMarkets: sport.mainMarkets };
  const isBoard = query.view === 'board';
  const board = isBoard ? buildBoardRows(book, query, options) : null;
  const rows = board
    ? board.rows.flatMap(ofBoard)
    : buildLinesRows(book, query, options).rows.flatMap(ofLines);
  const widest = Math.max(SLOTS, ...rows.map((row) => (row.kind === 'row' ? row.cells.length : 0)));
  const columns = board
    ? board.columns.slice(0, MOST_COLUMNS).map(({ label }) => label)
    : HEADINGS.slice(0, widest);
  const known = (id: string) => {
    const { away = null, home = null } = book.fixtures.get(id) ?? {};
    return away || home ? `${away ?? 'Team unknown'} at ${home ?? 'Team unknown'}` : null;
  };
  return {
    title: sport.name,
    words: viewWords(query, known).join(' · '),
    isSample: feed.source === 'simulator',
    doubt: doubtOf(screen, zone),
    moment: past
      ? momentWords(past.ms)
      : `${formatDay(now, zone, now)} ${formatClock(now, zone)} ${zoneName(zone, now)}`,
    columns,
    rows,
    totals,
  };
}

/** Why what is shown is not to be taken for the newest. */
function doubtOf({ feed, past, snapshot }: FirstScreen, zone: string): string | null {
  if (past)
    return past.problem ?? (past.silentSince === null ? null : 'Some of it was not live then');
  if (feed.feed !== 'live') {
    const since = feed.since > 0 ? ` since ${formatClock(feed.since, zone)}` : '';
    return `${FEED_WORDS[feed.feed]}${since}`;
  }
  return snapshot.partial ? 'Incomplete' : null;
}
