/**
 * Which rules apply to what the stream brings. Rules stand in an index by what they are about, so that a change is
 * compared with those alone that it can concern; of odds, only what some rule must remember is held, and all of it is
 * bounded. Pure: the time comes with the news.
 */
import { type FeedState, type Fixture, type Odd, SEVERITY } from '@/lib/protocol/events';
import type { HeldBook } from '@/lib/protocol/held-book';
import { entityOf } from '@/lib/protocol/line';
import { formatPrice, toDecimal, toProbability } from '@/lib/protocol/price';
import { slug } from '@/lib/protocol/sports';
import {
  type AlertKind,
  type AlertRule,
  type Condition,
  isAboutLines,
  isAboutOdds,
} from './alert-rules';
import { parseTarget } from './alert-target';
import type { Scheduler } from './frame-batch';
import { isOfVersion } from './rows';
import type { News } from './store';

/** Earlier prices kept of one odd: of an odd that changed more often within a rule's time, the newest. */
export const TRACK_LENGTH = 128;
/** Odds of which something is remembered, at most; beyond it the oldest are forgotten. */
const TRACKS_LIMIT = 10_000;
const KEYS_LIMIT = 10_000;

/** So many alerts within so short a time are one. */
export const BURST_COUNT = 5;
export const BURST_MS = 500;

/** Nothing is told for this long after the page was opened, or brought back as it was. */
export const HUSH_MS = 10_000;

/** Odds whose target is watched through cuts, at most. */
const STANDINGS_LIMIT = 10_000;

/** Two prices that are as far apart as a rule asks for are so in spite of how fractions are stored. */
const EPSILON = 1e-9;

/** A rule that applied, and to what. */
export type Fired = {
  rule: AlertRule;
  /** What it is about: the same key is not told again within the rule's interval. */
  key: string;
  at: number;
  odd: Odd | null;
  fixture: Fixture | null;
  /** Before and after: American prices, points, states or dates, by the kind of the rule. */
  from: number | string | null;
  to: number | string | null;
};

export type AlertEngine = {
  setRules(rules: readonly AlertRule[]): void;
  /** What applies to what the stream changed. Odds that are not of the view's version are nobody's. */
  news(news: readonly News[], book: HeldBook, version: number | null): Fired[];
  /** What applies to how the feed is: told once for each time that it gets worse than it was. */
  feed(state: FeedState, at: number): Fired[];
  /** Tells nothing from `from` until `until`, epoch ms; what happens until then is taken for known. */
  hush(from: number, until: number): void;
  /** Forgets what prices and lines were before: they were read anew. */
  forget(): void;
  /**
   * What of the targets of single odds and fixtures was reached while nothing was told: in a cut, in a snapshot, in the
   * first moments of a page. Called once what is held is known to hold; what is seen for the first time is no news.
   */
  settle(book: HeldBook, version: number | null, at: number): Fired[];
  /** How often a rule's condition was compared with something: what the engine costs. */
  evaluations(): number;
  /** Odds and lines of which something is remembered. */
  remembered(): number;
};

/** The last price of an odd that was told or taken for known, by whether it was at the target. */
type Standing = { price: number; pays: boolean };

/** A price that was, and until when. */
type Past = { until: number; price: number; chance: number };

type Indexed = { rule: AlertRule; league: string | null; market: string | null };

/** The rules of one kind, each under the narrowest part of where it applies. */
type Shelf = {
  byOdd: Map<string, Indexed[]>;
  byFixture: Map<string, Indexed[]>;
  byMarket: Map<string, Indexed[]>;
  byLeague: Map<string, Indexed[]>;
  everywhere: Indexed[];
};

function put(shelf: Map<string, Indexed[]>, key: string, rule: Indexed): void {
  const known = shelf.get(key);
  if (known) known.push(rule);
  else shelf.set(key, [rule]);
}

