import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '@/lib/protocol/book';
import type { Odd } from '@/lib/protocol/events';
import { isSameName, leanOdd, oddWith } from '@/lib/protocol/lean-odd';
import { anOdd } from '../../support/builders';

const FIELDS = Object.keys(anOdd()) as (keyof Odd)[];

/** Every field as who reads the odd sees it. */
function seen(odd: Odd): Record<string, unknown> {
  return Object.fromEntries(FIELDS.map((field) => [field, odd[field]]));
}

const word = fc.constantFrom('a', 'b', 'c');
const maybeWord = fc.option(fc.constantFrom('', 'a', 'b', 'c'));
/** Among them what a selection of 'a', a side of 'b' and points of 8, 8.5 and -8.25 make, and what they nearly make. */
const name = fc.constantFrom(
  ...['', 'a', 'b', 'a 8', 'a +8', 'a +8.5', 'a -8.25', 'a B', 'B 8.5', 'a B 8', 'a B +8', 'a b 8'],
);
/** Whole seconds of any year, as the stream sends them, and broken ones from 2004 on, as REST does. */
const seconds = fc.oneof(
  fc.integer({ min: 1, max: 4_000_000_000 }),
  fc.double({ min: 2 ** 30, max: 4e9, noNaN: true }),
);
const price = fc.option(fc.integer({ min: -100_000, max: 100_000 }));
const wires = [Object.freeze({}), Object.freeze({ some: 'field' })];

const odds: fc.Arbitrary<Odd> = fc.record({
  ...{ id: fc.constantFrom('1', '2'), fixtureId: word, versionId: fc.option(fc.integer()) },
  ...{ sport: word, league: word, market: word, name, selection: maybeWord },
  ...{ selectionLine: maybeWord, groupingKey: maybeWord, playerId: maybeWord, teamId: maybeWord },
  points: fc.option(
    fc.oneof(
      fc.constantFrom(0, -0, 8, 8.5, -8.25),
      fc.double({ min: -1e307, max: 1e307, noNaN: true }),
    ),
  ),
  ...{ price, openingPrice: price, previousPrice: price },
  ...{ isMain: fc.boolean(), isLive: fc.option(fc.boolean()) },
  state: fc.constantFrom('open' as const, 'locked' as const, 'settled' as const),
  ...{ settlement: maybeWord, settledAt: maybeWord, lockedAt: fc.option(seconds) },
  ...{ timestampSeconds: seconds, openingAt: fc.option(seconds), movedAt: fc.option(seconds) },
  receivedAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2e12 })),
  ...{ upstreamEntryId: maybeWord, wire: fc.constantFrom(...wires) },
});

describe('a lean odd', () => {
  it('is equal in every field, whatever it takes the place of', () => {
    fc.assert(
      fc.property(odds, odds, (odd, before) => {
        expect(seen(leanOdd(odd, null))).toStrictEqual(seen(odd));
        expect(seen(leanOdd(odd, before))).toStrictEqual(seen(odd));
        expect(seen(leanOdd(odd, leanOdd(before, null)))).toStrictEqual(seen(odd));
      }),
      { numRuns: 2_000 },
    );
  });

  it('has the same name as another, or not, in whatever form they are held', () => {
    fc.assert(
      fc.property(odds, name, fc.constantFrom(null, 8, 8.5, -8.25), (one, name, points) => {
        const other = { ...one, name, points };
        const isSame = one.name === other.name;
        const lean = leanOdd(one, null);
        const next = leanOdd(other, lean);
        // So they are told apart by what else they hold.
        expect(next).toHaveProperty('subject', (lean as unknown as { subject: object }).subject);
        expect(isSameName(one, other)).toBe(isSame);
        expect(isSameName(lean, next)).toBe(isSame);
        expect(isSameName(lean, other)).toBe(isSame);
      }),
    );
  });

  it.each([
    ['Miami Heat', 'over', 105.5, 'Miami Heat Over 105.5'],
    ['', 'over', 104.5, 'Over 104.5'],
    ['Miami Heat', null, -3.5, 'Miami Heat -3.5'],
    ['Miami Heat', null, 4, 'Miami Heat +4'],
    ['Miami Heat', null, null, 'Miami Heat'],
  ])('keeps no name of its own for %s, %s, %s', (selection, selectionLine, points, name) => {
    const odd = { ...anOdd(), selection, selectionLine, points, name };
    expect(leanOdd(odd, null)).toMatchObject({ name, ownName: null });
    expect(leanOdd({ ...odd, name: `${name} ` }, null)).toMatchObject({ ownName: `${name} ` });
  });

  it('is kept as it is where it is lean already', () => {
    const lean = leanOdd(anOdd(), null);
    expect(leanOdd(lean, null)).toBe(lean);
  });

  it('takes another receipt, and lets others of its market keep theirs', () => {
    const one = leanOdd({ ...anOdd(), receivedAt: 1_700_000_000_123 }, null);
    const other = leanOdd({ ...anOdd(), receivedAt: 0 }, one);
    other.receivedAt = 1_700_000_060_456;
    expect([one.receivedAt, other.receivedAt]).toEqual([1_700_000_000_123, 1_700_000_060_456]);
    other.receivedAt = 0;
    expect(other.receivedAt).toBe(0);
  });

  it('is copied whole with some fields changed, in either form', () => {
    fc.assert(
      fc.property(odds, (odd) => {
        const changed = { ...odd, price: 123, points: 4.5 };
        for (const form of [odd, leanOdd(odd, null)]) {
          const copy = oddWith(form, { price: 123, points: 4.5 });
          expect(seen(copy)).toStrictEqual(seen(changed));
          expect(Object.keys(copy).sort()).toEqual([...FIELDS].sort());
        }
      }),
    );
  });

  it('is held by a Book that is told so, which holds what any other does', () => {
    const plain = new Book();
    const lean = new Book(leanOdd);
    fc.assert(
      fc.property(odds, (odd) => {
        plain.hold(odd);
        lean.hold({ ...odd });
        expect([...lean.odds.values()].map(seen)).toStrictEqual([...plain.odds.values()].map(seen));
        expect(lean.fixtureIds()).toEqual(plain.fixtureIds());
      }),
    );
  });
});
