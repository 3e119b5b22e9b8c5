import { describe, expect, it } from 'vitest';
import { toProbability } from '@/lib/protocol/price';
import type { MarketBook, SimFixture, SimOdd } from '@/lib/simulator/markets';
import { createWorld, type World, type WorldEvent, type WorldOptions } from '@/lib/simulator/world';

const startMs = Date.UTC(2026, 10, 22, 18, 0, 0);
const defaults: WorldOptions = { seed: 11, odds: 2_000, rate: 40, speed: 1, startMs };

function createRun(overrides: Partial<WorldOptions> = {}) {
  const events: WorldEvent[] = [];
  const world = createWorld({ ...defaults, ...overrides }, (event) => events.push(event));
  return { world, events };
}

function allFixtures(world: World): SimFixture[] {
  return world.sports.flatMap(({ id }) => [...world.fixtures(id)]);
}

function oddsOf(fixture: SimFixture): SimOdd[] {
  return fixture.books.flatMap(({ lines }) => [...lines.values()].flat());
}

function openLines({ lines }: MarketBook): [number, SimOdd[]][] {
  return [...lines]
    .filter(([, odds]) => odds.every(({ state }) => state === 'open'))
    .sort(([a], [b]) => a - b);
}

function withStatus(world: World, sport: string, status: string): SimFixture {
  const found = [...world.fixtures(sport)].find(
    (fixture) => fixture.status === status && fixture.offersInPlay,
  );
  if (!found) throw new Error(`no ${status} fixture in ${sport}`);
  return found;
}

/** What a client would compare: every event, flattened to text. */
function transcript(events: readonly WorldEvent[]): string[] {
  return events.map((event) =>
    event.kind === 'odds'
      ? `${event.atMs} ${event.name} ${event.odds.map(({ id }) => id).join(' ')}`
      : `${event.atMs} ${event.fixture.id} ${event.newStatus} ${event.newStartMs}`,
  );
}

