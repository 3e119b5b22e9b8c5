/**
 * The bench's upstream, a process of its own: the vendor's stream and the few reads that the board makes of it. It
 * sends numbered events at an exact rate, stamped with the time they are sent. To nchan it publishes the same ones.
 */
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createBenchFeed, LEAGUES, MARKETS, rowJson, SPORT, sharedMicros } from './feed';
import { answerParent } from './ipc';

const [seed = 1, count = 2_000] = process.argv.slice(2).map(Number);
const feed = createBenchFeed(seed, count);
const PING_MS = 5_000;
const PAGE = 100;
const START_DATE = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
const startedSeconds = Math.floor(Date.now() / 1000) - 60;

type Stream = { socket: Socket; leagues: ReadonlySet<string> };
const streams = new Set<Stream>();
let openedStreams = 0;
let publisher: Socket | null = null;
let publisherPath = '';

/** Number and second of the last event of each odd. */
const lastNumber = new Int32Array(count);
const lastSeconds = new Int32Array(count).fill(startedSeconds);
let last = 0;
let bytes = 0;
let worstLateMs = 0;

function emit(n: number): void {
  const odd = feed.oddOf(n);
  const nowMs = Date.now();
  const seconds = Math.floor(nowMs / 1000);
  const mark = `,"n":${n},"sent":${sharedMicros()}`;
  const id = `${nowMs}-${n}`;
  const data = `{"entry_id":"${id}","data":[${rowJson(odd, feed.priceOf(n), seconds, mark)}],"type":"copilot-odds"}`;
  last = n;
  lastNumber[odd.index] = n;
  lastSeconds[odd.index] = seconds;
  if (publisher) {
    bytes += data.length;
    publisher.write(
      `POST ${publisherPath} HTTP/1.1\r\nHost: bench\r\nX-EventSource-Event: copilot-odds\r\nContent-Length: ${data.length}\r\n\r\n${data}`,
    );
    return;
  }
  const frame = `event: copilot-odds\nid: ${id}\nretry: 5000\ndata: ${data}\n\n`;
  bytes += frame.length;
  const bytesOfFrame = chunk(frame);
  for (const { socket, leagues } of streams) {
    if (leagues.size === 0 || leagues.has(odd.league)) socket.write(bytesOfFrame);
  }
}

/** A frame as a chunk of the body, made once: with a stream per viewer, writing must not be what limits. */
function chunk(frame: string): Buffer {
  return Buffer.from(`${frame.length.toString(16)}\r\n${frame}\r\n`, 'latin1');
}

let timer: NodeJS.Timeout | null = null;

/** Sends what is due, looking each millisecond. */
function start(rate: number): { first: number } {
  stop();
  const first = last + 1;
  const startedAt = performance.now();
  bytes = 0;
  worstLateMs = 0;
  const step = () => {
    const due = first + Math.floor(((performance.now() - startedAt) * rate) / 1000);
    while (last + 1 < due) {
      const lateMs = performance.now() - startedAt - ((last + 1 - first) * 1000) / rate;
      if (lateMs > worstLateMs) worstLateMs = lateMs;
      emit(last + 1);
    }
    timer = setTimeout(step, 1);
  };
  step();
  return { first };
}

function stop() {
  if (timer) clearTimeout(timer);
  timer = null;
  return { last, bytes, worstLateMs };
}

function fixtureRow(fixture: number): Record<string, unknown> {
  const odd = feed.odds[fixture * 2 * MARKETS.length];
  return {
    id: odd?.fixtureId,
    game_id: `41001-${fixture}-2026-11-24`,
    start_date: START_DATE,
    status: 'unplayed',
    is_live: false,
    has_odds: true,
    home_team_display: `Home ${fixture}`,
    away_team_display: `Away ${fixture}`,
    sport: { id: SPORT, name: 'Basketball' },
    league: { id: odd?.league.toLowerCase().replaceAll(' ', '_'), name: odd?.league },
  };
}

