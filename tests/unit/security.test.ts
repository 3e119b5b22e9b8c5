import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, isHostAllowed } from '@/lib/security';

function directives(policy: string): Map<string, string[]> {
  return new Map(
    policy.split('; ').map((part) => {
      const [name = '', ...values] = part.split(' ');
      return [name, values];
    }),
  );
}

describe('contentSecurityPolicy', () => {
  const policy = directives(contentSecurityPolicy('bm9uY2U=', false));

  it('runs scripts that carry the nonce of the answer, and what those load', () => {
    expect(policy.get('script-src')).toEqual(["'self'", "'nonce-bm9uY2U='", "'strict-dynamic'"]);
  });

  it('allows inline styles as attributes alone', () => {
    expect(policy.get('style-src')).toEqual(["'self'", "'nonce-bm9uY2U='"]);
    expect(policy.get('style-src-attr')).toEqual(["'unsafe-inline'"]);
  });

  it('connects to nobody but the board', () => {
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(policy.get('default-src')).toEqual(["'self'"]);
    expect(policy.get('form-action')).toEqual(["'self'"]);
  });

  it('cannot be framed, rebased or made to load a plug-in', () => {
    for (const name of ['frame-ancestors', 'base-uri', 'object-src']) {
      expect(policy.get(name)).toEqual(["'none'"]);
    }
  });

  it('names no other origin and allows no eval', () => {
    expect([...policy.values()].flat().join(' ')).not.toMatch(/https?:|\*|unsafe-eval|ws:/);
  });

  it('gives the development server eval and its socket', () => {
    const dev = directives(contentSecurityPolicy('bm9uY2U=', true));
    expect(dev.get('script-src')).toContain("'unsafe-eval'");
    expect(dev.get('connect-src')).toContain('ws:');
  });
});

describe('isHostAllowed', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LocalHost:3000',
    '127.0.0.1',
    '127.0.0.1:3000',
    '127.8.9.1:80',
    '[::1]',
    '[::1]:3000',
  ])('allows %s', (host) => {
    expect(isHostAllowed(host, [])).toBe(true);
  });

  it.each([
    null,
    '',
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '0.0.0.0:3000',
    '[::2]:3000',
    'localhost@evil.example',
    'localhost:3000:80',
  ])('refuses %s', (host) => {
    expect(isHostAllowed(host, [])).toBe(false);
  });

  it('allows the names of the setting, with any port, in any case', () => {
    expect(isHostAllowed('Board.example:8443', ['board.example'])).toBe(true);
    expect(isHostAllowed('board.example', ['board.example'])).toBe(true);
    expect(isHostAllowed('other.example', ['board.example'])).toBe(false);
    expect(isHostAllowed('a.board.example', ['board.example'])).toBe(false);
  });

  it('allows one port of a name where the setting says so', () => {
    expect(isHostAllowed('board.example:1', ['board.example:1'])).toBe(true);
    expect(isHostAllowed('board.example:2', ['board.example:1'])).toBe(false);
  });
});
