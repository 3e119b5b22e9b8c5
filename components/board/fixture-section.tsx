// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
'use client';

import { type ComponentType, memo, type ReactNode } from 'react';
import { isForBrowser } from '@/components/ui/route-link';
import { useBoardStore, useFixture } from '@/lib/board/hooks';
import { boardHref } from '@/lib/board/query-state';
import type { Cell, FixtureRow, RowSide } from '@/lib/board/rows';
import type { Taste } from '@/lib/board/taste';
import type { BoardQuery } from '@/lib/protocol/filter';
import { FixtureBadge, FixtureTime } from './fixture-badge';
import { fixtureNameBySides } from './fixture-name';
import type { FixtureTimeProps } from './fixture-start';
import type { Heights } from './layout';
import type { LineParts } from './line-parts';
import { EmptyCell, PriceCell } from './price-cell';
import { shortName } from './short-name';

/** What every row of a view needs to know; one object, so that rows can be memoised. */
export type RowContext = {
  sport: string;
  query: BoardQuery;
  zone: string;
  /** The `dayKey` of now in it. */
  today: string;
  heights: Heights;
  taste: Taste;
  /** Whether no price of the board is live. */
  isDead: boolean;
  /** Index of each column's first cell, and how many cells it is wide. */
  columns: readonly { index: number; span: number; label: string }[];
  /** Index of the cell behind them, which leads to the rest of a fixture's odds; there is none in the lines view. */
  rest?: number;
  onOpenFixture: (fixtureId: string, market: string | null) => void;
  /** What counts down to a start; null until its code has come. */
  Start: ComponentType<FixtureTimeProps> | null;
  /** What the lines view adds to its rows. */
  parts?: LineParts;
};

type Props = { row: FixtureRow; rowIndex: number; context: RowContext };

/** A fixture with one row per side: who plays, when, how it stands, and the main line of each column. */
export const FixtureSection = memo(function FixtureSection({ row, rowIndex, context }: Props) {
  const fixture = useFixture(row.fixtureId);
  const { heights } = context;
  return (
    <div
      role="rowgroup"
      data-fixture-id={row.fixtureId}
      data-status={fixture?.status ?? undefined}
      data-start={fixture?.startDate ?? undefined}
      className="board-fixture"
      style={{ paddingTop: heights.meta }}
    >
      {row.sides.map((side, index) => (
        <div
          key={side.side}
          role="row"
          data-row
          aria-rowindex={rowIndex + index}
          className="board-row"
          style={{ height: heights.side }}
        >
          {index === 0 && <Meta row={row} context={context} />}
          <Side side={side} row={row} names={context.taste.names} />
          {row.cells.map((cell, column) => (
            <Cells
              key={cell.market}
              cell={cell}
              side={index}
              isFirst={index === 0}
              isDraw={side.side === 'draw'}
              fixtureId={row.fixtureId}
              place={context.columns[column]}
              context={context}
            />
          ))}
          {index === 0 && row.more > 0 && <More row={row} context={context} />}
        </div>
      ))}
    </div>
  );
});

function Meta({ row, context }: { row: FixtureRow; context: RowContext }) {
  const fixture = useFixture(row.fixtureId);
  return (
    <div role="gridcell" aria-colindex={1} className="board-meta">
      <div className="board-meta-body">
        {fixture ? (
          <>
            <FixtureTime fixture={fixture} zone={context.zone} Start={context.Start} />
            <FixtureBadge fixture={fixture} />
          </>
        ) : (
          <span className="text-ink-faint text-label">Time unknown</span>
        )}
      </div>
    </div>
  );
}

/** In a cell of its own behind the markets, where keys come to it as they come to a price. */
function More({ row, context }: { row: FixtureRow; context: RowContext }) {
  return (
    <div role="gridcell" aria-colindex={context.rest} className="board-meta">
      <FixtureLink
        fixtureId={row.fixtureId}
        context={context}
        label={`${row.more} more ${row.more === 1 ? 'odd' : 'odds'} of ${fixtureNameBySides(row.fixtureId, row.sides)}`}
        className="board-more"
      >
        {row.more} more
      </FixtureLink>
    </div>
  );
}

