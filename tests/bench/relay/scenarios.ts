/** What the relay does with viewers that are idle, many, slow or leaving, and over a restart. Ours alone. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Helper } from '../ipc';
import { prefer, residentKiB } from '../machine';
import { median, show } from '../table';
import type { Contestant, Running } from './contestants';
import { EVERYTHING, sharedMicros } from './feed';
import type { Look } from './load';
import { type Setup, withHelpers } from './workload';

/** Lines of the table: what, how much of it at most, what was measured, whether that is within. */
export type Finding = { lines: string[][]; data: Record<string, unknown> };

type Opened = {
  opened: number;
  statuses: number[];
  headMs: number[];
  firstMs: number[];
  firstFrames: (string | null)[];
};
type Sent = { last: number };
type Stage = { upstream: Helper; load: Helper; server: Running; start: () => Promise<Running> };

const is = (isReached: boolean) => (isReached ? 'reached' : 'MISSED');
const within = (value: number | null, most: number, aim?: number) =>
  value === null
    ? 'not measured'
    : aim !== undefined && value <= aim
      ? 'aim reached'
      : is(value <= most);

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;

async function withServer<T>(
  ours: Contestant,
  setup: Setup,
  env: Record<string, string>,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  return withHelpers(setup, async ({ upstream, load }) => {
    let running: Running | null = null;
    const start = async () => {
      const port = running?.port ?? 0;
      running = await ours.start(upstream, setup.cores?.server ?? null, { env, port });
      if (setup.isPreferred) prefer(running.pid);
      return running;
    };
    const server = await start();
    try {
      return await work({ upstream, load, server, start });
    } finally {
      await load.ask('close').catch(() => {});
      await (running as Running | null)?.stop();
    }
  });
}

type Health = { viewers: number; sports: Record<string, { viewers: number }> };

async function health({ port }: Running): Promise<Health> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/health`);
  return (await answer.json()) as Health;
}

/** MiB of the server's JavaScript heap, where its metrics say. */
export async function heapMiB({ port }: Pick<Running, 'port'>): Promise<number | null> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/metrics`);
  if (!answer.ok) return null;
  const bytes = /^nodejs_heap_size_used_bytes (\S+)$/m.exec(await answer.text())?.[1];
  return bytes === undefined ? null : Number(bytes) / 1_048_576;
}

/** Settings under which a server collects its garbage when it is told to. */
const COLLECTING = {
  NODE_OPTIONS: `--import=${new URL('./collect.mjs', import.meta.url).href}`,
};

/** MiB that the server's heap still holds after its garbage was collected, twice, since some is only found then. */
async function heldMiB(server: Running): Promise<number | null> {
  for (let time = 0; time < 2; time += 1) {
    process.kill(server.pid, 'SIGUSR2');
    await sleep(1_000);
  }
  return heapMiB(server);
}

async function openAll(
  { load, server }: Pick<Stage, 'load' | 'server'>,
  viewers: number,
  more: object = {},
): Promise<Opened> {
  const opened = await load.ask<Opened>('open', {
    ...{ port: server.port, path: server.path, filters: [EVERYTHING], viewers },
    ...more,
  });
  if (opened.opened !== viewers) {
    throw new Error(
      `${opened.opened} of ${viewers} viewers got in (${opened.statuses}); the server printed:\n${server.output()}`,
    );
  }
  return opened;
}

async function run({ upstream, load }: Stage, rate: number, set?: string): Promise<void> {
  await load.ask('expect', { set, first: await upstream.ask<number>('next') });
  await upstream.ask('start', { rate });
}

const FAULTLESS = ({ lost, doubled, disordered, altered }: Look) =>
  lost + doubled + disordered + altered;

/** How soon a viewer has its head and its first bytes while the upstream is silent. */
async function open(ours: Contestant, setup: Setup): Promise<Finding> {
  return withServer(ours, setup, {}, async (stage) => {
    const [warm, counted] = [50, 200];
    await openAll(stage, warm, { atOnce: 1, set: 'warm' });
    const { headMs, firstMs } = await openAll(stage, counted, { atOnce: 1 });
    const told = (sorted: number[]) =>
      `p50 ${show(at(sorted, 0.5), 2)}, p99 ${show(at(sorted, 0.99), 2)}, max ${show(at(sorted, 1), 2)}`;
    return {
      lines: [
        ['head, ms', '20', told(headMs), within(at(headMs, 0.99), 20)],
        ['first bytes, ms', '20', told(firstMs), within(at(firstMs, 0.99), 20)],
      ],
      data: { warm, counted, headMs: headMs.slice(), firstMs: firstMs.slice() },
    };
  });
}

