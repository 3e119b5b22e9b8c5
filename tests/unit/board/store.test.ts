import { describe, expect, it } from 'vitest';
import type { Frame } from '@/lib/board/connection';
import { liveStore } from '@/lib/board/live-store';
import {
  type BoardStoreOptions,
  createBoardStore,
  type FirstScreen,
  MOVE_AGED_MS,
  MOVE_MARK_MS,
  slimFirstScreen,
  UNANSWERED,
} from '@/lib/board/store';
import { decodeSnapshot } from '@/lib/protocol/decode';
import { snapshotFixture, snapshotOdd } from '@/lib/protocol/encode';
import type { FeedGap, FeedStatus, Fixture, Odd } from '@/lib/protocol/events';
import { aSettledWireRow, aWireRow, ROW_SECONDS } from '../../support/builders';
import { createFakePage } from './fakes';

const ID = String(aWireRow().id);
const OTHER = '1:-1:FX1:moneyline:harbor_kings';
const ANYWHERE = { leagues: [], fixtureIds: [] };

function aFeedStatus(fields: Partial<FeedStatus> = {}): FeedStatus {
  return {
    feed: 'live',
    source: 'simulator',
    partial: false,
    filledAt: null,
    since: 0,
    message: null,
    connections: [],
    gaps: [],
    ...fields,
  };
}

function aSnapshot(at: string, rows: object[], fixtures: object[] = []) {
  return decodeSnapshot({
    sport: 'basketball',
    at,
    partial: false,
    fixtures,
    odds: rows.map((row) => ({ state: 'open', ...row })),
    next: null,
  });
}

function setUp(initial: FirstScreen | null = null, options: Partial<BoardStoreOptions> = {}) {
  const page = createFakePage();
  const store = liveStore(createBoardStore({ sport: 'basketball', initial, ...page, ...options }));
  let sequence = 0;
  const frame = (name: string, data: unknown, fields: Partial<Frame> = {}): Frame => {
    sequence += 1;
    const id = fields.id ?? `${page.now()}-${sequence}`;
    return {
      name,
      data: typeof data === 'string' ? data : JSON.stringify({ entry_id: id, ...(data as object) }),
      id,
      receivedAt: page.now(),
      isCatchUp: false,
      ...fields,
    };
  };
  const odds = (row: object, fields?: Partial<Frame>) =>
    frame('copilot-odds', { data: [aWireRow({ ...row })] }, fields);
  const lock = (row: object = {}) => frame('copilot-locked-odds', { data: [aWireRow({ ...row })] });
  const settle = (row: object = {}) =>
    frame('copilot-settled-odds', { data: [aSettledWireRow({ ...row })] });
  const state = () => store.getState();
  return { page, store, frame, odds, lock, settle, state };
}

/** Counts how often a selector's value changed, as a component that uses it would render. */
function watch<T>(
  store: ReturnType<typeof setUp>['store'],
  select: (state: ReturnType<typeof store.getState>) => T,
) {
  let value = select(store.getState());
  let count = 0;
  store.subscribe((state) => {
    const next = select(state);
    if (Object.is(next, value)) return;
    value = next;
    count += 1;
  });
  return () => count;
}

it('is dead, with no gap, where nothing that hears the server can be had, and goes on from there once it can', () => {
  const page = createFakePage();
  const first = createBoardStore({ sport: 'basketball', initial: null, ...page });
  first.lose(3);
  const { state, since, hop, message } = first.getState().feed;
  expect({ state, since, hop }).toEqual({
    state: 'dead',
    since: 3,
    hop: { state: 'dead', since: 3 },
  });
  expect(message).toContain('no prices');
  const store = liveStore(first);
  store.setHop('live', 10);
  expect(store.getState().feed).toMatchObject({ state: 'live', message: null, hopGaps: [] });
});

/** A board of a first screen, which tells how the feed was when it was made. */
function aFirstBoard() {
  const page = createFakePage();
  const { rejected: _, ...snapshot } = aSnapshot('5-1', []);
  const initial: FirstScreen = {
    snapshot: { ...snapshot, fixtures: [], odds: [{ ...aWireRow(), state: 'open' }] },
    feed: aFeedStatus({ message: 'As the server said.' }),
    totals: { fixtures: 1, odds: 1 },
    past: null,
    now: page.now(),
  };
  return createBoardStore({ sport: 'basketball', initial, ...page });
}

it('keeps what its first screen says of the feed when it is lost, but the message, and goes on from there', () => {
  const first = aFirstBoard();
  const before = first.getState();
  let states = 0;
  first.subscribe(() => {
    states += 1;
  });
  first.lose(3);
  expect(states).toBe(1);
  expect(first.getState()).toEqual({
    ...before,
    tick: before.tick + 1,
    feed: {
      ...before.feed,
      state: 'dead',
      since: 3,
      message: UNANSWERED,
      hop: { state: 'dead', since: 3 },
    },
  });
  expect(first.getState().feed).toMatchObject({ source: 'simulator', status: { feed: 'live' } });
  const store = liveStore(first);
  store.setHop('live', 10);
  expect(store.getState().feed).toMatchObject({
    state: 'live',
    since: 10,
    message: 'As the server said.',
    source: 'simulator',
    status: before.feed.status,
    hopGaps: [],
  });
});

it('is dead where it is lost after what writes into it has come', () => {
  const first = aFirstBoard();
  const store = liveStore(first);
  store.setHop('live', 2);
  first.lose(3);
  store.setCrowded(false);
  expect(store.getState().feed).toMatchObject({
    state: 'dead',
    since: 3,
    message: UNANSWERED,
    hop: { state: 'dead', since: 3 },
  });
});

it('is written by one writer, however often its board is begun anew', () => {
  const first = createBoardStore({ sport: 'basketball', initial: null, ...createFakePage() });
  const store = liveStore(first);
  expect(liveStore(first)).toBe(store);
  expect(liveStore(store)).toBe(store);
});

