import { describe, expect, it } from 'vitest';
import { type AlertRule, type Condition, EVERYWHERE } from '@/lib/board/alert-rules';
import {
  BURST_COUNT,
  BURST_MS,
  createAlertEngine,
  createBurstGuard,
  TRACK_LENGTH,
} from '@/lib/board/alerts';
import type { News } from '@/lib/board/store';
import { Book } from '@/lib/protocol/book';
import type { FixturePatch, OddsEventName } from '@/lib/protocol/events';
import { aFixturePatch, aRow, ROW_SECONDS } from '../../support/builders';
import { createFakePage } from './fakes';

const START = ROW_SECONDS * 1_000;

function aRule(when: Condition, fields: Partial<AlertRule> = {}): AlertRule {
  return {
    id: 'r1',
    isOn: true,
    when,
    where: EVERYWHERE,
    toast: true,
    sound: null,
    desktop: false,
    repeatSeconds: 0,
    ...fields,
  };
}

const MOVE = { kind: 'move', size: 3, seconds: 60 } as const;

/** An engine over a Book of its own, whose clock goes on by a second with every change. */
function setUp(...rules: AlertRule[]) {
  const book = new Book();
  const engine = createAlertEngine(rules);
  let now = START;
  let version: number | null = -1;

  function odds(
    event: OddsEventName,
    rows: object[],
    { isCatchUp = false }: { isCatchUp?: boolean } = {},
  ) {
    const news: News[] = [];
    for (const row of rows) {
      const timestamp = Math.floor(now / 1_000);
      const built = aRow({ timestamp, ...row }, event);
      const change = book.applyRow(event, built, now, null);
      if (change) news.push({ ...change, kind: 'odd', entryId: null, at: now, isCatchUp });
    }
    const fired = engine.news(news, book, version);
    now += 1_000;
    return fired;
  }
  return {
    engine,
    book,
    post: (row: object, options?: { isCatchUp?: boolean }) => odds('copilot-odds', [row], options),
    postAll: (...rows: object[]) => odds('copilot-odds', rows),
    lock: (row: object = {}) => odds('copilot-locked-odds', [row]),
    settle: (row: object = {}) => odds('copilot-settled-odds', [row]),
    fixture(patch: Partial<FixturePatch>) {
      const change = book.applyFixture(aFixturePatch(patch), now);
      if (!change) return [];
      const one = { ...change, kind: 'fixture' as const, entryId: null, at: now, isCatchUp: false };
      now += 1_000;
      return engine.news([one], book, version);
    },
    wait(seconds: number) {
      now += seconds * 1_000;
    },
    now: () => now,
    showVersion(next: number | null) {
      version = next;
    },
  };
}

describe('a rule about moves', () => {
  it('compares implied probabilities, so that −105 to +102 is a small move', () => {
    const { post } = setUp(aRule(MOVE));
    post({ price: -105 });
    expect(post({ price: 102 })).toEqual([]);
    const [fired] = post({ price: 115 });
    expect(fired).toMatchObject({ from: -105, to: 115, key: aRow().id });
  });

  it('adds up small moves within its time, and none that are longer ago', () => {
    const { post, wait } = setUp(aRule(MOVE));
    post({ price: -110 });
    wait(600);
    expect(post({ price: -118 })).toEqual([]);
    expect(post({ price: -125 })).toHaveLength(1);
    wait(61);
    // From here alone it is less than what was asked for.
    expect(post({ price: -133 })).toEqual([]);
  });

  it('counts a price as left when it changed, however long it stood', () => {
    const { post, wait } = setUp(aRule(MOVE));
    post({ price: -110 });
    wait(3_000);
    expect(post({ price: 110 })).toHaveLength(1);
  });

  it('tells of a price that is another once it is open again, and not of a locked one', () => {
    const { post, lock } = setUp(aRule(MOVE));
    post({ price: -110 });
    expect(lock({ price: 130 })).toEqual([]);
    expect(post({ price: 130 })).toMatchObject([{ from: -110, to: 130 }]);
  });

  it('does not compare the prices of other points', () => {
    const { post } = setUp(aRule(MOVE));
    post({ price: -110, points: 1.5 });
    expect(post({ price: 200, points: 5.5 })).toEqual([]);
    expect(post({ price: -110, points: 5.5 })).toHaveLength(1);
  });

  it('holds a bounded past of each odd, and none of one that stood for longer than any rule asks', () => {
    const { post, wait, engine } = setUp(aRule({ ...MOVE, size: 100, seconds: 3_600 }));
    for (let count = 0; count < TRACK_LENGTH * 3; count += 1) post({ price: 100 + (count % 7) });
    expect(engine.remembered()).toBe(1);
    wait(4_000);
    post({ id: 'other', price: 120 });
    post({ id: 'other', price: 121 });
    expect(engine.remembered()).toBe(1);
  });
});

