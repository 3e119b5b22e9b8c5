/**
 * One fixture's prices: which lines each market offers, what they cost, and the names and ids they carry.
 * `reprice` is the only place where an odd opens, moves or closes before its settlement.
 */
import type { Game, Outcome, Play, Strengths } from './games';
import {
  atMost,
  bookPrice,
  counts,
  type Distribution,
  discreteNormal,
  fairCover,
  fairOver,
  toMasses,
} from './pricing';
import type { Random } from './random';
import {
  gradeMoneyline,
  gradeSpread,
  gradeTotal,
  gradeYesNo,
  type Settlement,
  type Side,
} from './settle';
import type { LeagueDef, MarketDef, SportDef, StatDef } from './sports';

/** Organisation and version that every id begins with; `-1` is the vendor's default version. */
export const ORGANISATION = 77;
export const DEFAULT_VERSION = -1;

export type Team = {
  id: string;
  numericalId: number;
  /** First part of the legacy game id. */
  gameNumber: number;
  name: string;
  /** The name in normal form, for ids and grouping keys. */
  slug: string;
  abbreviation: string;
  /** In units of the sport's margin; 0 is an average team. */
  strength: number;
};

export type Player = {
  id: string;
  name: string;
  slug: string;
  team: 0 | 1;
  role: number;
  /** Against an average player of the role; 1 is average. */
  skill: number;
  /** What was counted so far, statistic by statistic. */
  counted: number[];
};

/** What a market is about: the game, one team, or one player. */
export type Subject = { team: 0 | 1 | null; player: Player | null };

export type SimOdd = {
  id: string;
  oddId: string;
  fixture: SimFixture;
  market: MarketDef;
  subject: Subject;
  side: Side;
  name: string;
  selection: string;
  selectionLine: string | null;
  /** Line of the odd's own side. */
  points: number | null;
  groupingKey: string;
  teamId: string | null;
  playerId: string | null;
  state: 'open' | 'locked' | 'settled';
  price: number;
  isMain: boolean;
  isLive: boolean;
  /** Ms of the last price change, lock or reopening; what `timestamp` says. */
  changedAt: number;
  settlement: Settlement | null;
  settledAt: number | null;
  /** Flat triples of ms, price and code (0 open, 1 locked, 2 settled; 4 added for a main line), oldest first. */
  history: number[];
  /** The unchanging part of its wire row, made when first needed. */
  text: string | null;
};

/** One market of one fixture for one subject, with every line it ever offered. */
export type MarketBook = {
  market: MarketDef;
  subject: Subject;
  /** How many lines are offered at once. */
  wanted: number;
  main: number | null;
  lines: Map<number, SimOdd[]>;
  /** No price before this ms. */
  heldUntil: number;
  /** Never opens again: its scope is over. */
  isClosed: boolean;
};

export type FixtureStatus =
  | 'unplayed'
  | 'live'
  | 'half'
  | 'completed'
  | 'cancelled'
  | 'suspended'
  | 'delayed';

export type SimFixture = {
  id: string;
  numericalId: number;
  gameId: string;
  sport: SportDef;
  league: LeagueDef;
  game: Game;
  teams: readonly [home: Team, away: Team];
  startMs: number;
  status: FixtureStatus;
  updatedMs: number;
  play: Play;
  /** Draws of the game alone, so that it can be rehearsed: same seed, same game. */
  luckSeed: number;
  luck: Random;
  /** What the teams really are, and what the market thinks on top of it. */
  strengths: Strengths;
  opinion: Strengths;
  players: readonly Player[];
  books: MarketBook[];
  offersInPlay: boolean;
  offersPropsInPlay: boolean;
  rotation: number;
  rescheduledFrom: string | null;
  rescheduledTo: string | null;
  finishedMs: number | null;
  hasHadOdds: boolean;
  outlooks: Map<string, Outcome>;
  /** Book whose turn it is to drift. */
  cursor: number;
  /** Tasks of an older plan (a cancelled start, a suspended game) carry an older number and do nothing. */
  plan: number;
};

/** What one repricing changed. */
export type Changes = { locked: SimOdd[]; priced: SimOdd[] };

