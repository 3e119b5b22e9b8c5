/**
 * The words of the wire, as received (`Wire*`, snake_case), and what the decoder makes of them (camelCase).
 * A decoded value is believed by everybody behind the decoder; a `Wire*` value by nobody.
 */

import type { FeedErrorCode } from './errors';

/** The three odds events, in the vendor's names. */
export const ODDS_EVENTS = ['copilot-odds', 'copilot-locked-odds', 'copilot-settled-odds'] as const;
export type OddsEventName = (typeof ODDS_EVENTS)[number];

/** Every event name a vendor stream carries today. Others are ignored. */
export const VENDOR_EVENTS = ['connected', 'ping', ...ODDS_EVENTS, 'fixture-status'] as const;
export type VendorEventName = (typeof VENDOR_EVENTS)[number];

/**
 * Events that only our relay sends. A vendor client has no listener for them and ignores them.
 * `fixture`: a fixture was read anew by REST (new fixture, score, clock); `feed-status`: how healthy the
 * way to the vendor is; `reset`: the position asked for cannot be resumed, read the snapshot again; `forgotten`:
 * the server holds a fixture and its odds no more.
 */
export const BOARD_EVENTS = ['fixture', 'feed-status', 'reset', 'forgotten'] as const;
export type BoardEventName = (typeof BOARD_EVENTS)[number];

/** Raw JSON as it came: any field may be missing, null, `""` or of another type. */
export type WireRecord = { readonly [field: string]: unknown };

export type OddState = 'open' | 'locked' | 'settled';

/** One row of an odds event, decoded. Empties (`""`, null, "None", missing) are all `null`. */
export type OddRow = {
  /** The wire's `id`: organisation, version and selection in one opaque string. The board's key. */
  id: string;
  fixtureId: string;
  versionId: number | null;
  /** Sport id (`basketball`). */
  sport: string;
  /** Display name (`NBA`). */
  league: string;
  /** Display label (`Team Total`). */
  market: string;
  /** Full label of the bet (`Miami Heat Over 105.5`). */
  name: string;
  /** Team or player; null for game totals. */
  selection: string | null;
  /** `over`, `under`, `yes`, `no`, a score; lower case. */
  selectionLine: string | null;
  points: number | null;
  /** American price. */
  price: number | null;
  /** null where the row does not say (settled rows). */
  isMain: boolean | null;
  isLive: boolean | null;
  groupingKey: string | null;
  playerId: string | null;
  teamId: string | null;
  /** Unix seconds of the last price change; may have a fraction (REST). */
  timestampSeconds: number;
  settlement: string | null;
  /** ISO with offset; UTC assumed where the wire gives none. */
  settledAt: string | null;
  /** Unix seconds at which our server made this lock itself; null in every other row, whose own time counts. */
  lockedAt: number | null;
  /** The row as received, for the relay to pass on whole. */
  wire: WireRecord;
};

/**
 * One odd as the Book holds it: the newest row merged over what was held, with its state. Never mutated: a
 * change makes a new object, so a reference is a version.
 */
export type Odd = Omit<OddRow, 'isMain'> & {
  isMain: boolean;
  state: OddState;
  /** Unix seconds since when it is locked, by its row or by our server, while `state` is `locked`; else null. */
  lockedAt: number | null;
  /** The first price that was seen of it, and the time of its row; null where it was held before anybody looked. */
  openingPrice: number | null;
  openingAt: number | null;
  /** The price before its last move, and the time of the row that moved it; null where none was seen. */
  previousPrice: number | null;
  movedAt: number | null;
  /** Local ms at which the newest row was received (a REST answer: when its request was sent). */
  receivedAt: number;
  /** Upstream entry id of the newest stream row, null where it came by REST. */
  upstreamEntryId: string | null;
};

/** The vendor's statuses; others are kept and shown as they are. */
export type FixtureStatus =
  | 'unplayed'
  | 'live'
  | 'half'
  | 'completed'
  | 'cancelled'
  | 'suspended'
  | 'delayed'
  | 'forfeited'
  | 'invalid'
  | (string & {});

