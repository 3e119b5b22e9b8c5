/**
 * The vendor's API on a local port: REST, stream, limits and refusals, over a world of games that never ends.
 * A client is pointed at `baseUrl` and cannot tell the difference, save by what `faults` makes it suffer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_PREFIX, createApi, DEFAULT_LIMITS, type Limits, oddsOf, sendJson } from './api';
import { createFaults, type FaultName, type Faults, parseFaults } from './faults';
import type { SimOdd } from './markets';
import { createStream } from './stream';
import { fixtureRow, restOdd, rowState } from './wire';
import { ACTS, type Act, createWorld } from './world';

export { FAULTS, type FaultName, type Faults, parseFaults } from './faults';
export type { Act } from './world';

export type SimulatorOptions = {
  /** @defaultValue 127.0.0.1 */
  host?: string;
  /** @defaultValue 0, any free port */
  port?: number;
  /** The only key accepted; null accepts any. @defaultValue null */
  key?: string | null;
  seed: number;
  /** Odds on offer at once over all sports, about: 300 to 50 000 and more. */
  odds: number;
  /** Row updates a second over all sports, on average: 1 to 5 000. */
  rate: number;
  /** How many times faster than life games are played. @defaultValue 1 */
  speed?: number;
  faults?: readonly FaultName[];
  /** Serves `/control/*`, by which other processes steer the simulator. @defaultValue false */
  control?: boolean;
  /** False: a key without copilot, which is not refused but gets no odds. @defaultValue true */
  copilot?: boolean;
  /** Time between pings, which fall on whole multiples of it. @defaultValue 5000 */
  pingMs?: number;
  limits?: Partial<Limits>;
  /** Epoch ms. @defaultValue Date.now */
  now?: () => number;
};

/** A board's worth of games at a pace the eye can follow. */
export const SIMULATOR_DEFAULTS = { seed: 1, odds: 4_000, rate: 80, speed: 1 } as const;

/** Everything the simulator knows of a sport: what a perfect client would hold. */
export type Truth = {
  fixtures: Record<string, unknown>[];
  /** REST rows with `fixture_id`, `state` and, where settled, `settlement`. Odds never offered are left out. */
  odds: (Record<string, unknown> & { id: string; state: SimOdd['state'] })[];
};

/** What a perfect client would show of an odd. */
export type Standing = Pick<
  SimOdd,
  'id' | 'state' | 'price' | 'isMain' | 'settlement' | 'changedAt'
> & { fixtureId: string; league: string };
export type FixtureStanding = { id: string; league: string; status: string };

export type Simulator = {
  /** `http://127.0.0.1:PORT/api/v3` */
  baseUrl: string;
  /** Where `/control/*` is served, whether or not it is switched on. */
  controlUrl: string;
  /** A key that is accepted. */
  key: string;
  openStreams(): number;
  streamsOpened(): number;
  /** Requests answered, streams included, by path below the prefix. */
  requests(): Readonly<Record<string, number>>;
  faults: Faults;
  /** Stops the world's time; pings and REST go on. */
  pause(): void;
  resume(): void;
  /** Sends one frame to every stream of the sport. Objects without `entry_id` get one; text goes out as it is. */
  send(sport: string, eventName: string, data: unknown): void;
  /** Breaks every open stream at once. */
  cutStreams(): void;
  /** Makes a fixture do something now; throws with the reason where it cannot. */
  act(fixtureId: string, act: Act): void;
  truth(sport: string): Truth;
  /** The truth without its rows: cheap enough to be looked at many times a second. */
  standing(sport: string): { odds: Standing[]; fixtures: FixtureStanding[] };
  stop(): Promise<void>;
};

const TICK_MS = 25;
/** After a longer gap (a sleeping machine) time is skipped instead of being lived through in one go. */
const MAX_CATCH_UP_MS = 5_000;
/** Paths counted apart: a client may ask for any. */
const MAX_PATHS = 200;
const MAX_BODY_BYTES = 1_000_000;
const SIMULATOR_KEY = 'simulator';

