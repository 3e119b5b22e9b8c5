/**
 * Where snapshot and stream meet. A snapshot says at which entry it was cut; the stream goes on from that
 * very entry, so nothing is lost or doubled between them, however long the snapshot took and whenever the
 * view's scope changes. What is on screen stays until its successor has arrived.
 */
import type { Snapshot } from '@/lib/protocol/decode';
import { compareEntryIds } from '@/lib/protocol/entry-id';
import { type FeedState, SEVERITY } from '@/lib/protocol/events';
import { type Connection, type ConnectionDeps, type Frame, openConnection } from './connection';
import { createFrameBatch, type Scheduler } from './frame-batch';
import type { LiveStore } from './live-store';
import type { Scope } from './store';
import { ANYWHERE, createUntold, isCoveredBy } from './untold';

/** A failed read is tried again after this long, doubling up to the limit. */
const RETRY_MS = 1_000;
const RETRY_LIMIT_MS = 30_000;

/** Snapshots asked for by the server's own news (a filled league) are read at most this often. */
const REREAD_MS = 2_000;

/** A read that brings nothing for this long has failed: a request may hang for ever without a word. */
const READ_LIMIT_MS = 20_000;
/** One that is older than this when the page is shown again, or the network is back, is begun anew. */
const READ_STALE_MS = 5_000;

/**
 * A board that is open all day reads its snapshot again after this long or up to twice as long. What a fixture leaves
 * behind goes sooner, when the server says that it has forgotten it; but of what an earlier scope left no stream tells any
 * more, so that goes here.
 */
const REFRESH_MS = 30 * 60_000;

export type BoardStreamDeps = Scheduler &
  ConnectionDeps & {
    /** `onPage` is called for each part that has come. */
    readSnapshot(scope: Scope, onPage: () => void): Promise<Snapshot>;
    streamUrl(scope: Scope, lastEntryId: string | null): string;
    /** Epoch ms of what is on screen before anything is read. @defaultValue now */
    heldSince?: number;
  };

export type BoardStream = {
  /** Shows this part of the board from now on. */
  setScope(scope: Scope): void;
  /** Reads the snapshot again, now. */
  retry(): void;
  close(): void;
};

function isSameScope(a: Scope, b: Scope): boolean {
  const isSame = (left: readonly string[], right: readonly string[]) =>
    left.length === right.length && left.every((value, index) => value === right[index]);
  return isSame(a.leagues, b.leagues) && isSame(a.fixtureIds, b.fixtureIds);
}

