import type { Fixture } from '@/lib/protocol/events';

/** The abbreviation of a side, `HRB`, or of the two who play on it together; null unless each of them has one. */
export function shortName(fixture: Fixture | null | undefined, side: string): string | null {
  const teams =
    side === 'away' ? fixture?.awayCompetitors : side === 'home' && fixture?.homeCompetitors;
  if (!teams || teams.length === 0) return null;
  const parts = teams.map(({ abbreviation }) => abbreviation);
  return parts.includes(null) ? null : parts.join('/');
}
