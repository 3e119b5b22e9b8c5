/**
 * A wire with faults: an HTTP server in front of another, which breaks what passes through it on command. It knows
 * where the frames of an event stream end, so that it can strike within a frame, within a field, within a character
 * or between the two bytes of a line end.
 */
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What befalls one open stream, at once or with its next frame. */
export const STREAM_FAULTS = [
  'cut',
  'end',
  'cut-in-frame',
  'cut-in-character',
  'stall',
  'silence',
  'delay',
  'split-everywhere',
  'split-in-character',
  'split-in-field',
  'split-in-line-end',
  'comment',
  'duplicate',
  'duplicate-late',
  'reorder',
  'truncate',
  'spoil',
] as const;
/** What befalls the next request that opens a stream. */
export const OPEN_FAULTS = ['open-refused', 'open-status', 'open-hang', 'open-html'] as const;
/** What befalls the next request of any other kind. */
export const READ_FAULTS = [
  'read-delay',
  'read-status',
  'read-cut',
  'read-hang',
  'read-html',
  'read-broken',
  'read-limit',
] as const;
/** What befalls everything for a while. */
export const WIRE_FAULTS = ['outage', 'cut-all'] as const;

export type FaultKind =
  | (typeof STREAM_FAULTS)[number]
  | (typeof OPEN_FAULTS)[number]
  | (typeof READ_FAULTS)[number]
  | (typeof WIRE_FAULTS)[number];

export type Fault = {
  kind: FaultKind;
  /** Which of the open streams, and where in a frame: in [0, 1). */
  where: number;
  /** How long, for those that last, and at most for one that is overtaken; in ms of the wall clock. */
  ms: number;
  status: number;
};

export type FaultProxy = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** Breaks what the fault says, now or as soon as something passes that it can break. */
  strike(fault: Fault): void;
  /** Lets everything pass from now on, and drops what it silenced for good. */
  heal(): void;
  /** Faults that struck, by kind. */
  struck(): Readonly<Record<string, number>>;
  openStreams(): number;
  /** When it last answered 429, by the clock it was given; null where it never did. */
  limitedAt(): number | null;
  /** What it did last, a line each. */
  log(): string[];
  stop(): Promise<void>;
};

/** Of the faults of a stream, those that need no frame. */
const AT_ONCE = ['cut', 'end', 'stall', 'silence', 'delay'] as const;

const LOG_LINES = 400;
/** A frame is split everywhere only where it is not too long for it. */
const MOST_PIECES = 300;

type Line = {
  id: number;
  response: ServerResponse;
  /** Bytes of a frame that has not ended. */
  rest: Buffer;
  /** What passes while it is held back; null while it is not. */
  held: (Buffer | 'end')[] | null;
  release: NodeJS.Timeout | null;
  isSilent: boolean;
  /** Frames that come later than they should, and after how many others. */
  later: { frame: Buffer; after: number }[];
  frames: number;
};

