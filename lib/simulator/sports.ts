/** The sports on offer: leagues, markets in the order a book adds them, players' statistics, and the game itself. */
import {
  baseballGame,
  type Game,
  type Scope,
  type TimedRules,
  tennisGame,
  timedGame,
} from './games';
import { type NameStyle, type Region, slug } from './names';

/** How a market is priced and graded. */
export type MarketKind =
  | 'moneyline'
  | 'moneyline_3'
  | 'spread'
  | 'total'
  | 'team_total'
  | 'player_total'
  | 'player_yes'
  | 'both_score'
  | 'correct_score';

export type MarketDef = {
  id: string;
  label: string;
  numericalId: number;
  kind: MarketKind;
  scope: Scope;
  /** Distance of neighbouring lines, and where the grid starts: 0.5 and 1 give 0.5, 1.5, 2.5, ... */
  step: number;
  offset: number;
  /** Which of a player's statistics it counts (`player_*`); several are added up. */
  stats: readonly string[];
  /** The main line stays here before the game (run line, puck line 1.5), on the favourite's side. */
  fixedMain?: number;
};

export type LeagueDef = {
  id: string;
  name: string;
  numericalId: number;
  region: string;
  regionCode: string;
  gender: 'men' | 'women' | null;
  /** 1 the leagues with the widest offer, 3 those with main lines only. */
  tier: 1 | 2 | 3;
  names: Region;
  style: NameStyle;
  /** Mean total, where it differs from the sport's. */
  pace?: number;
  /** Its rules, where they differ from the sport's. */
  game?: Game;
};

/** A player's statistic: mean of a game by role, variance over mean, and whether it rises with the team's scoring. */
export type StatDef = {
  name: string;
  means: readonly number[];
  spread: number;
  isScoring: boolean;
};

export type SportDef = {
  id: string;
  name: string;
  numericalId: number;
  mainMarkets: readonly string[];
  game: Game;
  /** Mean total, mean home advantage, deviation of a team's strength, and how far opinion drifts in each. */
  pace: number;
  homeEdge: number;
  strengthSd: number;
  drift: { edge: number; pace: number };
  leagues: readonly LeagueDef[];
  markets: ReadonlyMap<string, MarketDef>;
  /** What a book offers, in the order in which it adds it: market label and number of lines. */
  plan: readonly (readonly [label: string, lines: number])[];
  stats: readonly StatDef[];
  playersPerTeam: number;
  hold: number;
  /** Its part of all odds. */
  share: number;
  /** Fixtures per square root of odds: a sport with many leagues spreads its odds thinner. */
  breadth: number;
  individuals: boolean;
  /** Form of its fixture ids; clients must treat them as opaque, so they differ. */
  fixtureId: 'dated' | 'hex' | 'prefixed' | 'digits';
};

const REGIONS: Record<string, readonly [region: string, code: string, names: Region]> = {
  us: ['UNITED_STATES', 'USA', 'usa'],
  gb: ['ENGLAND', 'ENG', 'england'],
  sc: ['SCOTLAND', 'SCO', 'england'],
  es: ['SPAIN', 'ESP', 'spain'],
  de: ['GERMANY', 'GER', 'germany'],
  at: ['AUSTRIA', 'AUT', 'germany'],
  ch: ['SWITZERLAND', 'SUI', 'germany'],
  fr: ['FRANCE', 'FRA', 'france'],
  it: ['ITALY', 'ITA', 'italy'],
  br: ['BRAZIL', 'BRA', 'brazil'],
  pt: ['PORTUGAL', 'POR', 'brazil'],
  ar: ['ARGENTINA', 'ARG', 'argentina'],
  mx: ['MEXICO', 'MEX', 'mexico'],
  tr: ['TURKEY', 'TUR', 'turkey'],
  gr: ['GREECE', 'GRE', 'balkans'],
  dk: ['DENMARK', 'DEN', 'nordic'],
  se: ['SWEDEN', 'SWE', 'nordic'],
  no: ['NORWAY', 'NOR', 'nordic'],
  fi: ['FINLAND', 'FIN', 'nordic'],
  pl: ['POLAND', 'POL', 'poland'],
  cz: ['CZECH_REPUBLIC', 'CZE', 'poland'],
  rs: ['SERBIA', 'SRB', 'balkans'],
  nl: ['NETHERLANDS', 'NED', 'low'],
  be: ['BELGIUM', 'BEL', 'low'],
  jp: ['JAPAN', 'JPN', 'japan'],
  kr: ['SOUTH_KOREA', 'KOR', 'korea'],
  tw: ['CHINESE_TAIPEI', 'TPE', 'china'],
  cn: ['CHINA', 'CHN', 'china'],
  au: ['AUSTRALIA', 'AUS', 'oceania'],
  ca: ['CANADA', 'CAN', 'usa'],
  eu: ['EUROPE', 'EUR', 'spain'],
  world: ['INTERNATIONAL', 'INT', 'france'],
};

