/** Gaps of the way to the vendor: from when to when, whose, and how they were healed. */
import { describe, expect, it } from 'vitest';
import { createGapLedger } from '@/lib/feed/gaps';
import type { Meter } from '@/lib/feed/meter';
import { NO_METER } from '@/lib/feed/meter';
import { FeedError } from '@/lib/protocol/errors';
import { aRestRow, aWireRow } from '@/tests/support/builders';
import { aQuery, aWireFixture, createHubKit, type HubKit } from '@/tests/support/feed-deps';

const ALL = aQuery();

function watch(kit: HubKit, query = ALL): AbortController {
  const viewer = new AbortController();
  void kit.hub.stream(query, null, viewer.signal);
  return viewer;
}

/** A hub whose viewer watches `query`, live and filled, with two leagues of one odd each. */
async function aLiveKit(options: Parameters<typeof createHubKit>[0] = {}, query = ALL) {
  const healed: [how: string, gapMs: number][] = [];
  const meter: Meter = { ...NO_METER, healed: (how, gapMs) => void healed.push([how, gapMs]) };
  const settings = { oddsRefreshMs: 0, fixturesPollMs: 0, ...options.settings };
  const kit = createHubKit({ ...options, settings, deps: { meter, ...options.deps } });
  kit.vendor.fixtures = [
    aWireFixture(),
    aWireFixture({ id: 'FX2', league: { id: 'ncaab', name: 'NCAAB' } }),
  ];
  for (const [id, league] of [
    ['FX1', 'NBA'],
    ['FX2', 'NCAAB'],
  ] as const) {
    const { fixture_id, game_id, sport, ...row } = aWireRow({ id: `odd of ${id}`, league });
    kit.vendor.odds.set(id, [row]);
  }
  const viewer = watch(kit, query);
  await kit.timing.advance(300);
  for (const upstream of kit.vendor.open()) upstream.connect();
  await kit.timing.advance(3_000);
  return { kit, healed, viewer };
}

function priceOf(kit: HubKit, fixtureId: string, price: number): void {
  const [row] = kit.vendor.odds.get(fixtureId) ?? [];
  kit.vendor.odds.set(fixtureId, [{ ...row, price, timestamp: Number(row?.timestamp) + 5 }]);
}

