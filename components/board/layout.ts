/** Heights of rows in pixels, known before anything is measured: the virtual list never corrects itself. */
import type { Density } from '@/lib/board/taste';

export type Layout = 'wide' | 'compact';

/** Prices side by side in one line; a line with more of them takes more rows. */
export const LINE_SLOTS = 3;
/** The rule below a fixture. */
const RULE = 1;

export type Heights = {
  header: number;
  league: number;
  /** One side of a fixture. */
  side: number;
  /** On a phone, time, status and score stand above the teams. */
  meta: number;
  /** A fixture above its lines. */
  heading: number;
  line: number;
};

const WIDE: Record<Density, Heights> = {
  compact: { header: 24, league: 22, side: 23, meta: 0, heading: 26, line: 22 },
  normal: { header: 28, league: 26, side: 28, meta: 0, heading: 32, line: 26 },
  wall: { header: 40, league: 38, side: 44, meta: 0, heading: 48, line: 42 },
};
/** A finger is as big whatever one likes: a phone has one density. */
const COMPACT: Heights = { header: 28, league: 26, side: 40, meta: 26, heading: 44, line: 40 };

/** The heights of a layout: the same object for the same answer. */
export function heightsOf(layout: Layout, density: Density): Heights {
  return layout === 'compact' ? COMPACT : WIDE[density];
}

/** Height of a fixture's block with that many sides. */
export function fixtureHeight({ meta, side }: Heights, sides: number): number {
  return meta + sides * side + RULE;
}

/** Height of one line with that many odds: those beyond its slots go on below, and leave no hole. */
export function lineHeight({ line }: Heights, odds: number): number {
  return Math.ceil(odds / LINE_SLOTS) * line;
}
