/**
 * The streams of all tabs of a browser over few connections: a browser opens six to a host over HTTP/1.1, and
 * the seventh would wait for ever. Tabs of one scope share a connection; where there are more scopes than
 * connections, those of a sport share a wider one, which is allowed because entry ids are per sport and a
 * position is good whatever the filter.
 *
 * It promises each tab, after the position that it opened with, every frame of its scope once and in order, or
 * a `reset`, or an `error` after which it opens again; frames of a wider scope may be among them. To a tab it
 * behaves like an EventSource; what a tab does about silence and errors stays with the tab.
 */
import { createLag, type Lag } from '@/lib/protocol/clock-offset';
import { compareEntryIds, parseEntryId } from '@/lib/protocol/entry-id';
import { BOARD_EVENTS, DEAD_MS, VENDOR_EVENTS } from '@/lib/protocol/events';
import type { EventSourceLike } from './connection';

/** Name, data and last event id of one event. `error` ends a tab's stream; see `ShareEvent` for ours. */
export type ShareFrame = readonly [name: string, data: string, lastEventId: string];

/** `hello`: the worker is there. `crowded`: all connections are taken, and this tab has none for now. */
export type ShareEvent = 'hello' | 'crowded' | 'error';

export type ToShare =
  | { kind: 'open'; url: string; isShown: boolean; isMultiplexed: boolean }
  | { kind: 'shown'; isShown: boolean }
  /** The tab took one post of frames. */
  | { kind: 'took' }
  | { kind: 'close' };

export type ShareDeps = {
  createEventSource(url: string): EventSourceLike;
  now(): number;
  setTimer(callback: () => void, delayMs: number): () => void;
};

/** Connections held at once, one more while a tab catches up: the rest of the six is for reading. */
const BUDGET = 4;
/** Over HTTP/2 streams are no connections; this only bounds what one browser asks of the server. */
const MULTIPLEXED_BUDGET = 32;
/** Values of a filter that a wider connection names; beyond it the filter is left out. */
const NAMED_LIMIT = 50;
/** After a tab closed, connections stay as they are for this long: it is often only on its way elsewhere. */
const LINGER_MS = 2_000;
const WATCH_MS = 1_000;
/** The server pings every 5 s; a connection that is silent for longer is not joined. */
const QUIET_MS = 6_000;
/** A tab that takes nothing for this long is frozen or gone. */
const UNTAKEN_MS = 30_000;
/** What may wait for one tab; a tab that lets it grow beyond goes on from its position when it is back. */
const UNTAKEN_FRAMES = 20_000;
const UNTAKEN_CHARS = 16 * 1024 * 1024;

/** What a connection is asked for. Empty lists ask for everything. */
export type Want = {
  /** Path and all parameters but scope and position. */
  family: string;
  leagues: readonly string[];
  fixtureIds: readonly string[];
  /** Equal for equal scopes. */
  key: string;
};

type Tab = {
  want: Want;
  /** All of its scope up to here has been posted. */
  position: string | null;
  isShown: boolean;
  isMultiplexed: boolean;
  /** Order in which tabs were opened, shown or hidden last. */
  since: number;
  link: Link | null;
  /** Whether it has caught up before, on another connection. */
  isSettled: boolean;
  isToldCrowded: boolean;
  post(frames: readonly ShareFrame[]): void;
  queue: ShareFrame[];
  untaken: { frames: number; chars: number; at: number }[];
  untakenFrames: number;
  untakenChars: number;
};

type Link = {
  want: Want;
  source: EventSourceLike;
  tabs: Set<Tab>;
  /** Newest entry that came; frames after it are still to come. */
  seen: string | null;
  /** Whether it has said that what it replays is over. */
  isReady: boolean;
  heardAt: number;
  lag: Lag;
};

export type StreamShare = {
  /** A tab's stream; the answer takes what that tab says. */
  connect(post: (frames: readonly ShareFrame[]) => void): (message: ToShare) => void;
};

function makeWant(family: string, leagues: readonly string[], fixtureIds: readonly string[]): Want {
  const sorted = (values: readonly string[]) => [...new Set(values)].sort();
  const want = { family, leagues: sorted(leagues), fixtureIds: sorted(fixtureIds) };
  return { ...want, key: JSON.stringify(want) };
}