function indexOf(rules: readonly AlertRule[]): Map<AlertKind, Shelf> {
  const index = new Map<AlertKind, Shelf>();
  for (const rule of rules) {
    if (!rule.isOn) continue;
    const { kind } = rule.when;
    let shelf = index.get(kind);
    if (!shelf) {
      shelf = {
        byOdd: new Map(),
        byFixture: new Map(),
        byMarket: new Map(),
        byLeague: new Map(),
        everywhere: [],
      };
      index.set(kind, shelf);
    }
    const { where } = rule;
    const hasOdds = isAboutOdds(kind);
    const one: Indexed = {
      rule,
      league: where.league === null ? null : slug(where.league),
      market: where.market === null || !hasOdds ? null : slug(where.market),
    };
    // The feed is one, wherever a rule was made.
    if (kind === 'feed') shelf.everywhere.push(one);
    else if (where.odd && hasOdds && !isAboutLines(kind)) put(shelf.byOdd, where.odd.id, one);
    else if (where.fixture) put(shelf.byFixture, where.fixture.id, one);
    else if (one.market !== null) put(shelf.byMarket, one.market, one);
    else if (one.league !== null) put(shelf.byLeague, one.league, one);
    else shelf.everywhere.push(one);
  }
  return index;
}

/** Whether a time is within the last `ms` before `at`. One after it is of a clock that was set back since, and of no known age. */
function isWithin(time: number, at: number, ms: number): boolean {
  return time >= at - ms && time <= at;
}

/** Drops the oldest entries of a map that is too large. */
function bound(map: Map<string, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}

/** Drops the entries of a map, by rule and whatever it is about, that are of none of these rules. */
function keepOf(map: Map<string, unknown>, rules: readonly AlertRule[]): void {
  const ids = new Set(rules.map(({ id }) => id));
  for (const key of map.keys()) {
    if (!ids.has(key.slice(0, key.indexOf('\n')))) map.delete(key);
  }
}

/** The line's market: all that one main line is chosen from. */
function marketKey({ versionId, fixtureId, market, groupingKey }: Odd): string {
  return `${versionId}\n${fixtureId}\n${market}\n${entityOf(groupingKey)}`;
}

/** One side of it: the points of the two sides of a handicap differ. */
function sideKey(odd: Odd): string {
  return `${marketKey(odd)}\n${odd.selection ?? ''}\n${odd.selectionLine ?? ''}`;
}

/** Points of another main line of the same side that is held: the old one, whose flag has not gone yet. */
function otherMain(book: HeldBook, odd: Odd): number | undefined {
  const key = sideKey(odd);
  for (const id of book.oddIdsOf(odd.fixtureId)) {
    const other = book.odds.get(id);
    if (!other?.isMain || other.id === odd.id || other.points === null) continue;
    if (other.points !== odd.points && sideKey(other) === key) return other.points;
  }
  return undefined;
}

function pays(when: Extract<Condition, { kind: 'price' }>, american: number): boolean {
  const { format } = when;
  const decimal =
    (format && parseTarget(formatPrice(american, format), format)) ?? toDecimal(american);
  return when.pays === 'more'
    ? decimal >= when.decimal - EPSILON
    : decimal <= when.decimal + EPSILON;
}

/** Whether it is about one odd or those of one fixture: few enough to be looked at one by one. */
function isOfFew({ where }: AlertRule): boolean {
  return where.odd !== null || where.fixture !== null;
}

/** The odds that a rule of few odds is about. */
function oddsOf({ where }: AlertRule, book: HeldBook): Odd[] {
  const one = where.odd && book.odds.get(where.odd.id);
  const odds = where.odd ? (one ? [one] : []) : book.oddsOf(where.fixture?.id ?? '');
  const market = where.market === null ? null : slug(where.market);
  return odds.filter((odd) => market === null || slug(odd.market) === market);
}

function hasPoints(when: Extract<Condition, { kind: 'points' }>, points: number): boolean {
  return when.at === 'least' ? points >= when.points : points <= when.points;
}

