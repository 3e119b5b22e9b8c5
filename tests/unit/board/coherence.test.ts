import { describe, expect, it } from 'vitest';
import { alternatesOf, type CoherenceFacts, incoherencesOf } from '@/lib/board/coherence';
import { liveStore } from '@/lib/board/live-store';
import type { SidedOdd } from '@/lib/board/pair';
import { resettlementsOf } from '@/lib/board/resettlements';
import type { LineRow, LinesRow } from '@/lib/board/rows';
import { createBoardStore } from '@/lib/board/store';
import type { Odd } from '@/lib/protocol/events';
import type { Side } from '@/lib/protocol/line';
import { anOdd, aSettledWireRow, aWireRow } from '../../support/builders';

const NOW = 1_795_000_100_000;

function side(name: Side, fields: Partial<Odd> = {}): SidedOdd {
  const id = `${name} ${fields.points ?? ''}`;
  return { side: name, odd: { ...anOdd({ id }), id, selection: null, receivedAt: 0, ...fields } };
}

type Given = { moved?: Record<string, number>; settled?: Record<string, string> };

function found(line: SidedOdd[], alternates: SidedOdd[][] = [], given: Given = {}) {
  const facts: CoherenceFacts = {
    movedAt: (id) => given.moved?.[id] ?? null,
    settledBefore: (id) => given.settled?.[id] ?? null,
    now: NOW,
  };
  return incoherencesOf(line, alternates, facts).map(({ text }) => text);
}

const over = (points: number, fields: Partial<Odd> = {}) => side('over', { points, ...fields });
const under = (points: number, fields: Partial<Odd> = {}) => side('under', { points, ...fields });
const won = { state: 'settled', settlement: 'Won' } as const;
const lost = { state: 'settled', settlement: 'Lost' } as const;

describe('a line', () => {
  it('that hangs together has nothing to tell', () => {
    const line = [over(200.5, { price: -110 }), under(200.5, { price: -110 })];
    const above = [over(201.5, { price: 100 }), under(201.5, { price: -122 })];
    const below = [over(199.5, { price: -122 }), under(199.5, { price: 100 })];
    expect(found(line, [below, above])).toEqual([]);
  });

  describe('of which one side moved', () => {
    const line = [side('away', { receivedAt: NOW - 4_000 }), side('home')];

    it('is marked when the other one did not follow', () => {
      expect(found(line, [], { moved: { 'away ': NOW - 4_000 } })).toEqual([
        'Away moved and Home did not follow within 3 s.',
      ]);
    });

    it('is given its time', () => {
      expect(found(line, [], { moved: { 'away ': NOW - 2_000 } })).toEqual([]);
    });

    it('is not marked any more once the other one moved, or was told of', () => {
      const both = { moved: { 'away ': NOW - 14_000, 'home ': NOW - 4_000 } };
      expect(found(line, [], both)).toEqual([]);
      const told = [side('away'), side('home', { receivedAt: NOW - 3_900 })];
      expect(found(told, [], { moved: { 'away ': NOW - 4_000 } })).toEqual([]);
    });

    it('is not marked while a side is locked', () => {
      const locked = [side('away'), side('home', { state: 'locked' })];
      expect(found(locked, [], { moved: { 'away ': NOW - 4_000 } })).toEqual([]);
    });

    it('is marked with the third one that stayed behind', () => {
      const three = [
        side('away', { price: 150 }),
        side('home', { price: 200 }),
        side('draw', { price: 230 }),
      ];
      expect(found(three, [], { moved: { 'away ': NOW - 4_000, 'home ': NOW - 4_000 } })).toEqual([
        'Away and Home moved and Draw did not follow within 3 s.',
      ]);
    });
  });

  it('is marked where its hold is outside of the band', () => {
    expect(found([over(200.5, { price: 110 }), under(200.5, { price: 110 })])).toEqual([
      'The hold is below 0%: −5.0%.',
    ]);
    expect(found([over(200.5, { price: -150 }), under(200.5, { price: -150 })])).toEqual([
      'The hold is above 15%: 16.7%.',
    ]);
  });

  it('is not marked for a hold that half of a change makes', () => {
    const price = 110;
    const half = [over(200.5, { price, receivedAt: NOW - 500 }), under(200.5, { price })];
    expect(found(half)).toEqual([]);
    const whole = half.map(({ odd, ...one }) => ({
      ...one,
      odd: odd && { ...odd, receivedAt: NOW - 500 },
    }));
    expect(found(whole)).toHaveLength(1);
  });

  it('is marked where both sides are settled as won', () => {
    expect(found([over(200.5, won), under(200.5, { ...won, settlement: 'WON' })])).toEqual([
      'Over and Under are both settled as won.',
    ]);
    expect(found([over(200.5, won), under(200.5, lost)])).toEqual([]);
  });

  it('is marked where one side is settled and the other one stays open', () => {
    expect(found([over(200.5, won), under(200.5)])).toEqual([
      'Over is settled while Under is open.',
    ]);
    expect(found([over(200.5, { ...won, receivedAt: NOW - 2_000 }), under(200.5)])).toEqual([]);
    expect(found([over(200.5, won), under(200.5, { state: 'locked' })])).toEqual([]);
  });

  it('is marked where a side was settled again', () => {
    const settled = { settled: { 'over 200.5': 'Won' } };
    expect(found([over(200.5, lost), under(200.5, won)], [], settled)).toEqual([
      'Over was settled again: Lost, before Won.',
    ]);
  });
});

