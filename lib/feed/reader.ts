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
import { batches, ODDS_BATCH, type OddsRead, type Rest } from './rest';
import { type League, WHOLE_SPORT } from './subscription';
import type { Cancel, Timing } from './timing';

/** Where what was read goes. `isSilent` reads make no entries. Each tells how many changes it made. */
export type ReaderTarget = {
  applyFixture(patch: FixturePatch, sentAt: number, isSilent: boolean): number;
  applyOdds(read: FixtureOdds, sentAt: number, kind: 'open' | 'settled', isSilent: boolean): number;
  reject(rejected: readonly Rejected[]): void;
  fixtures(): Iterable<Fixture>;
  fixture(id: string): Fixture | undefined;
  /** Fixtures that have odds though nobody described them. */
  unknownFixtureIds(): string[];
  hasOdds(fixtureId: string): boolean;
  /** Whether some of its odds are held that are not settled. */
  isUnsettled(fixtureId: string): boolean;
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
  /** Reads these fixtures soon, since what the stream told of them may be wrong; each not too often. */
  doubt(fixtureIds: readonly string[]): void;
  drop(keys: readonly string[]): void;
  /** Resolves once all of these were read or refused, or after `waitMs`. */
  ready(keys: () => readonly string[], waitMs: number): Promise<void>;
  isComplete(keys: readonly string[]): boolean;
  filledAt(keys: readonly string[]): string | null;
  problem(): FeedError | null;
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
  /** Tells a read that was overtaken by a drop or a newer read. */
  generation: number;
  /** Length of a gap that came while it was read: it is read once more after that, however many came. */
  gapMeanwhileMs: number | null;
  /** Reads that failed in a row. */
  failures: number;
};

