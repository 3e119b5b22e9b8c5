// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
import type { LeagueRow } from '@/lib/board/rows';

/** The league above its fixtures. */
export function LeagueBar({ row, rowIndex }: { row: LeagueRow; rowIndex: number }) {
  return (
    <div role="rowgroup" className="h-full">
      <div
        role="row"
        data-row
        aria-rowindex={rowIndex}
        className="flex h-full border-line-subtle border-b bg-surface-raised"
      >
        <div
          role="rowheader"
          aria-colindex={1}
          className="sticky left-0 flex items-center gap-2.5 compact:px-3 px-3.5"
        >
          <span className="font-semibold text-detail text-ink">
            {row.league || 'League unknown'}
          </span>
          <span className="text-ink-faint text-label">
            {row.fixtures} {row.fixtures === 1 ? 'fixture' : 'fixtures'}
          </span>
        </div>
      </div>
    </div>
  );
}
