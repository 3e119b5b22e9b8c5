import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '@/lib/protocol/book';
import { decodeEvent, decodeSnapshot } from '@/lib/protocol/decode';
import {
  fixtureStatusData,
  oddsEventData,
  snapshotFixture,
  snapshotOdd,
} from '@/lib/protocol/encode';
import type { FeedEvent, Fixture, Odd, OddsEventName } from '@/lib/protocol/events';
import { leanOdd, oddWith } from '@/lib/protocol/lean-odd';
import {
  aFixturePatch,
  anOdd,
  aRow,
  aSettledWireRow,
  aWireRow,
  ROW_SECONDS,
} from '../../support/builders';

const ID = '1:-1:FX1:moneyline:mesa_owls';

/** What a person sees of an odd: everything but receipts and the raw row. */
function visible(odd: Odd): Partial<Odd> {
  const { receivedAt, upstreamEntryId, wire, ...shown } = odd;
  return shown;
}

function visibleFixture(fixture: Fixture): Partial<Fixture> {
  const { id, status, startDate, home, away, league } = fixture;
  return { id, status, startDate, home, away, league };
}

function board(book: Book) {
  const byId = (a: { id?: string }, b: { id?: string }) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1);
  return {
    odds: [...book.odds.values()].map(visible).sort(byId),
    fixtures: [...book.fixtures.values()].map(visibleFixture).sort(byId),
  };
}

