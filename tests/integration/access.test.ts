/** Who is let in, and every refusal of the API, on the built server as others reach it. */

import { once } from 'node:events';
import { type ClientRequest, createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/feed-server';
import { type Board, spawnStart, startBoard } from '../support/serve';

const PASSWORD = 'pässword of the desk';
const TOKEN = 'token-of-the-model-1';
const SPARE = 'token-of-the-bench-2';
const ORIGIN = 'https://desk.example.com';
const STREAM = '/api/v3/stream/copilot/basketball/odds';
const SNAPSHOT = '/api/snapshot/basketball';

type Headers = Record<string, string>;
type Ask = { method?: string; headers?: Headers; body?: string };
type Answer = { status: number; headers: Record<string, string | undefined>; body: string };

let board: Board;
let url: string;
const told: string[] = [];
const open = new Set<ClientRequest>();

/** A request as a program makes it; on a stream the answer is what came first, and it stays open. */
function ask(path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let text = '';
      const done = () => {
        told.push(text, JSON.stringify(response.headers));
        resolve({
          status: response.statusCode ?? 0,
          headers: { ...response.headers, 'set-cookie': response.headers['set-cookie']?.join() },
          body: text,
        } as Answer);
      };
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
        if (response.headers['content-type']?.startsWith('text/event-stream')) done();
      });
      response.on('end', done);
      response.on('error', () => {});
    });
    open.add(asked);
    asked.on('error', reject).on('close', () => open.delete(asked));
    asked.end(body);
  });
}

/** Writes bytes to the server as they are; what it answers until it closes. */
function talk(bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
  });
}

/** The headers of somebody at an address of their own, behind the proxy that the board trusts. */
function from(address: string, headers: Headers = {}): Headers {
  return { 'x-forwarded-for': address, ...headers };
}

const bearer = { authorization: `Bearer ${TOKEN}` };

function signIn(
  password: string,
  { next = '/', headers = {} }: { next?: string; headers?: Headers } = {},
) {
  return ask('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({ password, next }).toString(),
  });
}

async function cookie(headers: Headers = {}): Promise<Headers> {
  const { headers: answered } = await signIn(PASSWORD, { headers });
  return { cookie: answered['set-cookie']?.split(';')[0] ?? '' };
}

async function viewers(): Promise<number> {
  return JSON.parse((await ask('/api/health', { headers: bearer })).body).viewers;
}

beforeAll(async () => {
  board = await startBoard({
    env: {
      BOARD_HOST: '0.0.0.0',
      BOARD_PASSWORD: PASSWORD,
      BOARD_TOKENS: `model:${TOKEN}, ${SPARE}`,
      BOARD_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8',
      BOARD_ALLOWED_ORIGINS: ORIGIN,
      BOARD_VIEWERS: '6',
      BOARD_ADDRESS_VIEWERS: '2',
      BOARD_SIGN_IN_VIEWERS: '4',
      BOARD_FILTERS: '3',
      BOARD_FILTER_VALUES: '5',
      BOARD_URL_LENGTH: '2000',
      BOARD_SIGN_IN_ATTEMPTS: '3',
    },
  });
  url = board.url.replace('0.0.0.0', '127.0.0.1');
});
afterAll(() => board?.stop());
afterEach(async () => {
  for (const one of open) one.destroy();
  await eventually(async () => expect(await viewers()).toBe(0));
});

