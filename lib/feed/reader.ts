/**
 * The REST side of a sport: fills a league when it comes into use, reads it again after every gap of the
 * stream, and keeps reading slowly beside a healthy one, since some changes reach REST alone.
 *
 * A league's first read is silent: it is no news to anybody, so it makes no entries. Every later one does.
 */
import type { FixtureOdds } from '@/lib/protocol/decode';
import { compareEntryIds } from '@/lib/protocol/entry-id';
import type { FeedError } from '@/lib/protocol/errors';
import type { Fixture, FixturePatch, Rejected } from '@/lib/protocol/events';
import { statusGroup } from '@/lib/protocol/filter';
import { slug } from '@/lib/protocol/sports';
import type { FeedSettings } from './config';
import { createDoubts } from './doubts';
import type { Gate } from './gate';
import { asFeedError } from './refusal';
import {
  batches,
  type FixturesRead,
  ODDS_BATCH,
  type OddsRead,
  type Rest,
  VERSIONS_BATCH,
} from './rest';
import { type League, WHOLE_SPORT } from './subscription';
import { type Cancel, createPace, type Timing } from './timing';

/** Where what was read goes. `isSilent` reads make no entries. Each tells how many changes it made. */
export type ReaderTarget = {
  applyFixture(patch: FixturePatch, sentAt: number, isSilent: boolean): number;
  /**
   * `versions`: those asked for, null where none was. `openUntil`: until when it cannot tell of an odd whether it is open,
   * null where it can.
   */
  applyOdds(
    read: FixtureOdds,
    sentAt: number,
    kind: 'open' | 'settled',
    isSilent: boolean,
    versions: readonly number[] | null,
  ): { changes: number; openUntil: number | null };
  /** A read of a fixture's open odds found none. */
  withdraw(
    fixtureId: string,
    sentAt: number,
    isSilent: boolean,
    versions: readonly number[] | null,
  ): { changes: number; openUntil: number | null };
  /** Versions of which odds of these fixtures are held, and which the vendor does not list by itself. */
  unlistedVersions(fixtureIds: readonly string[]): number[];
  reject(rejected: readonly Rejected[]): void;
  fixtures(): Iterable<Fixture>;
  fixture(id: string): Fixture | undefined;
  /** Fixtures that have odds though nobody described them. */
  unknownFixtureIds(): string[];
  /** The name of the league that it is of, as far as anything told of it; null where nothing did. */
  leagueOf(fixtureId: string): string | null;
  hasOdds(fixtureId: string): boolean;
  hasOpenOdds(fixtureId: string): boolean;
  /** Whether all of its odds that are held are settled, so long ago that no correction is to come. */
  isSettled(fixtureId: string): boolean;
  /** Ends a silent fill: a new position, so that what was cut before it can be told from what comes after. */
  mark(): string;
  /** Readiness or problem changed. */
  onChange(): void;
  /** A re-read of these leagues, begun at `startedAt`, ended and found this many odds and fixtures that differed. */
  onHealed(
    keys: readonly string[],
    found: { changes: number; startedAt: number; gapMs: number },
  ): void;
  /** A read of these leagues failed and is tried again. */
  onReadFailed(keys: readonly string[], error: FeedError): void;
  /** A read beside the healthy stream found this many that differed. */
  onDiffering(changes: number): void;
};

export type ReaderDeps = {
  sport: string;
  rest: Rest;
  gate: Gate;
  timing: Timing;
  settings: FeedSettings;
  target: ReaderTarget;
};

