/**
 * One upstream connection: opened, watched, and opened again when it breaks. It promises that nothing of an
 * older attempt is heard once a newer one began, that a silent socket counts as dead, and that a refusing or
 * overloaded vendor is asked less and less often.
 */
import { createHash } from 'node:crypto';
import { createParser } from 'eventsource-parser';
import { isOvertaken } from '@/lib/protocol/book';
import { createClockOffset } from '@/lib/protocol/clock-offset';
import { decodeEvent } from '@/lib/protocol/decode';
import { parseEntryId } from '@/lib/protocol/entry-id';
import { FeedError, type FeedErrorCode } from '@/lib/protocol/errors';
import type { ConnectionStatus, FeedEvent, FeedState } from '@/lib/protocol/events';
import type { FeedSettings } from './config';
import type { Gate } from './gate';
import type { HttpAnswer, HttpGet } from './http';
import type { Log } from './log';
import { type Meter, NO_METER } from './meter';
import { asFeedError, refusal } from './refusal';
import type { Cancel, Timing } from './timing';

export type UpstreamDeps = {
  get: HttpGet;
  baseUrl: string;
  apiKey: string;
  timing: Timing;
  gate: Gate;
  settings: FeedSettings;
  log: Log;
  /** @defaultValue counts nothing */
  meter?: Meter;
};

export type UpstreamHandlers = {
  /** It speaks: the first open reached `connected`, or a later one did, or it broke a silence of `gapMs`. */
  onConnected(gap: { isFirst: boolean; gapMs: number }): void;
  /** It broke or fell silent, and was last heard at `since`. Told once until it speaks again. */
  onLost?(since: number, why: FeedErrorCode): void;
  /** `isLate`: others that were made after it came before it. */
  onEvent(event: FeedEvent, isLate: boolean): void;
  /** What `status` or `problem` say is no longer what they said. */
  onChange(): void;
  /** Until when nobody would be told of what comes, so that it may as well be read then: together, which costs less. */
  rest?(): Promise<void> | null;
};

export type Upstream = {
  /** Leagues by name; empty: the whole sport. */
  readonly leagues: readonly string[];
  status(): ConnectionStatus & { since: number };
  /** Why it is not live, for a person to act on; null while all is well. */
  problem(): FeedError | null;
  close(): void;
};

const WHAT = "The vendor's stream";

/** Events remembered, so that one that comes twice is applied once. */
const MOST_REMEMBERED = 4_096;

/** The vendor's hands number their events each by its own clock: so close ones are in either order. */
const CROSSED_MS = 100;

/** An id that runs ahead of the clock by more than this may be a slip, after which all others would count as late. */
const AHEAD_MS = 5_000;

/** Who brings this much at a time brings more than can wait. */
const RUSH_BYTES = 16_384;

/** Connections opened by this process: each has its number in the log. */
let opened = 0;

type Attempt = {
  abort: AbortController;
  openedAt: number;
  /** When `connected` came. */
  connectedAt: number | null;
  /** It is taken for live: after a silence only what follows `connected` shows that this one is not as mute. */
  isBelieved: boolean;
};

