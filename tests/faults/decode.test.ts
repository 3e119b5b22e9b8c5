/** What is no row costs that row alone: never an exception, never a neighbour. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '@/lib/protocol/book';
import {
  decodeEvent,
  decodeFixture,
  decodeFixtureOdds,
  decodeHistory,
  decodeSnapshot,
} from '@/lib/protocol/decode';
import { ODDS_EVENTS } from '@/lib/protocol/events';
import { aSettledWireRow, aWireRow } from '@/tests/support/builders';
import { aWireFixture } from '@/tests/support/feed-deps';
import { parseSseText } from '@/tests/support/sse-text';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);
const RUNS = { seed: SEED, numRuns: 3_000 };

const frames = parseSseText(
  readFileSync(new URL('../samples/seed-events.sse', import.meta.url), 'utf8'),
).filter(({ data }) => data.startsWith('{'));

const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    '',
    'None',
    '__proto__',
    Number.MAX_VALUE,
    -0,
    1e308,
    '1e999',
    'NaN',
    '-',
    '0001-01-01T00:00:00Z',
    '\0',
    '\ud800',
    [],
    {},
  ),
);

/** The value with one of its parts, at any depth, replaced, dropped or doubled. */
function mutate(value: unknown, path: readonly number[], other: unknown, how: number): unknown {
  if (typeof value !== 'object' || value === null || path.length === 0) return other;
  const [at = 0, ...rest] = path;
  const keys = Object.keys(value);
  const key = keys[at % Math.max(1, keys.length)];
  if (key === undefined) return other;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  if (rest.length === 0 && how === 0) delete copy[key];
  else copy[key] = mutate(copy[key], rest, other, how);
  return copy;
}

const mutation = fc.tuple(fc.array(fc.nat(30), { maxLength: 5 }), anyValue, fc.nat(2));

describe(`the decoder (seed ${SEED})`, () => {
  it('never throws, whatever a frame holds, and the Book takes what it lets through', () => {
    const name = fc.oneof(
      fc.constantFrom(...ODDS_EVENTS, 'fixture-status', 'fixture'),
      fc.string(),
    );
    const data = fc.oneof(
      fc.string(),
      fc.json(),
      anyValue.map((value) => `{"data":[${JSON.stringify(value)}]}`),
    );
    fc.assert(
      fc.property(name, data, fc.option(fc.string()), (event, text, id) => {
        const decoded = decodeEvent(event, text, id);
        if (decoded) new Book().apply(decoded, 1);
      }),
      RUNS,
    );
  });

  it('never throws at a mutated frame of the vendor’s', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...frames),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        ({ event, data, id }, changes) => {
          let body: unknown = JSON.parse(data);
          for (const [path, other, how] of changes) body = mutate(body, path, other, how);
          const decoded = decodeEvent(event ?? '', JSON.stringify(body) ?? '', id ?? null);
          expect(decoded).not.toBe(null);
          if (!decoded) return;
          new Book().apply(decoded, 1);
          for (const { detail } of decoded.rejected) expect(detail.length).toBeLessThanOrEqual(80);
        },
      ),
      RUNS,
    );
  });

  it('never throws at a frame that broke off or lost bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.nat(), fc.nat(20), ({ event, data }, at, gone) => {
        const from = at % data.length;
        const decoded = decodeEvent(
          event ?? '',
          data.slice(0, from) + data.slice(from + gone),
          null,
        );
        if (decoded) new Book().apply(decoded, 1);
      }),
      RUNS,
    );
  });

  it('lets a bad row cost itself alone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ODDS_EVENTS),
        fc.array(
          fc.option(
            anyValue.filter(
              (value) => typeof value !== 'object' || value === null || !('id' in value),
            ),
            { nil: 'good' },
          ),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        (event, plan) => {
          const good = (index: number) =>
            event === 'copilot-settled-odds'
              ? aSettledWireRow({ id: `odd ${index}` })
              : aWireRow({ id: `odd ${index}` });
          const rows = plan.map((item, index) => (item === 'good' ? good(index) : item));
          const data = JSON.stringify({ entry_id: '1795000000000-1', data: rows, type: event });
          const decoded = decodeEvent(event, data, null);
          if (decoded?.kind !== 'odds') throw new Error('it is an odds event');
          const wanted = plan.flatMap((item, index) => (item === 'good' ? [`odd ${index}`] : []));
          expect(decoded.rows.map(({ id }) => id)).toEqual(wanted);
          expect(decoded.rejected.length).toBe(plan.length - wanted.length);
        },
      ),
      RUNS,
    );
  });

  it('never throws at what REST and snapshots may answer', () => {
    const answer = {
      ...aWireFixture(),
      odds: [aWireRow(), aSettledWireRow()],
      entries: [{ timestamp: 1, event: 'copilot-odds', price: -110 }],
    };
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 4 }), (changes) => {
        let wire: unknown = answer;
        for (const [path, other, how] of changes) wire = mutate(wire, path, other, how);
        decodeFixture(wire);
        decodeFixtureOdds(wire);
        decodeHistory(wire);
        const snapshot = decodeSnapshot({
          at: '1-0',
          fixtures: [wire],
          odds: [wire, aWireRow({ state: 'open' })],
        });
        expect(snapshot.odds.length).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });
});
