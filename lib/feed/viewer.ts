/**
 * Viewers: each is a filter and a sink, and holds no queue. Those that keep up all stand at the same entry and get the
 * same bytes, made once per distinct filter. One that fell behind, or came with a position, has a cursor of its own
 * until it has caught up; what it is owed is worked out when its sink can take it.
 *
 * It promises: frames in the journal's order, each matching entry once; a viewer whose sink was full gets the newest
 * value of each odd that changed meanwhile instead of a backlog, marked `conflated`.
 */
import type { Book } from '@/lib/protocol/book';
import { rowInFormat, wholeRow } from '@/lib/protocol/encode';
import type { FeedStatus, Fixture, Reset, WireRecord } from '@/lib/protocol/events';
import {
  createRelayPredicate,
  type RelayPredicate,
  type RelayQuery,
  relayKey,
} from '@/lib/protocol/filter';
import { encodeSse, pingData, RETRY_MS } from '@/lib/protocol/sse';
import type { FeedSettings } from './config';
import {
  entryMs,
  type FixtureEntry,
  frameOf,
  type Journal,
  type OddsEntry,
  payloadOf,
  type Route,
} from './journal';
import type { Meter } from './meter';
import { type Chunk, createChunk, createStreamSink, type OpenSink, type Sink } from './sink';
import type { Cancel, Timing } from './timing';

export type ViewersDeps = {
  book: Book;
  journal: Journal;
  timing: Timing;
  settings: FeedSettings;
  meter: Meter;
  status(query: RelayQuery): FeedStatus;
  /** The set of filters in use changed. */
  onFilters(): void;
};

export type Viewers = {
  readonly count: number;
  /** Filters in use, each once. */
  filters(): RelayQuery[];
  /**
   * Opens a viewer; `position` is the entry id after which to go on, null from now. `onEnd` is called once, when it
   * is gone. Answers how to let it go.
   */
  open(
    query: RelayQuery,
    position: string | null,
    openSink: OpenSink,
    onEnd?: () => void,
  ): () => void;
  /** The same as a web stream, until `signal`. */
  stream(
    query: RelayQuery,
    position: string | null,
    signal: AbortSignal,
    onEnd?: () => void,
  ): ReadableStream<Uint8Array>;
  /** Entries were appended. */
  notify(): void;
  /**
   * Resolves when viewers are next written to, just before what is new is put together: what would be read until then
   * may as well be read then, together, which costs less. Null where they are written to as soon as there is something.
   */
  rest(): Promise<void> | null;
  /** What `status` says may have changed. */
  statusChanged(): void;
  /** Ends every stream with a last frame that asks for a quick return. */
  close(): void;
};

type Group = {
  key: string;
  /** Filters with the same leagues are told the same of the feed. */
  scope: string;
  query: RelayQuery;
  predicate: RelayPredicate;
  /** Viewers that have been sent all up to `flushedTo`. */
  live: Set<Viewer>;
  /** Viewers with a cursor of their own. */
  behind: Set<Viewer>;
  /** The status last sent, without what always changes. */
  said: string;
  /** Frames of the flush that is being made. */
  parts: Uint8Array[];
  isGone: boolean;
};

/** How the feed is: as a frame, and without what always changes. */
type Told = { frame: Uint8Array; said: string };

/** Filters that match a route, found once: `seen` of the filters there are have been asked. */
type Matches = { fixture: Fixture | null; era: number; seen: number; groups: Group[] };

type Viewer = {
  group: Group;
  sink: Sink;
  /** While it is behind: whether it is owed every entry (`replayed`) or the newest values (`merged`). */
  mode: 'live' | 'replayed' | 'merged';
  /** While it is behind: index of the next entry it is owed. */
  cursor: number;
  /** How many entries a replay began with, and whether its sink has been full since. */
  owed: number;
  wasFull: boolean;
  /** Bytes that its sink had taken, and when that last changed or nothing was pending. */
  taken: number;
  takenAt: number;
  isGone: boolean;
  onEnd: () => void;
};

type Work = {
  chunk: Chunk;
  entries: number;
  /** Index of the first entry in it. */
  from: number;
  viewers: readonly Viewer[];
  next: number;
};

