type Names = { away: string | null; home: string | null };

/** A fixture in words: who plays, or its id where nobody has said who does, or nothing is held of it. */
export function fixtureName(fixtureId: string, names: Names | null | undefined): string {
  const { away = null, home = null } = names ?? {};
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

/** Who plays; null where nobody has said who does, or nothing is held of it. */
export function knownFixtureName(
  fixtureId: string,
  names: Names | null | undefined,
): string | null {
  return names?.away || names?.home ? fixtureName(fixtureId, names) : null;
}
