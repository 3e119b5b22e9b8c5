/**
 * The rules of alerts: what one watches for, where, and what is done about it. They are read leniently, from storage
 * and from files alike: what is wrong is left out and named, the rest is kept.
 */
import { ODDS_FORMATS, type OddsFormat } from '@/lib/protocol/price';

/** What an alert tells of; in the order in which they are offered. */
export const ALERT_KINDS = [
  'move',
  'price',
  'points',
  'main',
  'lock',
  'reopen',
  'settlement',
  'start',
  'status',
  'feed',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const SOUNDS = ['tick', 'chime', 'fall', 'alarm'] as const;
export type Sound = (typeof SOUNDS)[number];

/** When a rule applies. */
export type Condition =
  /** The implied probability moved by `size` percent (an absolute difference) within `seconds`, either way. */
  | { kind: 'move'; size: number; seconds: number }
  /**
   * The price comes to pay `decimal` or more, or that or less. `format` is the one in which it was typed: a price that
   * is shown as the target in it has reached it, however it goes on behind the last digit shown.
   */
  | { kind: 'price'; pays: 'more' | 'less'; decimal: number; format?: OddsFormat }
  /** The points of the main line come to that many or more, or that or fewer. */
  | { kind: 'points'; at: 'least' | 'most'; points: number }
  | { kind: Exclude<AlertKind, 'move' | 'price' | 'points'> };

/** Something that is found by its id, with the name under which it was chosen. */
export type Named = { id: string; name: string };

/** Where a rule applies; null is everywhere. Fields that are set narrow each other. */
export type AlertScope = {
  league: string | null;
  market: string | null;
  fixture: Named | null;
  odd: Named | null;
};

export type AlertRule = {
  id: string;
  isOn: boolean;
  when: Condition;
  where: AlertScope;
  toast: boolean;
  sound: Sound | null;
  desktop: boolean;
  /** The same thing is not told again within this time. */
  repeatSeconds: number;
};

export type AlertRules = {
  rules: readonly AlertRule[];
  /** What could not be read, each in words. */
  problems: readonly string[];
};

/** Rules kept at most. */
export const MOST_RULES = 100;
/** Longest name of a league, market, fixture or odd. */
const NAME_LENGTH = 300;
const ECHO_LENGTH = 60;
/** Problems named at most; a file of anything else would fill the screen. */
const MOST_PROBLEMS = 20;

/** What a number of a rule may be. */
export const BOUNDS = {
  size: { least: 0.1, most: 100 },
  seconds: { least: 1, most: 3_600 },
  decimal: { least: 1.0001, most: 10_000 },
  points: { least: -10_000, most: 10_000 },
  repeatSeconds: { least: 0, most: 86_400 },
} as const;

export const EVERYWHERE: AlertScope = { league: null, market: null, fixture: null, odd: null };

/** What a rule is until somebody says otherwise. */
export const DEFAULT_ACTIONS = {
  isOn: true,
  toast: true,
  sound: 'chime',
  desktop: false,
  repeatSeconds: 60,
} as const satisfies Partial<AlertRule>;

/** A condition of that kind with numbers that are worth being told of. */
export function defaultCondition(kind: AlertKind): Condition {
  switch (kind) {
    case 'move':
      return { kind, size: 2, seconds: 60 };
    case 'price':
      return { kind, pays: 'more', decimal: 2 };
    case 'points':
      return { kind, at: 'least', points: 0 };
    default:
      return { kind };
  }
}

/** Whether a rule of that kind is about main lines, which are another odd each: one odd alone never is the next. */
export function isAboutLines(kind: AlertKind): boolean {
  return kind === 'main' || kind === 'points';
}

/** Whether a rule of that kind is about odds, and so may be narrowed to a market or one odd. */
export function isAboutOdds(kind: AlertKind): boolean {
  return kind !== 'start' && kind !== 'status' && kind !== 'feed';
}

type Fields = { readonly [name: string]: unknown };

/** A part of a rule that cannot be right, in words. */
class Wrong extends Error {}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function echo(value: unknown): string {
  const short = typeof value === 'string' ? value.slice(0, ECHO_LENGTH) : value;
  const text = JSON.stringify(short) ?? 'nothing';
  const isCut = short !== value || text.length > ECHO_LENGTH;
  return isCut ? `${text.slice(0, ECHO_LENGTH)}…` : text;
}

function wordOf<T extends string>(words: readonly T[], fields: Fields, name: string): T {
  const word = words.find((one) => one === fields[name]);
  if (word === undefined) throw new Wrong(`${name} is ${echo(fields[name])}`);
  return word;
}

function numberOf(fields: Fields, name: keyof typeof BOUNDS): number {
  const value = fields[name];
  const { least, most } = BOUNDS[name];
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    throw new Wrong(`${name} is ${echo(value)}, not a number from ${least} to ${most}`);
  }
  return value;
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '' || value.length > NAME_LENGTH) {
    throw new Wrong(`${name} is ${echo(value)}`);
  }
  return value;
}

function namedOf(fields: Fields, name: string): Named | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  if (!isFields(value)) throw new Wrong(`${name} is ${echo(value)}`);
  const id = textOf(value.id, `${name} id`);
  return { id, name: typeof value.name === 'string' ? value.name.slice(0, NAME_LENGTH) : id };
}