describe('a clock that was set back', () => {
  it('makes no move of prices whose age it has hidden, and keeps no rule silent', () => {
    const { post, wait, lock, engine, now } = setUp(
      aRule(MOVE),
      aRule({ kind: 'lock' }, { id: 'r2', repeatSeconds: 60 }),
    );
    engine.hush(now(), now() + 10_000);
    post({ price: -110 });
    post({ price: -118 });
    wait(20);
    expect(lock({ price: -118 })).toHaveLength(1);
    wait(-1_800);
    // Rows go by the vendor's time, which goes on.
    const timestamp = ROW_SECONDS + 100;
    expect(post({ price: -125, timestamp })).toEqual([]);
    expect(lock({ price: -125, timestamp: timestamp + 1 })).toHaveLength(1);
    expect(post({ price: -140, timestamp: timestamp + 2 })).toMatchObject([{ from: -118 }]);
  });
});

describe('a rule about a price', () => {
  const AT_LEAST = { kind: 'price', pays: 'more', decimal: 2.5 } as const;

  it('tells when the price comes there, and not while it stays', () => {
    const { post } = setUp(aRule(AT_LEAST));
    expect(post({ price: 140 })).toEqual([]);
    expect(post({ price: 150 })).toMatchObject([{ from: 140, to: 150 }]);
    expect(post({ price: 160 })).toEqual([]);
    expect(post({ price: 120 })).toEqual([]);
    expect(post({ price: 155 })).toHaveLength(1);
  });

  it('may be the other way round', () => {
    const { post } = setUp(aRule({ kind: 'price', pays: 'less', decimal: 1.5 }));
    post({ price: -180 });
    expect(post({ price: -200 })).toHaveLength(1);
    expect(post({ price: -210 })).toEqual([]);
  });

  it.each([
    ['decimal', 1.91, -110],
    ['hong_kong', 1.667, -150],
    ['probability', 100 / 52.4, -110],
  ] as const)(
    'tells of a price that is shown as the target in the format it was typed in: %s',
    (format, decimal, price) => {
      const { post } = setUp(aRule({ kind: 'price', pays: 'more', decimal, format }));
      expect(post({ price: price - 60 })).toEqual([]);
      expect(post({ price })).toHaveLength(1);
    },
  );

  it('of one odd or fixture is told of once where it was reached unseen: in a cut, a snapshot or at first', () => {
    const where = { league: null, market: null, fixture: null, odd: null };
    const odd = { id: String(aRow().id), name: '' };
    const { engine, book, post, now } = setUp(
      aRule(AT_LEAST, { id: 'odd', where: { ...where, odd } }),
      aRule(AT_LEAST, { id: 'fixture', where: { ...where, fixture: { id: 'FX1', name: '' } } }),
      aRule(AT_LEAST, { id: 'everywhere' }),
    );
    const settle = () =>
      engine.settle(book, null, now()).map(({ rule, from, to }) => [rule.id, from, to]);
    post({ price: 140 });
    // What is seen for the first time is no news, at the target or not.
    expect(settle()).toEqual([]);
    post({ id: 'other', price: 120 }, { isCatchUp: true });
    expect(settle()).toEqual([]);
    expect(post({ price: 160 }, { isCatchUp: true })).toEqual([]);
    expect(settle()).toEqual([
      ['odd', 140, 160],
      ['fixture', 140, 160],
    ]);
    expect(settle()).toEqual([]);
    // It went away and came back, each unseen: nothing to tell of.
    post({ price: 120 }, { isCatchUp: true });
    post({ price: 170 }, { isCatchUp: true });
    expect(settle()).toEqual([]);
    // It came there unseen, and moved on before anybody looked.
    post({ price: 110 });
    post({ price: 180 }, { isCatchUp: true });
    expect(post({ price: 190 })).toMatchObject([
      { rule: { id: 'odd' }, from: 110, to: 190 },
      { rule: { id: 'fixture' } },
    ]);
    expect(settle()).toEqual([]);
  });

  it('reached while nothing is told is told of when that is over', () => {
    const odd = { id: String(aRow().id), name: '' };
    const where = { league: null, market: null, fixture: null, odd };
    const { engine, book, post, now } = setUp(aRule(AT_LEAST, { where }));
    post({ price: 140 });
    engine.settle(book, null, now());
    engine.hush(now(), now() + 5_000);
    expect(post({ price: 160 })).toEqual([]);
    expect(engine.settle(book, null, now())).toEqual([]);
    expect(engine.settle(book, null, now() + 5_000)).toMatchObject([{ from: 140, to: 160 }]);
  });

  it('holds no standing of rules that are gone, changed or off', () => {
    const odd = { id: String(aRow().id), name: '' };
    const rule = aRule(AT_LEAST, { where: { league: null, market: null, fixture: null, odd } });
    const { engine, book, post, now } = setUp(rule);
    post({ price: 140 });
    engine.settle(book, null, now());
    post({ price: 160 }, { isCatchUp: true });
    engine.setRules([{ ...rule, when: { ...AT_LEAST, decimal: 2.55 } }]);
    expect(engine.settle(book, null, now())).toEqual([]);
    engine.setRules([]);
    expect(engine.remembered()).toBe(0);
  });

  it('takes no lock for a way there, nor a reopening at the same side of it for another arrival', () => {
    const { post, lock } = setUp(aRule(AT_LEAST));
    post({ price: 140 });
    expect(lock({ price: 170 })).toEqual([]);
    expect(post({ price: 170 })).toMatchObject([{ from: 140, to: 170 }]);
    lock({ price: 170 });
    expect(post({ price: 165 })).toEqual([]);
  });
});

