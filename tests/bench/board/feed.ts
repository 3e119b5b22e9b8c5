/** What the board's bench shows: fixtures of twenty odds in ten two-sided lines, as a sportsbook offers a game. */
import { idOf, type VendorFixture } from '../vendor';

export const SPORT = 'basketball';
export const MAIN_MARKETS = ['Moneyline', 'Point Spread', 'Total Points'];
export const LEAGUES = Array.from(
  { length: 10 },
  (_, index) => `League ${String.fromCharCode(65 + index)}`,
);
export const ODDS_PER_FIXTURE = 20;

const SPREADS = [0, 1, -1, 2];
const TOTALS = [0, 1, -1, 2, -2];

export type BoardOdd = {
  index: number;
  id: string;
  fixture: number;
  fixtureId: string;
  league: string;
  market: string;
  isMain: boolean;
  /** The row's fields that never change. */
  fields: Record<string, unknown>;
};

export type BoardFeed = { fixtures: readonly VendorFixture[]; odds: readonly BoardOdd[] };

/** The fixtures and odds of a board of about `count` odds; the order of fixtures is that of the screen. */
export function createBoardFeed(count: number): BoardFeed {
  const total = Math.ceil(count / ODDS_PER_FIXTURE);
  const fixtures: VendorFixture[] = [];
  const odds: BoardOdd[] = [];
  for (let index = 0; index < total; index += 1) {
    const league = LEAGUES[Math.floor((index * LEAGUES.length) / total)] ?? '';
    const id = `20261124${index.toString(16).toUpperCase().padStart(8, '0')}`;
    const away = `Away Rovers ${index}`;
    const home = `Home United ${index}`;
    fixtures.push({
      id,
      game_id: `41001-${index}-2026-11-24`,
      start_date: new Date(Date.UTC(2030, 0, 1) + index * 60_000)
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
      status: 'unplayed',
      is_live: false,
      has_odds: true,
      home_team_display: home,
      away_team_display: away,
      sport: { id: SPORT, name: 'Basketball' },
      league: { id: idOf(league), name: league },
    });
    const push = (
      market: string,
      isMain: boolean,
      key: string,
      name: string,
      side: Record<string, unknown>,
    ) => {
      const oddId = `${id}:${idOf(market)}:${idOf(name).replaceAll('.', '_')}`;
      odds.push({
        index: odds.length,
        id: `1:-1:${oddId}`,
        fixture: index,
        fixtureId: id,
        league,
        market,
        isMain,
        fields: {
          fixture_id: id,
          game_id: `41001-${index}-2026-11-24`,
          grouping_key: key,
          id: `1:-1:${oddId}`,
          is_main: isMain,
          league,
          market,
          name,
          odd_id: oddId,
          player_id: '',
          sport: SPORT,
          team_id: '',
          version_id: -1,
          selection: '',
          selection_line: null,
          points: null,
          ...side,
        },
      });
    };
    const [moneyline = '', spread = '', totalPoints = ''] = MAIN_MARKETS;
    for (const team of [away, home]) push(moneyline, true, 'default', team, { selection: team });
    for (const step of SPREADS) {
      const points = 3.5 + step;
      for (const [team, sign] of [
        [away, 1],
        [home, -1],
      ] as const) {
        const own = sign * points;
        push(spread, step === 0, `default:${-points}`, `${team} ${own > 0 ? '+' : ''}${own}`, {
          selection: team,
          points: own,
        });
      }
    }
    for (const step of TOTALS) {
      const points = 210.5 + step;
      for (const side of ['Over', 'Under']) {
        push(totalPoints, step === 0, `default:${points}`, `${side} ${points}`, {
          selection_line: side.toLowerCase(),
          points,
        });
      }
    }
  }
  return { fixtures, odds };
}