export type Reader = {
  /** Takes leagues into use; they are read as soon as the stream carries them, or shortly after anyway. */
  add(leagues: readonly League[]): void;
  /** Reads leagues in full, since what came before may have been missed. */
  read(leagues: readonly League[], gapMs: number): void;
  /**
   * Something of the stream could not be read, nor of what it was. Answers the leagues to read at once: where this goes
   * on the others are read again by itself now and then, and called incomplete until then.
   */
  damaged(leagues: readonly League[]): League[];
  /** Reads these fixtures soon, or after `delayMs`, since what is held of them may be wrong; each not too often. */
  doubt(fixtureIds: readonly string[], delayMs?: number): void;
  /** Reads fixtures of which nobody knows who plays, each once. */
  describe(fixtureIds: readonly string[]): void;
  drop(keys: readonly string[]): void;
  /** Resolves once all of these were read or refused, or after `waitMs`. */
  ready(keys: () => readonly string[], waitMs: number): Promise<void>;
  isComplete(keys: readonly string[]): boolean;
  filledAt(keys: readonly string[]): string | null;
  /** When the first read of a league began, epoch ms; null before that. */
  readSince(key: string): number | null;
  /** Why something of these leagues could not be read last time. */
  problem(keys: readonly string[]): FeedError | null;
  /** True once the vendor answered as it does to a key without copilot. */
  isUnentitled(): boolean;
  close(): void;
};

type LeagueState = League & {
  /** `again`: read, and soon once more, since a gap came meanwhile. */
  phase: 'new' | 'reading' | 'read' | 'again' | 'failed';
  /** Whether its first, silent read has ended. */
  isFilled: boolean;
  filledAt: string | null;
  /** When that read, or the first try of it, began. */
  readSince: number | null;
  /** Tells a read that was overtaken by a drop or a newer read. */
  generation: number;
  /** Length of a gap that came while it was read: it is read once more after that, however many came. */
  gapMeanwhileMs: number | null;
  /** Reads that failed in a row, and why the last one did: one good batch does not make it whole. */
  failures: number;
  problem: FeedError | null;
  damage: {
    /** When it came last, and the pause between the reads that it leads to. */
    at: number;
    pauseMs: number;
    /** When the next read may begin, whether it is to, and whether it is under way. */
    readFrom: number;
    isDue: boolean;
    isRead: boolean;
  };
};

/** What a read of odds came to. */
type Found = {
  changes: number;
  /** Fixtures of which it could not tell, and in how many ms to ask again. */
  undecided: Map<string, number>;
  /** Why settled odds could not be read, which keeps nobody from the open ones. */
  refused: FeedError | null;
};

/** A league is read without its stream after this long: old prices, said to be partial, beat none. */
const STREAM_WAIT_MS = 2_000;
/** Pause between the reads that damage leads to: at first, at most, and after which calm it is the first again. */
const DAMAGE_PAUSE_MS = 2_000;
const DAMAGE_PAUSE_MAX_MS = 8_000;
const DAMAGE_CALM_MS = 600_000;
/** An answer about nothing is asked for again after this long, and is believed of a server that told something lately. */
const EMPTY_AGAIN_MS = 2_500;
const EMPTY_BELIEVED_MS = 60_000;
/** As many batches that fail in a row are the vendor's fault, not theirs. */
const OUTAGE = 3;
/** Fixtures that nobody described are asked about this late, so that one request asks about those that come together. */
const DESCRIBE_MS = 250;
/** Fixtures looked up by id are remembered, so that each is asked for once; this bounds how many. */
const MOST_LOOKED_UP = 10_000;
/** Shortest pause between two calls of the slow refresh, and its pause while there is nothing to read. */
const REFRESH_PACE_MS = 50;
const IDLE_PACE_MS = 1_000;

