/** The feed's door: the only way into this folder but for its settings. */
import 'server-only';
import { parseEntryId } from '@/lib/protocol/entry-id';
import type { FeedSource } from '@/lib/protocol/events';
import { readConfig } from './config';
import { createFeed, type Feed } from './feed';
import { httpGet } from './http';
import { openLog } from './log';
import { METRICS, type Meter } from './meter';
import { createMetrics, type Metrics } from './metrics';
import { systemTiming } from './timing';

export type { Feed, FirstScreen, Health } from './feed';
export { openLog } from './log';
export { isSnapshotError } from './snapshot';
export { acceptEncoding, acceptWriter } from './takeover';

const FEED = Symbol.for('board.feed');

// A bundle may hold this module more than once; the process holds one feed, and counts once.
const shared = globalThis as { [FEED]?: Feed; [METRICS]?: Metrics };

function processMetrics(): Metrics {
  shared[METRICS] ??= createMetrics();
  return shared[METRICS];
}

/** Opens the process's feed on a vendor: once, at the start. */
export function startFeed(upstream: { baseUrl: string; apiKey: string; source: FeedSource }): Feed {
  const { source, baseUrl, apiKey } = upstream;
  const config = readConfig();
  const feed = createFeed({
    source,
    upstream: { baseUrl, apiKey },
    settings: config.feed,
    timing: systemTiming,
    log: openLog(config, [apiKey]),
    meter: getMeter(),
    get: httpGet,
  });
  shared[FEED] = feed;
  return feed;
}

/** The process's feed. @throws where the start has not opened it */
export function getFeed(): Feed {
  const feed = shared[FEED];
  if (!feed) throw new Error('the feed is opened by instrumentation.ts when the server starts');
  return feed;
}

/** What the process counts about itself; also before the feed is opened. */
export function getMeter(): Meter {
  return processMetrics().meter;
}

/** All figures of the process, in Prometheus' text format. */
export async function readMetrics(): Promise<{ text: string; contentType: string }> {
  const metrics = processMetrics();
  const text = await metrics.text(shared[FEED]?.health() ?? null);
  return { text, contentType: metrics.contentType };
}

/** The position that a browser's `Last-Event-ID` header names, as its stream takes it. */
export function readLastEventId(headers: Headers): string | null {
  const given = headers.get('last-event-id');
  if (given === null || given === '') return null;
  // A refusal would stop a browser for ever, so a malformed one is a position that nobody knows.
  return parseEntryId(given) ? given : 'unknown';
}