type LeagueRow = readonly [
  name: string,
  region: string,
  tier: 1 | 2 | 3,
  style: NameStyle,
  pace?: number,
];

function leaguesOf(firstId: number, rows: readonly LeagueRow[]): LeagueDef[] {
  return rows.map(([name, place, tier, style, pace], index) => {
    const [region, regionCode, names] = REGIONS[place] ?? ['INTERNATIONAL', 'INT', 'usa'];
    const gender = style === 'women' || /^(W|NWSL|LPGA)/.test(name) ? 'women' : 'men';
    const league: LeagueDef = {
      id: slug(name),
      name,
      numericalId: firstId + index,
      region,
      regionCode,
      gender,
      tier,
      names,
      style,
    };
    return pace === undefined ? league : { ...league, pace };
  });
}

type MarketRow = readonly [
  label: string,
  kind: MarketKind,
  options?: {
    scope?: Scope;
    step?: number;
    offset?: number;
    stats?: readonly string[];
    fixedMain?: number;
  },
];

function marketsOf(firstId: number, rows: readonly MarketRow[]): ReadonlyMap<string, MarketDef> {
  return new Map(
    rows.map(([label, kind, options], index) => [
      label,
      {
        id: slug(label),
        label,
        numericalId: firstId + index,
        kind,
        scope: options?.scope ?? null,
        step: options?.step ?? 1,
        offset: options?.offset ?? 0.5,
        stats: options?.stats ?? [],
        ...(options?.fixedMain === undefined ? {} : { fixedMain: options.fixedMain }),
      },
    ]),
  );
}

const halves = { step: 0.5, offset: 0 } as const;
const first: Scope = { from: 0, to: 1 };

const basketballRules: TimedRules = {
  periods: 4,
  periodSeconds: 720,
  stretch: 2.5,
  breakSeconds: 150,
  halfTimeSeconds: 900,
  stepSeconds: 14.4,
  stepsPerTurn: 1,
  scores: [
    [2, 55],
    [3, 30],
    [1, 15],
  ],
  scoreLockSeconds: 0,
  scare: 0.03,
  overtimeSeconds: 300,
  suddenDeath: false,
  clockCountsUp: false,
  deviations: { margin: 13.5, total: 17 },
  coasting: 0.002,
  overtimeMargins: [5, 8, 9, 8, 7, 6, 6, 5, 4, 3, 2, 1],
};
const fibaGame = timedGame({
  ...basketballRules,
  periodSeconds: 600,
  stepSeconds: 15,
  deviations: { margin: 12.2, total: 15 },
});
const collegeGame = timedGame({
  ...basketballRules,
  periodSeconds: 600,
  stepSeconds: 17,
  isShownInHalves: true,
  deviations: { margin: 11.7, total: 14.5 },
});
const NBA_CLOCK = ['NBA', 'G League', 'China - CBA'];

