/**
 * `npm run bench:relay`: what the relay delivers, how late, and what that costs, side by side with a proxy per viewer
 * and with nchan; then what it does with idle, many, slow and leaving viewers and over a restart. README.md beside
 * this file says how.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { canMeasure, canPin, machineName } from './machine';
import { type Contestant, naive, nchan, ours } from './relay/contestants';
import { distinctFilters } from './relay/feed';
import {
  type Goal,
  goalLines,
  naiveLine,
  SUMMARY_HEAD,
  summarise,
  summaryLines,
} from './relay/report';
import { SCENARIOS } from './relay/scenarios';
import { type Outcome, runWorkload, type Setup, type Workload } from './relay/workload';
import { printTable } from './table';

const SEED = 20_261_124;
const ODDS = 2_000;
const FILTER_COUNTS = [1, 10, 100, 1_000];

type Stage = {
  name: string;
  workloads: readonly Workload[];
  against: readonly Contestant['name'][];
  /** What the naive route is measured with besides: so few viewers that its core is not full. */
  naiveBeside?: Workload;
  goal: Goal;
  seconds: number;
};

const STAGES: readonly Stage[] = [
  {
    name: 'w1',
    workloads: [{ name: 'W1: 200 viewers x 200 ev/s', viewers: 200, rate: 200 }],
    against: ['ours', 'naive', 'nchan'],
    naiveBeside: { name: 'naive: 50 viewers x 200 ev/s', viewers: 50, rate: 200 },
    goal: { nchanShare: { most: 0.9, aim: 0.4 }, p99Ms: { most: 30, aim: 10 }, naiveTimes: 10 },
    seconds: 12,
  },
  {
    name: 'w2',
    workloads: [{ name: 'W2: 1000 viewers x 100 ev/s', viewers: 1_000, rate: 100 }],
    against: ['ours', 'nchan'],
    goal: { nchanShare: { most: 0.9, aim: 0.4 }, p99Ms: { most: 90, aim: 25 } },
    seconds: 12,
  },
  {
    name: 'w3',
    workloads: [{ name: 'W3: 1000 viewers x 1000 ev/s', viewers: 1_000, rate: 1_000 }],
    against: ['ours', 'nchan'],
    goal: { nchanShare: { most: 0.35, aim: 0.2 }, p99Ms: { most: 120, aim: 50 } },
    seconds: 10,
  },
  {
    name: 'quiet',
    workloads: [
      {
        ...{ name: 'quiet: 50 viewers x 5 ev/s', viewers: 50, rate: 5 },
        ...{ isAwake: true, warmSeconds: 30 },
      },
    ],
    against: ['ours', 'nchan'],
    goal: { p99Ms: { most: 5 } },
    seconds: 90,
  },
  {
    name: 'filters',
    workloads: FILTER_COUNTS.map((count) => ({
      ...{ name: `1000 viewers x 1000 ev/s over ${count} filters`, viewers: 1_000, rate: 1_000 },
      ...{ filters: distinctFilters(SEED, count), share: 0.25 },
    })),
    against: ['ours'],
    goal: {},
    seconds: 8,
  },
];

const names = [...STAGES.map(({ name }) => name), ...Object.keys(SCENARIOS)];
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    prefer: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(SEED) },
    keep: { type: 'boolean', default: false },
    to: { type: 'string', default: 'relay.json' },
  },
});
const unknown = positionals.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`"${unknown}" is no stage: write some of ${names.join(', ')}.`);
  process.exit(1);
}
const pairs = Number(options.pairs);
if (!(Number.isInteger(pairs) && pairs >= 1 && pairs <= 20)) {
  console.error(`--pairs is "${options.pairs}": write a whole number from 1 to 20.`);
  process.exit(1);
}
const isChosen = (name: string) => positionals.length === 0 || positionals.includes(name);
const wanted = STAGES.filter(({ name }) => isChosen(name));
const scenarios = Object.entries(SCENARIOS).filter(([name]) => isChosen(name));
const only = options.only?.split(',');
const isWanted = (name: string) => !only || only.includes(name);

