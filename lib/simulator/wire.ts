/** The vendor's shapes: stream rows, REST rows, fixture wrappers. */

import type { OddsEventName } from '@/lib/protocol/events';
import { type OddsFormat, wirePrice } from '@/lib/protocol/price';
import type { Faults } from './faults';
import { DEFAULT_VERSION, ORGANISATION, type SimFixture, type SimOdd, type Team } from './markets';
import { slug } from './names';
import { roundPrice } from './pricing';
import type { LeagueDef, SportDef } from './sports';

/** The second version's id in rows, and how much dearer it is. */
export const SECOND_VERSION = 31;
const SECOND_VERSION_EXTRA = 0.012;

/** An odd as it was when an event was sent; the odd itself moves on. */
export type RowState = Pick<
  SimOdd,
  'price' | 'isMain' | 'isLive' | 'changedAt' | 'settlement' | 'settledAt'
> & { odd: SimOdd; versionId: number };

/** The odd's present state, as a row of the default version. */
export function rowState(odd: SimOdd): RowState {
  const { price, isMain, isLive, changedAt, settlement, settledAt } = odd;
  return {
    odd,
    versionId: DEFAULT_VERSION,
    price,
    isMain,
    isLive,
    changedAt,
    settlement,
    settledAt,
  };
}

/** The same odd in the second version: same selection, another id, a dearer price. */
export function inSecondVersion(row: RowState): RowState {
  const { price } = row;
  const chance = price > 0 ? 100 / (price + 100) : -price / (100 - price);
  const dearer = Math.min(chance + SECOND_VERSION_EXTRA * (1 - chance), 0.999);
  const american = dearer > 0.5 ? (-100 * dearer) / (1 - dearer) : (100 * (1 - dearer)) / dearer;
  return { ...row, versionId: SECOND_VERSION, price: roundPrice(american) };
}

export function idOf({ odd, versionId }: RowState): string {
  return versionId === DEFAULT_VERSION ? odd.id : `${ORGANISATION}:${versionId}:${odd.oddId}`;
}

/** ISO with the offset that stream payloads use (`2026-11-22T19:30:00+00:00`). */
export function offsetDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}

/** ISO as REST prints it (`2026-11-22T19:30:00Z`). */
export function zuluDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function settledDate(ms: number, faults: Faults): string {
  return faults.has('naive-dates') ? new Date(ms).toISOString().slice(0, -1) : offsetDate(ms);
}

function priceText(american: number, format: OddsFormat, faults: Faults): string {
  const price = wirePrice(american, format);
  return Number.isInteger(price) && faults.has('trailing-zero-prices')
    ? price.toFixed(1)
    : String(price);
}

const SLOW_FAULTS = ['optional-fields', 'empties', 'naive-dates', 'float-timestamps'] as const;

/** One row of a stream event as JSON text. Most of it never changes and is kept with the odd. */
export function streamRow(
  row: RowState,
  name: OddsEventName,
  format: OddsFormat,
  faults: Faults,
): string {
  const isPlain =
    row.versionId === DEFAULT_VERSION &&
    name !== 'copilot-settled-odds' &&
    !SLOW_FAULTS.some((fault) => faults.has(fault));
  if (!isPlain) return unusualRow(row, name, format, faults);
  const { odd } = row;
  odd.text ??= JSON.stringify(unchanging(row)).slice(0, -1);
  return `${odd.text},"is_live":${row.isLive},"is_main":${row.isMain},"price":${priceText(row.price, format, faults)},"timestamp":${Math.floor(row.changedAt / 1000)}}`;
}

function common(row: RowState) {
  const { odd } = row;
  const { fixture } = odd;
  return {
    fixture_id: fixture.id,
    game_id: fixture.gameId,
    id: idOf(row),
    league: fixture.league.name,
    market: odd.market.label,
    name: odd.name,
    odd_id: odd.oddId,
    player_id: odd.playerId ?? '',
    sport: fixture.sport.id,
    team_id: odd.teamId ?? '',
    version_id: row.versionId,
  };
}

