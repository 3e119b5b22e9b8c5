import { describe, expect, it } from 'vitest';
import { applyRead, believed, withdraw } from '@/lib/feed/reads';
import { Book } from '@/lib/protocol/book';
import { decodeEvent } from '@/lib/protocol/decode';
import type { OddsEventName } from '@/lib/protocol/events';
import { aFixturePatch, aRow, aWireRow, ROW_SECONDS } from '@/tests/support/builders';

const ID = String(aWireRow().id);
const NOTHING_READ = { changes: [], openUntil: null };

describe('a read', () => {
  it('counts a REST answer from when its request was sent', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow({ price: -120 }), 10, '10-0');
    expect(applyRead(book, 'FX1', [aRow({ price: -115 })], 5)).toEqual(NOTHING_READ);
    expect(book.odds.get(ID)?.price).toBe(-120);
    applyRead(book, 'FX1', [aRow({ price: -115 })], 15);
    expect(book.odds.get(ID)?.price).toBe(-115);
  });

  it('locks what a REST read no longer lists, unless the stream spoke after the request', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    book.applyRow('copilot-odds', aRow({ id: 'newer' }), 20, '20-0');
    book.applyRow('copilot-odds', aRow({ id: 'other-version', version_id: 31 }), 1, '1-1');
    const { changes } = applyRead(book, 'FX1', [], 10, ({ versionId }) => versionId === -1);
    expect(changes.map(({ event, odd }) => [event, odd.id, odd.price])).toEqual([
      ['copilot-locked-odds', ID, -110],
    ]);
    expect(book.odds.get('newer')?.state).toBe('open');
    expect(book.odds.get('other-version')?.state).toBe('open');
  });

  it('withdraws an open odd, at its last price, and nothing else', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow({ price: -120 }), 10, '10-0');
    expect(withdraw(book, ID, 5)).toBeNull();
    expect(withdraw(book, 'unknown', 15)).toBeNull();
    expect(withdraw(book, ID, 15)).toMatchObject({
      event: 'copilot-locked-odds',
      odd: { state: 'locked', price: -120 },
    });
    expect(withdraw(book, ID, 20)).toBeNull();
  });

  it('locks what it withdraws since its receipt, and orders rows by the last price as before', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    const later = (ROW_SECONDS + 3 * 3_600) * 1000 + 700;
    const change = withdraw(book, ID, later);
    const lockedAt = ROW_SECONDS + 3 * 3_600;
    expect(change).toMatchObject({
      odd: { lockedAt, timestampSeconds: ROW_SECONDS },
      row: { wire: { lockedAt, timestamp: ROW_SECONDS } },
    });
    // Whoever gets the row says the same, also when the vendor's own lock follows.
    const board = new Book();
    const tell = (event: OddsEventName, wire: unknown) => {
      const data = JSON.stringify({ data: [wire], type: event });
      const decoded = decodeEvent(event, data, null, { keepWire: false });
      if (decoded) board.apply(decoded, 1);
    };
    tell('copilot-odds', aWireRow());
    tell('copilot-locked-odds', change?.row.wire);
    expect(board.odds.get(ID)).toMatchObject({ state: 'locked', lockedAt });
    const lock = aRow({ timestamp: ROW_SECONDS + 1 }, 'copilot-locked-odds');
    for (const one of [book, board]) {
      one.applyRow('copilot-locked-odds', lock, later + 1, null);
      expect(one.odds.get(ID)).toMatchObject({ lockedAt, timestampSeconds: ROW_SECONDS + 1 });
      one.applyRow('copilot-odds', aRow({ timestamp: ROW_SECONDS + 2 }), later + 2, null);
      expect(one.odds.get(ID)).toMatchObject({ state: 'open', lockedAt: null });
    }
  });

  it('locks no odd before the price that it last had', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    expect(withdraw(book, ID, 5_000)?.odd.lockedAt).toBe(ROW_SECONDS);
  });

  it('opens again what a REST read lists and it holds as locked', () => {
    const book = new Book();
    book.applyRow('copilot-locked-odds', aRow(), 1, '1-0');
    applyRead(book, 'FX1', [aRow({ timestamp: ROW_SECONDS + 1 })], 5);
    expect(book.odds.get(ID)?.state).toBe('open');
  });

  it('keeps a lock of the very second that a read tells of, until no cache can be as old', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    book.applyRow('copilot-locked-odds', aRow(), 1_000, '2-0');
    const read = [aRow({ timestamp: ROW_SECONDS + 0.4 })];
    expect(applyRead(book, 'FX1', read, 1_200)).toEqual({ changes: [], openUntil: 11_000 });
    expect(applyRead(book, 'FX1', read, 11_000)).toMatchObject({ openUntil: null });
    expect(book.odds.get(ID)?.state).toBe('open');
  });

  it('asks once more where a read leaves out or prices otherwise what has just been received', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow({ price: 120 }), 5_000, '1-0');
    // What it says holds for now.
    const other = [aRow({ price: 110 })];
    expect(applyRead(book, 'FX1', other, 5_100)).toMatchObject({ openUntil: 15_000 });
    expect(book.odds.get(ID)?.price).toBe(110);
    expect(applyRead(book, 'FX1', [], 6_000)).toMatchObject({ openUntil: 15_100 });
    expect(book.odds.get(ID)?.state).toBe('locked');
    // No row told of that lock, so any read may open it.
    const again = applyRead(book, 'FX1', [aRow({ price: 120 })], 7_000);
    expect(again).toMatchObject({ openUntil: 16_000, changes: [{ odd: { price: 120 } }] });
    expect(applyRead(book, 'FX1', [aRow({ price: 120 })], 17_000)).toEqual(NOTHING_READ);
  });

  it('counts a lock as told once a row told of it, though it was locked before', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    withdraw(book, ID, 1_000);
    book.applyRow('copilot-locked-odds', aRow(), 2_000, '2-0');
    expect(applyRead(book, 'FX1', [aRow()], 3_000)).toEqual({ changes: [], openUntil: 12_000 });
    expect(book.odds.get(ID)?.state).toBe('locked');
  });

  it('opens nothing that a row withheld which cannot be believed with what may be older than that row', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    expect(withdraw(book, ID, 20_000, true)).toMatchObject({ odd: { state: 'locked' } });
    const old = [aRow({ timestamp: ROW_SECONDS + 0.4 })];
    expect(applyRead(book, 'FX1', old, 20_250)).toEqual({ changes: [], openUntil: 30_000 });
    expect(book.odds.get(ID)?.state).toBe('locked');
    // One more such row, and what is said before may be older than that one.
    expect(withdraw(book, ID, 25_000, true)).toBeNull();
    expect(applyRead(book, 'FX1', old, 30_000)).toEqual({ changes: [], openUntil: 35_000 });
    applyRead(book, 'FX1', [aRow({ price: 150, timestamp: ROW_SECONDS + 60 })], 30_100);
    expect(book.odds.get(ID)).toMatchObject({ state: 'open', price: 150 });

    withdraw(book, ID, 40_000, true);
    const same = [aRow({ price: 150, timestamp: ROW_SECONDS + 60 })];
    expect(applyRead(book, 'FX1', same, 50_000)).toMatchObject({ openUntil: null });
    expect(book.odds.get(ID)?.state).toBe('open');
  });

  it('minds a row that cannot be believed also of what a read had left out', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    applyRead(book, 'FX1', [], 20_000);
    withdraw(book, ID, 20_000, true);
    expect(applyRead(book, 'FX1', [aRow()], 20_250)).toEqual({ changes: [], openUntil: 30_000 });
    expect(book.odds.get(ID)?.state).toBe('locked');
  });

  it('opens a locked odd that a read lists with its older time, once the lock is too old to be overlooked', () => {
    const book = new Book();
    book.applyRow('copilot-odds', aRow(), 1, '1-0');
    book.applyRow('copilot-locked-odds', aRow({ timestamp: ROW_SECONDS + 60 }), 1_000, '2-0');
    const row = aRow({ price: -125 });
    // Until then it is not known, and said so.
    expect(applyRead(book, 'FX1', [row], 10_999)).toEqual({ changes: [], openUntil: 11_000 });
    expect(book.odds.get(ID)?.state).toBe('locked');
    const { changes, openUntil } = applyRead(book, 'FX1', [row], 11_000);
    expect(openUntil).toBeNull();
    expect(changes[0]).toMatchObject({
      event: 'copilot-odds',
      odd: { state: 'open', price: -125, timestampSeconds: ROW_SECONDS + 60 },
      // Whoever holds the lock must believe the row as it is relayed.
      row: { wire: { timestamp: ROW_SECONDS + 60 } },
    });
  });

  it('believes no read that says again what a fixture was shortly before', () => {
    const book = new Book();
    const later = '2026-11-22T20:00:00.000Z';
    book.applyFixture(aFixturePatch(), 1);
    const { startDate } = aFixturePatch();
    book.applyFixture(
      aFixturePatch({ status: 'live', startDate: later, wire: { fixture_id: 'FX1' } }),
      5_000,
      '5-0',
    );
    const stale = aFixturePatch({ status: 'unplayed', home: 'Named', startDate });
    const { patch, openUntil } = believed(book, stale, 6_000);
    expect(openUntil).toBe(15_000);
    book.applyFixture(patch, 6_000);
    expect(book.fixtures.get('FX1')).toMatchObject({
      status: 'live',
      startDate: later,
      home: 'Named',
    });
    // What it was at no time before can come out of no cache, nor what is said long after.
    for (const [read, at] of [
      [aFixturePatch({ status: 'suspended', startDate: later }), 6_000],
      [stale, 15_000],
    ] as const) {
      expect(believed(book, read, at)).toEqual({ patch: read, openUntil: null });
    }
  });
});
