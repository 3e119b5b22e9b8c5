/**
 * The journal: recent entries of one sport in order, each with our own id, bounded by rows and by age. A
 * position is the id of an entry; reading from it misses nothing, or is refused.
 */

import type { OddChange } from '@/lib/protocol/book';
import { compareEntryIds, createEntryIds, parseEntryId } from '@/lib/protocol/entry-id';
import type { Fixture, OddsEventName } from '@/lib/protocol/events';

export type EntryBody =
  | {
      kind: 'odds';
      event: OddsEventName;
      upstreamEntryId: string | null;
      /** Rows that changed the Book, with the odd that each of them made. */
      changes: readonly Pick<OddChange, 'row' | 'odd'>[];
    }
  | {
      kind: 'fixture';
      event: 'fixture' | 'fixture-status';
      fixture: Fixture;
      /** The event's `data`, given the entry's id. */
      data: (entryId: string) => string;
    }
  /** A position that carries nothing: what was held before it and after it must not look the same. */
  | { kind: 'mark' };

export type Entry = EntryBody & { id: string; atMs: number };

export type Journal = {
  /** Index of the next entry; only grows. */
  readonly end: number;
  /** Index of the oldest entry held. */
  readonly start: number;
  /** Rows held. */
  readonly rows: number;
  /** Id of the newest entry, which is the position of whoever has seen everything. */
  last(): string;
  append(body: EntryBody): Entry;
  at(index: number): Entry | undefined;
  /** Index from which to go on after the entry with this id, or why that cannot be. */
  after(id: string): { index: number } | { reason: 'too-old' | 'unknown-position' };
  /** Drops what is too old. */
  prune(): void;
};

/** Dropped entries are cut out of the array in lots of this size, so that each costs nothing much. */
const LOT = 4_096;

function weight(entry: EntryBody): number {
  return entry.kind === 'odds' ? entry.changes.length : 1;
}

/** An empty journal. Its first id is its floor: a position like any other. */
export function createJournal(
  now: () => number,
  { rows: mostRows, ageMs }: { rows: number; ageMs: number },
): Journal {
  const ids = createEntryIds(now);
  let entries: Entry[] = [];
  let floorId = ids.next();
  let lastId = floorId;
  /** Index of `entries[0]`. */
  let base = 0;
  let start = 0;
  let rows = 0;

  function drop(): void {
    const oldest = entries[start - base];
    if (!oldest) return;
    rows -= weight(oldest);
    floorId = oldest.id;
    start += 1;
    if (start - base >= LOT) {
      entries = entries.slice(start - base);
      base = start;
    }
  }

  function prune(): void {
    const oldestMs = now() - ageMs;
    while (start < base + entries.length) {
      const oldest = entries[start - base];
      if (!oldest || (rows <= mostRows && oldest.atMs >= oldestMs)) break;
      drop();
    }
  }

  return {
    get end() {
      return base + entries.length;
    },
    get start() {
      return start;
    },
    get rows() {
      return rows;
    },
    last: () => lastId,
    append(body) {
      const entry: Entry = { ...body, id: ids.next(), atMs: now() };
      entries.push(entry);
      rows += weight(entry);
      lastId = entry.id;
      if (rows > mostRows) prune();
      return entry;
    },
    at: (index) => (index < start ? undefined : entries[index - base]),
    after(id) {
      if (!parseEntryId(id) || compareEntryIds(id, lastId) > 0)
        return { reason: 'unknown-position' };
      if (compareEntryIds(id, floorId) < 0) return { reason: 'too-old' };
      if (id === floorId) return { index: start };
      let low = start;
      let high = base + entries.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        const entry = entries[middle - base];
        if (!entry) break;
        const order = compareEntryIds(entry.id, id);
        if (order === 0) return { index: middle + 1 };
        if (order < 0) low = middle + 1;
        else high = middle;
      }
      // Ours are the only ids in this range: another process or another life gave it out.
      return { reason: 'unknown-position' };
    },
    prune,
  };
}
