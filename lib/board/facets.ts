/**
 * What the filter controls offer, and how many of each there are. No first screen has counts, so this is no part of the first
 * load: import it lazily.
 */
import type { Odd, WireLeague } from '@/lib/protocol/events';
import {
  type BoardQuery,
  STATE_WORDS,
  STATUS_GROUPS,
  STATUS_WORDS,
  statusGroup,
} from '@/lib/protocol/filter';
import type { HeldBook } from '@/lib/protocol/held-book';
import { slug } from '@/lib/protocol/sports';
import { cached, createShare, dependsOnStates, type RowOptions, versionsOf } from './rows';

/** One choice of a filter. `count` is null for what this view's subscription does not cover. */
export type Facet = { value: string; label: string; count: number | null };

export type Facets = {
  /** Fixtures per league. */
  leagues: readonly Facet[];
  /** Odds per market. */
  markets: readonly Facet[];
  /** Fixtures per status; the three groups first, then single statuses that are held. */
  statuses: readonly Facet[];
  /** Odds per state. */
  states: readonly Facet[];
};

function tally(counts: Map<string, number>, key: string, amount = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + amount);
}

/** Counts by name, for keeping: name and count in turn, since a map for each fixture is three times as large. */
type Counts = readonly (string | number)[];

function kept(counts: ReadonlyMap<string, number>): Counts {
  return [...counts].flat();
}

function addKept(counts: Map<string, number>, own: Counts): void {
  for (let at = 0; at < own.length; at += 2) {
    tally(counts, own[at] as string, own[at + 1] as number);
  }
}

/** What one fixture adds to the counts. */
type Tally = {
  league: string | null;
  status: string | null;
  markets: Counts;
  /** Its odds of the view whatever their state. */
  oddIds: readonly string[];
};

function createTally(
  book: HeldBook,
  query: BoardQuery,
  version: number | null,
  quietSince: number | null,
): (fixtureId: string) => Tally {
  const share = (without: Partial<BoardQuery>, wholeOf?: (odd: Odd) => unknown) =>
    createShare(book, { ...query, ...without }, version, quietSince, wholeOf);
  const [anyLeague, anyStatus, anyMarket, anyState] = [
    share({ league: [] }),
    share({ status: [] }),
    // As each of them would be, chosen alone.
    share({ market: [] }, (odd) => slug(odd.market)),
    share({ state: [] }, (odd) => odd.state),
  ];
  return (id) => {
    const markets = new Map<string, number>();
    for (const { market } of book.oddsBy(anyMarket(id)?.oddIds ?? [])) tally(markets, market);
    const inLeague = anyLeague(id);
    const inStatus = anyStatus(id);
    return {
      league: inLeague?.oddIds ? inLeague.fixture.league : null,
      status: inStatus?.oddIds ? inStatus.fixture.status : null,
      markets: kept(markets),
      oddIds: anyState(id)?.oddIds ?? [],
    };
  };
}

function facets(counts: ReadonlyMap<string, number>): Facet[] {
  return [...counts].map(([value, count]) => ({ value, label: value, count }));
}

function byLabel(a: Facet, b: Facet): number {
  return a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
}

/** What the filter controls offer, each choice counted given all the other filters. */
export function buildFacets(
  book: HeldBook,
  query: BoardQuery,
  { version: standard, quietSince = null, cache }: Omit<RowOptions, 'mainMarkets'> = {},
): Facets {
  const ids = book.fixtureIds();
  const { version } = versionsOf(book, ids, query.version ?? standard ?? null, cache);
  const tallyOf = cached(
    cache,
    'facets',
    [query, version, quietSince],
    createTally(book, query, version, quietSince),
    dependsOnStates(query),
  );
  const statesOf = cached(
    cache,
    'states',
    [query, version, quietSince],
    (id) => {
      const counts = new Map<string, number>();
      for (const oddId of tallyOf(id).oddIds) tally(counts, book.odds.get(oddId)?.state ?? '');
      return kept(counts);
    },
    true,
  );
  const leagues = new Map<string, number>();
  const markets = new Map<string, number>();
  const statuses = new Map<string, number>(Object.keys(STATUS_GROUPS).map((group) => [group, 0]));
  const states = new Map<string, number>(STATE_WORDS.map((state) => [state, 0]));
  for (const id of ids) {
    const own = tallyOf(id);
    if (own.league !== null) tally(leagues, own.league);
    addKept(markets, own.markets);
    addKept(states, statesOf(id));
    if (own.status === null) continue;
    const group = statusGroup(own.status);
    if (group) tally(statuses, group);
    // `live` is a group and a status at once; the group's count stands for both.
    if (group !== own.status && STATUS_WORDS.includes(own.status)) tally(statuses, own.status);
  }
  return {
    leagues: facets(leagues).sort(byLabel),
    markets: facets(markets).sort(byLabel),
    statuses: facets(statuses),
    states: facets(states),
  };
}

/** A first screen is a part of the view: its counts would be wrong, and change before they are read. */
function uncounted({ leagues, markets, statuses, states }: Facets): Facets {
  const strip = (facets: readonly Facet[]) => facets.map((facet) => ({ ...facet, count: null }));
  return {
    leagues: strip(leagues),
    markets: strip(markets),
    statuses: strip(statuses),
    states: strip(states),
  };
}

/**
 * Held leagues and those that are active, by name. What is held of a league that is not subscribed to is left
 * from before or came for another tab: a part, which must not be counted.
 */
function withActive(
  held: readonly Facet[],
  active: readonly WireLeague[],
  subscribed: readonly string[],
): Facet[] {
  const known = new Set(held.map(({ value }) => slug(value)));
  const wanted = new Set(subscribed.map(slug));
  const ids = new Map(active.map(({ id, name }) => [slug(name), slug(id)]));
  const others = active
    .filter(({ name }) => !known.has(slug(name)))
    .map(({ name }) => ({ value: name, label: name, count: 0 }));
  return [...held, ...others]
    .map((facet) => {
      const name = slug(facet.value);
      const isCovered = wanted.size === 0 || wanted.has(name) || wanted.has(ids.get(name) ?? name);
      return isCovered ? facet : { ...facet, count: null };
    })
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** A choice that the URL names by its id, or in another case, has that very text as its value: it is on. */
function asAsked(
  facets: readonly Facet[],
  asked: readonly string[],
  named: readonly { id: string; name: string }[] = [],
): readonly Facet[] {
  if (asked.length === 0) return facets;
  const labels = new Map(named.map(({ id, name }) => [slug(id), slug(name)]));
  const spelled = new Map(
    asked.map((value) => [labels.get(slug(value)) ?? slug(value), value] as const),
  );
  return facets.map((facet) => ({
    ...facet,
    value: spelled.get(slug(facet.label)) ?? facet.value,
  }));
}

export type Offer = Omit<RowOptions, 'mainMarkets'> & {
  /** Active leagues, as the server names them. */
  active: readonly WireLeague[];
  /** Whether all of the view is held: what is counted of a first screen is a part. */
  isWhole: boolean;
};

/** What the filter controls offer, counted given all the other filters; leagues not subscribed to have no count. */
export function offeredFacets(
  book: HeldBook,
  query: BoardQuery,
  { active, isWhole, ...options }: Offer,
): Facets {
  const facets = buildFacets(book, query, options);
  const leagues = withActive(facets.leagues, active, query.league);
  const offered = {
    ...facets,
    leagues: asAsked(leagues, query.league, active),
    markets: asAsked(facets.markets, query.market),
  };
  return isWhole ? offered : uncounted(offered);
}