describe("gaps of the browser's own hop", () => {
  const gapsOf = ({ store }: ReturnType<typeof setUp>) =>
    store.getState().feed.hopGaps.map(({ from, until, healing }) => [from, until, healing]);

  it('are none before it was live, one from live to live, whatever it was called meanwhile', () => {
    const kit = setUp();
    kit.store.setHop('late', 5);
    kit.store.setHop('live', 10);
    expect(gapsOf(kit)).toEqual([]);
    kit.store.setHop('late', 20);
    kit.store.setHop('dead', 20);
    expect(gapsOf(kit)).toEqual([[20, null, 'waiting']]);
    kit.store.countResume();
    kit.store.setHop('live', 40);
    expect(gapsOf(kit)).toEqual([[20, kit.page.now(), 'resumed']]);
    expect(kit.store.getState().feed.hop.state).toBe('live');
  });

  it('say when the same stream went on', () => {
    const kit = setUp();
    kit.store.setHop('live', 10);
    kit.store.setHop('late', 20);
    kit.store.setHop('live', 32);
    expect(gapsOf(kit)).toEqual([[20, kit.page.now(), 'went-on']]);
  });

  it('that cannot be resumed are healed by the next snapshot', () => {
    const kit = setUp();
    kit.store.setHop('live', 10);
    kit.store.setHop('connecting', 20);
    kit.store.countResume();
    kit.store.reset();
    expect(gapsOf(kit)).toEqual([[20, null, 'reading']]);
    kit.store.holdSnapshot(aSnapshot('9-1', []), ANYWHERE);
    kit.store.setHop('live', 40);
    expect(gapsOf(kit)).toEqual([[20, kit.page.now(), 'read']]);
    // A later reset says nothing of what was healed before.
    kit.store.setHop('connecting', 50);
    kit.store.reset();
    expect(gapsOf(kit).map(([, , healing]) => healing)).toEqual(['read', 'reading']);
  });

  it('are kept to the newest twenty', () => {
    const kit = setUp();
    for (let round = 0; round < 50; round += 1) {
      kit.store.setHop('live', round);
      kit.store.setHop('late', round);
    }
    expect(kit.store.getState().feed.hopGaps).toHaveLength(20);
    expect(kit.store.getState().feed.hopGaps.at(-1)?.from).toBe(49);
  });
});

