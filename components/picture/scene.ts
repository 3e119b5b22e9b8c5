/** What a picture of a view shows: its first rows in the board's words, of what the server holds at that moment. */

import { feedWords } from '@/components/board/feed-words';
import { clockText, statusWord } from '@/components/board/fixture-badge';
import { fixtureName, fixtureNameBySides, knownFixtureName } from '@/components/board/fixture-name';
import { settlementWords } from '@/components/board/settlement-badge';
import {
  formatClock,
  formatDay,
  formatMoment,
  formatRelativeDay,
  formatTime,
  zoneName,
} from '@/lib/board/format';
import { type BoardRow, buildBoardRows, buildLinesRows, type LinesRow } from '@/lib/board/rows';
import { slotsOf } from '@/lib/board/slots';
import type { FirstScreen } from '@/lib/board/store';
import { viewWords } from '@/lib/board/view-words';
import type { Scene, SceneCell, SceneRow } from '@/lib/picture/scene';
import { Book } from '@/lib/protocol/book';
import { decodeSnapshot } from '@/lib/protocol/decode';
import type { Fixture } from '@/lib/protocol/events';
import { type BoardQuery, quietSinceOf, statusGroup } from '@/lib/protocol/filter';
import { formatPrice, pointsText } from '@/lib/protocol/price';
import type { Sport } from '@/lib/protocol/sports';

const HEADINGS = ['Away · Over · Yes', 'Home · Under · No', 'Draw · Other'];
/** Prices side by side that a picture has room for. */
const MOST_ACROSS = 3;
const SLOTS = 2;

const count = (number: number, noun: string) =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

/** `Suspended · 2nd 04:10`, `Today 20:30`: how it stands, and when. */
function whenOf({ startDate, status, score }: Fixture, zone: string, now: number): string {
  const isRunning = statusGroup(status) === 'live';
  const start =
    startDate === null
      ? 'Time unknown'
      : `${formatRelativeDay(startDate, zone, now)} ${formatTime(startDate, zone)}`;
  const parts = [
    status === 'unplayed' ? '' : statusWord(status),
    isRunning ? clockText(score) : start,
  ];
  return parts.filter(Boolean).join(' · ');
}

/**
 * The scene of a view.
 * @param screen its first fixtures with all of their odds
 */
