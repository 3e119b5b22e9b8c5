/** docs/operations/nginx.conf as it stands, in front of the built board. Needs nginx and openssl, else it is skipped. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aWireRow } from '@/tests/support/builders';
import { eventually } from '@/tests/support/feed-server';
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/support/scripted-upstream';
import { type Board, startBoard } from '@/tests/support/serve';

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const missing = ['nginx', 'openssl'].find(
  (name) => spawnSync(name, [name === 'nginx' ? '-v' : 'version'], { env }).error,
);
if (missing) console.warn(`SKIPPED: nginx.test.ts, since ${missing} is not installed.`);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

type Stream = { status(): number; headers(): NodeJS.Dict<unknown>; text(): string; end(): string };

describe.skipIf(missing)('nginx before the board', () => {
  const folder = mkdtempSync(join(tmpdir(), 'board-nginx-'));
  let upstream: ScriptedUpstream;
  let board: Board;
  let nginx: ChildProcess;
  let session: ClientHttp2Session;

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    board = await startBoard({
      env: {
        OPTICODDS_API_KEY: upstream.key,
        OPTICODDS_BASE_URL: upstream.baseUrl,
        BOARD_PING_MS: '300',
        BOARD_UPSTREAM_LATE_MS: '50000',
        BOARD_UPSTREAM_DEAD_MS: '60000',
      },
    });
    const port = await freePort();
    const given = readFileSync('docs/operations/nginx.conf', 'utf8');
    const changes: [from: string, to: string][] = [
      ['127.0.0.1:3000', new URL(board.url).host],
      ['127.0.0.1:8443', `127.0.0.1:${port}`],
      ['proxy_read_timeout 30s', 'proxy_read_timeout 1s'],
      // The name under which a loopback board may be asked.
      ['proxy_set_header Host $http_host', 'proxy_set_header Host localhost'],
    ];
    let text = given;
    for (const [from, to] of changes) {
      expect(text).toContain(from);
      text = text.replace(from, to);
    }
    writeFileSync(join(folder, 'nginx.conf'), text);
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '1',
          '-subj',
          '/CN=localhost',
        ],
        ...['-keyout', join(folder, 'board.key'), '-out', join(folder, 'board.crt')],
      ],
      { stdio: 'ignore', env },
    );
    const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'];
    nginx = spawn('nginx', args, { env, stdio: 'ignore' });
    await eventually(async () => {
      session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
      await new Promise((resolve, reject) => {
        session.once('connect', resolve);
        session.once('error', reject);
      });
    });
    session.on('error', () => {});
  });

  afterAll(async () => {
    session?.destroy();
    nginx?.kill('SIGTERM');
    await board?.stop();
    await upstream?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(headers: Record<string, string> = {}, query = ''): Stream {
    const path = `/api/v3/stream/copilot/basketball/odds${query}`;
    const request = session.request({ ':path': path, 'accept-encoding': 'gzip', ...headers });
    let answer: NodeJS.Dict<unknown> = {};
    let text = '';
    let end = '';
    request.on('response', (given) => {
      answer = given;
    });
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      end ||= 'clean';
    });
    request.on('error', () => {
      end = 'broken';
    });
    return {
      status: () => Number(answer[':status']),
      headers: () => answer,
      text: () => text,
      end: () => end,
    };
  }

  const pings = (stream: Stream) => stream.text().match(/^event: ping$/gm)?.length ?? 0;
  const send = (price: number) =>
    upstream.send(
      `event: copilot-odds\ndata: ${JSON.stringify({ type: 'copilot-odds', data: [aWireRow({ price })] })}\n\n`,
    );

  it('passes frames on as they come, with their headers and uncompressed, though the vendor is silent', async () => {
    const stream = open();
    await eventually(() => expect(stream.text()).toContain('event: connected'));
    expect(stream.status()).toBe(200);
    expect(stream.headers()).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
    });
    expect(stream.headers()['content-encoding']).toBeUndefined();
    await eventually(() => expect(upstream.openStreams()).toBeGreaterThan(0));
    for (const price of [-110, -115, -120]) {
      send(price);
      // Each before the next is sent: nothing waits for more.
      await eventually(() => expect(stream.text()).toContain(`"price":${price}`));
    }
    const position = /^id: (\d+-\d+)\nretry: 5000\ndata: .*"price":-110/m.exec(stream.text())?.[1];
    const again = open({ 'last-event-id': position ?? '' });
    await eventually(() => expect(again.text()).toContain('"price":-120'));
    expect(again.text()).toContain('"price":-115');
    expect(again.text()).not.toContain('"price":-110');
  });

  it('carries eight streams over one connection, for longer than the wait of the proxy', async () => {
    const streams = Array.from({ length: 8 }, (_, index) => open({}, `?league=L${index}`));
    // Eight pings, 300 ms apart, outlast the second after which a silent stream would be cut.
    await eventually(() => {
      for (const stream of streams) expect(pings(stream)).toBeGreaterThanOrEqual(8);
    });
    expect(streams.map((stream) => stream.end())).toEqual(streams.map(() => ''));
  });

  it('ends every stream cleanly when the board is ended', async () => {
    const streams = Array.from({ length: 3 }, () => open());
    await eventually(() => {
      for (const stream of streams) expect(stream.text()).toContain('event: connected');
    });
    expect(await board.stop()).toBe(0);
    await eventually(() => expect(streams.map((one) => one.end())).toEqual(Array(3).fill('clean')));
    for (const stream of streams)
      expect(stream.text()).toMatch(/retry: [1-6]\d{3}\ndata: [^\n]+\n\n$/);
  });
});