describe('gaps', () => {
  it('are told while they last, while what was missed is read, and with what the read corrected', async () => {
    const { kit, healed } = await aLiveKit();
    expect(kit.hub.status(ALL).gaps).toEqual([]);
    const [upstream] = kit.vendor.open();
    const from = kit.timing.now();
    upstream?.lose('stalled');
    await kit.timing.advance(4_000);
    expect(kit.hub.status(ALL).gaps).toEqual([
      {
        from,
        until: null,
        leagues: ['NBA', 'NCAAB'],
        others: 0,
        why: 'stalled',
        healing: 'waiting',
        differences: null,
      },
    ]);
    priceOf(kit, 'FX1', 140);
    upstream?.connect(4_000);
    // Back is not yet live: what was missed may be on the board.
    expect(kit.hub.status(ALL)).toMatchObject({
      feed: 'late',
      since: from,
      gaps: [{ until: from + 4_000, healing: 'reading' }],
    });
    await kit.timing.advance(100);
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'live', partial: false });
    expect(kit.hub.status(ALL).gaps).toMatchObject([
      { from, until: from + 4_000, healing: 'read', differences: 1 },
    ]);
    expect(healed).toEqual([['read', 4_000]]);
    expect(kit.hub.health()).toMatchObject({
      gaps: [{ healing: 'read' }],
      differences: { afterGaps: 1, beside: 0 },
    });
  });

  it('are told of by their length, where it is one to speak of', async () => {
    const { kit } = await aLiveKit();
    const [upstream] = kit.vendor.open();
    for (const [lengthMs, what] of [
      [40, 'Prices were'],
      [400, 'A gap of 0.4 s was'],
      [4_000, 'A gap of 4.0 s was'],
      [3 * 3_600_000, 'A gap of 3 h 00 m was'],
    ] as const) {
      upstream?.lose('stalled');
      await kit.timing.advance(lengthMs);
      upstream?.connect(lengthMs);
      await kit.timing.advance(1_000);
      expect(kit.hub.status(ALL)).toMatchObject({
        feed: 'live',
        message: `${what} read again: nothing differed.`,
      });
    }
  });

  it('stay open while the read after them fails, which is tried again within 10 s', async () => {
    const { kit, healed } = await aLiveKit();
    const [upstream] = kit.vendor.open();
    upstream?.lose('upstream-http');
    await kit.timing.advance(1_000);
    kit.vendor.refusal = new FeedError('upstream-http', 'REST answered 503.');
    upstream?.connect(1_000);
    await kit.timing.advance(120_000);
    // The stream is live; what it missed is not known, which is said as such.
    expect(kit.hub.status(ALL)).toMatchObject({
      feed: 'live',
      partial: true,
      gaps: [{ healing: 'failed' }],
    });
    expect(healed).toEqual([]);
    kit.vendor.refusal = null;
    await kit.timing.advance(10_100);
    expect(kit.hub.status(ALL)).toMatchObject({
      partial: false,
      gaps: [{ healing: 'read', differences: 0 }],
    });
  });

  it('are what lies between the first read of a league and the first stream of it', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    watch(kit);
    const startMs = kit.timing.now();
    await kit.timing.advance(5_000);
    const [upstream] = kit.vendor.open();
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'connecting', partial: false, gaps: [] });
    upstream?.setState('dead');
    // It left the board meanwhile, and no stream told of it.
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'b' })]);
    await kit.timing.advance(20_000);
    expect(kit.hub.book.odds.get('a')?.state).toBe('open');
    upstream?.connect();
    const { gaps, ...status } = kit.hub.status(ALL);
    const from = gaps[0]?.from ?? 0;
    expect(from).toBeGreaterThanOrEqual(startMs + 2_000);
    expect(from).toBeLessThan(startMs + 3_000);
    expect(status).toMatchObject({ feed: 'late', since: from });
    expect(gaps).toMatchObject([{ until: kit.timing.now(), others: 0, healing: 'reading' }]);
    await kit.timing.advance(100);
    expect(kit.hub.book.odds.get('a')?.state).toBe('locked');
    const healed = kit.hub.status(ALL);
    expect(healed).toMatchObject({ feed: 'live', partial: false, gaps: [{ healing: 'read' }] });
  });

  it('last until a read that began after the first stream, where the first read is still under way', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    const { odds } = kit.rest;
    kit.rest.odds = async (...asked) => {
      const read = await odds(...asked);
      await new Promise<void>((resolve) => kit.timing.schedule(resolve, 1_000));
      return read;
    };
    watch(kit);
    await kit.timing.advance(3_500);
    // The open odds were told by now, and have not come yet.
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'b' })]);
    kit.vendor.open()[0]?.connect();
    await kit.timing.advance(1_500);
    expect(kit.hub.book.odds.get('a')?.state).toBe('open');
    expect(kit.hub.status(ALL).feed).toBe('late');
    await kit.timing.advance(5_000);
    expect(kit.hub.book.odds.get('a')?.state).toBe('locked');
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'live', gaps: [{ healing: 'read' }] });
  });

  it('are none where the stream of a league is up before its first read', async () => {
    const { kit } = await aLiveKit();
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'live', partial: false, gaps: [] });
    expect(kit.hub.status(ALL).message).toBeNull();
  });

  it('are not healed by a read that began before they were over', async () => {
    const { kit } = await aLiveKit();
    const [upstream] = kit.vendor.open();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let calls = 0;
    const { odds } = kit.rest;
    kit.rest.odds = async (ids, kind) => {
      calls += 1;
      const read = await odds(ids, kind);
      if (calls === 1) await held;
      return read;
    };
    upstream?.connect(2_000);
    await kit.timing.advance(500);
    upstream?.lose('upstream-http');
    await kit.timing.advance(500);
    upstream?.connect(500);
    await kit.timing.advance(100);
    expect(kit.hub.status(ALL).gaps.map(({ healing }) => healing)).toEqual(['reading', 'reading']);
    priceOf(kit, 'FX1', 150);
    const before = calls;
    release();
    await kit.timing.advance(100);
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'late', gaps: [{}, { healing: 'reading' }] });
    await kit.timing.advance(1_000);
    expect(calls).toBeGreaterThan(before);
    expect(kit.hub.status(ALL).gaps.map(({ healing }) => healing)).toEqual(['read', 'read']);
    expect(kit.hub.book.odds.get('odd of FX1')?.price).toBe(150);
  });

  it('make late those alone whose leagues they are', async () => {
    const { kit } = await aLiveKit({ settings: { connectionLeagues: 1 } });
    const nba = kit.vendor.open().find(({ leagues }) => leagues.includes('NBA'));
    nba?.connect(4_000);
    expect(kit.hub.status(aQuery('league=NBA')).feed).toBe('late');
    expect(kit.hub.status(aQuery('league=NCAAB')).feed).toBe('live');
    expect(kit.hub.status(ALL).feed).toBe('late');
  });

  it('are what an unreadable event leaves, one for all that come until they are read', async () => {
    const { kit } = await aLiveKit();
    const [upstream] = kit.vendor.open();
    priceOf(kit, 'FX1', 140);
    for (let count = 0; count < 100; count += 1) upstream?.damage();
    expect(kit.hub.status(ALL)).toMatchObject({
      feed: 'late',
      gaps: [{ why: 'bad-row', healing: 'reading' }],
    });
    const asked = kit.vendor.asked.length;
    await kit.timing.advance(2_000);
    expect(kit.hub.status(ALL)).toMatchObject({
      feed: 'live',
      gaps: [{ why: 'bad-row', healing: 'read', differences: 1 }],
    });
    expect(kit.hub.book.odds.get('odd of FX1')?.price).toBe(140);
    // Read once, and once more for those that came meanwhile.
    const lists = kit.vendor.asked.slice(asked).filter(({ path }) => path === 'fixtures');
    expect(lists.length).toBeLessThanOrEqual(2);
  });

  it('that damage goes on leaving are read ever less often, and said to be open until then', async () => {
    const { kit } = await aLiveKit();
    const [upstream] = kit.vendor.open();
    const asked = kit.vendor.asked.length;
    let partial = 0;
    let late = 0;
    for (let second = 0; second < 300; second += 1) {
      upstream?.damage();
      await kit.timing.advance(1_000);
      const status = kit.hub.status(ALL);
      if (status.partial) partial += 1;
      if (status.feed === 'late') late += 1;
    }
    const reads = kit.vendor.asked.slice(asked).filter(({ path }) => path === 'fixtures');
    // At 0, 2, 6, 14 s and then every 8 s.
    expect(reads.length).toBeGreaterThan(30);
    expect(reads.length).toBeLessThan(45);
    expect(partial).toBeGreaterThan(240);
    expect(late).toBeLessThan(5);
    // Once it has ended, so has that.
    await kit.timing.advance(9_000);
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'live', partial: false });
    // Long after, the first one counts as such.
    await kit.timing.advance(700_000);
    upstream?.damage();
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'late' });
    await kit.timing.advance(2_000);
    expect(kit.hub.status(ALL)).toMatchObject({ feed: 'live', partial: false });
  });

  it('that damage leaves wait for the read that is due anyway where the last one failed', async () => {
    const { kit } = await aLiveKit();
    const [upstream] = kit.vendor.open();
    kit.vendor.refusal = new FeedError('upstream-http', 'REST answered 503.');
    const asked = kit.vendor.asked.length;
    for (let second = 0; second < 120; second += 1) {
      upstream?.damage();
      await kit.timing.advance(1_000);
    }
    // One request per 2.5 to 5 s, as without the damage.
    expect(kit.vendor.asked.length - asked).toBeLessThan(48);
    expect(kit.hub.status(ALL)).toMatchObject({ partial: true });
  });

  it('make late as long as they last, though hundreds of others are told since', async () => {
    const { kit } = await aLiveKit({ settings: { connectionLeagues: 1 } });
    const nba = kit.vendor.open().find(({ leagues }) => leagues.includes('NBA'));
    const other = kit.vendor.open().find(({ leagues }) => leagues.includes('NCAAB'));
    const { odds } = kit.rest;
    kit.rest.odds = async (ids, kind) => {
      // Each of the other's gaps is healed late, so that none of them can be forgotten first.
      if (ids.includes('FX2')) await new Promise<void>(() => {});
      return odds(ids, kind);
    };
    nba?.lose('stalled');
    nba?.setState('live');
    for (let count = 0; count < 300; count += 1) {
      other?.lose('stalled');
      other?.connect(1_000);
      await kit.timing.advance(1_000);
    }
    expect(kit.hub.status(aQuery('league=NBA'))).toMatchObject({ feed: 'late' });
    expect(kit.hub.status(aQuery('league=NCAAB'))).toMatchObject({ feed: 'late' });
  });

  it('are kept while they are not healed, however many come and go', async () => {
    const { kit } = await aLiveKit({ settings: { connectionLeagues: 1 } });
    const nba = kit.vendor.open().find(({ leagues }) => leagues.includes('NBA'));
    const other = kit.vendor.open().find(({ leagues }) => leagues.includes('NCAAB'));
    nba?.lose('stalled');
    nba?.setState('live');
    for (let count = 0; count < 100; count += 1) {
      other?.connect(1_000);
      await kit.timing.advance(2_000);
    }
    expect(kit.hub.health().gaps.length).toBeLessThan(60);
    expect(kit.hub.status(aQuery('league=NBA'))).toMatchObject({ feed: 'late' });
    expect(kit.hub.status(aQuery('league=NCAAB'))).toMatchObject({ feed: 'live' });
  });

  it("are told to those whose leagues they are, by those leagues' names alone", async () => {
    const { kit } = await aLiveKit({ settings: { connectionLeagues: 1 } });
    const nba = kit.vendor.open().find(({ leagues }) => leagues.includes('NBA'));
    nba?.lose('stalled');
    expect(kit.hub.status(aQuery('league=NBA')).gaps).toMatchObject([{ leagues: ['NBA'] }]);
    expect(kit.hub.status(aQuery('league=NCAAB')).gaps).toEqual([]);
    expect(kit.hub.status(ALL).gaps).toMatchObject([{ leagues: ['NBA'] }]);
  });

  it('end when nobody watches the leagues any more', async () => {
    const nba = aQuery('league=NBA');
    const { kit, healed, viewer } = await aLiveKit({ settings: { leagueLingerMs: 1_000 } }, nba);
    kit.vendor.open()[0]?.lose('stalled');
    viewer.abort();
    await kit.timing.advance(2_000);
    expect(kit.hub.health().gaps).toMatchObject([{ leagues: ['NBA'], healing: 'let-go' }]);
    expect(kit.hub.health().gaps[0]?.until).not.toBe(null);
    expect(healed.map(([how]) => how)).toEqual(['let-go']);
  });

  it('of three connections fit a status frame of 4 KiB, however many there were', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `A league with a long name ${index}`);
    const kit = createHubKit({ leagues: names, settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    kit.vendor.fixtures = [];
    watch(kit);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(3_000);
    for (let round = 0; round < 40; round += 1) {
      for (const upstream of kit.vendor.open()) upstream.lose('frame-too-large');
      await kit.timing.advance(1_500);
      for (const upstream of kit.vendor.open()) upstream.connect(1_500);
      await kit.timing.advance(500);
    }
    const status = kit.hub.status(ALL);
    expect(status.connections).toHaveLength(3);
    expect(status.gaps).toHaveLength(14);
    expect(status.gaps.at(-1)).toMatchObject({ others: 8, healing: 'read' });
    const bytes = JSON.stringify(status).length;
    expect(bytes).toBeLessThan(4_096);
    expect(kit.hub.health().gaps).toHaveLength(14);
  });
});

