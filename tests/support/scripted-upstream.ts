/** A vendor that says what a test wrote: frames byte for byte, and REST answers by path. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ScriptedUpstream = {
  baseUrl: string;
  key: string;
  /** Query strings of the streams opened so far. */
  opened: URLSearchParams[];
  /** Headers of every request so far. */
  headers: NodeJS.Dict<string | string[]>[];
  openStreams(): number;
  /** Sends text to every open stream, as it is. */
  send(text: string): void;
  stop(): Promise<void>;
};

/** Starts it. A path without an answer is refused with 404 and HTML, as an edge would. */
export async function startScriptedUpstream(
  answers: Record<string, unknown> = {},
): Promise<ScriptedUpstream> {
  const streams = new Set<ServerResponse>();
  const opened: URLSearchParams[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const path = url.pathname.replace('/api/v3/', '');
    headers.push(request.headers);
    if (path.startsWith('stream/copilot/')) {
      opened.push(url.searchParams);
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.write('event: connected\nretry: 5000\ndata: ok go\n\n');
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return;
    }
    const body = answers[path];
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`,
    key: 'scripted-key-0123456789',
    opened,
    headers,
    openStreams: () => streams.size,
    send(text) {
      for (const stream of streams) stream.write(text);
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