/** Starts the simulator; resolves when it listens. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const {
    host = '127.0.0.1',
    port = 0,
    key = null,
    speed = SIMULATOR_DEFAULTS.speed,
    pingMs = 5_000,
    now = Date.now,
    copilot = true,
  } = options;
  const check = (
    name: 'seed' | 'odds' | 'rate' | 'speed',
    value: number,
    isFine: boolean,
    rule: string,
  ) => {
    if (!isFine) throw new RangeError(`the simulator's ${name} must be ${rule}, not ${value}`);
  };
  check(
    'seed',
    options.seed,
    Number.isSafeInteger(options.seed) && options.seed >= 0,
    'a whole number from 0 up',
  );
  check(
    'odds',
    options.odds,
    options.odds >= 1 && options.odds <= 1_000_000,
    'between 1 and 1 000 000',
  );
  check(
    'rate',
    options.rate,
    options.rate >= 0 && options.rate <= 100_000,
    'between 0 and 100 000',
  );
  check('speed', speed, speed > 0 && speed <= 10_000, 'above 0 and at most 10 000');
  const faults = createFaults(options.faults);
  const stream = createStream({ faults, now, seed: options.seed, hasCopilot: copilot });
  const world = createWorld(
    { seed: options.seed, odds: options.odds, rate: options.rate, speed, startMs: now() },
    stream.publish,
  );
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const api = createApi({ world, stream, faults, key, limits, hasCopilot: copilot, now });
  const requests = new Map<string, number>();
  let isPaused = false;

  const tick = () => {
    const behindMs = now() - world.nowMs;
    if (isPaused) world.skip(behindMs);
    else if (behindMs > MAX_CATCH_UP_MS) world.skip(behindMs - TICK_MS);
    if (!isPaused) world.advance(now());
    stream.flush();
  };
  const ticker = setInterval(tick, TICK_MS);
  let pinger: NodeJS.Timeout;
  const planPing = () => {
    pinger = setTimeout(
      () => {
        stream.ping();
        planPing();
      },
      pingMs - (Date.now() % pingMs),
    );
  };
  planPing();

  function truth(sport: string): Truth {
    const fixtures = [...world.fixtures(sport)];
    return {
      fixtures: fixtures.map(fixtureRow),
      odds: fixtures.flatMap((fixture) =>
        oddsOf(fixture, null).map((odd) => ({
          ...restOdd(rowState(odd), 'american', faults),
          id: odd.id,
          fixture_id: fixture.id,
          league: fixture.league.name,
          is_live: odd.isLive,
          state: odd.state,
        })),
      ),
    };
  }

  function standing(sport: string): ReturnType<Simulator['standing']> {
    const odds: Standing[] = [];
    const fixtures: FixtureStanding[] = [];
    for (const fixture of world.fixtures(sport)) {
      const league = fixture.league.name;
      fixtures.push({ id: fixture.id, league, status: fixture.status });
      for (const { id, state, price, isMain, settlement, changedAt } of oddsOf(fixture, null)) {
        odds.push({
          id,
          state,
          price,
          isMain,
          settlement,
          changedAt,
          fixtureId: fixture.id,
          league,
        });
      }
    }
    return { odds, fixtures };
  }

  const controls: Record<string, (query: URLSearchParams, body: string) => unknown> = {
    state: () => ({
      paused: isPaused,
      openStreams: stream.count(),
      streamsOpened: stream.opened(),
      requests: Object.fromEntries(requests),
      faults: faults.list(),
      acts: ACTS,
    }),
    truth: (query) => truth(query.get('sport') ?? ''),
    pause() {
      isPaused = true;
      return { paused: true };
    },
    resume() {
      isPaused = false;
      return { paused: false };
    },
    cut() {
      stream.cut();
      return { cut: true };
    },
    faults(query, body) {
      const share = Number(query.get('share') ?? faults.share);
      if (!(share >= 0 && share <= 1)) throw new Error('share must be between 0 and 1');
      faults.share = share;
      const names: unknown = body === '' ? query.getAll('name') : JSON.parse(body);
      if (!Array.isArray(names))
        throw new Error('faults are a JSON array of names, or repeated name parameters');
      faults.only(parseFaults(names.map(String)));
      return { faults: faults.list() };
    },
    act(query) {
      const name = ACTS.find((known) => known === query.get('act'));
      if (!name) throw new Error(`unknown act; known are: ${ACTS.join(', ')}`);
      world.act(query.get('fixture_id') ?? '', name);
      stream.flush();
      return { done: name };
    },
    send(query, body) {
      const data: unknown = query.get('raw') === 'true' ? body : JSON.parse(body);
      stream.send(query.get('sport') ?? '', query.get('event') ?? 'copilot-odds', data);
      return { sent: true };
    },
  };

  async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://simulator');
      const name = url.pathname.slice('/control/'.length);
      const run = Object.hasOwn(controls, name) ? controls[name] : undefined;
      if (!run) {
        sendJson(response, 404, {
          error: `unknown control; known are: ${Object.keys(controls).join(', ')}`,
        });
        return;
      }
      const body = await readBody(request);
      sendJson(response, 200, run(url.searchParams, body));
    } catch (error) {
      sendJson(response, 400, { error: error instanceof Error ? error.message : 'bad request' });
    }
  }

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path.startsWith(`${API_PREFIX}/`)) {
      const name = path.slice(API_PREFIX.length);
      if (requests.has(name) || requests.size < MAX_PATHS)
        requests.set(name, (requests.get(name) ?? 0) + 1);
      api(request, response);
    } else if (options.control && path.startsWith('/control/')) {
      void control(request, response);
    } else {
      sendJson(response, 404, { error: 'not found' });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;

  return {
    baseUrl: `${origin}${API_PREFIX}`,
    controlUrl: `${origin}/control`,
    key: key ?? SIMULATOR_KEY,
    openStreams: stream.count,
    streamsOpened: stream.opened,
    requests: () => Object.fromEntries(requests),
    faults,
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
    },
    send: stream.send,
    cutStreams: stream.cut,
    act(fixtureId, act) {
      world.act(fixtureId, act);
      stream.flush();
    },
    truth,
    standing,
    async stop() {
      clearInterval(ticker);
      clearTimeout(pinger);
      stream.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new Error('body too large: at most 1 MB');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