export type Competitor = { id: string; name: string; abbreviation: string | null };

export type Score = {
  home: number | null;
  away: number | null;
  /** `2`, `1H`, as received. */
  period: string | null;
  clock: string | null;
};

/** What one message says of a fixture. A missing (undefined) field says nothing. */
export type FixturePatch = {
  id: string;
  sport?: string;
  league?: string;
  leagueId?: string;
  home?: string;
  away?: string;
  homeCompetitors?: readonly Competitor[];
  awayCompetitors?: readonly Competitor[];
  homeRotation?: string;
  awayRotation?: string;
  status?: FixtureStatus;
  /** ISO, UTC. */
  startDate?: string;
  /** What it was before, where the message says so (`fixture-status`). */
  oldStatus?: FixtureStatus;
  oldStartDate?: string;
  score?: Score;
  /** Local ms of the previous receipts, where a snapshot passes them on. */
  statusChangedAt?: number;
  startChangedAt?: number;
  wire: WireRecord;
};

/** One fixture as the Book holds it. Never mutated. Names are null until somebody said them. */
export type Fixture = {
  id: string;
  sport: string | null;
  league: string | null;
  leagueId: string | null;
  home: string | null;
  away: string | null;
  homeCompetitors: readonly Competitor[];
  awayCompetitors: readonly Competitor[];
  homeRotation: string | null;
  awayRotation: string | null;
  /** Lower case; null while unknown. */
  status: FixtureStatus | null;
  startDate: string | null;
  /** Status and start before their last change, null where they never changed before us. */
  oldStatus: FixtureStatus | null;
  oldStartDate: string | null;
  /** Local ms at which the last change was received; null where none was seen. */
  statusChangedAt: number | null;
  startChangedAt: number | null;
  score: Score | null;
  /** Receipts that decide which of two messages is the later one. */
  statusReceivedAt: number;
  startReceivedAt: number;
  detailReceivedAt: number;
  statusEntryId: string | null;
  startEntryId: string | null;
  detailEntryId: string | null;
  /** The newest REST row, with the stream's changes written into it; what the snapshot passes on. */
  wire: WireRecord;
};

/** Why a row or event was left out. Counted in `/api/health` under these names. */
export type RejectReason =
  | 'not-json'
  | 'not-an-object'
  | 'bad-data'
  | 'bad-id'
  | 'bad-fixture-id'
  | 'bad-price'
  | 'bad-points'
  | 'bad-timestamp'
  | 'bad-market'
  | 'bad-settlement'
  | 'bad-fixture';

export type Rejected = {
  reason: RejectReason;
  detail: string;
  /** The odd and the fixture that the row was of, where it says so. */
  oddId?: string;
  fixtureId?: string;
};

type AnyEvent = {
  /** Payload `entry_id`, else the SSE id; null where neither has the shape `<ms>-<seq>`. */
  entryId: string | null;
  rejected: readonly Rejected[];
  /** True where it told something of which nobody knows what it was of. */
  isUnreadable: boolean;
  /** True where both ids were given and differ. */
  idMismatch: boolean;
  /** The vendor's own id, as our server passes it on; null where it made the entry itself, of what a read brought to light. */
  vendorEntryId: string | null;
};

export type OddsEvent = AnyEvent & {
  kind: 'odds';
  event: OddsEventName;
  rows: readonly OddRow[];
  /** Whether it stands for more than one change: only the newest values of what a slow reader missed. */
  isConflated: boolean;
};

export type FixtureEvent = AnyEvent & {
  kind: 'fixture';
  event: 'fixture-status' | 'fixture';
  fixture: FixturePatch | null;
};

export type FeedEvent = OddsEvent | FixtureEvent;

/** How healthy a hop is: no frame for 10 s is late, for 15 s dead. */
export type FeedState = 'connecting' | 'live' | 'late' | 'dead';