describe('the past of gaps', () => {
  const NBA = { key: 'nba', name: 'NBA' };
  const NCAAB = { key: 'ncaab', name: 'NCAAB' };

  function aLedger() {
    const clock = { ms: 1_000 };
    return { clock, gaps: createGapLedger(() => clock.ms, NO_METER) };
  }

  it('lasts from the last frame until what was missed has been read', () => {
    const { clock, gaps } = aLedger();
    gaps.lost([NBA], 1_000, 'stalled');
    clock.ms = 5_000;
    gaps.carried([NBA], 4_000);
    clock.ms = 9_000;
    gaps.read(['nba'], 6_000, 0);
    const silentAt = (ms: number) => gaps.silentAt(['nba'], ms);
    expect([999, 1_000, 1_001, 5_001, 8_999].map(silentAt)).toEqual([
      null,
      null,
      1_000,
      1_000,
      1_000,
    ]);
    expect([9_000, 20_000].map(silentAt)).toEqual([null, null]);
  });

  it('lasts while nobody has read it, and no longer than its silence where the read fails', () => {
    const { clock, gaps } = aLedger();
    gaps.lost([NBA], 1_000, 'stalled');
    clock.ms = 60_000;
    expect(gaps.silentAt(['nba'], 59_000)).toBe(1_000);
    gaps.carried([NBA], 59_000);
    expect(gaps.silentAt(['nba'], 60_500)).toBe(1_000);
    gaps.failed(['nba']);
    expect(gaps.silentAt(['nba'], 60_500)).toBeNull();
    expect(gaps.silentAt(['nba'], 59_000)).toBe(1_000);
  });

  it('is that of the leagues asked for, the earliest of several', () => {
    const { clock, gaps } = aLedger();
    gaps.lost([NCAAB], 2_000, 'stalled');
    gaps.lost([NBA], 1_500, 'stalled');
    clock.ms = 10_000;
    expect(gaps.silentAt(['nba'], 3_000)).toBe(1_500);
    expect(gaps.silentAt(['ncaab'], 3_000)).toBe(2_000);
    expect(gaps.silentAt(['ncaab', 'nba'], 3_000)).toBe(1_500);
    expect(gaps.silentAt([''], 3_000)).toBe(1_500);
    expect(gaps.silentAt(['wnba'], 3_000)).toBeNull();
  });
});