const basketball: SportDef = {
  id: 'basketball',
  name: 'Basketball',
  numericalId: 4,
  mainMarkets: ['Moneyline', 'Point Spread', 'Total Points'],
  game: timedGame(basketballRules),
  pace: 225,
  homeEdge: 2.4,
  strengthSd: 3.4,
  drift: { edge: 0.16, pace: 0.3 },
  leagues: leaguesOf(355, [
    ['NBA', 'us', 1, 'franchise'],
    ['NCAAB', 'us', 1, 'college', 146],
    ['EuroLeague', 'eu', 1, 'club', 163],
    ['WNBA', 'us', 2, 'franchise', 164],
    ['G League', 'us', 2, 'franchise', 232],
    ['EuroCup', 'eu', 2, 'club', 168],
    ['Spain - ACB', 'es', 2, 'club', 169],
    ['Turkey - BSL', 'tr', 3, 'club', 166],
    ['Argentina - LNB', 'ar', 3, 'club', 161],
    ['Germany - BBL', 'de', 3, 'club', 168],
    ['France - LNB Élite', 'fr', 3, 'club', 165],
    ['NBL', 'au', 3, 'franchise', 178],
    ['China - CBA', 'cn', 3, 'club', 206],
    ['NCAAB W', 'us', 3, 'college', 132],
  ]).map((league) => {
    if (NBA_CLOCK.includes(league.name)) return league;
    return { ...league, game: league.name === 'NCAAB' ? collegeGame : fibaGame };
  }),
  markets: marketsOf(950, [
    ['Moneyline', 'moneyline'],
    ['Point Spread', 'spread', halves],
    ['Total Points', 'total'],
    ['Team Total', 'team_total'],
    ['1st Half Moneyline', 'moneyline', { scope: { from: 0, to: 2 } }],
    ['1st Half Point Spread', 'spread', { scope: { from: 0, to: 2 }, ...halves }],
    ['1st Half Total Points', 'total', { scope: { from: 0, to: 2 } }],
    ['1st Half Team Total', 'team_total', { scope: { from: 0, to: 2 } }],
    ['1st Quarter Moneyline', 'moneyline', { scope: first }],
    ['1st Quarter Point Spread', 'spread', { scope: first, ...halves }],
    ['1st Quarter Total Points', 'total', { scope: first }],
    ['2nd Half Point Spread', 'spread', { scope: { from: 2, to: 4 }, ...halves }],
    ['2nd Half Total Points', 'total', { scope: { from: 2, to: 4 } }],
    ['2nd Quarter Total Points', 'total', { scope: { from: 1, to: 2 } }],
    ['3rd Quarter Total Points', 'total', { scope: { from: 2, to: 3 } }],
    ['Player Points', 'player_total', { stats: ['points'] }],
    ['Player Rebounds', 'player_total', { stats: ['rebounds'] }],
    ['Player Assists', 'player_total', { stats: ['assists'] }],
    ['Player Points + Assists', 'player_total', { stats: ['points', 'assists'] }],
  ]),
  plan: [
    ['Moneyline', 1],
    ['Point Spread', 1],
    ['Total Points', 1],
    ['Team Total', 1],
    ['Point Spread', 3],
    ['Total Points', 3],
    ['1st Half Point Spread', 1],
    ['1st Half Total Points', 1],
    ['Player Points', 1],
    ['1st Half Moneyline', 1],
    ['Point Spread', 7],
    ['Total Points', 7],
    ['Player Points + Assists', 1],
    ['1st Quarter Point Spread', 1],
    ['1st Quarter Total Points', 1],
    ['Team Total', 3],
    ['Player Rebounds', 1],
    ['Player Assists', 1],
    ['1st Half Point Spread', 3],
    ['1st Half Total Points', 3],
    ['1st Half Team Total', 1],
    ['1st Quarter Moneyline', 1],
    ['2nd Half Point Spread', 1],
    ['2nd Half Total Points', 1],
    ['Point Spread', 13],
    ['Total Points', 13],
    ['2nd Quarter Total Points', 1],
    ['3rd Quarter Total Points', 1],
    ['1st Half Point Spread', 7],
    ['1st Half Total Points', 7],
    ['Team Total', 7],
    ['Point Spread', 25],
    ['Total Points', 25],
  ],
  stats: [
    { name: 'points', means: [26, 19, 14], spread: 2.4, isScoring: true },
    { name: 'rebounds', means: [5.5, 9.5, 6], spread: 1.4, isScoring: false },
    { name: 'assists', means: [7, 3, 4], spread: 1.5, isScoring: false },
  ],
  playersPerTeam: 3,
  hold: 0.046,
  share: 0.21,
  breadth: 1,
  individuals: false,
  fixtureId: 'dated',
};