/** A league is read without its stream after this long: old prices, said to be partial, beat none. */
const STREAM_WAIT_MS = 2_000;
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
  /** Why the list of fixtures, or odds, could not be read last time. */
  const problems: Record<'fixtures' | 'odds' | 'settled', FeedError | null> = {
    fixtures: null,
    odds: null,
    settled: null,
  };
  let isUnentitled = false;
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

  function isSilent(fixture: Pick<Fixture, 'league'> | FixturePatch | undefined): boolean {
    return leagueOf(fixture)?.isFilled === false;
  }

  /** Reads a batch of odds; live games and early starts come first in `ids`, so they are on screen first. */
  async function readOdds(ids: readonly string[], withSettled: boolean): Promise<number> {
    let changes = 0;
    // Settled first: an odd that is settled must not be taken for one that was withdrawn.
    for (const kind of withSettled ? (['settled', 'open'] as const) : (['open'] as const)) {
      const read = await readKind(ids, kind);
      if (isClosed) return changes;
      if (!read) {
        doubts.add(ids.filter(isKnown), settings.restRetryMs);
        continue;
      }
      target.reject(read.rejected);
      if (kind === 'open' && read.isUnentitled) isUnentitled = true;
      for (const fixture of read.fixtures) {
        if (fixture.rows.length > 0) isUnentitled = false;
        const held = target.fixture(fixture.fixture.id) ?? fixture.fixture;
        changes += target.applyOdds(fixture, read.sentAt, kind, isSilent(held));
      }
      if (kind === 'open' && !read.isUnentitled) changes += withdrawUnlisted(ids, read);
    }
    return changes;
  }

  /** One answer; null where settled odds are refused, which keeps nobody from the open ones. */
  async function readKind(
    ids: readonly string[],
    kind: 'open' | 'settled',
  ): Promise<OddsRead | null> {
    if (kind === 'open') return rest.odds(ids, kind);
    try {
      const read = await rest.odds(ids, kind);
      succeeded('settled');
      return read;
    } catch (error) {
      if (asFeedError(error, '').code === 'rate-limited') throw error;
      failed('settled', error);
      return null;
    }
  }

  /**
   * Fixtures that the answer leaves out altogether have no open odds any more. An answer about none of them
   * at all is rather one of a server that cannot tell, and changes nothing.
   */
  function withdrawUnlisted(ids: readonly string[], read: OddsRead): number {
    if (read.fixtures.length === 0) return 0;
    const listed = new Set(read.fixtures.map(({ fixture }) => fixture.id));
    let changes = 0;
    for (const id of ids) {
      const fixture = target.fixture(id);
      // A fixture whose wrapper was rejected is one we know nothing new of.
      if (!fixture || listed.has(id) || read.rejected.length > 0) continue;
      const nothing = { fixture: { id, wire: fixture.wire }, rows: [], rejected: [] };
      changes += target.applyOdds(nothing, read.sentAt, 'open', isSilent(fixture));
    }
    return changes;
  }

  /** Whether a read can still tell something of it: settlements come after the end. */
  function isOfUse(fixture: Fixture): boolean {
    return !isOver(fixture) || target.isUnsettled(fixture.id);
  }

  async function readAll(states: readonly LeagueState[], isWanted: () => boolean): Promise<number> {
    const names = states.map(({ name }) => name).filter((name) => name !== '');
    const list = await rest.fixtures(sport, names);
    if (isClosed || !isWanted()) return 0;
    target.reject(list.rejected);
    let changes = 0;
    const ids = new Set<string>();
    for (const fixture of [...list.fixtures].sort(byUrgency)) {
      changes += target.applyFixture(fixture, list.sentAt, isSilent(fixture));
      listed.add(fixture.id);
      ids.add(fixture.id);
    }
    // What left the list meanwhile is read as well: its odds are held and may be wrong.
    for (const fixture of target.fixtures()) {
      const state = leagueOf(fixture);
      if (state && states.includes(state) && isOfUse(fixture)) ids.add(fixture.id);
    }
    const waiting = batches([...ids], ODDS_BATCH);
    const work = async () => {
      for (let batch = waiting.shift(); batch && isWanted(); batch = waiting.shift()) {
        try {
          changes += await readOdds(batch, true);
        } catch (error) {
          // One refusal is the answer to all of them.
          waiting.length = 0;
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: settings.restConcurrency }, work));
    return changes;
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
    changed();
    readAll(states, () => current().length > 0).then(
      (changes) => {
        if (isClosed) return;
        succeeded('fixtures');
        succeeded('odds');
        const done = current();
        doubts.settle((id) => {
          const state = leagueOf(target.fixture(id));
          return state !== null && done.includes(state);
        }, startedAt);
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
        for (const state of broken) {
          state.phase = 'failed';
          state.failures += 1;
          failures = Math.max(failures, state.failures);
        }
        failed('odds', error);
        if (broken.length === 0) return;
        target.onReadFailed(
          broken.map(({ key }) => key),
          asFeedError(error, "The vendor's REST"),
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
    isOfUse: (id) => leagueOf(target.fixture(id)) !== null,
    pauseMs,
    waitMs: () => gate.waitMs('reads'),
    slowMs: settings.restSlowMs,
    onChange() {
      if (!isClosed) changed();
    },
  });

  /** Reads everything there is to know of a few fixtures. */
  async function check(ids: readonly string[]): Promise<void> {
    try {
      const found = await rest.fixturesById(ids);
      if (isClosed) return;
      target.reject(found.rejected);
      let changes = 0;
      for (const fixture of found.fixtures) {
        changes += target.applyFixture(fixture, found.sentAt, isSilent(fixture));
      }
      differing(changes + (await readOdds(ids, true)));
    } catch (error) {
      failed('odds', error);
      throw error;
    }
    if (problems.settled) throw problems.settled;
    readWell();
  }

  /** While a league could not be read in full, one good batch does not make it whole. */
  function readWell(): void {
    if (inUse().length === leagues.size) succeeded('odds');
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
    target.reject(list.rejected);
    const now = new Set<string>();
    const fresh: string[] = [];
    let changes = 0;
    for (const fixture of list.fixtures) {
      now.add(fixture.id);
      lookedUp.delete(fixture.id);
      if (!listed.has(fixture.id)) fresh.push(fixture.id);
      changes += target.applyFixture(fixture, list.sentAt, isSilent(fixture));
    }
    differing(changes);
    const gone = [...target.fixtures()]
      .filter((fixture) => {
        const state = leagueOf(fixture);
        return state && states.includes(state) && !now.has(fixture.id) && !isOver(fixture);
      })
      .map(({ id }) => id);
    listed = now;
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
    target.reject(found.rejected);
    for (const fixture of found.fixtures) {
      differing(target.applyFixture(fixture, found.sentAt, isSilent(fixture)));
      // A list may drop a fixture before its status says why.
      if (!isOver({ status: fixture.status ?? null })) lookedUp.delete(fixture.id);
    }
    for (const batch of batches(ids.filter(target.hasOdds), ODDS_BATCH))
      differing(await readOdds(batch, true));
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
    readOdds(batch, mayBeSettled)
      .then(
        (changes) => {
          differing(changes);
          readWell();
        },
        (error: unknown) => {
          failed('odds', error);
          doubts.add(batch, settings.restRetryMs);
        },
      )
      .finally(scheduleRefresh);
  }

  repeat(poll, settings.fixturesPollMs);
  scheduleRefresh();

  function isComplete(keys: readonly string[]): boolean {
    if (problems.settled) return false;
    const isRead = keys.every((key) => {
      const state = leagues.get(key);
      return state?.isFilled && state.phase !== 'failed' && state.failures === 0;
    });
    if (!isRead) return false;
    // A doubt is soon answered, or else is told.
    return !doubts.isSlow((id) => {
      const state = leagueOf(target.fixture(id));
      return state !== null && keys.includes(state.key);
    });
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
          generation: 0,
          gapMeanwhileMs: null,
          failures: 0,
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
    doubt: (fixtureIds) => doubts.add(fixtureIds.filter(isKnown)),
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
    problem: () => problems.odds ?? problems.fixtures ?? problems.settled,
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
