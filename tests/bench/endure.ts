/**
 * `npm run endure`: twelve hours of trading in one, or as many minutes of it as are given, in a real browser. It ends well
 * where the browser at the end holds, shows and does what it did soon after the start. README.md beside this file says how.
 */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../scripts/prepare.mjs';
import { startBoard } from '../support/serve';
import { launchChromium } from './board/chromium';
import { versionsOf } from './board/pages';
import { type Inside, openTrader } from './endure/browser';
import { BOUNDS, judge, planOf, type Sample, SPEED, SPORT, TURNS } from './endure/day';
import { startHelper } from './ipc';
import { canMeasure, coreUse, cpuSeconds, machineName, residentKiB } from './machine';
import { readJson, readSnapshot, untilWhole } from './snapshot';
import { round, show } from './table';

const SEED = 20_261_124;
/** Odds and row updates a second of all sports; the board's is a fifth of them. */
const ODDS = 200_000;
const RATE = 1_300;
/** The world has lived for so long when the browser comes, and the server has seen all of it. */
const WARM_MS = 12 * 60_000;
const SAMPLE_MS = 10_000;
/** While the trader looks on, each so many turns the heap is looked into. */
const LOOK_TURNS = 5;
/** Each turn is done once before anything is measured, for so long: what a first use loads is no growth. */
const FIRST_TURN_MS = 2_000;
/** Once the world stands still the browser may take so long to hold what the server holds. */
const STILL_MS = 30_000;
const MOST_STILL_MS = 180_000;
const LEAST_MINUTES = 4;
const MOST_MINUTES = 24 * 60;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    to: { type: 'string', default: 'endure.json' },
    odds: { type: 'string', default: String(ODDS) },
    heaps: { type: 'boolean', default: false },
  },
});
const minutes = Number(positionals[0] ?? 60);
if (!(minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES)) {
  console.error(
    `"${positionals[0]}" minutes: write a number from ${LEAST_MINUTES} to ${MOST_MINUTES}.`,
  );
  process.exit(1);
}
const odds = Number(options.odds);
if (!(Number.isInteger(odds) && odds >= 2_000 && odds <= 1_000_000)) {
  console.error('--odds is a whole number from 2000 to 1000000.');
  process.exit(1);
}
if (!canMeasure) {
  console.error('Memory of a process can be read on Linux alone.');
  process.exit(1);
}

const folder = new URL('./results/', import.meta.url);
mkdirSync(folder, { recursive: true });
const plan = planOf(minutes);
await ensureBuilt();
const rate = round((RATE * odds) / ODDS, 0);
const upstream = startHelper(
  new URL('./endure/upstream.ts', import.meta.url),
  [SEED, odds, rate, WARM_MS].map(String),
  { core: null },
);
const board = await startBoard({
  env: {
    OPTICODDS_BASE_URL: await upstream.ask<string>('baseUrl'),
    OPTICODDS_API_KEY: 'bench-key',
    BOARD_FINISHED_MS: String(plan.finishedMs),
  },
});
// Somebody must look, or the server subscribes to nothing.
const looker = get(`${board.url}/api/v3/stream/copilot/${SPORT}/odds`, (response) =>
  response.resume(),
).on('error', () => {});

type Offered = { passed: number; odds: number; fixtures: number };

type Held = { odds: number; fixtures: number };

async function serverHolds(): Promise<Held> {
  const { sports } = await readJson<{ sports: Record<string, Held> }>(`${board.url}/api/health`);
  return sports[SPORT] ?? { odds: 0, fixtures: 0 };
}

async function dump(name: string): Promise<void> {
  const file = createWriteStream(new URL(`${name}.heapsnapshot`, folder));
  await trader.dump((chunk) => file.write(chunk));
  await new Promise((done) => file.end(done));
}

const offered = await upstream.ask<Offered>('look');
await untilWhole(board.url, Math.floor(offered.odds / 4));
console.log(
  `${machineName()}, node ${process.version}: ${minutes} min of ${SPEED}:1, ${rate} row updates/s in all sports, seed ${SEED}`,
);
await upstream.ask('warm');
const warm = await serverHolds();
console.log(`warmed up: the server holds ${warm.odds} odds in ${warm.fixtures} fixtures`);
const chromium = await launchChromium();
const chromiumVersion = chromium.browser.version();
const trader = await openTrader(chromium, board.url);

for (const turn of new Set(TURNS)) {
  await trader.act(turn);
  await sleep(FIRST_TURN_MS);
  await trader.rest(turn);
}

/** Seconds of all cores that went to processes which are none of ours; ours are all below this one. */
function othersSeconds(): number {
  const busy = cpus().reduce((sum, _, core) => sum + coreUse(core).busySeconds, 0);
  return busy - cpuSeconds(process.pid);
}

