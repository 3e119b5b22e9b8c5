/** The feed over real HTTP against the simulator, with every fault the vendor was seen to have. */
import { describe, expect, it } from 'vitest';
import type { FeedSettings } from '@/lib/feed/config';
import type { Feed } from '@/lib/feed/feed';
import { decodeSnapshot } from '@/lib/protocol/decode';
import { type FaultName, type Simulator, startSimulator } from '@/lib/simulator';
import { aQuery, readPage } from '@/tests/support/feed-deps';
import { eventually, openFeed } from '@/tests/support/feed-server';

const SPORT = 'basketball';
const EVERYTHING = aQuery('include_fixture_updates=true');

type Scenario = {
  faults?: readonly FaultName[];
  share?: number;
  settings?: Partial<FeedSettings>;
  copilot?: boolean;
};

type Stage = { simulator: Simulator; feed: Feed; lines: string[]; received(): string };

/** Runs `play` on a feed with one viewer of everything, and sees that the key was told nowhere. */
async function on(scenario: Scenario, play: (stage: Stage) => Promise<void>): Promise<void> {
  const simulator = await startSimulator({
    seed: 5,
    odds: 400,
    rate: 80,
    speed: 30,
    key: 'integration-key-4711',
    pingMs: 200,
    faults: scenario.faults,
    copilot: scenario.copilot,
  });
  if (scenario.share !== undefined) simulator.faults.share = scenario.share;
  const { feed, lines } = openFeed(simulator, scenario.settings);
  const viewer = new AbortController();
  let received = '';
  const stream = feed.stream(SPORT, EVERYTHING, { lastEventId: null, signal: viewer.signal });
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) received += decoder.decode(chunk, { stream: true });
  })();
  try {
    await play({ simulator, feed, lines, received: () => received });
    const told = [lines.join('\n'), received, JSON.stringify(feed.health())].join('\n');
    expect(told.includes(simulator.key)).toBe(false);
  } finally {
    viewer.abort();
    await reading;
    await feed.shutdown();
    await simulator.stop();
  }
}

async function bookOf(feed: Feed) {
  const odds = new Map<string, ReturnType<typeof decodeSnapshot>['odds'][number]>();
  let page: string | undefined;
  let fixtures: ReturnType<typeof decodeSnapshot>['fixtures'] = [];
  let partial = false;
  do {
    const options = { limit: 50_000, waitMs: 5_000, page };
    const body = readPage(await feed.snapshot(SPORT, EVERYTHING, options));
    const snapshot = decodeSnapshot(body);
    for (const odd of snapshot.odds) odds.set(odd.id, odd);
    if (snapshot.fixtures.length > 0) fixtures = snapshot.fixtures;
    partial = snapshot.partial;
    page = body.next ?? undefined;
  } while (page);
  return { odds, fixtures, partial };
}

/** Stops the world, and sees the feed come to hold what a perfect client would. */
async function expectTruth({ simulator, feed }: Stage): Promise<void> {
  simulator.pause();
  await eventually(async () => {
    const truth = simulator.truth(SPORT);
    const { odds, fixtures, partial } = await bookOf(feed);
    const wrong: unknown[] = [];
    let open = 0;
    for (const row of truth.odds) {
      const held = odds.get(row.id);
      if (row.state === 'open') open += 1;
      // What was locked or settled before the feed began, nothing tells.
      if (!held && row.state !== 'open') continue;
      const isEqual =
        held?.state === row.state &&
        (row.state !== 'open' || (held.price === row.price && held.isMain === row.is_main)) &&
        (row.state !== 'settled' || held.settlement === row.settlement);
      if (!isEqual) wrong.push([row.id, row.state, row.price, held?.state, held?.price]);
    }
    const statuses = new Map(fixtures.map(({ id, status }) => [id, status]));
    for (const { id, status } of truth.fixtures) {
      const held = statuses.get(String(id));
      if (held !== undefined && held !== status) wrong.push([id, status, held]);
    }
    expect(open).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
    expect(partial).toBe(false);
    expect(feed.status(SPORT, EVERYTHING).feed).toBe('live');
  });
  simulator.resume();
}

const untilLive = ({ feed }: Stage) =>
  eventually(() => {
    expect(feed.status(SPORT, EVERYTHING)).toMatchObject({ feed: 'live', partial: false });
  });

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** With these off nothing but the stream and the reads after a gap can put the Book right. */
const STREAM_ALONE = { oddsRefreshMs: 0, fixturesPollMs: 0 };

