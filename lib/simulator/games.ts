/**
 * How games are played, and what can still happen in them. A `Game` moves a `Play` on by one step at a time
 * and, from the very same state, says how likely every final score is. Prices and results thus share one truth.
 */
import {
  counts,
  type Distribution,
  discreteNormal,
  exactly,
  fromMasses,
  independentOutlook,
  type Outlook,
  withoutDraw,
} from './pricing';
import type { Random } from './random';
import type { Result } from './settle';

/** Home advantage and level of scoring, in the sport's own units: `edge` of the margin, `pace` of the total. */
export type Strengths = { edge: number; pace: number };

/** Periods `from` (included) to `to` (excluded), counted from 0. `null` is the whole game, overtime included. */
export type Scope = { from: number; to: number } | null;

/** What every sport's state has in common. Periods count from 0; in tennis a period is a set and its score games. */
export type Play = {
  period: number;
  isOver: boolean;
  /** True between two periods. */
  isBreak: boolean;
  homePeriods: number[];
  awayPeriods: number[];
  /** Seconds played of the period (timed sports). */
  seconds: number;
  /** 0 home, 1 away: who attacks, bats or serves. */
  turn: 0 | 1;
  stepsInTurn: number;
  outs: number;
  runners: number;
  points: [number, number];
};

/** What one step did. */
export type Step = {
  what: 'play' | 'score' | 'break' | 'half' | 'resume' | 'over';
  /** Real seconds until the next step, at game speed 1. */
  waitSeconds: number;
  /** Real seconds for which a book would withdraw its prices; 0 for a quiet step. */
  lockSeconds: number;
  /** 0 home, 1 away: who scored. */
  scorer?: 0 | 1;
};

export type Outcome = Outlook & { homeWin: number; draw: number };

export type Game = {
  step(play: Play, strengths: Strengths, random: Random): Step;
  outlook(play: Play, strengths: Strengths, scope: Scope): Outcome;
  /** 0 before the start, 1 at the end of regulation; by which props accumulate. */
  progress(play: Play): number;
  /** The score shown: points, goals, runs; sets in tennis. */
  score(play: Play): { home: number; away: number };
  period(play: Play): string;
  clock(play: Play): string | null;
  result(play: Play, scope: Scope): Result;
  isScopeOver(play: Play, scope: Scope): boolean;
  /** Scores by period as tickers show them. */
  periods(play: Play): { home: readonly number[]; away: readonly number[] };
  /** Who attacks, bats or serves first. */
  firstTurn: 0 | 1;
  /** True where the game pauses at half-time. */
  hasHalfTime: boolean;
  /** True where no market on a quarter makes sense. */
  hasNoQuarters: boolean;
  /** Real seconds from start to end at game speed 1, about. */
  durationSeconds: number;
};

/** A game not yet begun. */
export function newPlay({ firstTurn }: Game): Play {
  return {
    period: 0,
    isOver: false,
    isBreak: false,
    homePeriods: [0],
    awayPeriods: [0],
    seconds: 0,
    turn: firstTurn,
    stepsInTurn: 0,
    outs: 0,
    runners: 0,
    points: [0, 0],
  };
}

function add(values: readonly number[], scope: Scope): number {
  const part = scope === null ? values : values.slice(scope.from, scope.to);
  return part.reduce((total, value) => total + value, 0);
}

function score(play: Play, side: 0 | 1, points: number): void {
  const periods = side === 0 ? play.homePeriods : play.awayPeriods;
  periods[play.period] = (periods[play.period] ?? 0) + points;
}

function openPeriod(play: Play): void {
  play.period += 1;
  play.seconds = 0;
  play.homePeriods.push(0);
  play.awayPeriods.push(0);
}

function withWinner(outlook: Outlook): Outcome {
  const draw = exactly(outlook.margin, 0);
  const index = -outlook.margin.min;
  const upToDraw =
    index < 0 ? 0 : (outlook.margin.cdf[Math.min(index, outlook.margin.cdf.length - 1)] ?? 0);
  return { ...outlook, draw, homeWin: 1 - upToDraw };
}

