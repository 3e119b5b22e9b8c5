import { base64url, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createSessions } from '@/lib/access/session';

const HOUR_MS = 3_600_000;
const clock = { now: Date.UTC(2026, 10, 24) };
const options = { password: 'correct horse', secret: '', lastsMs: HOUR_MS, now: () => clock.now };

describe('sessions', () => {
  it('are read back until they end', async () => {
    const sessions = createSessions(options);
    const value = await sessions.issue();
    const read = await sessions.read(value);
    expect(read).toEqual({
      id: expect.stringMatching(/^[\w-]{36}$/),
      expiresAt: clock.now + HOUR_MS,
    });
    clock.now += HOUR_MS - 1_000;
    expect(await sessions.read(value)).not.toBeNull();
    clock.now += 2_000;
    expect(await sessions.read(value)).toBeNull();
  });

  it('go on under their own id, and differ for each sign-in', async () => {
    const sessions = createSessions(options);
    const first = await sessions.read(await sessions.issue());
    const again = await sessions.read(await sessions.issue(first?.id));
    const other = await sessions.read(await sessions.issue());
    expect(again?.id).toBe(first?.id);
    expect(other?.id).not.toBe(first?.id);
  });

  it('outlive a restart, but neither another password nor another secret', async () => {
    const value = await createSessions(options).issue();
    expect(await createSessions(options).read(value)).not.toBeNull();
    for (const change of [{ password: 'correct horse 2' }, { secret: 'a secret of sixteen' }]) {
      expect(await createSessions({ ...options, ...change }).read(value)).toBeNull();
    }
  });

  it('are not believed when anything of them was changed', async () => {
    const sessions = createSessions(options);
    const value = await sessions.issue();
    const [head = '', body = '', signature = ''] = value.split('.');
    const claims = JSON.parse(new TextDecoder().decode(base64url.decode(body)));
    const later = base64url.encode(JSON.stringify({ ...claims, exp: claims.exp + 1 }));
    const unsigned = base64url.encode(JSON.stringify({ alg: 'none' }));
    const foreign = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('correct horse'));
    for (const forged of [
      '',
      'x',
      `${head}.${later}.${signature}`,
      `${unsigned}.${body}.`,
      `${head}.${body}.`,
      foreign,
      `${value}${'A'.repeat(2_000)}`,
    ]) {
      expect(await sessions.read(forged)).toBeNull();
    }
    expect(await sessions.read(value)).not.toBeNull();
  });
});
