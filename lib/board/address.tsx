'use client';
/**
 * The address bar as the truth of a view. What is asked for shows at once and is written as the browser takes it; what the
 * browser says itself, by Back or a link, wins over what is still to be written.
 */
import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react';
import { type BoardQuery, DEFAULT_QUERY } from '@/lib/protocol/filter';
import { type LinkQuery, parseHistory, readQuery, writeQuery } from './query-state';

/** How long a pause in typing must be before the search text is written into the URL. */
const TYPING_MS = 300;
/** A browser that is asked too often refuses; it is asked again after this. */
const REFUSED_MS = 1_000;

/** What an address needs of the page: its own path and parameters, and how to change these. */
export type Page = {
  path(): string;
  /** Without the question mark. */
  search(): string;
  /** A new history entry, or this one changed. Throws where the browser refuses. */
  write(search: string, isEntry: boolean): void;
  setTimer(callback: () => void, delayMs: number): () => void;
};

export type Address = {
  /** What was asked for and is not yet the router's word; null where there is nothing. */
  asked(): { path: string; search: string } | null;
  ask(query: Partial<LinkQuery>, how: { isEntry: boolean; afterMs: number }): void;
  /** The router shows these now. */
  shown(path: string, search: string): void;
  /** Whatever was asked for, the browser went elsewhere, or is about to: a link may lead where the router is already. */
  forget(): void;
  /** Writes now what waits for a pause: whoever presses something has made one. */
  flush(): void;
  onChange(watcher: () => void): () => void;
};

/** The same parameters, however they were written. */
const plain = (search: string) => String(new URLSearchParams(search));

export function createAddress(page: Page): Address {
  let asked: { path: string; search: string } | null = null;
  /** What was written and the router has not shown yet, oldest first. */
  let written: string[] = [];
  let isEntryDue = false;
  let cancelWrite: (() => void) | null = null;
  /** The router was told of what the browser then refused: it is not where the address bar is. */
  let isAstray = false;
  const watchers = new Set<() => void>();

  function set(next: typeof asked): void {
    if (next === asked) return;
    asked = next;
    for (const watcher of watchers) watcher();
  }

  function forget(): void {
    cancelWrite?.();
    cancelWrite = null;
    written = [];
    isEntryDue = false;
    isAstray = false;
    set(null);
  }

  function write(): void {
    cancelWrite = null;
    if (asked?.path !== page.path()) {
      forget();
      return;
    }
    const { search } = asked;
    const text = plain(search);
    if (isAstray || text !== plain(page.search())) {
      if (written.at(-1) !== text) written.push(text);
      try {
        page.write(search, isEntryDue);
        isAstray = false;
      } catch {
        isAstray = true;
        cancelWrite = page.setTimer(write, REFUSED_MS);
        return;
      }
    } else if (written.length === 0) set(null);
    isEntryDue = false;
  }

  return {
    asked: () => asked,
    ask(query, { isEntry, afterMs }) {
      const path = page.path();
      if (asked && asked.path !== path) forget();
      const search = asked?.search ?? page.search();
      isEntryDue ||= isEntry;
      cancelWrite?.();
      // Not at once: what is asked for in one turn is one entry.
      cancelWrite = page.setTimer(write, afterMs);
      set({ path, search: writeQuery(search, query) });
    },
    shown(path, search) {
      if (!asked) return;
      const text = plain(search);
      // Of two that were written at once the router may show the second alone.
      const at = path === asked.path ? written.lastIndexOf(text) : -1;
      written = written.slice(at + 1);
      if (cancelWrite) {
        if (at < 0) forget();
        return;
      }
      // Nothing is due, and the router is where the address bar is, or where nobody here sent it.
      if (at < 0 || written.length === 0 || text === plain(page.search())) forget();
    },
    forget,
    flush() {
      if (!cancelWrite) return;
      cancelWrite();
      write();
    },
    onChange(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

const address = createAddress({
  path: () => window.location.pathname,
  search: () => window.location.search.slice(1),
  write(search, isEntry) {
    const { pathname, hash } = window.location;
    const href = `${pathname}${search && '?'}${search}${hash}`;
    if (isEntry) window.history.pushState(null, '', href);
    else window.history.replaceState(null, '', href);
  },
  setTimer(callback, delayMs) {
    const id = setTimeout(callback, delayMs);
    return () => clearTimeout(id);
  },
});

const Search = createContext<string | null>(null);

/** Hands down the parameters of the page: `path` and `search` as the router has them. */
export function AddressProvider({
  path,
  search,
  children,
}: {
  path: string;
  search: string;
  children: ReactNode;
}) {
  const asked = useSyncExternalStore(address.onChange, address.asked, () => null);
  useEffect(() => address.shown(path, search), [path, search]);
  useEffect(() => {
    const onClick = ({ target }: MouseEvent) => {
      address.flush();
      if (target instanceof Element && target.closest('a[href]')) address.forget();
    };
    window.addEventListener('popstate', address.forget);
    window.addEventListener('click', onClick, true);
    return () => {
      window.removeEventListener('popstate', address.forget);
      window.removeEventListener('click', onClick, true);
    };
  }, []);
  return <Search value={asked?.path === path ? asked.search : search}>{children}</Search>;
}

function useSearch(): string {
  const search = use(Search);
  if (search === null) throw new Error('the address is used inside <AddressProvider>');
  return search;
}

/** Queries that were read last, newest first: the router may go back and forth between two while it changes over. */
let known = [{ search: '', query: DEFAULT_QUERY }];
const MOST_KNOWN = 3;

/** The query of a search. What is the same in it as in the one before is the same object: rows are built anew for others. */
export function queryOf(search: string): BoardQuery {
  const found = known.find((one) => one.search === search);
  if (found) return found.query;
  const query = readQuery(new URLSearchParams(search));
  const last = known[0]?.query ?? DEFAULT_QUERY;
  let isSame = true;
  for (const name of Object.keys(query) as (keyof BoardQuery)[]) {
    if (JSON.stringify(last[name]) === JSON.stringify(query[name])) {
      Object.assign(query, { [name]: last[name] });
    } else isSame = false;
  }
  const read = { search, query: isSame ? last : query };
  known = [read, ...known].slice(0, MOST_KNOWN);
  return read.query;
}

export type QueryPatch = Partial<BoardQuery>;
export type SetBoardQuery = (patch: QueryPatch, options?: { history?: 'push' | 'replace' }) => void;

const setBoardQuery: SetBoardQuery = (patch, options) => {
  const isTyping = 'q' in patch && Object.keys(patch).length === 1;
  const history = options?.history ?? (isTyping ? 'replace' : 'push');
  address.ask(patch, { isEntry: history === 'push', afterMs: isTyping ? TYPING_MS : 0 });
};

/**
 * The view the URL asks for, and its setter. A change is a history entry, so that Back undoes it; search
 * text replaces the current one, once the typing pauses, while the returned query follows at once.
 */
export function useBoardQuery(): [BoardQuery, SetBoardQuery] {
  return [queryOf(useSearch()), setBoardQuery];
}

/**
 * The odd whose history is open beside the board, and its setter. Opening and closing are history entries, so that
 * Back closes what a click opened; from one odd to the next the entry is replaced.
 */
export function useOpenHistory(): [string | null, (id: string | null) => void] {
  const search = useSearch();
  return useMemo(() => {
    const history = parseHistory(new URLSearchParams(search));
    const open = (id: string | null) => {
      const isNext = history !== null && id !== null;
      address.ask({ history: id }, { isEntry: !isNext, afterMs: 0 });
    };
    return [history, open];
  }, [search]);
}
