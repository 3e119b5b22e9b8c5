/**
 * The event stream. Subscribers with the same filter and format share one encoding of every event; what a
 * tick produced leaves in one write per subscriber.
 */
import type { ServerResponse } from 'node:http';
import { compareEntryIds, createEntryIds, parseEntryId } from '@/lib/protocol/entry-id';
import type { OddsEventName } from '@/lib/protocol/events';
import type { OddsFormat } from '@/lib/protocol/price';
import { encodeSse, pingData } from '@/lib/protocol/sse';
import type { Faults } from './faults';
import { createRandom } from './random';
import { inSecondVersion, type RowState, rowState, statusData, streamRow } from './wire';
import type { WorldEvent } from './world';

export type StreamFilter = {
  sport: string;
  /** Ids or names, lower case; empty: all. */
  leagues: readonly string[];
  markets: readonly string[];
  fixtures: readonly string[];
  isMain: boolean | null;
  isLive: boolean | null;
  versions: readonly number[];
  format: OddsFormat;
  includeFixtureUpdates: boolean;
};

type StreamEvent = { entryId: string; atMs: number; sport: string } & (
  | { name: OddsEventName; rows: readonly RowState[] }
  | {
      name: 'fixture-status';
      rows: null;
      league: readonly string[];
      fixtureId: string;
      data: unknown;
    }
  | { name: string; rows: null; raw: string }
);

type Subscriber = { response: ServerResponse; cutAtMs: number | null };

type Group = { filter: StreamFilter; subscribers: Set<Subscriber>; pending: string[] };

export type Stream = {
  /** Opens a stream on an answered request; `after` is an entry id to resume from. */
  open(response: ServerResponse, filter: StreamFilter, after: string | null): void;
  publish(event: WorldEvent): void;
  /** Sends a frame to every stream of the sport, filters aside. Objects without `entry_id` get one. */
  send(sport: string, name: string, data: unknown): void;
  /** Writes out what was published since the last call. */
  flush(): void;
  ping(): void;
  cut(): void;
  close(): void;
  count(): number;
  opened(): number;
};

/** What a resuming client can be given: at most so many events, of any sport. */
const HELD_EVENTS = 20_000;
const RESUME_WINDOW_MS = 30_000;
/** A reader this far behind is given up. */
const MAX_BACKLOG_BYTES = 32_000_000;

