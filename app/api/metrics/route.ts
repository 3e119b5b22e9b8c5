import { guarded } from '@/app/api/json';
import { readMetrics } from '@/lib/feed';

/** What the process counts about itself, for Prometheus. docs/operations.md says what each figure means. */
export async function GET(request: Request): Promise<Response> {
  return guarded(async () => {
    // Reading the request keeps this answer from being made once, at build time.
    void request.url;
    const { text, contentType } = await readMetrics();
    return new Response(text, {
      headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' },
    });
  });
}
