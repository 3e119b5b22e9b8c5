/** A view in words, for whoever sees its address in a chat and not the board. */
import type { BoardQuery } from '@/lib/protocol/filter';

/** Filters said one by one; beyond it they are counted. */
const NAMED = 3;

function named(values: readonly string[], noun: string): string[] {
  if (values.length === 0) return [];
  if (values.length <= NAMED) return [values.join(', ')];
  return [`${values.length} ${noun}`];
}

/** A past moment in words: `as of 2026-11-27 14:03:22 UTC`. */
export function momentWords(ms: number): string {
  return `as of ${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * What a view shows, most telling first: `["NBA", "Point Spread", "main lines"]`; empty where nothing is filtered.
 * Texts are as written in the URL.
 * @param nameOf who plays in a fixture, null where that is not known
 */
export function viewWords(
  query: BoardQuery,
  nameOf: (fixtureId: string) => string | null = () => null,
): string[] {
  const [first, ...others] = query.fixture;
  const fixture = first === undefined ? [] : [nameOf(first) ?? 'one fixture'];
  return [
    // Of a page among others in a browser the first words are what is seen.
    ...(others.length === 0 ? fixture : []),
    ...named(query.league, 'leagues'),
    ...named(query.market, 'markets'),
    ...(others.length === 0 ? [] : [`${query.fixture.length} fixtures`]),
    ...named(query.status, 'statuses'),
    ...named(query.state, 'states'),
    ...(query.main ? ['main lines'] : []),
    ...(query.quiet === null ? [] : [`quiet for ${query.quiet} min`]),
    ...(query.q.trim() === '' ? [] : [`“${query.q.trim()}”`]),
    ...(query.version === null ? [] : [`version ${query.version}`]),
  ];
}