/** Opens a connection for `leagues` of a sport and keeps it open until `close`. */
export function openUpstream(
  deps: UpstreamDeps,
  { sport, leagues }: { sport: string; leagues: readonly string[] },
  on: UpstreamHandlers,
): Upstream {
  const { timing, gate, settings, log, meter = NO_METER } = deps;
  const name = `${sport} (${leagues.length === 0 ? 'all leagues' : leagues.length === 1 ? '1 league' : `${leagues.length} leagues`})`;
  opened += 1;
  const connection = opened;
  const startedAt = timing.now();

  let attempt: Attempt | null = null;
  let cancelTimer: Cancel = () => {};
  let isClosed = false;
  /** Breaks since a connection last lived long. */
  let breaks = 0;
  /** Opens that never reached `connected`, since a connection last lived long. */
  let failures = 0;
  /** Refusals of the key since it was last taken. */
  let refusals = 0;
  let reconnects = 0;
  let hasConnected = false;
  let lastFrameAt: number | null = null;
  let brokenAt: number | null = null;
  let cursor: string | null = null;
  const order = createOrder(timing);
  const remembered = new Set<string>();
  let isLost = false;
  /** The last one that was believed ended by silence. */
  let wasSilent = false;
  const clock = createClockOffset();
  let problem: FeedError | null = null;
  let reported: FeedState = 'connecting';
  let reportedSince = startedAt;

  function state(): FeedState {
    const isOpen = attempt?.isBelieved === true;
    if (problem?.code === 'unauthorized') return 'dead';
    const silentMs = timing.now() - (lastFrameAt ?? startedAt);
    if (silentMs >= settings.upstreamDeadMs) return 'dead';
    if (!hasConnected) return 'connecting';
    return isOpen && silentMs < settings.upstreamLateMs ? 'live' : 'late';
  }

  function report(): void {
    const now = state();
    if (now === 'late') lost(problem?.code ?? 'stalled');
    if (now !== reported) {
      log.info(`upstream ${name}: ${reported} -> ${now}${problem ? `: ${problem.message}` : ''}`, {
        sport,
        connection,
        leagues: leagues.length,
        from: reported,
        to: now,
        reason: problem?.code,
      });
      reported = now;
      reportedSince = timing.now();
    }
    on.onChange();
  }

  function lost(why: FeedErrorCode): void {
    if (isLost || lastFrameAt === null || !hasConnected) return;
    isLost = true;
    on.onLost?.(lastFrameAt, why);
  }

  /** Ms until silence alone would change the state; none once it is dead. */
  function untilSilence(): number[] {
    const silentMs = timing.now() - (lastFrameAt ?? startedAt);
    return [settings.upstreamLateMs - silentMs, settings.upstreamDeadMs - silentMs].filter(
      (ms) => ms > 0,
    );
  }

  /** Looks again when the state would change by silence alone. */
  function watch(): void {
    cancelTimer();
    if (isClosed || attempt === null) return;
    const isOpen = attempt.connectedAt !== null;
    const limitMs = isOpen ? settings.upstreamDeadMs : settings.upstreamOpenMs;
    const leftMs = Math.max(lastFrameAt ?? 0, attempt.openedAt) + limitMs - timing.now();
    if (leftMs <= 0) {
      const what = isOpen ? 'sent nothing' : 'did not open';
      fail(attempt, new FeedError('stalled', `${WHAT} ${what} for ${seconds(limitMs)}.`));
      return;
    }
    if (state() !== reported) report();
    cancelTimer = timing.schedule(watch, Math.min(leftMs, ...untilSilence()));
  }

  function open(): void {
    if (isClosed) return;
    const waitMs = gate.waitMs('streams');
    if (waitMs > 0) {
      retryIn(waitMs + timing.random() * 1000);
      return;
    }
    const current: Attempt = {
      abort: new AbortController(),
      openedAt: timing.now(),
      connectedAt: null,
      isBelieved: false,
    };
    attempt = current;
    watch();
    read(current).then(
      () => fail(current, new FeedError('upstream-http', 'The vendor closed the stream.')),
      (error: unknown) => fail(current, asFeedError(error, WHAT)),
    );
  }

  async function read(current: Attempt): Promise<void> {
    gate.take('streams')();
    const answer = await deps.get(streamUrl(deps.baseUrl, sport, leagues, cursor), {
      headers: { accept: 'text/event-stream', 'x-api-key': deps.apiKey },
      signal: current.abort.signal,
      isStream: true,
    });
    if (current !== attempt) return answer.discard();
    if (answer.status !== 200 || !answer.contentType.startsWith('text/event-stream')) {
      answer.discard();
      // It may be the position that is refused. A gap is read again by REST either way.
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) cursor = null;
      throw refusal(answer, gate, WHAT);
    }
    const parser = createParser({
      maxBufferSize: settings.upstreamFrameBytes,
      onEvent: ({ event = 'message', data, id }) => {
        if (current === attempt) receive(current, event, data, id ?? null);
      },
      onComment: () => {
        if (current !== attempt) return;
        if (current.isBelieved) heard();
        else if (current.connectedAt !== null) believe(current);
      },
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') {
          throw new FeedError(
            'frame-too-large',
            `A frame of the vendor's stream is larger than ${settings.upstreamFrameBytes} characters; set BOARD_UPSTREAM_FRAME_BYTES higher if that is right.`,
          );
        }
      },
    });
    const text = new TextDecoder();
    const lines = createLineEnds();
    const pause = createPause(answer, on);
    for await (const chunk of answer.body) {
      if (current !== attempt) return;
      parser.feed(lines(text.decode(chunk, { stream: true })));
      pause(chunk.length);
    }
  }

  /** Something came; returns how long nothing had. */
  function alive(): number {
    const silentMs = timing.now() - (lastFrameAt ?? startedAt);
    lastFrameAt = timing.now();
    if (state() !== reported) {
      report();
      watch();
    }
    return silentMs;
  }

  function heard(): void {
    const silentMs = alive();
    // What was held back so long may as well have been dropped on the way: it counts as a gap.
    if (silentMs < settings.upstreamLateMs) return;
    isLost = false;
    on.onConnected({ isFirst: false, gapMs: silentMs });
  }

  function believe(current: Attempt): void {
    current.isBelieved = true;
    wasSilent = false;
    const isFirst = !hasConnected;
    const gapMs = brokenAt === null ? 0 : timing.now() - brokenAt;
    if (!isFirst) {
      reconnects += 1;
      meter.reconnected();
    }
    hasConnected = true;
    problem = null;
    brokenAt = null;
    isLost = false;
    refusals = 0;
    gate.welcome();
    alive();
    report();
    watch();
    on.onConnected({ isFirst, gapMs });
  }

  function receive(current: Attempt, event: string, data: string, id: string | null): void {
    // "Connected" is the first frame, not the open socket. A server that leaves `connected` out is believed
    // by its first other frame.
    current.connectedAt ??= timing.now();
    if (wasSilent && event === 'connected') {
      watch();
      return;
    }
    if (current.isBelieved) heard();
    else believe(current);
    if (event === 'ping') {
      clock.note(data, timing.now());
      return;
    }
    const decoded = decodeEvent(event, data, id);
    if (!decoded) return;
    const { entryId } = decoded;
    if (entryId !== null) {
      cursor = entryId;
      if (isRepeated(event, entryId, data)) return;
    }
    on.onEvent(decoded, order.isLate(entryId));
  }

  /** Events of one moment may share an id, so what they say counts as well. */
  function isRepeated(event: string, entryId: string, data: string): boolean {
    const key = `${event} ${entryId} ${createHash('sha1').update(data).digest('base64')}`;
    if (remembered.has(key)) return true;
    remembered.add(key);
    for (const oldest of remembered) {
      if (remembered.size > MOST_REMEMBERED) remembered.delete(oldest);
      else break;
    }
    return false;
  }

  function fail(current: Attempt, error: FeedError): void {
    if (isClosed || current !== attempt) return;
    attempt = null;
    current.abort.abort();
    problem = error;
    const livedMs = current.connectedAt === null ? null : timing.now() - current.connectedAt;
    if (livedMs !== null) {
      if (current.isBelieved) {
        brokenAt = lastFrameAt;
        wasSilent = error.code === 'stalled';
        lost(error.code);
      }
      if (livedMs >= settings.upstreamStableMs) {
        breaks = 0;
        failures = 0;
      }
    }
    report();
    retryIn(pauseMs(error, current));
  }

  function pauseMs({ code }: FeedError, { connectedAt, openedAt }: Attempt): number {
    if (connectedAt !== null) {
      breaks += 1;
      return breaks === 1 ? 0 : timing.random() * settings.upstreamRetryMs;
    }
    if (code === 'unauthorized') {
      // A key that never worked is wrong until somebody sets it right; one that did may work again soon.
      if (!gate.isWelcome()) return settings.upstreamRefusedMs;
      const longestMs = settings.upstreamBackoffMs * 2 ** Math.min(refusals, 20);
      refusals += 1;
      return Math.min(settings.upstreamRefusedMs, longestMs) * (0.5 + timing.random() / 2);
    }
    const ceiling = Math.min(
      settings.upstreamBackoffMaxMs,
      settings.upstreamBackoffMs * 2 ** Math.min(failures, 20),
    );
    failures += 1;
    // An open that hung has waited already.
    return Math.max(0, timing.random() * ceiling - (timing.now() - openedAt));
  }

  function retryIn(delayMs: number): void {
    cancelTimer();
    const openAt = timing.now() + delayMs;
    const step = () => {
      if (isClosed) return;
      if (state() !== reported) report();
      const leftMs = openAt - timing.now();
      if (leftMs <= 0) open();
      else cancelTimer = timing.schedule(step, Math.min(leftMs, 1_000, ...untilSilence()));
    };
    cancelTimer = timing.schedule(step, Math.min(delayMs, 1_000, ...untilSilence()));
  }

  // The caller has the connection in hand before anything of it is heard.
  cancelTimer = timing.schedule(open, 0);

  return {
    leagues,
    status: () => ({
      leagues,
      state: state(),
      lastFrameMs: lastFrameAt === null ? null : Math.max(0, timing.now() - lastFrameAt),
      reconnects,
      clockOffsetMs: clock.ms(),
      // What is not live has told nothing since its last frame, whatever it was called meanwhile.
      since: state() === 'live' ? reportedSince : (lastFrameAt ?? startedAt),
    }),
    problem: () => problem,
    close() {
      isClosed = true;
      cancelTimer();
      attempt?.abort.abort();
      attempt = null;
    },
  };
}

