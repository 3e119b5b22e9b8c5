import { describe, expect, it } from 'vitest';
import { DEFAULT_FEED_SETTINGS, type FeedSettings } from '@/lib/feed/config';
import { createGate } from '@/lib/feed/gate';
import type { HttpGet } from '@/lib/feed/http';
import { createRest } from '@/lib/feed/rest';
import { createFakeTiming } from '@/tests/support/fake-timing';
import { aWireFixture } from '@/tests/support/feed-deps';

type Reply = {
  status?: number;
  contentType?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Never answers. */
  hangs?: boolean;
  error?: Error;
};

const KEY = 'secret-key-1';

function createKit(reply: (path: string, url: URL) => Reply, settings: Partial<FeedSettings> = {}) {
  const timing = createFakeTiming();
  const asked: URL[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  const get: HttpGet = async (url, { headers, signal }) => {
    asked.push(url);
    expect(headers['x-api-key']).toBe(KEY);
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    await timing.settle();
    underWay -= 1;
    const found = reply(url.pathname.replace('/api/v3/', ''), url);
    if (found.error) throw found.error;
    if (found.hangs) {
      await new Promise((_, reject) => {
        if (signal.aborted) reject(new Error('aborted'));
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    }
    const text = typeof found.body === 'string' ? found.body : JSON.stringify(found.body ?? {});
    return {
      status: found.status ?? 200,
      contentType: found.contentType ?? 'application/json',
      header: (name) => found.headers?.[name] ?? null,
      body: (async function* () {
        yield new TextEncoder().encode(text);
      })(),
      hold: () => () => {},
      discard: () => {},
    };
  };
  const all = { ...DEFAULT_FEED_SETTINGS, ...settings };
  const gate = createGate(timing, all.upstreamFreezeMs);
  const rest = createRest({
    get,
    baseUrl: 'http://vendor/api/v3',
    apiKey: KEY,
    timing,
    gate,
    settings: all,
  });
  const paths = () => asked.map(({ pathname }) => pathname.replace('/api/v3/', ''));
  return { rest, timing, gate, asked, paths, mostUnderWay: () => mostUnderWay };
}

const fixture = (id: string) => aWireFixture({ id });

describe('rest', () => {
  it('takes a long answer apart in steps, between which others have their turn', async () => {
    const { rest, timing } = createKit(() => ({
      body: {
        data: Array.from({ length: 40 }, (_, index) => ({ ...fixture(`F${index}`), odds: [] })),
      },
    }));
    const start = timing.now();
    let looks = 0;
    timing.now = () => start + looks++;
    let turns = 0;
    timing.schedule = (task, delayMs) => {
      if (delayMs === 0) {
        turns += 1;
        setImmediate(task);
      }
      return () => {};
    };
    expect((await rest.odds(['F0'], 'open')).fixtures).toHaveLength(40);
    expect(turns).toBeGreaterThan(10);
  });

  it('follows pages by has_more and by total_pages, and stops where neither is said', async () => {
    for (const [more, pages] of [
      [(page: number) => ({ has_more: page < 3 }), 3],
      [() => ({ total_pages: 2 }), 2],
      [(page: number) => ({ has_more: String(page < 3) }), 3],
      [() => ({ total_pages: '2', has_more: null }), 2],
      [() => ({}), 1],
    ] as const) {
      const { rest } = createKit((path, url) => {
        if (path === 'copilot/versions') return { body: { data: [] } };
        const page = Number(url.searchParams.get('page'));
        return { body: { data: [fixture(`F${page}`)], page, ...more(page) } };
      });
      expect((await rest.fixtures('basketball', ['NBA'])).fixtures).toHaveLength(pages);
    }
  });

  it('keeps leagues of the sport asked for, whether the row says it by id, by name or not at all', async () => {
    const { rest } = createKit(() => ({
      body: {
        data: [
          { id: 'nba', name: 'NBA', sport: { id: 'basketball', name: 'Basketball' } },
          { name: 'NCAAB', sport: 'Basketball' },
          { id: 'wnba', name: 'WNBA' },
          { id: 'atp', name: 'ATP', sport: 'tennis' },
          { id: 'wta', name: 'WTA', sport: { id: 'tennis' } },
          { id: 'nameless' },
        ],
      },
    }));
    const { leagues, unreadable } = await rest.leagues('basketball');
    expect(unreadable).toBe(1);
    expect(leagues.map(({ id, name }) => [id, name])).toEqual([
      ['nba', 'NBA'],
      ['NCAAB', 'NCAAB'],
      ['wnba', 'WNBA'],
    ]);
  });

  it('keeps the versions it knows when they cannot be read again, and asks again soon', async () => {
    let areRefused = true;
    const { rest, timing, paths } = createKit((path) => {
      if (path !== 'copilot/versions') return { body: { data: [fixture(path)] } };
      return areRefused ? { status: 500 } : { body: { data: [{ id: 1 }] } };
    });
    const read = async () => (await rest.fixtures('basketball', [])).fixtures.map(({ id }) => id);
    expect(await read()).toEqual(['fixtures/active']);
    areRefused = false;
    await timing.advance(31_000);
    expect(await read()).toEqual(['copilot/fixtures']);
    areRefused = true;
    await timing.advance(301_000);
    expect(await read()).toEqual(['copilot/fixtures']);
    expect(paths().filter((path) => path === 'copilot/versions')).toHaveLength(3);
  });

  it('ends at a vendor that always has more', async () => {
    const { rest, asked } = createKit((path) =>
      path === 'copilot/versions'
        ? { body: { data: [] } }
        : { body: { data: [fixture('F')], has_more: true } },
    );
    await rest.fixtures('basketball', []);
    expect(asked.length).toBeLessThan(250);
  });

  it('reads the fixtures of copilot by its versions, and the active ones where copilot refuses', async () => {
    const good = createKit((path) =>
      path === 'copilot/versions'
        ? { body: { data: [{ id: 12, name: 'Default' }] } }
        : { body: { data: [fixture('F')], has_more: false } },
    );
    await good.rest.fixtures('basketball', ['NBA']);
    expect(good.paths()).toEqual(['copilot/versions', 'copilot/fixtures']);
    expect(good.asked[1]?.search).toBe('?sport=basketball&league=NBA&copilot_version_id=12&page=1');

    const refused = createKit((path) =>
      path.startsWith('copilot/') ? { status: 403 } : { body: { data: [fixture('F')] } },
    );
    expect((await refused.rest.fixtures('basketball', [])).fixtures).toHaveLength(1);
    expect(refused.paths()).toEqual(['copilot/versions', 'fixtures/active']);
  });

  it('drops bad fixtures and odds one by one, and says why', async () => {
    const { rest } = createKit(() => ({
      body: { data: [null, { ...fixture('F'), odds: [{ id: 'x' }] }] },
    }));
    const read = await rest.odds(['F'], 'open');
    expect(read.fixtures).toHaveLength(1);
    expect(read.rejected.map(({ reason }) => reason)).toEqual(['bad-fixture', 'bad-market']);
  });

  it('tells the empty answer of a key without copilot from one of a fixture without prices', async () => {
    for (const [updatedAt, isUnentitled] of [
      ['0001-01-01T00:00:00Z', true],
      ['2026-11-22T21:00:00Z', false],
    ] as const) {
      const { rest } = createKit(() => ({
        body: { data: [{ ...fixture('F'), odds: [], updated_at: updatedAt }] },
      }));
      const read = await rest.odds(['F'], 'open');
      expect(read.isUnentitled).toBe(isUnentitled);
      expect(read.fixtures).toHaveLength(isUnentitled ? 0 : 1);
    }
  });

  it.each([
    [{ status: 401 }, 'unauthorized', '401'],
    [{ status: 403 }, 'unauthorized', '403'],
    [{ status: 500, contentType: 'text/html', body: '<h1>no</h1>' }, 'upstream-http', '500'],
    [{ status: 200, contentType: 'text/html', body: '<h1>no</h1>' }, 'upstream-http', 'text/html'],
    [{ status: 302 }, 'upstream-http', '302'],
    [{ body: '{"data": [' }, 'upstream-http', 'broken JSON'],
    [{ body: { rows: [] } }, 'upstream-http', 'data'],
    [
      { error: Object.assign(new Error('x'), { code: 'ECONNRESET' }) },
      'upstream-http',
      'ECONNRESET',
    ],
  ] as const)('refuses %j as %s, and never tells the key', async (reply, code, text) => {
    const { rest } = createKit(() => reply);
    const error = await rest.sports().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String((error as Error).message)).toContain(text);
    expect(String((error as Error).message)).not.toContain(KEY);
  });

  it('tries once more after a broken socket', async () => {
    let tries = 0;
    const { rest } = createKit(() => {
      tries += 1;
      return tries === 1 ? { error: new Error('reset') } : { body: { data: [{ id: 'tennis' }] } };
    });
    expect(await rest.sports()).toEqual([{ id: 'tennis', name: 'tennis', mainMarkets: [] }]);
  });

  it('gives up on an answer that does not come', async () => {
    const { rest, timing } = createKit(() => ({ hangs: true }));
    const failed = rest.sports().catch((error: unknown) => error);
    await timing.advance(20_001);
    expect(await failed).toMatchObject({ code: 'stalled' });
  });

  it('gives up on an answer that never ends', async () => {
    const { rest } = createKit(() => ({ body: 'x'.repeat(2_000) }), { restBytes: 1_000 });
    await expect(rest.sports()).rejects.toMatchObject({ code: 'frame-too-large' });
  });

  it('asks nothing for 15 s after a 429', async () => {
    const { rest, asked, timing } = createKit(() => ({ status: 429 }));
    await expect(rest.sports()).rejects.toMatchObject({ code: 'rate-limited' });
    await expect(rest.sports()).rejects.toMatchObject({ code: 'rate-limited' });
    expect(asked).toHaveLength(1);
    await timing.advance(15_000);
    await expect(rest.sports()).rejects.toMatchObject({ code: 'rate-limited' });
    expect(asked).toHaveLength(2);
  });

  it('waits for the next window when the budget is used up', async () => {
    const kit = createKit(() => ({
      body: { data: [] },
      headers: {
        'x-ratelimit-remaining': '3',
        'x-ratelimit-reset': String(kit.timing.now() / 1000 + 10),
      },
    }));
    await kit.rest.sports();
    const second = kit.rest.sports();
    await kit.timing.advance(9_900);
    expect(kit.asked).toHaveLength(1);
    await kit.timing.advance(200);
    await second;
    expect(kit.asked).toHaveLength(2);
  });

  it('holds up no other budget while it waits for its own', async () => {
    const kit = createKit((path): Reply => {
      const reset = String(kit.timing.now() / 1000 + 10);
      const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
      return { body: { data: [] }, headers: path.endsWith('historical') ? {} : spent };
    });
    await kit.rest.sports();
    const waiting = Array.from({ length: 8 }, (_, index) => kit.rest.odds([String(index)], 'open'));
    await kit.timing.advance(100);
    await kit.rest.history(['a']);
    expect(kit.paths()).toEqual(['sports/active', 'copilot/fixtures/odds/historical']);
    // Nor do all of them leave at once when there is room: each is told how much is left.
    await kit.timing.advance(200_000);
    await Promise.all(waiting);
    expect(kit.asked).toHaveLength(10);
  });

  it('counts histories apart: a used-up one refuses histories, and stops nothing else', async () => {
    const kit = createKit((path): Reply => {
      const reset = String(kit.timing.now() / 1000 + 10);
      const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
      return { body: { data: [] }, headers: path.endsWith('historical') ? spent : {} };
    });
    await kit.rest.history(['a']);
    await expect(kit.rest.history(['a'])).rejects.toMatchObject({ code: 'rate-limited' });
    await kit.rest.sports();
    expect(kit.asked).toHaveLength(2);
    await kit.timing.advance(10_000);
    await kit.rest.history(['a']);
    expect(kit.asked).toHaveLength(3);
  });

  it('has a bounded number of requests under way', async () => {
    const kit = createKit(() => ({ body: { data: [] } }));
    const ids = Array.from({ length: 30 }, (_, index) => String(index));
    await Promise.all(ids.map((id) => kit.rest.odds([id], 'open')));
    expect(kit.mostUnderWay()).toBe(4);
  });

  it('writes a plus in an id so that it stays one', async () => {
    const { rest, asked } = createKit(() => ({ body: { data: [] } }));
    await rest.history(['1:-1:F:point_spread:owls_+3_5']);
    expect(asked[0]?.search).toBe('?id=1%3A-1%3AF%3Apoint_spread%3Aowls_%2B3_5');
  });
});
