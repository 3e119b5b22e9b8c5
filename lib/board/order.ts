/** Rows that stand still while somebody reads them: what comes, goes and moves waits. Pure but for what it holds. */

type Keyed = { key: string };

/**
 * The rows of `next` in the order of `held`, those that went as they were and those that came left out; `waiting` says
 * how many came, went or moved. The same list where no row differs.
 */
export function holdOrder<Row extends Keyed>(
  held: Row[],
  next: readonly Row[],
): { rows: Row[]; waiting: number } {
  const coming = new Map(next.map((row, index) => [row.key, { row, index }]));
  const places: number[] = [];
  let isSame = true;
  const rows = held.map((row) => {
    const now = coming.get(row.key);
    if (!now) return row;
    places.push(now.index);
    if (now.row !== row) isSame = false;
    return now.row;
  });
  const gone = held.length - places.length;
  const came = next.length - places.length;
  const moved = places.length - longestRise(places);
  return { rows: isSame ? held : rows, waiting: gone + came + moved };
}

/** How many of the numbers can stay where they are when the rest is moved until all rise. */
function longestRise(numbers: readonly number[]): number {
  /** The least number that a rise of each length ends with. */
  const ends: number[] = [];
  for (const one of numbers) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < one) low = middle + 1;
      else high = middle;
    }
    ends[low] = one;
  }
  return ends.length;
}

/** Puts the rows of a view into an order; `view` is equal for equal views. */
export type RowOrder = <Row extends Keyed>(view: string, rows: Row[]) => Row[];

export type FrozenOrder = {
  arrange: RowOrder;
  /** Rows that came, went or moved since. */
  waiting(): number;
};

/** An order that stays as it first was; another view begins anew. For one list of rows at a time. */
export function createFrozenOrder(): FrozenOrder {
  let heldView: string | null = null;
  let held: Keyed[] = [];
  let waiting = 0;
  return {
    arrange<Row extends Keyed>(view: string, rows: Row[]): Row[] {
      // Rows of one view are of one kind.
      const before = view === heldView ? (held as Row[]) : rows;
      const arranged = holdOrder(before, rows);
      heldView = view;
      held = arranged.rows;
      waiting = arranged.waiting;
      return arranged.rows;
    },
    waiting: () => waiting,
  };
}