/** Stands in front of `target` (`http://127.0.0.1:<port>`) on a free loopback port. */
export async function startFaultProxy(target: string, now = Date.now): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const lines = new Set<Line>();
  const sockets = new Set<Socket>();
  const hanging = new Set<ServerResponse>();
  /** Answers held back: called, each goes on. */
  const delayed = new Set<() => void>();
  const struck: Record<string, number> = {};
  const log: string[] = [];
  const startedAt = performance.now();
  let opens: Fault[] = [];
  let reads: Fault[] = [];
  /** For the next frames, of whatever stream. */
  let due: Fault[] = [];
  let isOut = false;
  let endOutage: NodeJS.Timeout | null = null;
  let lineCount = 0;
  let limitedAt: number | null = null;

  function note(text: string): void {
    log.push(`${Math.round(performance.now() - startedAt)} ms  ${text}`);
    if (log.length > LOG_LINES * 1.5) log.splice(0, log.length - LOG_LINES);
  }

  function count(fault: Fault, text: string): void {
    struck[fault.kind] = (struck[fault.kind] ?? 0) + 1;
    note(`${fault.kind} ${text}`);
  }

  function put(line: Line, bytes: Buffer): void {
    if (line.isSilent || bytes.length === 0) return;
    if (line.held) line.held.push(bytes);
    else if (!line.response.destroyed) line.response.write(bytes);
  }

  function hold(line: Line, ms: number): void {
    line.held ??= [];
    if (line.release) clearTimeout(line.release);
    line.release = setTimeout(() => letGo(line), ms);
  }

  function letGo(line: Line): void {
    const held = line.held ?? [];
    line.held = null;
    if (line.release) clearTimeout(line.release);
    line.release = null;
    for (const item of held) {
      if (line.response.destroyed) return;
      if (item === 'end') line.response.end();
      else put(line, item);
    }
  }

  /** Part of the frame, then nothing: the connection breaks. */
  function cutAt(line: Line, frame: Buffer, index: number): void {
    letGo(line);
    const { response } = line;
    lines.delete(line);
    response.write(frame.subarray(0, index), () => response.destroy());
  }

  /** Each piece in a turn of its own: what is written in one turn arrives in one. */
  function pieces(line: Line, frame: Buffer, cuts: readonly number[]): void {
    const ends = [...cuts, frame.length];
    const parts = ends.map((end, index) => frame.subarray(ends[index - 1] ?? 0, end));
    if (line.held) {
      for (const part of parts) put(line, part);
      return;
    }
    line.held = parts;
    const step = () => {
      // Let go of meanwhile, or held up for longer.
      if (!line.held || line.release) return;
      const item = line.held.shift();
      if (item === undefined || line.isSilent || line.response.destroyed) {
        line.held = null;
        return;
      }
      if (item === 'end') line.response.end();
      else if (item.length > 0) line.response.write(item);
      setImmediate(step);
    };
    step();
  }

  function pass(line: Line, frame: Buffer): void {
    line.frames += 1;
    // The first frame proves the connection, so that what strikes strikes one that was live.
    const fault = line.frames > 1 && !line.isSilent ? due.shift() : undefined;
    if (fault) bend(line, frame, fault);
    else put(line, frame);
    for (const item of [...line.later]) {
      item.after -= 1;
      if (item.after <= 0) release(line, item);
    }
  }

  function release(line: Line, item: Line['later'][number]): void {
    const at = line.later.indexOf(item);
    if (at < 0 || !lines.has(line)) return;
    line.later.splice(at, 1);
    put(line, item.frame);
  }

  function bend(line: Line, frame: Buffer, fault: Fault): void {
    const at = 1 + Math.floor(fault.where * (frame.length - 2));
    const shown = `#${line.id} ${nameOf(frame)}`;
    switch (fault.kind) {
      case 'cut-in-frame':
        count(fault, `${shown} at byte ${at} of ${frame.length}`);
        cutAt(line, frame, at);
        break;
      case 'cut-in-character': {
        const inside = insideCharacter(frame, at);
        count(fault, `${shown} at byte ${inside} of ${frame.length}`);
        cutAt(line, frame, inside);
        break;
      }
      case 'split-everywhere':
        count(fault, shown);
        pieces(line, frame, everyByte(frame));
        break;
      case 'split-in-character':
        count(fault, shown);
        pieces(line, frame, [insideCharacter(frame, at)]);
        break;
      case 'split-in-field':
        count(fault, shown);
        pieces(line, frame, [frame.indexOf('data:') + 2, frame.indexOf('data:') + 5]);
        break;
      case 'split-in-line-end': {
        count(fault, shown);
        const windows = Buffer.from(frame.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
        const cuts = [...windows.entries()].flatMap(([index, byte]) =>
          byte === 10 ? [index] : [],
        );
        pieces(line, windows, cuts);
        break;
      }
      case 'comment':
        count(fault, shown);
        put(line, Buffer.from(': é kept alive\n\n:\n'));
        put(line, frame);
        break;
      case 'duplicate':
        count(fault, shown);
        put(line, frame);
        put(line, frame);
        break;
      case 'duplicate-late':
        count(fault, shown);
        line.later.push({ frame, after: 2 + Math.floor(fault.where * 40) });
        put(line, frame);
        break;
      case 'reorder': {
        count(fault, shown);
        const item = { frame, after: 2 + Math.floor(fault.where * 4) };
        line.later.push(item);
        // On a quiet stream the others are pings, and what waits for them is held up for longer than anybody could notice.
        if (fault.ms > 0) setTimeout(() => release(line, item), fault.ms);
        break;
      }
      case 'truncate': {
        const end = Math.max(frame.indexOf('data:') + 6, Math.min(at, frame.length - 8));
        count(fault, `${shown} to ${end} of ${frame.length} bytes`);
        put(line, Buffer.concat([frame.subarray(0, end), Buffer.from('\n\n')]));
        break;
      }
      case 'spoil': {
        // One of its rows has a price that is none.
        const text = frame.toString();
        const prices = [...text.matchAll(/"price":\s*-?\d+/g)];
        const price = prices[Math.floor(fault.where * prices.length)];
        if (price) {
          count(fault, shown);
          const after = text.slice(price.index + price[0].length);
          put(line, Buffer.from(`${text.slice(0, price.index)}"price":"n/a"${after}`));
        } else put(line, frame);
        break;
      }
      default:
        put(line, frame);
    }
  }

  function take(line: Line, chunk: Buffer): void {
    let bytes = line.rest.length > 0 ? Buffer.concat([line.rest, chunk]) : chunk;
    for (let end = bytes.indexOf('\n\n'); end >= 0; end = bytes.indexOf('\n\n')) {
      pass(line, bytes.subarray(0, end + 2));
      if (!lines.has(line)) return;
      bytes = bytes.subarray(end + 2);
    }
    line.rest = bytes;
  }

  function relayStream(answer: IncomingMessage, response: ServerResponse): void {
    lineCount += 1;
    const line: Line = {
      id: lineCount,
      response,
      rest: Buffer.alloc(0),
      held: null,
      release: null,
      isSilent: false,
      later: [],
      frames: 0,
    };
    lines.add(line);
    note(`opened #${line.id}`);
    answer.on('data', (chunk: Buffer) => {
      if (lines.has(line)) take(line, chunk);
    });
    answer.on('end', () => {
      if (!lines.has(line)) return;
      put(line, line.rest);
      if (line.held) line.held.push('end');
      else if (!line.isSilent) response.end();
    });
    answer.on('error', () => {
      if (!line.isSilent) response.destroy();
    });
    response.on('close', () => {
      lines.delete(line);
      if (line.release) clearTimeout(line.release);
      note(`closed #${line.id}`);
    });
  }

  function forward(
    request: IncomingMessage,
    response: ServerResponse,
    onAnswer: (answer: IncomingMessage) => void,
  ): void {
    const headers = { ...request.headers, host: `${hostname}:${port}` };
    const out = openRequest(
      { hostname, port, path: request.url, method: request.method, headers, agent: false },
      (answer) => {
        if (response.destroyed) return answer.destroy();
        onAnswer(answer);
      },
    );
    out.on('error', () => response.destroy());
    response.on('close', () => out.destroy());
    request.pipe(out);
  }

  function whole(answer: IncomingMessage, use: (body: Buffer) => void): void {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => use(Buffer.concat(chunks)));
    answer.on('error', () => {});
  }

  const page = '<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>';
  function answerPage(response: ServerResponse, status: number): void {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  }

  function refuse(response: ServerResponse, status: number): void {
    if (status === 429) {
      limitedAt = now();
      response.writeHead(429).end();
    } else if (status >= 500) answerPage(response, status);
    else
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: 'refused on the way' }));
  }

  function hang(response: ServerResponse): void {
    hanging.add(response);
    response.on('close', () => hanging.delete(response));
  }

  function serveStream(request: IncomingMessage, response: ServerResponse): void {
    const fault = opens.shift();
    if (fault) {
      count(fault, fault.kind === 'open-status' ? String(fault.status) : '');
      if (fault.kind === 'open-refused') request.socket.destroy();
      else if (fault.kind === 'open-hang') hang(response);
      else if (fault.kind === 'open-html') answerPage(response, 200);
      else refuse(response, fault.status);
      return;
    }
    forward(request, response, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      const isStream = answer.headers['content-type']?.startsWith('text/event-stream') ?? false;
      if (isStream) relayStream(answer, response);
      else answer.pipe(response);
    });
  }

  function serveRead(request: IncomingMessage, response: ServerResponse): void {
    const fault = reads.shift();
    const path = (request.url ?? '').slice(0, 60);
    if (fault) count(fault, `${fault.kind === 'read-status' ? `${fault.status} ` : ''}${path}`);
    switch (fault?.kind) {
      case 'read-status':
        refuse(response, fault.status);
        return;
      case 'read-limit':
        refuse(response, 429);
        return;
      case 'read-html':
        answerPage(response, 200);
        return;
      case 'read-hang':
        hang(response);
        return;
      case 'read-cut':
      case 'read-broken':
        forward(request, response, (answer) =>
          whole(answer, (body) => {
            const part = body.subarray(0, Math.floor(body.length * fault.where));
            if (fault.kind === 'read-broken') {
              response.writeHead(200, { 'content-type': 'application/json' }).end(part);
              return;
            }
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            response.write(part, () => response.destroy());
          }),
        );
        return;
    }
    forward(request, response, (answer) => {
      const pipe = () => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('error', () => response.destroy());
        answer.pipe(response);
      };
      if (fault?.kind !== 'read-delay') return pipe();
      const timer = setTimeout(letPass, fault.ms);
      delayed.add(letPass);
      function letPass() {
        clearTimeout(timer);
        delayed.delete(letPass);
        pipe();
      }
    });
  }

  const server = createServer((request, response) => {
    response.on('error', () => {});
    if (isOut) request.socket.destroy();
    else if ((request.url ?? '').includes('/stream/')) serveStream(request, response);
    else serveRead(request, response);
  });
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    if (isOut) socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function breakAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  function strike(fault: Fault): void {
    const { kind } = fault;
    if (kind === 'cut-all' || kind === 'outage') {
      count(fault, kind === 'outage' ? `for ${Math.round(fault.ms)} ms` : '');
      breakAll();
      if (kind === 'cut-all') return;
      isOut = true;
      if (endOutage) clearTimeout(endOutage);
      endOutage = setTimeout(() => {
        isOut = false;
      }, fault.ms);
      return;
    }
    if ((OPEN_FAULTS as readonly string[]).includes(kind)) return void opens.push(fault);
    if ((READ_FAULTS as readonly string[]).includes(kind)) return void reads.push(fault);
    if (!(AT_ONCE as readonly string[]).includes(kind)) return void due.push(fault);
    const open = [...lines].filter(({ isSilent }) => !isSilent);
    const line = open[Math.floor(fault.where * open.length)];
    if (!line) return;
    count(fault, `#${line.id}${fault.ms > 0 ? ` for ${Math.round(fault.ms)} ms` : ''}`);
    if (kind === 'silence') {
      line.isSilent = true;
    } else if (kind === 'stall' || kind === 'delay') {
      hold(line, fault.ms);
    } else {
      lines.delete(line);
      letGo(line);
      if (kind === 'end') line.response.end();
      else line.response.destroy();
    }
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    strike,
    heal() {
      note('healed');
      opens = [];
      reads = [];
      due = [];
      isOut = false;
      if (endOutage) clearTimeout(endOutage);
      for (const response of hanging) response.destroy();
      for (const letPass of [...delayed]) letPass();
      for (const line of [...lines]) {
        for (const { frame } of line.later.splice(0)) put(line, frame);
        letGo(line);
        if (line.isSilent) line.response.destroy();
      }
    },
    struck: () => struck,
    limitedAt: () => limitedAt,
    openStreams: () => lines.size,
    log: () => log.slice(-LOG_LINES),
    async stop() {
      if (endOutage) clearTimeout(endOutage);
      const closed = new Promise((resolve) => server.close(resolve));
      breakAll();
      await closed;
    },
  };
}

function nameOf(frame: Buffer): string {
  return /^event: ?(\S+)/m.exec(frame.toString('latin1', 0, 80))?.[1] ?? 'frame';
}

/** An index within a character of several bytes, the first after `from`; `from` itself where there is none. */
function insideCharacter(frame: Buffer, from: number): number {
  for (const start of [from, 0]) {
    const at = frame.findIndex((byte, index) => index >= start && (byte & 0xc0) === 0x80);
    if (at > 0) return at;
  }
  return from;
}

function everyByte(frame: Buffer): number[] {
  const step = Math.max(1, Math.ceil(frame.length / MOST_PIECES));
  const cuts: number[] = [];
  for (let at = step; at < frame.length; at += step) cuts.push(at);
  return cuts;
}
