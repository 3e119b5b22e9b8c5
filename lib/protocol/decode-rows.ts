/**
 * Rows, fixtures and snapshots out of parsed JSON, of which a first screen is made. What it cannot believe it rejects row by
 * row and says why. Fields it does not know stay in `wire`. Apart from `./decode`, which reads the stream: no first load has that.
 */
import { parseEntryId } from './entry-id';
import type {
  Competitor,
  FixturePatch,
  Odd,
  OddRow,
  OddState,
  OddsEventName,
  Rejected,
  RejectReason,
  Score,
  WireRecord,
} from './events';
import { isAmericanPrice } from './price';
import { createWords } from './words';

export type DecodeOptions = {
  /**
   * Keep each row as received, as the relay must to pass it on whole.
   * @defaultValue true
   */
  keepWire?: boolean;
};

/** Stands for a row as received where that is not kept. */
export const NO_WIRE: WireRecord = Object.freeze({});

/** Longest text echoed from a rejected row. */
const DETAIL_LENGTH = 80;

/** Whether it is an object of JSON, which a list is not. */
export function isRecord(value: unknown): value is WireRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text of a field; the four empties of the wire (`""`, null, missing, "None") are one: null. */
export function text(value: unknown): string | null {
  if (typeof value === 'string') return value === '' || value === 'None' ? null : value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return null;
}

/** Some ten thousand are in use on a board of 50 000 odds. */
const words = createWords(20_000);
const WORD_LENGTH = 80;

/** Text of a field that other rows have as well. */
function word(value: unknown): string | null {
  const found = text(value);
  return found === null || found.length > WORD_LENGTH ? found : words.keep(found);
}

/** A finite number, also when it came as text; null for an empty; undefined for anything else. */
export function number(value: unknown): number | null | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const words = text(value);
  if (words === null) return typeof value === 'boolean' || isRecord(value) ? undefined : null;
  const parsed = Number(words);
  return words.trim() !== '' && Number.isFinite(parsed) ? parsed : undefined;
}

/** A truth value, also when it came as text in any case; null for anything else. */
export function boolean(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  const word = value.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
}

/** Id and label of a field that is text on the stream and `{id, name}` on REST. */
export function named(value: unknown): { id: string | null; name: string | null } {
  if (isRecord(value)) return { id: word(value.id), name: word(value.name) };
  const own = word(value);
  return { id: own, name: own };
}

/**
 * A time of the wire as ISO in UTC, or null. The wire's offsets are `Z`, `+00:00`, others, or none at all,
 * which means UTC.
 */
