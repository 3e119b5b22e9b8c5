import { describe, expect, it } from 'vitest';
import { FeedError } from '@/lib/protocol/errors';
import { DEFAULT_QUERY, type RelayQuery } from '@/lib/protocol/filter';
import { aRestRow, aSettledWireRow, aWireRow, ROW_SECONDS } from '@/tests/support/builders';
import {
  aQuery,
  aWireFixture,
  createHubKit,
  type HubKit,
  readPage,
} from '@/tests/support/feed-deps';
import { readStream } from '@/tests/support/stream-reader';

const ALL = aQuery('include_fixture_updates=true');

function watch(kit: HubKit, query: RelayQuery = ALL, position: string | null = null) {
  return readStream(kit.hub.stream(query, position, new AbortController().signal));
}

/** A hub with one viewer, one fixture with one open odd, read and live. */
async function aLiveKit(options: Parameters<typeof createHubKit>[0] = {}) {
  const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 }, ...options });
  kit.vendor.fixtures = [aWireFixture()];
  kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
  const reader = watch(kit);
  await kit.timing.advance(300);
  for (const upstream of kit.vendor.open()) upstream.connect();
  await kit.timing.advance(100);
  await reader.take();
  return { ...kit, reader };
}

const names = (reader: { events: { event?: string }[] }) => reader.events.map(({ event }) => event);
const page = async (kit: HubKit, options: { limit: number; page?: string }, query = ALL) =>
  readPage(await kit.hub.snapshot(query, { waitMs: 0, ...options }));
const snapshot = (kit: HubKit, query = ALL) => page(kit, { limit: 5_000 }, query);