/** What an idle viewer costs. */
async function idle(ours: Contestant, setup: Setup): Promise<Finding> {
  const viewers = 2_000;
  const samples: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    samples.push(
      await withServer(ours, setup, {}, async (stage) => {
        // The first viewers pay for code that all later ones share.
        await openAll(stage, 100, { set: 'warm' });
        await stage.load.ask('close', { set: 'warm' });
        await sleep(5_000);
        const before = residentKiB(stage.server.pid);
        await openAll(stage, viewers);
        await sleep(10_000);
        return (residentKiB(stage.server.pid) - before) / viewers;
      }),
    );
  }
  const middle = median(samples);
  const each = samples.map((sample) => sample.toFixed(1)).join(', ');
  return {
    lines: [
      [
        'KiB of memory per idle viewer',
        '100 [60]',
        `${show(middle)} (${each})`,
        within(middle, 100, 60),
      ],
    ],
    data: { viewers, samples },
  };
}

/** Whether ten thousand hold. */
async function many(ours: Contestant, setup: Setup): Promise<Finding> {
  const viewers = 10_000;
  const holdMs = 30_000;
  return withServer(ours, setup, {}, async (stage) => {
    const before = residentKiB(stage.server.pid);
    const startedAt = performance.now();
    await openAll(stage, viewers);
    const openedMs = performance.now() - startedAt;
    await sleep(holdMs);
    const silent = await stage.load.ask<number>('silent', { ms: 11_000 });
    const seen = await stage.load.ask<Look>('look');
    const { viewers: counted } = await health(stage.server);
    const kib = (residentKiB(stage.server.pid) - before) / viewers;
    // They hold when something happens, too.
    await run(stage, 10);
    await stage.load.ask('mark');
    await sleep(10_000);
    const { last } = await stage.upstream.ask<Sent>('stop');
    const end = await stage.load.ask<Look>('finish', { last, waitMs: 10_000 });
    const wrong = FAULTLESS(end);
    return {
      lines: [
        [
          'open after 30 s, as they and as the server count',
          `${viewers}`,
          `${seen.open}, ${counted}`,
          is(seen.open === viewers && counted === viewers),
        ],
        ['without a ping for 11 s', '0', String(silent), within(silent, 0)],
        ['lost, doubled, … of 10 events a second for 10 s', '0', String(wrong), within(wrong, 0)],
        ['p99 ms of these', '', show(end.p99, 0), ''],
        ['seconds to open all', '', show(openedMs / 1000), ''],
        ['KiB per viewer', '', show(kib), ''],
      ],
      data: { viewers, open: seen.open, counted, silent, openedMs, kib, end },
    };
  });
}

/** Whether viewers that connect and are cut leave anything behind. */
async function cycles(ours: Contestant, setup: Setup): Promise<Finding> {
  const count = 1_500;
  const lingerMs = 2_000;
  const env = { BOARD_LEAGUE_LINGER_MS: String(lingerMs), ...COLLECTING };
  return withServer(ours, setup, env, async (stage) => {
    const rounds: { rssMiB: number; heapMiB: number | null; viewers: number; upstream: number }[] =
      [];
    for (let round = 0; round < 4; round += 1) {
      await openAll(stage, count, { atOnce: 20, isCut: true });
      await stage.load.ask('close');
      await sleep(lingerMs + 5_000);
      rounds.push({
        rssMiB: residentKiB(stage.server.pid) / 1_024,
        heapMiB: await heldMiB(stage.server),
        viewers: (await health(stage.server)).viewers,
        upstream: (await stage.upstream.ask<{ open: number }>('streams')).open,
      });
    }
    const last = rounds.at(-1);
    const first = rounds[1];
    const grown = (key: 'rssMiB' | 'heapMiB') => {
      const [from, to] = [first?.[key], last?.[key]];
      return typeof from === 'number' && typeof to === 'number' ? to - from : null;
    };
    const told = (key: 'rssMiB' | 'heapMiB') => rounds.map((round) => show(round[key])).join(', ');
    const viewers = Math.max(...rounds.map((round) => round.viewers));
    const upstream = Math.max(...rounds.map((round) => round.upstream));
    return {
      lines: [
        [`viewers left after each ${count} cycles`, '0', String(viewers), within(viewers, 0)],
        ['upstream connections left', '0', String(upstream), within(upstream, 0)],
        [
          'heap MiB held after each round; grown over the last two',
          '5',
          `${show(grown('heapMiB'))} (${told('heapMiB')})`,
          within(grown('heapMiB'), 5),
        ],
        ['RSS MiB after each round', '', `${show(grown('rssMiB'))} (${told('rssMiB')})`, ''],
      ],
      data: { count, rounds },
    };
  });
}

