// biome-ignore-all lint/a11y/useSemanticElements: rows are virtual and laid out by a CSS grid, which a table cannot be.
// biome-ignore-all lint/a11y/useFocusableInteractive: the cells of a row take the focus, not the row.
import type { LeagueRow, SectionRow } from '@/lib/board/rows';

/** The league above its fixtures. */
export function LeagueBar({ row, rowIndex }: { row: LeagueRow; rowIndex: number }) {
  const { league, fixtures } = row;
  return (
    <Bar
      name={league || 'League unknown'}
      facts={[`${fixtures} ${fixtures === 1 ? 'fixture' : 'fixtures'}`]}
      rowIndex={rowIndex}
    />
  );
}

/** A part of a fixture's own page above its lines. */
export function SectionBar({ row, rowIndex }: { row: SectionRow; rowIndex: number }) {
  const { label, about, lines } = row;
  const count = `${lines} ${lines === 1 ? 'line' : 'lines'}`;
  return <Bar name={label} facts={about === null ? [count] : [about, count]} rowIndex={rowIndex} />;
}

function Bar({
  name,
  facts,
  rowIndex,
}: {
  name: string;
  facts: readonly string[];
  rowIndex: number;
}) {
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
          <span className="font-semibold text-detail text-ink">{name}</span>
          {facts.map((fact) => (
            <span key={fact} className="text-ink-faint text-label">
              {fact}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}
