/** Which pages may ask: those of the board itself, and for the API those of the origins that the setting names. */
import type { IncomingHttpHeaders } from 'node:http';

/** What clients of the vendor's stream send, and what browsers do not allow by themselves. */
const ALLOWED_HEADERS =
  'authorization, x-api-key, content-type, accept, cache-control, last-event-id';

const PREFLIGHT_SECONDS = '600';

/**
 * Headers by which a page of another origin may read an answer of the API. Without credentials: a cookie of the
 * board's is never sent from elsewhere, so such a page uses a token.
 */
export function sharingHeaders(origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'retry-after',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
}

/** Headers that answer a browser's question before it asks. */
export function preflightHeaders(origin: string): Record<string, string> {
  return {
    ...sharingHeaders(origin),
    'Access-Control-Allow-Methods': 'GET, HEAD',
    'Access-Control-Allow-Headers': ALLOWED_HEADERS,
    'Access-Control-Max-Age': PREFLIGHT_SECONDS,
  };
}

/**
 * Whether a form was sent by a page of this very board. Browsers say so in one header or the other; what sends
 * neither is no browser, and carries nobody's cookies.
 */
export function isOwnForm(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = headers;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === headers.host?.toLowerCase();
  } catch {
    return false;
  }
}
