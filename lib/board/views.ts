/** Saved views and watched fixtures: nothing but named addresses and ids, kept in the browser. */
import { clip } from '@/lib/protocol/errors';
import type { Read } from './kept';

/** A view that somebody gave a name: its address says the rest. */
export type SavedView = {
  name: string;
  /** A path of this board with its query. */
  href: string;
};

export type WatchedFixture = {
  id: string;
  sport: string;
  /** Its teams as they were called when it was put there. */
  name: string;
};

/** The cookie that holds the address which `/` leads to. */
export const START_COOKIE = 'board-start';

export const NAME_LENGTH = 60;
const HREF_LENGTH = 8_000;
const VIEWS_LIMIT = 200;
const WATCHED_LIMIT = 100;
const ECHO_LENGTH = 40;

function echo(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return clip(text, ECHO_LENGTH);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The path and query of a view; null for what leads anywhere else than to a board. */
export function viewHref(text: string): string | null {
  if (!text.startsWith('/') || text.length > HREF_LENGTH) return null;
  // Browsers read a backslash as a slash and leave out tabs and line breaks.
  if (/[\\\p{Cc}\s]/u.test(text)) return null;
  let url: URL;
  try {
    url = new URL(text, 'http://board.invalid');
  } catch {
    return null;
  }
  const isBoard = /^\/[^/]+(\/[^/]+)*$/.test(url.pathname) && !/^\/(api|sign-)/.test(url.pathname);
  return url.host === 'board.invalid' && isBoard ? `${url.pathname}${url.search}` : null;
}

/**
 * Saved views out of any JSON, an export of another version or a hand-edited one included.
 * @returns the views that are right, and a sentence for each that is not
 */
export function readViews(json: unknown): Read<readonly SavedView[]> {
  if (json === undefined) return { value: [], problems: [] };
  const list = isRecord(json) ? json.views : json;
  if (!Array.isArray(list)) return { value: [], problems: ['There is no list of views in it.'] };
  const value: SavedView[] = [];
  const problems: string[] = [];
  for (const one of list) {
    const name = isRecord(one) && typeof one.name === 'string' ? one.name.trim() : '';
    const href = isRecord(one) && typeof one.href === 'string' ? viewHref(one.href) : null;
    if (name === '' || name.length > NAME_LENGTH) {
      problems.push(`A view without a name of 1 to ${NAME_LENGTH} letters: ${echo(one)}`);
    } else if (href === null) {
      problems.push(`“${echo(name)}” leads to no board: ${echo(isRecord(one) ? one.href : one)}`);
    } else if (value.some((other) => other.name === name)) {
      problems.push(`“${echo(name)}” is there twice; the first one is kept.`);
    } else if (value.length >= VIEWS_LIMIT) {
      problems.push(`“${echo(name)}” is one more than ${VIEWS_LIMIT}.`);
    } else value.push({ name, href });
  }
  return { value, problems };
}

/** The views with one more; one of the same name is replaced in its place. The oldest goes where there are too many. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  const at = views.findIndex(({ name }) => name === view.name);
  return at < 0 ? [...views, view].slice(-VIEWS_LIMIT) : views.with(at, view);
}

/** Watched fixtures out of any JSON. */
export function readWatched(json: unknown): Read<readonly WatchedFixture[]> {
  if (json === undefined) return { value: [], problems: [] };
  if (!Array.isArray(json)) return { value: [], problems: ['There is no list of fixtures in it.'] };
  const value: WatchedFixture[] = [];
  const problems: string[] = [];
  for (const one of json.slice(-WATCHED_LIMIT)) {
    const isOne =
      isRecord(one) &&
      typeof one.id === 'string' &&
      /^\S{1,200}$/.test(one.id) &&
      typeof one.sport === 'string' &&
      typeof one.name === 'string';
    if (!isOne) problems.push(`No fixture: ${echo(one)}`);
    else if (!value.some(({ id }) => id === one.id)) {
      value.push({ id: one.id as string, sport: one.sport as string, name: one.name as string });
    }
  }
  return { value, problems };
}

/** Watched fixtures with one put there, or taken away where it was; the oldest goes where there are too many. */
export function toggleWatched(
  watched: readonly WatchedFixture[],
  fixture: WatchedFixture,
): readonly WatchedFixture[] {
  return watched.some(({ id }) => id === fixture.id)
    ? watched.filter(({ id }) => id !== fixture.id)
    : [...watched, fixture].slice(-WATCHED_LIMIT);
}
