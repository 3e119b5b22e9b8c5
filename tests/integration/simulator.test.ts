import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { afterEach, describe, expect, it } from 'vitest';
import { compareEntryIds } from '@/lib/protocol/entry-id';
import { type Simulator, type SimulatorOptions, startSimulator } from '@/lib/simulator';

const started: Simulator[] = [];
const streams: AbortController[] = [];

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.abort();
  await Promise.all(started.splice(0).map((simulator) => simulator.stop()));
});

async function start(overrides: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    seed: 9,
    odds: 1_500,
    rate: 300,
    pingMs: 100,
    ...overrides,
  });
  started.push(simulator);
  return simulator;
}

function get(simulator: Simulator, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${simulator.baseUrl}${path}`, { headers: { 'x-api-key': simulator.key }, ...init });
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of a foreign API, looked into field by field
async function json(simulator: Simulator, path: string): Promise<any> {
  const response = await get(simulator, path);
  expect(response.status, path).toBe(200);
  return response.json();
}

type Frame = EventSourceMessage & {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  payload: any;
};

/** Opens a stream and collects its frames; `text` is what came over the wire. */
async function open(simulator: Simulator, query: string, sport = 'basketball') {
  const abort = new AbortController();
  streams.push(abort);
  const response = await get(simulator, `/stream/copilot/${sport}/odds?${query}`, {
    signal: abort.signal,
  });
  const frames: Frame[] = [];
  const stream = {
    response,
    frames,
    text: '',
    isEnded: false,
    isBroken: false,
    until,
    close: () => abort.abort(),
  };
  const parser = createParser({
    onEvent(event) {
      let payload: unknown = null;
      try {
        payload = JSON.parse(event.data);
      } catch {
        payload = null;
      }
      frames.push({ ...event, payload });
    },
  });
  const decoder = new TextDecoder();
  void (async () => {
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        const text = decoder.decode(chunk, { stream: true });
        stream.text += text;
        parser.feed(text);
      }
      stream.isEnded = true;
    } catch {
      stream.isBroken = true;
    }
  })();
  /** Waits until `isDone`; the limit only guards against hanging. */
  async function until(isDone: () => boolean, what: string): Promise<void> {
    for (let waited = 0; !isDone(); waited += 10) {
      if (waited > 20_000) throw new Error(`never came: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  return stream;
}

const odds = (frames: readonly Frame[], event = 'copilot-odds') =>
  frames.filter((frame) => frame.event === event);
// biome-ignore lint/suspicious/noExplicitAny: as above
const rows = (frames: readonly Frame[]): any[] =>
  frames.flatMap(({ payload }) => payload?.data ?? []);

