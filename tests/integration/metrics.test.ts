/** Every figure of /api/metrics, over HTTP, by causing what it counts. */
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FeedSettings } from '@/lib/feed/config';
import { type Simulator, startSimulator } from '@/lib/simulator';
import { aWireRow } from '@/tests/support/builders';
import { eventually, type FeedServer, startFeedServer } from '@/tests/support/feed-server';
import { type Family, parsePrometheus, sampleOf } from '@/tests/support/prometheus';
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/support/scripted-upstream';

const SPORT = 'basketball';
const STREAM = `/api/v3/stream/copilot/${SPORT}/odds`;

let server: FeedServer;

async function scrape(): Promise<Map<string, Family>> {
  const response = await fetch(`${server.url}/api/metrics`);
  expect(response.status).toBe(200);
  return parsePrometheus(await response.text());
}

/** The value of a series now; the process counts over all tests, so that each compares with what was before it. */
const value = async (series: string) => sampleOf(await scrape(), series);

/** Causes something, and waits until each of `series` has grown by what is said, or by at least 1. */
async function expectGrowth(
  series: Record<string, number | 'some'>,
  cause: () => Promise<void> | void,
): Promise<void> {
  const before = await scrape();
  await cause();
  await eventually(async () => {
    const now = await scrape();
    for (const [name, grown] of Object.entries(series)) {
      const difference = sampleOf(now, name) - sampleOf(before, name);
      if (grown === 'some') expect(difference, name).toBeGreaterThan(0);
      else expect(difference, name).toBe(grown);
    }
  });
}

type Client = { text(): string; isDone(): boolean; stop(): void };

const clients = new Set<Client>();

async function open(query = '', position?: string): Promise<Client> {
  const abort = new AbortController();
  const headers: Record<string, string> = position ? { 'last-event-id': position } : {};
  const response = await fetch(`${server.url}${STREAM}${query}`, {
    headers,
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  let text = '';
  let isDone = false;
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
    }
  })()
    .catch(() => {})
    .finally(() => {
      isDone = true;
    });
  const client = { text: () => text, isDone: () => isDone, stop: () => abort.abort() };
  clients.add(client);
  return client;
}

const gone = async () => {
  for (const client of clients) client.stop();
  clients.clear();
  await eventually(() => expect(server.feed.health().viewers).toBe(0));
};

