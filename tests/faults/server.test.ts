/** The built server under what nobody sends on purpose: parameters, viewers that do not read, its own end. */
import { connect, type Socket } from 'node:net';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Book } from '@/lib/protocol/book';
import { decodeEvent } from '@/lib/protocol/decode';
import { startSimulator } from '@/lib/simulator';
import { aWireRow, ROW_SECONDS } from '@/tests/support/builders';
import { eventually } from '@/tests/support/feed-server';
import { startScriptedUpstream } from '@/tests/support/scripted-upstream';
import { type Board, spawnStart, startBoard } from '@/tests/support/serve';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);
const STREAM = '/api/v3/stream/copilot/basketball/odds';

type Answer = { status: number; type: string; text: string };

/** One request as it stands, without a client that would mend it; null where the server hung up without a word. */
function ask(
  port: number,
  target: string,
  headers: readonly string[] = [],
): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const end = () => {
      clearTimeout(hung);
      socket.destroy();
      const [, status] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? [];
      const [, type = ''] = /^content-type: (.*)$/im.exec(text) ?? [];
      resolve(status ? { status: Number(status), type, text } : null);
    };
    const hung = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end of the answer to ${target}`));
    }, 20_000);
    socket.on('connect', () => {
      const lines = [`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      // A stream has no end of its own: its first event is the answer.
      if (/^content-type: text\/event-stream/im.test(text) && text.includes('connected')) end();
    });
    socket.on('end', end);
    socket.on('error', end);
  });
}

const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    'NBA',
    'true',
    'False',
    'perhaps',
    '-1',
    '1e9',
    '0',
    '50001',
    '1795000000000-1',
    '999999999999999-999999999999999',
    '1-',
    '__proto__',
    '../..',
    '%00',
    'x'.repeat(201),
    'x'.repeat(5_000),
    'AAAAAAAAAAAA.1',
    'AAAAAAAAAAAA.999999999',
    '𝒳é\u0000',
    '<script>alert(1)</script>',
  ),
);
const anyName = fc.oneof(
  fc.constantFrom(
    ...['league', 'market', 'fixture_id', 'game_id', 'version_id', 'is_main', 'is_live', 'id'],
    ...['odds_format', 'include_fixture_updates', 'last_entry_id', 'page', 'limit', 'key', 'sport'],
    ...['fixture', 'q', 'status', 'state', 'main', 'view', 'version', 'odds', 'tz'],
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const rawPart = fc.constantFrom(
  '%',
  '%zz',
  '%ff',
  '%00',
  '%2F',
  '%2e%2e',
  '..',
  '%E0%A4',
  '%C0%AF',
  '+',
  ';',
  '',
);
const encoded = (text: string) => encodeURIComponent(text);
const anyParams = fc
  .array(
    fc.tuple(anyName, fc.oneof(junk.map(encoded), rawPart), fc.constantFrom(1, 1, 1, 1, 3, 210)),
    { maxLength: 4 },
  )
  .map((list) =>
    list
      .flatMap(([name, value, times]) =>
        Array.from({ length: times }, (_, at) => `${encoded(name)}=${value}${times > 3 ? at : ''}`),
      )
      .join('&')
      .slice(0, 12_000),
  );
const anyPath = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(STREAM, '/api/snapshot/basketball', '/api/history', '/basketball'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/api/v3/leagues/active',
      '/api/v3/sports/active',
      '/api/health',
      '/',
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('/api/snapshot/', '/api/v3/stream/copilot/', '/api/', '/'),
        fc.oneof(junk.map(encoded), rawPart),
        fc.constantFrom('', '/odds', '/'),
      )
      .map((parts) => parts.join('')),
  },
);
const anyHeader = fc.option(
  fc.oneof(
    fc.constantFrom('1-1', '1795000000000-1', 'x', '-', '1'.repeat(400), '\xff', '1-1, 2-2'),
    fc.stringMatching(/^[\x21-\x7e]{1,60}$/),
  ),
);

const DOCUMENTED = [200, 307, 308, 400, 401, 403, 404, 405, 410, 414, 421, 429, 431, 503];