describe('a stranger', () => {
  it.each(['/', '/basketball?league=NBA&view=lines', '/no-such-sport', '/no/such/path'])(
    'is sent from %s to the sign-in, and the link is kept',
    async (path) => {
      const { status, headers, body } = await ask(path);
      expect(status).toBe(303);
      expect(body).toBe('');
      const there = new URL(headers.location ?? '', url);
      expect(there.pathname).toBe('/sign-in');
      expect(there.searchParams.get('next') ?? '/').toBe(path);
    },
  );

  it.each([
    STREAM,
    SNAPSHOT,
    '/api/history?id=a',
    '/api/picture/basketball',
    '/api/v3/sports/active',
    '/api/v3/leagues/active?sport=basketball',
    '/api/metrics',
    '/api/no-such-path',
    '/api',
  ])('gets nothing of %s', async (path) => {
    const { status, headers, body } = await ask(path);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^Bearer /);
    expect(Object.keys(JSON.parse(body))).toEqual(['error']);
  });

  it('sees of health that the process serves, and no more', async () => {
    expect(await ask('/api/health')).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    const { body } = await ask('/api/health', { headers: bearer });
    expect(JSON.parse(body)).toMatchObject({ status: 'ok', sports: {}, viewers: 0 });
  });

  it.each([
    ['a header of ours', SNAPSHOT, { 'x-board-pass': 'open', 'x-board-writer': '1' }],
    [
      "a header of the framework's",
      SNAPSHOT,
      { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
    ],
    ["a header of the framework's", '/basketball', { rsc: '1', 'next-router-prefetch': '1' }],
    ['another way of writing', '//api/snapshot/basketball', {}],
    ['another way of writing', '/%61pi/snapshot/basketball', {}],
    ['another way of writing', '/API/snapshot/basketball', {}],
    ['a way round', '/_next/static/../../api/snapshot/basketball', {}],
    ['a way round', '/_next/static/%2e%2e/%2e%2e/basketball', {}],
    ['a way round', '/_next/static/..%2f..%2fapi/snapshot/basketball', {}],
    ['a way round', '/_next/image?url=%2Fbasketball&w=64&q=75', {}],
    ['a way round', '/_next/data/x/basketball.json', {}],
    ['a whole address', 'http://127.0.0.1/api/snapshot/basketball', {}],
    ['an empty token', `${SNAPSHOT}?key=`, { 'x-api-key': '', authorization: 'Bearer ' }],
    [
      'a wrong token',
      `${SNAPSHOT}?key=${TOKEN.slice(1)}`,
      { 'x-api-key': 'model', authorization: 'Basic eDp5' },
    ],
    ['a made-up cookie', '/basketball', { cookie: 'board_session=eyJhbGciOiJub25lIn0.e30.' }],
    ['a token on a page', `/basketball?key=${TOKEN}`, bearer],
  ])('does not come in with %s on %s', async (_what, path, headers) => {
    const { status, body } = await ask(path, { headers: headers as Headers });
    expect([303, 400, 401]).toContain(status);
    expect(body).not.toMatch(/data-odd-id|"odds"|gridcell/);
  });
});

describe('a program', () => {
  it.each([
    ['as a bearer', '', bearer],
    ['in X-Api-Key', '', { 'x-api-key': SPARE }],
    ['as key', `key=${TOKEN}`, {}],
    ['twice, once wrong', `key=${TOKEN}`, { 'x-api-key': 'of-the-vendor' }],
  ])('comes in with its token %s', async (_what, query, headers) => {
    const snapshot = await ask(`${SNAPSHOT}?limit=1&${query}`, { headers: headers as Headers });
    expect(snapshot.status).toBe(200);
    expect(JSON.parse(snapshot.body).odds).toHaveLength(1);
    const stream = await ask(`${STREAM}?${query}`, { headers: headers as Headers });
    expect(stream).toMatchObject({ status: 200, body: expect.stringMatching(/^event: connected/) });
  });
});

