/**
 * One sport: the Book, the journal, the way to the vendor and the viewers. Whatever changes the Book, be it a
 * row of the stream or of a read, makes an entry, except for a league's first read.
 */
import {
  Book,
  type FixtureChange,
  newFixture,
  type OddChange,
  RECEIPTS,
} from '@/lib/protocol/book';
import { decodeOddRow } from '@/lib/protocol/decode';
import { fixtureData, fixtureStatusData, forgottenData } from '@/lib/protocol/encode';
import { compareEntryIds, parseEntryId } from '@/lib/protocol/entry-id';
import {
  type ConnectionStatus,
  type FeedEvent,
  type FeedGap,
  type FeedSource,
  type FeedStatus,
  type Fixture,
  type FixtureEvent,
  type FixturePatch,
  type HistoryEntry,
  ODDS_EVENTS,
  type Odd,
  type OddRow,
  type PastMoment,
  type Rejected,
  type RejectReason,
  type SnapshotBody,
} from '@/lib/protocol/events';
import { type BoardQuery, type RelayQuery, relayKey, statusGroup } from '@/lib/protocol/filter';
import { sameFixture } from '@/lib/protocol/held-book';
import { formatLength } from '@/lib/protocol/length';
import { slug } from '@/lib/protocol/sports';
import type { LeaguesRead } from './catalogue';
import type { FeedSettings } from './config';
import { createGapLedger } from './gaps';
import type { Gate } from './gate';
import { createJournal, type Journal, payloadOf } from './journal';
import type { Log } from './log';
import { type Meter, NO_METER } from './meter';
import { createPast } from './past';
import { createReader } from './reader';
import { applyRead, believed, withdraw } from './reads';
import type { Rest } from './rest';
import type { OpenSink } from './sink';
import {
  bodyOf,
  createCuts,
  firstRows,
  isSnapshotError,
  placeholder,
  type RowFilter,
  selectRows,
  subscribedRows,
} from './snapshot';
import { type Coverage, createSubscription, type League, WHOLE_SPORT } from './subscription';
import type { Cancel, Timing } from './timing';
import type { Upstream, UpstreamHandlers } from './upstream';
import { createViewers } from './viewer';

export type HubDeps = {
  sport: string;
  source: FeedSource;
  timing: Timing;
  settings: FeedSettings;
  gate: Gate;
  log: Log;
  /** @defaultValue counts nothing */
  meter?: Meter;
  rest: Rest;
  openUpstream(leagues: readonly string[], on: UpstreamHandlers): Upstream;
  /** The sport's active leagues; may take long, never rejects. */
  leagues(): Promise<LeaguesRead>;
};

export type HubHealth = {
  feed: FeedStatus['feed'];
  message: string | null;
  connections: ConnectionStatus[];
  /** The newest, newest last. */
  gaps: FeedGap[];
  /** Odds and fixtures that reads corrected: after gaps, and beside a healthy stream. */
  differences: { afterGaps: number; beside: number };
  odds: number;
  fixtures: number;
  viewers: number;
  /** Filters in use, each once. */
  filters: number;
  journal: { entries: number; rows: number; bytes: number };
  rejectedRows: Partial<Record<RejectReason, number>>;
};

/**
 * `ageMs`: how old it may be, so that it need not be made anew for each of many who ask at once. `at`: a past position
 * instead of the newest.
 */
export type SnapshotOptions = {
  waitMs: number;
  limit: number;
  ageMs?: number;
  page?: string;
  at?: string;
};

export type Hub = {
  readonly sport: string;
  readonly book: Book;
  readonly journal: Journal;
  readonly viewers: number;
  /** When it was last of use to anybody. */
  readonly lastUsedAt: number;
  /** A viewer as a web stream, until `signal`; `onEnd` is called once, when it is gone. */
  stream(
    query: RelayQuery,
    position: string | null,
    signal: AbortSignal,
    onEnd?: () => void,
  ): ReadableStream<Uint8Array>;
  /** The same on a sink of the caller's. */
  open(query: RelayQuery, position: string | null, openSink: OpenSink, onEnd?: () => void): void;
  /** A page as gzipped JSON of a `SnapshotBody`. */
  snapshot(query: RelayQuery, options: SnapshotOptions): Promise<Uint8Array<ArrayBuffer>>;
  firstScreen(
    query: BoardQuery,
    options: {
      waitMs: number;
      fixtures: number;
      mainMarkets: readonly string[];
      isWhole?: boolean;
      at?: string;
    },
  ): Promise<{
    snapshot: SnapshotBody;
    feed: FeedStatus;
    totals: { fixtures: number; odds: number };
    past: PastMoment | null;
  }>;
  status(query: Pick<RelayQuery, 'leagues'>): FeedStatus;
  /** What the journal still holds of an odd, oldest first. */
  history(id: string): HistoryEntry[];
  health(): HubHealth;
  close(): void;
};

