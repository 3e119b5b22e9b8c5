/**
 * Viewers: each is a position in the journal and a filter, and holds no queue. What it is owed is worked out
 * when its socket can take it; equal filters are owed the same bytes, which are made once.
 *
 * It promises: frames in the journal's order, each matching entry once; a viewer whose socket was full gets the newest
 * value of each odd that changed meanwhile instead of a backlog, marked `conflated`.
 */
import type { Book } from '@/lib/protocol/book';
import { fixtureData, fixtureStatusData, oddsEventData } from '@/lib/protocol/encode';
import type { FeedStatus, Fixture, Odd, OddsEventName, Reset } from '@/lib/protocol/events';
import {
  createRelayPredicate,
  type RelayPredicate,
  type RelayQuery,
  relayKey,
} from '@/lib/protocol/filter';
import { encodeSse, pingData, RETRY_MS } from '@/lib/protocol/sse';
import type { FeedSettings } from './config';
import type { Entry, Journal } from './journal';
import type { Cancel, Timing } from './timing';

export type ViewersDeps = {
  book: Book;
  journal: Journal;
  timing: Timing;
  settings: FeedSettings;
  status(query: RelayQuery): FeedStatus;
  /** The set of filters in use changed. */
  onFilters(): void;
};

export type Viewers = {
  readonly count: number;
  /** Filters in use, each once. */
  filters(): RelayQuery[];
  /** Opens a stream; `position` is the entry id after which to go on, null from now. */
  open(query: RelayQuery, position: string | null, signal: AbortSignal): ReadableStream<Uint8Array>;
  /** Entries were appended. */
  notify(): void;
  /** What `status` says may have changed. */
  statusChanged(): void;
  /** Ends every stream with a last frame that asks for a quick return. */
  close(): void;
};

type Group = {
  key: string;
  query: RelayQuery;
  predicate: RelayPredicate;
  viewers: Set<Viewer>;
  /** The status last sent, without what always changes. */
  said: string;
};

type Viewer = {
  group: Group;
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** Index of the next entry it is owed. */
  cursor: number;
  /** Index at which its replay ends and live begins; null once live. */
  replayEnd: number | null;
  /** Since when its socket takes nothing; null while it does. */
  fullSince: number | null;
  close(): void;
};

/** Characters of replay put into one chunk. */
const REPLAY_CHUNK = 65_536;

const EVENT_OF_STATE: Record<Odd['state'], OddsEventName> = {
  open: 'copilot-odds',
  locked: 'copilot-locked-odds',
  settled: 'copilot-settled-odds',
};

const text = new TextEncoder();