describe('alternates', () => {
  it('of more points must not pay less over them', () => {
    const line = [over(200.5, { price: -105 })];
    expect(found(line, [[over(201.5, { price: -115 })]])).toEqual([
      'Over 201.5 pays less than Over 200.5, which wins more easily.',
    ]);
    expect(found(line, [[over(201.5, { price: -105 })]])).toEqual([]);
  });

  it('of fewer points must not pay less under them', () => {
    expect(found([under(200.5, { price: -105 })], [[under(199.5, { price: -115 })]])).toEqual([
      'Under 199.5 pays less than Under 200.5, which wins more easily.',
    ]);
  });

  it('must not pay more for a head start that is larger', () => {
    const line = [side('away', { points: -1.5, price: -110 })];
    expect(found(line, [[side('away', { points: 1.5, price: 105 })]])).toEqual([
      'Away −1.5 pays less than Away +1.5, which wins more easily.',
    ]);
    expect(found(line, [[side('away', { points: 1.5, price: -200 })]])).toEqual([]);
  });

  it('are measured against the nearest ones that are open', () => {
    const line = [over(200.5, { price: -105 })];
    const locked = [over(201.5, { price: -300, state: 'locked' })];
    expect(found(line, [locked, [over(202.5, { price: 110 })]])).toEqual([]);
    expect(found(line, [locked, [over(202.5, { price: -130 })]])).toHaveLength(1);
  });

  it('of another team are other bets', () => {
    const line = [over(100.5, { price: -105, selection: 'Mesa Owls' })];
    expect(found(line, [[over(101.5, { price: -200, selection: 'Harbor Kings' })]])).toEqual([]);
  });

  it('are given their time', () => {
    const line = [over(200.5, { price: -105, receivedAt: NOW - 1_500 })];
    expect(found(line, [[over(201.5, { price: -115 })]])).toEqual([]);
  });

  it('cannot be won where an easier one is lost', () => {
    const text = 'Over 105.5 is settled as won and Over 104.5 as lost.';
    expect(found([over(105.5, won)], [[over(104.5, lost)]])).toEqual([text]);
    expect(found([over(104.5, lost)], [[over(103.5, won)], [over(105.5, won)]])).toEqual([text]);
    expect(found([over(104.5, won)], [[over(105.5, lost)]])).toEqual([]);
    expect(found([under(104.5, won)], [[under(105.5, lost)]])).toEqual([
      'Under 104.5 is settled as won and Under 105.5 as lost.',
    ]);
  });

  it('stand beside each other in the rows, each of one market, team and fixture', () => {
    const row = (key: string, market: string, fixtureId = 'FX1', label = ''): LineRow => ({
      kind: 'line',
      ...{
        key,
        market,
        fixtureId,
        label,
        points: null,
        sides: [],
        odds: [],
        isMain: false,
        isStep: false,
      },
    });
    const rows: LinesRow[] = [
      row('0', 'Total', 'FX0'),
      { kind: 'fixture', key: 'f', fixtureId: 'FX1', sides: [], lines: 5 },
      row('1', 'Total'),
      row('2', 'Total'),
      row('3', 'Total'),
      row('4', 'Total', 'FX1', 'Mesa Owls'),
      row('5', 'Spread'),
    ];
    const own = rows[3] as LineRow;
    expect(alternatesOf(rows, 3, own).map(({ key }) => key)).toEqual(['1', '3']);
    // The rows are newer than the row that asks.
    expect(alternatesOf(rows, 2, own)).toEqual([]);
  });

  it('are bounded', () => {
    const rows = Array.from(
      { length: 1_000 },
      (_, index): LineRow => ({
        kind: 'line',
        ...{ key: `${index}`, market: 'Total', fixtureId: 'FX1', label: '', points: null },
        ...{ sides: [], odds: [], isMain: false, isStep: false },
      }),
    );
    expect(alternatesOf(rows, 500, rows[500] as LineRow)).toHaveLength(120);
  });
});

describe('settlements', () => {
  it('are remembered when another one replaces them', () => {
    const store = liveStore(
      createBoardStore({
        sport: 'basketball',
        initial: null,
        now: () => NOW,
        setTimer: () => () => {},
      }),
    );
    const before = resettlementsOf(store);
    let entry = 0;
    const send = (name: string, row: Record<string, unknown>) => {
      entry += 1;
      const id = `${NOW}-${entry}`;
      const data = JSON.stringify({ entry_id: id, type: name, data: [row] });
      store.applyFrames([{ name, data, id, receivedAt: NOW, isCatchUp: false }], true);
    };
    send('copilot-odds', aWireRow());
    send('copilot-settled-odds', aSettledWireRow());
    expect([...before]).toEqual([]);
    send(
      'copilot-settled-odds',
      aSettledWireRow({ settlement: 'Lost', settled_at: '2026-11-22T20:05:00+00:00' }),
    );
    expect([...before.values()]).toEqual(['Won']);
    expect(resettlementsOf(store)).toBe(before);
  });
});