describe('book', () => {
  it('keeps the last price when a lock arrives, also without one', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow({ price: -120 }), 1, '1-0');
    book.applyRow(
      'copilot-locked-odds',
      aRow({ price: null, timestamp: ROW_SECONDS + 3 }, 'copilot-locked-odds'),
      2,
      '2-0',
    );
    expect(book.odds.get(ID)).toMatchObject({
      state: 'locked',
      price: -120,
      lockedAt: ROW_SECONDS + 3,
    });
  });

  it('holds the last price in the row of a lock that names none', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow({ price: 150 }), 1, null);
    const lock = aRow({ price: null, timestamp: ROW_SECONDS + 1 }, 'copilot-locked-odds');
    const change = book.applyRow('copilot-locked-odds', lock, 2, null);
    expect(change?.odd).toMatchObject({ price: 150, state: 'locked', wire: { price: 150 } });
    expect(change?.row.wire.price).toBeNull();
    expect(book.applyRow('copilot-locked-odds', lock, 2, null)).toBeNull();
  });

  it('keeps the time of the first of two locks', () => {
    const book = new Book();
    book.applyRow('copilot-locked-odds', aRow({ timestamp: ROW_SECONDS }), 1, '1-0');
    book.applyRow(
      'copilot-locked-odds',
      aRow({ timestamp: ROW_SECONDS + 9, price: -125 }),
      2,
      '2-0',
    );
    expect(book.odds.get(ID)).toMatchObject({
      state: 'locked',
      lockedAt: ROW_SECONDS,
      price: -125,
    });
  });

  it('reopens a locked odd when odds arrive for it', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    book.applyRow('copilot-locked-odds', aRow(), 2, '2-0');
    book.applyRow('copilot-odds', aRow({ price: 105 }), 3, '3-0');
    expect(book.odds.get(ID)).toMatchObject({ state: 'open', price: 105, lockedAt: null });
  });

  it('remembers the first price of an odd and the one before its last move, with their times', () => {
    const book = new Book();
    const at = (seconds: number, price: number | null, event: OddsEventName = 'copilot-odds') =>
      book.applyRow(event, aRow({ price, timestamp: ROW_SECONDS + seconds }, event), seconds, null);
    at(1, -110);
    expect(book.odds.get(ID)).toMatchObject({
      openingPrice: -110,
      openingAt: ROW_SECONDS + 1,
      previousPrice: null,
      movedAt: null,
    });
    at(2, -115);
    at(3, -115, 'copilot-locked-odds');
    at(4, null, 'copilot-locked-odds');
    expect(book.odds.get(ID)).toMatchObject({ previousPrice: -110, movedAt: ROW_SECONDS + 2 });
    at(5, -120);
    expect(book.odds.get(ID)).toMatchObject({
      openingPrice: -110,
      openingAt: ROW_SECONDS + 1,
      previousPrice: -115,
      movedAt: ROW_SECONDS + 5,
    });
  });

  it('takes no later price for the first one of an odd that it was given without', () => {
    const book = new Book();
    const [held] = decodeSnapshot({
      at: '1-0',
      odds: [{ ...aWireRow({ price: -110 }), state: 'open' }],
    }).odds;
    if (held) book.hold(held);
    book.applyRow('copilot-odds', aRow({ price: 105, timestamp: ROW_SECONDS + 1 }), 1, null);
    expect(book.odds.get(ID)).toMatchObject({
      openingPrice: null,
      openingAt: null,
      previousPrice: -110,
    });
  });

  it('takes the first price that comes for the opening of an odd that came without one', () => {
    const book = new Book();
    book.applyRow('copilot-settled-odds', aRow({}, 'copilot-settled-odds'), 1, null);
    expect(book.odds.get(ID)?.openingPrice).toBeNull();
    book.applyRow('copilot-odds', aRow({ price: 130, timestamp: ROW_SECONDS - 1 }), 2, null);
    expect(book.odds.get(ID)).toMatchObject({ openingPrice: 130, previousPrice: null });
  });

  it('keeps price and points when a settlement arrives without them', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow({ points: 3.5, price: -103 }), 1, '1-0');
    book.applyRow('copilot-settled-odds', aRow({}, 'copilot-settled-odds'), 2, '2-0');
    expect(book.odds.get(ID)).toMatchObject({
      state: 'settled',
      settlement: 'Won',
      price: -103,
      points: 3.5,
      groupingKey: 'default',
      isMain: true,
    });
  });

  it('lets a second settlement replace the first, by its time, then by arrival', () => {
    const book = new Book();
    const settle = (settlement: string, settled_at: string, at: number) =>
      book.applyRow(
        'copilot-settled-odds',
        aRow({ settlement, settled_at }, 'copilot-settled-odds'),
        at,
        `${at}-0`,
      );
    settle('Won', '2026-11-22T20:00:00+00:00', 1);
    settle('Refunded', '2026-11-22T20:05:00+00:00', 2);
    expect(book.odds.get(ID)?.settlement).toBe('Refunded');
    expect(settle('Lost', '2026-11-22T20:01:00+00:00', 3)).toBeNull();
    expect(book.odds.get(ID)?.settlement).toBe('Refunded');
    settle('Half Won', '2026-11-22T20:05:00', 4);
    expect(book.odds.get(ID)?.settlement).toBe('Half Won');
  });

  it('keeps a settlement for an odd it never saw, under its name', () => {
    const book = new Book();
    book.applyRow(
      'copilot-settled-odds',
      aRow({ settlement: 'Dead Heat' }, 'copilot-settled-odds'),
      1,
      null,
    );
    expect(book.odds.get(ID)).toMatchObject({
      state: 'settled',
      settlement: 'Dead Heat',
      name: 'Mesa Owls',
      price: null,
    });
  });

  it('stays settled through locks and prices that were on their way, and takes over a price it missed', () => {
    const book = new Book();
    book.applyRow('copilot-settled-odds', aRow({}, 'copilot-settled-odds'), 1, '9-0');
    book.applyRow('copilot-odds', aRow({ timestamp: ROW_SECONDS - 5, price: 140 }), 2, '8-0');
    expect(book.odds.get(ID)).toMatchObject({ state: 'settled', settlement: 'Won', price: 140 });
    book.applyRow('copilot-locked-odds', aRow({ price: 140 }), 3, '9-1');
    expect(book.odds.get(ID)).toMatchObject({ state: 'settled', settlement: 'Won', price: 140 });
  });

  it('opens a settled odd only for a price posted after the grading', () => {
    const book = new Book();
    book.applyRow('copilot-settled-odds', aRow({}, 'copilot-settled-odds'), 1, null);
    const graded = Date.parse('2026-11-22T20:00:00Z') / 1000;
    book.applyRow('copilot-odds', aRow({ timestamp: graded + 60, price: 150 }), 2, null);
    expect(book.odds.get(ID)).toMatchObject({ state: 'open', settlement: null, price: 150 });
  });

  it('compares times in whole seconds, so that a REST fraction does not beat the stream', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow({ timestamp: ROW_SECONDS + 0.9, price: -120 }), 1, null);
    book.applyRow('copilot-odds', aRow({ timestamp: ROW_SECONDS, price: -130 }), 2, '2-0');
    expect(book.odds.get(ID)?.price).toBe(-130);
  });

  it('treats the four empties of the wire as one', () => {
    const boards = ['', null, 'None', undefined].map((empty) => {
      const book = new Book();
      book.applyRow(
        'copilot-odds',
        aRow({ player_id: empty, team_id: empty, selection_line: empty, points: empty }),
        1,
        null,
      );
      return board(book);
    });
    for (const other of boards) expect(other).toEqual(boards[0]);
  });

  it('hands out a list of ids that never changes, and one that does', () => {
    const book = new Book();
    const hold = (id: string, fixtureId = 'FX1') => book.hold({ ...anOdd(), id, fixtureId });
    for (const id of ['A', 'B']) hold(id);
    const frozen = book.frozenOddIdsOf('FX1');
    expect(book.frozenOddIdsOf('FX1')).toBe(frozen);
    hold('C');
    expect([frozen, book.oddIdsOf('FX1')]).toEqual([
      ['A', 'B'],
      ['A', 'B', 'C'],
    ]);
    const second = book.frozenOddIdsOf('FX1');
    book.removeOdd('A');
    hold('B', 'FX2');
    expect([second, book.oddIdsOf('FX1'), book.oddIdsOf('FX2')]).toEqual([
      ['A', 'B', 'C'],
      ['C'],
      ['B'],
    ]);
    const third = book.frozenOddIdsOf('FX1');
    book.removeFixture('FX1');
    expect([third, book.frozenOddIdsOf('FX1'), [...book.odds.keys()]]).toEqual([['C'], [], ['B']]);
  });

  it('takes the later receipt of two changes to a fixture', () => {
    const book = new Book();
    book.applyFixture(aFixturePatch(), 1);
    book.applyFixture(aFixturePatch({ status: 'live', wire: { fixture_id: 'FX1' } }), 10, '10-0');
    expect(book.applyFixture(aFixturePatch({ status: 'unplayed' }), 5)).toBeNull();
    expect(book.fixtures.get('FX1')).toMatchObject({
      status: 'live',
      oldStatus: 'unplayed',
      statusChangedAt: 10,
    });
    book.applyFixture(aFixturePatch({ status: 'completed' }), 12);
    expect(book.fixtures.get('FX1')).toMatchObject({ status: 'completed', oldStatus: 'live' });
  });

  it('shows a new start beside the old one, and keeps unknown statuses', () => {
    const book = new Book();
    book.applyFixture(aFixturePatch(), 1);
    book.applyFixture(
      aFixturePatch({ startDate: '2026-11-22T20:00:00.000Z', status: 'rain_hold' }),
      2,
    );
    expect(book.fixtures.get('FX1')).toMatchObject({
      startDate: '2026-11-22T20:00:00.000Z',
      oldStartDate: '2026-11-22T19:30:00.000Z',
      startChangedAt: 2,
      status: 'rain_hold',
    });
  });

  it('forgets a fixture with its odds', () => {
    const book = new Book();
    book.applyFixture(aFixturePatch(), 1);
    book.applyRow('copilot-odds', aRow(), 1, null);
    book.removeFixture('FX1');
    expect([book.odds.size, book.fixtures.size, book.oddIdsOf('FX1').length]).toEqual([0, 0, 0]);
  });

  it('lists the odds of a fixture once each, in the order they came, wherever they go', () => {
    const book = new Book();
    const post = (id: string, fixtureId: string, second: number) =>
      book.applyRow(
        'copilot-odds',
        aRow({ id, fixture_id: fixtureId, timestamp: second }),
        second,
        null,
      );
    for (const id of ['a', 'b', 'c']) post(id, 'FX1', 1);
    post('b', 'FX1', 2);
    post('a', 'FX2', 3);
    expect([book.oddIdsOf('FX1'), book.oddIdsOf('FX2')]).toEqual([['b', 'c'], ['a']]);
    book.removeOdd('b');
    book.removeOdd('b');
    expect([book.oddIdsOf('FX1'), book.oddIdsOf('FX2')]).toEqual([['c'], ['a']]);
    book.removeOdd('a');
    expect([...book.fixtureIds()]).toEqual(['FX1']);
    post('a', 'FX1', 4);
    expect(book.oddsOf('FX1').map(({ id }) => id)).toEqual(['c', 'a']);
  });

  it('never changes an odd in place', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    const before = book.odds.get(ID);
    const copy = structuredClone(before);
    book.applyRow('copilot-odds', aRow({ price: 120 }), 2, '2-0');
    expect(before).toEqual(copy);
    expect(book.odds.get(ID)).not.toBe(before);
  });
});

