/** Tastes as text: read leniently from whatever is there, written as they are kept. Pure. */
import { clip } from '@/lib/protocol/errors';
import { DEFAULT_TASTE, type Taste, type Theme } from './taste';

const WORDS: {
  readonly [Name in keyof Taste]: string extends Taste[Name]
    ? null
    : Taste[Name] extends string
      ? readonly Taste[Name][]
      : null;
} = {
  theme: ['dark', 'light', 'contrast', 'system'],
  density: ['compact', 'normal', 'wall'],
  palette: ['standard', 'safe', 'inverse', 'changed'],
  up: null,
  down: null,
  names: ['full', 'short'],
  fractions: ['decimal', 'glyph'],
  even: ['price', 'word'],
  zero: ['figure', 'word'],
  moveSeconds: null,
  flash: null,
  keys: null,
};

/** Seconds for which a move may stay marked. */
export const MOVE_SECONDS = { min: 10, max: 120 } as const;

/** Cookie in which the browser leaves its taste, so that the server's first paint is already to it. */
export const TASTE_COOKIE = 'board-taste';

/** A taste that is read, and what of the source was left out since it cannot be right. */
export type ReadTaste = { taste: Taste; ignored: readonly string[] };

/** Longest bad value that is named, how many of them are, and the longest text that is looked at. */
const ECHO_LENGTH = 40;
const ECHO_COUNT = 12;
const TEXT_LENGTH = 10_000;

/** Whether it is a colour as a setting has it: `#rrggbb`, in lower case. */
export function isColor(value: unknown): value is string {
  return typeof value === 'string' && /^#[0-9a-f]{6}$/.test(value);
}

function isGood(name: keyof Taste, value: unknown): boolean {
  switch (name) {
    case 'flash':
    case 'keys':
      return typeof value === 'boolean';
    case 'up':
    case 'down':
      return value === null || isColor(value);
    case 'moveSeconds':
      return (
        Number.isInteger(value) &&
        (value as number) >= MOVE_SECONDS.min &&
        (value as number) <= MOVE_SECONDS.max
      );
    default: {
      const words: readonly unknown[] | null = WORDS[name];
      return words?.includes(value) ?? false;
    }
  }
}

function echo(name: string, value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return `${clip(name, ECHO_LENGTH)}: ${clip(text, ECHO_LENGTH)}`;
}

/**
 * Reads a taste from anything. What cannot be right is left out and named, and stays as it is in `base`; so does what is
 * not mentioned.
 */
export function readTaste(source: unknown, base: Taste = DEFAULT_TASTE): ReadTaste {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    return { taste: base, ignored: ['all of it: no settings'] };
  }
  const taste = { ...base };
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(source)) {
    if (Object.hasOwn(DEFAULT_TASTE, name) && isGood(name as keyof Taste, value)) {
      Object.assign(taste, { [name]: value });
    } else ignored.push(echo(name, value));
  }
  const more = ignored.length - ECHO_COUNT;
  return {
    taste,
    ignored: more > 0 ? [...ignored.slice(0, ECHO_COUNT), `${more} more`] : ignored,
  };
}

/** The same from JSON text. */
export function parseTaste(text: string, base: Taste = DEFAULT_TASTE): ReadTaste {
  if (text.length > TEXT_LENGTH) return { taste: base, ignored: ['all of it: too long'] };
  try {
    return readTaste(JSON.parse(text), base);
  } catch {
    return { taste: base, ignored: ['all of it: no JSON'] };
  }
}

/** A taste as it is kept: only what differs from the default, so that a better default reaches who never chose. */
export function tasteText(taste: Taste): string {
  const chosen = Object.entries(taste).filter(
    ([name, value]) => DEFAULT_TASTE[name as keyof Taste] !== value,
  );
  return JSON.stringify(Object.fromEntries(chosen));
}

/** A taste as a file for another browser: every setting by its name. */
export function tasteFile(taste: Taste): string {
  return `${JSON.stringify(taste, null, 2)}\n`;
}

/** The colour of a browser's own frame around each theme: its surface. The system's choice is not known beforehand. */
export const FRAME_COLORS: Record<Exclude<Theme, 'system'>, string> = {
  dark: '#0c0e11',
  light: '#ffffff',
  contrast: '#000000',
};

/** What has a colour of its own. */
export const MOVES = ['up', 'down'] as const;

/** Which moves somebody has chosen a colour for, for style sheets. */
export function ownColors(taste: Taste): string {
  return MOVES.filter((move) => taste[move] !== null).join(' ');
}
