/** Every path of the API over real HTTP: what it answers, and how it refuses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSnapshot } from '@/lib/protocol/decode';
import { type Simulator, startSimulator } from '@/lib/simulator';
import { aQuery } from '@/tests/support/feed-deps';
import { eventually, type FeedServer, startFeedServer } from '@/tests/support/feed-server';

type Body = Record<string, unknown> & {
  data: Record<string, unknown>[];
  odds: Record<string, unknown>[];
  fixtures: Record<string, unknown>[];
  error: string;
  next: string | null;
  at: string;
};

const KEY = 'api-key-0007';
const answers: string[] = [];
let simulator: Simulator;
let server: FeedServer;

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, { headers });
  const text = await response.text();
  answers.push(text, JSON.stringify([...response.headers]));
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body };
}

beforeAll(async () => {
  simulator = await startSimulator({
    seed: 9,
    odds: 900,
    rate: 100,
    speed: 20,
    pingMs: 300,
    key: KEY,
  });
  server = await startFeedServer(simulator);
  await get('/api/snapshot/basketball');
});
afterAll(async () => {
  await server.stop();
  await simulator.stop();
});

describe('api', () => {
  it("lists active sports and leagues in the vendor's shape", async () => {
    const sports = await get('/api/v3/sports/active');
    expect(sports.status).toBe(200);
    expect(sports.body.data[0]).toMatchObject({
      id: 'basketball',
      name: 'Basketball',
      main_markets: [{ id: 'moneyline', name: 'Moneyline' }, {}, {}],
    });
    const leagues = await get('/api/v3/leagues/active?sport=basketball&sport=tennis');
    expect(leagues.status).toBe(200);
    expect(leagues.body.data).toContainEqual(expect.objectContaining({ id: 'nba', name: 'NBA' }));
    const of = leagues.body.data.map(({ sport }) => (sport as { id: string }).id);
    expect(new Set(of)).toEqual(new Set(['basketball', 'tennis']));
  });

  it('answers a snapshot with fixtures, odds and the position at which it was cut', async () => {
    const { status, body, headers } = await get('/api/snapshot/basketball');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ sport: 'basketball', partial: false, next: null });
    const snapshot = decodeSnapshot(body);
    expect(snapshot.rejected).toEqual([]);
    expect(snapshot.odds.length).toBeGreaterThan(50);
    const ids = new Set(snapshot.fixtures.map(({ id }) => id));
    for (const odd of snapshot.odds) expect(ids.has(odd.fixtureId)).toBe(true);
  });

  it('filters a snapshot by league, market and main line, by name or id', async () => {
    const { body } = await get(
      '/api/snapshot/basketball?league=nba&market=Point%20Spread&is_main=True',
    );
    expect(body.odds.length).toBeGreaterThan(0);
    for (const odd of body.odds) {
      expect(odd).toMatchObject({ league: 'NBA', market: 'Point Spread', is_main: true });
    }
    const none = await get('/api/snapshot/basketball?league=Nowhere');
    expect(none).toMatchObject({ status: 200, body: { odds: [], fixtures: [] } });
  });

  it('gives prices in the format asked for', async () => {
    const { body } = await get('/api/snapshot/basketball?odds_format=DECIMAL&limit=50');
    for (const { price } of body.odds) expect(Number(price)).toBeGreaterThan(1);
    expect(body.odds.every(({ price }) => Number(price) < 100)).toBe(true);
  });

  it('pages a snapshot', async () => {
    let page = await get('/api/snapshot/soccer?limit=40');
    const { at } = page.body;
    const seen: unknown[] = page.body.odds.map(({ id }) => id);
    expect(page.body.odds).toHaveLength(40);
    while (page.body.next !== null) {
      page = await get(`/api/snapshot/soccer?limit=40&page=${encodeURIComponent(page.body.next)}`);
      expect(page.body.at).toBe(at);
      seen.push(...page.body.odds.map(({ id }) => id));
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(80);
  });

  it('answers histories oldest first, with both origins and each point once', async () => {
    const viewer = new AbortController();
    const stream = server.feed.stream('basketball', aQuery(), {
      lastEventId: null,
      signal: viewer.signal,
    });
    void (async () => {
      for await (const _ of stream);
    })();
    await eventually(() => expect(server.feed.health().sports.basketball?.feed).toBe('live'));
    await new Promise((resolve) => setTimeout(resolve, 800));
    const { body: snapshot } = await get('/api/snapshot/basketball?is_live=true');
    const ids = snapshot.odds.slice(0, 10).map(({ id }) => String(id));
    const query = ids.map((id) => `id=${encodeURIComponent(id)}`).join('&');
    const { status, body } = await get(
      `/api/history?${query}&id=${encodeURIComponent(ids[0] ?? '')}`,
    );
    viewer.abort();
    expect(status).toBe(200);
    expect(body.data.map(({ id }) => id)).toEqual(ids);
    const entries = body.data.flatMap((odd) => odd.entries as Record<string, unknown>[]);
    expect(entries.some(({ origin }) => origin === 'vendor')).toBe(true);
    for (const odd of body.data) {
      const list = odd.entries as { timestamp: number; event: string; price: number }[];
      const keys = list.map(
        ({ event, timestamp, price }) => `${event} ${Math.floor(timestamp)} ${price}`,
      );
      expect(new Set(keys).size).toBe(keys.length);
      expect(list.map(({ timestamp }) => timestamp)).toEqual(
        list.map(({ timestamp }) => timestamp).sort((a, b) => a - b),
      );
    }
    const unknown = await get('/api/history?id=never-heard-of');
    expect(unknown).toMatchObject({
      status: 200,
      body: { data: [{ id: 'never-heard-of', entries: [] }] },
    });
  });

  it('answers its own part of a history, with a note, while the vendor refuses', async () => {
    simulator.faults.set('rest-forbidden', true);
    const { status, body } = await get('/api/history?id=a');
    simulator.faults.only([]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: [{ id: 'a', entries: [] }] });
    expect(String(body.note)).toContain('403');
  });

  it('answers health with every connection of every sport in use', async () => {
    const { status, body } = await get('/api/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      source: 'simulator',
      sports: { basketball: { odds: expect.any(Number), rejectedRows: {} } },
      viewers: expect.any(Number),
    });
  });

  it.each([
    ['/api/snapshot/basketball?is_live=perhaps', 400, 'is_live must be true or false'],
    ['/api/snapshot/basketball?limit=0', 400, 'limit must be'],
    ['/api/snapshot/basketball?limit=50001', 400, 'limit must be'],
    ['/api/snapshot/basketball?limit=ten', 400, 'limit must be'],
    ['/api/snapshot/basketball?page=../../etc', 400, 'page must be'],
    ['/api/snapshot/basketball?page=AAAAAAAAAAAA.40', 410, 'start again'],
    ['/api/snapshot/basketball?at=yesterday', 400, 'at must be'],
    ['/api/snapshot/basketball?at=99999999999999', 400, 'future'],
    ['/api/snapshot/basketball?at=1000-0', 410, 'held'],
    ['/api/snapshot/quidditch', 404, 'quidditch'],
    [`/api/snapshot/${'x'.repeat(500)}`, 404, 'is no sport'],
    ['/api/v3/stream/copilot/quidditch/odds', 404, 'quidditch'],
    ['/api/v3/stream/copilot/basketball/odds?is_main=7', 400, 'is_main must be true or false'],
    [
      '/api/v3/stream/copilot/basketball/odds?last_entry_id=yesterday',
      400,
      'last_entry_id must look',
    ],
    [`/api/v3/stream/copilot/basketball/odds?league=${'x'.repeat(5_000)}`, 400, 'league is 5000'],
    ['/api/v3/stream/copilot/basketball/odds?odds_format=roman', 400, 'odds_format must be'],
    ['/api/v3/stream/copilot/basketball/odds?version_id=x', 400, 'version_id must be'],
    ['/api/v3/leagues/active', 400, 'name a sport'],
    ['/api/v3/leagues/active?sport=quidditch', 404, 'quidditch'],
    ['/api/history', 400, 'name 1 to 10'],
    [
      `/api/history?${Array.from({ length: 11 }, (_, n) => `id=${n}`).join('&')}`,
      400,
      'at most 10',
    ],
    [`/api/history?id=${'x'.repeat(201)}`, 400, 'at most 200'],
  ])('refuses %.80s with %i and the reason', async (path, status, reason) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body)).toEqual(['error']);
    expect(answer.body.error).toContain(reason);
    expect(answer.body.error.length).toBeLessThan(300);
  });

  it('starts a browser afresh whose Last-Event-ID is malformed, instead of refusing it for ever', async () => {
    const abort = new AbortController();
    const response = await fetch(`${server.url}/api/v3/stream/copilot/basketball/odds`, {
      headers: { 'last-event-id': 'rubbish' },
      signal: abort.signal,
    });
    expect(response.status).toBe(200);
    const chunk = await response.body?.getReader().read();
    expect(new TextDecoder().decode(chunk?.value)).toContain('"reason":"unknown-position"');
    abort.abort();
  });

  it('answers HEAD for the relay without a viewer that would never leave', async () => {
    await eventually(() => expect(server.feed.health().viewers).toBe(0));
    const url = `${server.url}/api/v3/stream/copilot/basketball/odds`;
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(server.feed.health().viewers).toBe(0);
    expect((await fetch(`${url}?is_main=7`, { method: 'HEAD' })).status).toBe(400);
  });

  it("goes on from the browser's own position rather than from the one its URL was made with", async () => {
    const { body } = await get('/api/snapshot/basketball?limit=1');
    const open = async (position: string | null) => {
      const abort = new AbortController();
      const url = `${server.url}/api/v3/stream/copilot/basketball/odds?last_entry_id=${body.at}`;
      const headers: Record<string, string> = position ? { 'last-event-id': position } : {};
      const response = await fetch(url, { headers, signal: abort.signal });
      const chunk = await response.body?.getReader().read();
      abort.abort();
      return new TextDecoder().decode(chunk?.value);
    };
    expect(await open(null)).not.toContain('event: reset');
    expect(await open('5-0')).toContain('"reason":"too-old"');
  });

  it('never told the key', () => {
    expect(answers.length).toBeGreaterThan(40);
    const told = [...answers, ...server.lines].join('\n');
    expect(told.includes(KEY)).toBe(false);
  });
});
