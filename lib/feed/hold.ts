/**
 * A connection that can be left unread. A paused socket of node's reads on into memory until its buffer is full, and the
 * process is woken for each message; one that is held leaves what comes in the kernel's buffer, and reads it when let go.
 * What a read under way has taken already, such as the other records of TLS, still comes.
 */
import { connect, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';

/** Most that is read at a time. */
const READ_BYTES = 65_536;

export type Held = {
  /** What node:http reads from and writes to. */
  stream: Duplex;
  /** Reads nothing until the answer is called. */
  hold(): () => void;
};

/** Connects to where `url` points, over TLS if it says so. */
export function connectHeld({ protocol, hostname, port }: URL): Held {
  // An IPv6 address stands in brackets in a URL, and there alone.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const onread = {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback: (size: number, buffer: Uint8Array) =>
      stream.push(Buffer.from(buffer.subarray(0, size))),
  };
  const isSecure = protocol === 'https:';
  // The types of tls lack what its documentation has.
  const socket: Socket = isSecure
    ? connectSecurely({
        ...{ host, port: Number(port || 443), servername: isIP(host) ? '' : host },
        ...({ onread } as object),
      })
    : connect({ host, port: Number(port || 80), onread });
  let isHeld = false;
  const stream: Duplex = new Duplex({
    readableHighWaterMark: READ_BYTES,
    read() {
      if (!isHeld) socket.resume();
    },
    write: (chunk, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void (socket.writable ? socket.end(done) : done()),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.once('end', () => stream.push(null));
  socket.once('error', (error) => stream.destroy(error));
  // One that ended in good order may still have readers here.
  socket.once('close', () => {
    if (!socket.readableEnded) stream.destroy();
  });
  return {
    stream,
    hold() {
      isHeld = true;
      socket.pause();
      return () => {
        isHeld = false;
        socket.resume();
      };
    },
  };
}