/** Keeps `store` at what the server knows of the scope set last. Nothing is opened before `setScope`. */
export function createBoardStream(store: LiveStore, deps: BoardStreamDeps): BoardStream {
  let scope: Scope | null = null;
  /** The scope of the open connection, and the entry from which it goes on; null where it began at its own time. */
  let streamed: Scope | null = null;
  let streamedFrom: string | null = null;
  let connection: Connection | null = null;
  /** Where the stream went on after its last reset: what was before that is in nothing that it brought. */
  let resetAt: string | null = null;
  /** The connection's own state. */
  let hop: { state: FeedState; since: number } = { state: 'connecting', since: deps.now() };
  /** A board that was dead before anybody listened stays so until something was read or heard. */
  let isLost = store.getState().feed.hop.state === 'dead';
  const untold = createUntold(deps.heldSince ?? deps.now());
  let cancelJudge: (() => void) | null = null;
  /** Number of the newest read; answers of older ones are nobody's. */
  let reading = 0;
  let isReading = false;
  /** When the read under way last brought something. */
  let readAt = 0;
  let failures = 0;
  /** When what lies outside of the scope was last let go of. */
  let clearedAt = deps.now();
  let cancelRead: (() => void) | null = null;
  let cancelRefresh: (() => void) | null = null;
  let cancelLimit: (() => void) | null = null;
  let isClosed = false;

  const batch = createFrameBatch<Frame>(deps, (frames, isSeen) => {
    store.applyFrames(frames, isSeen);
    if (frames.some(({ name }) => name === 'feed-status')) rereadIfFilled();
  });

  function onFrame(frame: Frame): void {
    if (frame.name !== 'reset') {
      batch.push(frame);
      return;
    }
    // What came before is numbered as before.
    batch.flush();
    // What we hold may have holes; the stream itself goes on, so only the snapshot must be read anew.
    store.reset();
    resetAt = frame.id;
    read();
  }

  function isCovered(): boolean {
    return !scope || !streamed || isCoveredBy(streamed, scope);
  }

  /**
   * What is held of a scope that is not streamed yet may be left from long ago, and is not live though the stream is.
   * However long a snapshot and the streams opened meanwhile take: what nobody has told of for 15 s is dead.
   * @param isGap whether a stream that is not live any more has broken, and was not left for another scope
   */
  function showHop(isGap: boolean): void {
    cancelJudge?.();
    cancelJudge = null;
    const isInside = isCovered();
    if (hop.state === 'live' && isInside) {
      told();
      tell('live', hop.since, isGap);
      return;
    }
    const now = deps.now();
    const { state, since, worseAt } = untold.judge(now);
    const own = isLost ? 'dead' : state;
    if (own !== 'dead' && worseAt !== null) {
      cancelJudge = deps.setTimer(() => showHop(false), worseAt - now);
    }
    if (hop.state !== 'live' && SEVERITY[hop.state] >= SEVERITY[own]) {
      tell(hop.state, isInside ? hop.since : Math.min(hop.since, since), isGap && isInside);
    } else tell(own, since, false);
  }

  function tell(state: FeedState, since: number, isGap: boolean): void {
    const shown = store.getState().feed.hop;
    const isGrey = state === 'late' || state === 'dead';
    // Other leagues may be as grey, but since another time.
    if (state === shown.state && (isLost || !isGrey || since === shown.since)) return;
    store.setHop(state, since, isGap);
  }

  /** What is shown has just been told by the server. */
  function told(): void {
    isLost = false;
    untold.told();
  }

  function connect(position: string | null): void {
    if (!scope) return;
    const opened = scope;
    connection?.close();
    if (streamed && !isCoveredBy(opened, streamed)) {
      untold.leave(streamed, hop.state === 'live' ? deps.now() : hop.since);
    }
    streamed = opened;
    streamedFrom = position;
    resetAt = null;
    // Nothing that the last connection said of itself holds for this one.
    store.setCrowded(false);
    hop = { state: 'connecting', since: deps.now() };
    showHop(false);
    connection = openConnection(
      {
        url: (lastEntryId) => deps.streamUrl(opened, lastEntryId),
        position,
        onFrame,
        onState(state, since) {
          // How the feed is was told before it counts as live, and is to be known by then.
          if (state === 'live') batch.flush();
          hop = { state, since };
          showHop(true);
        },
        onResume: store.countResume,
        onCrowded: store.setCrowded,
      },
      deps,
    );
  }

  function read(): void {
    if (!scope || isClosed) return;
    cancelRead?.();
    cancelRead = null;
    cancelRefresh?.();
    cancelRefresh = deps.setTimer(read, REFRESH_MS * (1 + deps.random()));
    reading += 1;
    const own = reading;
    const isCurrent = () => own === reading && !isClosed;
    /** Whether it was under way still: each read ends once. */
    const end = () => {
      if (!isCurrent() || !isReading) return false;
      isReading = false;
      cancelLimit?.();
      return true;
    };
    const limit = () => {
      cancelLimit?.();
      readAt = deps.now();
      cancelLimit = deps.setTimer(() => {
        if (end()) fail('The server does not answer.');
      }, READ_LIMIT_MS);
    };
    isReading = true;
    limit();
    const asked = scope;
    const { load } = store.getState();
    // What is whole stays so while it is read anew.
    const isWhole = load.state === 'complete' && streamed !== null && isSameScope(streamed, asked);
    // Nor does what went wrong go away, and come back, each time that it is tried again.
    if (load.state !== 'first-screen' && !isWhole && failures === 0) {
      store.setLoad({ state: 'loading', error: null });
    }
    const onPage = () => {
      if (isCurrent() && isReading) limit();
    };
    deps.readSnapshot(asked, onPage).then(
      (snapshot) => {
        if (!end()) return;
        failures = 0;
        hold(snapshot, asked);
        rereadIfFilled();
      },
      (error: unknown) => {
        if (end()) fail(error instanceof Error ? error.message : 'The snapshot cannot be read.');
      },
    );
  }

  function fail(message: string): void {
    failures += 1;
    store.setLoad({ state: 'error', error: message });
    // A board without its snapshot still says how its feed is, and shows what changes.
    if (!connection) connect(store.getState().load.at);
    const longest = Math.min(RETRY_LIMIT_MS, RETRY_MS * 2 ** failures);
    cancelRead = deps.setTimer(read, longest / 2 + (deps.random() * longest) / 2);
  }

  /** Nobody waits out a pause, or for an answer that has got lost, once it is known that things have changed. */
  function wake(): void {
    showHop(false);
    const isStale = isReading && Math.abs(deps.now() - readAt) > READ_STALE_MS;
    if (isStale || cancelRead) read();
  }

  function hold(snapshot: Snapshot, asked: Scope): void {
    // What was received before is applied before: a snapshot must not be overwritten by its own past.
    batch.flush();
    told();
    untold.read(asked);
    // A stream that began at its own time may have begun after this was cut: what lies between is in neither.
    const isStreaming =
      connection !== null &&
      streamed !== null &&
      streamedFrom !== null &&
      // A snapshot may be a little older than what asked for it.
      (resetAt === null || compareEntryIds(snapshot.at, resetAt) >= 0) &&
      isSameScope(streamed, asked);
    if (!isStreaming) {
      connection?.close();
      connection = null;
    }
    const now = deps.now();
    const isDue = Math.abs(now - clearedAt) >= REFRESH_MS;
    if (isDue) clearedAt = now;
    store.holdSnapshot(snapshot, isDue ? ANYWHERE : asked);
    if (isStreaming) {
      connection?.fill();
      showHop(false);
    } else connect(snapshot.at);
    // Nothing is held any more of what lies outside.
    if (isDue) untold.clear();
  }

  /** A league that was filled after our snapshot was cut is in no event: it must be read. */
  function rereadIfFilled(): void {
    const { feed, load } = store.getState();
    const filledAt = feed.status?.filledAt ?? null;
    if (isReading || cancelRead || filledAt === null || load.at === null) return;
    if (load.state !== 'complete' || compareEntryIds(filledAt, load.at) <= 0) return;
    cancelRead = deps.setTimer(read, REREAD_MS);
  }

  const stopWaking = deps.onWake(wake);

  return {
    setScope(next) {
      if (isClosed || (scope && isSameScope(scope, next))) return;
      scope = next;
      failures = 0;
      if (streamed && !isCovered()) {
        const mayWait = store.getState().feed.hop.state !== 'dead';
        untold.goOutside(next, streamed, deps.now(), mayWait);
      }
      showHop(false);
      read();
    },
    retry() {
      failures = 0;
      read();
    },
    close() {
      isClosed = true;
      cancelRead?.();
      cancelRefresh?.();
      cancelLimit?.();
      cancelJudge?.();
      stopWaking();
      connection?.close();
      batch.close();
      store.dispose();
    },
  };
}
