import { spawn } from 'node:child_process';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Board, bareEnvironment, spawnStart, startBoard } from '../support/serve';

const STREAM = '/api/v3/stream/copilot/basketball/odds';

type Answer = { status: number; headers: Record<string, unknown>; body: string };

/** A request with headers and a path that `fetch` would not send. */
function ask(url: string, path: string, host?: string, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = { connection: 'close', ...(host ? { host } : {}) };
    request({ hostname, port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    })
      .on('error', reject)
      .end();
  });
}

function isListening(url: string): Promise<boolean> {
  return ask(url, '/api/health').then(
    () => true,
    () => false,
  );
}

/** Opens the relay and answers how it ends, once its first bytes are here. */
async function openStream(url: string): Promise<{ ended: Promise<'whole' | 'broken'> }> {
  const response = await fetch(`${url}${STREAM}`);
  const reader = response.body?.getReader();
  if (!reader) throw new Error('no body');
  await reader.read();
  const drain = async () => {
    while (!(await reader.read()).done);
    return 'whole' as const;
  };
  return { ended: drain().catch(() => 'broken' as const) };
}

describe('start, refusing', () => {
  it.each([
    ['PORT', 'abc'],
    ['BOARD_HOST', 'not a host'],
    ['OPTICODDS_BASE_URL', 'http://127.0.0.1:1'],
  ])('tells a bad %s in one line and ends', async (name, value) => {
    const { ended, output } = spawnStart({ env: { [name]: value } });
    expect(await ended).toBe(1);
    const lines = output().trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(name);
  });

  it.each([
    ['BOARD_SIMULATOR_FAULTS', 'zzz', /cannot start:.*zzz/],
    ['BOARD_SIMULATOR_PORT', 'taken', /BOARD_SIMULATOR_PORT is taken/],
  ])('ends with one line where %s is %s, and serves nothing', async (name, given, line) => {
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = String((other.address() as AddressInfo).port);
    const { ended, output } = spawnStart({ env: { [name]: given === 'taken' ? taken : given } });
    expect(await ended).toBe(1);
    expect(output()).toMatch(line);
    expect(output()).not.toMatch(/^\s+at /m);
    other.close();
  });

  it('names PORT in one line where the port is taken', async () => {
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { ended, output } = spawnStart({ port });
    expect(await ended).toBe(1);
    expect(output().trim().split('\n')).toHaveLength(1);
    expect(output()).toMatch(new RegExp(`Port ${port} .* taken.*PORT`));
    other.close();
  });
});

describe('start, serving', () => {
  let board: Board;

  beforeAll(async () => {
    board = await startBoard({ env: { BOARD_ALLOWED_HOSTS: 'board.example' } });
  });

  afterAll(() => board?.stop());

  it.each([
    ['a page', '/', 'GET'],
    ['an unknown page', '/no-such-sport', 'GET'],
    ['health', '/api/health', 'GET'],
    ['an unknown path', '/api/no-such-path', 'GET'],
    ['a missing script', '/_next/static/none.js', 'GET'],
    ['a redirect of slashes', '//a//b', 'GET'],
    ['a path that is no text', '/%E0%A4%A', 'GET'],
    ['a method nobody takes', '/', 'TRACE'],
  ])('gives %s the security headers', async (_what, path, method) => {
    const { headers, status } = await ask(board.url, path, undefined, method);
    expect(status).toBeLessThan(500);
    expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['permissions-policy']).toContain('camera=()');
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ['GET', '/api', 404, 'is no path'],
    ['GET', '/api/no-such-path', 404, 'is no path'],
    ['GET', '/api/v3/fixtures?key=some-key', 404, '"/api/v3/fixtures"'],
    ['GET', `/api/${'x'.repeat(500)}`, 404, 'is no path'],
    ['POST', '/api/health', 405, 'use GET'],
    ['DELETE', STREAM, 405, 'use GET'],
  ])('answers %s %.40s in JSON with %i and the reason', async (method, path, status, reason) => {
    const answer = await ask(board.url, path, undefined, method);
    expect(answer.status).toBe(status);
    const body = JSON.parse(answer.body);
    expect(Object.keys(body)).toEqual(['error']);
    expect(body.error).toContain(reason);
    expect(body.error.length).toBeLessThan(200);
    expect(body.error).not.toContain('some-key');
  });

  it.each([
    ['the board', '/basketball'],
    ['an unknown sport', '/no-such-sport'],
    ['an unknown path', '/no/such/path'],
  ])('gives each answer of %s a nonce of its own, and every script carries it', async (_, path) => {
    const pages = [await ask(board.url, path), await ask(board.url, path)];
    const nonces = pages.map(({ headers, body }) => {
      const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1];
      const scripts = body.match(/<script\b[^>]*>/g) ?? [];
      expect(scripts.length).toBeGreaterThan(0);
      for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
      return nonce;
    });
    expect(nonces[0]).not.toBe(nonces[1]);
  });

  it.each(['/', '/api/health', '/api/snapshot/basketball', STREAM])(
    'refuses a foreign Host on %s and says what to set',
    async (path) => {
      const { status, headers, body } = await ask(board.url, path, 'evil.example');
      expect(status).toBe(421);
      expect(body).toContain('BOARD_ALLOWED_HOSTS');
      const isApi = path.startsWith('/api/');
      expect(headers['content-type']).toContain(isApi ? 'application/json' : 'text/plain');
    },
  );

  it('serves a Host that the setting names', async () => {
    expect((await ask(board.url, '/api/health', 'board.example')).status).toBe(200);
  });
});

describe('start, ending', () => {
  it('ends open streams whole on SIGTERM and exits with 0', async () => {
    const board = await startBoard();
    const streams = await Promise.all([openStream(board.url), openStream(board.url)]);
    const code = await board.stop();
    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual(['whole', 'whole']);
    expect(code).toBe(0);
    expect(await isListening(board.url)).toBe(false);
  });

  it('ends with npm when npm alone gets SIGTERM', async () => {
    const npm = spawn('npm', ['start', '--', '--prebuilt'], {
      env: { ...bareEnvironment(), PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const url = await new Promise<string>((resolve) => {
      let output = '';
      npm.stdout.on('data', (chunk) => {
        output += chunk;
        const found = /^Board: (http:\S+)$/m.exec(output)?.[1];
        if (found) resolve(found);
      });
    });
    expect(await isListening(url)).toBe(true);
    npm.kill('SIGTERM');
    await expect.poll(() => isListening(url), { timeout: 15_000 }).toBe(false);
  });
});
