/** What somebody sent or kept, short enough to be told back: at most `most` characters, and a sign that there were more. */
export function clip(text: string, most = 80): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Why the feed or the start failed; each code has its cause and cure in ARCHITECTURE.md. */
export type FeedErrorCode =
  | 'config'
  | 'unauthorized'
  | 'rate-limited'
  | 'upstream-http'
  | 'stalled'
  | 'frame-too-large'
  | 'bad-row';

/** An error a person can act on: a closed code, and a message that says what to do. Never holds a key. */
export class FeedError extends Error {
  override readonly name = 'FeedError';

  constructor(
    readonly code: FeedErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
