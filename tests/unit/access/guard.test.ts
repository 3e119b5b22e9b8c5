import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuard } from '@/lib/access/guard';
import { readConfig } from '@/lib/feed/config';

const PASSWORD = 'pässword of the desk';
const STREAM = '/api/v3/stream/copilot/basketball/odds';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

type Asked = { path: string; response: ServerResponse; isAdmitted: boolean };
type Ask = {
  method?: string;
  headers?: Record<string, string>;
  parts?: readonly string[];
  /** Whether more than these parts is to come. */
  goesOn?: boolean;
};
type Answer = { status: number; headers: IncomingMessage['headers']; body: string };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A guard before a server that answers all that it admits with a stream; requests that are held go in together. */
async function createKit() {
  const clock = { now: Date.UTC(2026, 10, 24) };
  const { access, feed } = readConfig({ BOARD_PASSWORD: PASSWORD });
  const guard = createGuard({ access, feed, hosts: null, now: () => clock.now });
  let hold = 0;
  const held: (() => void)[] = [];
  const admitted: Promise<Asked>[] = [];
  async function admit(incoming: IncomingMessage, response: ServerResponse): Promise<Asked> {
    const isAdmitted = await guard.admit(incoming, response);
    if (isAdmitted) response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('\n');
    return { path: incoming.url ?? '', response, isAdmitted };
  }
  const server = createServer((incoming, response) => {
    held.push(() => void admitted.push(admit(incoming, response)));
    if (held.length < hold) return;
    for (const go of held.splice(0)) go();
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  /** What is answered; of a stream its beginning. */
  function ask(path: string, { method = 'GET', headers = {}, parts = [], goesOn }: Ask = {}) {
    return new Promise<Answer>((resolve, reject) => {
      const asked = request({ port, path, method, headers, agent: false }, (response) => {
        const { statusCode: status = 0 } = response;
        let body = '';
        const done = () => resolve({ status, headers: response.headers, body });
        response.setEncoding('utf8').on('error', () => {});
        response.on('end', done).on('data', (chunk) => {
          body += chunk;
          if (status === 200) done();
        });
      });
      asked.on('error', reject);
      for (const part of parts) asked.write(part);
      if (!goesOn) asked.end();
    });
  }

  return {
    clock,
    limits: access.limits,
    ask,
    async signIn(): Promise<Record<string, string>> {
      const body = new URLSearchParams({ password: PASSWORD }).toString();
      const { headers } = await ask('/sign-in', { method: 'POST', headers: FORM, parts: [body] });
      return { cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
    },
    /** What becomes of requests that the guard meets in the same turn. */
    async together(...asks: (() => Promise<Answer>)[]): Promise<Asked[]> {
      admitted.length = 0;
      hold = asks.length;
      // A stream may be ended before its beginning has arrived.
      await Promise.allSettled(asks.map((one) => one()));
      hold = 0;
      return Promise.all(admitted);
    },
  };
}

describe('guard', () => {
  it('ends with a sign-out also the answer whose sign-in was being renewed just then', async () => {
    const kit = await createKit();
    for (let round = 0; round < 40; round += 1) {
      const headers = await kit.signIn();
      kit.clock.now += kit.limits.sessionMs * 0.6;
      const stream = () => kit.ask(STREAM, { headers });
      const signOut = () => kit.ask('/sign-out', { method: 'POST', headers });
      const asked = await kit.together(...(round % 2 ? [stream, signOut] : [signOut, stream]));
      const { isAdmitted, response } = asked.find(({ path }) => path === STREAM) as Asked;
      expect(isAdmitted && !response.destroyed).toBe(false);
      if (!isAdmitted) {
        expect(response.statusCode).toBe(401);
        expect(response.getHeader('set-cookie')).toBeUndefined();
      }
    }
  });

  it('renews a sign-in in the second half of its time, and lets it in', async () => {
    const kit = await createKit();
    const headers = await kit.signIn();
    expect((await kit.ask(STREAM, { headers })).headers['set-cookie']).toBeUndefined();
    kit.clock.now += kit.limits.sessionMs * 0.6;
    const { status, headers: answered } = await kit.ask(STREAM, { headers });
    expect(status).toBe(200);
    expect(answered['set-cookie']).toHaveLength(1);
  });

  it.each([false, true])(
    'says that a form is too long though its length was not said before, and more is to come: %s',
    async (goesOn) => {
      const kit = await createKit();
      const parts = Array.from({ length: 5 }, () => 'x'.repeat(8_192));
      const form = { method: 'POST', headers: FORM, parts, goesOn };
      const answer = await kit.ask('/sign-in', form);
      expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
      expect(answer.body).toContain('longer than 32768 bytes');
    },
  );
});
