// `npm test`: everything, in order, from a fresh clone. Stops at the first stage that fails.
//   npm test -- unit browser     these stages alone (lint, types, unit, build, integration, faults, browser)
//   npm test -- --grep feed      only tests whose title has it
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './browser.mjs';
import {
  ensureBuilt,
  ensureInstalled,
  refuseOldNode,
  root,
  run,
  stopChildren,
} from './prepare.mjs';

const MINUTE_MS = 60_000;
const SCRATCH = join(root, 'tests/.cache');

refuseOldNode();
process.chdir(root);
process.env.NEXT_TELEMETRY_DISABLED ??= '1';
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopChildren();
    // Time for a browser and a server to go in good order; whoever has not is ended.
    setTimeout(() => {
      stopChildren('SIGKILL');
      process.exit(130);
    }, 3_000);
  });
}

const args = process.argv.slice(2);
const grepAt = args.indexOf('--grep');
const grep = grepAt < 0 ? null : args.splice(grepAt, 2)[1];

const totals = { passed: 0, failed: 0, retried: 0, skipped: 0 };

const bin = (path) => join(root, 'node_modules', path);

async function tool(path, toolArgs, minutes, env) {
  const options = { show: true, timeoutMs: minutes * MINUTE_MS, env };
  return (await run(process.execPath, [bin(path), ...toolArgs], options)).code === 0;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

async function vitest(project) {
  const file = join(SCRATCH, `${project}.json`);
  rmSync(file, { force: true });
  const isGood = await tool(
    'vitest/vitest.mjs',
    [
      ...['run', '--config', 'tests/vitest.config.ts', '--project', project],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ...(grep ? ['--passWithNoTests', '-t', grep] : []),
    ],
    20,
  );
  const report = readReport(file);
  totals.passed += report?.numPassedTests ?? 0;
  totals.skipped += report?.numPendingTests ?? 0;
  totals.failed += report?.numFailedTests ?? 0;
  return isGood;
}

async function playwright() {
  const browser = await ensureBrowser();
  console.log(`Browser: ${browser}`);
  const file = join(SCRATCH, 'browser.json');
  rmSync(file, { force: true });
  const isGood = await tool(
    'playwright/cli.js',
    [
      ...['test', '--config', 'tests/playwright.config.ts', '--reporter=list,json'],
      ...(grep ? ['--pass-with-no-tests', '--grep', grep] : []),
    ],
    40,
    { BOARD_CHROMIUM: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  );
  const stats = readReport(file)?.stats;
  totals.passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0);
  totals.failed += stats?.unexpected ?? 0;
  totals.retried += stats?.flaky ?? 0;
  totals.skipped += stats?.skipped ?? 0;
  return isGood;
}

/** Each fails by answering false or by throwing what a person should read. */
const stages = {
  lint: () => tool('@biomejs/biome/bin/biome', ['check', '.'], 5),
  types: async () =>
    (await tool('next/dist/bin/next', ['typegen'], 5)) &&
    (await tool('typescript/bin/tsc', ['--noEmit'], 10)),
  unit: () => vitest('unit'),
  build: ensureBuilt,
  integration: () => vitest('integration'),
  faults: () => vitest('faults'),
  browser: playwright,
};

const unknown = args.find((name) => !(name in stages));
if (unknown) {
  console.error(`"${unknown}" is no stage: write some of ${Object.keys(stages).join(', ')}.`);
  process.exit(1);
}
// These run the built server.
const needsBuild = ['integration', 'faults', 'browser'].some((name) => args.includes(name));
const wanted = Object.entries(stages).filter(
  ([name]) => args.length === 0 || args.includes(name) || (name === 'build' && needsBuild),
);

mkdirSync(SCRATCH, { recursive: true });

let isGood = true;
for (const [name, work] of [['install', ensureInstalled], ...wanted]) {
  const start = Date.now();
  console.log(`\n— ${name}`);
  const failedBefore = totals.failed;
  try {
    isGood = (await work()) !== false;
  } catch (error) {
    console.error(error.message);
    isGood = false;
  }
  // A stage can fail without a failed test: a type error, a hang, a file that does not load.
  if (!isGood && totals.failed === failedBefore) totals.failed += 1;
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(`— ${name} ${isGood ? 'passed' : 'FAILED'} in ${seconds} s`);
  if (!isGood) break;
}

const retried = totals.retried > 0 ? `, ${totals.retried} only at the second attempt` : '';
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`\n${totals.passed} passed, ${totals.failed} failed${retried}${skipped}`);
process.exit(isGood ? 0 : 1);