describe('board store', () => {
  it('is written once for 1 000 events of one frame', () => {
    const { store, odds, state } = setUp();
    let writes = 0;
    store.subscribe(() => {
      writes += 1;
    });
    const frames = Array.from({ length: 1_000 }, (_, index) =>
      odds({ id: `1:-1:FX1:m:${index}`, price: 100 + index }),
    );
    store.applyFrames(frames, true);
    expect(writes).toBe(1);
    expect(state().tick).toBe(1);
    expect(state().book.odds.size).toBe(1_000);
  });

  it('notifies the odd that changed and no other', () => {
    const { store, odds } = setUp();
    store.applyFrames([odds({}), odds({ id: OTHER })], true);
    const changed = watch(store, (state) => state.book.odds.get(ID));
    const unchanged = watch(store, (state) => state.book.odds.get(OTHER));
    store.applyFrames([odds({ price: 120 })], true);
    expect(changed()).toBe(1);
    expect(unchanged()).toBe(0);
  });

  it('notifies nobody of a duplicate', () => {
    const { store, odds } = setUp();
    const frame = odds({ price: 120 });
    store.applyFrames([frame], true);
    const odd = watch(store, (state) => state.book.odds.get(ID));
    const move = watch(store, (state) => state.moves.get(ID));
    const structure = watch(store, (state) => state.structure);
    store.applyFrames([frame], true);
    expect([odd(), move(), structure()]).toEqual([0, 0, 0]);
  });

  it('changes structure for a new odd, a main flag and a fixture, and never for a price or a lock', () => {
    const { store, odds, lock, frame, state } = setUp();
    const bumps = (...frames: Frame[]) => {
      const before = state().structure;
      store.applyFrames(frames, true);
      return state().structure - before;
    };
    expect(bumps(odds({}))).toBe(1);
    expect(bumps(odds({ price: 130 }), odds({ price: 140 }))).toBe(0);
    expect(bumps(lock({ price: 140 }))).toBe(0);
    expect(bumps(odds({ price: 140 }))).toBe(0);
    expect(bumps(odds({ price: 140, is_main: false }))).toBe(1);
    const status = (now: string, old: string) =>
      frame('fixture-status', { data: { fixture_id: 'FX1', new_status: now, old_status: old } });
    expect(bumps(status('live', 'unplayed'))).toBe(1);
    expect(bumps(frame('ping', '2026-11-22T19:30:00Z'))).toBe(0);
  });

  it('counts locks and reopenings apart, for what depends on states', () => {
    const { store, odds, lock, state } = setUp();
    store.applyFrames([odds({}), odds({ fixture_id: 'FX2', id: 'B' })], true);
    const { structure, states } = state();
    const before = [store.stateRevisionOf('FX1'), store.stateRevisionOf('FX2')];
    const rows = store.revisionOf('FX1');
    store.applyFrames([lock({})], true);
    expect(state()).toMatchObject({ structure, states: states + 1 });
    expect(store.revisionOf('FX1')).toBe(rows);
    expect(store.stateRevisionOf('FX1')).not.toBe(before[0]);
    expect(store.stateRevisionOf('FX2')).toBe(before[1]);
    store.applyFrames([odds({ price: 150 })], true);
    expect(state()).toMatchObject({ structure, states: states + 2 });
    store.applyFrames([odds({ price: 160 })], true);
    expect(state()).toMatchObject({ structure, states: states + 2 });
    const locked = store.stateRevisionOf('FX1');
    store.applyFrames([odds({ is_main: false })], true);
    expect(store.stateRevisionOf('FX1')).not.toBe(locked);
  });

  it('changes structure for a price or a lock where none of several lines is flagged as the main one', () => {
    const { store, odds, lock, state } = setUp();
    const other = { id: 'other', is_main: false, grouping_key: 'default:9' };
    store.applyFrames([odds({ is_main: false }), odds(other)], true);
    const before = state().structure;
    store.applyFrames([odds({ is_main: false, price: 150 })], true);
    expect(state().structure).toBe(before + 1);
    store.applyFrames([lock({ is_main: false, price: 150 })], true);
    expect(state().structure).toBe(before + 2);
  });

  it('leaves structure as it is for a price of the only line there is, flagged or not', () => {
    const { store, odds, state } = setUp();
    store.applyFrames([odds({ is_main: false })], true);
    const before = state().structure;
    store.applyFrames([odds({ is_main: false, price: 150 })], true);
    expect(state().structure).toBe(before);
  });

  it('tells those whose mark had to go for newer ones', () => {
    const { store, odds, state } = setUp();
    const first = odds({ id: 'first', price: 110 });
    store.applyFrames([first], true);
    store.applyFrames([odds({ id: 'first', price: 120 })], true);
    let told = 0;
    store.watchOdd('first', () => {
      told += 1;
    });
    const many = (price: number) =>
      Array.from({ length: 20 }, (_, batch) =>
        odds({ id: `b${batch}`, price }, { id: null }),
      ).flatMap((frame, batch) => {
        const row = JSON.parse(frame.data).data[0];
        const rows = Array.from({ length: 1_000 }, (_, index) => ({
          ...row,
          id: `${batch}-${index}`,
        }));
        return [{ ...frame, data: JSON.stringify({ data: rows }) }];
      });
    store.applyFrames(many(110), true);
    expect(state().moves.has('first')).toBe(true);
    store.applyFrames(many(130), true);
    expect(state().moves.has('first')).toBe(false);
    expect(told).toBe(1);
  });

  it('tells those who watch an odd once per write that changed it, its mark, or all', () => {
    const { store, odds, page } = setUp();
    const told: string[] = [];
    const stop = store.watchOdd('A', () => told.push('A'));
    store.watchOdd('B', () => told.push('B'));
    store.applyFrames([odds({ id: 'A' }), odds({ id: 'A', price: 120 })], true);
    expect(told).toEqual(['A']);
    store.applyFrames([odds({ id: 'A', price: 130 }), odds({ id: 'C' })], true);
    expect(told).toEqual(['A', 'A']);
    store.holdSnapshot(aSnapshot('1-0', []), { leagues: ['WNBA'], fixtureIds: [] });
    expect(told).toEqual(['A', 'A', 'A', 'B']);
    page.advance(MOVE_MARK_MS + 2_000);
    expect(told).toEqual(['A', 'A', 'A', 'B', 'A']);
    stop();
    store.applyFrames([odds({ id: 'A', price: 140 })], true);
    expect(told).toHaveLength(5);
  });

  it('changes structure for a price where several lines are flagged, since the newest of them is the main one', () => {
    const { store, odds, state } = setUp();
    const line = (points: number, fields: object = {}) =>
      odds({
        id: `1:-1:FX1:total:${points}`,
        points,
        grouping_key: `default:${points}`,
        ...fields,
      });
    store.applyFrames([line(220.5), line(221.5)], true);
    let before = state().structure;
    store.applyFrames([line(220.5, { price: -105, timestamp: ROW_SECONDS + 1 })], true);
    expect(state().structure).toBe(before + 1);
    store.applyFrames([line(221.5, { is_main: false, timestamp: ROW_SECONDS + 2 })], true);
    before = state().structure;
    store.applyFrames([line(220.5, { price: -103, timestamp: ROW_SECONDS + 3 })], true);
    expect(state().structure).toBe(before);
  });

  it('gives a fixture another revision when its structure changed, and leaves the others theirs', () => {
    const { store, odds } = setUp();
    store.applyFrames([odds({}), odds({ fixture_id: 'FX2', id: 'B' })], true);
    const before = [store.revisionOf('FX1'), store.revisionOf('FX2')];
    store.applyFrames([odds({ is_main: false })], true);
    expect(store.revisionOf('FX1')).not.toBe(before[0]);
    expect(store.revisionOf('FX2')).toBe(before[1]);
    store.holdSnapshot(aSnapshot('1-0', []), { leagues: ['WNBA'], fixtureIds: [] });
    expect(store.revisionOf('FX2')).not.toBe(before[1]);
  });
});

describe('other prices than those that hold', () => {
  it('are shown to all who watch, once per change, and nothing else of the store changes', () => {
    const { store, odds, state } = setUp();
    let told = 0;
    store.applyFrames([odds({})], true);
    store.watchOdd(ID, () => {
      told += 1;
    });
    const { structure } = state();
    store.showFigures('previous');
    store.showFigures('previous');
    expect([told, state().figures]).toEqual([1, 'previous']);
    store.applyFrames([odds({ price: 130 })], true);
    expect(state().figures).toBe('previous');
    store.showFigures('current');
    expect([told, state().figures, state().structure]).toEqual([3, 'current', structure]);
  });

  it('keep the first price that anybody saw: the older one of what is held and a snapshot', () => {
    const { store, odds, state } = setUp();
    const opening = () => state().book.odds.get(ID)?.openingPrice;
    const snapshot = (at: string, openingPrice: number, openingAt: number) =>
      store.holdSnapshot(
        aSnapshot(at, [aWireRow({ price: 150, openingPrice, openingAt })]),
        ANYWHERE,
      );
    snapshot('1-0', -110, 50);
    expect(opening()).toBe(-110);
    snapshot('2-0', 150, 90);
    expect(opening()).toBe(-110);
    snapshot('3-0', -130, 20);
    expect(opening()).toBe(-130);
    store.applyFrames([odds({ price: 160, timestamp: ROW_SECONDS + 1 }, { id: '9-0' })], true);
    snapshot('8-0', -140, 10);
    expect(state().book.odds.get(ID)).toMatchObject({ price: 160, openingPrice: -140 });
  });
});

