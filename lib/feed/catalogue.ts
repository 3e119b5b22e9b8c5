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
   * The active leagues of a sport. Never rejects.
   * @param mayBeOld whether a remembered list will do while a newer one is read
   */
  leagues(sport: string, mayBeOld: boolean): Promise<LeaguesRead>;
  /** The main markets of a sport, as far as known now. */
  mainMarkets(sport: string): readonly string[];
};

/** The newest list that could be read, null for none, when it was asked for, and whether some of it could not be read. */
export type LeaguesRead = {
  leagues: readonly WireLeague[] | null;
  askedAt: number;
  isPart: boolean;
};

type List = { leagues: readonly WireLeague[]; unreadable: number };

type Read<T> = {
  value: T | null;
  /** When the value was asked for, and when anything was asked for last. */
  valueAt: number;
  at: number;
  pending: Promise<T | null> | null;
  underWay: number;
};

/** One that hangs keeps nobody from asking again, but they must not pile up. */
const MOST_UNDER_WAY = 2;

function noRead<T>(): Read<T> {
  const never = Number.NEGATIVE_INFINITY;
  return { value: null, valueAt: never, at: never, pending: null, underWay: 0 };
}

/** Sports whose leagues are remembered; more than there are. */
const MOST_SPORTS = 200;

export function createCatalogue(deps: {
  rest: Rest;
  timing: Timing;
  settings: FeedSettings;
  log: Log;
}): Catalogue {
  const { rest, timing, settings, log } = deps;
  const sportsRead = noRead<readonly Sport[]>();
  const leagueReads = new Map<string, Read<List>>();
  const told = new Set<string>();

  function tell(message: string): void {
    if (!told.has(message)) log.warn(message);
    if (told.size < 100) told.add(message);
  }

  /** The newest value; reads again in the background once it is older than `ageMs`. */
  function refresh<T>(
    read: Read<T>,
    ask: () => Promise<T>,
    ageMs: number,
    mayBeOld = true,
  ): Promise<T | null> {
    const maxAgeMs = read.value === null ? settings.restRetryMs : ageMs;
    if (timing.now() - read.at >= maxAgeMs && read.underWay < MOST_UNDER_WAY) {
      const askedAt = timing.now();
      read.at = askedAt;
      read.underWay += 1;
      const pending = detached(ask)
        .then(
          (value) => {
            if (askedAt < read.valueAt) return read.value;
            read.value = value;
            read.valueAt = askedAt;
            return value;
          },
          (error: unknown) => {
            tell(asFeedError(error, "The vendor's REST").message);
            return read.value;
          },
        )
        .finally(() => {
          read.underWay -= 1;
          if (read.pending === pending) read.pending = null;
        });
      read.pending = pending;
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
    async leagues(sport, mayBeOld) {
      const read = leagueReads.get(sport) ?? noRead<List>();
      if (leagueReads.size < MOST_SPORTS) leagueReads.set(sport, read);
      const ask = async () => {
        const list = await rest.leagues(sport);
        const { unreadable } = list;
        if (unreadable > 0) {
          tell(`${unreadable} of the vendor's ${sport} leagues cannot be read and are left out.`);
        }
        return list;
      };
      const list = await refresh(read, ask, settings.leaguesMs, mayBeOld);
      return {
        leagues: list?.leagues ?? null,
        askedAt: read.valueAt,
        isPart: (list?.unreadable ?? 0) > 0,
      };
    },
    mainMarkets(sport) {
      const known = (list: readonly Sport[] | null) => list?.find(({ id }) => id === sport);
      const markets = known(sportsRead.value)?.mainMarkets ?? [];
      const found = markets.length > 0 ? markets : (known(SPORTS)?.mainMarkets ?? []);
      return found.flatMap(({ id, name }) => [id, name]);
    },
  };
}
