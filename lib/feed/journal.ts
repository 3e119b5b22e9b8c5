/**
 * The journal: recent entries of one sport in order, each with our own id, bounded by rows, by bytes and by age.
 * A position is the id of an entry; reading from it misses nothing, or is refused.
 *
 * An entry is kept as the bytes of its frame, encoded once when it comes in, and beside them only what a filter
 * asks of its rows: a million rows are no million objects for the garbage collector to walk.
 */
import type { OddChange } from '@/lib/protocol/book';
import { oddsEventData } from '@/lib/protocol/encode';
import { compareEntryIds, createEntryIds, parseEntryId } from '@/lib/protocol/entry-id';
import type { Fixture, OddsEventName, WireRecord } from '@/lib/protocol/events';
import { isLive, type Routed, routedOdd } from '@/lib/protocol/filter';
import { encodeSse } from '@/lib/protocol/sse';

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
      event: 'fixture' | 'fixture-status' | 'forgotten';
      fixture: Fixture;
      /** What it was before, null where nobody knew it. */
      previous: Fixture | null;
      /** The event's `data`, given the entry's id. */
      data: (entryId: string) => string;
    }
  /** A position that carries nothing: what was held before it and after it must not look the same. */
  | { kind: 'mark' };

/** What filters ask of one odd; the same answers of an odd, row after row, are one object. */
export type Route = Routed & {
  /** The odd. */
  id: string;
  /** Whether it was in play when the entry was made: its fixture may be so by the time that a viewer is told. */
  isLive: boolean;
};

/** Where an entry's frame stands. */
type Place = { page: Page; from: number; to: number };

export type OddsEntry = Place & {
  kind: 'odds';
  id: string;
  event: OddsEventName;
  /** One for each row of the frame, in their order. */
  routes: readonly Route[];
};
export type FixtureEntry = Place & {
  kind: 'fixture';
  id: string;
  event: 'fixture' | 'fixture-status' | 'forgotten';
  fixture: Fixture;
  /** What it was before, where a filter may tell the two apart. */
  former: Fixture | null;
};
export type Entry = OddsEntry | FixtureEntry | { kind: 'mark'; id: string };

export type Journal = {
  /** Index of the next entry; only grows. */
  readonly end: number;
  /** Index of the oldest entry held. */
  readonly start: number;
  /** Rows held. */
  readonly rows: number;
  /** Bytes held, with what an entry costs besides its frame. */
  readonly bytes: number;
  /** Id of the newest entry, which is the position of whoever has seen everything. */
  last(): string;
  /** The position of whoever has seen all before `index`. */
  before(index: number): string;
  append(body: EntryBody): Entry;
  at(index: number): Entry | undefined;
  /** The newest entry that tells of an odd, and all that do, oldest first; undefined where none is held. */
  newest(
    oddId: string,
  ):
    | { readonly index: number; readonly route: Route; readonly indexes: readonly number[] }
    | undefined;
  /** Index from which to go on after the entry with this id, or why that cannot be. */
  after(id: string): { index: number } | { reason: 'too-old' | 'unknown-position' };
  /** Drops what is too old. */
  prune(): void;
};

/** Epoch ms at which an entry was made. */
export function entryMs({ id }: Pick<Entry, 'id'>): number {
  return Number.parseInt(id, 10);
}

/** The frame of an entry, as long as the journal holds it: to be copied at once, its page is used again. */
export function frameOf({ page, from, to }: Place): Uint8Array {
  return page.bytes.subarray(from, to);
}

/** The payload of an odds entry, parsed from its frame. */
export function payloadOf({ page, from, to }: OddsEntry): {
  data: WireRecord[];
  upstream_entry_id?: string;
} {
  const at = page.bytes.indexOf(DATA_LINE, from) + DATA_LINE.length;
  return JSON.parse(page.bytes.toString('utf8', at, to));
}

/** Dropped entries are cut out of the array in lots of this size, so that each costs nothing much. */
const LOT = 4_096;
/** Frames are written into pages of this size; a larger frame has one to itself. */
const PAGE_BYTES = 1_048_576;
/** Empty pages kept for what comes next. */
const SPARE_PAGES = 4;
/** What an entry of one row costs besides its frame, as measured. */
const ENTRY_BYTES = 176;

const DATA_LINE = '\ndata: ';

type Page = { bytes: Buffer /** Entries that stand in it. */; entries: number };

/**
 * An odd that entries tell of: the newest one's index and route, that route as a list, and the index of each row of it. To
 * look for them would be to walk the journal.
 */
type Known = { index: number; route: Route; alone: readonly Route[]; indexes: number[] };

/**
 * An empty journal. Its first id is its floor: a position like any other.
 * @param fixtures as they are when an entry is made; one that is not among them is not in play
 */
