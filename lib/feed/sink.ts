/**
 * Where a viewer's bytes go: the web stream of a route handler, or, past it, the response's own socket. The second
 * costs a third of the first per write, since its chunks are framed once for all viewers that get them.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bytes for many viewers: as they are, and as a chunk of HTTP/1.1's chunked coding. */
export type Chunk = { readonly payload: Uint8Array; readonly framed: Uint8Array };

export type Sink = {
  write(chunk: Chunk): void;
  /** Bytes written that the network has not taken yet. */
  pending(): number;
  /** Whether `onDrain` will be called once nothing is pending: a socket tells only where it had become full. */
  isDrainTold(): boolean;
  /** Bytes that the network has taken, in all. */
  taken(): number;
  /** Ends in good order, after what is pending. */
  end(): void;
  /** Breaks off: nobody takes what is pending. */
  destroy(): void;
};

export type SinkEvents = {
  /** A full sink takes again. */
  onDrain(): void;
  /** Whoever read it is gone. */
  onGone(): void;
};

/** Makes the sink of one viewer, which is told of its events. */
export type OpenSink = (on: SinkEvents) => Sink;

/** Room before the payload for its length in hex and a line break. */
const HEAD_BYTES = 10;
const TAIL_BYTES = 2;
/** A socket that has not taken the rest of an ended stream by then is closed. */
const DRAIN_MS = 30_000;

/** One chunk of all `parts`. They are copied, since the pages that they stand in are used again. */
export function createChunk(parts: readonly Uint8Array[]): Chunk {
  let size = 0;
  for (const part of parts) size += part.length;
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + size + TAIL_BYTES);
  const head = `${size.toString(16)}\r\n`;
  const from = HEAD_BYTES - head.length;
  bytes.write(head, from, 'latin1');
  let at = HEAD_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes.write('\r\n', at, 'latin1');
  return { payload: bytes.subarray(HEAD_BYTES, at), framed: bytes.subarray(from) };
}

/** A sink that is a web stream. `highWaterBytes`: from here on it asks for no more. */
export function createStreamSink(
  highWaterBytes: number,
  open: (openSink: OpenSink) => void,
): ReadableStream<Uint8Array> {
  let written = 0;
  let events: SinkEvents | null = null;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const pending = () => highWaterBytes - (controller.desiredSize ?? highWaterBytes);
        open((on) => {
          events = on;
          return {
            write({ payload }) {
              written += payload.length;
              controller.enqueue(payload);
            },
            pending,
            isDrainTold: () => true,
            taken: () => written - pending(),
            end: () => controller.close(),
            // Whoever reads nothing is told nothing either; the server's own limit ends the socket.
            destroy: () => controller.close(),
          };
        });
      },
      pull: () => events?.onDrain(),
      cancel: () => events?.onGone(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: highWaterBytes }),
  );
}

const GONE: Sink = {
  write() {},
  pending: () => 0,
  isDrainTold: () => false,
  taken: () => 0,
  end() {},
  destroy() {},
};

/** A sink that is the socket of a response whose headers are set and not yet sent: they go out at once. */
export function createResponseSink(response: ServerResponse, on: SinkEvents): Sink {
  if (response.destroyed || response.writableEnded) {
    queueMicrotask(on.onGone);
    return GONE;
  }
  if (!response.headersSent) response.removeHeader('content-length');
  response.flushHeaders();
  const { socket } = response;
  // HTTP/1.0 knows no chunks, and a response that waits its turn on a connection has no socket yet.
  const direct: Socket | null = response.chunkedEncoding ? socket : null;
  const before = direct ? direct.bytesWritten : 0;
  // Whoever reads nothing is noticed by what it has not taken; a timer of the socket's own would be set at each write.
  direct?.setTimeout(0);
  let written = 0;
  const pending = () => (direct ? direct.writableLength : response.writableLength);
  const emitter = direct ?? response;
  emitter.on('drain', on.onDrain);
  response.once('close', () => {
    emitter.off('drain', on.onDrain);
    on.onGone();
  });
  return {
    write({ payload, framed }) {
      if (direct) direct.write(framed);
      else response.write(payload);
      written += payload.length;
    },
    pending,
    isDrainTold: () => emitter.writableNeedDrain,
    taken: () => (direct ? direct.bytesWritten - before : written) - pending(),
    end() {
      direct?.setTimeout(DRAIN_MS);
      response.end();
    },
    destroy: () => response.destroy(),
  };
}
