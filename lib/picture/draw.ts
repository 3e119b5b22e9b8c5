/** A scene as SVG without a single letter of text: shapes alone, in the tokens of the dark theme. */
import { fitted, outlined, type Weight, widthOf } from './outline';
import type { Scene, SceneCell, SceneRow } from './scene';
import { PICTURE_SIZE } from './size';

const { width: WIDTH, height: HEIGHT } = PICTURE_SIZE;

const INK = '#e9ebee';
const MUTED = '#a9b1bc';
const FAINT = '#868f9b';
const LOCKED = '#929aa5';
const SURFACE = '#0c0e11';
const RAISED = '#12151a';
const LINE = '#2b313a';
const SUBTLE = '#1b2027';
const SAMPLE = '#c3a6ff';
const DOUBT = '#f2b84b';
/** A price that nobody may take for live. */
const DEAD = '#868f9b';

const EDGE = 32;
const HEADER = 92;
const HEADINGS = 40;
const FOOTER = 44;
/** Where the columns of prices begin. */
const COLUMNS_AT = 500;
const GAP = 20;

const HEIGHTS: Record<SceneRow['kind'], number> = { league: 34, fixture: 44, row: 38 };
/** A row with a time above it. */
const META = 26;

type Text = { size: number; weight: Weight; fill: string };

const heightOf = (row: SceneRow) =>
  HEIGHTS[row.kind] + (row.kind === 'row' && row.meta !== null ? META : 0);

