/**
 * Lines: one board row each, made of the 1 to 3 odds that share version, fixture, market and grouping key.
 * The grouping key is compared as a string and never recomputed (`default:8.0` has points 8 and slug `over_8`).
 */
import type { Fixture, Odd } from './events';
import { slug } from './sports';

export type Side = 'away' | 'home' | 'draw' | 'over' | 'under' | 'yes' | 'no' | 'other';

/** Order of sides within a line: away above home, draw below both. */
const SIDE_ORDER: Record<Side, number> = {
  away: 0,
  over: 0,
  yes: 0,
  home: 1,
  under: 1,
  no: 1,
  draw: 2,
  other: 3,
};

export type Line = {
  key: string;
  versionId: number | null;
  fixtureId: string;
  market: string;
  groupingKey: string | null;
  /** `default` for whole-game markets, else the normalised team or player. */
  entity: string;
  odds: readonly { odd: Odd; side: Side }[];
};

/**
 * Key of the line an odd belongs to. A settled row that came alone has no grouping key: it is a line of its
 * own until its odd is known better.
 */
export function lineKey(
  odd: Pick<Odd, 'id' | 'versionId' | 'fixtureId' | 'market' | 'groupingKey'>,
): string {
  if (odd.groupingKey === null) return `odd\n${odd.id}`;
  return `${odd.versionId}\n${odd.fixtureId}\n${odd.market}\n${odd.groupingKey}`;
}

/** The grouping key without its line: `miami_heat:105.5` and `miami_heat:104.5` are about one entity. */
export function entityOf(groupingKey: string | null): string {
  if (groupingKey === null) return '';
  const cut = groupingKey.lastIndexOf(':');
  return cut > 0 && /^[+-]?\d+(\.\d+)?$/.test(groupingKey.slice(cut + 1))
    ? groupingKey.slice(0, cut)
    : groupingKey;
}

/** Which of the two teams an odd names: by team id, else by display name; null where it names neither. */
export function teamOf(
  odd: Pick<Odd, 'teamId' | 'selection'>,
  fixture: Fixture | null,
): 'home' | 'away' | null {
  if (!fixture) return null;
  if (odd.teamId !== null) {
    if (fixture.homeCompetitors.some((team) => team.id === odd.teamId)) return 'home';
    if (fixture.awayCompetitors.some((team) => team.id === odd.teamId)) return 'away';
  }
  if (odd.selection === null) return null;
  const name = slug(odd.selection);
  if (fixture.home !== null && slug(fixture.home) === name) return 'home';
  if (fixture.away !== null && slug(fixture.away) === name) return 'away';
  return null;
}

/** The side of its line that an odd prices: its line word where it has one, else the team, else the draw. */
export function sideOf(
  odd: Pick<Odd, 'selectionLine' | 'teamId' | 'selection' | 'playerId' | 'name'>,
  fixture: Fixture | null,
): Side {
  switch (odd.selectionLine) {
    case 'over':
    case 'under':
    case 'yes':
    case 'no':
      return odd.selectionLine;
    case null:
      break;
    default:
      return 'other';
  }
  if (odd.playerId !== null) return teamOf(odd, fixture) ?? 'other';
  const team = teamOf(odd, fixture);
  if (team) return team;
  return /^(draw|tie|x)$/i.test(odd.selection ?? odd.name) ? 'draw' : 'other';
}

function comparePoints(a: Line, b: Line): number {
  return (pointsOf(a) ?? 0) - (pointsOf(b) ?? 0);
}

/** When an odd was priced, locked or graded last, Unix seconds: a settlement keeps the time of its price. */
function changedSeconds({ timestampSeconds, lockedAt, settledAt }: Odd): number {
  const settledSeconds = settledAt === null ? 0 : Date.parse(settledAt) / 1_000;
  return Math.max(timestampSeconds, lockedAt ?? 0, settledSeconds || 0);
}

/**
 * Of some odds of a fixture those whose whole line, sides that are left out included, has not changed since: neither its
 * price nor its state.
 * @param held all odds of the fixture
 * @param since Unix seconds
 * @param wholeOf odds of which this is the same stay all or none: where a fixture is one row, what is left of it would look
 *   as if another line were the main one
 */
export function quietOdds(
  odds: readonly Odd[],
  {
    held,
    since,
    wholeOf,
  }: { held: Iterable<Odd>; since: number; wholeOf: ((odd: Odd) => unknown) | null },
): Odd[] {
  const loud = new Set<string>();
  for (const odd of held) if (changedSeconds(odd) > since) loud.add(lineKey(odd));
  const isLoud = (odd: Odd) => loud.has(lineKey(odd));
  if (!wholeOf) return odds.filter((odd) => !isLoud(odd));
  const broken = new Set(odds.filter(isLoud).map(wholeOf));
  return odds.filter((odd) => !broken.has(wholeOf(odd)));
}