function parseUrl(url: string): { want: Want; position: string | null } {
  const { pathname, searchParams } = new URL(url, 'http://board');
  const leagues = searchParams.getAll('league');
  const fixtureIds = searchParams.getAll('fixture_id');
  const position = searchParams.get('last_entry_id');
  for (const name of ['league', 'fixture_id', 'last_entry_id']) searchParams.delete(name);
  return { want: makeWant(`${pathname}?${searchParams}`, leagues, fixtureIds), position };
}

function urlOf({ family, leagues, fixtureIds }: Want, position: string | null): string {
  const params = new URLSearchParams();
  for (const league of leagues) params.append('league', league);
  for (const id of fixtureIds) params.append('fixture_id', id);
  if (position !== null) params.set('last_entry_id', position);
  return `${family}${family.endsWith('?') ? '' : '&'}${params}`;
}

/** The narrowest scope that holds all of these, of one family. */
function union(wants: readonly Want[]): Want {
  const join = (lists: readonly (readonly string[])[]) => {
    const all = [...new Set(lists.flat())];
    return all.length > NAMED_LIMIT || lists.some((list) => list.length === 0) ? [] : all;
  };
  return makeWant(
    wants[0]?.family ?? '',
    join(wants.map(({ leagues }) => leagues)),
    join(wants.map(({ fixtureIds }) => fixtureIds)),
  );
}

const HIDDEN_RANK = 1e15;

type Planned = Pick<Tab, 'want' | 'isShown' | 'since'>;

/**
 * Which connection each tab is to be on, null where there is none for it. A scope has its own as long as the
 * budget allows; else the sports of most scopes put theirs together; else sports that somebody looks at come
 * first, and whoever came first.
 */
export function planStreams<T extends Planned>(
  tabs: Iterable<T>,
  budget: number,
): Map<T, Want | null> {
  const families = new Map<string, { tabs: T[]; wants: Map<string, Want> }>();
  for (const tab of tabs) {
    const known = families.get(tab.want.family);
    if (known) known.tabs.push(tab);
    const family = known ?? { tabs: [tab], wants: new Map() };
    family.wants.set(tab.want.key, tab.want);
    families.set(tab.want.family, family);
  }
  let count = 0;
  for (const { wants } of families.values()) count += wants.size;
  const byScopes = [...families.values()].sort((a, b) => b.wants.size - a.wants.size);
  const wide = new Map<string, Want>();
  for (const { wants } of byScopes) {
    if (count <= budget || wants.size === 1) break;
    const joined = union([...wants.values()]);
    wide.set(joined.family, joined);
    count -= wants.size - 1;
  }
  // Who is told that there is nothing asks again, and must not take another's place by that.
  const rank = ({ tabs: own }: { tabs: readonly T[] }) => {
    const shown = own.filter(({ isShown }) => isShown);
    const first = Math.min(...(shown.length > 0 ? shown : own).map(({ since }) => since));
    return shown.length > 0 ? first : HIDDEN_RANK + first;
  };
  const served = new Set(
    count <= budget ? byScopes : byScopes.sort((a, b) => rank(a) - rank(b)).slice(0, budget),
  );
  const plan = new Map<T, Want | null>();
  for (const family of families.values()) {
    for (const tab of family.tabs) {
      plan.set(tab, served.has(family) ? (wide.get(tab.want.family) ?? tab.want) : null);
    }
  }
  return plan;
}

function isBehind(a: string | null, b: string | null): boolean {
  return b !== null && (a === null || compareEntryIds(a, b) < 0);
}

/** Events that are entries, each with its own id; the others say how the stream is, to every tab. */
const ENTRIES = new Set<string>(
  [...VENDOR_EVENTS, ...BOARD_EVENTS].filter(
    (name) => !['connected', 'ping', 'feed-status', 'reset'].includes(name),
  ),
);

