/** Builders of domain values for tests: a valid one by default, what matters given by the test. */

import { Book } from '@/lib/protocol/book';
import { decodeOddRow } from '@/lib/protocol/decode';
import type { FixturePatch, Odd, OddRow, OddsEventName } from '@/lib/protocol/events';

/** Unix seconds that every built row shares unless told otherwise. */
export const ROW_SECONDS = 1_795_000_000;

type WireFields = { [field: string]: unknown };

/** A raw odds row as the stream carries it. */
export function aWireRow(fields: WireFields = {}): WireFields {
  const fixtureId = String(fields.fixture_id ?? 'FX1');
  const oddId = `${fixtureId}:moneyline:mesa_owls`;
  return {
    fixture_id: fixtureId,
    game_id: '41001-41002-2026-11-22',
    grouping_key: 'default',
    id: `1:-1:${oddId}`,
    is_main: true,
    league: 'NBA',
    market: 'Moneyline',
    name: 'Mesa Owls',
    odd_id: oddId,
    player_id: '',
    points: null,
    price: -110,
    selection: 'Mesa Owls',
    selection_line: '',
    sport: 'basketball',
    team_id: 'T2',
    timestamp: ROW_SECONDS,
    version_id: -1,
    ...fields,
  };
}

/** A raw settled row: thin, as the vendor sends it. */
export function aSettledWireRow(fields: WireFields = {}): WireFields {
  const { price, points, selection, selection_line, is_main, grouping_key, ...thin } = aWireRow();
  return { ...thin, settlement: 'Won', settled_at: '2026-11-22T20:00:00+00:00', ...fields };
}

/** A decoded row; throws where the fields do not decode. */
export function aRow(fields: WireFields = {}, event: OddsEventName = 'copilot-odds'): OddRow {
  const wire = event === 'copilot-settled-odds' ? aSettledWireRow(fields) : aWireRow(fields);
  const row = decodeOddRow(wire, event);
  if ('reason' in row) throw new Error(`the built row is rejected: ${row.reason} ${row.detail}`);
  return row;
}

/** A held odd, made by the Book from one row. */
export function anOdd(fields: WireFields = {}, event: OddsEventName = 'copilot-odds'): Odd {
  const change = new Book().applyRow(event, aRow(fields, event), 1, null);
  if (!change) throw new Error('a first row always changes the Book');
  return change.odd;
}

/** A row of REST: without what the wrapper says. */
export function aRestRow(fields: WireFields = {}) {
  const { fixture_id, game_id, sport, league, ...row } = aWireRow(fields);
  return row;
}

/** What a REST read says of a fixture: Mesa Owls (T2) at Harbor Kings (T1). */
export function aFixturePatch(fields: Partial<FixturePatch> = {}): FixturePatch {
  return {
    id: 'FX1',
    sport: 'basketball',
    league: 'NBA',
    leagueId: 'nba',
    home: 'Harbor Kings',
    away: 'Mesa Owls',
    homeCompetitors: [{ id: 'T1', name: 'Harbor Kings', abbreviation: 'HRB' }],
    awayCompetitors: [{ id: 'T2', name: 'Mesa Owls', abbreviation: 'MSA' }],
    status: 'unplayed',
    startDate: '2026-11-22T19:30:00.000Z',
    wire: {},
    ...fields,
  };
}
