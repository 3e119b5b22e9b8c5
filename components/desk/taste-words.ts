import type { Density, Theme } from '@/lib/board/taste';

/** A value and what it is called, in the order in which it is offered. */
type Named<Value> = readonly (readonly [value: Value, text: string])[];

export const THEMES: Named<Theme> = [
  ['dark', 'Dark'],
  ['light', 'Light'],
  ['contrast', 'High contrast'],
  ['system', 'System'],
];

export const DENSITIES: Named<Density> = [
  ['compact', 'Compact'],
  ['normal', 'Normal'],
  ['wall', 'Wall'],
];
