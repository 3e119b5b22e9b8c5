import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  axisText,
  axisValue,
  buildHistory,
  DEFAULT_LOOK,
  ENTRIES_KEPT,
  entryOf,
  gridSecond,
  lockedMs,
  lookText,
  marksOf,
  mergeLive,
  readLook,
  samplePrices,
  settledBy,
  spanOf,
  tickTexts,
  timeGrid,
} from '@/lib/board/history';
import type { HistoryEntry, OddsEventName } from '@/lib/protocol/events';
import { anOdd, ROW_SECONDS } from '../../support/builders';

type Word = 'odds' | 'locked' | 'settled';

function anEntry(word: Word, timestamp: number, fields: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    timestamp,
    event: `copilot-${word === 'odds' ? 'odds' : `${word}-odds`}` as OddsEventName,
    price: -110,
    points: null,
    is_main: true,
    settlement: null,
    origin: 'vendor',
    ...fields,
  };
}

const DAY = [
  anEntry('odds', 100, { price: -110 }),
  anEntry('odds', 110, { price: 105 }),
  anEntry('locked', 120, { price: 105 }),
  anEntry('odds', 150, { price: -120 }),
  anEntry('locked', 160, { price: -120 }),
  anEntry('settled', 200, { price: -120, settlement: 'Won', is_main: null }),
];

describe('the history of an odd', () => {
  it('has its opening, previous and current price with their times', () => {
    expect(buildHistory(DAY)).toMatchObject({
      opening: { price: -110, at: 100_000 },
      previous: { price: 105, at: 110_000 },
      current: { price: -120, at: 150_000 },
      moves: 2,
    });
  });

  it('has the opening of whoever told the first price', () => {
    const seen = [
      anEntry('odds', 105, { price: 100, origin: 'board' }),
      anEntry('odds', 110, { price: 105, origin: 'board' }),
    ];
    // The vendor answered, with nothing of this odd.
    expect(buildHistory(seen).opening).toEqual({ price: 100, at: 105_000, origin: 'board' });
    expect(buildHistory(seen).items[0]).toMatchObject({ kind: 'opened', origin: 'board' });
    const told = buildHistory([anEntry('odds', 100), ...seen]);
    expect(told.opening).toEqual({ price: -110, at: 100_000, origin: 'vendor' });
    expect(told.items[0]).toMatchObject({ kind: 'opened', origin: 'vendor' });
  });

  it('has no opening of an entry without a price', () => {
    const rows = [
      anEntry('locked', 100, { price: null }),
      anEntry('odds', 110, { price: 105, origin: 'board' }),
    ];
    expect(buildHistory(rows).opening).toMatchObject({ price: 105, origin: 'board' });
  });

  it('names what each entry was, and what it came from', () => {
    const { items } = buildHistory(DAY);
    expect(items.map(({ kind }) => kind)).toEqual([
      'opened',
      'moved',
      'locked',
      'reopened',
      'locked',
      'settled',
    ]);
    expect(items.map(({ from }) => from)).toEqual([null, -110, null, 105, null, null]);
    expect(items.map(({ direction }) => direction)).toEqual([
      'none',
      'up',
      'none',
      'down',
      'none',
      'none',
    ]);
    expect(items[3]?.lockedMs).toBe(30_000);
    expect(settledBy(buildHistory(DAY))?.settlement).toBe('Won');
  });

  it('ends a lock by a price or a settlement, and counts one that lasts until now', () => {
    const { locks } = buildHistory(DAY);
    expect(locks).toEqual([
      { from: 120_000, until: 150_000 },
      { from: 160_000, until: 200_000 },
    ]);
    expect(lockedMs(locks, 1e9)).toBe(70_000);
    const open = buildHistory(DAY.slice(0, 3)).locks;
    expect(open).toEqual([{ from: 120_000, until: null }]);
    expect(lockedMs(open, 125_000)).toBe(5_000);
  });

  it('takes a second lock row for the same lock', () => {
    const rows = [
      anEntry('odds', 1),
      anEntry('locked', 2),
      anEntry('locked', 3),
      anEntry('odds', 9),
    ];
    expect(buildHistory(rows).locks).toEqual([{ from: 2_000, until: 9_000 }]);
  });

  it('counts no move between prices that pay the same', () => {
    const rows = [anEntry('odds', 1, { price: -100 }), anEntry('odds', 2, { price: 100 })];
    expect(buildHistory(rows).moves).toBe(0);
  });

  it('keeps the last price where a settlement has none', () => {
    const rows = [anEntry('odds', 1), anEntry('settled', 2, { price: null, settlement: 'Lost' })];
    expect(buildHistory(rows).items[1]).toMatchObject({ price: -110, kind: 'settled' });
  });

  it('is settled no more once a price was posted after the grading', () => {
    const rows = [...DAY, anEntry('odds', 300, { price: 120 })];
    expect(settledBy(buildHistory(rows))).toBeNull();
  });

  it('marks points that change and the main line that moves, not the first that is told', () => {
    const rows = [
      anEntry('odds', 1, { points: 104.5, is_main: false }),
      anEntry('odds', 2, { points: 105.5, is_main: false }),
      anEntry('odds', 3, { points: 105.5, is_main: true }),
      anEntry('settled', 4, { points: null, is_main: null, settlement: 'Won' }),
      anEntry('odds', 5, { points: 105.5, is_main: false }),
    ];
    const { items } = buildHistory(rows);
    expect(marksOf(items, String)).toEqual([
      { at: 2_000, text: '104.5 → 105.5' },
      { at: 3_000, text: 'Main' },
      { at: 5_000, text: 'Not main' },
    ]);
  });

  it('gives every item a key of its own, which stays when more is told', () => {
    const twice = [anEntry('odds', 1), anEntry('locked', 1), anEntry('odds', 1)];
    const keys = buildHistory(twice).items.map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
    const longer = buildHistory([...twice, anEntry('locked', 2)]).items.map(({ key }) => key);
    expect(longer.slice(0, 3)).toEqual(keys);
  });

  it('is empty of nothing', () => {
    expect(buildHistory([])).toEqual({
      items: [],
      locks: [],
      opening: null,
      previous: null,
      current: null,
      moves: 0,
    });
  });
});

