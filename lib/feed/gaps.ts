/**
 * The ledger of gaps: from when to when which leagues had no stream, and how what they missed was made good.
 * A gap is over when a stream speaks again, and healed when a read that began after that has ended. What that read
 * could not decide is told apart, as what is in doubt.
 */
import type { FeedErrorCode } from '@/lib/protocol/errors';
import type { FeedGap } from '@/lib/protocol/events';
import type { Meter } from './meter';
import type { League } from './subscription';

/** Gaps kept in all, and told at once: every viewer is told of them every 5 s, so they must be few and small. */
const KEPT = 60;
const TOLD = 14;
/** Leagues of a gap that are told by name. */
const NAMED = 2;

export type GapLedger = {
  /** These leagues have no stream, and had their last frame at `since`. */
  lost(leagues: readonly League[], since: number, why: FeedErrorCode): void;
  /** They are carried again, or the whole gap is told of only now; `why` is then its cause. */
  carried(leagues: readonly League[], gapMs: number, why?: FeedErrorCode): void;
  /** A read of these leagues began at `startedAt` and has corrected `differences`. */
  read(keys: readonly string[], startedAt: number, differences: number): void;
  /** Such a read failed. */
  failed(keys: readonly string[]): void;
  /** Nobody watches these leagues any more. */
  drop(keys: readonly string[]): void;
  /** Since when something that is not read yet may be missed of these leagues; null where nothing is. */
  missingSince(keys: readonly string[]): number | null;
  /** Since when, at a moment, something of these leagues had been missed, epoch ms; null where nothing that is remembered. */
  silentAt(keys: readonly string[], atMs: number): number | null;
  /** The newest gaps of these leagues, newest last; of all where null. */
  list(keys: readonly string[] | null): FeedGap[];
};

type Gap = Pick<FeedGap, 'from' | 'until' | 'why' | 'healing' | 'differences'> & {
  leagues: readonly League[];
  /** Leagues not carried again. */
  away: Set<string>;
  /** When each league that is still to be read was carried again. */
  unread: Map<string, number>;
  /** When nothing was missed any more. */
  healedAt: number | null;
};

/** What a league may have missed: since when, when it was carried again, and whether a read of it failed. */
type Missing = { since: number; carriedAt: number | null; isFailed: boolean };

/** Which leagues are asked for, all where null; one of the whole sport, whose key is empty, is everybody's. */
function askedOf(keys: readonly string[] | null): (key: string) => boolean {
  const asked = keys && !keys.includes('') ? new Set(keys) : null;
  return (key) => !asked || key === '' || asked.has(key);
}

