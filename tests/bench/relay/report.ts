/** The tables: medians and ranges, what was aimed for beside them, the rows that are lost like those that are won. */
import { median, show } from '../table';
import type { Contestant } from './contestants';
import type { Outcome } from './workload';

/** What a workload is held against; `aim` is what it would be good to reach. */
export type Goal = {
  /** CPU per delivery, as a share of nchan's; null: not compared. */
  nchanShare?: { most: number; aim: number };
  p99Ms?: { most: number; aim?: number };
  /** How many times dearer than ours a proxy per viewer must be. */
  naiveTimes?: number;
};

const NUMBERS = [
  'deliveriesPerSecond',
  'ofOffered',
  'p50Ms',
  'p99Ms',
  'maxMs',
  'cpuPerMillion',
  'serverCore',
  'disturbance',
  'benchCore',
  'stolen',
  'kibIdle',
  'kibLoaded',
  'eventsPerRead',
  'bytesPerEvent',
  'upstreamLateMs',
  'yardstickMs',
] as const;
const FAULTS = ['lost', 'doubled', 'disordered', 'altered', 'conflated', 'unnumbered'] as const;

export type Summary = {
  contestant: Contestant['name'];
  runs: number;
  medians: Record<(typeof NUMBERS)[number], number | null>;
  ranges: Record<(typeof NUMBERS)[number], [number, number] | null>;
  /** Sums over all runs: here a median would hide one bad run. */
  faults: Record<(typeof FAULTS)[number], number>;
};

export function summarise(outcomes: readonly Outcome[]): Summary[] {
  const names = [...new Set(outcomes.map(({ contestant }) => contestant))];
  return names.map((contestant) => {
    const runs = outcomes.filter((outcome) => outcome.contestant === contestant);
    const of = (key: (typeof NUMBERS)[number]) => runs.map((run) => run[key]);
    const range = (key: (typeof NUMBERS)[number]): [number, number] | null => {
      const known = of(key).filter((value) => value !== null);
      return known.length === 0 ? null : [Math.min(...known), Math.max(...known)];
    };
    return {
      ...{ contestant, runs: runs.length },
      medians: Object.fromEntries(NUMBERS.map((key) => [key, median(of(key))])),
      ranges: Object.fromEntries(NUMBERS.map((key) => [key, range(key)])),
      faults: Object.fromEntries(
        FAULTS.map((key) => [key, runs.reduce((sum, run) => sum + run[key], 0)]),
      ),
    } as Summary;
  });
}

/** Ours in parts of another's CPU per delivery, turn by turn. */
export function ratios(
  outcomes: readonly Outcome[],
  other: Contestant['name'],
): { each: number[]; median: number | null } {
  const of = (name: Contestant['name']) => outcomes.filter(({ contestant }) => contestant === name);
  const theirs = of(other);
  const each = of('ours').flatMap(({ cpuPerMillion }, turn) => {
    const their = theirs[turn]?.cpuPerMillion;
    return cpuPerMillion === null || !their ? [] : [Number((cpuPerMillion / their).toFixed(3))];
  });
  return { each, median: median(each) };
}

const verdict = (value: number | null, most: number, aim?: number) =>
  value === null
    ? 'not measured'
    : aim !== undefined && value <= aim
      ? 'aim reached'
      : value <= most
        ? 'reached'
        : 'MISSED';

/** Each goal of a workload with what was measured, and whether that reaches it. */
export function goalLines(goal: Goal, outcomes: readonly Outcome[], offered: number): string[][] {
  const mine = summarise(outcomes).find(({ contestant }) => contestant === 'ours');
  if (!mine) return [];
  const lines: string[][] = [];
  const { faults, medians } = mine;
  const wrong = faults.lost + faults.doubled + faults.disordered + faults.altered;
  lines.push(['lost, doubled, disordered, altered', '0', String(wrong), verdict(wrong, 0)]);
  lines.push([
    'deliveries/s',
    show(offered, 0),
    show(medians.deliveriesPerSecond, 0),
    (medians.ofOffered ?? 0) >= 99.5 ? 'reached' : 'MISSED',
  ]);
  if (goal.nchanShare) {
    const { most, aim } = goal.nchanShare;
    const { each, median: middle } = ratios(outcomes, 'nchan');
    const found = middle === null ? '–' : `${show(middle, 3)} (${each.join(', ')})`;
    lines.push(['CPU per delivery / nchan', `${most} [${aim}]`, found, verdict(middle, most, aim)]);
  }
  if (goal.naiveTimes) lines.push(naiveLine('naive route, times ours', goal.naiveTimes, outcomes));
  if (goal.p99Ms) {
    const { most, aim } = goal.p99Ms;
    const wanted = aim === undefined ? `${most}` : `${most} [${aim}]`;
    lines.push(['p99 ms', wanted, show(medians.p99Ms, 2), verdict(medians.p99Ms, most, aim)]);
  }
  return lines;
}

/** How many times dearer than ours the proxy per viewer was, turn by turn. */
export function naiveLine(
  title: string,
  least: number,
  outcomes: readonly Outcome[],
): [string, string, string, string] {
  const times = ratios(outcomes, 'naive').each.map((ratio) => Number((1 / ratio).toFixed(1)));
  const middle = median(times);
  const found = middle === null ? '–' : `${show(middle)}x (${times.join(', ')})`;
  const is = middle === null ? 'not measured' : middle >= least ? 'reached' : 'MISSED';
  return [title, `${least}x`, found, is];
}

/** One line per contestant. */
export function summaryLines(summaries: readonly Summary[]): string[][] {
  return summaries.map(({ contestant, runs, medians: at, ranges, faults }) => {
    const cpu = ranges.cpuPerMillion;
    return [
      ...[contestant, String(runs), show(at.deliveriesPerSecond, 0), `${show(at.ofOffered)} %`],
      `${faults.lost}/${faults.doubled}/${faults.disordered + faults.altered}/${faults.conflated}`,
      ...[show(at.p50Ms, 2), show(at.p99Ms, 2), show(at.maxMs)],
      `${show(at.cpuPerMillion, 3)}${cpu && runs > 1 ? ` (${show(cpu[0], 3)}–${show(cpu[1], 3)})` : ''}`,
      `${show(at.serverCore)} %`,
      `${show(at.disturbance)} %`,
      `${show(at.benchCore)} %`,
      `${show(at.stolen)} %`,
      ...[show(at.eventsPerRead), show(at.kibIdle, 0), show(at.kibLoaded, 0)],
      ...[show(at.bytesPerEvent, 0), show(at.upstreamLateMs), show(at.yardstickMs, 0)],
    ];
  });
}

export const SUMMARY_HEAD = [
  'contestant',
  'runs',
  'deliveries/s',
  'of offered',
  'lost/dbl/wrong/confl',
  'p50 ms',
  'p99 ms',
  'max ms',
  'CPU s per M',
  'core 0',
  'others there',
  'core 1',
  'stolen',
  'ev/read',
  'KiB idle',
  'KiB loaded',
  'B/event',
  'upstream late ms',
  'yardstick ms',
];
