import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createTally,
  createTranscript,
  HttpBody,
  type Tally,
  ViewerCheck,
} from '../../bench/relay/checker';
import { createBenchFeed, EVERYTHING, type Filter, LEAGUES, rowJson } from '../../bench/relay/feed';

const SEED = 7;
const feed = createBenchFeed(SEED, 60);

function row(n: number, price = feed.priceOf(n)): string {
  return rowJson(feed.oddOf(n), price, 1_795_000_000, `,"n":${n},"sent":${n * 1_000}`);
}

function frame(n: number, price?: number): string {
  return `event: copilot-odds\nid: 1-${n}\nretry: 5000\ndata: {"data":[${row(n, price)}],"type":"copilot-odds"}\n\n`;
}

function conflated(numbers: readonly number[]): string {
  const rows = numbers.map((n) => row(n)).join(',');
  return `event: copilot-odds\nid: 1-${Math.max(...numbers)}\nretry: 5000\ndata: {"data":[${rows}],"conflated":true}\n\n`;
}

const ping = 'event: ping\nretry: 1234\ndata: 2026-11-24T00:00:00Z\n\n';
const events = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => frame(from + index));

/** After everything was sent. */
const RECEIVED_MICROS = 1_000_000;

/** Feeds every viewer its text, cut into pieces of the given sizes by turns. */
function check(
  texts: readonly string[],
  { last, filter = EVERYTHING, sizes = [97] }: { last: number; filter?: Filter; sizes?: number[] },
): Omit<Tally, 'latency'> & { owed: number; viewers: ViewerCheck[] } {
  const tally = createTally();
  const transcript = createTranscript(feed, filter, tally, true);
  const viewers = texts.map(() => new ViewerCheck(transcript, null));
  for (const viewer of viewers) viewer.expect(1);
  const places = texts.map(() => 0);
  for (
    let turn = 0;
    places.some((place, index) => place < (texts[index]?.length ?? 0));
    turn += 1
  ) {
    viewers.forEach((viewer, index) => {
      const place = places[index] ?? 0;
      const bytes = Buffer.from(
        texts[index]?.slice(place, place + (sizes[(turn + index) % sizes.length] ?? 1)) ?? '',
      );
      places[index] = place + bytes.length;
      // The buffer is used again by the next read.
      const shared = Buffer.alloc(bytes.length + 3, '#');
      bytes.copy(shared, 3);
      if (bytes.length > 0) viewer.take(shared, 3, shared.length, RECEIVED_MICROS);
      shared.fill('#');
    });
  }
  const owed = viewers.reduce((sum, viewer) => sum + viewer.owed(last), 0);
  return { ...tally, owed, viewers };
}

const RIGHT = { lost: 0, doubled: 0, disordered: 0, altered: 0, owed: 0 };

