/** What REST mends, on vendors that answer in their own ways. */
import { describe, expect, it } from 'vitest';
import { createGate } from '@/lib/feed/gate';
import { FeedError } from '@/lib/protocol/errors';
import { aRestRow, aSettledWireRow, aWireRow, ROW_SECONDS } from '@/tests/support/builders';
import { createFakeTiming } from '@/tests/support/fake-timing';
import {
  aQuery,
  aWireFixture,
  createHubKit,
  type HubKit,
  readPage,
} from '@/tests/support/feed-deps';

function watch(kit: HubKit, query = aQuery()): AbortController {
  const viewer = new AbortController();
  kit.hub.stream(query, null, viewer.signal);
  return viewer;
}

/** A hub with a viewer of everything, live, with the fixtures of the vendor read. */
async function aFilledKit(options: Parameters<typeof createHubKit>[0] = {}) {
  const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 }, ...options });
  kit.vendor.fixtures = [aWireFixture()];
  kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
  watch(kit);
  await kit.timing.advance(300);
  for (const upstream of kit.vendor.open()) upstream.connect();
  await kit.timing.advance(100);
  return kit;
}

/** A hub whose vendor has more fixtures, `F00` to `F11`, than it tells of in one answer; `odds` is how it answers. */
function aKitOfMany() {
  const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
  const ids = Array.from({ length: 12 }, (_, index) => `F${String(index).padStart(2, '0')}`);
  kit.vendor.fixtures = ids.map((id) => aWireFixture({ id }));
  for (const id of ids) kit.vendor.odds.set(id, [aRestRow({ id: `odd of ${id}` })]);
  return { kit, ids, odds: kit.rest.odds };
}

const post = (kit: HubKit, row: Record<string, unknown>) =>
  kit.vendor.open()[0]?.event('copilot-odds', { data: [row], type: 'copilot-odds' });
const stateOf = (kit: HubKit, id: string) => kit.hub.book.odds.get(id)?.state;

/** Answers every call of this path with an error, until told otherwise. */
function refuse(kit: HubKit, path: string): { stop(): void } {
  const push = kit.vendor.asked.push.bind(kit.vendor.asked);
  let isOn = true;
  kit.vendor.asked.push = (call) => {
    const count = push(call);
    if (isOn && call.path === path) throw new FeedError('upstream-http', `${path} answered 400.`);
    return count;
  };
  return {
    stop() {
      isOn = false;
    },
  };
}

