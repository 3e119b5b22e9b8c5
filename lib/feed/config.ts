/**
 * Settings: the environment, read and checked once. Everything a person can set is in this file, with its
 * default and what it is for; nothing else reads the environment. Holds the key, so it is never logged whole.
 */
import { isIP } from 'node:net';
import * as v from 'valibot';
import { FeedError } from '@/lib/protocol/errors';
import type { FeedSource } from '@/lib/protocol/events';

export type Environment = Readonly<Record<string, string | undefined>>;

type NumberSetting = {
  name: string;
  byDefault: number;
  min: number;
  max: number;
  /** What it bounds or waits for; docs/settings.md says the same. */
  meaning: string;
};

const HOUR_MS = 3_600_000;

/** A wait in ms. */
function wait(name: string, byDefault: number, meaning: string, min = 1): NumberSetting {
  return { name, byDefault, min, max: 24 * HOUR_MS, meaning };
}

function limit(name: string, byDefault: number, max: number, meaning: string): NumberSetting {
  return { name, byDefault, min: 1, max, meaning };
}

/** A limit that is of no use below `min`. */
function limitFrom(min: number, ...rest: Parameters<typeof limit>): NumberSetting {
  return { ...limit(...rest), min };
}

/** Every wait (ms) and limit of the feed. */
export const FEED_SETTINGS = {
  // The way to the vendor.
  connectionLeagues: limit(
    'BOARD_CONNECTION_LEAGUES',
    10,
    50,
    'leagues per upstream connection; the vendor advises 10',
  ),
  subscribeDelayMs: wait(
    'BOARD_SUBSCRIBE_DELAY_MS',
    250,
    'changes of the leagues in use are collected for this long',
    0,
  ),
  leagueLingerMs: wait(
    'BOARD_LEAGUE_LINGER_MS',
    60_000,
    'a league nobody watches any more stays subscribed for this long',
    0,
  ),
  sportLingerMs: wait(
    'BOARD_SPORT_LINGER_MS',
    HOUR_MS,
    'a sport nobody watches any more is forgotten after this long',
  ),
  upstreamOpenMs: wait(
    'BOARD_UPSTREAM_OPEN_MS',
    8_000,
    'longest wait for an upstream connection to open',
  ),
  upstreamLateMs: wait(
    'BOARD_UPSTREAM_LATE_MS',
    10_000,
    'an upstream connection without a frame for this long is late',
  ),
  upstreamDeadMs: wait(
    'BOARD_UPSTREAM_DEAD_MS',
    15_000,
    'and after this long dead: it is closed and opened again',
  ),
  upstreamRetryMs: wait(
    'BOARD_UPSTREAM_RETRY_MS',
    5_000,
    'longest pause before a broken connection is opened again',
  ),
  upstreamBackoffMs: wait(
    'BOARD_UPSTREAM_BACKOFF_MS',
    1_000,
    'first pause after an open that failed; doubles',
  ),
  upstreamBackoffMaxMs: wait(
    'BOARD_UPSTREAM_BACKOFF_MAX_MS',
    8_000,
    'longest pause after an open that failed',
  ),
  upstreamStableMs: wait(
    'BOARD_UPSTREAM_STABLE_MS',
    30_000,
    'a connection that lived this long resets the pauses',
  ),
  upstreamFreezeMs: wait(
    'BOARD_UPSTREAM_FREEZE_MS',
    15_000,
    'pause of everything after a 429; the vendor asks for 15 s',
  ),
  upstreamRefusedMs: wait(
    'BOARD_UPSTREAM_REFUSED_MS',
    300_000,
    'pause after the vendor refused the key (401, 403); a key that worked before is tried sooner at first',
  ),
  upstreamOpens: limit(
    'BOARD_UPSTREAM_OPENS',
    200,
    100_000,
    'upstream connections opened in 15 s at most; the vendor allows 250',
  ),
  upstreamFrameBytes: limit(
    'BOARD_UPSTREAM_FRAME_BYTES',
    8_388_608,
    1_073_741_824,
    'largest frame accepted from upstream',
  ),
  // Reads by REST.
  restTimeoutMs: wait('BOARD_REST_TIMEOUT_MS', 10_000, 'longest wait for one REST answer'),
  restConcurrency: limit('BOARD_REST_CONCURRENCY', 4, 64, 'REST requests under way at once'),
  restBytes: limit('BOARD_REST_BYTES', 67_108_864, 1_073_741_824, 'largest REST answer accepted'),
  restReads: limit(
    'BOARD_REST_READS',
    2_000,
    1_000_000,
    'REST reads in 15 s at most; the vendor allows 2500',
  ),
  restHistories: limit(
    'BOARD_REST_HISTORIES',
    10,
    100_000,
    'reads of price histories in 15 s at most; the vendor allows 10',
  ),
  restBackoffMs: wait(
    'BOARD_REST_BACKOFF_MS',
    1_000,
    'first pause before a read that failed is tried again; doubles',
  ),
  restSlowMs: wait(
    'BOARD_REST_SLOW_MS',
    3_000,
    'what is in doubt for longer than this is told as partial',
  ),
  restRetryMs: wait(
    'BOARD_REST_RETRY_MS',
    5_000,
    'longest pause before a read that failed is tried again',
  ),
  fixturesPollMs: wait(
    'BOARD_FIXTURES_POLL_MS',
    60_000,
    'the list of fixtures is read this often (0: never)',
    0,
  ),
  oddsRefreshMs: wait(
    'BOARD_ODDS_REFRESH_MS',
    60_000,
    'all odds in use are read again this often beside the stream (0: never)',
    0,
  ),
  catalogueMs: wait(
    'BOARD_CATALOGUE_MS',
    300_000,
    'active sports and versions are read this often',
  ),
  leaguesMs: wait(
    'BOARD_LEAGUES_MS',
    4_000,
    'the active leagues of a sport in use are read this often, so that none stays unseen for longer',
  ),
  unpricedMs: wait(
    'BOARD_UNPRICED_MS',
    90_000,
    'a feed without any price for this long is said to lack copilot',
  ),
  // What is held.
  journalRows: limit(
    'BOARD_JOURNAL_ROWS',
    600_000,
    10_000_000,
    'rows of the journal per sport, for resuming',
  ),
  journalBytes: limit(
    'BOARD_JOURNAL_BYTES',
    536_870_912,
    68_719_476_736,
    'bytes of the journal per sport',
  ),
  journalMs: wait('BOARD_JOURNAL_MS', 600_000, 'age of the journal per sport'),
  bookOdds: limit('BOARD_BOOK_ODDS', 500_000, 10_000_000, 'odds held per sport'),
  correctionsMs: wait(
    'BOARD_CORRECTIONS_MS',
    HOUR_MS,
    'settlements are read again for this long, since they may be corrected (0: never)',
    0,
  ),
  finishedMs: wait(
    'BOARD_FINISHED_MS',
    6 * HOUR_MS,
    'a finished fixture is forgotten after this long',
  ),
  // Viewers.
  viewers: limit('BOARD_VIEWERS', 10_000, 1_000_000, 'viewers connected at once'),
  filterValues: limit(
    'BOARD_FILTER_VALUES',
    200,
    1_000,
    'values of one parameter of a stream or snapshot',
  ),
  viewerBytes: limit(
    'BOARD_VIEWER_BYTES',
    262_144,
    67_108_864,
    'bytes waiting for one viewer before it counts as full',
  ),
  viewerStallMs: wait(
    'BOARD_VIEWER_STALL_MS',
    25_000,
    'a viewer that takes nothing for this long is closed',
  ),
  // Boards are late after 10 s without a word.
  pingMs: { ...wait('BOARD_PING_MS', 5_000, 'a ping goes to every viewer this often'), max: 5_000 },
  flushMs: wait('BOARD_FLUSH_MS', 0, 'after a quiet moment an entry goes out within this', 0),
  tickMs: wait('BOARD_TICK_MS', 16, 'while busy, viewers are written to this often'),
  tickMaxMs: wait('BOARD_TICK_MAX_MS', 50, 'and under load at most this seldom'),
  // Snapshots.
  pageWaitMs: wait('BOARD_PAGE_WAIT_MS', 900, 'longest a page waits for the first odds', 0),
  snapshotWaitMs: wait(
    'BOARD_SNAPSHOT_WAIT_MS',
    10_000,
    'longest a snapshot waits for the first odds',
    0,
  ),
  snapshotRows: limit(
    'BOARD_SNAPSHOT_ROWS',
    5_000,
    50_000,
    'rows on a page of a snapshot where none are asked for',
  ),
  snapshotCuts: limit(
    'BOARD_SNAPSHOT_CUTS',
    100,
    1_000,
    'snapshots held at once while their pages are read',
  ),
  snapshotShareMs: wait(
    'BOARD_SNAPSHOT_SHARE_MS',
    2_000,
    'oldest snapshot that is given to whoever says that it may be so old; 0: each is made anew',
    0,
  ),
  snapshotBytes: limit(
    'BOARD_SNAPSHOT_BYTES',
    67_108_864,
    17_179_869_184,
    'bytes of snapshot pages, compressed, held for whoever asks for the same',
  ),
  snapshotCutMs: wait(
    'BOARD_SNAPSHOT_CUT_MS',
    60_000,
    'a snapshot whose pages are not read is dropped after this long',
  ),
} as const satisfies Record<string, NumberSetting>;

