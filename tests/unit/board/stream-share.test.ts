import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Connection, type EventSourceLike, openConnection } from '@/lib/board/connection';
import {
  createStreamShare,
  planStreams,
  type ShareFrame,
  type ToShare,
  type Want,
} from '@/lib/board/stream-share';
import { compareEntryIds } from '@/lib/protocol/entry-id';
import type { FeedState } from '@/lib/protocol/events';
import { createFakePage, type FakeEventSource } from './fakes';

const urlOf = (sport: string, leagues: readonly string[], position: string | null) => {
  const params = new URLSearchParams(leagues.map((league) => ['league', league]));
  params.set('include_fixture_updates', 'true');
  if (position !== null) params.set('last_entry_id', position);
  return `/api/v3/stream/copilot/${sport}/odds?${params}`;
};

const leaguesOf = (url: string) => new URL(url, 'http://board').searchParams.getAll('league');

/** A share in the place of the worker, with tabs that hear it as soon as it speaks. */
function setUp() {
  const page = createFakePage();
  const share = createStreamShare(page);
  function tab(sport: string, leagues: readonly string[], position: string | null, isShown = true) {
    const frames: ShareFrame[] = [];
    const self = {
      frames,
      takes: true,
      names: () => frames.map(([name]) => name),
      say: share.connect((posted) => {
        frames.push(...posted);
        if (self.takes) self.say({ kind: 'took' });
      }),
    };
    self.say({
      kind: 'open',
      url: urlOf(sport, leagues, position),
      isShown,
      isMultiplexed: false,
    });
    return self;
  }
  const open = () => page.sources.filter(({ isClosed }) => !isClosed);
  /** What a server says first to whoever asks to go on from where it stands. */
  const greet = (source: FakeEventSource, at: string) => {
    source.emit('connected', 'ok go');
    source.emit('feed-status', '{}', at);
    page.advance(1);
  };
  return { page, tab, open, greet };
}

