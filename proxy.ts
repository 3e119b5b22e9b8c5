import { type NextRequest, NextResponse } from 'next/server';
import { readConfig } from '@/lib/feed/config';

/**
 * Headers that every answer carries besides the policy.
 * Referrer: the address of a page is the view somebody chose to watch, so no other site learns it; our own requests
 * keep it, since without a referrer browsers also drop `Origin`.
 */
export const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), display-capture=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

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

function refuseHost(header: string | null, path: string): NextResponse {
  const given = header ? `"${header.slice(0, 80)}"` : 'none';
  const error = `Host is ${given}, and this board serves its own machine: open it as localhost, or put the name into BOARD_ALLOWED_HOSTS.`;
  return path.startsWith('/api/')
    ? NextResponse.json({ error }, { status: 421 })
    : new NextResponse(`${error}\n`, {
        status: 421,
        headers: { 'Content-Type': 'text/plain; charset=utf-8' },
      });
}

const config = readConfig();
const isDev = process.env.NODE_ENV === 'development';

/** Runs before every answer, static files included: refuses foreign hosts, adds the security headers. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy(nonce, isDev);
  const host = request.headers.get('host');

  let response: NextResponse;
  if (config.isLoopback && !isHostAllowed(host, config.allowedHosts)) {
    response = refuseHost(host, request.nextUrl.pathname);
  } else {
    // Next takes the nonce for its own scripts out of this request header.
    const headers = new Headers(request.headers);
    headers.set('content-security-policy', policy);
    headers.set('x-nonce', nonce);
    response = NextResponse.next({ request: { headers } });
  }
  response.headers.set('Content-Security-Policy', policy);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  return response;
}
