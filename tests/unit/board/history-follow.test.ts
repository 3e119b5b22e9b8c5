import { describe, expect, it } from 'vitest';
import type { Frame } from '@/lib/board/connection';
import { followHistories, watchCuts } from '@/lib/board/history-follow';
import { liveStore } from '@/lib/board/live-store';
import { createBoardStore } from '@/lib/board/store';
import { decodeSnapshot } from '@/lib/protocol/decode';
import type { FeedGap, FeedStatus } from '@/lib/protocol/events';
import { aSettledWireRow, aWireRow, ROW_SECONDS } from '../../support/builders';
import { createFakePage } from './fakes';

const ID = String(aWireRow().id);
const OTHER = '1:-1:FX1:moneyline:harbor_kings';

function setUp() {
  const page = createFakePage();
  const store = liveStore(createBoardStore({ sport: 'basketball', initial: null, ...page }));
  let sequence = 0;
  const frame = (name: string, data: object): Frame => {
    sequence += 1;
    const id = `${page.now()}-${sequence}`;
    return {
      name,
      data: JSON.stringify({ entry_id: id, ...data }),
      id,
      receivedAt: page.now(),
      isCatchUp: false,
    };
  };
  const odds = (row: object) => frame('copilot-odds', { data: [aWireRow({ ...row })] });
  const lock = (row: object) => frame('copilot-locked-odds', { data: [aWireRow({ ...row })] });
  const settle = () => frame('copilot-settled-odds', { data: [aSettledWireRow()] });
  return { store, frame, odds, lock, settle };
}

describe('a follower of histories', () => {
  it('notes every change of its odds, also several within one write, and none of others', () => {
    const { store, odds, lock, settle } = setUp();
    let calls = 0;
    const follower = followHistories(store, [ID], () => {
      calls += 1;
    });
    store.applyFrames([odds({ price: -110 }), odds({ price: -120 }), lock({ price: -120 })], true);
    expect(calls).toBe(1);
    store.applyFrames([odds({ id: OTHER })], true);
    expect(calls).toBe(1);
    store.applyFrames([settle()], true);
    expect(follower.entriesOf(ID).map(({ event, price }) => `${event} ${price}`)).toEqual([
      'copilot-odds -110',
      'copilot-odds -120',
      'copilot-locked-odds -120',
      'copilot-settled-odds -120',
    ]);
    expect(follower.entriesOf(OTHER)).toEqual([]);
  });

  it('makes a new list when more was told, and hears nothing once it was stopped', () => {
    const { store, odds } = setUp();
    const follower = followHistories(store, [ID], () => {});
    store.applyFrames([odds({ price: -110 })], true);
    const first = follower.entriesOf(ID);
    store.applyFrames([odds({ price: 130 })], true);
    expect(first).toHaveLength(1);
    follower.stop();
    store.applyFrames([odds({ price: 150 })], true);
    expect(follower.entriesOf(ID)).toHaveLength(2);
  });
});

describe('what makes a history be read again', () => {
  const aStatus = (gaps: Partial<FeedGap>[]): Partial<FeedStatus> => ({
    feed: 'live',
    source: 'simulator',
    gaps: gaps as FeedGap[],
  });

  function watched() {
    const kit = setUp();
    let cuts = 0;
    watchCuts(kit.store, () => {
      cuts += 1;
    });
    const tell = (gaps: Partial<FeedGap>[]) =>
      kit.store.applyFrames([kit.frame('feed-status', aStatus(gaps))], true);
    return { ...kit, tell, cuts: () => cuts };
  }

  it('is a snapshot, and a stream that was resumed or could not be', () => {
    const { store, cuts } = watched();
    const snapshot = (at: string) =>
      decodeSnapshot({
        sport: 'basketball',
        at,
        partial: false,
        fixtures: [],
        odds: [],
        next: null,
      });
    store.holdSnapshot(snapshot('5-0'), { leagues: [], fixtureIds: [] });
    expect(cuts()).toBe(1);
    store.countResume();
    expect(cuts()).toBe(2);
    store.reset();
    expect(cuts()).toBe(3);
  });

  it('is a stream that leaves changes out, when it begins to and when it ceases', () => {
    const { store, frame, odds, cuts } = watched();
    const skipped = (price: number) =>
      frame('copilot-odds', {
        data: [aWireRow({ price, timestamp: ROW_SECONDS + price })],
        conflated: true,
      });
    store.applyFrames([odds({})], true);
    store.applyFrames([skipped(120)], true);
    store.applyFrames([skipped(130)], true);
    expect(cuts()).toBe(1);
    store.applyFrames([odds({ price: 140, timestamp: ROW_SECONDS + 200 })], true);
    expect(cuts()).toBe(2);
  });

  it("is a gap of the vendor's stream, once it was read", () => {
    const { tell, cuts } = watched();
    tell([]);
    tell([{ from: 1, until: null, healing: 'waiting' }]);
    tell([{ from: 1, until: 9, healing: 'reading' }]);
    expect(cuts()).toBe(0);
    tell([{ from: 1, until: 9, healing: 'read' }]);
    expect(cuts()).toBe(1);
    tell([{ from: 1, until: 9, healing: 'read' }]);
    expect(cuts()).toBe(1);
  });

  it('is no price, and no hop that changes its state', () => {
    const { store, odds, cuts } = watched();
    store.applyFrames([odds({ price: 120, timestamp: ROW_SECONDS })], true);
    store.setHop('live', 0);
    store.setHop('late', 0);
    expect(cuts()).toBe(0);
  });
});
