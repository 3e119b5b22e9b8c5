/**
 * The property of all properties: whatever happens between the vendor and the feed, every board equals the vendor's
 * truth or says that it does not know. Boards are the page's own store and stream over real HTTP.
 *
 * The clock of feed, simulator and boards runs faster than the wall's, so that every wait is as much shorter.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_FEED_SETTINGS } from '@/lib/feed/config';
import { startSimulator } from '@/lib/simulator';
import { ANYWHERE, createFastTiming, openBoard, saysItKnows } from '@/tests/support/board-client';
import { seededRandom } from '@/tests/support/fake-timing';
import { type FaultProxy, startFaultProxy } from '@/tests/support/fault-proxy';
import { startFeedServer } from '@/tests/support/feed-server';
import { yardstickMs } from '@/tests/support/yardstick';
import { planEpisode } from './plan';
import { differences, watch } from './watch';

/** The yardstick of a machine on which the clock may run at 25. */
const QUICK_MS = 55;
/** How many times faster than the wall's clock all others run. */
const SCALE = Number(process.env.FAULTS_CLOCK ?? ownClock());
const SPORT = 'basketball';

/** Faults in all; both kinds of run take half of them. */
const FAULTS = Number(process.env.FAULTS_COUNT ?? 10_000);
/** Seeds that each kind is spread over. */
const RUNS = 4;
const MINUTES = Number(process.env.FAULTS_MINUTES ?? 0);
const FIRST_SEED = Number(
  process.env.FAULTS_SEED ?? process.env.TEST_SEED ?? Date.now() % 1_000_000_000,
);

const EPISODE_FAULTS = 240;
/** Of the wall's time. */
const EPISODE_MS = 11_250 / SCALE;

/**
 * How long a board may be wrong while it says that all is well, in ms of its own time: a silence is none for 10 s, what
 * then comes may be held up for 5 s more, and an answer to what is read again takes its time.
 */
const BLIND_MS = 18_000;
/** In the same time, how soon every board is right again once the vendor accepts everything. */
const HEAL_MS = 15_000;
/** After a 429 the vendor accepts nothing for so long. */
const PAUSE_MS = DEFAULT_FEED_SETTINGS.upstreamFreezeMs;
const GIVE_UP_MS = 30_000;

/**
 * How many times as fast as the wall's this machine can run the boards' clock: vendor, server and boards share a core, and
 * on one that is half as fast a second of theirs would be half as long.
 */
function ownClock(): number {
  return Math.max(8, Math.min(25, Math.round(25 * (QUICK_MS / yardstickMs()))));
}