const NO_SUBJECT: Subject = { team: null, player: null };
/** A published price moves only if one of its market's chances moved this far, as the vendor's minimum difference. */
const MIN_DIFFERENCE = 0.002;
/** A main line gives way only to one this much closer to even money, else it would flicker. */
const MAIN_STICKINESS = 0.02;
const OFFERED = { low: 0.05, high: 0.95 };
const MONEYLINE_OFFERED = { low: 0.015, high: 0.985 };
/** What books take on one-sided lists. */
const LIST_HOLD = 1.14;

const codeOf = { open: 0, locked: 1, settled: 2 } as const;

/** Notes the odd's state in its history, which keeps at least the newest `keep` entries. */
export function note(odd: SimOdd, atMs: number, keep: number): void {
  odd.history.push(atMs, odd.price, codeOf[odd.state] + (odd.isMain ? 4 : 0));
  if (odd.history.length > keep * 6) odd.history = odd.history.slice(-keep * 3);
}

/** Adds a fixture's markets in the order of the sport's plan until about `quota` odds are offered. */
export function planBooks(fixture: SimFixture, quota: number): MarketBook[] {
  const { sport } = fixture;
  const books: MarketBook[] = [];
  let left = quota;
  for (const [label, lines] of sport.plan) {
    if (left <= 0) break;
    if (fixture.game.hasNoQuarters && label.includes('Quarter')) continue;
    const market = sport.markets.get(label);
    if (!market) throw new Error(`${sport.id}: the plan names an unknown market ${label}`);
    const sides = sidesOf(market).length;
    for (const subject of subjectsOf(market, fixture)) {
      if (left <= 0) break;
      const held = books.find(
        (book) =>
          book.market === market &&
          book.subject.team === subject.team &&
          book.subject.player === subject.player,
      );
      left -= (lines - (held?.wanted ?? 0)) * sides;
      if (held) held.wanted = lines;
      else
        books.push({
          market,
          subject,
          wanted: lines,
          main: null,
          lines: new Map(),
          heldUntil: 0,
          isClosed: false,
        });
    }
  }
  return books;
}

function subjectsOf(market: MarketDef, fixture: SimFixture): Subject[] {
  if (market.kind === 'team_total')
    return [
      { team: 0, player: null },
      { team: 1, player: null },
    ];
  if (market.kind !== 'player_total' && market.kind !== 'player_yes') return [NO_SUBJECT];
  return fixture.players
    .filter((player) => meanOf(fixture, market, player) > 0)
    .map((player) => ({ team: player.team, player }));
}

function sidesOf(market: MarketDef): readonly Side[] {
  switch (market.kind) {
    case 'moneyline':
    case 'spread':
      return ['home', 'away'];
    case 'moneyline_3':
      return ['home', 'draw', 'away'];
    case 'both_score':
      return ['yes', 'no'];
    case 'player_yes':
      return ['yes'];
    case 'correct_score':
      return ['score'];
    default:
      return ['over', 'under'];
  }
}

/** How the current state and opinion see a scope; kept until either changes (`forgetOutlooks`). */
export function outlookOf(fixture: SimFixture, market: MarketDef): Outcome {
  const key = market.scope === null ? 'game' : `${market.scope.from}-${market.scope.to}`;
  let outlook = fixture.outlooks.get(key);
  if (!outlook) {
    outlook = fixture.game.outlook(fixture.play, viewedStrengths(fixture), market.scope);
    fixture.outlooks.set(key, outlook);
  }
  return outlook;
}

/** To be called after every change of play or opinion. */
export function forgetOutlooks(fixture: SimFixture): void {
  fixture.outlooks.clear();
}

function viewedStrengths({ strengths, opinion }: SimFixture): Strengths {
  return { edge: strengths.edge + opinion.edge, pace: strengths.pace + opinion.pace };
}

/** What a player is expected to count in a whole game: by role and skill, and by what the team is expected to score. */
export function playerMean(
  fixture: SimFixture,
  stat: StatDef,
  player: Player,
  { edge, pace }: Strengths,
): number {
  const mean = (stat.means[player.role] ?? 0) * player.skill;
  if (!stat.isScoring) return mean;
  const scoring = (pace + (player.team === 0 ? edge : -edge)) / fixture.sport.pace;
  return mean * Math.max(scoring, 0.2);
}

function meanOf(fixture: SimFixture, market: MarketDef, player: Player): number {
  const strengths = viewedStrengths(fixture);
  return fixture.sport.stats.reduce(
    (total, stat) =>
      total + (market.stats.includes(stat.name) ? playerMean(fixture, stat, player, strengths) : 0),
    0,
  );
}

