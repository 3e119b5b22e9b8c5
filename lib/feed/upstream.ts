/**
 * One upstream connection: opened, watched, and opened again when it breaks. It promises that nothing of an
 * older attempt is heard once a newer one began, that a silent socket counts as dead, and that a refusing or
 * overloaded vendor is asked less and less often.
 */
import { createParser } from 'eventsource-parser';
import { decodeEvent } from '@/lib/protocol/decode';
import { FeedError } from '@/lib/protocol/errors';
import type { ConnectionStatus, FeedEvent, FeedState } from '@/lib/protocol/events';
import type { FeedSettings } from './config';
import type { Gate } from './gate';
import type { HttpGet } from './http';
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
  /** An open reached `connected`: the first of this connection, or after a gap of `gapMs`. */
  onConnected(gap: { isFirst: boolean; gapMs: number }): void;
  onEvent(event: FeedEvent): void;
  /** What `status` or `problem` say is no longer what they said. */
  onChange(): void;
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

/** Connections opened by this process: each has its number in the log. */
let opened = 0;

type Attempt = {
  abort: AbortController;
  openedAt: number;
  /** When `connected` came. */
  connectedAt: number | null;
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
  let reconnects = 0;
  let hasConnected = false;
  let lastFrameAt: number | null = null;
  let brokenAt: number | null = null;
  let cursor: string | null = null;
  let problem: FeedError | null = null;
  let reported: FeedState = 'connecting';
  let reportedSince = startedAt;

  function state(): FeedState {
    const isOpen = attempt !== null && attempt.connectedAt !== null;
    if (problem?.code === 'unauthorized') return 'dead';
    const silentMs = timing.now() - (lastFrameAt ?? startedAt);
    if (silentMs >= settings.upstreamDeadMs) return 'dead';
    if (!hasConnected) return 'connecting';
    return isOpen && silentMs < settings.upstreamLateMs ? 'live' : 'late';
  }

  function report(): void {
    const now = state();
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
    const silentMs = timing.now() - (lastFrameAt ?? startedAt);
    const nextMs = [settings.upstreamLateMs - silentMs, settings.upstreamDeadMs - silentMs];
    cancelTimer = timing.schedule(watch, Math.min(leftMs, ...nextMs.filter((ms) => ms > 0)));
  }

  function open(): void {
    if (isClosed) return;
    const frozenMs = gate.waitMs();
    if (frozenMs > 0) {
      retryIn(frozenMs + timing.random() * 1000);
      return;
    }
    const current: Attempt = {
      abort: new AbortController(),
      openedAt: timing.now(),
      connectedAt: null,
    };
    attempt = current;
    watch();
    read(current).then(
      () => fail(current, new FeedError('upstream-http', 'The vendor closed the stream.')),
      (error: unknown) => fail(current, asFeedError(error, WHAT)),
    );
  }

  async function read(current: Attempt): Promise<void> {
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
        if (current === attempt) alive();
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
    for await (const chunk of answer.body) {
      if (current !== attempt) return;
      parser.feed(text.decode(chunk, { stream: true }));
    }
  }

  function alive(): void {
    lastFrameAt = timing.now();
    if (state() !== reported) {
      report();
      watch();
    }
  }

  function receive(current: Attempt, event: string, data: string, id: string | null): void {
    // "Connected" is the first frame, not the open socket. A server that leaves `connected` out is believed
    // by its first other frame.
    if (current.connectedAt === null) {
      current.connectedAt = timing.now();
      const isFirst = !hasConnected;
      const gapMs = brokenAt === null ? 0 : timing.now() - brokenAt;
      if (!isFirst) {
        reconnects += 1;
        meter.reconnected();
      }
      hasConnected = true;
      problem = null;
      brokenAt = null;
      alive();
      report();
      watch();
      on.onConnected({ isFirst, gapMs });
    } else {
      alive();
    }
    const decoded = decodeEvent(event, data, id);
    if (!decoded) return;
    if (decoded.entryId !== null) cursor = decoded.entryId;
    on.onEvent(decoded);
  }

  function fail(current: Attempt, error: FeedError): void {
    if (isClosed || current !== attempt) return;
    attempt = null;
    current.abort.abort();
    problem = error;
    const livedMs = current.connectedAt === null ? null : timing.now() - current.connectedAt;
    if (livedMs !== null) {
      brokenAt = lastFrameAt;
      if (livedMs >= settings.upstreamStableMs) {
        breaks = 0;
        failures = 0;
      }
    }
    report();
    retryIn(pauseMs(error, livedMs !== null));
  }

  function pauseMs(error: FeedError, wasConnected: boolean): number {
    if (error.code === 'unauthorized') return settings.upstreamRefusedMs;
    if (wasConnected) {
      breaks += 1;
      return breaks === 1 ? 0 : timing.random() * settings.upstreamRetryMs;
    }
    const ceiling = Math.min(
      settings.upstreamBackoffMaxMs,
      settings.upstreamBackoffMs * 2 ** Math.min(failures, 20),
    );
    failures += 1;
    return timing.random() * ceiling;
  }

  function retryIn(delayMs: number): void {
    cancelTimer();
    const openAt = timing.now() + delayMs;
    const step = () => {
      if (isClosed) return;
      if (state() !== reported) report();
      const leftMs = openAt - timing.now();
      if (leftMs <= 0) open();
      else cancelTimer = timing.schedule(step, Math.min(leftMs, 1_000));
    };
    cancelTimer = timing.schedule(step, Math.min(delayMs, 1_000));
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
