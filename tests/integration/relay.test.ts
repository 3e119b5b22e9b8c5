/** The relay over real HTTP: as a vendor's client, a browser and a crowd of viewers see it. */
import { readFileSync } from 'node:fs';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '@/lib/simulator';
import { aWireRow, ROW_SECONDS } from '@/tests/support/builders';
import { seededRandom } from '@/tests/support/fake-timing';
import { aQuery } from '@/tests/support/feed-deps';
import { eventually, type FeedServer, startFeedServer } from '@/tests/support/feed-server';
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/support/scripted-upstream';
import { parseSseText } from '@/tests/support/sse-text';

type Heard = { event: string; data: string; id: string };
type Row = Record<string, unknown>;

const VENDOR_EVENTS = [
  'connected',
  'ping',
  'copilot-odds',
  'copilot-locked-odds',
  'copilot-settled-odds',
  'fixture-status',
];

/** A client as the vendor's page shows it for Node: repeated parameters, the key in the URL, a listener per name. */
function vendorClient(
  host: string,
  sport: string,
  filters: Record<string, string[]>,
  names: readonly string[] = VENDOR_EVENTS,
) {
  const params = new URLSearchParams();
  params.append('key', 'viewer-token-of-the-desk');
  for (const [name, values] of Object.entries(filters)) {
    for (const value of values) params.append(name, value);
  }
  const heard: Heard[] = [];
  const errors: unknown[] = [];
  const source = new EventSource(`${host}/api/v3/stream/copilot/${sport}/odds?${params}`);
  for (const event of names) {
    source.addEventListener(event, ({ data, lastEventId }) => {
      heard.push({ event, data, id: lastEventId });
    });
  }
  source.addEventListener('error', (error) => errors.push(error));
  const rows = () =>
    heard
      .filter(({ event }) => event.startsWith('copilot'))
      .flatMap(({ data }) => JSON.parse(data).data as Row[]);
  return { heard, errors, rows, close: () => source.close() };
}