/** What a player has counted so far in the market's statistics. */
export function countedOf({ sport }: SimFixture, market: MarketDef, player: Player): number {
  return sport.stats.reduce(
    (total, stat, index) =>
      total + (market.stats.includes(stat.name) ? (player.counted[index] ?? 0) : 0),
    0,
  );
}

function playerOutlook(fixture: SimFixture, market: MarketDef, player: Player): Distribution {
  const { sport } = fixture;
  const left = meanOf(fixture, market, player) * (1 - fixture.game.progress(fixture.play));
  const spread = sport.stats.find((stat) => stat.name === market.stats[0])?.spread ?? 1;
  const counted = countedOf(fixture, market, player);
  if (left > 30) return discreteNormal(counted + left, Math.sqrt(left * spread), counted);
  return counts(left, spread, counted);
}

/** The distribution a book's over/under lines are cut from; null for markets without such lines. */
function countedDistribution(fixture: SimFixture, book: MarketBook): Distribution | null {
  const { market, subject } = book;
  switch (market.kind) {
    case 'total':
      return outlookOf(fixture, market).total;
    case 'team_total': {
      const outlook = outlookOf(fixture, market);
      return subject.team === 0 ? outlook.home : outlook.away;
    }
    case 'player_total':
      return subject.player && playerOutlook(fixture, market, subject.player);
    default:
      return null;
  }
}

type Quote = { line: number; prices: readonly number[]; isMain: boolean };

function quotes(fixture: SimFixture, book: MarketBook): Quote[] {
  const { market, subject } = book;
  const { hold } = fixture.sport;
  const outlook = () => outlookOf(fixture, market);
  switch (market.kind) {
    case 'moneyline': {
      const { homeWin, draw } = outlook();
      const decided = 1 - draw;
      if (decided < 0.02) return [];
      const fair = homeWin / decided;
      if (fair < MONEYLINE_OFFERED.low || fair > MONEYLINE_OFFERED.high) return [];
      return [
        { line: 0, isMain: true, prices: [bookPrice(fair, hold), bookPrice(1 - fair, hold)] },
      ];
    }
    case 'moneyline_3': {
      const { homeWin, draw } = outlook();
      const fair = [homeWin, draw, 1 - homeWin - draw];
      if (Math.max(...fair) > MONEYLINE_OFFERED.high) return [];
      return [
        {
          line: 0,
          isMain: true,
          prices: fair.map((chance) => bookPrice(Math.max(chance, 0.002), hold, 3)),
        },
      ];
    }
    case 'both_score': {
      const { home, away } = outlook();
      const fair = (1 - atMost(home, 0)) * (1 - atMost(away, 0));
      if (fair < OFFERED.low || fair > OFFERED.high) return [];
      return [
        { line: 0, isMain: true, prices: [bookPrice(fair, hold), bookPrice(1 - fair, hold)] },
      ];
    }
    case 'player_yes': {
      if (!subject.player) return [];
      const distribution = playerOutlook(fixture, market, subject.player);
      const fair = countedOf(fixture, market, subject.player) > 0 ? 1 : 1 - atMost(distribution, 0);
      if (fair < 0.02 || fair > 0.9) return [];
      return [{ line: 0, isMain: true, prices: [bookPrice(Math.min(fair * LIST_HOLD, 0.95), 0)] }];
    }
    case 'correct_score':
      return scoreQuotes(outlook(), book.wanted);
    case 'spread': {
      const { margin, homeWin } = outlook();
      const fair = (line: number) => fairCover(margin, line);
      const lines = ladder(book, fair, -median(margin), -1, fixedMain(fixture, book, homeWin));
      return lines.map(({ line, chance, isMain }) => ({
        line,
        isMain,
        prices: [bookPrice(chance, hold), bookPrice(1 - chance, hold)],
      }));
    }
    default: {
      const distribution = countedDistribution(fixture, book);
      if (!distribution || distribution.cdf.length < 2) return [];
      const fair = (line: number) => fairOver(distribution, line);
      return ladder(book, fair, median(distribution), 1, null).map(({ line, chance, isMain }) => ({
        line,
        isMain,
        prices: [bookPrice(chance, hold), bookPrice(1 - chance, hold)],
      }));
    }
  }
}