export type FeedSettings = Readonly<Record<keyof typeof FEED_SETTINGS, number>>;

/** Every wait (ms) and limit of who may ask for what. */
export const ACCESS_SETTINGS = {
  sessionMs: {
    name: 'BOARD_SESSION_MS',
    byDefault: 7 * 24 * HOUR_MS,
    min: 10_000,
    max: 365 * 24 * HOUR_MS,
    meaning: 'a sign-in that nobody uses for this long ends',
  },
  attempts: limit(
    'BOARD_SIGN_IN_ATTEMPTS',
    10,
    100_000,
    'wrong passwords from one address in a window; loopback is exempt',
  ),
  attemptsInAll: limit(
    'BOARD_SIGN_IN_ATTEMPTS_IN_ALL',
    200,
    1_000_000,
    'wrong passwords from everywhere in a window',
  ),
  attemptsWindowMs: wait('BOARD_SIGN_IN_WINDOW_MS', 300_000, 'the window of wrong passwords'),
  addressViewers: limit(
    'BOARD_ADDRESS_VIEWERS',
    2_000,
    1_000_000,
    'viewers connected at once from one address (IPv6: one /64); loopback is exempt',
  ),
  signInViewers: limit(
    'BOARD_SIGN_IN_VIEWERS',
    200,
    1_000_000,
    'viewers connected at once with one sign-in or token',
  ),
  filters: limit(
    'BOARD_FILTERS',
    1_000,
    1_000_000,
    'different filters that viewers use at once; each costs its own encoding',
  ),
  reads: limit('BOARD_READS', 500, 100_000, 'snapshots, histories and pictures under way at once'),
  addressReads: limit(
    'BOARD_ADDRESS_READS',
    200,
    100_000,
    'the same from one address (IPv6: one /64); loopback is exempt',
  ),
  urlLength: limitFrom(
    256,
    'BOARD_URL_LENGTH',
    16_384,
    65_536,
    'longest address of a request, in bytes',
  ),
} as const satisfies Record<string, NumberSetting>;