export function createStream(deps: {
  faults: Faults;
  now: () => number;
  seed: number;
  /** False: streams open, but carry no odds. */
  hasCopilot: boolean;
}): Stream {
  const { faults, now, hasCopilot } = deps;
  const random = createRandom(deps.seed ^ 0x5eed);
  const groups = new Map<string, Map<string, Group>>();
  let eventMs = now();
  const ids = createEntryIds(() => eventMs);
  let held: StreamEvent[] = [];
  let openedCount = 0;
  let swapped: StreamEvent | null = null;

  const isWanted = (wanted: readonly string[], ...names: string[]) =>
    wanted.length === 0 || names.some((name) => wanted.includes(name.toLowerCase()));

  function matches(filter: StreamFilter, row: RowState): boolean {
    const { fixture, market } = row.odd;
    return (
      (filter.fixtures.length === 0 || filter.fixtures.includes(fixture.id)) &&
      (filter.isMain === null || filter.isMain === row.isMain) &&
      (filter.isLive === null || filter.isLive === row.isLive) &&
      (filter.versions.length === 0 || filter.versions.includes(row.versionId)) &&
      isWanted(filter.leagues, fixture.league.id, fixture.league.name) &&
      isWanted(filter.markets, market.id, market.label)
    );
  }

  function encode(filter: StreamFilter, event: StreamEvent): string | null {
    let data: string;
    if ('raw' in event) {
      data = event.raw;
    } else if (event.rows === null) {
      if (!filter.includeFixtureUpdates || faults.has('silent-fixtures')) return null;
      if (!isWanted(filter.leagues, ...event.league)) return null;
      if (filter.fixtures.length > 0 && !filter.fixtures.includes(event.fixtureId)) return null;
      data = JSON.stringify({ data: event.data, entry_id: event.entryId });
    } else {
      const name = event.name as OddsEventName;
      const rows: string[] = [];
      for (const row of event.rows)
        if (matches(filter, row)) rows.push(streamRow(row, name, filter.format, faults));
      if (rows.length === 0) return null;
      if (faults.has('malformed-rows') && random.chance(0.05))
        rows.splice(random.int(0, rows.length), 0, brokenRow(rows[0] as string));
      data = `{"entry_id":"${event.entryId}","data":[${rows.join(',')}],"type":"${name}"}`;
    }
    const id = faults.has('mismatched-ids') ? otherId(event.entryId) : event.entryId;
    return odd(encodeSse({ event: event.name, id, data }));
  }

  /** The seed of all mismatches: another stream's id, a little later. */
  function otherId(entryId: string): string {
    const parsed = parseEntryId(entryId);
    return parsed ? `${parsed.ms + 1_500}-${parsed.seq + 1}` : entryId;
  }

  function brokenRow(row: string): string {
    return random.pick([
      'null',
      '"row"',
      row.replace(/"price":[^,}]+/, '"price":"n/a"'),
      row.replace(/"id":"[^"]*"/, '"id":""'),
      row.replace(/"timestamp":[^,}]+/, '"timestamp":"yesterday"'),
    ]);
  }

  /** Every framing that the standard allows and no sample shows. */
  function odd(frame: string): string {
    if (!faults.has('odd-framing')) return frame;
    switch (random.int(0, 4)) {
      case 0:
        return frame.replaceAll('\n', '\r\n');
      case 1:
        return `: keep-alive\n\n${frame}`;
      case 2:
        return frame.replace('"data":[', '"data":\ndata: [');
      case 3:
        return `event: odds\nid: 1-1\nretry: 5000\ndata: {"data":[]}\n\n${frame}`;
      default:
        return frame.replaceAll('\n', '\r');
    }
  }

  function hold(event: StreamEvent): void {
    if (!faults.has('resume-30s') && !faults.has('resume-full')) {
      if (held.length > 0) held = [];
      return;
    }
    held.push(event);
    if (held.length > HELD_EVENTS * 1.25) held = held.slice(-HELD_EVENTS);
  }

  function deliver(event: StreamEvent): void {
    hold(event);
    for (const group of groups.get(event.sport)?.values() ?? []) {
      const text = encode(group.filter, event);
      if (text !== null) group.pending.push(text);
    }
  }

  function dispatch(event: StreamEvent): void {
    if (faults.has('swaps') && swapped === null && random.chance(faults.share)) {
      swapped = event;
      return;
    }
    deliver(event);
    if (faults.has('duplicates') && random.chance(faults.share)) deliver(event);
    if (swapped !== null) {
      const late = swapped;
      swapped = null;
      deliver(late);
    }
  }

  function write(subscriber: Subscriber, text: string | Buffer, group: Group): void {
    const { response } = subscriber;
    if (response.destroyed) return;
    const isCut = faults.has('mid-frame-cut');
    if (isCut || faults.has('clean-close')) {
      subscriber.cutAtMs ??= now() + random.between(4_000, 12_000);
      if (now() >= subscriber.cutAtMs) {
        group.subscribers.delete(subscriber);
        if (isCut) {
          const whole = text.toString();
          response.write(whole.slice(0, Math.max(whole.indexOf('data:') + 20, 30)), () =>
            response.destroy(),
          );
        } else response.end();
        return;
      }
    } else subscriber.cutAtMs = null;
    response.write(text);
    if (response.writableLength > MAX_BACKLOG_BYTES) response.destroy();
  }

  function* allGroups(): Iterable<Group> {
    for (const bySport of groups.values()) yield* bySport.values();
  }

  function replay(filter: StreamFilter, after: string): string {
    const isFull = faults.has('resume-full');
    if (!isFull && !faults.has('resume-30s')) return '';
    if (!parseEntryId(after)) return '';
    const oldestMs = isFull ? 0 : now() - RESUME_WINDOW_MS;
    return held
      .filter(
        (event) =>
          event.sport === filter.sport &&
          event.atMs >= oldestMs &&
          compareEntryIds(event.entryId, after) > 0,
      )
      .map((event) => encode(filter, event) ?? '')
      .join('');
  }

  return {
    open(response, filter, after) {
      openedCount += 1;
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache',
        connection: 'keep-alive',
      });
      const missed = after === null || !hasCopilot ? '' : replay(filter, after);
      const key = JSON.stringify(filter);
      const bySport = groups.get(filter.sport) ?? new Map<string, Group>();
      groups.set(filter.sport, bySport);
      const group = bySport.get(key) ?? { filter, subscribers: new Set<Subscriber>(), pending: [] };
      bySport.set(key, group);
      // What the group has pending was published before this stream opened: it must not reach it.
      flushGroup(group);
      const subscriber: Subscriber = { response, cutAtMs: null };
      group.subscribers.add(subscriber);
      response.write(encodeSse({ event: 'connected', data: 'ok go' }) + missed);
      response.on('close', () => {
        group.subscribers.delete(subscriber);
        if (group.subscribers.size > 0) return;
        bySport.delete(key);
        if (bySport.size === 0) groups.delete(filter.sport);
      });
    },

    publish(event) {
      if (!hasCopilot) return;
      if (!groups.has(event.sport) && !faults.has('resume-30s') && !faults.has('resume-full'))
        return;
      eventMs = event.atMs;
      const base = { entryId: ids.next(), atMs: event.atMs, sport: event.sport };
      if (event.kind === 'odds') {
        const rows = event.odds.map(rowState);
        if (faults.has('two-versions')) rows.push(...rows.map(inSecondVersion));
        dispatch({ ...base, name: event.name, rows });
        return;
      }
      const { league } = event.fixture;
      dispatch({
        ...base,
        name: 'fixture-status',
        rows: null,
        league: [league.id, league.name],
        fixtureId: event.fixture.id,
        data: statusData(event),
      });
    },

    send(sport, name, data) {
      eventMs = now();
      let entryId = ids.next();
      let raw: string;
      if (typeof data === 'string') raw = data;
      else {
        const payload = { entry_id: entryId, ...(data as object) };
        entryId = String(payload.entry_id);
        raw = JSON.stringify(payload);
      }
      deliver({ entryId, atMs: eventMs, sport, name, rows: null, raw });
      for (const group of groups.get(sport)?.values() ?? []) flushGroup(group);
    },

    flush() {
      for (const group of allGroups()) flushGroup(group);
    },

    ping() {
      if (faults.has('silent-stall')) return;
      const text = encodeSse({ event: 'ping', data: pingData(now()) });
      for (const group of allGroups())
        for (const subscriber of group.subscribers) write(subscriber, text, group);
    },

    cut() {
      for (const group of allGroups())
        for (const { response } of group.subscribers) response.destroy();
    },

    close() {
      for (const group of allGroups()) for (const { response } of group.subscribers) response.end();
    },

    count: () => [...allGroups()].reduce((total, { subscribers }) => total + subscribers.size, 0),
    opened: () => openedCount,
  };

  function flushGroup(group: Group): void {
    if (group.pending.length === 0) return;
    const bytes = Buffer.from(group.pending.join(''));
    group.pending = [];
    if (faults.has('silent-stall')) return;
    for (const subscriber of group.subscribers) write(subscriber, bytes, group);
  }
}
