/**
 * Sign-ins as signed cookies: nothing of them is held here, so a restart keeps them, and another password or secret
 * ends them all.
 */
import { randomUUID, scryptSync } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

export type Session = {
  /** Differs for each sign-in. */
  id: string;
  /** Epoch ms. */
  expiresAt: number;
};

export type Sessions = {
  /** The value of a new sign-in's cookie, or of the one that goes on as `id`. */
  issue(id?: string): Promise<string>;
  /** The session of a cookie's value; null where it is not one of ours, or over. */
  read(value: string): Promise<Session | null>;
};

export type SessionsOptions = {
  password: string;
  /** May be empty. */
  secret: string;
  lastsMs: number;
  /** Epoch ms. */
  now(): number;
};

const ALGORITHM = 'HS256';
const ISSUER = 'odds-board';

/** Longest value that is looked at. */
const VALUE_LIMIT = 1_024;

export function createSessions({ password, secret, lastsMs, now }: SessionsOptions): Sessions {
  // A slow hash: a stolen cookie must not be a quick way to guess the password it was signed with.
  const key = new Uint8Array(scryptSync(password, `${ISSUER} sessions ${secret}`, 32));

  return {
    async issue(id = randomUUID()) {
      return new SignJWT({})
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(ISSUER)
        .setJti(id)
        .setIssuedAt(Math.floor(now() / 1_000))
        .setExpirationTime(Math.floor((now() + lastsMs) / 1_000))
        .sign(key);
    },
    async read(value) {
      if (value === '' || value.length > VALUE_LIMIT) return null;
      try {
        const { payload } = await jwtVerify(value, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          requiredClaims: ['jti', 'exp'],
          currentDate: new Date(now()),
        });
        const { jti = '', exp = 0 } = payload;
        return { id: jti, expiresAt: exp * 1_000 };
      } catch {
        return null;
      }
    },
  };
}