export type AccessLimits = Readonly<Record<keyof typeof ACCESS_SETTINGS, number>>;

/** Waits and limits as they are without any setting. */
export const DEFAULT_FEED_SETTINGS: FeedSettings = Object.fromEntries(
  Object.entries(FEED_SETTINGS).map(([key, setting]) => [key, setting.byDefault]),
) as FeedSettings;

/** Settings of the built-in simulator; null where it decides itself. */
export type SimulatorSettings = {
  seed: number | null;
  /** Odds offered at a time. */
  odds: number | null;
  /** Updates per second. */
  rate: number | null;
  /** How much faster than life games are played. */
  speed: number | null;
  /** Faults to play, as the simulator names them. */
  faults: string | null;
  /** 0: any free one. */
  port: number;
};

/** A token of the setting; its name stands in for it wherever it is told of. */
export type NamedToken = { name: string; token: string };

/** Who may ask for what. Holds secrets. */
export type AccessSettings = {
  /** The team's password; null where there is none. */
  password: string | null;
  tokens: readonly NamedToken[];
  /** Added to what sessions are signed with. */
  sessionSecret: string;
  /** Addresses and networks whose X-Forwarded-For and -Proto are believed. */
  trustedProxies: readonly string[];
  /** Other origins whose pages may use the API. */
  allowedOrigins: readonly string[];
  limits: AccessLimits;
};