/** Creates the engine of one board. */
export function createAlertEngine(rules: readonly AlertRule[] = []): AlertEngine {
  let index = new Map<AlertKind, Shelf>();
  /** Longest time that some rule about moves looks back, ms. */
  let longestMs = 0;
  /** Earlier prices of odds that moved, by odd, the one that moved last at the end. */
  const tracks = new Map<string, Past[]>();
  /** The last price at which an odd that is not open now was open. */
  const closed = new Map<string, number>();
  /** Points of the main line, by side. */
  const mains = new Map<string, number>();
  /** Where odds stand to their targets, by rule and odd: for rules of few odds alone. */
  const standings = new Map<string, Standing>();
  /** Rules that have standings. */
  let watched: readonly AlertRule[] = [];
  /** When each rule last told of each key. */
  const told = new Map<string, number>();
  let toldFeed: FeedState = 'live';
  /** From when until when. Before it begins nobody is hushed: a clock that was set back must not keep all rules silent. */
  let hush = { from: 0, until: 0 };
  let evaluations = 0;
  let fired: Fired[] = [];

  function each(
    kind: AlertKind,
    about: { odd: Odd | null; fixtureId: string; league: string },
    apply: (rule: AlertRule) => void,
  ): void {
    const shelf = index.get(kind);
    if (!shelf) return;
    const { odd, fixtureId } = about;
    const league = slug(about.league);
    const market = odd ? slug(odd.market) : '';
    const visit = (some: readonly Indexed[] | undefined) => {
      if (!some) return;
      for (const one of some) {
        evaluations += 1;
        const { where } = one.rule;
        if (one.league !== null && one.league !== league) continue;
        if (one.market !== null && one.market !== market) continue;
        if (where.fixture && where.fixture.id !== fixtureId) continue;
        apply(one.rule);
      }
    };
    if (odd) visit(shelf.byOdd.get(odd.id));
    visit(shelf.byFixture.get(fixtureId));
    if (odd) visit(shelf.byMarket.get(market));
    visit(shelf.byLeague.get(league));
    visit(shelf.everywhere);
  }

  function isHushed(at: number): boolean {
    return at >= hush.from && at < hush.until;
  }

  function eachOf(kind: AlertKind, odd: Odd, apply: (rule: AlertRule) => void): void {
    each(kind, { odd, fixtureId: odd.fixtureId, league: odd.league }, apply);
  }

  function fire(one: Fired): void {
    const key = `${one.rule.id}\n${one.key}`;
    const last = told.get(key);
    const wait = Math.max(1, one.rule.repeatSeconds * 1_000);
    // A clock that was set back must not keep a rule silent.
    if (last !== undefined && one.at >= last && one.at - last < wait) return;
    told.delete(key);
    told.set(key, one.at);
    bound(told, KEYS_LIMIT);
    fired.push(one);
  }

  /** Notes a price that was; what no rule looks back to any more goes. */
  function note(id: string, price: number, at: number): void {
    let past = tracks.get(id);
    if (past) tracks.delete(id);
    else past = [];
    while (past[0] && !isWithin(past[0].until, at, longestMs)) past.shift();
    if (past.length >= TRACK_LENGTH) past.shift();
    past.push({ until: at, price, chance: toProbability(price) });
    tracks.set(id, past);
    // The one that moved longest ago stands first.
    for (const [other, pasts] of tracks) {
      const isDone = !isWithin(pasts.at(-1)?.until ?? 0, at, longestMs);
      if (!isDone && tracks.size <= TRACKS_LIMIT) break;
      tracks.delete(other);
    }
  }

  function moves(odd: Odd, at: number): void {
    const past = tracks.get(odd.id);
    if (!past || odd.price === null) return;
    const chance = toProbability(odd.price);
    const key = odd.id;
    eachOf('move', odd, (rule) => {
      if (rule.when.kind !== 'move') return;
      const { size, seconds } = rule.when;
      let most: Past | null = null;
      for (let place = past.length - 1; place >= 0; place -= 1) {
        const one = past[place];
        if (!one || !isWithin(one.until, at, seconds * 1_000)) break;
        if (!most || Math.abs(chance - one.chance) > Math.abs(chance - most.chance)) most = one;
      }
      if (!most || Math.abs(chance - most.chance) * 100 < size - EPSILON) return;
      fire({ rule, key, at, odd, fixture: null, from: most.price, to: odd.price });
    });
  }

  function stand({ id: ruleId }: AlertRule, id: string, standing: Standing): void {
    const key = `${ruleId}\n${id}`;
    standings.delete(key);
    standings.set(key, standing);
    bound(standings, STANDINGS_LIMIT);
  }

  function prices(odd: Odd, previous: Odd | null, at: number, isQuiet: boolean): void {
    const { id } = odd;
    const isOpen = odd.state === 'open';
    const wasOpen = previous?.state === 'open';
    const hasMoved = previous !== null && previous.price !== odd.price;
    if (index.has('move')) {
      // A price of other points is the price of another bet, and what was missed was no move.
      if (isQuiet || odd.state === 'settled' || previous?.points !== odd.points) tracks.delete(id);
      else {
        if (hasMoved && previous.price !== null) note(id, previous.price, at);
        if (isOpen && (hasMoved || !wasOpen)) moves(odd, at);
      }
    }
    if (!index.has('price')) return;
    const before = wasOpen ? previous.price : (closed.get(id) ?? previous?.price ?? null);
    if (isOpen) closed.delete(id);
    else if (wasOpen && previous.price !== null) {
      closed.set(id, previous.price);
      bound(closed, TRACKS_LIMIT);
    }
    const { price } = odd;
    if (!isOpen || isQuiet || price === null || (wasOpen && !hasMoved)) return;
    eachOf('price', odd, (rule) => {
      if (rule.when.kind !== 'price') return;
      const isThere = pays(rule.when, price);
      const known = standings.get(`${rule.id}\n${id}`);
      if (isOfFew(rule)) stand(rule, id, { price, pays: isThere });
      if (!isThere) return;
      // It may have come there unseen, and have moved on since.
      const cameUnseen = known?.pays === false;
      if (!cameUnseen && before !== null && pays(rule.when, before)) return;
      const from = cameUnseen ? known.price : before;
      fire({ rule, key: id, at, odd, fixture: null, from, to: price });
    });
  }

  function states(odd: Odd, previous: Odd | null, at: number): void {
    const was = previous?.state ?? null;
    if (odd.state === was && odd.settlement === previous?.settlement) return;
    const kind =
      odd.state === 'settled'
        ? 'settlement'
        : odd.state === 'locked' && was === 'open'
          ? 'lock'
          : odd.state === 'open' && was === 'locked'
            ? 'reopen'
            : null;
    if (kind === null) return;
    const [from, to] =
      kind === 'settlement' ? [previous?.settlement ?? null, odd.settlement] : [null, odd.price];
    eachOf(kind, odd, (rule) => fire({ rule, key: odd.id, at, odd, fixture: null, from, to }));
  }

  /**
   * Notes the points that a main line had before it lost its flag, which may be told before or after the other gets it, or
   * before it was locked, which is how one moves that keeps its flag.
   */
  function unflag({ odd, previous }: Extract<News, { kind: 'odd' }>): void {
    if (!previous?.isMain || previous.points === null) return;
    const stays = odd.isMain && odd.points === previous.points;
    if (stays && (previous.state !== 'open' || odd.state === 'open')) return;
    const key = sideKey(previous);
    if (!mains.has(key)) mains.set(key, previous.points);
  }

  function lines(
    odd: Odd,
    previous: Odd | null,
    at: number,
    book: HeldBook,
    isQuiet: boolean,
  ): void {
    const { points } = odd;
    if (!odd.isMain || points === null || odd.state === 'settled') return;
    const wasMain = previous?.isMain === true && previous.points === points;
    // A line that kept its flag while it was locked is the main one again: another may have been meanwhile.
    if (wasMain && (previous.state !== 'locked' || odd.state !== 'open')) return;
    const side = sideKey(odd);
    const from = mains.get(side) ?? (wasMain ? points : otherMain(book, odd));
    mains.delete(side);
    mains.set(side, points);
    bound(mains, TRACKS_LIMIT);
    if (isQuiet || from === points) return;
    const key = marketKey(odd);
    if (from !== undefined) {
      eachOf('main', odd, (rule) => fire({ rule, key, at, odd, fixture: null, from, to: points }));
    }
    eachOf('points', odd, (rule) => {
      if (rule.when.kind !== 'points' || !hasPoints(rule.when, points)) return;
      if (from !== undefined && hasPoints(rule.when, from)) return;
      fire({ rule, key, at, odd, fixture: null, from: from ?? null, to: points });
    });
  }

  function fixtures(fixture: Fixture, previous: Fixture | null, at: number): void {
    const about = { odd: null, fixtureId: fixture.id, league: fixture.league ?? '' };
    const key = fixture.id;
    const from = previous?.startDate ?? null;
    if (from !== null && from !== fixture.startDate) {
      const to = fixture.startDate;
      each('start', about, (rule) => fire({ rule, key, at, odd: null, fixture, from, to }));
    }
    const was = previous?.status ?? null;
    if (was !== null && was !== fixture.status) {
      const to = fixture.status;
      each('status', about, (rule) => fire({ rule, key, at, odd: null, fixture, from: was, to }));
    }
  }

  function setRules(next: readonly AlertRule[]): void {
    const watchedBefore = watched;
    index = indexOf(next);
    longestMs = 0;
    for (const { when, isOn } of next) {
      if (isOn && when.kind === 'move') longestMs = Math.max(longestMs, when.seconds * 1_000);
    }
    if (!index.has('move')) tracks.clear();
    if (!index.has('price')) closed.clear();
    watched = next.filter((rule) => rule.isOn && rule.when.kind === 'price' && isOfFew(rule));
    if (!index.has('main') && !index.has('points')) mains.clear();
    // A rule that was changed begins anew.
    keepOf(
      standings,
      watched.filter((rule) => watchedBefore.includes(rule)),
    );
    keepOf(told, next);
  }

  function taken(): Fired[] {
    const all = fired;
    fired = [];
    return all;
  }

  setRules(rules);
  return {
    setRules,

    news(news, book, version) {
      const hasLines = index.has('main') || index.has('points');
      if (hasLines) {
        for (const one of news)
          if (one.kind === 'odd' && isOfVersion(one.odd, version)) unflag(one);
      }
      for (const one of news) {
        const isQuiet = one.isCatchUp || isHushed(one.at);
        if (one.kind === 'fixture') {
          if (!isQuiet) fixtures(one.fixture, one.previous, one.at);
          continue;
        }
        const { odd, previous, at } = one;
        if (!isOfVersion(odd, version)) continue;
        if (hasLines) lines(odd, previous, at, book, isQuiet);
        prices(odd, previous, at, isQuiet);
        if (!isQuiet) states(odd, previous, at);
      }
      return taken();
    },

    feed(state, at) {
      if (state === 'live') toldFeed = state;
      const isWorse = SEVERITY[state] >= SEVERITY.late && SEVERITY[state] > SEVERITY[toldFeed];
      if (!isWorse || isHushed(at)) return [];
      toldFeed = state;
      const key = `feed ${state}`;
      for (const { rule } of index.get('feed')?.everywhere ?? []) {
        evaluations += 1;
        fire({ rule, key, at, odd: null, fixture: null, from: null, to: state });
      }
      return taken();
    },

    hush(from, until) {
      hush = isHushed(from) && hush.until > until ? hush : { from, until };
    },

    forget() {
      tracks.clear();
      closed.clear();
      mains.clear();
    },

    settle(book, version, at) {
      for (const rule of watched) {
        if (rule.when.kind !== 'price') continue;
        for (const odd of oddsOf(rule, book)) {
          const { id, price, state } = odd;
          if (!isOfVersion(odd, version) || state !== 'open' || price === null) continue;
          evaluations += 1;
          const before = standings.get(`${rule.id}\n${id}`);
          // What happens until then is known once it is over.
          if (before && isHushed(at)) continue;
          const isThere = pays(rule.when, price);
          stand(rule, id, { price, pays: isThere });
          if (!before || before.pays || !isThere) continue;
          fire({ rule, key: id, at, odd, fixture: null, from: before.price, to: price });
        }
      }
      return taken();
    },

    evaluations: () => evaluations,
    remembered: () => tracks.size + closed.size + mains.size + standings.size,
  };
}