/** Local sockets of the server that a process still holds, among those to the given ports. */
function heldSockets(serverPort: number, clientPorts: ReadonlySet<number>): number {
  const hex = (text = '') => Number.parseInt(text.split(':')[1] ?? '', 16);
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, local, remote, , , , , , , inode]) =>
        hex(local) === serverPort && clientPorts.has(hex(remote)) && inode !== '0',
    ).length;
}

/** Twice the latency without any slow viewer, one minute to the next: a machine that is too busy to compare on. */
const MOST_NOISE = 2;

/** Whether those who read slowly, or not at all, harm those who read. */
async function slow(ours: Contestant, setup: Setup): Promise<Finding> {
  const [fast, stalled, rate, seconds] = [200, 20, 2_000, 60];
  const journalMs = 10_000;
  const env = { BOARD_JOURNAL_MS: String(journalMs), ...COLLECTING };
  return withServer(ours, setup, env, async (stage) => {
    const { load, server, upstream } = stage;
    await openAll(stage, fast);
    await run(stage, rate);
    // Until the journal's window has been full twice over: what it holds is its own.
    await sleep(2.5 * journalMs);
    await load.ask('mark');
    await sleep(20_000);
    const alone = await load.ask<Look>('look');
    // What is held, garbage left out: how much of that there is depends on when it was collected last.
    const heap0 = await heldMiB(server);
    const rss0 = residentKiB(server.pid);

    const crawling = await openAll(stage, 1, {
      set: 'slow',
      read: { kind: 'slow', bytesPerSecond: 1_024 },
    });
    const stuck = await openAll(stage, stalled, { set: 'never', read: { kind: 'never' } });
    const stuckAt = performance.now();
    const ports = new Set(await load.ask<number[]>('ports', { set: 'never' }));
    await load.ask('mark');
    const closedAfter: number[] = [];
    let worstRss = rss0;
    while (performance.now() - stuckAt < seconds * 1000) {
      const held = heldSockets(server.port, ports);
      const afterSeconds = (performance.now() - stuckAt) / 1000;
      while (closedAfter.length < stalled - held) closedAfter.push(afterSeconds);
      worstRss = Math.max(worstRss, residentKiB(server.pid));
      await sleep(250);
    }
    const beside = await load.ask<Look>('look');
    const heap1 = await heldMiB(server);
    const rss1 = residentKiB(server.pid);
    const crawled = await load.ask<Look>('look', { set: 'slow' });
    await load.ask('close', { set: 'slow' });
    await load.ask('mark');
    await sleep(20_000);
    const after = await load.ask<Look>('look');
    const { last } = await upstream.ask<Sent>('stop');
    const end = await load.ask<Look>('finish', { last, waitMs: 8_000 });
    const wrong = FAULTLESS(end);
    const growth = (rss1 - rss0) / 1_024;
    const frames = [...crawling.firstFrames, ...stuck.firstFrames];
    const hasRetry = frames.every((frame) => /^retry: ?\d+$/m.test(frame ?? ''));
    const slowest = closedAfter.length === stalled ? Math.max(...closedAfter) : null;
    const [quiet, later] = [alone.p99 ?? 1, after.p99 ?? 1];
    const noise = Math.max(quiet, later) / Math.min(quiet, later);
    const factor = (beside.p99 ?? 0) / Math.max(quiet, later);
    const isSame = noise > MOST_NOISE ? 'too noisy to say' : is(factor <= Math.max(1.25, noise));
    return {
      lines: [
        [
          'p99 ms of the fast: before, beside the slow, after',
          'within noise',
          `${show(alone.p99, 2)}, ${show(beside.p99, 2)}, ${show(after.p99, 2)}`,
          isSame,
        ],
        ['lost, doubled, … of the fast', '0', String(wrong), within(wrong, 0)],
        [
          'RSS MiB grown beside the slow',
          '20',
          `${show(growth)} (${show((worstRss - rss0) / 1_024)} with garbage at worst)`,
          within(growth, 20),
        ],
        ['heap MiB before, after', '', `${show(heap0)}, ${show(heap1)}`, ''],
        [
          'stalled ones closed, s after they stopped reading',
          '30',
          slowest === null
            ? `${closedAfter.length} of ${stalled}`
            : `${show(Math.min(...closedAfter))}–${show(slowest)}`,
          slowest === null ? 'MISSED' : within(slowest, 30),
        ],
        ['first frame has a retry', 'yes', hasRetry ? 'yes' : 'no', is(hasRetry)],
        [
          '1 KiB/s: entries, of these conflated, lost',
          '',
          `${crawled.delivered}, ${crawled.conflated}, ${crawled.lost}`,
          '',
        ],
      ],
      data: {
        fast,
        stalled,
        rate,
        seconds,
        journalMs,
        alone,
        beside,
        after,
        end,
        rss0,
        rss1,
        worstRss,
        heap0,
        heap1,
        closedAfter,
        crawled,
      },
    };
  });
}

