/** What the vendor's refusals mean, in words that say what to do. Bodies are never read: they may be pages. */
import { FeedError } from '@/lib/protocol/errors';
import type { Gate } from './gate';
import type { HttpAnswer } from './http';

/**
 * The error that an unhoped-for answer is.
 * @param gate closed by a 429
 * @param what begins the message, such as `The vendor's stream`
 */
export function refusal(
  answer: Pick<HttpAnswer, 'status' | 'contentType' | 'header'>,
  gate: Gate,
  what: string,
): FeedError {
  const { status } = answer;
  if (status === 401) {
    return new FeedError(
      'unauthorized',
      `${what} was refused (401): the key is missing, wrong or inactive; check OPTICODDS_API_KEY.`,
    );
  }
  if (status === 403) {
    return new FeedError(
      'unauthorized',
      `${what} was refused (403): the key does not cover it; ask the vendor to enable copilot for it.`,
    );
  }
  if (status === 429) {
    gate.freeze(Number(answer.header('retry-after') ?? 0));
    return new FeedError(
      'rate-limited',
      `${what} was refused (429): too many requests with this key; the board waits before it asks again.`,
    );
  }
  if (status >= 200 && status < 300) {
    const type = answer.contentType.split(';')[0] || 'no content type';
    return new FeedError(
      'upstream-http',
      `${what} answered ${status} with ${type.slice(0, 40)}; check OPTICODDS_BASE_URL.`,
    );
  }
  return new FeedError('upstream-http', `${what} answered ${status}; the board goes on trying.`);
}

/** Any failure of the way to the vendor as a FeedError. Of a network error only its code is told. */
export function asFeedError(error: unknown, what: string): FeedError {
  if (error instanceof FeedError) return error;
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  return new FeedError(
    'upstream-http',
    `${what} cannot be reached${code ? ` (${code})` : ''}; the board goes on trying.`,
    { cause: error },
  );
}
