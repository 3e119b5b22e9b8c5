/** An entry id is `<epoch ms>-<sequence>`: two integers, compared as such and never as text. */
export type EntryId = { ms: number; seq: number };

const SHAPE = /^(\d{1,15})-(\d{1,15})$/;

/** The parts of `text`, or null where it is no `<ms>-<seq>`. */
export function parseEntryId(text: unknown): EntryId | null {
  if (typeof text !== 'string') return null;
  const match = SHAPE.exec(text);
  if (!match) return null;
  return { ms: Number(match[1]), seq: Number(match[2]) };
}

/**
 * The entry id that a position stands for: itself, or the last one of a millisecond that is told alone. Null where `text` is
 * neither.
 */
export function parsePositionId(text: string): string | null {
  const id = /^\d+$/.test(text) ? `${text}-999999999999999` : text;
  return parseEntryId(id) ? id : null;
}

/** `<ms>-<seq>`. */
export function formatEntryId(id: EntryId): string {
  return `${id.ms}-${id.seq}`;
}

/** Negative, zero or positive as `a` is before, the same as or after `b`. Both must be well formed. */
export function compareEntryIds(a: string, b: string): number {
  if (a === b) return 0;
  const left = parseEntryId(a);
  const right = parseEntryId(b);
  if (!left || !right) throw new Error(`not an entry id: ${left ? b : a}`);
  return left.ms - right.ms || left.seq - right.seq;
}

/**
 * Hands out strictly increasing entry ids: `seq` restarts at 0 each ms, and a clock that steps back
 * does not take the ids with it.
 */
export function createEntryIds(now: () => number): { next(): string } {
  let ms = Math.floor(now());
  let seq = -1;
  return {
    next() {
      const at = Math.floor(now());
      if (at > ms) {
        ms = at;
        seq = 0;
      } else {
        seq += 1;
      }
      return `${ms}-${seq}`;
    },
  };
}