export type Config = {
  port: number;
  host: string;
  /** Whether `host` can be reached from this machine alone. */
  isLoopback: boolean;
  source: FeedSource;
  /** Null: no key, the simulator serves. */
  upstream: { apiKey: string; baseUrl: string } | null;
  /** Names that the `Host` header may carry besides loopback's. */
  allowedHosts: readonly string[];
  access: AccessSettings;
  simulator: SimulatorSettings;
  feed: FeedSettings;
  /** How the log is written; null: text on a terminal, else JSON. */
  log: 'json' | 'text' | null;
  /** One line each, for the start to print. */
  warnings: readonly string[];
};

export const DEFAULT_BASE_URL = 'https://api.opticodds.com/api/v3';

/** Settings that other files of the start-up read before this one can be loaded. */
const READ_ELSEWHERE = ['BOARD_DIST_DIR', 'BOARD_CHROMIUM'];

const ECHO_LENGTH = 80;

/** What could be a secret in an address: user, password, query. */
const SECRET_PART = /\/\/[^/]*@|[?#].*$/g;

function refuse(name: string, value: string | null, advice: string): never {
  // What is no address at all may be the key, put beside the wrong name.
  const isTold = name !== 'OPTICODDS_BASE_URL' || /^[a-z]+:\/\//i.test(value ?? '');
  const shown = (isTold ? value : null)?.replace(SECRET_PART, '…').slice(0, ECHO_LENGTH);
  const given = shown === undefined ? name : `${name} is "${shown}"`;
  throw new FeedError('config', `${given}: ${advice}`);
}

function check<T>(
  name: string,
  value: string,
  schema: v.GenericSchema<string, T>,
  advice: string,
): T {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : refuse(name, value, advice);
}

function numberIn(
  env: Environment,
  { name, byDefault, min, max }: Omit<NumberSetting, 'meaning'>,
  options: { allowFraction?: boolean } = {},
): number {
  const given = env[name]?.trim();
  if (given === undefined || given === '') return byDefault;
  const shape = options.allowFraction ? /^-?\d{1,15}(\.\d{1,6})?$/ : /^-?\d{1,15}$/;
  const schema = v.pipe(
    v.string(),
    v.regex(shape),
    v.transform(Number),
    v.minValue(min),
    v.maxValue(max),
  );
  const kind = options.allowFraction ? 'number' : 'whole number';
  return check(name, given, schema, `write a ${kind} from ${min} to ${max}`);
}

function optionalNumber(
  env: Environment,
  name: string,
  min: number,
  max: number,
  options?: { allowFraction?: boolean },
): number | null {
  if (!env[name]?.trim()) return null;
  return numberIn(env, { name, byDefault: min, min, max }, options);
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;
const HOST_NAME = /^[a-z0-9.:[\]_-]{1,253}$/i;

function readHost(env: Environment): string {
  const given = env.BOARD_HOST?.trim() || '127.0.0.1';
  return check(
    'BOARD_HOST',
    given,
    v.pipe(v.string(), v.regex(HOST_NAME)),
    'write an address to listen on, such as 127.0.0.1 (this machine alone) or 0.0.0.0 (everybody)',
  );
}

function readUpstream(env: Environment): Config['upstream'] {
  const apiKey = env.OPTICODDS_API_KEY?.trim() ?? '';
  const baseUrl = env.OPTICODDS_BASE_URL?.trim() ?? '';
  if (apiKey === '') {
    if (baseUrl === '') return null;
    return refuse(
      'OPTICODDS_BASE_URL',
      baseUrl,
      'it is of use only with a key; set OPTICODDS_API_KEY as well, or unset it to run on the simulator',
    );
  }
  // The value is a secret, so only its fault is named.
  if (!/^[\x21-\x7e]{1,512}$/.test(apiKey)) {
    refuse(
      'OPTICODDS_API_KEY',
      null,
      'it holds spaces or characters that no key has; copy it again from the vendor, without quotes',
    );
  }
  const advice = `write an http or https address such as ${DEFAULT_BASE_URL}, without a user, query or fragment`;
  const url = check(
    'OPTICODDS_BASE_URL',
    baseUrl === '' ? DEFAULT_BASE_URL : baseUrl,
    v.pipe(
      v.string(),
      v.url(),
      v.transform((text) => new URL(text)),
      v.check(
        ({ protocol, search, hash, username, password }) =>
          /^https?:$/.test(protocol) && `${search}${hash}${username}${password}` === '',
      ),
    ),
    advice,
  );
  return { apiKey, baseUrl: url.href.replace(/\/+$/, '') };
}

function readAllowedHosts(env: Environment): string[] {
  const given = env.BOARD_ALLOWED_HOSTS ?? '';
  const hosts = given
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((host) => host.toLowerCase());
  const bad = hosts.find((host) => !HOST_NAME.test(host));
  if (bad !== undefined) {
    refuse(
      'BOARD_ALLOWED_HOSTS',
      bad,
      'write host names with commas between, such as board.example.com',
    );
  }
  return hosts;
}

const PASSWORD_LENGTH = 8;
const TOKEN_LENGTH = 16;
/** Bounded, since every attempt is hashed. */
const SECRET_LIMIT = 256;

function words(env: Environment, name: string): string[] {
  return (env[name] ?? '').split(/[\s,]+/).filter(Boolean);
}

/** A secret's value is never told: only what is wrong with it. */
function readSecret(env: Environment, name: string, least: number): string | null {
  const given = env[name]?.normalize('NFC') ?? '';
  if (given.trim() === '') return null;
  if (given.length < least || given.length > SECRET_LIMIT) {
    refuse(name, null, `write ${least} to ${SECRET_LIMIT} characters, or unset it`);
  }
  return given;
}

function readTokens(env: Environment): NamedToken[] {
  const tokens = words(env, 'BOARD_TOKENS').map((word, index) => {
    const [, name, token] = /^(?:([\w-]{1,40}):)?([\x21-\x39\x3b-\x7e]+)$/.exec(word) ?? [];
    if (!token || token.length < TOKEN_LENGTH || token.length > SECRET_LIMIT) {
      refuse(
        'BOARD_TOKENS',
        null,
        `its token ${index + 1} cannot be one: write ${TOKEN_LENGTH} to ${SECRET_LIMIT} visible characters without a colon, with a name and a colon before it if you like, and commas between tokens`,
      );
    }
    return { name: name ?? String(index + 1), token: token ?? '' };
  });
  if (new Set(tokens.map(({ name }) => name)).size < tokens.length) {
    refuse('BOARD_TOKENS', null, 'two of its tokens have the same name: give each its own');
  }
  return tokens;
}

function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128));
}