describe('a rule about lines', () => {
  const total = (points: number, isMain: boolean, side: 'over' | 'under' = 'over') => ({
    id: `${side}:${points}`,
    market: 'Total Points',
    grouping_key: `default:${points}`,
    name: `${side} ${points}`,
    selection: null,
    selection_line: side,
    points,
    is_main: isMain,
  });

  it('is about the next main line too where it was begun on one odd', () => {
    const where = {
      ...EVERYWHERE,
      market: 'Total Points',
      fixture: { id: 'FX1', name: 'Owls' },
      odd: { id: 'over:215.5', name: 'Over 215.5' },
    };
    const { postAll } = setUp(
      aRule({ kind: 'main' }, { where }),
      aRule({ kind: 'points', at: 'least', points: 217 }, { id: 'r2', where }),
    );
    postAll(total(215.5, true), total(217.5, false));
    expect(postAll(total(215.5, false), total(217.5, true))).toHaveLength(2);
  });

  it('tells once when other points became the main ones, whichever flag is told first', () => {
    for (const isNewFirst of [true, false]) {
      const { postAll } = setUp(aRule({ kind: 'main' }));
      postAll(total(215.5, true), total(215.5, true, 'under'), total(217.5, false));
      const flags = [
        total(215.5, false),
        total(215.5, false, 'under'),
        total(217.5, true),
        total(217.5, true, 'under'),
      ];
      const fired = postAll(...(isNewFirst ? flags.reverse() : flags));
      expect(fired).toMatchObject([{ from: 215.5, to: 217.5 }]);
    }
  });

  it('does so too where the two flags are told apart, and knows the way back', () => {
    const { post } = setUp(aRule({ kind: 'main' }));
    post(total(215.5, true));
    expect(post(total(217.5, true))).toMatchObject([{ from: 215.5, to: 217.5 }]);
    expect(post(total(215.5, false))).toEqual([]);
    expect(post(total(215.5, true))).toMatchObject([{ from: 217.5, to: 215.5 }]);
    expect(post(total(217.5, false))).toEqual([]);
    expect(post(total(215.5, false))).toEqual([]);
    expect(post(total(215.5, true))).toEqual([]);
  });

  it('follows a main line that moves by a lock and a reopening, flags and all, and takes no pause for a move', () => {
    const { post, lock } = setUp(
      aRule({ kind: 'main' }),
      aRule({ kind: 'points', at: 'least', points: 217 }, { id: 'r2' }),
    );
    post(total(215.5, true));
    lock(total(215.5, true));
    expect(post(total(215.5, true))).toEqual([]);
    const told = [215.5, 217.5, 215.5, 217.5].flatMap((points, place, all) => {
      const next = all[place + 1];
      if (next === undefined) return [];
      expect(lock(total(points, true))).toEqual([]);
      return [post(total(next, true)).map(({ rule, from, to }) => [rule.when.kind, from, to])];
    });
    expect(told).toEqual([
      [
        ['main', 215.5, 217.5],
        ['points', 215.5, 217.5],
      ],
      [['main', 217.5, 215.5]],
      [
        ['main', 215.5, 217.5],
        ['points', 215.5, 217.5],
      ],
    ]);
  });

  it('does not take a line that is locked for what the other moved from when it goes on', () => {
    const engine = createAlertEngine([aRule({ kind: 'main' })]);
    const book = new Book();
    const rows = [total(217.5, true), total(215.5, true)];
    for (const row of rows)
      book.applyRow('copilot-locked-odds', aRow(row, 'copilot-locked-odds'), 1, null);
    const change = book.applyRow(
      'copilot-odds',
      aRow({ ...rows[1], timestamp: ROW_SECONDS + 9 }),
      2,
      null,
    );
    if (!change) throw new Error('a reopening changes the Book');
    const one = { ...change, kind: 'odd' as const, entryId: null, at: START, isCatchUp: false };
    expect(engine.news([one], book, -1)).toEqual([]);
  });

  it('takes a first main line for no move', () => {
    const { post } = setUp(aRule({ kind: 'main' }));
    expect(post(total(215.5, true))).toEqual([]);
  });

  it('tells when points come to a number, and not of alternates that always had it', () => {
    const { post } = setUp(aRule({ kind: 'points', at: 'least', points: 217 }));
    expect(post(total(230.5, false))).toEqual([]);
    post(total(215.5, true));
    post(total(215.5, false));
    expect(post(total(217.5, true))).toMatchObject([{ from: 215.5, to: 217.5 }]);
    post(total(217.5, false));
    expect(post(total(218.5, true))).toEqual([]);
  });
});

