import { failure, guarded, unknownSport } from '@/app/api/json';
import { getFeed, readLastEventId } from '@/lib/feed';
import { parseRelayQuery } from '@/lib/protocol/filter';

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // No transform: a proxy or a compressor that collects bytes would hold prices back.
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

/** The relay, at the vendor's own path, for any client that speaks the vendor's protocol. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ sport: string }> },
): Promise<Response> {
  return guarded(async () => {
    const { sport } = await params;
    const { query, error } = parseRelayQuery(new URL(request.url).searchParams);
    if (error !== null) return failure(400, error);
    const feed = getFeed();
    if (!(await feed.isSport(sport))) return unknownSport(sport);
    if (!feed.hasRoom()) {
      return failure(503, 'the server takes no more viewers now; try again in a few seconds');
    }
    const lastEventId = readLastEventId(request.headers);
    const stream = feed.stream(sport, query, { lastEventId, signal: request.signal });
    return new Response(stream, { headers: STREAM_HEADERS });
  });
}