describe('streams shared by tabs', () => {
  it('gives tabs of one scope one connection', () => {
    const { page, tab, open, greet } = setUp();
    const tabs = [tab('basketball', ['NBA'], '5-0'), tab('basketball', ['NBA'], '5-0')];
    expect(open().length).toBe(2);
    for (const source of open()) greet(source, '5-0');
    expect(open().length).toBe(1);
    open()[0]?.emit('copilot-odds', '{}', '6-0');
    page.advance(1);
    for (const { frames } of tabs) {
      expect(frames.filter(([name]) => name === 'copilot-odds')).toEqual([
        ['copilot-odds', '{}', '6-0'],
      ]);
    }
  });

  it('lets a tab that comes late catch up alone, and takes it in at the same entry', () => {
    const { page, tab, open, greet } = setUp();
    const first = tab('basketball', [], '5-0');
    greet(page.source(), '5-0');
    const [shared] = open();
    shared?.emit('copilot-odds', 'six', '6-0');
    const late = tab('basketball', [], '5-0');
    const own = page.source();
    expect(own.position).toBe('5-0');
    own.emit('connected', 'ok go');
    own.emit('copilot-odds', 'six', '6-0');
    shared?.emit('copilot-odds', 'seven', '7-0');
    own.emit('feed-status', '{}', '6-0');
    // It stands before the others: leaving now would lose it the seventh.
    expect(own.isClosed).toBe(false);
    own.emit('copilot-odds', 'seven', '7-0');
    expect(own.isClosed).toBe(true);
    shared?.emit('copilot-odds', 'eight', '8-0');
    page.advance(1);
    const odds = ({ frames }: typeof late) =>
      frames.filter(([name]) => name === 'copilot-odds').map(([, data]) => data);
    expect(odds(late)).toEqual(['six', 'seven', 'eight']);
    expect(odds(first)).toEqual(['six', 'seven', 'eight']);
  });

  it('leaves a tab on its own connection while the shared one has missed its ping', () => {
    const { page, tab, open, greet } = setUp();
    tab('basketball', [], '5-0');
    greet(page.source(), '5-0');
    const [shared] = open();
    page.advance(7_000);
    const late = tab('basketball', [], '5-0');
    const own = page.source();
    greet(own, '6-0');
    expect(own.isClosed).toBe(false);
    own.emit('copilot-odds', 'seven', '7-0');
    page.advance(1);
    expect(late.names()).toContain('copilot-odds');
    // It spoke again, and has told all that the other has.
    shared?.emit('copilot-odds', 'seven', '7-0');
    own.emit('ping', '');
    expect(own.isClosed).toBe(true);
    shared?.emit('copilot-odds', 'eight', '8-0');
    page.advance(1);
    expect(late.frames.filter(([name]) => name === 'copilot-odds').map(([, data]) => data)).toEqual(
      ['seven', 'eight'],
    );
  });

  it('keeps the others on the connection whose first tab closes, and ends it with the last', () => {
    const { page, tab, open, greet } = setUp();
    const first = tab('basketball', [], '5-0');
    greet(page.source(), '5-0');
    const second = tab('basketball', [], '5-0');
    greet(page.source(), '5-0');
    first.say({ kind: 'close' });
    page.advance(10_000);
    expect(open().length).toBe(1);
    open()[0]?.emit('ping', 'now');
    page.advance(1);
    expect(second.names().at(-1)).toBe('ping');
    second.say({ kind: 'close' });
    expect(open().length).toBe(0);
    expect(page.timers.size).toBe(0);
  });

  it('puts the scopes of a sport together where there are more than connections, and apart again', () => {
    const { page, tab, open, greet } = setUp();
    const leagues = ['A', 'B', 'C', 'D', 'E', 'F'];
    const tabs = leagues.map((league) => {
      const own = tab('basketball', [league], '5-0');
      for (let turn = 0; turn < 3; turn += 1) for (const source of open()) greet(source, '5-0');
      return own;
    });
    expect(open().length).toBe(1);
    expect(leaguesOf(open()[0]?.url ?? '')).toEqual(leagues);
    for (const one of tabs.slice(4)) one.say({ kind: 'close' });
    page.advance(2_500);
    expect(
      open()
        .flatMap(({ url }) => leaguesOf(url))
        .sort(),
    ).toEqual(['A', 'B', 'C', 'D']);
    for (const one of tabs.slice(0, 4)) expect(one.names()).not.toContain('error');
  });

  it('goes on from the entry where each tab stands when connections change', () => {
    const { page, tab, open, greet } = setUp();
    for (const league of ['A', 'B', 'C', 'D']) {
      tab('basketball', [league], '5-0');
      greet(page.source(), '5-0');
    }
    open().forEach((source, index) => {
      source.emit('copilot-odds', '{}', `${6 + index}-0`);
    });
    tab('basketball', ['E'], '9-0');
    expect(open().map(({ position }) => position)).toEqual(['6-0', '9-0']);
    for (const source of open()) {
      expect(leaguesOf(source.url)).toEqual(['A', 'B', 'C', 'D', 'E']);
    }
  });

  it('tells a tab for which no connection is left, and serves it when there is', () => {
    const { page, tab, open, greet } = setUp();
    const sports = ['a', 'b', 'c', 'd'].map((sport) => {
      const own = tab(sport, [], '5-0');
      greet(page.source(), '5-0');
      return own;
    });
    const fifth = tab('e', [], '5-0');
    expect(fifth.names()).toEqual(['hello', 'crowded']);
    expect(open().length).toBe(4);
    sports[1]?.say({ kind: 'close' });
    greet(page.source(), '5-0');
    expect(page.source().url).toContain('/e/');
    expect(fifth.names().at(-1)).toBe('feed-status');
  });

  it('takes the connection of a sport that nobody looks at, and says so to its tab', () => {
    const { page, tab, open, greet } = setUp();
    const [hidden] = ['a', 'b', 'c', 'd'].map((sport) => {
      const own = tab(sport, [], '5-0');
      greet(page.source(), '5-0');
      return own;
    });
    hidden?.say({ kind: 'shown', isShown: false });
    expect(hidden?.names()).not.toContain('error');
    tab('e', [], '5-0');
    expect(hidden?.names().at(-1)).toBe('error');
    expect(open().map(({ url }) => url.split('/')[5])).toEqual(['b', 'c', 'd', 'e']);
  });

  it('opens what it likes where streams are no connections', () => {
    const { page, tab, open } = setUp();
    tab('basketball', ['A'], '5-0').say({
      kind: 'open',
      url: urlOf('basketball', ['Z'], '5-0'),
      isShown: true,
      isMultiplexed: true,
    });
    for (const league of ['B', 'C', 'D', 'E', 'F']) tab('basketball', [league], '5-0');
    page.advance(1);
    expect(open().length).toBe(7);
  });

  it('ends the streams of a connection that breaks or falls silent', () => {
    const { page, tab, open, greet } = setUp();
    const tabs = [tab('basketball', [], '5-0'), tab('tennis', [], '5-0')];
    for (const source of open()) greet(source, '5-0');
    open()[0]?.emit('error');
    expect(tabs[0]?.names().at(-1)).toBe('error');
    expect(tabs[1]?.names().at(-1)).toBe('feed-status');
    page.advance(17_000);
    expect(tabs[1]?.names().at(-1)).toBe('error');
    expect(open().length).toBe(0);
  });

  it('lets nobody join a connection that died while the machine slept', () => {
    const { page, tab, open, greet } = setUp();
    tab('basketball', [], '5-0');
    greet(page.source(), '5-0');
    const [dead] = open();
    page.sleep(3_600_000);
    tab('basketball', [], '5-0');
    expect(dead?.isClosed).toBe(true);
    expect(open().length).toBe(1);
  });

  it('gives up a tab that takes nothing: one that crashed, or is frozen', () => {
    const { page, tab, open, greet } = setUp();
    const frozen = tab('basketball', [], '5-0');
    greet(page.source(), '5-0');
    frozen.takes = false;
    for (let count = 0; count < 8; count += 1) {
      for (const source of open()) source.emit('ping', 'now');
      page.advance(5_000);
    }
    expect(frozen.names().at(-1)).toBe('error');
    expect(open().length).toBe(0);
  });

  it('bounds what waits for a tab', () => {
    const { page, tab, open, greet } = setUp();
    const slow = tab('basketball', [], '5-0');
    greet(page.source(), '5-0');
    slow.takes = false;
    for (let count = 0; count < 30_000; count += 1) {
      open()[0]?.emit('copilot-odds', '{}', `6-${count}`);
    }
    page.advance(10);
    expect(slow.frames.length).toBeLessThan(20_010);
    expect(slow.names().at(-1)).toBe('error');
    expect(open().length).toBe(0);
  });

  it('passes a reset on to everybody, who go on from where it says', () => {
    const { page, tab, open, greet } = setUp();
    const one = tab('basketball', [], '900-0');
    greet(page.source(), '900-0');
    open()[0]?.emit('reset', '{}', '20-0');
    open()[0]?.emit('copilot-odds', '{}', '21-0');
    page.advance(1);
    expect(one.frames.slice(-2)).toEqual([
      ['reset', '{}', '20-0'],
      ['copilot-odds', '{}', '21-0'],
    ]);
  });
});

