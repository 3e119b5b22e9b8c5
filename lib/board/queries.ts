/** Everything the browser reads over HTTP. */
import { decodeSnapshot, type Snapshot } from '@/lib/protocol/decode';
import type { HistoryBody, SnapshotBody, WireLeague, WireSport } from '@/lib/protocol/events';
import type { Scope } from './store';

/** Pages of a snapshot are bounded too: an answer that never ends is no answer. */
const PAGE_LIMIT = 500;

/**
 * How old a snapshot may be: the stream goes on from where it was cut, so that nothing is missing however old it is, and
 * the server makes one for all who come back at once.
 */
const SNAPSHOT_AGE_MS = 2_000;

async function readJson<T>(path: string, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { signal, headers: { accept: 'application/json' } });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new Error('The server cannot be reached.', { cause });
  }
  // An answer from between us and the server may be HTML, whatever its status.
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body: unknown = isJson ? await response.json() : null;
  if (!response.ok) {
    const told = (body as { error?: unknown } | null)?.error;
    throw new Error(typeof told === 'string' ? told : `The server answered ${response.status}.`);
  }
  if (!isJson) throw new Error('The server answered something that is not JSON.');
  return body as T;
}

function scopeParams({ leagues, fixtureIds }: Scope): URLSearchParams {
  const params = new URLSearchParams();
  for (const league of leagues) params.append('league', league);
  for (const id of fixtureIds) params.append('fixture_id', id);
  return params;
}

/** Address of the stream of a scope, to go on after `lastEntryId`. */
export function streamUrl(sport: string, scope: Scope, lastEntryId: string | null): string {
  const params = scopeParams(scope);
  params.set('include_fixture_updates', 'true');
  if (lastEntryId !== null) params.set('last_entry_id', lastEntryId);
  return `/api/v3/stream/copilot/${encodeURIComponent(sport)}/odds?${params}`;
}

/** How long a stream's status is waited for: a browser that has no connection left keeps a request for ever. */
const STATUS_WAIT_MS = 8_000;

/** The status that the stream at this address would be answered with, without opening it; null where there is none. */
export async function readStreamStatus(url: string): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(STATUS_WAIT_MS);
    return (await fetch(url, { method: 'HEAD', signal })).status;
  } catch {
    return null;
  }
}

/** The full state of a scope, all pages, at a past position where one is told; `onPage` after each. Kept nowhere but in the store. */
export async function readSnapshot(
  sport: string,
  scope: Scope,
  onPage: () => void,
  signal: AbortSignal,
  position: string | null = null,
): Promise<Snapshot> {
  let whole: Snapshot | null = null;
  let page: string | null = null;
  for (let count = 0; count < PAGE_LIMIT; count += 1) {
    const params = scopeParams(scope);
    if (position === null) params.set('age', String(SNAPSHOT_AGE_MS));
    else params.set('at', position);
    if (page !== null) params.set('page', page);
    const path = `/api/snapshot/${encodeURIComponent(sport)}?${params}`;
    const body = await readJson<SnapshotBody>(path, signal);
    onPage();
    // Nothing of the board looks at raw rows, and 50 000 of them are a lot to keep.
    const part: Snapshot = decodeSnapshot(body, { keepWire: false });
    if (whole) {
      for (const fixture of part.fixtures) whole.fixtures.push(fixture);
      for (const odd of part.odds) whole.odds.push(odd);
      whole.partial ||= part.partial;
    } else {
      whole = part;
    }
    if (part.next === null) return whole;
    page = part.next;
  }
  throw new Error('The snapshot has no end; ask for fewer leagues.');
}

/** Sports that have fixtures with odds now. */
export async function readSports(signal: AbortSignal): Promise<readonly WireSport[]> {
  return (await readJson<{ data: WireSport[] }>('/api/v3/sports/active', signal)).data;
}

/** Leagues of a sport that are active now. */
export async function readLeagues(
  sport: string,
  signal: AbortSignal,
): Promise<readonly WireLeague[]> {
  const path = `/api/v3/leagues/active?${new URLSearchParams({ sport })}`;
  return (await readJson<{ data: WireLeague[] }>(path, signal)).data;
}

/** What happened to up to 10 odds, oldest first; `note` says what of it could not be read. */
export async function readHistory(
  ids: readonly string[],
  signal: AbortSignal,
): Promise<HistoryBody & { note?: string }> {
  const params = new URLSearchParams(ids.map((id) => ['id', id]));
  return readJson<HistoryBody & { note?: string }>(`/api/history?${params}`, signal);
}
