/**
 * Taste: how somebody likes to see a board, never what it shows. It is not in the URL: a link brings the view, and each
 * reader keeps their own taste. Only its shape is here, since that is part of the first load; reading and writing it is
 * in taste-read.ts, where it is kept in taste-kept.ts.
 */
import type { FigureStyle } from '@/lib/protocol/price';

export type Theme = 'dark' | 'light' | 'contrast' | 'system';
export type Density = 'compact' | 'normal' | 'wall';
/** `inverse` swaps the hues of up and down; in `changed` whatever moved is red, and its arrow alone says which way. */
export type Palette = 'standard' | 'safe' | 'inverse' | 'changed';

export type Taste = FigureStyle & {
  theme: Theme;
  density: Density;
  palette: Palette;
  /** Colours of moves instead of the palette's, as `#rrggbb`; null: the palette's. */
  up: string | null;
  down: string | null;
  /** Whether teams go by their abbreviation, where they have one. */
  names: 'full' | 'short';
  /** How long a move stays marked. */
  moveSeconds: number;
  /** Whether a cell flashes when its price moves. */
  flash: boolean;
  /** Whether single keys do something. */
  keys: boolean;
};

export const DEFAULT_TASTE: Taste = {
  theme: 'dark',
  density: 'normal',
  palette: 'standard',
  up: null,
  down: null,
  names: 'full',
  fractions: 'decimal',
  even: 'price',
  zero: 'figure',
  moveSeconds: 30,
  flash: true,
  keys: true,
};
