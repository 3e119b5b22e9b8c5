/** A wire between a browser and a server that a test can cut: what no offline switch does to loopback streams. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type CutProxy = {
  url: string;
  /** Breaks every connection and refuses new ones until `heal`. */
  cut(): void;
  heal(): void;
  stop(): Promise<void>;
};

/** Stands in front of `target` (`http://127.0.0.1:<port>`) on a free loopback port. */
export async function startCutProxy(target: string): Promise<CutProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((browser) => {
    if (isCut) {
      browser.destroy();
      return;
    }
    const board = connect(Number(port), hostname);
    for (const [socket, other] of [
      [browser, board],
      [board, browser],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    browser.pipe(board).pipe(browser);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      breakAll();
    },
    heal() {
      isCut = false;
    },
    stop() {
      breakAll();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
