/** A view in words, for whoever sees its address in a chat and not the board. */
import type { BoardQuery } from '@/lib/protocol/filter';

/** Filters said one by one; beyond it they are counted. */
const NAMED = 3;

function named(values: readonly string[], noun: string): string[] {
  if (values.length === 0) return [];
  if (values.length <= NAMED) return [values.join(', ')];
  return [`${values.length} ${noun}`];
}

/**
 * What a view shows, most telling first: `["NBA", "Point Spread", "main lines"]`; empty where nothing is filtered.
 * Texts are as written in the URL.
 */
export function viewWords(query: BoardQuery): string[] {
  const fixtures = query.fixture.length;
  return [
    ...named(query.league, 'leagues'),
    ...named(query.market, 'markets'),
    ...(fixtures === 0 ? [] : [fixtures === 1 ? 'one fixture' : `${fixtures} fixtures`]),
    ...named(query.status, 'statuses'),
    ...named(query.state, 'states'),
    ...(query.main ? ['main lines'] : []),
    ...(query.q.trim() === '' ? [] : [`“${query.q.trim()}”`]),
    ...(query.version === null ? [] : [`version ${query.version}`]),
  ];
}
