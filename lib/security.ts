/**
 * Headers that every answer carries besides the policy.
 * Referrer: the address of a page is the view somebody chose to watch, so no other site learns it; our own requests
 * keep it, since without a referrer browsers also drop `Origin`.
 */
export const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** The policy of answers that hold nothing to run or show: refusals and redirects made before a page is reached. */
export const CLOSED_POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The content security policy of one answer. `isDev` adds what the development server's reloading needs. */
export function contentSecurityPolicy(nonce: string, isDev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDev ? " 'unsafe-eval'" : ''}`,
    // A nonce would switch 'unsafe-inline' off, which the development server's error overlay needs.
    `style-src 'self' ${isDev ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    // Virtual rows are placed by style attributes; an attribute cannot load or run anything.
    "style-src-attr 'unsafe-inline'",
    `connect-src 'self'${isDev ? ' ws:' : ''}`,
    "worker-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * True where a request with this `Host` header may be served by a board that listens on loopback. A name that
 * somebody else's DNS points at 127.0.0.1 would otherwise let their page read the board through the browser.
 */
export function isHostAllowed(header: string | null, allowedHosts: readonly string[]): boolean {
  if (!header) return false;
  const host = header.toLowerCase();
  const name = host.replace(/:\d{1,5}$/, '');
  return (
    name === 'localhost' ||
    name === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(name) ||
    allowedHosts.includes(name) ||
    allowedHosts.includes(host)
  );
}