describe('relay on the simulator', () => {
  let simulator: Simulator;
  let server: FeedServer;

  beforeAll(async () => {
    simulator = await startSimulator({
      seed: 3,
      odds: 800,
      rate: 300,
      speed: 20,
      pingMs: 300,
      key: 'relay-key-0815',
    });
    server = await startFeedServer(simulator);
  });
  afterAll(async () => {
    await server.stop();
    await simulator.stop();
  });

  it("serves the vendor's Node client, which gets only what it filtered for and every field of every row", async () => {
    const filters = { league: ['NBA', 'NCAAB'], market: ['Moneyline', 'total_points'] };
    const client = vendorClient(server.url, 'basketball', filters);
    const upstream = await fetch(
      `${simulator.baseUrl}/stream/copilot/basketball/odds?league=NBA&league=NCAAB`,
      {
        headers: { 'x-api-key': simulator.key },
      },
    );
    let text = '';
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of upstream.body as unknown as AsyncIterable<Uint8Array>) {
        text += decoder.decode(chunk, { stream: true });
      }
    })().catch(() => {});
    await eventually(() => expect(client.rows().length).toBeGreaterThan(30));
    const got = client.rows();
    client.close();
    // What a read brought to light carries REST's fields; what the stream brought is compared with the stream.
    const streamed = client.heard
      .filter(({ data }) => data.includes('"upstream_entry_id"'))
      .flatMap(({ data }) => JSON.parse(data).data as Row[]);
    expect(client.heard[0]).toMatchObject({ event: 'connected', data: 'ok go' });
    for (const row of got) {
      expect(['NBA', 'NCAAB']).toContain(row.league);
      expect(['Moneyline', 'Total Points']).toContain(row.market);
    }
    await eventually(() => {
      const sent = new Set(
        parseSseText(text)
          .filter(({ event }) => event?.startsWith('copilot'))
          .flatMap(({ data }) =>
            (JSON.parse(data).data as Row[]).map((row) => JSON.stringify(row)),
          ),
      );
      // The last rows may be on their way on the other connection.
      const missing = streamed.filter((row) => !sent.has(JSON.stringify(row)));
      expect(streamed.length).toBeGreaterThan(10);
      expect(missing.length).toBeLessThan(streamed.length / 4);
      expect(sent.size).toBeGreaterThan(30);
    });
    await upstream.body?.cancel().catch(() => {});
    simulator.cutStreams();
    await reading;
  });

  it('carries ids that only grow and equal the entry id of their payload', async () => {
    const client = vendorClient(server.url, 'basketball', {});
    await eventually(() => expect(client.rows().length).toBeGreaterThan(20));
    client.close();
    const odds = client.heard.filter(({ event }) => event.startsWith('copilot'));
    for (const { id, data } of odds) expect(JSON.parse(data).entry_id).toBe(id);
    const ids = odds.map(({ id }) => id.split('-').map(Number) as [number, number]);
    for (let index = 1; index < ids.length; index += 1) {
      const [before, after] = [ids[index - 1], ids[index]] as [[number, number], [number, number]];
      expect(after[0] > before[0] || (after[0] === before[0] && after[1] > before[1])).toBe(true);
    }
  });

  it('answers at once, as an event stream that nobody may buffer', async () => {
    const abort = new AbortController();
    const response = await fetch(`${server.url}/api/v3/stream/copilot/tennis/odds?league=Nowhere`, {
      signal: abort.signal,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(first.startsWith('event: connected\nretry: 5000\ndata: ok go\n\n')).toBe(true);
    abort.abort();
  });

  it('loses and doubles nothing over broken connections that resume', async () => {
    const path = '/api/v3/stream/copilot/soccer/odds';
    const whole = await collect(`${server.url}${path}`, null, () => false);
    // Whoever goes on from before a league was read for the first time is told to read the snapshot.
    await eventually(() =>
      expect(server.feed.status('soccer', aQuery())).toMatchObject({ partial: false }),
    );
    const pieces: Heard[] = [];
    let position: string | null = null;
    for (let round = 0; round < 4; round += 1) {
      const part: Collected = await collect(
        `${server.url}${path}`,
        position,
        (events) => events.length >= 6,
      );
      await eventually(() => expect(part.isDone()).toBe(true));
      for (const event of part.events) {
        if (event.event.startsWith('copilot')) pieces.push(event);
        if (event.id) position = event.id;
      }
    }
    await eventually(() => {
      const seen = whole.events.filter(({ event }) => event.startsWith('copilot'));
      const start = seen.findIndex(({ id }) => id === pieces[0]?.id);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(seen.slice(start, start + pieces.length)).toEqual(pieces);
    });
    expect(pieces.length).toBeGreaterThan(3);
    whole.stop();
  });

  it('lets go of 60 viewers that come and go, and of the upstream after them', async () => {
    await eventually(() => expect(server.feed.health().viewers).toBe(0));
    for (let round = 0; round < 3; round += 1) {
      const parts = await Promise.all(
        Array.from({ length: 20 }, () =>
          collect(`${server.url}/api/v3/stream/copilot/baseball/odds`, null, () => false),
        ),
      );
      await eventually(() => expect(server.feed.health().viewers).toBe(20));
      for (const part of parts) part.stop();
      await eventually(() => expect(server.feed.health().viewers).toBe(0));
    }
    await eventually(() => {
      expect(server.feed.health().sports.baseball?.connections).toEqual([]);
    });
  });

  it('never told the key', () => {
    const told = `${server.lines.join('\n')}${JSON.stringify(server.feed.health())}`;
    expect(told.includes(simulator.key)).toBe(false);
  });
});

type Collected = { events: Heard[]; stop(): void; isDone(): boolean };

/** Reads a stream until `isEnough`, then breaks the connection. */
async function collect(
  url: string,
  position: string | null,
  isEnough: (events: readonly Heard[]) => boolean,
): Promise<Collected> {
  const abort = new AbortController();
  const response = await fetch(url, {
    headers: position === null ? {} : { 'last-event-id': position },
    signal: abort.signal,
  });
  let text = '';
  let isDone = false;
  const events: Heard[] = [];
  const decoder = new TextDecoder();
  void (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const end = text.lastIndexOf('\n\n') + 2;
      for (const { event = '', data, id = '' } of parseSseText(text.slice(0, end))) {
        events.push({ event, data, id });
      }
      text = text.slice(end);
      if (isEnough(events)) abort.abort();
    }
  })()
    .catch(() => {})
    .finally(() => {
      isDone = true;
    });
  return { events, stop: () => abort.abort(), isDone: () => isDone };
}

