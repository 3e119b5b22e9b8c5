import { type NextRequest, NextResponse } from 'next/server';
import { getFeed } from '@/lib/feed';
import { readConfig } from '@/lib/feed/config';
import { SPORTS } from '@/lib/protocol/sports';
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

/** Leads to no route, whatever routes there are: Next renders its 404 page for it. */
const NOWHERE = '/-/-';

/** Paths of one part that are no sport's. */
const OWN_PATHS = new Set(['icon.svg', 'mark.svg', '-']);

/**
 * Whether a page's path names a sport that nobody knows. A page that finds this out while it renders can only send
 * an empty frame for scripts to fill; an address that leads nowhere gets its 404 page as HTML.
 */
async function isUnknownSport(path: string): Promise<boolean> {
  const part = /^\/([^/]+)\/?$/.exec(path)?.[1];
  if (part === undefined || OWN_PATHS.has(part)) return false;
  const isIt = ({ id }: { id: string }) => encodeURIComponent(id) === part || id === part;
  // Without a port of its own Next does not know its own address, and would ask another host for the page.
  if (config.port === 0 || SPORTS.some(isIt)) return false;
  // While a vendor is silent, the page does the waiting, so that nobody waits twice.
  const known = await Promise.race([
    getFeed().sports(),
    new Promise<null>((resolve) => setTimeout(resolve, 0, null)),
  ]);
  return known !== null && !known.sports.some(isIt);
}

const config = readConfig();
const isDev = process.env.NODE_ENV === 'development';

/** Runs before every answer, static files included: refuses foreign hosts, adds the security headers. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
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
    if (await isUnknownSport(request.nextUrl.pathname)) {
      const nowhere = request.nextUrl.clone();
      nowhere.pathname = NOWHERE;
      nowhere.search = '';
      response = NextResponse.rewrite(nowhere, { request: { headers } });
    } else {
      response = NextResponse.next({ request: { headers } });
    }
  }
  response.headers.set('Content-Security-Policy', policy);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  return response;
}
