/**
 * Checks every entry of every viewer: none lost, none twice, none out of order, none altered.
 *
 * Viewers of one filter are owed the same frames. The first viewer to receive a frame has it taken apart: its number
 * must be the next one the filter passes, its odd and price those that the seed gives this number. Only then it is
 * appended to the filter's transcript. Every other viewer's bytes are compared with the transcript, whole reads at a
 * time; what is not equal (a ping, a status, a fault) is taken apart frame by frame, its numbers counted one by one.
 * So a viewer's entry is accepted either by its own number or because it is byte for byte an accepted one in its place.
 */
import { type BenchFeed, type Filter, MARK, SENT_MARK } from './feed';

/** Frames in order, numbers ascending, as the first viewer received them. */
export type Transcript = {
  readonly matches: (n: number) => boolean;
  readonly feed: BenchFeed;
  readonly tally: Tally;
  /** Numbers of the frames, when each was sent, and where each ends in `log`, counted from the very first byte. */
  numbers: number[];
  sentAt: number[];
  ends: number[];
  log: Buffer;
  /** Position of `log[0]` and behind the last byte held. */
  base: number;
  end: number;
  /** The number that comes next; null until the first event is known. */
  next: number | null;
  /** Whether frames are kept for comparison: of no use to a single viewer. */
  isShared: boolean;
  readonly checks: ViewerCheck[];
};

/** Counts over all viewers. */
export type Tally = {
  delivered: number;
  /** Of these, entries that a newer value of the same odd stood for, in a frame marked conflated. */
  conflated: number;
  conflatedFrames: number;
  lost: number;
  doubled: number;
  disordered: number;
  altered: number;
  /** Odds frames without a number: read by REST, not sent by the stream. */
  unnumbered: number;
  pings: number;
  statuses: number;
  resets: number;
  bytes: number;
  reads: number;
  latency: Latency;
};

const FINE_MS = 0.05;
const FINE = 40_000;
const COARSE_MS = 10;
const COARSE = 12_000;

/** Latencies of all deliveries: 50 µs wide up to 2 s, 10 ms beyond, to two minutes. */
export class Latency {
  #fine = new Uint32Array(FINE);
  #coarse = new Uint32Array(COARSE);
  count = 0;
  max = 0;

  /** @throws Error where something arrived before it was sent: then the clocks disagree, and no figure is one */
  add(ms: number): void {
    if (ms < 0) throw new RangeError(`received ${-ms} ms before it was sent: the clocks disagree`);
    this.count += 1;
    if (ms > this.max) this.max = ms;
    const fine = (ms / FINE_MS) | 0;
    if (fine < FINE) {
      this.#fine[fine] = (this.#fine[fine] ?? 0) + 1;
    } else {
      const coarse = Math.min(COARSE - 1, (ms / COARSE_MS) | 0);
      this.#coarse[coarse] = (this.#coarse[coarse] ?? 0) + 1;
    }
  }

  /** Upper edge of the bucket that holds the given share. */
  at(share: number): number | null {
    if (this.count === 0) return null;
    let left = share * this.count;
    for (let index = 0; index < FINE; index += 1) {
      left -= this.#fine[index] ?? 0;
      if (left <= 0) return (index + 1) * FINE_MS;
    }
    for (let index = 0; index < COARSE; index += 1) {
      left -= this.#coarse[index] ?? 0;
      if (left <= 0) return (index + 1) * COARSE_MS;
    }
    return this.max;
  }

  clear(): void {
    this.#fine.fill(0);
    this.#coarse.fill(0);
    this.count = 0;
    this.max = 0;
  }
}

/** Nothing counted yet. */
export function createTally(): Tally {
  return {
    ...{ delivered: 0, conflated: 0, conflatedFrames: 0, lost: 0, doubled: 0, disordered: 0 },
    ...{ altered: 0, unnumbered: 0, pings: 0, statuses: 0, resets: 0, bytes: 0, reads: 0 },
    latency: new Latency(),
  };
}

