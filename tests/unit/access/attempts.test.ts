import { describe, expect, it } from 'vitest';
import { createAttempts } from '@/lib/access/attempts';

function attempts(options: { each?: number; inAll?: number } = {}) {
  const clock = { now: 1_000 };
  const made = createAttempts({
    each: 2,
    inAll: 100,
    windowMs: 60_000,
    now: () => clock.now,
    ...options,
  });
  return { clock, ...made };
}

describe('attempts', () => {
  it('make an address wait until its window ends, and no other', () => {
    const { clock, waitMs, failed } = attempts();
    failed('a');
    expect(waitMs('a')).toBe(0);
    clock.now += 10_000;
    failed('a');
    expect(waitMs('a')).toBe(50_000);
    expect(waitMs('b')).toBe(0);
    clock.now += 50_000;
    expect(waitMs('a')).toBe(0);
    failed('a');
    expect(waitMs('a')).toBe(0);
  });

  it('make everybody wait once there were too many in all, the exempt included', () => {
    const { clock, waitMs, failed } = attempts({ inAll: 3 });
    for (const address of ['a', 'b', null]) failed(address);
    for (const address of ['a', 'z', null]) expect(waitMs(address)).toBe(60_000);
    clock.now += 60_000;
    expect(waitMs(null)).toBe(0);
  });

  it('of strangers keep nobody out whose address was right before', () => {
    const { waitMs, failed, succeeded } = attempts({ inAll: 3 });
    succeeded('desk');
    for (const address of ['a', 'b', 'c']) failed(address);
    expect(waitMs('a')).toBe(60_000);
    expect(waitMs('desk')).toBe(0);
    failed('desk');
    failed('desk');
    expect(waitMs('desk')).toBe(60_000);
  });

  it('that were right let nobody past the bound of all by an exempt address', () => {
    const { waitMs, failed, succeeded } = attempts({ inAll: 2 });
    succeeded(null);
    for (let count = 0; count < 2; count += 1) failed(null);
    expect(waitMs(null)).toBe(60_000);
    expect(waitMs('a')).toBe(60_000);
  });

  it('remember a bounded number of addresses that were right', () => {
    const { waitMs, failed, succeeded } = attempts({ inAll: 1 });
    for (let count = 0; count <= 10_000; count += 1) succeeded(`address ${count}`);
    failed('a');
    expect(waitMs('address 0')).toBe(60_000);
    expect(waitMs('address 1')).toBe(0);
  });

  it('never make an exempt address wait for its own', () => {
    const { waitMs, failed } = attempts();
    for (let count = 0; count < 50; count += 1) failed(null);
    expect(waitMs(null)).toBe(0);
  });

  it('forget the oldest of too many addresses', () => {
    const { waitMs, failed } = attempts({ each: 1, inAll: 1e9 });
    for (let count = 0; count <= 10_000; count += 1) failed(`address ${count}`);
    expect(waitMs('address 0')).toBe(0);
    expect(waitMs('address 1')).toBe(60_000);
    expect(waitMs('address 10000')).toBe(60_000);
  });
});
