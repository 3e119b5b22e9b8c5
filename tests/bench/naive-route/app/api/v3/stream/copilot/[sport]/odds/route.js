// What one writes first: each viewer gets an upstream connection of its own, passed on as it comes.
export const dynamic = 'force-dynamic';

export async function GET(request, { params }) {
  const { sport } = await params;
  const url = new URL(`${process.env.OPTICODDS_BASE_URL}/stream/copilot/${sport}/odds`);
  url.search = new URL(request.url).search;
  const upstream = await fetch(url, {
    headers: { 'x-api-key': process.env.OPTICODDS_API_KEY ?? '' },
    cache: 'no-store',
    signal: request.signal,
  });
  return new Response(upstream.body, {
    status: upstream.status,
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
    },
  });
}
