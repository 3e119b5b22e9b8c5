/** Answers of the API: JSON, never cached, and an error says what is wrong and what to do. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { acceptEncoding, openLog } from '@/lib/feed';
import { clip } from '@/lib/protocol/errors';

const unzip = promisify(gunzip);

const HEADERS = { 'Cache-Control': 'no-store' };

export function answer(body: unknown): Response {
  return Response.json(body, { headers: HEADERS });
}

/** An answer that is compressed already, for whoever asked; it is taken apart again for those who cannot read it. */
export async function packedAnswer(
  request: Request,
  packed: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const headers = { ...HEADERS, 'Content-Type': 'application/json', Vary: 'Accept-Encoding' };
  const coding = /(?:^|[\s,])(?:gzip|\*)\s*(?:;\s*q=([\d.]+))?\s*(?:,|$)/i.exec(
    request.headers.get('accept-encoding') ?? '',
  );
  const isReadable = coding !== null && Number(coding[1] ?? 1) > 0;
  if (isReadable && acceptEncoding(request.headers, 'gzip'))
    return new Response(packed, { headers });
  return new Response(await unzip(packed), { headers });
}

export function failure(status: 400 | 404 | 410 | 500 | 503, error: string): Response {
  const headers = status === 503 ? { ...HEADERS, 'Retry-After': '5' } : HEADERS;
  return Response.json({ error }, { status, headers });
}

export function unknownSport(sport: string): Response {
  return failure(
    404,
    `"${clip(sport)}" is no sport that is active now; /api/v3/sports/active lists them`,
  );
}

/** Turns what nobody foresaw into a plain answer; the log has the rest. */
export async function guarded(handle: () => Promise<Response>): Promise<Response> {
  try {
    return await handle();
  } catch (error) {
    openLog().error('a request failed', error);
    return failure(500, 'the server failed at this request; try again, and look into its log');
  }
}
