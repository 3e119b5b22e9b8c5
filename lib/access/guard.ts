/**
 * The guard: every request meets it before anything else looks at it. It knows who asks, refuses those who may not,
 * signs people in and out, and gives viewers their seats. What it lets through carries who it is in headers of ours.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AccessSettings, FeedSettings } from '@/lib/feed/config';
import { parseRelayQuery, relayKey } from '@/lib/protocol/filter';
import { isHostAllowed } from '@/lib/security';
import { type Client, createClientReader, isAddressHost } from './address';
import { createAttempts } from './attempts';
import { isOwnForm, preflightHeaders, sharingHeaders } from './origins';
import { HTTPS_HEADER, PASS_HEADER } from './pass';
import { safeReturnPath, signInPath } from './return-path';
import { createCounts, createSeats, type SeatRefusal } from './seats';
import { createSecretCheck, createTokenCheck } from './secrets';
import { createSessions, type Session } from './session';
import { renderSignIn, signInPolicy } from './sign-in-page';

export type GuardOptions = {
  access: AccessSettings;
  feed: Pick<FeedSettings, 'viewers' | 'filterValues'>;
  /** Names that `Host` may carry besides loopback's; null where every name may reach the board. */
  hosts: readonly string[] | null;
  /** Whether `Host` may also carry any address: of a board that listens beyond loopback. */
  areAddressesHosts?: boolean;
  /** Whether the development server's own paths are served. */
  isDev?: boolean;
  /** Epoch ms. */
  now?(): number;
  /** Told of each request that is turned away. */
  onRefused?(reason: string): void;
};

