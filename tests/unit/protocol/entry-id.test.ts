import { describe, expect, it } from 'vitest';
import { compareEntryIds, createEntryIds, parseEntryId } from '@/lib/protocol/entry-id';

describe('entry id', () => {
  it('is compared as two integers, never as text', () => {
    expect(compareEntryIds('1730079534820-10', '1730079534820-9')).toBeGreaterThan(0);
    expect(compareEntryIds('999-0', '1000-0')).toBeLessThan(0);
    expect(compareEntryIds('5-5', '5-5')).toBe(0);
  });

  it.each(['', '12', '12-', '-1', 'a-b', '1-2-3', '12-3 ', null, 5, '1234567890123456-0'])(
    'is not %j',
    (text) => expect(parseEntryId(text)).toBeNull(),
  );

  it('only grows, though the clock stands still or steps back', () => {
    const times = [5, 5, 5, 3, 6, 6, 2, 7];
    let index = 0;
    const ids = createEntryIds(() => times[Math.min(index++, times.length - 1)] ?? 0);
    const made = times.map(() => ids.next());
    for (let at = 1; at < made.length; at += 1) {
      expect(compareEntryIds(made[at] ?? '', made[at - 1] ?? '')).toBeGreaterThan(0);
    }
  });
});
