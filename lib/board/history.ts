/**
 * What happened to one odd, made of the entries of its history: moves, locks, marks, and what a chart draws of them.
 * Pure: no clock, no screen. Times are epoch ms unless they say seconds.
 */
import type { HistoryEntry, Odd, OddState } from '@/lib/protocol/events';
import {
  convertPrice,
  formatPrice,
  fromDecimal,
  fromProfit,
  type OddsFormat,
  priceMove,
  toDecimal,
  toProbability,
} from '@/lib/protocol/price';

/** Entries kept of one odd; beyond it the oldest go first. */
export const ENTRIES_KEPT = 5_000;

/** One entry and what it changed. */
export type HistoryItem = {
  /** Differs among the items of one odd, and stays what it is when newer ones come. */
  key: string;
  at: number;
  state: OddState;
  /** American price in force from then on; null while none was told. */
  price: number | null;
  /** `same` where neither price nor state changed; `oldest` is the first of those that are kept, not of all. */
  kind: 'opened' | 'oldest' | 'moved' | 'same' | 'locked' | 'reopened' | 'settled';
  /** The price before, where this one pays more or less. */
  from: number | null;
  direction: 'up' | 'down' | 'none';
  /** How long the lock lasted that ended here. */
  lockedMs: number | null;
  points: { from: number; to: number } | null;
  /** Whether its line became the main one here, or was it no longer. */
  main: 'became' | 'left' | null;
  settlement: string | null;
  origin: Teller;
};

/** A time in which the price was withdrawn; `until` is null while it lasts. */
export type LockedTime = { from: number; until: number | null };

export type PricedAt = { price: number; at: number };

/** Who told of something: the vendor's history, or what a server of ours saw itself. */
export type Teller = HistoryEntry['origin'];

export type History = {
  /** Oldest first. */
  items: readonly HistoryItem[];
  locks: readonly LockedTime[];
  /** The first price that is told, and by whom: null where those before it are no longer kept. None while none is known. */
  opening: (PricedAt & { origin: Teller | null }) | null;
  /** The price before the newest move. */
  previous: PricedAt | null;
  /** The newest price, since when it is what it is. */
  current: PricedAt | null;
  moves: number;
};

const STATES: Record<HistoryEntry['event'], OddState> = {
  'copilot-odds': 'open',
  'copilot-locked-odds': 'locked',
  'copilot-settled-odds': 'settled',
};

const EVENTS: Record<OddState, HistoryEntry['event']> = {
  open: 'copilot-odds',
  locked: 'copilot-locked-odds',
  settled: 'copilot-settled-odds',
};

/** What the stream made of an odd, as an entry of its history. */
export function entryOf(odd: Odd): HistoryEntry {
  const graded = odd.settledAt === null ? Number.NaN : Date.parse(odd.settledAt) / 1000;
  const ended = odd.state === 'settled' ? graded : (odd.lockedAt ?? Number.NaN);
  return {
    // Neither a grading nor a lock that our server made itself alters the time of the row.
    timestamp: Number.isFinite(ended)
      ? Math.max(odd.timestampSeconds, ended)
      : odd.timestampSeconds,
    event: EVENTS[odd.state],
    price: odd.price,
    points: odd.points,
    is_main: odd.isMain,
    settlement: odd.state === 'settled' ? odd.settlement : null,
    origin: 'board',
  };
}

/** Equal for an entry that was read and the same one as the stream told it, which has whole seconds. */
function keyOf({ event, timestamp, price, is_main, settlement }: HistoryEntry): string {
  // A settled row says nothing of the main line.
  const main = settlement === null ? is_main : null;
  return `${event} ${Math.floor(timestamp)} ${price} ${main} ${settlement}`;
}

/**
 * What was read and what the stream told since, oldest first, each once. The stream may tell again what the read
 * knows, and a settlement at another second than the vendor's history.
 */
export function mergeLive(
  read: readonly HistoryEntry[],
  live: readonly HistoryEntry[],
): readonly HistoryEntry[] {
  // A price may come back within one second: each entry of the read stands for one of the stream and no more.
  const unmatched = new Map<string, number>();
  for (const entry of read) unmatched.set(keyOf(entry), (unmatched.get(keyOf(entry)) ?? 0) + 1);
  const merged = [...read];
  for (const entry of live) {
    const key = keyOf(entry);
    const left = unmatched.get(key) ?? 0;
    if (left > 0) unmatched.set(key, left - 1);
    const newest = merged.at(-1);
    const isToldAgain = entry.settlement !== null && newest?.settlement === entry.settlement;
    const isSame = newest !== undefined && keyOf(newest) === key;
    if (left > 0 || isToldAgain || isSame) continue;
    merged.push(entry);
  }
  // Stable: what happened within one second stays in the order in which it was told.
  if (merged.some(isOutOfOrder)) {
    merged.sort((a, b) => Math.floor(a.timestamp) - Math.floor(b.timestamp));
  }
  return merged.length > ENTRIES_KEPT ? merged.slice(-ENTRIES_KEPT) : merged;
}