describe('world', () => {
  it('repeats itself for the same seed, however time is cut into steps', () => {
    const a = createRun({ odds: 300 });
    const b = createRun({ odds: 300 });
    const c = createRun({ odds: 300, seed: 12 });
    a.world.advance(startMs + 60_000);
    for (let ms = 0; ms <= 60_000; ms += 130) b.world.advance(startMs + ms);
    b.world.advance(startMs + 60_000);
    c.world.advance(startMs + 60_000);
    expect(a.events.length).toBeGreaterThan(50);
    expect(transcript(b.events)).toEqual(transcript(a.events));
    expect(transcript(c.events)).not.toEqual(transcript(a.events));
  });

  it.each([1, 2, 3])('begins in full swing in every sport (seed %d)', (seed) => {
    const { world } = createRun({ seed });
    for (const { id, leagues } of world.sports) {
      const fixtures = [...world.fixtures(id)];
      const open = fixtures.flatMap(oddsOf).filter(({ state }) => state === 'open');
      expect(open.length, id).toBeGreaterThanOrEqual(200);
      const statuses = new Set(fixtures.map(({ status }) => status));
      for (const status of ['unplayed', 'live', 'completed', 'cancelled', 'suspended', 'delayed']) {
        expect(statuses, id).toContain(status);
      }
      const startsAhead = fixtures
        .filter(({ status }) => status === 'unplayed')
        .map((fixture) => fixture.startMs - startMs);
      expect(Math.min(...startsAhead)).toBeLessThan(120_000);
      expect(Math.max(...startsAhead)).toBeGreaterThan(3 * 3_600_000);
      expect(leagues.length).toBeGreaterThanOrEqual(4);
      expect(leagues.length).toBeLessThanOrEqual(30);
      const settled = fixtures.filter(({ status }) => status === 'completed').flatMap(oddsOf);
      expect(settled.length).toBeGreaterThan(0);
      expect(settled.every(({ settlement }) => settlement !== null)).toBe(true);
    }
    const soccer = new Set(
      [...world.fixtures('soccer')]
        .filter(({ finishedMs }) => finishedMs === null)
        .map(({ league }) => league.id),
    );
    expect(soccer.size).toBeGreaterThanOrEqual(24);
  });

  it('shows a start, a completion and a moved start in every sport within two minutes', () => {
    const { world, events } = createRun();
    world.advance(startMs + 120_000);
    for (const { id } of world.sports) {
      const seen = events.filter((event) => event.sport === id && event.kind === 'fixture-status');
      const news = new Set(
        seen.map((event) => (event.kind === 'fixture-status' ? (event.newStatus ?? 'moved') : '')),
      );
      for (const what of ['live', 'completed', 'moved']) expect(news, id).toContain(what);
    }
  });

  it.each([5, 6])('prices every market of a fixture from one state (seed %d)', (seed) => {
    const { world } = createRun({ seed, odds: 5_000 });
    world.advance(startMs + 20_000);
    let checked = 0;
    for (const fixture of allFixtures(world)) {
      if (fixture.finishedMs !== null || fixture.status === 'suspended') continue;
      world.act(fixture.id, 'reopen');
      const books = new Map(
        fixture.books.map((book) => [
          `${book.market.id}/${book.subject.team}/${book.subject.player?.id}`,
          book,
        ]),
      );
      const label = `${fixture.league.name} ${fixture.id}`;
      for (const book of fixture.books) {
        const lines = openLines(book);
        if (book.market.kind !== 'correct_score') {
          expect(
            lines.filter(([, odds]) => odds[0]?.isMain).length,
            `${label} ${book.market.label}`,
          ).toBeLessThanOrEqual(1);
        }
        let previous: number | null = null;
        for (const [, odds] of lines) {
          if (odds.length < 2) continue;
          const implied = odds.map(({ price }) => toProbability(price));
          const whole = implied.reduce((sum, part) => sum + part, 0);
          expect(whole, `${label} ${odds[0]?.name}`).toBeGreaterThan(1.02);
          expect(whole, `${label} ${odds[0]?.name}`).toBeLessThan(1.07);
          // A spread gets likelier with every point given, a total's over less likely with every point asked.
          const rising = (implied[0] ?? 0) * (book.market.kind === 'spread' ? 1 : -1);
          if (previous !== null)
            expect(rising, `${label} ${odds[0]?.name}`).toBeGreaterThanOrEqual(previous - 1e-9);
          previous = rising;
          checked += 1;
        }
      }
      const spreadId = {
        basketball: 'point_spread',
        football: 'point_spread',
        hockey: 'puck_line',
        baseball: 'run_line',
      }[fixture.sport.id];
      const spread = spreadId && books.get(`${spreadId}/null/undefined`);
      const moneyline = books.get('moneyline/null/undefined');
      const homePrice = moneyline && openLines(moneyline)[0]?.[1][0]?.price;
      if (spread && homePrice !== undefined) {
        const homeFair = toProbability(homePrice);
        for (const [line, odds] of openLines(spread)) {
          const cover = toProbability(odds[0]?.price ?? Number.NaN);
          if (line < 0)
            expect(cover, `${label} gives ${line}`).toBeLessThanOrEqual(homeFair + 0.02);
          else expect(cover, `${label} gets ${line}`).toBeGreaterThanOrEqual(homeFair - 0.02);
        }
      }
      const total = books.get(
        `${fixture.sport.id === 'basketball' ? 'total_points' : 'none'}/null/undefined`,
      );
      const teams = [0, 1].map((team) => books.get(`team_total/${team}/undefined`)?.main ?? null);
      if (total?.main && teams[0] && teams[1])
        expect(Math.abs(total.main - teams[0] - teams[1])).toBeLessThanOrEqual(3);
    }
    expect(checked).toBeGreaterThan(1_000);
  });

  it('keeps to its rate, four fifths of it on about a fifth of the fixtures', () => {
    const { world, events } = createRun({ rate: 100 });
    world.advance(startMs + 60_000);
    const rows = new Map<string, number>();
    let all = 0;
    for (const event of events) {
      if (event.kind !== 'odds') continue;
      for (const { fixture } of event.odds) {
        rows.set(fixture.id, (rows.get(fixture.id) ?? 0) + 1);
        all += 1;
      }
    }
    expect(all).toBeGreaterThan(60 * 100 * 0.9);
    expect(all).toBeLessThan(60 * 100 * 1.1);
    const counts = [...rows.values()].sort((a, b) => b - a);
    const busiest = counts
      .slice(0, Math.round(allFixtures(world).length * 0.25))
      .reduce((sum, count) => sum + count, 0);
    expect(busiest / all).toBeGreaterThan(0.7);
  });

  it.each(['basketball', 'football', 'soccer', 'tennis', 'baseball', 'hockey'])(
    'settles every odd of a finished %s fixture within minutes, both sides as opposites',
    (sport) => {
      const { world, events } = createRun({ odds: 1_500 });
      const fixture = withStatus(world, sport, 'live');
      world.act(fixture.id, 'finish');
      expect(oddsOf(fixture).filter(({ state }) => state === 'open')).toEqual([]);
      world.advance(startMs + 4 * 60_000);
      const odds = oddsOf(fixture);
      expect(odds.length).toBeGreaterThan(0);
      expect(odds.filter(({ state }) => state !== 'settled')).toEqual([]);
      for (const { lines, market } of fixture.books) {
        for (const [first, second, third] of lines.values()) {
          if (!second || third || market.kind === 'correct_score') continue;
          expect(`${first?.settlement} ${second.settlement}`).toMatch(
            /^(Won Lost|Lost Won|Refunded Refunded|Half Won Half Lost|Half Lost Half Won)$/,
          );
        }
      }
      const sent = events.flatMap((event) =>
        event.kind === 'odds' && event.name === 'copilot-settled-odds' ? event.odds : [],
      );
      expect(new Set(sent.filter((odd) => odd.fixture === fixture))).toEqual(new Set(odds));
    },
  );

  it('refunds a cancelled fixture', () => {
    const { world } = createRun();
    const fixture = withStatus(world, 'basketball', 'unplayed');
    world.act(fixture.id, 'cancel');
    world.advance(startMs + 60_000);
    expect(new Set(oddsOf(fixture).map(({ settlement }) => settlement))).toEqual(
      new Set(['Refunded']),
    );
  });

  it('locks everything on suspension and prices again on return', () => {
    const { world } = createRun();
    const fixture = withStatus(world, 'soccer', 'live');
    world.act(fixture.id, 'suspend');
    expect(oddsOf(fixture).some(({ state }) => state === 'open')).toBe(false);
    world.act(fixture.id, 'return');
    world.advance(startMs + 20_000);
    expect(oddsOf(fixture).some(({ state }) => state === 'open')).toBe(true);
  });

  it('starts with a lock of everything and a reopening of the same ids in play', () => {
    const { world, events } = createRun();
    const fixture = [...world.fixtures('basketball')].find(
      (candidate) => candidate.status === 'unplayed' && candidate.offersInPlay,
    ) as SimFixture;
    const open = new Set(oddsOf(fixture).filter(({ state }) => state === 'open'));
    world.act(fixture.id, 'start');
    world.advance(startMs + 30_000);
    const locked = events.flatMap((event) =>
      event.kind === 'odds' && event.name === 'copilot-locked-odds' ? event.odds : [],
    );
    for (const odd of open) expect(locked).toContain(odd);
    const reopened = [...open].filter(({ state, isLive }) => state === 'open' && isLive);
    expect(reopened.length).toBeGreaterThan(0);
  });

  it('moves a main line without a lock where alternates are offered, with one where none are', () => {
    const { world, events } = createRun({ odds: 3_000, rate: 200 });
    const flips = { quiet: 0, locked: 0 };
    const mains = new Map<MarketBook, number>();
    for (const fixture of allFixtures(world))
      for (const book of fixture.books) if (book.main !== null) mains.set(book, book.main);
    world.advance(startMs + 60_000);
    const lockedIds = new Set(
      events.flatMap((event) =>
        event.kind === 'odds' && event.name === 'copilot-locked-odds'
          ? event.odds.map(({ id }) => id)
          : [],
      ),
    );
    for (const [book, main] of mains) {
      const fixture = book.lines.get(main)?.[0]?.fixture;
      if (fixture?.status !== 'unplayed' || book.main === main || book.market.kind !== 'spread')
        continue;
      const old = book.lines.get(main) ?? [];
      if (book.wanted > 1 && old.every(({ state }) => state === 'open')) {
        expect(old.every(({ isMain, id }) => !isMain && !lockedIds.has(id))).toBe(true);
        flips.quiet += 1;
      }
      if (book.wanted === 1) {
        expect(old.every(({ state, id }) => state === 'locked' && lockedIds.has(id))).toBe(true);
        flips.locked += 1;
      }
    }
    expect(flips.quiet).toBeGreaterThan(0);
    expect(flips.locked).toBeGreaterThan(0);
  });

  it('puts a rescheduled fixture under a new id, linked both ways', () => {
    const { world } = createRun();
    const fixture = withStatus(world, 'tennis', 'unplayed');
    world.act(fixture.id, 'reschedule');
    const replay = world.fixture(fixture.rescheduledTo ?? '');
    expect(replay?.rescheduledFrom).toBe(fixture.id);
    expect(replay?.teams).toEqual(fixture.teams);
    expect(fixture.status).toBe('cancelled');
  });

  it('refuses an act that does not fit, saying why', () => {
    const { world } = createRun({ odds: 300 });
    const fixture = withStatus(world, 'basketball', 'live');
    expect(() => world.act(fixture.id, 'start')).toThrow('must be unplayed or delayed, it is live');
    expect(() => world.act('nobody', 'start')).toThrow('no fixture nobody');
  });

  it('goes on for ever without growing', () => {
    const { world, events } = createRun({ odds: 600, rate: 20, speed: 120 });
    const before = allFixtures(world).length;
    const leagues = new Set<string>();
    for (let minute = 1; minute <= 20; minute += 1) {
      world.advance(startMs + minute * 60_000);
      expect(allFixtures(world).length).toBeLessThan(before * 1.7);
      for (const { sport, finishedMs } of allFixtures(world))
        if (finishedMs === null) leagues.add(sport.id);
      events.length = minute < 20 ? 0 : events.length;
    }
    expect(leagues.size).toBe(world.sports.length);
    expect(events.length).toBeGreaterThan(0);
    for (const { id } of world.sports) {
      const live = [...world.fixtures(id)].filter(
        ({ status }) => status === 'live' || status === 'half',
      );
      expect(live.length, id).toBeGreaterThan(0);
    }
  });

  it('lets skipped time pass without events and puts plans off', () => {
    const { world, events } = createRun({ odds: 300 });
    world.skip(3_600_000);
    expect(events).toEqual([]);
    world.advance(startMs + 3_600_000 + 1_000);
    const statuses = events.filter(({ kind }) => kind === 'fixture-status');
    expect(statuses.length).toBeLessThan(20);
  });
});
