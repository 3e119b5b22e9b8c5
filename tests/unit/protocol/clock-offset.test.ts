import { describe, expect, it } from 'vitest';
import { createClockOffset } from '@/lib/protocol/clock-offset';

const cut = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const START = 1_795_000_000_000;

describe('clock offset', () => {
  it('is right to half a second after one ping, and to less after pings at several parts of a second', () => {
    const clock = createClockOffset();
    expect(clock.ms()).toBe(null);
    clock.note(cut(START + 700), START + 700 - 2_000);
    expect(Math.abs((clock.ms() ?? 0) + 2_000)).toBeLessThanOrEqual(550);
    for (let beat = 1; beat < 12; beat += 1) {
      const at = START + beat * 5_090;
      clock.note(cut(at), at - 2_000);
    }
    expect(Math.abs((clock.ms() ?? 0) + 2_000)).toBeLessThanOrEqual(100);
  });

  it('believes the promptest ping where one was held up', () => {
    const clock = createClockOffset();
    clock.note(cut(START), START + 10);
    clock.note(cut(START + 5_000), START + 5_000 + 6_000);
    expect(Math.abs(clock.ms() ?? 9_999)).toBeLessThanOrEqual(550);
  });

  it('forgets what is older than a minute of pings: a clock that was set right is right', () => {
    const clock = createClockOffset();
    clock.note(cut(START), START + 90_000);
    for (let beat = 1; beat <= 12; beat += 1)
      clock.note(cut(START + beat * 5_000), START + beat * 5_000);
    expect(Math.abs(clock.ms() ?? 9_999)).toBeLessThanOrEqual(550);
  });

  it('ignores what is no time', () => {
    const clock = createClockOffset();
    clock.note('ok go', START);
    expect(clock.ms()).toBe(null);
  });
});