const football: SportDef = {
  id: 'football',
  name: 'Football',
  numericalId: 9,
  mainMarkets: ['Moneyline', 'Point Spread', 'Total Points'],
  game: timedGame({
    periods: 4,
    periodSeconds: 900,
    stretch: 2.9,
    breakSeconds: 120,
    halfTimeSeconds: 780,
    stepSeconds: 30,
    stepsPerTurn: 5,
    scores: [
      [7, 58],
      [3, 36],
      [6, 3],
      [8, 3],
    ],
    scoreLockSeconds: 35,
    scare: 0.04,
    overtimeSeconds: 600,
    suddenDeath: true,
    clockCountsUp: false,
    deviations: { margin: 13.4, total: 14.6 },
    keyNumbers: {
      0: 0.1,
      1: 0.85,
      2: 0.8,
      3: 2.5,
      4: 1.05,
      5: 0.75,
      6: 1.25,
      7: 1.9,
      8: 0.85,
      9: 0.6,
      10: 1.35,
      11: 0.75,
      12: 0.65,
      13: 0.8,
      14: 1.4,
      17: 1.25,
      21: 1.2,
    },
    overtimeMargins: [0, 0, 6, 0, 0, 3, 1],
  }),
  pace: 45.5,
  homeEdge: 1.8,
  strengthSd: 3.6,
  drift: { edge: 0.1, pace: 0.13 },
  leagues: leaguesOf(430, [
    ['NFL', 'us', 1, 'franchise'],
    ['NCAAF', 'us', 1, 'college', 53],
    ['CFL', 'ca', 2, 'franchise', 49],
    ['UFL', 'us', 2, 'franchise', 41],
    ['NCAAF FCS', 'us', 3, 'college', 50],
    ['European League of Football', 'eu', 3, 'franchise', 47],
  ]),
  markets: marketsOf(1020, [
    ['Moneyline', 'moneyline'],
    ['Point Spread', 'spread', halves],
    ['Total Points', 'total', halves],
    ['Team Total', 'team_total'],
    ['1st Half Moneyline', 'moneyline', { scope: { from: 0, to: 2 } }],
    ['1st Half Point Spread', 'spread', { scope: { from: 0, to: 2 }, ...halves }],
    ['1st Half Total Points', 'total', { scope: { from: 0, to: 2 }, ...halves }],
    ['1st Half Team Total', 'team_total', { scope: { from: 0, to: 2 } }],
    ['1st Quarter Point Spread', 'spread', { scope: first }],
    ['1st Quarter Total Points', 'total', { scope: first, ...halves }],
    ['2nd Half Point Spread', 'spread', { scope: { from: 2, to: 4 }, ...halves }],
    ['2nd Half Total Points', 'total', { scope: { from: 2, to: 4 }, ...halves }],
    ['Player Passing Yards', 'player_total', { stats: ['passing yards'] }],
    ['Player Rushing Yards', 'player_total', { stats: ['rushing yards'] }],
    ['Player Receiving Yards', 'player_total', { stats: ['receiving yards'] }],
    ['Anytime Touchdown Scorer', 'player_yes', { stats: ['touchdowns'] }],
  ]),
  plan: [
    ['Moneyline', 1],
    ['Point Spread', 1],
    ['Total Points', 1],
    ['Team Total', 1],
    ['Point Spread', 3],
    ['Total Points', 3],
    ['1st Half Point Spread', 1],
    ['1st Half Total Points', 1],
    ['Player Passing Yards', 1],
    ['Anytime Touchdown Scorer', 1],
    ['1st Half Moneyline', 1],
    ['Player Rushing Yards', 1],
    ['Point Spread', 7],
    ['Total Points', 7],
    ['Player Receiving Yards', 1],
    ['1st Quarter Point Spread', 1],
    ['1st Quarter Total Points', 1],
    ['Team Total', 3],
    ['1st Half Point Spread', 5],
    ['1st Half Total Points', 5],
    ['1st Half Team Total', 1],
    ['2nd Half Point Spread', 1],
    ['2nd Half Total Points', 1],
    ['Point Spread', 19],
    ['Total Points', 19],
    ['Team Total', 7],
    ['1st Half Total Points', 11],
    ['Point Spread', 31],
    ['Total Points', 31],
  ],
  stats: [
    { name: 'passing yards', means: [246], spread: 15, isScoring: true },
    { name: 'rushing yards', means: [0, 66], spread: 13, isScoring: true },
    { name: 'receiving yards', means: [0, 18, 68], spread: 13, isScoring: true },
    { name: 'touchdowns', means: [0.18, 0.62, 0.48], spread: 1, isScoring: true },
  ],
  playersPerTeam: 3,
  hold: 0.045,
  share: 0.15,
  breadth: 1,
  individuals: false,
  fixtureId: 'dated',
};