function unchanging(row: RowState) {
  const { odd } = row;
  return {
    ...common(row),
    grouping_key: odd.groupingKey,
    points: odd.points,
    selection: odd.selection,
    selection_line: odd.selectionLine ?? '',
  };
}

const EMPTIES = ['', null, 'None', undefined] as const;
const MAY_BE_EMPTY = ['player_id', 'team_id', 'selection', 'selection_line', 'points'];

function unusualRow(
  row: RowState,
  name: OddsEventName,
  format: OddsFormat,
  faults: Faults,
): string {
  const { odd } = row;
  const isSettled = name === 'copilot-settled-odds';
  const seconds = row.changedAt / 1000;
  const fields: Record<string, unknown> = {
    ...(isSettled ? common(row) : unchanging(row)),
    timestamp: faults.has('float-timestamps') ? seconds : Math.floor(seconds),
  };
  if (isSettled) {
    fields.settlement = row.settlement;
    fields.settled_at = settledDate(row.settledAt ?? row.changedAt, faults);
  } else {
    fields.is_live = row.isLive;
    fields.is_main = row.isMain;
  }
  if (faults.has('optional-fields')) {
    Object.assign(fields, {
      is_live: row.isLive,
      market_id: odd.market.id,
      league_id: odd.fixture.league.id,
      sport_id: odd.fixture.sport.id,
      normalized_selection: slug(odd.selection),
      version: versionName(row.versionId),
    });
  }
  if (faults.has('empties')) {
    MAY_BE_EMPTY.forEach((field, index) => {
      if (field in fields && (fields[field] === '' || fields[field] === null)) {
        fields[field] = EMPTIES[(index + odd.history.length) % EMPTIES.length];
      }
    });
  }
  const text = JSON.stringify(fields);
  return isSettled ? text : `${text.slice(0, -1)},"price":${priceText(row.price, format, faults)}}`;
}

export function versionName(versionId: number): string {
  return versionId === DEFAULT_VERSION ? 'default' : 'staging';
}

/** One odd of `/copilot/fixtures/odds`; with its settlement where it has one. */
export function restOdd(
  row: RowState,
  format: OddsFormat,
  faults: Faults,
): Record<string, unknown> {
  const { odd } = row;
  const seconds = row.changedAt / 1000;
  const settled = row.settlement
    ? {
        settlement: row.settlement,
        settled_at: settledDate(row.settledAt ?? row.changedAt, faults),
      }
    : {};
  return {
    id: idOf(row),
    version_id: row.versionId,
    version: versionName(row.versionId),
    odd_id: odd.oddId,
    market: odd.market.label,
    market_id: odd.market.id,
    name: odd.name,
    is_main: row.isMain,
    selection: odd.selection,
    normalized_selection: slug(odd.selection),
    selection_line: odd.selectionLine,
    price: wirePrice(row.price, format),
    timestamp: faults.has('integer-timestamps') ? Math.floor(seconds) : seconds,
    grouping_key: odd.groupingKey,
    points: odd.points,
    player_id: odd.playerId,
    team_id: odd.teamId,
    ...settled,
  };
}

const market = (sport: SportDef, label: string) => {
  const found = sport.markets.get(label);
  return { id: found?.id ?? slug(label), name: label, numerical_id: found?.numericalId ?? null };
};

export function sportRow(sport: SportDef) {
  return {
    id: sport.id,
    name: sport.name,
    numerical_id: sport.numericalId,
    main_markets: sport.mainMarkets.map((label) => market(sport, label)),
  };
}

export function leagueRow(league: LeagueDef, sport: SportDef) {
  return {
    id: league.id,
    name: league.name,
    numerical_id: league.numericalId,
    region: league.region,
    region_code: league.regionCode,
    gender: league.gender,
    sport: sportRow(sport),
  };
}

