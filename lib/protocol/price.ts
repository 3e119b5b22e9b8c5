/**
 * Prices. The Book and the wire to the board hold American prices; everything else is a way of showing one.
 * American and decimal are exact to each other within the integers that books quote.
 */
import type { Odd } from './events';

export const ODDS_FORMATS = [
  'american',
  'decimal',
  'probability',
  'hong_kong',
  'malay',
  'indonesian',
] as const;
export type OddsFormat = (typeof ODDS_FORMATS)[number];

/** How figures are written, which is a habit and no format. */
export type FigureStyle = {
  /** Halves and quarters of points: `104.5` or `104½`. */
  fractions: 'decimal' | 'glyph';
  /** Even money in American prices: `+100` or `EV`. */
  even: 'price' | 'word';
  /** A handicap of nothing: `0` or `PK`. */
  zero: 'figure' | 'word';
};

const PLAIN: FigureStyle = { fractions: 'decimal', even: 'price', zero: 'figure' };

/** Minus as printed: U+2212, as wide as a plus, so that signs line up. */
const MINUS = '−';

/** The format named by `text` in any case (`AMERICAN`, `Hong_Kong`), or null. */
export function parseOddsFormat(text: string): OddsFormat | null {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return ODDS_FORMATS.find((format) => format === name) ?? null;
}

/** True for a number that can be an American price: at least 100 away from zero. */
export function isAmericanPrice(price: number): boolean {
  return Number.isFinite(price) && Math.abs(price) >= 100;
}

/** What a stake of 1 pays on top of itself (+150 → 1.5, -200 → 0.5). */
export function profitPerUnit(american: number): number {
  return american > 0 ? american / 100 : 100 / -american;
}

/** Decimal odds (+150 → 2.5, -200 → 1.5). */
export function toDecimal(american: number): number {
  return 1 + profitPerUnit(american);
}

/** Implied probability, 0 to 1, the hold included (-200 → 0.6667). */
export function toProbability(american: number): number {
  return american > 0 ? 100 / (american + 100) : -american / (-american + 100);
}

/** The American price that pays `profit` on a stake of 1, unrounded; even money is +100. */
export function fromProfit(profit: number): number {
  return profit >= 1 ? profit * 100 : -100 / profit;
}

/** The American price that pays `decimal`; whole numbers, and even money is +100. */
export function fromDecimal(decimal: number): number {
  const profit = decimal - 1;
  return profit >= 1 ? Math.round(profit * 100) : -Math.round(100 / profit);
}

/** The number that stands for `american` in `format`, unrounded. Probability is in 0 to 1. */
export function convertPrice(american: number, format: OddsFormat): number {
  switch (format) {
    case 'american':
      return american;
    case 'decimal':
      return toDecimal(american);
    case 'probability':
      return toProbability(american);
    case 'hong_kong':
      return profitPerUnit(american);
    case 'malay': {
      // Positive up to 1 for favourites, negative for underdogs: what is risked to win 1.
      const profit = profitPerUnit(american);
      return profit <= 1 ? profit : -1 / profit;
    }
    case 'indonesian': {
      // American in units of 1.
      const profit = profitPerUnit(american);
      return profit >= 1 ? profit : -1 / profit;
    }
  }
}

/** The number a relay sends in `format`: American untouched, the rest to 4 places. */
export function wirePrice(american: number, format: OddsFormat): number {
  if (format === 'american') return american;
  return Math.round(convertPrice(american, format) * 10_000) / 10_000;
}

function signed(text: string, value: number): string {
  return value < 0 ? `${MINUS}${text}` : `+${text}`;
}

/**
 * Text of a price: American always signed, decimal to 2 places (3 below 1.10), probability to 1 place
 * with its sign, Hong Kong, Malay and Indonesian to 3 (Malay and Indonesian signed).
 */
export function formatPrice(american: number, format: OddsFormat, style = PLAIN): string {
  const value = convertPrice(american, format);
  const size = Math.abs(value);
  switch (format) {
    case 'american':
      if (size === 100 && style.even === 'word') return 'EV';
      return signed(Number.isInteger(size) ? String(size) : size.toFixed(1), value);
    case 'decimal':
      return value.toFixed(value < 1.1 ? 3 : 2);
    case 'probability':
      return `${(value * 100).toFixed(1)}%`;
    case 'hong_kong':
      return value.toFixed(3);
    case 'malay':
    case 'indonesian':
      return signed(size.toFixed(3), value);
  }
}

const GLYPHS: Record<number, string> = { 0.25: '¼', 0.5: '½', 0.75: '¾' };

/** A size with its halves and quarters in one glyph; `½` alone where there is nothing before it. */
function withGlyph(size: number): string {
  const glyph = GLYPHS[size % 1];
  return glyph ? `${Math.floor(size) || ''}${glyph}` : String(size);
}

/** Text of a line's points: signed where `withSign` (handicaps), `0` unsigned. */
export function formatPoints(points: number, withSign: boolean, style = PLAIN): string {
  if (points === 0) return withSign && style.zero === 'word' ? 'PK' : '0';
  const size = Math.abs(points);
  const text = style.fractions === 'glyph' ? withGlyph(size) : String(size);
  if (points < 0) return `${MINUS}${text}`;
  return withSign ? `+${text}` : text;
}

const SIDE_LETTERS: Record<string, string> = { over: 'O', under: 'U', yes: 'Y', no: 'N' };

/** What stands before a price: the side's letter and the points, signed where the line is a handicap. */
export function pointsText(
  odd: Pick<Odd, 'points' | 'selectionLine'>,
  writing?: FigureStyle,
): string {
  const letter = SIDE_LETTERS[odd.selectionLine ?? ''];
  if (odd.points === null) return letter ?? '';
  const points = formatPoints(odd.points, !letter, writing);
  return letter ? `${letter} ${points}` : points;
}

/**
 * Which way a price went, by what it pays: `up` pays more. Prices that pay the same, such as -100 and +100,
 * and pairs with an unknown side are no move.
 */
export function priceMove(previous: number | null, next: number | null): 'up' | 'down' | 'none' {
  if (previous === null || next === null || previous === next) return 'none';
  const difference = profitPerUnit(next) - profitPerUnit(previous);
  if (Math.abs(difference) < 1e-9) return 'none';
  return difference > 0 ? 'up' : 'down';
}
