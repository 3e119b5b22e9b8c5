/** The bench's viewers, a process of its own: raw sockets, one buffer for all of them, every entry of each one checked. */
import { connect, type Socket } from 'node:net';
import { answerParent } from '../ipc';
import {
  createTally,
  createTranscript,
  HttpBody,
  type Tally,
  type Transcript,
  ViewerCheck,
} from './checker';
import { createBenchFeed, type Filter, queryOf, sharedMicros } from './feed';

const [seed = 1, count = 2_000] = process.argv.slice(2).map(Number);
const feed = createBenchFeed(seed, count);

const READ_BYTES = 262_144;
const OPENING_AT_ONCE = 64;
const OPEN_LIMIT_MS = 30_000;
const POLL_MS = 20;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);
/** The upstream's own clock, read anew each time: an offset taken once is wrong by whatever came between its two halves. */
const nowMicros = sharedMicros;

type Ending = 'open' | 'clean' | 'broken';

type Viewer = {
  set: ViewerSet;
  path: string;
  check: ViewerCheck;
  body: HttpBody;
  socket: Socket;
  ending: Ending;
  endedAt: number;
  /** How its first stream ended, and when. */
  firstEnding: { ending: Ending; at: number } | null;
  /** When the connection asked for was begun, had its head, and had its first bytes. */
  askedAt: number;
  headAt: number;
  firstAt: number;
  isSettled: boolean;
  onOpen: (() => void) | null;
  reconnects: number;
};

type ReadKind =
  | { kind: 'all' }
  /** Takes the first bytes, then never reads again. */
  | { kind: 'never' }
  | { kind: 'slow'; bytesPerSecond: number };

type ViewerSet = {
  name: string;
  port: number;
  tally: Tally;
  viewers: Viewer[];
  transcripts: Map<string, Transcript>;
  read: ReadKind;
  isHeadEnough: boolean;
  isReconnecting: boolean;
};

const sets = new Map<string, ViewerSet>();

type OpenRequest = {
  set?: string;
  port: number;
  path: string;
  filters: Filter[];
  viewers: number;
  /** Connections being opened at a time. */
  atOnce?: number;
  /** Cuts each as soon as it is open. */
  isCut?: boolean;
  read?: ReadKind;
  /** Whether a viewer counts as open without a byte of its stream. */
  isHeadEnough?: boolean;
  /** The first number each must receive; null: whichever comes first. */
  first?: number | null;
};

function setOf(name = 'all'): ViewerSet {
  const set = sets.get(name);
  if (!set) throw new Error(`no viewers are called ${name}`);
  return set;
}

function dial(viewer: Viewer, headers = ''): void {
  const { set } = viewer;
  viewer.body = new HttpBody();
  viewer.ending = 'open';
  viewer.isSettled = false;
  viewer.askedAt = nowMicros();
  viewer.headAt = 0;
  viewer.firstAt = 0;
  const { body } = viewer;
  const { read, tally } = set;
  let now = 0;
  const onBody = (buffer: Buffer, from: number, to: number) => {
    if (viewer.firstAt === 0) viewer.firstAt = now;
    viewer.check.take(buffer, from, to, now);
  };
  const buffer =
    read.kind === 'slow' ? Buffer.allocUnsafe(Math.min(1_024, read.bytesPerSecond)) : shared;
  const socket = connect({
    port: set.port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer,
      callback(length: number, bytes: Uint8Array) {
        now = nowMicros();
        tally.reads += 1;
        tally.bytes += length;
        try {
          body.take(bytes as Buffer, length, onBody);
        } catch (error) {
          console.error(String(error));
          socket.destroy();
          return false;
        }
        if (!viewer.isSettled) settle(viewer, now);
        if (body.isEnded) end('clean');
        if (!viewer.isSettled || read.kind === 'all') return true;
        return false;
      },
    },
  });
  viewer.socket = socket;
  const end = (ending: Ending) => {
    if (viewer.ending !== 'open' || viewer.socket !== socket) return;
    viewer.ending = ending;
    viewer.endedAt = nowMicros();
    viewer.firstEnding ??= { ending, at: viewer.endedAt };
    viewer.onOpen?.();
    socket.destroy();
    if (set.isReconnecting) redial(viewer);
  };
  socket.on('connect', () => {
    socket.write(
      `GET ${viewer.path} HTTP/1.1\r\nHost: 127.0.0.1:${set.port}\r\nAccept: text/event-stream\r\nCache-Control: no-store\r\n${headers}\r\n`,
    );
  });
  socket.on('error', () => end('broken'));
  socket.on('close', () => end('broken'));
  socket.on('end', () => end('broken'));
}