function isOutOfOrder(entry: HistoryEntry, index: number, all: readonly HistoryEntry[]): boolean {
  const before = all[index - 1];
  return before !== undefined && Math.floor(before.timestamp) > Math.floor(entry.timestamp);
}

/** The history that these entries make, which are given oldest first. */
export function buildHistory(entries: readonly HistoryEntry[]): History {
  const items: HistoryItem[] = [];
  const locks: { from: number; until: number | null }[] = [];
  // As many as are kept: there may have been more.
  const isCut = entries.length >= ENTRIES_KEPT;
  const priced: NonNullable<History['opening']>[] = [];
  const counts = new Map<string, number>();
  let state: OddState | null = null;
  let price: number | null = null;
  let points: number | null = null;
  let isMain: boolean | null = null;
  let moves = 0;
  for (const entry of entries) {
    const at = entry.timestamp * 1000;
    const next = STATES[entry.event];
    const lock = locks.at(-1);
    const isLockEnd = state === 'locked' && next !== 'locked' && lock?.until === null;
    if (isLockEnd) lock.until = Math.max(at, lock.from);
    if (next === 'locked' && state !== 'locked') locks.push({ from: at, until: null });
    const direction = priceMove(price, entry.price);
    if (direction !== 'none') moves += 1;
    if (entry.price !== null && entry.price !== price) {
      priced.push({ price: entry.price, at, origin: isCut ? null : entry.origin });
    }
    const kind = kindOf(state, next, direction);
    const text = keyOf(entry);
    const count = counts.get(text) ?? 0;
    counts.set(text, count + 1);
    items.push({
      key: `${text} ${count}`,
      at,
      state: next,
      price: entry.price ?? price,
      kind: kind === 'opened' && isCut ? 'oldest' : kind,
      from: direction === 'none' ? null : price,
      direction,
      lockedMs: isLockEnd && lock.until !== null ? lock.until - lock.from : null,
      points:
        points !== null && entry.points !== null && entry.points !== points
          ? { from: points, to: entry.points }
          : null,
      main:
        isMain === null || entry.is_main === null || entry.is_main === isMain
          ? null
          : entry.is_main
            ? 'became'
            : 'left',
      settlement: entry.settlement,
      origin: entry.origin,
    });
    state = next;
    price = entry.price ?? price;
    points = entry.points ?? points;
    isMain = entry.is_main ?? isMain;
  }
  return {
    items,
    locks,
    opening: priced[0] ?? null,
    previous: priced.at(-2) ?? null,
    current: priced.at(-1) ?? null,
    moves,
  };
}

function kindOf(
  before: OddState | null,
  state: OddState,
  direction: HistoryItem['direction'],
): HistoryItem['kind'] {
  if (state === 'settled') return 'settled';
  if (state === 'locked' && before !== 'locked') return 'locked';
  if (before === null) return 'opened';
  if (state === 'open' && before !== 'open') return 'reopened';
  return direction === 'none' ? 'same' : 'moved';
}

/** How long it was locked in all, what lasts counted until `now`. */
export function lockedMs(locks: readonly LockedTime[], now: number): number {
  return locks.reduce((sum, { from, until }) => sum + Math.max(0, (until ?? now) - from), 0);
}

/** The settlement that ended it; null while it has none, or where a price was posted after it. */
export function settledBy({ items }: History): HistoryItem | null {
  const last = items.at(-1);
  return last?.state === 'settled' ? last : null;
}

// ---- what a chart draws

/** What the price axis measures: what a bet pays, labelled in the view's format, or the chance that the price implies. */
export const AXES = ['price', 'probability'] as const;
export type Axis = (typeof AXES)[number];

/** How far back the chart goes. */
export const RANGES = ['all', 'hour', 'minutes'] as const;
export type Range = (typeof RANGES)[number];

const RANGE_MS: Record<Exclude<Range, 'all'>, number> = {
  hour: 3_600_000,
  minutes: 600_000,
};

/** A history that has just begun is drawn over this long, so that its first step is no wall. */
const SHORTEST_MS = 60_000;

/** The place of an American price on an axis. Never the American figure: between -100 and +100 it has a hole. */
export function axisValue(american: number, axis: Axis): number {
  return axis === 'probability' ? toProbability(american) * 100 : toDecimal(american);
}

/** A favourite at -100 000: what pays less is no price that anybody quotes. */
const LEAST_DECIMAL = 1.001;

/** The label at a place of an axis, in the view's format. */
export function axisText(value: number, axis: Axis, format: OddsFormat): string {
  if (axis === 'probability' || format === 'probability') {
    const percent = axis === 'probability' ? value : 100 / value;
    return Number.isFinite(percent) ? `${percent.toFixed(1)}%` : '';
  }
  // Nothing pays less than the stake, or as good as nothing: an axis that reaches there has no price to name.
  if (!(value > LEAST_DECIMAL)) return '';
  if (format === 'decimal') return value.toFixed(value < 1.1 ? 3 : 2);
  if (format === 'american') return formatPrice(fromDecimal(value), format);
  // Formats of their own steps, which a rounded American price would shift.
  const american = fromProfit(value - 1);
  return Number.isFinite(convertPrice(american, format)) ? formatPrice(american, format) : '';
}

