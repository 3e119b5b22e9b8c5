import { type NextRequest, NextResponse } from 'next/server';
import { getFeed } from '@/lib/feed';
import { readConfig } from '@/lib/feed/config';
import { SPORTS } from '@/lib/protocol/sports';
import { contentSecurityPolicy } from '@/lib/security';

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
  if (settings.port === 0 || SPORTS.some(isIt)) return false;
  // While a vendor is silent, the page does the waiting, so that nobody waits twice.
  const known = await Promise.race([
    getFeed().sports(),
    new Promise<null>((resolve) => setTimeout(resolve, 0, null)),
  ]);
  return known !== null && !known.sports.some(isIt);
}

const settings = readConfig();
const isDev = process.env.NODE_ENV === 'development';

/** The API has neither scripts nor pages: it keeps the server's closed policy, and a viewer is let in at two thirds of the cost. */
export const config = { matcher: '/((?!api/).*)' };

/** Runs before every page and script: the policy of scripts, and real 404s. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy(nonce, isDev);
  // Next takes the nonce for its own scripts out of this request header.
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  headers.set('x-nonce', nonce);
  let response = NextResponse.next({ request: { headers } });
  if (await isUnknownSport(request.nextUrl.pathname)) {
    const nowhere = request.nextUrl.clone();
    nowhere.pathname = NOWHERE;
    nowhere.search = '';
    response = NextResponse.rewrite(nowhere, { request: { headers } });
  }
  response.headers.set('Content-Security-Policy', policy);
  return response;
}