export type TimedRules = {
  periods: number;
  periodSeconds: number;
  /** Real seconds a second of game clock takes. */
  stretch: number;
  breakSeconds: number;
  halfTimeSeconds: number;
  stepSeconds: number;
  stepsPerTurn: number;
  /** Points and how often, of all scores. */
  scores: readonly (readonly [points: number, weight: number])[];
  /** 0 where books keep prices up through a score. */
  scoreLockSeconds: number;
  /** Chance a step of a scare (free kick, time-out, review) that locks prices for a while. */
  scare: number;
  /** How much less often a side scores for each point it leads by: leaders coast, trailers press. */
  coasting?: number;
  /** 0: a drawn game stays drawn. */
  overtimeSeconds: number;
  suddenDeath: boolean;
  clockCountsUp: boolean;
  /** College basketball: two halves, which are played here as two periods each. */
  isShownInHalves?: boolean;
  /** Deviations of a whole game's margin and total; null: goals, counted one by one. */
  deviations: { margin: number; total: number } | null;
  keyNumbers?: Readonly<Record<number, number>>;
  /** How overtime spreads a drawn margin over 1, 2, 3, ... */
  overtimeMargins: readonly number[];
};

/** Games with a clock: basketball, football, soccer, hockey. */
export function timedGame(rules: TimedRules): Game {
  const gameSeconds = rules.periods * rules.periodSeconds;
  const turns = gameSeconds / rules.stepSeconds / 2;
  const weights = rules.scores.map(([, weight]) => weight);
  const averageScore =
    rules.scores.reduce((total, [points, weight]) => total + points * weight, 0) /
    weights.reduce((total, weight) => total + weight, 0);
  const half = rules.periods / 2;

  const lengthOf = (period: number) =>
    period < rules.periods ? rules.periodSeconds : rules.overtimeSeconds;

  /** Seconds still to play within the scope. */
  function secondsLeft(play: Play, scope: Scope): number {
    if (play.isOver) return 0;
    const to = scope?.to ?? Math.max(rules.periods, play.period + 1);
    let left = 0;
    for (let period = Math.max(scope?.from ?? 0, play.period); period < to; period += 1) {
      left += period === play.period ? lengthOf(period) - play.seconds : lengthOf(period);
    }
    return left;
  }

  return {
    firstTurn: 0,
    hasHalfTime: rules.periods % 2 === 0,
    hasNoQuarters: rules.isShownInHalves ?? false,
    durationSeconds:
      gameSeconds * rules.stretch +
      rules.halfTimeSeconds +
      (rules.periods - 2) * rules.breakSeconds,

    step(play, { edge, pace }, random) {
      if (play.isBreak) {
        play.isBreak = false;
        openPeriod(play);
        return { what: 'resume', waitSeconds: rules.stepSeconds * rules.stretch, lockSeconds: 4 };
      }
      const stepSeconds = Math.min(
        rules.stepSeconds * random.between(0.6, 1.4),
        lengthOf(play.period) - play.seconds,
      );
      play.seconds += stepSeconds;
      const side = play.turn;
      const expected = Math.max((pace + (side === 0 ? edge : -edge)) / 2, 0.05);
      const lead = add(play.homePeriods, null) - add(play.awayPeriods, null);
      const effort = 1 - (rules.coasting ?? 0) * (side === 0 ? lead : -lead);
      const chance = (expected / turns / averageScore) * (stepSeconds / rules.stepSeconds) * effort;
      const scored = random.chance(Math.min(chance, 0.95));
      play.stepsInTurn += 1;
      if (scored || play.stepsInTurn >= rules.stepsPerTurn) {
        play.turn = side === 0 ? 1 : 0;
        play.stepsInTurn = 0;
      }
      if (scored) score(play, side, (rules.scores[random.weighted(weights)] ?? [1])[0]);

      const isDrawn = add(play.homePeriods, null) === add(play.awayPeriods, null);
      const inOvertime = play.period >= rules.periods;
      const isPeriodOver = play.seconds >= lengthOf(play.period) - 0.5;
      if (scored && inOvertime && rules.suddenDeath) play.isOver = true;
      if (isPeriodOver && play.period >= rules.periods - 1) {
        play.isOver = !isDrawn || rules.overtimeSeconds === 0;
      }
      const scorer = scored ? { scorer: side } : {};
      if (play.isOver) return { what: 'over', waitSeconds: 0, lockSeconds: 0, ...scorer };
      if (isPeriodOver) {
        play.isBreak = true;
        const isHalf = play.period + 1 === half;
        const waitSeconds = isHalf ? rules.halfTimeSeconds : rules.breakSeconds;
        if (rules.isShownInHalves && !isHalf)
          return { what: 'play', waitSeconds: 0, lockSeconds: 0, ...scorer };
        return { what: isHalf ? 'half' : 'break', waitSeconds, lockSeconds: 12, ...scorer };
      }
      const waitSeconds = stepSeconds * rules.stretch;
      if (scored)
        return { what: 'score', waitSeconds, lockSeconds: rules.scoreLockSeconds, ...scorer };
      const lockSeconds = random.chance(rules.scare) ? random.between(5, 14) : 0;
      return { what: 'play', waitSeconds, lockSeconds };
    },

    outlook(play, { edge, pace }, scope) {
      const share = secondsLeft(play, scope) / gameSeconds;
      const home = add(play.homePeriods, scope);
      const away = add(play.awayPeriods, scope);
      const mayDraw = scope !== null || rules.overtimeSeconds === 0 || play.isOver;
      let outlook: Outlook;
      if (rules.deviations) {
        const { margin: marginSd, total: totalSd } = rules.deviations;
        const root = Math.sqrt(share);
        const teamSd = (Math.hypot(marginSd, totalSd) / 2) * root;
        const keys = scope === null && root > 0.1 ? rules.keyNumbers : undefined;
        outlook = {
          margin: discreteNormal(
            home - away + edge * share,
            marginSd * root,
            Number.NEGATIVE_INFINITY,
            keys && ((value) => keys[Math.abs(value)] ?? 1),
          ),
          total: discreteNormal(home + away + pace * share, totalSd * root, home + away),
          home: discreteNormal(home + ((pace + edge) / 2) * share, teamSd, home),
          away: discreteNormal(away + ((pace - edge) / 2) * share, teamSd, away),
        };
      } else {
        outlook = independentOutlook(
          counts(Math.max((pace + edge) / 2, 0.1) * share, 1, home),
          counts(Math.max((pace - edge) / 2, 0.1) * share, 1, away),
        );
      }
      if (mayDraw) return withWinner(outlook);
      const homeShare = 0.5 + edge / (8 * Math.max(pace / 10, 1 + Math.abs(edge)));
      return withWinner({
        ...outlook,
        margin: withoutDraw(outlook.margin, rules.overtimeMargins, homeShare),
      });
    },

    progress: (play) =>
      play.isOver
        ? 1
        : Math.min((play.period * rules.periodSeconds + play.seconds) / gameSeconds, 1),
    score: (play) => ({ home: add(play.homePeriods, null), away: add(play.awayPeriods, null) }),
    periods({ homePeriods, awayPeriods }) {
      if (!rules.isShownInHalves) return { home: homePeriods, away: awayPeriods };
      const inHalves = (values: readonly number[]) =>
        values.length <= 2
          ? [add(values, null)]
          : [add(values, { from: 0, to: 2 }), add(values, { from: 2, to: 4 }), ...values.slice(4)];
      return { home: inHalves(homePeriods), away: inHalves(awayPeriods) };
    },
    period: (play) =>
      play.period < rules.periods
        ? rules.isShownInHalves
          ? `${Math.floor(play.period / 2) + 1}H`
          : String(play.period + 1)
        : `OT${play.period > rules.periods ? play.period - rules.periods + 1 : ''}`,
    clock(play) {
      const length = lengthOf(play.period);
      const shown = rules.clockCountsUp
        ? play.period * rules.periodSeconds + play.seconds
        : length -
          play.seconds +
          (rules.isShownInHalves && play.period % 2 === 0 && play.period < rules.periods
            ? length
            : 0);
      const whole = Math.max(Math.round(shown), 0);
      return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
    },
    result: (play, scope) => ({
      home: add(play.homePeriods, scope),
      away: add(play.awayPeriods, scope),
    }),
    isScopeOver: (play, scope) =>
      play.isOver ||
      (scope !== null &&
        (play.period >= scope.to || (play.period === scope.to - 1 && play.isBreak))),
  };
}

