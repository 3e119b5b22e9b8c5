import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '@/lib/protocol/book';
import {
  decodeEvent,
  decodeFixtureOdds,
  decodeHeldOdd,
  decodeHistory,
  decodeSnapshot,
  parseTime,
} from '@/lib/protocol/decode';
import { snapshotOdd } from '@/lib/protocol/encode';
import type { OddsEvent } from '@/lib/protocol/events';
import { aRow, aWireRow, ROW_SECONDS } from '../../support/builders';

function decodeRows(rows: unknown, name = 'copilot-odds'): OddsEvent {
  const event = decodeEvent(
    name,
    JSON.stringify({ entry_id: '5-1', data: rows, type: name }),
    '5-1',
  );
  if (event?.kind !== 'odds') throw new Error('an odds event decodes as one');
  return event;
}

describe('decode', () => {
  it.each([
    ['bad-id', { id: '' }],
    ['bad-fixture-id', { fixture_id: null }],
    ['bad-market', { market: 'None' }],
    ['bad-price', { price: 'much' }],
    ['bad-price', { price: null }],
    ['bad-price', { price: 1.91 }],
    ['bad-points', { points: 'half' }],
    ['bad-timestamp', { timestamp: -4, entry_id: undefined }],
  ])('drops a row with %s and keeps the event', (reason, fields) => {
    const broken = { ...aWireRow({ id: 'broken' }), ...fields };
    const event = decodeEvent(
      'copilot-odds',
      JSON.stringify({ data: [broken, aWireRow({ id: 'whole' })] }),
      null,
    );
    if (event?.kind !== 'odds') throw new Error('an odds event decodes as one');
    expect(event.rejected.map((rejected) => rejected.reason)).toEqual([reason]);
    expect(event.rows.map((row) => row.id)).toEqual(['whole']);
  });

  it.each(['copilot-locked-odds', 'copilot-settled-odds'])(
    'believes a %s row without its price and points where those cannot be',
    (name) => {
      // Dropped, it would leave a withdrawn price on offer.
      const wire = aWireRow({ id: 'a', price: 0, points: {}, settlement: 'Won' });
      const { rows, rejected } = decodeRows([wire], name);
      expect(rejected).toEqual([]);
      expect(rows).toMatchObject([{ id: 'a', price: null, points: null }]);
    },
  );

  it('reads the entries of a history as the wire varies them, and drops what is none', () => {
    const point = { event: 'copilot-odds', timestamp: '1795000000.5', price: '140.0' };
    const read = decodeHistory({
      id: 7,
      entries: [
        { ...point, is_main: 'True', points: 'None', settlement: '' },
        { ...point, event: 'odds' },
        { ...point, timestamp: null },
        null,
      ],
    });
    expect(read).toEqual({
      id: '7',
      entries: [
        {
          timestamp: 1_795_000_000.5,
          event: 'copilot-odds',
          price: 140,
          points: null,
          is_main: true,
          settlement: null,
          origin: 'vendor',
        },
      ],
    });
    for (const none of [null, {}, { id: 'a' }, { id: '', entries: [] }]) {
      expect(decodeHistory(none)).toBeNull();
    }
  });

  it('drops a settled row without a settlement', () => {
    expect(decodeRows([aWireRow()], 'copilot-settled-odds').rejected[0]?.reason).toBe(
      'bad-settlement',
    );
  });

  it.each(['', '{', 'null', '[]', '"text"', '{"data":{}}', '{"data":null}', '12'])(
    'turns the body %j into a rejection, not an error',
    (body) => {
      const event = decodeEvent('copilot-odds', body, null);
      expect(event).toMatchObject({ rows: [], rejected: [{}] });
    },
  );

  it('ignores events it does not know', () => {
    for (const name of ['connected', 'ping', 'odds', 'futures', 'message', '']) {
      expect(decodeEvent(name, '{}', null)).toBeNull();
    }
  });

  it('takes numbers as the wire varies them', () => {
    const { rows, rejected } = decodeRows([
      aWireRow({ id: 'a', price: 1050.0, points: '3.5', timestamp: ROW_SECONDS + 0.52 }),
      aWireRow({ id: 'b', price: '-110', timestamp: String(ROW_SECONDS) }),
      aWireRow({ id: 'c', timestamp: ROW_SECONDS * 1000 }),
    ]);
    expect(rejected).toEqual([]);
    expect(
      rows.map(({ price, points, timestampSeconds }) => [price, points, timestampSeconds]),
    ).toEqual([
      [1050, 3.5, ROW_SECONDS + 0.52],
      [-110, null, ROW_SECONDS],
      [-110, null, ROW_SECONDS],
    ]);
  });

  it('lower-cases the line word and reads booleans in any case', () => {
    const [row] = decodeRows([
      aWireRow({ selection_line: 'Over', is_main: 'True', is_live: 'false' }),
    ]).rows;
    expect(row).toMatchObject({ selectionLine: 'over', isMain: true, isLive: false });
  });

  it('falls back on the SSE id, and on its time, where the payload has none', () => {
    const body = JSON.stringify({ data: [aWireRow({ timestamp: null })] });
    const event = decodeEvent('copilot-odds', body, '1795000123456-3');
    expect(event).toMatchObject({ entryId: '1795000123456-3', idMismatch: false });
    expect(event?.kind === 'odds' && event.rows[0]?.timestampSeconds).toBe(1_795_000_123.456);
  });

  it.each([
    ['2024-07-16T22:00:00+00:00', '2024-07-16T22:00:00.000Z'],
    ['2024-10-23T13:58:23.363', '2024-10-23T13:58:23.363Z'],
    ['2024-10-23T13:58:23.363123', '2024-10-23T13:58:23.363Z'],
    ['2024-10-23T08:58:23-05:00', '2024-10-23T13:58:23.000Z'],
    ['2024-10-23 13:58:23', '2024-10-23T13:58:23.000Z'],
    ['2024-10-23', '2024-10-23T00:00:00.000Z'],
    ['None', null],
    ['soon', null],
  ])('reads the time %s as UTC', (text, iso) => expect(parseTime(text)).toBe(iso));

  it('completes REST rows from their wrapper, field by field', () => {
    const found = decodeFixtureOdds({
      id: '20261122A1B2C3D4',
      game_id: 'g',
      status: 'Live',
      start_date: '2026-11-22T19:30:00Z',
      sport: { id: 'basketball', name: 'Basketball' },
      league: { id: 'nba', name: 'NBA' },
      home_team_display: 'Harbor Kings',
      away_team_display: 'Mesa Owls',
      home_competitors: [{ id: 'T1', name: 'Harbor Kings' }, null, { name: 'no id' }],
      result: {
        scores: { home: { total: 61 }, away: { total: 58 } },
        in_play_data: { period: '2' },
      },
      odds: [
        { ...aWireRow({ id: 'open' }), fixture_id: undefined, sport: undefined, league: undefined },
        {
          id: 'graded',
          market: 'Moneyline',
          timestamp: 5,
          settlement: 'Lost',
          settled_at: '2026-11-22',
        },
        null,
      ],
    });
    if ('reason' in found) throw new Error('the wrapper decodes');
    expect(found.fixture).toMatchObject({
      status: 'live',
      league: 'NBA',
      leagueId: 'nba',
      homeCompetitors: [{ id: 'T1', name: 'Harbor Kings', abbreviation: null }],
      score: { home: 61, away: 58, period: '2', clock: null },
    });
    expect(
      found.rows.map(({ id, fixtureId, sport, league }) => [id, fixtureId, sport, league]),
    ).toEqual([
      ['open', '20261122A1B2C3D4', 'basketball', 'NBA'],
      ['graded', '20261122A1B2C3D4', 'basketball', 'NBA'],
    ]);
    expect(found.rows[0]?.wire).toMatchObject({
      fixture_id: '20261122A1B2C3D4',
      sport: 'basketball',
      league: 'NBA',
    });
    expect(found.rejected.map(({ reason }) => reason)).toEqual(['not-an-object']);
  });

  it('never throws, whatever JSON comes (seed 20261122)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'copilot-odds',
          'copilot-locked-odds',
          'copilot-settled-odds',
          'fixture-status',
          'fixture',
        ),
        fc.jsonValue(),
        (name, value) => {
          decodeEvent(name, JSON.stringify(value), null);
          decodeEvent(name, JSON.stringify({ data: value }), '1-1');
          decodeEvent(name, JSON.stringify({ data: [value] }), 'x');
          decodeFixtureOdds(value);
        },
      ),
      { seed: 20_261_122, numRuns: 500 },
    );
  });

  it('never throws on a row with one field gone wrong, and loses that row at most (seed 20261122)', () => {
    const fields = Object.keys(aWireRow({ settlement: 'Won', settled_at: 'x', is_live: true }));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        const event = decodeRows([
          aWireRow({ [field]: value, settlement: 'Won' }),
          aWireRow({ id: 'whole' }),
        ]);
        expect(event.rows.at(-1)?.id).toBe('whole');
        expect(event.rows.length + event.rejected.length).toBe(2);
      }),
      { seed: 20_261_122, numRuns: 500 },
    );
  });

  it('reads back where the price of an odd came from, as far as it is known and can be', () => {
    const known = { openingPrice: -110, openingAt: 7, previousPrice: 105, movedAt: 9 };
    const read = (fields: object) => {
      const odd = decodeHeldOdd({ ...aWireRow(), state: 'open', ...fields });
      if ('reason' in odd) throw new Error(odd.detail);
      return odd;
    };
    expect(read(known)).toMatchObject(known);
    expect(decodeHeldOdd(snapshotOdd(read(known)))).toMatchObject(known);
    expect(Object.keys(snapshotOdd(read({})))).not.toContain('openingPrice');
    expect(snapshotOdd(read(known), 'decimal')).toMatchObject({
      openingPrice: 1.9091,
      previousPrice: 2.05,
    });
    expect(read({ openingPrice: 3, previousPrice: 'much', movedAt: null })).toMatchObject({
      openingPrice: null,
      previousPrice: null,
      movedAt: null,
    });
  });

  it('refuses a body that is no snapshot, and drops bad rows of one that is', () => {
    for (const body of [null, {}, { at: 'x' }, []])
      expect(() => decodeSnapshot(body)).toThrow(/no snapshot/);
    const snapshot = decodeSnapshot({
      at: '7-0',
      sport: 'tennis',
      partial: true,
      fixtures: [{ id: 'F' }, { id: '' }],
      odds: [
        { ...aWireRow(), state: 'locked', lockedAt: 9 },
        { ...aWireRow(), state: 'gone' },
      ],
      next: 'page-2',
    });
    expect(snapshot).toMatchObject({ at: '7-0', partial: true, next: 'page-2' });
    expect(snapshot.odds).toMatchObject([{ state: 'locked', lockedAt: 9 }]);
    expect(snapshot.rejected.map(({ reason }) => reason)).toEqual(['bad-fixture', 'bad-data']);
  });
});

