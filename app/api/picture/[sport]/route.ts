import { failure, guarded, unknownSport } from '@/app/api/json';
import { parseBoardQuery, parsePosition } from '@/lib/board/query-state';
import { getFeed } from '@/lib/feed';
import { PICTURE_FIXTURES, pictureOf } from '@/lib/picture';
import { SPORTS } from '@/lib/protocol/sports';

/** As long as one picture is given to all who ask. */
const HEADERS = { 'Content-Type': 'image/png', 'Cache-Control': 'private, max-age=15' };

/** The board of one sport as a picture, in the board's own parameters: what chat programs show beside a link. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ sport: string }> },
): Promise<Response> {
  return guarded(async () => {
    const { sport: id } = await params;
    const feed = getFeed();
    const { sports } = await feed.sports();
    const sport = [...sports, ...SPORTS].find((one) => one.id === id);
    if (!sport) return unknownSport(id);
    const search = new URL(request.url).searchParams;
    const { query } = parseBoardQuery(search);
    const at = parsePosition(search) ?? undefined;
    const key = JSON.stringify([id, at ?? null, query]);
    const png = await pictureOf(key, { sport, query }, () =>
      feed.firstScreen(id, query, { at, fixtures: PICTURE_FIXTURES }),
    );
    if (png === null)
      return failure(503, 'too many pictures are being made; ask again in a moment');
    return new Response(png, { headers: HEADERS });
  });
}
