/**
 * The lives of all fixtures: announced, drifting, started, locked, suspended, finished, settled, forgotten, and
 * replaced for ever. One heap of timed tasks and one budget of price moves drive it; nothing scans everything.
 * The same seed, start and options give the same events whatever the steps in which time is advanced.
 */
import type { OddsEventName } from '@/lib/protocol/events';
import { newPlay, type Step } from './games';
import { createHeap } from './heap';
import {
  type Changes,
  type FixtureStatus,
  forgetOutlooks,
  grade,
  lockBook,
  type MarketBook,
  note,
  type Player,
  planBooks,
  playerMean,
  reprice,
  type SimFixture,
  type SimOdd,
  slugOfDay,
  type Team,
} from './markets';
import { abbreviate, personName, slug, teamName } from './names';
import { createRandom, type Random } from './random';
import { type LeagueDef, SPORTS, type SportDef } from './sports';

export type WorldOptions = {
  seed: number;
  /** Odds on offer at once, over all sports. */
  odds: number;
  /** Row updates a second, over all sports. */
  rate: number;
  /** How many times faster than life games are played. */
  speed: number;
  startMs: number;
};

export type WorldEvent =
  | { kind: 'odds'; sport: string; name: OddsEventName; atMs: number; odds: readonly SimOdd[] }
  | {
      kind: 'fixture-status';
      sport: string;
      atMs: number;
      fixture: SimFixture;
      oldStatus: FixtureStatus | null;
      newStatus: FixtureStatus | null;
      oldStartMs: number | null;
      newStartMs: number | null;
    };

/** What a test or a demonstrator may make a fixture do. */
export const ACTS = [
  'start',
  'score',
  'half',
  'finish',
  'cancel',
  'delay',
  'suspend',
  'return',
  'move-start',
  'reschedule',
  'lock',
  'reopen',
] as const;
export type Act = (typeof ACTS)[number];

export type World = {
  /** Ms up to which the world has lived. */
  readonly nowMs: number;
  sports: readonly SportDef[];
  /** Every fixture still remembered, finished ones included, in order of announcement. */
  fixtures(sport: string): Iterable<SimFixture>;
  fixture(id: string): SimFixture | undefined;
  odd(id: string): SimOdd | undefined;
  fixturesOf(teamOrPlayerId: string): SimFixture[];
  /** Lives on until `ms`. */
  advance(ms: number): void;
  /** Lets `ms` pass in which nothing happens; everything planned comes that much later. */
  skip(ms: number): void;
  /** Makes a fixture do something now; throws with the reason where it cannot. */
  act(fixtureId: string, act: Act): void;
};

/** Price moves are budgeted in slices of this length, so that the step of `advance` does not matter. */
const SLICE_MS = 25;
const ROWS_PER_EVENT = 40;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Finished fixtures stay listed this long, and never more than a quarter of those in play. */
const FINISHED_MS = 30 * MINUTE;
/** 80 % of updates go to this part of fixtures. */
const HOT_PART = 0.2;
const HOT_SHARE = 0.8;
/** How far opinion wanders from the truth, in steps of the sport's drift. */
const OPINION_PULL = 1 / 128;

type Role = 'ending' | 'half' | 'live' | 'soon' | 'suspended' | 'moving' | 'delayed' | 'upcoming';
/** Who is there when the world begins, in this order, so that a newcomer soon sees every state. */
const ROLES: readonly Role[] = [
  'live',
  'soon',
  'ending',
  'moving',
  'suspended',
  'upcoming',
  'delayed',
  'live',
  'half',
  'upcoming',
  'live',
  'upcoming',
];

type SportWorld = {
  def: SportDef;
  random: Random;
  target: number;
  quota: number;
  weight: number;
  fixtures: Map<string, SimFixture>;
  finished: SimFixture[];
  /** Fixtures with prices, the busiest first; the head of the list is the hot part. */
  active: SimFixture[];
  hot: number;
  teams: Map<LeagueDef, Team[]>;
};

