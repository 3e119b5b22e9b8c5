/** The writer past the web stream, on real sockets: what a client reads is what was written, whole. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createChunk, createResponseSink, type Sink } from '@/lib/feed/sink';
import { acceptEncoding, acceptWriter, offerWriter, withdrawOffer } from '@/lib/feed/takeover';
import { eventually } from '@/tests/support/feed-server';

const bytes = (text: string) => new TextEncoder().encode(text);

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** Serves with `handle` and sends one request as text; answers what came back so far. */
async function ask(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  head = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
) {
  server = createServer(handle);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  let isEnded = false;
  socket.setEncoding('latin1');
  socket.on('data', (part) => {
    text += part;
  });
  socket.on('end', () => {
    isEnded = true;
  });
  socket.on('error', () => {});
  socket.write(head);
  return { socket, text: () => text, isEnded: () => isEnded };
}

const noEvents = { onDrain() {}, onGone() {} };

describe('chunk', () => {
  it('is its parts one after the other, and the same with its length in hex around it', () => {
    const { payload, framed } = createChunk([bytes('ab'), bytes(''), bytes('x'.repeat(298))]);
    expect(Buffer.from(payload).toString()).toBe(`ab${'x'.repeat(298)}`);
    expect(Buffer.from(framed).toString()).toBe(`12c\r\nab${'x'.repeat(298)}\r\n`);
  });

  it('keeps its bytes though its parts are written over afterwards', () => {
    const part = bytes('old');
    const { payload } = createChunk([part]);
    part.set(bytes('new'));
    expect(Buffer.from(payload).toString()).toBe('old');
  });
});

describe('response sink', () => {
  it('sends its headers at once, then chunks, and ends in good order', async () => {
    const kept: Sink[] = [];
    const client = await ask((_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      kept.push(createResponseSink(response, noEvents));
    });
    await eventually(() => expect(client.text()).toContain('\r\n\r\n'));
    expect(client.text().toLowerCase()).toContain('transfer-encoding: chunked');
    const [sink] = kept as [Sink];
    sink.write(createChunk([bytes('one')]));
    sink.write(createChunk([bytes('two')]));
    sink.end();
    await eventually(() => expect(client.text()).toContain('3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n'));
    expect(sink.pending()).toBe(0);
  });

  it('writes to a client of HTTP/1.0, which knows no chunks, as it is', async () => {
    const client = await ask((_, response) => {
      const sink = createResponseSink(response, noEvents);
      sink.write(createChunk([bytes('plain')]));
      sink.end();
    }, 'GET / HTTP/1.0\r\n\r\n');
    await eventually(() => expect(client.isEnded()).toBe(true));
    expect(client.text().endsWith('\r\n\r\nplain')).toBe(true);
  });

  it('counts what nobody takes as pending, and tells when it is taken', async () => {
    let drains = 0;
    const kept: Sink[] = [];
    const client = await ask((_, response) => {
      kept.push(
        createResponseSink(response, {
          onDrain() {
            drains += 1;
          },
          onGone() {},
        }),
      );
    });
    await eventually(() => expect(kept).toHaveLength(1));
    const [sink] = kept as [Sink];
    client.socket.pause();
    const chunk = createChunk([new Uint8Array(1_000_000)]);
    for (let index = 0; index < 30; index += 1) sink.write(chunk);
    await eventually(() => expect(sink.taken()).toBeGreaterThan(0));
    expect(sink.pending()).toBeGreaterThan(0);
    expect(drains).toBe(0);
    client.socket.resume();
    await eventually(() => expect(sink.pending()).toBe(0));
    expect(drains).toBeGreaterThan(0);
  });

  it('tells once that its reader is gone, also where that was before it was made', async () => {
    let gone = 0;
    const on = {
      onDrain() {},
      onGone() {
        gone += 1;
      },
    };
    const kept: ServerResponse[] = [];
    const client = await ask((_, response) => {
      kept.push(response);
      createResponseSink(response, on);
    });
    await eventually(() => expect(client.text()).not.toBe(''));
    client.socket.destroy();
    await eventually(() => expect(gone).toBe(1));
    const late = createResponseSink(kept[0] as ServerResponse, on);
    late.write(createChunk([bytes('nobody')]));
    await eventually(() => expect(gone).toBe(2));
  });
});

describe('takeover', () => {
  const headersOf = (request: IncomingMessage) =>
    new Headers(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const),
    );

  it('hands the response over in the moment in which its handler ends it', async () => {
    const client = await ask((request, response) => {
      offerWriter(request, response);
      const isAccepted = acceptWriter(headersOf(request), (openSink) => {
        openSink(noEvents).write(createChunk([bytes('past the web stream')]));
      });
      expect(isAccepted).toBe(true);
      response.setHeader('x-mine', '1');
      response.end();
    });
    await eventually(() => expect(client.text()).toContain('past the web stream'));
    expect(client.text()).toContain('x-mine: 1');
    expect(client.isEnded()).toBe(false);
  });

  it('leaves a response alone that nobody accepted, or that turned out a refusal', async () => {
    let opened = 0;
    const client = await ask((request, response) => {
      offerWriter(request, response);
      if (request.url === '/refused') {
        acceptWriter(headersOf(request), (openSink) => {
          openSink({ onDrain() {}, onGone: () => (opened += 1) });
        });
        response.statusCode = 500;
      }
      response.end('as it is');
    });
    await eventually(() => expect(client.text()).toContain('as it is'));
    client.socket.write('GET /refused HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => expect(client.text().match(/as it is/g)).toHaveLength(2));
    // Whoever accepted hears that nobody reads, so that nothing is kept for it.
    await eventually(() => expect(opened).toBe(1));
  });

  it('says of a body that its handler sends how it is compressed', async () => {
    const client = await ask((request, response) => {
      offerWriter(request, response);
      expect(acceptEncoding(headersOf(request), 'gzip')).toBe(true);
      response.end('packed');
    });
    await eventually(() => expect(client.text()).toContain('packed'));
    expect(client.text()).toMatch(/content-encoding: gzip/i);
    expect(acceptEncoding(new Headers(), 'gzip')).toBe(false);
  });

  it('knows no offer under a name that a client made up', async () => {
    const client = await ask((request, response) => {
      withdrawOffer(request);
      const isAccepted = acceptWriter(headersOf(request), () => {});
      response.end(`accepted: ${isAccepted}`);
    }, 'GET / HTTP/1.1\r\nHost: a\r\nX-Board-Writer: 1\r\n\r\n');
    await eventually(() => expect(client.text()).toContain('accepted: false'));
  });
});
