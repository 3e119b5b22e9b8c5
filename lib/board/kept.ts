/**
 * What this browser keeps for its user: one JSON value per name, the same in all tabs. Other versions and hands write
 * there as well, so that what is read is never trusted: the reader says what it left out.
 */

/** What could be read, and a sentence for each thing that could not. */
export type Read<Value> = { value: Value; problems: readonly string[] };

export type Kept<Value> = {
  get(): Value;
  /** What was wrong in what was found at first; empty where nothing was. */
  problems(): readonly string[];
  /** False where the browser keeps nothing for us: the value holds for this page alone. */
  set(value: Value): boolean;
  subscribe(callback: () => void): () => void;
};

/** What we use of a browser's storage. Each of it may throw, where site data is refused or there is no room. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

/** The browser's storage, for good or for the tab's session; null where there is none, and on a server. */
export function browserShelf(lasting: 'local' | 'session' = 'local'): Shelf | null {
  try {
    return lasting === 'local' ? globalThis.localStorage : globalThis.sessionStorage;
  } catch {
    // A browser that forbids storage throws where it is only looked at.
    return null;
  }
}

/** What is kept under a name; null also where the browser keeps nothing. */
export function readItem(shelf: Shelf | null, name: string): string | null {
  try {
    return shelf?.getItem(name) ?? null;
  } catch {
    return null;
  }
}

/** Keeps a text under a name; false where the browser does not. */
export function writeItem(shelf: Shelf | null, name: string, text: string): boolean {
  try {
    shelf?.setItem(name, text);
    return shelf !== null;
  } catch {
    return false;
  }
}

/** Parses text that a person may have edited: null where it is no JSON. */
export function parseKept(text: string): { json: unknown } | null {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/**
 * @param name of the value among all that is kept; begins with `board.`
 * @param read makes a value of any JSON; of `undefined` (nothing kept) the default, without a problem
 * @param shelf asked for when first needed: on the server there is none
 */
export function createKept<Value>(
  name: string,
  read: (json: unknown) => Read<Value>,
  shelf: () => Shelf | null = browserShelf,
): Kept<Value> {
  let held: Read<Value> | null = null;
  /** What `held` was read from or written as. */
  let heldText: string | null = null;
  /** The browser took the last value for this page alone. */
  let isOnlyHere = false;
  const watchers = new Set<() => void>();

  function parse(text: string | null): Read<Value> {
    if (text === null) return read(undefined);
    const parsed = parseKept(text);
    if (parsed) return read(parsed.json);
    return { ...read(undefined), problems: ['What was kept is no JSON, and was left out.'] };
  }

  function current(): Read<Value> {
    // While somebody watches, other tabs' changes are heard of; else they are looked for.
    if (held !== null && (watchers.size > 0 || isOnlyHere)) return held;
    const text = readItem(shelf(), name);
    if (held === null || text !== heldText) held = parse(text);
    heldText = text;
    return held;
  }

  const onStorage = (event: StorageEvent) => {
    if (event.key !== name && event.key !== null) return;
    isOnlyHere = false;
    held = null;
    for (const watcher of watchers) watcher();
  };

  return {
    get: () => current().value,
    problems: () => current().problems,
    set(value) {
      held = { value, problems: [] };
      heldText = JSON.stringify(value);
      const isKept = writeItem(shelf(), name, heldText);
      isOnlyHere = !isKept;
      for (const watcher of watchers) watcher();
      return isKept;
    },
    subscribe(callback) {
      if (watchers.size === 0 && typeof window !== 'undefined') {
        window.addEventListener('storage', onStorage);
      }
      watchers.add(callback);
      return () => {
        watchers.delete(callback);
        if (watchers.size === 0 && typeof window !== 'undefined') {
          window.removeEventListener('storage', onStorage);
        }
      };
    },
  };
}
