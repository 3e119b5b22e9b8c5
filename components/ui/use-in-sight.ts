'use client';

import { type RefObject, useCallback, useLayoutEffect, useReducer, useRef, useState } from 'react';
import { flushSync } from 'react-dom';

type Options = {
  scroller: RefObject<HTMLElement | null>;
  count: number;
  /** Where an item begins, in px from where the first one does; of `count`, where the last one ends. */
  startOf: (index: number) => number;
  /** Px at the upper edge in which something else stands, before the first item. */
  headerHeight?: number;
  /** Px below the last item. */
  footHeight?: number;
  /** Px below these that an item which is scrolled to leaves free. */
  stickyHeight?: number;
  /** How far to scroll, from `top` on, for what is looked at to stand where it stood; asked in every render. */
  shiftOf?: (top: number) => number;
};

export type InSight = {
  /** The first and the last item on screen; where there is none, the last is before the first. */
  first: number;
  last: number;
  /** Which way it scrolls; null at rest. */
  towards: 'start' | 'end' | null;
  /** Scrolls as far as it must for an item to stand on screen. */
  show: (index: number) => void;
};

/** What the server assumes of a screen: enough for a large one, so that the first paint is full. */
const FIRST_HEIGHT = 1080;
/** A scroll that has not moved for this long is at rest. */
const REST_MS = 150;

/** The last of `count` items that begins at `at` or before, in pixels or in rows; -1 where there is none. */
export function itemAt(at: number, count: number, startOf: (index: number) => number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startOf(middle) <= at) low = middle;
    else high = middle - 1;
  }
  return high;
}

/** Which of many items are on screen, by their heights, which are known. Renders anew where that changes, before the paint. */
export function useInSight({
  scroller,
  count,
  startOf,
  headerHeight = 0,
  footHeight = 0,
  stickyHeight = 0,
  shiftOf,
}: Options): InSight {
  const [screen] = useState(() => ({
    ...{ top: 0, height: FIRST_HEIGHT },
    towards: null as InSight['towards'],
  }));
  const [, redraw] = useReducer((times: number) => times + 1, 0);

  const range = (shift = 0) => {
    // Where there is less than there was, the browser will have scrolled back by the time this is painted.
    const most = Math.max(0, startOf(count) + headerHeight + footHeight - screen.height);
    const top = Math.max(0, Math.min(screen.top + shift, most));
    return {
      first: Math.max(0, itemAt(top, count, startOf)),
      last: itemAt(Math.max(0, top + screen.height - headerHeight - 1), count, startOf),
      towards: screen.towards,
    };
  };
  // Who scrolls is moved by nothing else.
  const shift = screen.towards === null ? (shiftOf?.(screen.top) ?? 0) : 0;
  const drawn = range(shift);
  const latest = useRef({ drawn, range });
  useLayoutEffect(() => {
    latest.current = { drawn, range };
  });
  // Before the paint: what is drawn is drawn for there.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (shift === 0 || !element) return;
    element.scrollTop = screen.top + shift;
    screen.top = element.scrollTop;
  });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const isDrawn = () => {
      const { drawn, range } = latest.current;
      const { first, last, towards } = range();
      return drawn.first === first && drawn.last === last && drawn.towards === towards;
    };
    const measure = () => {
      screen.height = element.clientHeight;
      screen.top = element.scrollTop;
      if (!isDrawn()) redraw();
    };
    const onScroll = () => {
      const top = element.scrollTop;
      if (top === screen.top) return;
      screen.towards = top > screen.top ? 'end' : 'start';
      screen.top = top;
      clearTimeout(rest);
      rest = setTimeout(() => {
        screen.towards = null;
        redraw();
      }, REST_MS);
      if (!isDrawn()) flushSync(redraw);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(rest);
      screen.towards = null;
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, screen]);

  const show = useCallback(
    (index: number) => {
      const element = scroller.current;
      if (!element) return;
      const height = element.clientHeight - headerHeight;
      const from = startOf(index) - stickyHeight;
      const to = startOf(index + 1);
      let top = element.scrollTop;
      if (to > top + height) top = to - height;
      if (from < top) top = from;
      element.scrollTop = top;
    },
    [scroller, startOf, headerHeight, stickyHeight],
  );
  return { ...drawn, show };
}
