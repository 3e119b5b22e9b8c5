/** The feed and its route handlers over real HTTP, without a build: what Next adds is tested on the built server. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GET as health } from '@/app/api/health/route';
import { GET as history } from '@/app/api/history/route';
import { GET as metrics } from '@/app/api/metrics/route';
import { GET as snapshot } from '@/app/api/snapshot/[sport]/route';
import { GET as leagues } from '@/app/api/v3/leagues/active/route';
import { GET as sports } from '@/app/api/v3/sports/active/route';
import { GET as relay, HEAD as relayHead } from '@/app/api/v3/stream/copilot/[sport]/odds/route';
import { PASS_HEADER } from '@/lib/access/pass';
import { getMeter } from '@/lib/feed';
import { DEFAULT_FEED_SETTINGS, type FeedSettings } from '@/lib/feed/config';
import { createFeed, type Feed } from '@/lib/feed/feed';
import { httpGet } from '@/lib/feed/http';
import { createLog } from '@/lib/feed/log';
import { offerWriter } from '@/lib/feed/takeover';
import { systemTiming, type Timing } from '@/lib/feed/timing';

// Whoever waits for the feed takes it from here.
export { eventually } from './eventually';

type Handler = (
  request: Request,
  context: { params: Promise<{ sport: string }> },
) => Promise<Response>;

const ROUTES: readonly (readonly [path: RegExp, handle: Handler])[] = [
  [/^\/api\/v3\/stream\/copilot\/([^/]+)\/odds$/, relay],
  [/^\/api\/v3\/sports\/active$/, sports],
  [/^\/api\/v3\/leagues\/active$/, leagues],
  [/^\/api\/snapshot\/([^/]+)$/, snapshot],
  [/^\/api\/history$/, history],
  [/^\/api\/health$/, health],
  [/^\/api\/metrics$/, metrics],
];

/** Every wait a tenth or less of what it is, so that a test sees what takes a minute. */
export const QUICK: Partial<FeedSettings> = {
  subscribeDelayMs: 20,
  leagueLingerMs: 2_000,
  upstreamLateMs: 1_500,
  upstreamDeadMs: 2_500,
  upstreamOpenMs: 4_000,
  upstreamRetryMs: 200,
  upstreamBackoffMs: 50,
  upstreamBackoffMaxMs: 400,
  upstreamFreezeMs: 600,
  upstreamRefusedMs: 600,
  restTimeoutMs: 5_000,
  restRetryMs: 300,
  fixturesPollMs: 400,
  oddsRefreshMs: 400,
  catalogueMs: 500,
  leaguesMs: 500,
  unpricedMs: 600,
  pingMs: 300,
};

export type FeedServer = {
  feed: Feed;
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** Every line the feed logged. */
  lines: string[];
  stop(): Promise<void>;
};

/**
 * A feed alone, on a vendor over HTTP.
 * @param timing a clock of the test's own, and with it every wait as it is set by default
 */
export function openFeed(
  upstream: { baseUrl: string; key: string },
  settings: Partial<FeedSettings> = {},
  timing?: Timing,
): { feed: Feed; lines: string[] } {
  const lines: string[] = [];
  // As printed, so that what a log would leak is seen.
  const log = createLog({
    format: 'json',
    secrets: [upstream.key],
    write: (line) => void lines.push(line),
  });
  const feed = createFeed({
    source: 'simulator',
    upstream: { baseUrl: upstream.baseUrl, apiKey: upstream.key },
    settings: { ...DEFAULT_FEED_SETTINGS, ...(timing ? {} : QUICK), ...settings },
    timing: timing ?? systemTiming,
    log,
    get: httpGet,
    meter: getMeter(),
  });
  return { feed, lines };
}

/** The process's feed on a vendor, and its routes on a port of their own. One at a time. */
export async function startFeedServer(
  upstream: { baseUrl: string; key: string },
  settings: Partial<FeedSettings> = {},
  timing?: Timing,
  port = 0,
): Promise<FeedServer> {
  const { feed, lines } = openFeed(upstream, settings, timing);
  (globalThis as Record<symbol, unknown>)[Symbol.for('board.feed')] = feed;
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    // As the server around Next does.
    if (incoming.method === 'GET') offerWriter(incoming, outgoing);
    const abort = new AbortController();
    outgoing.on('close', () => abort.abort());
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
    headers.set(PASS_HEADER, 'open');
    const serve = async () => {
      for (const [path, handle] of ROUTES) {
        const match = path.exec(url.pathname);
        if (!match) continue;
        const sport = decodeURIComponent(match[1] ?? '');
        const request = new Request(url, { headers, signal: abort.signal });
        const isHead = incoming.method === 'HEAD' && handle === relay;
        const run = isHead ? relayHead : handle;
        const response = await run(request, { params: Promise.resolve({ sport }) });
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        if (!response.body) return outgoing.end();
        const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
        return pipeline(body, outgoing);
      }
      return outgoing.writeHead(404).end();
    };
    serve().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    feed,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lines,
    async stop() {
      await feed.shutdown();
      await closeServer(server);
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
