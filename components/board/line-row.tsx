// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
'use client';

import { memo, type ReactNode, useLayoutEffect, useRef } from 'react';
import { formatAge } from '@/lib/board/format';
import { onSecond, serverNow, useBoardStore, useFirstNow, useFixture } from '@/lib/board/hooks';
import type { HeadingRow, LineRow as Line } from '@/lib/board/rows';
import { slotsOf } from '@/lib/board/slots';
import type { BoardStore } from '@/lib/board/store';
import { FixtureBadge, FixtureTime } from './fixture-badge';
import { fixtureNameBySides } from './fixture-name';
import { FixtureLink, type RowContext, ShortName } from './fixture-section';
import { EmptyCell, PriceCell } from './price-cell';
import { shortName } from './short-name';
import { writeAttribute, writeText } from './write';

/** The fixture above its lines. */
export const FixtureHeading = memo(function FixtureHeading({
  row,
  rowIndex,
  context,
}: {
  row: HeadingRow;
  rowIndex: number;
  context: RowContext;
}) {
  const fixture = useFixture(row.fixtureId);
  const [away, home] = row.sides;
  const score = fixture?.score;
  const isShort = context.taste.names === 'short';
  const isNameless = !away?.name && !home?.name;
  return (
    <div
      role="rowgroup"
      data-fixture-id={row.fixtureId}
      data-status={fixture?.status ?? undefined}
      data-start={fixture?.startDate ?? undefined}
      className="h-full"
    >
      <div
        role="row"
        data-row
        aria-rowindex={rowIndex}
        className="flex h-full border-line border-b bg-surface-raised"
      >
        <div role="rowheader" aria-colindex={1} className="heading">
          <HeadingNames row={row} context={context}>
            {isNameless ? (
              <span className="truncate text-ink-muted">
                {fixtureNameBySides(row.fixtureId, row.sides)}
              </span>
            ) : (
              <>
                <Name
                  name={away?.name}
                  short={isShort ? shortName(fixture, 'away') : null}
                  score={score?.away}
                />
                <span className="text-ink-faint">at</span>
                <Name
                  name={home?.name}
                  short={isShort ? shortName(fixture, 'home') : null}
                  score={score?.home}
                />
              </>
            )}
          </HeadingNames>
          <span className="heading-meta">
            {fixture && (
              <>
                <FixtureBadge fixture={fixture} />
                <FixtureTime fixture={fixture} zone={context.zone} Start={context.Start} />
              </>
            )}
            <span className="text-detail text-ink-faint">
              {row.lines} {row.lines === 1 ? 'line' : 'lines'}
              {fixture?.league && (
                <span className="heading-league">
                  {' · '}
                  {fixture.league}
                </span>
              )}
            </span>
          </span>
        </div>
      </div>
    </div>
  );
});

/** Who plays; among others' lines a link to the fixture's own page. */
function HeadingNames({
  row,
  context,
  children,
}: {
  row: HeadingRow;
  context: RowContext;
  children: ReactNode;
}) {
  if (context.query.view === 'fixture') return <span className="heading-names">{children}</span>;
  return (
    <FixtureLink
      fixtureId={row.fixtureId}
      context={context}
      className="heading-names hover:underline"
    >
      {children}
    </FixtureLink>
  );
}

function Name({
  name,
  short,
  score,
}: {
  name: string | null | undefined;
  short: string | null;
  score: number | null | undefined;
}) {
  return (
    <span className="inline-flex min-w-0 items-baseline gap-1.5">
      <span className="truncate" title={name ?? undefined}>
        {name && short ? <ShortName name={name} short={short} /> : (name ?? 'Team unknown')}
      </span>
      {score !== null && score !== undefined && <span className="font-bold">{score}</span>}
    </span>
  );
}

