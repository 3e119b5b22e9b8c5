import { failure, guarded, unknownSport } from '@/app/api/json';
import { acceptWriter, getFeed, getMeter, readLastEventId } from '@/lib/feed';
import { parseRelayQuery } from '@/lib/protocol/filter';

type Context = { params: Promise<{ sport: string }> };

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // No transform: a proxy or a compressor that collects bytes would hold prices back.
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

async function respond(request: Request, { params }: Context, hasBody: boolean): Promise<Response> {
  const { sport } = await params;
  const feed = getFeed();
  const { query, error } = parseRelayQuery(new URL(request.url).searchParams, {
    mostValues: feed.settings.filterValues,
  });
  if (error !== null) return failure(400, error);
  if (!(await feed.isSport(sport))) return unknownSport(sport);
  if (!feed.hasRoom()) {
    getMeter().refused('viewers');
    return failure(503, 'the server takes no more viewers now; try again in a few seconds');
  }
  if (!hasBody) return new Response(null, { headers: STREAM_HEADERS });
  const lastEventId = readLastEventId(request.headers);
  const isPast = acceptWriter(request.headers, (openSink) =>
    feed.open(sport, query, { lastEventId, openSink }),
  );
  if (isPast) return new Response(null, { headers: STREAM_HEADERS });
  const stream = feed.stream(sport, query, { lastEventId, signal: request.signal });
  return new Response(stream, { headers: STREAM_HEADERS });
}

/** The relay, at the vendor's own path, for any client that speaks the vendor's protocol. */
export async function GET(request: Request, context: Context): Promise<Response> {
  return guarded(() => respond(request, context, true));
}

/** Without it Next would answer by GET and leave the stream open, unread: a viewer that nobody is. */
export async function HEAD(request: Request, context: Context): Promise<Response> {
  return guarded(() => respond(request, context, false));
}
