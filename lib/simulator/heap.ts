/** Something to be done at a time; `order` decides between tasks of the same moment. */
export type Task = { atMs: number; order: number; run: () => void };

/** Tasks by time, then by order of making. */
export function createHeap() {
  const items: Task[] = [];
  const isBefore = (a: Task, b: Task) =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  const swap = (i: number, j: number) => {
    const held = items[i] as Task;
    items[i] = items[j] as Task;
    items[j] = held;
  };
  return {
    push(task: Task): void {
      items.push(task);
      for (let i = items.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!isBefore(items[i] as Task, items[parent] as Task)) break;
        swap(i, parent);
        i = parent;
      }
    },
    /** Puts every task off by `ms`; their order stays. */
    shift(ms: number): void {
      for (const task of items) task.atMs += ms;
    },
    /** The first task due at `ms` or before, taken out. */
    popUntil(ms: number): Task | undefined {
      const first = items[0];
      if (!first || first.atMs > ms) return undefined;
      swap(0, items.length - 1);
      items.pop();
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        if (left >= items.length) break;
        const right = left + 1;
        const child =
          right < items.length && isBefore(items[right] as Task, items[left] as Task)
            ? right
            : left;
        if (!isBefore(items[child] as Task, items[i] as Task)) break;
        swap(i, child);
        i = child;
      }
      return first;
    },
  };
}