const LOG_START = 1 << 16;
/** Bytes of a transcript that are held, and of these kept when it is full. */
const LOG_MOST = 1 << 26;
const LOG_KEPT = 1 << 25;
/** Passed-over events remembered per viewer, to tell late ones from doubled ones. */
const MISSING_MOST = 100_000;

/** An empty transcript of what a filter passes. */
export function createTranscript(
  feed: BenchFeed,
  filter: Filter,
  tally: Tally,
  isShared: boolean,
): Transcript {
  return {
    ...{ matches: feed.matcher(filter), feed, tally, numbers: [], sentAt: [], ends: [] },
    ...{ log: Buffer.allocUnsafe(LOG_START), base: 0, end: 0, next: null, isShared, checks: [] },
  };
}

/** The first number from `n` on that the filter passes. */
function passing(transcript: Transcript, n: number): number {
  let next = n;
  while (!transcript.matches(next)) next += 1;
  return next;
}

function indexOf({ numbers }: Transcript, n: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < n) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a frame begins in the log; before `base` where it is held no more. */
function startOf(transcript: Transcript, index: number): number {
  return index === 0 ? 0 : (transcript.ends[index - 1] as number);
}

const NOTHING = Buffer.alloc(0);
const BLANK = Buffer.from('\n\n');
const NUMBER_MARK = Buffer.from(MARK);
const SENT = Buffer.from(SENT_MARK);
const CONFLATED = Buffer.from('"conflated":true}\n\n');
const [PLUS_0, PLUS_9] = [48, 57];

function digits(bytes: Buffer, from: number): number {
  let value = 0;
  for (let at = from; ; at += 1) {
    const digit = bytes[at] as number;
    if (!(digit >= PLUS_0 && digit <= PLUS_9)) return at === from ? Number.NaN : value;
    value = value * 10 + digit - PLUS_0;
  }
}

/** One viewer's place in what it is owed. Takes the event stream's own bytes, any way they are cut. */
export class ViewerCheck {
  /** The number expected next; null: whichever comes. */
  next: number | null;
  /** Events that were passed over: lost unless they come late. */
  readonly missing = new Set<number>();
  /** The first frame, whole: what `retry` it asked for is in it. */
  firstFrame: string | null = null;
  lastId: string | null = null;
  lastRetryMs: number | null = null;
  delivered = 0;
  lastFrameAt = 0;
  readonly #transcript: Transcript;
  /** While equal so far: index of the frame under way, and the position behind the last equal byte. */
  #index = -1;
  #position = 0;
  /** Begin of a frame that is not whole yet, while bytes are taken apart. */
  #carry: Buffer = NOTHING;

  constructor(transcript: Transcript, next: number | null = null) {
    this.#transcript = transcript;
    transcript.checks.push(this);
    this.next = next === null ? null : passing(transcript, next);
  }

  /** From now on every number from `first` on is owed. */
  expect(first: number): void {
    const transcript = this.#transcript;
    if (this.next === null && transcript.next === null)
      transcript.next = passing(transcript, first);
    this.next ??= passing(transcript, first);
  }

