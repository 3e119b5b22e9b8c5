import { describe, expect, it } from 'vitest';
import { decodeSnapshot } from '@/lib/protocol/decode';
import { snapshotFixture } from '@/lib/protocol/encode';
import { DEFAULT_QUERY, type RelayQuery } from '@/lib/protocol/filter';
import { aRestRow, aWireRow, ROW_SECONDS } from '@/tests/support/builders';
import { createChaos, LEAGUES, shown } from '@/tests/support/chaos';
import { seededRandom } from '@/tests/support/fake-timing';
import {
  aQuery,
  aWireFixture,
  createHubKit,
  type HubKit,
  readPage,
} from '@/tests/support/feed-deps';
import { readStream } from '@/tests/support/stream-reader';

const FIRST_SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);
const QUIET = { oddsRefreshMs: 0, fixturesPollMs: 0 };

const watch = (kit: HubKit, query: RelayQuery = aQuery()) =>
  readStream(kit.hub.stream(query, null, new AbortController().signal));

const past = async (kit: HubKit, at: string, query = aQuery()) =>
  readPage(await kit.hub.snapshot(query, { waitMs: 0, limit: 5_000, at }));

const refusal = (kit: HubKit, at: string) =>
  past(kit, at).then(
    () => null,
    (error: unknown) => error,
  );

/** A hub of two leagues that is live, and has been for long enough that the past is held. */
async function aLiveKit(settings: Parameters<typeof createHubKit>[0] = {}, query = aQuery()) {
  const kit = createHubKit({ settings: QUIET, ...settings });
  kit.vendor.fixtures = [0, 1, 2, 3].map((index) =>
    aWireFixture({ id: `F${index}`, league: { id: LEAGUES[index % 2], name: LEAGUES[index % 2] } }),
  );
  kit.vendor.odds.set('F0', [aRestRow({ id: 'first', fixture_id: 'F0', price: -110 })]);
  watch(kit, query);
  await kit.timing.advance(300);
  for (const upstream of kit.vendor.open()) upstream.connect();
  await kit.timing.advance(1_500);
  return kit;
}

function post(kit: HubKit, price: number, at = 5, id = 'first'): void {
  const row = aWireRow({ id, fixture_id: 'F0', price, timestamp: ROW_SECONDS + at });
  kit.vendor.open()[0]?.event('copilot-odds', { data: [row], entry_id: `${at}-0` });
}

/** All that a person can see of the hub's Book, as it is now. */
function now({ hub }: HubKit) {
  return {
    odds: shown(hub.book.odds.values()),
    fixtures: [...hub.book.fixtures.values()].map(snapshotFixture).sort(byId),
  };
}

async function then(kit: HubKit, at: string) {
  const body = await past(kit, at);
  const snapshot = decodeSnapshot(body);
  return { odds: shown(snapshot.odds), fixtures: body.fixtures.sort(byId) };
}

const byId = (a: { id?: unknown }, b: { id?: unknown }) => (String(a.id) < String(b.id) ? -1 : 1);