describe('hub', () => {
  it('fills a league silently, then says at which entry the fill ended', async () => {
    const kit = await aLiveKit();
    expect(new Set(names(kit.reader))).toEqual(new Set(['connected', 'feed-status']));
    const last = kit.reader.data('feed-status').at(-1);
    expect(last).toMatchObject({ feed: 'live', partial: false, filledAt: kit.hub.journal.last() });
    const body = await snapshot(kit);
    expect(body).toMatchObject({ partial: false, at: kit.hub.journal.last(), next: null });
    expect(body.odds).toMatchObject([{ id: 'a', state: 'open', fixture_id: 'FX1', league: 'NBA' }]);
  });

  it('says partial, with a position before the fill, while a league is still read', async () => {
    const kit = createHubKit();
    kit.vendor.fixtures = [aWireFixture()];
    watch(kit);
    await kit.timing.advance(100);
    const early = await snapshot(kit);
    expect(early).toMatchObject({ partial: true, odds: [] });
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(100);
    const { filledAt } = kit.hub.status(ALL);
    expect(filledAt).not.toBeNull();
    expect(filledAt).not.toBe(early.at);
  });

  it('waits with a snapshot for the first read, but no longer than told', async () => {
    const kit = createHubKit();
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    const waiting = kit.hub.snapshot(ALL, { waitMs: 10_000, limit: 100 });
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(100);
    expect(readPage(await waiting)).toMatchObject({ partial: false, odds: [{ id: 'a' }] });

    const silent = createHubKit();
    const late = silent.hub.snapshot(ALL, { waitMs: 1_000, limit: 100 });
    await silent.timing.advance(1_001);
    expect(readPage(await late)).toMatchObject({ partial: true });
  });

  it('reads a league though its stream does not come up', async () => {
    const kit = createHubKit();
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    watch(kit);
    await kit.timing.advance(3_000);
    expect((await snapshot(kit)).odds).toHaveLength(1);
    expect(kit.hub.status(ALL).feed).toBe('connecting');
  });

  it('asks for odds in batches of 5 fixtures, the open and the settled ones', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0 } });
    kit.vendor.fixtures = Array.from({ length: 12 }, (_, index) =>
      aWireFixture({ id: `F${index}` }),
    );
    watch(kit);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(100);
    const sizes = (path: string) =>
      kit.vendor.asked.filter((call) => call.path === path).map(({ values }) => values.length);
    expect(sizes('odds').sort()).toEqual([2, 5, 5]);
    expect(sizes('settled').sort()).toEqual([2, 5, 5]);
    expect(sizes('fixtures')).toEqual([2]);
  });

  it('relays an event of the stream with our id and the row as received', async () => {
    const kit = await aLiveKit();
    const row = aWireRow({ id: 'a', price: 120, timestamp: ROW_SECONDS + 5, odd_extra: { x: 1 } });
    kit.vendor
      .open()[0]
      ?.event('copilot-odds', { entry_id: '77-3', data: [row], type: 'copilot-odds' });
    await kit.timing.advance(50);
    await kit.reader.take();
    const [data] = kit.reader.data('copilot-odds');
    expect(data).toEqual({
      entry_id: kit.hub.journal.last(),
      data: [row],
      type: 'copilot-odds',
      upstream_entry_id: '77-3',
    });
    expect(kit.reader.events.find(({ event }) => event === 'copilot-odds')?.id).toBe(
      data?.entry_id,
    );
  });

  it('makes no entry of a duplicate, nor of a row that is older than what is held', async () => {
    const kit = await aLiveKit();
    const [upstream] = kit.vendor.open();
    const event = (price: number, timestamp: number) => ({
      data: [aWireRow({ id: 'a', price, timestamp })],
      type: 'copilot-odds',
    });
    upstream?.event('copilot-odds', event(120, ROW_SECONDS + 5), '50-0');
    const end = kit.hub.journal.end;
    upstream?.event('copilot-odds', event(120, ROW_SECONDS + 5), '50-0');
    upstream?.event('copilot-odds', event(100, ROW_SECONDS), '49-0');
    expect(kit.hub.journal.end).toBe(end);
  });

  it('drops a bad row, keeps the others of its event, counts it and logs the first of its kind', async () => {
    const kit = await aLiveKit();
    const [upstream] = kit.vendor.open();
    for (let round = 1; round <= 3; round += 1) {
      const good = aWireRow({ id: 'a', price: 100 + round, timestamp: ROW_SECONDS + round });
      upstream?.event(
        'copilot-odds',
        { data: [{ id: 'b' }, good], type: 'copilot-odds' },
        `5-${round}`,
      );
    }
    await kit.timing.advance(50);
    await kit.reader.take();
    expect(kit.reader.data('copilot-odds')).toHaveLength(3);
    expect(kit.hub.health().rejectedRows).toEqual({ 'bad-fixture-id': 3 });
    expect(kit.lines.filter((line) => line.includes('bad-fixture-id'))).toHaveLength(1);
  });

  it('reads everything again after a gap and relays what differs, as entries', async () => {
    const kit = await aLiveKit();
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'b', price: 150 })]);
    kit.vendor.open()[0]?.connect(4_000);
    await kit.timing.advance(100);
    await kit.reader.take();
    expect(kit.reader.data('copilot-locked-odds')).toMatchObject([{ data: [{ id: 'a' }] }]);
    const [healed] = kit.reader.data('copilot-odds');
    expect(healed).toMatchObject({
      data: [{ id: 'b', price: 150, fixture_id: 'FX1', sport: 'basketball' }],
    });
    expect(healed).not.toHaveProperty('upstream_entry_id');
    const message = String(kit.reader.data('feed-status').at(-1)?.message);
    expect(message).toContain('gap of 4.0 s');
    expect(message).toContain('2 differences');
  });

  it('keeps a stream row that came while a read was under way', async () => {
    const kit = await aLiveKit();
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    kit.vendor.odds.set('FX1', []);
    const [upstream] = kit.vendor.open();
    const refuse = kit.vendor.asked.push.bind(kit.vendor.asked);
    kit.vendor.asked.push = (call) => {
      if (call.path === 'odds') {
        // Between the question and its answer the price moves.
        queueMicrotask(() => {
          void kit.timing.advance(1).then(() => {
            const row = aWireRow({ id: 'a', price: 180, timestamp: ROW_SECONDS + 9 });
            upstream?.event('copilot-odds', { data: [row], type: 'copilot-odds' }, '60-0');
            answer();
          });
        });
      }
      return refuse(call);
    };
    upstream?.connect(1_000);
    await held;
    await kit.timing.advance(100);
    expect(kit.hub.book.odds.get('a')).toMatchObject({ state: 'open', price: 180 });
  });

  it('tells new and changed fixtures that only a list shows, and how those that left it ended', async () => {
    const kit = await aLiveKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 60_000 } });
    kit.vendor.fixtures = [
      aWireFixture({ start_date: '2026-11-22T21:00:00Z' }),
      aWireFixture({ id: 'FX2', status: 'live', result: { scores: { home: { total: 3 } } } }),
    ];
    kit.vendor.odds.set('FX2', [aRestRow({ id: 'z', fixture_id: 'FX2' })]);
    await kit.timing.advance(60_100);
    await kit.reader.take();
    expect(kit.reader.data('fixture-status')).toMatchObject([
      {
        data: {
          fixture_id: 'FX1',
          old_start_date: '2026-11-22T19:30:00.000Z',
          new_start_date: '2026-11-22T21:00:00.000Z',
          new_status: null,
        },
      },
    ]);
    expect(kit.reader.data('fixture').map(({ data }) => (data as { id: string }).id)).toContain(
      'FX2',
    );
    expect(kit.reader.data('copilot-odds')).toMatchObject([{ data: [{ id: 'z' }] }]);

    const lookups = () => kit.vendor.asked.filter(({ path }) => path === 'fixtures-by-id').length;
    const before = lookups();
    kit.vendor.fixtures = [aWireFixture({ start_date: '2026-11-22T21:00:00Z' })];
    kit.vendor.others = [aWireFixture({ id: 'FX2', status: 'completed' })];
    kit.vendor.settled.set('FX2', [
      { ...aRestRow({ id: 'z' }), settlement: 'Lost', settled_at: '2026-11-22T20:00:00Z' },
    ]);
    await kit.timing.advance(60_000);
    await kit.reader.take();
    expect(kit.reader.data('fixture-status').at(-1)).toMatchObject({
      data: { fixture_id: 'FX2', old_status: 'live', new_status: 'completed' },
    });
    expect(kit.hub.book.odds.get('z')).toMatchObject({ state: 'settled', settlement: 'Lost' });
    await kit.timing.advance(120_000);
    expect(lookups() - before).toBe(1);
  });

  it('passes on of a fixture status that came late what is still so', async () => {
    const kit = await aLiveKit();
    const tell = (entry_id: string, start_date: string, fields: object) =>
      kit.vendor.open()[0]?.event('fixture-status', {
        data: { fixture_id: 'FX1', league: 'NBA', fixture: { id: 'FX1', start_date }, ...fields },
        entry_id,
      });
    const [before, after] = ['2026-11-22T19:30:00Z', '2026-11-22T20:00:00Z'];
    tell('102000-0', after, { new_start_date: after, old_start_date: before });
    tell('101000-0', before, { new_status: 'live', old_status: 'unplayed' });
    await kit.timing.advance(50);
    await kit.reader.take();
    const held = kit.hub.book.fixtures.get('FX1');
    expect(held).toMatchObject({ status: 'live', startDate: '2026-11-22T20:00:00.000Z' });
    const told = kit.reader.data('fixture-status').at(-1) as { data: { fixture: object } };
    expect(told.data).toMatchObject({ new_status: 'live', new_start_date: null });
    expect(told.data.fixture).toMatchObject({ start_date: '2026-11-22T20:00:00.000Z' });
  });

  it('passes on a fixture status of the stream as received, with our id', async () => {
    const kit = await aLiveKit();
    const data = {
      fixture_id: 'FX1',
      sport: 'basketball',
      league: 'NBA',
      new_status: 'cancelled',
      old_status: 'unplayed',
      new_start_date: null,
      old_start_date: null,
      fixture: { id: 'FX1', home_team_display: 'Harbor Kings', away_team_display: 'Mesa Owls' },
    };
    kit.vendor.open()[0]?.event('fixture-status', { data, entry_id: '90-1' });
    await kit.timing.advance(50);
    await kit.reader.take();
    expect(kit.reader.data('fixture-status')).toEqual([
      { data, entry_id: kit.hub.journal.last(), upstream_entry_id: '90-1' },
    ]);
    expect(kit.hub.book.fixtures.get('FX1')?.status).toBe('cancelled');
  });

  it('tells viewers of games in play, or of one by its old handle, how it ended', async () => {
    const kit = await aLiveKit();
    const data = { fixture_id: 'FX8', game_id: 'g-8', league: 'NBA', sport: 'basketball' };
    const tell = (old_status: string, new_status: string, entry_id: string) =>
      kit.vendor
        .open()[0]
        ?.event('fixture-status', { data: { ...data, old_status, new_status }, entry_id });
    const filters = ['is_live=true', 'game_id=g-8', 'is_live=false', 'game_id=g-9'];
    tell('unplayed', 'live', '90-1');
    await kit.timing.advance(50);
    const readers = filters.map((filter) =>
      watch(kit, aQuery(`${filter}&include_fixture_updates=true`)),
    );
    tell('live', 'completed', '90-2');
    await kit.timing.advance(50);
    for (const reader of readers) await reader.take();
    expect(readers.map((reader) => reader.data('fixture-status').length)).toEqual([1, 1, 1, 0]);
  });

  it('tells who watches what is not in play yet of a lock that came just before the start', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    const query = aQuery('is_live=false');
    const reader = watch(kit, query);
    await kit.timing.advance(300);
    kit.vendor.open()[0]?.connect();
    await kit.timing.advance(6_000);
    const { at, odds } = await snapshot(kit, query);
    expect(odds).toMatchObject([{ id: 'a', state: 'open' }]);
    const lock = { data: [aWireRow({ id: 'a', timestamp: ROW_SECONDS + 5 })] };
    kit.vendor.open()[0]?.event('copilot-locked-odds', lock);
    const data = { fixture_id: 'FX1', league: 'NBA', new_status: 'live', old_status: 'unplayed' };
    kit.vendor.open()[0]?.event('fixture-status', { data });
    const resumed = watch(kit, query, at);
    await kit.timing.advance(100);
    for (const one of [reader, resumed]) {
      await one.take();
      expect(one.data('copilot-locked-odds')).toMatchObject([{ data: [{ id: 'a' }] }]);
    }
  });

  it('holds one timer for all snapshots whose pages may be asked for', async () => {
    const kit = await aLiveKit();
    const data = [aWireRow({ id: 'b' }), aWireRow({ id: 'c' })];
    kit.vendor.open()[0]?.event('copilot-odds', { data, type: 'copilot-odds' });
    const before = kit.timing.pending();
    for (let round = 0; round < 50; round += 1) {
      await kit.hub.snapshot(ALL, { waitMs: 0, limit: 1 });
    }
    expect(kit.timing.pending()).toBeLessThan(before + 3);
  });

  it('re-reads slowly beside a healthy stream', async () => {
    const kit = await aLiveKit({ settings: { fixturesPollMs: 0, oddsRefreshMs: 60_000 } });
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a', price: 135, timestamp: ROW_SECONDS + 3 })]);
    await kit.timing.advance(125_000);
    await kit.reader.take();
    expect(kit.hub.book.odds.get('a')?.price).toBe(135);
    expect(kit.reader.data('copilot-odds')).toHaveLength(1);
  });

  it('locks the odds of a fixture that a read leaves out, unless it leaves out everything', async () => {
    const settings = { fixturesPollMs: 0, oddsRefreshMs: 60_000 };
    const kit = createHubKit({ settings });
    const both = [aWireFixture(), aWireFixture({ id: 'FX2' })];
    kit.vendor.fixtures = both;
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    kit.vendor.odds.set('FX2', [aRestRow({ id: 'b' })]);
    watch(kit);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(100);
    const states = () => ['a', 'b'].map((id) => kit.hub.book.odds.get(id)?.state);
    kit.vendor.fixtures = [];
    await kit.timing.advance(125_000);
    expect(states()).toEqual(['open', 'open']);
    kit.vendor.fixtures = both.slice(1);
    await kit.timing.advance(125_000);
    expect(states()).toEqual(['locked', 'open']);
  });

  it('makes no entry of what REST tells again in its own way', async () => {
    const kit = await aLiveKit({ settings: { fixturesPollMs: 0, oddsRefreshMs: 60_000 } });
    const row = aWireRow({ id: 'a', price: 140, timestamp: ROW_SECONDS + 5 });
    kit.vendor.open()[0]?.event('copilot-odds', { data: [row], type: 'copilot-odds' }, '9-0');
    const end = kit.hub.journal.end;
    const retold = aRestRow({ id: 'a', price: 140, timestamp: ROW_SECONDS + 5.51, market_id: 'm' });
    kit.vendor.odds.set('FX1', [retold]);
    await kit.timing.advance(125_000);
    expect(kit.vendor.asked.filter(({ path }) => path === 'odds').length).toBeGreaterThan(2);
    expect(kit.hub.journal.end).toBe(end);
  });

  it('builds itself from the stream where REST refuses, says so, and asks again slowly', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    kit.vendor.refusal = new FeedError('unauthorized', 'REST was refused (403).');
    const reader = watch(kit);
    await kit.timing.advance(300);
    kit.vendor.open()[0]?.connect();
    const row = aWireRow({ id: 'a' });
    kit.vendor.open()[0]?.event('copilot-odds', { data: [row], type: 'copilot-odds' }, '5-0');
    await kit.timing.advance(100);
    await reader.take();
    const body = await snapshot(kit);
    expect(body).toMatchObject({ partial: true, odds: [{ id: 'a' }], fixtures: [{ id: 'FX1' }] });
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'live', partial: true });
    expect(kit.hub.status(ALL).message).toContain('403');
    await kit.timing.advance(30_000);
    const before = kit.vendor.asked.length;
    await kit.timing.advance(60_000);
    // One request per 2.5 to 5 s.
    expect(kit.vendor.asked.length - before).toBeGreaterThanOrEqual(12);
    expect(kit.vendor.asked.length - before).toBeLessThanOrEqual(24);
    kit.vendor.refusal = null;
    kit.vendor.fixtures = [aWireFixture()];
    await kit.timing.advance(10_000);
    expect(kit.hub.status(ALL)).toMatchObject({ partial: false, message: null });
  });

  it('does not take one good list of fixtures for odds that can be read', async () => {
    const kit = createHubKit({ settings: { fixturesPollMs: 5_000, restRetryMs: 60_000 } });
    kit.vendor.fixtures = [aWireFixture()];
    const reader = watch(kit);
    await kit.timing.advance(300);
    kit.vendor.open()[0]?.connect();
    await kit.timing.advance(300);
    expect(kit.hub.status(ALL)).toMatchObject({ partial: false, message: null });
    const push = kit.vendor.asked.push.bind(kit.vendor.asked);
    kit.vendor.asked.push = (call) => {
      if (call.path !== 'fixtures') throw new FeedError('unauthorized', 'Odds were refused (403).');
      return push(call);
    };
    kit.vendor.open()[0]?.connect(2_000);
    await kit.timing.advance(20_000);
    await reader.take();
    const messages = reader.data('feed-status').map(({ message }) => message);
    expect(messages.filter(Boolean).length).toBeGreaterThan(1);
    expect(messages.at(-1)).toContain('403');
    expect(messages.indexOf(null, messages.findIndex(Boolean))).toBe(-1);
  });

  it('says that the key may lack copilot when nothing is priced for long', async () => {
    const kit = createHubKit();
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.isUnentitled = true;
    watch(kit);
    await kit.timing.advance(300);
    kit.vendor.open()[0]?.connect();
    await kit.timing.advance(60_000);
    expect(kit.hub.status(ALL).message).toBeNull();
    await kit.timing.advance(40_000);
    expect(kit.hub.status(ALL).message).toContain('copilot');
  });

  it('says what refused the stream', async () => {
    const kit = await aLiveKit();
    kit.vendor
      .open()[0]
      ?.setState('dead', new FeedError('unauthorized', 'refused (401): check it.'));
    await kit.timing.advance(50);
    await kit.reader.take();
    expect(kit.reader.data('feed-status').at(-1)).toMatchObject({
      feed: 'dead',
      message: 'refused (401): check it.',
    });
    expect(kit.hub.health()).toMatchObject({ feed: 'dead', message: 'refused (401): check it.' });
  });

  it('gives a viewer the state of its own leagues', async () => {
    const kit = createHubKit({ settings: { connectionLeagues: 1 } });
    const nba = aQuery('league=NBA');
    const ncaab = aQuery('league=ncaab');
    watch(kit, nba);
    watch(kit, ncaab);
    await kit.timing.advance(500);
    const dead = kit.vendor.open().find(({ leagues }) => leagues[0] === 'NBA');
    for (const upstream of kit.vendor.open()) upstream.connect();
    dead?.setState('dead');
    expect(kit.hub.status(nba).feed).toBe('dead');
    expect(kit.hub.status(ncaab).feed).toBe('live');
    expect(kit.hub.status(ncaab).connections).toHaveLength(1);
  });

  it('pages a snapshot of one moment, whatever changes between the pages', async () => {
    const kit = await aLiveKit();
    const [upstream] = kit.vendor.open();
    const data = Array.from({ length: 25 }, (_, index) => aWireRow({ id: `o${index}` }));
    upstream?.event('copilot-odds', { data, type: 'copilot-odds' }, '5-0');
    const first = await page(kit, { limit: 10 });
    expect(first.fixtures).toHaveLength(1);
    const seen = first.odds.map(({ id }) => id);
    let next = first.next;
    while (next !== null) {
      const moved = data.map((row) => ({ ...row, price: 170, timestamp: ROW_SECONDS + 60 }));
      upstream?.event('copilot-odds', { data: moved, type: 'copilot-odds' }, '9-0');
      const more = await page(kit, { limit: 10, page: next });
      expect(more.at).toBe(first.at);
      expect(more.fixtures).toEqual([]);
      expect(more.odds.every(({ price }) => price === -110)).toBe(true);
      seen.push(...more.odds.map(({ id }) => id));
      next = more.next;
    }
    expect(new Set(seen).size).toBe(26);
    await kit.timing.advance(61_000);
    for (const [token, kind] of [
      [String(first.next), 'gone'],
      ['nonsense', 'bad'],
    ] as const) {
      await expect(page(kit, { limit: 10, page: token })).rejects.toMatchObject({ kind });
    }
  });

  it('makes a snapshot once for all who ask for the same within a moment', async () => {
    const kit = await aLiveKit();
    const [upstream] = kit.vendor.open();
    const post = (id: string) => upstream?.event('copilot-odds', { data: [aWireRow({ id })] });
    for (const id of ['b', 'c', 'd']) post(id);
    const ask = (query = ALL, token?: string) =>
      kit.hub.snapshot(query, { waitMs: 0, limit: 2, ageMs: 2_000, page: token });
    const [one, other] = await Promise.all([ask(), ask()]);
    expect(other).toBe(one);
    const { next, odds } = readPage(one);
    expect(odds).toHaveLength(2);
    post('e');
    await kit.timing.advance(1_900);
    expect(await ask()).toBe(one);
    // Whoever does not say that it may be a little old is given what holds now.
    expect((await snapshot(kit)).odds).toHaveLength(5);
    expect(await ask(ALL, String(next))).toBe(await ask(ALL, String(next)));
    // What differs in what it asks for is given its own.
    expect(await ask(aQuery('league=NBA'))).not.toBe(one);
    await kit.timing.advance(200);
    const later = await ask();
    expect(readPage(later).at).not.toBe(readPage(one).at);
    // What still lacks something may lack less the next time.
    upstream?.lose('upstream-http');
    kit.vendor.refusal = new FeedError('upstream-http', 'REST answered 503.');
    upstream?.connect(1_000);
    await kit.timing.advance(3_000);
    expect(readPage(await ask())).toMatchObject({ partial: true });
    expect(await ask()).not.toBe(await ask());
  });

  it('keeps a snapshot whose pages are read while others are given whole', async () => {
    const settings = { snapshotCuts: 2, fixturesPollMs: 0, oddsRefreshMs: 0 };
    const kit = await aLiveKit({ settings });
    const data = [aWireRow({ id: 'b' }), aWireRow({ id: 'c' })];
    kit.vendor.open()[0]?.event('copilot-odds', { data });
    const { next } = await page(kit, { limit: 1 });
    for (let count = 0; count < 5; count += 1) await page(kit, { limit: 10 });
    const rest = await page(kit, { limit: 10, page: String(next) });
    expect(rest.odds).toHaveLength(2);
    // Of those that have more pages, the one that was asked for longest ago goes.
    for (let count = 0; count < 2; count += 1) await page(kit, { limit: 1 });
    await expect(page(kit, { limit: 1, page: String(next) })).rejects.toMatchObject({
      kind: 'gone',
    });
  });

  it('holds so many bytes of pages and no more, and makes anew what it let go', async () => {
    const settings = { snapshotBytes: 1, fixturesPollMs: 0, oddsRefreshMs: 0 };
    const kit = await aLiveKit({ settings });
    const data = [aWireRow({ id: 'b' }), aWireRow({ id: 'c' })];
    kit.vendor.open()[0]?.event('copilot-odds', { data });
    const ask = (token?: string) =>
      kit.hub.snapshot(ALL, { waitMs: 0, limit: 2, ageMs: 60_000, page: token });
    const one = await ask();
    await Promise.resolve();
    const again = await ask();
    expect(again).not.toBe(one);
    expect(readPage(again)).toEqual(readPage(one));
    expect(readPage(await ask(String(readPage(one).next))).odds).toHaveLength(1);
  });

  it('starts a page with the first fixtures and the main lines of their main markets', async () => {
    const kit = await aLiveKit();
    const data = Array.from({ length: 60 }, (_, index) => {
      const fixture_id = `F${String(index).padStart(2, '0')}`;
      const markets = ['Moneyline', 'Point Spread', 'Player Points'];
      return markets.flatMap((market) =>
        [true, false].map((is_main) =>
          aWireRow({ id: `${fixture_id} ${market} ${is_main}`, fixture_id, market, is_main }),
        ),
      );
    }).flat();
    kit.vendor.open()[0]?.event('copilot-odds', { data, type: 'copilot-odds' });
    const options = { waitMs: 0, fixtures: 10, mainMarkets: ['moneyline', 'point_spread'] };
    const screen = await kit.hub.firstScreen(DEFAULT_QUERY, options);
    expect(screen.totals).toEqual({ fixtures: 61, odds: 361 });
    expect(screen.snapshot.fixtures).toHaveLength(10);
    expect(screen.snapshot.next).toBeNull();
    expect(new Set(screen.snapshot.odds.map(({ market }) => market))).toEqual(
      new Set(['Moneyline', 'Point Spread']),
    );
    expect(screen.snapshot.odds.every(({ is_main }) => is_main)).toBe(true);
    const lines = await kit.hub.firstScreen({ ...DEFAULT_QUERY, view: 'lines' }, options);
    expect(lines.snapshot.odds.length).toBeGreaterThan(screen.snapshot.odds.length);
    const filtered = await kit.hub.firstScreen(
      { ...DEFAULT_QUERY, market: ['Player Points'] },
      options,
    );
    expect(filtered.totals).toEqual({ fixtures: 60, odds: 120 });
    expect(filtered.snapshot.odds.every(({ market }) => market === 'Player Points')).toBe(true);
    const none = await kit.hub.firstScreen({ ...DEFAULT_QUERY, q: 'nobody' }, options);
    // All rows are of the second at which the clock began.
    await kit.timing.advance(150_000);
    const quiet = (minutes: number) =>
      kit.hub.firstScreen({ ...DEFAULT_QUERY, view: 'lines', quiet: minutes }, options);
    expect((await quiet(2)).totals).toMatchObject({ odds: 361 });
    expect((await quiet(3)).totals).toEqual({ fixtures: 0, odds: 0 });
    expect(none).toMatchObject({ snapshot: { fixtures: [], odds: [] }, totals: { fixtures: 0 } });
  });

  it('lists fixtures without odds, and odds whose fixture nobody described', async () => {
    const kit = await aLiveKit();
    kit.vendor.open()[0]?.event(
      'copilot-settled-odds',
      {
        data: [aSettledWireRow({ id: 'lone', fixture_id: 'FX9' })],
        type: 'copilot-settled-odds',
      },
      '5-0',
    );
    const body = await snapshot(kit, aQuery('market=Moneyline'));
    expect(body.fixtures.map(({ id }) => id).sort()).toEqual(['FX1', 'FX9']);
    const none = await snapshot(kit, aQuery('market=Nothing'));
    expect(none).toMatchObject({ odds: [], fixtures: [{ id: 'FX1' }] });
  });

  it('forgets a finished fixture some hours after its end', async () => {
    const kit = await aLiveKit();
    const data = { fixture_id: 'FX1', league: 'NBA', new_status: 'completed', old_status: 'live' };
    kit.vendor.open()[0]?.event('fixture-status', { data, entry_id: '90-1' });
    const minutes = async (count: number) => {
      for (let minute = 0; minute < count; minute += 10) {
        await kit.timing.advance(600_000);
        await kit.reader.take();
      }
    };
    await minutes(350);
    expect(kit.hub.book.fixtures.size).toBe(1);
    await minutes(20);
    expect(kit.hub.book.fixtures.size).toBe(0);
    expect(kit.hub.book.odds.size).toBe(0);
  });

  it('tells boards of the league, and no others, what it forgets, in its place among the entries', async () => {
    const settings = { finishedMs: 60_000, oddsRefreshMs: 0, fixturesPollMs: 0 };
    const kit = await aLiveKit({ settings });
    const other = watch(kit, aQuery('league=NCAAB&include_fixture_updates=true'));
    const withoutFixtures = watch(kit, aQuery('league=NBA'));
    const query = aQuery('league=NBA&include_fixture_updates=true');
    const board = watch(kit, query);
    await kit.timing.advance(1_000);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(1_000);
    const position = kit.hub.journal.last();
    const data = { fixture_id: 'FX1', league: 'NBA', new_status: 'completed', old_status: 'live' };
    kit.vendor.open()[0]?.event('fixture-status', { data, entry_id: '90-1' });
    await kit.timing.advance(80_000);
    expect(kit.hub.book.oddIdsOf('FX1').length).toBe(0);
    await Promise.all([board, other, withoutFixtures].map((reader) => reader.take()));
    expect(board.data('forgotten')).toMatchObject([{ data: { fixture_id: 'FX1' } }]);
    expect(names(board).lastIndexOf('forgotten')).toBeGreaterThan(
      names(board).indexOf('fixture-status'),
    );
    expect(names(other)).not.toContain('forgotten');
    expect(names(withoutFixtures)).not.toContain('forgotten');
    const back = watch(kit, query, position);
    await back.take();
    expect(names(back)).not.toContain('reset');
    expect(back.data('forgotten')).toHaveLength(1);
  });

  it('forgets what nothing is heard of any more', async () => {
    const kit = await aLiveKit({
      settings: { finishedMs: 60_000, oddsRefreshMs: 0, fixturesPollMs: 0 },
    });
    const listen = async (minutes: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        await kit.timing.advance(60_000);
        await kit.reader.take();
      }
    };
    await listen(3);
    const row = aWireRow({ id: 'z', fixture_id: 'FX7' });
    kit.vendor.open()[0]?.event('copilot-odds', { data: [row], type: 'copilot-odds' }, '5-0');
    await listen(4);
    expect([...kit.hub.book.odds.keys()]).toEqual(['z']);
    await listen(4);
    expect(kit.hub.book.odds.size).toBe(0);
    expect(kit.hub.book.fixtures.size).toBe(0);
  });

  it('makes no entry of a fixture that was only touched', async () => {
    const kit = await aLiveKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 60_000 } });
    const end = kit.hub.journal.end;
    kit.vendor.fixtures = [aWireFixture({ updated_at: '2026-11-22T21:00:00Z' })];
    await kit.timing.advance(61_000);
    expect(kit.hub.journal.end).toBe(end);
    kit.vendor.fixtures = [aWireFixture({ result: { scores: { home: { total: 2 } } } })];
    await kit.timing.advance(61_000);
    expect(kit.hub.journal.end).toBe(end + 1);
  });

  it('holds no more odds than its bound, and says that some are missing', async () => {
    const kit = await aLiveKit({ settings: { bookOdds: 10, oddsRefreshMs: 0 } });
    const data = Array.from({ length: 40 }, (_, index) => aWireRow({ id: `o${index}` }));
    for (const row of data) {
      kit.vendor.open()[0]?.event('copilot-odds', { data: [row], type: 'copilot-odds' });
    }
    expect(kit.hub.book.odds.size).toBe(10);
    expect(kit.hub.status(ALL)).toMatchObject({ partial: true });
    kit.vendor.open()[0]?.event('copilot-odds', {
      data: [aWireRow({ id: 'a', price: 199, timestamp: ROW_SECONDS + 9 })],
      type: 'copilot-odds',
    });
    expect(kit.hub.book.odds.get('a')?.price).toBe(199);
  });

  it('reads what it had no room for once it has, and says that it is missing until then', async () => {
    const finishedMs = 30_000;
    const kit = await aLiveKit({
      settings: { bookOdds: 4, oddsRefreshMs: 0, fixturesPollMs: 0, finishedMs },
    });
    kit.hub.stream(aQuery('league=Nonsense'), null, new AbortController().signal);
    await kit.timing.advance(300);
    const over = [aWireFixture({ id: 'OVER', status: 'completed' })];
    kit.vendor.fixtures = [aWireFixture(), ...over];
    const end = { fixture_id: 'OVER', league: 'NBA', new_status: 'completed', old_status: 'live' };
    const [upstream] = kit.vendor.open();
    upstream?.event('fixture-status', { data: end });
    for (const id of ['x', 'y', 'z']) {
      upstream?.event('copilot-odds', { data: [aWireRow({ id, fixture_id: 'OVER' })] });
    }
    // It moved while there was no room for it, and nothing will say so again.
    upstream?.event('copilot-odds', { data: [aWireRow({ id: 'late' })] });
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' }), aRestRow({ id: 'late', price: 133 })]);
    expect(kit.hub.book.odds.has('late')).toBe(false);
    kit.vendor.refusal = new FeedError('upstream-http', 'REST answered 503.');
    await kit.timing.advance(finishedMs + 10_000);
    expect([...kit.hub.book.odds.keys()]).toEqual(['a']);
    expect(kit.hub.status(ALL)).toMatchObject({ partial: true });
    kit.vendor.refusal = null;
    await kit.timing.advance(20_000);
    expect(kit.hub.book.odds.get('late')?.price).toBe(133);
    expect(kit.hub.status(ALL)).toMatchObject({ partial: false });
    // A word that the vendor may refuse is asked for apart.
    const asked = kit.vendor.asked.filter(({ path }) => path === 'fixtures');
    const mixed = asked.filter(({ values }) => values.includes('Nonsense') && values.length > 1);
    expect(mixed).toEqual([]);
  });

  it('locks what was open of a league that nobody carries, and has all of it back when somebody asks again', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' }), aRestRow({ id: 'gone' })]);
    const query = aQuery('league=NBA');
    const states = () =>
      Object.fromEntries([...kit.hub.book.odds.values()].map(({ id, state }) => [id, state]));
    const connect = async () => {
      await kit.timing.advance(500);
      kit.vendor.open().at(-1)?.connect();
      await kit.timing.advance(500);
    };
    const viewer = new AbortController();
    kit.hub.stream(query, null, viewer.signal);
    await connect();
    const [upstream] = kit.vendor.open();
    upstream?.event('copilot-locked-odds', { data: [aWireRow({ id: 'locked' })] });
    upstream?.event('copilot-settled-odds', { data: [aSettledWireRow({ id: 'settled' })] });
    viewer.abort();
    await kit.timing.advance(70_000);
    expect(kit.vendor.open()).toEqual([]);
    const unwatched = { a: 'locked', gone: 'locked', locked: 'locked', settled: 'settled' };
    expect(states()).toEqual(unwatched);

    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    const filledBefore = kit.hub.status(query).filledAt;
    kit.hub.stream(query, null, new AbortController().signal);
    await connect();
    expect(states()).toEqual({ ...unwatched, a: 'open' });
    // A viewer that resumes from before must read the snapshot: the fill made no entries.
    expect(kit.hub.status(query).filledAt).not.toBe(filledBefore);
  });

  it('refuses a position from before a league was let go and filled anew, and no later one', async () => {
    const kit = createHubKit({
      settings: { oddsRefreshMs: 0, fixturesPollMs: 0, leagueLingerMs: 1_000 },
    });
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    const nba = aQuery('league=NBA');
    const leave = new AbortController();
    readStream(kit.hub.stream(nba, null, leave.signal));
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(100);
    const position = kit.hub.journal.last();
    leave.abort();
    const again = watch(kit, nba, position);
    await again.take();
    expect(names(again)).not.toContain('reset');
    await again.cancel();
    await kit.timing.advance(3_000);
    expect(kit.vendor.open()).toEqual([]);
    const back = watch(kit, nba, position);
    await back.take();
    expect(back.data('reset')).toMatchObject([{ reason: 'too-old' }]);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(100);
    const late = watch(kit, nba, position);
    await late.take();
    expect(late.data('reset')).toMatchObject([{ reason: 'too-old' }]);
    const fresh = watch(kit, nba, kit.hub.status(nba).filledAt);
    await fresh.take();
    expect(names(fresh)).not.toContain('reset');
  });

  it('leaves no timer and no connection behind when it closes', async () => {
    const kit = await aLiveKit({ settings: {} });
    kit.hub.close();
    await kit.timing.advance(600_000);
    expect(kit.timing.pending()).toBe(0);
    expect(kit.vendor.open()).toEqual([]);
  });
});
