// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
'use client';

import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { indexOfKey, shiftBetween } from './keep-in-place';
import { isFocusLost, useGridKeys } from './use-grid-keys';
import { type InSight, itemAt, useInSight } from './use-in-sight';

/** How an item, one block of rows that scrolls as one, stands in the grid. Items share it: there are few. */
export type Shape = {
  /** Items of one kind look alike: the place of one that leaves the screen is taken by one that comes. */
  kind: string;
  height: number;
  /** Rows of the grid that it holds. */
  rows: number;
  /** Stays below the header until the next such item comes. */
  isSticky: boolean;
};

/** Scrolls to the first of these items that there is, and answers its key; null where there is none of them. */
export type RevealItem = (keys: readonly string[]) => string | null;

type Props<Item> = {
  label: string;
  items: readonly Item[];
  shapeOf: (item: Item) => Shape;
  columnCount: number;
  header: ReactNode;
  headerHeight: number;
  /** Renders an item whose first row has this `aria-rowindex`. */
  renderItem: (index: number, rowIndex: number) => ReactNode;
  /** What the items are of: where rows come and go in the same view, what is looked at stays where it is. */
  view?: unknown;
  /** Where others find the way to an item. */
  revealer?: RefObject<RevealItem | null>;
  className?: string;
  style?: CSSProperties;
  data?: Record<`data-${string}`, string | number>;
};

/**
 * Pixels of rows that are made beyond the edges: at rest, and while it scrolls before and behind. The browser scrolls what
 * has been painted before a script hears of it, so that what comes next must stand there already. Both make the same sum: rows
 * that leave are then as many as those that come, and nothing is thrown away to be made again.
 */
const OVERSCAN = { rest: 480, ahead: 900, behind: 60 };

/** Pixels below the last row: what lies over the foot of a grid lies over no row that cannot be scrolled above it. */
const FOOT = 144;

function withOverscan({ first, last, towards }: InSight, count: number, height: number): number[] {
  const { rest, ahead, behind } = OVERSCAN;
  // By the mean height, so that it is always as many, and those that leave are as many as those that come.
  const beyond = (edge: 'start' | 'end') =>
    Math.ceil((towards === null ? rest : towards === edge ? ahead : behind) / height);
  const shown: number[] = [];
  const end = Math.min(count - 1, last + beyond('end'));
  for (let index = Math.max(0, first - beyond('start')); index <= end; index += 1)
    shown.push(index);
  return shown;
}

/** For so long after it moved the pointer tells what is looked at. */
const POINTED_MS = 10_000;

/** A grid went with the focus in it: the next one, which takes its place, takes the focus too. */
let isLeftInGrid = false;

/** An item that is in the page; its place is the element that shows it. */
type Placed = { place: string; key: string; shape: Shape; index: number };

/**
 * Which element shows each item. One that comes takes the element of one that left, so that scrolling changes texts
 * where it would else make, move and throw away elements. Those stay in their order while it scrolls; at rest they
 * stand in the order of the screen, which is how they are read out. An element that is moved loses the focus: while
 * one of them has it, all are in order and none is taken over.
 */
function createPlaces() {
  /** Key of the item and its element, in the order of the page. */
  let held: { key: string; kind: string; place: string }[] = [];
  let count = 0;
  return {
    assign(
      shown: readonly Omit<Placed, 'place'>[],
      { isReused, isSorted }: { isReused: boolean; isSorted: boolean },
    ): Placed[] {
      const coming = new Map(shown.map((one) => [one.key, one]));
      const placed: (Placed | null)[] = held.map(({ key, place }) => {
        const one = coming.get(key);
        coming.delete(key);
        return one ? { ...one, place } : null;
      });
      for (const one of coming.values()) {
        const free = isReused
          ? placed.findIndex((taken, at) => !taken && held[at]?.kind === one.shape.kind)
          : -1;
        const place = held[free]?.place ?? `${one.shape.kind} ${count++}`;
        if (free >= 0) placed[free] = { ...one, place };
        else placed.push({ ...one, place });
      }
      const all = placed.filter((one) => one !== null);
      if (isSorted) all.sort((a, b) => a.index - b.index);
      return all;
    },
    /** What was assigned is in the page now; a render may also be given up. */
    hold(placed: readonly Placed[]): void {
      held = placed.map(({ key, shape, place }) => ({ key, kind: shape.kind, place }));
    },
  };
}

