import { failure, guarded, packedAnswer, unknownSport } from '@/app/api/json';
import { getFeed, isPageError } from '@/lib/feed';
import { clip } from '@/lib/protocol/errors';
import { parseRelayQuery } from '@/lib/protocol/filter';

const MOST_ROWS = 50_000;
const MOST_AGE_MS = 60_000;

/** The state of a filter at one position of the stream. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ sport: string }> },
): Promise<Response> {
  return guarded(async () => {
    const { sport } = await params;
    const { searchParams } = new URL(request.url);
    const feed = getFeed();
    const { query, error } = parseRelayQuery(searchParams, {
      mostValues: feed.settings.filterValues,
    });
    if (error !== null) return failure(400, error);
    const limit = searchParams.get('limit') ?? undefined;
    if (limit !== undefined && !isNumber(limit, 1, MOST_ROWS)) {
      return failure(
        400,
        `limit must be a whole number from 1 to ${MOST_ROWS}, not "${clip(limit)}"`,
      );
    }
    const age = searchParams.get('age') ?? '0';
    if (!isNumber(age, 0, MOST_AGE_MS)) {
      return failure(400, `age must be 0 to ${MOST_AGE_MS} milliseconds, not "${clip(age)}"`);
    }
    if (!(await feed.isSport(sport))) return unknownSport(sport);
    try {
      const page = searchParams.get('page') ?? undefined;
      const options = {
        page,
        limit: limit === undefined ? undefined : Number(limit),
        ageMs: Number(age),
      };
      return await packedAnswer(request, await feed.snapshot(sport, query, options));
    } catch (refused) {
      if (!isPageError(refused)) throw refused;
      return failure(refused.kind === 'gone' ? 410 : 400, refused.message);
    }
  });
}

function isNumber(text: string, least: number, most: number): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most;
}