/** A world beginning at `startMs` in full swing: games under way, some just settled, some about to start. */
export function createWorld(options: WorldOptions, emit: (event: WorldEvent) => void): World {
  const { rate, speed } = options;
  const random = createRandom(options.seed);
  const keep = Math.min(Math.max(Math.floor(1_500_000 / options.odds), 24), 200);
  const tasks = createHeap();
  const byId = new Map<string, SimFixture>();
  const byOdd = new Map<string, SimOdd>();
  let nowMs = options.startMs;
  let isSilent = true;
  /** Rows the world may still send; locks and settlements may overdraw it. */
  let credit = 0;
  let taskOrder = 0;
  let numbers = 100_000;

  const later = (delayMs: number, run: () => void) => {
    taskOrder += 1;
    tasks.push({ atMs: nowMs + delayMs, order: taskOrder, run });
  };
  /** Runs only while the fixture still follows the plan it had when the task was made. */
  const planned = (fixture: SimFixture, delayMs: number, run: () => void) => {
    const { plan } = fixture;
    later(delayMs, () => {
      if (fixture.plan === plan) run();
    });
  };
  /** Real ms of something that takes `seconds` in a game. */
  const gameMs = (seconds: number) => (seconds * 1000) / speed;

  const sports = SPORTS.map((def): SportWorld => {
    const odds = options.odds * def.share;
    const target = Math.max(Math.round(Math.sqrt(odds) * def.breadth), 5);
    return {
      def,
      random: random.fork(),
      target,
      quota: odds / target,
      weight: def.share,
      fixtures: new Map(),
      finished: [],
      active: [],
      hot: 1,
      teams: new Map(),
    };
  });
  const worldOf = new Map(sports.map((sport) => [sport.def, sport]));
  const at = (fixture: SimFixture): SportWorld => worldOf.get(fixture.sport) as SportWorld;

  // ---- what leaves the world

  function sendOdds(sport: SportDef, name: OddsEventName, odds: readonly SimOdd[]): void {
    if (odds.length === 0) return;
    credit -= odds.length;
    if (isSilent) return;
    for (let from = 0; from < odds.length; from += ROWS_PER_EVENT) {
      emit({
        kind: 'odds',
        sport: sport.id,
        name,
        atMs: nowMs,
        odds: odds.slice(from, from + ROWS_PER_EVENT),
      });
    }
  }

  function sendChanges(fixture: SimFixture, { locked, priced }: Changes): void {
    for (const odd of priced) if (!byOdd.has(odd.id)) byOdd.set(odd.id, odd);
    sendOdds(fixture.sport, 'copilot-locked-odds', locked);
    sendOdds(fixture.sport, 'copilot-odds', priced);
  }

  function setStatus(fixture: SimFixture, status: FixtureStatus): void {
    const oldStatus = fixture.status;
    if (oldStatus === status) return;
    fixture.status = status;
    fixture.updatedMs = nowMs;
    if (isSilent) return;
    emit({
      kind: 'fixture-status',
      sport: fixture.sport.id,
      atMs: nowMs,
      fixture,
      oldStatus,
      newStatus: status,
      oldStartMs: null,
      newStartMs: null,
    });
  }

  function moveStart(fixture: SimFixture, startMs: number): void {
    const oldStartMs = fixture.startMs;
    if (oldStartMs === startMs) return;
    fixture.startMs = startMs;
    fixture.updatedMs = nowMs;
    planStart(fixture);
    if (isSilent) return;
    emit({
      kind: 'fixture-status',
      sport: fixture.sport.id,
      atMs: nowMs,
      fixture,
      oldStatus: null,
      newStatus: null,
      oldStartMs,
      newStartMs: startMs,
    });
  }

  // ---- prices

  const isInPlay = ({ status }: SimFixture) => status === 'live' || status === 'half';
  const isPreMatch = ({ status }: SimFixture) => status === 'unplayed' || status === 'delayed';
  const isPriced = (fixture: SimFixture) =>
    isPreMatch(fixture) || (isInPlay(fixture) && fixture.offersInPlay);
  const isBookPriced = (fixture: SimFixture, book: MarketBook) =>
    isPreMatch(fixture) || book.subject.player === null || fixture.offersPropsInPlay;

  function priceBooks(fixture: SimFixture, books: readonly MarketBook[]): number {
    if (!isPriced(fixture)) return 0;
    const changes: Changes = { locked: [], priced: [] };
    for (const book of books) {
      if (isBookPriced(fixture, book))
        reprice(fixture, book, nowMs, isInPlay(fixture), changes, keep);
    }
    sendChanges(fixture, changes);
    return changes.locked.length + changes.priced.length;
  }

  function lock(fixture: SimFixture, books: readonly MarketBook[]): void {
    const changes: Changes = { locked: [], priced: [] };
    for (const book of books) lockBook(book, nowMs, changes, keep);
    sendChanges(fixture, changes);
  }

  /** Locks the books and opens them again after so many seconds of the game, at the prices of then. */
  function hold(fixture: SimFixture, books: readonly MarketBook[], seconds: number): void {
    const untilMs = nowMs + Math.max(gameMs(seconds), 400);
    for (const book of books) book.heldUntil = Math.max(book.heldUntil, untilMs);
    lock(fixture, books);
    later(untilMs - nowMs, () => {
      priceBooks(fixture, books);
    });
  }

  /** Opinion takes a random step and is drawn back towards the truth. */
  function wander({ sport, opinion, outlooks }: SimFixture, stride = 1): void {
    const { random: source } = worldOf.get(sport) as SportWorld;
    opinion.edge += stride * sport.drift.edge * source.normal() - opinion.edge * OPINION_PULL;
    opinion.pace += stride * sport.drift.pace * source.normal() - opinion.pace * OPINION_PULL;
    outlooks.clear();
  }

  function drift(fixture: SimFixture): number {
    wander(fixture);
    fixture.cursor = (fixture.cursor + 1) % fixture.books.length;
    const book = fixture.books[fixture.cursor];
    return book ? priceBooks(fixture, [book]) : 0;
  }

  function spendCredit(): void {
    credit = Math.max(credit, -2 * rate);
    credit = Math.min(credit + (rate * SLICE_MS) / 1000, Math.max(rate, 4));
    for (let tries = 0; credit >= 1 && tries < 40 + rate / 4; tries += 1) {
      const sport = sports[random.weighted(weights)] as SportWorld;
      const { active, hot } = sport;
      if (active.length === 0) continue;
      const isHot = sport.random.chance(HOT_SHARE);
      const index = isHot
        ? sport.random.int(0, hot - 1)
        : sport.random.int(Math.min(hot, active.length - 1), active.length - 1);
      drift(active[index] as SimFixture);
    }
  }
  const weights = sports.map(({ weight }) => weight);

  /** Orders the priced fixtures: those in play first, then those about to start. Called when that changes. */
  function rank(sport: SportWorld): void {
    sport.active = [...sport.fixtures.values()].filter(isPriced);
    const heat = (fixture: SimFixture) =>
      isInPlay(fixture) ? fixture.league.tier : 10 + Math.max(fixture.startMs - nowMs, 0) / HOUR;
    sport.active.sort((a, b) => heat(a) - heat(b) || (a.id < b.id ? -1 : 1));
    sport.hot = Math.max(Math.round(sport.active.length * HOT_PART), 1);
  }

  // ---- a fixture's life

  function teamsOf(sport: SportWorld, league: LeagueDef): Team[] {
    let teams = sport.teams.get(league);
    if (teams) return teams;
    const count = sport.def.individuals ? 64 : league.style === 'college' ? 40 : 20;
    const names = new Set<string>();
    teams = [];
    for (let index = 0; teams.length < count && index < count * 4; index += 1) {
      const name = sport.def.individuals
        ? personName(
            random,
            random.pick(['usa', 'spain', 'germany', 'france', 'japan'] as const),
            league.gender === 'women',
          )
        : teamName(random, league.names, league.style, index);
      if (names.has(name)) continue;
      names.add(name);
      numbers += 1;
      const abbreviation = abbreviate(name);
      teams.push({
        id: random.hex(12),
        numericalId: numbers,
        gameNumber: random.int(10_000, 99_999),
        name,
        slug: slug(name),
        abbreviation,
        strength: random.normal(),
      });
    }
    sport.teams.set(league, teams);
    return teams;
  }

  function pickLeague(sport: SportWorld): LeagueDef {
    const counts = new Map<LeagueDef, number>();
    for (const fixture of sport.fixtures.values()) {
      if (fixture.finishedMs === null)
        counts.set(fixture.league, (counts.get(fixture.league) ?? 0) + 1);
    }
    // The league furthest below its share: every league gets a fixture before the big ones fill up.
    const wish = (league: LeagueDef) =>
      ((counts.get(league) ?? 0) + 0.1 * league.tier) / ([4, 2, 1][league.tier - 1] ?? 1);
    const empty = sport.def.leagues.filter((league) => !counts.has(league));
    const among = empty.length > 0 ? empty : sport.def.leagues;
    return among.reduce((best, league) => (wish(league) < wish(best) ? league : best));
  }

  function pickTeams(sport: SportWorld, league: LeagueDef): [Team, Team] {
    const busy = new Set<Team>();
    for (const fixture of sport.fixtures.values())
      if (fixture.finishedMs === null) for (const team of fixture.teams) busy.add(team);
    const all = teamsOf(sport, league);
    const free = all.filter((team) => !busy.has(team));
    const among = free.length >= 2 ? free : all;
    const home = sport.random.pick(among);
    let away = sport.random.pick(among);
    while (away === home) away = sport.random.pick(among);
    return [home, away];
  }

  function fixtureId(sport: SportWorld, startMs: number): string {
    const source = sport.random;
    switch (sport.def.fixtureId) {
      case 'dated':
        return `${new Date(startMs).toISOString().slice(0, 10).replaceAll('-', '')}${source.hex(8)}`;
      case 'hex':
        return source.hex(12);
      case 'prefixed':
        return `${sport.def.leagues[0]?.id}:${source.hex(12)}`;
      case 'digits':
        return String(source.int(2_000_000_000, 2_999_999_999));
    }
  }

  /** A new fixture, not yet priced; with `like`, a replay of that fixture under a new id. */
  function announce(sport: SportWorld, startMs: number, like?: SimFixture): SimFixture {
    const { def, random: source } = sport;
    const league = like?.league ?? pickLeague(sport);
    const teams = like?.teams ?? pickTeams(sport, league);
    const game = league.game ?? def.game;
    const luckSeed = source.int(1, 2 ** 31);
    const scale = (league.pace ?? def.pace) / def.pace;
    numbers += 1;
    const players: Player[] = [];
    const names = new Set<string>();
    for (let index = 0; index < def.playersPerTeam * 2; index += 1) {
      let name = personName(source, league.names, league.gender === 'women');
      while (names.has(name)) name = personName(source, league.names, league.gender === 'women');
      names.add(name);
      const team = index % 2 === 0 ? 0 : 1;
      players.push({
        id: source.hex(12),
        name,
        slug: slug(name),
        team,
        role: index >> 1,
        skill: source.between(0.78, 1.22),
        counted: def.stats.map(() => 0),
      });
    }
    const fixture: SimFixture = {
      id: fixtureId(sport, startMs),
      numericalId: numbers,
      gameId: `${teams[0].gameNumber}-${teams[1].gameNumber}-${slugOfDay(def, startMs)}`,
      sport: def,
      league,
      game,
      teams,
      startMs,
      status: 'unplayed',
      updatedMs: nowMs,
      play: newPlay(game),
      luckSeed,
      luck: createRandom(luckSeed),
      strengths: {
        edge:
          def.homeEdge +
          (teams[0].strength - teams[1].strength) * def.strengthSd * (def.individuals ? 1 : scale),
        pace: (league.pace ?? def.pace) * (1 + source.normal() * (def.individuals ? 0.012 : 0.035)),
      },
      opinion: { edge: 0, pace: 0 },
      players,
      books: [],
      offersInPlay: league.tier < 3 || source.chance(0.8),
      offersPropsInPlay: source.chance(0.4),
      rotation: 2 * source.int(150, 480) + 1,
      rescheduledFrom: like?.id ?? null,
      rescheduledTo: null,
      finishedMs: null,
      hasHadOdds: true,
      outlooks: new Map(),
      cursor: 0,
      plan: 0,
    };
    // A few fixtures carry the long ladders, most the main lines, as on a real board.
    const depth = source.chance(0.2) ? 2.2 : source.between(0.45, 1);
    const tier = [1.25, 1, 0.8][league.tier - 1] ?? 1;
    fixture.books = planBooks(
      fixture,
      Math.max(sport.quota * depth * tier, def.mainMarkets.length * 2),
    );
    sport.fixtures.set(fixture.id, fixture);
    byId.set(fixture.id, fixture);
    return fixture;
  }

  function planStart(fixture: SimFixture): void {
    fixture.plan += 1;
    planned(fixture, Math.max(fixture.startMs - nowMs, 0), () => {
      if (fixture.status === 'unplayed') kickOff(fixture);
    });
  }

  function kickOff(fixture: SimFixture): void {
    fixture.plan += 1;
    setStatus(fixture, 'live');
    hold(fixture, fixture.books, at(fixture).random.between(6, 12));
    rank(at(fixture));
    keepPlaying(fixture, 10);
  }

  function keepPlaying(fixture: SimFixture, waitSeconds: number): void {
    planned(fixture, gameMs(waitSeconds), () => playOn(fixture));
  }

  function playOn(fixture: SimFixture): void {
    const { sport, play } = fixture;
    const step = stepOf(fixture);
    switch (step.what) {
      case 'over':
        finish(fixture);
        return;
      case 'half':
        setStatus(fixture, 'half');
        hold(fixture, fixture.books, step.lockSeconds);
        break;
      case 'resume':
        setStatus(fixture, 'live');
        if (step.lockSeconds > 0) hold(fixture, fixture.books, step.lockSeconds);
        break;
      case 'break':
      case 'score':
        if (step.lockSeconds > 0) hold(fixture, fixture.books, step.lockSeconds);
        else if (credit > -rate)
          priceBooks(fixture, fixture.books.slice(0, sport.mainMarkets.length));
        break;
      case 'play':
        if (step.lockSeconds > 0) {
          const from = at(fixture).random.int(0, 2);
          hold(fixture, fixture.books.slice(from, from + 3), step.lockSeconds);
        }
        break;
    }
    fixture.updatedMs = nowMs;
    if (!play.isOver) keepPlaying(fixture, step.waitSeconds);
  }

  /** One step of the game, players' statistics included. */
  function stepOf(fixture: SimFixture) {
    const { sport, game, play, strengths, players } = fixture;
    const source = at(fixture).random;
    const before = game.progress(play);
    const step = game.step(play, strengths, fixture.luck);
    const played = game.progress(play) - before;
    sport.stats.forEach((stat, index) => {
      if (stat.name === 'goals' || stat.name === 'touchdowns') {
        if (step.scorer === undefined) return;
        const team = players.filter((player) => player.team === step.scorer);
        const means = team.map((player) => playerMean(fixture, stat, player, strengths));
        const others = Math.max(
          (stat.name === 'goals' ? strengths.pace / 2 : 2.6) -
            means.reduce((sum, mean) => sum + mean, 0),
          0.2,
        );
        const scorer = team[source.weighted([...means, others])];
        if (scorer) scorer.counted[index] = (scorer.counted[index] ?? 0) + 1;
        return;
      }
      for (const player of players) {
        const mean = playerMean(fixture, stat, player, strengths);
        if (mean === 0 || played <= 0) continue;
        const unit = Math.max(Math.round(stat.spread), 1);
        const counted = source.poisson((mean * played) / unit) * unit;
        player.counted[index] = (player.counted[index] ?? 0) + counted;
      }
    });
    forgetOutlooks(fixture);
    return step;
  }

  function finish(fixture: SimFixture): void {
    fixture.plan += 1;
    lock(fixture, fixture.books);
    setStatus(fixture, 'completed');
    retire(fixture);
    settleSoon(fixture, 20, 75);
  }

  function cancel(fixture: SimFixture): void {
    fixture.plan += 1;
    lock(fixture, fixture.books);
    setStatus(fixture, 'cancelled');
    retire(fixture);
    settleSoon(fixture, 10, 30);
  }

  /** Settles every odd of a finished fixture in a few batches, as graders do. */
  function settleSoon(fixture: SimFixture, fromSeconds: number, toSeconds: number): void {
    const source = at(fixture).random;
    const books = [...fixture.books];
    const batches = Math.min(3, books.length);
    for (let batch = 0; batch < batches; batch += 1) {
      const part = books.filter((_, index) => index % batches === batch);
      planned(fixture, (source.between(fromSeconds, toSeconds) * 1000) / Math.min(speed, 10), () =>
        settle(fixture, part),
      );
    }
    if (fixture.players.length > 0 && source.chance(0.12)) {
      planned(fixture, ((toSeconds + source.between(40, 120)) * 1000) / Math.min(speed, 10), () =>
        correct(fixture),
      );
    }
  }

  function settle(fixture: SimFixture, books: readonly MarketBook[]): void {
    const settled: SimOdd[] = [];
    for (const book of books) {
      book.isClosed = true;
      for (const odds of book.lines.values()) {
        for (const odd of odds) {
          if (odd.state === 'settled') continue;
          odd.state = 'settled';
          odd.settlement = grade(odd);
          odd.settledAt = nowMs;
          note(odd, nowMs, keep);
          settled.push(odd);
        }
      }
    }
    sendOdds(fixture.sport, 'copilot-settled-odds', settled);
  }

  /** A statistic is corrected by one after the fact: the odds it turns around are settled a second time. */
  function correct(fixture: SimFixture): void {
    const book = fixture.books.find(({ market }) => market.kind === 'player_total');
    const player = book?.subject.player;
    if (!book || !player) return;
    const index = fixture.sport.stats.findIndex((stat) => book.market.stats.includes(stat.name));
    player.counted[index] = (player.counted[index] ?? 0) + 1;
    const changed: SimOdd[] = [];
    for (const odds of book.lines.values()) {
      for (const odd of odds) {
        const settlement = grade(odd);
        if (odd.state !== 'settled' || settlement === odd.settlement) continue;
        odd.settlement = settlement;
        odd.settledAt = nowMs;
        note(odd, nowMs, keep);
        changed.push(odd);
      }
    }
    sendOdds(fixture.sport, 'copilot-settled-odds', changed);
  }

  function retire(fixture: SimFixture): void {
    const sport = at(fixture);
    fixture.finishedMs = nowMs;
    sport.finished.push(fixture);
    const most = Math.max(4, Math.round(sport.target / 4));
    while (sport.finished.length > most) forget(sport.finished[0] as SimFixture);
    // By id: a fixture crowded out earlier must not be kept alive by its own farewell.
    const { id } = fixture;
    later(FINISHED_MS, () => {
      const held = byId.get(id);
      if (held) forget(held);
    });
    rank(sport);
    if (!isSilent) later(sport.random.between(3, 25) * 1000, () => replace(sport));
  }

  function forget(fixture: SimFixture): void {
    const sport = at(fixture);
    const index = sport.finished.indexOf(fixture);
    if (index < 0) return;
    sport.finished.splice(index, 1);
    sport.fixtures.delete(fixture.id);
    byId.delete(fixture.id);
    for (const book of fixture.books)
      for (const odds of book.lines.values()) for (const odd of odds) byOdd.delete(odd.id);
  }

  function replace(sport: SportWorld): void {
    if (sport.fixtures.size - sport.finished.length >= sport.target) return;
    const fixture = announce(sport, nextStart(sport));
    priceBooks(fixture, fixture.books);
    planStart(fixture);
    rank(sport);
  }

  /** Start times are whole five minutes. */
  const onTheFive = (ms: number) => Math.ceil(ms / (5 * MINUTE)) * 5 * MINUTE;

  /** Fills the next gap in the calendar, so that games keep starting; some are a day ahead. */
  function nextStart(sport: SportWorld): number {
    const { random: source } = sport;
    const isFar = (fixture: SimFixture) =>
      isPreMatch(fixture) && fixture.startMs > nowMs + 6 * HOUR;
    const far = [...sport.fixtures.values()].filter(isFar).length;
    // Few enough that those waiting a day never crowd out those that keep the evening going.
    if (far < sport.target * 0.2 && source.chance(0.4)) {
      return onTheFive(nowMs + source.between(6, 26) * HOUR);
    }
    const gap = gameMs(sport.def.game.durationSeconds) / (sport.target * 0.4);
    const starts = [...sport.fixtures.values()]
      .filter(isPreMatch)
      .map(({ startMs }) => startMs)
      .sort((a, b) => a - b);
    let free = nowMs + Math.min(20 * MINUTE, Math.max(gap, MINUTE));
    for (const start of starts) if (start <= free + gap / 2) free = Math.max(free, start + gap);
    const startMs = free + source.between(-0.2, 0.2) * gap;
    return gap > 10 * MINUTE ? onTheFive(startMs) : Math.ceil(startMs / MINUTE) * MINUTE;
  }

  // ---- what befalls fixtures

  function delay(fixture: SimFixture, minutes: number): void {
    fixture.plan += 1;
    setStatus(fixture, 'delayed');
    planned(fixture, minutes * MINUTE, () => {
      const startMs = Math.max(fixture.startMs, onTheFive(nowMs + 5 * MINUTE));
      setStatus(fixture, 'unplayed');
      if (startMs === fixture.startMs) planStart(fixture);
      else moveStart(fixture, startMs);
    });
  }

  function suspend(fixture: SimFixture, minutes: number): void {
    fixture.plan += 1;
    lock(fixture, fixture.books);
    setStatus(fixture, 'suspended');
    rank(at(fixture));
    planned(fixture, minutes * MINUTE, () => comeBack(fixture));
  }

  function comeBack(fixture: SimFixture): void {
    fixture.plan += 1;
    setStatus(fixture, 'live');
    hold(fixture, fixture.books, 3);
    rank(at(fixture));
    keepPlaying(fixture, 8);
  }

  function postpone(fixture: SimFixture): void {
    const source = at(fixture).random;
    const earliest = nowMs + 2 * MINUTE;
    const minutes = source.pick([-10, 5, 10, 15, 15, 20, 30, 45, 60]);
    moveStart(fixture, Math.max(fixture.startMs + minutes * MINUTE, onTheFive(earliest)));
    rank(at(fixture));
  }

  function reschedule(fixture: SimFixture): void {
    const sport = at(fixture);
    const replay = announce(
      sport,
      onTheFive(fixture.startMs + sport.random.int(18, 30) * HOUR),
      fixture,
    );
    fixture.rescheduledTo = replay.id;
    cancel(fixture);
    priceBooks(replay, replay.books);
    planStart(replay);
    rank(sport);
  }

  /** Now and then something happens to some fixture of the sport. */
  function mishap(sport: SportWorld): void {
    const { random: source } = sport;
    later(source.between(80, 160) * 1000, () => mishap(sport));
    const all = [...sport.fixtures.values()];
    const count = (status: FixtureStatus) =>
      all.filter((fixture) => fixture.status === status).length;
    const upcoming = all.filter(
      ({ status, startMs }) => status === 'unplayed' && startMs > nowMs + 3 * MINUTE,
    );
    const live = all.filter((fixture) => isInPlay(fixture) && !fixture.play.isBreak);
    const soonest = () =>
      upcoming.reduce((best, fixture) => (fixture.startMs < best.startMs ? fixture : best));
    switch (source.weighted([34, 26, 26, 8, 6])) {
      case 0:
        if (upcoming.length > 1) postpone(source.pick(upcoming));
        return;
      case 1:
        if (upcoming.length > 2 && count('delayed') < 1) delay(soonest(), source.between(4, 12));
        return;
      case 2:
        if (live.length > 2 && count('suspended') < 1)
          suspend(source.pick(live), source.between(1.5, 5));
        return;
      case 3:
        if (upcoming.length > 3) cancel(source.pick(upcoming));
        return;
      default:
        if (upcoming.length > 3) reschedule(source.pick(upcoming));
    }
  }

  // ---- the beginning

  /** Prices a fixture at a few earlier moments, so that every odd comes with a history. */
  function lookBack(fixture: SimFixture, fromMs: number, times: number, toMs: number): void {
    const present = nowMs;
    for (let time = 0; time < times; time += 1) {
      nowMs = fromMs + ((toMs - fromMs) * time) / times;
      wander(fixture, 4);
      priceBooks(fixture, fixture.books);
    }
    // Lines given up before anybody could see them are not worth settling one day.
    for (const { lines } of fixture.books) {
      for (const [line, odds] of lines) {
        if (odds.some(({ state }) => state === 'open')) continue;
        lines.delete(line);
        for (const odd of odds) byOdd.delete(odd.id);
      }
    }
    nowMs = present;
  }

  /** Plays a fixture on from its start until `untilMs`, pricing it now and then. */
  function fastForward(fixture: SimFixture, untilMs: number, stopAtHalf = false): void {
    const present = nowMs;
    nowMs = fixture.startMs;
    fixture.status = 'live';
    lock(fixture, fixture.books);
    let priceAt = nowMs;
    let waitMs = gameMs(10);
    while (!fixture.play.isOver && nowMs + waitMs <= untilMs) {
      nowMs += waitMs;
      const step = stepOf(fixture);
      waitMs = gameMs(step.waitSeconds);
      if (step.what === 'half') fixture.status = 'half';
      else if (step.what === 'resume') fixture.status = 'live';
      if (nowMs >= priceAt) {
        priceBooks(fixture, fixture.books);
        priceAt = nowMs + (untilMs - fixture.startMs) / 6;
      }
      if (stopAtHalf && step.what === 'half') break;
    }
    if (fixture.play.isOver) {
      lock(fixture, fixture.books);
      nowMs = present;
      return;
    }
    if (stopAtHalf) fixture.startMs += present - nowMs;
    const waitedMs = stopAtHalf ? 0 : present - nowMs;
    nowMs = present;
    planned(fixture, Math.max(waitMs - waitedMs, 0), () => playOn(fixture));
  }

  /** Real ms the fixture's game will take, found by playing it out in advance with the same luck. */
  function lengthMs({ game, strengths, luckSeed }: SimFixture): number {
    const play = newPlay(game);
    const luck = createRandom(luckSeed);
    let seconds = 10;
    while (!play.isOver) seconds += game.step(play, strengths, luck).waitSeconds;
    return gameMs(seconds);
  }

  function seedFixture(sport: SportWorld, role: Role, index: number): void {
    const { random: source } = sport;
    const times = options.odds > 10_000 ? 2 : 4;
    const begin = (startMs: number, playedMs?: (lengthMs: number) => number) => {
      const fixture = announce(sport, startMs);
      if (playedMs) fixture.startMs = nowMs - playedMs(lengthMs(fixture));
      const pricedUntilMs = Math.min(fixture.startMs, nowMs);
      lookBack(fixture, pricedUntilMs - source.between(3, 20) * HOUR, times, pricedUntilMs);
      return fixture;
    };
    switch (role) {
      case 'half':
      case 'live':
      case 'ending':
      case 'suspended': {
        const isHalf = role === 'half' && sport.def.game.hasHalfTime;
        const part = source.between(0.05, 0.88);
        const fixture = begin(onTheFive(nowMs - HOUR), (lengthMs) => {
          if (role === 'ending') return lengthMs - source.between(50, 80) * 1000;
          return isHalf ? lengthMs : part * lengthMs;
        });
        fastForward(fixture, nowMs, isHalf);
        fixture.startMs = onTheFive(fixture.startMs);
        if (role === 'suspended') suspend(fixture, source.between(1.2, 2.5));
        else priceBooks(fixture, fixture.books);
        return;
      }
      case 'soon': {
        const fixture = begin(Math.ceil((nowMs + 30_000) / MINUTE) * MINUTE);
        planStart(fixture);
        return;
      }
      case 'moving': {
        const fixture = begin(onTheFive(nowMs + source.between(30, 80) * MINUTE));
        planStart(fixture);
        later(source.between(15, 40) * 1000, () => {
          if (fixture.status === 'unplayed') postpone(fixture);
        });
        return;
      }
      case 'delayed': {
        const fixture = begin(onTheFive(nowMs - 5 * MINUTE));
        delay(fixture, source.between(3, 9));
        return;
      }
      case 'upcoming': {
        // From minutes to a day, denser near now.
        const part = (index + source.next()) / sport.target;
        const startMs = onTheFive(nowMs + 4 * MINUTE + part ** 2.2 * 24 * HOUR);
        planStart(begin(startMs));
      }
    }
  }

  function seedFinished(sport: SportWorld, minutesAgo: number, isCancelled: boolean): void {
    const fixture = announce(sport, onTheFive(nowMs - 20 * MINUTE));
    // The game ends a second before it is graded.
    if (!isCancelled) fixture.startMs = nowMs - minutesAgo * MINUTE - lengthMs(fixture) - 1_000;
    lookBack(fixture, fixture.startMs - 5 * HOUR, 3, fixture.startMs);
    const present = nowMs;
    nowMs -= minutesAgo * MINUTE;
    if (isCancelled) {
      lock(fixture, fixture.books);
    } else {
      fastForward(fixture, Number.POSITIVE_INFINITY);
      fixture.startMs = onTheFive(fixture.startMs);
    }
    fixture.status = isCancelled ? 'cancelled' : 'completed';
    fixture.plan += 1;
    retire(fixture);
    settle(fixture, fixture.books);
    nowMs = present;
  }

  function seedSport(sport: SportWorld): void {
    seedFinished(sport, 6, false);
    seedFinished(sport, 2, false);
    seedFinished(sport, 9, true);
    for (let index = 0; index < sport.target; index += 1) {
      const role = ROLES[index] ?? (sport.random.chance(0.38) ? 'live' : 'upcoming');
      seedFixture(sport, role, index);
    }
    rank(sport);
    later(sport.random.between(40, 90) * 1000, () => mishap(sport));
  }

  for (const sport of sports) seedSport(sport);
  for (const sport of sports) {
    while (sport.fixtures.size - sport.finished.length < sport.target) replace(sport);
  }
  isSilent = false;
  credit = 0;

  // ---- the door

  type Requirement = (isMet: boolean, what: string) => void;
  const acts: Record<Act, (fixture: SimFixture, need: Requirement) => void> = {
    start(fixture, need) {
      need(isPreMatch(fixture), 'unplayed or delayed');
      kickOff(fixture);
    },
    score: (fixture, need) => playUntil(fixture, need, (step) => step.scorer !== undefined),
    half: (fixture, need) =>
      playUntil(fixture, need, ({ what }) => what === 'half' || what === 'break'),
    finish: (fixture, need) => playUntil(fixture, need, () => false),
    cancel(fixture, need) {
      need(fixture.finishedMs === null, 'unfinished');
      cancel(fixture);
    },
    delay(fixture, need) {
      need(fixture.status === 'unplayed', 'unplayed');
      delay(fixture, 10);
    },
    suspend(fixture, need) {
      need(isInPlay(fixture), 'live');
      suspend(fixture, 5);
    },
    return(fixture, need) {
      need(fixture.status === 'suspended', 'suspended');
      comeBack(fixture);
    },
    'move-start'(fixture, need) {
      need(isPreMatch(fixture), 'unplayed or delayed');
      moveStart(fixture, onTheFive(fixture.startMs + 30 * MINUTE));
    },
    reschedule(fixture, need) {
      need(isPreMatch(fixture), 'unplayed or delayed');
      reschedule(fixture);
    },
    lock(fixture) {
      for (const book of fixture.books) book.heldUntil = Number.MAX_SAFE_INTEGER;
      lock(fixture, fixture.books);
    },
    reopen(fixture) {
      for (const book of fixture.books) book.heldUntil = 0;
      priceBooks(fixture, fixture.books);
    },
  };

  /** Plays a live game on at once until a step is the one wanted, or the game is over. */
  function playUntil(
    fixture: SimFixture,
    need: Requirement,
    isWanted: (step: Step) => boolean,
  ): void {
    need(isInPlay(fixture), 'live');
    fixture.plan += 1;
    for (;;) {
      const step = stepOf(fixture);
      if (step.what === 'over') {
        finish(fixture);
        return;
      }
      if (!isWanted(step)) continue;
      if (step.what === 'half') setStatus(fixture, 'half');
      hold(fixture, fixture.books, Math.max(step.lockSeconds, 2));
      keepPlaying(fixture, step.waitSeconds);
      return;
    }
  }

  function act(fixtureId: string, name: Act): void {
    const fixture = byId.get(fixtureId);
    if (!fixture) throw new Error(`no fixture ${fixtureId.slice(0, 80)}`);
    acts[name](fixture, (isMet, what) => {
      if (!isMet) throw new Error(`${name}: the fixture must be ${what}, it is ${fixture.status}`);
    });
  }

  return {
    get nowMs() {
      return nowMs;
    },
    sports: SPORTS,
    fixtures: (id) => sports.find(({ def }) => def.id === id)?.fixtures.values() ?? [],
    fixture: (id) => byId.get(id),
    odd: (id) => byOdd.get(id),
    fixturesOf: (id) =>
      [...byId.values()].filter(
        ({ teams, players }) =>
          teams.some((team) => team.id === id) || players.some((player) => player.id === id),
      ),
    advance(ms) {
      while (nowMs + SLICE_MS <= ms) {
        const sliceEnd = nowMs + SLICE_MS;
        for (let task = tasks.popUntil(sliceEnd); task; task = tasks.popUntil(sliceEnd)) {
          nowMs = Math.max(task.atMs, nowMs);
          task.run();
        }
        nowMs = sliceEnd;
        spendCredit();
      }
    },
    skip(ms) {
      if (ms <= 0) return;
      nowMs += ms;
      tasks.shift(ms);
    },
    act,
  };
}
