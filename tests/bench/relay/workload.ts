/** One run: a contestant, so many viewers, so many events a second, for so long; what came of it and what it cost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { yardstickMs } from '../../support/yardstick';
import { type Helper, startHelper } from '../ipc';
import {
  type CoreUse,
  canMeasure,
  coreUse,
  cpuSeconds,
  keepAwake,
  prefer,
  residentKiB,
} from '../machine';
import { round } from '../table';
import type { Contestant } from './contestants';
import { EVERYTHING, type Filter } from './feed';
import type { Look } from './load';

export type Workload = {
  name: string;
  viewers: number;
  /** Events a second of the upstream. */
  rate: number;
  filters?: readonly Filter[];
  /** Share of the events that each filter passes. */
  share?: number;
  /** Whether the cores are kept from falling asleep between events. */
  isAwake?: boolean;
  /** Seconds of it before what is measured begins; a server that has just started still collects its start's garbage. */
  warmSeconds?: number;
};

export type Setup = {
  seed: number;
  odds: number;
  seconds: number;
  /** Cores for the server and for everything else; null where processes cannot be kept on one. */
  cores: { server: number; rest: number } | null;
  /** Whether all processes of the bench go before whatever else runs. */
  isPreferred: boolean;
};

export type Outcome = {
  contestant: Contestant['name'];
  workload: string;
  deliveriesPerSecond: number;
  /** Percent of what viewers, rate and share make. */
  ofOffered: number;
  lost: number;
  doubled: number;
  disordered: number;
  altered: number;
  conflated: number;
  unnumbered: number;
  p50Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
  cpuPerMillion: number | null;
  /** Percent of one core that the server used, that others used of it, and how busy the bench's own core was. */
  serverCore: number | null;
  disturbance: number | null;
  benchCore: number | null;
  /** Percent that the host kept from the two cores. */
  stolen: number | null;
  kibIdle: number | null;
  kibLoaded: number | null;
  eventsPerRead: number;
  bytesPerEvent: number;
  /** How late the upstream itself was at worst. */
  upstreamLateMs: number;
  /** The machine's own speed just before the run. */
  yardstickMs: number;
};

const WARM_SECONDS = 15;
const SETTLE_MS = 1_500;
const DRAIN_MS = 8_000;
/** What a run takes besides its window, at most. */
const AWAKE_MS = 120_000;

const milli = (value: number | null) => (value === null ? null : round(value, 2));

/** The bench's own two processes, for as long as `work` takes. */
export async function withHelpers<T>(
  { seed, odds, cores, isPreferred }: Setup,
  work: (helpers: { upstream: Helper; load: Helper }) => Promise<T>,
): Promise<T> {
  const core = cores?.rest ?? null;
  const args = [String(seed), String(odds)];
  const upstream = startHelper(new URL('./upstream.ts', import.meta.url), args, { core });
  const load = startHelper(new URL('./load.ts', import.meta.url), args, { core });
  try {
    await Promise.all([upstream.ask('port'), load.ask('ready')]);
    if (isPreferred) for (const { pid } of [upstream, load]) prefer(pid);
    return await work({ upstream, load });
  } finally {
    upstream.stop();
    load.stop();
  }
}

