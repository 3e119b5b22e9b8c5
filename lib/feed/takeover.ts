/**
 * How a route handler comes to the socket of its response. The server around Next offers each stream request's
 * response under a name that only it knows, in a header that no client can send; the handler that accepts the offer
 * answers with headers alone, and in the moment in which Next would end the response it is handed over instead.
 * Next has then done its part, and nothing of it stays in memory for as long as the stream lives. Without an offer
 * the handler answers with a web stream as any other.
 *
 * The same offer lets a handler say that its body is compressed already, which Next drops from the headers it is given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createResponseSink, type OpenSink } from './sink';

/** Set by the server; what a client sends under this name is removed. */
const HEADER = 'x-board-writer';
const OFFERS = Symbol.for('board.writers');

type Take = (openSink: OpenSink) => void;
type Offer = { accept(take: Take): void; setEncoding(coding: string): void };

// The server and Next's bundle each hold a copy of this module.
const shared = globalThis as { [OFFERS]?: Map<string, Offer> };
shared[OFFERS] ??= new Map();
const offers = shared[OFFERS];

let count = 0;

/** Offers the response of a request to whoever answers it. */
export function offerWriter(request: IncomingMessage, response: ServerResponse): void {
  count += 1;
  const name = String(count);
  request.headers[HEADER] = name;
  let take: Take | null = null;
  const { end } = response;
  offers.set(name, {
    accept(accepted) {
      take = accepted;
    },
    setEncoding(coding) {
      response.setHeader('Content-Encoding', coding);
    },
  });
  response.once('close', () => {
    offers.delete(name);
    // Gone before it was handed over: whoever accepted is told so by the sink.
    handOver();
  });
  const handOver = () => {
    take?.((on) => createResponseSink(response, on));
    take = null;
  };
  response.end = ((...given: Parameters<typeof end>) => {
    response.end = end;
    offers.delete(name);
    if (!take || response.statusCode !== 200) return end.apply(response, given);
    handOver();
    return response;
  }) as typeof end;
}

/** Removes what only the server may say. */
export function withdrawOffer(request: IncomingMessage): void {
  delete request.headers[HEADER];
}

/** Accepts the offer of a request, where there is one: `take` is called once its headers can go out. */
export function acceptWriter(headers: Headers, take: Take): boolean {
  const offer = offers.get(headers.get(HEADER) ?? '');
  offer?.accept(take);
  return offer !== undefined;
}

/** Says of the response of a request, where there is an offer of it, that its body comes in this content coding. */
export function acceptEncoding(headers: Headers, coding: string): boolean {
  const offer = offers.get(headers.get(HEADER) ?? '');
  offer?.setEncoding(coding);
  return offer !== undefined;
}
