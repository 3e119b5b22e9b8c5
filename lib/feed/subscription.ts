/**
 * Which leagues are in use, and the upstream connections that carry them: as few as the vendor's advice
 * allows, replaced only after their successor is up, and let go some time after the last use.
 */
import type { FeedError, FeedErrorCode } from '@/lib/protocol/errors';
import {
  type ConnectionStatus,
  type FeedEvent,
  type FeedState,
  SEVERITY,
  type WireLeague,
} from '@/lib/protocol/events';
import type { RelayQuery } from '@/lib/protocol/filter';
import { slug } from '@/lib/protocol/sports';
import type { FeedSettings } from './config';
import type { Cancel, Timing } from './timing';
import type { Upstream, UpstreamHandlers } from './upstream';

/** A league in use, by the name that rows carry. The whole sport is the one with the empty key. */
export type League = { key: string; name: string };

export const WHOLE_SPORT: League = { key: '', name: '' };

export type SubscriptionDeps = {
  timing: Timing;
  settings: FeedSettings;
  open(leagues: readonly string[], on: UpstreamHandlers): Upstream;
  /** Answers whether all that the event told has found its place. */
  onEvent(event: FeedEvent, isLate: boolean): boolean;
  /** Until when nobody would be told of what comes; null where they would be at once. */
  rest(): Promise<void> | null;
  /** Something of an event could not be read, and may have been of any of these leagues. */
  onDamaged(leagues: readonly League[]): void;
  /** These leagues are carried by nothing that speaks; their last frame came at `since`. */
  onLost(leagues: readonly League[], since: number, why: FeedErrorCode): void;
  /**
   * These leagues are carried from now on, and what came before may have been missed: `gapMs` of it, 0 where no stream of
   * this connection was there to break.
   */
  onCovered(leagues: readonly League[], gapMs: number): void;
  /** These leagues are carried by a stream that speaks, also where nothing of theirs was missed. */
  onCarried(leagues: readonly League[]): void;
  /** Leagues that came into use, and keys of those nobody uses any more. */
  onWanted(added: readonly League[], dropped: readonly string[]): void;
  /** Leagues, by key, of whose fixtures news may come: a score, or a settlement after the end. */
  held(): ReadonlyMap<string, League>;
  onChange(): void;
};

export type Coverage = {
  state: FeedState;
  since: number;
  connections: ConnectionStatus[];
  problem: FeedError | null;
};

type LeagueScope = Pick<RelayQuery, 'leagues'>;

export type Subscription = {
  /** The filters of the viewers now connected. */
  use(filters: readonly LeagueScope[]): void;
  /** Somebody asked for this once. */
  touch(filter: LeagueScope): void;
  /** The sport's active leagues; null where they cannot be read. */
  setActive(leagues: readonly WireLeague[] | null): void;
  /** Leagues subscribed or about to be. */
  wanted(): League[];
  /** The leagues that a filter means. */
  resolve(filter: LeagueScope): League[];
  /** Whether the vendor names this league, or nobody knows which it does; others are in viewers' own words. */
  isNamed(key: string): boolean;
  /** Whether this league, by name, was carried and is not any more, though its last rows may still come. */
  isLetGo(league: string): boolean;
  coverage(filter: LeagueScope): Coverage;
  connections(): ConnectionStatus[];
  /** True while somebody watches everything, so that no league is out of use. */
  isWhole(): boolean;
  close(): void;
};

type Connection = {
  upstream: Upstream;
  leagues: League[];
  isRetiring: boolean;
  /** Since when all that a retiring one carries is carried by others; null while it is not. */
  replacedAt: number | null;
};

/**
 * A successor's `connected` proves its socket, not its subscription, and that the old one was still open does
 * not prove that it still spoke: the old one stays until it has spoken this long after it was replaced.
 */
const OVERLAP_MS = 1_000;

/**
 * Leagues that no list names are subscribed in a viewer's own words. These bound what words can cost, since
 * each ten of them are an upstream connection, and each is remembered for a while.
 */
const MOST_UNKNOWN = 100;
const MOST_LINGERING = 500;
/** More than a sport has. */
const MOST_NAMED = 5_000;

const EVERYTHING = '*';

/**
 * Which of the `current` connections stay and what is to be opened, so that all of `wanted` is carried by as
 * few as possible and as few as possible change. An empty list in `current` carries the whole sport.
 */