describe('repair', () => {
  it('learns settlements of a fixture that was over before the gap', async () => {
    const kit = await aFilledKit();
    const data = { fixture_id: 'FX1', league: 'NBA', new_status: 'completed', old_status: 'live' };
    kit.vendor.open()[0]?.event('fixture-status', { data, entry_id: '90-1' });
    kit.vendor.fixtures = [];
    kit.vendor.others = [aWireFixture({ status: 'completed' })];
    kit.vendor.odds.delete('FX1');
    kit.vendor.settled.set('FX1', [{ ...aRestRow({ id: 'a' }), settlement: 'Won' }]);
    kit.vendor.open()[0]?.connect(4_000);
    await kit.timing.advance(200);
    expect(kit.hub.book.odds.get('a')).toMatchObject({ state: 'settled', settlement: 'Won' });
    await kit.timing.advance(3_610_000);
    const asked = kit.vendor.asked.length;
    kit.vendor.open()[0]?.connect(4_000);
    await kit.timing.advance(200);
    // Nothing of it is unsettled, nor corrected any more: only the list of fixtures is read.
    expect(kit.vendor.asked.slice(asked).map(({ path }) => path)).toEqual(['fixtures']);
  });

  it('learns settlements of a fixture that is over beside a healthy stream', async () => {
    const kit = await aFilledKit({ settings: { oddsRefreshMs: 60_000, fixturesPollMs: 0 } });
    const data = { fixture_id: 'FX1', league: 'NBA', new_status: 'completed', old_status: 'live' };
    kit.vendor.open()[0]?.event('fixture-status', { data, entry_id: '90-1' });
    kit.vendor.settled.set('FX1', [{ ...aRestRow({ id: 'a' }), settlement: 'Won' }]);
    kit.vendor.odds.delete('FX1');
    await kit.timing.advance(130_000);
    expect(stateOf(kit, 'a')).toBe('settled');
  });

  it('opens no lock for what an answer about settlements lists besides them', async () => {
    const kit = await aFilledKit();
    await kit.timing.advance(20_000);
    const lock = { data: [aWireRow({ id: 'a' })], type: 'copilot-locked-odds' };
    kit.vendor.open()[0]?.event('copilot-locked-odds', lock);
    await kit.timing.advance(1_000);
    // Both answers may be older than the lock.
    kit.vendor.settled.set('FX1', [
      aRestRow({ id: 'a' }),
      { ...aRestRow({ id: 'b' }), settlement: 'Won' },
    ]);
    kit.vendor.open()[0]?.connect(1_000);
    await kit.timing.advance(200);
    expect(stateOf(kit, 'a')).toBe('locked');
    expect(stateOf(kit, 'b')).toBe('settled');
    kit.vendor.odds.set('FX1', []);
    await kit.timing.advance(30_000);
    expect(stateOf(kit, 'a')).toBe('locked');
  });

  it('reads what a closed gate held back, within the same cycle', async () => {
    const gate = createGate(createFakeTiming(), 1);
    let heldMs = 0;
    const kit = await aFilledKit({
      settings: { oddsRefreshMs: 60_000, fixturesPollMs: 0 },
      deps: { gate: { ...gate, waitMs: () => heldMs } },
    });
    await kit.timing.advance(61_000);
    const asked = () => kit.vendor.asked.filter(({ path }) => path === 'odds').length;
    const before = asked();
    heldMs = 5_000;
    await kit.timing.advance(62_000);
    expect(asked()).toBe(before);
    heldMs = 0;
    await kit.timing.advance(5_000);
    expect(asked()).toBe(before + 1);
  });

  it('reads all of a sport in one cycle, however long each answer takes', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 60_000, fixturesPollMs: 0 } });
    kit.vendor.fixtures = Array.from({ length: 100 }, (_, index) =>
      aWireFixture({ id: `F${index}` }),
    );
    const { odds } = kit.rest;
    kit.rest.odds = async (ids, kind) => {
      await new Promise<void>((resolve) => kit.timing.schedule(resolve, 1_500));
      return odds(ids, kind);
    };
    watch(kit);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(60_000);
    const before = kit.vendor.asked.length;
    await kit.timing.advance(180_000);
    const read = kit.vendor.asked.slice(before).filter(({ path }) => path === 'odds');
    // 20 requests make a cycle.
    expect(read.length).toBeGreaterThanOrEqual(58);
    expect(read.length).toBeLessThanOrEqual(62);
  });

  it('counts what reads beside a healthy stream corrected', async () => {
    const kit = await aFilledKit({ settings: { oddsRefreshMs: 60_000, fixturesPollMs: 0 } });
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a', price: 170, timestamp: ROW_SECONDS + 9 })]);
    const end = kit.hub.journal.end;
    await kit.timing.advance(125_000);
    expect(kit.hub.book.odds.get('a')?.price).toBe(170);
    expect(kit.hub.journal.end).toBe(end + 1);
    expect(kit.hub.health().differences).toEqual({ afterGaps: 0, beside: 1 });
  });

  it('reads all others where one batch cannot be read, and is partial until it is', async () => {
    const { kit, ids, odds } = aKitOfMany();
    let isBroken = true;
    kit.rest.odds = async (asked, kind) => {
      if (isBroken && asked.includes('F03'))
        throw new FeedError('upstream-http', 'F03 is too big.');
      return odds(asked, kind);
    };
    watch(kit);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(60_000);
    const held = () => ids.filter((id) => kit.hub.book.odds.has(`odd of ${id}`));
    expect(held()).toEqual(ids.filter((id) => id !== 'F03'));
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: true });
    isBroken = false;
    await kit.timing.advance(120_000);
    expect(held()).toEqual(ids);
    expect(kit.hub.status(aQuery()).partial).toBe(false);
  });

  it('asks again soon where it has waited for the answer for longer than the pause', async () => {
    const { kit, odds } = aKitOfMany();
    const askedAt: number[] = [];
    kit.rest.odds = async (asked, kind) => {
      if (kind !== 'open' || !asked.includes('F03')) return odds(asked, kind);
      askedAt.push(kit.timing.now());
      if (askedAt.length > 1) return odds(asked, kind);
      // It hangs, and is given up.
      return new Promise((_, reject) => {
        kit.timing.schedule(() => reject(new FeedError('upstream-http', 'no answer')), 10_000);
      });
    };
    watch(kit);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(12_000);
    const [first = 0, second = Number.POSITIVE_INFINITY] = askedAt;
    expect(second - first).toBeLessThan(11_000);
    expect(kit.hub.book.odds.has('odd of F03')).toBe(true);
  });

  it('finds a settlement that was corrected in a gap, an hour after the end', async () => {
    const kit = await aFilledKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    const [upstream] = kit.vendor.open();
    const over = { fixture_id: 'FX1', league: 'NBA', new_status: 'completed', old_status: 'live' };
    upstream?.event('fixture-status', { data: over, entry_id: '90-1' });
    upstream?.event('copilot-settled-odds', { data: [aSettledWireRow({ id: 'a' })] });
    expect(kit.hub.book.odds.get('a')?.settlement).toBe('Won');
    kit.vendor.fixtures = [];
    kit.vendor.others = [aWireFixture({ status: 'completed' })];
    kit.vendor.odds.clear();
    kit.vendor.settled.set('FX1', [
      aSettledWireRow({ id: 'a', settlement: 'Lost', settled_at: '2026-11-22T20:30:00+00:00' }),
    ]);
    await kit.timing.advance(3_500_000);
    upstream?.connect(20_000);
    await kit.timing.advance(5_000);
    expect(kit.hub.book.odds.get('a')?.settlement).toBe('Lost');
  });

  it('asks again how a fixture ended when the look-up was refused, or came too early', async () => {
    const kit = await aFilledKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 60_000 } });
    kit.vendor.fixtures = [];
    const refusal = refuse(kit, 'fixtures-by-id');
    await kit.timing.advance(60_100);
    refusal.stop();
    kit.vendor.others = [aWireFixture({ status: 'live' })];
    await kit.timing.advance(60_000);
    expect(kit.hub.book.fixtures.get('FX1')?.status).toBe('live');
    kit.vendor.others = [aWireFixture({ status: 'completed' })];
    await kit.timing.advance(60_000);
    expect(kit.hub.book.fixtures.get('FX1')?.status).toBe('completed');
    const asked = kit.vendor.asked.length;
    await kit.timing.advance(180_000);
    expect(kit.vendor.asked.slice(asked).map(({ path }) => path)).toEqual(
      Array(3).fill('fixtures'),
    );
  });

  it('reads open odds from a vendor that refuses to list settled ones', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    refuse(kit, 'settled');
    kit.vendor.fixtures = [aWireFixture()];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    watch(kit);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(100);
    expect(stateOf(kit, 'a')).toBe('open');
    // Settlements may be missing, and that is said.
    expect(kit.hub.status(aQuery())).toMatchObject({ partial: true });
    expect(kit.hub.status(aQuery()).message).toContain('settled answered 400');
  });

  it('asks a refusing vendor for settled ones again, for one batch at a time, until it has them', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    const refusal = refuse(kit, 'settled');
    kit.vendor.fixtures = Array.from({ length: 50 }, (_, index) =>
      aWireFixture({ id: `FX${index}` }),
    );
    watch(kit);
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(1_000);
    const asked = kit.vendor.asked.length;
    await kit.timing.advance(600_000);
    const settled = kit.vendor.asked.slice(asked).filter(({ path }) => path === 'settled');
    // One batch per 2.5 to 5 s.
    expect(settled.length).toBeGreaterThan(100);
    expect(settled.length).toBeLessThan(240);
    refusal.stop();
    await kit.timing.advance(11_000);
    expect(kit.hub.status(aQuery())).toMatchObject({ partial: false });
    expect(kit.hub.status(aQuery()).message).not.toContain('settled');
  });

  it('reads a fixture of which a row came too late, or could not be believed', async () => {
    const kit = await aFilledKit();
    const [upstream] = kit.vendor.open();
    const price = (value: number, later: number) =>
      kit.vendor.odds.set('FX1', [
        aRestRow({ id: 'a', price: value, timestamp: ROW_SECONDS + later }),
      ]);
    price(150, 1);
    upstream?.event('copilot-odds', { data: [aWireRow({ id: 'a', price: 'n/a' })] });
    expect(kit.hub.book.odds.get('a')?.price).not.toBe(150);
    await kit.timing.advance(400);
    expect(kit.hub.book.odds.get('a')?.price).toBe(150);

    price(160, 2);
    const late = aWireRow({ id: 'a', price: 155, timestamp: ROW_SECONDS + 1 });
    upstream?.event('copilot-odds', { data: [late], entry_id: '90-1' }, null, true);
    expect(kit.hub.book.odds.get('a')?.price).toBe(155);
    await kit.timing.advance(3_000);
    expect(kit.hub.book.odds.get('a')?.price).toBe(160);
    expect(kit.hub.health().differences.beside).toBe(2);
  });

  it('reads a fixture in doubt not more often for all that comes of it', async () => {
    const kit = await aFilledKit();
    const asked = kit.vendor.asked.length;
    for (let count = 0; count < 600; count += 1) {
      kit.vendor.open()[0]?.event('copilot-odds', { data: [aWireRow({ id: 'a', price: null })] });
      await kit.timing.advance(100);
    }
    const reads = kit.vendor.asked.slice(asked).filter(({ path }) => path === 'odds');
    expect(reads.length).toBeGreaterThan(15);
    expect(reads.length).toBeLessThan(27);
  });

  it('says that it does not know what is in doubt for long, and asks until it does', async () => {
    const kit = await aFilledKit();
    const late = { data: [aWireRow({ id: 'a' })], entry_id: '90-1' };
    kit.vendor.refusal = new FeedError('upstream-http', 'REST answered 503.');
    kit.vendor.open()[0]?.event('copilot-odds', late, null, true);
    await kit.timing.advance(2_900);
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: false });
    await kit.timing.advance(60_000);
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: true });
    kit.vendor.refusal = null;
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a', price: 175, timestamp: ROW_SECONDS + 2 })]);
    await kit.timing.advance(10_100);
    expect(kit.hub.status(aQuery())).toMatchObject({ partial: false, message: null });
    expect(kit.hub.book.odds.get('a')?.price).toBe(175);
  });

  it('withholds what a read lists in a row that cannot be read, and learns all else of the fixture', async () => {
    const kit = await aFilledKit();
    post(kit, aWireRow({ id: 'b' }));
    post(kit, aWireRow({ id: 'c' }));
    kit.vendor.odds.set('FX1', [
      aRestRow({ id: 'a', price: 'n/a' }),
      aRestRow({ id: 'c', price: 150, timestamp: ROW_SECONDS + 2 }),
    ]);
    kit.vendor.open()[0]?.connect(4_000);
    await kit.timing.advance(100);
    expect(['a', 'b', 'c'].map((id) => stateOf(kit, id))).toEqual(['locked', 'locked', 'open']);
    expect(kit.hub.book.odds.get('c')?.price).toBe(150);
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: false });
  });

  it('withholds at once what a row of the stream tells that cannot be read', async () => {
    const kit = await aFilledKit();
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a', price: 155, timestamp: ROW_SECONDS + 2 })]);
    const end = kit.hub.journal.end;
    post(kit, aWireRow({ id: 'a', price: 'n/a', timestamp: ROW_SECONDS + 2 }));
    expect(stateOf(kit, 'a')).toBe('locked');
    expect(kit.hub.journal.end).toBe(end + 1);
    // Since now, not since its last price: for the card, and for the history.
    const now = Math.floor(kit.timing.now() / 1000);
    expect(kit.hub.book.odds.get('a')).toMatchObject({
      lockedAt: now,
      timestampSeconds: ROW_SECONDS,
    });
    expect(kit.hub.history('a').at(-1)).toMatchObject({
      event: 'copilot-locked-odds',
      timestamp: now,
    });
    await kit.timing.advance(400);
    expect(kit.hub.book.odds.get('a')).toMatchObject({ state: 'open', price: 155 });
  });

  it('goes on withholding it while reads tell what may be older, and says so', async () => {
    const kit = await aFilledKit();
    await kit.timing.advance(20_000);
    post(kit, aWireRow({ id: 'a', price: 'n/a', timestamp: ROW_SECONDS + 60 }));
    await kit.timing.advance(300);
    expect(stateOf(kit, 'a')).toBe('locked');
    await kit.timing.advance(3_000);
    expect(stateOf(kit, 'a')).toBe('locked');
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: true });
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a', price: 155, timestamp: ROW_SECONDS + 60 })]);
    await kit.timing.advance(7_000);
    expect(kit.hub.book.odds.get('a')).toMatchObject({ state: 'open', price: 155 });
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: false });
  });

  it('asks at once, and once, who plays where a row is of a fixture that nobody described', async () => {
    const kit = await aFilledKit();
    kit.vendor.others = [aWireFixture({ id: 'FX9', status: 'completed' })];
    for (const id of ['x', 'y']) {
      const settled = aSettledWireRow({ id, fixture_id: 'FX9' });
      kit.vendor.open()[0]?.event('copilot-settled-odds', { data: [settled] });
    }
    await kit.timing.advance(400);
    expect(kit.hub.book.fixtures.get('FX9')).toMatchObject({
      home: 'Harbor Kings',
      status: 'completed',
    });
    const asked = () =>
      kit.vendor.asked.filter(
        ({ path, values }) => path === 'fixtures-by-id' && values.includes('FX8'),
      ).length;
    for (let count = 0; count < 20; count += 1) {
      post(kit, aWireRow({ id: `z${count}`, fixture_id: 'FX8' }));
      await kit.timing.advance(1_000);
    }
    expect(asked()).toBe(1);
  });

  it('finds the fixture of a row that does not say it by its odd, described or not', async () => {
    const kit = await aFilledKit();
    post(kit, aWireRow({ id: 'b', fixture_id: 'FX9' }));
    for (const [id, fixtureId] of [
      ['a', 'FX1'],
      ['b', 'FX9'],
    ] as const) {
      const asked = kit.vendor.asked.length;
      post(kit, { id, price: 'n/a' });
      expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live' });
      await kit.timing.advance(400);
      expect(kit.vendor.asked.slice(asked)).toContainEqual({ path: 'odds', values: [fixtureId] });
    }
    // One of which nobody knows what it was of may have been of anything.
    post(kit, { id: 'unknown', price: 'n/a' });
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'late', gaps: [{ why: 'bad-row' }] });
  });

  it('learns a reopening that was lost within seconds of its lock, and is not sure of it until then', async () => {
    const kit = await aFilledKit();
    const lock = aWireRow({ id: 'a', timestamp: ROW_SECONDS + 60 });
    kit.vendor.open()[0]?.event('copilot-locked-odds', { data: [lock] });
    // A read tells the time of the last price, which neither lock nor reopening has changed.
    await kit.timing.advance(3_000);
    kit.vendor.open()[0]?.connect(2_000);
    await kit.timing.advance(100);
    expect(stateOf(kit, 'a')).toBe('locked');
    await kit.timing.advance(3_000);
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: true });
    await kit.timing.advance(4_500);
    expect(stateOf(kit, 'a')).toBe('open');
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: false });
  });

  it('takes no status back for an answer that may be older than it, and asks again', async () => {
    const kit = await aFilledKit();
    const data = { fixture_id: 'FX1', league: 'NBA', new_status: 'live', old_status: 'unplayed' };
    kit.vendor.open()[0]?.event('fixture-status', { data });
    await kit.timing.advance(500);
    // The vendor's list still tells what was.
    kit.vendor.open()[0]?.connect(1_000);
    await kit.timing.advance(5_000);
    expect(kit.hub.book.fixtures.get('FX1')).toMatchObject({
      status: 'live',
      oldStatus: 'unplayed',
    });
    // It goes on telling it, so it is so.
    const asked = kit.vendor.asked.length;
    await kit.timing.advance(6_000);
    expect(kit.vendor.asked.slice(asked).map(({ path }) => path)).toContain('fixtures-by-id');
    expect(kit.hub.book.fixtures.get('FX1')).toMatchObject({
      status: 'unplayed',
      oldStatus: 'live',
    });
  });

  it('does not believe an empty answer at first, nor one of a server that tells nothing at all', async () => {
    const kit = await aFilledKit();
    kit.vendor.isEmpty = true;
    kit.vendor.open()[0]?.connect(4_000);
    await kit.timing.advance(2_000);
    expect(stateOf(kit, 'a')).toBe('open');
    await kit.timing.advance(1_500);
    expect(stateOf(kit, 'a')).toBe('locked');
    // What was on offer a moment ago is asked for once more.
    await kit.timing.advance(8_000);
    expect(kit.hub.status(aQuery())).toMatchObject({ partial: false });

    kit.vendor.isEmpty = false;
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a', timestamp: ROW_SECONDS + 3 })]);
    kit.vendor.open()[0]?.connect(4_000);
    await kit.timing.advance(70_000);
    expect(stateOf(kit, 'a')).toBe('open');
    kit.vendor.isEmpty = true;
    kit.vendor.open()[0]?.connect(4_000);
    await kit.timing.advance(60_000);
    expect(stateOf(kit, 'a')).toBe('open');
    expect(kit.hub.status(aQuery())).toMatchObject({ partial: true });
    const asked = kit.vendor.asked.length;
    await kit.timing.advance(60_000);
    const reads = kit.vendor.asked.slice(asked).filter(({ path }) => path === 'odds');
    expect(reads.length).toBeLessThanOrEqual(12);
    kit.vendor.isEmpty = false;
    await kit.timing.advance(9_000);
    expect(kit.hub.status(aQuery())).toMatchObject({ partial: false });
  });

  it('calls those leagues partial alone whose settlements are refused', async () => {
    const kit = await aFilledKit();
    const other = aWireFixture({ id: 'FX2', league: { id: 'ncaab', name: 'NCAAB' } });
    kit.vendor.others = [other];
    post(kit, aWireRow({ id: 'b', fixture_id: 'FX2', league: 'NCAAB' }));
    const refusal = refuse(kit, 'settled');
    post(kit, aWireRow({ id: 'b', fixture_id: 'FX2', league: 'NCAAB', price: null }));
    await kit.timing.advance(3_100);
    const isPartial = () =>
      ['NBA', 'NCAAB'].map((league) => kit.hub.status(aQuery(`league=${league}`)).partial);
    expect(isPartial()).toEqual([false, true]);
    refusal.stop();
    await kit.timing.advance(9_000);
    expect(isPartial()).toEqual([false, false]);
  });

  it('says of a league that is refused to those alone who asked for it', async () => {
    const kit = await aFilledKit({ settings: { oddsRefreshMs: 2_000, fixturesPollMs: 0 } });
    const { fixtures, odds } = kit.rest;
    kit.rest.fixtures = async (sport, leagues) => {
      if (leagues.includes('Bogus')) throw new FeedError('upstream-http', 'Bogus answered 400.');
      return fixtures(sport, leagues);
    };
    watch(kit, aQuery('league=Bogus'));
    await kit.timing.advance(500);
    for (const upstream of kit.vendor.open()) {
      if (upstream.leagues.includes('Bogus')) upstream.connect();
    }
    const statuses = () =>
      ['NBA', 'Bogus'].map((league) => kit.hub.status(aQuery(`league=${league}`)));
    for (let round = 0; round < 4; round += 1) {
      await kit.timing.advance(5_000);
      expect(statuses()).toMatchObject([
        { feed: 'live', partial: false, message: null },
        { feed: 'live', partial: true, message: expect.stringContaining('Bogus answered 400') },
      ]);
    }
    // What is read beside it is told to all, and has ended once it can be read, though that league cannot.
    kit.rest.odds = async () => {
      throw new FeedError('upstream-http', 'Odds answered 503.');
    };
    await kit.timing.advance(5_000);
    expect(statuses()).toMatchObject([{ message: expect.stringContaining('503') }, {}]);
    kit.rest.odds = odds;
    await kit.timing.advance(10_000);
    expect(statuses()).toMatchObject([{ partial: false, message: null }, { partial: true }]);
    kit.rest.fixtures = fixtures;
    await kit.timing.advance(10_000);
    expect(statuses()).toMatchObject([{ message: null }, { partial: false }]);
  });

  it('lists what it does not poll as it was', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 20_000 } });
    const other = aWireFixture({ id: 'FX2', league: { id: 'ncaab', name: 'NCAAB' } });
    kit.vendor.fixtures = [aWireFixture(), other];
    watch(kit, aQuery('league=NCAAB'));
    watch(kit, aQuery('league=NBA'));
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(15_000);
    // NCAAB is being read again, and fails, when the list is polled for the others.
    const { fixtures } = kit.rest;
    kit.rest.fixtures = async (sport, leagues) => {
      if (leagues.includes('NCAAB')) throw new FeedError('upstream-http', 'fixtures answered 400.');
      return fixtures(sport, leagues);
    };
    kit.vendor.open()[0]?.event('copilot-odds', 'no JSON');
    await kit.timing.advance(10_000);
    kit.rest.fixtures = fixtures;
    const asked = kit.vendor.asked.length;
    await kit.timing.advance(30_000);
    const byId = kit.vendor.asked.slice(asked).filter(({ path }) => path === 'fixtures-by-id');
    expect(byId).toEqual([]);
  });

  it('asks for versions that the vendor does not list by itself, and repairs them as the others', async () => {
    const kit = await aFilledKit();
    kit.vendor.unlisted.add(31);
    const own = aRestRow({ id: 'a' });
    for (const id of ['b', 'c', 'd']) post(kit, aWireRow({ id, version_id: 31 }));
    const cut = async (...rows: object[]) => {
      kit.vendor.odds.set('FX1', [own, ...rows.map((row) => aRestRow({ version_id: 31, ...row }))]);
      await kit.timing.advance(12_000);
      kit.vendor.open()[0]?.connect(4_000);
      await kit.timing.advance(200);
      return ['a', 'b', 'c', 'd'].map((id) => {
        const { state, price } = kit.hub.book.odds.get(id) ?? {};
        return state === 'open' ? price : state;
      });
    };
    const moved = { price: 190, timestamp: ROW_SECONDS + 9 };
    expect(await cut({ id: 'b', ...moved }, { id: 'c' })).toEqual([-110, 190, -110, 'locked']);
    expect(await cut({ id: 'd', ...moved })).toEqual([-110, 'locked', 'locked', 190]);
    expect(await cut()).toEqual([-110, 'locked', 'locked', 'locked']);
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: false });
  });

  it('does not say that it knows a version that the vendor refuses to tell of', async () => {
    const kit = await aFilledKit();
    kit.vendor.unlisted.add(31);
    post(kit, aWireRow({ id: 'b', version_id: 31 }));
    const { odds } = kit.rest;
    kit.rest.odds = async (ids, kind, versions) => {
      if (versions) throw new FeedError('upstream-http', 'no such version');
      return odds(ids, kind);
    };
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a', price: 175, timestamp: ROW_SECONDS + 2 })]);
    kit.vendor.open()[0]?.connect(4_000);
    await kit.timing.advance(200);
    expect(kit.hub.book.odds.get('a')?.price).toBe(175);
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: true });
    kit.rest.odds = odds;
    await kit.timing.advance(20_000);
    expect(kit.hub.status(aQuery())).toMatchObject({ feed: 'live', partial: false });
  });

  it('reads once more after a read, however many gaps came meanwhile', async () => {
    const settings = { oddsRefreshMs: 0, fixturesPollMs: 0, restConcurrency: 1 };
    const kit = createHubKit({ settings });
    kit.vendor.fixtures = Array.from({ length: 50 }, (_, index) =>
      aWireFixture({ id: `FX${index}` }),
    );
    watch(kit);
    await kit.timing.advance(300);
    const [upstream] = kit.vendor.open();
    for (let round = 0; round < 20; round += 1) upstream?.connect(1_000);
    await kit.timing.advance(2_000);
    const calls = kit.vendor.asked.filter(({ path }) => path === 'odds');
    expect(calls).toHaveLength(2 * 10);
  });

  it('takes nothing of a league that was let go while it was read or its connection ended', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    const other = aWireFixture({ id: 'FX2', league: { id: 'ncaab', name: 'NCAAB' } });
    kit.vendor.fixtures = [aWireFixture(), other];
    kit.vendor.odds.set('FX1', [aRestRow({ id: 'a' })]);
    kit.vendor.odds.set('FX2', [aRestRow({ id: 'b' })]);
    watch(kit, aQuery('league=NCAAB'));
    const viewer = watch(kit, aQuery('league=NBA'));
    await kit.timing.advance(500);
    const [upstream] = kit.vendor.open();
    upstream?.connect();
    await kit.timing.advance(500);
    expect(kit.hub.book.odds.size).toBe(2);
    viewer.abort();
    await kit.timing.advance(61_000);
    expect(kit.hub.book.odds.get('a')?.state).toBe('locked');
    // Its successor is not up yet, so the connection of both leagues still runs.
    expect(upstream?.isClosed).toBe(false);
    post(kit, aWireRow({ id: 'late', league: 'NBA', fixture_id: 'FX3' }));
    post(kit, aWireRow({ id: 'kept', league: 'NCAAB', fixture_id: 'FX2', timestamp: ROW_SECONDS }));
    const data = { fixture_id: 'FX1', league: 'NBA', new_status: 'live', old_status: 'unplayed' };
    upstream?.event('fixture-status', { data, entry_id: '90-1' });
    post(kit, aWireRow({ id: 'a', league: 'NBA', timestamp: ROW_SECONDS + 9 }));
    expect([...kit.hub.book.odds.keys()].sort()).toEqual(['a', 'b', 'kept']);
    expect(kit.hub.book.odds.get('a')?.state).toBe('locked');
    expect(kit.hub.book.fixtures.get('FX1')?.status).toBe('unplayed');
    expect(kit.hub.book.fixtures.has('FX3')).toBe(false);
  });

  it('locks what the whole sport brought once only some leagues are carried', async () => {
    const kit = createHubKit({
      leagues: null,
      settings: { oddsRefreshMs: 0, fixturesPollMs: 0 },
    });
    watch(kit, aQuery('league=NBA'));
    const viewer = watch(kit);
    await kit.timing.advance(500);
    kit.vendor.open()[0]?.connect();
    post(kit, aWireRow({ id: 'a', league: 'NBA' }));
    post(kit, aWireRow({ id: 'b', league: 'WNBA', fixture_id: 'FX2' }));
    viewer.abort();
    await kit.timing.advance(62_000);
    expect(kit.hub.book.odds.get('a')?.state).toBe('open');
    expect(kit.hub.book.odds.get('b')?.state).toBe('locked');
  });

  it('keeps what a shorter wrapper of a fixture leaves empty, and tells no news of it', async () => {
    const kit = createHubKit({ settings: { oddsRefreshMs: 0, fixturesPollMs: 0 } });
    const result = { scores: { home: { total: 61 }, away: { total: 58 } } };
    const full = aWireFixture({ status: 'live', result, venue_name: 'Harbor Hall' });
    kit.vendor.fixtures = [full];
    watch(kit);
    await kit.timing.advance(300);
    kit.vendor.open()[0]?.connect();
    await kit.timing.advance(100);
    const end = kit.hub.journal.end;
    const competitors = { home_competitors: [], away_competitors: null };
    kit.vendor.fixtures = [{ ...full, ...competitors, result: null, venue_name: '' }];
    kit.vendor.open()[0]?.connect();
    await kit.timing.advance(100);
    expect(kit.hub.book.fixtures.get('FX1')).toMatchObject({
      score: { home: 61, away: 58 },
      homeCompetitors: [{ id: 'T1' }],
      awayCompetitors: [{ id: 'T2' }],
    });
    const { fixtures } = readPage(await kit.hub.snapshot(aQuery(), { waitMs: 0, limit: 10 }));
    expect(fixtures).toMatchObject([{ result, venue_name: 'Harbor Hall', home_competitors: [{}] }]);
    expect(kit.hub.journal.end).toBe(end);
  });
});
