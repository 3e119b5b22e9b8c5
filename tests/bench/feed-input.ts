/** Seeded input of the benches: a board's worth of odds and a stream of events that move them. */
import { encodeSse } from '@/lib/protocol/sse';

/** A small seeded generator (mulberry32), so that every run measures the same bytes. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ODDS_PER_FIXTURE = 20;
const START_SECONDS = 1_795_000_000;

function wireRow(index: number, price: number, timestamp: number): object {
  const fixture = Math.floor(index / ODDS_PER_FIXTURE);
  const fixtureId = `20261122${fixture.toString(16).toUpperCase().padStart(8, '0')}`;
  const points = 200.5 + ((index % ODDS_PER_FIXTURE) >> 1);
  const side = index % 2 === 0 ? 'over' : 'under';
  const oddId = `${fixtureId}:total_points:${side}_${String(points).replace('.', '_')}`;
  return {
    fixture_id: fixtureId,
    game_id: `41001-${fixture}-2026-11-22`,
    grouping_key: `default:${points}`,
    id: `1:-1:${oddId}`,
    is_main: index % ODDS_PER_FIXTURE < 2,
    league: `League ${fixture % 24}`,
    market: 'Total Points',
    name: `${side === 'over' ? 'Over' : 'Under'} ${points}`,
    odd_id: oddId,
    player_id: '',
    points,
    price,
    selection: '',
    selection_line: side,
    sport: 'basketball',
    team_id: '',
    timestamp,
    version_id: -1,
  };
}

export type BenchEvent = { name: string; id: string; data: string };

/** One event per odd (the board as it starts), then `updates` events, 80 % of them on 20 % of the fixtures, 5 % locks. */
export function benchEvents(seed: number, odds: number, updates: number): BenchEvent[] {
  const random = createRandom(seed);
  const events: BenchEvent[] = [];
  const push = (index: number, timestamp: number) => {
    const name = random() < 0.05 ? 'copilot-locked-odds' : 'copilot-odds';
    const price = -105 - Math.floor(random() * 40);
    const id = `${timestamp * 1000}-${events.length}`;
    const data = { entry_id: id, data: [wireRow(index, price, timestamp)], type: name };
    events.push({ name, id, data: JSON.stringify(data) });
  };
  for (let index = 0; index < odds; index += 1) push(index, START_SECONDS);
  for (let update = 0; update < updates; update += 1) {
    const isHot = random() < 0.8;
    const index = Math.floor(random() * odds * (isHot ? 0.2 : 1));
    push(index, START_SECONDS + 1 + Math.floor(update / 1000));
  }
  return events;
}

/** Bytes of the events as an upstream would send them. */
export function sseText(events: readonly BenchEvent[]): string {
  return events.map(({ name, id, data }) => encodeSse({ event: name, id, data })).join('');
}
