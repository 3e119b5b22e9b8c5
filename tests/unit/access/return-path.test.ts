import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeReturnPath, signInPath } from '@/lib/access/return-path';

describe('safeReturnPath', () => {
  it.each([
    '/',
    '/basketball',
    '/basketball?view=lines&league=NBA&market=Team+Total&q=o%27neal',
    '/tennis?league=ATP%20Paris#here',
    '/basketball?q=//evil.example',
    '/basketball?next=https://evil.example',
  ])('keeps %s', (path) => {
    expect(safeReturnPath(path)).toBe(path);
  });

  it.each([
    null,
    undefined,
    '',
    'basketball',
    'https://evil.example/',
    'javascript:alert(1)',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/x/..//evil.example',
    '/x\r\nSet-Cookie: a=b',
    '/sign-in',
    '/sign-in?next=/',
    '/sign-out',
    '/x/../sign-out',
    '/api/snapshot/basketball',
    `/${'x'.repeat(9_000)}`,
  ])('leads to the first board instead of %j', (path) => {
    expect(safeReturnPath(path)).toBe('/');
  });

  it('never leads to another origin, whatever is asked for', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      '\t',
      '\n',
      '@',
      ':',
      '?',
      '#',
      'evil.example',
      'https:',
      ' ',
      '\u0000',
      '\u3000',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = safeReturnPath(`/${pieces.join('')}`);
        expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
        expect(new URL(path, 'http://board.example').origin).toBe('http://board.example');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('signInPath', () => {
  it('carries the view, and nothing where there is none', () => {
    expect(signInPath('/')).toBe('/sign-in');
    const path = '/basketball?league=NBA&market=Team+Total';
    expect(new URL(signInPath(path), 'http://b').searchParams.get('next')).toBe(path);
  });

  it('leaves out what is no part of the view: how a browser asked, and a token', () => {
    const next = (path: string) => new URL(signInPath(path), 'http://b').searchParams.get('next');
    expect(next('/tennis?_rsc=1a2b')).toBe('/tennis');
    expect(next('/tennis?key=secret')).toBe('/tennis');
    expect(next('/tennis?view=lines&_rsc=1a2b')).toBe('/tennis?view=lines');
  });
});
