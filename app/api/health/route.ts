import { answer, guarded } from '@/app/api/json';
import { isAdmitted } from '@/lib/access/pass';
import { getFeed } from '@/lib/feed';

/** 200 while the process can serve; the state of the way to the vendor is for those who may see prices. */
export async function GET(request: Request): Promise<Response> {
  return guarded(async () =>
    answer(isAdmitted(request.headers) ? getFeed().health() : { status: 'ok' }),
  );
}