function oddsOf(fixtureId: string) {
  const odds = feed.odds.filter((odd) => odd.fixtureId === fixtureId);
  const fixture = odds[0]?.fixture;
  if (fixture === undefined) return [];
  const rows = odds.map((odd) => {
    const n = lastNumber[odd.index] ?? 0;
    const price = n === 0 ? feed.firstPrice : feed.priceOf(n);
    return JSON.parse(rowJson(odd, price, lastSeconds[odd.index] ?? 0, ''));
  });
  return [{ ...fixtureRow(fixture), odds: rows }];
}

function read(path: string, query: URLSearchParams): unknown {
  if (path === 'sports/active') {
    const main_markets = MARKETS.slice(0, 3).map((name) => ({ id: name.toLowerCase(), name }));
    return { data: [{ id: SPORT, name: 'Basketball', main_markets }] };
  }
  if (path === 'leagues/active') {
    const sport = { id: SPORT, name: 'Basketball' };
    return {
      data: LEAGUES.map((name) => ({ id: name.toLowerCase().replaceAll(' ', '_'), name, sport })),
    };
  }
  if (path === 'copilot/versions') return { data: [{ id: 1, name: 'Default' }] };
  if (path === 'copilot/fixtures' || path === 'fixtures/active' || path === 'fixtures') {
    const leagues = query.getAll('league');
    const ids = query.getAll('id');
    const page = Number(query.get('page') ?? 1);
    const rows = Array.from({ length: feed.fixtures }, (_, fixture) => fixtureRow(fixture)).filter(
      ({ id, league }) =>
        (leagues.length === 0 || leagues.includes((league as { name: string }).name)) &&
        (ids.length === 0 || ids.includes(String(id))),
    );
    const from = (page - 1) * PAGE;
    return {
      data: rows.slice(from, from + PAGE),
      page,
      has_more: from + PAGE < rows.length,
    };
  }
  if (path === 'copilot/fixtures/odds') {
    if (query.get('settled') === 'true') {
      return {
        data: query
          .getAll('fixture_id')
          .flatMap(oddsOf)
          .map((row) => ({ ...row, odds: [] })),
      };
    }
    return { data: query.getAll('fixture_id').flatMap(oddsOf) };
  }
  return null;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const path = url.pathname.replace('/api/v3/', '');
  if (path === `stream/copilot/${SPORT}/odds`) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write('event: connected\nretry: 5000\ndata: ok go\n\n');
    const stream = {
      socket: response.socket as Socket,
      leagues: new Set(url.searchParams.getAll('league')),
    };
    streams.add(stream);
    openedStreams += 1;
    response.on('close', () => streams.delete(stream));
    return;
  }
  const body = read(path, url.searchParams);
  response
    .writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' })
    .end(JSON.stringify(body ?? { error: 'not found' }));
});
server.keepAliveTimeout = 60_000;
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));

setInterval(() => {
  const data = `${new Date().toISOString().slice(0, 19)}Z`;
  const ping = chunk(`event: ping\nretry: 5000\ndata: ${data}\n\n`);
  for (const { socket } of streams) socket.write(ping);
}, PING_MS);

answerParent({
  port: () => (server.address() as AddressInfo).port,
  next: () => last + 1,
  start: ({ rate }: { rate: number }) => start(rate),
  stop,
  streams: () => ({ open: streams.size, opened: openedStreams }),
  /** Publishes to nchan instead of streaming; without a port, streams again. */
  publishTo: ({ port, path }: { port: number | null; path: string }) =>
    new Promise<void>((resolve, reject) => {
      publisher?.destroy();
      publisher = null;
      publisherPath = path;
      if (port === null) return resolve();
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
        publisher = socket;
        resolve();
      });
      socket.on('error', reject);
      // What it answers is not read: a refused message is one that every viewer misses.
      socket.resume();
    }),
});