export function parseTime(value: unknown): string | null {
  const words = text(value);
  if (words === null) return null;
  const iso = words.trim().replace(/^(\d{4}-\d\d-\d\d) /, '$1T');
  const hasOffset = /(z|[+-]\d\d:?\d\d)$/i.test(iso);
  const hasTime = iso.includes('T');
  const ms = Date.parse(hasTime && !hasOffset ? `${iso}Z` : iso);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Unix seconds of a `timestamp`: a number (ms are recognised by their size), digits as text, or an ISO time. */
export function seconds(value: unknown): number | null {
  const parsed = number(value);
  if (typeof parsed === 'number') {
    if (parsed <= 0) return null;
    return parsed > 100_000_000_000 ? parsed / 1000 : parsed;
  }
  const iso = parseTime(value);
  return iso === null ? null : Date.parse(iso) / 1000;
}

/** A row that is not believed, with the beginning of what was wrong in it. */
export function reject(reason: RejectReason, value: unknown): Rejected {
  const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return { reason, detail: shown.slice(0, DETAIL_LENGTH) };
}

/** A rejected row with whose it was, where it says so. */
export function ofRow(rejected: Rejected, wire: unknown): Rejected {
  if (!isRecord(wire)) return rejected;
  const oddId = text(wire.id) ?? undefined;
  const fixtureId = text(wire.fixture_id) ?? undefined;
  return { ...rejected, oddId, fixtureId };
}

/** Whether it is why a row was rejected, rather than the row. */
export function isRejected(value: OddRow | Rejected): value is Rejected {
  return 'reason' in value;
}

/** What a row inherits from what carries it: the fixture's wrapper on REST, the path's sport on the stream. */
export type RowContext = {
  fixtureId?: string;
  gameId?: string | null;
  sport?: string;
  league?: string;
  isLive?: boolean | null;
  /** Seconds to fall back on when the row has no time of its own: those of its entry id. */
  timestampSeconds?: number | null;
};

/** One odds row, or why it was rejected. `event` decides which fields it must have. */
export function decodeOddRow(
  wire: unknown,
  event: OddsEventName,
  context: RowContext = {},
  { keepWire = true }: DecodeOptions = {},
): OddRow | Rejected {
  if (!isRecord(wire)) return reject('not-an-object', wire);
  const id = text(wire.id);
  if (id === null) return reject('bad-id', wire.id);
  const fixtureId = word(wire.fixture_id) ?? context.fixtureId ?? null;
  if (fixtureId === null) return reject('bad-fixture-id', id);
  const market = word(wire.market);
  if (market === null) return reject('bad-market', id);
  // Only an open odd must have a price: a lock repeats the last one, a settlement keeps it. Dropping either
  // for a price that cannot be would leave on offer what is not.
  const isOffer = event === 'copilot-odds';
  const found = number(wire.price);
  const price = typeof found === 'number' && isAmericanPrice(found) ? found : null;
  if (isOffer && price === null) {
    return reject('bad-price', `${id} ${found === null ? 'has none' : JSON.stringify(wire.price)}`);
  }
  const points = number(wire.points);
  if (isOffer && points === undefined) {
    return reject('bad-points', `${id} ${JSON.stringify(wire.points)}`);
  }
  const timestampSeconds = seconds(wire.timestamp) ?? context.timestampSeconds ?? null;
  if (timestampSeconds === null) {
    return reject('bad-timestamp', `${id} ${JSON.stringify(wire.timestamp)}`);
  }
  const settlement = word(wire.settlement);
  if (event === 'copilot-settled-odds' && settlement === null) {
    return reject('bad-settlement', `${id} has none`);
  }
  const sport = named(wire.sport).id ?? context.sport ?? '';
  const league = named(wire.league).name ?? context.league ?? '';
  const selection = word(wire.selection);
  const version = number(wire.version_id);
  return {
    id,
    fixtureId,
    versionId: typeof version === 'number' ? version : null,
    sport,
    league,
    market,
    // A name that speaks of a team or a player is of one odd alone: to keep it costs more than it saves.
    name: (selection === null ? word : text)(wire.name) ?? selection ?? market,
    selection,
    selectionLine: word(text(wire.selection_line)?.toLowerCase()),
    points: points ?? null,
    price,
    isMain: boolean(wire.is_main),
    isLive: boolean(wire.is_live) ?? context.isLive ?? null,
    groupingKey: word(wire.grouping_key),
    playerId: word(wire.player_id),
    teamId: word(wire.team_id),
    timestampSeconds,
    settlement,
    settledAt: parseTime(wire.settled_at),
    // Held as part of a row, it may stand in one that opens the odd again.
    lockedAt: event === 'copilot-locked-odds' ? seconds(wire.lockedAt) : null,
    wire: keepWire ? inStreamForm(wire, { fixtureId, sport, league, context }) : NO_WIRE,
  };
}

/** A REST row lacks what its wrapper says; a row of the relay says it all, as the vendor's stream does. */
function inStreamForm(
  wire: WireRecord,
  known: { fixtureId: string; sport: string; league: string; context: RowContext },
): WireRecord {
  if (text(wire.fixture_id) !== null && text(wire.sport) !== null && text(wire.league) !== null) {
    return wire;
  }
  const { fixtureId, sport, league, context } = known;
  return {
    ...wire,
    fixture_id: fixtureId,
    game_id: wire.game_id ?? context.gameId ?? '',
    sport,
    league,
  };
}

function competitors(value: unknown): Competitor[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: Competitor[] = [];
  for (const item of value) {
    if (!isRecord(item)) continue;
    const id = text(item.id);
    const name = text(item.name);
    if (id !== null && name !== null)
      list.push({ id, name, abbreviation: text(item.abbreviation) });
  }
  return list.length === 0 ? undefined : list;
}

/** The score, where there is one: it never goes back to none. */
function score(result: unknown): Score | undefined {
  if (!isRecord(result)) return undefined;
  const scores = isRecord(result.scores) ? result.scores : {};
  const play = isRecord(result.in_play_data) ? result.in_play_data : {};
  const total = (side: unknown) => (isRecord(side) ? (number(side.total) ?? null) : null);
  const found: Score = {
    home: total(scores.home),
    away: total(scores.away),
    period: text(play.period),
    clock: text(play.clock),
  };
  const isEmpty = Object.values(found).every((value) => value === null);
  return isEmpty ? undefined : found;
}

/** What a team is shown as; the one string where its competitor is called the same. */
function teamName(shown: string | null, competitors?: readonly Competitor[]): string | null {
  const own = competitors?.[0]?.name ?? null;
  return shown === null || shown === own ? own : shown;
}

/** Leaves out what is null, so that a patch says only what its message said. */
export function said<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}