type Result = { struck: Record<string, number>; heals: number[]; longestMs: number; knew: number };

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function play(seed: number, count: number, isDamaging: boolean): Promise<Result> {
  const random = seededRandom(seed);
  const timing = createFastTiming(SCALE);
  const simulator = await startSimulator({
    seed,
    odds: 500 + Math.floor(random() * 600),
    rate: 25 + random() * 25,
    speed: 1 + random() * 8,
    pingMs: 5_000 / SCALE,
    now: timing.now,
  });
  if (random() < 0.4) simulator.faults.set(random() < 0.5 ? 'resume-30s' : 'resume-full', true);
  const wire = await startFaultProxy(simulator.baseUrl.replace('/api/v3', ''), timing.now);
  const server = await startFeedServer(
    { baseUrl: `${wire.url}/api/v3`, key: simulator.key },
    {
      connectionLeagues: 1 + Math.floor(random() * 3),
      // The pace of writing is the machine's, not the clock's.
      flushMs: 2 * SCALE,
      tickMs: 16 * SCALE,
      tickMaxMs: 50 * SCALE,
      ...(isDamaging ? {} : { oddsRefreshMs: 0, fixturesPollMs: 0 }),
    },
    timing,
  );
  const leagues = [...new Set(simulator.standing(SPORT).odds.map(({ league }) => league))];
  const boards = [
    openBoard(server.url, SPORT, { scope: ANYWHERE, timing }),
    openBoard(server.url, SPORT, { scope: ANYWHERE, timing }),
    openBoard(server.url, SPORT, {
      scope: { leagues: leagues.slice(0, 1), fixtureIds: [] },
      timing,
    }),
  ];
  const seen = watch(boards, {
    simulator,
    sport: SPORT,
    timing,
    allowedMs: BLIND_MS,
  });
  const heals: number[] = [];
  const told = () =>
    [`seed ${seed}; the wire's last acts:`, ...wire.log(), 'the feed said:', ...server.lines].join(
      '\n',
    );
  const wrongs = () => differences(boards, simulator, SPORT);
  try {
    await healed(null);
    while (total(wire) < count) {
      const episode = planEpisode(random, {
        count: EPISODE_FAULTS,
        lastsMs: EPISODE_MS,
        scale: SCALE,
        isDamaging,
      });
      const from = performance.now();
      for (const { atMs, fault } of episode.planned) {
        const waitMs = from + atMs - performance.now();
        if (waitMs > 1) await sleep(waitMs);
        wire.strike(fault);
      }
      // What stalls to the end of the world must be noticed by somebody first.
      if (random() < 0.15) await sleep(20_000 / SCALE);
      if (random() < 0.2) boards[2]?.setScope({ leagues: [pick(leagues, random)], fixtureIds: [] });
      simulator.pause();
      wire.heal();
      const { healMs, late } = await healed(episode.mood);
      if (healMs >= HEAL_MS) {
        throw new Error([`right only ${healMs} ms after ${episode.mood}`, late, told()].join('\n'));
      }
      heals.push(healMs);
      simulator.resume();
    }
  } finally {
    seen.stop();
    for (const board of boards) board.close();
    await server.stop();
    await wire.stop();
    await simulator.stop();
    timing.stop();
  }
  if (seen.lies.length > 0) throw new Error([...seen.lies, told()].join('\n'));
  return {
    struck: { ...wire.struck() },
    heals,
    longestMs: seen.longestMs(),
    knew: seen.knewShare(),
  };

  /** What every board says of itself, and in what it is wrong. */
  function shown(): string {
    const states = boards.map(({ store }) => {
      const { feed, load } = store.getState();
      return JSON.stringify({ ...feed, load });
    });
    return [...states, ...wrongs().map((list) => [...list].slice(0, 10).join('; '))].join('\n');
  }

  /**
   * Waits until every board knows and is right; tells how long that took from when the vendor accepted everything, and
   * how the boards were when it had taken too long.
   */
  async function healed(mood: string | null): Promise<{ healMs: number; late: string }> {
    const from = Math.max(timing.now(), (wire.limitedAt() ?? 0) + PAUSE_MS);
    const wallFrom = performance.now();
    let late = '';
    for (;;) {
      if (boards.every(saysItKnows) && wrongs().every(({ size }) => size === 0)) break;
      if (late === '' && timing.now() - from >= HEAL_MS) late = shown();
      if (performance.now() - wallFrom > GIVE_UP_MS) {
        throw new Error(
          [`not right again after ${mood ?? 'the start'}`, late, shown(), told()].join('\n'),
        );
      }
      await sleep(4);
    }
    return { healMs: Math.max(0, timing.now() - from), late };
  }
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

function total(wire: FaultProxy): number {
  return Object.values(wire.struck()).reduce((sum, count) => sum + count, 0);
}

/** In seconds of the boards' time. */
function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    ((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1_000).toFixed(1);
  return `median ${at(0.5)} s, p99 ${at(0.99)} s, max ${at(1)} s`;
}

function report(all: readonly Result[]): string {
  const struck: Record<string, number> = {};
  for (const result of all)
    for (const [kind, count] of Object.entries(result.struck))
      struck[kind] = (struck[kind] ?? 0) + count;
  const sum = Object.values(struck).reduce((a, b) => a + b, 0);
  const heals = all.flatMap((result) => result.heals);
  const longestMs = Math.max(...all.map((result) => result.longestMs));
  const knew = all.reduce((a, result) => a + result.knew, 0) / all.length;
  return [
    `${sum} upstream faults in ${heals.length} episodes, clock 1:${SCALE}, first seed ${FIRST_SEED}`,
    `right again after the vendor accepted everything: ${spread(heals)}`,
    `longest wrong while all was said to be well: ${(longestMs / 1_000).toFixed(1)} s`,
    `boards said that they knew for ${Math.round(100 * knew)} % of the time`,
    Object.entries(struck)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', '),
  ].join('\n');
}

/**
 * Declares the runs of one kind.
 * @param isDamaging with faults that only a later read can tell of, and with those reads; else nothing but the
 *   stream and the reads after a gap can put a board right
 */
export function describeUpstreamFaults(title: string, isDamaging: boolean): void {
  describe(`${title} (seed ${FIRST_SEED}, clock 1:${SCALE})`, () => {
    const all: Result[] = [];
    const count = FAULTS / 2 / RUNS;
    const check = async (seed: number) => {
      const result = await play(seed, count, isDamaging);
      all.push(result);
      expect(result.heals.length).toBeGreaterThan(0);
    };
    const rule = 'the boards equal the truth or say that they do not know';

    if (MINUTES > 0) {
      const limit = MINUTES * 60_000;
      it(
        `${rule}, for ${MINUTES} minutes`,
        async () => {
          const until = Date.now() + limit;
          for (let seed = FIRST_SEED; Date.now() < until; seed += 1) {
            await check(seed);
            console.log(`${title}, to seed ${seed}:\n${report(all)}`);
          }
        },
        limit + 600_000,
      );
      return;
    }
    const seeds = Array.from({ length: RUNS }, (_, index) => FIRST_SEED + index);
    it.each(seeds)(`${rule}: seed %i`, check);
    afterAll(() => console.log(`${title}:\n${report(all)}`));
  });
}
