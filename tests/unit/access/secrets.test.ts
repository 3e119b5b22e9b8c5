import { describe, expect, it } from 'vitest';
import { createSecretCheck, createTokenCheck } from '@/lib/access/secrets';

describe('secrets', () => {
  it('are matched by themselves alone', () => {
    const isPassword = createSecretCheck('correct horse');
    expect(isPassword('correct horse')).toBe(true);
    for (const wrong of [
      '',
      'correct hors',
      'correct horse ',
      'Correct horse',
      'x'.repeat(9_999),
    ]) {
      expect(isPassword(wrong)).toBe(false);
    }
  });

  it('are known by the names of their tokens', () => {
    const nameOf = createTokenCheck([
      { name: 'model', token: '0123456789abcdef' },
      { name: '2', token: 'fedcba9876543210' },
    ]);
    expect(nameOf('0123456789abcdef')).toBe('model');
    expect(nameOf('fedcba9876543210')).toBe('2');
    for (const wrong of ['', 'model', 'model:0123456789abcdef', '0123456789abcde']) {
      expect(nameOf(wrong)).toBeNull();
    }
    expect(createTokenCheck([])('')).toBeNull();
  });
});