describe('what the stream tells after a read', () => {
  it('is appended, and what the read knew is told once', () => {
    const read = [anEntry('odds', 100.4), anEntry('locked', 110.9)];
    const live = [
      anEntry('locked', 110, { origin: 'board' }),
      anEntry('odds', 120, { price: 130, origin: 'board' }),
    ];
    expect(mergeLive(read, live).map(({ event, price }) => `${event} ${price}`)).toEqual([
      'copilot-odds -110',
      'copilot-locked-odds -110',
      'copilot-odds 130',
    ]);
  });

  it('keeps a price that comes back within one second', () => {
    const read = [anEntry('odds', 100, { price: -110 })];
    const live = [-110, -115, -110].map((price) => anEntry('odds', 100, { price }));
    expect(mergeLive(read, live).map(({ price }) => price)).toEqual([-110, -115, -110]);
  });

  it('keeps a main line that flips within the second of a price', () => {
    const read = [anEntry('odds', 100, { is_main: true })];
    expect(mergeLive(read, [anEntry('odds', 100, { is_main: false })])).toHaveLength(2);
  });

  it('tells a settlement once though the seconds differ, and a second one as well', () => {
    const read = [anEntry('odds', 1), anEntry('settled', 20.5, { settlement: 'Won' })];
    const live = [
      anEntry('settled', 18, { settlement: 'Won' }),
      anEntry('settled', 30, { settlement: 'Lost' }),
    ];
    expect(mergeLive(read, live).map(({ settlement }) => settlement)).toEqual([
      null,
      'Won',
      'Lost',
    ]);
  });

  it('stands in order of time, as told within one second', () => {
    const read = [anEntry('odds', 100), anEntry('odds', 130, { price: 140 })];
    const live = [anEntry('locked', 120), anEntry('odds', 120, { price: 120 })];
    expect(mergeLive(read, live).map(({ timestamp, event }) => `${timestamp} ${event}`)).toEqual([
      '100 copilot-odds',
      '120 copilot-locked-odds',
      '120 copilot-odds',
      '130 copilot-odds',
    ]);
  });

  it('is bounded, the newest kept', () => {
    const read = Array.from({ length: ENTRIES_KEPT }, (_, at) => anEntry('odds', at));
    const merged = mergeLive(read, [anEntry('odds', 1e6)]);
    expect(merged).toHaveLength(ENTRIES_KEPT);
    expect(merged.at(-1)?.timestamp).toBe(1e6);
    expect(merged[0]?.timestamp).toBe(1);
  });

  it('calls nobody’s opening what is the oldest of those that are kept', () => {
    const all = Array.from({ length: ENTRIES_KEPT }, (_, at) => anEntry('odds', at));
    const whole = buildHistory(all.slice(1));
    expect(whole.opening?.origin).toBe('vendor');
    expect(whole.items[0]?.kind).toBe('opened');
    const cut = buildHistory(mergeLive(all, [anEntry('odds', 1e6, { price: 140 })]));
    expect(cut.opening).toMatchObject({ at: 1_000, origin: null });
    expect(cut.items[0]?.kind).toBe('oldest');
    expect(cut.previous).not.toBeNull();
  });

  it('has the time of its grading where it is a settlement', () => {
    const settledAt = new Date((ROW_SECONDS + 60) * 1000).toISOString();
    const settled = anOdd({ settled_at: settledAt }, 'copilot-settled-odds');
    expect(entryOf(settled)).toMatchObject({
      event: 'copilot-settled-odds',
      timestamp: ROW_SECONDS + 60,
      settlement: 'Won',
    });
    expect(entryOf(anOdd())).toMatchObject({ timestamp: ROW_SECONDS, settlement: null });
  });
});