describe('metrics of a feed on the simulator', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({ seed: 11, odds: 400, rate: 200, key: 'metrics-key-0815' });
    server = await startFeedServer(simulator, { viewers: 1_100 });
  });
  afterAll(async () => {
    await server.stop();
    await simulator.stop();
  });
  afterEach(async () => {
    simulator.faults.only([]);
  });

  it('counts viewers and distinct filters by sport, and forgets them as they go', async () => {
    await open();
    await open();
    await open('?league=NBA');
    expect(await value(`board_viewers{sport="${SPORT}"}`)).toBe(3);
    expect(await value(`board_filters{sport="${SPORT}"}`)).toBe(2);
    await gone();
    expect(await value(`board_viewers{sport="${SPORT}"}`)).toBe(0);
    expect(await value(`board_filters{sport="${SPORT}"}`)).toBe(0);
  });

  it('counts entries, deliveries, bytes and lag while prices flow to two viewers', async () => {
    const clients = [await open(), await open()];
    const some = 'some' as const;
    await expectGrowth(
      {
        board_entries_appended_total: some,
        board_deliveries_total: some,
        board_sent_bytes_total: some,
        board_lag_seconds_count: some,
        'board_lag_seconds_bucket{le="+Inf"}': some,
      },
      async () => {
        await eventually(() => {
          for (const client of clients) expect(client.text()).toContain('event: copilot-odds');
        });
      },
    );
    simulator.pause();
    const lag = (await scrape()).get('board_lag_seconds');
    const bounds = [...(lag?.samples.keys() ?? [])].flatMap(
      (key) => /le="([\d.]+)"/.exec(key)?.[1] ?? [],
    );
    expect(bounds.map(Number)).toEqual([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  });

  it('tells what is held: journal, odds, fixtures', async () => {
    await open();
    await eventually(async () => {
      const now = await scrape();
      for (const name of ['journal_entries', 'journal_rows', 'journal_bytes', 'odds', 'fixtures']) {
        expect(sampleOf(now, `board_${name}{sport="${SPORT}"}`), name).toBeGreaterThan(0);
      }
    });
    const health = await (await fetch(`${server.url}/api/health`)).json();
    expect(health.sports[SPORT].journal.bytes).toBeGreaterThan(health.sports[SPORT].journal.rows);
  });

  it('counts resumes, and resets by reason', async () => {
    const client = await open();
    await eventually(() => expect(client.text()).toMatch(/^id: \d+-\d+$/m));
    const position = /^id: (\d+-\d+)$/m.exec(client.text())?.[1] ?? '';
    await expectGrowth(
      {
        board_resumes_total: 1,
        'board_resets_total{reason="too-old"}': 1,
        'board_resets_total{reason="unknown-position"}': 2,
      },
      async () => {
        await open('', position);
        await open('', '1-0');
        await open('', '99999999999999-0');
        await open('', 'nonsense');
      },
    );
  });

  it('counts viewers that left', async () => {
    const client = await open();
    await expectGrowth({ 'board_viewers_ended_total{reason="left"}': 1 }, () => client.stop());
  });

  it('counts a cut of the vendor as reconnect and gap, with its length and how it was healed', async () => {
    const client = await open();
    await eventually(async () =>
      expect(await value(`board_upstream_connections{sport="${SPORT}",state="live"}`)).toBe(1),
    );
    const healed = async () => {
      const now = await scrape();
      const sum = (name: string) =>
        [...(now.get(name)?.samples.values() ?? [])].reduce((all, one) => all + one, 0);
      return { gaps: sum('board_gaps_total'), seconds: sum('board_gaps_seconds_total') };
    };
    const before = await healed();
    await expectGrowth({ board_upstream_reconnects_total: 1 }, () => simulator.cutStreams());
    await eventually(async () => {
      const now = await healed();
      expect(now.gaps).toBeGreaterThan(before.gaps);
      expect(now.seconds).toBeGreaterThan(before.seconds);
    });
    expect(client.isDone()).toBe(false);
  });

  it('tells the state of every connection and the age of its last frame', async () => {
    await open();
    const state = (name: string) =>
      value(`board_upstream_connections{sport="${SPORT}",state="${name}"}`);
    const age = `board_upstream_last_frame_age_seconds{sport="${SPORT}",connection="0"}`;
    await eventually(async () => expect(await state('live')).toBe(1));
    expect(await value(age)).toBeLessThan(60);
    simulator.faults.set('silent-stall', true);
    await eventually(async () => expect((await state('late')) + (await state('dead'))).toBe(1));
    expect(await value(age)).toBeGreaterThan(1);
    expect(await value(`board_feed_state{sport="${SPORT}",state="live"}`)).toBe(0);
    simulator.faults.set('silent-stall', false);
    await eventually(async () => expect(await state('live')).toBe(1));
    // Later than the connection: what it missed is read first.
    await eventually(async () =>
      expect(await value(`board_feed_state{sport="${SPORT}",state="live"}`)).toBe(1),
    );
  });

  it('counts REST requests by how they ended', async () => {
    await open();
    await expectGrowth({ 'board_rest_requests_total{outcome="ok"}': 'some' }, () => {});
    simulator.faults.set('rest-forbidden', true);
    await expectGrowth({ 'board_rest_requests_total{outcome="unauthorized"}': 'some' }, () => {});
    simulator.faults.set('rest-forbidden', false);
  });

  it("counts the vendor's broken rows by reason", async () => {
    await open();
    await eventually(() => expect(simulator.openStreams()).toBeGreaterThan(0));
    await expectGrowth({ 'board_rows_rejected_total{reason="bad-price"}': 'some' }, () => {
      simulator.send(SPORT, 'copilot-odds', {
        type: 'copilot-odds',
        data: [aWireRow({ price: 'cheap' })],
      });
    });
  });

  it('has no more series for many filters and leagues of any name', async () => {
    await open();
    const before = await scrape();
    const series = (families: Map<string, Family>) =>
      [...families.values()]
        .filter(({ name }) => name.startsWith('board_'))
        .reduce((count, { samples }) => count + samples.size, 0);
    const weird = ['"', '\\', '\n', '{a="b"}', 'ß', '‮', '🏀', '# HELP x y'];
    for (let lot = 0; lot < 1; lot += 1) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => {
          const name = `${weird[index % weird.length]} ${lot * 100 + index}`;
          return open(`?league=${encodeURIComponent(name)}`);
        }),
      );
    }
    await eventually(async () => expect(await value(`board_filters{sport="${SPORT}"}`)).toBe(101));
    // Its leagues are subscribed over connections, each of which has one age and no more than 33 are told apart.
    await eventually(async () => {
      const now = await scrape();
      expect(series(now) - series(before)).toBeLessThanOrEqual(33);
      expect(now.get('board_upstream_last_frame_age_seconds')?.samples.size).toBeLessThanOrEqual(
        33,
      );
    });
  });

  it('serves a figure only with help, type and a name as Prometheus asks for it', async () => {
    const response = await fetch(`${server.url}/api/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const text = await response.text();
    expect(text).not.toContain(simulator.key);
    const families = [...parsePrometheus(text).values()];
    expect(families.length).toBeGreaterThan(40);
    for (const { name, type, help } of families) {
      expect(help.length, name).toBeGreaterThan(5);
      expect(['counter', 'gauge', 'histogram'], name).toContain(type);
      if (!name.startsWith('board_')) continue;
      expect(name).toMatch(/^board_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, 'base units').not.toMatch(/_(ms|millis|minutes|kb|mb|kib|percent)(_|$)/);
      expect(help, name).toMatch(/\.$/);
    }
  });

  it('tells event loop, processor, memory and garbage collection of the process', async () => {
    const now = await scrape();
    const delay = (percentile: number) =>
      value(`board_event_loop_delay_seconds{percentile="${percentile}"}`);
    const end = Date.now() + 300;
    while (Date.now() < end);
    await eventually(async () => expect(await delay(100)).toBeGreaterThan(0.2));
    expect(await delay(50)).toBeLessThan(await delay(100));
    expect(await delay(90)).toBeLessThanOrEqual(await delay(99));
    expect(sampleOf(now, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    const cpu = () => value('process_cpu_seconds_total');
    const before = await cpu();
    await eventually(async () => expect(await cpu()).toBeGreaterThan(before));
    expect(now.get('nodejs_gc_duration_seconds')?.type).toBe('histogram');
  });
});

describe('metrics of a feed on a scripted vendor', () => {
  let upstream: ScriptedUpstream;
  const start = async (settings: Partial<FeedSettings>) => {
    upstream = await startScriptedUpstream({});
    server = await startFeedServer(upstream, {
      upstreamLateMs: 20_000,
      upstreamDeadMs: 30_000,
      ...settings,
    });
  };
  const stop = async () => {
    await server.stop();
    await upstream.stop();
  };
  /** Changes 20 prices, in 200 KB. */
  const flood = (price: number) => {
    const rows = Array.from({ length: 20 }, (_, index) =>
      aWireRow({ fixture_id: `FX${index}`, price, note: 'x'.repeat(10_000) }),
    );
    upstream.send(
      `event: copilot-odds\ndata: ${JSON.stringify({ type: 'copilot-odds', data: rows })}\n\n`,
    );
  };

  it('counts a request refused for want of room', async () => {
    await start({ viewers: 1 });
    await open();
    await expectGrowth({ 'board_requests_refused_total{reason="viewers"}': 1 }, async () => {
      expect((await fetch(`${server.url}${STREAM}`)).status).toBe(503);
    });
    await gone();
    await stop();
  });

  it('counts a REST request that found nothing', async () => {
    await start({});
    await expectGrowth({ 'board_rest_requests_total{outcome="upstream-http"}': 'some' }, () => {
      void open();
    });
    await stop();
    clients.clear();
  });

  /** A viewer that takes nothing until told. */
  const sleeper = async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.pause();
    socket.write(`GET ${STREAM} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    await eventually(() => expect(server.feed.health().viewers).toBe(1));
    await eventually(() => expect(upstream.openStreams()).toBe(1));
    return socket;
  };

  it('counts newest values sent instead of a backlog', async () => {
    await start({ viewerBytes: 65_536 });
    const socket = await sleeper();
    await expectGrowth({ board_conflations_total: 'some' }, async () => {
      // More than the system's own buffers take.
      for (let price = 100; price < 300; price += 1) {
        flood(price);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      socket.resume();
    });
    socket.destroy();
    await stop();
  });

  it('counts a viewer that takes nothing as stalled, and those that a shutdown ends', async () => {
    await start({ viewerBytes: 65_536, viewerStallMs: 500 });
    const socket = await sleeper();
    await expectGrowth({ 'board_viewers_ended_total{reason="stalled"}': 1 }, async () => {
      for (let price = 100; price < 300; price += 1) {
        flood(price);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    socket.destroy();
    await open();
    await open();
    await expectGrowth({ 'board_viewers_ended_total{reason="shutdown"}': 2 }, () =>
      server.feed.shutdown(),
    );
    await stop();
    clients.clear();
  });
});
