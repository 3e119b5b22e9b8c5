import { describe, expect, it } from 'vitest';
import { type Game, newPlay, type Strengths } from '@/lib/simulator/games';
import { type Distribution, mean, toMasses } from '@/lib/simulator/pricing';
import { createRandom } from '@/lib/simulator/random';
import { SPORTS } from '@/lib/simulator/sports';

const seed = 5;
const GAMES = 500;

function deviation(distribution: Distribution): number {
  const centre = mean(distribution);
  return Math.sqrt(
    toMasses(distribution).reduce(
      (sum, mass, index) => sum + mass * (distribution.min + index - centre) ** 2,
      0,
    ),
  );
}

function playOut(game: Game, strengths: Strengths, random = createRandom(seed)) {
  const play = newPlay(game);
  for (let steps = 0; !play.isOver; steps += 1) {
    if (steps > 20_000) throw new Error('the game never ends');
    game.step(play, strengths, random);
  }
  return play;
}

describe(`games (seed ${seed})`, () => {
  it.each(SPORTS)('of $name end as they were priced', ({ game, homeEdge, pace }) => {
    const random = createRandom(seed);
    const strengths = { edge: homeEdge, pace };
    const outlook = game.outlook(newPlay(game), strengths, null);
    let margin = 0;
    let total = 0;
    let totalSquared = 0;
    let homeWins = 0;
    for (let played = 0; played < GAMES; played += 1) {
      const play = playOut(game, strengths, random);
      const result = game.result(play, null);
      const sum = result.home + result.away;
      margin += (result.home - result.away) / GAMES;
      total += sum / GAMES;
      totalSquared += sum ** 2 / GAMES;
      const winner = result.winner ?? (result.home > result.away ? 'home' : 'other');
      if (winner === 'home') homeWins += 1 / GAMES;
    }
    // Four standard errors, and a tenth of a deviation for what the model leaves out (the bottom of the ninth).
    const allowed = (distribution: Distribution) =>
      deviation(distribution) * (4 / Math.sqrt(GAMES) + 0.1);
    expect(Math.abs(margin - mean(outlook.margin))).toBeLessThan(allowed(outlook.margin));
    expect(Math.abs(total - mean(outlook.total))).toBeLessThan(allowed(outlook.total));
    expect(Math.abs(homeWins - outlook.homeWin)).toBeLessThan(0.09);
    const spread = Math.sqrt(totalSquared - total ** 2) / deviation(outlook.total);
    expect(spread).toBeGreaterThan(0.8);
    expect(spread).toBeLessThan(1.25);
  });

  it.each(SPORTS)('of $name leave nothing open at the end', ({ game, homeEdge, pace }) => {
    const strengths = { edge: homeEdge, pace };
    const play = playOut(game, strengths);
    const { home, away, winner } = game.result(play, null);
    const outlook = game.outlook(play, strengths, null);
    expect(mean(outlook.margin)).toBeCloseTo(home - away, 1);
    expect(mean(outlook.total)).toBeCloseTo(home + away, 1);
    const isHomeWin = winner ? winner === 'home' : home > away;
    expect(outlook.homeWin).toBeCloseTo(isHomeWin ? 1 : 0, 1);
    expect(game.progress(play)).toBe(1);
    expect(game.isScopeOver(play, { from: 0, to: 1 })).toBe(true);
  });

  it('show college basketball in halves', () => {
    const game = SPORTS[0]?.leagues.find(({ name }) => name === 'NCAAB')?.game as Game;
    const play = playOut(game, { edge: 3, pace: 146 });
    const { home } = game.periods(play);
    expect(home.length).toBeGreaterThanOrEqual(2);
    expect(home.reduce((sum, points) => sum + points, 0)).toBe(game.score(play).home);
    const fresh = newPlay(game);
    expect([game.period(fresh), game.clock(fresh)]).toEqual(['1H', '20:00']);
  });
});
