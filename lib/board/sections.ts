/**
 * The parts of a fixture's own page: the whole game, its teams, each period of it, each player. The vendor says the period
 * in a market's name alone, and the player in its odds.
 */
import type { Line } from '@/lib/protocol/line';

export type Section = {
  /** Equal for lines of one part. */
  key: string;
  label: string;
  /** The team of a player, where it is known. */
  about: string | null;
};

/** Parts of a game from the largest down; what has none of these names stands with the whole game. */
const PERIODS = ['half', 'quarter', 'period', 'set', 'map', 'innings', 'inning', 'round', 'game'];
const PERIOD = new RegExp(
  `^(\\d+)(?:st|nd|rd|th)(?: (\\d+))? (${PERIODS.join('|')})s?\\b|^(first|second) half\\b`,
  'i',
);

type Place = Section & { rank: readonly [part: number, period: number, number: number] };

const GAME: Place = { key: 'game', label: 'Game', about: null, rank: [0, 0, 0] };
const TEAMS: Place = { key: 'teams', label: 'Teams', about: null, rank: [1, 0, 0] };

/** The period that a market's name begins with: `1st Half` of `1st Half Moneyline`; null for the whole game. */
function periodOf(market: string): Place | null {
  const found = PERIOD.exec(market);
  if (!found) return null;
  const [label, number, first, noun = 'half', word] = found;
  const period = PERIODS.indexOf(noun.toLowerCase());
  const place = word ? (word.toLowerCase() === 'first' ? 1 : 2) : Number(number);
  // The first five innings are longer than the first one.
  const rank = [2, period, place - (first === undefined ? 0 : Number(first) / 1_000)] as const;
  return { key: `period\n${label.toLowerCase()}`, label, about: null, rank };
}

function placeOf(line: Line): Place {
  const odd = line.odds[0]?.odd;
  if (!odd) return GAME;
  if (odd.playerId !== null) {
    const label = odd.selection ?? line.entity;
    return { key: `player\n${odd.playerId}`, label, about: null, rank: [3, 0, 0] };
  }
  const period = periodOf(odd.market);
  if (period) return period;
  return line.entity !== 'default' && odd.teamId !== null && line.groupingKey !== null
    ? TEAMS
    : GAME;
}

/**
 * Lines by the part of the game that they are about, in the order of a page: the game, its teams, its periods, its players
 * by name. Within a part they stand as they came.
 * @param teamName of an odd's team id, where it is known
 */
export function sectionsOf(
  lines: readonly Line[],
  teamName: (teamId: string) => string | null,
): { section: Section; lines: Line[] }[] {
  const parts = new Map<string, { place: Place; lines: Line[] }>();
  for (const line of lines) {
    const place = placeOf(line);
    const known = parts.get(place.key);
    if (known) known.lines.push(line);
    else parts.set(place.key, { place, lines: [line] });
  }
  const sorted = [...parts.values()].sort(({ place: a }, { place: b }) => {
    for (const [index, rank] of a.rank.entries()) {
      const other = b.rank[index] ?? 0;
      if (rank !== other) return rank - other;
    }
    return a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
  });
  return sorted.map(({ place: { rank, ...section }, lines: own }) => {
    const teamId = own[0]?.odds[0]?.odd.teamId ?? null;
    const isPlayer = rank[0] === 3;
    return {
      section: { ...section, about: isPlayer && teamId !== null ? teamName(teamId) : null },
      lines: own,
    };
  });
}
