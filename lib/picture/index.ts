/**
 * Pictures of views, for whoever sees a link in a chat. Drawn here and made into pixels off the event loop, once for all
 * who ask for the same within a while; bounded in how many are made at a time and kept.
 */
import { draw } from './draw';
import { loadSharp } from './load';
import type { Scene } from './scene';
import { PICTURE_SECONDS } from './size';

/** A link that is posted is looked at by several programs at once. */
const SHARED_MS = PICTURE_SECONDS * 1_000;
const MOST_KEPT = 32;
const MOST_AT_ONCE = 2;
/** Those that wait for what they show, or for their turn, included. */
const MOST_UNDER_WAY = 10;

type Kept = { png: Promise<Uint8Array<ArrayBuffer>>; madeAt: number };

const kept = new Map<string, Kept>();
const waiting: (() => void)[] = [];
let underWay = 0;
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
 * @param read what it shows; where that cannot be told, nothing is kept and whoever asked gets the error
 */
export async function pictureOf(
  key: string,
  read: () => Promise<Scene>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const now = performance.now();
  const known = kept.get(key);
  if (known && now - known.madeAt < SHARED_MS) return known.png;
  if (underWay >= MOST_UNDER_WAY) return null;
  const png = make(read);
  const one = { png, madeAt: now };
  kept.delete(key);
  kept.set(key, one);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  png.catch(() => kept.get(key) === one && kept.delete(key));
  return png;
}

async function make(read: () => Promise<Scene>): Promise<Uint8Array<ArrayBuffer>> {
  underWay += 1;
  try {
    // Nobody's turn is spent on waiting for the vendor.
    const svg = draw(await read());
    await turn();
    try {
      // Loaded when a picture is wanted: it takes memory that most boards never need.
      return new Uint8Array(await loadSharp()(Buffer.from(svg)).png().toBuffer());
    } finally {
      next();
    }
  } finally {
    underWay -= 1;
  }
}