/** The states by how bad they are: of several hops the worst one counts. */
export const SEVERITY: Readonly<Record<FeedState, number>> = {
  live: 0,
  connecting: 1,
  late: 2,
  dead: 3,
};

export type FeedSource = 'opticodds' | 'simulator';

/** No frame for this long: late (two missed pings). */
export const LATE_MS = 10_000;
/** No frame for this long: dead (three missed pings). */
export const DEAD_MS = 15_000;

/** One upstream connection, as health and the indicator show it. */
export type ConnectionStatus = {
  leagues: readonly string[];
  state: FeedState;
  lastFrameMs: number | null;
  reconnects: number;
  /** Our clock minus the vendor's, from its pings: right to about half a second. Null until a ping came. */
  clockOffsetMs: number | null;
};

/** A time in which some leagues had no stream, and how what was missed is made good. Times are the server's, epoch ms. */
export type FeedGap = {
  /** The last frame before it. */
  from: number;
  /** When a stream spoke again; null while none does. */
  until: number | null;
  /** The first of its leagues, by name; none: the whole sport. */
  leagues: readonly string[];
  /** How many more there are. */
  others: number;
  /** What began it. */
  why: FeedErrorCode;
  /**
   * `waiting` for a stream, `reading` what was missed, `failed` to and trying again, `read` in full; `let-go`:
   * nobody watched the leagues any more.
   */
  healing: 'waiting' | 'reading' | 'failed' | 'read' | 'let-go';
  /** Odds and fixtures that the reads after it corrected. */
  differences: number | null;
};

/** Data of our `feed-status` event. */
export type FeedStatus = {
  feed: FeedState;
  source: FeedSource;
  /** True while some league in the viewer's filter has not been read in full, or cannot be. */
  partial: boolean;
  /** Entry id at which the newest silent fill of a league in the filter ended: a snapshot cut before it is incomplete. */
  filledAt: string | null;
  /** Epoch ms since when `feed` has been what it is. */
  since: number;
  /** What a person should know or do; null where nothing. */
  message: string | null;
  connections: readonly ConnectionStatus[];
  /** The newest gaps of the leagues in the filter, newest last. */
  gaps: readonly FeedGap[];
};

/** Data of our `reset` event. */
export type Reset = { reason: 'too-old' | 'unknown-position'; at: string };

/**
 * Body of `GET /api/snapshot/{sport}`. Rows are the vendor's, with `state`, `lockedAt`, `settlement`, `settledAt` added, and
 * where they are known `openingPrice`, `openingAt`, `previousPrice` and `movedAt`.
 */
export type SnapshotBody = {
  sport: string;
  at: string;
  partial: boolean;
  fixtures: WireRecord[];
  odds: WireRecord[];
  next: string | null;
};

/** A past moment that a board is of. */
export type PastMoment = {
  /** Epoch ms by the server's clock. */
  ms: number;
  /** The position that was asked for. */
  position: string;
  /** Since when some of what is shown had no stream then, epoch ms; null where all had. */
  silentSince: number | null;
  /** Why nothing can be shown of it; null where something can. */
  problem: string | null;
};

/** One point of an odd's history, oldest first in `HistoryBody`. */
export type HistoryEntry = {
  timestamp: number;
  event: OddsEventName;
  price: number | null;
  points: number | null;
  is_main: boolean | null;
  settlement: string | null;
  origin: 'vendor' | 'board';
};

/** Body of `GET /api/history`. */
export type HistoryBody = { data: { id: string; entries: HistoryEntry[] }[] };

/** A row of `/sports/active`, as relayed at `GET /api/v3/sports/active`. */
export type WireSport = { id: string; name: string; main_markets: { id: string; name: string }[] };

/** A row of `/leagues/active`, as relayed at `GET /api/v3/leagues/active?sport=`. */
export type WireLeague = { id: string; name: string; sport?: { id: string } };

/** Marks a union as handled in full; reaching it is a programmer's error. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
