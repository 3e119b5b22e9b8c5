import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contrast } from '@/lib/board/contrast';
import { FRAME_COLORS } from '@/lib/board/taste-read';

const app = resolve(import.meta.dirname, '../../../app');
const read = (name: string) =>
  readFileSync(join(app, name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');

type Tokens = ReadonlyMap<string, string>;

/** The tokens of every block that opens with exactly these lines, in the order of the file. */
function tokensOf(css: string, ...opening: string[]): Tokens {
  const start = opening.map((line) => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s*');
  const tokens = new Map<string, string>();
  for (const [, body = ''] of css.matchAll(
    new RegExp(`(?:^|[\\n;{}])\\s*${start}([^{}]*)\\}`, 'g'),
  )) {
    for (const [, name = '', value = ''] of body.matchAll(/--([\w-]+):\s*([^;]+);/g)) {
      tokens.set(name, value.trim());
    }
  }
  if (tokens.size === 0) throw new Error(`no tokens in ${opening.join(' ')}`);
  return tokens;
}

const globals = read('globals.css');
const themes = read('themes.css');

const DARK = new Map([...tokensOf(globals, ':root {'), ...tokensOf(themes, ':root {')]);
const LIGHT = tokensOf(themes, ':root {', '@variant light {');
const CONTRAST = tokensOf(themes, ':root {', '@variant contrast {');

const THEMES = {
  dark: { tokens: DARK, dead: tokensOf(globals, '[data-board="dead"] {') },
  light: {
    tokens: new Map([...DARK, ...LIGHT]),
    dead: tokensOf(themes, '[data-board="dead"] {', '@variant light {'),
  },
  contrast: {
    tokens: new Map([...DARK, ...CONTRAST]),
    dead: tokensOf(themes, '[data-board="dead"] {', '@variant contrast {'),
  },
};
const PALETTES = {
  standard: new Map(),
  safe: tokensOf(themes, ':root[data-palette="safe"] {'),
  inverse: tokensOf(themes, ':root[data-palette="inverse"] {'),
  changed: tokensOf(themes, ':root[data-palette="changed"] {'),
} satisfies Record<string, Tokens>;

function colorOf(tokens: Tokens, name: string): string {
  const value = tokens.get(name) ?? '';
  const [, other] = /^var\(--([\w-]+)\)$/.exec(value) ?? [];
  if (other !== undefined) return colorOf(tokens, other);
  if (!/^#[0-9a-f]{6}$/.test(value)) throw new Error(`--${name} is no colour: ${value}`);
  return value;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
}

const INKS = ['ink', 'ink-muted', 'ink-faint'];
const MOVES = ['move-up', 'move-down'];
const STATES = ['locked', 'settled-won', 'settled-lost', 'settled-refunded', 'settled-other'];
const MEANINGS = [
  ...['fixture-live', 'fixture-delayed', 'fixture-off', 'feed-live', 'feed-late', 'feed-dead'],
  ...['feed-connecting', 'simulated', 'accent'],
];
/** Text and what it stands on. */
const PAIRS: readonly (readonly [texts: readonly string[], grounds: readonly string[]])[] = [
  [INKS, ['surface', 'surface-raised', 'surface-overlay', 'surface-hover', 'surface-selected']],
  [
    [...MOVES, ...STATES],
    ['surface', 'surface-raised', 'surface-hover', 'surface-overlay'],
  ],
  [MEANINGS, ['surface', 'surface-raised', 'surface-overlay']],
  [['accent', 'fixture-live', 'fixture-delayed'], ['surface-hover']],
  // While a cell flashes, all in it but its price is in the strongest ink.
  [['ink'], ['move-up-flash', 'move-down-flash']],
  [['move-up'], ['move-up-flash']],
  [['move-down'], ['move-down-flash']],
  // A dead button, a fixture that is off, a settled bet that won: the surface is the ink.
  [['surface'], ['feed-dead', 'fixture-off', 'settled-won', 'accent']],
  [['ink'], ['selection']],
];

/** A dead board does not flash. */
const DEAD_PAIRS = PAIRS.filter(([, grounds]) => !grounds.some((name) => name.endsWith('-flash')));

/** The pairs that are too faint, each with its contrast. */
function tooFaint(tokens: Tokens, least: number, pairs = PAIRS): string[] {
  return pairs.flatMap(([texts, grounds]) =>
    texts.flatMap((text) =>
      grounds.flatMap((ground) => {
        const found = contrast(colorOf(tokens, text), colorOf(tokens, ground));
        return found >= least ? [] : [`${text} on ${ground}: ${found.toFixed(2)}`];
      }),
    ),
  );
}

describe.each(Object.entries(THEMES))('the %s theme', (name, { tokens, dead }) => {
  // AA for text of any size; high contrast keeps AAA.
  const least = name === 'contrast' ? 7 : 4.5;

  it.each(Object.entries(PALETTES))('has text that can be read in the %s palette', (_, palette) => {
    expect(tooFaint(new Map([...tokens, ...palette]), least)).toEqual([]);
  });

  it.each(Object.entries(PALETTES))(
    'and while the feed is dead, in the %s palette',
    (_, palette) => {
      expect(tooFaint(new Map([...tokens, ...palette, ...dead]), 4.5, DEAD_PAIRS)).toEqual([]);
    },
  );

  it('takes every hue out of prices while the feed is dead', () => {
    for (const move of [...MOVES, ...STATES]) {
      const [red = 0, green = 0, blue = 0] = channels(colorOf(dead, move));
      expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(0.05);
    }
  });

  it('greys the same tokens as the others', () => {
    expect([...dead.keys()].sort()).toEqual([...THEMES.dark.dead.keys()].sort());
  });

  it('has the frame of its own surface', () => {
    expect(FRAME_COLORS[name as keyof typeof FRAME_COLORS]).toBe(colorOf(tokens, 'surface'));
  });
});

describe('themes', () => {
  it('give each colour that the dark one has a value of their own', () => {
    const colors = [...DARK.keys()].filter((name) => name !== 'hatch' && name !== 'selection');
    expect(colors.filter((name) => !LIGHT.has(name))).toEqual([]);
    expect(colors.filter((name) => !CONTRAST.has(name))).toEqual([]);
  });
});

/** How far apart two colours look to an eye without red or green cones, roughly: what is left of them is blue and light. */
function difference(a: string, b: string): number {
  const seen = (color: string) => {
    const [red = 0, green = 0, blue = 0] = channels(color);
    return [0.57 * red + 0.43 * green, blue];
  };
  const [one, two] = [seen(a), seen(b)];
  return Math.hypot((one[0] ?? 0) - (two[0] ?? 0), (one[1] ?? 0) - (two[1] ?? 0));
}

describe.each(Object.entries(THEMES))('the safe palette on the %s theme', (_, { tokens }) => {
  it('tells up from down without red and green', () => {
    const all = new Map([...tokens, ...PALETTES.safe]);
    expect(difference(colorOf(all, 'move-up'), colorOf(all, 'move-down'))).toBeGreaterThan(0.3);
    expect(
      difference(colorOf(all, 'move-up-flash'), colorOf(all, 'move-down-flash')),
    ).toBeGreaterThan(0.15);
  });
});
