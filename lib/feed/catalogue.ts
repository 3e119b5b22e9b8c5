/** What the vendor offers now: active sports, and active leagues by sport; read seldom, remembered when refused. */
import type { WireLeague } from '@/lib/protocol/events';
import { SPORTS, type Sport } from '@/lib/protocol/sports';
import type { FeedSettings } from './config';
import type { Log } from './log';
import { asFeedError } from './refusal';
import type { Rest } from './rest';
import { detached, type Timing, within } from './timing';

export type Catalogue = {
  /** The active sports; the built-in list where the vendor cannot be asked. Waits at most `waitMs`. */
  sports(waitMs: number): Promise<{ sports: readonly Sport[]; isFallback: boolean }>;
  /**
   * The active leagues of a sport; null where they cannot be read. Never rejects.
   * @param mayBeOld whether a remembered list will do while a newer one is read
   */
  leagues(sport: string, mayBeOld: boolean): Promise<readonly WireLeague[] | null>;
  /** The main markets of a sport, as far as known now. */
  mainMarkets(sport: string): readonly string[];
};

type Read<T> = { value: T | null; at: number; pending: Promise<T | null> | null };

/** Sports whose leagues are remembered; more than there are. */
const MOST_SPORTS = 200;

export function createCatalogue(deps: {
  rest: Rest;
  timing: Timing;
  settings: FeedSettings;
  log: Log;
}): Catalogue {
  const { rest, timing, settings, log } = deps;
  const sportsRead: Read<readonly Sport[]> = {
    value: null,
    at: Number.NEGATIVE_INFINITY,
    pending: null,
  };
  const leagueReads = new Map<string, Read<readonly WireLeague[]>>();
  const told = new Set<string>();

  /** The newest value; reads again in the background once it is older than `ageMs`. */
  function refresh<T>(
    read: Read<T>,
    ask: () => Promise<T>,
    ageMs: number,
    mayBeOld = true,
  ): Promise<T | null> {
    const maxAgeMs = read.value === null ? settings.restRetryMs : ageMs;
    if (!read.pending && timing.now() - read.at >= maxAgeMs) {
      read.at = timing.now();
      read.pending = detached(ask)
        .then(
          (value) => {
            read.value = value;
            return value;
          },
          (error: unknown) => {
            const { message } = asFeedError(error, "The vendor's REST");
            if (!told.has(message)) log.warn(message);
            if (told.size < 100) told.add(message);
            return read.value;
          },
        )
        .finally(() => {
          read.pending = null;
        });
    }
    const isEnough = read.value !== null && mayBeOld;
    return read.pending && !isEnough ? read.pending : Promise.resolve(read.value);
  }

  return {
    async sports(waitMs) {
      const answer = refresh(sportsRead, rest.sports, settings.catalogueMs);
      // Counted from when the vendor was asked: a page that asks twice must not wait twice.
      const leftMs = Math.max(0, sportsRead.at + waitMs - timing.now());
      const sports = await within(timing, answer, leftMs);
      return sports && sports.length > 0
        ? { sports, isFallback: false }
        : { sports: SPORTS, isFallback: true };
    },
    leagues(sport, mayBeOld) {
      let read = leagueReads.get(sport);
      if (!read) {
        read = { value: null, at: Number.NEGATIVE_INFINITY, pending: null };
        if (leagueReads.size < MOST_SPORTS) leagueReads.set(sport, read);
      }
      return refresh(read, () => rest.leagues(sport), settings.leaguesMs, mayBeOld);
    },
    mainMarkets(sport) {
      const known = (list: readonly Sport[] | null) => list?.find(({ id }) => id === sport);
      const markets = known(sportsRead.value)?.mainMarkets ?? [];
      const found = markets.length > 0 ? markets : (known(SPORTS)?.mainMarkets ?? []);
      return found.flatMap(({ id, name }) => [id, name]);
    },
  };
}