export function sceneOf(screen: FirstScreen, sport: Sport, query: BoardQuery): Scene {
  const { past, now, totals, snapshot } = screen;
  const zone = query.tz ?? 'UTC';
  const book = new Book();
  const { fixtures, odds } = decodeSnapshot(snapshot, { keepWire: false });
  for (const fixture of fixtures) book.applyFixture(fixture, 0);
  for (const odd of odds) book.hold(odd);
  const options = {
    mainMarkets: sport.mainMarkets,
    quietSince: quietSinceOf(query.quiet, now),
  };

  const cellOf = (id: string, name?: string): SceneCell[] => {
    const odd = book.odds.get(id);
    if (!odd) return [];
    return [
      {
        points: name ?? pointsText(odd),
        price: odd.price === null ? '–' : formatPrice(odd.price, query.odds),
        state: odd.state,
        settlement: odd.state === 'settled' ? settlementWords(odd.settlement).letter : null,
      },
    ];
  };
  const metaOf = (id: string) => {
    const fixture = book.fixtures.get(id);
    return fixture ? whenOf(fixture, zone, now) : 'Time unknown';
  };
  const leagueOf = (league: string): SceneRow => ({
    kind: 'league',
    text: league || 'League unknown',
  });

  const ofBoard = (row: BoardRow): SceneRow[] => {
    if (row.kind === 'league') return [leagueOf(row.league)];
    const score = book.fixtures.get(row.fixtureId)?.score;
    const isNameless = row.sides.every(({ side, name }) => side === 'draw' || name === null);
    return row.sides.map(({ side, name }, index) => ({
      kind: 'row',
      meta: index === 0 ? metaOf(row.fixtureId) : null,
      name:
        name ??
        (isNameless ? (index === 0 ? fixtureName(row.fixtureId, null) : '') : 'Team unknown'),
      note: String((side === 'draw' ? null : score?.[side]) ?? ''),
      isEnd: index === row.sides.length - 1,
      cells: row.cells.map((cell) => {
        if (cell.kind === 'line') return (cell.odds[index] ?? []).flatMap((id) => cellOf(id));
        return cell.kind === 'lines' && index === 0 ? count(cell.lines, 'line') : [];
      }),
    }));
  };
  const ofLines = (row: LinesRow): SceneRow[] => {
    switch (row.kind) {
      case 'league':
        return [leagueOf(row.league)];
      case 'section':
        return [leagueOf([row.label, row.about].filter(Boolean).join(' · '))];
      case 'fixture': {
        const text = fixtureNameBySides(row.fixtureId, row.sides);
        return [{ kind: 'fixture', text, meta: metaOf(row.fixtureId) }];
      }
      case 'line': {
        const slots = slotsOf(row.odds, SLOTS);
        const left = slots.slice(MOST_ACROSS).filter((id) => id !== null).length;
        const names = new Map(row.odds.map(({ id, name }) => [id, name]));
        const about = row.label === '' ? [] : [row.market];
        return [
          {
            kind: 'row',
            meta: null,
            name: row.label || row.market,
            note: [...about, ...(left > 0 ? [`+${left} more`] : [])].join(' · '),
            isEnd: true,
            cells: slots
              .slice(0, MOST_ACROSS)
              .map((id) => (id === null ? [] : cellOf(id, names.get(id)))),
          },
        ];
      }
    }
  };

  const board = query.view === 'board' ? buildBoardRows(book, query, options) : null;
  const all = board
    ? board.rows.flatMap(ofBoard)
    : buildLinesRows(book, query, options).rows.flatMap(ofLines);
  const labels = board ? board.columns.map(({ label }) => label) : HEADINGS;
  const { columns, hidden } = columnsOf(labels, all, board === null);
  const rows = all.map((row) =>
    row.kind === 'row' ? { ...row, cells: row.cells.slice(0, columns.length) } : row,
  );
  const matching = `${count(totals.fixtures, 'fixture')}${hidden > 0 ? ` and ${count(hidden, 'more column')}` : ''}`;
  return {
    title: sport.name,
    words: viewWords(query, (id) => knownFixtureName(id, book.fixtures.get(id))).join(' · '),
    notes: notesOf(screen, zone),
    isDead: past !== null || screen.feed.feed !== 'live',
    moment: `${formatDay(now, zone, now)} ${formatClock(now, zone)} ${zoneName(zone, now)}`,
    columns,
    rows,
    empty:
      past?.problem ??
      (totals.fixtures === 0 ? 'Nothing matches this view.' : 'Open the link for what matches.'),
    footer: past
      ? `${matching}. A past moment: prices have moved since.`
      : `${matching}. A picture of that moment: open the link for what holds now.`,
  };
}

/** The first columns, as many as there is room for, and how many are left out. */
function columnsOf(
  labels: readonly string[],
  rows: readonly SceneRow[],
  isLines: boolean,
): { columns: Scene['columns']; hidden: number } {
  const spans = labels.map((_, index) => {
    const sizes = rows.map((row) => {
      const cells = row.kind === 'row' ? row.cells[index] : undefined;
      return Array.isArray(cells) ? cells.length : 0;
    });
    return Math.max(...sizes, 0);
  });
  const columns: { label: string; span: number }[] = [];
  let across = 0;
  for (const [index, label] of labels.entries()) {
    // Of lines the third place is shown where some line has a third side.
    if (isLines && index >= SLOTS && spans[index] === 0) continue;
    const span = Math.max(1, spans[index] ?? 1);
    if (columns.length > 0 && across + span > MOST_ACROSS) break;
    columns.push({ label, span });
    across += span;
  }
  return { columns, hidden: isLines ? 0 : labels.length - columns.length };
}

/** Why what is shown is not to be taken for the newest, or for real. */
function notesOf({ feed, past, snapshot, now }: FirstScreen, zone: string): string[] {
  const notes: string[] = [];
  if (past) notes.push('Past moment');
  else if (feed.feed !== 'live') {
    notes.push(feedWords(feed.feed, formatMoment(feed.since, zone, now)));
  }
  if (past?.silentSince != null) notes.push('some of it not live then');
  else if (snapshot.partial) notes.push('Incomplete');
  if (feed.source === 'simulator') notes.push('Sample data');
  return notes;
}
