/** Grading of one odd by the final score. Pure. Values are the vendor's. */

export type Settlement = 'Won' | 'Lost' | 'Refunded' | 'Half Won' | 'Half Lost';

/** Which side of a line an odd prices. `score` stands for one exact score. */
export type Side = 'home' | 'away' | 'draw' | 'over' | 'under' | 'yes' | 'no' | 'score';

/** Final numbers of a scope. `winner` is given where the score alone does not name it (tennis). */
export type Result = { home: number; away: number; winner?: 'home' | 'away' };

/** Graded by how far the bet's side is ahead of its line; only quarter lines land a quarter away from it. */
export function gradeMargin(ahead: number): Settlement {
  if (ahead > 0.3) return 'Won';
  if (ahead > 0) return 'Half Won';
  if (ahead === 0) return 'Refunded';
  return ahead < -0.3 ? 'Lost' : 'Half Lost';
}

/** Moneyline; where no draw is offered (`ways` 2) a drawn scope refunds both sides. */
export function gradeMoneyline(side: Side, result: Result, ways: 2 | 3): Settlement {
  const level = result.home === result.away ? 'draw' : result.home > result.away ? 'home' : 'away';
  const winner = result.winner ?? level;
  if (winner === 'draw' && ways === 2) return 'Refunded';
  return side === winner ? 'Won' : 'Lost';
}

/** Spread or handicap; `points` is the line of the odd's own side. */
export function gradeSpread(side: Side, points: number, result: Result): Settlement {
  const margin = result.home - result.away;
  return gradeMargin((side === 'home' ? margin : -margin) + points);
}

/** Over or under `points` by a counted value. */
export function gradeTotal(side: Side, points: number, value: number): Settlement {
  return gradeMargin(side === 'over' ? value - points : points - value);
}

/** Yes or no by what happened. */
export function gradeYesNo(side: Side, happened: boolean): Settlement {
  return (side === 'yes') === happened ? 'Won' : 'Lost';
}
