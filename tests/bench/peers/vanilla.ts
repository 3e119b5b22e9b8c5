/** The ceiling: a board written by hand for this one task. Rows are reused, text nodes written, one flush a frame. */
import {
  openStream,
  type PeerLine,
  type PeerOdd,
  pointsText,
  priceText,
  readSnapshot,
  toLines,
} from './feed';

const ROW_PX = 28;
const OVERSCAN = 10;
const FADE_MS = 800;
const COLOURS = { up: '#134034', down: '#4d2a1d' };

type Cell = { root: HTMLElement; points: Text; price: Text; id: string; fade: Animation | null };
type Row = { root: HTMLElement; label: Text; cells: Cell[]; index: number };

const grid = document.getElementById('grid') as HTMLElement;
const held = new Map<string, PeerOdd>();
const cellOf = new Map<string, Cell>();
const moved = new Map<string, number | null>();
let lines: PeerLine[] = [];
const rows: Row[] = [];
let isDue = false;

function makeCell(): Cell {
  const root = document.createElement('div');
  const points = document.createTextNode('');
  const price = document.createTextNode('');
  const span = document.createElement('span');
  const figure = document.createElement('b');
  span.append(points);
  figure.append(price);
  root.append(span, figure);
  return { root, points, price, id: '', fade: null };
}

function makeRow(): Row {
  const root = document.createElement('div');
  root.className = 'row';
  const head = document.createElement('div');
  const label = document.createTextNode('');
  head.append(label);
  const cells = [makeCell(), makeCell()];
  root.append(head, ...cells.map(({ root: cell }) => cell));
  grid.append(root);
  return { root, label, cells, index: -1 };
}

function draw(cell: Cell, odd: PeerOdd, before: number | null | undefined): void {
  const text = priceText(odd);
  if (cell.price.nodeValue !== text) cell.price.nodeValue = text;
  const isMove =
    before !== undefined && before !== null && odd.price !== null && before !== odd.price;
  const way = isMove ? ((odd.price ?? 0) > before ? 'up' : 'down') : '';
  const name = odd.isLocked ? 'price locked' : way ? `price ${way}` : 'price';
  if (cell.root.className !== name) cell.root.className = name;
  if (!way) return;
  cell.fade?.cancel();
  cell.fade = cell.root.animate(
    [{ backgroundColor: COLOURS[way] }, { backgroundColor: 'transparent' }],
    FADE_MS,
  );
}

function fill(row: Row, index: number): void {
  const line = lines[index];
  if (!line) return;
  row.index = index;
  row.root.style.transform = `translateY(${index * ROW_PX}px)`;
  row.label.nodeValue = line.label;
  for (const [place, cell] of row.cells.entries()) {
    if (cellOf.get(cell.id) === cell) cellOf.delete(cell.id);
    cell.id = line.ids[place] ?? '';
    cell.root.dataset.oddId = cell.id;
    cell.fade?.cancel();
    const odd = held.get(cell.id);
    if (!odd) continue;
    cellOf.set(cell.id, cell);
    cell.points.nodeValue = pointsText(odd);
    draw(cell, odd, undefined);
  }
}

function place(): void {
  const first = Math.max(0, Math.floor(grid.scrollTop / ROW_PX) - OVERSCAN);
  const last = Math.min(
    lines.length,
    Math.ceil((grid.scrollTop + grid.clientHeight) / ROW_PX) + OVERSCAN,
  );
  const wanted = new Set<number>();
  for (let index = first; index < last; index += 1) wanted.add(index);
  const free = rows.filter(({ index }) => !wanted.delete(index));
  for (const index of wanted) {
    const row = free.pop() ?? makeRow();
    if (!rows.includes(row)) rows.push(row);
    fill(row, index);
  }
}

function flush(): void {
  isDue = false;
  for (const [id, before] of moved) {
    const cell = cellOf.get(id);
    const odd = held.get(id);
    if (cell && odd) draw(cell, odd, before);
  }
  moved.clear();
}

const { odds, at, names } = await readSnapshot();
for (const odd of odds) held.set(odd.id, odd);
lines = toLines(odds, names);
const space = document.createElement('div');
space.style.height = `${lines.length * ROW_PX}px`;
grid.append(space);
place();
let isPlaceDue = false;
grid.addEventListener('scroll', () => {
  if (isPlaceDue) return;
  isPlaceDue = true;
  requestAnimationFrame(() => {
    isPlaceDue = false;
    place();
  });
});
openStream(at, (odd) => {
  const known = held.get(odd.id);
  if (!known) return;
  const { price } = known;
  known.price = odd.price;
  known.isLocked = odd.isLocked;
  if (cellOf.has(odd.id) && !moved.has(odd.id)) moved.set(odd.id, price);
  if (moved.size > 0 && !isDue) {
    isDue = true;
    requestAnimationFrame(flush);
  }
});