function fixedMain(
  fixture: SimFixture,
  { market, main }: MarketBook,
  homeWin: number,
): number | null {
  if (market.fixedMain === undefined || fixture.game.progress(fixture.play) > 0) return null;
  // The favourite gives the points; near even the sign stays where it was.
  if (main !== null && Math.abs(homeWin - 0.5) < 0.02) return main;
  return homeWin >= 0.5 ? -market.fixedMain : market.fixedMain;
}

function median({ min, cdf }: Distribution): number {
  let index = 0;
  while (index < cdf.length - 1 && (cdf[index] as number) < 0.5) index += 1;
  return min + index;
}

type Rung = { line: number; chance: number; isMain: boolean };

/** The main line nearest to even money and the alternates around it that are still worth offering. */
function ladder(
  book: MarketBook,
  fair: (line: number) => number,
  centre: number,
  minimum: -1 | 1,
  fixed: number | null,
): Rung[] {
  const { market, wanted } = book;
  const isSigned = minimum === -1;
  // No line that is the moneyline by another name: 0 on half-point grids, a half where no game is drawn.
  const least = !isSigned
    ? Number.NEGATIVE_INFINITY
    : market.fixedMain !== undefined
      ? 1
      : market.step === 0.5
        ? 0.5
        : 0;
  const next = (line: number, direction: 1 | -1) => {
    let moved = line + direction * market.step;
    while (Math.abs(moved) < least) moved += direction * market.step;
    return moved;
  };
  const usable = (line: number) => isSigned || line > 0;
  const off = (line: number) => Math.abs(fair(line) - 0.5);
  let main =
    fixed ?? market.offset + Math.round((centre - market.offset) / market.step) * market.step;
  if (fixed === null) {
    if (isSigned && Math.abs(main) < least) main = next(main, main < 0 ? -1 : 1);
    if (!usable(main)) main = next(main, 1);
    for (const direction of [1, -1] as const) {
      while (usable(next(main, direction)) && off(next(main, direction)) < off(main))
        main = next(main, direction);
    }
    if (book.main !== null && book.main !== main && off(book.main) <= off(main) + MAIN_STICKINESS)
      main = book.main;
  }
  const rungs: Rung[] = [];
  const offer = (line: number, isMain: boolean) => {
    const chance = fair(line);
    if (usable(line) && chance > OFFERED.low && chance < OFFERED.high)
      rungs.push({ line, chance, isMain });
  };
  offer(main, true);
  if (rungs.length === 0) return [];
  book.main = main;
  let up = main;
  let down = main;
  for (let step = 1; step <= (wanted - 1) / 2; step += 1) {
    up = next(up, 1);
    down = next(down, -1);
    offer(up, false);
    offer(down, false);
  }
  return rungs;
}

/** Exact scores; the line is `home * 100 + away`. */
function scoreQuotes({ home, away }: Outcome, wanted: number): Quote[] {
  const scores: { line: number; chance: number }[] = [];
  const homeMasses = toMasses(home);
  const awayMasses = toMasses(away);
  for (let h = 0; h < Math.min(homeMasses.length, 7); h += 1) {
    for (let a = 0; a < Math.min(awayMasses.length, 7); a += 1) {
      scores.push({
        line: (home.min + h) * 100 + away.min + a,
        chance: (homeMasses[h] as number) * (awayMasses[a] as number),
      });
    }
  }
  return scores
    .filter(({ chance }) => chance > 0.004 && chance < 0.85)
    .sort((a, b) => b.chance - a.chance)
    .slice(0, wanted)
    .map(({ line, chance }) => ({
      line,
      isMain: true,
      prices: [bookPrice(Math.min(chance * LIST_HOLD, 0.95), 0)],
    }));
}

const implied = (american: number) =>
  american > 0 ? 100 / (american + 100) : -american / (100 - american);

/**
 * Brings a book's odds in line with the state of its game. Opened, moved and flipped odds go to
 * `changes.priced`, those no longer offered to `changes.locked`. All lines of a market move at once or not at
 * all, so its ladder is monotone at every moment.
 */