type Step =
  | { kind: 'odds' | 'lock' | 'settle'; odd: number; price: number; wait: number }
  | { kind: 'status' | 'start'; fixture: number; value: number; wait: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('odds' as const, 'lock' as const, 'odds' as const, 'settle' as const),
      odd: fc.nat(4),
      price: fc.integer({ min: 100, max: 140 }),
      wait: fc.constantFrom(0, 0, 200, 1500),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('status' as const, 'start' as const),
      fixture: fc.nat(1),
      value: fc.nat(3),
      wait: fc.constantFrom(0, 700),
    }),
  },
);

const STATUSES = ['unplayed', 'live', 'half', 'completed'];

/** The frames that an upstream would send for these steps: increasing ids, whole seconds, thin settlements. */
function framesOf(steps: readonly Step[]): { name: string; data: string; id: string }[] {
  let ms = ROW_SECONDS * 1000;
  const held = new Map<number, number>();
  const settled = new Set<number>();
  const frames: { name: string; data: string; id: string }[] = [];
  steps.forEach((each, index) => {
    ms += each.wait;
    const id = `${ms}-${index}`;
    const timestamp = Math.floor(ms / 1000);
    if ('fixture' in each) {
      const data = {
        fixture_id: `FX${each.fixture}`,
        league: 'NBA',
        sport: 'basketball',
        new_status: each.kind === 'status' ? STATUSES[each.value] : null,
        new_start_date: each.kind === 'start' ? `2026-11-22T2${each.value}:00:00+00:00` : null,
        fixture: { id: `FX${each.fixture}`, home_team_display: 'Home', away_team_display: 'Away' },
      };
      frames.push({ name: 'fixture-status', data: JSON.stringify({ entry_id: id, data }), id });
      return;
    }
    // A graded odd is graded for good: the vendor posts nothing after it but another grading.
    const kind = settled.has(each.odd) ? 'settle' : each.kind;
    const shared = { id: `odd-${each.odd}`, fixture_id: `FX${each.odd % 2}`, timestamp };
    // A lock repeats the last price; the first word about an odd may be a lock.
    if (kind === 'odds' || (kind === 'lock' && !held.has(each.odd))) held.set(each.odd, each.price);
    if (kind === 'settle') settled.add(each.odd);
    const row =
      kind === 'settle'
        ? aSettledWireRow({
            ...shared,
            settlement: each.price % 2 ? 'Won' : 'Lost',
            settled_at: new Date(ms).toISOString(),
          })
        : aWireRow({ ...shared, price: held.get(each.odd) ?? each.price });
    const name =
      kind === 'odds'
        ? 'copilot-odds'
        : kind === 'lock'
          ? 'copilot-locked-odds'
          : 'copilot-settled-odds';
    frames.push({ name, data: JSON.stringify({ entry_id: id, data: [row], type: name }), id });
  });
  return frames;
}