export function createJournal(
  now: () => number,
  { rows: mostRows, bytes: mostBytes, ageMs }: { rows: number; bytes: number; ageMs: number },
  fixtures: ReadonlyMap<string, Fixture> = new Map(),
): Journal {
  const ids = createEntryIds(now);
  let entries: Entry[] = [];
  let floorId = ids.next();
  let lastId = floorId;
  /** Index of `entries[0]`. */
  let base = 0;
  let start = 0;
  let rows = 0;
  let bytes = 0;
  let page: Page = { bytes: Buffer.alloc(0), entries: 0 };
  let used = 0;
  const spare: Page[] = [];
  /** Odds that the entries tell of. */
  const odds = new Map<string, Known>();

  function place(frame: string): Place {
    const size = Buffer.byteLength(frame);
    if (used + size > page.bytes.length) {
      page = spare.pop() ?? { bytes: Buffer.allocUnsafeSlow(PAGE_BYTES), entries: 0 };
      if (size > PAGE_BYTES) page = { bytes: Buffer.allocUnsafeSlow(size), entries: 0 };
      used = 0;
    }
    const from = used;
    used += page.bytes.write(frame, from);
    page.entries += 1;
    return { page, from, to: used };
  }

  function release(left: Page): void {
    left.entries -= 1;
    if (left.entries > 0 || left === page) return;
    if (left.bytes.length === PAGE_BYTES && spare.length < SPARE_PAGES) spare.push(left);
  }

  function knowOdd(
    { row, odd }: Pick<OddChange, 'row' | 'odd'>,
    event: OddsEventName,
    index: number,
  ): Known {
    const routed = routedOdd(odd);
    routed.isLive = isLive(odd, fixtures.get(odd.fixtureId) ?? null);
    routed.isClosing = event !== 'copilot-odds';
    let known = odds.get(row.id);
    if (!known || !isSameRoute(known.route, routed)) {
      const route: Route = { ...routed, isLive: routed.isLive, id: row.id };
      known = { index, route, alone: [route], indexes: known?.indexes ?? [] };
      odds.set(row.id, known);
    }
    known.index = index;
    known.indexes.push(index);
    return known;
  }

  function weigh(entry: Entry): { rows: number; bytes: number } {
    if (entry.kind === 'mark') return { rows: 1, bytes: ENTRY_BYTES };
    const size = entry.to - entry.from + ENTRY_BYTES;
    return { rows: entry.kind === 'odds' ? entry.routes.length : 1, bytes: size };
  }

  function drop(): void {
    const oldest = entries[start - base];
    if (!oldest) return;
    const weight = weigh(oldest);
    rows -= weight.rows;
    bytes -= weight.bytes;
    if (oldest.kind === 'odds') {
      for (const { id } of oldest.routes) {
        const known = odds.get(id);
        known?.indexes.shift();
        if (known?.indexes.length === 0) odds.delete(id);
      }
    }
    if (oldest.kind !== 'mark') release(oldest.page);
    floorId = oldest.id;
    // Nothing may hold its page, though the array still has its place.
    entries[start - base] = { kind: 'mark', id: oldest.id };
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
      const isWithin = rows <= mostRows && bytes <= mostBytes;
      if (!oldest || (isWithin && entryMs(oldest) >= oldestMs)) break;
      drop();
    }
  }

  function entryOf(body: EntryBody, id: string, index: number): Entry {
    if (body.kind === 'mark') return { kind: 'mark', id };
    if (body.kind === 'fixture') {
      const { event, fixture, previous } = body;
      const where = place(encodeSse({ event, id, data: body.data(id) }));
      const former = previous && !isSameToFilters(fixture, previous) ? previous : null;
      return { kind: 'fixture', id, event, fixture, former, ...where };
    }
    const { event, upstreamEntryId, changes } = body;
    const rows = changes.map(({ row }) => row.wire);
    const data = oddsEventData({ entryId: id, upstreamEntryId, event, rows });
    const where = place(encodeSse({ event, id, data }));
    const known = changes.map((change) => knowOdd(change, event, index));
    const [first, second] = known;
    // Most entries are one row, and share the list of it.
    const routes = first && !second ? first.alone : known.map(({ route }) => route);
    return { kind: 'odds', id, event, routes, ...where };
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
    get bytes() {
      return bytes;
    },
    last: () => lastId,
    before(index) {
      if (index > base + entries.length) return lastId;
      return index <= start ? floorId : (entries[index - 1 - base]?.id ?? lastId);
    },
    append(body) {
      const entry = entryOf(body, ids.next(), base + entries.length);
      entries.push(entry);
      const weight = weigh(entry);
      rows += weight.rows;
      bytes += weight.bytes;
      lastId = entry.id;
      if (rows > mostRows || bytes > mostBytes) prune();
      return entry;
    },
    at: (index) => (index < start ? undefined : entries[index - base]),
    newest: (oddId) => odds.get(oddId),
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

function isSameRoute(a: Routed, b: Routed): boolean {
  return (
    a.isMain === b.isMain &&
    a.isLive === b.isLive &&
    a.isClosing === b.isClosing &&
    a.fixtureId === b.fixtureId &&
    a.league === b.league &&
    a.leagueId === b.leagueId &&
    a.market === b.market &&
    a.marketId === b.marketId &&
    a.gameId === b.gameId &&
    a.versionId === b.versionId
  );
}

function isSameToFilters(a: Fixture, b: Fixture): boolean {
  return (
    a.league === b.league &&
    a.leagueId === b.leagueId &&
    a.status === b.status &&
    a.wire.game_id === b.wire.game_id
  );
}
