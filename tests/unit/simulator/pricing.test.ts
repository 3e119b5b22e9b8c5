import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toProbability } from '@/lib/protocol/price';
import {
  atMost,
  bookPrice,
  counts,
  discreteNormal,
  fairCover,
  fairOver,
  fromMasses,
  independentOutlook,
  mean,
  roundPrice,
  withoutDraw,
} from '@/lib/simulator/pricing';

const seed = 20_260_829;
const check = (property: fc.IRawProperty<unknown>) => fc.assert(property, { seed, numRuns: 100 });

const centre = fc.double({ min: -30, max: 30, noNaN: true });
const deviation = fc.double({ min: 0.5, max: 20, noNaN: true });

describe(`pricing (seed ${seed})`, () => {
  it('sides of a line imply one plus the hold, but for rounding', () => {
    check(
      fc.property(
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.double({ min: 0.02, max: 0.08, noNaN: true }),
        (fair, hold) => {
          const sides = [bookPrice(fair, hold), bookPrice(1 - fair, hold)].map(toProbability);
          expect(Math.abs((sides[0] ?? 0) + (sides[1] ?? 0) - 1 - hold)).toBeLessThan(0.009);
        },
      ),
    );
  });

  it('three sides imply one plus the hold, but for rounding', () => {
    check(
      fc.property(
        fc.double({ min: 0.1, max: 0.6, noNaN: true }),
        fc.double({ min: 0.1, max: 0.3, noNaN: true }),
        (home, draw) => {
          const book = [home, draw, 1 - home - draw].map((fair) =>
            toProbability(bookPrice(fair, 0.05, 3)),
          );
          expect(Math.abs(book.reduce((sum, part) => sum + part, 0) - 1.05)).toBeLessThan(0.012);
        },
      ),
    );
  });

  it('a likelier outcome never pays more', () => {
    check(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        (fair, more) => {
          const likelier = Math.min(fair + more, 0.99);
          expect(toProbability(bookPrice(likelier, 0.045))).toBeGreaterThanOrEqual(
            toProbability(bookPrice(fair, 0.045)),
          );
        },
      ),
    );
  });

  it('prices are whole, on their step, and never between -100 and +100', () => {
    check(
      fc.property(
        fc.double({ min: 100, max: 60_000, noNaN: true }),
        fc.boolean(),
        (size, isNegative) => {
          const price = roundPrice(isNegative ? -size : size);
          expect(Number.isInteger(price)).toBe(true);
          expect(Math.abs(price)).toBeGreaterThanOrEqual(100);
          expect(price).not.toBe(-100);
          if (Math.abs(price) > 5_000) expect(Math.abs(price) % 500).toBe(0);
        },
      ),
    );
  });

  it('ladders are monotone in the line, whole and quarter lines included', () => {
    check(
      fc.property(centre, deviation, (middle, sd) => {
        const margin = discreteNormal(middle, sd);
        let previous = 0;
        for (let points = -40; points <= 40; points += 0.25) {
          const fair = fairCover(margin, points);
          expect(fair).toBeGreaterThanOrEqual(previous - 1e-9);
          previous = fair;
        }
      }),
    );
  });

  it('a whole line leaves its push out of both sides', () => {
    const fair = fairOver(fromMasses(7, [0.3, 0.4, 0.3]), 8);
    expect(fair).toBeCloseTo(0.5);
  });

  it('a quarter line lies between its neighbours', () => {
    const goals = counts(2.6);
    const [low, quarter, high] = [2, 2.25, 2.5].map((line) => fairOver(goals, line));
    expect(quarter).toBeLessThan(low as number);
    expect(quarter).toBeGreaterThan(high as number);
  });

  it('totals are the sum of team totals, margins their difference', () => {
    const { total, margin, home, away } = independentOutlook(
      counts(4.6, 2.1, 2),
      counts(3.9, 2.1, 1),
    );
    expect(mean(total)).toBeCloseTo(mean(home) + mean(away), 6);
    expect(mean(margin)).toBeCloseTo(mean(home) - mean(away), 6);
  });

  it('a game without draws keeps all its mass', () => {
    const margin = withoutDraw(discreteNormal(0.4, 3), [3, 2, 1], 0.55);
    expect(atMost(margin, 0) - atMost(margin, -1)).toBe(0);
    expect(margin.cdf.at(-1)).toBeCloseTo(1);
  });
});
