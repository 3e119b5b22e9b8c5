/** Reads an SSE stream of bytes as a client would. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';

export type StreamReader = {
  events: EventSourceMessage[];
  /** Text as it came. */
  text(): string;
  /** Chunks taken so far. */
  chunks(): number;
  isDone(): boolean;
  /** The `data` of every event with this name, parsed. */
  data(name: string): Record<string, unknown>[];
  /** Takes what is waiting. */
  take(): Promise<void>;
  /** Takes the next chunk; there must be one. */
  takeOne(): Promise<void>;
  cancel(): Promise<void>;
};

/** Takes chunks only when `take` is called, so that a test decides when the socket is full. */
export function readStream(stream: ReadableStream<Uint8Array>): StreamReader {
  const reader = stream.getReader();
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const decoder = new TextDecoder();
  let text = '';
  let chunks = 0;
  let isDone = false;
  let waiting: Promise<void> | null = null;

  function next(): Promise<void> {
    waiting ??= reader.read().then(({ done, value }) => {
      waiting = null;
      if (done) {
        isDone = true;
        return;
      }
      chunks += 1;
      const part = decoder.decode(value, { stream: true });
      text += part;
      parser.feed(part);
    });
    return waiting;
  }

  return {
    events,
    text: () => text,
    chunks: () => chunks,
    isDone: () => isDone,
    data: (name) =>
      events.filter(({ event }) => event === name).map(({ data }) => JSON.parse(data)),
    takeOne: next,
    async take() {
      for (;;) {
        const before = chunks;
        await Promise.race([next(), new Promise((resolve) => setImmediate(resolve))]);
        await new Promise((resolve) => setImmediate(resolve));
        if (isDone || chunks === before) return;
      }
    },
    cancel: () => reader.cancel(),
  };
}
