/**
 * Letters as outlines: a picture looks the same on every machine, whatever fonts that has, and asks nobody for one.
 * The fonts are those of the board, in the parts that they come in.
 */
import { readFileSync } from 'node:fs';
import type { Font } from 'opentype.js';
import { fileOf, loadOpentype } from './load';

export type Weight = 400 | 600;

/** Parts of a font by script; each is read when somebody needs it. Nearly all is in the first. */
const PARTS: readonly [script: RegExp, parts: readonly string[]][] = [
  [/\p{Script=Cyrillic}/u, ['cyrillic', 'cyrillic-ext']],
  [/\p{Script=Greek}/u, ['greek', 'greek-ext']],
  [/\p{Script=Latin}/u, ['latin', 'latin-ext', 'vietnamese']],
  [/./su, ['latin']],
];
const FOLDER = '@fontsource/inter/files';

/** What stands for a letter that no part has. */
const UNKNOWN = '\u25a1';
/** Outlines kept: the letters of a handful of alphabets. */
const MOST_GLYPHS = 2_000;

type Glyph = { path: string; advance: number };

const fonts = new Map<string, Font>();
const glyphs = new Map<string, Glyph>();

function fontOf(part: string, weight: Weight): Font {
  const file = `inter-${part}-${weight}-normal.woff`;
  let font = fonts.get(file);
  if (!font) {
    const { buffer, byteOffset, byteLength } = readFileSync(fileOf(`${FOLDER}/${file}`));
    font = loadOpentype().parse(buffer.slice(byteOffset, byteOffset + byteLength));
    fonts.set(file, font);
  }
  return font;
}

/** One letter, 1 000 units high to the em, standing on y = 0. */
function glyphOf(letter: string, weight: Weight): Glyph {
  const key = `${weight}${letter}`;
  const known = glyphs.get(key);
  if (known) return known;
  const [, parts = []] = PARTS.find(([script]) => script.test(letter)) ?? [];
  const part = parts.find((name) => fontOf(name, weight).charToGlyphIndex(letter) > 0);
  if (part === undefined && letter !== UNKNOWN) return glyphOf(UNKNOWN, weight);
  const font = fontOf(part ?? 'latin', weight);
  const found = font.charToGlyph(letter);
  const made = {
    path: found.getPath(0, 0, 1_000).toPathData(0),
    advance: ((found.advanceWidth ?? 0) * 1_000) / font.unitsPerEm,
  };
  if (glyphs.size >= MOST_GLYPHS) glyphs.clear();
  glyphs.set(key, made);
  return made;
}

/** Letters with how far each stands from the first, in thousandths of an em. Digits are as wide as each other. */
function setLetters(
  text: string,
  weight: Weight,
): { letters: (Glyph & { at: number })[]; width: number } {
  const digit = glyphOf('0', weight).advance;
  let at = 0;
  const letters = Array.from(text, (letter) => {
    const glyph = glyphOf(letter, weight);
    const isDigit = letter >= '0' && letter <= '9';
    const advance = isDigit ? digit : glyph.advance;
    const placed = { ...glyph, at: at + (advance - glyph.advance) / 2 };
    at += advance;
    return placed;
  });
  return { letters, width: at };
}

/** Width of a text in pixels. */
export function widthOf(text: string, size: number, weight: Weight): number {
  return (setLetters(text, weight).width * size) / 1_000;
}

/** The text itself where it fits into so many pixels, else as much of it as does, with an ellipsis. */
export function fitted(text: string, size: number, weight: Weight, width: number): string {
  if (widthOf(text, size, weight) <= width) return text;
  let left = width - widthOf('…', size, weight);
  let start = '';
  for (const letter of text) {
    left -= widthOf(letter, size, weight);
    if (left < 0) break;
    start += letter;
  }
  return start === '' ? '' : `${start.trimEnd()}…`;
}

/** A text as SVG, its baseline at `y`; `x` is its left end, or its right one. */
export function outlined(
  text: string,
  {
    x,
    y,
    size,
    weight,
    fill,
    isRight = false,
  }: { x: number; y: number; size: number; weight: Weight; fill: string; isRight?: boolean },
): string {
  const { letters, width } = setLetters(text, weight);
  const scale = size / 1_000;
  const left = isRight ? x - width * scale : x;
  const paths = letters
    .filter(({ path }) => path !== '')
    .map(({ path, at }) => `<path transform="translate(${Math.round(at)})" d="${path}"/>`);
  return `<g fill="${fill}" transform="translate(${left.toFixed(1)} ${y}) scale(${scale})">${paths.join('')}</g>`;
}
