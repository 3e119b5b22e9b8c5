/**
 * A vendor that breaks in every way at once, at the waits as they are by default: after each fault the feed holds the
 * vendor's truth within 15 s of the vendor accepting again, and is never live for long with anything else.
 *
 * RECOVERY_FAULTS plays more of them, RECOVERY_SEED others.
 */
import { describe, expect, it } from 'vitest';
import { DEFAULT_FEED_SETTINGS } from '@/lib/feed/config';
import { createFeed } from '@/lib/feed/feed';
import type { HttpAnswer, HttpGet } from '@/lib/feed/http';
import { decodeSnapshot } from '@/lib/protocol/decode';
import { aWireRow } from '@/tests/support/builders';
import { createFakeTiming, type FakeTiming, seededRandom } from '@/tests/support/fake-timing';
import { aQuery, aWireFixture, readPage } from '@/tests/support/feed-deps';

const FAULTS = Number(process.env.RECOVERY_FAULTS ?? 100);
const SEED = Number(process.env.RECOVERY_SEED ?? 1);
const BOUND_MS = 15_000;

const OPEN_FAULTS = [
  'refused socket',
  'hangs',
  'hangs after the head',
  'cut after connected',
  'half a frame',
  ...['400', '401', '404', '429', '500', '503'],
] as const;
const REST_FAULTS = ['none', 'refused socket', 'hangs', 'half an answer', '429', '500'] as const;
const LIVE_FAULTS = ['none', 'cut', 'end', 'stall', 'half a frame'] as const;

type Row = { id: string; fixtureId: string; price: number; isOpen: boolean; changedAt: number };
type Socket = { push(chunk: string | Error | null): void; isStalled: boolean };