function isOrigin(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
  } catch {
    return false;
  }
}

/** The words of a list, each of which must be right. */
function readList(
  env: Environment,
  name: string,
  isRight: (word: string) => boolean,
  advice: string,
): string[] {
  const list = words(env, name).map((word) => word.toLowerCase());
  const bad = list.find((word) => !isRight(word));
  return bad === undefined ? list : refuse(name, bad, advice);
}

function readNumbers<Key extends string>(
  env: Environment,
  settings: Readonly<Record<Key, NumberSetting>>,
): Readonly<Record<Key, number>> {
  const read = Object.entries<NumberSetting>(settings).map(([key, setting]) => [
    key,
    numberIn(env, setting),
  ]);
  return Object.fromEntries(read) as Record<Key, number>;
}

function readAccess(env: Environment): AccessSettings & { isOpen: boolean } {
  const open = env.BOARD_ACCESS?.trim().toLowerCase() ?? '';
  if (open !== '') {
    check('BOARD_ACCESS', open, v.literal('open'), 'write "open" to let everybody in, or unset it');
  }
  const password = readSecret(env, 'BOARD_PASSWORD', PASSWORD_LENGTH);
  const tokens = readTokens(env);
  if (open !== '' && (password !== null || tokens.length > 0)) {
    refuse(
      'BOARD_ACCESS',
      open,
      'it lets everybody in, which BOARD_PASSWORD and BOARD_TOKENS do not: unset it, or both of them',
    );
  }
  return {
    isOpen: open !== '',
    password,
    tokens,
    sessionSecret: readSecret(env, 'BOARD_SESSION_SECRET', TOKEN_LENGTH) ?? '',
    trustedProxies: readList(
      env,
      'BOARD_TRUSTED_PROXIES',
      isNetwork,
      'write addresses or networks with commas between, such as 127.0.0.1, 10.0.0.0/8',
    ),
    allowedOrigins: readList(
      env,
      'BOARD_ALLOWED_ORIGINS',
      isOrigin,
      'write origins as browsers do, with commas between, such as https://desk.example.com',
    ),
    limits: readNumbers(env, ACCESS_SETTINGS),
  };
}

