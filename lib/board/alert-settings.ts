/** The rules of this browser and whether they are muted: kept in its storage, shared by its tabs. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import {
  type AlertRule,
  type AlertScope,
  addRules,
  DEFAULT_ACTIONS,
  defaultCondition,
  freeId,
  readRules,
  writeRules,
} from './alert-rules';
import { browserShelf, readItem, type Shelf, writeItem } from './kept';

/** Where rules are kept, as JSON. */
export const RULES_KEY = 'board.alerts';
/** `true` while nothing may pop up or sound. */
export const MUTED_KEY = 'board.alerts.muted';

export type AlertSettingsState = {
  rules: readonly AlertRule[];
  isMuted: boolean;
  /** What could not be read or kept, in words. */
  problems: readonly string[];
  /** The rule that is being written; its id is empty where it is new. */
  draft: AlertRule | null;
  /** What was written into it, as its form keeps that; null where nothing was that is not in the draft itself. */
  written: readonly unknown[] | null;
};

export type AlertSettings = StoreApi<AlertSettingsState> & {
  /** Adds the rule, or puts it in the place of the one with its id. */
  save(rule: AlertRule): void;
  remove(id: string): void;
  /** Adds the rules of a text that was exported; answers how many were new. */
  take(text: string): number;
  setMuted(isMuted: boolean): void;
  /** Begins a new rule that applies there. */
  begin(where: AlertScope, kind?: AlertRule['when']['kind']): void;
  edit(draft: AlertRule | null): void;
  /** Keeps what was written into the draft; null where nothing was, or is no more. */
  noteDraft(written: readonly unknown[] | null): void;
  forgetProblems(): void;
  /** Another tab wrote. */
  reread(): void;
};

const UNKEPT = 'The browser keeps nothing for this page: the rules last until it is closed.';

/** Creates the settings over a storage; null where there is none. */
export function createAlertSettings(storage: Shelf | null): AlertSettings {
  const read = () => ({
    ...readRules(readItem(storage, RULES_KEY)),
    isMuted: readItem(storage, MUTED_KEY) === 'true',
  });
  const store = createStore<AlertSettingsState>()(() => ({
    ...read(),
    ...{ draft: null, written: null },
  }));

  function keep(rules: readonly AlertRule[], problems: readonly string[] = []): void {
    const isKept = writeItem(storage, RULES_KEY, writeRules(rules));
    store.setState({ rules, problems: isKept ? problems : [...problems, UNKEPT] });
  }

  return {
    ...store,
    save(rule) {
      const { rules } = store.getState();
      const isKnown = rules.some(({ id }) => id === rule.id);
      keep(
        isKnown
          ? rules.map((other) => (other.id === rule.id ? rule : other))
          : [...rules, { ...rule, id: freeId(rules) }],
      );
    },
    remove(id) {
      keep(store.getState().rules.filter((rule) => rule.id !== id));
    },
    take(text) {
      const read = readRules(text);
      const { rules, added } = addRules(store.getState().rules, read.rules);
      keep(rules, read.problems);
      return added;
    },
    setMuted(isMuted) {
      writeItem(storage, MUTED_KEY, String(isMuted));
      store.setState({ isMuted });
    },
    begin(where, kind = 'move') {
      const draft = { ...DEFAULT_ACTIONS, id: '', when: defaultCondition(kind), where };
      store.setState({ draft, written: null });
    },
    edit(draft) {
      store.setState({ draft, written: null });
    },
    noteDraft(written) {
      store.setState({ written });
    },
    forgetProblems() {
      store.setState({ problems: [] });
    },
    reread() {
      store.setState(read());
    },
  };
}

let shared: AlertSettings | null = null;

/** The settings of this page. */
export function alertSettings(): AlertSettings {
  if (shared) return shared;
  const settings = createAlertSettings(browserShelf());
  window.addEventListener('storage', ({ key }) => {
    if (key === RULES_KEY || key === MUTED_KEY || key === null) settings.reread();
  });
  shared = settings;
  return settings;
}