describe('the plan of connections', () => {
  const want = (sport: string, league: string): Want => ({
    family: sport,
    leagues: league ? [league] : [],
    fixtureIds: [],
    key: JSON.stringify([sport, league]),
  });

  it('never has more connections than the budget, and leaves out only what nobody looks at first', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            sport: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
            league: fc.constantFrom('', 'x', 'y', 'z'),
            isShown: fc.boolean(),
          }),
          { maxLength: 20 },
        ),
        (wishes) => {
          const tabs = wishes.map(({ sport, league, isShown }, since) => ({
            want: want(sport, league),
            isShown,
            since,
          }));
          const plan = planStreams(tabs, 4);
          const planned = [...plan.values()].filter((one) => one !== null);
          expect(new Set(planned.map(({ key }) => key)).size).toBeLessThanOrEqual(4);
          for (const [tab, found] of plan) {
            if (!found) continue;
            expect(found.family).toBe(tab.want.family);
            const covers =
              found.leagues.length === 0 ||
              (tab.want.leagues.length > 0 &&
                tab.want.leagues.every((one) => found.leagues.includes(one)));
            expect(covers).toBe(true);
          }
          const sports = new Set(tabs.map((tab) => tab.want.family));
          const shown = new Set(
            tabs.filter(({ isShown }) => isShown).map((tab) => tab.want.family),
          );
          const served = new Set(planned.map(({ family }) => family));
          if (sports.size <= 4) expect(served).toEqual(sports);
          if (shown.size <= 4) for (const sport of shown) expect(served).toContain(sport);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** A server with a journal per sport, whose sockets deliver when the test lets them. */
function createServer(page: ReturnType<typeof createFakePage>) {
  type Entry = { id: string; league: string };
  const journals = new Map<string, Entry[]>();
  const starts = new Map<string, number>();
  let clock = 0;
  type Socket = {
    url: URL;
    sport: string;
    isOpen: boolean;
    /** Index up to which it has been written to. */
    cursor: number;
    wire: [string, string, string | null][];
    emit(name: string, data: string, id: string | null): void;
  };
  const sockets = new Set<Socket>();
  const journal = (sport: string) => {
    const known = journals.get(sport) ?? [{ id: '1-0', league: '' }];
    journals.set(sport, known);
    return known;
  };
  const last = (sport: string) => journal(sport).at(-1)?.id ?? '';

  function write(socket: Socket, isStatus: boolean): void {
    const entries = journal(socket.sport);
    const leagues = socket.url.searchParams.getAll('league');
    for (; socket.cursor < entries.length; socket.cursor += 1) {
      const entry = entries[socket.cursor] as Entry;
      const isMatch = leagues.length === 0 || leagues.includes(entry.league);
      if (isMatch) socket.wire.push(['copilot-odds', entry.league, entry.id]);
    }
    if (isStatus) socket.wire.push(['feed-status', '{}', last(socket.sport)]);
  }

  return {
    sockets,
    last,
    journal,
    createEventSource(text: string): EventSourceLike {
      const url = new URL(text, 'http://board');
      const sport = url.pathname.split('/')[5] ?? '';
      const listeners = new Map<string, (event: MessageEvent<string>) => void>();
      let lastEventId = '';
      const socket: Socket = {
        url,
        sport,
        isOpen: true,
        cursor: journal(sport).length,
        wire: [['connected', 'ok go', null]],
        emit(name, data, id) {
          lastEventId = id ?? lastEventId;
          listeners.get(name)?.({ data, lastEventId } as MessageEvent<string>);
        },
      };
      const position = url.searchParams.get('last_entry_id');
      if (position !== null) {
        const entries = journal(sport);
        const found = entries.findIndex(({ id }) => compareEntryIds(id, position) > 0);
        const index = found < 0 ? entries.length : found;
        if (index < (starts.get(sport) ?? 0)) {
          socket.wire.push(['reset', '{}', last(sport)]);
        } else {
          socket.cursor = index;
        }
      }
      write(socket, true);
      sockets.add(socket);
      return {
        addEventListener: (name, listener) => listeners.set(name, listener),
        close() {
          socket.isOpen = false;
          sockets.delete(socket);
        },
      };
    },
    append(sport: string, league: string): void {
      clock += 1;
      journal(sport).push({ id: `${10 + Math.floor(clock / 3)}-${clock % 3}`, league });
    },
    /** What was appended goes onto the wire of everybody. */
    flush(isPing: boolean): void {
      for (const socket of sockets) {
        write(socket, isPing);
        if (isPing) socket.wire.push(['ping', 'now', null]);
      }
    },
    /** Some of what is on the wire arrives. */
    deliver(pick: number, count: number): void {
      const socket = [...sockets][pick % Math.max(1, sockets.size)];
      for (let turn = 0; socket?.isOpen && turn < count; turn += 1) {
        const frame = socket.wire.shift();
        if (!frame) return;
        socket.emit(...frame);
      }
    },
    cut(pick: number): void {
      const socket = [...sockets][pick % Math.max(1, sockets.size)];
      if (!socket) return;
      sockets.delete(socket);
      socket.emit('error', '', null);
    },
    /** Forgets what is older than now. */
    forget(sport: string): void {
      starts.set(sport, journal(sport).length);
    },
    now: page.now,
  };
}

const SPORTS = ['a', 'b', 'c', 'd', 'e'];
const LEAGUES = ['u', 'v', 'w', 'x', 'y', 'z'];

const arbitraryStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      sport: fc.nat(4),
      league: fc.nat(5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('flush' as const), isPing: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      pick: fc.nat(20),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('tab' as const),
      sport: fc.nat(4),
      leagues: fc.subarray(LEAGUES, { maxLength: 3 }),
      isShown: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), pick: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('shown' as const),
      pick: fc.nat(20),
      isShown: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('freeze' as const),
      pick: fc.nat(20),
      isFrozen: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), sport: fc.nat(4) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 500, 3_000, 12_000),
    }),
  },
);

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);