/** Leads to a fixture's own page. */
export function FixtureLink({
  fixtureId,
  context: { sport, query, onOpenFixture },
  label,
  className,
  children,
}: {
  fixtureId: string;
  context: RowContext;
  /** What it says where its content does not say it. */
  label?: string;
  className: string;
  children: ReactNode;
}) {
  const at = useBoardStore().past?.position ?? null;
  return (
    <a
      href={boardHref(sport, { ...query, view: 'fixture', fixture: [fixtureId], at })}
      aria-label={label}
      title={label}
      tabIndex={-1}
      className={className}
      onClick={(event) => {
        if (isForBrowser(event)) return;
        event.preventDefault();
        onOpenFixture(fixtureId, null);
      }}
    >
      {children}
    </a>
  );
}

/** Who stands here; the fixture's id where nobody has named either team. */
function SideName({ side, row, short }: { side: RowSide; row: FixtureRow; short: string | null }) {
  if (side.name !== null) {
    return (
      <span
        title={side.name}
        className={`min-w-0 flex-1 truncate ${side.side === 'draw' ? 'text-ink-muted' : 'text-ink'}`}
      >
        {short === null ? side.name : <ShortName name={side.name} short={short} />}
      </span>
    );
  }
  const isNameless = row.sides.every(({ side, name }) => side === 'draw' || name === null);
  if (isNameless && side.side === 'away') {
    const name = fixtureNameBySides(row.fixtureId, row.sides);
    return (
      <span title={name} className="min-w-0 flex-1 truncate text-ink-muted compact:text-detail">
        {name}
      </span>
    );
  }
  return (
    <span className="min-w-0 flex-1 truncate text-detail text-ink-faint">
      {isNameless ? <span className="sr-only">Home</span> : 'Team unknown'}
    </span>
  );
}

/** Seen in short and read out in full. */
export function ShortName({ name, short }: { name: string; short: string }) {
  return (
    <>
      <span aria-hidden="true">{short}</span>
      <span className="sr-only">{name}</span>
    </>
  );
}

function Side({ side, row, names }: { side: RowSide; row: FixtureRow; names: Taste['names'] }) {
  const fixture = useFixture(row.fixtureId);
  const score = fixture?.score;
  const points = side.side === 'away' ? score?.away : side.side === 'home' ? score?.home : null;
  return (
    <div role="rowheader" aria-colindex={2} className="board-side">
      <span className="board-rotation">{side.rotation}</span>
      <SideName
        side={side}
        row={row}
        short={names === 'short' ? shortName(fixture, side.side) : null}
      />
      {points !== null && points !== undefined && <span className="board-score">{points}</span>}
    </div>
  );
}

type CellsProps = {
  cell: Cell;
  side: number;
  isFirst: boolean;
  isDraw: boolean;
  fixtureId: string;
  place: RowContext['columns'][number] | undefined;
  context: RowContext;
};

function Cells({ cell, side, isFirst, isDraw, fixtureId, place, context }: CellsProps) {
  const { query, zone, today, taste, isDead } = context;
  if (!place) return null;
  if (cell.kind === 'lines') {
    return (
      <div role="gridcell" aria-colindex={place.index} className="price-cell">
        {isFirst && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={`${cell.lines} ${cell.lines === 1 ? 'line' : 'lines'} of ${place.label}`}
            className="rounded-control px-2 text-accent text-detail hover:underline"
            onClick={() => context.onOpenFixture(fixtureId, place.label)}
          >
            {cell.lines} {cell.lines === 1 ? 'line' : 'lines'}
          </button>
        )}
      </div>
    );
  }
  const ids = cell.kind === 'line' ? (cell.odds[side] ?? []) : [];
  const cells = ids.map((id, index) => (
    // The place keeps its cell while the main line moves from one odd to another: the cell says that it did.
    <PriceCell
      // biome-ignore lint/suspicious/noArrayIndexKey: the index is the place.
      key={index}
      id={id}
      row={fixtureId}
      query={query}
      writing={taste}
      zone={zone}
      today={today}
      isDead={isDead}
      columnIndex={place.index + index}
      className="flex-1"
    />
  ));
  if (cells.length === 0) {
    return <EmptyCell columnIndex={place.index} isBlank={isDraw} />;
  }
  if (place.span === 1) return cells[0];
  return <div className="flex min-w-0">{cells}</div>;
}