describe('rules about states and fixtures', () => {
  it('tell of a lock, a reopening and a settlement, each by its own rule', () => {
    const { post, lock, settle } = setUp(
      aRule({ kind: 'lock' }, { id: 'r1' }),
      aRule({ kind: 'reopen' }, { id: 'r2' }),
      aRule({ kind: 'settlement' }, { id: 'r3' }),
    );
    expect(post({})).toEqual([]);
    expect(lock().map(({ rule }) => rule.id)).toEqual(['r1']);
    expect(lock({ price: 140 })).toEqual([]);
    expect(post({ price: 140 }).map(({ rule }) => rule.id)).toEqual(['r2']);
    expect(settle()).toMatchObject([{ rule: { id: 'r3' }, to: 'Won' }]);
    expect(settle({ settlement: 'Lost', settled_at: '2036-11-22T20:00:00+00:00' })).toMatchObject([
      { from: 'Won', to: 'Lost' },
    ]);
  });

  it('tell of a start and a status that changed, and not of the first that is known', () => {
    const { fixture } = setUp(
      aRule({ kind: 'start' }, { id: 'r1' }),
      aRule({ kind: 'status' }, { id: 'r2' }),
    );
    expect(fixture({})).toEqual([]);
    expect(fixture({ startDate: '2026-11-22T20:30:00.000Z' })).toMatchObject([
      { rule: { id: 'r1' }, to: '2026-11-22T20:30:00.000Z' },
    ]);
    expect(fixture({ startDate: '2026-11-22T20:30:00.000Z', status: 'live' })).toMatchObject([
      { rule: { id: 'r2' }, from: 'unplayed', to: 'live' },
    ]);
  });

  it('tell of the feed each time that it gets worse, and again once it was live', () => {
    const { engine, now } = setUp(aRule({ kind: 'feed' }));
    const states = ['connecting', 'live', 'late', 'late', 'dead', 'connecting', 'dead'] as const;
    const told = states.map((state) => engine.feed(state, now()).length);
    expect(told).toEqual([0, 0, 1, 0, 1, 0, 0]);
    engine.feed('live', now() + 5_000);
    expect(engine.feed('late', now() + 6_000)).toHaveLength(1);
  });
});