/** A gap that is shorter is told of without its length, as is one whose length is not known. */
const LEAST_TOLD_MS = 100;
/** How long the feed status tells what was healed. */
const HEALED_NOTE_MS = 30_000;
/** The active leagues are waited for this long before the filters' own words are used. */
const LEAGUES_WAIT_MS = 1_000;
const HOUSEKEEPING_MS = 10_000;
/** A list of leagues is too old to tell of all that there are after this many times the pause between two. */
const OLD_LEAGUES = 2;
/** Leagues with news to come are looked for this often. */
const HELD_MS = 1_000;
/** A position before every journal's. */
const BEFORE_ALL = '0-0';
/** A full Book takes new odds again once it is no fuller than this part of what it may hold. */
const ROOM = 0.9;
/** Copies of the Book that the journal's age is good for. */
const PAST_COPIES = 5;
/** A fixture that nothing is heard of is forgotten after this many times the wait for a finished one. */
const SILENT_FACTOR = 4;

/** Opens the hub of a sport. It connects to the vendor when it is first used. */
export function createHub(deps: HubDeps): Hub {
  const { sport, timing, settings, log, meter = NO_METER } = deps;
  const book = new Book();
  const journal = createJournal(
    timing.now,
    {
      rows: settings.journalRows,
      bytes: settings.journalBytes,
      ageMs: settings.journalMs,
    },
    book.fixtures,
  );
  const cuts = createCuts(timing, settings);
  const rejected: Partial<Record<RejectReason, number>> = {};
  const startedAt = timing.now();
  let lastUsedAt = startedAt;
  let lastPricedAt = startedAt;
  const gaps = createGapLedger(timing.now, meter);
  const differences = { afterGaps: 0, beside: 0 };
  /** The entry at which a league was let go: who left before it has missed what came until it was read again. */
  const letGoAt = new Map<string, string>();
  /** Leagues in use, by key, that a stream has carried since they are. */
  const covered = new Set<string>();
  let healed: { text: string; at: number } | null = null;
  /** Since when all odds of a fixture are settled, and since when one is over that did not say so itself. */
  const settledSince = new Map<string, number>();
  const overSince = new Map<string, number>();
  let held: { at: number; leagues: ReadonlyMap<string, League> } = {
    at: Number.NEGATIVE_INFINITY,
    leagues: new Map(),
  };
  /** Versions that reads list unasked. Which ones they cover is not documented, so the others are asked for. */
  const readVersions = new Set<number>();
  /** Rows were turned away. Once there is room, what may lack them is read again: its leagues, and since when. */
  let isOverfull = false;
  let refill: { keys: Set<string>; since: number } | null = null;
  let sweptAt = startedAt;
  let isClosed = false;
  /** When the list of active leagues was asked for that is in use; null while there is none. */
  let leaguesAt: number | null = null;
  let isPartOfLeagues = false;
  let cancelLeagues: Cancel = () => {};
  let cancelOld: Cancel = () => {};
  let cancelHousekeeping: Cancel = () => {};

  function reject(rows: readonly Rejected[]): void {
    for (const { reason, detail } of rows) {
      if (rejected[reason] === undefined) {
        log.warn(`${sport}: first row left out as ${reason}: ${JSON.stringify(detail)}`, {
          sport,
          reason,
        });
      }
      rejected[reason] = (rejected[reason] ?? 0) + 1;
      meter.rejected(reason);
    }
  }

  /** Rows that may enter: beyond the bound, only those of odds already held. */
  function admit(rows: readonly OddRow[]): readonly OddRow[] {
    if (book.odds.size + rows.length <= settings.bookOdds) return rows;
    const held = rows.filter(({ id }) => book.odds.has(id));
    if (held.length === rows.length) return held;
    refill = null;
    if (!isOverfull) {
      isOverfull = true;
      log.warn(
        `${sport}: ${settings.bookOdds} odds held, no more fit; set BOARD_BOOK_ODDS higher`,
        {
          sport,
        },
      );
    }
    return held;
  }

  /** These leagues were read, or nobody asks for them any more. */
  function refilled(keys: readonly string[]): void {
    for (const key of keys) refill?.keys.delete(key);
    if (refill?.keys.size !== 0) return;
    refill = null;
    isOverfull = false;
  }

  function appendOdds(changes: readonly OddChange[], upstreamEntryId: string | null): void {
    for (const event of ODDS_EVENTS) {
      const own = changes.filter((change) => change.event === event);
      if (own.length === 0) continue;
      journal.append({
        kind: 'odds',
        event,
        upstreamEntryId,
        changes: own.map(({ row, odd }) => ({ row, odd })),
      });
    }
    if (changes.length > 0) viewers.notify();
  }

  /** Answers whether all that it told has found its place: as what changed, or as what is in doubt. */
  function onEvent(event: FeedEvent, isLate: boolean): boolean {
    reject(event.rejected);
    const now = timing.now();
    // What could not be believed, or came in another order than it was made in, may leave what is not so.
    const doubtful = isLate ? fixturesOf(event) : [];
    const withheld: OddChange[] = [];
    let isPlaced = !event.isUnreadable;
    for (const { oddId, fixtureId } of event.rejected) {
      const held = oddId === undefined ? undefined : book.odds.get(oddId);
      const id = fixtureId ?? held?.fixtureId;
      const isKnown = id !== undefined && (book.fixtures.has(id) || book.oddIdsOf(id).length > 0);
      if (isKnown) doubtful.push(id);
      else isPlaced = false;
      // Something about it changed, so what is held of it is on offer no more until a read tells.
      const change = held ? withdraw(book, held.id, now, true) : null;
      if (change) withheld.push(change);
    }
    appendOdds(withheld, null);
    if (event.kind === 'fixture') onFixtureEvent(event);
    else {
      if (event.rows.length > 0) lastPricedAt = now;
      const rows = event.rows.filter(({ league }) => !subscription.isLetGo(league));
      const { odds } = book.apply({ ...event, rows: admit(rows) }, now);
      appendOdds(odds, event.entryId);
      reader.describe(rows.flatMap(({ fixtureId }) => (isDescribed(fixtureId) ? [] : fixtureId)));
    }
    reader.doubt(doubtful);
    return isPlaced;
  }

  function isDescribed(fixtureId: string): boolean {
    const { home = null, away = null } = book.fixtures.get(fixtureId) ?? {};
    return home !== null || away !== null;
  }

  function onFixtureEvent({ fixture: patch, entryId }: FixtureEvent): void {
    if (!patch || isLetGo(patch)) return;
    const change = book.applyFixture(patch, timing.now(), entryId);
    if (!change) return;
    const { fixture, previous } = change;
    // Part of it was overtaken: boards, to whom our entries come in order, must not take that part for news.
    const isOvertaken =
      (patch.status != null && patch.status !== fixture.status) ||
      (patch.startDate != null && patch.startDate !== fixture.startDate);
    const atMs = timing.now();
    journal.append({
      kind: 'fixture',
      event: 'fixture-status',
      fixture,
      // What nobody here knew of it before, the event says.
      previous: { ...(previous ?? fixture), status: previous?.status ?? fixture.oldStatus },
      data: (id) => {
        if (isOvertaken && previous)
          return fixtureStatusData(fixture, previous, {
            entryId: id,
            upstreamEntryId: entryId,
            atMs,
          });
        return JSON.stringify({
          data: patch.wire,
          entry_id: id,
          ...(entryId === null ? {} : { upstream_entry_id: entryId }),
        });
      },
    });
    viewers.notify();
  }

  function isLetGo({ id, league }: FixturePatch): boolean {
    const name = league ?? book.fixtures.get(id)?.league;
    return name ? subscription.isLetGo(name) : false;
  }

  function applyFixture(read: FixturePatch, sentAt: number, isSilent: boolean): number {
    if (isLetGo(read)) return 0;
    const { patch, openUntil } = believed(book, read, sentAt);
    if (openUntil !== null) reader.doubt([patch.id], Math.max(0, openUntil - timing.now()));
    const change = book.applyFixture(patch, sentAt);
    if (!change || !isFixtureNews(change)) return 0;
    if (isSilent) return 1;
    const { fixture, previous } = change;
    const isStatusChange =
      previous !== null &&
      ((previous.status !== null && previous.status !== fixture.status) ||
        (previous.startDate !== null && previous.startDate !== fixture.startDate));
    if (isStatusChange) {
      const atMs = timing.now();
      journal.append({
        kind: 'fixture',
        event: 'fixture-status',
        fixture,
        previous,
        data: (entryId) =>
          fixtureStatusData(fixture, previous, { entryId, upstreamEntryId: null, atMs }),
      });
    }
    journal.append({
      kind: 'fixture',
      event: 'fixture',
      fixture,
      previous,
      data: (entryId) => fixtureData(fixture, entryId),
    });
    viewers.notify();
    return 1;
  }

  /** Whether all of its odds are settled, and so long ago that none is corrected any more. */
  function isSettled(fixtureId: string): boolean {
    const ids = book.oddIdsOf(fixtureId);
    if (ids.length === 0) return true;
    if (ids.some((id) => book.odds.get(id)?.state !== 'settled')) {
      settledSince.delete(fixtureId);
      return false;
    }
    const since = settledSince.get(fixtureId) ?? timing.now();
    settledSince.set(fixtureId, since);
    return timing.now() - since >= settings.correctionsMs;
  }

  /** Leagues of which news may come: of a game that is not over, or of a settlement after it. Asked for often. */
  function heldLeagues(): ReadonlyMap<string, League> {
    if (timing.now() - held.at < HELD_MS) return held.leagues;
    const leagues = new Map<string, League>();
    for (const { id, league, status } of book.fixtures.values()) {
      if (league === null || leagues.has(slug(league))) continue;
      const isOfUse = statusGroup(status) !== 'finished' || !isSettled(id);
      if (isOfUse) leagues.set(slug(league), { key: slug(league), name: league });
    }
    held = { at: timing.now(), leagues };
    return leagues;
  }

  /** Whether a read of these versions, or of those that the vendor lists by itself, would list an odd if it were open. */
  function covers(versions: readonly number[] | null): (odd: Odd) => boolean {
    if (versions) return ({ versionId }) => versionId !== null && versions.includes(versionId);
    return ({ versionId }) =>
      versionId === null || readVersions.size === 0 || readVersions.has(versionId);
  }

  /** Makes entries of what a read changed, and counts it. */
  function tell(changes: readonly OddChange[], isSilent: boolean): number {
    const news = changes.filter(isNews);
    if (!isSilent) appendOdds(news, null);
    return news.length;
  }

  const viewers = createViewers({
    book,
    journal,
    timing,
    settings,
    meter,
    status,
    onFilters() {
      lastUsedAt = timing.now();
      subscription.use(viewers.filters());
    },
  });

  const past = createPast({
    book,
    journal,
    timing,
    everyMs: settings.journalMs / PAST_COPIES,
    watched: () =>
      subscription.wanted().flatMap(({ key }) => (reader.filledAt([key]) === null ? [] : [key])),
  });

  const reader = createReader({
    sport,
    rest: deps.rest,
    gate: deps.gate,
    timing,
    settings,
    target: {
      applyFixture,
      applyOdds(read, sentAt, kind, isSilent, versions) {
        if (isLetGo(read.fixture)) return { changes: 0, openUntil: null };
        if (versions === null) {
          for (const { versionId } of read.rows) {
            if (versionId !== null) readVersions.add(versionId);
          }
        }
        const count = applyFixture(read.fixture, sentAt, isSilent);
        // Whatever else an answer about settlements lists, only one about open odds is held against what is locked.
        const isAsked = (row: OddRow) => kind === 'open' || row.settlement !== null;
        const rows = admit(read.rows.filter(isAsked));
        if (rows.length > 0) lastPricedAt = timing.now();
        // A row that cannot be read is a price that nobody knows: its odd counts as one that is not offered.
        const { changes, openUntil } =
          kind === 'open'
            ? applyRead(book, read.fixture.id, rows, sentAt, covers(versions))
            : {
                changes: rows.flatMap(
                  (row) => book.applyRow('copilot-settled-odds', row, sentAt, null) ?? [],
                ),
                openUntil: null,
              };
        return { changes: count + tell(changes, isSilent), openUntil };
      },
      withdraw(fixtureId, sentAt, isSilent, versions) {
        const { changes, openUntil } = applyRead(book, fixtureId, [], sentAt, covers(versions));
        return { changes: tell(changes, isSilent), openUntil };
      },
      unlistedVersions(fixtureIds) {
        if (readVersions.size === 0) return [];
        const versions = new Set<number>();
        for (const fixtureId of fixtureIds) {
          for (const id of book.oddIdsOf(fixtureId)) {
            const versionId = book.odds.get(id)?.versionId ?? null;
            if (versionId !== null && !readVersions.has(versionId)) versions.add(versionId);
          }
        }
        return [...versions];
      },
      reject,
      fixtures: () => book.fixtures.values(),
      fixture: (id) => book.fixtures.get(id),
      unknownFixtureIds: () => {
        const ids = new Set<string>();
        for (const { fixtureId } of book.odds.values()) {
          if (!book.fixtures.get(fixtureId)?.home) ids.add(fixtureId);
        }
        return [...ids];
      },
      leagueOf(id) {
        const { league = null } = book.fixtures.get(id) ?? {};
        if (league !== null) return league;
        const [oddId] = book.oddIdsOf(id);
        return (oddId === undefined ? undefined : book.odds.get(oddId)?.league) || null;
      },
      hasOdds: (id) => book.oddIdsOf(id).length > 0,
      hasOpenOdds: (id) =>
        book.oddIdsOf(id).some((oddId) => book.odds.get(oddId)?.state === 'open'),
      isSettled,
      mark() {
        return journal.append({ kind: 'mark' }).id;
      },
      onChange() {
        past.changed();
        viewers.statusChanged();
      },
      onHealed(keys, { changes, startedAt, gapMs }) {
        gaps.read(keys, startedAt, changes);
        if (refill && startedAt >= refill.since) refilled(keys);
        differences.afterGaps += changes;
        viewers.statusChanged();
        if (gapMs === 0 && changes === 0) return;
        const what =
          gapMs < LEAST_TOLD_MS
            ? 'Prices were read again'
            : `A gap of ${formatLength(gapMs)} was read again`;
        const found = changes === 1 ? '1 difference' : `${changes} differences`;
        const outcome = changes === 0 ? 'nothing differed' : `${found} corrected`;
        healed = { text: `${what}: ${outcome}.`, at: timing.now() };
        log.info(`${sport}: ${healed.text}`, { sport, gapMs, differences: changes });
      },
      onReadFailed(keys) {
        gaps.failed(keys);
        viewers.statusChanged();
      },
      onDiffering(changes) {
        differences.beside += changes;
      },
    },
  });

  const subscription = createSubscription({
    timing,
    settings,
    open: deps.openUpstream,
    onEvent,
    rest: () => viewers.rest(),
    onLost: gaps.lost,
    onDamaged(leagues) {
      const atOnce = reader.damaged(leagues);
      gaps.carried(atOnce, 1, 'bad-row');
      reader.read(atOnce, 0);
    },
    onCovered(leagues, gapMs) {
      const byGap = new Map<number, League[]>();
      for (const league of leagues) {
        const missedMs = missedMsOf(league, gapMs);
        byGap.set(missedMs, [...(byGap.get(missedMs) ?? []), league]);
      }
      for (const [missedMs, own] of byGap) gaps.carried(own, missedMs);
      reader.read(leagues, Math.max(...byGap.keys()));
    },
    onCarried(leagues) {
      for (const { key } of leagues) covered.add(key);
    },
    onWanted(added, dropped) {
      for (const own of apart(added)) reader.add(own);
      reader.drop(dropped);
      for (const key of dropped) covered.delete(key);
      refilled(dropped);
      gaps.drop(dropped);
      if (dropped.length > 0) {
        const { id } = journal.append({ kind: 'mark' });
        for (const key of dropped) letGoAt.set(key, id);
        past.drop(dropped);
      }
      if (!subscription.isWhole()) withdrawLeagues(dropped);
    },
    held: heldLeagues,
    onChange: () => viewers.statusChanged(),
  });

  /**
   * Open odds of leagues that nobody carries any more would be shown as if they were live, so they count as
   * locked until the league is read again. Locks and settlements stay: no read would bring them back.
   */
  function withdrawLeagues(dropped: readonly string[]): void {
    if (dropped.length === 0) return;
    const gone = new Set(dropped);
    const carried = new Set(subscription.wanted().map(({ key }) => key));
    const isWholeGone = gone.has(WHOLE_SPORT.key);
    const isGone = (league: string | null, id: unknown) => {
      if (league === null) return false;
      if (!isWholeGone) return gone.has(slug(league));
      return !carried.has(slug(league)) && !(typeof id === 'string' && carried.has(slug(id)));
    };
    for (const { id, league, state, wire } of [...book.odds.values()]) {
      if (state === 'open' && isGone(league, wire.league_id)) withdraw(book, id, timing.now());
    }
  }

  /** Leagues that the vendor names, and words that it may refuse, which would fail the whole of a read: read apart. */
  function apart(leagues: readonly League[]): League[][] {
    return [true, false].map((isNamed) =>
      leagues.filter(({ key }) => subscription.isNamed(key) === isNamed),
    );
  }

  /**
   * How much a stream that carries a league from now on may have missed of it: where it is the first one, all since the
   * league was first read, though none broke.
   */
  function missedMsOf({ key }: League, gapMs: number): number {
    const readSince = reader.readSince(key);
    if (gapMs > 0 || readSince === null) return gapMs;
    return Math.max(1, covered.has(key) ? 0 : timing.now() - readSince);
  }

  function keysOf(query: Pick<RelayQuery, 'leagues'>): string[] {
    const wanted = new Set(subscription.wanted().map(({ key }) => key));
    // A league is filled by itself or with the whole sport.
    return subscription
      .resolve(query)
      .map(({ key }) => (wanted.has(key) || !wanted.has('') ? key : ''));
  }

  /** How the feed is for some leagues: a stream that is back is live once what it missed has been read. */
  function coverageOf(query: Pick<RelayQuery, 'leagues'>, keys: readonly string[]): Coverage {
    const coverage = subscription.coverage(query);
    const missingSince = coverage.state === 'live' ? gaps.missingSince(keys) : null;
    if (missingSince === null) return coverage;
    return { ...coverage, state: 'late', since: missingSince };
  }

  function messageOf(
    keys: readonly string[],
    problemText: string | null,
    { isWhole, isLacking }: { isWhole: boolean; isLacking: boolean },
  ): string | null {
    const readProblem = reader.problem(keys);
    if (problemText !== null) return problemText;
    if (readProblem) {
      return `${readProblem.message} Until then the board shows what the stream brings.`;
    }
    if (isUnpriced()) {
      return 'Connected, but nothing is priced: the key may lack copilot; ask the vendor.';
    }
    if (isOverfull) return 'More odds than the server may hold: some are missing.';
    if (isLacking)
      return 'The list of leagues cannot be read, or not all of it: some may be missing.';
    if (isWhole && healed && timing.now() - healed.at < HEALED_NOTE_MS) return healed.text;
    return null;
  }

  function isUnpriced(): boolean {
    if (book.odds.size > 0 || timing.now() - lastPricedAt < settings.unpricedMs) return false;
    return book.fixtures.size > 0 || reader.isUnentitled();
  }

  function status(query: Pick<RelayQuery, 'leagues'>): FeedStatus {
    const keys = keysOf(query);
    const { state, since, connections, problem } = coverageOf(query, keys);
    const isLive = state === 'live';
    const isLacking = isLackingLeagues(query);
    const isPartial = isOverfull || !reader.isComplete(keys) || isLacking;
    return {
      feed: state,
      source: deps.source,
      partial: isPartial,
      filledAt: reader.filledAt(keys),
      since,
      message: messageOf(keys, isLive ? null : (problem?.message ?? null), {
        isWhole: isLive && !isPartial,
        isLacking,
      }),
      connections,
      gaps: gaps.list(keys),
    };
  }

  /**
   * The position, or one that is refused where what happened since is not all in the journal: a league of the
   * filter was let go since, or read for the first time, which makes no entries.
   */
  function resumable(query: Pick<RelayQuery, 'leagues'>, position: string | null): string | null {
    if (position === null || !parseEntryId(position)) return position;
    const keys = [...subscription.resolve(query).map(({ key }) => key), WHOLE_SPORT.key];
    const since = [reader.filledAt(keys), ...keys.map((key) => letGoAt.get(key))];
    const isStale = since.some((at) => at && compareEntryIds(position, at) < 0);
    return isStale ? BEFORE_ALL : position;
  }

  function housekeeping(): void {
    const now = timing.now();
    journal.prune();
    past.keep();
    for (const [key, at] of letGoAt) if ('reason' in journal.after(at)) letGoAt.delete(key);
    for (const fixture of book.fixtures.values()) {
      if (statusGroup(fixture.status) !== 'finished') {
        overSince.delete(fixture.id);
        continue;
      }
      // Each read of it is a new receipt, and no new end.
      const endedAt = fixture.statusChangedAt ?? overSince.get(fixture.id) ?? now;
      overSince.set(fixture.id, endedAt);
      if (now - endedAt > settings.finishedMs) forget(fixture.id);
    }
    if (now - sweptAt > settings.finishedMs) {
      sweptAt = now;
      for (const id of silentFixtures(now - SILENT_FACTOR * settings.finishedMs)) forget(id);
    }
    if (isOverfull && !refill && book.odds.size < settings.bookOdds * ROOM) {
      const leagues = subscription.wanted();
      refill = { keys: new Set(leagues.map(({ key }) => key)), since: now };
      for (const own of apart(leagues)) reader.read(own, 0);
      refilled([]);
    }
    if (viewers.count > 0) lastUsedAt = now;
    viewers.statusChanged();
    cancelHousekeeping = timing.schedule(housekeeping, HOUSEKEEPING_MS);
  }

  /** Forgets a fixture with its odds, and tells every board, which holds what this Book holds and no more. */
  function forget(id: string): void {
    const [oddId = ''] = book.oddIdsOf(id);
    const odd = book.odds.get(oddId);
    const told = odd ? placeholder(odd) : newFixture(id);
    const held = book.fixtures.get(id) ?? told;
    book.removeFixture(id);
    settledSince.delete(id);
    overSince.delete(id);
    journal.append({
      kind: 'fixture',
      event: 'forgotten',
      // Whoever asks for a league is told by what its odds say of it, as of them.
      fixture: { ...held, league: held.league ?? told.league },
      previous: null,
      data: (entryId) => forgottenData(id, entryId),
    });
    viewers.notify();
  }

  /** Fixtures of which neither list nor stream has said anything since `before`: nothing tells that they ended. */
  function silentFixtures(before: number): string[] {
    const newest = new Map<string, number>();
    for (const fixture of book.fixtures.values()) {
      const { statusReceivedAt, startReceivedAt, detailReceivedAt } = fixture;
      newest.set(fixture.id, Math.max(statusReceivedAt, startReceivedAt, detailReceivedAt));
    }
    for (const { fixtureId, receivedAt } of book.odds.values()) {
      newest.set(fixtureId, Math.max(newest.get(fixtureId) ?? 0, receivedAt));
    }
    return [...newest].filter(([, at]) => at < before).map(([id]) => id);
  }

  function refreshLeagues(): void {
    cancelLeagues = timing.schedule(refreshLeagues, settings.leaguesMs);
    deps.leagues().then(({ leagues, askedAt, isPart }) => {
      cancelWait();
      if (isClosed) return;
      // A list that cannot be read any more is no reason to forget it.
      if (leagues || leaguesAt === null) subscription.setActive(leagues);
      leaguesAt = leagues ? askedAt : leaguesAt;
      isPartOfLeagues = isPart;
      cancelOld();
      const leftMs = askedAt + settings.leaguesMs * OLD_LEAGUES - timing.now();
      if (leftMs > 0) cancelOld = timing.schedule(viewers.statusChanged, leftMs + 1);
      viewers.statusChanged();
    });
  }

  /**
   * Whether there may be a league of which nobody here has heard, since the list is old or was not all to be read, so that
   * who watches everything may lack it. The whole sport, where it is subscribed as such, brings every league by itself.
   */
  function isLackingLeagues(query: Pick<RelayQuery, 'leagues'>): boolean {
    if (query.leagues.length > 0 || leaguesAt === null) return false;
    if (subscription.wanted().some(({ key }) => key === WHOLE_SPORT.key)) return false;
    return isPartOfLeagues || timing.now() - leaguesAt > settings.leaguesMs * OLD_LEAGUES;
  }

  // Those who wait for the first odds must not wait for a list that may never come.
  const cancelWait = timing.schedule(() => subscription.setActive(null), LEAGUES_WAIT_MS);
  refreshLeagues();
  cancelHousekeeping = timing.schedule(housekeeping, HOUSEKEEPING_MS);

  /** What was held at a past position of what was watched then, and what it lacked. */
  async function pastOf(query: Pick<RelayQuery, 'leagues'>, position: string) {
    lastUsedAt = timing.now();
    const { book: held, at, isWatched, isOfWatched } = await past.at(position);
    const keys = subscription.resolve(query).map(({ key }) => key);
    const watched = (filter: RowFilter): RowFilter => ({
      odd: (odd, fixture) =>
        isOfWatched(odd.league, odd.wire.league_id) && filter.odd(odd, fixture),
      fixture: (fixture) =>
        isOfWatched(fixture.league, fixture.leagueId) && filter.fixture(fixture),
    });
    const isSilent = silentAt(query, position) !== null;
    return { at, book: held, watched, partial: isSilent || !keys.every(isWatched) };
  }

  /** Since when something of these leagues had no stream at a past position, epoch ms; null where all had. */
  function silentAt(query: Pick<RelayQuery, 'leagues'>, position: string): number | null {
    const keys = subscription.resolve(query).map(({ key }) => key);
    return gaps.silentAt(keys, Number.parseInt(position, 10));
  }

  async function ready(query: Pick<RelayQuery, 'leagues'>, waitMs: number): Promise<void> {
    lastUsedAt = timing.now();
    subscription.touch(query);
    await reader.ready(() => keysOf(query), waitMs);
  }

  return {
    sport,
    book,
    journal,
    get viewers() {
      return viewers.count;
    },
    get lastUsedAt() {
      return lastUsedAt;
    },

    stream: (query, position, signal, onEnd) =>
      viewers.stream(query, resumable(query, position), signal, onEnd),
    open: (query, position, openSink, onEnd) =>
      viewers.open(query, resumable(query, position), openSink, onEnd),

    async snapshot(query, { waitMs, limit, ageMs = 0, page, at }) {
      if (page !== undefined) return cuts.page(sport, page, limit);
      if (at !== undefined) {
        const then = await pastOf(query, at);
        const { partial } = then;
        const options = { limit, ageMs: settings.snapshotShareMs };
        return cuts.first(`${relayKey(query)} at ${then.at} ${partial}`, options, () => {
          const rows = selectRows(then.book, then.watched(subscribedRows(query)));
          return { sport, at: then.at, partial, format: query.oddsFormat, ...rows };
        });
      }
      await ready(query, waitMs);
      const { partial, filledAt } = status(query);
      // What still lacks something is made anew each time, and so is what lacked a league that was filled since.
      const key = partial || ageMs === 0 ? null : `${relayKey(query)} ${filledAt}`;
      return cuts.first(key, { limit, ageMs: Math.min(ageMs, settings.snapshotShareMs) }, () => {
        const rows = selectRows(book, subscribedRows(query));
        return { sport, at: journal.last(), partial, format: query.oddsFormat, ...rows };
      });
    },

    async firstScreen(query, { waitMs, fixtures, mainMarkets, isWhole, at }) {
      const scope = { leagues: query.league };
      const options = { fixtures, mainMarkets, isWhole };
      const format = 'american' as const;
      if (at === undefined) {
        await ready(scope, waitMs);
        const { totals, ...rows } = firstRows(book, query, { ...options, now: timing.now() });
        const feed = status(scope);
        const about = { sport, at: journal.last(), partial: feed.partial };
        return { snapshot: bodyOf({ ...about, format, ...rows }), feed, totals, past: null };
      }
      const moment = {
        ...{ ms: Number.parseInt(at, 10), position: at },
        silentSince: silentAt(scope, at),
      };
      // What a person should know of the feed as it is now is nothing of then.
      const told = { ...status(scope), message: null };
      try {
        const then = await pastOf(scope, at);
        const { totals, ...rows } = firstRows(then.book, query, {
          ...{ ...options, now: moment.ms },
          watched: then.watched,
        });
        const about = { sport, at: then.at, partial: then.partial };
        return {
          snapshot: bodyOf({ ...about, format, ...rows }),
          feed: told,
          totals,
          past: { ...moment, problem: null },
        };
      } catch (refused) {
        if (!isSnapshotError(refused)) throw refused;
        const nothing = { sport, at: journal.last(), partial: false, fixtures: [], odds: [] };
        return {
          snapshot: { ...nothing, next: null },
          feed: told,
          totals: { fixtures: 0, odds: 0 },
          // Where too many ask at once the board asks again by itself, or by whoever looks at it.
          past: { ...moment, problem: refused.kind === 'busy' ? null : refused.message },
        };
      }
    },

    status,

    history(id) {
      const entries: HistoryEntry[] = [];
      let price: number | null = null;
      // An entry may have several rows of it.
      for (const index of new Set(journal.newest(id)?.indexes)) {
        const entry = journal.at(index);
        if (entry?.kind !== 'odds') continue;
        const { points = null } = book.odds.get(id) ?? {};
        for (const [at, wire] of payloadOf(entry).data.entries()) {
          const route = entry.routes[at];
          const row = route?.id === id ? decodeOddRow(wire, entry.event) : null;
          if (!route || !row || 'reason' in row) continue;
          // A settled row has no price of its own.
          price = row.price ?? price;
          entries.push({
            timestamp: saidSeconds(row),
            event: entry.event,
            price,
            points: row.points ?? points,
            is_main: route.isMain,
            settlement: row.settlement,
            origin: 'board',
          });
        }
      }
      return entries;
    },

    health() {
      const wanted = subscription.wanted().filter(({ name }) => name !== '');
      const named = wanted.filter(({ key }) => subscription.isNamed(key));
      const { feed, message } = status({
        leagues: (named.length > 0 ? named : wanted).map(({ name }) => name),
      });
      return {
        feed,
        message,
        connections: subscription.connections(),
        gaps: gaps.list(null),
        differences: { ...differences },
        odds: book.odds.size,
        fixtures: book.fixtures.size,
        viewers: viewers.count,
        filters: viewers.filters().length,
        journal: {
          entries: journal.end - journal.start,
          rows: journal.rows,
          bytes: journal.bytes,
        },
        rejectedRows: { ...rejected },
      };
    },

    close() {
      isClosed = true;
      cancelWait();
      cancelLeagues();
      cancelOld();
      cancelHousekeeping();
      viewers.close();
      subscription.close();
      reader.close();
      past.close();
    },
  };
}

