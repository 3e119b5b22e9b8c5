/** Medians, ratios to the page written by hand and to AG Grid, and what was aimed for beside them. */
import { median, printTable, show } from '../table';
import type { PageName } from './pages';
import type { Outcome } from './run';

type Figure = Exclude<keyof Outcome, 'page' | 'load'>;

const COLUMNS: readonly [Figure, string][] = [
  ['fps', 'fps'],
  ['frameP99Ms', 'frame p99'],
  ['longTasks', 'long'],
  ['busy', 'busy %'],
  ['mainCpu', 'main CPU %'],
  ['script', 'script'],
  ['styleLayout', 'style+layout'],
  ['browserCpu', 'all CPU %'],
  ['heapMb', 'heap MB'],
  ['growthMb', 'growth'],
  ['domP50Ms', 'dom p50'],
  ['domP99Ms', 'p99'],
  ['paintP50Ms', 'paint p50'],
  ['paintP99Ms', 'p99'],
  ['relayP50Ms', 'relay p50'],
  ['wholeP50Ms', 'whole p50'],
  ['wholeP99Ms', 'p99'],
  ['keyP50Ms', 'key p50'],
  ['keyP99Ms', 'p99'],
  ['wheelP99Ms', 'wheel p99'],
  ['firstOddsMs', 'first odds'],
  ['scrollFps', 'scroll fps'],
  ['scrollP99Ms', 'p99'],
  ['blank', 'blank %'],
  ['scriptKib', 'JS KiB'],
];

export type Medians = Partial<Record<PageName, Record<Figure, number>>>;

export function mediansOf(outcomes: readonly Outcome[]): Medians {
  const medians: Medians = {};
  for (const page of new Set(outcomes.map((outcome) => outcome.page))) {
    const runs = outcomes.filter((outcome) => outcome.page === page);
    medians[page] = Object.fromEntries(
      [...COLUMNS.map(([figure]) => figure), 'framesOver33' as const, 'longTaskMs' as const].map(
        (figure) => [figure, median(runs.map((run) => run[figure])) ?? 0],
      ),
    ) as Record<Figure, number>;
  }
  return medians;
}

/** Prints the medians of one load and answers them. */
export function printOutcomes(outcomes: readonly Outcome[]): Medians {
  const medians = mediansOf(outcomes);
  console.log('');
  printTable(
    ['page', ...COLUMNS.map(([, name]) => name)],
    Object.entries(medians).map(([page, figures]) => [
      page,
      ...COLUMNS.map(([figure]) => show(figures[figure], 2)),
    ]),
  );
  return medians;
}

type Line = { load: string; page: string; what: string; most: number; measured: number | null };

/** The median over the turns of our figure divided by another page's in the same turn. */
function ratio(
  outcomes: readonly Outcome[],
  page: PageName,
  other: PageName,
  figure: Figure,
): number | null {
  const of = (name: PageName) => outcomes.filter((outcome) => outcome.page === name);
  const others = of(other);
  const ratios = of(page).flatMap((own, turn) => {
    const beside = others[turn];
    return beside && beside[figure] > 0 ? [own[figure] / beside[figure]] : [];
  });
  return median(ratios);
}

const RATIOS: readonly [load: string, figure: Figure, other: PageName, most: number][] = [
  ['g2', 'busy', 'vanilla', 1.25],
  ['g2', 'busy', 'aggrid', 0.9],
  ['g3', 'busy', 'vanilla', 1.25],
  ['g3', 'busy', 'aggrid', 0.8],
  ['g2v', 'busy', 'vanilla', 1],
  ['g2v', 'busy', 'aggrid', 1],
  ['g2', 'paintP99Ms', 'vanilla', 1.15],
  ['g2', 'paintP99Ms', 'aggrid', 0.35],
  ['g3', 'paintP99Ms', 'vanilla', 1.15],
  ['g3', 'paintP99Ms', 'aggrid', 0.35],
  ['g3', 'heapMb', 'vanilla', 1.4],
  ['g3', 'heapMb', 'aggrid', 0.8],
  ['g2', 'firstOddsMs', 'aggrid', 1],
];

/** What is asked of the board, and what was measured; prints both, missed lines included. */
export function goalsOf(byLoad: ReadonlyMap<string, readonly Outcome[]>): Line[] {
  const lines: Line[] = [];
  for (const [load, outcomes] of byLoad) {
    const medians = mediansOf(outcomes);
    for (const page of ['lines', 'board'] as const) {
      const own = medians[page];
      if (!own) continue;
      const push = (what: string, most: number, measured: number | null) =>
        lines.push({ load, page, what, most, measured });
      // Where more is better, both are turned round.
      push('frames lost of 60 a second', 0.5, 60 - own.fps);
      push('frame p99 ms', 17, own.frameP99Ms);
      push('tasks over 50 ms', 0, own.longTasks);
      push('key to frame p99 ms', 22, own.keyP99Ms);
      push('wheel to frame p99 ms', 22, own.wheelP99Ms);
      push('blank rows %', 0, own.blank);
      push('scroll: frames lost of 60 a second', 1, 60 - own.scrollFps);
      push('first odds ms', 300, own.firstOddsMs);
      push('JS KiB', 170, own.scriptKib);
      for (const [of, figure, other, most] of RATIOS) {
        if (of !== load || !medians[other]) continue;
        push(`${figure} / ${other}`, most, ratio(outcomes, page, other, figure));
      }
      const before = load === 'g3' ? byLoad.get('g2') : undefined;
      const g2 = before && mediansOf(before)[page];
      if (g2) push('busy / busy in g2', 1.4, own.busy / g2.busy);
    }
  }
  console.log('');
  printTable(
    ['load', 'page', 'goal', 'at most', 'measured', ''],
    lines.map(({ load, page, what, most, measured }) => [
      load,
      page,
      what,
      show(most, 2),
      show(measured, 2),
      measured === null ? 'not measured' : measured <= most ? 'reached' : 'MISSED',
    ]),
  );
  return lines;
}