/** Bytes of replay put into one write. */
const REPLAY_BYTES = 65_536;
/** Entries looked at for one write of a replay, so that nobody's catching up holds up the others. */
const REPLAY_ENTRIES = 20_000;
/** The same for all replays between two flushes. */
const REPLAYS_ENTRIES = 60_000;
/** Viewers written to before the process turns to what else waits. */
const SLICE = 500;
const SWEEP_MS = 1_000;
/** Who is behind, and whose sink will not tell when it takes again, is looked after this often. */
const LOOK_MS = 100;
/** Filters that are gone but still stand in the order of joining. */
const MOST_GONE = 200;
/** Filters in the lists of what matches, before all are dropped and found anew: 8 bytes each. */
const MOST_MATCHES = 4_000_000;
const ONE_ROW = [0];
/** A tick is longer by this many times what the last flush cost: each write carries more where writing is dear. */
const TICK_FACTOR = 2;

const text = new TextEncoder();
const CONNECTED = text.encode(encodeSse({ event: 'connected', data: 'ok go' }));

/** The viewers of one sport. */
export function createViewers(deps: ViewersDeps): Viewers {
  const { book, journal, timing, settings, meter } = deps;
  const groups = new Map<string, Group>();
  /** The same in the order in which they came, those that are gone included until there are many; then an era ends. */
  let joined: Group[] = [];
  let era = 0;
  let matches = new WeakMap<Route, Matches>();
  /** Filters in all lists of matches, roughly. */
  let matchCount = 0;
  let count = 0;
  let isClosed = false;
  /** Index up to which live viewers have been written to, or are being written to. */
  let flushedTo = journal.end;
  let notedTo = journal.end;
  /** When the last flush began, and the last one that had entries. */
  let flushedAt = Number.NEGATIVE_INFINITY;
  let entriesFlushedAt = Number.NEGATIVE_INFINITY;
  /** When the oldest entry of the flush under way came in. */
  let oldestMs: number | null = null;
  /** What the flush under way has cost, in ms. */
  let costMs = 0;
  let tickMs = settings.tickMs;
  let cancelFlush: Cancel | null = null;
  /** When the flush that is scheduled is due. */
  let flushDueAt = 0;
  /** Who rests until then. */
  let resting: (() => void)[] = [];
  let cancelServe: Cancel | null = null;
  let cancelPing: Cancel | null = null;
  let cancelSweep: Cancel | null = null;
  let cancelLook: Cancel | null = null;
  /** Entries that may still be looked at for those who are behind, until the next flush. */
  let looksLeft = REPLAYS_ENTRIES;
  let isStatusDue = false;
  let isPingDue = false;
  /** Some who are behind are owed more than they may be given in one flush. */
  let isReplayDue = false;
  let isFlushing = false;
  /** The flush under way: what is still to be written. */
  const work: Work[] = [];
  /** What several filters need of an entry, for the length of one flush: replays leave nothing here. */
  const payloads = new Map<OddsEntry, { data: WireRecord[] }>();
  const formatted = new Map<string, Uint8Array>();
  const statuses = new Map<string, Told>();

  function encode(entry: OddsEntry, payload: object): Uint8Array {
    return text.encode(
      encodeSse({ event: entry.event, id: entry.id, data: JSON.stringify(payload) }),
    );
  }

  function payload(entry: OddsEntry, isShared: boolean): { data: WireRecord[] } {
    const found = payloads.get(entry) ?? payloadOf(entry);
    if (isShared) payloads.set(entry, found);
    return found;
  }

  function isMatch({ predicate }: Group, route: Route): boolean {
    return predicate.routed(route, book.fixtures.get(route.fixtureId) ?? null);
  }

  /** The filters that match a route, some of them gone: what a thousand filters are asked once costs each row nothing. */
  function matchesOf(route: Route): readonly Group[] {
    const fixture = book.fixtures.get(route.fixtureId) ?? null;
    let found = matches.get(route);
    if (!found || found.fixture !== fixture || found.era !== era) {
      found = { fixture, era, seen: 0, groups: [] };
      matches.set(route, found);
    }
    for (; found.seen < joined.length; found.seen += 1) {
      const group = joined[found.seen] as Group;
      if (group.isGone || !group.predicate.routed(route, fixture)) continue;
      found.groups.push(group);
      matchCount += 1;
    }
    if (matchCount > MOST_MATCHES) {
      matches = new WeakMap();
      matchCount = 0;
    }
    return found.groups;
  }

  /** The frame of an odds entry for a group of which `rows` match: places of routes, at least one. */
  function oddsFrame(
    entry: OddsEntry,
    group: Group,
    rows: readonly number[],
    isShared: boolean,
  ): Uint8Array {
    const { oddsFormat } = group.query;
    if (rows.length < entry.routes.length) {
      const { data, ...rest } = payload(entry, isShared);
      const own = rows.map((row) => rowInFormat(data[row] as WireRecord, oddsFormat));
      return encode(entry, { ...rest, data: own });
    }
    if (oddsFormat === 'american') return frameOf(entry);
    const key = `${entry.id} ${oddsFormat}`;
    let frame = formatted.get(key);
    if (!frame) {
      const { data, ...rest } = payload(entry, isShared);
      frame = encode(entry, { ...rest, data: data.map((row) => rowInFormat(row, oddsFormat)) });
      if (isShared) formatted.set(key, frame);
    }
    return frame;
  }

  /** The same without rows of which a later entry tells, and with all that is held of the others. */
  function mergedFrame(entry: OddsEntry, index: number, group: Group): Uint8Array | null {
    const isOwed = (route: Route) => {
      if (!isMatch(group, route)) return false;
      const newest = journal.newest(route.id);
      if (!newest || newest.index <= index) return true;
      // A price or a lock that came after a settlement leaves it what it was, and does not tell of it.
      const isSettling = entry.event === 'copilot-settled-odds';
      if (isSettling && book.odds.get(route.id)?.state === 'settled') return true;
      const later = journal.at(newest.index);
      // Neither a settlement, which leans on the price before it, nor an entry that the filter leaves out makes up
      // for this one.
      const isThin = later?.kind === 'odds' && later.event === 'copilot-settled-odds';
      return isThin || !isMatch(group, newest.route);
    };
    if (!entry.routes.some(isOwed)) return null;
    const { data, ...rest } = payloadOf(entry);
    const rows = data.flatMap((row, at) => {
      const route = entry.routes[at] as Route;
      if (!isOwed(route)) return [];
      const isNewest = (journal.newest(route.id)?.index ?? index) <= index;
      // A thin row leans on what came before it, which this viewer may not have got.
      const held = isNewest ? book.odds.get(route.id) : undefined;
      return rowInFormat(held ? wholeRow(held) : row, group.query.oddsFormat);
    });
    return encode(entry, { ...rest, data: rows, conflated: true });
  }

  /** What one viewer that is behind is owed of an entry, null where nothing. */
  function frame(index: number, group: Group, mode: Viewer['mode']): Uint8Array | null {
    const entry = journal.at(index);
    if (!entry || entry.kind === 'mark') return null;
    if (entry.kind === 'fixture') {
      return isToldOf(group, entry) ? frameOf(entry) : null;
    }
    if (mode === 'merged') return mergedFrame(entry, index, group);
    const rows = entry.routes.flatMap((route, row) => (isMatch(group, route) ? [row] : []));
    return rows.length > 0 ? oddsFrame(entry, group, rows, false) : null;
  }

  /** Adds the frame of an entry to the parts of each filter that has viewers who keep up. */
  function deal(index: number): void {
    const entry = journal.at(index);
    if (!entry || entry.kind === 'mark') return;
    if (entry.kind === 'fixture') {
      for (const group of groups.values()) {
        if (isToldOf(group, entry)) group.parts.push(frameOf(entry));
      }
      return;
    }
    const { routes } = entry;
    const [only] = routes;
    if (only && routes.length === 1) {
      const whole = frameOf(entry);
      for (const group of matchesOf(only)) {
        if (group.isGone || group.live.size === 0) continue;
        const isAsIs = group.query.oddsFormat === 'american';
        group.parts.push(isAsIs ? whole : oddsFrame(entry, group, ONE_ROW, true));
      }
      return;
    }
    const rowsOf = new Map<Group, number[]>();
    for (const [row, route] of routes.entries()) {
      for (const group of matchesOf(route)) {
        if (group.isGone || group.live.size === 0) continue;
        const rows = rowsOf.get(group);
        if (rows) rows.push(row);
        else rowsOf.set(group, [row]);
      }
    }
    for (const [group, rows] of rowsOf) group.parts.push(oddsFrame(entry, group, rows, true));
  }

  function statusOf({ scope, query }: Group): Told {
    const known = statuses.get(scope);
    if (known && isFlushing) return known;
    const status = deps.status(query);
    // Its id moves positions on though nothing matched.
    const id = journal.before(flushedTo);
    const data = JSON.stringify(status);
    const frame = text.encode(encodeSse({ event: 'feed-status', id, data }));
    const told = { frame, said: lasting(status) };
    if (isFlushing) statuses.set(scope, told);
    return told;
  }

  function statusFrame(group: Group, isForAll: boolean): Uint8Array {
    const { frame, said } = statusOf(group);
    if (isForAll) group.said = said;
    return frame;
  }

  function resetFrame(reason: Reset['reason']): Uint8Array {
    meter.reset(reason);
    const at = journal.before(flushedTo);
    const data: Reset = { reason, at };
    return text.encode(encodeSse({ event: 'reset', id: at, data: JSON.stringify(data) }));
  }

  function hasRoom(sink: Sink, bytes: number): boolean {
    const pending = sink.pending();
    return pending === 0 || pending + bytes <= settings.viewerBytes;
  }

  function goLive(viewer: Viewer): void {
    viewer.mode = 'live';
    viewer.group.behind.delete(viewer);
    viewer.group.live.add(viewer);
  }

  /** Goes on with what a viewer is owed as far as its sink takes it; the end is marked by a `feed-status`. */
  function catchUp(viewer: Viewer, first: readonly Uint8Array[] = []): void {
    const { group, sink } = viewer;
    // On a wire that takes less than comes, a replay would never end: it goes on with the newest values.
    const isLosing = viewer.wasFull && flushedTo - viewer.cursor > viewer.owed;
    if (viewer.mode === 'replayed' && isLosing) viewer.mode = 'merged';
    let parts = [...first];
    let entries = 0;
    const write = () => {
      if (parts.length === 0) return;
      const chunk = createChunk(parts);
      sink.write(chunk);
      meter.delivered(1, entries, chunk.payload.length);
      parts = [];
      entries = 0;
    };
    while (!viewer.isGone && viewer.mode !== 'live') {
      const isMerged = viewer.mode === 'merged';
      // A replay may wait in the sink; newest values are made when the sink is empty, so that they are the newest.
      const isReady = isMerged ? sink.pending() === 0 : hasRoom(sink, REPLAY_BYTES);
      if (!isReady) {
        viewer.wasFull = true;
        lookAfter(viewer);
        break;
      }
      if (viewer.cursor < journal.start) {
        parts.push(resetFrame('too-old'));
        viewer.cursor = flushedTo;
      }
      let bytes = 0;
      let looked = 0;
      const most = Math.min(REPLAY_ENTRIES, looksLeft);
      while (viewer.cursor < flushedTo && bytes < REPLAY_BYTES && looked < most) {
        const part = frame(viewer.cursor, group, viewer.mode);
        viewer.cursor += 1;
        looked += 1;
        if (!part) continue;
        bytes += part.length;
        entries += 1;
        parts.push(part);
      }
      // A position may be ahead of the others, by what the next flush brings.
      if (viewer.cursor > flushedTo) {
        flushSoon();
        break;
      }
      if (viewer.cursor === flushedTo) {
        // What one of them is told is no news to the others yet.
        parts.push(statusFrame(group, group.live.size === 0));
        if (isMerged) meter.conflated();
        goLive(viewer);
      }
      write();
      looksLeft -= looked;
      if (looked >= most) {
        isReplayDue = true;
        flushSoon();
        return;
      }
    }
    write();
  }

  function fallBehind(viewer: Viewer, cursor: number): void {
    viewer.mode = 'merged';
    viewer.cursor = cursor;
    viewer.group.live.delete(viewer);
    viewer.group.behind.add(viewer);
    lookAfter(viewer);
  }

  /** Sees to it that a viewer goes on once its sink takes again, though nothing new comes for it. */
  function lookAfter({ sink }: Viewer): void {
    if (isClosed || sink.isDrainTold()) return;
    cancelLook ??= timing.schedule(() => {
      cancelLook = null;
      for (const group of [...groups.values()]) {
        for (const viewer of [...group.behind]) catchUp(viewer);
      }
    }, LOOK_MS);
  }

  /** Makes what is new, once per filter, and begins to write it to everybody who can take it. */
  function flush(): void {
    cancelFlush = null;
    if (work.length > 0) return;
    flushedAt = timing.now();
    isFlushing = true;
    isReplayDue = false;
    looksLeft = REPLAYS_ENTRIES;
    const from = flushedTo;
    flushedTo = journal.end;
    if (from < flushedTo) entriesFlushedAt = flushedAt;
    const oldest = from < flushedTo ? journal.at(from) : undefined;
    const ping = isPingDue
      ? text.encode(encodeSse({ event: 'ping', data: pingData(flushedAt) }))
      : null;
    for (let index = from; index < flushedTo; index += 1) deal(index);
    for (const group of groups.values()) {
      const { parts } = group;
      group.parts = [];
      if (group.live.size > 0) {
        const entries = parts.length;
        // More came within a tick than the journal holds.
        if (from < journal.start) parts.unshift(resetFrame('too-old'));
        if (ping) parts.push(ping, statusFrame(group, true));
        else if (isStatusDue && statusOf(group).said !== group.said) {
          parts.push(statusFrame(group, true));
        }
        if (parts.length > 0) {
          const chunk = createChunk(parts);
          work.push({ chunk, entries, from, viewers: [...group.live], next: 0 });
        }
      }
      for (const viewer of [...group.behind]) catchUp(viewer);
    }
    oldestMs = oldest && work.some(({ entries }) => entries > 0) ? entryMs(oldest) : null;
    isStatusDue = false;
    isPingDue = false;
    isFlushing = false;
    payloads.clear();
    formatted.clear();
    statuses.clear();
    costMs = timing.now() - flushedAt;
    serve();
  }

  /** Writes to the next viewers; the rest waits for the process to have done what else there is. */
  function serve(most = SLICE): void {
    cancelServe = null;
    const startedAt = timing.now();
    let left = most;
    while (left > 0) {
      const [item] = work;
      if (!item) break;
      const { chunk, viewers } = item;
      let written = 0;
      while (left > 0 && item.next < viewers.length) {
        const viewer = viewers[item.next] as Viewer;
        item.next += 1;
        if (viewer.isGone) continue;
        left -= 1;
        if (hasRoom(viewer.sink, chunk.payload.length)) {
          viewer.sink.write(chunk);
          written += 1;
        } else fallBehind(viewer, item.from);
      }
      meter.delivered(written, item.entries, written * chunk.payload.length);
      if (item.next >= viewers.length) work.shift();
    }
    costMs += timing.now() - startedAt;
    if (work.length > 0) {
      cancelServe = timing.schedule(serve, 0);
      return;
    }
    if (oldestMs !== null) meter.lag(Math.max(0, timing.now() - oldestMs));
    oldestMs = null;
    tickMs = Math.min(settings.tickMs + costMs * TICK_FACTOR, settings.tickMaxMs);
    if (flushedTo < journal.end || isPingDue || isStatusDue || isReplayDue || resting.length > 0) {
      flushSoon();
    }
  }

  function flushSoon(): void {
    if (isClosed || work.length > 0) return;
    const now = timing.now();
    // An entry waits for other entries, never because a ping or a status went out a moment ago.
    const lastAt = flushedTo < journal.end || resting.length > 0 ? entriesFlushedAt : flushedAt;
    const dueAt = Math.max(now + settings.flushMs, lastAt + tickMs);
    if (cancelFlush && flushDueAt <= dueAt) return;
    cancelFlush?.();
    flushDueAt = dueAt;
    cancelFlush = timing.schedule(wake, dueAt - now);
  }

  /** Has those who rest read what came meanwhile, and flushes it. */
  function wake(): void {
    const awake = resting;
    resting = [];
    for (const go of awake) go();
    cancelFlush = timing.schedule(flush, 0);
  }

  function schedulePing(): void {
    cancelPing ??= timing.schedule(() => {
      cancelPing = null;
      if (count === 0) return;
      isPingDue = true;
      if (work.length === 0) {
        cancelFlush?.();
        wake();
      }
      schedulePing();
    }, settings.pingMs);
  }

  /** Lets go of viewers that take nothing. */
  function scheduleSweep(): void {
    cancelSweep ??= timing.schedule(() => {
      cancelSweep = null;
      if (count === 0) return;
      const now = timing.now();
      for (const group of [...groups.values()]) {
        for (const viewer of [...group.live, ...group.behind]) sweep(viewer, now);
      }
      scheduleSweep();
    }, SWEEP_MS);
  }

  function sweep(viewer: Viewer, now: number): void {
    const { sink } = viewer;
    const isIdle = sink.pending() === 0;
    const taken = isIdle ? viewer.taken : sink.taken();
    if (isIdle || taken !== viewer.taken) {
      viewer.taken = taken;
      viewer.takenAt = now;
    } else if (now - viewer.takenAt >= settings.viewerStallMs) {
      sink.destroy();
      leave(viewer, 'stalled');
    }
  }

  function join(query: RelayQuery): Group {
    const key = relayKey(query);
    let group = groups.get(key);
    if (!group) {
      const predicate = createRelayPredicate(query);
      const viewers = { live: new Set<Viewer>(), behind: new Set<Viewer>() };
      const scope = query.leagues.join('\n');
      group = { key, scope, query, predicate, ...viewers, said: '', parts: [], isGone: false };
      groups.set(key, group);
      joined.push(group);
      deps.onFilters();
    }
    return group;
  }

  function leave(viewer: Viewer, reason: 'left' | 'stalled' | 'shutdown'): void {
    if (viewer.isGone) return;
    viewer.isGone = true;
    const { group } = viewer;
    group.live.delete(viewer);
    group.behind.delete(viewer);
    count -= 1;
    meter.ended(reason);
    if (group.live.size + group.behind.size === 0) {
      groups.delete(group.key);
      group.isGone = true;
      if (joined.length > groups.size + MOST_GONE) {
        joined = [...groups.values()];
        era += 1;
      }
      deps.onFilters();
    }
    viewer.onEnd();
  }

  const viewers: Viewers = {
    get count() {
      return count;
    },

    filters: () => [...groups.values()].map(({ query }) => query),

    open(query, position, openSink, onEnd = () => {}) {
      // Entries that nobody is told of come while nobody is here: who comes now begins after them.
      if (count === 0) flushedTo = journal.end;
      const found = position === null ? null : journal.after(position);
      const group = join(query);
      const viewer: Viewer = {
        group,
        // It may speak before it is in hand, of what it is too early to answer.
        sink: openSink({
          onDrain() {
            if (viewer.mode !== 'live') catchUp(viewer);
          },
          onGone: () => leave(viewer, 'left'),
        }),
        mode: 'replayed',
        cursor: found && 'index' in found ? found.index : flushedTo,
        owed: 0,
        wasFull: false,
        taken: 0,
        takenAt: timing.now(),
        isGone: false,
        onEnd,
      };
      viewer.owed = flushedTo - viewer.cursor;
      group.behind.add(viewer);
      count += 1;
      schedulePing();
      scheduleSweep();
      const first: Uint8Array[] = [CONNECTED];
      if (found && 'reason' in found) first.push(resetFrame(found.reason));
      else if (found) meter.resumed();
      catchUp(viewer, first);
      return () => {
        if (viewer.isGone) return;
        viewer.sink.end();
        leave(viewer, 'left');
      };
    },

    stream: (query, position, signal, onEnd) =>
      createStreamSink(settings.viewerBytes, (openSink) => {
        const close = viewers.open(query, position, openSink, () => {
          signal.removeEventListener('abort', close);
          onEnd?.();
        });
        if (signal.aborted) close();
        else signal.addEventListener('abort', close, { once: true });
      }),

    notify() {
      meter.appended(journal.end - notedTo);
      notedTo = journal.end;
      if (count === 0) flushedTo = journal.end;
      else flushSoon();
    },

    rest() {
      const isBusy = flushedTo < journal.end || timing.now() < entriesFlushedAt + tickMs;
      if (count === 0 || isClosed || !isBusy) return null;
      const rest = new Promise<void>((done) => resting.push(done));
      flushSoon();
      return rest;
    },

    statusChanged() {
      if (count === 0) return;
      isStatusDue = true;
      flushSoon();
    },

    close() {
      cancelServe?.();
      serve(Number.POSITIVE_INFINITY);
      cancelFlush?.();
      flush();
      cancelServe?.();
      serve(Number.POSITIVE_INFINITY);
      isClosed = true;
      for (const go of resting) go();
      cancelFlush?.();
      cancelPing?.();
      cancelSweep?.();
      cancelLook?.();
      for (const group of [...groups.values()]) {
        for (const viewer of [...group.live, ...group.behind]) {
          // They come back spread over a few seconds, to a server that is up again.
          const retryMs = 1_000 + Math.floor(timing.random() * RETRY_MS);
          const data = pingData(timing.now());
          viewer.sink.write(
            createChunk([text.encode(encodeSse({ event: 'ping', data, retryMs }))]),
          );
          viewer.sink.end();
          leave(viewer, 'shutdown');
        }
      }
    },
  };
  return viewers;
}

/** Whether a group is told of a fixture: also of the change by which it stops matching, such as its end. */
function isToldOf({ query, predicate }: Group, { fixture, former }: FixtureEntry): boolean {
  if (!query.includeFixtureUpdates) return false;
  return predicate.fixture(fixture) || (former !== null && predicate.fixture(former));
}

/** A status as text, without what differs each time it is asked for. */
function lasting(status: FeedStatus): string {
  return JSON.stringify({
    ...status,
    connections: status.connections.map(({ lastFrameMs, ...rest }) => rest),
  });
}