export function reprice(
  fixture: SimFixture,
  book: MarketBook,
  nowMs: number,
  isLive: boolean,
  changes: Changes,
  keep: number,
): void {
  if (book.isClosed || book.heldUntil > nowMs) return;
  if (fixture.game.isScopeOver(fixture.play, book.market.scope)) {
    lockBook(book, nowMs, changes, keep);
    book.isClosed = true;
    return;
  }
  const offered = quotes(fixture, book);
  const isOffered = new Set(offered.map(({ line }) => line));
  for (const [line, odds] of book.lines) {
    if (isOffered.has(line)) continue;
    for (const odd of odds) lockOdd(odd, nowMs, changes, keep);
  }
  const moved: { odd: SimOdd; price: number; isMain: boolean }[] = [];
  let isWorthIt = false;
  for (const { line, prices, isMain } of offered) {
    let odds = book.lines.get(line);
    if (!odds) {
      odds = sidesOf(book.market).map((side) => newOdd(fixture, book, side, line));
      book.lines.set(line, odds);
    }
    odds.forEach((odd, index) => {
      const price = prices[index] as number;
      if (
        odd.state === 'open' &&
        odd.price === price &&
        odd.isMain === isMain &&
        odd.isLive === isLive
      )
        return;
      moved.push({ odd, price, isMain });
      isWorthIt ||=
        odd.state !== 'open' ||
        odd.isMain !== isMain ||
        odd.isLive !== isLive ||
        Math.abs(implied(price) - implied(odd.price)) >= MIN_DIFFERENCE;
    });
  }
  if (!isWorthIt) return;
  for (const { odd, price, isMain } of moved) {
    if (odd.state !== 'open' || odd.price !== price) odd.changedAt = nowMs;
    odd.state = 'open';
    odd.price = price;
    odd.isMain = isMain;
    odd.isLive = isLive;
    note(odd, nowMs, keep);
    changes.priced.push(odd);
  }
}

/** Withdraws every open price of the book. */
export function lockBook(book: MarketBook, nowMs: number, changes: Changes, keep: number): void {
  for (const odds of book.lines.values()) {
    for (const odd of odds) lockOdd(odd, nowMs, changes, keep);
  }
}

function lockOdd(odd: SimOdd, nowMs: number, changes: Changes, keep: number): void {
  if (odd.state !== 'open') return;
  odd.state = 'locked';
  odd.changedAt = nowMs;
  note(odd, nowMs, keep);
  changes.locked.push(odd);
}

/** `8` → `8.0`, `-3.5` → `-3.5`: how a grouping key prints a line. */
function keyNumber(points: number): string {
  return Number.isInteger(points) ? points.toFixed(1) : String(points);
}

/** A number as ids spell it: `-3.5` → `-3_5`. */
function slugNumber(text: string): string {
  return text.replace('.', '_');
}

function signed(points: number): string {
  return points < 0 ? String(points) : `+${points}`;
}

function newOdd(fixture: SimFixture, book: MarketBook, side: Side, line: number): SimOdd {
  const { market, subject } = book;
  const { name, selection, selectionLine, points, groupingKey, teamId, tail } = identify(
    fixture,
    market,
    subject,
    side,
    line,
  );
  const oddId = `${fixture.id}:${market.id}:${tail}`;
  return {
    name,
    selection,
    selectionLine,
    points,
    groupingKey,
    teamId,
    id: `${ORGANISATION}:${DEFAULT_VERSION}:${oddId}`,
    oddId,
    fixture,
    market,
    subject,
    side,
    playerId: subject.player?.id ?? null,
    state: 'locked',
    price: 0,
    isMain: false,
    isLive: false,
    changedAt: 0,
    settlement: null,
    settledAt: null,
    history: [],
    text: null,
  };
}

type Identity = Pick<
  SimOdd,
  'name' | 'selection' | 'selectionLine' | 'points' | 'groupingKey' | 'teamId'
> & {
  /** What ends the id, after the market. */
  tail: string;
};

type Named = { name: string; slug: string };
const DRAW: Named = { name: 'Draw', slug: 'draw' };
const NOBODY: Named = { name: '', slug: '' };