describe('moves', () => {
  it('marks a price that pays more as up and one that pays less as down', () => {
    const { store, odds, state } = setUp();
    store.applyFrames([odds({ price: -110 })], true);
    expect(state().moves.size).toBe(0);
    store.applyFrames([odds({ price: -105 })], true);
    expect(state().moves.get(ID)).toMatchObject({ direction: 'up', from: -110, isFresh: true });
    store.applyFrames([odds({ price: -120 })], true);
    expect(state().moves.get(ID)).toMatchObject({ direction: 'down', from: -105 });
  });

  it('takes -100 and +100 for no move', () => {
    const { store, odds, state } = setUp();
    store.applyFrames([odds({ price: -100 })], true);
    store.applyFrames([odds({ price: 100 })], true);
    expect(state().book.odds.get(ID)?.price).toBe(100);
    expect(state().moves.size).toBe(0);
  });

  it('compares the price after a lock with the one before it', () => {
    const { store, odds, lock, state } = setUp();
    store.applyFrames([odds({ price: -110 })], true);
    store.applyFrames([lock({ price: -110 })], true);
    expect(state().moves.size).toBe(0);
    store.applyFrames([odds({ price: -130 })], true);
    expect(state().moves.get(ID)).toMatchObject({ direction: 'down', from: -110 });
  });

  it('takes several moves within one frame as the one that is seen', () => {
    const { store, odds, state } = setUp();
    store.applyFrames([odds({ price: -110 })], true);
    store.applyFrames([odds({ price: 300 }), odds({ price: -115 })], true);
    expect(state().moves.get(ID)).toMatchObject({ direction: 'down', from: -110 });
  });

  it('marks but does not flash what nobody saw', () => {
    const { store, odds, state } = setUp();
    store.applyFrames([odds({ price: -110 })], false);
    store.applyFrames([odds({ price: 120 })], false);
    expect(state().moves.get(ID)).toMatchObject({ direction: 'up', isFresh: false });
  });

  it('marks nothing before the catch-up is over, and takes away the mark of an older price', () => {
    const { store, odds, state } = setUp();
    store.applyFrames([odds({ price: -110 })], true);
    store.applyFrames([odds({ price: 120 })], true);
    expect(state().moves.size).toBe(1);
    store.applyFrames([odds({ price: 140 }, { isCatchUp: true })], true);
    expect(state().book.odds.get(ID)?.price).toBe(140);
    expect(state().moves.size).toBe(0);
  });

  it('takes a mark away after 30 s, by one timer for all', () => {
    const { page, store, odds, state } = setUp();
    const ids = Array.from({ length: 50 }, (_, index) => `1:-1:FX1:m:${index}`);
    store.applyFrames(
      ids.map((id) => odds({ id, price: -110 })),
      true,
    );
    expect(page.timers.size).toBe(0);
    store.applyFrames(
      ids.map((id) => odds({ id, price: 120 })),
      true,
    );
    expect(page.timers.size).toBe(1);
    page.advance(MOVE_MARK_MS - 1_000);
    expect(state().moves.size).toBe(50);
    page.advance(2_000);
    expect(state().moves.size).toBe(0);
    expect(state().aged.size).toBe(50);
    expect(page.timers.size).toBe(1);
    page.advance(MOVE_AGED_MS - MOVE_MARK_MS);
    expect(state().aged.size).toBe(0);
    expect(page.timers.size).toBe(0);
  });

  it('tells of an aged move as of a new one when the price moves again', () => {
    const { page, store, odds, state } = setUp();
    store.applyFrames([odds({ price: -110 })], true);
    store.applyFrames([odds({ price: 120 })], true);
    page.advance(MOVE_MARK_MS + 1_000);
    expect(state().aged.get(ID)).toMatchObject({ direction: 'up', from: -110 });
    store.applyFrames([odds({ price: 110 })], true);
    expect(state().aged.size).toBe(0);
    expect(state().moves.get(ID)).toMatchObject({ direction: 'down', from: 120 });
  });

  it('lets aged marks go before new ones where there are too many', () => {
    const { page, store, odds, state } = setUp();
    const block = (name: string, count: number) => {
      const ids = Array.from({ length: count }, (_, index) => `1:-1:FX1:m:${name}-${index}`);
      for (const price of [-110, 120])
        store.applyFrames(
          ids.map((id) => odds({ id, price })),
          true,
        );
    };
    block('old', 15_000);
    page.advance(MOVE_MARK_MS + 1_000);
    block('new', 6_000);
    expect(state().moves.size).toBe(6_000);
    expect(state().aged.size).toBe(10_000);
    expect(state().aged.has('1:-1:FX1:m:old-999')).toBe(false);
  });

  it('fade though the clock was set back, with none made later staying for as long as it was', () => {
    const { page, store, odds, state } = setUp();
    store.applyFrames([odds({ price: -110 }), odds({ id: OTHER, price: -110 })], true);
    page.advance(1_000);
    store.applyFrames([odds({ price: -115, timestamp: ROW_SECONDS + 1 })], true);
    page.shiftClock(-1_800_000);
    page.advance(2_000);
    store.applyFrames([odds({ id: OTHER, price: -120, timestamp: ROW_SECONDS + 1 })], true);
    expect([...state().moves.keys()]).toEqual([OTHER]);
    page.advance(MOVE_MARK_MS + 2_000);
    expect([...state().moves.keys()]).toEqual([]);
    page.advance(MOVE_AGED_MS);
    expect(state().aged.size).toBe(0);
  });

  it('are cleared one by one or all, of whatever age, and told of to those who watch', () => {
    const { page, store, odds, state } = setUp();
    const told: string[] = [];
    for (const id of ['A', 'B', 'C']) store.watchOdd(id, () => told.push(id));
    for (const price of [-110, 120]) store.applyFrames([odds({ id: 'A', price })], true);
    page.advance(MOVE_MARK_MS + 1_000);
    for (const price of [-110, 120]) store.applyFrames([odds({ id: 'B', price })], true);
    told.length = 0;
    store.clearMark('C');
    expect(told).toEqual([]);
    store.clearMark('A');
    expect(told).toEqual(['A']);
    expect(state().aged.size).toBe(0);
    store.clearMarks();
    expect(told).toEqual(['A', 'B']);
    expect(state().moves.size).toBe(0);
    const { tick } = state();
    store.clearMarks();
    expect(state().tick).toBe(tick);
  });

  it('takes a mark away after as long as it is told, a change while it stands included', () => {
    let seconds = 60;
    const { page, store, odds, state } = setUp(null, { moveMarkMs: () => seconds * 1000 });
    store.applyFrames([odds({ price: -110 })], true);
    store.applyFrames([odds({ price: 120 })], true);
    page.advance(MOVE_MARK_MS + 2_000);
    expect(state().moves.size).toBe(1);
    seconds = 10;
    page.advance(2_000);
    expect(state().moves.size).toBe(0);
  });

  it('keeps a bounded number of marks, the newest ones', () => {
    const { store, odds, state } = setUp();
    for (let block = 0; block < 21; block += 1) {
      const ids = Array.from({ length: 1_000 }, (_, index) => `1:-1:FX1:m:${block}-${index}`);
      store.applyFrames(
        ids.map((id) => odds({ id, price: -110 })),
        true,
      );
      store.applyFrames(
        ids.map((id) => odds({ id, price: 120 })),
        true,
      );
    }
    expect(state().moves.size).toBe(16_000);
    expect(state().moves.has('1:-1:FX1:m:0-0')).toBe(false);
    expect(state().moves.has('1:-1:FX1:m:20-999')).toBe(true);
  });
});