const soccer: SportDef = {
  id: 'soccer',
  name: 'Soccer',
  numericalId: 19,
  mainMarkets: ['Moneyline', 'Goal Spread', 'Total Goals'],
  game: timedGame({
    periods: 2,
    periodSeconds: 2700,
    stretch: 1.06,
    breakSeconds: 0,
    halfTimeSeconds: 900,
    stepSeconds: 30,
    stepsPerTurn: 1,
    scores: [[1, 1]],
    scoreLockSeconds: 45,
    scare: 0.045,
    overtimeSeconds: 0,
    suddenDeath: false,
    clockCountsUp: true,
    deviations: null,
    overtimeMargins: [],
  }),
  pace: 2.72,
  homeEdge: 0.28,
  strengthSd: 0.36,
  drift: { edge: 0.018, pace: 0.02 },
  leagues: leaguesOf(600, [
    ['EPL', 'gb', 1, 'club', 2.85],
    ['La Liga', 'es', 1, 'club', 2.5],
    ['Bundesliga', 'de', 1, 'club', 3.15],
    ['Serie A', 'it', 1, 'club', 2.6],
    ['Ligue 1', 'fr', 1, 'club', 2.75],
    ['UEFA Champions League', 'eu', 1, 'club', 2.9],
    ['MLS', 'us', 2, 'club', 2.95],
    ['Liga MX', 'mx', 2, 'club'],
    ['Brazil - Série A', 'br', 2, 'club', 2.4],
    ['Argentina - Primera División', 'ar', 2, 'club', 2.1],
    ['UEFA Europa League', 'eu', 2, 'club'],
    ['England - Championship', 'gb', 2, 'club', 2.5],
    ['Netherlands - Eredivisie', 'nl', 2, 'club', 3.1],
    ['Portugal - Primeira Liga', 'pt', 2, 'club'],
    ['Belgium - Pro League', 'be', 3, 'club'],
    ['Turkey - Süper Lig', 'tr', 3, 'club', 2.9],
    ['Scotland - Premiership', 'sc', 3, 'club'],
    ['Denmark - Superliga', 'dk', 3, 'club'],
    ['Sweden - Allsvenskan', 'se', 3, 'club'],
    ['Norway - Eliteserien', 'no', 3, 'club', 3],
    ['Austria - Bundesliga', 'at', 3, 'club'],
    ['Switzerland - Super League', 'ch', 3, 'club'],
    ['Poland - Ekstraklasa', 'pl', 3, 'club'],
    ['Greece - Super League', 'gr', 3, 'club', 2.3],
    ['Japan - J1 League', 'jp', 3, 'club', 2.5],
    ['South Korea - K League 1', 'kr', 3, 'club', 2.4],
    ['Australia - A-League', 'au', 3, 'club', 3],
    ['NWSL', 'us', 3, 'women', 2.6],
  ]),
  markets: marketsOf(1100, [
    ['Moneyline', 'moneyline_3'],
    ['Goal Spread', 'spread'],
    ['Total Goals', 'total'],
    ['Asian Handicap', 'spread', { step: 0.25, offset: 0 }],
    ['Team Total', 'team_total'],
    ['Both Teams To Score', 'both_score'],
    ['Draw No Bet', 'moneyline'],
    ['1st Half Moneyline', 'moneyline_3', { scope: first }],
    ['1st Half Total Goals', 'total', { scope: first }],
    ['1st Half Asian Handicap', 'spread', { scope: first, step: 0.25, offset: 0 }],
    ['2nd Half Total Goals', 'total', { scope: { from: 1, to: 2 } }],
    ['Asian Total Goals', 'total', { step: 0.25, offset: 0 }],
    ['Anytime Goal Scorer', 'player_yes', { stats: ['goals'] }],
    ['Correct Score', 'correct_score'],
  ]),
  plan: [
    ['Moneyline', 1],
    ['Goal Spread', 1],
    ['Total Goals', 1],
    ['Asian Handicap', 1],
    ['Both Teams To Score', 1],
    ['Total Goals', 3],
    ['Asian Handicap', 3],
    ['1st Half Total Goals', 1],
    ['1st Half Moneyline', 1],
    ['Draw No Bet', 1],
    ['Team Total', 1],
    ['Goal Spread', 3],
    ['Anytime Goal Scorer', 1],
    ['Asian Total Goals', 3],
    ['Total Goals', 5],
    ['Asian Handicap', 7],
    ['Correct Score', 12],
    ['1st Half Asian Handicap', 3],
    ['2nd Half Total Goals', 3],
    ['1st Half Total Goals', 3],
    ['Team Total', 3],
    ['Asian Total Goals', 7],
    ['Goal Spread', 5],
    ['Correct Score', 20],
    ['Asian Handicap', 11],
  ],
  stats: [{ name: 'goals', means: [0.5, 0.34, 0.22], spread: 1, isScoring: true }],
  playersPerTeam: 3,
  hold: 0.05,
  share: 0.24,
  breadth: 1.35,
  individuals: false,
  fixtureId: 'dated',
};