/** Whether everybody is sent home well at a shutdown, and back soon after. */
async function restart(ours: Contestant, setup: Setup): Promise<Finding> {
  const [viewers, rate] = [1_000, 100];
  return withServer(ours, setup, {}, async (stage) => {
    const { load, upstream, server } = stage;
    await openAll(stage, viewers);
    await run(stage, rate);
    await sleep(5_000);
    await load.ask('reconnecting', { isOn: true });
    const before = await load.ask<Look>('look');
    const stoppedAt = sharedMicros();
    await server.stop();
    const exitMs = (sharedMicros() - stoppedAt) / 1000;
    const firstEnds = await load.ask<Comeback[]>('comebacks', { sinceMicros: stoppedAt });
    const clean = firstEnds.filter(({ ending }) => ending === 'clean').length;
    const retries = firstEnds.flatMap(({ retryMs }) => (retryMs === null ? [] : [retryMs]));
    const starting = stage.start();
    while (!(await health(server).catch(() => null))) await sleep(20);
    const upAt = sharedMicros();
    const again = await starting;
    let comebacks: Comeback[] = [];
    const limit = performance.now() + 30_000;
    do {
      await sleep(250);
      comebacks = await load.ask<Comeback[]>('comebacks', { sinceMicros: upAt });
    } while (comebacks.some(({ backMs }) => backMs === null) && performance.now() < limit);
    await sleep(3_000);
    const seen = await load.ask<Look>('look');
    await upstream.ask('stop');
    const back = comebacks
      .flatMap(({ backMs }) => (backMs === null ? [] : [backMs]))
      .sort((a, b) => a - b);
    const perSecond = new Map<number, number>();
    for (const ms of back)
      perSecond.set(Math.floor(ms / 1000), (perSecond.get(Math.floor(ms / 1000)) ?? 0) + 1);
    const lastBack = back.length === viewers ? (back.at(-1) ?? null) : null;
    const wrong = FAULTLESS(before);
    return {
      lines: [
        ['ms from SIGTERM to exit', '5000', show(exitMs, 0), within(exitMs, 5_000)],
        ['streams ended, not broken', String(viewers), String(clean), is(clean === viewers)],
        ['asked to come back after, ms', '', `${Math.min(...retries)}–${Math.max(...retries)}`, ''],
        [
          'all back, ms after the server answers',
          '10000',
          lastBack === null ? `${back.length} of ${viewers}` : show(lastBack, 0),
          within(lastBack, 10_000),
        ],
        [
          'of them by second',
          '',
          [...perSecond].map(([second, count]) => `${second}: ${count}`).join(', '),
          '',
        ],
        [
          'told of an earlier life (reset)',
          String(viewers),
          String(seen.resets),
          is(seen.resets === viewers),
        ],
        ['lost, doubled, … before', '0', String(wrong), within(wrong, 0)],
      ],
      data: {
        viewers,
        rate,
        exitMs,
        clean,
        retries: [Math.min(...retries), Math.max(...retries)],
        back: [at(back, 0), at(back, 0.5), at(back, 0.9), lastBack],
        perSecond: Object.fromEntries(perSecond),
        resets: seen.resets,
        isSamePort: again.port === server.port,
      },
    };
  });
}

type Comeback = {
  ending: string;
  endedMs: number | null;
  backMs: number | null;
  retryMs: number | null;
};

export const SCENARIOS: Record<
  string,
  { title: string; run: (ours: Contestant, setup: Setup) => Promise<Finding> }
> = {
  open: { title: 'open: first bytes from a silent upstream', run: open },
  idle: { title: 'idle: 2000 viewers without an event', run: idle },
  many: { title: 'many: 10000 viewers held', run: many },
  cycles: { title: 'cycles: 1500 viewers connect and are cut, four times', run: cycles },
  slow: {
    title: 'slow: 200 fast viewers, one at 1 KiB/s, 20 that never read, 2000 ev/s',
    run: slow,
  },
  restart: { title: 'restart: SIGTERM with 1000 viewers, then the server again', run: restart },
};