/** The labels of an axis's ticks, in their order: no text twice in a row, and none where another label covers it. */
export function tickTexts(
  values: readonly number[],
  textOf: (value: number) => string,
  isCovered: (value: number) => boolean,
): string[] {
  let last = '';
  return values.map((value) => {
    const text = textOf(value);
    if (text === last || isCovered(value)) return '';
    last = text;
    return text;
  });
}

/** Time from which and until which a chart shows a history. */
export function spanOf(history: History, range: Range, now: number): { from: number; to: number } {
  const first = history.items[0]?.at ?? now;
  const end = settledBy(history);
  // Behind its settlement there is nothing to see but its label.
  const last = end === null ? Math.max(now, history.items.at(-1)?.at ?? now) : end.at;
  const begun = range === 'all' ? first : Math.max(first, last - RANGE_MS[range]);
  const length = Math.max(SHORTEST_MS, last - begun);
  const from = last - length;
  return { from, to: end === null ? last : last + length * 0.06 };
}

/** Points of time in equal steps of whole seconds: a chart of places by count is then one of places by time. */
export type TimeGrid = {
  /** Unix seconds, strictly rising. */
  seconds: readonly number[];
  stepSeconds: number;
};

/** Steps by which people read a clock, so that full minutes and hours are points of the grid. */
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600];

/** At most `count` equal steps that cover a span. */
export function timeGrid({ from, to }: { from: number; to: number }, count: number): TimeGrid {
  const least = (to - from) / 1000 / Math.max(1, count - 1);
  const DAY = 86_400;
  const stepSeconds = CLOCK_STEPS.find((step) => step >= least) ?? Math.ceil(least / DAY) * DAY;
  const start = Math.floor(from / 1000 / stepSeconds) * stepSeconds;
  const seconds: number[] = [];
  for (let at = start; at <= to / 1000; at += stepSeconds) seconds.push(at);
  return { seconds, stepSeconds };
}

/** The point of the grid at which what happened at that time is drawn; null where it is outside. */
export function gridSecond({ seconds, stepSeconds }: TimeGrid, at: number): number | null {
  const snapped = Math.floor(at / 1000 / stepSeconds) * stepSeconds;
  const [first = Number.POSITIVE_INFINITY] = seconds;
  const last = seconds.at(-1) ?? Number.NEGATIVE_INFINITY;
  return snapped < first || snapped > last ? null : snapped;
}

/** The price in force at each point of a grid, the last one of its step; null before any is known. */
export function samplePrices(
  items: readonly HistoryItem[],
  { seconds, stepSeconds }: TimeGrid,
): (number | null)[] {
  let next = 0;
  let price: number | null = null;
  return seconds.map((second) => {
    for (let item = items[next]; item && item.at < (second + stepSeconds) * 1000; ) {
      price = item.price;
      next += 1;
      item = items[next];
    }
    return price;
  });
}

/** Something to mark on the chart. */
export type Mark = { at: number; text: string };

/** What is marked besides the price: points that changed, and the main line's coming and going. */
export function marksOf(
  items: readonly HistoryItem[],
  pointsText: (points: number) => string,
): Mark[] {
  return items.flatMap(({ at, points, main }) => {
    const texts: string[] = [];
    if (points) texts.push(`${pointsText(points.from)} → ${pointsText(points.to)}`);
    if (main) texts.push(main === 'became' ? 'Main' : 'Not main');
    return texts.length > 0 ? [{ at, text: texts.join(', ') }] : [];
  });
}

// ---- what a trader likes to see, which is no part of a link

export type HistoryLook = { axis: Axis; range: Range; isOtherSideOn: boolean };

export const DEFAULT_LOOK: HistoryLook = { axis: 'price', range: 'all', isOtherSideOn: false };

/** Where the browser keeps it. */
export const LOOK_KEY = 'board.history';

/** Reads what was kept; what is wrong in it is left out and named, the rest counts. */
export function readLook(text: string | null): {
  look: HistoryLook;
  ignored: readonly string[];
} {
  const look = { ...DEFAULT_LOOK };
  const ignored: string[] = [];
  for (const [name, value] of new URLSearchParams(text ?? '')) {
    const axis = AXES.find((one) => one === value);
    const range = RANGES.find((one) => one === value);
    if (name === 'axis' && axis) look.axis = axis;
    else if (name === 'range' && range) look.range = range;
    else if (name === 'other-side' && /^(on|off)$/.test(value)) look.isOtherSideOn = value === 'on';
    else ignored.push(`${name}=${value}`.slice(0, 80));
  }
  return { look, ignored };
}

/** What `readLook` reads. */
export function lookText({ axis, range, isOtherSideOn }: HistoryLook): string {
  const side = isOtherSideOn ? 'on' : 'off';
  return String(new URLSearchParams({ axis, range, 'other-side': side }));
}