/** The points by which a line is ordered: those of its first side. */
export function pointsOf(line: Line): number | null {
  return line.odds[0]?.odd.points ?? null;
}

/** Groups odds into lines, sides in order, lines by market as first seen, then entity, then points. */
export function groupLines(odds: Iterable<Odd>, fixture: Fixture | null): Line[] {
  const lines = new Map<string, { odd: Odd; side: Side }[]>();
  for (const odd of odds) {
    const key = lineKey(odd);
    const sides = lines.get(key);
    const entry = { odd, side: sideOf(odd, fixture) };
    if (sides) sides.push(entry);
    else lines.set(key, [entry]);
  }
  const order = new Map<string, number>();
  const built: Line[] = [];
  for (const [key, sides] of lines) {
    sides.sort((a, b) => SIDE_ORDER[a.side] - SIDE_ORDER[b.side] || (a.odd.id < b.odd.id ? -1 : 1));
    const first = sides[0]?.odd;
    if (!first) continue;
    if (!order.has(first.market)) order.set(first.market, order.size);
    built.push({
      key,
      versionId: first.versionId,
      fixtureId: first.fixtureId,
      market: first.market,
      groupingKey: first.groupingKey,
      entity: entityOf(first.groupingKey),
      odds: sides,
    });
  }
  return built.sort(
    (a, b) =>
      (order.get(a.market) ?? 0) - (order.get(b.market) ?? 0) ||
      (a.entity < b.entity ? -1 : a.entity > b.entity ? 1 : comparePoints(a, b)),
  );
}

/** How much a line speaks for being the main one; compared left to right. */
function mainRank(line: Line): [number, number, number] {
  let open = 0;
  let main = 0;
  let newest = 0;
  for (const { odd } of line.odds) {
    if (odd.isMain) main = 1;
    if (odd.isMain && odd.state === 'open') open = 1;
    newest = Math.max(newest, odd.timestampSeconds);
  }
  return [open, main, newest];
}

/**
 * The main line among the lines of one version, fixture, market and entity. The flag travels per odd and
 * without a lock, so for moments two lines carry it, or none: an open main line beats a locked one, the
 * newest wins among equals. Where none is flagged another stands in: the nearest to the one that is and is not among them,
 * since that stays so when prices move; else the most balanced pair.
 * @param hidden the lines of which these are what a filter leaves; asked for only where none is flagged
 */
export function mainLine(lines: readonly Line[], hidden?: () => readonly Line[]): Line | null {
  let best: Line | null = null;
  let bestRank: [number, number, number] = [0, 0, 0];
  for (const line of lines) {
    const rank = mainRank(line);
    if (rank[1] === 0) continue;
    if (!best || isHigher(rank, bestRank)) {
      best = line;
      bestRank = rank;
    }
  }
  return best ?? nearestToMain(lines, hidden?.() ?? []) ?? mostBalanced(lines);
}

function nearestToMain(lines: readonly Line[], hidden: readonly Line[]): Line | null {
  const flagged = hidden.filter((line) => line.odds.some(({ odd }) => odd.isMain));
  const main = flagged.length > 0 ? mainLine(flagged) : null;
  if (!main) return null;
  let best: Line | null = null;
  let bestGap = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    // The two sides of a handicap have opposite points, and a filter may leave either.
    const side = line.odds[0]?.side;
    const points = main.odds.find((one) => one.side === side)?.odd.points ?? null;
    const own = pointsOf(line);
    if (points === null || own === null) continue;
    const gap = Math.abs(own - points);
    if (gap < bestGap) {
      best = line;
      bestGap = gap;
    }
  }
  return best;
}

function isHigher(a: readonly number[], b: readonly number[]): boolean {
  for (let index = 0; index < a.length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function mostBalanced(lines: readonly Line[]): Line | null {
  let best: Line | null = null;
  let bestGap = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const [a, b] = line.odds;
    const isPair = a && b && a.odd.price !== null && b.odd.price !== null;
    const isOpen = line.odds.some(({ odd }) => odd.state === 'open');
    const gap =
      (isPair ? Math.abs((a.odd.price ?? 0) - (b.odd.price ?? 0)) : 100_000) + (isOpen ? 0 : 1e6);
    if (gap < bestGap) {
      best = line;
      bestGap = gap;
    }
  }
  return best;
}
