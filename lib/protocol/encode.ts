/** What our server says: rows and fixtures in the vendor's words, for the relay and the snapshot. */
import type { Fixture, Odd, OddsEventName, WireRecord } from './events';
import { isAmericanPrice, type OddsFormat, wirePrice } from './price';

/** A row as received, its American price told in `format`. What is no price is left as it came. */
export function rowInFormat(wire: WireRecord, format: OddsFormat): WireRecord {
  const american = Number(wire.price ?? Number.NaN);
  if (format === 'american' || wire.price === '' || !isAmericanPrice(american)) return wire;
  return { ...wire, price: wirePrice(american, format) };
}

/** All that is held of an odd as one row, for whoever may have missed what came before it. */
export function wholeRow({ wire, lockedAt }: Odd): WireRecord {
  return lockedAt === null ? wire : { ...wire, lockedAt };
}

export type RelayedOdds = {
  /** Our entry id: the frame's `id:` and the payload's `entry_id`. */
  entryId: string;
  /** The vendor's own entry id; null for what a REST read brought to light. */
  upstreamEntryId: string | null;
  event: OddsEventName;
  /** Rows with every field as received. */
  rows: readonly WireRecord[];
};

/** The `data` of one odds event. */
export function oddsEventData({ entryId, upstreamEntryId, event, rows }: RelayedOdds): string {
  return JSON.stringify({
    entry_id: entryId,
    data: rows,
    type: event,
    ...(upstreamEntryId === null ? {} : { upstream_entry_id: upstreamEntryId }),
  });
}

/** The `data` of a `fixture-status` event about a change from `previous` to `fixture`, in the vendor's shape. */
export function fixtureStatusData(
  fixture: Fixture,
  previous: Fixture,
  {
    entryId,
    upstreamEntryId,
    atMs,
  }: { entryId: string; upstreamEntryId: string | null; atMs: number },
): string {
  const isMoved = fixture.startDate !== previous.startDate;
  const isChanged = fixture.status !== previous.status;
  const gameId = fixture.wire.game_id ?? '';
  return JSON.stringify({
    data: {
      fixture: {
        away_team_display: fixture.away ?? '',
        game_id: gameId,
        home_team_display: fixture.home ?? '',
        id: fixture.id,
        start_date: fixture.startDate,
      },
      fixture_id: fixture.id,
      game_id: gameId,
      league: fixture.league ?? '',
      new_start_date: isMoved ? fixture.startDate : null,
      new_status: isChanged ? fixture.status : null,
      old_start_date: isMoved ? previous.startDate : null,
      old_status: isChanged ? previous.status : null,
      sport: fixture.sport ?? '',
      timestamp: atMs / 1000,
    },
    entry_id: entryId,
    ...(upstreamEntryId === null ? {} : { upstream_entry_id: upstreamEntryId }),
  });
}

/** The `data` of our `fixture` event: the fixture as the snapshot would carry it. */
export function fixtureData(fixture: Fixture, entryId: string): string {
  return JSON.stringify({ data: snapshotFixture(fixture), entry_id: entryId });
}

/** The `data` of our `forgotten` event: the fixture has left the server's Book, and its odds with it. */
export function forgottenData(fixtureId: string, entryId: string): string {
  return JSON.stringify({ data: { fixture_id: fixtureId }, entry_id: entryId });
}

/** A held odd as the snapshot carries it: the vendor's row with the Book's state written into it. */
export function snapshotOdd(odd: Odd, format: OddsFormat = 'american'): WireRecord {
  return {
    ...odd.wire,
    price: odd.price === null ? null : wirePrice(odd.price, format),
    points: odd.points,
    is_main: odd.isMain,
    timestamp: odd.timestampSeconds,
    state: odd.state,
    lockedAt: odd.lockedAt,
    settlement: odd.settlement,
    settledAt: odd.settledAt,
    ...(odd.openingPrice !== null && {
      openingPrice: wirePrice(odd.openingPrice, format),
      openingAt: odd.openingAt,
    }),
    ...(odd.previousPrice !== null && {
      previousPrice: wirePrice(odd.previousPrice, format),
      movedAt: odd.movedAt,
    }),
  };
}

/** A held fixture as the snapshot carries it: the vendor's fields, newest values, and what they were before. */
export function snapshotFixture(fixture: Fixture): WireRecord {
  return {
    ...fixture.wire,
    id: fixture.id,
    start_date: fixture.startDate,
    status: fixture.status,
    sport: isNamed(fixture.wire.sport) ? fixture.wire.sport : { id: fixture.sport },
    league: isNamed(fixture.wire.league)
      ? fixture.wire.league
      : { id: fixture.leagueId, name: fixture.league },
    home_team_display: fixture.home,
    away_team_display: fixture.away,
    old_status: fixture.oldStatus,
    old_start_date: fixture.oldStartDate,
    status_changed_at: fixture.statusChangedAt,
    start_changed_at: fixture.startChangedAt,
  };
}

function isNamed(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
