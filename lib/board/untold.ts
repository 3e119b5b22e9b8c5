/**
 * Since when nobody has told whether what a board shows is so. What is streamed is told of; what is shown of other leagues
 * may be left from an hour ago, and is as old as when its stream was left. Pure: times are told.
 */
import { DEAD_MS, type FeedState, LATE_MS } from '@/lib/protocol/events';
import type { Scope } from './store';

/** What is held of another scope may be old, but its snapshot is given this long to come before it is called so. */
const GRACE_MS = 1_000;
/** Scopes that were left and not read since; beyond it they count as one. */
const MOST_LEFT = 50;

export const ANYWHERE: Scope = { leagues: [], fixtureIds: [] };

/** Whether the stream of one scope brings everything that is shown of another. */
export function isCoveredBy(wide: Scope, narrow: Scope): boolean {
  const holds = (all: readonly string[], some: readonly string[]) =>
    all.length === 0 || (some.length > 0 && some.every((value) => all.includes(value)));
  return holds(wide.leagues, narrow.leagues) && holds(wide.fixtureIds, narrow.fixtureIds);
}

function isOverlapping(a: Scope, b: Scope): boolean {
  const share = (left: readonly string[], right: readonly string[]) =>
    left.length === 0 || right.length === 0 || left.some((value) => right.includes(value));
  return share(a.leagues, b.leagues) && share(a.fixtureIds, b.fixtureIds);
}

/** The part of a scope of which a stream tells nothing, where leagues alone say which. */
function withoutStreamed(asked: Scope, streamed: Scope): Scope {
  if (streamed.fixtureIds.length > 0) return asked;
  const leagues = asked.leagues.filter((league) => !streamed.leagues.includes(league));
  return leagues.length > 0 ? { ...asked, leagues } : asked;
}

export type Untold = {
  /** What is shown has just been told by the server. */
  told(): void;
  /** A scope is shown that the stream does not cover. `mayWait`: not if it was grey before, for grey does not come back. */
  goOutside(scope: Scope, streamed: Scope, now: number, mayWait: boolean): void;
  /** The stream of a scope has ended for one that does not cover it; it told until `at`. */
  leave(scope: Scope, at: number): void;
  /** A scope was read: it is known whatever stream was left. */
  read(scope: Scope): void;
  /** Nothing is held any more of what was left. */
  clear(): void;
  /** How what is shown counts while nobody tells of it, since when, and at what time it will count as worse; all epoch ms. */
  judge(now: number): { state: FeedState; since: number; worseAt: number | null };
};

/** `heldSince`: epoch ms since when what is on screen at first has been shown. */
export function createUntold(heldSince: number): Untold {
  /** Since when nobody has told of what is shown; null while somebody does. */
  let since: number | null = heldSince;
  /** Since when what is shown is not what is streamed, whatever was shown meanwhile; null while it is. */
  let outsideSince: number | null = heldSince;
  let graceUntil = Number.NEGATIVE_INFINITY;
  /** Scopes that were streamed until `at`, and neither streamed nor read since, in the order in which they were left. */
  let left: { scope: Scope; at: number }[] = [];

  return {
    told() {
      since = null;
      outsideSince = null;
    },
    goOutside(scope, streamed, now, mayWait) {
      if (mayWait) graceUntil = now + GRACE_MS;
      outsideSince ??= now;
      since = outsideSince;
      const asked = withoutStreamed(scope, streamed);
      for (const former of left.toReversed()) {
        if (!isOverlapping(former.scope, asked)) continue;
        since = Math.min(since, former.at);
        // What was left before that was streamed since.
        if (isCoveredBy(former.scope, asked)) break;
      }
    },
    leave(scope, at) {
      left.push({ scope, at });
      if (left.length <= MOST_LEFT) return;
      left = [{ scope: ANYWHERE, at: Math.min(...left.map(({ at }) => at)) }];
    },
    read(scope) {
      left = left.filter((former) => !isCoveredBy(scope, former.scope));
    },
    clear() {
      left = [];
    },
    judge(now) {
      // A clock that was set back takes the beginning with it, and no wait may outlast it.
      since = Math.min(since ?? now, now);
      graceUntil = Math.min(graceUntil, now + GRACE_MS);
      const lateAt = Math.max(since + LATE_MS, graceUntil);
      const deadAt = Math.max(since + DEAD_MS, graceUntil);
      if (now >= deadAt) return { state: 'dead', since, worseAt: null };
      if (now >= lateAt) return { state: 'late', since, worseAt: deadAt };
      return { state: 'connecting', since, worseAt: lateAt };
    },
  };
}
