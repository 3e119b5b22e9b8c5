import { failure, guarded, packedAnswer, unknownSport } from '@/app/api/json';
import { getFeed, isSnapshotError } from '@/lib/feed';
import { clip } from '@/lib/protocol/errors';
import { parseRelayQuery } from '@/lib/protocol/filter';

const MOST_ROWS = 50_000;
const MOST_AGE_MS = 60_000;

const STATUS = { bad: 400, gone: 410, busy: 503 } as const;

/** The state of a filter at one position of the stream: the newest, or the one that is asked for. */
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
        at: searchParams.get('at') ?? undefined,
      };
      return await packedAnswer(request, await feed.snapshot(sport, query, options));
    } catch (refused) {
      if (!isSnapshotError(refused)) throw refused;
      return failure(STATUS[refused.kind], refused.message);
    }
  });
}

function isNumber(text: string, least: number, most: number): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most;
}
