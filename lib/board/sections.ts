/**
 * The parts of a fixture's own page: the whole game, its teams, each period of it, each player. The vendor says the period
 * in a market's name alone, and the player in its odds.
 */
import type { Line } from '@/lib/protocol/line';

export type Section = {
  /** Equal for lines of one part; parts stand in its order. */
  key: string;
  label: string;
  /** The id of a player's team; null for every other part. */
  teamId: string | null;
  lines: Line[];
};

/** Parts of a game from the largest down. */
const PERIODS = ['half', 'quarter', 'period', 'set', 'map', 'innings', 'inning', 'round', 'game'];
const PERIOD = new RegExp(
  `^(?:(\\d+)(?:st|nd|rd|th)|first|second)( \\d+)? (${PERIODS.join('|')})\\b`,
  'i',
);

function placeOf({ odds, market, entity }: Line): Omit<Section, 'lines'> {
  const { playerId = null, selection = null, teamId = null } = odds[0]?.odd ?? {};
  if (playerId !== null) {
    const label = selection ?? entity;
    return { key: `3${label}\n${playerId}`, label, teamId };
  }
  const [label, number, , noun = ''] = PERIOD.exec(market) ?? [];
  if (label) {
    const place = `${PERIODS.indexOf(noun.toLowerCase())}${(number ?? '').padStart(3)}`;
    return { key: `2${place}${label}`, label, teamId: null };
  }
  // The entity of what has no grouping key, a settlement that came alone, is empty.
  return entity !== 'default' && entity !== '' && teamId !== null
    ? { key: '1', label: 'Teams', teamId: null }
    : { key: '0', label: 'Game', teamId: null };
}

/**
 * Lines by the part of the game that they are about, in the order of a page: the game, its teams, its periods, its players
 * by name. Within a part they stand as they came.
 */
export function sectionsOf(lines: readonly Line[]): Section[] {
  const sections = new Map<string, Section>();
  for (const line of lines) {
    const place = placeOf(line);
    const known = sections.get(place.key);
    if (known) known.lines.push(line);
    else sections.set(place.key, { ...place, lines: [line] });
  }
  return [...sections.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