describe(`the built server (seed ${SEED})`, () => {
  it('answers whatever it is asked with a documented status and, under /api, JSON', async () => {
    const simulator = await startSimulator({ seed: 5, odds: 400, rate: 20, key: 'fuzz-key-0815' });
    const board = await startBoard({
      env: { OPTICODDS_API_KEY: simulator.key, OPTICODDS_BASE_URL: simulator.baseUrl },
    });
    const port = Number(new URL(board.url).port);
    const statuses: Record<number, number> = {};
    try {
      await fc.assert(
        fc.asyncProperty(anyPath, anyParams, anyHeader, async (path, params, position) => {
          const target = params === '' ? path : `${path}?${params}`;
          const headers = position === null ? [] : [`Last-Event-ID: ${position}`];
          const answer = await ask(port, target, headers);
          expect(answer).not.toBe(null);
          if (!answer) return;
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
          expect(DOCUMENTED).toContain(answer.status);
          expect(answer.text.includes(simulator.key)).toBe(false);
          // `/api/../odds` is a page.
          const { pathname } = new URL(`${board.url}${target}`);
          if (!pathname.startsWith('/api/') || answer.status < 400) return;
          expect(answer.type).toContain('application/json');
          const said = /\{"error":"((?:[^"\\]|\\.)*)"/.exec(answer.text)?.[1] ?? '';
          expect(said.length).toBeGreaterThan(10);
          // At most 80 characters of what was sent, whatever of them JSON has to escape.
          expect(said).not.toMatch(/x{81}|1{81}/);
          expect(said).not.toMatch(/\bat .*\.[jt]s:\d|node_modules|\/lib\//);
        }),
        { seed: SEED, numRuns: 500 },
      );
      const { status } = (await ask(port, '/api/health')) ?? {};
      expect(status).toBe(200);
      expect(statuses[200]).toBeGreaterThan(50);
      expect(statuses[400]).toBeGreaterThan(20);
      expect(board.output()).not.toMatch(/unhandled|uncaught/i);
    } finally {
      await board.stop();
      await simulator.stop();
    }
  });

  it('ends 200 viewers by the last chunk, each asked to come back at a time of its own, and is gone', async () => {
    const simulator = await startSimulator({ seed: 5, odds: 400, rate: 100 });
    const { child, ended, output } = spawnStart({
      env: { OPTICODDS_API_KEY: simulator.key, OPTICODDS_BASE_URL: simulator.baseUrl },
    });
    const url = await eventually(() => {
      const found = /^Board: (http:\S+)$/m.exec(output())?.[1];
      if (!found) throw new Error(`no address yet:\n${output()}`);
      return found;
    });
    const port = Number(new URL(url).port);
    const viewers = Array.from({ length: 200 }, () => {
      const socket = connect(port, '127.0.0.1');
      const viewer = { socket, text: '', isEnded: false, error: null as Error | null };
      socket.write(`GET ${STREAM} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      socket.setEncoding('latin1');
      socket.on('data', (chunk) => {
        viewer.text += chunk;
      });
      socket.on('end', () => {
        viewer.isEnded = true;
      });
      socket.on('error', (error) => {
        viewer.error = error;
      });
      return viewer;
    });
    try {
      await eventually(() => {
        expect(viewers.filter(({ text }) => text.includes('event: feed-status')).length).toBe(200);
      });
      const from = Date.now();
      child.kill('SIGTERM');
      const code = await ended;
      const tookMs = Date.now() - from;
      expect(code).toBe(0);
      // Promised within 5 s; the rest is for a machine that is busy with other things.
      expect(tookMs).toBeLessThan(10_000);
      await eventually(() => expect(viewers.every(({ isEnded }) => isEnded)).toBe(true));
      expect(viewers.filter(({ error }) => error !== null)).toEqual([]);
      expect(viewers.filter(({ text }) => !text.endsWith('\r\n0\r\n\r\n')).length).toBe(0);
      const retries = viewers.map(({ text }) =>
        Number([...text.matchAll(/retry: (\d+)/g)].at(-1)?.[1]),
      );
      for (const retry of retries) {
        expect(retry).toBeGreaterThan(0);
        expect(retry).toBeLessThan(10_000);
      }
      expect(new Set(retries).size).toBeGreaterThan(100);
      await eventually(() => expect(simulator.openStreams()).toBe(0));
      // Nothing comes up again in its place.
      await new Promise((resolve) => setTimeout(resolve, 500));
      await expect(fetch(`${url}/api/health`)).rejects.toThrow();
    } finally {
      for (const { socket } of viewers) socket.destroy();
      child.kill('SIGKILL');
      await simulator.stop();
    }
  });

  describe('viewers that do not read', () => {
    it('are closed, while one that drains late has the newest values and others miss nothing', async () => {
      const upstream = await startScriptedUpstream({});
      const board = await startBoard({
        env: {
          OPTICODDS_API_KEY: upstream.key,
          OPTICODDS_BASE_URL: upstream.baseUrl,
          BOARD_VIEWER_BYTES: '32768',
          BOARD_VIEWER_STALL_MS: '12000',
          BOARD_UPSTREAM_LATE_MS: '60000',
          BOARD_UPSTREAM_DEAD_MS: '90000',
        },
      });
      const stalled = [1, 2, 3].map(() => openRaw(board));
      const slow = openRaw(board);
      const fast = openRaw(board);
      fast.resume();
      try {
        await eventually(() => expect(fast.events.length).toBeGreaterThan(1));
        await eventually(() => expect(upstream.openStreams()).toBe(1));
        const count = async () =>
          ((await (await fetch(`${board.url}/api/health`)).json()) as { viewers: number }).viewers;
        await eventually(async () => expect(await count()).toBe(5));
        const newest = new Map<string, number>();
        let posted = 0;
        const post = (rounds: number) => {
          for (let round = 0; round < rounds; round += 1) {
            const rows = Array.from({ length: 100 }, (_, index) => {
              posted += 1;
              newest.set(`odd ${index}`, 100 + posted);
              return aWireRow({
                id: `odd ${index}`,
                price: 100 + posted,
                timestamp: ROW_SECONDS + posted,
              });
            });
            const body = { entry_id: `1795000000000-${posted}`, data: rows, type: 'copilot-odds' };
            upstream.send(`event: copilot-odds\ndata: ${JSON.stringify(body)}\n\n`);
          }
        };
        // Far more than sockets and the kernel hold between them.
        for (let lot = 0; lot < 60; lot += 1) {
          post(10);
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
        // All of it is behind the slow one, none of it still to come.
        await eventually(() => expect(rowsOf(fast.events)).toBe(60_000));
        slow.resume();
        await eventually(() => {
          expect(boardOf(slow.events)).toEqual(newest);
          expect(boardOf(fast.events)).toEqual(newest);
        });
        expect(rowsOf(fast.events)).toBe(60_000);
        expect(fast.events.filter(({ data }) => data.includes('"conflated":true'))).toEqual([]);
        expect(slow.events.filter(({ event }) => event === 'reset')).toEqual([]);
        expect(rowsOf(slow.events)).toBeLessThan(60_000);
        expect(slow.events.some(({ data }) => data.includes('"conflated":true'))).toBe(true);
        await eventually(async () => expect(await count()).toBe(2));
        post(1);
        await eventually(() => {
          expect(boardOf(slow.events)).toEqual(newest);
          expect(boardOf(fast.events)).toEqual(newest);
        });
      } finally {
        for (const viewer of [...stalled, slow, fast]) viewer.socket.destroy();
        await board.stop();
        await upstream.stop();
      }
    });
  });
});

type RawViewer = { socket: Socket; events: EventSourceMessage[]; resume(): void };

/** A viewer that asks for the stream and reads nothing before `resume`. */
function openRaw(board: Board): RawViewer {
  const socket = connect(Number(new URL(board.url).port), '127.0.0.1');
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  socket.on('error', () => {});
  // HTTP/1.0 has no chunks: what follows the head is the stream as it is.
  socket.write(`GET ${STREAM} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  return {
    socket,
    events,
    resume() {
      let head: string | null = '';
      const text = new TextDecoder();
      socket.on('data', (chunk) => {
        let part = text.decode(chunk, { stream: true });
        if (head !== null) {
          head += part;
          const end = head.indexOf('\r\n\r\n');
          if (end < 0) return;
          part = head.slice(end + 4);
          head = null;
        }
        parser.feed(part);
      });
    },
  };
}

function boardOf(events: readonly EventSourceMessage[]): Map<string, number | null> {
  const book = new Book();
  let receipt = 0;
  for (const { event, data, id } of events) {
    receipt += 1;
    const decoded = decodeEvent(event ?? '', data, id ?? null);
    if (decoded) book.apply(decoded, receipt);
  }
  return new Map([...book.odds.values()].map(({ id, price }) => [id, price]));
}

function rowsOf(events: readonly EventSourceMessage[]): number {
  return events
    .filter(({ event }) => event?.startsWith('copilot'))
    .reduce((sum, { data }) => sum + (JSON.parse(data).data as unknown[]).length, 0);
}