const samples: Sample[] = [];
const startedAt = performance.now();
const passed = () => (performance.now() - startedAt) / 1000;
let isDumped = false;
/** One turn of the day, and what it was like. */
async function live(count: number): Promise<Sample> {
  const turn = TURNS[count % TURNS.length] ?? 'sit';
  // What the last look at the heap held up is nobody's frame.
  await trader.frames();
  const began = { others: othersSeconds(), at: passed() };
  await trader.act(turn);
  await sleep(Math.max(0, SAMPLE_MS - (passed() - began.at) * 1000));
  const { frames, p50, p99, max } = await trader.frames();
  const sample: Sample = {
    ...{ seconds: Math.round(passed()), turn, frames },
    ...{ frameP50Ms: round(p50, 1), frameP99Ms: round(p99, 1), frameMaxMs: round(max, 1) },
    ...(await trader.counts()),
    feed: await trader.feed(),
    othersCpu: round((100 * (othersSeconds() - began.others)) / (passed() - began.at), 0),
  };
  await trader.rest(turn);
  if (turn === 'sit' && (count % TURNS.length) % LOOK_TURNS === LOOK_TURNS - 1) {
    const inside = await trader.inside();
    const server = await serverHolds();
    sample.held = {
      ...(await trader.heaps()),
      ...(await trader.counts()),
      ...{ odds: inside.odds, fixtures: inside.fixtures, states: inside.states },
      ...{ largest: inside.largest, serverOdds: server.odds, serverFixtures: server.fixtures },
      serverRssMb: round(residentKiB(board.pid) / 1024, 1),
      browserRssMb: round(residentKiB(chromium.pid) / 1024, 1),
      passed: (await upstream.ask<Offered>('look')).passed,
    };
    const { held } = sample;
    console.log(
      `${String(sample.seconds).padStart(6)} s  heap ${show(held.heapMb)} MB  worker ${show(held.workerHeapMb)}  nodes ${held.nodes}  listeners ${held.listeners}  odds ${held.odds} of ${held.serverOdds}  fixtures ${held.fixtures} of ${held.serverFixtures}  passed ${held.passed}  p99 ${sample.frameP99Ms} ms  others ${sample.othersCpu} %  server ${show(held.serverRssMb, 0)} MB  ${held.largest.join(' ')}`,
    );
    if (options.heaps && !isDumped && passed() >= plan.referenceSeconds) {
      isDumped = true;
      await dump('endure-early');
    }
  }
  return sample;
}

try {
  for (let count = 0; passed() < plan.seconds; count += 1) samples.push(await live(count));
} catch (error) {
  // What was measured until then is kept all the same.
  trader.errors.push(String(error));
}

await upstream.ask('pause');
// The server may still learn of a league: from then on the browser has its time again.
let stoodAt = performance.now();
const pausedAt = stoodAt;
let last: Inside;
let differences: { extra: number; missing: number };
let missingOf: string[] = [];
let held = 0;
do {
  await sleep(1_000);
  const { ids } = await readSnapshot(board.url, SPORT);
  if (ids.size !== held && performance.now() - pausedAt < MOST_STILL_MS) {
    stoodAt = performance.now();
    held = ids.size;
  }
  last = await trader.inside(true);
  const own = new Set(last.ids);
  const missing = [...ids].filter(([id]) => !own.has(id));
  missingOf = [...new Set(missing.map(([, league]) => league))];
  differences = {
    extra: last.ids.filter((id) => !ids.has(id)).length,
    missing: missing.length,
  };
} while (differences.extra + differences.missing > 0 && performance.now() - stoodAt < STILL_MS);
if (options.heaps) await dump('endure-late');
const verdict = judge(samples, plan, differences);

const tell = (isGood: boolean, text: string) =>
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${text}`);
const { heap, heapPerOdd, nodes, frameP99, book } = verdict;
console.log('');
tell(
  heap.isGood,
  `heap ${show(heap.from)} MB at the reference, ${show(heap.to)} MB at the end: ${show(heap.percent)} % (at most ${BOUNDS.heapPercent}); ${show(heapPerOdd.from, 2)} KiB an odd, then ${show(heapPerOdd.to, 2)}`,
);
tell(
  nodes.isGood,
  `DOM nodes ${show(nodes.from)}, then ${show(nodes.to)}: ${show(nodes.percent)} % (within ${BOUNDS.nodesPercent})`,
);
tell(
  frameP99.isGood,
  `frame p99 ${show(frameP99.from)} ms, then ${show(frameP99.to)} ms: ${show(frameP99.ms)} ms (at most ${BOUNDS.frameMs}); over ${frameP99.quietSamples.join(' and ')} intervals in which others used less than ${BOUNDS.othersCpu} % of a core`,
);
tell(
  book.isGood,
  `the browser's Book against the server's snapshot, all standing still: ${last.odds} odds, ${book.extra} too many, ${book.missing} missing${missingOf.length > 0 ? `, of ${missingOf.join(', ')}` : ''}`,
);
for (const error of trader.errors) console.log(`error: ${error}`);
const isGood = verdict.isGood && trader.errors.length === 0;
console.log(
  `${samples.findLast(({ held }) => held)?.held?.passed ?? 0} odd ids passed; ${isGood ? 'endured' : 'NOT endured'}`,
);

const result = {
  ...{ at: new Date().toISOString(), machine: machineName(), node: process.version },
  ...{ chromium: chromiumVersion, versions: versionsOf(), seed: SEED, minutes, speed: SPEED },
  ...{ odds, rate, plan, bounds: BOUNDS, isGood, verdict, errors: trader.errors, samples },
};
writeFileSync(new URL(options.to, folder), `${JSON.stringify(result, null, 2)}\n`);
console.log(`kept in tests/bench/results/${options.to}`);
looker.destroy();
await chromium.close();
await board.stop();
upstream.stop();
process.exit(isGood ? 0 : 1);
