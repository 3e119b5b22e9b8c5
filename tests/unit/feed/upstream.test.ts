import { describe, expect, it } from 'vitest';
import { DEFAULT_FEED_SETTINGS } from '@/lib/feed/config';
import { createGate } from '@/lib/feed/gate';
import type { HttpAnswer, HttpGet } from '@/lib/feed/http';
import { openUpstream } from '@/lib/feed/upstream';
import type { FeedEvent } from '@/lib/protocol/events';
import { aWireRow } from '@/tests/support/builders';
import { createFakeTiming } from '@/tests/support/fake-timing';

type Call = {
  url: URL;
  headers: Record<string, string>;
  signal: AbortSignal;
  answer(
    fields?: Partial<Pick<HttpAnswer, 'status' | 'contentType'>> & { retryAfter?: string },
  ): void;
  refuse(error: Error): void;
  /** Each comes by itself, all in one turn. */
  send(...texts: string[]): Promise<void>;
  end(): Promise<void>;
  cut(): Promise<void>;
};

const KEY = 'secret-key-1';

function createKit(
  settings: Partial<typeof DEFAULT_FEED_SETTINGS> = {},
  rest: () => Promise<void> | null = () => null,
) {
  const timing = createFakeTiming();
  const calls: Call[] = [];
  const lines: string[] = [];
  const holds = { now: 0, ever: 0 };
  const get: HttpGet = (url, { headers, signal }) =>
    new Promise((resolve, reject) => {
      /** Read, and what still lies in the kernel. */
      const chunks: (Uint8Array | Error | null)[] = [];
      let unread: typeof chunks = [];
      let wake = () => {};
      let isHeld = false;
      const hold = () => {
        isHeld = true;
        holds.now += 1;
        holds.ever += 1;
        return () => {
          isHeld = false;
          holds.now -= 1;
          chunks.push(...unread);
          unread = [];
          wake();
        };
      };
      const push = async (...some: typeof chunks) => {
        (isHeld ? unread : chunks).push(...some);
        wake();
        await timing.settle();
      };
      async function* body(): AsyncGenerator<Uint8Array> {
        for (;;) {
          const chunk = chunks.shift();
          if (chunk instanceof Error) throw chunk;
          if (chunk === null) return;
          if (chunk) yield chunk;
          else
            await new Promise<void>((done) => {
              wake = done;
            });
        }
      }
      signal.addEventListener('abort', () => {
        chunks.push(new Error('aborted'));
        wake();
      });
      calls.push({
        url,
        headers,
        signal,
        answer({ status = 200, contentType = 'text/event-stream', retryAfter } = {}) {
          const header = (name: string) => (name === 'retry-after' ? (retryAfter ?? null) : null);
          resolve({ status, contentType, header, body: body(), hold, discard: () => {} });
        },
        refuse: reject,
        send: (...texts) => push(...texts.map((text) => new TextEncoder().encode(text))),
        end: () => push(null),
        cut: () => push(new Error('cut')),
      });
    });
  const events: FeedEvent[] = [];
  const late: FeedEvent[] = [];
  const connected: { isFirst: boolean; gapMs: number }[] = [];
  const lost: { silentMs: number; why: string }[] = [];
  const all = { ...DEFAULT_FEED_SETTINGS, ...settings };
  const upstream = openUpstream(
    {
      get,
      baseUrl: 'http://vendor/api/v3',
      apiKey: KEY,
      timing,
      gate: createGate(timing, all.upstreamFreezeMs),
      settings: all,
      log: { info: (line) => void lines.push(line), warn: (line) => void lines.push(line) },
    },
    { sport: 'basketball', leagues: ['NBA', 'Player + League'] },
    {
      onConnected: (gap) => void connected.push(gap),
      onEvent(event, isLate) {
        events.push(event);
        if (isLate) late.push(event);
        return true;
      },
      onLost: (since, why) => void lost.push({ silentMs: timing.now() - since, why }),
      onChange: () => {},
      rest,
    },
  );
  const last = () => calls[calls.length - 1] as Call;
  return { timing, calls, last, events, late, connected, lost, upstream, lines, holds };
}