/** Runs of a half inning, less those of outs already made and more with runners on. */
const RUNS_PER_RUNNER = 0.28;
/** Runs come in bunches: variance over mean of a team's runs. */
const RUN_SPREAD = 2.1;

/** Baseball: nine innings, no clock, extra innings while level. */
export function baseballGame(): Game {
  const innings = 9;

  function halvesLeft(play: Play, side: 0 | 1, scope: Scope): number {
    if (play.isOver) return 0;
    const to = scope?.to ?? Math.max(innings, play.period + 1);
    const from = Math.max(scope?.from ?? 0, play.period);
    let left = Math.max(to - from, 0);
    if (from === play.period && play.period < to) {
      // The visitors (1) bat first; `turn` is who bats now.
      const isBatting = play.turn === side;
      const hasBatted = side === 1 && play.turn === 0;
      if (play.isBreak || hasBatted) left -= 1;
      else if (isBatting) left -= play.outs / 3;
    }
    return left;
  }

  return {
    firstTurn: 1,
    hasHalfTime: false,
    hasNoQuarters: true,
    durationSeconds: 80 * 132,
    periods: ({ homePeriods, awayPeriods }) => ({ home: homePeriods, away: awayPeriods }),

    step(play, { edge, pace }, random) {
      if (play.isBreak) {
        play.isBreak = false;
        if (play.turn === 0) openPeriod(play);
        play.turn = play.turn === 1 ? 0 : 1;
        play.outs = 0;
        play.runners = 0;
        return { what: 'resume', waitSeconds: 60, lockSeconds: 0 };
      }
      const side = play.turn;
      const team = Math.max((pace + (side === 0 ? edge : -edge)) / 2, 1);
      const waitSeconds = random.between(50, 190);
      let runs = 0;
      if (random.chance(0.679 - (team - 4.4) * 0.022)) {
        play.outs += 1;
      } else if (random.chance(0.11)) {
        runs = play.runners + 1;
        play.runners = 0;
      } else {
        runs = play.runners === 3 ? 1 : random.chance(0.28 * play.runners) ? 1 : 0;
        play.runners = Math.min(play.runners + 1 - runs, 3);
      }
      if (runs > 0) score(play, side, runs);
      const { home, away } = this.score(play);
      const isLast = play.period >= innings - 1;
      const isHalfOver = play.outs >= 3;
      const walkOff = isLast && side === 0 && home > away;
      const decidedAtTop = isLast && side === 1 && isHalfOver && home > away;
      const decidedAtBottom = isLast && side === 0 && isHalfOver && home !== away;
      const scorer = runs > 0 ? { scorer: side } : {};
      if (walkOff || decidedAtTop || decidedAtBottom) {
        play.isOver = true;
        return { what: 'over', waitSeconds: 0, lockSeconds: 0, ...scorer };
      }
      if (isHalfOver) {
        play.isBreak = true;
        return { what: 'break', waitSeconds: 140, lockSeconds: 0, ...scorer };
      }
      return {
        what: runs > 0 ? 'score' : 'play',
        waitSeconds,
        lockSeconds: runs > 0 ? 14 : 0,
        ...scorer,
      };
    },

    outlook(play, { edge, pace }, scope) {
      const expected = (side: 0 | 1) => {
        const mean = Math.max((pace + (side === 0 ? edge : -edge)) / 2, 0.5);
        const inScope = scope === null || (play.period >= scope.from && play.period < scope.to);
        const runners =
          inScope && play.turn === side && !play.isBreak && !play.isOver
            ? (play.runners * RUNS_PER_RUNNER * (3 - play.outs)) / 3
            : 0;
        return (mean / innings) * halvesLeft(play, side, scope) + runners;
      };
      const outlook = independentOutlook(
        counts(expected(0), RUN_SPREAD, add(play.homePeriods, scope)),
        counts(expected(1), RUN_SPREAD, add(play.awayPeriods, scope)),
      );
      if (scope !== null || play.isOver) return withWinner(outlook);
      const homeShare = Math.min(Math.max(0.5 + edge / 12, 0.3), 0.7);
      return withWinner({ ...outlook, margin: withoutDraw(outlook.margin, [7, 2, 1], homeShare) });
    },

    progress(play) {
      if (play.isOver) return 1;
      const inning = play.turn === 1 ? play.outs / 6 : 0.5 + play.outs / 6;
      return Math.min((play.period + inning) / innings, 1);
    },
    score: (play) => ({ home: add(play.homePeriods, null), away: add(play.awayPeriods, null) }),
    period: (play) => `${play.turn === 1 ? 'Top' : 'Bottom'} ${play.period + 1}`,
    clock: () => null,
    result: (play, scope) => ({
      home: add(play.homePeriods, scope),
      away: add(play.awayPeriods, scope),
    }),
    isScopeOver: (play, scope) =>
      play.isOver ||
      (scope !== null &&
        (play.period >= scope.to ||
          (play.period === scope.to - 1 && play.turn === 0 && play.isBreak))),
  };
}

