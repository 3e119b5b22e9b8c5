/** One Server-Sent Event, encoded. Order and spacing of the fields are the vendor's: event, id, retry, data. */
export type SseFrame = { event: string; id?: string | null; data: string; retryMs?: number };

/** What the vendor repeats on every frame, and we with it. */
export const RETRY_MS = 5_000;

/** Text of one frame, ending in its blank line. `data` may hold line breaks; `event` and `id` must not. */
export function encodeSse({ event, id, data, retryMs = RETRY_MS }: SseFrame): string {
  const idLine = id ? `id: ${id}\n` : '';
  const dataLines = /[\r\n]/.test(data) ? data.split(/\r\n|\r|\n/).join('\ndata: ') : data;
  return `event: ${event}\n${idLine}retry: ${retryMs}\ndata: ${dataLines}\n\n`;
}

/** The body of a `ping`: server time in whole seconds, UTC (`2024-08-28T18:57:49Z`). */
export function pingData(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
}