const tennis: SportDef = {
  id: 'tennis',
  name: 'Tennis',
  numericalId: 25,
  mainMarkets: ['Moneyline', 'Game Spread', 'Total Games'],
  game: tennisGame(),
  pace: 0.628,
  homeEdge: 0,
  strengthSd: 0.034,
  drift: { edge: 0.0022, pace: 0.0012 },
  leagues: leaguesOf(800, [
    ['ATP', 'world', 1, 'club', 0.637],
    ['WTA', 'us', 1, 'women', 0.567],
    ['ATP Challenger', 'es', 2, 'club', 0.62],
    ['ITF Men', 'it', 3, 'club', 0.605],
    ['ITF Women', 'de', 3, 'women', 0.555],
    ['WTA 125', 'fr', 3, 'women', 0.562],
  ]),
  markets: marketsOf(1180, [
    ['Moneyline', 'moneyline'],
    ['Game Spread', 'spread'],
    ['Total Games', 'total'],
    ['1st Set Moneyline', 'moneyline', { scope: first }],
    ['1st Set Total Games', 'total', { scope: first }],
    ['1st Set Game Spread', 'spread', { scope: first }],
    ['2nd Set Moneyline', 'moneyline', { scope: { from: 1, to: 2 } }],
    ['2nd Set Total Games', 'total', { scope: { from: 1, to: 2 } }],
    ['Player Total Games', 'team_total'],
  ]),
  plan: [
    ['Moneyline', 1],
    ['Game Spread', 1],
    ['Total Games', 1],
    ['1st Set Moneyline', 1],
    ['Game Spread', 3],
    ['Total Games', 3],
    ['1st Set Total Games', 1],
    ['2nd Set Moneyline', 1],
    ['Player Total Games', 1],
    ['1st Set Game Spread', 1],
    ['Game Spread', 7],
    ['Total Games', 7],
    ['2nd Set Total Games', 1],
    ['1st Set Total Games', 3],
    ['Player Total Games', 3],
    ['1st Set Game Spread', 3],
    ['Total Games', 13],
    ['Game Spread', 11],
    ['Player Total Games', 5],
    ['2nd Set Total Games', 3],
  ],
  stats: [],
  playersPerTeam: 0,
  hold: 0.05,
  share: 0.13,
  breadth: 1.1,
  individuals: true,
  fixtureId: 'hex',
};