/** Chance that the server takes the game from `points` won by server and receiver, at `p` a point. */
export function holdChance(p: number, server = 0, receiver = 0): number {
  if (server >= 4 && server - receiver >= 2) return 1;
  if (receiver >= 4 && receiver - server >= 2) return 0;
  if (server >= 3 && receiver >= 3) {
    const deuce = (p * p) / (p * p + (1 - p) * (1 - p));
    if (server === receiver) return deuce;
    return server > receiver ? p + (1 - p) * deuce : p * deuce;
  }
  return p * holdChance(p, server + 1, receiver) + (1 - p) * holdChance(p, server, receiver + 1);
}

type SetScore = readonly [home: number, away: number, chance: number];

/**
 * Final scores of a set from `home`-`away` games. `holds` are both players' chances to hold serve,
 * `now` the home player's chance to win the game under way.
 */
function setScores(
  home: number,
  away: number,
  server: 0 | 1,
  holds: readonly [number, number],
  now: number | null,
  tieBreak: number,
): SetScore[] {
  const chances = new Map<number, number>([[home * 8 + away, 1]]);
  const finals: SetScore[] = [];
  for (let played = home + away; played < 13; played += 1) {
    const parity = (played - home - away) % 2;
    const serving = parity === 0 ? server : server === 0 ? 1 : 0;
    for (let h = Math.max(played - 7, 0); h <= Math.min(played, 7); h += 1) {
      const a = played - h;
      const chance = chances.get(h * 8 + a);
      if (!chance) continue;
      let win = serving === 0 ? holds[0] : 1 - holds[1];
      if (h === 6 && a === 6) win = tieBreak;
      if (played === home + away && now !== null) win = now;
      for (const [toHome, toAway, part] of [
        [h + 1, a, chance * win],
        [h, a + 1, chance * (1 - win)],
      ] as const) {
        const most = Math.max(toHome, toAway);
        const isOver = most === 7 || (most === 6 && Math.abs(toHome - toAway) >= 2);
        if (isOver) finals.push([toHome, toAway, part]);
        else chances.set(toHome * 8 + toAway, (chances.get(toHome * 8 + toAway) ?? 0) + part);
      }
    }
  }
  return finals;
}