const base = {
  seed: Number(options.seed),
  odds: ODDS,
  isPreferred: options.prefer,
  cores: canPin() ? { server: 0, rest: 1 } : null,
};
console.log(`${machineName()}, node ${process.version}, seed ${base.seed}, ${ODDS} odds`);
if (!base.cores) console.log('taskset or a second core is missing: nothing is kept on a core.');
if (!canMeasure) console.log('CPU and memory can be read on Linux alone: they are left out.');

const versions: Record<string, string> = { node: process.version };
const absent: Record<string, string> = {};
const makers = { ours, naive, nchan: async () => nchan() };
const contestants = new Map<string, Contestant>();
for (const name of ['ours', 'naive', 'nchan'] as const) {
  const isInScenario = name === 'ours' && scenarios.length > 0;
  if (!isWanted(name)) continue;
  if (!isInScenario && !wanted.some(({ against }) => against.includes(name))) continue;
  const contestant = await makers[name]();
  versions[name] = contestant.version;
  if (contestant.absence === null) contestants.set(name, contestant);
  else {
    absent[name] = contestant.absence;
    console.log(`${name} is left out: ${contestant.absence}`);
  }
}

const kept: Record<string, unknown> = {};
for (const stage of wanted) {
  for (const workload of stage.workloads) {
    const setup: Setup = { ...base, seconds: Number(options.seconds ?? stage.seconds) };
    console.log(`\n${workload.name}, ${setup.seconds} s a run`);
    const outcomes: Outcome[] = [];
    const beside: Outcome[] = [];
    const run = async (turn: number, contestant: Contestant, load: Workload) => {
      const outcome = await runWorkload(contestant, load, setup);
      console.log(
        `  ${turn} ${contestant.name.padEnd(6)} ${outcome.deliveriesPerSecond}/s, p99 ${outcome.p99Ms} ms, ${outcome.cpuPerMillion} CPU s/M, others on its core ${outcome.disturbance} %`,
      );
      return outcome;
    };
    for (let turn = 1; turn <= pairs; turn += 1) {
      for (const name of stage.against) {
        const contestant = contestants.get(name);
        if (!contestant) continue;
        outcomes.push(await run(turn, contestant, workload));
      }
      const naive = contestants.get('naive');
      if (naive && stage.naiveBeside) beside.push(await run(turn, naive, stage.naiveBeside));
    }
    const summaries = summarise(outcomes);
    const offered = workload.viewers * workload.rate * (workload.share ?? 1);
    const goals = goalLines(stage.goal, outcomes, offered);
    if (beside.length > 0) {
      const mine = outcomes.filter(({ contestant }) => contestant === 'ours');
      const title = `the same where its core is not full (${beside[0]?.serverCore} %)`;
      goals.push(naiveLine(title, stage.goal.naiveTimes ?? 1, [...mine, ...beside]));
    }
    console.log('');
    printTable(SUMMARY_HEAD, summaryLines(summaries));
    console.log('');
    printTable(['goal', 'at most [aim]', 'measured', ''], goals);
    const { filters, ...told } = workload;
    kept[workload.name] = {
      ...told,
      filters: filters?.length ?? 1,
      goals,
      summaries,
      outcomes,
      beside,
    };
  }
}

const mine = contestants.get('ours');
for (const [, { title, run }] of mine ? scenarios : []) {
  console.log(`\n${title}\n`);
  if (!mine || !canMeasure) continue;
  const { lines, data } = await run(mine, { ...base, seconds: 0 });
  printTable(['goal', 'at most [aim]', 'measured', ''], lines);
  kept[title] = { goals: lines, ...data };
}

if (options.keep) {
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const report = {
    ...{ at: new Date().toISOString(), machine: machineName(), versions, absent },
    ...{ seed: base.seed, odds: ODDS, pairs, pinned: base.cores !== null, stages: kept },
  };
  writeFileSync(new URL(options.to, folder), `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nkept in tests/bench/results/${options.to}`);
}
process.exit(0);
