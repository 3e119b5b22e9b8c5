import { type NextRequest, NextResponse } from 'next/server';
import { readConfig } from '@/lib/feed/config';
import { contentSecurityPolicy, isHostAllowed, SECURITY_HEADERS } from '@/lib/security';

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
