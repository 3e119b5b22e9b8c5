import { itemAt } from './use-in-sight';

/** Items that are looked through for one that is still there. */
const ANCHORS = 100;

/** Items, and where each begins: in px from where the first one does. */
export type Laid = { items: readonly { key: string }[]; starts: readonly number[] };

/** Where the item of a key is, sought from `near` outwards, since it is seldom far from where it was; -1 where it is not. */
export function indexOfKey(items: Laid['items'], key: string, near: number): number {
  const middle = Math.max(0, Math.min(near, items.length - 1));
  for (let step = 0; step < items.length; step += 1) {
    if (items[middle + step]?.key === key) return middle + step;
    if (items[middle - step]?.key === key) return middle - step;
  }
  return -1;
}

/** How far the item at `index` moved, or, where it is gone, the next one that is still there. */
function movedBy(before: Laid, now: Laid, index: number): number {
  const moved = (at: number, found: number) => (now.starts[found] ?? 0) - (before.starts[at] ?? 0);
  const first = before.items[index];
  if (!first) return 0;
  const found = indexOfKey(now.items, first.key, index);
  if (found >= 0) return moved(index, found);
  // It is gone, and others may be with it: a key is made as it is asked for, so each is asked for once.
  const places = new Map(now.items.map(({ key }, place) => [key, place]));
  for (let at = index + 1; at < Math.min(before.items.length, index + ANCHORS); at += 1) {
    const place = places.get(before.items[at]?.key ?? '');
    if (place !== undefined) return moved(at, place);
  }
  return 0;
}

type Sight = {
  /** How far it is scrolled, and how much of it is seen from there on, in px. */
  top: number;
  height: number;
  /** Px at the top that something else stands in. */
  stickyHeight: number;
  /** The key of the item that is being used; null where none is. */
  used: string | null;
};

/**
 * How far to scroll for what is looked at to stand where it stood, when `before` has become `now`: the item that is used,
 * where it is in sight, else what stands at the top.
 */
export function shiftBetween(
  before: Laid,
  now: Laid,
  { top, height, stickyHeight, used }: Sight,
): number {
  const count = before.items.length;
  const startOf = (at: number) => before.starts[at] ?? 0;
  if (used !== null) {
    for (let at = itemAt(top, count, startOf); at < count && startOf(at) < top + height; at += 1) {
      const isWhole = startOf(at) >= top;
      if (isWhole && before.items[at]?.key === used) return movedBy(before, now, at);
    }
  }
  // At the top nobody has gone anywhere: what comes there is what they want to see.
  if (top === 0) return 0;
  return movedBy(before, now, itemAt(top + stickyHeight - 1, count, startOf) + 1);
}
