import { describe, expect, it } from 'vitest';
import { countdownOf } from '@/lib/board/countdown';

const START = '2026-11-22T19:30:00.000Z';
const at = (
  beforeMs: number,
  status: string | null = 'unplayed',
  startDate: string | null = START,
) => countdownOf({ status, startDate }, Date.parse(START) - beforeMs);

describe('the time until a start', () => {
  it('is told in whole minutes within the last hour', () => {
    expect(at(3_600_001)).toBeNull();
    expect(at(3_600_000)).toEqual({ kind: 'minutes', text: 'in 60 m' });
    expect(at(12 * 60_000 + 59_999)).toEqual({ kind: 'minutes', text: 'in 12 m' });
    expect(at(60_000)).toEqual({ kind: 'minutes', text: 'in 1 m' });
  });

  it('is told in seconds within the last minute', () => {
    expect(at(59_999)).toEqual({ kind: 'seconds', text: 'in 60 s' });
    expect(at(1)).toEqual({ kind: 'seconds', text: 'in 1 s' });
  });

  it('is over without a word of it where the status stayed the same', () => {
    expect(at(0)).toEqual({ kind: 'overdue', text: 'not live yet' });
    expect(at(-6 * 3_600_000)).toEqual({ kind: 'overdue', text: 'not live yet' });
    expect(at(-13 * 3_600_000)).toBeNull();
  });

  it('is counted down to for what is delayed, which says so itself once it has passed', () => {
    expect(at(120_000, 'delayed')).toEqual({ kind: 'minutes', text: 'in 2 m' });
    expect(at(-1, 'delayed')).toBeNull();
  });

  it.each(['live', 'half', 'suspended', 'completed', 'cancelled', 'odd', null])(
    'is nothing where the status is %s',
    (status) => {
      expect(at(120_000, status)).toBeNull();
      expect(at(-120_000, status)).toBeNull();
    },
  );

  it('is nothing where the start is not known', () => {
    expect(at(0, 'unplayed', null)).toBeNull();
    expect(at(0, 'unplayed', 'soon')).toBeNull();
  });
});