/**
 * A grid of which only what is on screen is in the page. Heights are known beforehand, so rows never correct
 * themselves; the item in focus stays mounted, so that scrolling does not lose it.
 */
export function VirtualGrid<Item extends { key: string }>({
  label,
  items,
  shapeOf,
  columnCount,
  header,
  headerHeight,
  renderItem,
  view,
  revealer,
  className = '',
  style,
  data,
}: Props<Item>) {
  const scroller = useRef<HTMLDivElement>(null);
  const focused = useRef<string | null>(null);
  const focusedAt = useRef(-1);
  /** Which of its item's rows has the focus. */
  const focusedRow = useRef(0);
  /** Where an item was that went with the focus in it. */
  const lostAt = useRef<number | null>(null);

  const { rowIndexes, rowCount, stickies, starts, meanHeight } = useMemo(() => {
    // The header is row 1.
    let next = 2;
    let height = 0;
    // Of the length that they will have: lists that grow take a quarter more.
    const rowIndexes = new Array<number>(items.length);
    const starts = new Array<number>(items.length + 1);
    const stickies: number[] = [];
    for (const [index, item] of items.entries()) {
      const shape = shapeOf(item);
      rowIndexes[index] = next;
      starts[index] = height;
      next += shape.rows;
      height += shape.height;
      if (shape.isSticky) stickies.push(index);
    }
    starts[items.length] = height;
    return { rowIndexes, rowCount: next - 1, stickies, starts, meanHeight: height / items.length };
  }, [items, shapeOf]);
  const firstSticky = items[stickies[0] ?? -1];

  /** The item that the pointer was last seen over, and when. */
  const pointed = useRef<{ key: string | null; at: number }>({ key: null, at: 0 });
  const laid = useRef({ items, starts, view, stickyHeight: 0 });
  const shiftOf = (top: number): number => {
    const before = laid.current;
    if (before.starts === starts || before.view !== view) return 0;
    const { key, at } = pointed.current;
    const isPointed = key !== null && performance.now() - at < POINTED_MS;
    const { stickyHeight } = before;
    const height = scroller.current?.clientHeight ?? 0;
    const used = isPointed ? key : focused.current;
    return shiftBetween(before, { items, starts }, { top, height, stickyHeight, used });
  };
  const sight = useInSight({
    shiftOf,
    ...{ scroller, headerHeight, footHeight: FOOT, count: items.length },
    startOf: useCallback((index: number) => starts[index] ?? 0, [starts]),
    stickyHeight: firstSticky ? shapeOf(firstSticky).height : 0,
  });
  const { towards, show } = sight;
  const stuck = stickies.findLast((index) => index <= sight.first) ?? null;
  const stuckHeight = stuck === null ? 0 : (starts[stuck + 1] ?? 0) - (starts[stuck] ?? 0);
  useLayoutEffect(() => {
    laid.current = { items, starts, view, stickyHeight: stuckHeight };
  });

  const inPage = () => {
    const shown = new Set(withOverscan(sight, items.length, meanHeight));
    if (stuck !== null) shown.add(stuck);
    const key = focused.current;
    if (key !== null) {
      const index = indexOfKey(items, key, focusedAt.current);
      if (index >= 0) shown.add(index);
      else {
        // What is gone takes the focus with it, without a word.
        focused.current = null;
        lostAt.current = focusedAt.current;
      }
      focusedAt.current = index;
    }
    return [...shown].sort((a, b) => a - b);
  };

  const itemOf = useCallback(
    (row: number) => itemAt(row, rowIndexes.length, (index) => rowIndexes[index] ?? 0),
    [rowIndexes],
  );
  const reveal = useCallback((row: number) => show(itemOf(row)), [itemOf, show]);
  useImperativeHandle(
    revealer,
    (): RevealItem => (wanted) => {
      for (const key of wanted) {
        const index = items.findIndex((item) => item.key === key);
        if (index < 0) continue;
        show(index);
        return key;
      }
      return null;
    },
    [items, show],
  );
  const keys = useGridKeys({ grid: scroller, rowCount, reveal });
  const [places] = useState(createPlaces);
  const shown = places.assign(
    inPage().flatMap((index) => {
      const item = items[index];
      return item ? [{ key: item.key, shape: shapeOf(item), index }] : [];
    }),
    {
      isReused: focused.current === null,
      isSorted: focused.current !== null || towards === null,
    },
  );
  useLayoutEffect(() => places.hold(shown));
  useLayoutEffect(() => {
    keys.settle();
    // An item may also stay and lose what was in focus in it: a link that is none any more, a cell without an odd.
    const at = lostAt.current ?? (focused.current === null ? null : focusedAt.current);
    lostAt.current = null;
    if (at === null || !isFocusLost()) return;
    const index = Math.max(0, Math.min(at, rowIndexes.length - 1));
    // Who has scrolled away from it is left where they are.
    if (index < sight.first || index > sight.last) {
      scroller.current?.focus({ preventScroll: true });
      return;
    }
    keys.focusNear((rowIndexes[index] ?? 1) + focusedRow.current);
  });
  useLayoutEffect(() => {
    const grid = scroller.current;
    if (isLeftInGrid && isFocusLost()) grid?.focus({ preventScroll: true });
    isLeftInGrid = false;
    return () => {
      isLeftInGrid = grid?.contains(document.activeElement) ?? false;
    };
  }, []);

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rowCount}
      aria-colcount={columnCount}
      tabIndex={0}
      // Prices are written into the very texts that a translator would replace.
      translate="no"
      // What the focus goes to is not put below what stays at the top.
      style={{
        scrollPaddingTop: headerHeight + stuckHeight,
        scrollPaddingBottom: FOOT,
      }}
      className={`board-scroll h-full overscroll-contain ${className}`}
      onKeyDown={keys.onKeyDown}
      onFocus={(event) => {
        keys.onFocus(event);
        const key = event.target.closest('[data-item]')?.getAttribute('data-item') ?? null;
        focused.current = key;
        if (key === null) return;
        // At once: the next render may be the one that it is gone from.
        const row = Number(event.target.closest('[role="row"]')?.getAttribute('aria-rowindex'));
        focusedAt.current = itemOf(row);
        focusedRow.current = row - (rowIndexes[focusedAt.current] ?? row);
      }}
      onBlur={() => {
        focused.current = null;
      }}
      onPointerMove={({ target }) => {
        const item = target instanceof Element ? target.closest<HTMLElement>('[data-item]') : null;
        pointed.current = { key: item?.dataset.item ?? null, at: performance.now() };
      }}
      onPointerLeave={() => {
        pointed.current = { key: null, at: 0 };
      }}
    >
      <div
        role="presentation"
        className="board-grid"
        style={{ paddingBottom: FOOT, ...style }}
        {...data}
      >
        <div role="rowgroup" className="sticky top-0 z-20" style={{ height: headerHeight }}>
          {header}
        </div>
        <div role="presentation" className="relative" style={{ height: starts.at(-1) }}>
          {shown.map(({ place, key, shape, index }) => {
            const isStuck = index === stuck;
            const { isSticky, height } = shape;
            // Scrolled to the top it is what is stuck there itself, and needs no room for the one that is now.
            const scrollMarginTop = isSticky ? -stuckHeight : undefined;
            return (
              <div
                key={place}
                role="presentation"
                data-item={key}
                data-stuck={isStuck || undefined}
                className={`board-item ${isSticky ? (isStuck ? 'z-10' : 'z-[11]') : ''}`}
                style={{ height, top: isStuck ? headerHeight : starts[index], scrollMarginTop }}
              >
                {renderItem(index, rowIndexes[index] ?? 0)}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
