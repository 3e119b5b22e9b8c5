'use client';

import { type KeyboardEvent, type RefObject, useCallback, useRef } from 'react';

const STEP: Record<string, readonly [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

type Position = { row: number; column: number };

/** Frames to wait for a row that is scrolled to before it is given up. */
const REVEAL_FRAMES = 10;

/** A cell that can have the focus. */
export const CELL = '[role="gridcell"][tabindex]';
/**
 * What keys come to: cells, links and buttons for their cell, and headers of rows for as long as they have something to
 * tell, which they say by `data-stop`. Nobody else writes a tabindex here.
 */
const STOP = '[role="row"] :is([tabindex], [data-stop])';
/** The same without what leads away or does something: nobody is put there without having asked for it. */
const PLACE = `${STOP}:not(a, button)`;

/** Where keys begin in a grid: where they were last, else the first cell in sight, else whatever they come to. */
export function entryOf(grid: HTMLElement): HTMLElement | null {
  const last = grid.querySelector<HTMLElement>('[role="row"] [tabindex="0"]');
  if (last) return last;
  const top = grid.getBoundingClientRect().top + Number.parseFloat(grid.style.scrollPaddingTop);
  for (const which of [CELL, STOP]) {
    const found = [...grid.querySelectorAll<HTMLElement>(which)];
    const entry = found.find((cell) => cell.getBoundingClientRect().top >= top) ?? found[0];
    if (entry) return entry;
  }
  return null;
}

/** Takes it out of the tab order; what keys come to no more can have the focus no more. */
function release(cell: HTMLElement): void {
  if (cell.matches('[role="rowheader"]:not([data-stop])')) cell.removeAttribute('tabindex');
  else cell.tabIndex = -1;
}

/** Whether what had the focus is gone. */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function positionOf(cell: Element): Position {
  return {
    row: Number(cell.closest('[role="row"]')?.getAttribute('aria-rowindex')),
    column: Number(cell.closest('[aria-colindex]')?.getAttribute('aria-colindex')),
  };
}

function cellsOf(grid: HTMLElement, row: number, which = STOP): HTMLElement[] {
  const found = grid.querySelector(`[role="row"][aria-rowindex="${row}"]`);
  return found ? [...found.querySelectorAll<HTMLElement>(which)] : [];
}

function nearest(cells: readonly HTMLElement[], column: number): HTMLElement | null {
  let best: HTMLElement | null = null;
  let bestGap = Number.POSITIVE_INFINITY;
  for (const cell of cells) {
    const gap = Math.abs(positionOf(cell).column - column);
    if (gap < bestGap) {
      best = cell;
      bestGap = gap;
    }
  }
  return best;
}

type Options = {
  grid: RefObject<HTMLElement | null>;
  rowCount: number;
  /** Brings a row (1-based) into the DOM. */
  reveal: (row: number) => void;
};

/**
 * Arrow keys over the cells of a virtual grid, one of which is in the tab order. Cells are found by their ARIA
 * indices, which they carry anyway; rows without cells are stepped over.
 */
export function useGridKeys({ grid, rowCount, reveal }: Options) {
  const active = useRef<HTMLElement | null>(null);
  const column = useRef(1);

  const focus = useCallback((cell: HTMLElement) => {
    if (!cell.hasAttribute('tabindex')) cell.tabIndex = -1;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, []);

  /** Focuses the first cell found from `row` on in a direction, scrolling there frame by frame where it must. */
  const focusFrom = useCallback(
    (row: number, direction: 1 | -1, column: number, frames: number, which?: string) => {
      const element = grid.current;
      if (!element) return;
      for (let at = row; at >= 1 && at <= rowCount; at += direction) {
        const cell = nearest(cellsOf(element, at, which), column);
        if (cell) {
          focus(cell);
          return;
        }
        if (element.querySelector(`[role="row"][aria-rowindex="${at}"]`)) continue;
        if (frames === 0) break;
        reveal(at);
        requestAnimationFrame(() => focusFrom(at, direction, column, frames - 1, which));
        return;
      }
      // Keys go on in the grid, whatever became of its rows.
      if (isFocusLost()) element.focus({ preventScroll: true });
    },
    [grid, rowCount, reveal, focus],
  );

  const onKeyDown = useCallback(
    (event: KeyboardEvent) => {
      if (event.altKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
      const cell = event.target.closest<HTMLElement>(STOP);
      const element = grid.current;
      if (!element) return;
      const step = STEP[event.key];
      if (!cell) {
        // The grid itself has the focus.
        if (event.target !== element || !step) return;
        const first = entryOf(element);
        if (!first) return;
        event.preventDefault();
        focus(first);
        return;
      }
      const { row, column } = positionOf(cell);
      if (step && step[0] !== 0) {
        event.preventDefault();
        focusFrom(row + step[0], step[0] > 0 ? 1 : -1, column, REVEAL_FRAMES);
        return;
      }
      if (step) {
        event.preventDefault();
        const cells = cellsOf(element, row);
        const next = cells[cells.indexOf(cell) + step[1]];
        if (next) focus(next);
        return;
      }
      const isDown = event.key === 'PageDown';
      if (isDown || event.key === 'PageUp') {
        event.preventDefault();
        // Less the two rows that may stay at the top, and the one that was the last to be read; all are about as high.
        const height = cell.closest<HTMLElement>('[role="row"]')?.offsetHeight ?? 1;
        const page = Math.max(1, Math.floor(element.clientHeight / height) - 3);
        // From there back towards this row, in which there is a cell.
        if (isDown) focusFrom(Math.min(row + page, rowCount), -1, column, REVEAL_FRAMES);
        else focusFrom(Math.max(row - page, 1), 1, column, REVEAL_FRAMES);
        return;
      }
      const isStart = event.key === 'Home';
      if (isStart || event.key === 'End') {
        event.preventDefault();
        if (event.ctrlKey) {
          focusFrom(isStart ? 1 : rowCount, isStart ? 1 : -1, column, REVEAL_FRAMES);
          return;
        }
        const next = cellsOf(element, row).at(isStart ? 0 : -1);
        if (next) focus(next);
      }
    },
    [grid, rowCount, focus, focusFrom],
  );

  /** One place of the grid is in the tab order: the cell that was in focus last, and the grid where there is none. */
  const settle = useCallback(() => {
    const element = grid.current;
    if (!element?.contains(active.current)) active.current = null;
    const index = active.current ? -1 : 0;
    // To write what stands there is a change of the page, too, and this is asked after each render.
    if (element && element.tabIndex !== index) element.tabIndex = index;
  }, [grid]);

  /** Whatever it came by, a key or a click: what is in focus is the one in the tab order. */
  const onFocus = useCallback(
    (event: React.FocusEvent) => {
      const cell = event.target.closest<HTMLElement>(STOP);
      if (cell === active.current) return;
      if (active.current) release(active.current);
      active.current = cell;
      if (cell) {
        column.current = positionOf(cell).column;
        cell.tabIndex = 0;
      }
      settle();
    },
    [settle],
  );

  /** Focuses the cell nearest to where the focus was, in this row or the one that took its place. */
  const focusNear = useCallback(
    (row: number) => {
      const isBelow = row < rowCount;
      focusFrom(Math.min(row, rowCount), isBelow ? 1 : -1, column.current, REVEAL_FRAMES, PLACE);
    },
    [rowCount, focusFrom],
  );

  return { onKeyDown, onFocus, focusNear, settle };
}