/** A fixture as REST and our `fixture` event carry it, or why it was rejected. */
export function decodeFixture(
  wire: unknown,
  { keepWire = true }: DecodeOptions = {},
): FixturePatch | Rejected {
  if (!isRecord(wire)) return reject('bad-fixture', wire);
  const id = text(wire.id);
  if (id === null) return reject('bad-fixture', wire.id);
  const league = named(wire.league);
  const homeCompetitors = competitors(wire.home_competitors);
  const awayCompetitors = competitors(wire.away_competitors);
  return {
    id,
    sport: said(named(wire.sport).id),
    league: said(league.name),
    leagueId: said(isRecord(wire.league) ? league.id : null),
    home: said(teamName(text(wire.home_team_display), homeCompetitors)),
    away: said(teamName(text(wire.away_team_display), awayCompetitors)),
    homeCompetitors,
    awayCompetitors,
    homeRotation: said(text(wire.home_rotation_number)),
    awayRotation: said(text(wire.away_rotation_number)),
    status: said(text(wire.status)?.toLowerCase()),
    startDate: said(parseTime(wire.start_date)),
    oldStatus: said(text(wire.old_status)?.toLowerCase()),
    oldStartDate: said(parseTime(wire.old_start_date)),
    statusChangedAt: said(number(wire.status_changed_at)),
    startChangedAt: said(number(wire.start_changed_at)),
    score: score(wire.result),
    wire: keepWire ? wire : NO_WIRE,
  };
}

export type Snapshot = {
  sport: string;
  at: string;
  partial: boolean;
  fixtures: FixturePatch[];
  odds: Odd[];
  next: string | null;
  rejected: Rejected[];
};

const STATES: readonly string[] = ['open', 'locked', 'settled'] satisfies OddState[];

/** The body of `GET /api/snapshot/{sport}` as parsed JSON; throws only where it is no snapshot at all. */
export function decodeSnapshot(body: unknown, options: DecodeOptions = {}): Snapshot {
  const at = isRecord(body) ? text(body.at) : null;
  if (!isRecord(body) || at === null || !parseEntryId(at)) {
    throw new Error('the answer is no snapshot: it has no entry id in "at"');
  }
  const fixtures: FixturePatch[] = [];
  const odds: Odd[] = [];
  const rejected: Rejected[] = [];
  for (const wire of Array.isArray(body.fixtures) ? body.fixtures : []) {
    const fixture = decodeFixture(wire, options);
    if ('reason' in fixture) rejected.push(fixture);
    else fixtures.push(fixture);
  }
  for (const wire of Array.isArray(body.odds) ? body.odds : []) {
    const odd = decodeHeldOdd(wire, options);
    if ('reason' in odd) rejected.push(odd);
    else odds.push(odd);
  }
  return {
    sport: text(body.sport) ?? '',
    at,
    partial: boolean(body.partial) ?? false,
    fixtures,
    odds,
    next: text(body.next),
    rejected,
  };
}

/** One odd of a snapshot: a row of the vendor's with the Book's state beside it. */
export function decodeHeldOdd(wire: unknown, options: DecodeOptions = {}): Odd | Rejected {
  const state = isRecord(wire) ? text(wire.state) : null;
  if (state === null || !STATES.includes(state)) return reject('bad-data', state);
  // Held rows were believed once; the lock's rule is the one that asks for least.
  const row = decodeOddRow(wire, 'copilot-locked-odds', {}, options);
  if (isRejected(row)) return row;
  const held = wire as WireRecord;
  // Every field by its name, in the order in which the Book makes an odd: tens of thousands are held, and those of one
  // form take the least room and are the soonest read.
  return {
    id: row.id,
    fixtureId: row.fixtureId,
    versionId: row.versionId,
    sport: row.sport,
    league: row.league,
    market: row.market,
    name: row.name,
    selection: row.selection,
    selectionLine: row.selectionLine,
    points: row.points,
    price: row.price,
    isMain: row.isMain ?? false,
    isLive: row.isLive,
    groupingKey: row.groupingKey,
    playerId: row.playerId,
    teamId: row.teamId,
    timestampSeconds: row.timestampSeconds,
    settlement: row.settlement,
    // What was graded and is offered again still has its grading among the wire's fields.
    settledAt: state === 'settled' ? (parseTime(held.settledAt) ?? row.settledAt) : null,
    state: state as OddState,
    lockedAt: seconds(held.lockedAt),
    openingPrice: heldPrice(held.openingPrice),
    openingAt: seconds(held.openingAt),
    previousPrice: heldPrice(held.previousPrice),
    movedAt: seconds(held.movedAt),
    receivedAt: 0,
    upstreamEntryId: null,
    wire: row.wire,
  };
}

function heldPrice(value: unknown): number | null {
  const price = number(value) ?? null;
  return price !== null && isAmericanPrice(price) ? price : null;
}