/**
 * Leaves a stream unread while nobody would be told of what comes. It is told how many bytes came: who brings much brings
 * more than can wait.
 */
function createPause(
  { hold }: Pick<HttpAnswer, 'hold'>,
  { rest }: Pick<UpstreamHandlers, 'rest'>,
): (bytes: number) => void {
  let isResting = false;
  let letGo: (() => void) | null = null;
  /** Bytes since the rest began. */
  let sum = 0;
  const go = () => {
    letGo?.();
    letGo = null;
  };
  return (bytes) => {
    const resting = isResting ? null : rest?.();
    if (resting) {
      isResting = true;
      sum = 0;
      void resting.then(() => {
        isResting = false;
        go();
      });
    }
    sum += bytes;
    if (sum >= RUSH_BYTES) go();
    else if (isResting) letGo ??= hold();
  };
}

/** Tells events that were overtaken by others of the same connection, by their ids. */
function createOrder(timing: Timing): { isLate(id: string | null): boolean } {
  let newest: { id: string; ms: number; at: number } | null = null;
  let isSlip = false;
  return {
    isLate(id) {
      const ms = parseEntryId(id)?.ms;
      if (id === null || ms === undefined) return false;
      if (newest && isOvertaken(id, newest.id)) return newest.ms - ms > CROSSED_MS;
      const at = timing.now();
      // One that runs ahead is believed once the next one does so too.
      const isAhead = newest !== null && ms - newest.ms > at - newest.at + AHEAD_MS;
      if (!isAhead || isSlip) newest = { id, ms, at };
      isSlip = isAhead && !isSlip;
      return false;
    },
  };
}

/**
 * Line ends as LF, whatever they come as. The parser holds a CR back until it has seen what follows, which
 * would show each frame of a stream that ends its lines so only when the next one comes.
 */
function createLineEnds(): (text: string) => string {
  let wasCr = false;
  return (text) => {
    if (!wasCr && !text.includes('\r')) return text;
    const rest = wasCr && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') wasCr = text.endsWith('\r');
    return rest.replace(/\r\n?/g, '\n');
  };
}

function streamUrl(
  baseUrl: string,
  sport: string,
  leagues: readonly string[],
  cursor: string | null,
): URL {
  const url = new URL(`${baseUrl}/stream/copilot/${encodeURIComponent(sport)}/odds`);
  for (const league of leagues) url.searchParams.append('league', league);
  url.searchParams.set('include_fixture_updates', 'true');
  if (cursor !== null) url.searchParams.set('last_entry_id', cursor);
  return url;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