export type Guard = {
  /** Whether the request goes on; where not, it has been answered. */
  admit(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
};

/** Who asks: what is counted as one sign-in, and the session where it is one. */
type Pass = { name: string; session: Session | null };

type Refusal = {
  /** One word, for counting. */
  reason: string;
  status: number;
  error: string;
  headers?: OutgoingHttpHeaders;
};

const COOKIE = 'board_session';

const STREAM_PATH = /^\/api\/v3\/stream\/copilot\/([^/]+)\/odds\/?$/;
const READ_PATH = /^\/api\/(snapshot|history|picture)(\/|$)/;

/** What holds no price: code and pictures that every copy of this project has. */
const OPEN_PATH = /^\/(_next\/static\/(?!.*%(2f|5c))[\w./~%@[\]-]+|icon\.svg|mark\.svg)$/i;
const DEV_PATH = /^\/(_next|__nextjs_[\w-]+)(\/|$)/;

const HEALTH_PATH = /^\/api\/health\/?$/;

const FORM_TYPE = 'application/x-www-form-urlencoded';
/** A password, a return path, and their encoding. */
const FORM_BYTES = 32_768;

/** Sessions that were signed out of are remembered until they would have ended; so many at most. */
const MOST_ENDED = 10_000;

const SEATS_TAKEN: Record<SeatRefusal, Omit<Refusal, 'reason'>> = {
  'sign-in': {
    status: 429,
    error:
      'too many streams are open with this sign-in or token (BOARD_SIGN_IN_VIEWERS); close some',
  },
  address: {
    status: 429,
    error: 'too many streams are open from this address (BOARD_ADDRESS_VIEWERS); close some',
  },
  viewers: {
    status: 503,
    error: 'the server takes no more viewers now (BOARD_VIEWERS); try again in a few seconds',
  },
  filters: {
    status: 503,
    error:
      'the server takes no more different filters now (BOARD_FILTERS); use one that others use, or try again later',
  },
};
const SEAT_RETRY_S = 10;

/** Makes the guard of one server. */
export function createGuard(options: GuardOptions): Guard {
  const { access, now = Date.now, onRefused = () => {} } = options;
  const { limits } = access;
  const clientOf = createClientReader(access.trustedProxies);
  const tokenName = createTokenCheck(access.tokens);
  const isClosed = access.password !== null || access.tokens.length > 0;
  const origins = new Set(access.allowedOrigins);
  const seats = createSeats({ ...limits, viewers: options.feed.viewers });
  const attempts = createAttempts({
    each: limits.attempts,
    inAll: limits.attemptsInAll,
    windowMs: limits.attemptsWindowMs,
    now,
  });
  const desk =
    access.password === null
      ? null
      : {
          isPassword: createSecretCheck(access.password),
          sessions: createSessions({
            password: access.password,
            secret: access.sessionSecret,
            lastsMs: limits.sessionMs,
            now,
          }),
        };
  /** When each session that was signed out of would have ended. */
  const ended = new Map<string, number>();
  /** Open answers of each session, so that its end is theirs. */
  const answers = new Map<string, Set<ServerResponse>>();
  let reads = 0;
  const addressReads = createCounts();

  function refuse(response: ServerResponse, refusal: Refusal, isPage = false): false {
    onRefused(refusal.reason);
    const { status, error, headers = {} } = refusal;
    const type = isPage ? 'text/plain; charset=utf-8' : 'application/json';
    response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers });
    response.end(isPage ? `${error}\n` : JSON.stringify({ error }));
    return false;
  }

  function redirect(response: ServerResponse, location: string): false {
    response.writeHead(303, { Location: location, 'Cache-Control': 'no-store' });
    response.end();
    return false;
  }

  function cookie(value: string, lastsMs: number, { isHttps }: Client): string {
    const seconds = Math.floor(lastsMs / 1_000);
    const secure = isHttps ? '; Secure' : '';
    return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
  }

  async function sessionOf({ headers }: IncomingMessage): Promise<Session | null> {
    if (!desk) return null;
    const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(headers.cookie ?? '')?.[1] ?? '';
    const session = await desk.sessions.read(value);
    return session && !ended.has(session.id) ? session : null;
  }

  function tokenOf({ headers }: IncomingMessage, url: URL): string | null {
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    const given = [bearer, headers['x-api-key'], ...url.searchParams.getAll('key').slice(0, 2)];
    for (const one of given) {
      const name = typeof one === 'string' ? tokenName(one) : null;
      if (name !== null) return name;
    }
    return null;
  }

  async function passOf(request: IncomingMessage, url: URL): Promise<Pass | null> {
    if (access.tokens.length > 0 && isApi(url)) {
      const name = tokenOf(request, url);
      if (name !== null) return { name: `token:${name}`, session: null };
    }
    const session = await sessionOf(request);
    return session && { name: `session:${session.id}`, session };
  }

  /** A session in use goes on; half of its time is left at least. */
  async function renew(session: Session, client: Client, response: ServerResponse): Promise<void> {
    if (!desk || session.expiresAt - now() > limits.sessionMs / 2) return;
    const value = await desk.sessions.issue(session.id);
    if (ended.has(session.id)) return;
    response.appendHeader('Set-Cookie', cookie(value, limits.sessionMs, client));
  }

  /** Keeps an answer that lasts from outliving the sign-in it was given to. */
  function endWith(session: Session, response: ServerResponse): void {
    const open = answers.get(session.id) ?? new Set();
    answers.set(session.id, open.add(response));
    // Timers take at most 2^31 ms; an answer that old is opened anew, and goes on where it was.
    const timer = setTimeout(
      () => response.destroy(),
      Math.min(Math.max(0, session.expiresAt - now()), 2 ** 31 - 1),
    );
    timer.unref();
    response.once('close', () => {
      clearTimeout(timer);
      open.delete(response);
      if (open.size === 0) answers.delete(session.id);
    });
  }

  function end(session: Session): void {
    for (const [id, until] of ended) {
      if (until > now() && ended.size < MOST_ENDED) break;
      ended.delete(id);
    }
    // It may have been renewed since this cookie.
    ended.set(session.id, now() + limits.sessionMs);
    for (const response of answers.get(session.id) ?? []) response.destroy();
  }

  function signInPage(
    response: ServerResponse,
    page: { next: string; error: string | null },
    status = 200,
    headers: OutgoingHttpHeaders = {},
  ): false {
    const nonce = randomBytes(16).toString('base64');
    response.writeHead(status, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': signInPolicy(nonce),
      ...headers,
    });
    response.end(renderSignIn({ ...page, nonce }));
    return false;
  }

  async function signIn(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    client: Client,
  ): Promise<false> {
    const asked = safeReturnPath(url.searchParams.get('next'));
    if (!desk || (request.method !== 'POST' && (await sessionOf(request)))) {
      return redirect(response, asked);
    }
    if (request.method !== 'POST') return signInPage(response, { next: asked, error: null });
    const form = await readForm(request);
    if ('status' in form) return refuse(response, form, true);
    const next = safeReturnPath(form.params.get('next'));
    const address = client.isLoopback ? null : client.address;
    const waitMs = attempts.waitMs(address);
    if (waitMs > 0) {
      onRefused('attempts');
      const seconds = Math.ceil(waitMs / 1_000);
      const error = `Too many wrong passwords. Try again in ${inWords(seconds)}.`;
      return signInPage(response, { next, error }, 429, { 'Retry-After': seconds });
    }
    const password = form.params.get('password')?.normalize('NFC') ?? '';
    if (!desk.isPassword(password)) {
      attempts.failed(address);
      onRefused('password');
      const error = 'That is not the team’s password. Check it and try again.';
      return signInPage(response, { next, error }, 403);
    }
    attempts.succeeded(address);
    const value = await desk.sessions.issue();
    response.appendHeader('Set-Cookie', cookie(value, limits.sessionMs, client));
    return redirect(response, next);
  }

  async function signOut(
    request: IncomingMessage,
    response: ServerResponse,
    client: Client,
  ): Promise<false> {
    const session = await sessionOf(request);
    if (session) end(session);
    response.appendHeader('Set-Cookie', cookie('', 0, client));
    return redirect(response, desk ? '/sign-in' : '/');
  }

  function seatOf(sport: string, url: URL, client: Client, pass: Pass | null) {
    const { query } = parseRelayQuery(url.searchParams, {
      mostValues: options.feed.filterValues,
    });
    // The route says what is wrong with it.
    if (!query) return null;
    return {
      address: client.isLoopback ? null : client.address,
      signIn: pass?.name ?? null,
      filter: createHash('sha256')
        .update(`${sport} ${relayKey(query)}`)
        .digest('base64'),
    };
  }

  /** Gives an answer that lasts its place, until it ends; refuses where there is none. */
  function place(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    client: Client,
    pass: Pass | null,
  ): Refusal | null {
    // As routes are matched: an address written in another way is the same address.
    const path = decodeURIComponent(url.pathname);
    // Node tells nobody when an answer that waits behind another one of its connection is given up: what it holds
    // would never be given back. No browser sends a second request before the first is answered.
    if (response.socket === null && (STREAM_PATH.test(path) || READ_PATH.test(path))) {
      const error =
        'a connection takes one request at a time: wait for the answer, or use another one';
      return { reason: 'pipelined', status: 400, error, headers: { Connection: 'close' } };
    }
    const sport = STREAM_PATH.exec(path)?.[1];
    if (sport !== undefined) {
      const seat = seatOf(sport, url, client, pass);
      if (!seat) return null;
      const reason = seats.refusal(seat);
      if (reason) {
        return { ...SEATS_TAKEN[reason], reason, headers: { 'Retry-After': SEAT_RETRY_S } };
      }
      if (request.method === 'GET') response.once('close', seats.take(seat));
    } else if (READ_PATH.test(path)) {
      if (reads >= limits.reads) {
        const error =
          'too many snapshots, histories and pictures are under way (BOARD_READS); try again in a second';
        return { reason: 'reads', status: 503, error, headers: { 'Retry-After': 1 } };
      }
      const address = client.isLoopback ? null : client.address;
      if (addressReads.of(address) >= limits.addressReads) {
        const error =
          'too many snapshots, histories and pictures are under way from this address (BOARD_ADDRESS_READS); wait for some of them';
        return { reason: 'address-reads', status: 429, error, headers: { 'Retry-After': 1 } };
      }
      reads += 1;
      addressReads.add(address, 1);
      response.once('close', () => {
        reads -= 1;
        addressReads.add(address, -1);
      });
    }
    if (pass?.session) endWith(pass.session, response);
    return null;
  }

  /** Answers a question from a page of another origin, or lets it read the answer where the setting names it. */
  function share(request: IncomingMessage, response: ServerResponse): Refusal | 'answered' | null {
    const { origin } = request.headers;
    if (origins.size > 0) response.appendHeader('Vary', 'Origin');
    const isListed = origin !== undefined && origins.has(origin);
    const isPreflight =
      request.method === 'OPTIONS' &&
      request.headers['access-control-request-method'] !== undefined;
    if (isPreflight && isListed) {
      response.writeHead(204, preflightHeaders(origin)).end();
      return 'answered';
    }
    if (isPreflight && !isOwnForm(request.headers)) {
      return {
        reason: 'origin',
        status: 403,
        error: 'pages of this origin may not use the API: name it in BOARD_ALLOWED_ORIGINS',
      };
    }
    if (isListed) {
      for (const [name, value] of Object.entries(sharingHeaders(origin))) {
        response.setHeader(name, value);
      }
    }
    return null;
  }

  function stranger(request: IncomingMessage, response: ServerResponse, url: URL): false {
    if (isApi(url)) {
      const error = access.tokens.length
        ? 'sign in, or send a token of BOARD_TOKENS as a bearer, in X-Api-Key or as key'
        : 'sign in at /sign-in; programs need a token, and BOARD_TOKENS is not set';
      return refuse(response, {
        reason: 'unauthorized',
        status: 401,
        error,
        headers: { 'WWW-Authenticate': 'Bearer realm="odds-board"' },
      });
    }
    if (!desk) {
      const error = 'This board serves programs alone: set BOARD_PASSWORD for people to sign in.';
      const headers = { 'WWW-Authenticate': 'Bearer realm="odds-board"' };
      return refuse(response, { reason: 'unauthorized', status: 401, error, headers }, true);
    }
    return redirect(response, signInPath(request.url ?? '/'));
  }

  /** What is wrong with the request itself, whoever asks. */
  function malformed({ method = 'GET', url = '', headers }: IncomingMessage): Refusal | null {
    if (url.length > limits.urlLength) {
      const error = `the address is ${url.length} bytes long; at most ${limits.urlLength} are allowed (BOARD_URL_LENGTH)`;
      return { reason: 'url', status: 414, error };
    }
    try {
      decodeURIComponent(url.split('?', 1)[0] ?? '');
    } catch {
      const error = 'The path is no text: write % as %25, other bytes as UTF-8.';
      return { reason: 'url', status: 400, error };
    }
    if (!url.startsWith('/')) {
      const error = 'The address must begin with a slash: this server is no proxy.';
      return { reason: 'url', status: 400, error };
    }
    const { host } = headers;
    const isAllowed = (name: string | null) =>
      !options.hosts ||
      isHostAllowed(name, options.hosts) ||
      (options.areAddressesHosts === true && isAddressHost(name));
    if (!isAllowed(host ?? null)) {
      const given = host ? `"${host.slice(0, 80)}"` : 'none';
      const error = options.areAddressesHosts
        ? `Host is ${given}, and this board answers to the names of BOARD_ALLOWED_HOSTS and to addresses: add the name there.`
        : `Host is ${given}, and this board serves its own machine: open it as localhost, or put the name into BOARD_ALLOWED_HOSTS.`;
      return { reason: 'host', status: 421, error };
    }
    const path = pathOf(url);
    const allowed = methodsOf(path);
    if (allowed.includes(method) || (options.isDev && DEV_PATH.test(path))) return null;
    const where = path.startsWith('/api/') ? ' under /api' : '';
    const error = `${method.slice(0, 20)} is not served${where}: use ${allowed[0]}.`;
    return { reason: 'method', status: 405, error, headers: { Allow: allowed.join(', ') } };
  }

  return {
    async admit(request, response) {
      for (const name of Object.keys(request.headers)) {
        if (name.startsWith('x-board-')) delete request.headers[name];
      }
      const isPage = !(request.url ?? '').startsWith('/api');
      const wrong = malformed(request);
      if (wrong) return refuse(response, wrong, isPage && wrong.status === 421);
      const url = new URL(pathAndQuery(request.url ?? '/'), 'http://board.invalid');
      const client = clientOf(request);
      if (client.isHttps) {
        response.setHeader('Strict-Transport-Security', 'max-age=31536000');
        request.headers[HTTPS_HEADER] = '1';
      }
      if (OPEN_PATH.test(url.pathname) || (options.isDev && DEV_PATH.test(url.pathname))) {
        return true;
      }
      if (isApi(url)) {
        const shared = share(request, response);
        if (shared === 'answered') return false;
        if (shared) return refuse(response, shared);
      }
      if (request.method === 'POST' && !isOwnForm(request.headers)) {
        const error =
          'The form came from another site. Open the board itself; a proxy before it must pass Host on.';
        return refuse(response, { reason: 'origin', status: 403, error }, true);
      }
      if (url.pathname === '/sign-in') return signIn(request, response, url, client);
      if (url.pathname === '/sign-out') return signOut(request, response, client);

      let pass = isClosed ? await passOf(request, url) : null;
      if (pass?.session) {
        await renew(pass.session, client, response);
        // Who signed out meanwhile is a stranger: that ended what was open, and this answer was not yet.
        if (ended.has(pass.session.id)) pass = null;
      }
      if (isClosed && !pass && !HEALTH_PATH.test(url.pathname)) {
        return stranger(request, response, url);
      }
      if (!isClosed || pass) request.headers[PASS_HEADER] = pass?.name ?? 'open';
      // Somebody who left while their cookie was read takes no place: nobody would tell of their leaving.
      if (response.destroyed) return false;
      const full = place(request, response, url, client, pass);
      return full ? refuse(response, full) : true;
    },
  };
}

