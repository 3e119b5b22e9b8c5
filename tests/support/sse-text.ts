import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** The events of an SSE text, in order, as a client would receive them. */
export function parseSseText(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  parser.feed(text);
  return events;
}