describe(`tabs over a server that delivers when it likes (seed ${seed})`, () => {
  /** A tab as it is: a connection with its watchdog, over a port whose messages take their time. */
  function createTab(
    world: { page: ReturnType<typeof createFakePage>; share: ReturnType<typeof createStreamShare> },
    sport: string,
    leagues: readonly string[],
    at: string,
    isShown: boolean,
  ) {
    const inbox: (() => void)[] = [];
    const heard: string[] = [];
    let say: (message: ToShare) => void = () => {};
    const tab = {
      sport,
      leagues,
      isShown,
      isFrozen: false,
      /** Where what was heard begins: a snapshot was cut there. */
      from: at,
      heard,
      state: 'connecting' as FeedState,
      isCrowded: false,
      wakes: new Set<() => void>(),
      drain() {
        while (!tab.isFrozen && inbox.length > 0) inbox.shift()?.();
      },
      show(next: boolean) {
        tab.isShown = next;
        say({ kind: 'shown', isShown: next });
        if (next) for (const wake of tab.wakes) wake();
      },
      connection: null as unknown as Connection,
    };
    tab.connection = openConnection(
      {
        url: (id) => urlOf(sport, leagues, id),
        position: at,
        onFrame(frame) {
          if (frame.name === 'reset') {
            // It reads a snapshot, which is at least as new.
            tab.from = frame.id ?? '';
            heard.length = 0;
            tab.connection.fill();
          } else if (frame.name === 'copilot-odds') heard.push(`${frame.id} ${frame.data}`);
        },
        onState: (state) => {
          tab.state = state;
        },
        onResume() {},
        onCrowded: (isCrowded) => {
          tab.isCrowded = isCrowded;
        },
      },
      {
        ...world.page,
        onWake: (callback) => {
          tab.wakes.add(callback);
          return () => tab.wakes.delete(callback);
        },
        createEventSource(url) {
          const listeners = new Map<string, (event: MessageEvent<string>) => void>();
          let isClosed = false;
          const own = world.share.connect((frames) => {
            inbox.push(() => {
              if (isClosed) return;
              own({ kind: 'took' });
              for (const [name, data, lastEventId] of frames) {
                if (isClosed) return;
                listeners.get(name)?.({ data, lastEventId } as MessageEvent<string>);
              }
            });
          });
          say = own;
          own({ kind: 'open', url, isShown: tab.isShown, isMultiplexed: false });
          return {
            addEventListener: (name, listener) => listeners.set(name, listener),
            close() {
              isClosed = true;
              own({ kind: 'close' });
            },
          };
        },
      },
    );
    return tab;
  }

  it('each gets what is in its scope after its position, once and in order, or a reset, over few sockets', () => {
    fc.assert(
      fc.property(fc.array(arbitraryStep, { minLength: 20, maxLength: 150 }), (steps) => {
        const page = createFakePage();
        const server = createServer(page);
        const share = createStreamShare({ ...page, createEventSource: server.createEventSource });
        type Tab = ReturnType<typeof createTab>;
        const tabs = new Set<Tab>();
        const pick = (index: number) => [...tabs][index % Math.max(1, tabs.size)];
        const settle = () => {
          page.advance(1);
          for (const tab of tabs) tab.drain();
        };
        const check = (tab: Tab, isWhole: boolean) => {
          const isMine = ({ league }: { league: string }) =>
            tab.leagues.length === 0 || tab.leagues.includes(league);
          const owed = server
            .journal(tab.sport)
            .filter((entry) => compareEntryIds(entry.id, tab.from) > 0 && isMine(entry))
            .map(({ id, league }) => `${id} ${league}`);
          const got = tab.heard.filter((text) => isMine({ league: text.split(' ')[1] ?? '' }));
          expect(got).toEqual(isWhole ? owed : owed.slice(0, got.length));
          const ids = tab.heard.map((text) => text.split(' ')[0] ?? '');
          for (let index = 1; index < ids.length; index += 1) {
            expect(compareEntryIds(ids[index] ?? '', ids[index - 1] ?? '')).toBeGreaterThan(0);
          }
        };
        for (const step of steps) {
          if (step.kind === 'append')
            server.append(SPORTS[step.sport] ?? '', LEAGUES[step.league] ?? '');
          if (step.kind === 'flush') server.flush(step.isPing);
          if (step.kind === 'deliver') server.deliver(step.pick, step.count);
          if (step.kind === 'tab') {
            const sport = SPORTS[step.sport] ?? '';
            tabs.add(
              createTab({ page, share }, sport, step.leagues, server.last(sport), step.isShown),
            );
          }
          if (step.kind === 'close') {
            const tab = pick(step.pick);
            tab?.connection.close();
            if (tab) tabs.delete(tab);
          }
          if (step.kind === 'shown') pick(step.pick)?.show(step.isShown);
          if (step.kind === 'freeze') {
            const tab = pick(step.pick);
            if (tab) tab.isFrozen = step.isFrozen;
          }
          if (step.kind === 'cut') server.cut(step.pick);
          if (step.kind === 'forget') server.forget(SPORTS[step.sport] ?? '');
          if (step.kind === 'wait') page.advance(step.ms);
          if (step.kind !== 'freeze') settle();
          expect(server.sockets.size).toBeLessThanOrEqual(5);
          for (const tab of tabs) check(tab, false);
        }
        // Then everything goes well for a while.
        for (const tab of tabs) tab.isFrozen = false;
        for (let second = 0; second < 90; second += 1) {
          server.flush(second % 5 === 0);
          for (let turn = 0; turn < 12; turn += 1) {
            for (let index = 0; index < 5; index += 1) server.deliver(index, 1_000);
            settle();
          }
          page.advance(1_000);
        }
        const shown = new Set([...tabs].filter(({ isShown }) => isShown).map(({ sport }) => sport));
        for (const tab of tabs) {
          // Nobody looks live who is not; and only for want of connections is anybody not.
          if (tab.state === 'live') check(tab, true);
          else expect([tab.state, tab.isCrowded]).toEqual(['dead', true]);
          if (tab.isShown && shown.size <= 4) expect(tab.state).toBe('live');
        }
        expect(server.sockets.size).toBeLessThanOrEqual(4);
        for (const tab of tabs) tab.connection.close();
        expect(server.sockets.size).toBe(0);
      }),
      { seed, numRuns: 150 },
    );
  });
});