/** Alerts that came together, told as one. */
export type Burst<T> = {
  id: number;
  count: number;
  /** The first of them. */
  parts: readonly T[];
  /** How many there are of each rule. */
  byRule: ReadonlyMap<string, number>;
};

/** Alerts of a burst that are kept one by one. */
export const BURST_PARTS = 10;

export type BurstGuard<T> = {
  add(alerts: readonly T[]): void;
  close(): void;
};

/**
 * Tells alerts at once, and those of one or several rules that come thick and fast as one. What was told before a burst showed itself is part of
 * it: `onBurst` names it, so that it can be taken away. A burst that goes on is told again, under the same id.
 */
export function createBurstGuard<T extends { id: number; ruleId: string; at: number }>(options: {
  now(): number;
  setTimer: Scheduler['setTimer'];
  nextId(): number;
  onAlert(alert: T): void;
  onBurst(burst: Burst<T>, replaced: readonly number[]): void;
}): BurstGuard<T> {
  let recent: { alert: T; told: number }[] = [];
  let burst: { id: number; count: number; parts: T[]; byRule: Map<string, number> } | null = null;
  /** Alerts that were told one by one while the burst of other rules went on, by rule. */
  const apart = new Map<string, number>();
  let hasMore = false;
  let cancel: (() => void) | null = null;

  function join(alerts: readonly T[]): void {
    if (!burst) return;
    burst.count += alerts.length;
    for (const alert of alerts) {
      if (burst.parts.length < BURST_PARTS) burst.parts.push(alert);
      burst.byRule.set(alert.ruleId, (burst.byRule.get(alert.ruleId) ?? 0) + 1);
    }
  }

  function tell(replaced: readonly number[]): void {
    if (!burst) return;
    hasMore = false;
    options.onBurst({ ...burst, parts: [...burst.parts], byRule: new Map(burst.byRule) }, replaced);
    cancel = options.setTimer(() => {
      cancel = null;
      if (hasMore) tell([]);
      else burst = null;
    }, BURST_MS);
  }

  return {
    add(alerts) {
      if (alerts.length === 0) return;
      if (burst) {
        // What one rule tells without end is no reason to be silent about another.
        const isApart = ({ ruleId }: T) => {
          if (burst?.byRule.has(ruleId)) return false;
          const count = (apart.get(ruleId) ?? 0) + 1;
          apart.set(ruleId, count);
          return count < BURST_COUNT;
        };
        const joining: T[] = [];
        for (const alert of alerts) {
          if (isApart(alert)) options.onAlert(alert);
          else joining.push(alert);
        }
        if (joining.length === 0) return;
        join(joining);
        hasMore = true;
        return;
      }
      const at = options.now();
      recent = recent.filter(({ told }) => at >= told && at - told < BURST_MS);
      if (recent.length + alerts.length < BURST_COUNT) {
        for (const alert of alerts) {
          recent.push({ alert, told: at });
          options.onAlert(alert);
        }
        return;
      }
      const before = recent.map(({ alert }) => alert);
      recent = [];
      apart.clear();
      burst = { id: options.nextId(), count: 0, parts: [], byRule: new Map() };
      join(before);
      join(alerts);
      tell(before.map(({ id }) => id));
    },
    close() {
      cancel?.();
      cancel = null;
      burst = null;
      recent = [];
    },
  };
}
