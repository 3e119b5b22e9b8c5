import type { ComponentType, RefObject } from 'react';
import type { LineRow, LinesRow } from '@/lib/board/rows';
import type { BoardQuery, LineColumn } from '@/lib/protocol/filter';

export type LineMarkProps = {
  row: LineRow;
  query: BoardQuery;
  rowIndex: number;
  /** All rows of the view, among which are the alternates of the line. */
  shown: RefObject<readonly LinesRow[]>;
};

export type LineColumnsProps = {
  row: LineRow;
  query: BoardQuery;
  /** Prices side by side in this view. */
  slots: number;
  /** Index of the first of them. */
  columnIndex: number;
};

/** Parts of a line's row that come after the first prices; null until then. */
export type LineParts = {
  Mark: ComponentType<LineMarkProps> | null;
  Columns: ComponentType<LineColumnsProps> | null;
  shown: RefObject<readonly LinesRow[]>;
};

/** Widths in pixels; that of the prices without hold, for each side. */
const WIDTHS: Record<LineColumn, (slots: number) => number> = {
  hold: () => 88,
  novig: (slots) => 24 + slots * 58,
};

/** Widths of the optional columns, in their order. */
export function columnWidths(columns: readonly LineColumn[], slots: number): number[] {
  return columns.map((column) => WIDTHS[column](slots));
}