describe('news', () => {
  it('tells each change once, in order, after the write, and nothing that changed nothing', () => {
    const { store, odds, lock, state } = setUp();
    const told: string[] = [];
    const stop = store.onNews((news) => {
      for (const one of news) {
        if (one.kind === 'odd') {
          told.push(`${one.previous?.price ?? 'new'} -> ${one.odd.price} ${one.odd.state}`);
          expect(state().book.odds.get(ID)?.state).toBe('locked');
        }
      }
    });
    const first = odds({ price: -110 });
    store.applyFrames([first, first, odds({ price: -120 }), lock({ price: -120 })], true);
    expect(told).toEqual(['new -> -110 open', '-110 -> -120 open', '-120 -> -120 locked']);
    stop();
    store.applyFrames([odds({ price: -130 })], true);
    expect(told).toHaveLength(3);
  });

  it('has the time of the page’s clock, also where that was set back', () => {
    const { page, store, odds } = setUp();
    const at: number[] = [];
    store.onNews((news) => at.push(...news.map((one) => one.at)));
    store.applyFrames([odds({ price: -110 })], true);
    const before = page.now();
    page.shiftClock(-1_800_000);
    store.applyFrames([odds({ price: -115, timestamp: ROW_SECONDS + 1 })], true);
    expect(at).toEqual([before, before - 1_800_000]);
  });

  it('takes for missed what a read brings while the server makes good for a gap, and nothing else', () => {
    const { store, frame, odds, state } = setUp();
    const missed: boolean[] = [];
    store.onNews((news) => missed.push(...news.map(({ isCatchUp }) => isCatchUp)));
    let price = -110;
    const says = (feed: FeedStatus['feed'], healing: FeedGap['healing']) => {
      const gap = {
        ...{ from: 1, until: 2, leagues: [], others: 0, why: 'stalled' as const, differences: 0 },
        healing,
      };
      store.applyFrames([frame('feed-status', aFeedStatus({ feed, gaps: [gap] }))], true);
    };
    const moves = (vendorId?: string) => {
      price -= 1;
      const row = aWireRow({ price, timestamp: ROW_SECONDS - price });
      store.applyFrames(
        [frame('copilot-odds', { data: [row], ...(vendorId && { upstream_entry_id: vendorId }) })],
        true,
      );
    };
    store.applyFrames([odds({ price })], true);
    says('late', 'reading');
    moves();
    expect(state().moves.size).toBe(0);
    moves('9-1');
    // What the first read could not have is read again and again, on a board that is live.
    says('live', 'failed');
    moves();
    says('live', 'read');
    moves();
    expect(missed).toEqual([false, true, false, true, false]);
    expect(state().moves.get(ID)).toMatchObject({ isFresh: true });
  });

  it('counts each time that the stream begins or ceases to leave changes out', () => {
    const { store, frame, state } = setUp();
    let price = -110;
    const moves = (conflated: boolean) => {
      price -= 1;
      const row = aWireRow({ price, timestamp: ROW_SECONDS - price });
      return frame('copilot-odds', { data: [row], ...(conflated && { conflated }) });
    };
    const run = (...conflated: boolean[]) => {
      store.applyFrames(conflated.map(moves), true);
      return state().feed.skips;
    };
    expect([run(false), run(false, true), run(true), run(false), run(true, false, true)]).toEqual([
      0, 1, 1, 2, 5,
    ]);
  });

  it('says of what was missed that it is late', () => {
    const { store, odds } = setUp();
    const told: boolean[] = [];
    store.onNews((news) => told.push(...news.map(({ isCatchUp }) => isCatchUp)));
    store.applyFrames([odds({ price: -110 }, { isCatchUp: true }), odds({ price: 120 })], true);
    expect(told).toEqual([true, false]);
  });
});

