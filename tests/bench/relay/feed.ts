/**
 * What the bench's upstream offers and how it moves: a pure function of a seed and a number, so that whoever knows an
 * event's number knows what must be in it and whom it concerns.
 */
import { createRandom } from '../feed-input';

export const SPORT = 'basketball';
export const LEAGUES = Array.from({ length: 10 }, (_, index) => `Bench League ${index}`);
export const MARKETS = [
  'Moneyline',
  'Point Spread',
  'Total Points',
  'Team Total',
  '1st Half Total Points',
  '1st Half Point Spread',
  '1st Quarter Total Points',
  'Player Points',
  'Player Rebounds',
  'Player Assists',
];

const SIDES = 2;
const ODDS_PER_FIXTURE = MARKETS.length * SIDES;
/** Prices an odd goes through; two neighbours differ, so that every event changes something. */
const PRICES = 40;

/** A subscription as the bench writes it; empty lists mean everything. */
export type Filter = { leagues: readonly string[]; markets: readonly string[] };

export const EVERYTHING: Filter = { leagues: [], markets: [] };

export type BenchOdd = {
  index: number;
  id: string;
  fixture: number;
  fixtureId: string;
  league: string;
  market: string;
  points: number;
  side: 'over' | 'under';
};

export type BenchFeed = {
  odds: readonly BenchOdd[];
  fixtures: number;
  /** The odd that event `n` moves. */
  oddOf(n: number): BenchOdd;
  /** Its price after event `n`. */
  priceOf(n: number): number;
  /** Its price before any event. */
  firstPrice: number;
  /** Whether a filter passes event `n`. */
  matcher(filter: Filter): (n: number) => boolean;
};

/** A universe of `count` odds. Events are numbered from 1; each round of `count` events moves every odd once. */
export function createBenchFeed(seed: number, count: number): BenchFeed {
  const odds = Array.from({ length: count }, (_, index): BenchOdd => {
    const fixture = Math.floor(index / ODDS_PER_FIXTURE);
    const place = index % ODDS_PER_FIXTURE;
    const market = MARKETS[place >> 1] ?? '';
    const side = place % SIDES === 0 ? 'over' : 'under';
    const points = 100.5 + fixture;
    const fixtureId = `20261124${fixture.toString(16).toUpperCase().padStart(8, '0')}`;
    const slug = market.toLowerCase().replaceAll(' ', '_');
    return {
      index,
      id: `1:-1:${fixtureId}:${slug}:${side}_${String(points).replace('.', '_')}`,
      fixture,
      fixtureId,
      league: LEAGUES[fixture % LEAGUES.length] ?? '',
      market,
      points,
      side,
    };
  });
  const random = createRandom(seed);
  const order = odds.map(({ index }) => index);
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  const oddOf = (n: number) => odds[order[(n - 1) % count] ?? 0] as BenchOdd;
  return {
    odds,
    fixtures: Math.ceil(count / ODDS_PER_FIXTURE),
    oddOf,
    priceOf: (n) => -106 - (Math.floor((n - 1) / count) % PRICES),
    firstPrice: -105,
    matcher({ leagues, markets }) {
      const passes = odds.map(
        ({ league, market }) =>
          (leagues.length === 0 || leagues.includes(league)) &&
          (markets.length === 0 || markets.includes(market)),
      );
      return (n) => passes[order[(n - 1) % count] ?? 0] === true;
    },
  };
}

/** `count` different filters of 5 leagues and 5 markets, each passing a quarter of all events. */
export function distinctFilters(seed: number, count: number): Filter[] {
  const random = createRandom(seed);
  const half = (names: readonly string[]) =>
    names
      .map((name) => ({ name, at: random() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, names.length / 2)
      .map(({ name }) => name)
      .sort();
  const found = new Map<string, Filter>();
  while (found.size < count) {
    const filter = { leagues: half(LEAGUES), markets: half(MARKETS) };
    found.set(JSON.stringify(filter), filter);
  }
  return [...found.values()];
}

/** The subscription's query string. */
export function queryOf({ leagues, markets }: Filter): string {
  const params = new URLSearchParams();
  for (const league of leagues) params.append('league', league);
  for (const market of markets) params.append('market', market);
  return params.size === 0 ? '' : `?${params}`;
}

/** Microseconds of the clock that all processes of one machine share. */
export function sharedMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** What a row carries beside the vendor's fields: its event's number, and when it was sent. Passed on as any unknown field. */
export const MARK = '"n":';
export const SENT_MARK = ',"sent":';

/** The row of an event as JSON. Number and time stand side by side, for whoever looks for them in bytes. */
export function rowJson(odd: BenchOdd, price: number, seconds: number, mark: string): string {
  const { fixture, fixtureId, id, league, market, points, side } = odd;
  const name = `${side === 'over' ? 'Over' : 'Under'} ${points}`;
  return (
    `{"fixture_id":"${fixtureId}","game_id":"41001-${fixture}-2026-11-24","grouping_key":"default:${points}",` +
    `"id":"${id}","is_main":true,"league":"${league}","market":"${market}","name":"${name}","odd_id":"${id.slice(5)}",` +
    `"player_id":"","points":${points},"price":${price},"selection":"","selection_line":"${side}","sport":"${SPORT}",` +
    `"team_id":"","timestamp":${seconds},"version_id":-1${mark}}`
  );
}
