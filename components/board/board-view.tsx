// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
'use client';

import { useCallback, useMemo } from 'react';
import { type Shape, VirtualGrid } from '@/components/ui/virtual-grid';
import type { BoardRows } from '@/lib/board/hooks';
import type { BoardRow, Column } from '@/lib/board/rows';
import { FixtureSection, type RowContext } from './fixture-section';
import { fixtureHeight, type Heights } from './layout';
import { LeagueBar } from './league-bar';
import { gridReveal } from './reveal';

/** Columns in which some side has two prices, over and under: they are as wide as two. */
function pairColumns(rows: readonly BoardRow[], columns: readonly Column[]): boolean[] {
  return columns.map((_, column) =>
    rows.some((row) => {
      const cell = row.kind === 'fixture' ? row.cells[column] : undefined;
      return cell?.kind === 'line' && cell.odds.some((side) => side.length > 1);
    }),
  );
}

function shapesOf(heights: Heights): (row: BoardRow) => Shape {
  const league = { kind: 'league', height: heights.league, rows: 1, isSticky: true };
  // A row of three sides has other elements than one of two.
  const [two, three] = [2, 3].map((rows) => ({
    ...{ kind: `fixture ${rows}`, height: fixtureHeight(heights, rows) },
    ...{ rows, isSticky: false },
  })) as [Shape, Shape];
  return (row) => (row.kind === 'league' ? league : row.sides.length > 2 ? three : two);
}

type Props = { built: BoardRows; context: Omit<RowContext, 'columns'> };

/** Fixtures by league and start, the main line of each market in its column. */
export function BoardView({ built: { columns, rows }, context: shared }: Props) {
  const { heights } = shared;
  const shapeOf = useMemo(() => shapesOf(heights), [heights]);
  // As a string, so that equal columns are the same columns however often rows are built.
  const pairs = pairColumns(rows, columns).map(Number).join('');
  const labels = columns.map((column) => column.label).join('\n');
  const context = useMemo<RowContext & { rest: number }>(() => {
    // Columns 1 and 2 are the fixture's own.
    let next = 3;
    const places = (labels === '' ? [] : labels.split('\n')).map((label, column) => {
      const place = { index: next, span: pairs[column] === '1' ? 2 : 1, label };
      next += place.span;
      return place;
    });
    return { ...shared, columns: places, rest: next };
  }, [shared, pairs, labels]);
  const hasMore = useMemo(() => rows.some((row) => row.kind === 'fixture' && row.more > 0), [rows]);
  const pairCount = [...pairs].filter((pair) => pair === '1').length;

  const renderItem = useCallback(
    (index: number, rowIndex: number) => {
      const row = rows[index];
      if (!row) return null;
      if (row.kind === 'league') return <LeagueBar row={row} rowIndex={rowIndex} />;
      return <FixtureSection row={row} rowIndex={rowIndex} context={context} />;
    },
    [rows, context],
  );

  return (
    <VirtualGrid
      label="Odds by fixture"
      items={rows}
      shapeOf={shapeOf}
      columnCount={hasMore ? context.rest : context.rest - 1}
      headerHeight={heights.header}
      header={
        <Header columns={columns} places={context.columns} rest={hasMore ? context.rest : null} />
      }
      renderItem={renderItem}
      view={shared.query}
      revealer={gridReveal}
      data={{ 'data-columns': columns.length + pairCount, 'data-odds': context.query.odds }}
      style={
        {
          '--columns': [...pairs]
            .map((pair) => (pair === '1' ? 'var(--pair-column)' : 'var(--market-column)'))
            .join(' '),
          '--singles': columns.length - pairCount,
          '--pairs': pairCount,
        } as React.CSSProperties
      }
    />
  );
}

function Header({
  columns,
  places,
  rest,
}: {
  columns: readonly Column[];
  places: RowContext['columns'];
  /** Column of what is not shown; null where all is. */
  rest: number | null;
}) {
  return (
    <div role="row" aria-rowindex={1} className="board-row board-header">
      <div role="columnheader" aria-colindex={1} className="sr-only">
        Start
      </div>
      <div role="columnheader" aria-colindex={2} className="board-side board-header-fixture">
        Fixture
      </div>
      {columns.map((column, index) => (
        <div
          key={column.market}
          role="columnheader"
          aria-colindex={places[index]?.index}
          aria-colspan={places[index]?.span}
          title={column.label}
          className="board-header-market"
        >
          <span className="truncate">{column.label}</span>
          <span aria-hidden="true" className="price-changed">
            Changed
          </span>
        </div>
      ))}
      {rest !== null && (
        <div role="columnheader" aria-colindex={rest} className="sr-only">
          More odds
        </div>
      )}
    </div>
  );
}
