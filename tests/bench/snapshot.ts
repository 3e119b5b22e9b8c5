/** What the server holds of a sport, as a board reads it. */
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MS = 180_000;
const TRIES = 3;

type Body = { partial: boolean; odds: { id: string; league?: string }[]; next: string | null };

/** An answer of the server; on a busy machine it may have closed a kept connection just when it is used again. */
export async function readJson<T>(url: string): Promise<T> {
  for (let left = TRIES; ; ) {
    try {
      return (await (await fetch(url)).json()) as T;
    } catch (error) {
      left -= 1;
      if (left === 0) throw error;
    }
  }
}

/** Ids of all odds of the snapshot, every page of it, with the league of each, and whether something is missing. */
export async function readSnapshot(
  boardUrl: string,
  sport = 'basketball',
): Promise<{ ids: Map<string, string>; isPartial: boolean }> {
  const ids = new Map<string, string>();
  let isPartial = true;
  let page: string | null = null;
  do {
    const query: string = page === null ? '' : `?page=${page}`;
    const body: Body = await readJson<Body>(`${boardUrl}/api/snapshot/${sport}${query}`);
    for (const { id, league = '' } of body.odds) ids.set(id, league);
    isPartial = body.partial;
    page = body.next;
  } while (page !== null);
  return { ids, isPartial };
}

/** Waits until the board holds so many odds, and all that it should. */
export async function untilWhole(boardUrl: string, odds: number): Promise<void> {
  for (const until = Date.now() + READY_MS; ; ) {
    const { ids, isPartial } = await readSnapshot(boardUrl);
    if (!isPartial && ids.size >= odds) return;
    if (Date.now() > until) {
      throw new Error(`the board holds ${ids.size} of ${odds} odds after ${READY_MS / 60_000} min`);
    }
    await sleep(500);
  }
}