function createVendor(timing: FakeTiming, random: () => number) {
  const rows = new Map<string, Row>();
  const fixtures = Array.from({ length: 7 }, (_, index) => aWireFixture({ id: `FX${index}` }));
  for (const { id } of fixtures) {
    for (const side of ['a', 'b']) {
      const row = { id: `${id} ${side}`, fixtureId: String(id), price: -110, isOpen: true };
      rows.set(row.id, { ...row, changedAt: timing.now() });
    }
  }
  const sockets = new Set<Socket>();
  let openFault: (typeof OPEN_FAULTS)[number] | null = null;
  let restFault: (typeof REST_FAULTS)[number] = 'none';
  let sequence = 0;
  let refusedAt = Number.NEGATIVE_INFINITY;

  const wire = ({ id, fixtureId, price, changedAt }: Row) =>
    aWireRow({ id, fixture_id: fixtureId, price, timestamp: Math.floor(changedAt / 1000) });

  function frame(row: Row): string {
    const event = row.isOpen ? 'copilot-odds' : 'copilot-locked-odds';
    sequence += 1;
    const entry_id = `${timing.now()}-${sequence}`;
    const data = JSON.stringify({ entry_id, data: [wire(row)], type: event });
    return `event: ${event}\nid: ${entry_id}\nretry: 5000\ndata: ${data}\n\n`;
  }

  function change(): void {
    const all = [...rows.values()];
    const row = all[Math.floor(random() * all.length)];
    if (!row) return;
    if (random() < 0.3) row.isOpen = !row.isOpen;
    else row.price = 100 + Math.floor(random() * 200);
    row.changedAt = timing.now();
    const text = frame(row);
    for (const socket of sockets) if (!socket.isStalled) socket.push(text);
  }

  function answer(
    status: number,
    contentType: string,
    body: AsyncIterable<Uint8Array>,
  ): HttpAnswer {
    if (status === 429) refusedAt = timing.now();
    return { status, contentType, header: () => null, body, hold: () => () => {}, discard() {} };
  }

  async function* texts(...parts: (string | Error)[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      if (part instanceof Error) throw part;
      yield new TextEncoder().encode(part);
    }
  }

  function openStream(signal: AbortSignal, first: readonly (string | null | Error)[]): HttpAnswer {
    const waiting: (string | Error | null)[] = [];
    let wake = () => {};
    const socket: Socket = {
      isStalled: false,
      push(chunk) {
        waiting.push(chunk);
        wake();
      },
    };
    for (const chunk of first) socket.push(chunk);
    sockets.add(socket);
    const close = () => {
      sockets.delete(socket);
      socket.push(new Error('aborted'));
    };
    signal.addEventListener('abort', close);
    async function* body() {
      for (;;) {
        const chunk = waiting.shift();
        if (chunk instanceof Error) throw chunk;
        if (chunk === null) return;
        if (chunk !== undefined) yield new TextEncoder().encode(chunk);
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    }
    return answer(200, 'text/event-stream', body());
  }

  const HELLO = 'event: connected\nretry: 5000\ndata: ok go\n\n';
  const networkError = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const never = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });

  async function stream(signal: AbortSignal): Promise<HttpAnswer> {
    switch (openFault) {
      case null:
        return openStream(signal, [HELLO]);
      case 'refused socket':
        throw networkError();
      case 'hangs':
        return never(signal);
      case 'hangs after the head':
        return openStream(signal, []);
      case 'cut after connected':
        return openStream(signal, [HELLO, new Error('cut')]);
      case 'half a frame':
        return openStream(signal, [HELLO, 'event: copilot-odds\ndata: {"entry', null]);
      default:
        return answer(Number(openFault), 'text/html', texts('<h1>no</h1>'));
    }
  }

  async function rest(url: URL, signal: AbortSignal): Promise<HttpAnswer> {
    const path = url.pathname.replace('/api/v3/', '');
    if (restFault === 'refused socket') throw networkError();
    if (restFault === 'hangs') return never(signal);
    if (restFault === '429' || restFault === '500')
      return answer(Number(restFault), 'text/html', texts(''));
    const ids = url.searchParams.getAll('fixture_id');
    const isSettled = url.searchParams.get('settled') === 'true';
    const oddsOf = (id: unknown) =>
      [...rows.values()]
        .filter(({ fixtureId, isOpen }) => !isSettled && isOpen && fixtureId === id)
        .map((row) => ({ ...wire(row), timestamp: row.changedAt / 1000 }));
    const data = path.startsWith('leagues')
      ? [{ id: 'nba', name: 'NBA', sport: { id: 'basketball' } }]
      : path === 'copilot/fixtures/odds'
        ? fixtures
            .filter(({ id }) => ids.includes(String(id)))
            .map((fixture) => ({ ...fixture, odds: oddsOf(fixture.id) }))
        : path.startsWith('fixtures')
          ? fixtures
          : [];
    const text = JSON.stringify({ data, has_more: false });
    // As old as its request's coming in, and some time under way.
    await new Promise<void>((resolve) => timing.schedule(resolve, 50 + random() * 400));
    const half = restFault === 'half an answer';
    return answer(
      200,
      'application/json',
      half ? texts(text.slice(0, text.length / 2), new Error('cut')) : texts(text),
    );
  }

  const get: HttpGet = (url, { signal, isStream }) =>
    isStream ? stream(signal) : rest(url, signal);

  function ping(): void {
    const text = `event: ping\ndata: ${new Date(timing.now()).toISOString().slice(0, 19)}Z\n\n`;
    for (const socket of sockets) if (!socket.isStalled) socket.push(text);
    timing.schedule(ping, 5_000);
  }
  ping();

  return {
    get,
    rows,
    change,
    refusedAt: () => refusedAt,
    break(live: (typeof LIVE_FAULTS)[number], open: typeof openFault, byRest: typeof restFault) {
      openFault = open;
      restFault = byRest;
      for (const socket of [...sockets]) {
        if (live === 'none') continue;
        if (live === 'stall') socket.isStalled = true;
        else {
          sockets.delete(socket);
          if (live === 'half a frame') socket.push('event: copilot-odds\ndata: {"e');
          socket.push(live === 'cut' ? new Error('cut') : null);
        }
      }
    },
    accept() {
      openFault = null;
      restFault = 'none';
    },
  };
}

