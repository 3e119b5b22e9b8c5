/**
 * The Book as it stood at an earlier position: copies of it at intervals, and the journal's entries since the copy before
 * the moment that is asked for. A copy is a list of references and holds back only what has changed since.
 *
 * It promises: what it gives holds of each league that was watched then what the Book held of it then, and nothing of any
 * other; a moment that it cannot tell of is refused.
 */
import { Book } from '@/lib/protocol/book';
import { decodeOddRow } from '@/lib/protocol/decode';
import { compareEntryIds, parseEntryId, parsePositionId } from '@/lib/protocol/entry-id';
import type { Fixture, Odd } from '@/lib/protocol/events';
import { slug } from '@/lib/protocol/sports';
import { entryMs, type Journal, payloadOf } from './journal';
import { SnapshotError } from './snapshot';
import { WHOLE_SPORT } from './subscription';
import { type Cancel, createPace, type Timing } from './timing';

/** The Book at a moment. Its receipts are nobody's: it is to be looked at, and not to go on with. */
export type PastBook = {
  /** The newest entry that is in it. */
  at: string;
  book: Book;
  /** Whether a league, by its key, was watched then. */
  isWatched(key: string): boolean;
  /** Whether an odd or a fixture is of a league that was. */
  isOfWatched(league: string | null, leagueId: unknown): boolean;
};

export type PastDeps = {
  book: Book;
  journal: Journal;
  timing: Timing;
  /** A copy is made this often. */
  everyMs: number;
  /** Leagues that are subscribed and have been read in full, by their keys. */
  watched(): readonly string[];
};

export type Past = {
  /** Other leagues may be watched, and be whole: their first reads make no entries, so that a copy is needed. */
  changed(): void;
  /** These leagues are watched no more, from here on. */
  drop(keys: readonly string[]): void;
  /** Makes a copy where one is due. */
  keep(): void;
  /**
   * The Book at a position, `<ms>-<sequence>`, or at the end of a millisecond, `<ms>`. Takes a while where much has
   * happened since the copy before it, and gives way to what else there is to do.
   * @throws SnapshotError where the position is none (`bad`), is not held (`gone`) or too many are asked for (`busy`)
   */
  at(position: string): Promise<PastBook>;
  close(): void;
};

type Copy = {
  /** Index of the first entry that is not in it. */
  index: number;
  id: string;
  madeAt: number;
  odds: readonly Odd[];
  fixtures: readonly Fixture[];
};

/** A time in which a league was watched: from the first copy in which it was whole; null while it lasts. */
type Watched = { from: string; until: string | null };

/** Copies held at most. */
const MOST_COPIES = 16;
/** What is read without entries comes league by league: one copy is made of all that come within this. */
const SETTLE_MS = 1_000;
/** With so many copies the next one waits, so that leagues which come one after the other leave room for the past. */
const MANY_COPIES = MOST_COPIES / 2;
/** Books made for whoever asks: the newest, for so long, and how many may wait to be made. */
const MOST_MADE = 2;
const MADE_MS = 60_000;
const MOST_WAITING = 4;
/** Of its turns it leaves as much to the live ones as it takes. */
const REST_MS = 2;