describe('signing in', () => {
  it('leads to the link, with a cookie that scripts and other sites do not get', async () => {
    const next = '/basketball?league=NBA&market=Team+Total';
    const { status, headers } = await signIn(PASSWORD, { next });
    expect(status).toBe(303);
    expect(headers.location).toBe(next);
    expect(headers['set-cookie']).toMatch(
      /^board_session=[\w.-]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
    );
    const session = { cookie: headers['set-cookie']?.split(';')[0] ?? '' };
    const page = await ask(next, { headers: session });
    expect(page.status).toBe(200);
    expect(page.body).toContain('Odds Board');
    expect((await ask(SNAPSHOT, { headers: session })).status).toBe(200);
    expect((await ask('/sign-in?next=/tennis', { headers: session })).headers.location).toBe(
      '/tennis',
    );
  });

  it('makes the cookie secure, and the browser remember https, where the request came by it', async () => {
    const headers = from('8.8.8.8', { 'x-forwarded-proto': 'https' });
    const answer = await signIn(PASSWORD, { headers });
    expect(answer.headers['set-cookie']).toMatch(/; Secure$/);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect((await ask('/sign-in')).headers['strict-transport-security']).toBeUndefined();
    // So must be the address of a link's picture, by the word of nobody but a proxy that is trusted.
    const cookie = answer.headers['set-cookie']?.split(';')[0] ?? '';
    const pictureFor = async (headers: Record<string, string>) => {
      const { body } = await ask('/basketball', { headers: { ...headers, cookie } });
      return /property="og:image" content="(\w+):/.exec(body)?.[1];
    };
    expect(await pictureFor(headers)).toBe('https');
    expect(await pictureFor({ 'x-board-https': '1' })).toBe('http');
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/.//evil.example',
    '/%0d/..//evil.example',
  ])('never leads to %s', async (next) => {
    expect((await signIn(PASSWORD, { next })).headers.location).toBe('/');
    const { body } = await ask(`/sign-in?${new URLSearchParams({ next })}`);
    expect(body).toContain('name="next" value="/"');
  });

  it('shows what it is told as text', async () => {
    const { body } = await ask(
      `/sign-in?next=${encodeURIComponent('/"><script>alert(1)</script>')}`,
    );
    expect(body).not.toContain('<script');
  });

  it('says that a password is wrong, and after a few has the address wait, and nobody else', async () => {
    const here = { headers: from('7.7.7.7') };
    for (let count = 0; count < 3; count += 1) {
      const wrong = await signIn('a wrong one', { next: '/tennis', ...here });
      expect(wrong.status).toBe(403);
      expect(wrong.headers['set-cookie']).toBeUndefined();
      expect(wrong.body).toMatch(/aria-invalid="true" aria-describedby="error"/);
      expect(wrong.body).toContain('value="/tennis"');
    }
    const late = await signIn(PASSWORD, here);
    expect(late.status).toBe(429);
    expect(late.headers['set-cookie']).toBeUndefined();
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    expect(late.body).toMatch(/Too many wrong passwords\. Try again in \d+ /);
    expect((await signIn(PASSWORD, { headers: from('7.7.7.8') })).status).toBe(303);
    // Its own word for another address is left of what the proxy wrote.
    expect((await signIn(PASSWORD, { headers: from('1.2.3.4, 7.7.7.7') })).status).toBe(429);
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site', origin: ORIGIN }],
  ])('is refused to a form of %s', async (_what, headers) => {
    const answer = await signIn(PASSWORD, { headers: headers as Headers });
    expect(answer.status).toBe(403);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('is taken from a form of the board itself', async () => {
    expect((await signIn(PASSWORD, { headers: { origin: url } })).status).toBe(303);
    const headers = { 'sec-fetch-site': 'same-origin' };
    expect((await signIn(PASSWORD, { headers })).status).toBe(303);
  });

  it('ends at signing out, for open streams and for copies of the cookie', async () => {
    const [one, other] = [await cookie(), await cookie()];
    await ask(STREAM, { headers: one });
    await ask(STREAM, { headers: other });
    await eventually(async () => expect(await viewers()).toBe(2));
    expect((await ask('/sign-out', { headers: one })).status).toBe(405);
    const out = await ask('/sign-out', { method: 'POST', headers: one });
    expect(out).toMatchObject({ status: 303, headers: { location: '/sign-in' } });
    expect(out.headers['set-cookie']).toMatch(/^board_session=; .*Max-Age=0/);
    await eventually(async () => expect(await viewers()).toBe(1));
    expect((await ask(SNAPSHOT, { headers: one })).status).toBe(401);
    expect((await ask(SNAPSHOT, { headers: other })).status).toBe(200);
  });
});

describe('another origin', () => {
  const headers = { origin: ORIGIN, ...bearer };

  it('that is named may read the API', async () => {
    for (const path of [SNAPSHOT, STREAM, '/api/history?id=a', '/api/v3/sports/active']) {
      const answer = await ask(path, { headers });
      expect(answer.status).toBe(200);
      expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
      expect(answer.headers['cross-origin-resource-policy']).toBe('cross-origin');
      expect(answer.headers.vary).toMatch(/Origin/);
    }
    const refused = await ask(SNAPSHOT, { headers: { origin: ORIGIN } });
    expect(refused).toMatchObject({
      status: 401,
      headers: { 'access-control-allow-origin': ORIGIN },
    });
  });

  it('that is named is told which headers it may send', async () => {
    const answer = await ask(SNAPSHOT, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'GET' },
    });
    expect(answer.status).toBe(204);
    const allowed = answer.headers['access-control-allow-headers']?.split(', ');
    expect(allowed).toEqual(
      expect.arrayContaining([
        'authorization',
        'x-api-key',
        'last-event-id',
        'content-type',
        'cache-control',
      ]),
    );
  });

  it.each(['https://evil.example', `${ORIGIN}.evil.example`, 'http://desk.example.com', 'null'])(
    'such as %s may not',
    async (origin) => {
      const answer = await ask(SNAPSHOT, { headers: { ...headers, origin } });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(answer.headers.vary).toMatch(/Origin/);
    },
  );

  it('may read no page', async () => {
    const answer = await ask('/sign-in', { headers });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

/** Opens streams, each of which must be let in. */
async function openStreams(...asked: [query: string, headers: Headers][]): Promise<void> {
  for (const [query, headers] of asked) {
    expect((await ask(`${STREAM}?${query}`, { headers })).status).toBe(200);
  }
}

type Refusal = {
  what: string;
  path: string;
  ask?: Ask;
  /** What must be so before. */
  before?: () => Promise<unknown>;
  status: number;
  error: string;
  retry?: boolean;
};

const as = (headers: Headers): Ask => ({ headers: { ...bearer, ...headers } });
const spare = { 'x-api-key': SPARE };

const REFUSALS: Refusal[] = [
  { what: 'nobody', path: SNAPSHOT, status: 401, error: 'sign in, or send a token' },
  {
    what: 'a foreign form',
    path: '/sign-out',
    ask: { method: 'POST', headers: { origin: 'null' } },
    status: 403,
    error: 'came from another site',
  },
  {
    what: 'a foreign origin',
    path: STREAM,
    ask: {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    },
    status: 403,
    error: 'BOARD_ALLOWED_ORIGINS',
  },
  {
    what: 'a form that is none',
    path: '/sign-in',
    ask: { method: 'POST', body: '{}' },
    status: 415,
    error: 'Send the form as',
  },
  {
    what: 'a long form',
    path: '/sign-in',
    ask: {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'x'.repeat(40_000),
    },
    status: 413,
    error: 'longer than',
  },
  {
    what: 'a method',
    path: SNAPSHOT,
    ask: { method: 'POST', ...as({}) },
    status: 405,
    error: 'use GET',
  },
  {
    what: 'a method of a page',
    path: '/basketball',
    ask: { method: 'POST' },
    status: 405,
    error: 'use GET',
  },
  {
    what: 'a method nobody takes',
    path: '/',
    ask: { method: 'TRACE' },
    status: 405,
    error: 'TRACE',
  },
  {
    what: 'a long address',
    path: `/basketball?q=${'x'.repeat(2_000)}`,
    status: 414,
    error: 'BOARD_URL_LENGTH',
  },
  { what: 'a path that is no text', path: '/%E0%A4%A', status: 400, error: 'no text' },
  { what: 'a whole address', path: 'http://other.example/', status: 400, error: 'no proxy' },
  {
    what: 'a stream too many of an address',
    path: STREAM,
    ask: as(from('9.9.9.9')),
    before: () =>
      openStreams(
        ['', { ...spare, ...from('9.9.9.9') }],
        ['', { ...spare, ...from('6.6.6.6, 9.9.9.9') }],
      ),
    status: 429,
    error: 'BOARD_ADDRESS_VIEWERS',
    retry: true,
  },
  {
    what: 'a stream too many of a network',
    path: STREAM,
    ask: as(from('2001:db8:1:2::3')),
    before: () =>
      openStreams(['', from('2001:db8:1:2::1', bearer)], ['', from('2001:db8:1:2:ffff::', bearer)]),
    status: 429,
    error: 'BOARD_ADDRESS_VIEWERS',
    retry: true,
  },
  {
    what: 'a stream too many of a token, loopback being exempt from addresses alone',
    path: STREAM,
    ask: as({}),
    before: () => openStreams(['', bearer], ['', bearer], ['', bearer], ['', bearer]),
    status: 429,
    error: 'BOARD_SIGN_IN_VIEWERS',
    retry: true,
  },
  {
    what: 'a stream too many in all',
    path: STREAM,
    ask: { headers: { ...spare } },
    before: () =>
      openStreams(['', bearer], ['', bearer], ['', bearer], ['', bearer], ['', spare], ['', spare]),
    status: 503,
    error: 'BOARD_VIEWERS',
    retry: true,
  },
  {
    what: 'a filter too many',
    path: `${STREAM}?league=D`,
    ask: as({}),
    before: async () => {
      await openStreams(['league=A', bearer], ['league=B', bearer], ['league=C', bearer]);
      await openStreams(['league=a', spare]);
    },
    status: 503,
    error: 'BOARD_FILTERS',
    retry: true,
  },
  {
    what: 'values',
    path: `${STREAM}?${'league=a&league=b&'.repeat(3)}`,
    ask: as({}),
    status: 400,
    error: 'at most 5',
  },
  {
    what: 'values',
    path: `${SNAPSHOT}?${'league=a&league=b&'.repeat(3)}`,
    ask: as({}),
    status: 400,
    error: 'at most 5',
  },
  {
    what: 'a long value',
    path: `${STREAM}?league=${'x'.repeat(201)}`,
    ask: as({}),
    status: 400,
    error: 'at most 200',
  },
  {
    what: 'is_main',
    path: `${STREAM}?is_main=7`,
    ask: as({}),
    status: 400,
    error: 'true or false',
  },
  {
    what: 'is_live',
    path: `${SNAPSHOT}?is_live=perhaps`,
    ask: as({}),
    status: 400,
    error: 'true or false',
  },
  {
    what: 'two of one',
    path: `${STREAM}?is_live=true&is_live=false`,
    ask: as({}),
    status: 400,
    error: 'once',
  },
  {
    what: 'include_fixture_updates',
    path: `${STREAM}?include_fixture_updates=1`,
    ask: as({}),
    status: 400,
    error: 'true or false',
  },
  {
    what: 'version_id',
    path: `${STREAM}?version_id=x`,
    ask: as({}),
    status: 400,
    error: 'whole number',
  },
  {
    what: 'odds_format',
    path: `${STREAM}?odds_format=roman`,
    ask: as({}),
    status: 400,
    error: 'one of',
  },
  {
    what: 'last_entry_id',
    path: `${STREAM}?last_entry_id=yesterday`,
    ask: as({}),
    status: 400,
    error: 'must look like',
  },
  {
    what: 'a sport of a stream',
    path: STREAM.replace('basketball', 'quidditch'),
    ask: as({}),
    status: 404,
    error: 'no sport',
  },
  {
    what: 'a sport of a snapshot',
    path: '/api/snapshot/quidditch',
    ask: as({}),
    status: 404,
    error: 'no sport',
  },
  { what: 'limit', path: `${SNAPSHOT}?limit=0`, ask: as({}), status: 400, error: 'limit must be' },
  { what: 'page', path: `${SNAPSHOT}?page=x`, ask: as({}), status: 400, error: 'page must be' },
  {
    what: 'a page that is gone',
    path: `${SNAPSHOT}?page=AAAAAAAAAAAA.40`,
    ask: as({}),
    status: 410,
    error: 'start again',
  },
  { what: 'no id', path: '/api/history', ask: as({}), status: 400, error: 'name 1 to 10' },
  {
    what: 'ids',
    path: `/api/history?${Array.from({ length: 11 }, (_, n) => `id=${n}`).join('&')}`,
    ask: as({}),
    status: 400,
    error: 'at most 10',
  },
  {
    what: 'a long id',
    path: `/api/history?id=${'x'.repeat(201)}`,
    ask: as({}),
    status: 400,
    error: 'at most 200',
  },
  {
    what: 'no sport of leagues',
    path: '/api/v3/leagues/active',
    ask: as({}),
    status: 400,
    error: 'name a sport',
  },
  {
    what: 'sports of leagues',
    path: `/api/v3/leagues/active?${Array.from({ length: 11 }, (_, n) => `sport=${n}`).join('&')}`,
    ask: as({}),
    status: 400,
    error: 'at most 10',
  },
  {
    what: 'a sport of leagues',
    path: '/api/v3/leagues/active?sport=quidditch',
    ask: as({}),
    status: 404,
    error: 'no sport',
  },
  { what: 'a path', path: '/api/v3/fixtures', ask: as({}), status: 404, error: 'no path' },
];

describe('every refusal', () => {
  it.each(REFUSALS)(
    'says what is wrong, with $status: $what, $error',
    async ({ path, ask: asked, before, status, error, retry = false }) => {
      await before?.();
      const answer = await ask(path, asked);
      expect(answer.status).toBe(status);
      expect(answer.body).toContain(error);
      expect(answer.body.length).toBeLessThan(400);
      expect(answer.headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['retry-after'] !== undefined).toBe(retry);
      expect(answer.headers['set-cookie']).toBeUndefined();
      const isApi = path.startsWith('/api/');
      if (isApi) expect(Object.keys(JSON.parse(answer.body))).toEqual(['error']);
      // A board asks by HEAD why its stream is refused.
      if (before) {
        const head = await ask(path, { ...asked, method: 'HEAD' });
        expect(head).toMatchObject({ status, body: '' });
      }
    },
  );

  it.each(['websocket', 'h2c'])(
    'is not kept from a request that would upgrade to %s: it is answered as any other',
    async (protocol) => {
      const head = (path: string, more = '') =>
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: ${protocol}\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2l4dGVlbiBjaGFyYWN0ZQ==\r\n${more}\r\n`;
      const health = await talk(head('/api/health'));
      expect(health).toMatch(/^HTTP\/1\.1 200 /);
      for (const path of ['/_next/webpack-hmr', '/no/such/page', '/api/metrics', '/basketball']) {
        expect(await talk(head(path))).toMatch(/^HTTP\/1\.1 (302|303|307|401) /);
      }
      expect(await talk(head(SNAPSHOT, `X-Api-Key: ${TOKEN}\r\n`))).toMatch(/^HTTP\/1\.1 200 /);
    },
  );

  it('tells of headers that are too large', async () => {
    const long = `X-Long: ${'x'.repeat(30_000)}`;
    const text = await talk(`GET / HTTP/1.1\r\nHost: x\r\n${long}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
    expect(text).toContain('{"error":"the headers are too large');
  });

  it('tells a client that asks again before the last answer has ended, and keeps no seat for it', async () => {
    const head = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${TOKEN}\r\n\r\n`;
    const text = await talk(`${head(SNAPSHOT)}${head(STREAM)}${head(STREAM)}`);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).toContain('HTTP/1.1 400 ');
    expect(text).toContain('one request at a time');
    await eventually(async () => expect(await viewers()).toBe(0));
  });

  it('is counted by its reason', async () => {
    const { body } = await ask('/api/metrics', { headers: bearer });
    for (const reason of [
      'unauthorized',
      'password',
      'attempts',
      'address',
      'sign-in',
      'viewers',
      'filters',
    ]) {
      expect(body).toMatch(
        new RegExp(`board_requests_refused_total\\{reason="${reason}"\\} [1-9]`),
      );
    }
  });

  it('leaves every seat free', async () => {
    for (let count = 0; count < 20; count += 1) {
      const answer = await ask(`${STREAM}?league=${count}`, { headers: from('4.4.4.4', bearer) });
      expect(answer.status).toBe(200);
      for (const one of open) one.destroy();
      await eventually(async () => expect(await viewers()).toBe(0));
    }
  });

  it('tells neither password nor token, to clients or to the log', () => {
    expect(told.length).toBeGreaterThan(100);
    const all = [...told, board.output()].join('\n');
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), TOKEN, SPARE]) {
      expect(all.includes(secret)).toBe(false);
    }
  });
});

describe('snapshots under way', () => {
  it('are so many at once as the setting says, and their places come back', async () => {
    // A vendor that accepts and never answers keeps a snapshot waiting.
    const vendor = createServer(() => {}).listen(0, '127.0.0.1');
    await once(vendor, 'listening');
    const { port } = vendor.address() as AddressInfo;
    const busy = await startBoard({
      env: {
        OPTICODDS_API_KEY: 'a-real-key',
        OPTICODDS_BASE_URL: `http://127.0.0.1:${port}/api/v3`,
        BOARD_READS: '2',
        BOARD_ADDRESS_READS: '1',
        BOARD_SNAPSHOT_WAIT_MS: '4000',
        BOARD_ACCESS: 'open',
        BOARD_TRUSTED_PROXIES: '127.0.0.1',
      },
    });
    const headers = { 'x-forwarded-for': '10.1.1.1' };
    const ofOne = fetch(`${busy.url}${SNAPSHOT}`, { headers });
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Whoever asks for much leaves room for others.
    const again = await fetch(`${busy.url}/api/history?id=a`, { headers });
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await again.text()).toContain('BOARD_ADDRESS_READS');
    const first = fetch(`${busy.url}${SNAPSHOT}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await eventually(async () => {
      const second = await fetch(`${busy.url}/api/history?id=a`);
      expect(second.status).toBe(503);
      expect(second.headers.get('retry-after')).toBe('1');
      expect(await second.text()).toContain('BOARD_READS');
    });
    for (const answer of [await ofOne, await first]) {
      expect(answer.status).toBe(200);
      await answer.text();
    }
    // A place comes back when the server has seen its answer go, which may be after whoever asked has read it.
    await eventually(async () => {
      expect((await fetch(`${busy.url}${SNAPSHOT}`)).status).toBe(200);
    });
    await busy.stop();
    vendor.closeAllConnections();
    vendor.close();
  });
});

describe('beyond loopback', () => {
  it('answers to every name, or to those of the setting and to addresses', async () => {
    const anywhere = { BOARD_HOST: '0.0.0.0', BOARD_ACCESS: 'open' };
    const any = await startBoard({ env: anywhere });
    const named = await startBoard({ env: { ...anywhere, BOARD_ALLOWED_HOSTS: 'board.example' } });
    const status = async (one: Board, host: string) => {
      url = one.url;
      const { status, body } = await ask('/api/health', { headers: { host } });
      if (status === 421) expect(body).toContain('BOARD_ALLOWED_HOSTS');
      return status;
    };
    const { url: before } = board;
    try {
      expect(await status(any, 'evil.example')).toBe(200);
      expect(await status(named, 'evil.example')).toBe(421);
      for (const host of ['board.example:3000', '10.0.0.7:3000', '[2001:db8::7]', 'localhost']) {
        expect(await status(named, host)).toBe(200);
      }
    } finally {
      url = before;
      await any.stop();
      await named.stop();
    }
  });
});

describe('starting', () => {
  it('is refused with a real key, reachable from elsewhere, while nobody said who may see its prices', async () => {
    const { ended, output } = spawnStart({
      env: { OPTICODDS_API_KEY: 'a-real-key', BOARD_HOST: '0.0.0.0' },
    });
    expect(await ended).toBe(1);
    expect(output().trim().split('\n')).toHaveLength(1);
    expect(output()).toMatch(/BOARD_HOST.*BOARD_PASSWORD or BOARD_TOKENS, or BOARD_ACCESS=open/);
  });

  it("on loopback holds people to the password too, and never shows the vendor a viewer's token", async () => {
    const asked: string[] = [];
    const vendor = createServer(({ url: path, headers }, response) => {
      asked.push(`${path} ${JSON.stringify(headers)}`);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
    const { port } = vendor.address() as AddressInfo;
    const local = await startBoard({
      env: {
        OPTICODDS_API_KEY: 'a-real-key',
        OPTICODDS_BASE_URL: `http://127.0.0.1:${port}/api/v3`,
        BOARD_PASSWORD: PASSWORD,
        BOARD_TOKENS: TOKEN,
        BOARD_SNAPSHOT_WAIT_MS: '100',
      },
    });
    const page = await fetch(`${local.url}/basketball`, { redirect: 'manual' });
    expect(page.status).toBe(303);
    const headers = { 'x-api-key': TOKEN };
    for (const path of [SNAPSHOT, '/api/history?id=a', '/api/v3/leagues/active?sport=basketball']) {
      const answer = await fetch(`${local.url}${path}&key=${TOKEN}`.replace(/^([^?]*)&/, '$1?'), {
        headers,
      });
      expect(answer.status).toBe(200);
      await answer.text();
    }
    await local.stop();
    vendor.close();
    expect(asked.some((one) => one.includes('historical'))).toBe(true);
    expect(asked.join('\n')).toContain('a-real-key');
    expect(asked.join('\n')).not.toContain(TOKEN);
    expect(local.output()).not.toContain(TOKEN);
  });
});
