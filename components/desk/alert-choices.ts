import { fixtureName } from '@/components/board/fixture-name';
import type { Named } from '@/lib/board/alert-rules';
import type { HeldBook } from '@/lib/protocol/held-book';
import { slug } from '@/lib/protocol/sports';

export type Choices = {
  leagues: readonly string[];
  markets: readonly string[];
  fixtures: readonly Named[];
};

const byText = (a: string, b: string) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);

/** What a rule can be narrowed to: all that is held, fixtures of the chosen league alone. */
export function choicesOf(book: HeldBook, league: string | null): Choices {
  const leagues = new Map<string, string>();
  const markets = new Map<string, string>();
  const fixtures: Named[] = [];
  const wanted = league === null ? null : slug(league);
  const leagueOf = new Map<string, string>();
  for (const odd of book.odds.values()) {
    markets.set(slug(odd.market), odd.market);
    if (odd.league !== '') leagueOf.set(odd.fixtureId, odd.league);
  }
  for (const id of book.fixtureIds()) {
    const fixture = book.fixtures.get(id);
    const own = fixture?.league ?? leagueOf.get(id) ?? null;
    if (own !== null) leagues.set(slug(own), own);
    if (wanted !== null && (own === null || slug(own) !== wanted)) continue;
    fixtures.push({ id, name: fixtureName(id, fixture) });
  }
  return {
    leagues: [...leagues.values()].sort(byText),
    markets: [...markets.values()].sort(byText),
    fixtures: fixtures.sort((a, b) => byText(a.name, b.name)),
  };
}
