/** Places of prices side by side in a line's row. */
import type { Side } from '@/lib/protocol/line';
import type { LineRow } from './rows';

/** The place of a side within its line, where it has a usual one. */
const SLOTS: Partial<Record<Side, number>> = {
  away: 0,
  over: 0,
  yes: 0,
  home: 1,
  under: 1,
  no: 1,
  draw: 2,
};

/**
 * Ids by place: usual sides in their usual columns, the rest where there is room. At least `count` places, more
 * where there are more odds.
 */
export function slotsOf(odds: LineRow['odds'], count: number): (string | null)[] {
  const slots: (string | null)[] = new Array(count).fill(null);
  const others: string[] = [];
  for (const { id, side } of odds) {
    const slot = SLOTS[side];
    if (slot === undefined || slots[slot]) others.push(id);
    else slots[slot] = id;
  }
  for (const id of others) {
    const free = slots.indexOf(null);
    if (free >= 0) slots[free] = id;
    else slots.push(id);
  }
  // A draw beyond the last place leaves a hole before it.
  return Array.from(slots, (id) => id ?? null);
}