/** An empty ledger. */
export function createGapLedger(now: () => number, meter: Meter): GapLedger {
  /** What is told of the past; whether a league is whole never hangs on it, since old gaps are forgotten. */
  let gaps: Gap[] = [];
  const missing = new Map<string, Missing>();

  function open(leagues: readonly League[], from: number, why: FeedErrorCode): Gap {
    const gap: Gap = {
      leagues,
      from,
      until: null,
      why,
      healing: 'waiting',
      differences: null,
      away: new Set(leagues.map(({ key }) => key)),
      unread: new Map(),
      healedAt: null,
    };
    gaps.push(gap);
    if (gaps.length > KEPT) {
      const spare = gaps.find(isHealed) ?? gaps.find(isFailed) ?? gaps[0];
      gaps = gaps.filter((other) => other !== spare);
    }
    return gap;
  }

  /** What follows once nobody waits for a stream or a read. */
  function settle(gap: Gap, healing: 'read' | 'let-go'): void {
    if (gap.away.size === 0) gap.until ??= now();
    if (gap.away.size + gap.unread.size > 0 || gap.until === null) return;
    gap.healing = gap.differences === null ? healing : 'read';
    gap.healedAt ??= now();
    meter.healed(gap.healing, gap.until - gap.from);
  }

  const isHealed = ({ healing }: Gap) => healing === 'read' || healing === 'let-go';
  const isFailed = ({ healing }: Gap) => healing === 'failed';
  const isAway = (key: string) => missing.get(key)?.carriedAt === null;

  return {
    lost(leagues, since, why) {
      const news = leagues.filter(({ key }) => !isAway(key));
      for (const { key } of news) {
        const known = Math.min(missing.get(key)?.since ?? since, since);
        missing.set(key, { since: known, carriedAt: null, isFailed: false });
      }
      if (news.length > 0) open(news, since, why);
    },

    carried(leagues, gapMs, why = 'stalled') {
      const at = now();
      for (const { key } of leagues) {
        const known = missing.get(key);
        const since = known?.since ?? at - gapMs;
        if (known || gapMs > 0) missing.set(key, { since, carriedAt: at, isFailed: false });
      }
      const untold = new Map(leagues.map((league) => [league.key, league]));
      for (const gap of gaps) {
        for (const { key } of leagues) {
          if (!gap.away.delete(key)) continue;
          gap.unread.set(key, at);
          untold.delete(key);
        }
        if (gap.away.size > 0 || gap.until !== null) continue;
        gap.until = at;
        gap.healing = 'reading';
      }
      if (gapMs <= 0 || untold.size === 0) return;
      const news = [...untold.values()];
      // One damaged frame after the other is one gap that goes on.
      const same = gaps.find(
        (gap) =>
          gap.why === why &&
          gap.healing === 'reading' &&
          news.every(({ key }) => gap.unread.has(key)),
      );
      const gap = same ?? open(news, at - gapMs, why);
      gap.away.clear();
      for (const key of untold.keys()) gap.unread.set(key, at);
      gap.until = at;
      gap.healing = 'reading';
    },

    read(keys, startedAt, differences) {
      for (const key of keys) {
        const carriedAt = missing.get(key)?.carriedAt ?? Number.POSITIVE_INFINITY;
        if (carriedAt <= startedAt) missing.delete(key);
      }
      for (const gap of gaps) {
        let isRead = false;
        for (const key of keys) {
          if ((gap.unread.get(key) ?? Number.POSITIVE_INFINITY) > startedAt) continue;
          gap.unread.delete(key);
          isRead = true;
        }
        if (!isRead) continue;
        gap.differences = (gap.differences ?? 0) + differences;
        settle(gap, 'read');
        if (gap.until !== null && !isHealed(gap)) gap.healing = 'reading';
      }
    },

    failed(keys) {
      for (const key of keys) {
        const known = missing.get(key);
        if (known) known.isFailed = true;
      }
      for (const gap of gaps) {
        if (gap.until !== null && keys.some((key) => gap.unread.has(key))) gap.healing = 'failed';
      }
    },

    drop(keys) {
      for (const key of keys) missing.delete(key);
      for (const gap of gaps) {
        if (isHealed(gap)) continue;
        for (const key of keys) {
          gap.away.delete(key);
          gap.unread.delete(key);
        }
        settle(gap, 'let-go');
      }
    },

    missingSince(keys) {
      const isAsked = askedOf(keys);
      let earliest: number | null = null;
      for (const [key, { since, isFailed }] of missing) {
        // A read that fails is told as such: the board is in part what it was, and its stream is live.
        if (isFailed || !isAsked(key)) continue;
        earliest = Math.min(earliest ?? since, since);
      }
      return earliest;
    },

    silentAt(keys, atMs) {
      const isAsked = askedOf(keys);
      // Where a read fails the stream is live all the same.
      const endOf = (gap: Gap) => gap.healedAt ?? (isFailed(gap) ? gap.until : null);
      const earliest = gaps
        .filter(
          (gap) =>
            gap.from < atMs &&
            atMs < (endOf(gap) ?? Number.POSITIVE_INFINITY) &&
            gap.leagues.some(({ key }) => isAsked(key)),
        )
        .map(({ from }) => from);
      return earliest.length === 0 ? null : Math.min(...earliest);
    },

    list(keys) {
      const isAsked = askedOf(keys);
      const told: FeedGap[] = [];
      for (let index = gaps.length - 1; index >= 0 && told.length < TOLD; index -= 1) {
        const gap = gaps[index];
        if (!gap) continue;
        const own = gap.leagues.filter(({ key }) => isAsked(key));
        if (own.length === 0) continue;
        const names = own.map(({ name }) => name).filter(Boolean);
        const { from, until, why, healing, differences } = gap;
        told.push({
          from,
          until,
          leagues: names.slice(0, NAMED),
          others: Math.max(0, names.length - NAMED),
          why,
          healing,
          differences,
        });
      }
      return told.reverse();
    },
  };
}
