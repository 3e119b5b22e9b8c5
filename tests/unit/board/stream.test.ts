import { describe, expect, it } from 'vitest';
import { type LiveStore, liveStore } from '@/lib/board/live-store';
import { createBoardStore, type Scope } from '@/lib/board/store';
import { createBoardStream } from '@/lib/board/stream';
import { decodeSnapshot, type Snapshot } from '@/lib/protocol/decode';
import { aWireRow } from '../../support/builders';
import { createFakePage } from './fakes';

const ID = String(aWireRow().id);
const ALL: Scope = { leagues: [], fixtureIds: [] };
const NBA: Scope = { leagues: ['NBA'], fixtureIds: [] };
const of = (...leagues: string[]): Scope => ({ leagues, fixtureIds: [] });

function aSnapshot(at: string, rows: object[] = []): Snapshot {
  return decodeSnapshot({
    sport: 'basketball',
    at,
    partial: false,
    fixtures: [],
    odds: rows.map((row) => ({ state: 'open', ...row })),
    next: null,
  });
}

function setUp(prepare: (store: LiveStore) => void = () => {}, heldForMs = 0) {
  const page = createFakePage();
  const store = liveStore(createBoardStore({ sport: 'basketball', initial: null, ...page }));
  prepare(store);
  const reads: {
    scope: Scope;
    onPage(): void;
    answer(snapshot: Snapshot): Promise<void>;
    fail(): Promise<void>;
  }[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  const stream = createBoardStream(store, {
    ...page,
    heldSince: page.now() - heldForMs,
    readSnapshot: (scope, onPage) =>
      new Promise((resolve, reject) => {
        reads.push({
          scope,
          onPage,
          answer: async (snapshot) => {
            resolve(snapshot);
            await settle();
          },
          fail: async () => {
            reject(new Error('The server answered 503.'));
            await settle();
          },
        });
      }),
    streamUrl: ({ leagues }, lastEntryId) =>
      `/stream?${new URLSearchParams([
        ...leagues.map((league) => ['league', league]),
        ...(lastEntryId === null ? [] : [['last_entry_id', lastEntryId]]),
      ])}`,
  });
  const read = () => {
    const last = reads.at(-1);
    if (!last) throw new Error('no snapshot was asked for');
    return last;
  };
  const emit = (price: number, id: string) =>
    page
      .source()
      .emit('copilot-odds', JSON.stringify({ entry_id: id, data: [aWireRow({ price })] }), id);
  const price = () => store.getState().book.odds.get(ID)?.price;
  /** Shows a scope until it is read and live. */
  const show = async (scope: Scope, at: string) => {
    stream.setScope(scope);
    await read().answer(aSnapshot(at, [aWireRow()]));
    page.source().emit('feed-status', '{}');
    expect(store.getState().feed.hop.state).toBe('live');
  };
  /** Lets time pass on a stream that speaks. */
  const stay = (minutes: number) => {
    for (let second = 0; second < minutes * 60; second += 5) {
      page.source().emit('ping', new Date(page.now()).toISOString());
      page.advance(5_000);
    }
  };
  return { page, store, stream, reads, read, emit, price, show, stay };
}

describe('board stream', () => {
  it('goes on from the very entry at which the snapshot was cut', async () => {
    const { page, stream, read, price } = setUp();
    stream.setScope(ALL);
    expect(page.sources.length).toBe(0);
    await read().answer(aSnapshot('7-3', [aWireRow({ price: 110 })]));
    expect(price()).toBe(110);
    expect(page.source().position).toBe('7-3');
  });

  it('keeps showing what it holds while another scope is read, then reconnects from its cut', async () => {
    const { page, stream, read, price, emit } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0', [aWireRow({ price: 110 })]));
    stream.setScope(NBA);
    expect(read().scope).toEqual(NBA);
    emit(120, '8-0');
    page.frame();
    expect(price()).toBe(120);
    await read().answer(aSnapshot('9-0', [aWireRow({ price: 130 })]));
    expect(price()).toBe(130);
    expect(page.sources.length).toBe(2);
    expect(page.sources[0]?.isClosed).toBe(true);
    expect(page.source().url).toContain('league=NBA');
    expect(page.source().position).toBe('9-0');
  });

  it('is not live with leagues that are not streamed yet, and tells of no gap for it', async () => {
    const { page, store, stream, read } = setUp();
    const hop = () => store.getState().feed.hop.state;
    const speak = () => page.source().emit('feed-status', '{}');
    const both: Scope = { leagues: ['NBA', 'WNBA'], fixtureIds: [] };
    stream.setScope(both);
    await read().answer(aSnapshot('7-0'));
    speak();
    expect(hop()).toBe('live');
    // A part of what is streamed is live at once, and so it stays when the rest is wanted back.
    stream.setScope(NBA);
    expect(hop()).toBe('live');
    stream.setScope(both);
    expect(hop()).toBe('live');
    stream.setScope(ALL);
    expect(hop()).toBe('connecting');
    page.source().emit('ping', '2026-11-22T19:30:00Z');
    page.frame();
    page.advance(5_000);
    page.source().emit('ping', '2026-11-22T19:30:05Z');
    expect(hop()).toBe('connecting');
    await read().answer(aSnapshot('9-0'));
    expect(hop()).toBe('connecting');
    speak();
    expect(hop()).toBe('live');
    expect(store.getState().feed.hopGaps).toEqual([]);
  });

  it('is live again at once where the scope that is streamed is wanted back', async () => {
    const { page, store, stream, reads } = setUp();
    stream.setScope(NBA);
    await reads[0]?.answer(aSnapshot('7-0'));
    page.source().emit('feed-status', '{}');
    stream.setScope(ALL);
    stream.setScope(NBA);
    expect(store.getState().feed.hop.state).toBe('live');
    await reads[2]?.answer(aSnapshot('8-0'));
    expect(page.sources).toHaveLength(1);
    expect(store.getState().feed.hop.state).toBe('live');
  });

  it('tells of a gap where the stream breaks', async () => {
    const { page, store, stream, read } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0'));
    page.source().emit('feed-status', '{}');
    page.source().emit('error');
    expect(store.getState().feed.hopGaps).toMatchObject([{ until: null, healing: 'waiting' }]);
  });

  it('loses no event that came while the snapshot was on its way', async () => {
    const { page, stream, read, price, emit } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0', [aWireRow({ price: 110 })]));
    page.source().emit('reset', '{"reason":"too-old","at":"7-0"}', '7-0');
    // It is newer than the snapshot that was cut before it, and still waits for its frame.
    emit(190, '9-0');
    await read().answer(aSnapshot('8-0', [aWireRow({ price: 120 })]));
    expect(price()).toBe(190);
    expect(page.sources.length).toBe(1);
  });

  it('takes what a server says after a reset, however far its clock is behind the one before', async () => {
    const { page, stream, read, price, emit } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('9000-0', [aWireRow({ price: 110 })]));
    page.frame();
    // Still waits for its frame, and is numbered by the earlier life.
    emit(120, '9001-0');
    page.source().emit('reset', '{"reason":"unknown-position","at":"7000-0"}', '7000-0');
    emit(130, '7001-0');
    page.frame();
    expect(price()).toBe(130);
    await read().answer(aSnapshot('7002-0', [aWireRow({ price: 140 })]));
    expect(price()).toBe(140);
    emit(150, '7003-0');
    page.frame();
    expect(price()).toBe(150);
  });

  it('goes on from a snapshot that was cut before the reset that asked for it', async () => {
    const { page, stream, read, price, emit } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0', [aWireRow({ price: 110 })]));
    page.source().emit('reset', '{"reason":"too-old","at":"9-0"}', '9-0');
    await read().answer(aSnapshot('8-5', [aWireRow({ price: 120 })]));
    // What came between the two is in neither, unless the stream is asked for it.
    expect(page.sources.length).toBe(2);
    expect(page.source().position).toBe('8-5');
    emit(130, '8-9');
    page.frame();
    expect(price()).toBe(130);
  });

  it('reads the snapshot again on a reset, and counts it', async () => {
    const { page, store, stream, read, reads, price } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0', [aWireRow({ price: 110 })]));
    page.source().emit('reset', '{"reason":"too-old","at":"8-0"}');
    expect(reads.length).toBe(2);
    expect(store.getState().feed.resets).toBe(1);
    await read().answer(aSnapshot('8-1', [aWireRow({ price: 115 })]));
    expect(price()).toBe(115);
  });

  it('ignores the answer for a scope that is no longer wanted', async () => {
    const { stream, reads, store } = setUp();
    stream.setScope(NBA);
    stream.setScope(ALL);
    expect(reads.length).toBe(2);
    await reads[0]?.answer(aSnapshot('7-0', [aWireRow()]));
    expect(store.getState().book.odds.size).toBe(0);
    await reads[1]?.answer(aSnapshot('8-0', [aWireRow()]));
    expect(store.getState().load.at).toBe('8-0');
  });

  it('does not read or reconnect for a scope that is the same', async () => {
    const { page, stream, read, reads } = setUp();
    stream.setScope({ leagues: ['NBA'], fixtureIds: [] });
    await read().answer(aSnapshot('7-0'));
    stream.setScope({ leagues: ['NBA'], fixtureIds: [] });
    expect(reads.length).toBe(1);
    expect(page.sources.length).toBe(1);
  });

  it('says why a snapshot cannot be read, still shows the feed, and tries again by itself', async () => {
    const { page, store, stream, read, reads } = setUp();
    stream.setScope(ALL);
    await read().fail();
    expect(store.getState().load).toMatchObject({
      state: 'error',
      error: 'The server answered 503.',
    });
    expect(page.sources.length).toBe(1);
    page.advance(2_000);
    expect(reads.length).toBe(2);
    // It does not come and go with each try.
    expect(store.getState().load.error).toBe('The server answered 503.');
    await read().answer(aSnapshot('7-0'));
    expect(store.getState().load).toMatchObject({ state: 'complete', error: null });
  });

  it('leaves a board dead that was dead before it came, until something is read or heard', async () => {
    const before = setUp((store) => store.setHop('dead', 5, false));
    const hop = () => before.store.getState().feed.hop;
    const told: string[] = [];
    before.store.subscribe(() => told.push(hop().state));
    before.stream.setScope(ALL);
    await before.read().fail();
    expect(before.page.sources.length).toBe(1);
    before.page.advance(12_000);
    before.page.advance(12_000);
    expect(new Set([...told, hop().state])).toEqual(new Set(['dead']));
    expect(hop().since).toBe(5);
    const heard = setUp((store) => store.setHop('dead', 5, false));
    heard.stream.setScope(ALL);
    await heard.read().fail();
    heard.page.source().emit('feed-status', '{}');
    heard.page.frame();
    expect(heard.store.getState().feed.hop.state).toBe('live');

    const read = setUp((store) => store.setHop('dead', 5, false));
    read.stream.setScope(ALL);
    await read.read().answer(aSnapshot('7-0', [aWireRow()]));
    expect(read.store.getState().feed.hop.state).toBe('connecting');
  });

  it('counts from when the page came, whatever is slow: its code, its snapshot, its stream', async () => {
    // The code came after 6 s, the snapshot never, and the stream that is opened without it says nothing.
    const { page, store, stream, read } = setUp(() => {}, 6_000);
    const hop = () => store.getState().feed.hop;
    const since = page.now() - 6_000;
    stream.setScope(ALL);
    page.advance(3_900);
    expect(hop().state).toBe('connecting');
    page.advance(100);
    expect(hop()).toEqual({ state: 'late', since });
    page.advance(5_000);
    expect(hop()).toEqual({ state: 'dead', since });
    page.advance(12_000);
    expect(page.sources.length).toBe(1);
    page.advance(1_000);
    expect(hop()).toEqual({ state: 'dead', since });
    // What is read at last is known, and what follows it is counted anew.
    await read().answer(aSnapshot('7-0', [aWireRow()]));
    expect(hop().state).toBe('connecting');
    page.source().emit('feed-status', '{}');
    expect(hop().state).toBe('live');
    page.advance(9_000);
    page.source().emit('ping', '2026-11-22T19:30:05Z');
    expect(hop().state).toBe('live');
  });

  it('has leagues grey that nobody tells of, though the stream of others is live', async () => {
    const { page, store, stream, read } = setUp();
    const hop = () => store.getState().feed.hop;
    stream.setScope(NBA);
    await read().answer(aSnapshot('7-0', [aWireRow()]));
    page.source().emit('feed-status', '{}');
    expect(hop().state).toBe('live');
    stream.setScope(ALL);
    const since = page.now();
    const states = new Set<string>();
    for (let second = 0; second < 16; second += 1) {
      states.add(hop().state);
      page.source().emit('ping', new Date(page.now()).toISOString());
      page.advance(1_000);
    }
    expect([...states]).toEqual(['connecting', 'late', 'dead']);
    expect(hop()).toEqual({ state: 'dead', since });
    expect(store.getState().feed.hopGaps).toEqual([]);
    // That stream breaks and is live again: of the others it tells nothing all the same.
    page.source().emit('error', '');
    page.advance(3_000);
    expect(page.sources.length).toBe(2);
    page.source().emit('feed-status', '{}');
    page.frame();
    expect(hop()).toEqual({ state: 'dead', since });
    // Those that are told of are live as they were.
    stream.setScope(NBA);
    expect(hop().state).toBe('live');
  });

  it('says since when leagues were left, where they are shown again and not read soon', async () => {
    const { page, store, stream, read, show, stay } = setUp();
    const hop = () => store.getState().feed.hop;
    await show(ALL, '7-0');
    stay(1);
    await show(NBA, '8-0');
    const leftAt = page.now();
    stay(2);
    stream.setScope(ALL);
    // As a rule it is read before anybody could see it grey.
    expect(hop().state).toBe('connecting');
    page.advance(900);
    expect(hop().state).toBe('connecting');
    page.advance(100);
    expect(hop()).toEqual({ state: 'dead', since: leftAt });
    // Back in the leagues that are told of, and out again: nothing was read meanwhile.
    stream.setScope(NBA);
    page.source().emit('ping', new Date(page.now()).toISOString());
    expect(hop().state).toBe('live');
    stream.setScope(ALL);
    page.advance(1_000);
    expect(hop()).toEqual({ state: 'dead', since: leftAt });
    await read().answer(aSnapshot('9-0', [aWireRow()]));
    page.source().emit('feed-status', '{}');
    expect(hop().state).toBe('live');
    // What was read is known from then on.
    await show(NBA, '10-0');
    stream.setScope(ALL);
    page.advance(5_000);
    expect(hop().state).toBe('connecting');
  });

  it('takes of what was left only what is shown again and not told of, as of when it was told last', async () => {
    const { page, store, stream, show, stay } = setUp();
    const hop = () => store.getState().feed.hop;
    await show(ALL, '7-0');
    stay(2);
    await show(NBA, '8-0');
    const allLeftAt = page.now();
    stay(2);
    await show(of('EPL'), '9-0');
    const nbaLeftAt = page.now();
    // It was streamed until a moment ago, though it was part of what was left before.
    stream.setScope(NBA);
    page.advance(2_000);
    expect(hop().state).toBe('connecting');
    page.advance(8_000);
    expect(hop()).toEqual({ state: 'late', since: nbaLeftAt });
    // Others are older: they are grey at once, and say since when.
    page.source().emit('ping', new Date(page.now()).toISOString());
    page.advance(5_000);
    expect(hop()).toEqual({ state: 'dead', since: nbaLeftAt });
    stream.setScope(of('MLS'));
    expect(hop()).toEqual({ state: 'dead', since: allLeftAt });
  });

  it('does not take what is streamed for as old as what was left together with it', async () => {
    const { page, store, stream, show, stay } = setUp();
    const hop = () => store.getState().feed.hop;
    await show(of('NBA', 'EPL'), '7-0');
    await show(NBA, '8-0');
    stay(2);
    // Nothing is held of it: what is on screen is live.
    stream.setScope(of('NBA', 'MLS'));
    page.advance(2_000);
    expect(hop().state).toBe('connecting');
    stream.setScope(of('NBA', 'EPL'));
    page.advance(2_000);
    expect(hop().state).toBe('dead');
  });

  it('tries again at once when asked to', async () => {
    const { stream, read, reads } = setUp();
    stream.setScope(ALL);
    await read().fail();
    stream.retry();
    expect(reads.length).toBe(2);
  });

  it('reads again what the server filled after the snapshot was cut, and only then', async () => {
    const { page, stream, read, reads } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0'));
    const status = (filledAt: string) =>
      page.source().emit(
        'feed-status',
        JSON.stringify({
          feed: 'live',
          source: 'simulator',
          partial: false,
          filledAt,
          since: 0,
          message: null,
          connections: [],
        }),
      );
    status('6-0');
    page.frame();
    page.advance(3_000);
    expect(reads.length).toBe(1);
    status('9-0');
    status('9-0');
    page.frame();
    page.advance(3_000);
    expect(reads.length).toBe(2);
    await read().answer(aSnapshot('9-0'));
    page.advance(30_000);
    expect(reads.length).toBe(2);
  });

  it('reads again by itself once in a while, and stays whole meanwhile', async () => {
    const { page, store, stream, read, reads } = setUp();
    const startedAt = page.now();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0', [aWireRow()]));
    page.source().emit('feed-status', '{}');
    for (let minute = 0; minute < 60 && reads.length < 2; minute += 1) {
      page.source().emit('ping', '2026-11-22T19:30:00Z');
      page.advance(60_000);
    }
    expect(page.now() - startedAt).toBeGreaterThan(30 * 60_000);
    expect(reads.length).toBe(2);
    expect(store.getState().load.state).toBe('complete');
    // What the server has forgotten meanwhile is forgotten here.
    await read().answer(aSnapshot('9-0'));
    expect(store.getState().book.odds.size).toBe(0);
  });

  it('lets go of what earlier scopes left, at the first read after half an hour', async () => {
    const { page, store, stream, reads, read } = setUp();
    const elsewhere = aWireRow({ id: 'B', fixture_id: 'FX2', league: 'WNBA' });
    const ids = () => [...store.getState().book.odds.keys()].sort();
    const wait = (minutes: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        page.source().emit('ping', `${new Date(page.now()).toISOString().slice(0, 19)}Z`);
        page.advance(60_000);
      }
    };
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0', [aWireRow(), elsewhere]));
    stream.setScope(NBA);
    await read().answer(aSnapshot('8-0', [aWireRow()]));
    // At hand for whoever clears the filter again.
    expect(ids()).toEqual([ID, 'B'].sort());
    wait(29);
    stream.retry();
    await read().answer(aSnapshot('9-0', [aWireRow()]));
    expect(ids()).toEqual([ID, 'B'].sort());
    wait(2);
    stream.retry();
    await read().answer(aSnapshot('10-0', [aWireRow()]));
    expect(ids()).toEqual([ID]);
    // And so without anybody's doing, within an hour.
    stream.setScope(ALL);
    await read().answer(aSnapshot('11-0', [aWireRow(), elsewhere]));
    stream.setScope(NBA);
    await read().answer(aSnapshot('12-0', [aWireRow()]));
    const asked = reads.length;
    for (let minute = 0; minute < 60 && reads.length === asked; minute += 1) wait(1);
    expect(reads.length).toBe(asked + 1);
    await read().answer(aSnapshot('13-0', [aWireRow()]));
    expect(ids()).toEqual([ID]);
  });

  it('is not live after a reset until the snapshot was read, nor whole where that does not come', async () => {
    const { page, store, stream, read, reads, emit, price } = setUp();
    const hop = () => store.getState().feed.hop.state;
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0', [aWireRow({ price: 110 })]));
    page.source().emit('feed-status', '{}');
    expect(hop()).toBe('live');
    page.source().emit('reset', '{"reason":"too-old","at":"9-0"}', '9-0');
    page.source().emit('feed-status', '{}');
    expect(hop()).toBe('connecting');
    // An answer that never comes: it is given up, told, and asked for again.
    for (let second = 0; second < 25; second += 1) {
      page.source().emit('feed-status', '{}');
      page.frame();
      page.advance(1_000);
    }
    expect(hop()).toBe('dead');
    expect(store.getState().load).toMatchObject({
      state: 'error',
      error: 'The server does not answer.',
    });
    expect(reads.length).toBe(3);
    emit(120, '9-5');
    await read().answer(aSnapshot('9-9', [aWireRow({ price: 130 })]));
    expect(hop()).toBe('live');
    expect(price()).toBe(130);
  });

  it('gives a read up that brings nothing, not one that goes on', async () => {
    const { page, store, stream, reads } = setUp();
    stream.setScope(ALL);
    for (let part = 0; part < 10; part += 1) {
      page.advance(15_000);
      reads[0]?.onPage();
    }
    expect(reads.length).toBe(1);
    page.advance(20_000);
    expect(store.getState().load.state).toBe('error');
    // There is a stream now: it says how the feed is.
    expect(page.sources.length).toBeGreaterThan(0);
    page.advance(2_000);
    expect(reads.length).toBe(2);
    // What comes of the first one is nobody's.
    await reads[0]?.answer(aSnapshot('7-0', [aWireRow({ price: 110 })]));
    expect(store.getState().load.state).not.toBe('complete');
  });

  it('begins a read anew that hangs when the page is shown, and waits out no pause', async () => {
    const { page, stream, read, reads } = setUp();
    stream.setScope(ALL);
    page.wake();
    expect(reads.length).toBe(1);
    page.advance(6_000);
    page.wake();
    expect(reads.length).toBe(2);
    await read().fail();
    page.wake();
    expect(reads.length).toBe(3);
  });

  it('leaves no hole between a snapshot and a stream that began at its own time', async () => {
    const { page, stream, read, emit } = setUp();
    stream.setScope(ALL);
    await read().fail();
    expect(page.source().position).toBeNull();
    emit(120, '9-0');
    page.advance(2_000);
    await read().answer(aSnapshot('7-0', [aWireRow({ price: 110 })]));
    expect(page.sources.length).toBe(2);
    expect(page.source().position).toBe('7-0');
  });

  it('takes nothing from a stream that is behind a snapshot it was read beside', async () => {
    const { page, store, stream, read, emit, price } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0', [aWireRow({ price: 110 })]));
    page.source().emit('feed-status', '{}');
    page.frame();
    stream.retry();
    await read().answer(aSnapshot('8-0', [aWireRow({ price: 130 })]));
    emit(120, '7-5');
    page.frame();
    expect(price()).toBe(130);
    emit(130, '8-0');
    page.frame();
    expect(store.getState().moves.size).toBe(0);
    emit(140, '8-1');
    page.frame();
    expect(price()).toBe(140);
  });

  it('stops everything when it is closed', async () => {
    const { page, store, stream, read } = setUp();
    stream.setScope(ALL);
    await read().answer(aSnapshot('7-0'));
    const { tick } = store.getState();
    stream.close();
    expect(page.source().isClosed).toBe(true);
    page.advance(60_000);
    page.frame();
    expect(page.timers.size).toBe(0);
    expect(store.getState().tick).toBe(tick);
  });
});