function conditionOf(value: unknown): Condition {
  if (!isFields(value)) throw new Wrong(`when is ${echo(value)}`);
  const kind = wordOf(ALERT_KINDS, value, 'kind');
  switch (kind) {
    case 'move':
      return { kind, size: numberOf(value, 'size'), seconds: numberOf(value, 'seconds') };
    case 'price':
      return {
        kind,
        pays: wordOf(['more', 'less'], value, 'pays'),
        decimal: numberOf(value, 'decimal'),
        // Rules of before it was kept have none.
        ...(value.format !== undefined && { format: wordOf(ODDS_FORMATS, value, 'format') }),
      };
    case 'points':
      return {
        kind,
        at: wordOf(['least', 'most'], value, 'at'),
        points: numberOf(value, 'points'),
      };
    default:
      return { kind };
  }
}

function scopeOf(value: unknown): AlertScope {
  if (value === undefined) return EVERYWHERE;
  // A scope that cannot be read is no rule for everything: it would tell of what nobody asked for.
  if (!isFields(value)) throw new Wrong(`where is ${echo(value)}`);
  const label = (name: string) => (value[name] == null ? null : textOf(value[name], name));
  return {
    league: label('league'),
    market: label('market'),
    fixture: namedOf(value, 'fixture'),
    odd: namedOf(value, 'odd'),
  };
}

/** Reads a rule; an action that cannot be read becomes the default and is named. Throws where it is no rule. */
function ruleOf(value: unknown, note: (problem: string) => void): Omit<AlertRule, 'id'> {
  if (!isFields(value)) throw new Wrong(`it is ${echo(value)}`);
  const when = conditionOf(value.when);
  const where = scopeOf(value.where);
  function lenient<T>(fallback: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      note(`${error.message}; it is ${fallback === null ? 'none' : fallback} now`);
      return fallback;
    }
  }
  const flag = (name: 'isOn' | 'toast' | 'desktop') =>
    lenient<boolean>(DEFAULT_ACTIONS[name], () => {
      const is = value[name] ?? DEFAULT_ACTIONS[name];
      if (typeof is !== 'boolean') throw new Wrong(`${name} is ${echo(is)}`);
      return is;
    });
  return {
    when,
    where,
    isOn: flag('isOn'),
    toast: flag('toast'),
    desktop: flag('desktop'),
    sound: lenient<Sound | null>(null, () =>
      value.sound == null ? null : wordOf(SOUNDS, value, 'sound'),
    ),
    repeatSeconds: lenient<number>(DEFAULT_ACTIONS.repeatSeconds, () =>
      value.repeatSeconds === undefined
        ? DEFAULT_ACTIONS.repeatSeconds
        : numberOf(value, 'repeatSeconds'),
    ),
  };
}

/** The lowest number's id that no rule has. */
export function freeId(rules: readonly Pick<AlertRule, 'id'>[]): string {
  const taken = new Set(rules.map(({ id }) => id));
  for (let number = 1; ; number += 1) {
    if (!taken.has(`r${number}`)) return `r${number}`;
  }
}

/** Rules as they were written by `writeRules`, by whomever else, or not at all (null). */
export function readRules(text: string | null): AlertRules {
  if (text === null || text.trim() === '') return { rules: [], problems: [] };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { rules: [], problems: ['This is not JSON, so no rule could be read.'] };
  }
  const list = isFields(body) ? body.rules : body;
  if (!Array.isArray(list)) return { rules: [], problems: ['There is no list named rules in it.'] };
  const rules: AlertRule[] = [];
  const problems: string[] = [];
  for (const [index, value] of list.entries()) {
    const name = `Rule ${index + 1}`;
    if (rules.length >= MOST_RULES) {
      problems.push(`${name} and those after it are left out: ${MOST_RULES} rules are kept.`);
      break;
    }
    try {
      const rule = ruleOf(value, (problem) => problems.push(`${name}: ${problem}.`));
      const own: unknown = value.id;
      const isFree =
        typeof own === 'string' && /^r\d{1,9}$/.test(own) && !rules.some(({ id }) => id === own);
      rules.push({ id: isFree ? own : freeId(rules), ...rule });
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      problems.push(`${name} is left out: ${error.message}.`);
    }
  }
  const others = problems.length - MOST_PROBLEMS;
  if (others > 0) problems.splice(MOST_PROBLEMS, others, `${others} more problems.`);
  return { rules, problems };
}

/** The text that `readRules` reads. */
export function writeRules(rules: readonly AlertRule[]): string {
  return JSON.stringify({ version: 1, rules }, null, 2);
}

/** The rules with those of another list after them: what says the same as one that is there is not added. */
export function addRules(
  rules: readonly AlertRule[],
  added: readonly AlertRule[],
): { rules: readonly AlertRule[]; added: number } {
  const formOf = ({ when, where, toast, sound, desktop, repeatSeconds }: AlertRule) =>
    JSON.stringify([
      Object.entries(when).sort(),
      [where.league, where.market, where.fixture?.id, where.odd?.id],
      [toast, sound, desktop, repeatSeconds],
    ]);
  const known = new Set(rules.map(formOf));
  const all = [...rules];
  for (const rule of added) {
    if (all.length >= MOST_RULES) break;
    const form = formOf(rule);
    if (known.has(form)) continue;
    known.add(form);
    all.push({ ...rule, id: freeId(all) });
  }
  return { rules: all, added: all.length - rules.length };
}
