/** What a viewer gets through broken wires: every event once and in order, or to be told that it cannot. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { describe, expect, it } from 'vitest';
import { compareEntryIds } from '@/lib/protocol/entry-id';
import { startSimulator } from '@/lib/simulator';
import { ANYWHERE, createFastTiming, openBoard, saysItKnows } from '@/tests/support/board-client';
import { aWireRow, ROW_SECONDS } from '@/tests/support/builders';
import { seededRandom } from '@/tests/support/fake-timing';
import { type Fault, type FaultKind, startFaultProxy } from '@/tests/support/fault-proxy';
import { eventually, startFeedServer } from '@/tests/support/feed-server';
import { startScriptedUpstream } from '@/tests/support/scripted-upstream';
import { differences, watch } from './watch';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);
const SPORT = 'basketball';
const STREAM = `/api/v3/stream/copilot/${SPORT}/odds`;
/** Long enough that no pause of a busy machine counts as the vendor's. */
const PATIENT = { upstreamLateMs: 30_000, upstreamDeadMs: 60_000 };

/** How long a board may be wrong while it says that all is well: a silence is none for 10 s. */
const BLIND_MS = 15_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** For what happens many times over: looks more often than `eventually`. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 25_000;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`never came: ${isSo}`);
    await sleep(2);
  }
}

type Part = { events: EventSourceMessage[]; isDone(): boolean; stop(): void };

/** Reads a stream until it ends, breaks, or is stopped; what was not a whole event was not received. */
async function read(url: string, headers: Record<string, string> = {}): Promise<Part> {
  const abort = new AbortController();
  const events: EventSourceMessage[] = [];
  let isDone = false;
  const parser = createParser({ onEvent: (event) => events.push(event) });
  void (async () => {
    const answer = await fetch(url, { headers, signal: abort.signal });
    const text = new TextDecoder();
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      parser.feed(text.decode(chunk, { stream: true }));
    }
  })()
    .catch(() => {})
    .finally(() => {
      isDone = true;
    });
  return { events, isDone: () => isDone, stop: () => abort.abort() };
}

const hasId = ({ id }: EventSourceMessage) => id !== undefined;
const isOdds = ({ event }: EventSourceMessage) => event?.startsWith('copilot') ?? false;

/** A vendor that posts one price after another; each event tells its own number. */
async function aNumberedFeed(settings = {}) {
  const upstream = await startScriptedUpstream({});
  const server = await startFeedServer(upstream, { ...PATIENT, ...settings });
  const wire = await startFaultProxy(server.url);
  let posted = 0;
  return {
    upstream,
    server,
    wire,
    post(count: number) {
      let frames = '';
      for (let index = 0; index < count; index += 1) {
        posted += 1;
        const row = aWireRow({
          id: `odd ${posted % 50}`,
          price: 100 + posted,
          timestamp: ROW_SECONDS + posted,
        });
        const body = { entry_id: `1795000000000-${posted}`, data: [row], type: 'copilot-odds' };
        frames += `event: copilot-odds\ndata: ${JSON.stringify(body)}\n\n`;
      }
      upstream.send(frames);
      return posted;
    },
    async stop() {
      await wire.stop();
      await server.stop();
      await upstream.stop();
    },
  };
}

const pricesOf = (events: readonly EventSourceMessage[]) =>
  events
    .filter(isOdds)
    .flatMap(({ data }) =>
      (JSON.parse(data).data as { price: number }[]).map(({ price }) => price),
    );

