/** Comparing what somebody sent with a secret, in a time that tells nothing about the secret. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { NamedToken } from '@/lib/feed/config';

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Checks one secret. Both sides are hashed first, so that their lengths do not show either. */
export function createSecretCheck(secret: string): (given: string) => boolean {
  const expected = digest(secret);
  return (given) => timingSafeEqual(digest(given), expected);
}

/** The name of the token that was given, null where it is none. Every token is looked at, wherever the match is. */
export function createTokenCheck(tokens: readonly NamedToken[]): (given: string) => string | null {
  const known = tokens.map(({ name, token }) => ({ name, expected: digest(token) }));
  return (given) => {
    const found = digest(given);
    let match: string | null = null;
    for (const { name, expected } of known) if (timingSafeEqual(found, expected)) match = name;
    return match;
  };
}