/** Keeps what is needed to tell of the past, from now on. */
export function createPast({ book, journal, timing, everyMs, watched }: PastDeps): Past {
  let copies: Copy[] = [];
  const watches = new Map<string, Watched[]>();
  const made = new Map<number, { book: Promise<Book>; forget: Cancel }>();
  let waiting = 0;
  let queue: Promise<unknown> = Promise.resolve();
  let cancelCopy: (() => void) | null = null;
  let isClosed = false;

  function copy(): void {
    cancelCopy?.();
    cancelCopy = null;
    const id = journal.last();
    copies.push({
      ...{ index: journal.end, id, madeAt: timing.now() },
      odds: [...book.odds.values()],
      fixtures: [...book.fixtures.values()],
    });
    for (const key of watched()) {
      const times = watches.get(key) ?? [];
      if (times.at(-1)?.until === null) continue;
      times.push({ from: id, until: null });
      watches.set(key, times);
    }
    prune();
  }

  /** Lets go of copies from which nothing leads on, and of what was watched before them. */
  function prune(): void {
    copies = copies.filter(({ index }) => index >= journal.start).slice(-MOST_COPIES);
    const [oldest] = copies;
    for (const [key, times] of watches) {
      const left = times.filter(
        ({ until }) => until === null || (oldest && compareEntryIds(until, oldest.id) > 0),
      );
      if (left.length > 0) watches.set(key, left);
      else watches.delete(key);
    }
  }

  function wasWatched(key: string, at: string): boolean {
    const times = [...(watches.get(key) ?? []), ...(watches.get(WHOLE_SPORT.key) ?? [])];
    return times.some(
      ({ from, until }) =>
        compareEntryIds(from, at) <= 0 && (until === null || compareEntryIds(at, until) < 0),
    );
  }

  async function make(from: Copy, end: number): Promise<Book> {
    const pace = createPace(timing, REST_MS);
    const past = new Book();
    for (const odd of from.odds) {
      // Receipts are changed in place, and those of a later day would make what came next look overtaken.
      past.hold({ ...odd, receivedAt: 0, upstreamEntryId: null });
      const turn = pace();
      if (turn) await turn;
    }
    for (const fixture of from.fixtures) past.holdFixture(fixture);
    for (let index = from.index; index < end; index += 1) {
      const turn = pace();
      if (turn) await turn;
      if (index < journal.start) throw gone();
      const entry = journal.at(index);
      if (entry?.kind === 'fixture') {
        if (entry.event === 'forgotten') past.removeFixture(entry.fixture.id);
        else past.holdFixture(entry.fixture);
      } else if (entry?.kind === 'odds') {
        const { data, upstream_entry_id } = payloadOf(entry);
        const saidAt = parseEntryId(upstream_entry_id)?.ms ?? entryMs(entry);
        for (const wire of data) {
          const row = decodeOddRow(wire, entry.event, { timestampSeconds: saidAt / 1000 });
          if (!('reason' in row)) past.applyRow(entry.event, row, entryMs(entry), null);
        }
      }
    }
    return past;
  }

  function unmake(end: number): void {
    made.get(end)?.forget();
    made.delete(end);
  }

  /** The Book before the entry of this index, made once for all who ask for it at about the same time. */
  function bookBefore(end: number): Promise<Book> {
    const known = made.get(end);
    if (known) return known.book;
    const from = copies.findLast(({ index }) => index <= end);
    if (!from || from.index < journal.start) throw gone();
    if (waiting >= MOST_WAITING) {
      throw new SnapshotError('busy', 'too many past moments are asked for; try again in a second');
    }
    waiting += 1;
    const making = queue.then(() => make(from, end));
    const over = () => {
      waiting -= 1;
    };
    queue = making.then(over, () => {
      over();
      unmake(end);
    });
    made.set(end, { book: making, forget: timing.schedule(() => unmake(end), MADE_MS) });
    for (const oldest of made.keys()) {
      if (made.size > MOST_MADE) unmake(oldest);
      else break;
    }
    return making;
  }

  function gone(): SnapshotError {
    prune();
    const [oldest] = copies;
    const since = oldest ? `${new Date(oldest.madeAt).toISOString().slice(0, 19)}Z` : null;
    return new SnapshotError(
      'gone',
      since === null
        ? 'nothing is held of the past yet'
        : `that moment is not held any more: the past is held back to ${since}`,
    );
  }

  return {
    changed() {
      const isNew = (key: string) => watches.get(key)?.at(-1)?.until !== null;
      if (isClosed || cancelCopy || !watched().some(isNew)) return;
      const dueAt = (copies.at(-1)?.madeAt ?? 0) + (2 * everyMs) / MANY_COPIES;
      const waitMs = copies.length < MANY_COPIES ? 0 : dueAt - timing.now();
      cancelCopy = timing.schedule(copy, Math.max(SETTLE_MS, waitMs));
    },

    drop(keys) {
      const until = journal.last();
      for (const key of keys) {
        const last = watches.get(key)?.at(-1);
        if (last?.until === null) last.until = until;
      }
    },

    keep() {
      if (watched().length === 0) return;
      const newest = copies.at(-1);
      // From one before the journal's oldest entry nothing leads on.
      const isOfUse = newest !== undefined && newest.index >= journal.start;
      if (!isOfUse || timing.now() - newest.madeAt >= everyMs) copy();
    },

    async at(position) {
      const end = endOf(position, journal, timing.now());
      if (end === null) throw gone();
      const at = journal.before(end);
      const past = await bookBefore(end);
      const isWatched = (key: string) => wasWatched(key, at);
      return {
        at,
        book: past,
        isWatched,
        isOfWatched: (league, leagueId) =>
          (league !== null && isWatched(slug(league))) ||
          (typeof leagueId === 'string' && isWatched(slug(leagueId))),
      };
    },

    close() {
      isClosed = true;
      cancelCopy?.();
      for (const end of [...made.keys()]) unmake(end);
    },
  };
}

/** Index of the first entry after a position; null where it is before all that is held. */
function endOf(position: string, journal: Journal, now: number): number | null {
  const id = parsePositionId(position);
  if (id === null) {
    throw new SnapshotError(
      'bad',
      'at must be an entry id, such as 1764252000000-3, or its milliseconds alone',
    );
  }
  if (Number.parseInt(id, 10) > now) throw new SnapshotError('bad', 'at is in the future');
  let low = journal.start;
  let high = journal.end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = journal.at(middle);
    if (entry && compareEntryIds(entry.id, id) > 0) high = middle;
    else low = middle + 1;
  }
  // Of what was dropped nobody knows how much was after it.
  const isHeld = low > journal.start || compareEntryIds(journal.before(low), id) <= 0;
  return isHeld ? low : null;
}