describe('an odd of a snapshot', () => {
  it('that is offered again after its grading has none', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, null);
    book.applyRow('copilot-settled-odds', aRow({}, 'copilot-settled-odds'), 2, null);
    const [settled] = book.odds.values();
    const after = Date.parse(settled?.settledAt ?? '') / 1_000 + 60;
    const change = book.applyRow('copilot-odds', aRow({ timestamp: after }), 3, null);
    if (!settled || !change) throw new Error('a later price reopens it');
    expect(decodeHeldOdd(snapshotOdd(settled))).toMatchObject({ settledAt: settled.settledAt });
    const { state, settlement, settledAt } = change.odd;
    expect([state, settlement, settledAt]).toEqual(['open', null, null]);
    expect(decodeHeldOdd(snapshotOdd(change.odd))).toMatchObject({ state, settlement, settledAt });
  });

  it('has the form of one that the Book made: all are of one shape in memory', () => {
    const book = new Book();
    const [row] = decodeRows([aWireRow()]).rows;
    if (!row) throw new Error('a row decodes as one');
    const made = book.applyRow('copilot-odds', row, 1, null)?.odd;
    const held = decodeHeldOdd({ ...aWireRow(), state: 'open' });
    expect(Object.keys(held)).toEqual(Object.keys(made ?? {}));
  });
});
