/**
 * Pictures of views, for whoever sees a link in a chat. Drawn here and made into pixels off the event loop, once for all
 * who ask for the same within a while; bounded in how many are made at a time and kept.
 */
import type { FirstScreen } from '@/lib/board/store';
import type { BoardQuery } from '@/lib/protocol/filter';
import type { Sport } from '@/lib/protocol/sports';
import { draw } from './draw';
import { loadSharp } from './load';
import { sceneOf } from './scene';

/** Fixtures that a picture has room for, and some that it may have to leave out. */
export const PICTURE_FIXTURES = 8;

/** A link that is posted is looked at by several programs at once. */
const SHARED_MS = 15_000;
const MOST_KEPT = 32;
const MOST_AT_ONCE = 2;
const MOST_WAITING = 8;

type Kept = { png: Promise<Uint8Array<ArrayBuffer>>; madeAt: number };

const kept = new Map<string, Kept>();
const waiting: (() => void)[] = [];
let making = 0;

async function turn(): Promise<void> {
  if (making >= MOST_AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  else making += 1;
}

function next(): void {
  const go = waiting.shift();
  if (go) go();
  else making -= 1;
}

/**
 * A view's first rows as PNG, of `PICTURE_SIZE`; null where too many are being made.
 * @param key equal for links that show the same
 * @param read the first screen; asked when its turn has come, so that it is of then
 */
export async function pictureOf(
  key: string,
  view: { sport: Sport; query: BoardQuery },
  read: () => Promise<FirstScreen>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const now = performance.now();
  const known = kept.get(key);
  if (known && now - known.madeAt < SHARED_MS) return known.png;
  if (waiting.length >= MOST_WAITING) return null;
  const png = make(view, read);
  const one = { png, madeAt: now };
  kept.delete(key);
  kept.set(key, one);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  // What failed is nobody else's.
  png.catch(() => kept.get(key) === one && kept.delete(key));
  return png;
}

async function make(
  { sport, query }: { sport: Sport; query: BoardQuery },
  read: () => Promise<FirstScreen>,
): Promise<Uint8Array<ArrayBuffer>> {
  await turn();
  try {
    const svg = draw(sceneOf(await read(), sport, query));
    // Loaded when a picture is wanted: what draws it takes memory that most boards never need.
    const png = await loadSharp()(Buffer.from(svg)).png().toBuffer();
    return new Uint8Array(png);
  } finally {
    next();
  }
}