function decoded(frames: { name: string; data: string; id: string }[]): FeedEvent[] {
  return frames.map(({ name, data, id }) => {
    const event = decodeEvent(name, data, id);
    if (!event || event.rejected.length > 0)
      throw new Error(`a frame of the test is rejected: ${data}`);
    return event;
  });
}

function played(events: readonly FeedEvent[]): Book {
  const book = new Book();
  events.forEach((event, index) => {
    book.apply(event, index + 1);
  });
  return book;
}

/** What must be true after the steps, reckoned step by step without a Book. */
function truthOf(steps: readonly Step[]) {
  const odds = new Map<
    string,
    { state: string; price: number | null; settlement: string | null }
  >();
  for (const each of steps) {
    if ('fixture' in each) continue;
    const id = `odd-${each.odd}`;
    const held = odds.get(id);
    if (each.kind === 'settle' || held?.state === 'settled') {
      odds.set(id, {
        state: 'settled',
        price: held?.price ?? null,
        settlement: each.price % 2 ? 'Won' : 'Lost',
      });
    } else if (each.kind === 'odds') {
      odds.set(id, { state: 'open', price: each.price, settlement: null });
    } else {
      odds.set(id, { state: 'locked', price: held?.price ?? each.price, settlement: null });
    }
  }
  return odds;
}