describe('relay on a scripted vendor', () => {
  let upstream: ScriptedUpstream;
  let server: FeedServer;
  const open = async (answers: Record<string, unknown>) => {
    upstream = await startScriptedUpstream(answers);
    server = await startFeedServer(upstream, { upstreamLateMs: 20_000, upstreamDeadMs: 30_000 });
  };
  const close = async () => {
    await server.stop();
    await upstream.stop();
  };

  it("passes the vendor's sample frames on, every field as it was, where REST answers nothing", async () => {
    await open({});
    const sample = readFileSync(new URL('../samples/seed-events.sse', import.meta.url), 'utf8');
    const client = vendorClient(server.url, 'basketball', { include_fixture_updates: ['true'] });
    await eventually(() => expect(upstream.openStreams()).toBe(1));
    upstream.send(sample);
    const wanted = parseSseText(sample).filter(({ data }) => data.startsWith('{'));
    await eventually(() => {
      const got = client.heard.filter(({ event }) => !['connected', 'ping'].includes(event));
      expect(got.map(({ event }) => event)).toEqual(wanted.map(({ event }) => event));
      got.forEach(({ data, id }, index) => {
        const original = JSON.parse(wanted[index]?.data ?? '');
        expect(JSON.parse(data)).toEqual({
          ...original,
          entry_id: id,
          upstream_entry_id: original.entry_id,
        });
      });
    });
    client.close();
    const answer = await fetch(`${server.url}/api/snapshot/basketball`);
    const body = (await answer.json()) as { partial: boolean; odds: Row[]; fixtures: Row[] };
    expect(body.partial).toBe(true);
    expect(body.odds.map(({ price, state, settlement }) => [price, state, settlement])).toEqual(
      expect.arrayContaining([
        [-196, 'open', null],
        [-103, 'settled', 'Won'],
      ]),
    );
    expect(body.fixtures.map(({ id }) => id).sort()).toEqual([
      '4825158B6424',
      'D86AB59E8025',
      'E145B23767E0',
      'FB0D30DCDD6C',
    ]);
    // What viewers carry as a key stays here, the vendor's own goes in a header.
    for (const query of upstream.opened) expect(query.has('key')).toBe(false);
    for (const header of upstream.headers) expect(header['x-api-key']).toBe(upstream.key);
    await close();
  });

  it('carries 60 viewers with different filters over 23 leagues on 3 connections, each with exactly its rows', async () => {
    const names = Array.from(
      { length: 23 },
      (_, index) => `League ${String(index).padStart(2, '0')}`,
    );
    await open({
      'leagues/active': {
        data: names.map((name) => ({
          id: name.toLowerCase().replace(' ', '_'),
          name,
          sport: { id: 'basketball' },
        })),
      },
      'copilot/versions': { data: [] },
      'fixtures/active': { data: [], page: 1, has_more: false },
    });
    const markets = ['Moneyline', 'Point Spread', 'Total Points'];
    const random = seededRandom(23);
    const crowd = Array.from({ length: 60 }, (_, index) => {
      const leagues = [names[index % 23] as string, names[(index * 5) % 23] as string];
      const own = markets.filter(() => random() < 0.5);
      return {
        leagues,
        markets: own,
        client: vendorClient(server.url, 'basketball', { league: leagues, market: own }),
      };
    });
    await eventually(() => {
      // As the vendor does every few seconds: a connection that was replaced is let go once it has spoken again.
      upstream.send('event: ping\ndata: 2026-11-22T20:00:00Z\n\n');
      expect(server.feed.health().viewers).toBe(60);
      expect(upstream.openStreams()).toBe(3);
      const health = server.feed.health().sports.basketball;
      expect(health?.connections.flatMap(({ leagues }) => leagues).sort()).toEqual(names);
      expect(health?.connections.every(({ state }) => state === 'live')).toBe(true);
    });
    const rows = names.flatMap((league, index) =>
      markets.map((market, offset) =>
        aWireRow({
          id: `${league} ${market}`,
          league,
          market,
          fixture_id: `F${index}`,
          price: 100 + index + offset,
          timestamp: ROW_SECONDS + index,
        }),
      ),
    );
    const event = { entry_id: '1795000000000-1', data: rows, type: 'copilot-odds' };
    upstream.send(
      `event: copilot-odds\nid: 1795000000000-1\nretry: 5000\ndata: ${JSON.stringify(event)}\n\n`,
    );
    for (const { leagues, markets: own, client } of crowd) {
      const wanted = rows.filter(
        ({ league, market }) =>
          leagues.includes(String(league)) && (own.length === 0 || own.includes(String(market))),
      );
      await eventually(() => expect(client.rows()).toEqual(wanted));
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(upstream.openStreams()).toBe(3);
    for (const { client } of crowd) client.close();
    await close();
  });

  it('asks its viewers to come back soon when it ends', async () => {
    await open({});
    const part = await collect(
      `${server.url}/api/v3/stream/copilot/basketball/odds`,
      null,
      () => false,
    );
    await eventually(() => expect(part.events.length).toBeGreaterThan(1));
    await server.feed.shutdown();
    await eventually(() => expect(part.isDone()).toBe(true));
    expect(part.events.at(-1)?.event).toBe('ping');
    const answer = await fetch(`${server.url}/api/v3/stream/copilot/basketball/odds`);
    expect(answer.status).toBe(503);
    await close();
  });
});
