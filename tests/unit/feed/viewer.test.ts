import { describe, expect, it } from 'vitest';
import { DEFAULT_FEED_SETTINGS, type FeedSettings } from '@/lib/feed/config';
import { createJournal } from '@/lib/feed/journal';
import { type Meter, NO_METER } from '@/lib/feed/meter';
import { createViewers } from '@/lib/feed/viewer';
import { Book } from '@/lib/protocol/book';
import { decodeEvent } from '@/lib/protocol/decode';
import type { FeedStatus, OddsEventName } from '@/lib/protocol/events';
import { aFixturePatch, aRow, ROW_SECONDS } from '@/tests/support/builders';
import { createFakeTiming } from '@/tests/support/fake-timing';
import { aQuery } from '@/tests/support/feed-deps';
import { readStream } from '@/tests/support/stream-reader';

const LIVE: FeedStatus = {
  feed: 'live',
  source: 'simulator',
  partial: false,
  filledAt: null,
  since: 1,
  message: null,
  connections: [],
  gaps: [],
};

function createKit(
  settings: Partial<FeedSettings> = {},
  journalRows = 10_000,
  meter: Partial<Meter> = {},
) {
  const timing = createFakeTiming();
  const book = new Book();
  const bounds = { rows: journalRows, bytes: 1e9, ageMs: 600_000 };
  const journal = createJournal(timing.now, bounds, book.fixtures);
  let status = LIVE;
  let statusCalls = 0;
  const viewers = createViewers({
    book,
    journal,
    timing,
    settings: { ...DEFAULT_FEED_SETTINGS, ...settings },
    meter: { ...NO_METER, ...meter },
    status() {
      statusCalls += 1;
      return status;
    },
    onFilters: () => {},
  });
  let second = ROW_SECONDS;
  return {
    timing,
    book,
    journal,
    viewers,
    statusCalls: () => statusCalls,
    setStatus(next: FeedStatus) {
      status = next;
      viewers.statusChanged();
    },
    /** One row of an odds event enters the Book and the journal. */
    odd(fields: Record<string, unknown> = {}, event: OddsEventName = 'copilot-odds') {
      second += 1;
      const row = aRow({ timestamp: second, ...fields }, event);
      const change = book.applyRow(event, row, timing.now(), null);
      if (!change) throw new Error('the row changed nothing');
      const entry = journal.append({
        kind: 'odds',
        event,
        upstreamEntryId: null,
        changes: [change],
      });
      viewers.notify();
      return entry.id;
    },
    open(query = '', position: string | null = null) {
      const abort = new AbortController();
      const stream = viewers.stream(aQuery(query), position, abort.signal);
      return Object.assign(readStream(stream), { abort: () => abort.abort() });
    },
  };
}

type Kit = ReturnType<typeof createKit>;

/** More prices of one odd, 100 to 109, than a small sink takes. */
async function fill(kit: Kit): Promise<void> {
  for (let price = 100; price < 110; price += 1) {
    kit.odd({ id: 'a', price });
    await kit.timing.advance(20);
  }
}

/** Reads what was waiting, and what was owed since. */
async function drain(kit: Kit, reader: ReturnType<typeof readStream>): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await kit.timing.advance(20);
    await reader.take();
  }
}

const names = (reader: { events: { event?: string }[] }) => reader.events.map(({ event }) => event);
const prices = (reader: ReturnType<typeof readStream>) =>
  reader
    .data('copilot-odds')
    .flatMap(({ data }) => (data as { price: number }[]).map((r) => r.price));

