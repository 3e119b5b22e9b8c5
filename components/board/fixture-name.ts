type Names = { away: string | null; home: string | null };

/** A fixture in words: who plays, or its id where nobody has said who does. */
export function fixtureName(fixtureId: string, { away, home }: Names): string {
  if (away === null && home === null) return `Fixture ${fixtureId}`;
  return `${away ?? 'Team unknown'} at ${home ?? 'Team unknown'}`;
}

/** The same of rows that name their sides. */
export function fixtureNameBySides(
  fixtureId: string,
  sides: readonly { side: string; name: string | null }[],
): string {
  const nameOf = (side: string) => sides.find((one) => one.side === side)?.name ?? null;
  return fixtureName(fixtureId, { away: nameOf('away'), home: nameOf('home') });
}