/** Refuses to show a key's prices to whoever reaches the server, unless somebody said who may see them. */
function refuseUnlessGuarded(
  { isOpen, ...access }: AccessSettings & { isOpen: boolean },
  { host, isLoopback, allowedHosts }: Pick<Config, 'host' | 'isLoopback' | 'allowedHosts'>,
): void {
  if (isOpen || access.password !== null || access.tokens.length > 0) return;
  const advice =
    'everybody who reaches it would see the prices of your key; set BOARD_PASSWORD or BOARD_TOKENS, or BOARD_ACCESS=open if everybody may';
  if (!isLoopback) refuse('BOARD_HOST', host, `${advice}, or BOARD_HOST=127.0.0.1`);
  // What stands before a board on loopback makes it reachable from elsewhere as well.
  const far = allowedHosts.find((name) => !LOOPBACK.test(name.replace(/:\d{1,5}$/, '')));
  if (far !== undefined) refuse('BOARD_ALLOWED_HOSTS', far, advice);
  const [proxy] = access.trustedProxies;
  if (proxy !== undefined) refuse('BOARD_TRUSTED_PROXIES', proxy, advice);
}

function readLog(env: Environment): Config['log'] {
  const given = env.BOARD_LOG?.trim().toLowerCase() ?? '';
  if (given === '') return null;
  return check(
    'BOARD_LOG',
    given,
    v.picklist(['json', 'text']),
    'write "json" or "text", or unset it for text on a terminal and JSON elsewhere',
  );
}

function unknownNames(env: Environment): string[] {
  const known = new Set<string>([
    'BOARD_HOST',
    'BOARD_ALLOWED_HOSTS',
    'BOARD_ACCESS',
    'BOARD_LOG',
    'BOARD_PASSWORD',
    'BOARD_TOKENS',
    'BOARD_SESSION_SECRET',
    'BOARD_TRUSTED_PROXIES',
    'BOARD_ALLOWED_ORIGINS',
    'BOARD_SIMULATOR_SEED',
    'BOARD_SIMULATOR_ODDS',
    'BOARD_SIMULATOR_RATE',
    'BOARD_SIMULATOR_SPEED',
    'BOARD_SIMULATOR_FAULTS',
    'BOARD_SIMULATOR_PORT',
    ...READ_ELSEWHERE,
    ...Object.values({ ...FEED_SETTINGS, ...ACCESS_SETTINGS }).map(({ name }) => name),
  ]);
  return Object.keys(env)
    .filter((name) => name.startsWith('BOARD_') && !known.has(name))
    .sort()
    .map((name) => `${name} is no setting of this version and changes nothing: check its spelling`);
}

/**
 * The environment, checked.
 * @param env defaults to the process's own
 * @throws FeedError `config`, with one line that names the variable, its value (never the key) and the cure
 */
export function readConfig(env: Environment = process.env): Config {
  const port = numberIn(env, { name: 'PORT', byDefault: 3000, min: 0, max: 65_535 });
  const host = readHost(env);
  const isLoopback = LOOPBACK.test(host);
  const upstream = readUpstream(env);
  const allowedHosts = readAllowedHosts(env);
  const { isOpen, ...access } = readAccess(env);
  if (upstream) refuseUnlessGuarded({ isOpen, ...access }, { host, isLoopback, allowedHosts });
  const feed: FeedSettings = readNumbers(env, FEED_SETTINGS);
  if (feed.upstreamLateMs >= feed.upstreamDeadMs) {
    refuse(
      'BOARD_UPSTREAM_LATE_MS',
      String(feed.upstreamLateMs),
      `write less than BOARD_UPSTREAM_DEAD_MS (${feed.upstreamDeadMs})`,
    );
  }
  return {
    port,
    host,
    isLoopback,
    source: upstream ? 'opticodds' : 'simulator',
    upstream,
    allowedHosts,
    access,
    simulator: {
      seed: optionalNumber(env, 'BOARD_SIMULATOR_SEED', 0, 4_294_967_295),
      odds: optionalNumber(env, 'BOARD_SIMULATOR_ODDS', 1, 1_000_000),
      rate: optionalNumber(env, 'BOARD_SIMULATOR_RATE', 0, 100_000, { allowFraction: true }),
      speed: optionalNumber(env, 'BOARD_SIMULATOR_SPEED', 0.01, 10_000, { allowFraction: true }),
      faults: env.BOARD_SIMULATOR_FAULTS?.trim() || null,
      port: numberIn(env, { name: 'BOARD_SIMULATOR_PORT', byDefault: 0, min: 0, max: 65_535 }),
    },
    feed,
    log: readLog(env),
    warnings: unknownNames(env),
  };
}
