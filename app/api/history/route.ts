import { answer, failure, guarded } from '@/app/api/json';
import { getFeed } from '@/lib/feed';
import { VALUE_LENGTH } from '@/lib/protocol/filter';

const MOST_IDS = 10;

/** Price histories of up to 10 odds, oldest first. */
export async function GET(request: Request): Promise<Response> {
  return guarded(async () => {
    const ids = [...new Set(new URL(request.url).searchParams.getAll('id'))].filter(Boolean);
    if (ids.length === 0) {
      return failure(400, 'name 1 to 10 odds by the "id" of their rows, such as ?id=...&id=...');
    }
    if (ids.length > MOST_IDS)
      return failure(400, `name at most ${MOST_IDS} ids, not ${ids.length}`);
    if (ids.some((id) => id.length > VALUE_LENGTH)) {
      return failure(400, `an id is at most ${VALUE_LENGTH} characters long`);
    }
    return answer(await getFeed().history(ids));
  });
}