describe.concurrent('feed over HTTP', () => {
  it('holds what the vendor holds', () =>
    on({ settings: STREAM_ALONE }, async (stage) => {
      await untilLive(stage);
      await sleep(1_500);
      await expectTruth(stage);
      expect(stage.received().includes('event: copilot-odds')).toBe(true);
    }));

  it.each([
    ['duplicates', 'swaps', 'malformed-rows'],
    ['mismatched-ids', 'old-pagination', 'odd-framing'],
    ['empties', 'float-timestamps', 'optional-fields'],
    ['integer-timestamps', 'trailing-zero-prices', 'naive-dates'],
  ] as FaultName[][])('holds what the vendor holds through %s, %s, %s', (...faults) =>
    on(
      { faults: faults.filter(Boolean), share: 0.2, settings: { fixturesPollMs: 0 } },
      async (stage) => {
        await untilLive(stage);
        await sleep(1_500);
        await expectTruth(stage);
      },
    ),
  );

  it('counts malformed rows, leaves them out and holds the rest', () =>
    on({ faults: ['malformed-rows'] }, async (stage) => {
      await untilLive(stage);
      await eventually(() => {
        const { rejectedRows } = stage.feed.health().sports[SPORT] ?? {};
        expect(Object.keys(rejectedRows ?? {}).length).toBeGreaterThan(0);
      });
      stage.simulator.faults.only([]);
      await expectTruth(stage);
    }));

  it.each(['mid-frame-cut', 'clean-close'] as const)('recovers from %s by itself', (fault) =>
    on({ faults: [fault], settings: STREAM_ALONE }, async (stage) => {
      await untilLive(stage);
      await eventually(() => {
        const connections = stage.feed.health().sports[SPORT]?.connections ?? [];
        expect(Math.max(...connections.map(({ reconnects }) => reconnects))).toBeGreaterThan(0);
      });
      stage.simulator.faults.only([]);
      await expectTruth(stage);
      await eventually(() => {
        // A stream that is back at once leaves a gap of no length to speak of.
        expect(stage.received()).toMatch(
          /(A gap of (?!0\.0)\d+\.\d s was|Prices were) read again: /,
        );
      });
    }),
  );

  it('says late, then dead, when an open stream falls silent, and recovers', () =>
    on({ settings: STREAM_ALONE }, async (stage) => {
      await untilLive(stage);
      stage.simulator.faults.set('silent-stall', true);
      await eventually(() => expect(stage.feed.status(SPORT, EVERYTHING).feed).toBe('dead'));
      const states = [...stage.received().matchAll(/"feed":"(\w+)"/g)].map(([, state]) => state);
      expect(states).toContain('late');
      stage.simulator.faults.only([]);
      await expectTruth(stage);
    }));

  it('asks next to nothing while it is rate limited, then heals', () =>
    on({}, async (stage) => {
      await untilLive(stage);
      const count = () => Object.values(stage.simulator.requests()).reduce((a, b) => a + b, 0);
      stage.simulator.faults.set('rate-limited', true);
      stage.simulator.cutStreams();
      await eventually(() => {
        expect(stage.feed.status(SPORT, EVERYTHING).message).toContain('429');
      });
      const before = count();
      await sleep(1_500);
      expect(count() - before).toBeLessThan(20);
      stage.simulator.faults.only([]);
      await expectTruth(stage);
    }));

  it('goes on through pages of HTML instead of answers', () =>
    on({}, async (stage) => {
      await untilLive(stage);
      stage.simulator.faults.set('html-500', true);
      stage.simulator.cutStreams();
      await eventually(() => {
        expect(stage.feed.status(SPORT, EVERYTHING)).toMatchObject({ feed: 'dead' });
      });
      expect(stage.feed.status(SPORT, EVERYTHING).message).toContain('500');
      stage.simulator.faults.only([]);
      await expectTruth(stage);
    }));

  it('says that the key is refused, once in the log, and recovers when it is good again', () =>
    on({ faults: ['unauthorized'] }, async (stage) => {
      await eventually(() => {
        const { feed, message } = stage.feed.status(SPORT, EVERYTHING);
        expect(feed).toBe('dead');
        expect(message).toContain('OPTICODDS_API_KEY');
      });
      expect(stage.lines.filter((line) => line.includes('(401)')).length).toBeLessThan(8);
      stage.simulator.faults.only([]);
      await expectTruth(stage);
    }));

  it('builds itself from the stream where REST is forbidden, and says that it is partial', () =>
    on({ faults: ['rest-forbidden'] }, async (stage) => {
      await eventually(async () => {
        const { odds, partial } = await bookOf(stage.feed);
        expect(odds.size).toBeGreaterThan(5);
        expect(partial).toBe(true);
      });
      const { feed, message } = stage.feed.status(SPORT, EVERYTHING);
      expect(feed).toBe('live');
      expect(message).toContain('403');
      expect((await stage.feed.sports()).isFallback).toBe(true);
    }));

  it('says that a key may lack copilot when it opens everything and prices nothing', () =>
    on({ copilot: false }, async (stage) => {
      await eventually(() => {
        expect(stage.feed.status(SPORT, EVERYTHING).message).toContain('copilot');
      });
    }));

  it('reads through slow answers without losing what the stream brings meanwhile', () =>
    on({ faults: ['slow-rest'], settings: STREAM_ALONE }, async (stage) => {
      await eventually(async () => {
        expect((await bookOf(stage.feed)).odds.size).toBeGreaterThan(0);
      });
      stage.simulator.faults.only([]);
      await untilLive(stage);
      await expectTruth(stage);
    }));
});
