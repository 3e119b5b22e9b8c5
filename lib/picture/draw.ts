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
/** Made-up prices are lilac as on the board, and whatever else is to be known is amber. */
const SAMPLE = '#c3a6ff';
const NOTE = '#f2b84b';
/** A price that nobody may take for live. */
const DEAD = '#868f9b';

const EDGE = 32;
const HEADER = 92;
const HEADINGS = 40;
const FOOTER = 44;
/** Where the columns of prices begin. */
const COLUMNS_AT = 500;
const GAP = 20;
/** Smaller letters cannot be read in a chat. */
const LEAST_SIZE = 11;

const HEIGHTS: Record<SceneRow['kind'], number> = { league: 34, fixture: 44, row: 38 };
/** What a row is higher by with a line above it. */
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

/** The same up to `x`. */
function right(text: string, x: number, y: number, width: number, style: Text): string {
  return outlined(fitted(text, style.size, style.weight, width), {
    ...{ x, y, ...style, isRight: true },
  });
}

/** Up to `end` in smaller letters where there is no room: half of a figure is another figure. */
function whole(text: string, start: number, end: number, y: number, style: Text): string {
  const room = Math.max(0, end - start);
  const width = Math.max(1, widthOf(text, style.size, style.weight));
  const size = Math.max(LEAST_SIZE, Math.min(style.size, (style.size * room) / width));
  return right(text, end, y, room, { ...style, size });
}

/** A padlock of 16 by 18 pixels: what is locked is not told by its grey alone. */
function padlock(x: number, y: number): string {
  return `<g transform="translate(${x} ${y})" stroke="${LOCKED}" stroke-width="2" fill="none"><path d="M4 8V5a4 4 0 0 1 8 0v3"/><rect x="2" y="8" width="12" height="9" rx="1.5" fill="${LOCKED}"/></g>`;
}

/** One price, ending at `end`: what it is the price of before it, and what became of it. */
function price(cell: SceneCell, start: number, end: number, y: number, isDead: boolean): string {
  const isOpen = cell.state === 'open' && !isDead;
  const fill = isDead ? DEAD : isOpen ? INK : LOCKED;
  const style: Text = { size: 24, weight: isOpen ? 600 : 400, fill };
  const parts = [right(cell.price, end, y, end - start, style)];
  let at = end - widthOf(cell.price, style.size, style.weight) - 10;
  if (cell.state === 'locked') {
    parts.push(padlock(at - 16, y - 18));
    at -= 24;
  }
  if (cell.settlement !== null) {
    const letter: Text = { size: 18, weight: 600, fill: MUTED };
    parts.push(right(cell.settlement, at, y, at - start, letter));
    at -= widthOf(cell.settlement, letter.size, letter.weight) + 10;
  }
  const points: Text = { size: 20, weight: 400, fill: isDead ? DEAD : MUTED };
  parts.push(whole(cell.points, start, at, y, points));
  return parts.join('');
}

/** Left and right end of a column of prices. */
function column(index: number, columns: Scene['columns']): [start: number, end: number] {
  const sum = (some: Scene['columns']) => some.reduce((total, { span }) => total + span, 0);
  const width = (WIDTH - EDGE - COLUMNS_AT) / sum(columns);
  const start = COLUMNS_AT + width * sum(columns.slice(0, index));
  return [start + GAP, start + width * (columns[index]?.span ?? 1)];
}