describe('where a rule applies', () => {
  it('is narrowed by each part that is set', () => {
    const where = { ...EVERYWHERE, league: 'nba', market: 'Moneyline' };
    const { post, lock } = setUp(aRule({ kind: 'lock' }, { where }));
    for (const row of [{}, { id: 'b', league: 'WNBA' }, { id: 'c', market: 'Total Points' }]) {
      post(row);
    }
    expect(lock({ id: 'b', league: 'WNBA' })).toEqual([]);
    expect(lock({ id: 'c', market: 'Total Points' })).toEqual([]);
    expect(lock()).toHaveLength(1);
  });

  it('is one fixture, or one odd', () => {
    const { post, lock } = setUp(
      aRule(
        { kind: 'lock' },
        { id: 'r1', where: { ...EVERYWHERE, fixture: { id: 'FX2', name: '' } } },
      ),
      aRule({ kind: 'lock' }, { id: 'r2', where: { ...EVERYWHERE, odd: { id: 'a', name: '' } } }),
    );
    post({ id: 'a' });
    post({ id: 'b', fixture_id: 'FX2' });
    expect(lock({ id: 'a' }).map(({ rule }) => rule.id)).toEqual(['r2']);
    expect(lock({ id: 'b', fixture_id: 'FX2' }).map(({ rule }) => rule.id)).toEqual(['r1']);
  });

  it('is the version that the view shows', () => {
    const { post, lock, showVersion } = setUp(aRule({ kind: 'lock' }));
    post({ version_id: 3 });
    expect(lock({ version_id: 3 })).toEqual([]);
    showVersion(3);
    post({ version_id: 3, price: 120 });
    expect(lock({ version_id: 3, price: 120 })).toHaveLength(1);
  });

  it('a rule that is off applies nowhere', () => {
    const { post, lock } = setUp(aRule({ kind: 'lock' }, { isOn: false }));
    post({});
    expect(lock()).toEqual([]);
  });
});

describe('silence', () => {
  it('does not tell the same again within the interval, and another at once', () => {
    const { post, lock, wait } = setUp(aRule({ kind: 'lock' }, { repeatSeconds: 60 }));
    post({});
    post({ id: 'b' });
    expect(lock()).toHaveLength(1);
    post({});
    expect(lock()).toEqual([]);
    expect(lock({ id: 'b' })).toHaveLength(1);
    wait(60);
    post({});
    expect(lock()).toHaveLength(1);
  });

  it('is kept about what was missed, which also is no part of a move', () => {
    const { post } = setUp(aRule(MOVE), aRule({ kind: 'price', pays: 'more', decimal: 2 }));
    post({ price: -110 });
    expect(post({ price: 130 }, { isCatchUp: true })).toEqual([]);
    expect(post({ price: 131 })).toEqual([]);
    expect(post({ price: 160 })).toHaveLength(1);
  });

  it('is kept while hushed, and what happened then is known', () => {
    const { engine, post, wait, now } = setUp(aRule(MOVE));
    engine.hush(now(), now() + 10_000);
    post({ price: -110 });
    expect(post({ price: 130 })).toEqual([]);
    expect(engine.feed('dead', now())).toEqual([]);
    wait(10);
    expect(post({ price: 131 })).toEqual([]);
    expect(post({ price: 160 })).toHaveLength(1);
  });

  it('is kept of a feed that was bad when the hush began, until it ends', () => {
    const { engine, now } = setUp(aRule({ kind: 'feed' }));
    engine.hush(now(), now() + 10_000);
    expect(engine.feed('dead', now())).toEqual([]);
    expect(engine.feed('dead', now() + 10_000)).toHaveLength(1);
  });

  it('forgets what prices were before a snapshot', () => {
    const { engine, post } = setUp(aRule({ ...MOVE, size: 5 }));
    post({ price: -110 });
    post({ price: -125 });
    engine.forget();
    expect(post({ price: -140 })).toEqual([]);
  });
});

