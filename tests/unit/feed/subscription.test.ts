import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planConnections } from '@/lib/feed/subscription';
import { aSettledWireRow, aWireRow } from '@/tests/support/builders';
import { seededRandom } from '@/tests/support/fake-timing';
import { aQuery, aWireFixture, createHubKit } from '@/tests/support/feed-deps';
import { readStream } from '@/tests/support/stream-reader';

const seed = Number(process.env.SEED ?? 20_261_122);

function leagueNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `League ${index + 1}`);
}

function signal(): AbortSignal {
  return new AbortController().signal;
}

describe(`subscription (seed ${seed})`, () => {
  it('plans as few connections as carry all that is wanted, each league once', () => {
    const key = fc.integer({ min: 0, max: 40 }).map(String);
    const lists = fc.array(fc.uniqueArray(key, { minLength: 1, maxLength: 10 }), { maxLength: 8 });
    fc.assert(
      fc.property(lists, fc.uniqueArray(key, { maxLength: 41 }), (current, wanted) => {
        const { keep, open } = planConnections(current, wanted, 10);
        const kept = keep.map((index) => current[index] ?? []);
        const carried = [...kept, ...open].flat();
        expect([...carried].sort()).toEqual([...wanted].sort());
        expect(keep.length + open.length).toBe(Math.ceil(wanted.length / 10));
        for (const list of open) expect(list.length).toBeLessThanOrEqual(10);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('never has a league share a connection, or a read, with a word that the vendor does not name', async () => {
    const { hub, vendor, timing } = createHubKit({
      settings: { fixturesPollMs: 0, oddsRefreshMs: 0 },
    });
    hub.stream(aQuery('league=Nonsense&league=NBA'), null, signal());
    await timing.advance(1_000);
    hub.stream(aQuery('league=NCAAB&league=NBA%2CWNBA'), null, signal());
    await timing.advance(1_000);
    for (const upstream of vendor.open()) {
      if (upstream.leagues.includes('NBA') || upstream.leagues.includes('NCAAB'))
        upstream.connect();
    }
    await timing.advance(10_000);
    const words = ['Nonsense', 'NBA,WNBA'];
    const asked = vendor.asked.filter(({ path }) => path === 'fixtures');
    expect(asked.length).toBeGreaterThan(1);
    for (const names of [
      ...vendor.open().map(({ leagues }) => leagues),
      ...asked.map(({ values }) => values),
    ]) {
      expect(new Set(names.map((name) => words.includes(name))).size).toBe(1);
    }
    expect(
      vendor
        .open()
        .flatMap(({ leagues }) => leagues)
        .sort(),
    ).toEqual(['NBA', 'NBA,WNBA', 'NCAAB', 'Nonsense'].sort());
    // Nor does the server as a whole count as ill for it.
    expect(hub.health().feed).toBe('live');
    hub.close();
  });

  it('leaves connections alone that carry exactly what is wanted', () => {
    const current = [['a', 'b'], ['c']];
    expect(planConnections(current, ['c', 'a', 'b'], 2)).toEqual({ keep: [0, 1], open: [] });
  });

  it('carries 23 leagues of 60 viewers, in any order of arrival, on 3 connections', async () => {
    for (const run of [1, 2, 3]) {
      const names = leagueNames(23);
      const { hub, vendor, timing } = createHubKit({ leagues: names });
      const random = seededRandom(seed + run);
      const viewers = Array.from({ length: 60 }, (_, index) => {
        const own = [names[index % 23], names[(index * 7 + 3) % 23]];
        return own.map((name) => `league=${name}`).join('&');
      }).sort(() => random() - 0.5);
      for (const viewer of viewers) {
        hub.stream(aQuery(viewer), null, signal());
        await timing.advance(Math.floor(random() * 200));
        for (const upstream of vendor.open()) if (random() < 0.5) upstream.connect();
      }
      await timing.advance(300);
      for (const upstream of vendor.open()) upstream.connect();
      await timing.advance(3_000);
      const carried = vendor.open().flatMap(({ leagues }) => leagues);
      expect(vendor.open()).toHaveLength(3);
      expect([...carried].sort()).toEqual([...names].sort());
      hub.close();
      expect(vendor.open()).toHaveLength(0);
    }
  });

  it('asks for leagues by the name that rows carry, whichever way a viewer names them', async () => {
    const { hub, vendor, timing } = createHubKit({ leagues: ['NBA', 'G League'] });
    hub.stream(aQuery('league=g_league&league=nba&league=NBA'), null, signal());
    await timing.advance(500);
    expect(vendor.open().map(({ leagues }) => [...leagues].sort())).toEqual([['G League', 'NBA']]);
  });

  it('keeps a league that nobody has heard of subscribed, in the words of its viewer', async () => {
    const { hub, vendor, timing } = createHubKit({ leagues: ['NBA'] });
    hub.stream(aQuery('league=Street%20Cup'), null, signal());
    await timing.advance(500);
    expect(vendor.open().map(({ leagues }) => leagues)).toEqual([['Street Cup']]);
  });

  it('carries every active league for a viewer without a league filter', async () => {
    const names = leagueNames(14);
    const { hub, vendor, timing } = createHubKit({ leagues: names });
    hub.stream(aQuery(), null, signal());
    await timing.advance(500);
    expect(vendor.open().flatMap(({ leagues }) => leagues)).toEqual(names);
    expect(vendor.open()).toHaveLength(2);
  });

  it('falls back to the leagues asked for, else to the whole sport, where leagues cannot be read', async () => {
    const some = createHubKit({ leagues: null });
    some.hub.stream(aQuery('league=NBA'), null, signal());
    await some.timing.advance(1_500);
    expect(some.vendor.open().map(({ leagues }) => leagues)).toEqual([['NBA']]);
    some.hub.stream(aQuery(), null, signal());
    await some.timing.advance(500);
    for (const upstream of some.vendor.open()) upstream.connect();
    await some.timing.advance(1_500);
    expect(some.vendor.open().map(({ leagues }) => leagues)).toEqual([[]]);
  });

  it('closes a connection only after its successor is up', async () => {
    const { hub, vendor, timing } = createHubKit({ leagues: ['A', 'B'] });
    hub.stream(aQuery('league=A'), null, signal());
    await timing.advance(500);
    const [first] = vendor.open();
    first?.connect();
    hub.stream(aQuery('league=B'), null, signal());
    await timing.advance(5_000);
    expect(first?.isClosed).toBe(false);
    expect(vendor.open()).toHaveLength(2);
    vendor.open()[1]?.connect();
    await timing.advance(2_000);
    expect(first?.isClosed).toBe(true);
    expect(vendor.open().map(({ leagues }) => leagues)).toEqual([['A', 'B']]);
  });

  it('keeps a replaced connection until it has spoken, and reads again where it never did', async () => {
    const kit = createHubKit({
      leagues: ['A', 'B'],
      settings: { oddsRefreshMs: 0, fixturesPollMs: 0 },
    });
    const { hub, vendor, timing } = kit;
    vendor.fixtures = [];
    hub.stream(aQuery('league=A'), null, signal());
    await timing.advance(500);
    const [first] = vendor.open();
    first?.connect();
    await timing.advance(3_000);
    // It fell silent, and nobody has noticed yet.
    const silentAt = timing.now();
    const fallSilent = () => {
      if (first) first.silentMs = timing.now() - silentAt;
    };
    hub.stream(aQuery('league=B'), null, signal());
    await timing.advance(500);
    vendor.open()[1]?.connect();
    for (let second = 0; second < 6; second += 1) {
      fallSilent();
      await timing.advance(1_000);
    }
    expect(first?.isClosed).toBe(false);
    const asked = vendor.asked.length;
    fallSilent();
    first?.setState('late');
    await timing.advance(100);
    expect(first?.isClosed).toBe(true);
    expect(vendor.asked.slice(asked)).toContainEqual({ path: 'fixtures', values: ['A'] });
    expect(hub.status(aQuery('league=A')).gaps).toMatchObject([
      { from: silentAt, leagues: ['A'], healing: 'read' },
    ]);
  });

  it('lets a league go some time after its last viewer, not at once', async () => {
    const { hub, vendor, timing } = createHubKit();
    const viewer = new AbortController();
    hub.stream(aQuery('league=NBA'), null, viewer.signal);
    await timing.advance(500);
    vendor.open()[0]?.connect();
    viewer.abort();
    await timing.advance(59_000);
    expect(vendor.open()).toHaveLength(1);
    await timing.advance(5_000);
    expect(vendor.open()).toHaveLength(0);
  });

  it('bounds the connections that unheard-of leagues can cost', async () => {
    const { hub, vendor, timing } = createHubKit({ leagues: ['NBA'] });
    for (let viewer = 0; viewer < 20; viewer += 1) {
      const words = Array.from({ length: 50 }, (_, index) => `league=x${viewer}-${index}`);
      hub.stream(aQuery(`${words.join('&')}&league=NBA`), null, signal());
    }
    await timing.advance(500);
    const carried = vendor.open().flatMap(({ leagues }) => leagues);
    expect(carried).toContain('NBA');
    expect(vendor.open().length).toBeLessThanOrEqual(11);
  });

  it('carries a league that begins while the whole sport is watched, and calls the board partial until it is read', async () => {
    const { hub, vendor, timing } = createHubKit({
      settings: { leaguesMs: 10_000, fixturesPollMs: 0, oddsRefreshMs: 0 },
      leagues: ['NBA'],
    });
    vendor.fixtures = [aWireFixture()];
    vendor.odds.set('FX1', [aWireRow()]);
    hub.stream(aQuery(), null, signal());
    await timing.advance(500);
    for (const upstream of vendor.open()) upstream.connect();
    await timing.advance(3_000);
    const said = () => {
      const { feed, partial } = hub.status(aQuery());
      return { feed, partial };
    };
    expect(said()).toEqual({ feed: 'live', partial: false });

    vendor.leagues = [...(vendor.leagues ?? []), { id: 'wnba', name: 'WNBA' }];
    vendor.fixtures.push(aWireFixture({ id: 'FX2', league: { id: 'wnba', name: 'WNBA' } }));
    vendor.odds.set('FX2', [aWireRow({ id: 'new', fixture_id: 'FX2', league: 'WNBA' })]);
    await timing.advance(8_000);
    expect(vendor.open().flatMap((upstream) => upstream.leagues)).toContain('WNBA');
    // What the board shows is as good as before: the rest of it is not greyed for what is not there yet.
    expect(said()).toEqual({ feed: 'live', partial: true });
    // Read without its stream it is there, and so is not called live.
    await timing.advance(3_000);
    expect(hub.book.odds.has('new')).toBe(true);
    expect(said().feed).toBe('connecting');
    for (const upstream of vendor.open()) {
      if (upstream.leagues.includes('WNBA')) upstream.connect();
    }
    await timing.advance(1_000);
    expect(said()).toEqual({ feed: 'live', partial: false });
  });

  it('calls a board of the whole sport partial while the list of leagues is too old to tell of all', async () => {
    const { hub, vendor, timing } = createHubKit({
      settings: { leaguesMs: 5_000, fixturesPollMs: 0, oddsRefreshMs: 0 },
      leagues: ['NBA'],
    });
    vendor.fixtures = [aWireFixture()];
    vendor.odds.set('FX1', [aWireRow()]);
    const reader = readStream(hub.stream(aQuery(), null, signal()));
    hub.stream(aQuery('league=NBA'), null, signal());
    await timing.advance(500);
    for (const upstream of vendor.open()) upstream.connect();
    await timing.advance(30_000);
    expect(hub.status(aQuery())).toMatchObject({ feed: 'live', partial: false });
    await reader.take();

    vendor.leaguesAt = timing.now();
    await timing.advance(9_000);
    expect(hub.status(aQuery()).partial).toBe(false);
    await timing.advance(2_000);
    expect(hub.status(aQuery())).toMatchObject({
      partial: true,
      message: expect.stringMatching(/list of leagues cannot be read/),
    });
    // Told to who watches everything, and nothing to who watches what is known.
    await reader.take();
    expect(reader.data('feed-status').at(-1)).toMatchObject({ partial: true });
    expect(hub.status(aQuery('league=NBA')).partial).toBe(false);
    vendor.leaguesAt = null;
    await timing.advance(6_000);
    expect(hub.status(aQuery()).partial).toBe(false);

    // As it is where a row of the list was none that can be read.
    vendor.isPartOfLeagues = true;
    await timing.advance(6_000);
    expect(hub.status(aQuery()).partial).toBe(true);
    expect(hub.status(aQuery('league=NBA')).partial).toBe(false);
    vendor.isPartOfLeagues = false;
    await timing.advance(6_000);
    expect(hub.status(aQuery()).partial).toBe(false);
  });

  it('means by an id the same league after it has left the list, and lets go of nothing that is watched by it', async () => {
    const { hub, vendor, timing } = createHubKit({
      settings: { fixturesPollMs: 0, oddsRefreshMs: 0, leagueLingerMs: 5_000 },
    });
    const name = 'Türkiye - Süper Lig';
    const league = { id: 'turkiye_-_super_lig', name };
    vendor.leagues = [league, ...(vendor.leagues ?? [])];
    vendor.fixtures = [aWireFixture({ league })];
    vendor.odds.set('FX1', [aWireRow({ league: name })]);
    await timing.advance(5_000);
    hub.stream(aQuery('league=turkiye_-_super_lig'), null, signal());
    hub.stream(aQuery('league=NBA'), null, signal());
    const connect = async () => {
      await timing.advance(500);
      for (const upstream of vendor.open()) upstream.connect();
      await timing.advance(2_500);
    };
    await connect();
    const [odd] = [...hub.book.odds.values()];
    expect(odd?.state).toBe('open');
    vendor.leagues = vendor.leagues.slice(1);
    await timing.advance(20_000);
    await connect();
    expect(vendor.open().flatMap((upstream) => upstream.leagues)).toContain(name);
    expect(hub.book.odds.get(odd?.id ?? '')?.state).toBe('open');
  });

  it('takes a league that was let go back into the whole sport while its fixtures go on', async () => {
    const { hub, vendor, timing } = createHubKit({
      settings: { fixturesPollMs: 0, oddsRefreshMs: 0, leagueLingerMs: 5_000 },
    });
    vendor.fixtures = [aWireFixture({ status: 'live' })];
    vendor.odds.set('FX1', [aWireRow()]);
    const first = new AbortController();
    hub.stream(aQuery('league=NBA'), null, first.signal);
    hub.stream(aQuery('league=NCAAB'), null, signal());
    await timing.advance(500);
    for (const upstream of vendor.open()) upstream.connect();
    await timing.advance(2_500);
    first.abort();
    vendor.leagues = vendor.leagues?.slice(1) ?? null;
    await timing.advance(20_000);
    for (const upstream of vendor.open()) upstream.connect();
    await timing.advance(5_000);
    expect(vendor.open().flatMap((upstream) => upstream.leagues)).not.toContain('NBA');
    hub.stream(aQuery(), null, signal());
    await timing.advance(5_000);
    expect(vendor.open().flatMap((upstream) => upstream.leagues)).toContain('NBA');
  });

  it('carries a league that left the active list until its fixtures are over and settled for good', async () => {
    const { hub, vendor, timing } = createHubKit({
      settings: { leaguesMs: 60_000, fixturesPollMs: 0, oddsRefreshMs: 0 },
    });
    vendor.fixtures = [aWireFixture()];
    vendor.odds.set('FX1', [aWireRow()]);
    const reader = readStream(hub.stream(aQuery(), null, signal()));
    await timing.advance(500);
    for (const upstream of vendor.open()) upstream.connect();
    await timing.advance(500);
    vendor.leagues = vendor.leagues?.slice(1) ?? null;
    await timing.advance(120_000);
    await reader.take();
    expect(vendor.open().flatMap((upstream) => upstream.leagues)).toContain('NBA');
    const data = { fixture_id: 'FX1', league: 'NBA', new_status: 'completed', old_status: 'live' };
    vendor.open()[0]?.event('fixture-status', { data, entry_id: '90-1' });
    vendor.fixtures = [];
    vendor.odds.clear();
    await timing.advance(300_000);
    expect(vendor.open().flatMap((upstream) => upstream.leagues)).toContain('NBA');
    expect(hub.status(aQuery()).connections.flatMap((one) => one.leagues)).toContain('NBA');
    const [graded] = vendor.open().filter((upstream) => upstream.leagues.includes('NBA'));
    graded?.event('copilot-settled-odds', { data: [aSettledWireRow()], entry_id: '91-1' });
    await timing.advance(3_000_000);
    expect(vendor.open().flatMap((upstream) => upstream.leagues)).toContain('NBA');
    await timing.advance(700_000);
    for (const upstream of vendor.open()) upstream.connect();
    await timing.advance(5_000);
    expect(vendor.open().flatMap((upstream) => upstream.leagues)).toEqual(['NCAAB']);
    expect(hub.book.fixtures.get('FX1')?.status).toBe('completed');
  });
});