describe('recovery', () => {
  it(`holds the truth within 15 s of the vendor accepting again, after any of ${FAULTS} faults`, async () => {
    const timing = createFakeTiming(undefined, SEED);
    const random = seededRandom(SEED + 1);
    const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
    const vendor = createVendor(timing, random);
    const feed = createFeed({
      source: 'simulator',
      upstream: { baseUrl: 'http://vendor/api/v3', apiKey: 'key' },
      // Only the stream and the reads after gaps may put it right.
      settings: { ...DEFAULT_FEED_SETTINGS, oddsRefreshMs: 0, fixturesPollMs: 0 },
      timing,
      log: { info() {}, warn() {} },
      get: vendor.get,
    });
    const query = aQuery('league=NBA');
    const viewer = new AbortController();
    const reading = (async () => {
      for await (const _ of feed.stream('basketball', query, {
        lastEventId: null,
        signal: viewer.signal,
      }));
    })();

    const wrong = async () => {
      const { odds, partial } = decodeSnapshot(
        readPage(await feed.snapshot('basketball', query, { waitMs: 0 })),
      );
      const held = new Map(odds.map((odd) => [odd.id, odd]));
      const differing = [...vendor.rows.values()].filter(({ id, price, isOpen }) => {
        const odd = held.get(id);
        return (odd?.state === 'open') !== isOpen || (isOpen && odd?.price !== price);
      });
      const { feed: state } = feed.status('basketball', query);
      return { isTruth: differing.length === 0, isSaid: state !== 'live' || partial, state };
    };

    await timing.advance(5_000);
    expect(await wrong()).toMatchObject({ isTruth: true, isSaid: false });
    let worstMs = 0;
    /** A short fault may be over long before its silence is noticed. */
    let stalledAt = Number.NEGATIVE_INFINITY;
    for (let fault = 0; fault < FAULTS; fault += 1) {
      const live = pick(LIVE_FAULTS);
      const open = live === 'none' ? null : pick([null, ...OPEN_FAULTS]);
      const byRest = pick(REST_FAULTS);
      const lastsMs = random() < 0.5 ? random() * 3_000 : random() * 90_000;
      const what = `seed ${SEED}, fault ${fault}: ${live}, ${open}, REST ${byRest}, ${Math.round(lastsMs)} ms`;
      if (live === 'stall') stalledAt = timing.now();
      vendor.break(live, open, byRest);
      let wrongMs = 0;
      for (let ms = 0; ms < lastsMs; ms += 500) {
        if (random() < 0.6) vendor.change();
        await timing.advance(Math.min(500, lastsMs - ms));
        const now = await wrong();
        wrongMs = now.isTruth || now.isSaid ? 0 : wrongMs + 500;
        // Ten seconds of silence are late; a read that hangs is told of after ten more.
        expect(wrongMs, what).toBeLessThanOrEqual(12_000);
      }
      vendor.accept();
      const acceptedAt = timing.now();
      // The vendor's own demand after a 429, and what it takes to notice silence, come on top.
      const from = Math.max(
        acceptedAt,
        vendor.refusedAt() + 16_000,
        stalledAt + 15_000,
        // A refused key is tried after pauses that double, so the last one is at most twice the rest together.
        open === '401' ? acceptedAt + 2 * lastsMs : 0,
      );
      for (;;) {
        const now = await wrong();
        if (now.isTruth && !now.isSaid) break;
        expect(timing.now() - from, `${what}, ${now.state}`).toBeLessThan(BOUND_MS);
        await timing.advance(250);
      }
      worstMs = Math.max(worstMs, timing.now() - from);
      await timing.advance(random() < 0.3 ? 40_000 : random() * 2_000);
    }
    if (process.env.RECOVERY_FAULTS) console.log(`${FAULTS} faults, slowest ${worstMs} ms`);
    expect(worstMs).toBeGreaterThan(1_000);
    viewer.abort();
    await reading;
    await feed.shutdown();
  }, 600_000);
});
