import { describe, expect, it } from 'vitest';
import { type ConnectionOptions, type Frame, openConnection } from '@/lib/board/connection';
import type { FeedState } from '@/lib/protocol/events';
import { createFakePage } from './fakes';

/** As a ping tells the time. */
const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function setUp(overrides: Partial<ConnectionOptions> = {}) {
  const page = createFakePage();
  const frames: Frame[] = [];
  const states: FeedState[] = [];
  let resumes = 0;
  const connection = openConnection(
    {
      url: (id) => `/stream?${new URLSearchParams(id ? { last_entry_id: id } : {})}`,
      position: null,
      onFrame: (frame) => frames.push(frame),
      onState: (state) => states.push(state),
      onResume: () => {
        resumes += 1;
      },
      ...overrides,
    },
    page,
  );
  return { page, frames, states, connection, resumes: () => resumes };
}

describe('connection', () => {
  it('is live once the catch-up is over, neither when the socket opens nor while the past is told', () => {
    const { page, states } = setUp();
    page.source().emit('open');
    page.source().emit('connected', 'ok go');
    page.source().emit('copilot-odds', '{}', '7-1');
    expect(states).toEqual([]);
    page.source().emit('feed-status', '{}');
    expect(states).toEqual(['live']);
  });

  it('stays dead while what was missed is told, and is live after it', () => {
    const { page, states } = setUp();
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.advance(40_000);
    expect(states).toEqual(['live', 'late', 'dead']);
    page.source().emit('connected', 'ok go');
    for (let second = 0; second < 30; second += 1) {
      page.source().emit('copilot-odds', '{}', `8-${second}`);
      page.advance(1_000);
    }
    expect(states).toEqual(['live', 'late', 'dead']);
    page.source().emit('feed-status', '{}');
    expect(states.at(-1)).toBe('live');
  });

  it('asks for a place again and again while it is crowded, never long after the last time', () => {
    const { page, states } = setUp();
    for (let round = 0; round < 20; round += 1) {
      const opened = page.sources.length;
      page.source().emit('crowded');
      page.source().emit('error');
      expect(states.at(-1)).toBe('dead');
      page.advance(1_000);
      expect(page.sources.length).toBe(opened + 1);
    }
    // One that is there for long without a frame gives its place in the queue up for a moment alone.
    const opened = page.sources.length;
    page.source().emit('crowded');
    page.advance(17_000);
    expect(page.sources.length).toBe(opened + 1);
  });

  it('is crowded no more, and soon live, once something comes', () => {
    const crowded: boolean[] = [];
    const { page, states } = setUp({ onCrowded: (isCrowded) => crowded.push(isCrowded) });
    page.source().emit('crowded');
    page.source().emit('connected', 'ok go');
    expect(crowded).toEqual([true, false]);
    expect(states).toEqual(['dead']);
    page.source().emit('feed-status', '{}');
    expect(states).toEqual(['dead', 'live']);
  });

  it('is late after 10 s and dead after 15 s without any frame', () => {
    const { page, states } = setUp();
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.advance(9_900);
    expect(states).toEqual(['live']);
    page.advance(1_000);
    expect(states).toEqual(['live', 'late']);
    page.advance(5_000);
    expect(states).toEqual(['live', 'late', 'dead']);
  });

  it('stays live on pings alone', () => {
    const { page, states } = setUp();
    page.source().emit('feed-status', '{}');
    for (let count = 0; count < 20; count += 1) {
      page.source().emit('ping', iso(page.now()));
      page.advance(5_000);
    }
    expect(states).toEqual(['live']);
  });

  it('is late, dead and reopened on a wire that falls ever further behind, though it never falls silent', () => {
    const { page, states } = setUp();
    page.source().emit('feed-status', '{}');
    const opened = page.sources.length;
    let heldMs = 0;
    const at = new Map<FeedState, number>();
    while (page.sources.length === opened && heldMs < 60_000) {
      page.source().emit('ping', iso(page.now() - heldMs));
      page.source().emit('copilot-odds', '{}', `${page.now()}-0`);
      const state = states.at(-1);
      if (state && !at.has(state)) at.set(state, heldMs);
      page.advance(1_000);
      heldMs += 500;
    }
    expect([...at.keys()]).toEqual(['live', 'late', 'dead']);
    expect(at.get('late')).toBeGreaterThanOrEqual(9_000);
    expect(at.get('late')).toBeLessThanOrEqual(11_000);
    expect(at.get('dead')).toBeLessThanOrEqual(16_000);
    // What comes next is prompt, so it is live.
    page.advance(5_000);
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.source().emit('ping', iso(page.now()));
    expect(states.at(-1)).toBe('live');
  });

  it('takes clocks that are hours apart, or jump, for no delay for long', () => {
    const { page, states } = setUp();
    page.source().emit('feed-status', '{}');
    for (const ahead of [3 * 3_600_000, 0]) {
      for (let count = 0; count < 10; count += 1) {
        page.source().emit('ping', iso(page.now() + ahead));
        page.source().emit('feed-status', '{}');
        page.advance(5_000);
      }
    }
    expect(page.sources.length).toBe(2);
    page.source().emit('connected', 'ok go');
    for (let count = 0; count < 3; count += 1) {
      page.source().emit('feed-status', '{}');
      page.source().emit('ping', iso(page.now()));
      page.advance(5_000);
    }
    expect(states.at(-1)).toBe('live');
  });

  it('counts silence by a clock that is set back, too', () => {
    const { page, states } = setUp();
    page.source().emit('feed-status', '{}');
    page.shiftClock(-600_000);
    page.advance(11_100);
    expect(states).toEqual(['live', 'late']);
    page.advance(5_000);
    expect(states).toEqual(['live', 'late', 'dead']);
    page.advance(2_000);
    expect(page.sources.length).toBe(2);
  });

  it('stays grey, since it was last known, through openings that come to nothing', () => {
    const since: [FeedState, number][] = [];
    const { page } = setUp({ onState: (state, at) => since.push([state, at]) });
    page.source().emit('feed-status', '{}');
    const from = page.now();
    for (let round = 0; round < 10; round += 1) {
      page.advance(40_000);
      page.source().emit('connected', 'ok go');
      page.source().emit('copilot-odds', '{}', `8-${round}`);
      page.source().emit('error');
    }
    expect(since.slice(1)).toEqual([
      ['late', from],
      ['dead', from],
    ]);
  });

  it('is not live by what came out of a silence before the server has said how it is', () => {
    const { page, states, frames } = setUp();
    page.source().emit('feed-status', '{}');
    page.advance(12_000);
    page.source().emit('copilot-odds', '{}', '8-1');
    page.source().emit('ping', iso(page.now()));
    expect(states).toEqual(['live', 'late']);
    expect(frames.at(-1)?.isCatchUp).toBe(true);
    page.source().emit('feed-status', '{}');
    expect(states).toEqual(['live', 'late', 'live']);
  });

  it('takes all that waited for a blocked page for the past, whatever in it says that it is not', () => {
    const { page, states, frames } = setUp();
    const say = (at: number) => {
      page.source().emit('ping', iso(at));
      page.source().emit('feed-status', '{}');
    };
    page.source().emit('connected', 'ok go');
    say(page.now());
    const from = page.now();
    page.sleep(14_000);
    for (let second = 1; second <= 14; second += 1) {
      page.source().emit('copilot-odds', '{}', `8-${second}`);
      if (second === 5 || second === 10) say(from + second * 1_000);
    }
    const prices = () => frames.filter(({ name }) => name === 'copilot-odds');
    expect(prices().map(({ isCatchUp }) => isCatchUp)).toEqual(Array(14).fill(true));
    page.advance(1_000);
    say(page.now());
    page.source().emit('copilot-odds', '{}', '8-15');
    expect(prices().at(-1)?.isCatchUp).toBe(false);
    expect(states.at(-1)).toBe('live');
  });

  it('does so also where it begins with a status, or where the page is blocked once more', () => {
    const { page, frames } = setUp();
    const status = () => page.source().emit('feed-status', '{}');
    const ping = (at: number) => page.source().emit('ping', iso(at));
    let ids = 0;
    const price = () => {
      ids += 1;
      page.source().emit('copilot-odds', '{}', `8-${ids}`);
      return frames.at(-1)?.isCatchUp;
    };
    page.source().emit('connected', 'ok go');
    ping(page.now());
    status();
    page.sleep(12_000);
    status();
    expect(price()).toBe(true);
    ping(page.now() - 8_000);
    status();
    expect(price()).toBe(true);
    page.sleep(12_000);
    status();
    expect(price()).toBe(true);
    ping(page.now() - 7_000);
    status();
    expect(price()).toBe(true);
    ping(page.now());
    status();
    expect(price()).toBe(false);
  });

  it('is live again on a wire that is slower after a silence than before it', () => {
    const { page, states } = setUp();
    page.source().emit('ping', iso(page.now()));
    page.source().emit('feed-status', '{}');
    page.advance(12_000);
    for (let count = 0; count < 2; count += 1) {
      page.source().emit('ping', iso(page.now() - 4_000));
      page.source().emit('feed-status', '{}');
      page.advance(5_000);
    }
    expect(states.at(-1)).toBe('live');
  });

  it('is not live after a reset until it was filled anew, and grey where that takes long', () => {
    const { page, states, connection } = setUp();
    page.source().emit('feed-status', '{}');
    page.source().emit('reset', '{}', '9-0');
    expect(states).toEqual(['live', 'connecting']);
    for (let second = 0; second < 20; second += 1) {
      page.source().emit('ping', iso(page.now()));
      page.source().emit('feed-status', '{}');
      page.advance(1_000);
    }
    expect(states).toEqual(['live', 'connecting', 'late', 'dead']);
    connection.fill();
    expect(states.at(-1)).toBe('live');
  });

  it('takes what a standing stream replays for the past', () => {
    const { page, states, frames } = setUp();
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.source().emit('connected', 'ok go');
    page.source().emit('copilot-odds', '{}', '8-1');
    expect(frames.at(-1)?.isCatchUp).toBe(true);
    page.source().emit('feed-status', '{}');
    page.source().emit('copilot-odds', '{}', '8-2');
    expect(frames.at(-1)?.isCatchUp).toBe(false);
    expect(states).toEqual(['live']);
  });

  it('is dead when it never answers, too', () => {
    const { page, states } = setUp();
    page.advance(16_000);
    expect(states).toEqual(['late', 'dead']);
  });

  it('notices a sleep on the first timer after it, and reopens', () => {
    const { page, states } = setUp();
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.sleep(3_600_000);
    page.advance(1_000);
    expect(states).toEqual(['live', 'dead']);
    page.advance(2_000);
    expect(page.sources.length).toBe(2);
    expect(page.sources[0]?.isClosed).toBe(true);
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    expect(states.at(-1)).toBe('live');
  });

  it('reopens at once when the page is shown after a sleep', () => {
    const { page, states } = setUp();
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.sleep(60_000);
    page.wake();
    expect(states).toEqual(['live', 'dead']);
    expect(page.sources.length).toBe(2);
  });

  it('does not reopen a healthy stream when the page is shown', () => {
    const { page } = setUp();
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.wake();
    expect(page.sources.length).toBe(1);
  });

  it('never waits out a backoff once the network is back', () => {
    const { page } = setUp();
    page.source().emit('error');
    expect(page.sources.length).toBe(1);
    page.wake();
    expect(page.sources.length).toBe(2);
  });

  it('is not live the moment the stream breaks', () => {
    const { page, states } = setUp();
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.source().emit('error');
    expect(states).toEqual(['live', 'connecting']);
  });

  it('reopens by itself after an error, from the newest entry id it received', () => {
    const { page, connection, resumes } = setUp({ position: '5-0' });
    expect(page.source().position).toBe('5-0');
    page.source().emit('copilot-odds', '{}', '7-1');
    page.source().emit('ping', '2026-11-22T19:30:00Z');
    page.source().emit('error');
    page.advance(3_000);
    expect(page.sources.length).toBe(2);
    expect(page.source().position).toBe('7-1');
    expect(connection.position()).toBe('7-1');
    expect(resumes()).toBe(0);
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    expect(resumes()).toBe(1);
  });

  it('keeps its position when an id is none of ours', () => {
    const { page, connection } = setUp({ position: '5-0' });
    page.source().emit('copilot-odds', '{}', 'nonsense');
    expect(connection.position()).toBe('5-0');
  });

  it('waits longer after every failure, up to 30 s, and starts over after 5 s of life', () => {
    const { page } = setUp();
    const waits: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      const before = page.now();
      page.source().emit('error');
      const opened = page.sources.length;
      while (page.sources.length === opened) page.advance(100);
      waits.push(page.now() - before);
    }
    // Half of each limit, since the fake random is 0.5.
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.advance(5_000);
    page.source().emit('error');
    const opened = page.sources.length;
    page.advance(500);
    expect(page.sources.length).toBe(opened + 1);
  });

  it('gives up on an opening that stays silent and tries another', () => {
    const { page } = setUp();
    page.advance(60_000);
    expect(page.sources.length).toBeGreaterThan(2);
    expect(page.sources.filter(({ isClosed }) => !isClosed).length).toBeLessThanOrEqual(1);
  });

  it('ignores what an older generation still says', () => {
    const { page, frames, connection } = setUp();
    const old = page.source();
    old.emit('connected', 'ok go');
    old.emit('error');
    page.advance(3_000);
    const count = frames.length;
    old.emit('copilot-odds', '{}', '9-9');
    old.emit('error');
    expect(frames.length).toBe(count);
    expect(connection.position()).toBe(null);
    expect(page.sources.length).toBe(2);
  });

  it('says nothing after it was closed', () => {
    const { page, frames, states, connection } = setUp();
    connection.close();
    page.source().emit('connected', 'ok go');
    page.source().emit('feed-status', '{}');
    page.advance(60_000);
    page.wake();
    expect(frames).toEqual([]);
    expect(states).toEqual([]);
    expect(page.sources.length).toBe(1);
    expect(page.timers.size).toBe(0);
  });

  it('takes what comes before the feed status as catch-up, in every generation', () => {
    const { page, frames } = setUp();
    const flags = () => frames.map(({ name, isCatchUp }) => [name, isCatchUp]);
    page.source().emit('copilot-odds', '{}', '1-0');
    page.source().emit('feed-status', '{}');
    page.source().emit('copilot-odds', '{}', '2-0');
    page.source().emit('error');
    page.advance(3_000);
    page.source().emit('copilot-odds', '{}', '3-0');
    expect(flags()).toEqual([
      ['copilot-odds', true],
      ['feed-status', false],
      ['copilot-odds', false],
      ['copilot-odds', true],
    ]);
  });
});
