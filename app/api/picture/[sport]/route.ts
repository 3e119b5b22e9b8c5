import { failure, guarded, unknownSport } from '@/app/api/json';
import { sceneOf } from '@/components/picture/scene';
import { parseBoardQuery, parsePosition } from '@/lib/board/query-state';
import { getFeed } from '@/lib/feed';
import { pictureOf } from '@/lib/picture';
import { PICTURE_FIXTURES, PICTURE_SECONDS } from '@/lib/picture/size';

/** As long as one picture is given to all who ask. */
const HEADERS = {
  'Content-Type': 'image/png',
  'Cache-Control': `private, max-age=${PICTURE_SECONDS}`,
};

/** Nothing is held of it yet: a picture that says so would be shown long after it is no longer so. */
class NothingYet extends Error {}

/** The board of one sport as a picture, in the board's own parameters: what chat programs show beside a link. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ sport: string }> },
): Promise<Response> {
  return guarded(async () => {
    const { sport: id } = await params;
    const feed = getFeed();
    const sport = await feed.sport(id);
    if (!sport) return unknownSport(id);
    const search = new URL(request.url).searchParams;
    const { query } = parseBoardQuery(search);
    const at = parsePosition(search) ?? undefined;
    const read = async () => {
      const options = { at, fixtures: PICTURE_FIXTURES, isWhole: true };
      const screen = await feed.firstScreen(id, query, options);
      const { past, totals, snapshot } = screen;
      // A past moment that cannot be had now may be had in a moment.
      const isUntold = past ? past.problem === null : snapshot.partial;
      if (totals.fixtures === 0 && isUntold) throw new NothingYet();
      return sceneOf(screen, sport, query);
    };
    try {
      const png = await pictureOf(JSON.stringify([id, at ?? null, query]), read);
      if (png) return new Response(png, { headers: HEADERS });
      return failure(503, 'too many pictures are being made; ask again in a moment');
    } catch (error) {
      if (!(error instanceof NothingYet)) throw error;
      return failure(503, 'nothing is known of this view yet; ask again in a moment');
    }
  });
}
