/** What the pages that are compared have in common: the same snapshot and the same stream, read in the plainest way. */

export type PeerOdd = {
  id: string;
  fixtureId: string;
  market: string;
  name: string;
  points: number | null;
  price: number | null;
  isLocked: boolean;
};

/** One line of two sides; ids of its odds. */
export type PeerLine = { key: string; label: string; ids: readonly string[] };

type WireRow = {
  id: string;
  fixture_id: string;
  market: string;
  name: string;
  points: number | null;
  price: number | null;
  state?: string;
};

const board = new URLSearchParams(location.search).get('board') ?? '';
const SPORT = 'basketball';

function toOdd(row: WireRow, isLocked: boolean): PeerOdd {
  const { id, fixture_id, market, name, points, price } = row;
  return { id, fixtureId: fixture_id, market, name, points, price, isLocked };
}

/** All odds, in the board's order, and the entry after which the stream goes on. */
export async function readSnapshot(): Promise<{
  odds: PeerOdd[];
  at: string;
  names: Map<string, string>;
}> {
  const odds: PeerOdd[] = [];
  const names = new Map<string, string>();
  let at = '';
  let page: string | null = null;
  do {
    const query: string = page === null ? '' : `?page=${page}`;
    const answer = await fetch(`${board}/api/snapshot/${SPORT}${query}`);
    const body = await answer.json();
    at = body.at;
    for (const fixture of body.fixtures) {
      names.set(fixture.id, `${fixture.away_team_display} at ${fixture.home_team_display}`);
    }
    for (const row of body.odds) odds.push(toOdd(row, row.state === 'locked'));
    page = body.next;
  } while (page !== null);
  return { odds, at, names };
}

/** Calls back for every odd that an event tells of. */
export function openStream(at: string, onOdd: (odd: PeerOdd) => void): void {
  const source = new EventSource(
    `${board}/api/v3/stream/copilot/${SPORT}/odds?last_entry_id=${at}`,
  );
  for (const name of ['copilot-odds', 'copilot-locked-odds']) {
    source.addEventListener(name, ({ data }: MessageEvent<string>) => {
      const isLocked = name === 'copilot-locked-odds';
      for (const row of JSON.parse(data).data) onOdd(toOdd(row, isLocked));
    });
  }
}

/** Odds as lines: the two sides of one market and its points. */
export function toLines(odds: readonly PeerOdd[], names: ReadonlyMap<string, string>): PeerLine[] {
  const lines = new Map<string, { label: string; ids: string[] }>();
  for (const { id, fixtureId, market, points } of odds) {
    const key = `${fixtureId} ${market} ${points === null ? '' : Math.abs(points)}`;
    const known = lines.get(key);
    if (known) known.ids.push(id);
    else lines.set(key, { label: `${names.get(fixtureId) ?? fixtureId} · ${market}`, ids: [id] });
  }
  return [...lines].map(([key, { label, ids }]) => ({ key, label, ids }));
}

export function priceText({ price }: PeerOdd): string {
  return price === null ? '–' : price > 0 ? `+${price}` : `−${Math.abs(price)}`;
}

export function pointsText({ points }: PeerOdd): string {
  return points === null ? '' : String(points);
}
