/**
 * GET over node:http. Not the global fetch: Next replaces it with one that caches, and that ties what is
 * asked for to the request it was asked in, while the feed outlives every request.
 */
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { connectHeld, type Held } from './hold';

export type HttpAnswer = {
  status: number;
  contentType: string;
  header(name: string): string | null;
  body: AsyncIterable<Uint8Array>;
  /** Reads no more of a stream until the answer is called. */
  hold(): () => void;
  /** Lets go of the body unread. */
  discard(): void;
};

export type HttpGet = (
  url: URL,
  options: { headers: Record<string, string>; signal: AbortSignal; isStream?: boolean },
) => Promise<HttpAnswer>;

/** Sends a GET; rejects on network errors and abort, never on a status. Redirects are answers, not followed. */
export const httpGet: HttpGet = (url, { headers, signal, isStream = false }) =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? secureRequest : plainRequest;
    let held: Held | null = null;
    // A stream has a connection of its own; reads share a few. Whoever brings the connection brings the usual port as
    // well, which Host leaves out.
    const own = {
      defaultPort: url.protocol === 'https:' ? 443 : 80,
      createConnection() {
        held = connectHeld(url);
        return held.stream;
      },
    };
    const request = send(
      url,
      {
        headers: { ...headers, 'accept-encoding': isStream ? 'identity' : 'gzip, br' },
        signal,
        ...(isStream ? own : {}),
      },
      (response) => resolve(answer(response, held)),
    );
    request.on('error', reject);
    request.end();
  });

function answer(response: IncomingMessage, held: Held | null): HttpAnswer {
  return {
    status: response.statusCode ?? 0,
    contentType: (response.headers['content-type'] ?? '').toLowerCase(),
    header(name) {
      const value = response.headers[name];
      return typeof value === 'string' ? value : null;
    },
    body: decoded(response),
    hold: () => held?.hold() ?? (() => {}),
    discard() {
      response.on('error', () => {});
      response.destroy();
    },
  };
}

function decoded(response: IncomingMessage): AsyncIterable<Uint8Array> {
  const encoding = response.headers['content-encoding'];
  if (encoding !== 'gzip' && encoding !== 'br') return response;
  const unpack = encoding === 'br' ? createBrotliDecompress() : createGunzip();
  response.on('error', (error) => unpack.destroy(error));
  return response.pipe(unpack);
}