describe('the axis of a chart', () => {
  it('has no hole between -100 and +100', () => {
    const near = Math.abs(axisValue(-105, 'price') - axisValue(102, 'price'));
    expect(near).toBeLessThan(0.1);
    expect(axisValue(-200, 'probability')).toBeCloseTo(66.67, 2);
  });

  it('is labelled in the format of the view', () => {
    expect(axisText(2.5, 'price', 'american')).toBe('+150');
    expect(axisText(1.5, 'price', 'american')).toBe('−200');
    expect(axisText(1.5, 'price', 'decimal')).toBe('1.50');
    expect(axisText(1.5, 'price', 'probability')).toBe('66.7%');
    expect(axisText(66.7, 'probability', 'american')).toBe('66.7%');
    expect(axisText(2.5, 'price', 'hong_kong')).toBe('1.500');
    expect(axisText(2.5, 'price', 'malay')).toBe('−0.667');
  });

  it('names no price where a bet would pay less than its stake', () => {
    expect(axisText(1, 'price', 'american')).toBe('');
    expect(axisText(0.9, 'price', 'decimal')).toBe('');
    expect(axisText(1 + Number.EPSILON, 'price', 'american')).toBe('');
    expect(axisText(1.01, 'price', 'american')).toBe('−10000');
  });

  it('labels each price by itself in every format', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 5_000 }), fc.boolean(), (size, isMinus) => {
        const american = isMinus && size > 100 ? -size : size;
        const text = axisText(axisValue(american, 'price'), 'price', 'american');
        expect(Number(text.replace('−', '-'))).toBe(american);
      }),
    );
  });
});

describe('the span of a chart', () => {
  const history = buildHistory(DAY.slice(0, 4));

  it('goes from the first entry to now, or the range back', () => {
    expect(spanOf(history, 'all', 1_000_000)).toEqual({ from: 100_000, to: 1_000_000 });
    expect(spanOf(history, 'minutes', 1_000_000)).toEqual({ from: 400_000, to: 1_000_000 });
    expect(spanOf(history, 'hour', 1_000_000)).toEqual({ from: 100_000, to: 1_000_000 });
  });

  it('ends at the settlement, with room for its word', () => {
    const { from, to } = spanOf(buildHistory(DAY), 'all', 9e9);
    expect(from).toBe(100_000);
    expect(to).toBeGreaterThan(200_000);
    expect(to).toBeLessThan(220_000);
  });

  it('reaches what was told though the clock here is behind', () => {
    expect(spanOf(history, 'all', 120_000).to).toBe(150_000);
  });
});

describe('the steps of a chart', () => {
  it('rise by whole seconds and are no more than asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 2, max: 400 }),
        (from, length, count) => {
          const { seconds, stepSeconds } = timeGrid({ from, to: from + length }, count);
          expect(seconds.length).toBeLessThanOrEqual(count + 1);
          expect(seconds.length).toBeGreaterThan(0);
          const isRising = seconds.every(
            (second, index) =>
              Number.isInteger(second) &&
              second === (seconds[0] ?? 0) + index * Math.max(1, stepSeconds),
          );
          expect(isRising).toBe(true);
        },
      ),
    );
  });

  it('hold the last price of each, also of one that began before', () => {
    const { items } = buildHistory(DAY);
    const grid = { seconds: [90, 100, 110, 120, 150], stepSeconds: 10 };
    expect(samplePrices(items, grid)).toEqual([null, -110, 105, 105, -120]);
    expect(samplePrices(items, { seconds: [170], stepSeconds: 10 })).toEqual([-120]);
  });

  it('place what happened at the step it is part of, and nothing outside', () => {
    const grid = { seconds: [100, 110, 120], stepSeconds: 10 };
    expect(gridSecond(grid, 119_900)).toBe(110);
    expect(gridSecond(grid, 99_000)).toBeNull();
    expect(gridSecond(grid, 131_000)).toBeNull();
  });
});

describe('what a browser kept of the history', () => {
  it('is read as it was written', () => {
    const look = { axis: 'probability', range: 'hour', isOtherSideOn: true } as const;
    expect(readLook(lookText(look))).toEqual({ look, ignored: [] });
    expect(readLook(null)).toEqual({ look: DEFAULT_LOOK, ignored: [] });
  });

  it('loses what is wrong in it, which is named, and keeps the rest', () => {
    expect(readLook('axis=roman&range=hour&colour=red')).toEqual({
      look: { ...DEFAULT_LOOK, range: 'hour' },
      ignored: ['axis=roman', 'colour=red'],
    });
  });
});

describe("the labels of an axis's ticks", () => {
  const textOf = (value: number) => value.toFixed(0);

  it('say a text once where ticks round to the same', () => {
    expect(tickTexts([1, 1.2, 2, 2.1, 3], textOf, () => false)).toEqual(['1', '', '2', '', '3']);
  });

  it('say it at the next tick where another label covers the first', () => {
    const isCovered = (value: number) => value === 1;
    expect(tickTexts([1, 1.2, 1.3, 2], textOf, isCovered)).toEqual(['', '1', '', '2']);
  });
});