/** Names and keys of one selection, by kind of market. `line` is the home side's for spreads. */
function identify(
  fixture: SimFixture,
  market: MarketDef,
  subject: Subject,
  side: Side,
  line: number,
): Identity {
  const { teams } = fixture;
  const team = side === 'home' ? teams[0] : side === 'away' ? teams[1] : null;
  switch (market.kind) {
    case 'moneyline':
    case 'moneyline_3': {
      const { name, slug } = team ?? DRAW;
      return {
        name,
        selection: name,
        selectionLine: null,
        points: null,
        groupingKey: 'default',
        teamId: team?.id ?? null,
        tail: slug,
      };
    }
    case 'spread': {
      const points = side === 'home' ? line : line === 0 ? 0 : -line;
      const { name, slug } = team ?? NOBODY;
      return {
        name: `${name} ${signed(points)}`,
        selection: name,
        selectionLine: null,
        points,
        groupingKey: `default:${keyNumber(line)}`,
        teamId: team?.id ?? null,
        tail: `${slug}_${slugNumber(signed(points))}`,
      };
    }
    case 'correct_score': {
      const home = Math.floor(line / 100);
      const away = line % 100;
      const ahead = home === away ? null : home > away ? teams[0] : teams[1];
      const score = home >= away ? `${home}:${away}` : `${away}:${home}`;
      const { name, slug } = ahead ?? DRAW;
      return {
        name: `${name} ${score}`,
        selection: name,
        selectionLine: score,
        points: null,
        groupingKey: `${slug}:${score}`,
        teamId: ahead?.id ?? null,
        tail: `${slug}_${score.replace(':', '_')}`,
      };
    }
    case 'both_score': {
      const name = side === 'yes' ? 'Yes' : 'No';
      return {
        name,
        selection: '',
        selectionLine: side,
        points: null,
        groupingKey: 'default',
        teamId: null,
        tail: side,
      };
    }
    case 'player_yes': {
      const { name, slug } = subject.player ?? NOBODY;
      return {
        name,
        selection: name,
        selectionLine: side,
        points: null,
        groupingKey: slug,
        teamId: teamOf(fixture, subject),
        tail: `${slug}_${side}`,
      };
    }
    default: {
      const { name, slug } =
        subject.player ?? (subject.team === null ? NOBODY : teams[subject.team]);
      const word = side === 'over' ? 'Over' : 'Under';
      return {
        name: `${name} ${word} ${line}`.trim(),
        selection: name,
        selectionLine: side,
        points: line,
        groupingKey: `${slug === '' ? 'default' : slug}:${keyNumber(line)}`,
        teamId: teamOf(fixture, subject),
        tail: `${slug === '' ? '' : `${slug}_`}${side}_${slugNumber(String(line))}`,
      };
    }
  }
}

function teamOf({ teams }: SimFixture, { team }: Subject): string | null {
  return team === null ? null : teams[team].id;
}

/** Grades an odd by the final state of its fixture; a cancelled fixture refunds what was not decided. */
export function grade(odd: SimOdd): Settlement {
  const { fixture, market, subject, side } = odd;
  const { game } = fixture;
  const isCancelled = fixture.status === 'cancelled';
  if (isCancelled && !(market.scope !== null && game.isScopeOver(fixture.play, market.scope)))
    return 'Refunded';
  const result = game.result(fixture.play, market.scope);
  const points = odd.points ?? 0;
  switch (market.kind) {
    case 'moneyline':
      return gradeMoneyline(side, result, 2);
    case 'moneyline_3':
      return gradeMoneyline(side, result, 3);
    case 'spread':
      return gradeSpread(side, points, result);
    case 'total':
      return gradeTotal(side, points, result.home + result.away);
    case 'team_total':
      return gradeTotal(side, points, subject.team === 0 ? result.home : result.away);
    case 'player_total':
      return gradeTotal(
        side,
        points,
        subject.player ? countedOf(fixture, market, subject.player) : 0,
      );
    case 'player_yes':
      return gradeYesNo(
        side,
        subject.player ? countedOf(fixture, market, subject.player) > 0 : false,
      );
    case 'both_score':
      return gradeYesNo(side, result.home > 0 && result.away > 0);
    case 'correct_score': {
      const [mine, theirs] = (odd.selectionLine ?? '').split(':').map(Number);
      const ahead =
        odd.teamId === fixture.teams[1].id
          ? [result.away, result.home]
          : [result.home, result.away];
      return ahead[0] === mine && ahead[1] === theirs ? 'Won' : 'Lost';
    }
  }
}

/** Last part of the legacy game id: the day, for tennis year and week. */
export function slugOfDay(sport: SportDef, startMs: number): string {
  const day = new Date(startMs).toISOString().slice(0, 10);
  if (!sport.individuals) return day;
  const week = Math.ceil(
    (startMs - Date.UTC(Number(day.slice(0, 4)), 0, 1)) / (7 * 24 * 3_600_000),
  );
  return `${day.slice(0, 4)}-${week}`;
}
