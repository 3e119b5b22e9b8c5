import { describe, expect, it } from 'vitest';
import { formatLength } from '@/lib/protocol/length';

describe('lengths of time', () => {
  it('have one place behind the point below a minute, and two digits in what follows', () => {
    expect([0, 349, 12_000, 59_940, 60_000, 125_000, 3_720_000].map(formatLength)).toEqual([
      '0.0 s',
      '0.3 s',
      '12.0 s',
      '59.9 s',
      '1 m 00 s',
      '2 m 05 s',
      '1 h 02 m',
    ]);
  });
});
