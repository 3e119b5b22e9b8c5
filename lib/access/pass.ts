/** What the guard tells of a request it let through; it strips the header from all that comes in. */

/** `open`, `session:…` or `token:…`; absent where a stranger was let through. */
export const PASS_HEADER = 'x-board-pass';

/** There where it came over https, by the word of a proxy that is trusted. */
export const HTTPS_HEADER = 'x-board-https';

/** Whether the request is one that the guard knows to be allowed everything. */
export function isAdmitted(headers: Headers): boolean {
  return headers.has(PASS_HEADER);
}

/** Whether the request is of somebody who signed in with the password, and so can sign out. */
export function isSignedIn(headers: Headers): boolean {
  return headers.get(PASS_HEADER)?.startsWith('session:') ?? false;
}

/** Whether whoever asked did so over https. */
export function isHttps(headers: Headers): boolean {
  return headers.has(HTTPS_HEADER);
}