/** One line: what it is about, its prices side by side, and when it last changed. */
export const LineRow = memo(function LineRow({
  row,
  rowIndex,
  context,
}: {
  row: Line;
  rowIndex: number;
  context: RowContext;
}) {
  const { query, zone, today, columns, parts, taste, isDead } = context;
  const slots = slotsOf(row.odds, columns.length);
  const names = new Map(row.odds.map(({ id, name }) => [id, name]));
  return (
    <div
      role="row"
      data-row
      data-step={row.isStep && !row.isMain ? '' : undefined}
      aria-rowindex={rowIndex}
      className="line-row"
    >
      <div role="rowheader" aria-colindex={1} className="line-market">
        <span className="line-name truncate" title={row.market}>
          {row.market}
        </span>
        <span className="line-about">
          {row.label !== '' && (
            <span className="truncate" title={row.label}>
              {row.label}
            </span>
          )}
          {parts?.Mark && (
            <parts.Mark row={row} query={query} rowIndex={rowIndex} shown={parts.shown} />
          )}
          {row.isMain && <span className="line-main">Main</span>}
        </span>
      </div>
      <div className="line-slots">
        {slots.map((id, index) =>
          id === null ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the index is the place.
            <EmptyCell key={index} columnIndex={index + 2} />
          ) : (
            <PriceCell
              // biome-ignore lint/suspicious/noArrayIndexKey: the index is the place.
              key={index}
              id={id}
              row={row.key}
              name={names.get(id)}
              query={query}
              writing={taste}
              zone={zone}
              today={today}
              isDead={isDead}
              columnIndex={index + 2}
            />
          ),
        )}
      </div>
      {parts?.Columns ? (
        <parts.Columns
          row={row}
          query={query}
          slots={columns.length}
          columnIndex={columns.length + 2}
        />
      ) : (
        query.column.map((column, index) => (
          <div
            key={column}
            role="gridcell"
            aria-colindex={columns.length + 2 + index}
            className="line-column"
          />
        ))
      )}
      <LineSummary row={row} columnIndex={columns.length + query.column.length + 2} />
    </div>
  );
});

/** The states of a line's odds in words, those of its first side first; one word where they agree. */
function stateText(store: BoardStore, { odds }: Line): string {
  const { book } = store.getState();
  const states = new Set<string>();
  for (const { id } of odds) states.add(book.odds.get(id)?.state ?? '');
  states.delete('');
  return [...states].join(', ');
}

/** Epoch ms at which the newest price of the line changed; 0 where none is held. */
function changedAt(store: BoardStore, { odds }: Line): number {
  const { book } = store.getState();
  let newest = 0;
  for (const { id } of odds) newest = Math.max(newest, book.odds.get(id)?.timestampSeconds ?? 0);
  return newest * 1000;
}

/**
 * A line's states and age, written each second: soon enough for a summary of cells that each say theirs at once, and
 * too often to render every row for.
 */
const LineSummary = memo(function LineSummary({
  row,
  columnIndex,
}: {
  row: Line;
  columnIndex: number;
}) {
  const store = useBoardStore();
  const firstNow = useFirstNow();
  const state = useRef<HTMLDivElement>(null);
  const changed = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const write = () => {
      const text = stateText(store, row);
      writeText(state.current, text);
      writeAttribute(state.current, 'data-open', text === 'open' ? '' : null);
      const at = changedAt(store, row);
      writeText(changed.current, at === 0 ? '' : formatAge(at, serverNow(store)));
    };
    write();
    return onSecond(write);
  }, [store, row]);
  const at = changedAt(store, row);
  const text = stateText(store, row);
  return (
    <>
      <div
        ref={state}
        role="gridcell"
        aria-colindex={columnIndex}
        data-open={text === 'open' ? '' : undefined}
        className="line-state"
      >
        {text}
      </div>
      <div role="gridcell" aria-colindex={columnIndex + 1} className="line-changed">
        <span ref={changed}>{at === 0 ? '' : formatAge(at, firstNow)}</span>
      </div>
    </>
  );
});
