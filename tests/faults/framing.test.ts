/**
 * Event streams as hostile as the standard allows, after the manner of the web platform's tests: to our reader of the
 * vendor's stream, over real HTTP and in every chunking, and from our encoder to others' readers.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventSource } from 'eventsource';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_FEED_SETTINGS } from '@/lib/feed/config';
import { createGate } from '@/lib/feed/gate';
import { httpGet } from '@/lib/feed/http';
import { systemTiming } from '@/lib/feed/timing';
import { openUpstream } from '@/lib/feed/upstream';
import type { FeedEvent } from '@/lib/protocol/events';
import { encodeSse } from '@/lib/protocol/sse';
import { aWireRow } from '@/tests/support/builders';
import { seededRandom } from '@/tests/support/fake-timing';
import { eventually } from '@/tests/support/feed-server';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);

let server: Server;
let url: string;
/** What the next stream is answered with. */
let play: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    play(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Chunks that arrive apart from each other. */
function send(chunks: readonly Buffer[]): (response: ServerResponse) => void {
  return (response) => {
    for (const chunk of chunks) response.write(chunk);
  };
}

function everyByte(text: Buffer): Buffer[] {
  return [...text].map((byte) => Buffer.from([byte]));
}

function anywhere(text: Buffer, random: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0; from < text.length; ) {
    const to = Math.min(text.length, from + 1 + Math.floor(random() * 40));
    chunks.push(text.subarray(from, to));
    from = to;
  }
  return chunks;
}

type Heard = { events: FeedEvent[]; reconnects: number };

/** What our reader of the vendor's stream makes of it; the last event's price is 999. */
async function hear(chunks: readonly Buffer[]): Promise<Heard> {
  play = send(chunks);
  const events: FeedEvent[] = [];
  const settings = DEFAULT_FEED_SETTINGS;
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const upstream = openUpstream(
    {
      get: httpGet,
      baseUrl: url,
      apiKey: 'key',
      timing: systemTiming,
      gate: createGate(systemTiming, settings.upstreamFreezeMs),
      settings,
      log: silent as unknown as Parameters<typeof openUpstream>[0]['log'],
    },
    { sport: 'basketball', leagues: [] },
    { onConnected: () => {}, onEvent: (event) => events.push(event), onChange: () => {} },
  );
  try {
    await eventually(() => expect(pricesOf(events)).toContain(999));
    return { events, reconnects: upstream.status().reconnects };
  } finally {
    upstream.close();
  }
}

const pricesOf = (events: readonly FeedEvent[]) =>
  events.flatMap((event) => (event.kind === 'odds' ? event.rows.map(({ price }) => price) : []));

const body = (price: number, name = 'Almería') =>
  JSON.stringify({
    entry_id: `1795000000000-${price}`,
    data: [aWireRow({ id: `odd ${price}`, price, name })],
    type: 'copilot-odds',
  });
const LAST = `event: copilot-odds\ndata: ${body(999)}\n\n`;
const CONNECTED = 'event: connected\ndata: ok go\n\n';

/** Name, text, and the prices that must be heard before the last one. */
const CASES: readonly (readonly [name: string, text: string | Buffer, prices: number[]])[] = [
  [
    'a byte order mark first',
    `\ufeff${CONNECTED}event: copilot-odds\ndata: ${body(101)}\n\n`,
    [101],
  ],
  ['CR alone', `event: copilot-odds\rdata: ${body(101)}\r\r`, [101]],
  ['CRLF', `event: copilot-odds\r\ndata: ${body(101)}\r\n\r\n`, [101]],
  ['mixed line ends', `event: copilot-odds\rdata: ${body(101)}\n\r\n`, [101]],
  ['comments', `:\n: é\n::\nevent: copilot-odds\n: between\ndata: ${body(101)}\n\n`, [101]],
  ['no space after the colon', `event:copilot-odds\ndata:${body(101)}\n\n`, [101]],
  ['two spaces, of which one is data', `event: copilot-odds\ndata:  ${body(101)}\n\n`, [101]],
  ['a name with a leading space', `event:  copilot-odds\ndata: ${body(101)}\n\n`, []],
  ['a tab, which is no space', `event:\tcopilot-odds\ndata: ${body(101)}\n\n`, []],
  [
    'data in several lines',
    `event: copilot-odds\n${body(101)
      .split('"data":')
      .map((part, index) => `data: ${index ? '"data":' : ''}${part}`)
      .join('\n')}\n\n`,
    [101],
  ],
  ['fields without a colon', `event: copilot-odds\nid\nretry\ndata: ${body(101)}\n\n`, [101]],
  ['data without a colon', `event: copilot-odds\ndata\ndata: ${body(101)}\n\n`, [101]],
  ['empty data', 'event: copilot-odds\ndata:\n\nevent: copilot-odds\ndata\n\n', []],
  ['an event without data', `event: copilot-odds\n\ndata: ${body(101)}\n\n`, []],
  ['no event name', `data: ${body(101)}\n\n`, []],
  ['the name message', `event: message\ndata: ${body(101)}\n\n`, []],
  [
    'unknown fields',
    `event: copilot-odds\nfoo: bar\nDATA: x\n data: y\ndata: ${body(101)}\n\n`,
    [101],
  ],
  ['unknown events', `event: locked-odds\ndata: ${body(101)}\n\n`, []],
  ['an id with NUL', `event: copilot-odds\nid: 1-\0-1\ndata: ${body(101)}\n\n`, [101]],
  ['an empty id', `event: copilot-odds\nid\ndata: ${body(101)}\n\nid:\ndata: x\n\n`, [101]],
  [
    'a retry that is no number',
    `retry: 1000x\nretry: -1\nevent: copilot-odds\ndata: ${body(101)}\n\n`,
    [101],
  ],
  ['a huge line', `event: copilot-odds\ndata: ${body(101, 'x'.repeat(300_000))}\n\n`, [101]],
  ['many blank lines', `\n\n\r\n\r\r\nevent: copilot-odds\ndata: ${body(101)}\n\n\n\n\n`, [101]],
  [
    'broken UTF-8',
    Buffer.concat([
      Buffer.from('event: copilot-odds\ndata: '),
      Buffer.from(body(101).replace('Almería', 'Alm\xe9ria'), 'latin1'),
      Buffer.from('\n\n'),
    ]),
    [101],
  ],
  ['broken JSON', `event: copilot-odds\ndata: ${body(101).slice(0, -3)}\n\n`, []],
];

