/**
 * The only reader of raw JSON from a feed. It never throws: what it cannot believe it rejects row by row,
 * says why, and keeps the rest of the event. Fields it does not know stay in `wire`.
 */
import {
  boolean,
  type DecodeOptions,
  decodeFixture,
  decodeOddRow,
  isRecord,
  isRejected,
  NO_WIRE,
  named,
  number,
  ofRow,
  parseTime,
  type RowContext,
  reject,
  said,
  seconds,
  text,
} from './decode-rows';
import { parseEntryId } from './entry-id';
import {
  type FeedEvent,
  type FixturePatch,
  type HistoryEntry,
  ODDS_EVENTS,
  type OddRow,
  type OddsEventName,
  type Rejected,
  type WireRecord,
} from './events';

// Whoever is part of the first load takes them from there.
export {
  type DecodeOptions,
  decodeFixture,
  decodeHeldOdd,
  decodeOddRow,
  decodeSnapshot,
  parseTime,
  type RowContext,
  type Snapshot,
} from './decode-rows';

/** The `data` object of a `fixture-status` event: what changed, beside the names after the change. */
function decodeFixtureStatus(wire: unknown, keepWire: boolean): FixturePatch | Rejected {
  if (!isRecord(wire)) return reject('bad-fixture', wire);
  const inner = isRecord(wire.fixture) ? wire.fixture : {};
  const id = text(wire.fixture_id) ?? text(inner.id);
  if (id === null) return reject('bad-fixture', wire.fixture_id);
  return {
    id,
    sport: said(named(wire.sport).id),
    league: said(named(wire.league).name),
    home: said(text(inner.home_team_display)),
    away: said(text(inner.away_team_display)),
    status: said(text(wire.new_status)?.toLowerCase()),
    startDate: said(parseTime(wire.new_start_date) ?? parseTime(inner.start_date)),
    oldStatus: said(text(wire.old_status)?.toLowerCase()),
    oldStartDate: said(parseTime(wire.old_start_date)),
    wire: keepWire ? wire : NO_WIRE,
  };
}

function isOddsEvent(name: string): name is OddsEventName {
  return (ODDS_EVENTS as readonly string[]).includes(name);
}

/**
 * One event of a feed: the vendor's four with a JSON body, and our `fixture`. Null for every other name
 * (`connected` and `ping` carry no JSON; unknown names are to be ignored).
 *
 * The entry id is the payload's `entry_id`, else the SSE id: the vendor's own samples disagree on them, and
 * its official clients resume from the payload's.
 */
export function decodeEvent(
  name: string,
  data: string,
  sseId: string | null,
  { keepWire = true }: DecodeOptions = {},
): FeedEvent | null {
  const isOdds = isOddsEvent(name);
  if (!isOdds && name !== 'fixture-status' && name !== 'fixture') return null;

  const parsed = parseJson(data);
  const body = isRecord(parsed) ? parsed : null;
  const payloadId = body && parseEntryId(body.entry_id) ? (body.entry_id as string) : null;
  const frameId = parseEntryId(sseId) ? sseId : null;
  const shared = {
    entryId: payloadId ?? frameId,
    idMismatch: payloadId !== null && frameId !== null && payloadId !== frameId,
    vendorEntryId: body ? text(body.upstream_entry_id) : null,
  };
  const failure = body ? null : reject(parsed === undefined ? 'not-json' : 'not-an-object', data);

  if (!isOdds) {
    const found =
      failure ??
      (name === 'fixture'
        ? decodeFixture(body?.data, { keepWire })
        : decodeFixtureStatus(body?.data, keepWire));
    return 'reason' in found
      ? {
          kind: 'fixture',
          event: name,
          fixture: null,
          rejected: [found],
          isUnreadable: true,
          ...shared,
        }
      : {
          kind: 'fixture',
          event: name,
          fixture: found,
          rejected: [],
          isUnreadable: false,
          ...shared,
        };
  }

  const rows: OddRow[] = [];
  const rejected: Rejected[] = failure ? [failure] : [];
  // One row may come as such, not as a list of one.
  const wires = body && isRecord(body.data) ? [body.data] : body?.data;
  if (body && !Array.isArray(wires)) rejected.push(reject('bad-data', body.data));
  const context: RowContext = {
    timestampSeconds: shared.entryId ? (parseEntryId(shared.entryId)?.ms ?? 0) / 1000 : null,
  };
  for (const wire of Array.isArray(wires) ? wires : []) {
    const row = decodeOddRow(wire, name, context, { keepWire });
    if (isRejected(row)) rejected.push(ofRow(row, wire));
    else rows.push(row);
  }
  const isUnreadable = rejected.some(({ oddId, fixtureId }) => !oddId && !fixtureId);
  const isConflated = body?.conflated === true;
  return { kind: 'odds', event: name, rows, rejected, isUnreadable, isConflated, ...shared };
}

/**
 * The fixture that the `data` of our `forgotten` event names; null where it names none. Apart from `decodeEvent`, which the
 * hub runs as well: what it forgets is for itself to say.
 */
export function decodeForgotten(data: string): string | null {
  const body = parseJson(data);
  return isRecord(body) && isRecord(body.data) ? text(body.data.fixture_id) : null;
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

export type FixtureOdds = { fixture: FixturePatch; rows: OddRow[]; rejected: Rejected[] };

/**
 * One element of the REST odds answer: a fixture with its `odds[]`, each row completed from the wrapper
 * (REST rows have no `fixture_id`, `sport` or `league` of their own). A row with a settlement is a settled
 * one, whatever was asked for. Null rows and fixtures are rejected one by one.
 */
export function decodeFixtureOdds(wire: unknown): FixtureOdds | Rejected {
  const fixture = decodeFixture(wire);
  if ('reason' in fixture) return fixture;
  const { odds, ...wrapper } = wire as WireRecord;
  const rows: OddRow[] = [];
  const rejected: Rejected[] = [];
  if (odds !== undefined && odds !== null && !Array.isArray(odds)) return reject('bad-data', odds);
  const context: RowContext = {
    fixtureId: fixture.id,
    gameId: text(wrapper.game_id),
    sport: fixture.sport,
    league: fixture.league,
    isLive: null,
  };
  for (const item of Array.isArray(odds) ? odds : []) {
    const isSettled = isRecord(item) && text(item.settlement) !== null;
    const row = decodeOddRow(item, isSettled ? 'copilot-settled-odds' : 'copilot-odds', context);
    if (isRejected(row)) rejected.push(ofRow(row, item));
    else rows.push(row);
  }
  return { fixture: { ...fixture, wire: wrapper }, rows, rejected };
}

/** One element of the REST history, its entries in the vendor's order; null where it is none. */
export function decodeHistory(wire: unknown): { id: string; entries: HistoryEntry[] } | null {
  const id = isRecord(wire) ? text(wire.id) : null;
  if (!isRecord(wire) || id === null || !Array.isArray(wire.entries)) return null;
  const entries: HistoryEntry[] = [];
  for (const entry of wire.entries) {
    if (!isRecord(entry)) continue;
    const timestamp = seconds(entry.timestamp);
    const event = ODDS_EVENTS.find((name) => name === entry.event);
    if (timestamp === null || !event) continue;
    entries.push({
      timestamp,
      event,
      price: number(entry.price) ?? null,
      points: number(entry.points) ?? null,
      is_main: boolean(entry.is_main),
      settlement: text(entry.settlement),
      origin: 'vendor',
    });
  }
  return { id, entries };
}