describe('viewer', () => {
  it('is told connected and the feed status in its first chunk', async () => {
    const kit = createKit();
    const reader = kit.open();
    await reader.take();
    expect(reader.chunks()).toBe(1);
    expect(names(reader)).toEqual(['connected', 'feed-status']);
    expect(reader.text()).toMatch(/^event: connected\nretry: 5000\ndata: ok go\n\n/);
  });

  it('gets an entry within 2 ms of quiet, and many of one tick in one chunk', async () => {
    const kit = createKit();
    const reader = kit.open();
    await reader.take();
    await kit.timing.advance(100);
    for (let price = 100; price < 110; price += 1) kit.odd({ price });
    await kit.timing.advance(2);
    await reader.take();
    expect(reader.chunks()).toBe(2);
    expect(prices(reader)).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
    kit.odd({ price: 120 });
    await kit.timing.advance(10);
    await reader.take();
    expect(reader.chunks()).toBe(2);
    await kit.timing.advance(6);
    await reader.take();
    expect(reader.chunks()).toBe(3);
  });

  it('has what rests read just before it is written to, and rests nothing of a quiet feed', async () => {
    const kit = createKit();
    expect(kit.viewers.rest()).toBeNull();
    const reader = kit.open();
    await reader.take();
    await kit.timing.advance(100);
    expect(kit.viewers.rest()).toBeNull();
    kit.odd({ price: 101 });
    const wakes: number[] = [];
    const startMs = kit.timing.now();
    /** A stream that has another event whenever it is read. */
    const readOn = (price: number): void => {
      void kit.viewers.rest()?.then(() => {
        wakes.push(kit.timing.now() - startMs);
        kit.odd({ price });
        if (price < 104) readOn(price + 1);
      });
    };
    readOn(102);
    await kit.timing.advance(1);
    await reader.take();
    expect(prices(reader)).toEqual([101, 102]);
    await kit.timing.advance(16);
    await reader.take();
    expect(prices(reader)).toEqual([101, 102, 103]);
    await kit.timing.advance(100);
    await reader.take();
    expect(prices(reader)).toEqual([101, 102, 103, 104]);
    expect(wakes).toEqual([0, 16, 32]);
    expect(reader.chunks()).toBe(4);
    expect(kit.viewers.rest()).toBeNull();
  });

  it('lets nobody rest for ever, though its viewers leave or it is closed', async () => {
    const kit = createKit();
    const woken: string[] = [];
    const rest = (name: string) => {
      const resting = kit.viewers.rest();
      expect(resting).not.toBeNull();
      void resting?.then(() => woken.push(name));
    };
    const reader = kit.open();
    await reader.take();
    kit.odd({ price: 101 });
    rest('as it leaves');
    reader.abort();
    await kit.timing.advance(60);
    expect(woken).toEqual(['as it leaves']);
    kit.open();
    kit.odd({ price: 102 });
    rest('as all ends');
    kit.viewers.close();
    await kit.timing.settle();
    expect(woken).toEqual(['as it leaves', 'as all ends']);
    expect(kit.viewers.rest()).toBeNull();
    expect(kit.timing.pending()).toBe(0);
  });

  it('has what rests read before a ping as well', async () => {
    const kit = createKit({ pingMs: 10 });
    kit.open();
    await kit.timing.advance(5);
    kit.odd({ price: 101 });
    await kit.timing.advance(1);
    const woken: string[] = [];
    const rest = (name: string) => {
      kit.odd({ price: 102 + woken.length });
      void kit.viewers.rest()?.then(() => woken.push(name));
    };
    rest('ping');
    await kit.timing.advance(3);
    expect(woken).toEqual([]);
    await kit.timing.advance(1);
    expect(woken).toEqual(['ping']);
  });

  it('gets an entry as soon though a status or a ping went out a moment ago', async () => {
    const kit = createKit({ pingMs: 5_000 });
    const reader = kit.open();
    await kit.timing.advance(5_000);
    kit.odd({ price: 101 });
    await kit.timing.advance(2);
    await reader.take();
    expect(prices(reader)).toEqual([101]);
    await kit.timing.advance(1_000);
    kit.setStatus({ ...LIVE, message: 'new' });
    await kit.timing.advance(2);
    kit.setStatus({ ...LIVE, message: 'newer' });
    expect(kit.viewers.rest()).toBeNull();
    await kit.timing.advance(2);
    kit.odd({ price: 102 });
    await kit.timing.advance(2);
    await reader.take();
    expect(prices(reader)).toEqual([101, 102]);
    expect(reader.data('feed-status').at(-1)).toMatchObject({ message: 'newer' });
  });

  it('gets only its rows, whole as received, and nothing at all of other entries', async () => {
    const kit = createKit();
    const nba = kit.open('league=NBA');
    const atp = kit.open('league=ATP');
    kit.odd({ league: 'NBA', id: 'a', custom_field: 'kept' });
    await kit.timing.advance(20);
    await nba.take();
    await atp.take();
    expect(nba.data('copilot-odds')).toHaveLength(1);
    expect(nba.data('copilot-odds')[0]?.data).toMatchObject([{ id: 'a', custom_field: 'kept' }]);
    expect(names(atp)).toEqual(['connected', 'feed-status']);
    expect(atp.chunks()).toBe(1);
  });

  it('gets a thin settled row by what is held of its odd', async () => {
    const kit = createKit();
    const main = kit.open('is_main=true');
    const alternates = kit.open('is_main=false');
    kit.odd({ is_main: true });
    kit.odd({}, 'copilot-settled-odds');
    await kit.timing.advance(20);
    await main.take();
    await alternates.take();
    expect(names(main).slice(2)).toEqual(['copilot-odds', 'copilot-settled-odds']);
    expect(names(alternates)).toHaveLength(2);
  });

  it.each(['live', 'replayed', 'merged'])(
    'gets rows by whether their fixture was in play when they came, not when it is told, while %s',
    async (mode) => {
      const kit = createKit(mode === 'merged' ? { viewerBytes: 1_500 } : {});
      kit.book.applyFixture(aFixturePatch(), 1);
      const start = kit.journal.last();
      const isOpen = mode !== 'replayed';
      let upcoming = isOpen ? kit.open('is_live=false') : null;
      let inPlay = isOpen ? kit.open('is_live=true') : null;
      await kit.timing.advance(100);
      for (let price = 100; mode === 'merged' && price < 110; price += 1) {
        kit.odd({ id: 'other', fixture_id: 'FX2', price, is_live: price % 2 === 0 });
        await kit.timing.advance(20);
      }
      kit.odd({ id: 'a', price: 120 });
      kit.odd({ id: 'a', price: 120 }, 'copilot-locked-odds');
      kit.book.applyFixture(aFixturePatch({ status: 'live' }), 2);
      kit.odd({ id: 'b', price: 130 });
      kit.odd({ id: 'b', price: 130 }, 'copilot-locked-odds');
      upcoming ??= kit.open('is_live=false', start);
      inPlay ??= kit.open('is_live=true', start);
      for (const reader of [upcoming, inPlay]) {
        for (let round = 0; round < 3; round += 1) {
          await kit.timing.advance(20);
          await reader.take();
        }
      }
      const told = (reader: ReturnType<typeof readStream>) =>
        reader.events
          .filter(({ event }) => event?.startsWith('copilot'))
          .map(({ event, data }) => [event, JSON.parse(data).data[0].id])
          .filter(([, id]) => id !== 'other');
      const locks = ['a', 'b'].map((id) => ['copilot-locked-odds', id]);
      const before = ['copilot-odds', 'a'];
      const after = ['copilot-odds', 'b'];
      const [lockA = [], lockB = []] = locks;
      // Who could not take the price meanwhile is owed the lock alone; locks are for both.
      const isMerged = mode === 'merged';
      expect(told(upcoming)).toEqual(isMerged ? locks : [before, lockA, lockB]);
      expect(told(inPlay)).toEqual(isMerged ? locks : [lockA, after, lockB]);
      expect(upcoming.text().includes('conflated')).toBe(mode === 'merged');
    },
  );

  it('gets prices in its own format beside others in theirs', async () => {
    const kit = createKit();
    const decimal = kit.open('odds_format=DECIMAL');
    const american = kit.open();
    kit.odd({ price: -200 });
    await kit.timing.advance(20);
    await decimal.take();
    await american.take();
    expect(prices(decimal)).toEqual([1.5]);
    expect(prices(american)).toEqual([-200]);
  });

  it('gets fixture events only when it asked for them', async () => {
    const kit = createKit();
    const asking = kit.open('include_fixture_updates=true');
    const silent = kit.open();
    const change = kit.book.applyFixture(aFixturePatch(), 1);
    if (!change) throw new Error('a first fixture always changes the Book');
    const { fixture } = change;
    kit.journal.append({
      kind: 'fixture',
      event: 'fixture',
      fixture,
      previous: null,
      data: () => '{}',
    });
    kit.viewers.notify();
    await kit.timing.advance(20);
    await asking.take();
    await silent.take();
    expect(names(asking)).toContain('fixture');
    expect(names(silent)).not.toContain('fixture');
  });

  it('is replayed every entry after its position, unmerged, before the feed status', async () => {
    const kit = createKit();
    const first = kit.odd({ price: 101 });
    for (const price of [102, 103, 104]) kit.odd({ price });
    const reader = kit.open('', first);
    await reader.take();
    expect(names(reader)).toEqual([
      'connected',
      'copilot-odds',
      'copilot-odds',
      'copilot-odds',
      'feed-status',
    ]);
    expect(prices(reader)).toEqual([102, 103, 104]);
    kit.odd({ price: 105 });
    await kit.timing.advance(20);
    await reader.take();
    expect(prices(reader)).toEqual([102, 103, 104, 105]);
  });

  it('is replayed a backlog larger than its socket takes at once, in order and without a gap', async () => {
    const kit = createKit({ viewerBytes: 2_000 });
    const start = kit.journal.last();
    const wanted: number[] = [];
    for (let price = 100; price < 600; price += 1) {
      kit.odd({ price });
      wanted.push(price);
    }
    const reader = kit.open('', start);
    for (let price = 600; price < 900; price += 1) {
      if (price % 75 === 0) {
        await kit.timing.advance(20);
        await reader.takeOne();
      }
      kit.odd({ price });
      wanted.push(price);
    }
    await kit.timing.advance(50);
    await reader.take();
    expect(prices(reader)).toEqual(wanted);
  });

  it('goes on with the newest values where a replay loses ground', async () => {
    const kit = createKit({ viewerBytes: 2_000 }, 1_000_000);
    const start = kit.journal.last();
    for (let price = 100; price < 600; price += 1) kit.odd({ price });
    const reader = kit.open('', start);
    let price = 600;
    for (let round = 0; round < 40; round += 1) {
      for (let count = 0; count < 400; count += 1) {
        price += 1;
        kit.odd({ price });
      }
      await kit.timing.advance(20);
      await reader.takeOne();
    }
    await reader.take();
    await kit.timing.advance(20);
    await reader.take();
    const frames = reader.data('copilot-odds');
    const from = frames.findIndex(({ conflated }) => conflated === true);
    // First every entry in its order, as long as that was in reach.
    expect(from).toBeGreaterThan(100);
    expect(prices(reader).slice(0, from)).toEqual(
      Array.from({ length: from }, (_, at) => 100 + at),
    );
    expect(prices(reader).at(-1)).toBe(price);
    expect(frames.length).toBeLessThan(8_000);
    kit.odd({ price: 99_999 });
    await kit.timing.advance(20);
    await reader.take();
    expect(reader.data('copilot-odds').at(-1)).not.toHaveProperty('conflated');
    expect(prices(reader).at(-1)).toBe(99_999);
  });

  it('gets a reset instead of a replay from a position that cannot be resumed', async () => {
    const kit = createKit();
    const old = kit.open('', '5-0');
    const unknown = kit.open('', 'unknown');
    await old.take();
    await unknown.take();
    expect(names(old)).toEqual(['connected', 'reset', 'feed-status']);
    expect(old.data('reset')).toEqual([{ reason: 'too-old', at: kit.journal.last() }]);
    expect(unknown.data('reset')[0]).toMatchObject({ reason: 'unknown-position' });
  });

  it('gets the newest value of each odd that changed while its socket was full, marked conflated', async () => {
    const kit = createKit({ viewerBytes: 1_500 });
    const reader = kit.open();
    await kit.timing.advance(100);
    for (let round = 0; round < 50; round += 1) {
      kit.odd({ id: 'a', price: 100 + round });
      if (round % 2 === 0) kit.odd({ id: 'b', price: 200 + round });
      await kit.timing.advance(20);
    }
    const lastId = kit.odd({ id: 'c', price: 300 }, 'copilot-locked-odds');
    await drain(kit, reader);
    const frames = reader.events.filter(({ event }) => event?.startsWith('copilot'));
    const merged = frames.filter(({ data }) => JSON.parse(data).conflated === true);
    const since = kit.book.odds.get('c')?.lockedAt;
    expect(since).toBeTypeOf('number');
    expect(merged.map(({ data }) => JSON.parse(data).data)).toMatchObject([
      [{ id: 'b', price: 248 }],
      [{ id: 'a', price: 149 }],
      // Of locks that came before it, the viewer may know none or one that has ended since.
      [{ id: 'c', price: 300, lockedAt: since }],
    ]);
    expect(merged.map(({ event }) => event)).toEqual([
      'copilot-odds',
      'copilot-odds',
      'copilot-locked-odds',
    ]);
    for (const { id, data } of merged) expect(JSON.parse(data).entry_id).toBe(id);
    // Fewer chunks than entries, and the position has moved on to the newest.
    expect(reader.chunks()).toBeLessThan(10);
    expect(reader.events.filter(({ id }) => id !== undefined).at(-1)?.id).toBe(lastId);
    kit.odd({ id: 'a', price: 400 });
    await kit.timing.advance(20);
    await reader.take();
    expect(reader.data('copilot-odds').at(-1)).not.toHaveProperty('conflated');
  });

  it.each(['live', 'replayed'])(
    'gets a reset when the journal has dropped what it was owed while %s',
    async (mode) => {
      const kit = createKit({ viewerBytes: 1_500 }, 200);
      const start = kit.journal.last();
      for (let price = 100; price < 250; price += 1) kit.odd({ price });
      const reader = kit.open('', mode === 'replayed' ? start : null);
      for (let price = 250; price < 700; price += 1) {
        kit.odd({ price });
        await kit.timing.advance(20);
      }
      await reader.take();
      await kit.timing.advance(20);
      await reader.take();
      expect(reader.data('reset')).toEqual([{ reason: 'too-old', at: kit.journal.last() }]);
      kit.odd({ price: 999 });
      await kit.timing.advance(20);
      await reader.take();
      expect(prices(reader).at(-1)).toBe(999);
    },
  );

  it('holds nothing for a viewer that takes nothing, and closes it after 30 s', async () => {
    const kit = createKit({ viewerBytes: 1_500 });
    const stalled = kit.open();
    const healthy = kit.open();
    for (let round = 0; round < 400; round += 1) {
      kit.odd({ price: 100 + round });
      await kit.timing.advance(100);
      await healthy.take();
    }
    expect(kit.viewers.count).toBe(1);
    await stalled.take();
    expect(stalled.isDone()).toBe(true);
    expect(stalled.text().length).toBeLessThan(4_000);
    expect(prices(healthy)).toHaveLength(400);
  });

  it.each(['live', 'replayed'])(
    'is closed after 30 s without taking anything while %s',
    async (mode) => {
      const kit = createKit({ viewerBytes: 1_500 });
      const start = kit.journal.last();
      for (let price = 100; price < 400; price += 1) kit.odd({ price });
      kit.open('', mode === 'replayed' ? start : null);
      kit.odd({ price: 500 });
      for (let second = 0; second < 60; second += 1) {
        kit.odd({ price: 600 + second });
        await kit.timing.advance(1_000);
      }
      expect(kit.viewers.count).toBe(0);
    },
  );

  it('leaves the others unmerged when a full one is able again', async () => {
    const kit = createKit({ viewerBytes: 1_500 });
    const slow = kit.open();
    const quick = kit.open();
    const wanted: number[] = [];
    for (let round = 0; round < 120; round += 1) {
      kit.odd({ price: 100 + round });
      wanted.push(100 + round);
      await kit.timing.advance(5);
      await quick.take();
      if (round % 30 === 29) await slow.take();
    }
    await kit.timing.advance(50);
    await quick.take();
    expect(prices(quick)).toEqual(wanted);
    expect(quick.text()).not.toContain('conflated');
    expect(slow.text()).toContain('conflated');
  });

  it('gets a ping every 5 s, with a feed status that carries the newest position', async () => {
    const kit = createKit();
    const reader = kit.open('league=Nothing');
    const id = kit.odd();
    await kit.timing.advance(15_000);
    await reader.take();
    const pings = reader.events.filter(({ event }) => event === 'ping');
    expect(pings).toHaveLength(3);
    expect(pings[0]?.data).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(reader.events.at(-1)).toMatchObject({ event: 'feed-status', id });
  });

  it('is told of a changed feed status at once, and never twice of the same', async () => {
    const kit = createKit();
    const reader = kit.open();
    await kit.timing.advance(100);
    kit.setStatus({ ...LIVE, feed: 'dead' });
    await kit.timing.advance(5);
    kit.setStatus({ ...LIVE, feed: 'dead' });
    await kit.timing.advance(100);
    await reader.take();
    expect(reader.data('feed-status').map(({ feed }) => feed)).toEqual(['live', 'dead']);
  });

  it('works out one status per filter, not per viewer', async () => {
    const kit = createKit();
    for (let index = 0; index < 50; index += 1) kit.open('league=NBA&market=a');
    const before = kit.statusCalls();
    await kit.timing.advance(5_000);
    expect(kit.statusCalls() - before).toBeLessThan(5);
  });

  it('works out one status for all filters of the same leagues', async () => {
    const kit = createKit();
    const readers = Array.from({ length: 50 }, (_, index) =>
      kit.open(`league=${index % 2 ? 'NBA' : 'NCAAB'}&market=m${index}`),
    );
    const before = kit.statusCalls();
    await kit.timing.advance(5_000);
    expect(kit.statusCalls() - before).toBe(2);
    kit.setStatus({ ...LIVE, feed: 'dead' });
    await kit.timing.advance(50);
    expect(kit.statusCalls() - before).toBe(4);
    for (const reader of readers) {
      await reader.take();
      expect(reader.data('feed-status').map(({ feed }) => feed)).toEqual(['live', 'live', 'dead']);
    }
  });

  it('is caught up through entries of others on a quiet feed, however many there are', async () => {
    const kit = createKit({ pingMs: 1_000_000 }, 1_000_000);
    const start = kit.journal.last();
    for (let price = 100; price < 90_100; price += 1) kit.odd({ price, market: 'other' });
    // Somebody else keeps the process at work when the replay pauses.
    kit.open();
    const reader = kit.open('market=moneyline', start);
    await kit.timing.advance(1_000);
    await reader.take();
    expect(reader.events.at(-1)).toMatchObject({ event: 'feed-status', id: kit.journal.last() });
  });

  it('leaves by abort and by cancel, and nothing is left behind', async () => {
    const kit = createKit();
    const one = kit.open();
    const other = kit.open('league=NBA');
    expect(kit.viewers.filters()).toHaveLength(2);
    one.abort();
    await other.cancel();
    expect(kit.viewers.count).toBe(0);
    expect(kit.viewers.filters()).toEqual([]);
    await one.take();
    expect(one.isDone()).toBe(true);
    await kit.timing.advance(20_000);
    expect(kit.timing.pending()).toBe(0);
  });

  it('is asked to come back soon when the server ends', async () => {
    const kit = createKit();
    const reader = kit.open();
    kit.odd({ price: 111 });
    kit.viewers.close();
    await reader.take();
    expect(reader.isDone()).toBe(true);
    expect(prices(reader)).toEqual([111]);
    const retries = [...reader.text().matchAll(/^retry: (\d+)$/gm)].map(([, ms]) => Number(ms));
    expect(retries.at(-1)).toBeGreaterThanOrEqual(1_000);
    expect(retries.at(-1)).toBeLessThan(6_000);
  });

  it('begins now, without a reset, though what was marked while nobody was here is dropped', async () => {
    const kit = createKit();
    const first = kit.open();
    kit.odd();
    await kit.timing.advance(20);
    first.abort();
    // A mark is told to nobody.
    kit.journal.append({ kind: 'mark' });
    await kit.timing.advance(700_000);
    kit.journal.prune();
    const reader = kit.open();
    await kit.timing.advance(100);
    await reader.take();
    expect(names(reader)).toEqual(['connected', 'feed-status']);
    expect(reader.events.at(-1)?.id).toBe(kit.journal.last());
    kit.odd({ price: 140 });
    await kit.timing.advance(20);
    await reader.take();
    expect(prices(reader)).toEqual([140]);
  });

  it('gets a reset when more came within one tick than the journal holds', async () => {
    const kit = createKit({}, 50);
    const reader = kit.open();
    await reader.take();
    for (let price = 100; price < 300; price += 1) kit.odd({ price });
    await kit.timing.advance(20);
    await reader.take();
    expect(reader.data('reset')).toEqual([{ reason: 'too-old', at: kit.journal.last() }]);
  });

  it('gets the last price that it matched though a newer one, left out by its filter, came while it was full', async () => {
    const kit = createKit({ viewerBytes: 1_500 });
    const reader = kit.open('is_main=true');
    await fill(kit);
    kit.odd({ id: 'a', price: 500, is_main: false });
    await drain(kit, reader);
    expect(reader.text()).toContain('"conflated":true');
    expect(prices(reader).at(-1)).toBe(109);
  });

  it('gets the price that a settlement leans on when both came while it was full', async () => {
    const kit = createKit({ viewerBytes: 1_500 });
    const reader = kit.open();
    await fill(kit);
    kit.odd({ id: 'a' }, 'copilot-settled-odds');
    await drain(kit, reader);
    expect(reader.data('copilot-settled-odds')).toMatchObject([
      { conflated: true, data: [{ id: 'a', price: 109, settlement: 'Won' }] },
    ]);
  });

  it.each(['copilot-odds', 'copilot-locked-odds'] as const)(
    'gets a settlement that came while it was full, though a %s that it outlasts came after it',
    async (event) => {
      const kit = createKit({ viewerBytes: 1_500 });
      const reader = kit.open();
      await fill(kit);
      kit.odd({ id: 'a' }, 'copilot-settled-odds');
      kit.odd({ id: 'a', price: 125 }, event);
      await drain(kit, reader);
      expect(reader.text()).toContain('"conflated":true');
      const board = new Book();
      for (const { event: name = '', data } of reader.events) {
        const decoded = decodeEvent(name, data, null);
        if (decoded) board.apply(decoded, 1);
      }
      const { state, settlement, price } = kit.book.odds.get('a') ?? {};
      expect({ state, settlement, price }).toEqual({
        state: 'settled',
        settlement: 'Won',
        price: 125,
      });
      expect(board.odds.get('a')).toMatchObject({ state, settlement, price });
    },
  );

  it('gets no settlement that a later price has undone', async () => {
    const kit = createKit({ viewerBytes: 1_500 });
    const reader = kit.open();
    await fill(kit);
    const settledAt = new Date((ROW_SECONDS + 60) * 1000).toISOString();
    kit.odd({ id: 'a', settled_at: settledAt }, 'copilot-settled-odds');
    kit.odd({ id: 'a', price: 125, timestamp: ROW_SECONDS + 61 });
    await drain(kit, reader);
    expect(prices(reader).at(-1)).toBe(125);
    expect(names(reader)).not.toContain('copilot-settled-odds');
  });

  it('is told at once, and sent nothing twice, where its position is ahead of the others', async () => {
    const kit = createKit();
    const other = kit.open();
    await kit.timing.advance(100);
    const position = kit.odd({ price: 101 });
    const reader = kit.open('', position);
    kit.odd({ price: 102 });
    await kit.timing.advance(20);
    await reader.take();
    await other.take();
    expect(names(reader)).toEqual(['connected', 'copilot-odds', 'feed-status']);
    expect(prices(reader)).toEqual([102]);
    expect(prices(other)).toEqual([101, 102]);
  });

  it('is one of a crowd that is served in turns, each of them everything once', async () => {
    const kit = createKit();
    const readers = Array.from({ length: 1_700 }, () => kit.open());
    const wanted: number[] = [];
    for (let price = 100; price < 130; price += 1) {
      kit.odd({ price });
      wanted.push(price);
      // Some come and go in the middle of a turn.
      if (price % 10 === 0) kit.open().abort();
      await kit.timing.advance(3);
    }
    await kit.timing.advance(100);
    for (const reader of readers) {
      await reader.take();
      expect(prices(reader)).toEqual(wanted);
    }
  });

  it('costs a crowd of equal filters one encoding, and shares its bytes', async () => {
    const kit = createKit();
    const chunks: Uint8Array[] = [];
    for (let index = 0; index < 20; index += 1) {
      kit.viewers.open(aQuery('league=NBA&odds_format=decimal'), null, () => ({
        write: ({ framed }) => void chunks.push(framed),
        pending: () => 0,
        isDrainTold: () => true,
        taken: () => 0,
        end() {},
        destroy() {},
      }));
    }
    chunks.length = 0;
    await kit.timing.advance(100);
    kit.odd({ price: 150 });
    await kit.timing.advance(20);
    expect(chunks).toHaveLength(20);
    expect(new Set(chunks).size).toBe(1);
  });

  it('goes on when its socket takes again, though that tells nobody and nothing new comes', async () => {
    const kit = createKit({ viewerBytes: 1_000, pingMs: 60_000 });
    const text: string[] = [];
    let pending = 0;
    kit.viewers.open(aQuery(), null, () => ({
      write: ({ payload }) => void text.push(new TextDecoder().decode(payload)),
      pending: () => pending,
      isDrainTold: () => false,
      taken: () => 0,
      end() {},
      destroy() {},
    }));
    await kit.timing.advance(100);
    // Less than what a socket calls full, and too much for what comes to be put beside it.
    pending = 700;
    kit.odd({ price: 150 });
    await kit.timing.advance(1_000);
    expect(text.join('')).not.toContain('copilot-odds');
    pending = 0;
    await kit.timing.advance(150);
    expect(text.join('')).toContain('"price":150');
  });

  it('tells once that it is gone, whichever way it went', async () => {
    const kit = createKit({ viewerBytes: 1_500 });
    const ended: string[] = [];
    const openAs = (name: string) => {
      const abort = new AbortController();
      const stream = kit.viewers.stream(aQuery(''), null, abort.signal, () => ended.push(name));
      return Object.assign(readStream(stream), { abort: () => abort.abort() });
    };
    openAs('aborted').abort();
    const cancelled = openAs('cancelled');
    await cancelled.cancel();
    openAs('stalled');
    for (let second = 0; second < 60; second += 1) {
      kit.odd({ price: 100 + second });
      await kit.timing.advance(1_000);
    }
    openAs('shut down');
    kit.viewers.close();
    expect(ended).toEqual(['aborted', 'cancelled', 'stalled', 'shut down']);
  });

  it('is counted with what it is written: live, replayed and with what it got after its socket was full', async () => {
    let deliveries = 0;
    let bytes = 0;
    const kit = createKit({ viewerBytes: 1_500 }, 10_000, {
      delivered(viewers, entries, sent) {
        deliveries += viewers * entries;
        bytes += sent;
      },
    });
    const start = kit.journal.last();
    const readers = [kit.open(), kit.open('league=NBA'), kit.open('odds_format=decimal')];
    for (let price = 100; price < 130; price += 1) {
      kit.odd({ price });
      await kit.timing.advance(20);
      for (const reader of readers) await reader.take();
    }
    readers.push(kit.open('', start));
    const slow = kit.open();
    for (let price = 130; price < 150; price += 1) {
      kit.odd({ price });
      await kit.timing.advance(20);
      for (const reader of readers) await reader.take();
    }
    for (let round = 0; round < 40; round += 1) {
      await slow.take();
      for (const reader of readers) await reader.take();
      await kit.timing.advance(20);
    }
    const all = [...readers, slow];
    const isOdds = ({ event }: { event?: string }) => event?.startsWith('copilot');
    expect(slow.text()).toContain('conflated');
    expect(deliveries).toBe(all.flatMap(({ events }) => events.filter(isOdds)).length);
    expect(bytes).toBe(all.reduce((sum, reader) => sum + reader.text().length, 0));
  });

  it('gets the price before a settlement that is not flushed yet when its socket drains', async () => {
    const kit = createKit({ viewerBytes: 1_500 });
    const reader = kit.open();
    await fill(kit);
    kit.odd({ id: 'a' }, 'copilot-settled-odds');
    await reader.take();
    await kit.timing.advance(20);
    await reader.take();
    expect(reader.text()).toContain('"conflated":true');
    expect(prices(reader).at(-1)).toBe(109);
    expect(names(reader)).toContain('copilot-settled-odds');
  });

  it('is told of a change though another of its filter, who came in between, was told first', async () => {
    const kit = createKit();
    const reader = kit.open();
    await kit.timing.advance(100);
    kit.setStatus({ ...LIVE, feed: 'late' });
    const newcomer = kit.open();
    await kit.timing.advance(100);
    await reader.take();
    await newcomer.take();
    expect(reader.data('feed-status').map(({ feed }) => feed)).toEqual(['live', 'late']);
    expect(newcomer.data('feed-status')[0]?.feed).toBe('late');
  });
});
