/**
 * What is read over HTTP and kept until it is stale: the lists that a page brought and that grow old, and histories.
 * No first load has this, since none needs it: import it lazily.
 */
import { QueryClient, QueryObserver, useQuery } from '@tanstack/react-query';
import type { WireLeague, WireSport } from '@/lib/protocol/events';
import { readHistory, readLeagues, readSports } from './queries';

/** How often the sports are asked for on a board that is open all day. */
const LIST_REFRESH_MS = 5 * 60_000;

/** One for the page: nothing here runs on the server, where it would hand one viewer's answers to another. */
const client = new QueryClient({
  // Reads whatever the browser thinks of its network: the server may well be on this very machine.
  defaultOptions: { queries: { networkMode: 'always' } },
});
client.mount();

export type Lists = { sports?: readonly WireSport[]; leagues?: readonly WireLeague[] };

/**
 * Keeps the sports that have odds, and the active leagues of one, fresh until the answer is called; lists are taken as they
 * are for `staleMs`.
 */
export function watchLists(
  sport: string,
  staleMs: number,
  onLists: (lists: Lists) => void,
): () => void {
  const sports = new QueryObserver(client, {
    queryKey: ['sports'],
    queryFn: ({ signal }) => readSports(signal),
    staleTime: staleMs,
    refetchInterval: LIST_REFRESH_MS,
  });
  const leagues = new QueryObserver(client, {
    queryKey: ['leagues', sport],
    queryFn: ({ signal }) => readLeagues(sport, signal),
    staleTime: staleMs,
  });
  let told: Lists = {};
  // An observer also says when it begins to read, which is no news here.
  const tell = () => {
    const lists = {
      sports: sports.getCurrentResult().data,
      leagues: leagues.getCurrentResult().data,
    };
    if (lists.sports === told.sports && lists.leagues === told.leagues) return;
    told = lists;
    onLists(lists);
  };
  const stops = [sports.subscribe(tell), leagues.subscribe(tell)];
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * What the server knows of up to 10 odds; nothing is asked while there is none. Kept no longer than somebody looks: what
 * the stream tells after a read is appended by the one who looks.
 */
export function useHistoryRead(ids: readonly string[]) {
  return useQuery(
    {
      queryKey: ['history', ids],
      queryFn: ({ signal }) => readHistory(ids, signal),
      enabled: ids.length > 0,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 0,
      retry: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
    client,
  );
}