describe('the past', () => {
  const seeds = Array.from({ length: 6 }, (_, index) => FIRST_SEED + index);
  it.each(seeds)('is what it was, at every position of it: seed %i', async (seed) => {
    const random = seededRandom(seed);
    const kit = await aLiveKit({ settings: { ...QUIET, journalMs: 20_000 } });
    const chaos = createChaos(random);
    const was = new Map<string, ReturnType<typeof now>>();
    for (let index = 0; index < 400; index += 1) {
      const { name, data, id } = chaos();
      kit.vendor.open()[0]?.event(name, data, id);
      await kit.timing.advance(Math.floor(random() * 120));
      was.set(kit.hub.journal.last(), now(kit));
    }
    let told = 0;
    for (const [at, expected] of was) {
      const found = await then(kit, at).catch(() => null);
      if (!found) continue;
      told += 1;
      expect(found, `at ${at}, seed ${seed}`).toEqual(expected);
    }
    // What the journal is set to hold, less the time between two copies.
    expect(told).toBeGreaterThan(was.size / 3);
  });

  it('is told to the entry, or to the end of a millisecond', async () => {
    const kit = await aLiveKit();
    const before = kit.hub.journal.last();
    post(kit, 120);
    post(kit, 130, 6);
    const after = kit.hub.journal.last();
    await kit.timing.advance(1_000);
    post(kit, 140, 7);
    const priceAt = async (at: string) => (await past(kit, at)).odds[0]?.price;
    expect(await priceAt(before)).toBe(-110);
    expect(await priceAt(after.replace(/-\d+$/, '-0'))).toBe(120);
    expect(await priceAt(after)).toBe(130);
    expect(await priceAt(after.replace(/-\d+$/, ''))).toBe(130);
    expect(await priceAt(String(kit.timing.now()))).toBe(140);
    expect((await past(kit, after)).at).toBe(after);
  });

  it('holds a price that was there before anybody looked, and moved only after', async () => {
    const kit = await aLiveKit();
    await kit.timing.advance(200_000);
    const moment = String(kit.timing.now());
    await kit.timing.advance(60_000);
    post(kit, 250, 300);
    expect((await past(kit, moment)).odds).toMatchObject([{ id: 'first', price: -110 }]);
  });

  it('refuses what it cannot tell of: no position, the future, and what is held no more', async () => {
    const kit = await aLiveKit({ settings: { ...QUIET, journalMs: 10_000 } });
    expect(await refusal(kit, 'yesterday')).toMatchObject({ kind: 'bad' });
    expect(await refusal(kit, `${kit.timing.now() + 1}`)).toMatchObject({ kind: 'bad' });
    expect(await refusal(kit, '1000-0')).toMatchObject({ kind: 'gone' });
    const moment = kit.hub.journal.last();
    expect(await refusal(kit, moment)).toBeNull();
    for (let index = 0; index < 40; index += 1) {
      post(kit, 200 + index, 10 + index);
      await kit.timing.advance(1_000);
    }
    expect(await refusal(kit, moment)).toMatchObject({
      kind: 'gone',
      message: expect.stringContaining('back to'),
    });
    expect(await refusal(kit, kit.hub.journal.last())).toBeNull();
  });

  it('never answers a moment before all that is held with the Book of a later one', async () => {
    const kit = await aLiveKit({ settings: { ...QUIET, journalRows: 6 } });
    let price = 200;
    for (let index = 0; index < 60; index += 1) {
      price += 1;
      post(kit, price, 10 + index);
      await kit.timing.advance(700);
      // Made and kept, for each position there is.
      await refusal(kit, kit.hub.journal.last());
      expect(await refusal(kit, '1000-0')).toMatchObject({ kind: 'gone' });
    }
  });

  it('comes back where more happened between two copies than the journal holds', async () => {
    const kit = await aLiveKit({ settings: { ...QUIET, journalRows: 6 } });
    for (let index = 0; index < 30; index += 1) post(kit, 200 + index, 10 + index);
    await kit.timing.advance(11_000);
    expect(await past(kit, kit.hub.journal.last())).toMatchObject({ odds: [{ price: 229 }] });
  });

  it('is not pushed out by leagues that are opened one after the other', async () => {
    const kit = await aLiveKit({}, aQuery('league=NBA'));
    const moment = kit.hub.journal.last();
    const leagues = Array.from({ length: 40 }, (_, index) => `League ${index}`);
    kit.vendor.fixtures?.push(
      ...leagues.map((name) => aWireFixture({ id: name, league: { id: name, name } })),
    );
    for (const name of leagues) {
      watch(kit, aQuery(`league=${encodeURIComponent(name)}`));
      await kit.timing.advance(300);
      for (const upstream of kit.vendor.open()) upstream.connect();
      await kit.timing.advance(1_500);
    }
    const query = aQuery('league=NBA');
    expect(await past(kit, moment, query)).toMatchObject({
      partial: false,
      odds: [{ id: 'first' }],
    });
    // The last of them is told of once its copy has been made.
    await kit.timing.advance(120_000);
    const last = aQuery(`league=${encodeURIComponent(leagues.at(-1) ?? '')}`);
    const now = String(kit.timing.now());
    expect(await past(kit, now, last)).toMatchObject({ partial: false });
  });

  it('refuses all before the first league was read in full', async () => {
    const kit = createHubKit({ settings: QUIET });
    kit.vendor.fixtures = [aWireFixture()];
    expect(await refusal(kit, kit.hub.journal.last())).toMatchObject({ kind: 'gone' });
  });

  it('says nothing of a league that nobody watched then, and that it lacks it', async () => {
    const kit = await aLiveKit({}, aQuery('league=NBA'));
    const moment = kit.hub.journal.last();
    expect(await past(kit, moment)).toMatchObject({ partial: true });
    expect(await past(kit, moment, aQuery('league=NBA'))).toMatchObject({ partial: false });
    const other = await past(kit, moment, aQuery('league=NCAAB'));
    expect(other).toMatchObject({ partial: true, odds: [], fixtures: [] });
  });

  it('still tells of a league that was let go and read again since', async () => {
    const kit = createHubKit({ settings: { ...QUIET, leagueLingerMs: 5_000 } });
    kit.vendor.fixtures = [aWireFixture({ id: 'F0' })];
    kit.vendor.odds.set('F0', [aRestRow({ id: 'first', fixture_id: 'F0', price: -110 })]);
    const gone = new AbortController();
    readStream(kit.hub.stream(aQuery('league=NBA'), null, gone.signal));
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(1_500);
    const watched = kit.hub.journal.last();
    gone.abort();
    await kit.timing.advance(60_000);
    const unwatched = String(kit.timing.now());
    watch(kit, aQuery('league=NBA'));
    await kit.timing.advance(300);
    for (const upstream of kit.vendor.open()) upstream.connect();
    await kit.timing.advance(3_000);
    const query = aQuery('league=NBA');
    expect(await past(kit, watched, query)).toMatchObject({
      partial: false,
      odds: [{ price: -110 }],
    });
    expect(await past(kit, unwatched, query)).toMatchObject({ partial: true, odds: [] });
    const again = String(kit.timing.now());
    expect(await past(kit, again, query)).toMatchObject({
      partial: false,
      odds: [{ price: -110 }],
    });
  });

  it('lacks something where the stream was silent then', async () => {
    const kit = await aLiveKit();
    for (const upstream of kit.vendor.open()) upstream.lose('stalled');
    await kit.timing.advance(10_000);
    const silent = String(kit.timing.now());
    await kit.timing.advance(10_000);
    for (const upstream of kit.vendor.open()) upstream.connect(20_000);
    await kit.timing.advance(3_000);
    expect(await past(kit, silent)).toMatchObject({ partial: true });
    const { past: moment } = await kit.hub.firstScreen(DEFAULT_QUERY, {
      ...{ waitMs: 0, fixtures: 10, mainMarkets: [], at: silent },
    });
    expect(moment?.silentSince).toBeLessThan(Number(silent));
  });

  it('is on the first screen of a page, or why it cannot be', async () => {
    const kit = await aLiveKit();
    const moment = kit.hub.journal.last();
    post(kit, 120);
    const options = { waitMs: 0, fixtures: 10, mainMarkets: [] };
    const screen = await kit.hub.firstScreen(DEFAULT_QUERY, { ...options, at: moment });
    expect(screen.snapshot).toMatchObject({ at: moment, odds: [{ price: -110 }] });
    expect(screen.past).toMatchObject({ position: moment, silentSince: null, problem: null });
    const none = await kit.hub.firstScreen(DEFAULT_QUERY, { ...options, at: '5-0' });
    expect(none.snapshot.odds).toEqual([]);
    expect(none.past?.problem).toContain('not held');
  });

  it('makes the Book of a moment once for all who ask, and turns away who would wait too long', async () => {
    const kit = await aLiveKit();
    const same = kit.hub.journal.last();
    const answers = Array.from({ length: 30 }, () => past(kit, same));
    expect(await Promise.all(answers)).toHaveLength(30);
    for (let index = 0; index < 40; index += 1) {
      post(kit, 200 + index, 10 + index);
      await kit.timing.advance(5);
    }
    const all: Promise<unknown>[] = [];
    for (let index = kit.hub.journal.start; index < kit.hub.journal.end; index += 1) {
      all.push(refusal(kit, kit.hub.journal.before(index)));
    }
    const kinds = (await Promise.all(all)).map(
      (error) => (error as { kind?: string } | null)?.kind,
    );
    expect(kinds).toContain('busy');
    expect(kinds).toContain(undefined);
    expect(await refusal(kit, kit.hub.journal.last())).toBeNull();
  });
});
