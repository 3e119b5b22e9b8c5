import { answer, guarded } from '@/app/api/json';
import { getFeed } from '@/lib/feed';
import type { WireSport } from '@/lib/protocol/events';

/** The active sports, in the vendor's shape. */
export async function GET(request: Request): Promise<Response> {
  return guarded(async () => {
    // Reading the request keeps this answer from being made once, at build time.
    void request.url;
    const { sports } = await getFeed().sports();
    const data: WireSport[] = sports.map(({ id, name, mainMarkets }) => ({
      id,
      name,
      main_markets: mainMarkets.map((market) => ({ id: market.id, name: market.name })),
    }));
    return answer({ data });
  });
}
