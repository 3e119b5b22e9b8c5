/** Finding something by a few letters of it. Pure. */

/** How well a text answers what was typed: each word of it begins one of the text's, or stands in it; null where not. */
function rank(text: string, typed: readonly string[]): number | null {
  const lower = text.toLowerCase();
  let sum = 0;
  for (const word of typed) {
    if (!lower.includes(word)) return null;
    sum += lower.startsWith(word) ? 0 : lower.includes(` ${word}`) ? 1 : 2;
  }
  return sum;
}

/**
 * The first `limit` of what answers the typed text, best first and else as given, and how many there are. Nothing
 * typed: all of it.
 */
export function find<T extends { label: string; about: string }>(
  all: readonly T[],
  text: string,
  limit: number,
): { found: readonly T[]; count: number } {
  const typed = text.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked: { one: T; rank: number }[] = [];
  for (const one of all) {
    // What it is may be typed as well, and tells less.
    const own = rank(one.label, typed) ?? rank(`${one.label} ${one.about}`, typed);
    if (own !== null) ranked.push({ one, rank: own });
  }
  ranked.sort((a, b) => a.rank - b.rank);
  return { found: ranked.slice(0, limit).map(({ one }) => one), count: ranked.length };
}
