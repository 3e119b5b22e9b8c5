/**
 * From a distribution of whole-number scores to American prices. Pure. Every market of a fixture is priced
 * from the same few distributions, so lines, sides and markets cannot contradict each other.
 */

/** Distribution of a whole number: `cdf[i]` is the chance of at most `min + i`; the last entry is 1. */
export type Distribution = { readonly min: number; readonly cdf: Float64Array };

/** What can happen within a scope (a game, a half, a set): final margin (home minus away), total and team scores. */
export type Outlook = {
  readonly margin: Distribution;
  readonly total: Distribution;
  readonly home: Distribution;
  readonly away: Distribution;
};

/** The distribution with the weights `masses` on `min`, `min + 1`, ...; weights need not add up to 1. */
export function fromMasses(min: number, masses: ArrayLike<number>): Distribution {
  const cdf = new Float64Array(masses.length);
  let sum = 0;
  for (let index = 0; index < masses.length; index += 1) {
    sum += masses[index] as number;
    cdf[index] = sum;
  }
  for (let index = 0; index < cdf.length; index += 1) cdf[index] = (cdf[index] as number) / sum;
  return { min, cdf };
}

/** The chances of `min`, `min + 1`, ... */
export function toMasses({ cdf }: Distribution): Float64Array {
  return cdf.map((value, index) => value - (index === 0 ? 0 : (cdf[index - 1] as number)));
}

/** Chance of at most `value`. */
export function atMost({ min, cdf }: Distribution, value: number): number {
  const index = Math.floor(value) - min;
  if (index < 0) return 0;
  return index >= cdf.length ? 1 : (cdf[index] as number);
}

/** Chance of exactly `value`. */
export function exactly(distribution: Distribution, value: number): number {
  return atMost(distribution, value) - atMost(distribution, value - 1);
}

export function mean(distribution: Distribution): number {
  return toMasses(distribution).reduce(
    (sum, mass, index) => sum + mass * (distribution.min + index),
    0,
  );
}

/** Chance of at most `x` under a standard normal (Zelen and Severo, error below 1e-7). */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    0.3989422804 *
    Math.exp((-x * x) / 2) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x > 0 ? 1 - tail : tail;
}

/** A normal rounded to whole numbers, none below `floor`; `weigh` bends it (key numbers of football). */
export function discreteNormal(
  centre: number,
  deviation: number,
  floor = Number.NEGATIVE_INFINITY,
  weigh?: (value: number) => number,
): Distribution {
  const sd = Math.max(deviation, 0.3);
  const min = Math.max(Math.floor(centre - 4.5 * sd), floor);
  const max = Math.max(Math.ceil(centre + 4.5 * sd), min + 1);
  const masses = new Float64Array(max - min + 1);
  let below = min === floor ? 0 : normalCdf((min - 0.5 - centre) / sd);
  for (let value = min; value <= max; value += 1) {
    const upTo = normalCdf((value + 0.5 - centre) / sd);
    masses[value - min] = (upTo - below) * (weigh ? weigh(value) : 1);
    below = upTo;
  }
  return fromMasses(min, masses);
}

/**
 * Counts with mean `centre` and variance `spread` times the mean, shifted by `offset` already scored.
 * `spread` 1 is Poisson (goals), above 1 negative binomial (runs come in bunches).
 */
export function counts(centre: number, spread = 1, offset = 0): Distribution {
  if (centre < 1e-6) return fromMasses(offset, [1]);
  const size = Math.ceil(centre + 8 * Math.sqrt(centre * spread)) + 4;
  const masses = new Float64Array(size);
  if (spread <= 1.0001) {
    let mass = Math.exp(-centre);
    for (let count = 0; count < size; count += 1) {
      masses[count] = mass;
      mass *= centre / (count + 1);
    }
  } else {
    const shape = centre / (spread - 1);
    const step = 1 - 1 / spread;
    let mass = (1 / spread) ** shape;
    for (let count = 0; count < size; count += 1) {
      masses[count] = mass;
      mass *= (step * (shape + count)) / (count + 1);
    }
  }
  return fromMasses(offset, masses);
}

