import { describe, expect, it } from 'vitest';
import type { SimOdd } from '@/lib/simulator/markets';
import { slug } from '@/lib/simulator/names';
import { createWorld } from '@/lib/simulator/world';

const world = createWorld(
  { seed: 4, odds: 9_000, rate: 1, speed: 1, startMs: Date.UTC(2026, 10, 22) },
  () => {},
);

function find(
  sport: string,
  marketId: string,
  fits: (odd: SimOdd) => boolean = () => true,
): SimOdd {
  for (const fixture of world.fixtures(sport)) {
    for (const { market, lines } of fixture.books) {
      if (market.id !== marketId) continue;
      const odd = [...lines.values()].flat().find(fits);
      if (odd) return odd;
    }
  }
  throw new Error(`no ${marketId} in ${sport}`);
}

/** The part of the id after the market. */
const tail = (odd: SimOdd) => odd.oddId.slice(`${odd.fixture.id}:${odd.market.id}:`.length);
const number = (points: number) => String(points).replace('.', '_');

describe('identity', () => {
  it.each([
    ['Player Points + Assists', 'player_points_+_assists'],
    ['A. Rook', 'a_rook'],
    ['Atlético  Güeñes', 'atletico_guenes'],
    ['Łęczno', 'leczno'],
    ['Port Royal (OH)', 'port_royal_(oh)'],
    ['Argentina - LNB', 'argentina_-_lnb'],
  ])('writes %s as %s', (label, expected) => {
    expect(slug(label)).toBe(expected);
  });

  it('begins an id with organisation and version and ends it with the odd id', () => {
    const odd = find('basketball', 'moneyline');
    expect(odd.id).toBe(`77:-1:${odd.oddId}`);
    expect(odd.oddId).toBe(`${odd.fixture.id}:moneyline:${slug(odd.selection)}`);
    expect(odd).toMatchObject({ groupingKey: 'default', points: null, selectionLine: null });
  });

  it('gives soccer three ways, the draw without a team', () => {
    const draw = find('soccer', 'moneyline', ({ side }) => side === 'draw');
    expect(draw).toMatchObject({
      name: 'Draw',
      selection: 'Draw',
      teamId: null,
      groupingKey: 'default',
    });
    expect(tail(draw)).toBe('draw');
  });

  it.each([
    ['basketball', 'point_spread'],
    ['football', 'point_spread'],
    ['baseball', 'run_line'],
    ['hockey', 'puck_line'],
    ['soccer', 'goal_spread'],
    ['soccer', 'asian_handicap'],
    ['tennis', 'game_spread'],
  ])('keys a %s %s by the home line and signs the slug', (sport, market) => {
    for (const side of ['home', 'away'] as const) {
      const odd = find(
        sport,
        market,
        (candidate) => candidate.side === side && (candidate.points ?? 0) > 0,
      );
      const points = odd.points as number;
      const home = side === 'home' ? points : -points;
      expect(odd.name).toBe(`${odd.selection} +${points}`);
      expect(odd.groupingKey).toBe(`default:${Number.isInteger(home) ? home.toFixed(1) : home}`);
      expect(tail(odd)).toBe(`${slug(odd.selection)}_+${number(points)}`);
      const other = odd.fixture.books
        .find((book) => book.market === odd.market)
        ?.lines.get(home)
        ?.find((candidate) => candidate !== odd);
      expect(other?.points).toBe(-points);
      expect(other?.groupingKey).toBe(odd.groupingKey);
    }
  });

  it.each([
    ['basketball', 'total_points'],
    ['basketball', '1st_half_total_points'],
    ['football', 'total_points'],
    ['baseball', 'total_runs'],
    ['soccer', 'total_goals'],
    ['tennis', 'total_games'],
  ])('names a %s %s by side and line alone', (sport, market) => {
    const odd = find(sport, market, ({ side }) => side === 'over');
    expect(odd.name).toBe(`Over ${odd.points}`);
    expect(odd).toMatchObject({
      selection: '',
      selectionLine: 'over',
      teamId: null,
      playerId: null,
    });
    expect(tail(odd)).toBe(`over_${number(odd.points as number)}`);
  });

  it('prints a whole line with a decimal in the grouping key alone', () => {
    const odd = find(
      'football',
      'total_points',
      ({ points, side }) => side === 'over' && Number.isInteger(points),
    );
    expect(odd.groupingKey).toBe(`default:${odd.points}.0`);
    expect(tail(odd)).toBe(`over_${odd.points}`);
    expect(odd.name).toBe(`Over ${odd.points}`);
  });

  it('keys team totals by team and line, one row per team', () => {
    const odd = find('basketball', 'team_total', ({ side }) => side === 'under');
    expect(odd.name).toBe(`${odd.selection} Under ${odd.points}`);
    expect(odd.groupingKey).toBe(`${slug(odd.selection)}:${odd.points}`);
    expect(tail(odd)).toBe(`${slug(odd.selection)}_under_${number(odd.points as number)}`);
    expect(odd.fixture.teams.map(({ id }) => id)).toContain(odd.teamId);
  });

  it('keys props by player, with both player and team', () => {
    const total = find('basketball', 'player_points_+_assists', ({ side }) => side === 'over');
    expect(total.groupingKey).toBe(`${slug(total.selection)}:${total.points}`);
    expect(tail(total)).toBe(`${slug(total.selection)}_over_${number(total.points as number)}`);
    expect(total.playerId).not.toBeNull();
    const scorer = find('soccer', 'anytime_goal_scorer');
    expect(scorer).toMatchObject({
      name: scorer.selection,
      selectionLine: 'yes',
      points: null,
      groupingKey: slug(scorer.selection),
    });
    expect(tail(scorer)).toBe(`${slug(scorer.selection)}_yes`);
  });

  it('writes correct scores from the side ahead', () => {
    const odd = find('soccer', 'correct_score', ({ selectionLine }) => selectionLine === '2:1');
    expect(odd.name).toBe(`${odd.selection} 2:1`);
    expect(tail(odd)).toBe(`${slug(odd.selection)}_2_1`);
  });

  it('never gives two odds the same id, nor one line two grouping keys', () => {
    const ids = new Set<string>();
    let count = 0;
    for (const sport of world.sports) {
      for (const fixture of world.fixtures(sport.id)) {
        for (const { lines } of fixture.books) {
          for (const odds of lines.values()) {
            expect(new Set(odds.map(({ groupingKey }) => groupingKey)).size).toBe(1);
            for (const { id } of odds) ids.add(id);
            count += odds.length;
          }
        }
      }
    }
    expect(ids.size).toBe(count);
  });
});
