/**
 * `npm run bench:board`: how the board looks and what it costs under load, in a real browser, side by side with AG Grid,
 * a page written by hand and the page most people would write. README.md beside this file says how.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../scripts/prepare.mjs';
import { startBoard } from '../support/serve';
import { createBoardFeed, ODDS_PER_FIXTURE } from './board/feed';
import { PAGES, type PageName, servePeers, versionsOf } from './board/pages';
import { goalsOf, printOutcomes } from './board/report';
import { type Load, listenAtRelay, type Outcome, runPage } from './board/run';
import { startHelper } from './ipc';
import { machineName } from './machine';
import { untilWhole } from './snapshot';

const LOADS: readonly Load[] = [
  { name: 'g1', odds: 2_000, rate: 100, visibleShare: 0 },
  { name: 'g2', odds: 10_000, rate: 1_000, visibleShare: 0 },
  { name: 'g2v', odds: 10_000, rate: 1_000, visibleShare: 0.5 },
  { name: 'g3', odds: 50_000, rate: 5_000, visibleShare: 0 },
];
/** The page most people would write is measured once where it runs at all: it tells nothing new at more. */
const NAIVE_LOADS = new Set(['g1', 'g2']);
const SEED = 20_261_124;
/** What each page shows at first: fixtures with all their lines, or with their main lines alone. */
const FIRST_FIXTURES: Record<PageName, { fixtures: number; isMainAlone: boolean }> = {
  lines: { fixtures: 3, isMainAlone: false },
  board: { fixtures: 14, isMainAlone: true },
  vanilla: { fixtures: 4, isMainAlone: false },
  aggrid: { fixtures: 4, isMainAlone: false },
  naive: { fixtures: 4, isMainAlone: false },
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '15' },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
    to: { type: 'string', default: 'board.json' },
  },
});
const unknown = positionals.find((name) => !LOADS.some((load) => load.name === name));
if (unknown !== undefined) {
  console.error(
    `"${unknown}" is no load: write some of ${LOADS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}
const only = options.only?.split(',');
const noPage = only?.find((name) => !PAGES.some((page) => page.name === name));
if (noPage !== undefined) {
  console.error(
    `"${noPage}" is no page: write some of ${PAGES.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}
const pairs = Number(options.pairs);
const seconds = Number(options.seconds);
if (!(Number.isInteger(pairs) && pairs >= 1 && pairs <= 20 && seconds >= 1 && seconds <= 600)) {
  console.error('--pairs is a whole number from 1 to 20, --seconds a number from 1 to 600.');
  process.exit(1);
}
const pages = PAGES.filter(({ name }) => !only || only.includes(name));
const loads = LOADS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

async function runLoad(load: Load, peersUrl: string): Promise<Outcome[]> {
  const feed = createBoardFeed(load.odds);
  const tracked = feed.odds[0];
  if (!tracked) throw new Error('there are no odds');
  const upstream = startHelper(
    new URL('./board/upstream.ts', import.meta.url),
    [String(SEED), String(load.odds)],
    { core: null },
  );
  const port = await upstream.ask<number>('port');
  const board = await startBoard({
    env: {
      OPTICODDS_BASE_URL: `http://127.0.0.1:${port}/api/v3`,
      OPTICODDS_API_KEY: 'bench-key',
      BOARD_ALLOWED_ORIGINS: peersUrl,
    },
  });
  const listener = listenAtRelay(board.url, tracked);
  const visible = new Map<PageName, string[]>();
  for (const { name } of pages) {
    const { fixtures, isMainAlone } = FIRST_FIXTURES[name];
    const shown = feed.odds
      .slice(0, fixtures * ODDS_PER_FIXTURE)
      .filter(({ isMain }) => isMain || !isMainAlone);
    visible.set(
      name,
      shown.map(({ id }) => id),
    );
  }
  const outcomes: Outcome[] = [];
  try {
    await untilWhole(board.url, feed.odds.length);
    for (let pair = 1; pair <= pairs; pair += 1) {
      const order = pair % 2 === 1 ? pages : [...pages].reverse();
      for (const page of order) {
        if (page.name === 'naive' && (pair > 1 || !NAIVE_LOADS.has(load.name))) continue;
        const stage = {
          ...{ load, boardUrl: board.url, peersUrl, upstream, tracked, visible, seconds },
        };
        const outcome = await runPage(page, stage, listener);
        outcomes.push(outcome);
        console.log(
          `  ${pair} ${page.name.padEnd(8)} ${outcome.fps} fps, busy ${outcome.busy} %, paint p99 ${outcome.paintP99Ms} ms, heap ${outcome.heapMb} MB`,
        );
      }
    }
  } finally {
    listener.stop();
    await board.stop();
    upstream.stop();
  }
  return outcomes;
}

console.log(`${machineName()}, node ${process.version}, seed ${SEED}`);
await ensureBuilt();
const peers = await servePeers();
const kept: Record<string, unknown> = {};
try {
  const byLoad = new Map<string, Outcome[]>();
  for (const load of loads) {
    console.log(`\n${load.name}: ${load.odds} odds, ${load.rate} updates/s, ${seconds} s a run`);
    const outcomes = await runLoad(load, peers.url);
    byLoad.set(load.name, outcomes);
    kept[load.name] = { summary: printOutcomes(outcomes), outcomes };
  }
  const goals = goalsOf(byLoad);
  kept.goals = goals;
} finally {
  peers.stop();
}
if (options.keep) {
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const report = {
    ...{ at: new Date().toISOString(), machine: machineName(), node: process.version },
    ...{ versions: versionsOf(), seed: SEED, pairs, seconds, loads: kept },
  };
  writeFileSync(new URL(options.to, folder), `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nkept in tests/bench/results/${options.to}`);
}
process.exit(0);
