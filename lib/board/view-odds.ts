/** A view without its rows: what is in it, odd by odd. The same choice as that of rows, made in one place with it. */
import type { Fixture, Odd } from '@/lib/protocol/events';
import { type BoardQuery, createBoardPredicate, quietSinceOf } from '@/lib/protocol/filter';
import type { HeldBook } from '@/lib/protocol/held-book';
import {
  asksForOdds,
  fixtureOf,
  isOfVersion,
  select,
  type ViewEntry,
  versionsOf,
  withOdds,
} from './rows';

/**
 * All that a view holds, fixtures in its order.
 * @param nowMs epoch ms by the server's clock
 */
export function entriesOfView(
  book: HeldBook,
  query: BoardQuery,
  nowMs: number,
): readonly ViewEntry[] {
  const quietSince = quietSinceOf(query.quiet, nowMs);
  const { entries } = select(book, query, { mainMarkets: [], quietSince });
  return entries.map((entry) => withOdds(book, entry));
}

export type ViewPredicate = {
  /** Whether an odd is in the view; `fixture` is null where nothing was known of it. */
  odd(odd: Odd, fixture: Fixture | null): boolean;
  /** Whether the view would have the fixture among its rows. */
  fixture(fixture: Fixture): boolean;
};

/**
 * Tells of single odds and fixtures, whatever they are now, whether the view has them. Good for as long as the same
 * versions are held. A filter for quiet is left out: what changed is not quiet, and would never be told.
 */
export function createViewPredicate(book: HeldBook, query: BoardQuery): ViewPredicate {
  const { version } = versionsOf(book, book.fixtureIds(), query.version, undefined);
  const predicate = createBoardPredicate({ ...query, version: null });
  const needsOdds = asksForOdds(query);
  const hasText = query.q.trim() !== '';
  /** Fixtures that only their odds speak of. */
  const guessed = new Map<string, Fixture>();
  const known = (id: string, fixture: Fixture | null): Fixture => {
    if (fixture && (fixture.home !== null || fixture.away !== null)) return fixture;
    let guess = guessed.get(id);
    if (!guess) {
      guess = fixtureOf(book, id, book.oddsOf(id));
      guessed.set(id, guess);
    }
    return guess;
  };
  const odd = (one: Odd, fixture: Fixture | null) =>
    isOfVersion(one, version) && predicate.odd(one, known(one.fixtureId, fixture));
  return {
    odd,
    fixture(fixture) {
      if (!predicate.fixture(fixture)) return false;
      if (!needsOdds && (!hasText || predicate.fixtureText(fixture))) return true;
      return book.oddsOf(fixture.id).some((one) => odd(one, fixture));
    },
  };
}
