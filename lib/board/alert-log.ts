/** What alerts have told: a bounded log that survives a reload of its tab, and the newest, which are on screen. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { ALERT_KINDS, type AlertKind } from './alert-rules';
import { browserShelf, readItem, type Shelf, writeItem } from './kept';

/** Kept at most. */
export const LOG_LENGTH = 500;
/** Shown at once at most: what is older is in the log. */
export const SHOWN_LENGTH = 4;

const LOG_KEY = 'board.alerts.log';

/** Something that a rule told, in facts that need nothing else to be read later. */
export type Alert = {
  id: number;
  ruleId: string;
  kind: AlertKind;
  at: number;
  sport: string;
  league: string | null;
  market: string | null;
  fixtureId: string | null;
  fixture: string | null;
  oddId: string | null;
  odd: string | null;
  from: number | string | null;
  to: number | string | null;
  /** What it says instead, where it tells of nothing that happened: a test. */
  note: string | null;
};

/** One alert, or several that came together. */
export type Told = {
  id: number;
  at: number;
  count: number;
  /** The first of them. */
  parts: readonly Alert[];
  /** How many of each kind, where there are several. */
  byKind?: readonly (readonly [AlertKind, number])[];
};

export type AlertLogState = {
  /** Newest first. */
  entries: readonly Told[];
  shown: readonly Told[];
};

export type AlertLog = StoreApi<AlertLogState> & {
  /** An id that nothing in the log has. */
  nextId(): number;
  /** Adds it, in the place of what has its id or is `replaced`; `isShown`: on screen as well. */
  add(told: Told, isShown: boolean, replaced?: readonly number[]): void;
  dismiss(id: number): void;
  clear(): void;
  /** Keeps it for the next load of the page. */
  save(): void;
};

const TEXTS = [
  'league',
  'market',
  'fixtureId',
  'fixture',
  'oddId',
  'odd',
  'note',
] as const satisfies (keyof Alert)[];

function isAlert(value: unknown): value is Alert {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as { [Name in keyof Alert]?: unknown };
  return (
    typeof fields.id === 'number' &&
    typeof fields.at === 'number' &&
    typeof fields.ruleId === 'string' &&
    typeof fields.sport === 'string' &&
    ALERT_KINDS.some((kind) => kind === fields.kind) &&
    TEXTS.every((name) => fields[name] === null || typeof fields[name] === 'string')
  );
}

function isTold(value: unknown): value is Told {
  if (typeof value !== 'object' || value === null) return false;
  const { id, at, count, parts, byKind = [] } = value as { [Name in keyof Told]?: unknown };
  return (
    typeof id === 'number' &&
    typeof at === 'number' &&
    typeof count === 'number' &&
    Array.isArray(parts) &&
    parts.length > 0 &&
    parts.every(isAlert) &&
    Array.isArray(byKind) &&
    byKind.every(
      (pair: unknown) =>
        Array.isArray(pair) &&
        ALERT_KINDS.some((kind) => kind === pair[0]) &&
        typeof pair[1] === 'number',
    )
  );
}

function readLog(storage: Shelf | null): readonly Told[] {
  try {
    const value: unknown = JSON.parse(readItem(storage, LOG_KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isTold).slice(0, LOG_LENGTH) : [];
  } catch {
    return [];
  }
}

/** Creates the log over a storage; null where there is none. */
export function createAlertLog(storage: Shelf | null): AlertLog {
  const entries = readLog(storage);
  const store = createStore<AlertLogState>()(() => ({ entries, shown: [] }));
  let newest = Math.max(0, ...entries.map(({ id }) => id));
  let isSaved = true;

  return {
    ...store,
    nextId() {
      newest += 1;
      return newest;
    },
    add(told, isShown, replaced = []) {
      const gone = new Set([...replaced, told.id]);
      const { entries, shown } = store.getState();
      const keep = ({ id }: Told) => !gone.has(id);
      isSaved = false;
      store.setState({
        entries: [told, ...entries.filter(keep)].slice(0, LOG_LENGTH),
        shown: isShown ? [told, ...shown.filter(keep)].slice(0, SHOWN_LENGTH) : shown.filter(keep),
      });
    },
    dismiss(id) {
      store.setState({ shown: store.getState().shown.filter((one) => one.id !== id) });
    },
    clear() {
      isSaved = false;
      store.setState({ entries: [], shown: [] });
    },
    save() {
      if (isSaved) return;
      isSaved = writeItem(storage, LOG_KEY, JSON.stringify(store.getState().entries));
    },
  };
}

/** The log is written this long after something came, not with each of a thousand. */
const SAVE_MS = 2_000;

let shared: AlertLog | null = null;

/** The log of this page. A tab has its own: two that wrote one would each lose what the other told. */
export function alertLog(): AlertLog {
  if (shared) return shared;
  const log = createAlertLog(browserShelf('session'));
  let waiting = false;
  log.subscribe(({ entries }, before) => {
    if (waiting || entries === before.entries) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      log.save();
    }, SAVE_MS);
  });
  window.addEventListener('pagehide', log.save);
  shared = log;
  return log;
}
