/** A seeded source of randomness: the same seed gives the same draws on every machine. */
export type Random = {
  /** Uniform in 0 (included) to 1 (excluded). */
  next(): number;
  /** Uniform whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  /** Uniform between `low` and `high`. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  /** Standard normal. */
  normal(): number;
  /** Whole number with mean `mean`; meant for means below about 30. */
  poisson(mean: number): number;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  /** Index drawn in proportion to `weights`. */
  weighted(weights: readonly number[]): number;
  /** `length` upper-case hexadecimal digits. */
  hex(length: number): string;
  /** An independent source: draws from it do not disturb this one. */
  fork(): Random;
};

/** mulberry32: 32 bits of state, one multiplication round a draw; more than good enough for a game. */
export function createRandom(seed: number): Random {
  let state = Math.floor(seed) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const random: Random = {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    poisson(mean) {
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = next(); product > limit; product *= next()) count += 1;
      return count;
    },
    pick<T>(items: readonly T[]): T {
      return items[Math.floor(next() * items.length)] as T;
    },
    weighted(weights) {
      let left = next() * weights.reduce((sum, weight) => sum + weight, 0);
      for (let index = 0; index < weights.length; index += 1) {
        left -= weights[index] as number;
        if (left < 0) return index;
      }
      return weights.length - 1;
    },
    hex(length) {
      let text = '';
      while (text.length < length) text += Math.floor(next() * 16).toString(16);
      return text.toUpperCase();
    },
    fork: () => createRandom(next() * 4_294_967_296),
  };
  return random;
}