const baseball: SportDef = {
  id: 'baseball',
  name: 'Baseball',
  numericalId: 3,
  mainMarkets: ['Moneyline', 'Run Line', 'Total Runs'],
  game: baseballGame(),
  pace: 8.8,
  homeEdge: 0.22,
  strengthSd: 0.5,
  drift: { edge: 0.05, pace: 0.05 },
  leagues: leaguesOf(870, [
    ['MLB', 'us', 1, 'franchise'],
    ['NPB', 'jp', 2, 'franchise', 7.2],
    ['KBO', 'kr', 2, 'franchise', 9.8],
    ['Chinese Taipei - CPBL', 'tw', 3, 'franchise', 8.6],
    ['Mexico - LMB', 'mx', 3, 'franchise', 10.4],
    ['NCAA Baseball', 'us', 3, 'college', 11],
  ]),
  markets: marketsOf(1240, [
    ['Moneyline', 'moneyline'],
    ['Run Line', 'spread', { fixedMain: 1.5 }],
    ['Total Runs', 'total', halves],
    ['Team Total', 'team_total'],
    ['1st 5 Innings Moneyline', 'moneyline', { scope: { from: 0, to: 5 } }],
    ['1st 5 Innings Run Line', 'spread', { scope: { from: 0, to: 5 } }],
    ['1st 5 Innings Total Runs', 'total', { scope: { from: 0, to: 5 }, ...halves }],
    ['1st Inning Total Runs', 'total', { scope: first }],
    ['Player Strikeouts', 'player_total', { stats: ['strikeouts'] }],
    ['Player Hits', 'player_total', { stats: ['hits'] }],
    ['Player Home Runs', 'player_yes', { stats: ['home runs'] }],
  ]),
  plan: [
    ['Moneyline', 1],
    ['Run Line', 1],
    ['Total Runs', 1],
    ['Team Total', 1],
    ['Run Line', 3],
    ['Total Runs', 3],
    ['1st 5 Innings Moneyline', 1],
    ['1st 5 Innings Total Runs', 1],
    ['Player Strikeouts', 1],
    ['1st 5 Innings Run Line', 1],
    ['1st Inning Total Runs', 1],
    ['Player Hits', 1],
    ['Total Runs', 7],
    ['Run Line', 5],
    ['Player Home Runs', 1],
    ['Team Total', 3],
    ['1st 5 Innings Total Runs', 5],
    ['Total Runs', 13],
    ['1st 5 Innings Run Line', 3],
    ['Team Total', 5],
    ['Run Line', 9],
    ['Total Runs', 19],
  ],
  stats: [
    { name: 'strikeouts', means: [5.9], spread: 1.1, isScoring: false },
    { name: 'hits', means: [0, 1.12, 0.95], spread: 1, isScoring: true },
    { name: 'home runs', means: [0, 0.19, 0.14], spread: 1, isScoring: true },
  ],
  playersPerTeam: 3,
  hold: 0.043,
  share: 0.135,
  breadth: 1,
  individuals: false,
  fixtureId: 'prefixed',
};