function settle(viewer: Viewer, now: number): void {
  if (viewer.headAt === 0 && viewer.body.isHeadDone) viewer.headAt = now;
  if (viewer.body.isHeadDone && viewer.body.status !== 200) {
    viewer.socket.destroy();
    return;
  }
  // nchan sends nothing before the first event: its head is all there is to wait for.
  if (viewer.firstAt === 0 && !viewer.set.isHeadEnough) return;
  viewer.isSettled = true;
  viewer.onOpen?.();
}

/** As a browser does: after the pause that the stream asked for last, from the entry it had last. */
function redial(viewer: Viewer): void {
  const id = viewer.check.position();
  viewer.check.restart();
  setTimeout(() => {
    if (!viewer.set.isReconnecting) return;
    viewer.reconnects += 1;
    dial(viewer, id === null ? '' : `Last-Event-ID: ${id}\r\n`);
  }, viewer.check.lastRetryMs ?? 3_000);
}

function cut(viewer: Viewer): void {
  if (viewer.ending === 'open') viewer.ending = 'clean';
  viewer.socket.destroy();
}

async function open(request: OpenRequest) {
  const { set: name = 'all', port, path, filters, viewers, first = null } = request;
  const read = request.read ?? { kind: 'all' };
  const set: ViewerSet = sets.get(name) ?? {
    ...{ name, port, tally: createTally(), viewers: [], transcripts: new Map(), read },
    ...{ isHeadEnough: request.isHeadEnough ?? false, isReconnecting: false },
  };
  sets.set(name, set);
  const perFilter = Math.ceil(viewers / filters.length);
  const made: Viewer[] = [];
  for (let index = 0; index < viewers; index += 1) {
    const filter = filters[index % filters.length] as Filter;
    const query = queryOf(filter);
    let transcript = set.transcripts.get(query);
    if (!transcript) {
      const isShared = perFilter > 1 && read.kind === 'all';
      transcript = createTranscript(feed, filter, set.tally, isShared);
      set.transcripts.set(query, transcript);
    }
    made.push({
      ...{ set, path: path + query, check: new ViewerCheck(transcript, first) },
      ...{ body: new HttpBody(), socket: null as unknown as Socket, ending: 'open', endedAt: 0 },
      ...{ askedAt: 0, headAt: 0, firstAt: 0, isSettled: false, onOpen: null, reconnects: 0 },
      firstEnding: null,
    });
  }
  set.viewers.push(...made);
  let at = 0;
  const lane = async () => {
    while (at < made.length) {
      const viewer = made[at] as Viewer;
      at += 1;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, OPEN_LIMIT_MS);
        viewer.onOpen = () => {
          clearTimeout(timer);
          viewer.onOpen = null;
          resolve();
        };
        dial(viewer);
      });
      if (request.isCut) cut(viewer);
    }
  };
  await Promise.all(Array.from({ length: request.atOnce ?? OPENING_AT_ONCE }, lane));
  if (read.kind === 'slow') {
    const everyMs = (1_000 * 1_024) / Math.max(1_024, read.bytesPerSecond);
    setInterval(() => {
      for (const { socket, ending } of made) if (ending === 'open') socket.resume();
    }, everyMs);
  }
  const settled = made.filter(({ isSettled }) => isSettled);
  const times = (of: (viewer: Viewer) => number) =>
    settled.map((viewer) => (of(viewer) - viewer.askedAt) / 1000).sort((a, b) => a - b);
  return {
    opened: settled.length,
    statuses: [...new Set(made.map(({ body }) => body.status))],
    headMs: times(({ headAt }) => headAt),
    firstMs: times(({ firstAt }) => firstAt),
    firstFrames: [...new Set(made.slice(0, 50).map(({ check }) => check.firstFrame))],
  };
}

