/** The vendor as the benches need it: its stream and the few reads that the board makes, over whatever odds a bench has. */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type VendorFixture = { id: string } & Record<string, unknown>;

export type VendorWorld = {
  sport: { id: string; name: string; mainMarkets: readonly string[] };
  leagues: readonly string[];
  /** As `fixtures` answers it; `league.name` is one of `leagues`. */
  fixtures(): readonly VendorFixture[];
  /** Rows of the open odds of a fixture, as they are now. */
  odds(fixtureId: string): readonly object[];
};

export type BenchVendor = {
  port: number;
  /** Sends text to every stream that asked for this league, or for none; null for all. */
  send(frame: string, league: string | null): void;
  streams(): { open: number; opened: number };
};

const PING_MS = 5_000;
const PAGE = 100;

/** A league's or market's id as the vendor makes it of a name. */
export function idOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '_');
}

/** Bytes as a chunk of HTTP's body, made once: with a stream per viewer, writing must not be what limits. */
function chunk(frame: string): Buffer {
  return Buffer.from(`${frame.length.toString(16)}\r\n${frame}\r\n`, 'latin1');
}

/** Serves a world on a free port of loopback until the process ends. */
export async function startVendor({
  sport,
  leagues,
  fixtures,
  odds,
}: VendorWorld): Promise<BenchVendor> {
  const streams = new Set<{ socket: Socket; leagues: ReadonlySet<string> }>();
  let opened = 0;

  function read(path: string, query: URLSearchParams): unknown {
    if (path === 'sports/active') {
      const main_markets = sport.mainMarkets.map((name) => ({ id: idOf(name), name }));
      return { data: [{ id: sport.id, name: sport.name, main_markets }] };
    }
    if (path === 'leagues/active') {
      const { id, name } = sport;
      return {
        data: leagues.map((league) => ({ id: idOf(league), name: league, sport: { id, name } })),
      };
    }
    if (path === 'copilot/versions') return { data: [{ id: 1, name: 'Default' }] };
    if (path === 'copilot/fixtures' || path === 'fixtures/active' || path === 'fixtures') {
      const wanted = query.getAll('league');
      const ids = query.getAll('id');
      const page = Number(query.get('page') ?? 1);
      const rows = fixtures().filter(
        ({ id, league }) =>
          (wanted.length === 0 || wanted.includes((league as { name: string }).name)) &&
          (ids.length === 0 || ids.includes(id)),
      );
      const from = (page - 1) * PAGE;
      return { data: rows.slice(from, from + PAGE), page, has_more: from + PAGE < rows.length };
    }
    if (path === 'copilot/fixtures/odds') {
      const wanted = new Set(query.getAll('fixture_id'));
      const isSettled = query.get('settled') === 'true';
      return {
        data: fixtures()
          .filter(({ id }) => wanted.has(id))
          .map((fixture) => ({ ...fixture, odds: isSettled ? [] : odds(fixture.id) })),
      };
    }
    return null;
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const path = url.pathname.replace('/api/v3/', '');
    if (path === `stream/copilot/${sport.id}/odds`) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.write('event: connected\nretry: 5000\ndata: ok go\n\n');
      const stream = {
        socket: response.socket as Socket,
        leagues: new Set(url.searchParams.getAll('league')),
      };
      streams.add(stream);
      opened += 1;
      response.on('close', () => streams.delete(stream));
      return;
    }
    const body = read(path, url.searchParams);
    response
      .writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(body ?? { error: 'not found' }));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));

  const vendor: BenchVendor = {
    port: (server.address() as AddressInfo).port,
    send(frame, league) {
      const bytes = chunk(frame);
      for (const { socket, leagues } of streams) {
        if (league === null || leagues.size === 0 || leagues.has(league)) socket.write(bytes);
      }
    },
    streams: () => ({ open: streams.size, opened }),
  };
  setInterval(() => {
    const data = `${new Date().toISOString().slice(0, 19)}Z`;
    vendor.send(`event: ping\nretry: 5000\ndata: ${data}\n\n`, null);
  }, PING_MS);
  return vendor;
}