describe(`a viewer over broken wires (seed ${SEED})`, () => {
  it.each(['last_entry_id', 'Last-Event-ID'] as const)(
    'gets 3 000 events over 60 cuts, each once and in order, resuming by %s',
    async (means) => {
      const random = seededRandom(SEED);
      const feed = await aNumberedFeed();
      const whole = await read(`${feed.server.url}${STREAM}`);
      await eventually(() => expect(feed.upstream.openStreams()).toBe(1));
      const got: EventSourceMessage[] = [];
      let position: string | null = null;
      let cuts = 0;
      for (let round = 0; round <= 60; round += 1) {
        const isLast = round === 60;
        const url: string = `${feed.wire.url}${STREAM}`;
        const part: Part =
          means === 'Last-Event-ID' || position === null
            ? await read(url, position === null ? {} : { 'last-event-id': position })
            : await read(`${url}?last_entry_id=${position}`);
        // From the first connection on nothing may be missed.
        await until(() => part.events.length > 0 && (position !== null || part.events.some(hasId)));
        feed.post(isLast ? 3_000 - 60 * 49 : 49);
        if (isLast) {
          await eventually(() => {
            expect(got.length + part.events.filter(isOdds).length).toBeGreaterThanOrEqual(3_000);
          });
        } else {
          const kind = (['cut', 'cut-in-frame', 'end', 'cut-in-frame'] as const)[round % 4];
          await sleep(random() * 15);
          feed.wire.strike({ kind: kind as FaultKind, where: random(), ms: 0, status: 0 });
          // What strikes within a frame waits for one: the next ping at the latest.
          await until(part.isDone);
          cuts += 1;
        }
        part.stop();
        for (const event of part.events) {
          if (isOdds(event)) got.push(event);
          if (event.id) position = event.id;
        }
      }
      await eventually(() => expect(whole.events.filter(isOdds).length).toBe(3_000));
      expect(cuts).toBe(60);
      expect(pricesOf(got)).toEqual(Array.from({ length: 3_000 }, (_, index) => 101 + index));
      expect(got.map(({ id, data }) => [id, data])).toEqual(
        whole.events.filter(isOdds).map(({ id, data }) => [id, data]),
      );
      const ids = got.map(({ id }) => id as string);
      for (let index = 1; index < ids.length; index += 1) {
        expect(compareEntryIds(ids[index] as string, ids[index - 1] as string)).toBeGreaterThan(0);
      }
      whole.stop();
      await feed.stop();
    },
  );

  it('is told once by a reset that its position is too old, and has the full state by the snapshot', async () => {
    const feed = await aNumberedFeed({ journalRows: 200 });
    const first = await read(`${feed.server.url}${STREAM}`);
    await eventually(() => expect(feed.upstream.openStreams()).toBe(1));
    feed.post(10);
    await eventually(() => expect(first.events.filter(isOdds).length).toBe(10));
    const position = first.events.filter(isOdds).at(-1)?.id as string;
    first.stop();
    const last = feed.post(2_000);
    // The journal holds 200 rows: the 11th event is gone once the newest is in.
    await eventually(async () => {
      const body = await (await fetch(`${feed.server.url}/api/snapshot/${SPORT}`)).json();
      const prices = (body as { odds: { price: number }[] }).odds.map(({ price }) => price);
      expect(Math.max(...prices)).toBe(100 + last);
    });
    const part = await read(`${feed.server.url}${STREAM}?last_entry_id=${position}`);
    await eventually(() =>
      expect(part.events.some(({ event }) => event === 'feed-status')).toBe(true),
    );
    feed.post(5);
    await eventually(() => expect(part.events.filter(isOdds).length).toBe(5));
    const resets = part.events.filter(({ event }) => event === 'reset');
    expect(resets.map(({ data }) => JSON.parse(data).reason)).toEqual(['too-old']);
    // Nothing of before comes after it.
    expect(pricesOf(part.events)).toEqual([1, 2, 3, 4, 5].map((step) => 100 + last + step));
    const at = JSON.parse(resets[0]?.data ?? '').at;
    const body = (await (await fetch(`${feed.server.url}/api/snapshot/${SPORT}`)).json()) as {
      at: string;
      odds: { id: string; price: number }[];
    };
    expect(compareEntryIds(body.at, at)).toBeGreaterThanOrEqual(0);
    expect(body.odds.length).toBe(50);
    expect(body.odds.map(({ price }) => price).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => 100 + last + 5 - 49 + index),
    );
    part.stop();
    await feed.stop();
  });

  it('starts afresh by itself after the server began another life, and shows that it did', async () => {
    const timing = createFastTiming(1);
    const simulator = await startSimulator({ seed: SEED, odds: 500, rate: 200, pingMs: 300 });
    let server = await startFeedServer(simulator, PATIENT);
    const wire = await startFaultProxy(server.url);
    const board = openBoard(wire.url, SPORT, { scope: ANYWHERE, timing });
    try {
      await eventually(() => expect(saysItKnows(board)).toBe(true));
      expect(board.store.getState().feed.resets).toBe(0);
      const port = Number(new URL(server.url).port);
      await server.stop();
      await eventually(() => expect(saysItKnows(board)).toBe(false));
      server = await startFeedServer(simulator, PATIENT, undefined, port);
      await eventually(() => {
        expect(board.store.getState().feed.resets).toBe(1);
        expect(saysItKnows(board)).toBe(true);
      });
      simulator.pause();
      await eventually(() => {
        expect([...(differences([board], simulator, SPORT)[0] ?? [])]).toEqual([]);
      });
      expect(board.store.getState().book.odds.size).toBeGreaterThan(50);
    } finally {
      board.close();
      await wire.stop();
      await server.stop();
      await simulator.stop();
      timing.stop();
    }
  });

  it('equals the truth or says that it does not know, whatever the wire to its server does', async () => {
    const scale = 25;
    const random = seededRandom(SEED);
    const timing = createFastTiming(scale);
    const simulator = await startSimulator({
      seed: SEED,
      odds: 600,
      rate: 25,
      speed: 4,
      pingMs: 5_000 / scale,
      now: timing.now,
    });
    const server = await startFeedServer(
      simulator,
      // A short journal, so that longer silences end in a reset.
      { flushMs: 2 * scale, tickMs: 16 * scale, tickMaxMs: 50 * scale, journalRows: 10 },
      timing,
    );
    const wire = await startFaultProxy(server.url);
    const boards = [1, 2, 3].map(() => openBoard(wire.url, SPORT, { scope: ANYWHERE, timing }));
    const seen = watch(boards, { simulator, sport: SPORT, timing, allowedMs: BLIND_MS });
    const kinds: FaultKind[] = [
      ...(['cut', 'end', 'cut-in-frame', 'cut-in-character', 'stall', 'silence', 'delay'] as const),
      ...(['split-everywhere', 'split-in-character', 'split-in-field'] as const),
      ...(['split-in-line-end', 'comment', 'duplicate', 'open-refused', 'open-status'] as const),
      ...([
        'open-html',
        'read-delay',
        'read-status',
        'read-cut',
        'read-broken',
        'read-hang',
        'cut-all',
      ] as const),
    ];
    try {
      for (let episode = 0; episode < 12; episode += 1) {
        for (let count = 0; count < 40; count += 1) {
          const kind = kinds[Math.floor(random() * kinds.length)] as FaultKind;
          const status = [404, 429, 500, 502, 503][Math.floor(random() * 5)] as number;
          const fault: Fault = { kind, where: random(), ms: (random() * 12_000) / scale, status };
          wire.strike(fault);
          if (random() < 0.1) boards[Math.floor(random() * 3)]?.wake();
          await sleep(random() * 25);
        }
        simulator.pause();
        wire.heal();
        for (const board of boards) board.wake();
        await eventually(() => {
          expect(boards.map(saysItKnows)).toEqual([true, true, true]);
          const wrong = differences(boards, simulator, SPORT).flatMap((list) => [...list]);
          expect(wrong.slice(0, 5)).toEqual([]);
        });
        simulator.resume();
      }
      expect(seen.lies).toEqual([]);
      const struck = Object.values(wire.struck()).reduce((sum, count) => sum + count, 0);
      expect(struck).toBeGreaterThan(100);
      const resets = boards.map(({ store }) => store.getState().feed.resets);
      expect(resets.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
      console.log(
        `${struck} faults between boards and server, ${resets.join(' + ')} resets, clock 1:${scale}, seed ${SEED}; longest wrong while all was said to be well: ${(seen.longestMs() / 1_000).toFixed(1)} s`,
      );
    } catch (error) {
      console.log([`seed ${SEED}; the wire's last acts:`, ...wire.log().slice(-150)].join('\n'));
      throw error;
    } finally {
      seen.stop();
      for (const board of boards) board.close();
      await wire.stop();
      await server.stop();
      await simulator.stop();
      timing.stop();
    }
  });
});