  /** Bytes of the stream, received at `nowMicros`. They are not kept: the caller may use the buffer again. */
  take(buffer: Buffer, from: number, to: number, nowMicros: number): void {
    const transcript = this.#transcript;
    let at = from;
    if (this.#index < 0) this.#align();
    if (this.#index >= 0) {
      const size = Math.min(to - at, transcript.end - this.#position);
      const start = this.#position - transcript.base;
      if (size > 0 && buffer.compare(transcript.log, start, start + size, at, at + size) === 0) {
        at += size;
        this.#position += size;
        this.#passed(nowMicros);
      }
      if (at === to) return;
      this.leave();
    }
    this.#takeApart(buffer, at, to, nowMicros);
  }

  /** Position and number of whoever stands at a frame that the transcript holds. */
  #align(): void {
    const transcript = this.#transcript;
    if (!transcript.isShared || this.next === null) return;
    const index = indexOf(transcript, this.next);
    if (transcript.numbers[index] !== this.next) return;
    const start = startOf(transcript, index);
    if (start < transcript.base) return;
    const { length } = this.#carry;
    const offset = start - transcript.base;
    if (length > 0) {
      if (start + length > transcript.end) return;
      if (this.#carry.compare(transcript.log, offset, offset + length) !== 0) return;
      this.#carry = NOTHING;
    }
    this.#index = index;
    this.#position = start + length;
  }

  /** Counts the frames that end at or before the position. */
  #passed(nowMicros: number): void {
    const { ends, sentAt, tally, numbers } = this.#transcript;
    const first = this.#index;
    let index = first;
    while (index < ends.length && (ends[index] as number) <= this.#position) {
      tally.latency.add((nowMicros - (sentAt[index] as number)) / 1000);
      index += 1;
    }
    if (index === first) return;
    tally.delivered += index - first;
    this.delivered += index - first;
    this.lastFrameAt = nowMicros;
    this.#index = index;
    this.next = numbers[index] ?? this.#transcript.next;
  }

  /** From comparing to taking apart: what was equal of the frame under way is its begin. */
  leave(heldFrom = Number.POSITIVE_INFINITY): void {
    if (this.#index < 0) return;
    const { base, log } = this.#transcript;
    const start = startOf(this.#transcript, this.#index);
    if (start >= heldFrom) return;
    this.lastId = this.position();
    this.#carry = Buffer.from(log.subarray(start - base, this.#position - base));
    this.#index = -1;
  }

  #takeApart(buffer: Buffer, from: number, to: number, nowMicros: number): void {
    let bytes = buffer.subarray(from, to);
    if (this.#carry.length > 0) bytes = Buffer.concat([this.#carry, bytes]);
    let at = 0;
    for (;;) {
      const blank = bytes.indexOf(BLANK, at);
      if (blank < 0) break;
      this.#frame(bytes.subarray(at, blank + 2), nowMicros);
      at = blank + 2;
    }
    this.#carry = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
  }

  #frame(frame: Buffer, nowMicros: number): void {
    this.lastFrameAt = nowMicros;
    if (this.firstFrame === null) this.firstFrame = frame.toString();
    const mark = frame.indexOf(NUMBER_MARK);
    if (mark < 0) {
      this.#other(frame.toString());
    } else if (frame.subarray(-CONFLATED.length).equals(CONFLATED)) {
      this.#conflated(frame, nowMicros);
      this.#noteId(frame);
    } else {
      const n = digits(frame, mark + NUMBER_MARK.length);
      const sent = digits(frame, frame.indexOf(SENT, mark) + SENT.length);
      this.#entry(n, sent, frame, nowMicros);
    }
  }

  #other(text: string): void {
    const { tally } = this.#transcript;
    if (/^event: ?ping$/m.test(text)) tally.pings += 1;
    else if (/^event: ?feed-status$/m.test(text)) tally.statuses += 1;
    else if (/^event: ?copilot-/m.test(text)) tally.unnumbered += 1;
    else if (/^event: ?reset$/m.test(text)) {
      tally.resets += 1;
      this.next = null;
      this.missing.clear();
    }
    const retry = /^retry: ?(\d+)$/m.exec(text)?.[1];
    if (retry !== undefined) this.lastRetryMs = Number(retry);
    const id = /^id: ?(.*)$/m.exec(text)?.[1];
    if (id) this.lastId = id;
  }

  #noteId(frame: Buffer): void {
    this.lastId = /^id: ?(.*)$/m.exec(frame.subarray(0, 120).toString())?.[1] ?? this.lastId;
  }

  #entry(n: number, sent: number, frame: Buffer, nowMicros: number): void {
    const transcript = this.#transcript;
    const { tally } = transcript;
    if (!transcript.matches(n)) {
      tally.altered += 1;
      return;
    }
    this.next ??= n;
    if (n < this.next) {
      if (this.missing.delete(n)) {
        tally.lost -= 1;
        tally.disordered += 1;
      } else {
        tally.doubled += 1;
        return;
      }
    } else {
      this.#skipTo(n);
      this.next = passing(transcript, n + 1);
    }
    tally.delivered += 1;
    this.delivered += 1;
    tally.latency.add((nowMicros - sent) / 1000);
    this.#noteId(frame);
    if (!this.#isAsSent(n, sent, frame)) tally.altered += 1;
  }