describe(`our reader of the vendor's stream (seed ${SEED})`, () => {
  it.each(CASES)(
    'takes %s as the standard says, however it is chunked',
    async (name, text, prices) => {
      const whole = Buffer.concat([Buffer.from(text as string), Buffer.from(LAST)]);
      const random = seededRandom(SEED);
      const chunkings = [[whole], anywhere(whole, random), anywhere(whole, random)];
      if (whole.length < 5_000) chunkings.push(everyByte(whole));
      for (const chunks of chunkings) {
        const { events, reconnects } = await hear(chunks);
        expect(pricesOf(events), name).toEqual([...prices, 999]);
        expect(reconnects).toBe(0);
        // Never taken for a line end, a boundary or another character, wherever a chunk ends.
        for (const event of events) {
          if (event.kind !== 'odds' || name === 'broken UTF-8' || name === 'a huge line') continue;
          for (const row of event.rows) expect(row.name).toBe('Almería');
        }
      }
    },
  );

  it('does not hear a last frame without its blank line, and reads on after it broke off', async () => {
    const texts = [
      Buffer.from(`${CONNECTED}event: copilot-odds\ndata: ${body(101)}\n`),
      Buffer.from(`${CONNECTED}${LAST}`),
    ];
    const first = texts.shift() as Buffer;
    const chunks = [first];
    let opens = 0;
    const heard = hear(chunks);
    play = (response) => {
      opens += 1;
      if (opens === 1) response.end(first);
      else response.write(texts[0]);
    };
    const { events } = await heard;
    expect(pricesOf(events)).toEqual([999]);
    expect(opens).toBe(2);
  });
});

const anyText = fc.string({
  unit: fc.constantFrom('a', ' ', ':', '\n', '\r', '\r\n', 'é', '𝒳', '\0', '\ufeff', '"', 'data: '),
  maxLength: 40,
});
const anyFrames = fc.array(
  fc.record({
    event: fc.constantFrom('ping', 'copilot-odds', 'feed-status', 'message'),
    id: fc.option(
      fc.nat(1_000_000).map((seq) => `1795000000000-${seq}`),
      { nil: null },
    ),
    data: anyText.filter((text) => text !== ''),
  }),
  { minLength: 1, maxLength: 8 },
);
/** Line ends of the data are the standard's, whichever they were. */
const lineEnds = (text: string) => text.replace(/\r\n|\r/g, '\n');

describe(`our encoder (seed ${SEED})`, () => {
  it('is understood by eventsource-parser, wherever the text is cut', () => {
    fc.assert(
      fc.property(anyFrames, fc.integer(), (frames, cutSeed) => {
        const heard: EventSourceMessage[] = [];
        const parser = createParser({ onEvent: (event) => heard.push(event) });
        const text = new TextDecoder();
        const bytes = Buffer.from(frames.map((frame) => encodeSse(frame)).join(''));
        for (const chunk of anywhere(bytes, seededRandom(cutSeed))) {
          parser.feed(text.decode(chunk, { stream: true }));
        }
        expect(heard.map(({ event, data }) => [event, data])).toEqual(
          frames.map(({ event, data }) => [event, lineEnds(data)]),
        );
        expect(heard.map(({ id }) => id ?? null)).toEqual(frames.map(({ id }) => id));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('is understood by an EventSource', async () => {
    const frames = fc.sample(anyFrames, { seed: SEED, numRuns: 40 }).flat();
    const bytes = Buffer.from(frames.map((frame) => encodeSse(frame)).join(''));
    play = send(anywhere(bytes, seededRandom(SEED)));
    const source = new EventSource(url);
    const heard: [string, string][] = [];
    for (const name of ['ping', 'copilot-odds', 'feed-status', 'message']) {
      source.addEventListener(name, ({ type, data }) => heard.push([type, data]));
    }
    await eventually(() => expect(heard.length).toBe(frames.length));
    source.close();
    expect(heard).toEqual(frames.map(({ event, data }) => [event, lineEnds(data)]));
  });
});