/** Tennis, best of three. `pace` is the mean chance to win a point on serve, `edge` the home player's lead in it. */
export function tennisGame(): Game {
  const setsToWin = 2;
  const NOTHING = -60;

  const setsWon = (play: Play) => {
    let home = 0;
    let away = 0;
    const ended = play.isOver || play.isBreak ? play.period + 1 : play.period;
    for (let set = 0; set < ended; set += 1) {
      if ((play.homePeriods[set] ?? 0) > (play.awayPeriods[set] ?? 0)) home += 1;
      else away += 1;
    }
    return { home, away };
  };
  const onServe = ({ edge, pace }: Strengths): [number, number] => [
    Math.min(Math.max(pace + edge / 2, 0.3), 0.85),
    Math.min(Math.max(pace - edge / 2, 0.3), 0.85),
  ];
  const tieBreakOf = ([p, q]: readonly [number, number]) => {
    const x = (p - q) * 3.2;
    return Math.min(Math.max(0.5 + x / (1 + Math.abs(x)), 0.03), 0.97);
  };
  const isTieBreak = (play: Play) =>
    play.homePeriods[play.period] === 6 && play.awayPeriods[play.period] === 6;

  /** The home player's chance to win the game under way. */
  function currentGame(play: Play, serve: readonly [number, number]): number {
    const [h, a] = play.points;
    if (isTieBreak(play)) {
      const lead = tieBreakOf(serve) + (h - a) * 0.09;
      return Math.min(Math.max(lead, 0.03), 0.97);
    }
    return play.turn === 0 ? holdChance(serve[0], h, a) : 1 - holdChance(serve[1], a, h);
  }

  function currentSet(play: Play, strengths: Strengths): SetScore[] {
    const serve = onServe(strengths);
    const holds = [holdChance(serve[0]), holdChance(serve[1])] as const;
    return setScores(
      play.homePeriods[play.period] ?? 0,
      play.awayPeriods[play.period] ?? 0,
      play.turn,
      holds,
      currentGame(play, serve),
      tieBreakOf(serve),
    );
  }

  function freshSet(strengths: Strengths): SetScore[] {
    const serve = onServe(strengths);
    const holds = [holdChance(serve[0]), holdChance(serve[1])] as const;
    const tieBreak = tieBreakOf(serve);
    return ([0, 1] as const).flatMap((server) =>
      setScores(0, 0, server, holds, null, tieBreak).map(
        ([h, a, chance]) => [h, a, chance / 2] as const,
      ),
    );
  }

  /** Adds up `value` of every set still to come, set by set. */
  function accumulate(
    first: readonly SetScore[],
    later: readonly SetScore[],
    sets: { home: number; away: number },
    base: number,
    value: (home: number, away: number) => number,
  ): { distribution: Distribution; homeWin: number } {
    const size = 140;
    const final = new Float64Array(size);
    let homeWin = 0;
    let states = new Map<number, Float64Array>();
    const begin = new Float64Array(size);
    begin[base - NOTHING] = 1;
    states.set(sets.home * 4 + sets.away, begin);
    for (let round = 0; states.size > 0; round += 1) {
      const next = new Map<number, Float64Array>();
      for (const [key, masses] of states) {
        const home = Math.floor(key / 4);
        const away = key % 4;
        for (const [h, a, chance] of round === 0 ? first : later) {
          const toHome = home + (h > a ? 1 : 0);
          const toAway = away + (h > a ? 0 : 1);
          const isOver = toHome === setsToWin || toAway === setsToWin;
          let into: Float64Array = final;
          if (!isOver) {
            into = next.get(toHome * 4 + toAway) ?? new Float64Array(size);
            next.set(toHome * 4 + toAway, into);
          }
          const shift = value(h, a);
          for (let index = 0; index < size; index += 1) {
            const mass = masses[index] as number;
            if (mass === 0) continue;
            into[index + shift] = (into[index + shift] as number) + mass * chance;
            if (isOver && toHome === setsToWin) homeWin += mass * chance;
          }
        }
      }
      states = next;
    }
    return { distribution: trim(final), homeWin };
  }

  function trim(masses: Float64Array): Distribution {
    let first = 0;
    let last = masses.length - 1;
    while (first < last && masses[first] === 0) first += 1;
    while (last > first && masses[last] === 0) last -= 1;
    return fromMasses(first + NOTHING, masses.subarray(first, last + 1));
  }

  function setOutcome(scores: readonly SetScore[]): Outcome {
    const of = (value: (home: number, away: number) => number) => {
      const masses = new Float64Array(80);
      for (const [h, a, chance] of scores) {
        const index = value(h, a) + 40;
        masses[index] = (masses[index] as number) + chance;
      }
      const { cdf } = fromMasses(-40, masses);
      return { min: -40, cdf };
    };
    return {
      margin: of((h, a) => h - a),
      total: of((h, a) => h + a),
      home: of((h) => h),
      away: of((_, a) => a),
      draw: 0,
      homeWin: scores.reduce((total, [h, a, chance]) => total + (h > a ? chance : 0), 0),
    };
  }

  const gamesIn = (play: Play, scope: Scope) => ({
    home: add(play.homePeriods, scope),
    away: add(play.awayPeriods, scope),
  });

  return {
    firstTurn: 0,
    hasHalfTime: false,
    hasNoQuarters: true,
    durationSeconds: 6_700,
    periods: ({ homePeriods, awayPeriods }) => ({ home: homePeriods, away: awayPeriods }),

    step(play, strengths, random) {
      if (play.isBreak) {
        play.isBreak = false;
        openPeriod(play);
        return { what: 'resume', waitSeconds: 30, lockSeconds: 0 };
      }
      const serve = onServe(strengths);
      const server = play.turn;
      const serverWins = random.chance(serve[server]);
      const winner: 0 | 1 = serverWins ? server : server === 0 ? 1 : 0;
      play.points[winner] += 1;
      const [h, a] = play.points;
      const needed = isTieBreak(play) ? 7 : 4;
      const waitSeconds = random.between(25, 50);
      if (Math.max(h, a) < needed || Math.abs(h - a) < 2) {
        if (isTieBreak(play) && (h + a) % 2 === 1) play.turn = server === 0 ? 1 : 0;
        return { what: 'play', waitSeconds, lockSeconds: 0 };
      }
      const wasBreak = winner !== server;
      score(play, winner, 1);
      play.points = [0, 0];
      play.turn = server === 0 ? 1 : 0;
      const home = play.homePeriods[play.period] ?? 0;
      const away = play.awayPeriods[play.period] ?? 0;
      const most = Math.max(home, away);
      if (most < 6 || (most === 6 && Math.abs(home - away) < 2)) {
        return {
          what: 'score',
          waitSeconds: waitSeconds + 20,
          lockSeconds: wasBreak ? 9 : 0,
          scorer: winner,
        };
      }
      play.isBreak = true;
      const sets = setsWon(play);
      if (Math.max(sets.home, sets.away) === setsToWin) {
        play.isBreak = false;
        play.isOver = true;
        return { what: 'over', waitSeconds: 0, lockSeconds: 0, scorer: winner };
      }
      return { what: 'break', waitSeconds: 120, lockSeconds: 12, scorer: winner };
    },

    outlook(play, strengths, scope) {
      if (scope !== null) {
        const isDone =
          play.period > scope.from || play.isOver || (play.isBreak && play.period === scope.from);
        if (isDone) {
          return setOutcome([
            [play.homePeriods[scope.from] ?? 0, play.awayPeriods[scope.from] ?? 0, 1],
          ]);
        }
        return setOutcome(
          play.period === scope.from ? currentSet(play, strengths) : freshSet(strengths),
        );
      }
      const { home, away } = gamesIn(play, null);
      const later = freshSet(strengths);
      const isBetween = play.isBreak;
      const first = isBetween ? later : currentSet(play, strengths);
      const heldHome = isBetween ? home : home - (play.homePeriods[play.period] ?? 0);
      const heldAway = isBetween ? away : away - (play.awayPeriods[play.period] ?? 0);
      const sets = setsWon(play);
      if (play.isOver) {
        const of = (value: number) => fromMasses(value, [1]);
        return {
          margin: of(home - away),
          total: of(home + away),
          home: of(home),
          away: of(away),
          draw: 0,
          homeWin: sets.home > sets.away ? 1 : 0,
        };
      }
      const margin = accumulate(first, later, sets, heldHome - heldAway, (h, a) => h - a);
      return {
        margin: margin.distribution,
        total: accumulate(first, later, sets, heldHome + heldAway, (h, a) => h + a).distribution,
        home: accumulate(first, later, sets, heldHome, (h) => h).distribution,
        away: accumulate(first, later, sets, heldAway, (_, a) => a).distribution,
        draw: 0,
        homeWin: margin.homeWin,
      };
    },

    progress: (play) =>
      play.isOver
        ? 1
        : Math.min(add(play.homePeriods, null) + add(play.awayPeriods, null), 22) / 23,
    score: (play) => setsWon(play),
    period: (play) => `Set ${play.period + 1}`,
    clock(play) {
      if (play.isBreak || play.isOver) return null;
      const [h, a] = play.points;
      if (isTieBreak(play)) return `${h}-${a}`;
      const name = (mine: number, theirs: number) =>
        mine >= 3 && theirs >= 3
          ? mine > theirs
            ? 'Ad'
            : '40'
          : (['0', '15', '30', '40'][mine] ?? '40');
      return `${name(h, a)}-${name(a, h)}`;
    },
    result(play, scope) {
      const games = gamesIn(play, scope);
      const sets = setsWon(play);
      return scope === null ? { ...games, winner: sets.home > sets.away ? 'home' : 'away' } : games;
    },
    isScopeOver: (play, scope) =>
      play.isOver ||
      (scope !== null &&
        (play.period >= scope.to || (play.period === scope.to - 1 && play.isBreak))),
  };
}
