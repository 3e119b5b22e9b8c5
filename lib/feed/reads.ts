/**
 * What reads say of the Book: they list what is on offer and never say that something is not, and their answers may be
 * older than they look. Only the server reads, so a browser carries none of this.
 */
import type { Book, OddChange } from '@/lib/protocol/book';
import type { FixturePatch, Odd, OddRow } from '@/lib/protocol/events';

/**
 * An answer to a read may come out of the vendor's cache, and be older than its request by less than this. What it says
 * against a row that is no older than that, and by no later time of its own, has to be said again by a read made after
 * it; until then a lock stays, and what the answer leaves out or prices in another way is shown as the answer says.
 */
const CACHED_MS = 10_000;

/**
 * Odds that a read, or nobody's reading them, had us take for locked, at that receipt: any read may open one, unless a row
 * has said something since.
 */
const withdrawn = new WeakMap<Odd, number>();

function isWithdrawn(odd: Odd): boolean {
  return withdrawn.get(odd) === odd.receivedAt;
}

/**
 * Applies a full REST read of one fixture's open odds: rows as by `applyRow`, and what is held open but
 * missing from the answer becomes locked, since REST lists only what is available and nothing ever says
 * "deleted". An odd whose newest row was received after the request was sent stays as it is.
 *
 * @param covers whether the read would have listed this held odd if it were open; all unless told
 * @returns what changed, and until when the read leaves open what is so: it contradicts a row received so shortly
 *   before it that only a read made later can tell; null where it decides everything
 */
export function applyRead(
  book: Book,
  fixtureId: string,
  rows: readonly OddRow[],
  requestSentAt: number,
  covers: (held: Odd) => boolean = () => true,
): { changes: OddChange[]; openUntil: number | null } {
  const changes: OddChange[] = [];
  let openUntil: number | null = null;
  const present = new Set<string>();
  const leaveOpen = ({ receivedAt }: Odd) => {
    openUntil = Math.max(openUntil ?? 0, receivedAt + CACHED_MS);
  };
  const isFresh = ({ receivedAt }: Odd) => requestSentAt - receivedAt < CACHED_MS;
  for (const row of rows) {
    present.add(row.id);
    const event = row.settlement === null ? 'copilot-odds' : 'copilot-settled-odds';
    const previous = book.odds.get(row.id);
    const isNoLater =
      previous !== undefined &&
      Math.floor(row.timestampSeconds) <= Math.floor(previous.timestampSeconds);
    const isDoubtful = row.settlement === null && isNoLater && isFresh(previous);
    if (isDoubtful && previous.state === 'locked' && !isWithdrawn(previous)) {
      leaveOpen(previous);
      continue;
    }
    const change =
      book.applyRow(event, row, requestSentAt, null) ?? reopen(book, row, requestSentAt);
    if (!change) continue;
    changes.push(change);
    const isReopened = previous?.state === 'locked';
    if (isDoubtful && (isReopened || change.odd.price !== previous.price)) leaveOpen(previous);
  }
  for (const id of book.oddIdsOf(fixtureId)) {
    const held = book.odds.get(id);
    if (held?.state !== 'open' || present.has(id)) continue;
    if (held.receivedAt > requestSentAt) continue;
    if (!covers(held)) continue;
    const change = withdraw(book, id, requestSentAt);
    if (!change) continue;
    changes.push(change);
    if (isFresh(held)) leaveOpen(held);
  }
  return { changes, openUntil };
}

/**
 * Takes an open odd for one that is not offered any more, as a lock that nobody sent: a read leaves it out, or
 * what was told of it cannot be believed. Null where it is not open, or newer than `receivedAt`.
 *
 * It keeps the time of its last price, by which rows are ordered: a true row that comes later must not look
 * older. Since when it is locked stands beside that, in the row as it is relayed too, so that every board
 * says the same.
 *
 * @param isDoubted a row came that cannot be believed: something changed, so that a read which may be older than that does
 *   not open it, nor one that was locked before
 */
export function withdraw(
  book: Book,
  id: string,
  receivedAt: number,
  isDoubted = false,
): OddChange | null {
  const held = book.odds.get(id);
  if (isDoubted && held?.state === 'locked') {
    held.receivedAt = Math.max(held.receivedAt, receivedAt);
    withdrawn.delete(held);
  }
  if (held?.state !== 'open') return null;
  const lockedAt = Math.max(Math.floor(receivedAt / 1000), held.timestampSeconds);
  const row: OddRow = { ...rowOf(held), lockedAt };
  const change = book.applyRow('copilot-locked-odds', row, receivedAt, null);
  if (change && !isDoubted) withdrawn.set(change.odd, change.odd.receivedAt);
  return change && { ...change, row: { ...row, wire: { ...row.wire, lockedAt } } };
}

/**
 * Opens a locked odd that a read still lists, though the row's time is older: a
 * read carries the time of the last price change, which a lock does not alter, so a reopening that was
 * lost would never be learnt by time alone.
 */
function reopen(book: Book, row: OddRow, requestSentAt: number): OddChange | null {
  const held = book.odds.get(row.id);
  if (held?.state !== 'locked' || row.settlement !== null) return null;
  const { timestampSeconds } = held;
  const wire = { ...row.wire, timestamp: timestampSeconds };
  return book.applyRow('copilot-odds', { ...row, timestampSeconds, wire }, requestSentAt, null);
}

/**
 * What a read says of a fixture, without a status or a start that it had until shortly before the request: the answer
 * may come out of the vendor's cache.
 * @returns until when that is left open, null where all of it is to be believed
 */
export function believed(
  book: Book,
  patch: FixturePatch,
  requestSentAt: number,
): { patch: FixturePatch; openUntil: number | null } {
  const held = book.fixtures.get(patch.id);
  if (!held) return { patch, openUntil: null };
  const isFresh = (changedAt: number | null) =>
    changedAt !== null && requestSentAt - changedAt < CACHED_MS;
  const { status, startDate, ...rest } = patch;
  const isOldStatus =
    status !== held.status && status === held.oldStatus && isFresh(held.statusChangedAt);
  const isOldStart =
    startDate !== held.startDate && startDate === held.oldStartDate && isFresh(held.startChangedAt);
  if (!isOldStatus && !isOldStart) return { patch, openUntil: null };
  const openUntil = Math.max(
    isOldStatus ? (held.statusChangedAt ?? 0) + CACHED_MS : 0,
    isOldStart ? (held.startChangedAt ?? 0) + CACHED_MS : 0,
  );
  return {
    patch: {
      ...rest,
      ...(!isOldStatus && status !== undefined && { status }),
      ...(!isOldStart && startDate !== undefined && { startDate }),
    },
    openUntil,
  };
}

/** The row that would say again what is held: the body of a lock that nobody sent. */
function rowOf({
  state,
  openingPrice,
  openingAt,
  previousPrice,
  movedAt,
  receivedAt,
  upstreamEntryId,
  ...row
}: Odd): OddRow {
  return row;
}