  /** Counts what the filter passes before `n` as lost. */
  #skipTo(n: number): void {
    const transcript = this.#transcript;
    for (
      let lost = passing(transcript, this.next ?? n);
      lost < n;
      lost = passing(transcript, lost + 1)
    ) {
      transcript.tally.lost += 1;
      if (this.missing.size < MISSING_MOST) this.missing.add(lost);
    }
  }

  /** Whether the frame is what was sent under its number; the next one of the transcript is appended to it. */
  #isAsSent(n: number, sent: number, frame: Buffer): boolean {
    const transcript = this.#transcript;
    const index = indexOf(transcript, n);
    if (transcript.numbers[index] === n) {
      const start = startOf(transcript, index) - transcript.base;
      if (!transcript.isShared || start < 0) return isRow(transcript.feed, n, frame);
      return frame.equals(
        transcript.log.subarray(start, (transcript.ends[index] as number) - transcript.base),
      );
    }
    transcript.next ??= n;
    if (n !== transcript.next) return isRow(transcript.feed, n, frame);
    const isRight = isRow(transcript.feed, n, frame);
    if (isRight) append(transcript, n, sent, frame);
    return isRight;
  }

  /** A frame of newest values: every event since the last must be in it, or superseded there by its odd's newest. */
  #conflated(frame: Buffer, nowMicros: number): void {
    const transcript = this.#transcript;
    const { tally, feed } = transcript;
    tally.conflatedFrames += 1;
    const newest = new Map<number, number>();
    let last = 0;
    for (let mark = frame.indexOf(NUMBER_MARK); mark >= 0; ) {
      const n = digits(frame, mark + NUMBER_MARK.length);
      newest.set(feed.oddOf(n).index, n);
      tally.latency.add(
        (nowMicros - digits(frame, frame.indexOf(SENT, mark) + SENT.length)) / 1000,
      );
      last = Math.max(last, n);
      mark = frame.indexOf(NUMBER_MARK, mark + 1);
    }
    const owed = new Map<number, number>();
    for (
      let n = passing(transcript, this.next ?? last);
      n <= last;
      n = passing(transcript, n + 1)
    ) {
      owed.set(feed.oddOf(n).index, n);
      tally.delivered += 1;
      this.delivered += 1;
      tally.conflated += 1;
    }
    for (const [odd, n] of owed) if (newest.get(odd) !== n) tally.lost += 1;
    for (const [odd, n] of newest) if (!owed.has(odd) || n < (this.next ?? n)) tally.doubled += 1;
    this.next = passing(transcript, Math.max(last + 1, this.next ?? 0));
  }

  /** Whether some number up to `last` has not come. */
  isOwed(last: number): boolean {
    return this.next !== null && this.next <= last;
  }

  /** Whatever of the numbers up to `last` has not come. */
  owed(last: number): number {
    let owed = 0;
    if (this.next === null) return owed;
    for (
      let n = passing(this.#transcript, this.next);
      n <= last;
      n = passing(this.#transcript, n + 1)
    )
      owed += 1;
    return owed;
  }

  /** The stream goes on over a new connection: a frame that was cut off is not part of it. */
  restart(): void {
    if (this.#index >= 0) this.#index = -1;
    this.#carry = NOTHING;
  }

  /** The id of the last frame: where a viewer that reconnects goes on. */
  position(): string | null {
    if (this.#index > 0) {
      const { base, ends, log } = this.#transcript;
      const start = startOf(this.#transcript, this.#index - 1) - base;
      if (start >= 0) {
        const head = log.subarray(start, (ends[this.#index - 1] as number) - base);
        return /^id: ?(.*)$/m.exec(head.subarray(0, 120).toString())?.[1] ?? this.lastId;
      }
    }
    return this.lastId;
  }
}

function append(transcript: Transcript, n: number, sent: number, frame: Buffer): void {
  transcript.numbers.push(n);
  transcript.sentAt.push(sent);
  transcript.next = passing(transcript, n + 1);
  if (!transcript.isShared) {
    transcript.ends.push(0);
    return;
  }
  let offset = transcript.end - transcript.base;
  if (offset + frame.length > transcript.log.length) {
    if (transcript.log.length < LOG_MOST) {
      const grown = Buffer.allocUnsafe(Math.max(transcript.log.length * 2, frame.length * 2));
      transcript.log.copy(grown, 0, 0, offset);
      transcript.log = grown;
    } else {
      for (const check of transcript.checks) check.leave(transcript.end - LOG_KEPT);
      transcript.log.copyWithin(0, offset - LOG_KEPT, offset);
      transcript.base = transcript.end - LOG_KEPT;
      offset = LOG_KEPT;
    }
  }
  frame.copy(transcript.log, offset);
  transcript.end += frame.length;
  transcript.ends.push(transcript.end);
}

/** Whether the row in a frame is the one that the seed gives this number. */
function isRow(feed: BenchFeed, n: number, frame: Buffer): boolean {
  try {
    const data = /^data: ?(.*)$/m.exec(frame.toString())?.[1] ?? '';
    const rows = (JSON.parse(data) as { data: { id: string; price: number; n: number }[] }).data;
    const row = rows[0];
    return (
      rows.length === 1 &&
      row?.n === n &&
      row.id === feed.oddOf(n).id &&
      row.price === feed.priceOf(n)
    );
  } catch {
    return false;
  }
}

const CHUNK_HEADER_MOST = 32;
const [CR, LF, SEMICOLON] = [13, 10, 59];

/** Takes HTTP/1.1 apart: the head, then chunks. Hands on slices of the buffer it was given, without a copy. */
export class HttpBody {
  status = 0;
  head = '';
  isHeadDone = false;
  /** The terminating chunk has come. */
  isEnded = false;
  #isChunked = false;
  #left = 0;
  #size = '';
  #phase: 'size' | 'data' | 'after' = 'size';

  take(
    buffer: Buffer,
    length: number,
    on: (buffer: Buffer, from: number, to: number) => void,
  ): void {
    let at = 0;
    if (!this.isHeadDone) {
      const before = this.head.length;
      this.head += buffer.toString('latin1', 0, length);
      const blank = this.head.indexOf('\r\n\r\n', Math.max(0, before - 3));
      if (blank < 0) return;
      at = blank + 4 - before;
      this.head = this.head.slice(0, blank);
      this.isHeadDone = true;
      this.status = Number(this.head.slice(9, 12));
      this.#isChunked = /^transfer-encoding: *chunked/im.test(this.head);
    }
    if (!this.#isChunked) {
      if (at < length) on(buffer, at, length);
      return;
    }
    while (at < length && !this.isEnded) {
      if (this.#phase === 'data') {
        const take = Math.min(this.#left, length - at);
        on(buffer, at, at + take);
        at += take;
        this.#left -= take;
        if (this.#left === 0) this.#phase = 'after';
      } else if (this.#phase === 'after') {
        if (buffer[at] === LF) this.#phase = 'size';
        at += 1;
      } else {
        const byte = buffer[at] as number;
        at += 1;
        if (byte === LF) {
          this.#left = Number.parseInt(this.#size, 16);
          if (!(this.#left >= 0)) throw new Error(`no chunk size: ${this.#size}`);
          this.#size = '';
          this.isEnded = this.#left === 0;
          this.#phase = 'data';
        } else if (byte !== CR && byte !== SEMICOLON) {
          this.#size += String.fromCharCode(byte);
          if (this.#size.length > CHUNK_HEADER_MOST) throw new Error('the chunk header has no end');
        }
      }
    }
  }
}