describe('cost', () => {
  it('compares a change with the rules alone that it can concern', () => {
    const rules = Array.from({ length: 50 }, (_, index) =>
      aRule(
        { ...MOVE, size: 50 },
        {
          id: `r${index}`,
          where: { ...EVERYWHERE, fixture: { id: `FX${index}`, name: '' } },
        },
      ),
    );
    const { engine, post } = setUp(...rules);
    for (let count = 0; count < 1_000; count += 1) {
      const fixture = `FX${count % 100}`;
      post({ id: `${fixture}:odd`, fixture_id: fixture, price: 100 + count });
    }
    // Ten changes of each of 50 fixtures, the first of which is no move.
    expect(engine.evaluations()).toBe(450);
  });

  it('asks nothing of a change that no rule is about', () => {
    const rules = Array.from({ length: 50 }, (_, index) =>
      aRule({ kind: 'settlement' }, { id: `r${index}` }),
    );
    const { engine, post } = setUp(...rules);
    for (let count = 0; count < 1_000; count += 1) post({ price: 100 + count });
    expect(engine.evaluations()).toBe(0);
    expect(engine.remembered()).toBe(0);
  });
});

describe('a burst', () => {
  function guard() {
    const page = createFakePage();
    const log: string[] = [];
    let id = 0;
    const nextId = () => {
      id += 1;
      return id;
    };
    const burst = createBurstGuard<{ id: number; ruleId: string; at: number }>({
      now: page.now,
      setTimer: page.setTimer,
      nextId,
      onAlert: (alert) => log.push(`alert ${alert.id}`),
      onBurst: (one, replaced) =>
        log.push(`burst ${one.id} of ${one.count} for ${replaced.join(' ') || 'none'}`),
    });
    const add = (count: number, ruleId = 'r1') =>
      burst.add(Array.from({ length: count }, () => ({ id: nextId(), ruleId, at: page.now() })));
    return { page, log, add, burst };
  }

  it('is one alert where many come at once', () => {
    const { log, add } = guard();
    add(BURST_COUNT);
    expect(log).toEqual([`burst 6 of ${BURST_COUNT} for none`]);
  });

  it('takes in what was told within the time before it', () => {
    const { page, log, add } = guard();
    add(2);
    page.advance(BURST_MS - 1);
    add(BURST_COUNT - 2);
    expect(log).toEqual(['alert 1', 'alert 2', `burst 6 of ${BURST_COUNT} for 1 2`]);
  });

  it('does not begin where the time between is longer', () => {
    const { page, log, add } = guard();
    add(BURST_COUNT - 1);
    page.advance(BURST_MS);
    add(BURST_COUNT - 1);
    expect(log.every((line) => line.startsWith('alert'))).toBe(true);
    expect(log).toHaveLength(2 * (BURST_COUNT - 1));
  });

  it('goes on under its id while more comes, told twice a second, and then ends', () => {
    const { page, log, add, burst } = guard();
    add(5);
    for (let count = 0; count < 10; count += 1) {
      page.advance(BURST_MS / 10);
      add(1);
    }
    expect(log).toEqual(['burst 6 of 5 for none', 'burst 6 of 14 for none']);
    page.advance(BURST_MS);
    expect(log.at(-1)).toBe('burst 6 of 15 for none');
    page.advance(BURST_MS);
    add(1);
    expect(log.at(-1)).toBe('alert 17');
    burst.close();
    expect(page.timers.size).toBe(0);
  });

  it('of one rule swallows nothing of another, unless that is as noisy', () => {
    const { page, log, add } = guard();
    add(BURST_COUNT);
    page.advance(BURST_MS / 5);
    add(1, 'r2');
    expect(log).toEqual([`burst 6 of ${BURST_COUNT} for none`, 'alert 7']);
    add(BURST_COUNT, 'r3');
    const apart = log.filter((line) => line.startsWith('alert'));
    expect(apart).toHaveLength(BURST_COUNT);
    page.advance(BURST_MS);
    expect(log.at(-1)).toBe(`burst 6 of ${BURST_COUNT + 1} for none`);
  });
});
