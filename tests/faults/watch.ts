/**
 * Compares boards with the truth while faults are played. A board may differ for a while, or say that it does not
 * know; one that shows the same wrong value for longer than that, and says that all is well, is what must never be.
 */
import type { Timing } from '@/lib/feed/timing';
import type { Odd } from '@/lib/protocol/events';
import { slug } from '@/lib/protocol/sports';
import type { Simulator, Standing } from '@/lib/simulator';
import { type BoardClient, saysItKnows } from '@/tests/support/board-client';

const STEP_MS = 25;

/** What of each board differs from the truth: by id, as it is held and as it should be. */
export function differences(
  boards: readonly BoardClient[],
  simulator: Simulator,
  sport: string,
): Map<string, string>[] {
  const truth = simulator.standing(sport);
  const known = new Set(truth.odds.map(({ id }) => id));
  return boards.map(({ store, scope }) => {
    const { book } = store.getState();
    const leagues = new Set(scope().leagues.map(slug));
    const wrong = new Map<string, string>();
    for (const odd of truth.odds) {
      const held = book.odds.get(odd.id);
      if (!held) {
        // What was never seen on offer, nobody tells of.
        const isMissed =
          odd.state === 'open' && (leagues.size === 0 || leagues.has(slug(odd.league)));
        if (isMissed) wrong.set(odd.id, `nothing instead of ${said(odd)}`);
        continue;
      }
      if (leagues.size > 0 && !leagues.has(slug(odd.league))) continue;
      const isRight =
        held.state === odd.state &&
        (odd.state !== 'open' || (held.price === odd.price && held.isMain === odd.isMain)) &&
        (odd.state !== 'settled' || held.settlement === odd.settlement);
      if (!isRight) wrong.set(odd.id, `${shown(held)} instead of ${said(odd)}`);
    }
    for (const odd of book.odds.values()) {
      if (odd.state === 'open' && !known.has(odd.id))
        wrong.set(odd.id, `${shown(odd)} instead of nothing`);
    }
    for (const { id, league, status } of truth.fixtures) {
      if (leagues.size > 0 && !leagues.has(slug(league))) continue;
      const held = book.fixtures.get(id);
      // A status of null is shown as unknown: nothing false is said of it.
      if (held && held.status !== null && held.status !== status)
        wrong.set(`fixture ${id}`, `${held.status} instead of ${status}`);
    }
    return wrong;
  });
}

function said({ state, price, isMain, settlement, changedAt }: Standing): string {
  return `${state} ${price} ${isMain ? 'main' : 'alternate'} ${settlement ?? ''} @${changedAt / 1000}`;
}

function shown({
  state,
  price,
  isMain,
  settlement,
  timestampSeconds,
  upstreamEntryId,
}: Odd): string {
  return `${state} ${price} ${isMain ? 'main' : 'alternate'} ${settlement ?? ''} @${timestampSeconds} #${upstreamEntryId}`;
}

export type Watch = {
  /** Lies told so far, each once. */
  lies: string[];
  /** Longest that a board was wrong while it said that it knew, ms. */
  longestMs(): number;
  /** Part of the time in which the boards said that they knew. */
  knewShare(): number;
  stop(): void;
};

/** Watches until `stop`. `allowedMs`: how long a board may be wrong though it says that all is well. */
export function watch(
  boards: readonly BoardClient[],
  {
    simulator,
    sport,
    timing,
    allowedMs,
  }: { simulator: Simulator; sport: string; timing: Timing; allowedMs: number },
): Watch {
  const lies: string[] = [];
  const wrongSince = boards.map(() => new Map<string, { text: string; since: number }>());
  let longest = 0;
  let looks = 0;
  let knew = 0;

  function look(): void {
    const now = timing.now();
    const knowing = boards.map(saysItKnows);
    looks += boards.length;
    // Looking costs time that the boards need too.
    if (!knowing.includes(true)) {
      for (const since of wrongSince) since.clear();
      return;
    }
    const wrongs = differences(boards, simulator, sport);
    boards.forEach((_board, index) => {
      const since = wrongSince[index] as (typeof wrongSince)[number];
      if (!knowing[index]) {
        since.clear();
        return;
      }
      knew += 1;
      const wrong = wrongs[index] as Map<string, string>;
      for (const id of since.keys()) if (!wrong.has(id)) since.delete(id);
      for (const [id, text] of wrong) {
        const held = text.split(' instead')[0] as string;
        const known = since.get(id);
        if (known?.text !== held) {
          since.set(id, { text: held, since: now });
          continue;
        }
        const forMs = now - known.since;
        longest = Math.max(longest, forMs);
        if (forMs <= allowedMs) continue;
        lies.push(`board ${index}, for ${Math.round(forMs)} ms: ${id} ${text}`);
        known.since = Number.POSITIVE_INFINITY;
      }
    });
  }

  const timer = setInterval(look, STEP_MS);
  return {
    lies,
    longestMs: () => longest,
    knewShare: () => knew / Math.max(1, looks),
    stop: () => clearInterval(timer),
  };
}