describe('snapshot', () => {
  it('replaces what is held of its scope, without a move', () => {
    const { store, odds, state } = setUp();
    store.applyFrames(
      [odds({ price: -110 }, { id: '1-0' }), odds({ id: OTHER }, { id: '1-1' })],
      true,
    );
    store.holdSnapshot(aSnapshot('2-0', [aWireRow({ price: 150 })]), ANYWHERE);
    expect(state().book.odds.get(ID)?.price).toBe(150);
    expect(state().book.odds.has(OTHER)).toBe(false);
    expect(state().moves.size).toBe(0);
    expect(state().load).toMatchObject({ state: 'complete', at: '2-0' });
  });

  it('takes no score back that the stream told after it was cut', () => {
    const { store, frame, state } = setUp();
    const game = (home: number) => ({ id: 'FX1', result: { scores: { home: { total: home } } } });
    const score = () => state().book.fixtures.get('FX1')?.score?.home;
    store.holdSnapshot(aSnapshot('1-0', [], [game(10)]), ANYWHERE);
    store.applyFrames([frame('fixture', { data: game(12) }, { id: '3-0' })], true);
    store.holdSnapshot(aSnapshot('2-0', [], [game(10)]), ANYWHERE);
    expect(score()).toBe(12);
    store.holdSnapshot(aSnapshot('4-0', [], [game(13)]), ANYWHERE);
    expect(score()).toBe(13);
  });

  it('takes away the mark of a price that it replaces, and keeps that of one it confirms', () => {
    const { store, odds, state } = setUp();
    for (const price of [-110, 120]) {
      store.applyFrames(
        [odds({ price }, { id: '1-0' }), odds({ id: OTHER, price }, { id: '1-1' })],
        true,
      );
    }
    expect(state().moves.size).toBe(2);
    store.holdSnapshot(
      aSnapshot('2-0', [aWireRow({ price: 150 }), aWireRow({ id: OTHER, price: 120 })]),
      ANYWHERE,
    );
    expect([...state().moves.keys()]).toEqual([OTHER]);
  });

  it('is no news, and neither is a catch-up or what nobody saw', () => {
    const { page, store, odds } = setUp();
    store.applyFrames([odds({ price: -110 })], true);
    expect(store.quietAt()).toBe(Number.NEGATIVE_INFINITY);
    for (const write of [
      () => store.holdSnapshot(aSnapshot('2-0', [aWireRow()]), ANYWHERE),
      () => store.applyFrames([odds({ price: 120 }, { isCatchUp: true })], true),
      () => store.applyFrames([odds({ price: 130 })], false),
    ]) {
      page.advance(5_000);
      write();
      expect(store.quietAt()).toBe(page.now());
    }
    page.advance(5_000);
    store.applyFrames([odds({ price: 140 })], true);
    expect(store.quietAt()).toBe(page.now() - 5_000);
  });

  it('keeps what the stream brought after it was cut', () => {
    const { store, odds, state } = setUp();
    store.applyFrames(
      [odds({ price: 175 }, { id: '3-0' }), odds({ id: OTHER, fixture_id: 'FX2' }, { id: '3-1' })],
      true,
    );
    store.holdSnapshot(aSnapshot('2-0', [aWireRow({ price: 150 })]), ANYWHERE);
    expect(state().book.odds.get(ID)?.price).toBe(175);
    expect(state().book.odds.has(OTHER)).toBe(true);
  });

  it('knows the price of an odd of which the stream said nothing since but how it ended', () => {
    const { store, settle, state } = setUp();
    store.applyFrames([settle()], true);
    const { settlement, settledAt } = state().book.odds.get(ID) ?? {};
    expect(state().book.odds.get(ID)).toMatchObject({ state: 'settled', price: null });
    store.holdSnapshot(aSnapshot('5-1', [aWireRow({ price: -130, points: 4.5 })]), ANYWHERE);
    expect(state().book.odds.get(ID)).toMatchObject({
      ...{ state: 'settled', settlement, settledAt, price: -130, points: 4.5, lockedAt: null },
      groupingKey: aWireRow().grouping_key,
    });
  });

  it('leaves what is outside of its scope', () => {
    const { store, state } = setUp();
    const elsewhere = aWireRow({ id: 'B', fixture_id: 'FX2', league: 'WNBA' });
    store.holdSnapshot(aSnapshot('1-0', [aWireRow(), elsewhere]), ANYWHERE);
    store.holdSnapshot(aSnapshot('2-0', []), { leagues: ['nba'], fixtureIds: [] });
    expect([...state().book.odds.keys()]).toEqual(['B']);
  });

  describe('a fixture that the server has forgotten', () => {
    const kept = aWireRow({ id: 'B', fixture_id: 'FX2' });
    const nba = { id: 'FX1', league: { id: 'nba', name: 'NBA' } };
    function aBoard() {
      const kit = setUp();
      kit.store.holdSnapshot(aSnapshot('1-0', [aWireRow(), kept], [nba]), ANYWHERE);
      const forget = (id: string, fixtureId = 'FX1') =>
        kit.frame('forgotten', { data: { fixture_id: fixtureId } }, { id });
      const ids = () => [...kit.state().book.odds.keys()];
      return { ...kit, forget, ids };
    }

    it('goes with its odds and their marks, and nothing else does', () => {
      const { store, odds, forget, ids, state } = aBoard();
      const { structure } = state();
      const revision = store.revisionOf('FX2');
      let told = 0;
      store.watchOdd(ID, () => {
        told += 1;
      });
      store.applyFrames([odds({ price: 140 }, { id: '2-0' }), forget('3-0')], true);
      expect(ids()).toEqual(['B']);
      expect(state().book.fixtures.has('FX1')).toBe(false);
      expect(state().moves.size).toBe(0);
      expect(state().structure).toBe(structure + 1);
      expect(store.revisionOf('FX2')).toBe(revision);
      expect(told).toBe(1);
    });

    it('takes marks of any age with it', () => {
      const { page, store, odds, forget, state } = aBoard();
      store.applyFrames([odds({ price: 140 }, { id: '2-0' })], true);
      page.advance(MOVE_MARK_MS + 1_000);
      expect(state().aged.size).toBe(1);
      store.applyFrames([forget('3-0')], true);
      expect(state().aged.size).toBe(0);
    });

    it('does not come back with a snapshot that was cut before, and does with a later one', () => {
      const { store, forget, ids, state } = aBoard();
      store.applyFrames([forget('3-0')], true);
      store.holdSnapshot(aSnapshot('2-0', [aWireRow(), kept], [nba]), ANYWHERE);
      expect(ids()).toEqual(['B']);
      expect(state().book.fixtures.has('FX1')).toBe(false);
      store.holdSnapshot(aSnapshot('4-0', [aWireRow(), kept], [nba]), ANYWHERE);
      expect(ids().sort()).toEqual([ID, 'B'].sort());
      expect(state().book.fixtures.has('FX1')).toBe(true);
    });

    it('stays where the held snapshot was cut after that, since it is in it', () => {
      const { store, forget, ids } = aBoard();
      store.holdSnapshot(aSnapshot('5-0', [aWireRow(), kept], [nba]), ANYWHERE);
      store.applyFrames([forget('4-0')], true);
      expect(ids().sort()).toEqual([ID, 'B'].sort());
    });

    it('is one like any other where something is heard of it again', () => {
      const { store, odds, forget, ids, state } = aBoard();
      const revision = store.revisionOf('FX1');
      store.applyFrames([forget('3-0'), odds({ price: 140 }, { id: '4-0' })], true);
      expect(ids().sort()).toEqual([ID, 'B'].sort());
      expect(store.revisionOf('FX1')).not.toBe(revision);
      expect(state().moves.size).toBe(0);
      store.holdSnapshot(aSnapshot('2-0', [aWireRow({ price: 120 }), kept], [nba]), ANYWHERE);
      expect(state().book.odds.get(ID)?.price).toBe(140);
    });

    it('is let go of where it is named, and only there', () => {
      const { store, frame, ids } = aBoard();
      const frames = ['', '{}', '{"data":{}}', '{"data":{"fixture_id":""}}'];
      for (const data of frames) store.applyFrames([frame('forgotten', data, { id: '9-0' })], true);
      expect(ids().sort()).toEqual([ID, 'B'].sort());
    });

    it('leaves nothing behind, however many pass', () => {
      const { store, odds, lock, forget, state } = aBoard();
      const before = [...state().book.fixtureIds()];
      for (let number = 0; number < 500; number += 1) {
        const at = 10 * number + 10;
        const own = { fixture_id: `P${number}`, id: `odd ${number}` };
        store.applyFrames([odds({ ...own, price: 140 }, { id: `${at}-0` })], true);
        store.applyFrames([odds({ ...own, price: 150 }, { id: `${at}-1` }), lock(own)], true);
        store.applyFrames([forget(`${at}-2`, `P${number}`)], true);
      }
      expect([...state().book.fixtureIds()]).toEqual(before);
      expect([...state().moves.keys()]).toEqual([]);
      // What has no revision of its own has the one of everything.
      expect(store.revisionOf('P7')).toBe(store.revisionOf('never heard of'));
      expect(store.stateRevisionOf('P7')).toBe(store.revisionOf('never heard of'));
    });
  });

  it('forgets fixtures that are gone and keeps those that only the stream knows', () => {
    const { store, frame, state } = setUp();
    const old = { id: 'OLD', status: 'completed', league: { id: 'nba', name: 'NBA' } };
    store.holdSnapshot(aSnapshot('1-0', [], [old]), ANYWHERE);
    const moved = {
      data: {
        fixture_id: 'NEW',
        league: 'NBA',
        new_start_date: '2026-11-22T20:00:00Z',
        fixture: {},
      },
    };
    store.applyFrames([frame('fixture-status', moved, { id: '3-0' })], true);
    store.holdSnapshot(aSnapshot('2-0', [], []), ANYWHERE);
    expect([...state().book.fixtures.keys()]).toEqual(['NEW']);
  });

  it('is the same to a browser when its first screen is slimmed', () => {
    const { store, odds, lock, state } = setUp();
    store.applyFrames([odds({ price: 125 }), lock({ id: OTHER, price: -140 })], true);
    const snapshot = {
      sport: 'basketball',
      at: '5-0',
      partial: false,
      fixtures: [
        {
          id: 'FX1',
          league: { id: 'nba', name: 'NBA' },
          status: 'live',
          old_status: 'unplayed',
          start_date: '2026-11-22T19:30:00Z',
          home_team_display: 'Harbor Kings',
          away_competitors: [{ id: 'T2', name: 'Mesa Owls', abbreviation: null }],
          result: { scores: { home: { total: 61 } } },
          venue_name: 'unread',
        },
      ],
      odds: [...state().book.odds.values()].map((odd) => ({
        ...aWireRow({ id: odd.id }),
        ...snapshotOdd(odd),
      })),
      next: null,
    };
    const full: FirstScreen = {
      snapshot,
      feed: aFeedStatus(),
      totals: { fixtures: 1, odds: 2 },
      past: null,
      now: 1,
    };
    const slim = slimFirstScreen(full).snapshot;
    const read = (body: unknown) => decodeSnapshot(body, { keepWire: false });
    const whole = read(snapshot);
    // Where a price came from is not on the first screen: the snapshot that follows says it.
    const trail = { openingPrice: null, openingAt: null, previousPrice: null, movedAt: null };
    expect(read(slim)).toEqual({ ...whole, odds: whole.odds.map((odd) => ({ ...odd, ...trail })) });
    expect(JSON.stringify(slim)).not.toContain('unread');
    expect(JSON.stringify(slim).length).toBeLessThan(JSON.stringify(snapshot).length);
  });

  it('shows the first screen at once, as such', () => {
    const first = setUp();
    first.store.applyFrames([first.odds({ price: 125 })], true);
    const held = first.state().book;
    const odd = held.odds.get(ID) as Odd;
    const initial: FirstScreen = {
      snapshot: {
        sport: 'basketball',
        at: '5-0',
        partial: true,
        fixtures: [
          snapshotFixture({ ...(held.fixtures.get('FX1') as Fixture), id: 'FX1', wire: {} }),
        ],
        odds: [{ ...snapshotOdd(odd), ...aWireRow({ price: 125 }) }],
        next: null,
      },
      feed: aFeedStatus(),
      totals: { fixtures: 40, odds: 900 },
      past: null,
      now: 1,
    };
    const { state } = setUp(initial);
    expect(state().load).toMatchObject({ state: 'first-screen', at: '5-0', partial: true });
    expect(state().load.totals).toEqual({ fixtures: 40, odds: 900 });
    expect(state().book.odds.get(ID)?.price).toBe(125);
    expect(state().feed).toMatchObject({ state: 'connecting', source: 'simulator' });
  });
});