const hockey: SportDef = {
  id: 'hockey',
  name: 'Hockey',
  numericalId: 12,
  mainMarkets: ['Moneyline', 'Puck Line', 'Total Goals'],
  game: timedGame({
    periods: 3,
    periodSeconds: 1200,
    stretch: 1.9,
    breakSeconds: 1000,
    halfTimeSeconds: 1000,
    stepSeconds: 20,
    stepsPerTurn: 1,
    scores: [[1, 1]],
    scoreLockSeconds: 30,
    scare: 0.03,
    overtimeSeconds: 600,
    suddenDeath: true,
    clockCountsUp: false,
    deviations: null,
    overtimeMargins: [1],
  }),
  pace: 6.1,
  homeEdge: 0.25,
  strengthSd: 0.42,
  drift: { edge: 0.03, pace: 0.03 },
  leagues: leaguesOf(930, [
    ['NHL', 'us', 1, 'franchise'],
    ['AHL', 'us', 2, 'franchise', 6.2],
    ['SHL', 'se', 2, 'club', 5.3],
    ['Finland - Liiga', 'fi', 3, 'club', 5.2],
    ['Germany - DEL', 'de', 3, 'club', 5.9],
    ['Czech Republic - Extraliga', 'cz', 3, 'club', 5.3],
    ['Switzerland - National League', 'ch', 3, 'club', 5.6],
  ]),
  markets: marketsOf(1300, [
    ['Moneyline', 'moneyline'],
    ['Puck Line', 'spread', { fixedMain: 1.5 }],
    ['Total Goals', 'total', halves],
    ['Team Total', 'team_total'],
    ['Moneyline 3-Way', 'moneyline_3', { scope: { from: 0, to: 3 } }],
    ['1st Period Total Goals', 'total', { scope: first }],
    ['1st Period Moneyline', 'moneyline_3', { scope: first }],
    ['2nd Period Total Goals', 'total', { scope: { from: 1, to: 2 } }],
    ['Player Shots On Goal', 'player_total', { stats: ['shots'] }],
    ['Anytime Goal Scorer', 'player_yes', { stats: ['goals'] }],
  ]),
  plan: [
    ['Moneyline', 1],
    ['Puck Line', 1],
    ['Total Goals', 1],
    ['Team Total', 1],
    ['Puck Line', 3],
    ['Total Goals', 3],
    ['1st Period Total Goals', 1],
    ['1st Period Moneyline', 1],
    ['Moneyline 3-Way', 1],
    ['Player Shots On Goal', 1],
    ['Anytime Goal Scorer', 1],
    ['Total Goals', 7],
    ['Puck Line', 5],
    ['2nd Period Total Goals', 1],
    ['Team Total', 3],
    ['1st Period Total Goals', 3],
    ['Total Goals', 11],
    ['2nd Period Total Goals', 3],
    ['Team Total', 5],
    ['Puck Line', 7],
  ],
  stats: [
    { name: 'shots', means: [3.4, 2.7, 2.2], spread: 1.1, isScoring: false },
    { name: 'goals', means: [0.42, 0.32, 0.24], spread: 1, isScoring: true },
  ],
  playersPerTeam: 3,
  hold: 0.045,
  share: 0.135,
  breadth: 1,
  individuals: false,
  fixtureId: 'digits',
};

/** In the order in which `/sports/active` lists them. */
export const SPORTS: readonly SportDef[] = [basketball, football, soccer, tennis, baseball, hockey];

/** A market as market lists show it. */
export function toMarketRow({ id, label, numericalId }: MarketDef) {
  return { id, name: label, numerical_id: numericalId };
}
