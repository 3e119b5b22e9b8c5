/** GET over real sockets on loopback. The part over TLS needs openssl, which makes its certificate; else it is skipped. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  ClientRequest,
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type HttpAnswer, httpGet } from '@/lib/feed/http';

const hasOpenssl = !spawnSync('openssl', ['version']).error;
if (!hasOpenssl) console.warn('SKIPPED: TLS in http.test.ts, since openssl is not installed.');

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'board-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ...['-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}

/** A vendor whose streams the test writes to. */
async function serve(protocol: 'http:' | 'https:') {
  const responses: ServerResponse[] = [];
  const asked: { host: string | undefined; servername: string | false | undefined }[] = [];
  const onRequest: RequestListener = (request, response) => {
    const { servername } = request.socket as { servername?: string | false };
    asked.push({ host: request.headers.host, servername });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    responses.push(response);
  };
  const server =
    protocol === 'https:' ? createSecureServer(certificate(), onRequest) : createServer(onRequest);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  const { port } = server.address() as AddressInfo;
  const stream = async (signal = new AbortController().signal) => {
    const url = new URL(`${protocol}//localhost:${port}/stream`);
    const answer = await httpGet(url, { headers: {}, signal, isStream: true });
    const response = responses.at(-1);
    if (!response) throw new Error('nobody asked');
    return { answer, response };
  };
  return { asked, port, stream };
}

/** Reads on and on: what came, and how it ended. */
function read({ body }: HttpAnswer) {
  const chunks: string[] = [];
  const ended = (async () => {
    for await (const chunk of body) chunks.push(Buffer.from(chunk).toString());
  })().then(
    () => 'ended',
    (error: Error) => error.message,
  );
  return { chunks, ended };
}

const turn = () => new Promise((done) => setImmediate(done));

/** Long enough for what was written to loopback to be read, had anybody read. */
const turns = () => sleep(60);

describe.each(['http:', 'https:'] as const)('a stream over %s', (protocol) => {
  const isSkipped = protocol === 'https:' && !hasOpenssl;

  it.skipIf(isSkipped)('is read as it comes, and together after it was held', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const { stream } = await serve(protocol);
    const { answer, response } = await stream();
    const { chunks, ended } = read(answer);
    response.write('one.');
    await vi.waitFor(() => expect(chunks).toEqual(['one.']));
    const letGo = answer.hold();
    for (const text of ['two.', 'three.', 'four.']) {
      response.write(text);
      await sleep(5);
    }
    await turns();
    expect(chunks).toEqual(['one.']);
    letGo();
    // Before whoever is told of it next turn: TLS brings it in three pieces.
    await turn();
    await turn();
    expect(chunks.join('')).toBe('one.two.three.four.');
    response.write('five.');
    await vi.waitFor(() => expect(chunks.join('')).toBe('one.two.three.four.five.'));
    response.end();
    expect(await ended).toBe('ended');
  });

  it.skipIf(isSkipped)('loses nothing of much that comes while it is held', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const { stream } = await serve(protocol);
    const { answer, response } = await stream();
    const { chunks, ended } = read(answer);
    const sent = Array.from({ length: 40_000 }, (_, index) => `event number ${index};`).join('');
    const letGo = answer.hold();
    response.end(sent);
    await turns();
    expect(chunks).toEqual([]);
    letGo();
    expect(await ended).toBe('ended');
    expect(chunks.join('') === sent).toBe(true);
  });

  it.skipIf(isSkipped)('is read to its end by whoever takes his time', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const { stream } = await serve(protocol);
    const { answer, response } = await stream();
    const sent = 'x'.repeat(400_000);
    response.end(sent);
    let received = 0;
    for await (const chunk of answer.body) {
      received += chunk.length;
      await sleep(5);
    }
    expect(received).toBe(sent.length);
  });

  it.skipIf(isSkipped)('tells of an end, a break and an abort after it was held', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const { stream } = await serve(protocol);
    const ending = await stream();
    const endingRead = read(ending.answer);
    const letEnd = ending.answer.hold();
    ending.response.end('last');
    await turns();
    letEnd();
    expect(await endingRead.ended).toBe('ended');
    expect(endingRead.chunks).toEqual(['last']);

    const breaking = await stream();
    const breakingRead = read(breaking.answer);
    const letBreak = breaking.answer.hold();
    breaking.response.destroy();
    await turns();
    letBreak();
    expect(await breakingRead.ended).toBe('aborted');

    const abort = new AbortController();
    const aborting = await stream(abort.signal);
    const abortingRead = read(aborting.answer);
    const letAbort = aborting.answer.hold();
    const gone = new Promise((done) => aborting.response.once('close', done));
    abort.abort();
    expect(await abortingRead.ended).toMatch(/abort/);
    await gone;
    letAbort();
  });
});

describe('a stream', () => {
  it.skipIf(!hasOpenssl)('names the host it wants, and refuses a stranger', async () => {
    const { asked, port, stream } = await serve('https:');
    await expect(stream()).rejects.toThrow(/self-signed/);
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await stream();
    expect(asked).toEqual([{ host: `localhost:${port}`, servername: 'localhost' }]);
  });

  it.each([
    ['http://[::1]/x', '[::1]'],
    ['http://localhost:8080/x', 'localhost:8080'],
    ['https://localhost/x', 'localhost'],
    ['https://localhost:8443/x', 'localhost:8443'],
  ])('asks %s for %s', (address, host) => {
    const request = vi.spyOn(ClientRequest.prototype, 'end');
    const abort = new AbortController();
    const options = { headers: {}, signal: abort.signal, isStream: true };
    const answer = httpGet(new URL(address), options);
    const [sent] = request.mock.contexts as ClientRequest[];
    request.mockRestore();
    expect(sent?.getHeader('host')).toBe(host);
    abort.abort();
    return expect(answer).rejects.toThrow();
  });

  it('rejects where nobody listens', async () => {
    const { port } = await serve('http:');
    servers.pop()?.close();
    const url = new URL(`http://localhost:${port}/`);
    const { signal } = new AbortController();
    await expect(httpGet(url, { headers: {}, signal, isStream: true })).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });
});
