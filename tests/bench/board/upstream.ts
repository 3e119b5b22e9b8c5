/**
 * The bench's upstream, a process of its own: moves the odds of a board at an exact rate, 80 % of the updates in the
 * first fifth of the fixtures, 5 % of the events locks, and one tracked odd 25 times a second with a price of its own
 * each time.
 */
import { createRandom } from '../feed-input';
import { answerParent } from '../ipc';
import { startVendor } from '../vendor';
import {
  type BoardOdd,
  createBoardFeed,
  LEAGUES,
  MAIN_MARKETS,
  ODDS_PER_FIXTURE,
  SPORT,
} from './feed';

const [seed = 1, count = 2_000] = process.argv.slice(2).map(Number);
const { fixtures, odds } = createBoardFeed(count);
const random = createRandom(seed);

const HOT = 0.2;
const HOT_SHARE = 0.8;
const LOCKS = 0.05;
const MOST_ROWS = 5;
const TRACKED_MS = 40;
/** The tracked odd's prices: so many that none comes twice in a run that looks back a minute. */
const TRACKED_FROM = 1_000;
const TRACKED_PRICES = 4_000;

const prices = Int32Array.from(odds, () => -(105 + Math.floor(random() * 40)));
const seconds = new Int32Array(odds.length).fill(Math.floor(Date.now() / 1000) - 60);
const isLocked = new Uint8Array(odds.length);
let entries = 0;

function row(odd: BoardOdd): object {
  return { ...odd.fields, price: prices[odd.index], timestamp: seconds[odd.index] };
}

const vendor = await startVendor({
  sport: { id: SPORT, name: 'Basketball', mainMarkets: MAIN_MARKETS },
  leagues: LEAGUES,
  fixtures: () => fixtures,
  odds(fixtureId) {
    const first = Number.parseInt(fixtureId.slice(8), 16) * ODDS_PER_FIXTURE;
    return odds
      .slice(first, first + ODDS_PER_FIXTURE)
      .filter(({ index }) => !isLocked[index])
      .map(row);
  },
});

function send(event: string, rows: readonly BoardOdd[]): void {
  const now = Date.now();
  for (const { index } of rows) {
    seconds[index] = Math.floor(now / 1000);
    isLocked[index] = event === 'copilot-locked-odds' ? 1 : 0;
  }
  entries += 1;
  const id = `${now}-${entries}`;
  const data = JSON.stringify({ entry_id: id, data: rows.map(row), type: event });
  vendor.send(
    `event: ${event}\nid: ${id}\nretry: 5000\ndata: ${data}\n\n`,
    rows[0]?.league ?? null,
  );
}

function move({ index }: BoardOdd): void {
  const step = 1 + Math.floor(random() * 5);
  const next = (prices[index] ?? -110) + (random() < 0.5 ? step : -step);
  prices[index] = Math.max(-160, Math.min(-101, next));
}

type Load = { rate: number; tracked: string; visible: readonly string[]; visibleShare: number };

let timer: NodeJS.Timeout | null = null;
let trackedCount = 0;
let trackedLog: { price: number; sentMs: number }[] = [];

function start({ rate, tracked, visible, visibleShare }: Load): void {
  stop();
  const byId = new Map(odds.map((odd) => [odd.id, odd]));
  const tracer = byId.get(tracked);
  const seen = visible
    .filter((id) => id !== tracked)
    .map((id) => byId.get(id))
    .filter((odd) => odd !== undefined);
  const startedAt = performance.now();
  let sent = 0;
  let trackedAt = startedAt;
  trackedLog = [];
  const step = () => {
    const now = performance.now();
    const due = Math.floor(((now - startedAt) * rate) / 1000);
    while (sent < due) {
      const isSeen = seen.length > 0 && random() < visibleShare;
      const share = random() < HOT_SHARE ? HOT : 1;
      const fixture = Math.floor(random() * fixtures.length * share);
      const rows = new Set<BoardOdd>();
      const wanted = Math.min(1 + Math.floor(random() * MOST_ROWS), due - sent);
      const first = isSeen
        ? (seen[Math.floor(random() * seen.length)] as BoardOdd)
        : (odds[fixture * ODDS_PER_FIXTURE + Math.floor(random() * ODDS_PER_FIXTURE)] as BoardOdd);
      for (let tries = 0; rows.size < wanted && tries < 3 * wanted; tries += 1) {
        // What is sent together is of one fixture, and of the screen where its first one is.
        const start = first.fixture * ODDS_PER_FIXTURE;
        const other = odds[start + Math.floor(random() * ODDS_PER_FIXTURE)] as BoardOdd;
        const odd = rows.size === 0 ? first : other;
        if (odd !== tracer && (!isSeen || seen.includes(odd))) rows.add(odd);
      }
      const list = [...rows];
      sent += Math.max(1, list.length);
      if (list.length === 0) continue;
      if (random() < LOCKS) send('copilot-locked-odds', list);
      else {
        for (const odd of list) move(odd);
        send('copilot-odds', list);
      }
    }
    if (tracer && now - trackedAt >= TRACKED_MS) {
      trackedAt += TRACKED_MS;
      trackedCount += 1;
      prices[tracer.index] = TRACKED_FROM + (trackedCount % TRACKED_PRICES);
      const price = prices[tracer.index] ?? 0;
      trackedLog.push({ price, sentMs: performance.timeOrigin + performance.now() });
      send('copilot-odds', [tracer]);
    }
    timer = setTimeout(step, 2);
  };
  step();
}

function stop(): { tracked: typeof trackedLog; entries: number } {
  if (timer) clearTimeout(timer);
  timer = null;
  return { tracked: trackedLog, entries };
}

answerParent({ port: () => vendor.port, start, stop, streams: vendor.streams });
