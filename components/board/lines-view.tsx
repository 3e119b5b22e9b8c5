// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
'use client';

import { useCallback, useEffect, useMemo, useRef } from 'react';
import { usePart } from '@/components/ui/use-part';
import { type Shape, VirtualGrid } from '@/components/ui/virtual-grid';
import type { LinesRows } from '@/lib/board/hooks';
import type { LinesRow } from '@/lib/board/rows';
import type { LineColumn } from '@/lib/protocol/filter';
import { COLUMN_NAMES } from './board-filters';
import type { RowContext } from './fixture-section';
import { type Heights, type Layout, LINE_SLOTS, lineHeight } from './layout';
import { LeagueBar, SectionBar } from './league-bar';
import { columnWidths } from './line-parts';
import { FixtureHeading, LineRow } from './line-row';
import { gridReveal } from './reveal';

const loadColumns = () => import('./line-columns');
const loadMark = () => import('./line-mark');

function shapesOf(heights: Heights): (row: LinesRow) => Shape {
  const bar = { height: heights.league, rows: 1, isSticky: false };
  const league = { kind: 'league', ...bar };
  const section = { kind: 'section', ...bar };
  const heading = { kind: 'fixture', height: heights.heading, rows: 1, isSticky: true };
  const line = { kind: 'line', height: heights.line, rows: 1, isSticky: false };
  return (row) => {
    switch (row.kind) {
      case 'league':
        return league;
      case 'section':
        return section;
      case 'fixture':
        return heading;
      case 'line': {
        const height = lineHeight(heights, row.sides.length);
        return height === line.height ? line : { ...line, height };
      }
    }
  };
}

const HEADINGS: Record<Layout, readonly string[]> = {
  wide: ['Away · Over · Yes', 'Home · Under · No', 'Draw · Other'],
  compact: ['Away/Over', 'Home/Under', 'Draw'],
};

/** Prices side by side: three only where some line has a third. */
function slotCount(rows: readonly LinesRow[]): number {
  const isThree = rows.some(
    (row) => row.kind === 'line' && (row.sides.length > 2 || row.sides.includes('draw')),
  );
  return isThree ? LINE_SLOTS : 2;
}

type Props = { built: LinesRows; layout: Layout; context: Omit<RowContext, 'columns'> };

/** One row per line under its fixture, alternates and props included. */
export function LinesView({ built: { rows }, layout, context: shared }: Props) {
  const { heights } = shared;
  const { column: optional } = shared.query;
  const slots = useMemo(() => slotCount(rows), [rows]);
  const shown = useRef<readonly LinesRow[]>(rows);
  useEffect(() => {
    shown.current = rows;
  }, [rows]);
  const [Columns] = usePart(loadColumns, optional.length > 0);
  const [Mark] = usePart(loadMark);
  const context = useMemo<RowContext>(
    () => ({
      ...shared,
      parts: { Mark, Columns, shown },
      columns: HEADINGS[layout]
        .slice(0, slots)
        .map((label, slot) => ({ index: slot + 2, span: 1, label })),
    }),
    [shared, layout, slots, Mark, Columns],
  );
  const shapeOf = useMemo(() => shapesOf(heights), [heights]);
  const renderItem = useCallback(
    (index: number, rowIndex: number) => {
      const row = rows[index];
      switch (row?.kind) {
        case 'league':
          return <LeagueBar row={row} rowIndex={rowIndex} />;
        case 'section':
          return <SectionBar row={row} rowIndex={rowIndex} />;
        case 'fixture':
          return <FixtureHeading row={row} rowIndex={rowIndex} context={context} />;
        case 'line':
          return <LineRow row={row} rowIndex={rowIndex} context={context} />;
        default:
          return null;
      }
    },
    [rows, context],
  );
  const widths = columnWidths(optional, slots);
  return (
    <VirtualGrid
      label="Odds by line"
      items={rows}
      shapeOf={shapeOf}
      columnCount={slots + optional.length + 3}
      headerHeight={heights.header}
      header={<Header columns={context.columns} optional={optional} />}
      renderItem={renderItem}
      view={shared.query}
      revealer={gridReveal}
      className="lines-scroll"
      data={{ 'data-columns': slots, 'data-odds': context.query.odds }}
      style={
        {
          '--slots': slots,
          '--optional': widths.map((width) => `${width}px`).join(' '),
          '--optional-width': `${widths.reduce((sum, width) => sum + width, 0)}px`,
        } as React.CSSProperties
      }
    />
  );
}

const COLUMN_TITLES: Record<LineColumn, string> = {
  hold: 'What the implied probabilities of all sides sum to above 100 %',
  novig: 'Price of each side without the hold, taken out in proportion (multiplicative method)',
};

function Header({
  columns,
  optional,
}: {
  columns: RowContext['columns'];
  optional: readonly LineColumn[];
}) {
  const next = columns.length + 2;
  return (
    <div role="row" aria-rowindex={1} className="line-row board-header">
      <div role="columnheader" aria-colindex={1} className="line-market">
        Line
      </div>
      <div className="line-slots">
        {columns.map(({ label, index }) => (
          <div
            key={label}
            role="columnheader"
            aria-colindex={index}
            title={label}
            className="board-header-market"
          >
            <span className="truncate">{label}</span>
          </div>
        ))}
      </div>
      {optional.map((column, index) => (
        <div
          key={column}
          role="columnheader"
          aria-colindex={next + index}
          title={COLUMN_TITLES[column]}
          className="line-column"
        >
          {COLUMN_NAMES[column]}
        </div>
      ))}
      <div role="columnheader" aria-colindex={next + optional.length} className="line-state">
        State
      </div>
      <div role="columnheader" aria-colindex={next + optional.length + 1} className="line-changed">
        Changed
      </div>
    </div>
  );
}
