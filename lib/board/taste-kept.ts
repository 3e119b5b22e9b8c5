/**
 * Where a taste is kept: in the browser's storage, for good, and as a cookie beside it, from which the server's next
 * first paint is already to it. All tabs of a browser follow.
 */
import { browserShelf, readItem, writeItem } from './kept';
import type { Taste } from './taste';
import { FRAME_COLORS, MOVES, ownColors, parseTaste, TASTE_COOKIE, tasteText } from './taste-read';
import { setTaste, tasteNow } from './taste-store';

const KEY = 'board.taste';
/** As long as browsers keep a cookie. */
const COOKIE_SECONDS = 400 * 24 * 60 * 60;

/** What was left out of the kept taste when it was read, for the settings to name. */
let leftOut: readonly string[] = [];

/** What of the kept taste could not be read. */
export function ignoredTaste(): readonly string[] {
  return leftOut;
}

/** Puts theme and colours on the page: they are no business of React's, which would render for a colour. */
function show(taste: Taste): void {
  const { theme, palette } = taste;
  const { dataset, style } = document.documentElement;
  dataset.theme = theme;
  dataset.palette = palette;
  dataset.own = ownColors(taste);
  for (const move of MOVES) {
    if (taste[move] === null) style.removeProperty(`--own-${move}`);
    else style.setProperty(`--own-${move}`, taste[move]);
  }
  const isLight = matchMedia('(prefers-color-scheme: light)').matches;
  const color = FRAME_COLORS[theme === 'system' ? (isLight ? 'light' : 'dark') : theme];
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    meta.setAttribute('content', color);
  }
}

function mirror(text: string): void {
  const seconds = text === '{}' ? 0 : COOKIE_SECONDS;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that traders use.
  document.cookie = `${TASTE_COOKIE}=${encodeURIComponent(text)}; path=/; max-age=${seconds}; samesite=lax`;
}

function take(text: string | null): void {
  const { taste, ignored } = parseTaste(text ?? '{}');
  leftOut = ignored;
  const kept = tasteText(taste);
  mirror(kept);
  if (kept === tasteText(tasteNow())) return;
  setTaste(taste);
  show(taste);
}

/** Changes the taste and keeps it. Storage that is full or forbidden costs the next visit, not this one. */
export function keepTaste(taste: Taste): void {
  const text = tasteText(taste);
  leftOut = [];
  setTaste(taste);
  show(taste);
  mirror(text);
  writeItem(browserShelf(), KEY, text);
}

/** Takes over what is kept, and follows what other tabs choose; the returned function ends that. */
export function followTaste(): () => void {
  const text = readItem(browserShelf(), KEY);
  // A cookie alone is what is left of a storage that was cleared, or never allowed: it has been painted already.
  if (text !== null) take(text);
  const onStorage = ({ key, newValue }: StorageEvent) => {
    if (key === KEY || key === null) take(newValue);
  };
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}