/** The viewers of one sport. */
export function createViewers(deps: ViewersDeps): Viewers {
  const { book, journal, timing, settings } = deps;
  const groups = new Map<string, Group>();
  let count = 0;
  let isClosed = false;
  /** Index up to which live viewers have been written to. */
  let flushedTo = journal.end;
  let lastFlushAt = Number.NEGATIVE_INFINITY;
  let tickMs = settings.tickMs;
  let cancelFlush: Cancel | null = null;
  let cancelPing: Cancel | null = null;
  let isStatusDue = false;
  /** Frames that every row of an entry goes into, by format; kept for the length of one flush. */
  const shared = new Map<string, string>();

  function entryFrame(entry: Entry, group: Group, canShare: boolean): string {
    if (entry.kind === 'mark') return '';
    if (entry.kind === 'fixture') {
      if (!isToldOf(group, entry.fixture, entry.event)) return '';
      return encodeSse({ event: entry.event, id: entry.id, data: entry.data(entry.id) });
    }
    const matching = entry.changes.filter(({ odd }) =>
      group.predicate.odd(odd, book.fixtures.get(odd.fixtureId) ?? null),
    );
    if (matching.length === 0) return '';
    const isWhole = matching.length === entry.changes.length;
    const key = `${entry.id} ${group.query.oddsFormat}`;
    const known = canShare && isWhole ? shared.get(key) : undefined;
    if (known !== undefined) return known;
    const data = oddsEventData(
      {
        entryId: entry.id,
        upstreamEntryId: entry.upstreamEntryId,
        event: entry.event,
        changes: matching,
      },
      group.query.oddsFormat,
    );
    const frame = encodeSse({ event: entry.event, id: entry.id, data });
    if (canShare && isWhole) shared.set(key, frame);
    return frame;
  }

  function rangeFrames(group: Group, from: number, to: number): string {
    let frames = '';
    for (let index = from; index < to; index += 1) {
      const entry = journal.at(index);
      if (entry) frames += entryFrame(entry, group, groups.size > 1);
    }
    return frames;
  }

  function statusFrame(group: Group): string {
    const status = deps.status(group.query);
    group.said = lasting(status);
    return encodeSse({ event: 'feed-status', id: journal.last(), data: JSON.stringify(status) });
  }

  function resetFrame(reason: Reset['reason']): string {
    const at = journal.last();
    const data: Reset = { reason, at };
    return encodeSse({ event: 'reset', id: at, data: JSON.stringify(data) });
  }

  /** The newest value of each odd and fixture that changed since `from`, as one event per name. */
  function conflatedFrames(group: Group, from: number): string {
    if (from < journal.start) return resetFrame('too-old');
    const entryId = journal.last();
    const odds = new Map<OddsEventName, Odd[]>();
    const fixtures = new Map<Fixture, boolean>();
    const seen = new Set<string>();
    for (let index = from; index < journal.end; index += 1) {
      const entry = journal.at(index);
      if (entry?.kind === 'odds') {
        for (const { odd } of entry.changes) seen.add(odd.id);
      } else if (entry?.kind === 'fixture') {
        const fixture = book.fixtures.get(entry.fixture.id);
        if (!fixture || !isToldOf(group, fixture, entry.event)) continue;
        fixtures.set(fixture, fixtures.get(fixture) || entry.event === 'fixture-status');
      }
    }
    for (const id of seen) {
      const odd = book.odds.get(id);
      if (!odd) continue;
      if (!group.predicate.odd(odd, book.fixtures.get(odd.fixtureId) ?? null)) continue;
      const event = EVENT_OF_STATE[odd.state];
      const list = odds.get(event);
      if (list) list.push(odd);
      else odds.set(event, [odd]);
    }
    const frames: { event: string; data: string }[] = [];
    for (const [event, list] of odds) {
      const changes = list.map((odd) => ({ row: odd, odd }));
      const body = { entryId, upstreamEntryId: null, event, changes };
      frames.push({ event, data: oddsEventData(body, group.query.oddsFormat) });
    }
    for (const [fixture, hasStatus] of fixtures) {
      if (hasStatus) {
        const previous = { ...fixture, status: fixture.oldStatus, startDate: fixture.oldStartDate };
        const receipt = { entryId, upstreamEntryId: null, atMs: timing.now() };
        frames.push({
          event: 'fixture-status',
          data: fixtureStatusData(fixture, previous, receipt),
        });
      }
      frames.push({ event: 'fixture', data: fixtureData(fixture, entryId) });
    }
    // The id stands on the last frame alone: a cut between them must not skip the rest on resume.
    return frames
      .map(({ event, data }, index) =>
        encodeSse({
          event,
          id: index === frames.length - 1 ? entryId : null,
          data: `${data.slice(0, -1)},"conflated":true}`,
        }),
      )
      .join('');
  }

  function enqueue(viewer: Viewer, bytes: Uint8Array): void {
    if (bytes.byteLength > 0) viewer.controller.enqueue(bytes);
  }

  function canTake(viewer: Viewer): boolean {
    if ((viewer.controller.desiredSize ?? 0) > 0) return true;
    viewer.fullSince ??= timing.now();
    return false;
  }

  /** Goes on with a replay as far as the socket takes it; its end is marked by a `feed-status`. */
  function replay(viewer: Viewer): void {
    while (viewer.replayEnd !== null && canTake(viewer)) {
      if (viewer.cursor < journal.start) {
        viewer.cursor = journal.end;
        viewer.replayEnd = null;
        enqueue(viewer, text.encode(resetFrame('too-old') + statusFrame(viewer.group)));
        return;
      }
      let frames = '';
      while (viewer.cursor < viewer.replayEnd && frames.length < REPLAY_CHUNK) {
        const entry = journal.at(viewer.cursor);
        if (entry) frames += entryFrame(entry, viewer.group, false);
        viewer.cursor += 1;
      }
      if (viewer.cursor >= viewer.replayEnd) {
        // What came during the replay is part of it: a position is never ahead of what was sent.
        if (viewer.replayEnd < flushedTo) {
          viewer.replayEnd = flushedTo;
        } else {
          viewer.replayEnd = null;
          frames += statusFrame(viewer.group);
        }
      }
      enqueue(viewer, text.encode(frames));
    }
  }

  function catchUp(viewer: Viewer): void {
    const frames = conflatedFrames(viewer.group, viewer.cursor) + statusFrame(viewer.group);
    viewer.cursor = journal.end;
    enqueue(viewer, text.encode(frames));
  }

  function onPull(viewer: Viewer): void {
    if (viewer.replayEnd !== null) {
      viewer.fullSince = null;
      replay(viewer);
    } else if (viewer.fullSince !== null) {
      flushSoon();
    }
  }

  /** Writes what is new to everybody who can take it. */
  function flush(extra: 'ping' | null = null): void {
    cancelFlush?.();
    cancelFlush = null;
    const startedAt = timing.now();
    const from = flushedTo;
    const to = journal.end;
    flushedTo = to;
    lastFlushAt = startedAt;
    for (const group of groups.values()) {
      if (group.viewers.size === 0) continue;
      let frames = rangeFrames(group, from, to);
      if (extra === 'ping') {
        frames += encodeSse({ event: 'ping', data: pingData(startedAt) }) + statusFrame(group);
      } else if (isStatusDue && lasting(deps.status(group.query)) !== group.said) {
        frames += statusFrame(group);
      }
      const bytes = text.encode(frames);
      for (const viewer of group.viewers) {
        if (viewer.replayEnd !== null) replay(viewer);
        else if (canTake(viewer)) {
          // Set before the write: a socket that takes it at once asks for more from within.
          const isCurrent = viewer.cursor === from;
          viewer.fullSince = null;
          if (isCurrent) {
            viewer.cursor = to;
            enqueue(viewer, bytes);
          } else {
            catchUp(viewer);
          }
        }
        if (startedAt - (viewer.fullSince ?? startedAt) >= settings.viewerStallMs) viewer.close();
      }
    }
    isStatusDue = false;
    shared.clear();
    const costMs = timing.now() - startedAt;
    tickMs = Math.min(Math.max(settings.tickMs, costMs * 4), settings.tickMaxMs);
  }

  function flushSoon(): void {
    if (cancelFlush || isClosed) return;
    const sinceMs = timing.now() - lastFlushAt;
    const delayMs = Math.max(settings.flushMs, tickMs - sinceMs);
    cancelFlush = timing.schedule(() => flush(), sinceMs >= tickMs ? settings.flushMs : delayMs);
  }

  function schedulePing(): void {
    cancelPing ??= timing.schedule(() => {
      cancelPing = null;
      if (count === 0) return;
      flush('ping');
      schedulePing();
    }, settings.pingMs);
  }

  function join(query: RelayQuery): Group {
    const key = relayKey(query);
    let group = groups.get(key);
    if (!group) {
      group = { key, query, predicate: createRelayPredicate(query), viewers: new Set(), said: '' };
      groups.set(key, group);
    }
    return group;
  }

  function leave(viewer: Viewer): boolean {
    const { group } = viewer;
    if (!group.viewers.delete(viewer)) return false;
    count -= 1;
    if (group.viewers.size === 0) {
      groups.delete(group.key);
      deps.onFilters();
    }
    return true;
  }

  return {
    get count() {
      return count;
    },

    filters: () => [...groups.values()].map(({ query }) => query),

    open(query, position, signal) {
      let viewer: Viewer;
      const onAbort = () => viewer.close();
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            // So that everybody who is live stands at the same entry.
            if (flushedTo < journal.end) flush();
            const found = position === null ? null : journal.after(position);
            const group = join(query);
            viewer = {
              group,
              controller,
              cursor: found && 'index' in found ? found.index : journal.end,
              replayEnd: found && 'index' in found ? journal.end : null,
              fullSince: null,
              close() {
                signal.removeEventListener('abort', onAbort);
                if (!leave(viewer)) return;
                try {
                  controller.close();
                } catch {
                  // The reader went first.
                }
              },
            };
            group.viewers.add(viewer);
            count += 1;
            const isNewFilter = group.viewers.size === 1;
            if (isNewFilter) deps.onFilters();
            schedulePing();
            let first = encodeSse({ event: 'connected', data: 'ok go' });
            if (found && 'reason' in found) first += resetFrame(found.reason);
            if (viewer.replayEnd === null) first += statusFrame(group);
            controller.enqueue(text.encode(first));
            if (signal.aborted) viewer.close();
            else signal.addEventListener('abort', onAbort, { once: true });
            replay(viewer);
          },
          pull: () => onPull(viewer),
          cancel() {
            signal.removeEventListener('abort', onAbort);
            leave(viewer);
          },
        },
        new ByteLengthQueuingStrategy({ highWaterMark: settings.viewerBytes }),
      );
    },

    notify() {
      if (count === 0) flushedTo = journal.end;
      else flushSoon();
    },

    statusChanged() {
      if (count === 0) return;
      isStatusDue = true;
      flushSoon();
    },

    close() {
      flush();
      isClosed = true;
      cancelFlush?.();
      cancelPing?.();
      for (const group of [...groups.values()]) {
        for (const viewer of [...group.viewers]) {
          // They come back spread over a few seconds, to a server that is up again.
          const retryMs = 1_000 + Math.floor(timing.random() * RETRY_MS);
          const data = pingData(timing.now());
          enqueue(viewer, text.encode(encodeSse({ event: 'ping', data, retryMs })));
          viewer.close();
        }
      }
    },
  };
}

/** Whether a group is told of a fixture: also of the change by which it stops matching, such as its end. */
function isToldOf(
  { query, predicate }: Group,
  fixture: Fixture,
  event: 'fixture' | 'fixture-status',
): boolean {
  if (!query.includeFixtureUpdates) return false;
  if (predicate.fixture(fixture)) return true;
  const { oldStatus } = fixture;
  return (
    event === 'fixture-status' &&
    oldStatus !== null &&
    predicate.fixture({ ...fixture, status: oldStatus })
  );
}

/** A status as text, without what differs each time it is asked for. */
function lasting(status: FeedStatus): string {
  return JSON.stringify({
    ...status,
    connections: status.connections.map(({ lastFrameMs, ...rest }) => rest),
  });
}
