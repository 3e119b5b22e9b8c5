import { answer, guarded } from '@/app/api/json';
import { getFeed } from '@/lib/feed';

/** 200 while the process can serve, with the state of the way to the vendor inside. */
export async function GET(request: Request): Promise<Response> {
  return guarded(async () => {
    // Reading the request keeps this answer from being made once, at build time.
    void request.url;
    return answer(getFeed().health());
  });
}