/** Shares connections among the tabs of one browser. */
export function createStreamShare(deps: ShareDeps): StreamShare {
  const tabs = new Set<Tab>();
  const links = new Set<Link>();
  let order = 0;
  let cancelWatch: (() => void) | null = null;
  let isFlushDue = false;
  let cancelLinger: (() => void) | null = null;
  const unflushed = new Set<Tab>();

  function flushTab(tab: Tab): void {
    unflushed.delete(tab);
    if (tab.queue.length === 0) return;
    const frames = tab.queue;
    tab.queue = [];
    let chars = 0;
    for (const [, data] of frames) chars += data.length;
    tab.untaken.push({ frames: frames.length, chars, at: deps.now() });
    tab.post(frames);
  }

  function send(tab: Tab, name: string, data: string, id: string): void {
    tab.queue.push([name, data, id]);
    tab.untakenFrames += 1;
    tab.untakenChars += data.length;
    unflushed.add(tab);
    if (isFlushDue) return;
    isFlushDue = true;
    deps.setTimer(() => {
      isFlushDue = false;
      for (const one of [...unflushed]) flushTab(one);
    }, 0);
  }

  function tell(tab: Tab, event: ShareEvent): void {
    send(tab, event, '', tab.position ?? '');
    flushTab(tab);
  }

  function unlink(tab: Tab): void {
    const { link } = tab;
    tab.link = null;
    link?.tabs.delete(tab);
    if (link?.tabs.size === 0) shut(link);
  }

  function shut(link: Link): void {
    links.delete(link);
    link.source.close();
  }

  /** Ends a tab's stream; it opens another by itself, from its position. */
  function fail(tab: Tab): void {
    forget(tab);
    tell(tab, 'error');
  }

  function forget(tab: Tab): void {
    tabs.delete(tab);
    unlink(tab);
  }

  function failLink(link: Link): void {
    if (!links.has(link)) return;
    for (const tab of [...link.tabs]) fail(tab);
    shut(link);
    reconcile();
  }

  function open(want: Want, joining: readonly Tab[]): void {
    const [first] = [...joining].sort((a, b) => (isBehind(a.position, b.position) ? -1 : 1));
    const source = deps.createEventSource(urlOf(want, first?.position ?? null));
    const link: Link = {
      want,
      source,
      tabs: new Set(joining),
      seen: null,
      isReady: false,
      heardAt: deps.now(),
      lag: createLag(),
    };
    links.add(link);
    for (const tab of joining) tab.link = link;
    for (const name of [...VENDOR_EVENTS, ...BOARD_EVENTS]) {
      source.addEventListener(name, ({ data, lastEventId }) => {
        if (links.has(link)) receive(link, name, data, lastEventId);
      });
    }
    source.addEventListener('error', () => failLink(link));
  }

  function receive(link: Link, name: string, data: string, lastEventId: string): void {
    link.heardAt = deps.now();
    if (name === 'ping') link.lag.note(data, link.heardAt);
    const id = parseEntryId(lastEventId) ? lastEventId : null;
    const isReset = name === 'reset';
    if (id !== null && (isReset || isBehind(link.seen, id))) link.seen = id;
    for (const tab of [...link.tabs]) {
      const isTaken = tab.position !== null && !isBehind(tab.position, id);
      if (isTaken && ENTRIES.has(name)) continue;
      // A reset may lead to an earlier entry: ids of a server's earlier life are no positions in this one.
      if (id !== null && (isReset || isBehind(tab.position, id))) tab.position = id;
      send(tab, name, data, tab.position ?? lastEventId);
      const isFull = tab.untakenFrames > UNTAKEN_FRAMES || tab.untakenChars > UNTAKEN_CHARS;
      if (isFull) fail(tab);
    }
    if (name === 'feed-status') {
      link.isReady = true;
      for (const tab of link.tabs) tab.isSettled = true;
    }
    if (link.isReady) merge(link);
  }

  /** The connection that all tabs of a scope end up on. */
  function mainLink(key: string): Link | undefined {
    for (const link of links) if (link.isReady && link.want.key === key) return link;
  }

  /** Moves tabs that have caught up on a connection of their own to the one they share, at the same entry. */
  function merge(link: Link): void {
    const target = mainLink(link.want.key);
    if (!target || target === link) return;
    // One that has missed a ping may be broken: nobody leaves a connection that speaks for it.
    if (deps.now() - target.heardAt > QUIET_MS) return;
    for (const tab of [...link.tabs]) {
      if (isBehind(tab.position, target.seen)) continue;
      unlink(tab);
      tab.link = target;
      target.tabs.add(tab);
    }
    if (!links.has(link)) reconcile();
  }

  function budget(): number {
    for (const { isMultiplexed } of tabs) if (isMultiplexed) return MULTIPLEXED_BUDGET;
    return BUDGET;
  }

  /** Brings connections to what the tabs want now. */
  function reconcile(): void {
    cancelLinger?.();
    cancelLinger = null;
    const plan = planStreams(tabs, budget());
    const keys = new Set<string>();
    for (const [tab, want] of plan) {
      if (want) keys.add(want.key);
      if (tab.link && tab.link.want.key !== want?.key) {
        unlink(tab);
        // It is told at once that it is not live, and comes back as one that waits.
        if (!want) fail(tab);
      }
      if (want) tab.isToldCrowded = false;
      else if (tabs.has(tab) && !tab.isToldCrowded) {
        tab.isToldCrowded = true;
        tell(tab, 'crowded');
      }
    }
    const waiting = new Map<Want, Tab[]>();
    const ownOf = new Map<string, Want>();
    for (const [tab, want] of plan) {
      if (!want || tab.link || !tabs.has(tab)) continue;
      // Those that were live stand close together and go on together; who is new catches up alone.
      const group = tab.isSettled ? (ownOf.get(want.key) ?? { ...want }) : { ...want };
      if (tab.isSettled) ownOf.set(want.key, group);
      waiting.set(group, [...(waiting.get(group) ?? []), tab]);
    }
    const held = (key: string) => [...links].some((link) => link.want.key === key);
    for (const isFirst of [true, false]) {
      for (const [want, group] of waiting) {
        if (isFirst === held(want.key) || links.size > keys.size) continue;
        waiting.delete(want);
        open(want, group);
      }
    }
    if (tabs.size === 0) {
      cancelWatch?.();
      cancelWatch = null;
    } else {
      cancelWatch ??= deps.setTimer(watch, WATCH_MS);
    }
  }

  function watch(): void {
    cancelWatch = deps.setTimer(watch, WATCH_MS);
    const now = deps.now();
    for (const tab of [...tabs]) {
      const oldest = tab.untaken[0];
      if (oldest && now - oldest.at >= UNTAKEN_MS) fail(tab);
    }
    for (const link of [...links]) if (isDead(link)) failLink(link);
    // What lingers after a tab that has closed does so for its time.
    if (!cancelLinger) reconcile();
  }

  function isDead(link: Link): boolean {
    const now = deps.now();
    if (now < link.heardAt) {
      // The clock was set back: silence counts from here.
      link.heardAt = now;
      link.lag = createLag();
    }
    return now - link.heardAt >= DEAD_MS || link.lag.ms() >= DEAD_MS;
  }

  return {
    connect(post) {
      let tab: Tab | null = null;
      return (message) => {
        if (message.kind === 'open') {
          // A machine that slept has dead connections that no timer has judged yet: nobody may join those.
          for (const link of [...links]) if (isDead(link)) failLink(link);
          order += 1;
          tab = {
            ...parseUrl(message.url),
            isShown: message.isShown,
            isMultiplexed: message.isMultiplexed,
            since: order,
            link: null,
            isSettled: false,
            isToldCrowded: false,
            post,
            queue: [],
            untaken: [],
            untakenFrames: 0,
            untakenChars: 0,
          };
          tabs.add(tab);
          tell(tab, 'hello');
          reconcile();
          return;
        }
        if (!tab) return;
        if (message.kind === 'took') {
          const taken = tab.untaken.shift();
          tab.untakenFrames -= taken?.frames ?? 0;
          tab.untakenChars -= taken?.chars ?? 0;
        } else if (message.kind === 'shown') {
          order += 1;
          tab.since = order;
          tab.isShown = message.isShown;
          reconcile();
        } else if (tabs.has(tab)) {
          forget(tab);
          const isWaiting = [...tabs].some(({ link }) => !link);
          if (isWaiting || tabs.size === 0) reconcile();
          else cancelLinger ??= deps.setTimer(reconcile, LINGER_MS);
        }
      };
    },
  };
}