describe('the position of what is held', () => {
  it('is that of the snapshot, then of the newest frame, and unknown after a reset until the next snapshot', () => {
    const { store, odds, frame } = setUp();
    expect(store.position()).toBeNull();
    store.holdSnapshot(aSnapshot('5000-1', [aWireRow()]), ANYWHERE);
    expect(store.position()).toBe('5000-1');
    store.applyFrames([odds({ price: 125 }, { id: '6000-0' })], true);
    expect(store.position()).toBe('6000-0');
    // A status moves it on as well, a ping and a snapshot that is older do not.
    store.applyFrames([frame('feed-status', aFeedStatus(), { id: '7000-2' })], true);
    store.applyFrames([frame('ping', 'x', { id: null })], true);
    store.holdSnapshot(aSnapshot('6500-0', [aWireRow()]), ANYWHERE);
    expect(store.position()).toBe('7000-2');
    store.reset();
    expect(store.position()).toBeNull();
    store.holdSnapshot(aSnapshot('100-0', [aWireRow()]), ANYWHERE);
    expect(store.position()).toBe('100-0');
  });
});

describe('feed state', () => {
  it('is the worse of our own hop and the server’s', () => {
    const { store, frame, state } = setUp();
    store.setHop('live', 10);
    expect(state().feed.state).toBe('live');
    store.applyFrames(
      [frame('feed-status', JSON.stringify(aFeedStatus({ feed: 'late', since: 20 })))],
      true,
    );
    expect(state().feed).toMatchObject({ state: 'late', since: 20 });
    store.setHop('dead', 30);
    expect(state().feed).toMatchObject({ state: 'dead', since: 30 });
    store.setHop('live', 40);
    expect(state().feed).toMatchObject({ state: 'late', since: 20 });
  });

  it('passes on what the server says a person should know', () => {
    const { store, frame, state } = setUp();
    store.setHop('live', 10);
    const message = 'The key may lack copilot.';
    store.applyFrames([frame('feed-status', JSON.stringify(aFeedStatus({ message })))], true);
    expect(state().feed.message).toBe(message);
  });

  it('tells by the stream whether its snapshot still lacks something', () => {
    const { store, frame, state } = setUp();
    const tell = (status: Partial<FeedStatus>) =>
      store.applyFrames([frame('feed-status', JSON.stringify(aFeedStatus(status)))], true);
    store.holdSnapshot({ ...aSnapshot('5-0', [aWireRow()]), partial: true }, ANYWHERE);
    expect(state().load.partial).toBe(true);
    // A league filled after the cut is in no event: the snapshot has to be read again first.
    tell({ filledAt: '6-0' });
    expect(state().load.partial).toBe(true);
    tell({ filledAt: '4-0' });
    expect(state().load.partial).toBe(false);
    tell({ partial: true, filledAt: '4-0' });
    expect(state().load.partial).toBe(true);
  });

  it('keeps the last status when a broken one arrives', () => {
    const { store, frame, state } = setUp();
    store.applyFrames([frame('feed-status', JSON.stringify(aFeedStatus()))], true);
    store.applyFrames(
      [frame('feed-status', 'not json'), frame('feed-status', '{"feed":"fine"}')],
      true,
    );
    expect(state().feed.status?.feed).toBe('live');
  });

  it('measures the clocks’ difference by pings, to within half a second', () => {
    const { page, store, frame, state } = setUp();
    for (let count = 0; count < 6; count += 1) {
      // The server is 4 s behind us and cuts its time to the second.
      const serverMs = Math.floor((page.now() - 4_000) / 1_000) * 1_000;
      const ping = `${new Date(serverMs).toISOString().slice(0, 19)}Z`;
      store.applyFrames([frame('ping', ping)], true);
      page.advance(5_130);
    }
    expect(Math.abs((state().feed.clockOffsetMs ?? 0) - 4_000)).toBeLessThanOrEqual(500);
  });
});

describe('settlement', () => {
  it('keeps price and points, and is no move', () => {
    const { store, odds, settle, state } = setUp();
    store.applyFrames([odds({ price: -103, points: 105.5 })], true);
    store.applyFrames([settle({ settlement: 'Won', timestamp: ROW_SECONDS })], true);
    expect(state().book.odds.get(ID)).toMatchObject({
      state: 'settled',
      settlement: 'Won',
      price: -103,
      points: 105.5,
    });
    expect(state().moves.size).toBe(0);
  });
});