/** The reader of one sport. */
export function createReader(deps: ReaderDeps): Reader {
  const { sport, rest, gate, timing, settings, target } = deps;
  const leagues = new Map<string, LeagueState>();
  const waiters = new Set<() => void>();
  const timers = new Set<Cancel>();
  /** Fixtures that the newest list held. */
  let listed = new Set<string>();
  const lookedUp = new Set<string>();
  const askedToDescribe = new Set<string>();
  /** Those of them that are asked about soon. */
  let undescribed: string[] = [];
  /** Why the list of fixtures, or odds, could not be read last time beside the leagues' own reads. */
  const problems: Record<'fixtures' | 'odds' | 'settled', FeedError | null> = {
    fixtures: null,
    odds: null,
    settled: null,
  };
  let isUnentitled = false;
  /** Fixtures with open odds that the last answer did not speak of, nor of any other. */
  const unspoken = new Set<string>();
  let spokenAt = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  function later(task: () => void, delayMs: number): Cancel {
    if (isClosed) return () => {};
    const cancel = timing.schedule(() => {
      timers.delete(cancel);
      if (!isClosed) task();
    }, delayMs);
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  }

  function changed(): void {
    for (const check of [...waiters]) check();
    target.onChange();
  }

  function failed(what: keyof typeof problems, error: unknown): void {
    problems[what] = asFeedError(error, "The vendor's REST");
    changed();
  }

  function succeeded(what: keyof typeof problems): void {
    if (problems[what] === null) return;
    problems[what] = null;
    changed();
  }

  function leagueOf(
    fixture: Pick<Fixture, 'league'> | FixturePatch | undefined,
  ): LeagueState | null {
    const key = fixture?.league ? slug(fixture.league) : null;
    return (key === null ? undefined : leagues.get(key)) ?? leagues.get(WHOLE_SPORT.key) ?? null;
  }

  /** Whether something about this fixture is about one of these leagues; what is of none known is about all. */
  function concerns(id: string, keys: readonly string[]): boolean {
    const league = target.leagueOf(id);
    if (league === null) return true;
    const state = leagueOf({ league });
    return state !== null && keys.includes(state.key);
  }

  function isSilent(fixture: Pick<Fixture, 'league'> | FixturePatch | undefined): boolean {
    return leagueOf(fixture)?.isFilled === false;
  }

  /** Applies a list of fixtures, `onApplied` after each; answers how much of it was news. */
  async function applyList(
    { fixtures, rejected, sentAt }: FixturesRead,
    onApplied: (id: string) => void = () => {},
  ): Promise<number> {
    target.reject(rejected);
    const pace = createPace(timing);
    let changes = 0;
    for (const fixture of fixtures) {
      await pace();
      if (isClosed) break;
      changes += target.applyFixture(fixture, sentAt, isSilent(fixture));
      onApplied(fixture.id);
    }
    return changes;
  }

  /** Reads a batch of odds; live games and early starts come first in `ids`, so they are on screen first. */
  async function readOdds(ids: readonly string[], withSettled: boolean): Promise<Found> {
    const found: Found = { changes: 0, undecided: new Map(), refused: null };
    await readVersions(ids, withSettled, null, found);
    if (isClosed) return found;
    // What the vendor lists of itself is told before the rest is asked for.
    for (const versions of batches(target.unlistedVersions(ids), VERSIONS_BATCH)) {
      try {
        await readVersions(ids, withSettled, versions, found);
      } catch (error) {
        found.refused = asFeedError(error, "The vendor's REST");
        if (found.refused.code === 'rate-limited') throw error;
      }
      if (isClosed) break;
    }
    return found;
  }

  async function readVersions(
    ids: readonly string[],
    withSettled: boolean,
    versions: readonly number[] | null,
    found: Found,
  ): Promise<void> {
    const note = (id: string, applied: { changes: number; openUntil: number | null }) => {
      found.changes += applied.changes;
      if (applied.openUntil === null) return;
      const againMs = Math.max(0, applied.openUntil - timing.now());
      found.undecided.set(id, Math.max(againMs, found.undecided.get(id) ?? 0));
    };
    const apply = async (read: OddsRead, kind: 'open' | 'settled') => {
      target.reject(read.rejected);
      const pace = createPace(timing);
      for (const fixture of read.fixtures) {
        await pace();
        if (isClosed) return;
        if (fixture.rows.length > 0) isUnentitled = false;
        const held = target.fixture(fixture.fixture.id) ?? fixture.fixture;
        const silent = isSilent(held);
        note(held.id, target.applyOdds(fixture, read.sentAt, kind, silent, versions));
      }
    };
    // Settled first: an odd that is settled must not be taken for one that was withdrawn.
    if (withSettled) {
      try {
        const read = await rest.odds(ids, 'settled', versions ?? undefined);
        if (isClosed) return;
        succeeded('settled');
        await apply(read, 'settled');
      } catch (error) {
        found.refused = asFeedError(error, "The vendor's REST");
        if (found.refused.code === 'rate-limited') throw error;
        failed('settled', found.refused);
      }
    }
    const read = await rest.odds(ids, 'open', versions ?? undefined);
    if (isClosed) return;
    if (read.isUnentitled && versions === null) isUnentitled = true;
    await apply(read, 'open');
    if (isClosed) return;
    if (versions === null) withdrawUnlisted(ids, read, found, note);
    else if (read.fixtures.length > 0 && !read.isUnclear) {
      const listed = new Set(read.fixtures.map(({ fixture }) => fixture.id));
      for (const id of ids) {
        if (listed.has(id)) continue;
        note(id, target.withdraw(id, read.sentAt, isSilent(target.fixture(id)), versions));
      }
    }
  }

  /**
   * Fixtures that the answer leaves out altogether have no open odds any more. Not so where the answer may have spoken
   * of them in what could not be read, or speaks of none at all: that may as well be a server that cannot tell.
   */
  function withdrawUnlisted(
    ids: readonly string[],
    read: OddsRead,
    found: Found,
    note: (id: string, applied: ReturnType<ReaderTarget['withdraw']>) => void,
  ): void {
    const listed = new Set(read.fixtures.map(({ fixture }) => fixture.id));
    const now = timing.now();
    if (listed.size > 0) spokenAt = now;
    // Also of those that nobody holds any more, or it would grow for ever.
    for (const id of unspoken) if (listed.has(id) || !target.hasOpenOdds(id)) unspoken.delete(id);
    for (const id of ids) {
      if (listed.has(id) || !target.hasOpenOdds(id)) continue;
      const wasUnspoken = unspoken.has(id);
      if (listed.size === 0) unspoken.add(id);
      const isSaid = listed.size > 0 || (wasUnspoken && now - spokenAt <= EMPTY_BELIEVED_MS);
      if (!isSaid || read.isUnclear || read.isUnentitled) {
        found.undecided.set(id, wasUnspoken ? settings.restRetryMs : EMPTY_AGAIN_MS);
        continue;
      }
      unspoken.delete(id);
      note(id, target.withdraw(id, read.sentAt, isSilent(target.fixture(id)), null));
    }
  }

  /** What a read left open is asked for again. */
  function doubt(ids: readonly string[], { undecided, refused }: Found): void {
    const delayMs = settings.restRetryMs;
    if (refused) doubts.add(ids.filter(isKnown), { delayMs, isTold: true });
    for (const [id, againMs] of undecided) doubts.add([id], { delayMs: againMs });
  }

  /** Whether a read can still tell something of it: settlements, and what corrects them, come after the end. */
  function isOfUse(fixture: Fixture): boolean {
    return !isOver(fixture) || !target.isSettled(fixture.id);
  }

  async function readAll(
    states: readonly LeagueState[],
    isWanted: () => boolean,
  ): Promise<{ changes: number; ids: ReadonlySet<string> }> {
    const names = states.map(({ name }) => name).filter((name) => name !== '');
    const list = await rest.fixtures(sport, names);
    const ids = new Set<string>();
    if (isClosed || !isWanted()) return { changes: 0, ids };
    list.fixtures.sort(byUrgency);
    let changes = await applyList(list, (id) => {
      listed.add(id);
      ids.add(id);
    });
    // Nobody reads their odds any more: nothing is settled by this.
    if (isClosed || !isWanted()) return { changes, ids: new Set() };
    // What left the list meanwhile is read as well: its odds are held and may be wrong.
    for (const fixture of target.fixtures()) {
      const state = leagueOf(fixture);
      if (state && states.includes(state) && isOfUse(fixture)) ids.add(fixture.id);
    }
    const waiting = batches([...ids], ODDS_BATCH);
    const decided = new Set<string>();
    let isAnyRead = false;
    let failedInRow = 0;
    let lastError: unknown = null;
    const work = async () => {
      for (let batch = waiting.shift(); batch && isWanted(); batch = waiting.shift()) {
        const startedAt = timing.now();
        try {
          const found = await readOdds(batch, true);
          isAnyRead = true;
          failedInRow = 0;
          changes += found.changes;
          doubt(batch, found);
          if (found.refused) continue;
          for (const id of batch) if (!found.undecided.has(id)) decided.add(id);
        } catch (error) {
          failedInRow += 1;
          const { code } = asFeedError(error, "The vendor's REST");
          if (code === 'rate-limited' || code === 'unauthorized' || failedInRow >= OUTAGE) {
            // One refusal is the answer to all of them.
            waiting.length = 0;
            throw error;
          }
          // One that cannot be read keeps nobody from the others.
          lastError = error;
          doubts.add(batch.filter(isKnown), { delayMs: restMs(startedAt), isTold: true });
        }
      }
    };
    await Promise.all(Array.from({ length: settings.restConcurrency }, work));
    if (lastError !== null && !isAnyRead) throw lastError;
    return { changes, ids: decided };
  }

  function read(wanted: readonly League[], gapMs: number): void {
    const states: LeagueState[] = [];
    for (const state of wanted.flatMap(({ key }) => leagues.get(key) ?? [])) {
      // A stream that breaks again and again must not pile up reads, nor keep each from its end.
      if (state.phase === 'reading' || state.phase === 'again')
        state.gapMeanwhileMs = Math.max(state.gapMeanwhileMs ?? 0, gapMs);
      else states.push(state);
    }
    if (states.length === 0 || isClosed) return;
    const generations = new Map<LeagueState, number>();
    for (const state of states) {
      state.generation += 1;
      generations.set(state, state.generation);
      state.phase = 'reading';
      state.gapMeanwhileMs = null;
    }
    const current = () => states.filter((state) => state.generation === generations.get(state));
    const wasFilled = states.every(({ isFilled }) => isFilled);
    const startedAt = timing.now();
    for (const state of states) state.readSince ??= startedAt;
    changed();
    readAll(states, () => current().length > 0).then(
      ({ changes, ids }) => {
        if (isClosed) return;
        succeeded('fixtures');
        succeeded('odds');
        const done = current();
        doubts.settle((id) => ids.has(id), startedAt);
        finish(done);
        const keys = done.map(({ key }) => key);
        // A first read tells nobody anything new, so it corrects nothing.
        target.onHealed(keys, { changes: wasFilled ? changes : 0, startedAt, gapMs });
        const again = current().filter(({ gapMeanwhileMs }) => gapMeanwhileMs !== null);
        for (const state of again) state.phase = 'again';
        later(() => {
          const still = again.filter(({ phase }) => phase === 'again');
          for (const state of still) state.phase = 'read';
          read(still, Math.max(0, ...still.map((state) => state.gapMeanwhileMs ?? 0)));
        }, settings.restBackoffMs);
      },
      (error: unknown) => {
        if (isClosed) return;
        const broken = current();
        let failures = 0;
        const problem = asFeedError(error, "The vendor's REST");
        for (const state of broken) {
          state.phase = 'failed';
          state.failures += 1;
          state.problem = problem;
          failures = Math.max(failures, state.failures);
        }
        if (broken.length === 0) return;
        changed();
        target.onReadFailed(
          broken.map(({ key }) => key),
          problem,
        );
        const again = () => {
          const still = current().filter(({ phase }) => phase === 'failed');
          read(still, Math.max(gapMs, ...still.map((state) => state.gapMeanwhileMs ?? 0)));
        };
        later(again, pauseMs(failures, timing.now() - startedAt));
      },
    );
  }

  const isKnown = (id: string) => target.fixture(id) !== undefined || target.hasOdds(id);

  const doubts = createDoubts({
    now: timing.now,
    later,
    read: check,
    isOfUse: (id) => isKnown(id) && concerns(id, [...leagues.keys()]),
    pauseMs,
    waitMs: () => gate.waitMs('reads'),
    slowMs: settings.restSlowMs,
    onChange() {
      if (!isClosed) changed();
    },
  });

  /** Reads everything there is to know of a few fixtures. */
  async function check(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    try {
      const known = await rest.fixturesById(ids);
      if (isClosed) return new Map();
      const changes = await applyList(known);
      const found = await readOdds(ids, true);
      differing(changes + found.changes);
      if (found.refused) throw found.refused;
      succeeded('odds');
      return found.undecided;
    } catch (error) {
      if (error !== problems.settled) failed('odds', error);
      throw error;
    }
  }

  /** What is left of the pause after a read that began at `startedAt` and failed; one that hung has waited already. */
  function restMs(startedAt: number): number {
    return Math.max(0, settings.restRetryMs - (timing.now() - startedAt));
  }

  /** Half of it is chance, so that sports do not ask in step; a read that hung has waited already. */
  function pauseMs(failures: number, spentMs: number): number {
    const ceiling = Math.min(
      settings.restRetryMs,
      settings.restBackoffMs * 2 ** Math.min(failures - 1, 20),
    );
    return Math.max(ceiling * (0.5 + timing.random() / 2) - spentMs, gate.waitMs('reads'), 0);
  }

  function finish(states: readonly LeagueState[]): void {
    const isFill = states.some(({ isFilled }) => !isFilled);
    const at = isFill ? target.mark() : null;
    for (const state of states) {
      state.phase = 'read';
      state.failures = 0;
      state.problem = null;
      // Where it was read already when the damage came, it is read once more.
      state.damage.isRead &&= state.gapMeanwhileMs !== null;
      if (state.isFilled) continue;
      state.isFilled = true;
      state.filledAt = at;
    }
    changed();
  }

  function inUse(): LeagueState[] {
    return [...leagues.values()].filter(
      ({ isFilled, phase }) => isFilled && (phase === 'read' || phase === 'again'),
    );
  }

  /** The list of fixtures again: new ones, changed ones, and those that left it. */
  async function poll(): Promise<void> {
    const states = inUse();
    if (states.length === 0) return;
    const names = states.map(({ name }) => name).filter((name) => name !== '');
    const list = await rest.fixtures(sport, names);
    if (isClosed) return;
    const now = new Set<string>();
    const fresh: string[] = [];
    // What was not asked for now is listed as it was.
    for (const id of listed) {
      const state = leagueOf(target.fixture(id));
      if (state && !states.includes(state)) now.add(id);
    }
    for (const fixture of list.fixtures) {
      now.add(fixture.id);
      lookedUp.delete(fixture.id);
      if (!listed.has(fixture.id)) fresh.push(fixture.id);
    }
    listed = now;
    differing(await applyList(list));
    if (isClosed) return;
    const gone = [...target.fixtures()]
      .filter((fixture) => {
        const state = leagueOf(fixture);
        return state && states.includes(state) && !now.has(fixture.id) && !isOver(fixture);
      })
      .map(({ id }) => id);
    doubts.add(fresh);
    await lookUp([...gone, ...target.unknownFixtureIds()]);
  }

  /** Asks for fixtures that no list holds: how they ended, or who plays. Known ones until they are over. */
  async function lookUp(candidates: readonly string[]): Promise<void> {
    if (lookedUp.size > MOST_LOOKED_UP) lookedUp.clear();
    const ids = candidates.filter((id) => !lookedUp.has(id));
    if (ids.length === 0) return;
    const found = await rest.fixturesById(ids);
    if (isClosed) return;
    for (const id of ids) lookedUp.add(id);
    differing(await applyList(found));
    for (const { id, status = null } of found.fixtures) {
      // A list may drop a fixture before its status says why.
      if (!isOver({ status })) lookedUp.delete(id);
    }
    for (const batch of batches(ids.filter(target.hasOdds), ODDS_BATCH)) await look(batch, true);
  }

  /** Reads a batch beside the healthy stream. */
  async function look(ids: readonly string[], withSettled: boolean): Promise<void> {
    const found = await readOdds(ids, withSettled);
    differing(found.changes);
    doubt(ids, found);
  }

  function differing(changes: number): void {
    if (changes > 0 && !isClosed) target.onDiffering(changes);
  }

  function repeat(task: () => Promise<void>, everyMs: number): void {
    if (everyMs === 0) return;
    later(() => {
      task()
        .then(
          () => succeeded('fixtures'),
          (error: unknown) => failed('fixtures', error),
        )
        .finally(() => {
          if (!isClosed) repeat(task, everyMs);
        });
    }, everyMs);
  }

  /** The rest of the cycle under way. */
  let cycle: string[][] = [];
  /** When the cycle under way is to end. */
  let cycleEndsAt = 0;

  function scheduleRefresh(): void {
    if (settings.oddsRefreshMs === 0) return;
    if (cycle.length === 0) {
      const states = inUse();
      const ids = [...target.fixtures()]
        .filter((fixture) => {
          const state = leagueOf(fixture);
          return state && states.includes(state) && isOfUse(fixture);
        })
        .map(({ id }) => id);
      cycle = batches(ids, ODDS_BATCH);
      // From the end of the last one, unless that was long ago: answers take their time.
      const now = timing.now();
      const begunAt = now - cycleEndsAt < settings.oddsRefreshMs ? cycleEndsAt : now;
      if (cycle.length > 0) cycleEndsAt = begunAt + settings.oddsRefreshMs;
    }
    // Nothing held yet: look again soon, or the first cycle would come a cycle late.
    const paceMs =
      cycle.length === 0
        ? Math.min(settings.oddsRefreshMs, IDLE_PACE_MS)
        : Math.max(REFRESH_PACE_MS, (cycleEndsAt - timing.now()) / cycle.length);
    later(refresh, paceMs);
  }

  function refresh(): void {
    const waitMs = gate.waitMs('reads');
    if (waitMs > 0) {
      // What is held back is read late, not left out.
      later(refresh, waitMs);
      return;
    }
    const batch = cycle.shift();
    if (!batch) {
      scheduleRefresh();
      return;
    }
    const mayBeSettled = batch.some(
      (id) => statusGroup(target.fixture(id)?.status ?? null) !== 'upcoming',
    );
    const startedAt = timing.now();
    look(batch, mayBeSettled)
      .then(
        () => succeeded('odds'),
        (error: unknown) => {
          failed('odds', error);
          doubts.add(batch, { delayMs: restMs(startedAt) });
        },
      )
      .finally(scheduleRefresh);
  }

  repeat(poll, settings.fixturesPollMs);
  scheduleRefresh();

  function isComplete(keys: readonly string[]): boolean {
    const isRead = keys.every((key) => {
      const state = leagues.get(key);
      if (!state?.isFilled || state.damage.isDue || state.damage.isRead) return false;
      return state.phase !== 'failed' && state.failures === 0;
    });
    // A doubt is soon answered, or else is told.
    return isRead && !doubts.isTold((id) => concerns(id, keys));
  }

  function damaged(wanted: readonly League[]): League[] {
    const now = timing.now();
    const atOnce: LeagueState[] = [];
    const deferred: LeagueState[] = [];
    for (const state of wanted.flatMap(({ key }) => leagues.get(key) ?? [])) {
      const { damage } = state;
      if (now - damage.at > DAMAGE_CALM_MS) damage.pauseMs = 0;
      damage.at = now;
      // What waits for its read anyway is read after this.
      if (damage.isDue || state.phase === 'failed') continue;
      if (now >= damage.readFrom) atOnce.push(state);
      else deferred.push(state);
    }
    for (const state of atOnce) noteDamageRead(state);
    if (deferred.length > 0) {
      for (const { damage } of deferred) damage.isDue = true;
      later(
        () => {
          const still = deferred.filter((state) => leagues.get(state.key) === state);
          for (const state of still) {
            state.damage.isDue = false;
            state.damage.isRead = true;
            noteDamageRead(state);
          }
          read(still, 0);
        },
        Math.max(...deferred.map(({ damage }) => damage.readFrom)) - now,
      );
      changed();
    }
    return atOnce;
  }

  function noteDamageRead({ damage }: LeagueState): void {
    damage.pauseMs = Math.min(
      DAMAGE_PAUSE_MAX_MS,
      damage.pauseMs === 0 ? DAMAGE_PAUSE_MS : damage.pauseMs * 2,
    );
    damage.readFrom = timing.now() + damage.pauseMs;
  }

  return {
    add(added) {
      const states: LeagueState[] = [];
      for (const league of added) {
        if (leagues.has(league.key)) continue;
        const state: LeagueState = {
          ...league,
          phase: 'new',
          isFilled: false,
          filledAt: null,
          readSince: null,
          generation: 0,
          gapMeanwhileMs: null,
          failures: 0,
          problem: null,
          damage: { at: 0, pauseMs: 0, readFrom: 0, isDue: false, isRead: false },
        };
        leagues.set(league.key, state);
        states.push(state);
      }
      if (states.length === 0) return;
      later(() => {
        read(
          states.filter((state) => state.phase === 'new' && leagues.get(state.key) === state),
          0,
        );
      }, STREAM_WAIT_MS);
      changed();
    },
    read,
    damaged,
    doubt: (fixtureIds, delayMs) => doubts.add(fixtureIds.filter(isKnown), { delayMs }),
    describe(fixtureIds) {
      const fresh = fixtureIds.filter((id) => isKnown(id) && !askedToDescribe.has(id));
      if (fresh.length === 0) return;
      if (askedToDescribe.size > MOST_LOOKED_UP) askedToDescribe.clear();
      for (const id of fresh) askedToDescribe.add(id);
      if (undescribed.length === 0) {
        later(
          () => {
            const ids = undescribed;
            undescribed = [];
            // What fails, or is not known there yet, is asked for with the next list.
            rest.fixturesById(ids).then(
              async (found) => differing(isClosed ? 0 : await applyList(found)),
              (error: unknown) => failed('fixtures', error),
            );
          },
          Math.max(DESCRIBE_MS, gate.waitMs('reads')),
        );
      }
      undescribed.push(...fresh);
    },
    drop(keys) {
      for (const key of keys) {
        const state = leagues.get(key);
        if (state) state.generation += 1;
        leagues.delete(key);
      }
    },
    ready: (keys, waitMs) =>
      new Promise((resolve) => {
        const isReady = () => {
          const wanted = keys();
          return (
            isClosed ||
            (wanted.length > 0 &&
              wanted.every((key) => {
                const state = leagues.get(key);
                return state?.isFilled || state?.phase === 'failed';
              }))
          );
        };
        const end = () => {
          cancel();
          waiters.delete(check);
          resolve();
        };
        const check = () => {
          if (isReady()) end();
        };
        if (waitMs <= 0) {
          resolve();
          return;
        }
        const cancel = timing.schedule(end, waitMs);
        waiters.add(check);
        check();
      }),
    isComplete,
    filledAt(keys) {
      let newest: string | null = null;
      for (const key of keys) {
        const at = leagues.get(key)?.filledAt ?? null;
        if (at !== null && (newest === null || compareEntryIds(at, newest) > 0)) newest = at;
      }
      return newest;
    },
    readSince: (key) => leagues.get(key)?.readSince ?? null,
    problem(keys) {
      const own = keys.flatMap((key) => leagues.get(key)?.problem ?? []);
      return own[0] ?? problems.odds ?? problems.fixtures ?? problems.settled;
    },
    isUnentitled: () => isUnentitled,
    close() {
      isClosed = true;
      for (const cancel of timers) cancel();
      timers.clear();
      changed();
    },
  };
}

function isOver(fixture: Pick<Fixture, 'status'>): boolean {
  return statusGroup(fixture.status) === 'finished';
}

/** Live before upcoming, then by start. */
function byUrgency(a: FixturePatch, b: FixturePatch): number {
  const live = (fixture: FixturePatch) => (statusGroup(fixture.status ?? null) === 'live' ? 0 : 1);
  return live(a) - live(b) || ((a.startDate ?? '9') < (b.startDate ?? '9') ? -1 : 1);
}