function isApi({ pathname }: URL): boolean {
  return pathname === '/api' || pathname.startsWith('/api/');
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** A path that begins with two slashes would be read as a host. */
function pathAndQuery(url: string): string {
  return url.startsWith('/') ? `/${url.replace(/^\/+/, '')}` : `/${url}`;
}

function methodsOf(path: string): readonly string[] {
  if (path === '/sign-in') return ['GET', 'HEAD', 'POST'];
  if (path === '/sign-out') return ['POST'];
  if (path === '/api' || path.startsWith('/api/')) return ['GET', 'HEAD', 'OPTIONS'];
  return ['GET', 'HEAD'];
}

function inWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? 'a second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

/** The fields of a small form. */
async function readForm(request: IncomingMessage): Promise<{ params: URLSearchParams } | Refusal> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== FORM_TYPE) {
    return { reason: 'form', status: 415, error: `Send the form as ${FORM_TYPE}.` };
  }
  const tooLong = (): Refusal => ({
    reason: 'form',
    status: 413,
    error: `The form is longer than ${FORM_BYTES} bytes.`,
    // What has not been read cannot be skipped.
    headers: { Connection: 'close' },
  });
  if (Number(request.headers['content-length'] ?? 0) > FORM_BYTES) return tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > FORM_BYTES) return tooLong();
    chunks.push(chunk);
  }
  return { params: new URLSearchParams(Buffer.concat(chunks).toString('utf8')) };
}