const HELLO = 'event: connected\nretry: 5000\ndata: ok go\n\n';
const PING = 'event: ping\nretry: 5000\ndata: 2026-11-22T21:00:00Z\n\n';

function odds(entryId: string, sseId = entryId, event = 'copilot-odds'): string {
  const data = JSON.stringify({ entry_id: entryId, data: [aWireRow()], type: event });
  return `event: ${event}\nid: ${sseId}\nretry: 5000\ndata: ${data}\n\n`;
}

async function opened(kit: ReturnType<typeof createKit>): Promise<void> {
  await kit.timing.advance(0);
  kit.last().answer();
  await kit.last().send(HELLO);
}

describe('upstream', () => {
  it('asks for leagues and fixture updates alone, with the key in a header', async () => {
    const { timing, last } = createKit();
    await timing.advance(0);
    expect(last().url.href).toBe(
      'http://vendor/api/v3/stream/copilot/basketball/odds?league=NBA&league=Player+%2B+League&include_fixture_updates=true',
    );
    expect(last().headers['x-api-key']).toBe(KEY);
    expect(last().url.href).not.toContain(KEY);
  });

  it('is live from the first frame, not from the open socket', async () => {
    const kit = createKit();
    await kit.timing.advance(0);
    kit.last().answer();
    await kit.timing.settle();
    expect(kit.upstream.status().state).toBe('connecting');
    await kit.last().send(HELLO);
    expect(kit.upstream.status().state).toBe('live');
    expect(kit.connected).toEqual([{ isFirst: true, gapMs: 0 }]);
  });

  it('reads frames however they are cut into chunks', async () => {
    const kit = createKit();
    await opened(kit);
    for (const byte of odds('5-1')) await kit.last().send(byte);
    expect(kit.events).toHaveLength(1);
    expect(kit.events[0]).toMatchObject({ kind: 'odds', entryId: '5-1' });
  });

  it('tells an event once that comes twice, and both of two that share an id', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.last().send(odds('5-1') + odds('5-1') + odds('5-1', '9-9'));
    expect(kit.events).toHaveLength(1);
    await kit.last().send(odds('5-1', '5-1', 'copilot-locked-odds'));
    expect(kit.events).toHaveLength(2);
    // Nor are two of one length the same, though they share the rest.
    await kit.last().send(odds('4-1') + odds('4-1').replace('-110', '-115'));
    expect(kit.events).toHaveLength(4);
    kit.events.splice(2);
    // A replay after a cut says again what was said before it.
    await kit.last().cut();
    await kit.timing.advance(1);
    kit.last().answer();
    await kit.last().send(HELLO + odds('5-1') + odds('6-1'));
    expect(kit.events.map(({ entryId }) => entryId)).toEqual(['5-1', '5-1', '6-1']);
  });

  it('remembers a bounded number of events', async () => {
    const kit = createKit();
    await opened(kit);
    for (let index = 0; index <= 4_200; index += 1) await kit.last().send(odds(`9-${index}`));
    await kit.last().send(odds('9-4000') + odds('9-0'));
    expect(kit.events.at(-1)?.entryId).toBe('9-0');
    expect(kit.events).toHaveLength(4_202);
  });

  it('marks what others overtook, and nothing whose ids are of another time', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.last().send(odds('1795000000000-1') + odds('1795000000500-3'));
    expect(kit.late).toEqual([]);
    await kit.last().send(odds('1795000000300-2'));
    expect(kit.late.map(({ entryId }) => entryId)).toEqual(['1795000000300-2']);
    await kit.last().send(odds('1695000000000-1') + odds('1695000000000-2'));
    await kit.last().send(odds('1795000000600-4'));
    expect(kit.late).toHaveLength(1);
    expect(kit.events).toHaveLength(6);
  });

  it('takes ids that are close for one moment, whose order nobody promises', async () => {
    const kit = createKit();
    await opened(kit);
    for (let ms = 0; ms < 1_000; ms += 20) {
      await kit
        .last()
        .send(odds(`${1_795_000_000_100 + ms}-0`) + odds(`${1_795_000_000_000 + ms}-1`));
    }
    expect(kit.late).toEqual([]);
    expect(kit.events).toHaveLength(100);
  });

  it('does not take everything for late after one id of the future', async () => {
    const kit = createKit();
    await opened(kit);
    const at = (ms: number) => odds(`${1_795_000_000_000 + ms}-0`);
    await kit.last().send(at(0) + at(40_000) + at(10) + at(20) + at(30));
    expect(kit.late).toEqual([]);
    // A feed that was quiet for long goes on with ids that are as much later.
    await kit.timing.advance(8_000);
    await kit.last().send(at(8_000) + at(7_000));
    expect(kit.late).toHaveLength(1);
    // Where all jump, the first of them was no slip.
    await kit.last().send(at(30_000) + at(30_200) + at(8_100));
    expect(kit.late).toHaveLength(2);
  });

  it('tells of what it cannot read, and applies it when it comes whole', async () => {
    const kit = createKit();
    await opened(kit);
    const frame = odds('5-1');
    await kit.timing.advance(2_000);
    await kit.last().send(`${frame.slice(0, frame.length - 20)}\n\n`);
    expect(kit.events[0]?.isUnreadable).toBe(true);
    expect(kit.events[0]?.rejected).toMatchObject([{ reason: 'not-json' }]);
    expect(kit.upstream.status().state).toBe('live');
    // Whole, it is no repetition.
    await kit.last().send(frame);
    expect(kit.events[1]).toMatchObject({ rows: [{}], isUnreadable: false });
    await kit.last().send(`event: copilot-odds\nid: 5-2\ndata: {"data":[null]}\n\n`);
    expect(kit.events[2]?.rejected).toMatchObject([{ reason: 'not-an-object' }]);
    await kit.last().send('event: fixture-status\nid: 5-3\ndata: {"data":{}}\n\n');
    expect(kit.events.map(({ isUnreadable }) => isUnreadable)).toEqual([true, false, true, true]);
    expect(kit.connected).toHaveLength(1);
  });

  it('resumes after the payload id and counts the reconnect', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.last().send(odds('5-1', '9-9'));
    await kit.timing.advance(1_000);
    await kit.last().cut();
    await kit.timing.advance(1);
    expect(kit.calls).toHaveLength(2);
    expect(kit.last().url.searchParams.get('last_entry_id')).toBe('5-1');
    kit.last().answer();
    await kit.last().send(HELLO);
    expect(kit.connected[1]).toEqual({ isFirst: false, gapMs: 1_001 });
    expect(kit.upstream.status()).toMatchObject({ state: 'live', reconnects: 1 });
  });

  it('drops half a frame that a cut left, and never joins it to the next stream', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.last().send(odds('5-1').slice(0, -20));
    await kit.last().cut();
    await kit.timing.advance(1);
    kit.last().answer();
    await kit.last().send(HELLO);
    await kit.last().send(odds('5-2'));
    expect(kit.events.map(({ entryId }) => entryId)).toEqual(['5-2']);
  });

  it('hears nothing of an older attempt once a newer one began', async () => {
    const kit = createKit();
    await opened(kit);
    const old = kit.last();
    await kit.timing.advance(15_001);
    expect(kit.calls.length).toBeGreaterThan(1);
    expect(old.signal.aborted).toBe(true);
    await old.send(odds('5-1'));
    expect(kit.events).toEqual([]);
  });

  it('is late after 10 s of silence and dead after 15 s, when it opens again', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.timing.advance(9_999);
    expect(kit.upstream.status().state).toBe('live');
    await kit.timing.advance(1);
    expect(kit.upstream.status().state).toBe('late');
    expect(kit.calls).toHaveLength(1);
    await kit.timing.advance(5_001);
    expect(kit.upstream.status().state).toBe('dead');
    expect(kit.calls).toHaveLength(2);
  });

  it('believes a stream opened after a silence by a comment that follows its first frame', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.timing.advance(15_000);
    kit.last().answer();
    await kit.last().send(`: hello\n\n${HELLO}`);
    expect(kit.upstream.status().state).toBe('dead');
    await kit.timing.advance(3_000);
    await kit.last().send(': still here\n\n');
    expect(kit.upstream.status().state).toBe('live');
    expect(kit.connected).toHaveLength(2);
  });

  it('stays dead after a silence until a new stream says more than that it is open', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.timing.advance(15_000);
    for (let round = 0; round < 4; round += 1) {
      const count = kit.calls.length;
      kit.last().answer();
      await kit.last().send(HELLO);
      expect(kit.upstream.status().state).toBe('dead');
      // Mute as well: it is given up like the first.
      while (kit.calls.length === count) await kit.timing.advance(1_000);
    }
    expect(kit.connected).toHaveLength(1);
    expect(kit.lost).toHaveLength(1);
    kit.last().answer();
    await kit.last().send(HELLO);
    await kit.timing.advance(3_000);
    await kit.last().send(PING);
    expect(kit.upstream.status()).toMatchObject({ state: 'live', reconnects: 1 });
    expect(kit.upstream.problem()).toBe(null);
    expect(kit.connected[1]?.gapMs).toBeGreaterThan(60_000);
  });

  it('counts pings and comments as life', async () => {
    const kit = createKit();
    await opened(kit);
    for (let beat = 0; beat < 10; beat += 1) {
      await kit.timing.advance(9_000);
      await kit.last().send(beat % 2 === 0 ? PING : ': still here\n\n');
    }
    expect(kit.calls).toHaveLength(1);
    expect(kit.upstream.status().state).toBe('live');
  });

  it('takes a comment before the first frame for no connection', async () => {
    const kit = createKit();
    await kit.timing.advance(0);
    kit.last().answer();
    await kit.last().send(': ok\n\n');
    expect(kit.upstream.status().state).toBe('connecting');
    await kit.last().send(HELLO);
    expect(kit.connected).toEqual([{ isFirst: true, gapMs: 0 }]);
    expect(kit.upstream.status()).toMatchObject({ state: 'live', reconnects: 0 });
  });

  it('asks without a position after one was refused', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.last().send(odds('9-1'));
    await kit.last().end();
    await kit.timing.advance(0);
    expect(kit.last().url.searchParams.get('last_entry_id')).toBe('9-1');
    kit.last().answer({ status: 400, contentType: 'text/plain' });
    await kit.timing.advance(2_000);
    expect(kit.last().url.searchParams.has('last_entry_id')).toBe(false);
  });

  it('goes on waiting longer until a connection has lived 30 s', async () => {
    const kit = createKit();
    await kit.timing.advance(0);
    const pauseAfterRefusals = async (count: number) => {
      let pauseMs = 0;
      for (let round = 0; round < count; round += 1) {
        const calls = kit.calls.length;
        const at = kit.timing.now();
        kit.last().answer({ status: 500 });
        while (kit.calls.length === calls) await kit.timing.advance(100);
        pauseMs = Math.max(pauseMs, kit.timing.now() - at);
      }
      return pauseMs;
    };
    await pauseAfterRefusals(10);
    kit.last().answer();
    await kit.last().send(HELLO);
    await kit.last().end();
    await kit.timing.advance(0);
    expect(await pauseAfterRefusals(12)).toBeGreaterThan(4_000);
    kit.last().answer();
    await kit.last().send(HELLO);
    for (let beat = 0; beat < 7; beat += 1) {
      await kit.timing.advance(5_000);
      await kit.last().send(PING);
    }
    await kit.last().end();
    await kit.timing.advance(0);
    expect(await pauseAfterRefusals(1)).toBeLessThan(1_200);
  });

  it('sets no more timers than it needs while an open hangs', async () => {
    const kit = createKit();
    await kit.timing.advance(0);
    kit.last().answer({ status: 500 });
    await kit.timing.advance(16_000);
    let scheduled = 0;
    const schedule = kit.timing.schedule;
    kit.timing.schedule = (task, delayMs) => {
      scheduled += 1;
      return schedule(task, delayMs);
    };
    await kit.timing.advance(14_000);
    expect(scheduled).toBeLessThan(20);
  });

  it('opens again at once after the first break, then within 5 s', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.last().end();
    await kit.timing.advance(0);
    expect(kit.calls).toHaveLength(2);
    for (let round = 2; round < 8; round += 1) {
      kit.last().answer();
      await kit.last().send(HELLO);
      await kit.last().end();
      await kit.timing.advance(0);
      expect(kit.calls).toHaveLength(round);
      await kit.timing.advance(5_000);
      expect(kit.calls).toHaveLength(round + 1);
    }
  });

  it('waits longer and longer, up to 10 s, while opening fails', async () => {
    const kit = createKit();
    await kit.timing.advance(0);
    const gaps: number[] = [];
    let before = kit.timing.now();
    for (let round = 0; round < 14; round += 1) {
      const count = kit.calls.length;
      kit.last().refuse(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
      await kit.timing.settle();
      while (kit.calls.length === count) await kit.timing.advance(100);
      gaps.push(kit.timing.now() - before);
      before = kit.timing.now();
    }
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_100);
    expect(Math.max(...gaps.slice(8))).toBeGreaterThan(5_000);
    expect(gaps[0]).toBeLessThanOrEqual(1_100);
    expect(kit.upstream.problem()?.message).toContain('ECONNREFUSED');
  });

  it.each([401, 403])(
    'is dead at once on %i, says why, and asks again only after minutes',
    async (status) => {
      const kit = createKit();
      await kit.timing.advance(0);
      kit.last().answer({ status, contentType: 'application/json' });
      await kit.timing.advance(299_000);
      expect(kit.calls).toHaveLength(1);
      expect(kit.upstream.status().state).toBe('dead');
      expect(kit.upstream.problem()).toMatchObject({ code: 'unauthorized' });
      await kit.timing.advance(2_000);
      expect(kit.calls).toHaveLength(2);
    },
  );

  it('tries a key that worked before soon after it is refused, then ever more seldom', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.last().end();
    await kit.timing.advance(0);
    const refuse = async () => {
      const [count, at] = [kit.calls.length, kit.timing.now()];
      kit.last().answer({ status: 401, contentType: 'application/json' });
      while (kit.calls.length === count) await kit.timing.advance(100);
      return kit.timing.now() - at;
    };
    expect(await refuse()).toBeLessThanOrEqual(1_100);
    expect(kit.upstream.status().state).toBe('dead');
    const pauses: number[] = [];
    for (let round = 0; round < 20; round += 1) pauses.push(await refuse());
    expect(Math.max(...pauses)).toBeGreaterThan(60_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(300_100);
  });

  it('counts the time that an open hung towards its pause', async () => {
    const kit = createKit();
    await kit.timing.advance(0);
    // Each hangs for 8 s; with the pause on top the sixth would come after more than 60 s at times.
    const opens = async (ms: number) => {
      await kit.timing.advance(ms);
      return kit.calls.length;
    };
    expect(await opens(100_000)).toBeGreaterThanOrEqual(10);
  });

  it('tells once that it is lost, by silence or a break, and of the gap when it speaks again', async () => {
    const kit = createKit();
    await opened(kit);
    await kit.timing.advance(10_000);
    expect(kit.lost).toEqual([{ silentMs: 10_000, why: 'stalled' }]);
    // It spoke again by itself: what was held back so long may have been dropped.
    await kit.timing.advance(2_000);
    await kit.last().send(PING);
    expect(kit.connected).toEqual([
      { isFirst: true, gapMs: 0 },
      { isFirst: false, gapMs: 12_000 },
    ]);
    expect(kit.upstream.status()).toMatchObject({ state: 'live', reconnects: 0 });
    await kit.timing.advance(3_000);
    await kit.last().cut();
    expect(kit.lost).toHaveLength(2);
    expect(kit.lost[1]).toEqual({ silentMs: 3_000, why: 'upstream-http' });
    await kit.timing.advance(0);
    kit.last().answer({ status: 500 });
    await kit.timing.advance(5_000);
    kit.last().answer();
    await kit.last().send(HELLO);
    expect(kit.lost).toHaveLength(2);
    expect(kit.connected[2]).toEqual({ isFirst: false, gapMs: 8_000 });
  });

  it.each([0, 1, 2, 3, 4])(
    'is late within 11 s and dead within 16 s of silence, opens failing %i times before',
    async (failures) => {
      const kit = createKit();
      await kit.timing.advance(0);
      for (let round = 0; round < failures; round += 1) {
        const count = kit.calls.length;
        kit.last().answer({ status: 503 });
        while (kit.calls.length === count) await kit.timing.advance(50);
      }
      kit.last().answer();
      await kit.last().send(HELLO);
      const opens = kit.calls.length;
      const seen = new Map<string, number>();
      for (let ms = 0; ms <= 16_000; ms += 100) {
        const { state } = kit.upstream.status();
        if (!seen.has(state)) seen.set(state, ms);
        await kit.timing.advance(100);
      }
      expect(seen.get('late')).toBe(10_000);
      expect(seen.get('dead')).toBe(15_000);
      expect(kit.calls.length).toBeGreaterThan(opens);
      expect(kit.lines.filter((line) => line.includes('-> dead'))).toHaveLength(1);
    },
  );

  it('hears each frame of a stream that ends its lines with CR, or CR LF, as it comes', async () => {
    for (const end of ['\r', '\r\n']) {
      const kit = createKit();
      await kit.timing.advance(0);
      kit.last().answer();
      const send = (text: string) => kit.last().send(text.replaceAll('\n', end));
      await send(HELLO);
      expect(kit.connected).toHaveLength(1);
      await send(odds('5-1'));
      expect(kit.events).toHaveLength(1);
      for (const character of odds('5-2')) await send(character);
      expect(kit.events).toHaveLength(2);
    }
  });

  it("tells how far the clock is ahead of the vendor's, from pings", async () => {
    const kit = createKit();
    await opened(kit);
    expect(kit.upstream.status().clockOffsetMs).toBe(null);
    for (let beat = 0; beat < 20; beat += 1) {
      const vendorAt = kit.timing.now() - 3_200;
      const time = new Date(vendorAt).toISOString().replace(/\.\d+Z$/, 'Z');
      await kit.last().send(PING.replace('2026-11-22T21:00:00Z', time));
      await kit.timing.advance(5_130);
    }
    expect(Math.abs((kit.upstream.status().clockOffsetMs ?? 0) - 3_200)).toBeLessThanOrEqual(100);
    await kit.last().send('event: ping\ndata: soon\n\n');
    expect(Math.abs((kit.upstream.status().clockOffsetMs ?? 0) - 3_200)).toBeLessThanOrEqual(100);
  });

  it('makes no attempt for 15 s after a 429, or longer where the vendor asks so', async () => {
    const kit = createKit();
    await kit.timing.advance(0);
    kit.last().answer({ status: 429 });
    await kit.timing.advance(14_900);
    expect(kit.calls).toHaveLength(1);
    await kit.timing.advance(3_000);
    expect(kit.calls).toHaveLength(2);
    kit.last().answer({ status: 429, retryAfter: '40' });
    await kit.timing.advance(39_000);
    expect(kit.calls).toHaveLength(2);
    await kit.timing.advance(8_000);
    expect(kit.calls).toHaveLength(3);
  });

  it('never parses an answer that is no event stream', async () => {
    const kit = createKit();
    await kit.timing.advance(0);
    kit.last().answer({ contentType: 'text/html; charset=utf-8' });
    await kit.last().send(odds('5-1'));
    expect(kit.events).toEqual([]);
    expect(kit.upstream.problem()?.message).toContain('text/html');
  });

  it('breaks with a stream whose frame never ends', async () => {
    const kit = createKit({ upstreamFrameBytes: 1_000 });
    await opened(kit);
    const call = kit.last();
    for (let part = 0; part < 5; part += 1) await call.send('data: '.padEnd(400, 'x'));
    expect(call.signal.aborted).toBe(true);
    expect(kit.upstream.problem()?.code).toBe('frame-too-large');
  });

  it('reads what comes while nobody would be told of it at once, and together', async () => {
    const wakes: (() => void)[] = [];
    let isBusy = true;
    const kit = createKit({}, () => (isBusy ? new Promise((done) => wakes.push(done)) : null));
    await opened(kit);
    expect(kit.holds).toEqual({ now: 1, ever: 1 });
    await kit.last().send(odds('5-1') + odds('5-2'));
    await kit.last().send(odds('5-3'));
    expect(kit.events).toHaveLength(0);
    // All that lies there is taken at once, in however many pieces, though it rests again after the first.
    wakes[0]?.();
    await kit.timing.settle();
    expect(kit.events).toHaveLength(3);
    expect(kit.holds).toEqual({ now: 1, ever: 2 });
    isBusy = false;
    wakes[1]?.();
    await kit.timing.settle();
    await kit.last().send(odds('5-4'));
    expect(kit.events).toHaveLength(4);
    expect(kit.holds).toEqual({ now: 0, ever: 2 });
  });

  it('does not rest while much comes, in however many pieces', async () => {
    let isBusy = false;
    let wake = () => {};
    const kit = createKit({}, () =>
      isBusy
        ? new Promise((done) => {
            wake = done;
          })
        : null,
    );
    await opened(kit);
    isBusy = true;
    const much = Array.from({ length: 100 }, (_, at) => odds(`5-${at + 1}`));
    await kit.last().send(...much);
    await kit.last().send(odds('6-1'));
    expect(kit.events).toHaveLength(101);
    expect(kit.holds.now).toBe(0);
    // From the next rest on it is counted anew.
    wake();
    await kit.timing.settle();
    await kit.last().send(odds('6-2'));
    await kit.last().send(odds('6-3'));
    expect(kit.events).toHaveLength(102);
    expect(kit.holds.now).toBe(1);
  });

  it('goes on with the next connection where one breaks while it rests', async () => {
    let wake = () => {};
    let rests = 0;
    const kit = createKit({ upstreamDeadMs: 100, upstreamLateMs: 50 }, () => {
      rests += 1;
      return rests > 1
        ? null
        : new Promise((done) => {
            wake = done;
          });
    });
    await opened(kit);
    await kit.timing.advance(100);
    expect(kit.upstream.problem()?.code).toBe('stalled');
    await kit.timing.advance(10);
    expect(kit.calls).toHaveLength(2);
    kit.last().answer();
    await kit.last().send(HELLO + odds('5-1'));
    expect(kit.events).toHaveLength(1);
    wake();
    await kit.timing.settle();
    expect(kit.events).toHaveLength(1);
    expect(kit.holds).toEqual({ now: 0, ever: 1 });
  });

  it('is silent after its close', async () => {
    const kit = createKit();
    await opened(kit);
    kit.upstream.close();
    await kit.last().send(odds('5-1'));
    await kit.timing.advance(120_000);
    expect(kit.events).toEqual([]);
    expect(kit.calls).toHaveLength(1);
    expect(kit.timing.pending()).toBe(0);
  });

  it('logs changes of state, not events', async () => {
    const kit = createKit();
    await opened(kit);
    for (let index = 1; index < 50; index += 1) await kit.last().send(odds(`5-${index}`));
    expect(kit.lines).toHaveLength(1);
    expect(kit.lines.join()).not.toContain(KEY);
  });
});
