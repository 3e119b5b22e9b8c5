import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import nextEnv from '@next/env';
import next from 'next';
import { createGuard } from '@/lib/access/guard';
import { type Config, readConfig } from '@/lib/feed/config';
import { openLog, type ProcessLog } from '@/lib/feed/log';
import { sharedMeter } from '@/lib/feed/meter';
import { offerWriter, withdrawOffer } from '@/lib/feed/takeover';
import { CLOSED_POLICY, SECURITY_HEADERS } from '@/lib/security';

// Together under the 5 s after which process managers lose patience.
const HOOKS_MS = 2_000;
const DRAIN_MS = 1_500;
const CLOSE_MS = 1_000;

// Every stream carries a ping each 5 s, so a socket without a byte for this long is nobody's.
const SILENT_SOCKET_MS = 60_000;

/** Headers of a request beside its address. */
const HEADER_BYTES = 16_384;

/** Requests whose handlers have a use for the response itself: streams, and what is compressed once for many. */
const OFFERED_PATH = /^\/api\/(v3\/stream|snapshot)\//;

type Hook = () => unknown;
const HOOKS = Symbol.for('board.shutdown');

/** Functions that whoever holds responses or upstream connections open leaves for the shutdown to call. */
const shutdownHooks = new Set<Hook>();
(globalThis as { [HOOKS]?: Set<Hook> })[HOOKS] = shutdownHooks;

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readSettings(): Config {
  try {
    const config = readConfig(process.env);
    // An IPv6 address may be written as in a URL.
    return { ...config, host: config.host.replace(/^\[|\]$/g, '') };
  } catch (error) {
    // What was wrong with a setting is one line; a stack would hide it.
    if (error instanceof Error && 'code' in error && error.code === 'config') refuse(error.message);
    throw error;
  }
}

/** Answers what is no request, or too large to be one, as Node would, with our headers and a reason. */
function answerUnread(server: Server): void {
  const answers: Record<string, readonly [status: number, error: string]> = {
    HPE_HEADER_OVERFLOW: [431, 'the headers are too large; send fewer or shorter ones'],
    ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come to its end in time'],
  };
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const [status, reason] = answers[error.code ?? ''] ?? [400, 'this is no HTTP request'];
    const body = JSON.stringify({ error: reason });
    const headers = {
      ...SECURITY_HEADERS,
      'Content-Security-Policy': CLOSED_POLICY,
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      Connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  });
}

function within(ms: number, work: unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

function endOnSignal(server: Server, log: ProcessLog, closeApp: () => Promise<void>): void {
  let isEnding = false;
  const end = async (signal: string) => {
    // The second one is from somebody who has waited long enough.
    if (isEnding) process.exit(1);
    isEnding = true;
    log.info('ending', { reason: signal });
    const closed = new Promise((resolve) => server.close(resolve));
    await within(
      HOOKS_MS,
      Promise.allSettled([...shutdownHooks].map(async (hook) => await hook())),
    );
    server.closeIdleConnections();
    await within(DRAIN_MS, closed);
    server.closeAllConnections();
    await within(CLOSE_MS, closeApp());
    process.exit(0);
  };
  process.on('SIGTERM', end).on('SIGINT', end);
}

/**
 * Serves the board on the configured host and port until a signal ends it. Holds all that the process listens on,
 * the built-in simulator excepted.
 */
export async function serve({ isDev }: { isDev: boolean }): Promise<void> {
  // As `next start` would: settings may stand in .env files. Before our own reading, so that both see the same.
  nextEnv.loadEnvConfig(process.cwd(), isDev);
  const { host, port, isLoopback, allowedHosts, access, feed } = readSettings();
  const log = openLog();
  const guard = createGuard({
    access,
    feed,
    // Beyond loopback nobody but whoever set it up knows its names.
    hosts: isLoopback || allowedHosts.length > 0 ? allowedHosts : null,
    areAddressesHosts: !isLoopback,
    isDev,
    onRefused: (reason) => sharedMeter().refused(reason),
  });

  // Room for an address that is too long beside everything else, so that it can be refused in words.
  const maxHeaderSize = access.limits.urlLength + HEADER_BYTES;
  const server = createServer({ maxHeaderSize });
  answerUnread(server);
  // A reader that takes nothing holds its socket for ever otherwise: the relay can end its stream, not its socket.
  // A development build may keep a page waiting for longer.
  server.timeout = isDev ? 0 : SILENT_SOCKET_MS;
  // Next listens for upgrades on the server that it is given, and the first who does so takes them all from the
  // guard. Only a development build has a use for them.
  const httpServer = isDev ? server : createServer();
  const app = next({ dev: isDev, dir: process.cwd(), hostname: host, port, httpServer });

  // Bound before Next is prepared: a taken port is told at once and starts nothing.
  await new Promise<void>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        refuse(`Port ${port} on ${host} is taken: end what runs there, or set PORT to another.`);
      }
      if (error.code === 'EACCES') {
        refuse(`Port ${port} needs privileges: set PORT to a number above 1023.`);
      }
      refuse(`Cannot listen on ${host}:${port} (${error.code}): set BOARD_HOST and PORT.`);
    });
    server.listen(port, host, resolve);
  });

  const ready = app.prepare().then(() => app.getRequestHandler());
  server.on('request', async (request, response) => {
    // Answers that Next makes before it reaches proxy.ts carry these; proxy.ts replaces the policy.
    response.setHeader('Content-Security-Policy', CLOSED_POLICY);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    withdrawOffer(request);
    try {
      if (!(await guard.admit(request, response))) return;
      if (request.method === 'GET' && OFFERED_PATH.test(request.url ?? '')) {
        offerWriter(request, response);
      }
      await (await ready)(request, response);
    } catch (error) {
      // Whoever left in the middle of a request is no fault of ours, and may do so all day.
      if (response.destroyed) return;
      log.error('a request failed', error);
      if (!response.headersSent) response.statusCode = 500;
      response.end();
    }
  });
  endOnSignal(server, log, () => app.close());
  // As under `next start`: what one viewer's request broke must not take the feed from all the others.
  // A reader of our output that has gone is no fault, and telling of it there would be the next one.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => log.error('an exception was not caught', error));
  process.on('unhandledRejection', (reason) => log.error('a rejection was not handled', reason));
  try {
    await ready;
  } catch (error) {
    log.error('the server could not be prepared', error);
    refuse('The server could not be prepared: see above.');
  }

  const { address, port: bound, family } = server.address() as AddressInfo;
  console.log(`Board: http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`);
}