/** Runs one contestant under one workload. */
export function runWorkload(
  contestant: Contestant,
  workload: Workload,
  setup: Setup,
): Promise<Outcome> {
  const { viewers, rate, filters = [EVERYTHING], share = 1 } = workload;
  const { isAwake = false, warmSeconds = WARM_SECONDS } = workload;
  const { cores, seconds } = setup;
  const yardstick = round(yardstickMs(), 0);
  return withHelpers(setup, async ({ upstream, load }) => {
    const letSleep =
      isAwake && cores
        ? keepAwake([cores.server, cores.rest], seconds * 1_000 + AWAKE_MS)
        : () => {};
    const server = await contestant.start(upstream, cores?.server ?? null);
    try {
      if (setup.isPreferred) prefer(server.pid);
      await sleep(SETTLE_MS);
      const rssBefore = canMeasure ? residentKiB(server.pid) : 0;
      const { opened, statuses } = await load.ask<{ opened: number; statuses: number[] }>('open', {
        ...{ port: server.port, path: server.path, filters, viewers },
        isHeadEnough: !server.hasFirstBytes,
      });
      if (opened !== viewers) {
        throw new Error(
          `${contestant.name} let ${opened} of ${viewers} viewers in (${statuses}); it printed:\n${server.output()}`,
        );
      }
      await sleep(SETTLE_MS);
      const rssIdle = canMeasure ? residentKiB(server.pid) : 0;
      await load.ask('expect', { first: await upstream.ask<number>('next') });
      const { first } = await upstream.ask<{ first: number }>('start', { rate });
      await sleep(warmSeconds * 1_000);
      const cores0 = cores && [coreUse(cores.server), coreUse(cores.rest)];
      const cpu0 = canMeasure ? cpuSeconds(server.pid) : 0;
      const startedAt = performance.now();
      await load.ask('mark');
      await sleep(seconds * 1000);
      const seen = await load.ask<Look>('look');
      const cpu = canMeasure ? cpuSeconds(server.pid) - cpu0 : null;
      const tookSeconds = (performance.now() - startedAt) / 1000;
      const cores1 = cores && [coreUse(cores.server), coreUse(cores.rest)];
      const rssLoaded = canMeasure ? residentKiB(server.pid) : 0;
      const sent = await upstream.ask<{ last: number; bytes: number; worstLateMs: number }>('stop');
      const end = await load.ask<Look>('finish', { last: sent.last, waitMs: DRAIN_MS });
      const perSecond = seen.window.delivered / seen.seconds;
      const percent = (index: number, key: keyof CoreUse) =>
        cores0 && cores1
          ? (100 * ((cores1[index]?.[key] ?? 0) - (cores0[index]?.[key] ?? 0))) / tookSeconds
          : null;
      const serverCore = cpu === null ? null : (100 * cpu) / tookSeconds;
      const core0Busy = isAwake ? null : percent(0, 'busySeconds');
      const core1Busy = isAwake ? null : percent(1, 'busySeconds');
      const kib = (after: number) => (canMeasure ? round((after - rssBefore) / viewers, 1) : null);
      return {
        ...{ contestant: contestant.name, workload: workload.name },
        deliveriesPerSecond: Math.round(perSecond),
        ofOffered: round((100 * perSecond) / (viewers * rate * share), 1),
        ...{ lost: end.lost, doubled: end.doubled, disordered: end.disordered },
        ...{ altered: end.altered, conflated: end.conflated, unnumbered: end.unnumbered },
        ...{
          p50Ms: milli(seen.p50),
          p99Ms: milli(seen.p99),
          maxMs: milli(seen.max),
        },
        cpuPerMillion:
          cpu === null || seen.window.delivered === 0
            ? null
            : round((cpu / seen.window.delivered) * 1e6, 3),
        serverCore: serverCore === null ? null : round(serverCore, 1),
        disturbance:
          serverCore === null || core0Busy === null ? null : round(core0Busy - serverCore, 1),
        benchCore: core1Busy === null ? null : round(core1Busy, 1),
        stolen: cores0
          ? round((percent(0, 'stolenSeconds') ?? 0) + (percent(1, 'stolenSeconds') ?? 0), 1)
          : null,
        kibIdle: kib(rssIdle),
        kibLoaded: kib(rssLoaded),
        eventsPerRead: round(seen.window.delivered / Math.max(1, seen.window.reads), 1),
        bytesPerEvent: Math.round(sent.bytes / Math.max(1, sent.last - first + 1)),
        upstreamLateMs: round(sent.worstLateMs, 1),
        yardstickMs: yardstick,
      } satisfies Outcome;
    } finally {
      letSleep();
      await load.ask('close').catch(() => {});
      await server.stop();
    }
  });
}