function row(item: SceneRow, y: number, columns: Scene['columns'], isDead: boolean): string {
  const height = heightOf(item);
  const below = box(EDGE, y + height - 1, WIDTH - 2 * EDGE, 1, SUBTLE);
  const across = WIDTH - 2 * EDGE;
  if (item.kind === 'league') {
    const style: Text = { size: 17, weight: 600, fill: MUTED };
    return box(0, y, WIDTH, height, RAISED) + left(item.text, EDGE, y + 23, across, style);
  }
  if (item.kind === 'fixture') {
    const meta: Text = { size: 18, weight: 400, fill: FAINT };
    const room = across - GAP - Math.min(across / 2, widthOf(item.meta, meta.size, meta.weight));
    const names: Text = { size: 24, weight: 600, fill: INK };
    return [
      left(item.text, EDGE, y + 30, room, names),
      right(item.meta, WIDTH - EDGE, y + 30, across / 2, meta),
      below,
    ].join('');
  }
  const baseline = (item.meta === null ? y : y + META) + 27;
  const room = COLUMNS_AT - EDGE - GAP;
  const names: Text = { size: 24, weight: 400, fill: INK };
  const name = fitted(item.name, names.size, names.weight, room);
  const taken = widthOf(name, names.size, names.weight) + 14;
  const parts = [
    left(item.meta ?? '', EDGE, y + 22, room, { size: 16, weight: 400, fill: FAINT }),
    left(name, EDGE, baseline, room, names),
    left(item.note, EDGE + taken, baseline, Math.max(0, room - taken), {
      ...{ size: 20, weight: 400, fill: MUTED },
    }),
  ];
  for (const [index, cells] of item.cells.entries()) {
    const [start, end] = column(index, columns);
    if (typeof cells === 'string') {
      const style: Text = { size: 18, weight: 400, fill: FAINT };
      parts.push(right(cells, end, baseline, end - start, style));
      continue;
    }
    const width = (end - start) / (columns[index]?.span ?? 1);
    for (const [place, cell] of cells.entries()) {
      const from = start + place * width;
      parts.push(price(cell, from + 8, from + width, baseline, isDead));
    }
  }
  return parts.join('') + (item.isEnd ? below : '');
}

/** The mark of the board. */
const MARK =
  '<g transform="translate(32 28) scale(1.7)"><path d="M7 1 13.5 12H.5z" fill="#4cd0ab"/><path d="M17 19 10.5 8h13z" fill="#ff9466"/></g>';
const MARK_WIDTH = 56;

/** What it is a picture of, of which moment, and what is to be known of all of it. */
function header({ title, words, moment, notes, isDead }: Scene): string {
  const end = WIDTH - EDGE;
  const time: Text = { size: 20, weight: 400, fill: MUTED };
  const start = EDGE + MARK_WIDTH;
  const room = end - start - widthOf(moment, time.size, time.weight) - 2 * GAP;
  const heading: Text = { size: 34, weight: 600, fill: INK };
  const name = fitted(title, heading.size, heading.weight, Math.max(0, room));
  const taken = widthOf(name, heading.size, heading.weight) + GAP;
  const fill = isDead || notes.length > 1 ? NOTE : SAMPLE;
  return [
    MARK,
    left(name, start, 57, Math.max(0, room), heading),
    left(words, start + taken, 57, Math.max(0, room - taken), {
      ...{ size: 26, weight: 400, fill: MUTED },
    }),
    right(moment, end, 46, end - start, time),
    right(notes.join(' · '), end, 72, end - start, { size: 18, weight: 600, fill }),
  ].join('');
}

/** Draws a scene, `PICTURE_SIZE` pixels; of its rows those that there is room for. */
export function draw(scene: Scene): string {
  const { rows, columns, isDead } = scene;
  const parts = [box(0, 0, WIDTH, HEIGHT, SURFACE), header(scene)];
  for (const [index, { label }] of columns.entries()) {
    const [start, end] = column(index, columns);
    const style: Text = { size: 18, weight: 400, fill: FAINT };
    parts.push(right(label, end, HEADER + 26, end - start, style));
  }
  parts.push(box(0, HEADER + HEADINGS - 1, WIDTH, 1, LINE));
  const floor = HEIGHT - FOOTER;
  let y = HEADER + HEADINGS;
  for (const [index, item] of rows.entries()) {
    // A heading with nothing below it, or half a fixture, says less than nothing.
    if (y + heightOf(item) + room(rows, index) > floor) break;
    parts.push(row(item, y, columns, isDead));
    y += heightOf(item);
  }
  const across = WIDTH - 2 * EDGE;
  if (rows.length === 0) {
    parts.push(left(scene.empty, EDGE, y + 50, across, { size: 26, weight: 400, fill: MUTED }));
  }
  parts.push(
    box(0, floor, WIDTH, FOOTER, RAISED),
    left(scene.footer, EDGE, floor + 28, across, { size: 17, weight: 400, fill: FAINT }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${parts.join('')}</svg>`;
}

/** Height of what must stand below a row with it: a first fixture, a first line, the other sides of a fixture. */
function room(rows: readonly SceneRow[], index: number): number {
  const [item, next] = [rows[index], rows[index + 1]];
  if (!item || !next || (item.kind === 'row' && item.isEnd)) return 0;
  // A fixture of which nothing is offered stands by itself.
  if (item.kind === 'fixture' && next.kind !== 'row') return 0;
  return heightOf(next) + room(rows, index + 1);
}