/** Distribution of the sum of two independent numbers. */
export function sum(a: Distribution, b: Distribution): Distribution {
  const left = toMasses(a);
  const right = toMasses(b);
  const masses = new Float64Array(left.length + right.length - 1);
  for (let i = 0; i < left.length; i += 1) {
    for (let j = 0; j < right.length; j += 1) {
      masses[i + j] = (masses[i + j] as number) + (left[i] as number) * (right[j] as number);
    }
  }
  return fromMasses(a.min + b.min, masses);
}

/** Distribution of minus the number. */
export function negate(distribution: Distribution): Distribution {
  const masses = toMasses(distribution).reverse();
  return fromMasses(-(distribution.min + masses.length - 1), masses);
}

/** Margin, total and team scores of two independent teams. */
export function independentOutlook(home: Distribution, away: Distribution): Outlook {
  return { home, away, total: sum(home, away), margin: sum(home, negate(away)) };
}

/** Moves the mass of a drawn margin to the margins of `weights` on both sides (overtime, extra innings). */
export function withoutDraw(
  margin: Distribution,
  weights: readonly number[],
  homeShare: number,
): Distribution {
  const masses = toMasses(margin);
  const reach = weights.length;
  const min = Math.min(margin.min, -reach);
  const max = Math.max(margin.min + masses.length - 1, reach);
  const moved = new Float64Array(max - min + 1);
  moved.set(masses, margin.min - min);
  const drawn = moved[-min] as number;
  moved[-min] = 0;
  const all = weights.reduce((total, weight) => total + weight, 0);
  weights.forEach((weight, index) => {
    const part = (drawn * weight) / all;
    moved[index + 1 - min] = (moved[index + 1 - min] as number) + part * homeShare;
    moved[-index - 1 - min] = (moved[-index - 1 - min] as number) + part * (1 - homeShare);
  });
  return fromMasses(min, moved);
}

/**
 * Fair chance that a bet on more than `line` wins, pushes left out: 0.5 pays even money. Whole lines push on
 * the number; a quarter line is half a stake on each neighbour.
 */
export function fairOver(distribution: Distribution, line: number): number {
  const isQuarter = Math.abs((line * 2) % 1) > 0.01;
  if (isQuarter) {
    const a = stakes(distribution, line - 0.25);
    const b = stakes(distribution, line + 0.25);
    return share(a.won + b.won, a.lost + b.lost);
  }
  const { won, lost } = stakes(distribution, line);
  return share(won, lost);
}

function stakes(distribution: Distribution, line: number): { won: number; lost: number } {
  const upTo = atMost(distribution, line);
  const pushed = Number.isInteger(line) ? exactly(distribution, line) : 0;
  return { won: 1 - upTo, lost: upTo - pushed };
}

function share(won: number, lost: number): number {
  return won + lost < 1e-12 ? 0.5 : won / (won + lost);
}

/** Fair chance that the home side covers `points` (its own signed line). */
export function fairCover(margin: Distribution, points: number): number {
  return fairOver(margin, -points);
}

/**
 * The price a book shows for a fair chance. The hold is laid on the unlikelier side in the main, as books do:
 * the implied chances of all `ways` sides add up to `1 + hold` (before rounding), and never reach 1 alone.
 */
export function bookPrice(fair: number, hold: number, ways = 2): number {
  return roundPrice(americanOf(fair + (hold * (1 - fair)) / Math.max(ways - 1, 1)));
}

/** American price of an implied chance, unrounded; even money is +100. */
function americanOf(probability: number): number {
  const p = Math.min(Math.max(probability, 0.0005), 0.9995);
  return p > 0.5 ? (-100 * p) / (1 - p) : (100 * (1 - p)) / p;
}

/** Rounds as books quote: by 1 below 200, then 5, 10, 25, 50, 500. Never between -100 and +100. */
export function roundPrice(american: number): number {
  const size = Math.abs(american);
  const step =
    size < 200 ? 1 : size < 500 ? 5 : size < 1000 ? 10 : size < 2000 ? 25 : size < 5000 ? 50 : 500;
  const rounded = Math.round(size / step) * step;
  return american < 0 && rounded > 100 ? -rounded : Math.max(rounded, 100);
}
