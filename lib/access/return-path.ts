/** Where a sign-in leads back to: a page of this board and of nowhere else. */

const PATH_LIMIT = 8_192;

/** Nothing to come back to: what signs in and out, and what no person looks at. */
const NO_PAGE = /^\/(sign-in|sign-out|api)(\/|$)/i;

/** No part of a view: how a browser asked for a part of a page, and a token, which must not be carried about. */
const NO_VIEW = ['_rsc', 'key'];

/** The path as it is safe to send a browser to; `/` for whatever else was asked for. */
export function safeReturnPath(given: string | null | undefined): string {
  if (!given?.startsWith('/') || given.length > PATH_LIMIT) return '/';
  // Browsers read a backslash as a slash, and leave out tabs and line breaks: none of them is in an address of ours.
  if (/[\\\p{Cc}\s]/u.test(given)) return '/';
  let url: URL;
  try {
    url = new URL(given, 'http://board.invalid');
  } catch {
    return '/';
  }
  const path = `${url.pathname}${url.search}${url.hash}`;
  // Also after dots are resolved: `/.//host` becomes `//host`.
  if (url.host !== 'board.invalid' || path.startsWith('//') || NO_PAGE.test(url.pathname))
    return '/';
  return path;
}

/** The address of the sign-in page that leads back to `path`. */
export function signInPath(path: string): string {
  const url = new URL(safeReturnPath(path), 'http://board.invalid');
  for (const name of NO_VIEW) if (url.searchParams.has(name)) url.searchParams.delete(name);
  const next = `${url.pathname}${url.search}`;
  return next === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ next })}`;
}