function box(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`;
}

/** A text from `x`, as much of it as fits. */
function left(text: string, x: number, y: number, width: number, style: Text): string {
  return outlined(fitted(text, style.size, style.weight, width), { x, y, ...style });
}

function right(text: string, x: number, y: number, style: Text): string {
  return outlined(text, { x, y, ...style, isRight: true });
}

/** A padlock of 16 by 18 pixels: what is locked is not told by its grey alone. */
function padlock(x: number, y: number): string {
  return `<g transform="translate(${x} ${y})" stroke="${LOCKED}" stroke-width="2" fill="none"><path d="M4 8V5a4 4 0 0 1 8 0v3"/><rect x="2" y="8" width="12" height="9" rx="1.5" fill="${LOCKED}"/></g>`;
}

/** One price, ending at `end`: its points before it, and what became of it. */
function price(cell: SceneCell, start: number, end: number, y: number, isDead: boolean): string {
  const isOpen = cell.state === 'open';
  const fill = isDead ? DEAD : isOpen ? INK : LOCKED;
  const style: Text = { size: 24, weight: isOpen ? 600 : 400, fill };
  const parts = [right(cell.price, end, y, style)];
  let at = end - widthOf(cell.price, style.size, style.weight) - 14;
  if (cell.state === 'locked') {
    parts.push(padlock(at - 16, y - 18));
    at -= 28;
  }
  if (cell.state === 'settled' && cell.settlement !== null) {
    const word: Text = { size: 18, weight: 400, fill: MUTED };
    const text = fitted(cell.settlement, word.size, word.weight, Math.max(0, at - start));
    parts.push(right(text, at, y, word));
    at -= widthOf(text, word.size, word.weight) + 14;
  }
  const points: Text = { size: 20, weight: 400, fill: isDead ? DEAD : MUTED };
  parts.push(right(fitted(cell.points, points.size, 400, Math.max(0, at - start)), at, y, points));
  return parts.join('');
}

function row(item: SceneRow, y: number, columns: number, isDead: boolean): string {
  const height = heightOf(item);
  const below = box(EDGE, y + height - 1, WIDTH - 2 * EDGE, 1, SUBTLE);
  if (item.kind === 'league') {
    return `${box(0, y, WIDTH, height, RAISED)}${left(item.text, EDGE, y + 23, WIDTH - 2 * EDGE, { size: 17, weight: 600, fill: MUTED })}`;
  }
  if (item.kind === 'fixture') {
    const meta: Text = { size: 18, weight: 400, fill: FAINT };
    const room = WIDTH - 3 * EDGE - widthOf(item.meta, meta.size, meta.weight);
    return `${left(item.text, EDGE, y + 30, room, { size: 24, weight: 600, fill: INK })}${right(item.meta, WIDTH - EDGE, y + 30, meta)}${below}`;
  }
  const top = item.meta === null ? y : y + META;
  const baseline = top + 27;
  const note: Text = { size: 20, weight: 400, fill: MUTED };
  const room = COLUMNS_AT - EDGE - GAP;
  const name = fitted(item.name, 24, 400, room);
  const parts = [
    item.meta === null
      ? ''
      : left(item.meta, EDGE, y + 22, room, { size: 16, weight: 400, fill: FAINT }),
    left(name, EDGE, baseline, room, { size: 24, weight: 400, fill: INK }),
  ];
  const taken = widthOf(name, 24, 400) + 14;
  parts.push(left(item.note, EDGE + taken, baseline, Math.max(0, room - taken), note));
  for (const [index, cells] of item.cells.entries()) {
    const [start, end] = column(index, columns);
    if (typeof cells === 'string') {
      parts.push(right(cells, end, baseline, { size: 18, weight: 400, fill: FAINT }));
      continue;
    }
    const width = (end - start) / Math.max(1, cells.length);
    for (const [place, cell] of cells.entries()) {
      parts.push(
        price(cell, start + place * width + 8, start + (place + 1) * width, baseline, isDead),
      );
    }
  }
  return parts.join('') + (item.isEnd ? below : '');
}

/** Left and right end of a column of prices. */
function column(index: number, columns: number): [start: number, end: number] {
  const width = (WIDTH - EDGE - COLUMNS_AT) / columns;
  return [COLUMNS_AT + index * width + GAP, COLUMNS_AT + (index + 1) * width];
}

/** The mark of the board, 40 pixels high. */
const MARK =
  '<g transform="translate(32 28) scale(1.7)"><path d="M7 1 13.500 12H.5z" fill="#4cd0ab"/><path d="M17 19 10.500 8h13z" fill="#ff9466"/></g>';

export function draw(scene: Scene): string {
  const { title, words, rows, columns, totals } = scene;
  const isDead = scene.doubt !== null;
  const heading: Text = { size: 34, weight: 600, fill: INK };
  const titleWidth = widthOf(title, heading.size, heading.weight);
  const time: Text = { size: 20, weight: 400, fill: MUTED };
  const timeWidth = widthOf(scene.moment, time.size, time.weight);
  const wordsAt = EDGE + 56 + titleWidth + GAP;
  const parts = [
    box(0, 0, WIDTH, HEIGHT, SURFACE),
    MARK,
    left(title, EDGE + 56, 57, WIDTH - 2 * EDGE - timeWidth - 100, heading),
    left(words, wordsAt, 57, WIDTH - EDGE - timeWidth - 2 * GAP - wordsAt, {
      size: 26,
      weight: 400,
      fill: MUTED,
    }),
    right(scene.moment, WIDTH - EDGE, 46, time),
  ];
  const state = [
    ...(scene.doubt === null ? [] : [scene.doubt]),
    ...(scene.isSample ? ['Sample data'] : []),
  ];
  const fill = isDead ? DOUBT : SAMPLE;
  parts.push(
    right(fitted(state.join(' · '), 18, 600, 620), WIDTH - EDGE, 72, {
      size: 18,
      weight: 600,
      fill,
    }),
  );
  for (const [index, label] of columns.entries()) {
    const [start, end] = column(index, columns.length);
    const style: Text = { size: 18, weight: 400, fill: FAINT };
    parts.push(
      right(fitted(label, style.size, style.weight, end - start), end, HEADER + 26, style),
    );
  }
  parts.push(box(0, HEADER + HEADINGS - 1, WIDTH, 1, LINE));
  const floor = HEIGHT - FOOTER;
  let y = HEADER + HEADINGS;
  for (const [index, item] of rows.entries()) {
    // A heading with nothing below it, or half a fixture, says less than nothing.
    if (y + heightOf(item) + room(rows, index) > floor) break;
    parts.push(row(item, y, columns.length, isDead));
    y += heightOf(item);
  }
  if (rows.length === 0) {
    parts.push(
      left('Nothing matches this view.', EDGE, y + 50, WIDTH, {
        size: 26,
        weight: 400,
        fill: MUTED,
      }),
    );
  }
  const count = (number: number, noun: string) =>
    `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
  const footer = `${count(totals.fixtures, 'fixture')}, ${count(totals.odds, 'price')}. A picture of that moment: open the link for what holds now.`;
  parts.push(
    box(0, floor, WIDTH, FOOTER, RAISED),
    left(footer, EDGE, floor + 28, WIDTH - 2 * EDGE, { size: 17, weight: 400, fill: FAINT }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${parts.join('')}</svg>`;
}

/** Height of what must stand below a row with it: the first fixture of a league, the other sides of a fixture. */
function room(rows: readonly SceneRow[], index: number): number {
  const [item, next] = [rows[index], rows[index + 1]];
  if (!item || !next || (item.kind === 'row' && item.isEnd)) return 0;
  return heightOf(next) + room(rows, index + 1);
}
