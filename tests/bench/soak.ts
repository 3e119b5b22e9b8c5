/**
 * `npm run soak`: 500 viewers at 200 events a second for an hour, or for as many minutes as are given. It ends well
 * where nothing was lost or doubled and the memory at the end is what it was when the journal was first full.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  canMeasure,
  canPin,
  coreUse,
  cpuSeconds,
  machineName,
  prefer,
  residentKiB,
} from './machine';
import { ours } from './relay/contestants';
import { EVERYTHING } from './relay/feed';
import type { Look } from './relay/load';
import { heapMiB } from './relay/scenarios';
import { withHelpers } from './relay/workload';
import { median, show } from './table';

const SEED = 20_261_124;
const ODDS = 2_000;
const VIEWERS = 500;
const RATE = 200;
const JOURNAL_MS = 60_000;
const SAMPLE_MS = 10_000;
/** Samples that a figure is the median of: a single one may fall before or after a collection of garbage. */
const SAMPLES = 6;
const LEAST_MINUTES = 4;
const MOST_MINUTES = 24 * 60;
const GROWTH_PERCENT = 5;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    prefer: { type: 'boolean', default: false },
    to: { type: 'string', default: 'soak.json' },
  },
});
const minutes = Number(positionals[0] ?? 60);
if (!(minutes >= LEAST_MINUTES && minutes <= MOST_MINUTES)) {
  console.error(
    `"${positionals[0]}" minutes: write a number from ${LEAST_MINUTES} to ${MOST_MINUTES}.`,
  );
  process.exit(1);
}
if (!canMeasure) {
  console.error('Memory of a process can be read on Linux alone.');
  process.exit(1);
}

type Sample = { seconds: number; rssMiB: number; heapMiB: number | null; p99Ms: number | null };

const cores = canPin() ? { server: 0, rest: 1 } : null;
const setup = { seed: SEED, odds: ODDS, seconds: minutes * 60, cores, isPreferred: options.prefer };
const contestant = await ours();
console.log(
  `${machineName()}, node ${process.version}, ${contestant.version}: ${VIEWERS} viewers x ${RATE} ev/s for ${minutes} min, journal of ${JOURNAL_MS / 1000} s`,
);

const report = await withHelpers(setup, async ({ upstream, load }) => {
  const env = { BOARD_JOURNAL_MS: String(JOURNAL_MS) };
  const server = await contestant.start(upstream, cores?.server ?? null, { env });
  try {
    if (options.prefer) prefer(server.pid);
    const { opened } = await load.ask<{ opened: number }>('open', {
      ...{ port: server.port, path: server.path, filters: [EVERYTHING], viewers: VIEWERS },
    });
    if (opened !== VIEWERS) throw new Error(`${opened} of ${VIEWERS} got in`);
    await load.ask('expect', { first: await upstream.ask<number>('next') });
    await upstream.ask('start', { rate: RATE });
    await load.ask('mark');
    const cpu0 = cpuSeconds(server.pid);
    const stolen0 = coreUse(0).stolenSeconds;
    const startedAt = performance.now();
    const samples: Sample[] = [];
    while (performance.now() - startedAt < minutes * 60_000) {
      await sleep(SAMPLE_MS);
      const { p99 } = await load.ask<Look>('look');
      const sample = {
        seconds: Math.round((performance.now() - startedAt) / 1000),
        rssMiB: Number((residentKiB(server.pid) / 1024).toFixed(1)),
        heapMiB: await heapMiB(server).then((mib) =>
          mib === null ? null : Number(mib.toFixed(1)),
        ),
        p99Ms: p99,
      };
      samples.push(sample);
      if (samples.length % SAMPLES === 0) {
        console.log(
          `${String(sample.seconds).padStart(6)} s  RSS ${show(sample.rssMiB)} MiB  heap ${show(sample.heapMiB)} MiB  p99 so far ${show(sample.p99Ms, 2)} ms`,
        );
      }
    }
    const seen = await load.ask<Look>('look');
    const cpu = cpuSeconds(server.pid) - cpu0;
    const { last } = await upstream.ask<{ last: number }>('stop');
    const end = await load.ask<Look>('finish', { last, waitMs: 10_000 });
    return {
      ...{ samples, end, cpuPerMillion: (cpu / seen.delivered) * 1e6 },
      stolenSeconds: coreUse(0).stolenSeconds - stolen0,
    };
  } finally {
    await load.ask('close').catch(() => {});
    await server.stop();
  }
});

const { samples, end } = report;
const full = samples.filter(({ seconds }) => seconds * 1000 >= JOURNAL_MS).slice(0, SAMPLES);
const late = samples.slice(-SAMPLES);
const change = (of: (sample: Sample) => number | null) => {
  const [from, to] = [median(full.map(of)), median(late.map(of))];
  return { from, to, percent: from === null || to === null ? null : (100 * (to - from)) / from };
};
const rss = change(({ rssMiB }) => rssMiB);
const heap = change(({ heapMiB }) => heapMiB);
const wrong = end.lost + end.doubled + end.disordered + end.altered;
const isFlat = rss.percent !== null && rss.percent <= GROWTH_PERCENT;
const isGood = wrong === 0 && isFlat;

const tell = (name: string, { from, to, percent }: typeof rss) =>
  console.log(
    `${name}: ${show(from)} MiB when the journal was first full, ${show(to)} MiB at the end, ${show(percent)} %`,
  );
console.log(
  `\n${end.delivered} deliveries, ${end.lost} lost, ${end.doubled} doubled, ${end.disordered + end.altered} wrong, ${end.conflated} conflated`,
);
console.log(
  `p50 ${show(end.p50, 2)} ms, p99 ${show(end.p99, 2)} ms, max ${show(end.max)} ms, ${show(report.cpuPerMillion, 3)} CPU s per million`,
);
tell('RSS', rss);
tell('heap', heap);
console.log(isGood ? 'soak passed' : 'soak FAILED');

const folder = new URL('./results/', import.meta.url);
mkdirSync(folder, { recursive: true });
const result = {
  ...{ at: new Date().toISOString(), machine: machineName(), node: process.version },
  ...{ version: contestant.version, seed: SEED, minutes, viewers: VIEWERS, rate: RATE, isGood },
  ...{ rss, heap, ...report },
};
writeFileSync(new URL(options.to, folder), `${JSON.stringify(result, null, 2)}\n`);
console.log(`kept in tests/bench/results/${options.to}`);
process.exit(isGood ? 0 : 1);
