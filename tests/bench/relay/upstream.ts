/**
 * The bench's upstream, a process of its own: the vendor's stream and the few reads that the board makes of it. It
 * sends numbered events at an exact rate, stamped with the time they are sent. To nchan it publishes the same ones.
 */
import { connect, type Socket } from 'node:net';
import { answerParent } from '../ipc';
import { idOf, startVendor, type VendorFixture } from '../vendor';
import { createBenchFeed, LEAGUES, MARKETS, rowJson, SPORT, sharedMicros } from './feed';

const [seed = 1, count = 2_000] = process.argv.slice(2).map(Number);
const feed = createBenchFeed(seed, count);
const START_DATE = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
const startedSeconds = Math.floor(Date.now() / 1000) - 60;

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
  vendor.send(frame, odd.league);
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

const fixtures = Array.from({ length: feed.fixtures }, (_, fixture): VendorFixture => {
  const odd = feed.odds[fixture * 2 * MARKETS.length];
  const league = odd?.league ?? '';
  return {
    id: odd?.fixtureId ?? '',
    game_id: `41001-${fixture}-2026-11-24`,
    start_date: START_DATE,
    status: 'unplayed',
    is_live: false,
    has_odds: true,
    home_team_display: `Home ${fixture}`,
    away_team_display: `Away ${fixture}`,
    sport: { id: SPORT, name: 'Basketball' },
    league: { id: idOf(league), name: league },
  };
});

const vendor = await startVendor({
  sport: { id: SPORT, name: 'Basketball', mainMarkets: MARKETS.slice(0, 3) },
  leagues: LEAGUES,
  fixtures: () => fixtures,
  odds: (fixtureId) =>
    feed.odds
      .filter((odd) => odd.fixtureId === fixtureId)
      .map((odd) => {
        const n = lastNumber[odd.index] ?? 0;
        const price = n === 0 ? feed.firstPrice : feed.priceOf(n);
        return JSON.parse(rowJson(odd, price, lastSeconds[odd.index] ?? 0, ''));
      }),
});

answerParent({
  port: () => vendor.port,
  next: () => last + 1,
  start: ({ rate }: { rate: number }) => start(rate),
  stop,
  streams: vendor.streams,
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