let windowStart = { at: 0, cpu: process.cpuUsage(), delivered: 0, bytes: 0, reads: 0 };

function mark(name?: string): void {
  const { tally } = setOf(name);
  tally.latency.clear();
  const { delivered, bytes, reads } = tally;
  windowStart = { at: nowMicros(), cpu: process.cpuUsage(), delivered, bytes, reads };
}

function look(name?: string) {
  const { tally, viewers } = setOf(name);
  const seconds = (nowMicros() - windowStart.at) / 1e6;
  const cpu = process.cpuUsage(windowStart.cpu);
  const { latency, ...counts } = tally;
  return {
    ...counts,
    seconds,
    window: {
      delivered: tally.delivered - windowStart.delivered,
      bytes: tally.bytes - windowStart.bytes,
      reads: tally.reads - windowStart.reads,
    },
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    p50: latency.at(0.5),
    p99: latency.at(0.99),
    p999: latency.at(0.999),
    max: latency.count === 0 ? null : latency.max,
    samples: latency.count,
    open: viewers.filter(({ ending }) => ending === 'open').length,
    clean: viewers.filter(({ ending }) => ending === 'clean').length,
    broken: viewers.filter(({ ending }) => ending === 'broken').length,
  };
}

export type Look = ReturnType<typeof look>;

/** Waits until everybody has everything up to `last`, or does not get on; what is missing then is lost. */
async function finish({ set: name, last, waitMs }: { set?: string; last: number; waitMs: number }) {
  const { viewers, tally } = setOf(name);
  const isOwed = () => viewers.some(({ check }) => check.isOwed(last));
  let before = -1;
  let movedAt = nowMicros();
  while (isOwed() && nowMicros() - movedAt < waitMs * 1000) {
    if (tally.delivered !== before) movedAt = nowMicros();
    before = tally.delivered;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const tail = viewers.reduce((sum, { check }) => sum + check.owed(last), 0);
  return { ...look(name), lost: tally.lost + tail, tail };
}

answerParent({
  ready: () => true,
  open,
  mark: ({ set }: { set?: string } = {}) => mark(set),
  look: ({ set }: { set?: string } = {}) => look(set),
  finish,
  /** From now on the next event is `first`. */
  expect({ set, first }: { set?: string; first: number }) {
    for (const { check } of setOf(set).viewers) check.expect(first);
  },
  reconnecting({ set, isOn }: { set?: string; isOn: boolean }) {
    setOf(set).isReconnecting = isOn;
  },
  /** How each viewer's first stream ended, and when it was back, in ms after `sinceMicros`. */
  comebacks: ({ set, sinceMicros }: { set?: string; sinceMicros: number }) =>
    setOf(set).viewers.map(({ ending, firstAt, firstEnding, check }) => ({
      ending: firstEnding?.ending ?? ending,
      endedMs: firstEnding === null ? null : (firstEnding.at - sinceMicros) / 1000,
      backMs: ending === 'open' && firstAt > 0 ? (firstAt - sinceMicros) / 1000 : null,
      retryMs: check.lastRetryMs,
    })),
  /** Viewers that have had no frame for so long. */
  silent: ({ set, ms }: { set?: string; ms: number }) =>
    setOf(set).viewers.filter(({ check }) => nowMicros() - check.lastFrameAt > ms * 1000).length,
  ports: ({ set }: { set?: string } = {}) =>
    setOf(set).viewers.map(({ socket }) => socket.localPort ?? 0),
  /** Cuts every connection. */
  async close({ set: name }: { set?: string } = {}) {
    for (const [key, set] of sets) {
      if (name !== undefined && key !== name) continue;
      set.isReconnecting = false;
      for (const viewer of set.viewers) cut(viewer);
      sets.delete(key);
    }
  },
});