const SEED = 20_261_122;

describe(`book, as a property (seed ${SEED})`, () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 40 });
  const options = { seed: SEED, numRuns: 400 };

  it('holds what the upstream said', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const book = played(decoded(framesOf(list)));
        const truth = truthOf(list);
        expect(book.odds.size).toBe(truth.size);
        for (const [id, { state, settlement, price }] of truth) {
          expect(book.odds.get(id)).toMatchObject({ state, settlement, price });
        }
      }),
      options,
    );
  });

  it('changes nothing when events are repeated, at once or later', () => {
    fc.assert(
      fc.property(
        steps,
        fc.array(fc.tuple(fc.nat(39), fc.nat(20)), { maxLength: 15 }),
        (list, repeats) => {
          const events = decoded(framesOf(list));
          const twice = events.map((event, index) => ({ event, at: index }));
          for (const [index, delay] of repeats) {
            const event = events[index % events.length];
            if (event) twice.push({ event, at: (index % events.length) + delay + 0.5 });
          }
          twice.sort((a, b) => a.at - b.at);
          expect(board(played(twice.map(({ event }) => event)))).toEqual(board(played(events)));
        },
      ),
      options,
    );
  });

  it('ends the same when neighbours are swapped', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(38), { maxLength: 6 }), (list, swaps) => {
        const events = decoded(framesOf(list));
        const mixed = [...events];
        for (const index of swaps) {
          const [a, b] = [mixed[index], mixed[index + 1]];
          if (!a || !b) continue;
          mixed[index] = b;
          mixed[index + 1] = a;
        }
        const lockTimes = (book: Book) => ({
          ...board(book),
          // Which of two locks in one second came first is not known after a swap, nor what a price that was overtaken
          // would have been between; nothing else may differ.
          odds: board(book).odds.map(
            ({ lockedAt, openingPrice, openingAt, previousPrice, movedAt, ...odd }) => ({
              ...odd,
              isLocked: lockedAt !== null,
            }),
          ),
        });
        expect(lockTimes(played(mixed))).toEqual(lockTimes(played(events)));
      }),
      options,
    );
  });

  it('holds and tells the same in the form that takes less room', () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(38), { maxLength: 6 }), (list, swaps) => {
        const events = decoded(framesOf(list));
        for (const at of swaps) {
          const [one, next] = [events[at], events[at + 1]];
          if (one && next) events.splice(at, 2, next, one);
        }
        const plain = new Book();
        const lean = new Book(leanOdd);
        events.forEach((event, index) => {
          if (index === 20) for (const book of [plain, lean]) book.forgetEntryIds();
          const told = (book: Book) =>
            book
              .apply(event, index + 1)
              .odds.map(({ odd, previous }) => [
                oddWith(odd, {}),
                previous && oddWith(previous, {}),
              ]);
          expect(told(lean)).toEqual(told(plain));
        });
        const held = (book: Book) => [...book.odds.values()].map((odd) => oddWith(odd, {}));
        expect(held(lean)).toEqual(held(plain));
      }),
      options,
    );
  });

  it('changes nothing for a row older than what is held', () => {
    fc.assert(
      fc.property(steps, fc.nat(4), fc.integer({ min: 1, max: 500 }), (list, odd, age) => {
        const book = played(decoded(framesOf(list)));
        const held = book.odds.get(`odd-${odd}`);
        fc.pre(held !== undefined && held.price !== null);
        const timestamp = Math.floor(held?.timestampSeconds ?? 0) - age;
        const before = board(book);
        const row = aRow({ id: held?.id, fixture_id: held?.fixtureId, timestamp, price: 999 });
        expect(book.applyRow('copilot-odds', row, 1_000, null)).toBeNull();
        expect(book.applyRow('copilot-locked-odds', row, 1_000, null)).toBeNull();
        expect(board(book)).toEqual(before);
      }),
      options,
    );
  });

  it('is the same from a snapshot and the rest as from the whole stream, wherever it is cut', () => {
    fc.assert(
      fc.property(steps, fc.nat(40), (list, cutAt) => {
        const events = decoded(framesOf(list));
        const cut = cutAt % (events.length + 1);
        const server = new Book();
        const viewer = new Book();
        const rest: { name: string; data: string; id: string }[] = [];
        events.forEach((event, index) => {
          if (index === cut) takeSnapshot(server, viewer);
          const change = server.apply(event, index + 1);
          if (index < cut) return;
          const entryId = `${index + 1}-0`;
          const ids = { entryId, upstreamEntryId: event.entryId };
          if (event.kind === 'odds' && change.odds.length > 0) {
            const rows = change.odds.map(({ row }) => row.wire);
            const data = oddsEventData({ ...ids, event: event.event, rows });
            rest.push({ name: event.event, data, id: entryId });
          }
          if (change.fixture) {
            const previous = change.fixture.previous ?? {
              ...change.fixture.fixture,
              status: null,
              startDate: null,
            };
            const data = fixtureStatusData(change.fixture.fixture, previous, {
              ...ids,
              atMs: index,
            });
            rest.push({ name: 'fixture-status', data, id: entryId });
          }
        });
        if (cut === events.length) takeSnapshot(server, viewer);
        decoded(rest).forEach((event, index) => {
          viewer.apply(event, index + 1);
        });
        expect(board(viewer)).toEqual(board(server));
      }),
      options,
    );
  });
});

function takeSnapshot(server: Book, viewer: Book): void {
  const body = {
    sport: 'basketball',
    at: '1-0',
    partial: false,
    fixtures: [...server.fixtures.values()].map(snapshotFixture),
    odds: [...server.odds.values()].map((odd) => snapshotOdd(odd)),
    next: null,
  };
  const snapshot = decodeSnapshot(JSON.parse(JSON.stringify(body)));
  expect(snapshot.rejected).toEqual([]);
  for (const fixture of snapshot.fixtures) viewer.applyFixture(fixture, 0);
  for (const odd of snapshot.odds) viewer.hold(odd);
}