describe('simulator over REST', () => {
  it('refuses a missing and a wrong key, and takes the right one by header or query', async () => {
    const simulator = await start({ key: 'secret' });
    const without = await fetch(`${simulator.baseUrl}/sports/active`);
    expect([without.status, await without.json()]).toEqual([401, { error: 'API key is required' }]);
    const wrong = await fetch(`${simulator.baseUrl}/sports/active?key=guess`);
    expect([wrong.status, await wrong.json()]).toEqual([
      401,
      { error: 'Invalid or inactive API key' },
    ]);
    expect((await fetch(`${simulator.baseUrl}/sports/active?key=secret`)).status).toBe(200);
    expect((await get(simulator, '/sports/active')).status).toBe(200);
  });

  it('lists sports with main markets, leagues and versions', async () => {
    const simulator = await start();
    const sports = (await json(simulator, '/sports/active')).data;
    expect(sports.map(({ id }: { id: string }) => id)).toEqual([
      'basketball',
      'football',
      'soccer',
      'tennis',
      'baseball',
      'hockey',
    ]);
    const named = sports[2].main_markets.map(({ name }: { name: string }) => name);
    expect(named).toEqual(['Moneyline', 'Goal Spread', 'Total Goals']);
    const leagues = (await json(simulator, '/leagues/active?sport=Basketball')).data;
    expect(leagues.map(({ name }: { name: string }) => name)).toContain('NBA');
    expect(
      leagues.every((league: { sport: { id: string } }) => league.sport.id === 'basketball'),
    ).toBe(true);
    expect((await json(simulator, '/copilot/versions')).data).toEqual([{ id: 1, name: 'Default' }]);
    expect((await json(simulator, '/sportsbooks')).data.length).toBeGreaterThan(0);
    expect(
      (await json(simulator, '/markets?sport=basketball')).data.map(({ id }: { id: string }) => id),
    ).toContain('player_points_+_assists');
  });

  it.each([
    ['/fixtures', 'you must provide at least one of'],
    ['/copilot/fixtures?sport=basketball', 'copilot_version_id is required'],
    ['/fixtures?sport=basketball&status=bogus', 'invalid status: bogus'],
    [
      '/copilot/fixtures/odds',
      'you must provide at least one of fixture_id, player_id, or team_id',
    ],
    [
      '/copilot/fixtures/odds?fixture_id=1&fixture_id=2&fixture_id=3&team_id=4&team_id=5&player_id=6',
      'maximum 5',
    ],
    [
      '/copilot/fixtures/odds?fixture_id=1&version_id=1&version_id=2&version_id=3&version_id=4&version_id=5&version_id=6',
      'maximum 5',
    ],
    [`/copilot/fixtures/odds/historical?${'id=x&'.repeat(11)}`, 'maximum 10'],
    [
      '/markets/active?fixture_id=1&sportsbook=1&sportsbook=2&sportsbook=3&sportsbook=4&sportsbook=5&sportsbook=6',
      'maximum 5 sportsbooks allowed',
    ],
    ['/fixtures?sport=basketball&page=2&cursor=abc', 'page and cursor'],
  ])('answers 400 to %s', async (path, text) => {
    const response = await get(await start({ odds: 300 }), path);
    expect(response.status).toBe(400);
    expect((await response.json()).error).toContain(text);
  });

  it('answers 404, 405 and 414 where they are due', async () => {
    const simulator = await start({ odds: 300 });
    expect((await get(simulator, '/nothing')).status).toBe(404);
    const post = await get(simulator, '/sports/active', { method: 'POST' });
    expect([post.status, await post.text()]).toEqual([405, 'Method not allowed']);
    expect((await get(simulator, `/fixtures?league=${'x'.repeat(9_000)}`)).status).toBe(414);
  });

  it('pages fixtures in the present, the cursor and the old shape without losing or doubling one', async () => {
    const simulator = await start();
    simulator.pause();
    const all = (await json(simulator, '/fixtures?sport=soccer')).data.map(
      ({ id }: { id: string }) => id,
    );
    expect(all.length).toBeGreaterThan(20);
    const byPage: string[] = [];
    for (let page = 1, more = true; more; page += 1) {
      const body = await json(simulator, `/fixtures?sport=soccer&limit=7&page=${page}`);
      expect('cursor' in body).toBe(page === 1);
      byPage.push(...body.data.map(({ id }: { id: string }) => id));
      more = body.has_more;
    }
    expect(byPage).toEqual(all);
    const byCursor: string[] = [];
    for (let cursor = (await json(simulator, '/fixtures?sport=soccer&limit=7')).cursor; cursor; ) {
      const body = await json(simulator, `/fixtures?sport=soccer&limit=7&cursor=${cursor}`);
      byCursor.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.cursor;
    }
    expect(byCursor).toEqual(all.slice(7));
    simulator.faults.set('old-pagination', true);
    const old = await json(simulator, '/fixtures?sport=soccer&limit=7');
    expect(old.total_pages).toBe(Math.ceil(all.length / 7));
    expect(old).not.toHaveProperty('has_more');
  });

  it('lists the fixtures asked for, finished ones only under /fixtures', async () => {
    const simulator = await start();
    simulator.pause();
    const live = (
      await json(simulator, '/fixtures/active?league=nba&league=EuroLeague&status=live')
    ).data;
    for (const fixture of live) {
      expect(['NBA', 'EuroLeague']).toContain(fixture.league.name);
      expect(fixture.status).toBe('live');
      expect(fixture.result.scores.home.total).toBeTypeOf('number');
      expect(fixture.result.in_play_data.period).toBeTypeOf('string');
    }
    const active = (await json(simulator, '/copilot/fixtures?sport=tennis&copilot_version_id=-1'))
      .data;
    expect(active.length).toBeGreaterThan(5);
    expect(
      active.some(
        ({ status }: { status: string }) => status === 'completed' || status === 'cancelled',
      ),
    ).toBe(false);
    const every = (await json(simulator, '/fixtures?sport=tennis')).data.map(
      ({ status }: { status: string }) => status,
    );
    expect(every).toContain('completed');
    expect(every).toContain('cancelled');
    expect(
      (await json(simulator, '/fixtures?sport=tennis&is_live=TRUE')).data.every(
        ({ is_live }: { is_live: boolean }) => is_live,
      ),
    ).toBe(true);
  });

  it('gives open odds alone as a snapshot, settled ones on request', async () => {
    const simulator = await start();
    simulator.pause();
    const truth = simulator.truth('football');
    const fixtures = truth.fixtures.slice(0, 5).map(({ id }) => String(id));
    const query = fixtures.map((id) => `fixture_id=${encodeURIComponent(id)}`).join('&');
    const ids = (body: { data: { odds: { id: string }[] }[] }) =>
      body.data.flatMap(({ odds }) => odds.map(({ id }) => id)).sort();
    const expected = (state: string) =>
      truth.odds
        .filter((odd) => odd.state === state && fixtures.includes(String(odd.fixture_id)))
        .map(({ id }) => id)
        .sort();
    expect(ids(await json(simulator, `/copilot/fixtures/odds?${query}`))).toEqual(expected('open'));
    expect(ids(await json(simulator, `/copilot/fixtures/odds?${query}&settled=True`))).toEqual(
      expected('settled'),
    );
    const mains = await json(
      simulator,
      `/copilot/fixtures/odds?${query}&is_main=true&market=Point%20Spread&odds_format=DECIMAL`,
    );
    for (const { odds: list } of mains.data) {
      for (const odd of list) {
        expect(odd).toMatchObject({
          is_main: true,
          market_id: 'point_spread',
          selection_line: null,
        });
        expect(odd.price).toBeGreaterThan(1);
        expect(odd).not.toHaveProperty('fixture_id');
      }
    }
  });

  it('tells an odd history newest first, locks and grading included', async () => {
    const simulator = await start();
    const settled = simulator.truth('basketball').odds.find(({ state }) => state === 'settled');
    const id = encodeURIComponent(settled?.id ?? '');
    const { entries } = (await json(simulator, `/copilot/fixtures/odds/historical?id=${id}`))
      .data[0];
    expect(entries.slice(0, 2).map(({ event }: { event: string }) => event)).toEqual([
      'copilot-settled-odds',
      'copilot-locked-odds',
    ]);
    expect(entries[0].settlement).toBe(settled?.settlement);
    const times = entries.map(({ timestamp }: { timestamp: number }) => timestamp);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const graded = (await json(simulator, `/copilot/grader/odds?id=${id}`)).data[0];
    expect(graded.status).toBe(settled?.settlement);
  });

  it('counts down its limits on every answer and refuses beyond them', async () => {
    const simulator = await start({
      odds: 300,
      limits: { historical: 2, streams: 1 },
      now: () => 1_795_380_000_000,
    });
    const path = '/copilot/fixtures/odds/historical?id=x';
    const first = await get(simulator, path);
    expect(first.headers.get('x-ratelimit-limit')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
    expect(Number(first.headers.get('x-ratelimit-reset')) % 15).toBe(0);
    await get(simulator, path);
    expect((await get(simulator, path)).status).toBe(429);
    expect((await get(simulator, '/sports/active')).status).toBe(200);
    expect((await open(simulator, 'league=NBA')).response.status).toBe(200);
    expect((await open(simulator, 'league=NBA')).response.status).toBe(429);
  });

  it('lets a key without copilot in, but gives it nothing', async () => {
    const simulator = await start({ copilot: false });
    expect((await json(simulator, '/copilot/versions')).data).toEqual([]);
    const { id } = (await json(simulator, '/fixtures/active?sport=basketball')).data[0];
    const wrapper = (await json(simulator, `/copilot/fixtures/odds?fixture_id=${id}`)).data[0];
    expect(wrapper).toMatchObject({ id, odds: [], updated_at: '0001-01-01T00:00:00Z' });
    const stream = await open(simulator, '');
    await stream.until(() => odds(stream.frames, 'ping').length >= 3, 'three pings');
    expect(new Set(stream.frames.map(({ event }) => event))).toEqual(
      new Set(['connected', 'ping']),
    );
  });

  it.each([
    ['rate-limited', 429, ''],
    ['html-500', 500, '<!DOCTYPE html>'],
    ['rest-forbidden', 403, '{"error"'],
    ['unauthorized', 401, '{"error"'],
  ] as const)('can be made to answer %s', async (fault, status, body) => {
    const simulator = await start({ odds: 300, faults: [fault] });
    const response = await get(simulator, '/sports/active');
    expect(response.status).toBe(status);
    expect((await response.text()).startsWith(body)).toBe(true);
    simulator.faults.set(fault, false);
    expect((await get(simulator, '/sports/active')).status).toBe(200);
  });

  it('refuses to start with a fault or a setting that it does not know, naming the cure', async () => {
    await expect(start({ faults: ['bogus' as 'swaps'] })).rejects.toThrow(
      /unknown fault "bogus"; known are: .*mid-frame-cut/,
    );
    await expect(start({ speed: 0 })).rejects.toThrow("the simulator's speed must be above 0");
  });
});

describe('simulator stream', () => {
  it('says connected, pings in whole seconds, and frames every event as the vendor does', async () => {
    const simulator = await start();
    const stream = await open(simulator, 'include_fixture_updates=true');
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    await stream.until(
      () => odds(stream.frames).length > 5 && odds(stream.frames, 'ping').length > 1,
      'odds and pings',
    );
    expect(stream.text.startsWith('event: connected\nretry: 5000\ndata: ok go\n\n')).toBe(true);
    expect(odds(stream.frames, 'ping')[0]?.data).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    for (const block of stream.text.split('\n\n').slice(0, -1)) {
      expect(block).toMatch(/^event: [a-z-]+\n(id: \d+-\d+\n)?retry: 5000\ndata: .+$/);
    }
    for (const { id, event, payload } of odds(stream.frames)) {
      expect(payload.entry_id).toBe(id);
      expect(payload.type).toBe(event);
    }
    const ids = stream.frames.flatMap(({ id }) => (id ? [id] : []));
    for (let index = 1; index < ids.length; index += 1) {
      expect(compareEntryIds(ids[index - 1] as string, ids[index] as string)).toBeLessThan(0);
    }
    const row = rows(odds(stream.frames))[0];
    expect(Object.keys(row).sort()).toEqual([
      'fixture_id',
      'game_id',
      'grouping_key',
      'id',
      'is_live',
      'is_main',
      'league',
      'market',
      'name',
      'odd_id',
      'player_id',
      'points',
      'price',
      'selection',
      'selection_line',
      'sport',
      'team_id',
      'timestamp',
      'version_id',
    ]);
    expect(Number.isInteger(row.timestamp)).toBe(true);
  });

  it('gives every filter its rows alone, by id or name', async () => {
    const simulator = await start({ rate: 2_000 });
    const [byLeague, byMarket, live, decimal, nothing] = await Promise.all([
      open(simulator, 'league=nba&league=EuroLeague'),
      open(simulator, 'market=Point%20Spread&market=moneyline&is_main=true'),
      open(simulator, 'is_live=true&version_id=-1'),
      open(simulator, 'odds_format=DECIMAL'),
      open(simulator, 'league=Premier%20Ping%20Pong'),
    ]);
    await byLeague.until(
      () => [byLeague, byMarket, live, decimal].every(({ frames }) => odds(frames).length > 10),
      'ten events on each stream',
    );
    await nothing.until(
      () => odds(nothing.frames, 'ping').length > 0,
      'a ping on the silent stream',
    );
    for (const { league } of rows(byLeague.frames)) expect(['NBA', 'EuroLeague']).toContain(league);
    for (const row of rows(odds(byMarket.frames))) {
      expect(['Point Spread', 'Moneyline']).toContain(row.market);
      expect(row.is_main).toBe(true);
    }
    for (const row of rows(odds(live.frames))) expect(row.is_live).toBe(true);
    for (const { price } of rows(odds(decimal.frames))) expect(price).toBeGreaterThan(1);
    expect(new Set(nothing.frames.map(({ event }) => event))).toEqual(
      new Set(['connected', 'ping']),
    );
  });

  it('leaves the ghost of an old main line to a client that filters by is_main', async () => {
    const simulator = await start({ rate: 3_000 });
    const [all, mains] = await Promise.all([
      open(simulator, 'market=point_spread'),
      open(simulator, 'market=point_spread&is_main=true'),
    ]);
    /** Ids seen as main, later flipped to alternates without a lock. */
    const ghosts = () => {
      const flipped = new Set(
        rows(odds(all.frames))
          .filter((row) => !row.is_main)
          .map((row) => row.id),
      );
      const seen = new Map<string, unknown>(rows(odds(mains.frames)).map((row) => [row.id, row]));
      const locked = new Set(rows(odds(mains.frames, 'copilot-locked-odds')).map((row) => row.id));
      return [...seen.keys()].filter((id) => flipped.has(id) && !locked.has(id));
    };
    await all.until(() => ghosts().length > 0, 'a main line that flipped');
    expect(rows(odds(mains.frames)).every(({ is_main }) => is_main)).toBe(true);
  });

  it('tells status and start changes to those who asked', async () => {
    const simulator = await start();
    const [asked, unasked] = await Promise.all([
      open(simulator, 'include_fixture_updates=True'),
      open(simulator, ''),
    ]);
    const fixture = simulator
      .truth('basketball')
      .fixtures.filter(({ status }) => status === 'unplayed')
      .at(-1);
    const id = String(fixture?.id);
    simulator.act(id, 'move-start');
    simulator.act(id, 'cancel');
    const mine = () =>
      odds(asked.frames, 'fixture-status').filter(({ payload }) => payload.data.fixture_id === id);
    await asked.until(() => mine().length === 2, 'both changes');
    const [moved, cancelled] = mine().map(({ payload }) => payload);
    expect(moved.data).toMatchObject({ old_status: null, new_status: null, sport: 'basketball' });
    expect(Date.parse(moved.data.new_start_date) - Date.parse(moved.data.old_start_date)).toBe(
      30 * 60_000,
    );
    expect(moved.data.new_start_date).toMatch(/\+00:00$/);
    expect(moved.data.fixture.start_date).toBe(moved.data.new_start_date);
    expect(cancelled.data).toMatchObject({
      old_status: 'unplayed',
      new_status: 'cancelled',
      new_start_date: null,
    });
    expect(cancelled).not.toHaveProperty('type');
    expect(odds(unasked.frames, 'fixture-status')).toEqual([]);
  });

  it('sends rows that rebuild exactly what REST then says', async () => {
    const simulator = await start({ rate: 1_000 });
    simulator.pause();
    const stream = await open(simulator, '', 'tennis');
    const before = new Map(simulator.truth('tennis').odds.map((odd) => [odd.id, odd]));
    simulator.resume();
    await stream.until(() => odds(stream.frames).length > 100, 'a hundred events');
    simulator.pause();
    const pings = odds(stream.frames, 'ping').length;
    await stream.until(() => odds(stream.frames, 'ping').length > pings + 1, 'two more pings');
    for (const { event, payload } of stream.frames) {
      for (const row of payload?.data ?? []) {
        const state =
          event === 'copilot-odds'
            ? 'open'
            : event === 'copilot-locked-odds'
              ? 'locked'
              : 'settled';
        before.set(row.id, { ...before.get(row.id), ...row, state });
      }
    }
    const after = simulator.truth('tennis').odds;
    for (const odd of after) {
      const rebuilt = before.get(odd.id);
      expect([odd.id, rebuilt?.state, rebuilt?.price, rebuilt?.is_main]).toEqual([
        odd.id,
        odd.state,
        odd.price,
        odd.is_main,
      ]);
    }
  });

  it.each([
    ['resume-none', false],
    ['resume-30s', true],
    ['resume-full', true],
  ] as const)('with %s replays what was missed: %s', async (fault, isReplayed) => {
    const simulator = await start({ faults: [fault] });
    const whole = await open(simulator, '');
    await whole.until(() => odds(whole.frames).length > 20, 'twenty events');
    simulator.pause();
    const seen = whole.frames.filter(({ id }) => id);
    const resumed = await open(simulator, `last_entry_id=${seen[4]?.id}`);
    await resumed.until(() => odds(resumed.frames, 'ping').length > 0, 'a ping');
    const replayed = resumed.frames.filter(({ id }) => id).map(({ id }) => id);
    const missed = whole.frames
      .filter(({ id }) => id)
      .slice(5)
      .map(({ id }) => id);
    expect(replayed).toEqual(isReplayed ? missed : []);
  });

  it('gives a newcomer no snapshot: nothing published before it opened', async () => {
    const simulator = await start();
    const first = await open(simulator, '');
    await first.until(() => odds(first.frames).length > 10, 'ten events');
    simulator.pause();
    const second = await open(simulator, '');
    await second.until(() => odds(second.frames, 'ping').length > 1, 'two pings');
    expect(odds(second.frames)).toEqual([]);
  });

  it('distorts rows and frames as told', async () => {
    const simulator = await start({
      faults: [
        'mismatched-ids',
        'optional-fields',
        'float-timestamps',
        'trailing-zero-prices',
        'two-versions',
        'duplicates',
      ],
    });
    simulator.faults.share = 1;
    const stream = await open(simulator, 'league=NBA&league=EuroLeague&league=NCAAB');
    await stream.until(() => odds(stream.frames).length > 10, 'ten events');
    const [frame, again] = odds(stream.frames);
    expect(frame?.payload.entry_id).not.toBe(frame?.id);
    expect(again?.payload.entry_id).toBe(frame?.payload.entry_id);
    expect(stream.text).toMatch(/"price":-?\d+\.0[,}]/);
    const all = rows(odds(stream.frames));
    expect(all.some(({ timestamp }) => !Number.isInteger(timestamp))).toBe(true);
    expect(all[0]).toMatchObject({
      market_id: expect.any(String),
      league_id: expect.any(String),
      version: 'default',
    });
    expect(new Set(all.map(({ version_id }) => version_id))).toEqual(new Set([-1, 31]));
    simulator.faults.only(['empties', 'malformed-rows', 'odd-framing']);
    const from = stream.text.length;
    await stream.until(
      () => /"(player_id|team_id)":"None"/.test(stream.text.slice(from)),
      'an empty called None',
    );
    await stream.until(
      () => stream.text.slice(from).includes('\r\n') && stream.text.includes(': keep-alive'),
      'strange framing',
    );
  });

  it('swaps neighbours when told to', async () => {
    const simulator = await start({ faults: ['swaps'] });
    simulator.faults.share = 1;
    const stream = await open(simulator, '');
    await stream.until(() => odds(stream.frames).length > 10, 'ten events');
    const ids = stream.frames.flatMap(({ id }) => (id ? [id] : []));
    expect(
      ids.some((id, index) => index > 0 && compareEntryIds(ids[index - 1] as string, id) > 0),
    ).toBe(true);
  });

  it('can be cut, stalled and fed by hand', async () => {
    const simulator = await start({ control: true });
    const stream = await open(simulator, '');
    await stream.until(() => stream.frames.length > 0, 'connected');
    simulator.send('basketball', 'copilot-odds', {
      data: [{ id: 'by-hand' }],
      type: 'copilot-odds',
    });
    await stream.until(
      () => rows(stream.frames).some(({ id }) => id === 'by-hand'),
      'the row sent by hand',
    );
    simulator.faults.set('silent-stall', true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const count = stream.frames.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stream.frames.length).toBe(count);
    expect(simulator.openStreams()).toBe(1);
    simulator.cutStreams();
    await stream.until(() => stream.isBroken || stream.isEnded, 'the cut');
    await stream.until(() => simulator.openStreams() === 0, 'the stream forgotten');
    expect(simulator.streamsOpened()).toBe(1);
  });

  it.each(['mid-frame-cut', 'clean-close'] as const)('ends streams by %s', async (fault) => {
    // Time runs 20 times faster for the faults' own clock, so the cut comes within the second.
    const from = Date.now();
    const now = () => from + (Date.now() - from) * 20;
    const simulator = await start({ faults: [fault], now, odds: 300, rate: 50 });
    const stream = await open(simulator, '');
    await stream.until(() => stream.isBroken || stream.isEnded, 'the end');
    expect(stream.isEnded).toBe(fault === 'clean-close');
    expect(stream.text.endsWith('\n\n')).toBe(fault === 'clean-close');
  });

  it('is steered over HTTP where control is on, and only there', async () => {
    const simulator = await start({ control: true, odds: 400 });
    const control = (path: string, init: RequestInit = {}) =>
      fetch(`${simulator.controlUrl}/${path}`, init);
    const stream = await open(simulator, '');
    await control('pause', { method: 'POST' });
    const state = await (await control('state')).json();
    expect(state).toMatchObject({ paused: true, openStreams: 1 });
    const bad = await control('faults', { method: 'POST', body: '["bogus"]' });
    expect(bad.status).toBe(400);
    expect((await bad.json()).error).toContain('known are');
    await control('faults', { method: 'POST', body: '["html-500"]' });
    expect((await get(simulator, '/sports/active')).status).toBe(500);
    await control('faults', { method: 'POST', body: '[]' });
    await control('send?sport=basketball&event=copilot-odds', {
      method: 'POST',
      body: '{"data":[{"id":"x"}]}',
    });
    await stream.until(() => rows(stream.frames).some(({ id }) => id === 'x'), 'the row');
    const truth = await (await control('truth?sport=basketball')).json();
    expect(truth.odds.length).toBeGreaterThan(20);
    const live = truth.fixtures.find(({ status }: { status: string }) => status === 'live');
    expect((await control(`act?act=finish&fixture_id=${live.id}`, { method: 'POST' })).status).toBe(
      200,
    );
    await control('resume', { method: 'POST' });
    await control('cut', { method: 'POST' });
    await stream.until(() => stream.isBroken || stream.isEnded, 'the cut');
    const closed = await start({ odds: 300 });
    expect((await fetch(`${closed.controlUrl}/state`)).status).toBe(404);
  });
});