function competitor({ id, numericalId, name, abbreviation }: Team) {
  return {
    id,
    numerical_id: numericalId,
    base_id: numericalId,
    name,
    abbreviation,
    logo: `https://cdn.opticodds.com/team-logos/${numericalId}.png`,
  };
}

function periods(values: readonly number[]) {
  return Object.fromEntries(values.map((value, index) => [`period_${index + 1}`, value]));
}

function resultOf({ game, play, status }: SimFixture) {
  if (status === 'unplayed' || status === 'delayed' || status === 'cancelled') return null;
  const { home, away } = game.score(play);
  const byPeriod = game.periods(play);
  const isOn = status === 'live' || status === 'half' || status === 'suspended';
  return {
    scores: {
      home: { total: home, periods: periods(byPeriod.home), aggregate: null },
      away: { total: away, periods: periods(byPeriod.away), aggregate: null },
    },
    in_play_data: isOn
      ? {
          period: game.period(play),
          period_number: byPeriod.home.length,
          clock: game.clock(play),
          last_play: null,
        }
      : null,
  };
}

const nothing = { starter: null, record: null, seed: null };

/** A row of the fixture lists, and the wrapper of odds answers. */
export function fixtureRow(fixture: SimFixture): Record<string, unknown> {
  const { sport, league, teams, status } = fixture;
  const [home, away] = teams;
  const hasRotation = league.region === 'UNITED_STATES' && !sport.individuals;
  return {
    id: fixture.id,
    numerical_id: fixture.numericalId,
    game_id: fixture.gameId,
    start_date: zuluDate(fixture.startMs),
    updated_at: new Date(fixture.updatedMs).toISOString(),
    status,
    is_live: status === 'live' || status === 'half',
    has_odds: fixture.hasHadOdds,
    home_competitors: [competitor(home)],
    away_competitors: [competitor(away)],
    home_team_display: home.name,
    away_team_display: away.name,
    home_starter: nothing.starter,
    away_starter: nothing.starter,
    home_record: nothing.record,
    away_record: nothing.record,
    home_seed: nothing.seed,
    away_seed: nothing.seed,
    home_rotation_number: hasRotation ? fixture.rotation + 1 : null,
    away_rotation_number: hasRotation ? fixture.rotation : null,
    sport: { id: sport.id, name: sport.name, numerical_id: sport.numericalId },
    league: { id: league.id, name: league.name, numerical_id: league.numericalId },
    tournament: null,
    tournament_stage: null,
    venue_name: null,
    venue_location: null,
    venue_neutral: sport.individuals,
    broadcast: null,
    season_type: 'Regular Season',
    season_year: String(new Date(fixture.startMs).getUTCFullYear()),
    season_week: null,
    result: resultOf(fixture),
    lineups: null,
    weather: null,
    weather_temp: null,
    source_ids: null,
    rescheduled_from: fixture.rescheduledFrom,
    rescheduled_to: fixture.rescheduledTo,
  };
}

/** The payload of `fixture-status` without its entry id. */
export function statusData(event: {
  fixture: SimFixture;
  atMs: number;
  oldStatus: string | null;
  newStatus: string | null;
  oldStartMs: number | null;
  newStartMs: number | null;
}) {
  const { fixture } = event;
  const date = (ms: number | null) => (ms === null ? null : offsetDate(ms));
  return {
    fixture: {
      away_team_display: fixture.teams[1].name,
      game_id: fixture.gameId,
      home_team_display: fixture.teams[0].name,
      id: fixture.id,
      start_date: offsetDate(fixture.startMs),
    },
    fixture_id: fixture.id,
    game_id: fixture.gameId,
    league: fixture.league.name,
    new_start_date: date(event.newStartMs),
    new_status: event.newStatus,
    old_start_date: date(event.oldStartMs),
    old_status: event.oldStatus,
    sport: fixture.sport.id,
    timestamp: event.atMs / 1000,
  };
}