/**
 * Whether a read says something new of an odd. REST writes more fields than the stream and fractions of a
 * second: what it tells again in its own way is no news to anybody.
 */
function isNews({ odd, previous }: OddChange): boolean {
  if (!previous) return true;
  for (const key of Object.keys(odd) as (keyof typeof odd)[]) {
    if (RECEIPTS.has(key) || odd[key] === previous[key]) continue;
    if (typeof odd[key] !== 'number' || typeof previous[key] !== 'number') return true;
    const isTime = key === 'timestampSeconds' || key === 'lockedAt';
    if (!isTime || Math.floor(odd[key]) !== Math.floor(previous[key])) return true;
  }
  return false;
}

/** Whether a read says something of a fixture besides when the vendor last touched it. */
function isFixtureNews({ fixture, previous }: FixtureChange): boolean {
  if (!previous) return true;
  const content = (one: Fixture) => ({ ...one, wire: { ...one.wire, updated_at: null } });
  return !sameFixture(content(fixture), content(previous));
}

/**
 * When a row says what it says: of a settlement its own time is still that of the lock, of a lock that this server made
 * itself that of the last price.
 */
function saidSeconds({ timestampSeconds, lockedAt, settlement, settledAt }: OddRow): number {
  if (lockedAt !== null) return Math.max(timestampSeconds, lockedAt);
  if (settlement === null || settledAt === null) return timestampSeconds;
  return Math.max(timestampSeconds, Date.parse(settledAt) / 1000);
}

function fixturesOf(event: FeedEvent): string[] {
  if (event.kind === 'odds') return event.rows.map(({ fixtureId }) => fixtureId);
  return event.fixture ? [event.fixture.id] : [];
}
