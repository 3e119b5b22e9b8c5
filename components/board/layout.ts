/** Heights of rows in pixels, known before anything is measured: the virtual list never corrects itself. */

export type Layout = 'wide' | 'compact';

export const HEADER_HEIGHT = 28;
export const LEAGUE_HEIGHT = 26;

const SIDE_HEIGHT: Record<Layout, number> = { wide: 28, compact: 40 };
/** On a phone, time, status and score stand above the teams. */
const META_HEIGHT: Record<Layout, number> = { wide: 0, compact: 26 };
/** The rule below a fixture. */
const RULE = 1;

export const HEADING_HEIGHT: Record<Layout, number> = { wide: 32, compact: 44 };
const LINE_HEIGHT: Record<Layout, number> = { wide: 26, compact: 40 };
/** Prices side by side in one line; a line with more of them takes more rows. */
export const LINE_SLOTS = 3;

export function sideHeight(layout: Layout): number {
  return SIDE_HEIGHT[layout];
}

export function metaHeight(layout: Layout): number {
  return META_HEIGHT[layout];
}

/** Height of a fixture's block with that many sides. */
export function fixtureHeight(layout: Layout, sides: number): number {
  return META_HEIGHT[layout] + sides * SIDE_HEIGHT[layout] + RULE;
}

/** Height of one line whose odds take that many slots. */
export function lineHeight(layout: Layout, slots: number): number {
  return Math.ceil(slots / LINE_SLOTS) * LINE_HEIGHT[layout];
}