describe('the check of every entry', () => {
  it('finds nothing wrong with a right stream, however it is cut and whoever is ahead', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1 }), (sizes) => {
        const text = [...events(1, 20), ping, ...events(21, 40)].join('');
        const found = check([text, text, text], { last: 40, sizes });
        expect(found).toMatchObject({ ...RIGHT, delivered: 120, pings: 3 });
      }),
      { numRuns: 200, seed: SEED },
    );
  });

  const good = events(1, 30);
  const faulty: [string, string[], object][] = [
    ['a lost one', good.toSpliced(10, 1), { lost: 1 }],
    ['a lost last one', good.slice(0, -1), { owed: 1 }],
    ['a doubled one', good.toSpliced(10, 0, frame(10)), { doubled: 1 }],
    ['two swapped ones', good.toSpliced(10, 2, frame(12), frame(11)), { disordered: 1 }],
    ['another price', good.toSpliced(10, 1, frame(11, -500)), { altered: 1 }],
  ];
  for (const [what, frames, wrong] of faulty) {
    for (const isFirst of [true, false]) {
      it(`finds ${what}, at ${isFirst ? 'the first' : 'the last'} of three viewers`, () => {
        const texts = [good.join(''), good.join('')];
        texts.splice(isFirst ? 0 : 2, 0, frames.join(''));
        for (const size of [50, 700, 100_000]) {
          const found = check(texts, { last: 30, sizes: [size] });
          expect(found).toMatchObject({ ...RIGHT, ...wrong });
        }
      });
    }
  }

  it('finds one altered byte of a row, though number and price are right', () => {
    const text = good.join('');
    const spoilt = text.replace('"name":"Over', '"name":"Ower');
    expect(check([text, spoilt], { last: 30, sizes: [5_000] })).toMatchObject({
      ...RIGHT,
      altered: 1,
    });
  });

  it('owes a filter what it passes, and finds what it does not pass', () => {
    const filter = { leagues: [LEAGUES[0] ?? ''], markets: [] };
    const matches = feed.matcher(filter);
    const passed = Array.from({ length: 60 }, (_, index) => index + 1).filter(matches);
    expect(passed.length).toBeLessThan(60);
    const text = passed.map((n) => frame(n)).join('');
    expect(check([text, text], { last: 60, filter })).toMatchObject(RIGHT);
    const other = Array.from({ length: 60 }, (_, index) => index + 1).find((n) => !matches(n)) ?? 0;
    const spoilt = [...passed, other].sort((a, b) => a - b).map((n) => frame(n));
    expect(check([spoilt.join('')], { last: 60, filter }).altered).toBe(1);
    const short = passed.slice(0, -1).map((n) => frame(n));
    expect(check([short.join('')], { last: 60, filter }).owed).toBe(1);
  });

  it('accepts a conflated frame only with the newest value of every odd since', () => {
    // 60 odds: numbers 61 to 70 move the odds of 1 to 10 again.
    const newest = Array.from({ length: 60 }, (_, index) => (index < 10 ? index + 61 : index + 1));
    const rest = events(71, 75).join('');
    expect(check([conflated(newest) + rest], { last: 75 })).toMatchObject({
      ...RIGHT,
      delivered: 75,
      conflated: 70,
    });
    const old = newest.map((n) => (n === 65 ? 5 : n));
    expect(check([conflated(old) + rest], { last: 75 }).lost).toBe(1);
    expect(check([conflated(newest.slice(0, -1)) + rest], { last: 75 }).lost).toBe(1);
  });

  it('knows the id and the retry to come back with', () => {
    const text = [...events(1, 5), ping].join('');
    const { viewers } = check([text, text], { last: 5, sizes: [10_000] });
    for (const viewer of viewers) {
      expect(viewer.position()).toBe('1-5');
      expect(viewer.lastRetryMs).toBe(1_234);
    }
  });
});

describe('latency', () => {
  it('is refused where something arrives before it was sent', () => {
    const { latency } = createTally();
    latency.add(0);
    expect(() => latency.add(-0.001)).toThrow(/clocks disagree/);
  });

  it('is told by the upper edge of a bucket of 50 µs', () => {
    const { latency } = createTally();
    for (let ms = 1; ms <= 100; ms += 1) latency.add(ms);
    expect(latency.at(0.5)).toBeCloseTo(50.05);
    expect(latency.at(0.99)).toBeCloseTo(99.05);
  });
});

describe('the body of an answer', () => {
  it('is the same however its chunks are cut', () => {
    const chunks = ['event: ping\n', 'data: x\n\n', 'a'.repeat(300)];
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const framed = chunks.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join('');
    const bytes = Buffer.from(`${head}${framed}0\r\n\r\n`);
    for (let size = 1; size < 60; size += 1) {
      const body = new HttpBody();
      let text = '';
      for (let at = 0; at < bytes.length; at += size) {
        const piece = Buffer.from(bytes.subarray(at, at + size));
        body.take(piece, piece.length, (buffer, from, to) => {
          text += buffer.toString('latin1', from, to);
        });
      }
      expect(body).toMatchObject({ status: 200, isEnded: true });
      expect(text).toBe(chunks.join(''));
    }
  });
});
