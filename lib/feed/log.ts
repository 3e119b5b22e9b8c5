/**
 * The log: one line per change of state, none per event. For a person the lines are text, for a machine JSON with the
 * same content. Nobody hands it a secret; should one come in by a message of somebody else's, it is taken out.
 */
import { type Config, readConfig } from './config';

/** What a line tells beside its message, each under one name everywhere. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Log = {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
};

export type ProcessLog = Log & {
  /** Something failed that nobody foresaw; `cause` is told with its stack. */
  error(message: string, cause: unknown): void;
};

type Level = 'info' | 'warn' | 'error';

export type LogOptions = {
  format: 'json' | 'text';
  secrets?: readonly string[];
  /** @defaultValue stdout for `info`, stderr for the rest */
  write?(line: string, level: Level): void;
  /** Epoch ms. */
  now?(): number;
};

/** A message longer than this is somebody else's. */
const MOST_CHARACTERS = 8_192;

const REDACTED = '[redacted]';

/** Where secrets stand whatever they look like: users in addresses, parameters, headers. */
const SECRET_PLACES: readonly RegExp[] = [
  /(?<=:\/\/)[^/\s@]+(?=@)/g,
  /(?<=[?&](?:key|api_?key|token|password)=)[^&\s"'#]+/gi,
  /(?<=\b(?:x-api-key|api_key|board_tokens|board_password|password)["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
  /(?<=\b(?:Bearer|Basic)\s+)[\w~+/=.-]{4,}/gi,
  /(?<=\bboard_session=)[^;\s]+/g,
];

/**
 * Whether a secret may be looked for in any text. A short one, or one that is a plain word, stands in lines that have
 * nothing to do with it, and taking it out there would be what gives it away.
 */
function isTellable(secret: string): boolean {
  return secret.length >= 16 || (secret.length >= 8 && !/^[a-z]+$/i.test(secret));
}

/** Takes secrets out of a text: those given, and whatever stands where secrets stand. */
export function createRedaction(secrets: readonly string[]): (text: string) => string {
  const known = secrets
    .filter(isTellable)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    // The longer one first, where one is part of another.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, REDACTED);
    for (const place of SECRET_PLACES) clean = clean.replace(place, REDACTED);
    return clean;
  };
}

/** A line must stay one: what a vendor or a viewer wrote cannot make another. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

function print(line: string, level: Level): void {
  (level === 'info' ? process.stdout : process.stderr).write(`${line}\n`);
}

/** A log in one of the two formats. */
export function createLog(options: LogOptions): ProcessLog {
  const { format, secrets = [], write = print, now = Date.now } = options;
  const redact = createRedaction(secrets);
  const clean = (text: string) => redact(text.slice(0, MOST_CHARACTERS));

  function line(level: Level, message: string, fields: LogFields = {}): void {
    const time = new Date(now()).toISOString();
    const told = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'string' ? clean(value) : value] as const);
    if (format === 'json') {
      const body = { time, level, msg: clean(message), ...Object.fromEntries(told) };
      write(JSON.stringify(body), level);
      return;
    }
    const { stack, ...rest } = Object.fromEntries(told);
    const more = Object.entries(rest).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    const head = `[board] ${time} ${level}: ${oneLine(clean(message))}${more.join('')}`;
    write(stack === undefined ? head : `${head}\n${stack}`, level);
  }

  return {
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error(message, cause) {
      const isError = cause instanceof Error;
      line('error', message, {
        reason: isError ? cause.message : String(cause),
        stack: isError ? cause.stack : undefined,
      });
    },
  };
}

/** Every secret that the settings hold. */
function secretsOf({ upstream, access }: Config): string[] {
  return [
    upstream?.apiKey ?? '',
    access.password ?? '',
    access.sessionSecret,
    ...access.tokens.map(({ token }) => token),
  ].filter(Boolean);
}

/**
 * The log as it is set: JSON for whatever collects the output, text for a person at a terminal unless told otherwise.
 * @param more secrets besides those of the settings
 */
export function openLog(config: Config = readConfig(), more: readonly string[] = []): ProcessLog {
  const format = config.log ?? (process.stdout.isTTY ? 'text' : 'json');
  return createLog({ format, secrets: [...secretsOf(config), ...more] });
}