export function planConnections(
  current: readonly (readonly string[])[],
  wanted: readonly string[],
  most: number,
): { keep: number[]; open: string[][] } {
  const isWanted = new Set(wanted);
  const carried = new Set<string>();
  let keep = current.flatMap((keys, index) => {
    const isUseful = keys.length > 0 && keys.every((key) => isWanted.has(key) && !carried.has(key));
    if (!isUseful) return [];
    for (const key of keys) carried.add(key);
    return [index];
  });
  const needed = Math.ceil(wanted.length / most);
  const spare = () => wanted.length - carried.size;
  // The emptiest go first: the fewest leagues move.
  const bySize = [...keep].sort((a, b) => (current[a]?.length ?? 0) - (current[b]?.length ?? 0));
  while (keep.length + Math.ceil(spare() / most) > needed) {
    const emptiest = bySize.shift();
    if (emptiest === undefined) break;
    keep = keep.filter((index) => index !== emptiest);
    for (const key of current[emptiest] ?? []) carried.delete(key);
  }
  const rest = wanted.filter((key) => !carried.has(key));
  const open: string[][] = [];
  for (let start = 0; start < rest.length; start += most)
    open.push(rest.slice(start, start + most));
  return { keep, open };
}

/** The subscription of one sport. Nothing is opened before the active leagues are known or known not to be. */
export function createSubscription(deps: SubscriptionDeps): Subscription {
  const { timing, settings } = deps;
  const startedAt = timing.now();
  let filters: readonly LeagueScope[] = [];
  let active: readonly WireLeague[] | null = null;
  let byLabel = new Map<string, WireLeague>();
  /** Leagues by id that were active once: a filter by id means them after they left the list as well. */
  const named = new Map<string, WireLeague>();
  let isActiveKnown = false;
  let connections: Connection[] = [];
  let carried = new Map<string, League>();
  /** Keys of leagues that were carried last. */
  const letGo = new Set<string>();
  /** Until when a league (or everything) counts as used though nobody watches it. */
  const lingering = new Map<string, { league: League; until: number }>();
  let cancelReconcile: Cancel | null = null;
  let cancelLinger: Cancel = () => {};
  let isClosed = false;

  function toLeague(label: string): League {
    const known = byLabel.get(slug(label)) ?? named.get(slug(label));
    return known ? { key: slug(known.name), name: known.name } : { key: slug(label), name: label };
  }

  /** Everything, as leagues. One that left the list is part of it until nothing more can come of it. */
  function all(): League[] {
    if (!active || active.length === 0) return [WHOLE_SPORT];
    const leagues = new Map(active.map(({ name }) => [slug(name), { key: slug(name), name }]));
    for (const [key, league] of deps.held()) if (!leagues.has(key)) leagues.set(key, league);
    return [...leagues.values()];
  }

  function resolve({ leagues }: LeagueScope): League[] {
    return leagues.length === 0 ? all() : leagues.map(toLeague);
  }

  function namesUsed(): Map<string, League> {
    const used = new Map<string, League>();
    for (const { leagues } of filters) {
      if (leagues.length === 0) used.set(EVERYTHING, WHOLE_SPORT);
      for (const league of leagues.map(toLeague)) used.set(league.key, league);
    }
    return used;
  }

  function wanted(): Map<string, League> {
    const now = timing.now();
    const used = namesUsed();
    for (const [key, { league, until }] of lingering) {
      if (until > now) used.set(key, league);
      else lingering.delete(key);
    }
    if (used.delete(EVERYTHING)) {
      for (const league of all()) used.set(league.key, league);
    }
    // The whole sport carries every league there is.
    if (used.has(WHOLE_SPORT.key)) return new Map([[WHOLE_SPORT.key, WHOLE_SPORT]]);
    let unknown = 0;
    for (const key of used.keys()) {
      if (byLabel.has(key) || deps.held().has(key)) continue;
      unknown += 1;
      if (unknown > MOST_UNKNOWN) used.delete(key);
    }
    return used;
  }

  function isNamed(key: string): boolean {
    return byLabel.size === 0 || byLabel.has(key) || deps.held().has(key);
  }

  function linger(key: string, league: League): void {
    lingering.delete(key);
    lingering.set(key, { league, until: timing.now() + settings.leagueLingerMs });
    const [oldest] = lingering.keys();
    if (lingering.size > MOST_LINGERING && oldest !== undefined) lingering.delete(oldest);
    cancelLinger();
    cancelLinger = timing.schedule(reconcileSoon, settings.leagueLingerMs + 1);
  }

  function reconcileSoon(): void {
    if (isClosed || !isActiveKnown) return;
    cancelReconcile ??= timing.schedule(
      () => {
        cancelReconcile = null;
        reconcile();
      },
      connections.length === 0 && filters.length + lingering.size > 0
        ? 0
        : settings.subscribeDelayMs,
    );
  }

  function reconcile(): void {
    if (isClosed) return;
    const next = wanted();
    const added = [...next.values()].filter(({ key }) => !carried.has(key));
    const dropped = [...carried.keys()].filter((key) => !next.has(key));
    carried = next;
    for (const key of dropped) if (key !== WHOLE_SPORT.key) letGo.add(key);
    for (const key of next.keys()) letGo.delete(key);
    for (const oldest of letGo) if (letGo.size > MOST_LINGERING) letGo.delete(oldest);
    deps.onWanted(added, dropped);

    const current = connections.filter(({ isRetiring }) => !isRetiring);
    if (next.has(WHOLE_SPORT.key)) {
      const whole = current.find(isWholeSport);
      for (const connection of current) connection.isRetiring = connection !== whole;
      if (!whole) connect([]);
    } else {
      for (const connection of current) connection.isRetiring = true;
      // One wrong word may have the vendor refuse all that it stands beside, so it never stands beside a league.
      for (const isOwn of [isNamed, (key: string) => !isNamed(key)]) {
        const plan = planConnections(
          current.map(({ leagues }) => leagues.map(({ key }) => key)),
          [...next.keys()].filter(isOwn),
          settings.connectionLeagues,
        );
        for (const index of plan.keep) {
          const kept = current[index];
          if (kept) kept.isRetiring = false;
        }
        for (const keys of plan.open)
          connect(keys.map((key) => next.get(key)).filter((league) => league !== undefined));
      }
    }
    retire();
    deps.onChange();
  }

  function connect(leagues: League[]): void {
    const connection: Connection = {
      leagues,
      isRetiring: false,
      replacedAt: null,
      upstream: deps.open(
        leagues.map(({ name }) => name),
        {
          onConnected({ isFirst, gapMs }) {
            if (!connections.includes(connection)) return;
            const own = leaguesOf(connection).filter(({ key }) => carried.has(key));
            const missed = own.filter(({ key }) => !(isFirst && isCarriedLive(key, connection)));
            if (missed.length > 0) deps.onCovered(missed, gapMs);
            deps.onCarried(own);
            retire();
          },
          onLost(since, why) {
            const lost = leaguesOf(connection).filter(
              ({ key }) => carried.has(key) && !isCarriedLive(key, connection),
            );
            if (lost.length > 0) deps.onLost(lost, since, why);
          },
          rest: deps.rest,
          onEvent(event, isLate) {
            if (deps.onEvent(event, isLate)) return;
            const damaged = leaguesOf(connection).filter(({ key }) => carried.has(key));
            if (damaged.length > 0) deps.onDamaged(damaged);
          },
          onChange() {
            retire();
            deps.onChange();
          },
        },
      ),
    };
    connections.push(connection);
  }

  function isCarriedLive(key: string, except: Connection): boolean {
    return connections.some(
      (connection) =>
        connection !== except &&
        carries(connection, key) &&
        connection.upstream.status().state === 'live',
    );
  }

  let cancelRetire: Cancel | null = null;

  /** Closes connections that are no longer needed once what they carry is carried by another. */
  function retire(): void {
    cancelRetire?.();
    cancelRetire = null;
    for (const connection of [...connections]) {
      if (!connection.isRetiring) continue;
      const { state, lastFrameMs } = connection.upstream.status();
      const isBroken = state !== 'live';
      const isReplaced =
        connection.leagues.length === 0
          ? connections.every(
              ({ isRetiring, upstream }) => isRetiring || upstream.status().state === 'live',
            )
          : connection.leagues.every(({ key }) => !carried.has(key) || isCarriedByKept(key));
      if (isBroken) {
        discard(connection);
        // Whoever took over believed that it spoke until then.
        const missed = leaguesOf(connection).filter(({ key }) => isCarriedByKept(key));
        if (lastFrameMs !== null && missed.length > 0)
          deps.onCovered(missed, Math.max(lastFrameMs, 1));
        continue;
      }
      if (!isReplaced) {
        connection.replacedAt = null;
        continue;
      }
      const now = timing.now();
      connection.replacedAt ??= now;
      const heardAt = lastFrameMs === null ? 0 : now - lastFrameMs;
      if (heardAt >= connection.replacedAt + OVERLAP_MS) discard(connection);
      else cancelRetire ??= timing.schedule(retire, OVERLAP_MS);
    }
  }

  function leaguesOf({ leagues }: Connection): readonly League[] {
    return leagues.length === 0 ? [...carried.values()] : leagues;
  }

  function isCarriedByKept(key: string): boolean {
    return connections.some(
      (connection) =>
        !connection.isRetiring &&
        carries(connection, key) &&
        connection.upstream.status().state === 'live',
    );
  }

  function discard(connection: Connection): void {
    connections = connections.filter((other) => other !== connection);
    connection.upstream.close();
    if (!isClosed) deps.onChange();
  }

  function coverage(filter: LeagueScope): Coverage {
    // Asked for by every filter in use: each connection is looked at once, the best ones first.
    const best = connections
      .map((connection) => ({ connection, status: connection.upstream.status() }))
      .sort((a, b) => SEVERITY[a.status.state] - SEVERITY[b.status.state]);
    const parts = resolve(filter).map(({ key }) => {
      const found = best.find(({ connection }) => carries(connection, key));
      return { key, found, state: found?.status.state ?? 'connecting' };
    });
    const isAnyLive = parts.some(({ state }) => state === 'live');
    const involved = new Map<Connection, ConnectionStatus>();
    let state: FeedState = 'live';
    let since = Number.POSITIVE_INFINITY;
    let problem: FeedError | null = null;
    for (const { key, found, state: own } of parts) {
      // A league that has just begun, of which nothing is shown yet, makes the board partial and no more.
      if (own === 'connecting' && isAnyLive && !deps.held().has(key)) continue;
      const ownSince = found?.status.since ?? startedAt;
      if (SEVERITY[own] > SEVERITY[state]) {
        state = own;
        since = ownSince;
        problem = null;
      }
      if (own === state) {
        since = Math.min(since, ownSince);
        problem ??= found?.connection.upstream.problem() ?? null;
      }
      if (found) involved.set(found.connection, shown(found.status));
    }
    return {
      state,
      since: Number.isFinite(since) ? since : startedAt,
      problem,
      connections: [...involved.values()],
    };
  }

  return {
    use(next) {
      const before = namesUsed();
      filters = next;
      const after = namesUsed();
      for (const [key, league] of before) if (!after.has(key)) linger(key, league);
      reconcileSoon();
    },
    touch(filter) {
      const labels = filter.leagues.length === 0 ? [EVERYTHING] : null;
      if (labels) linger(EVERYTHING, WHOLE_SPORT);
      else for (const league of resolve(filter)) linger(league.key, league);
      const isNew = resolve(filter).some(({ key }) => !carried.has(key));
      if (isNew) reconcileSoon();
    },
    setActive(leagues) {
      active = leagues;
      byLabel = new Map();
      for (const league of leagues ?? []) {
        byLabel.set(slug(league.id), league);
        if (named.size < MOST_NAMED) named.set(slug(league.id), league);
        byLabel.set(slug(league.name), league);
      }
      isActiveKnown = true;
      reconcileSoon();
    },
    wanted: () => [...carried.values()],
    resolve,
    isNamed,
    isLetGo: (league) =>
      letGo.size > 0 && !carried.has(WHOLE_SPORT.key) && letGo.has(toLeague(league).key),
    coverage,
    connections: () => connections.map(({ upstream }) => shown(upstream.status())),
    isWhole: () => namesUsed().has(EVERYTHING) || lingering.has(EVERYTHING),
    close() {
      isClosed = true;
      cancelReconcile?.();
      cancelRetire?.();
      cancelLinger();
      for (const { upstream } of connections) upstream.close();
      connections = [];
    },
  };
}

function isWholeSport({ leagues }: Connection): boolean {
  return leagues.length === 0;
}

function carries(connection: Connection, key: string): boolean {
  return isWholeSport(connection) || connection.leagues.some((league) => league.key === key);
}

function shown({ since, ...status }: ConnectionStatus & { since: number }): ConnectionStatus {
  return status;
}
