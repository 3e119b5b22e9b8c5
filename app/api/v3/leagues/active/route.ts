import { answer, failure, guarded, unknownSport } from '@/app/api/json';
import { getFeed } from '@/lib/feed';

const MOST_SPORTS = 10;

/** The active leagues of the sports asked for, in the vendor's shape. */
export async function GET(request: Request): Promise<Response> {
  return guarded(async () => {
    const sports = [...new Set(new URL(request.url).searchParams.getAll('sport'))].filter(Boolean);
    if (sports.length === 0) return failure(400, 'name a sport, such as ?sport=basketball');
    if (sports.length > MOST_SPORTS) {
      return failure(400, `name at most ${MOST_SPORTS} sports, not ${sports.length}`);
    }
    const feed = getFeed();
    for (const sport of sports) if (!(await feed.isSport(sport))) return unknownSport(sport);
    const lists = await Promise.all(
      sports.map((sport) => feed.leagues(sport, feed.settings.snapshotWaitMs)),
    );
    return answer({ data: lists.flatMap(({ leagues }) => leagues) });
  });
}
