import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeats, type SeatRequest } from '@/lib/access/seats';

const limits = { viewers: 5, addressViewers: 3, signInViewers: 2, filters: 3 };

function ask(address: string | null, signIn: string | null, filter = 'all'): SeatRequest {
  return { address, signIn, filter };
}

describe('seats', () => {
  it('are limited per sign-in, per address and in all', () => {
    const seats = createSeats(limits);
    seats.take(ask('a', 's'));
    seats.take(ask('a', 's'));
    expect(seats.refusal(ask('b', 's'))).toBe('sign-in');
    seats.take(ask('a', 't'));
    expect(seats.refusal(ask('a', 'u'))).toBe('address');
    seats.take(ask('b', null));
    const leave = seats.take(ask('b', null));
    expect(seats.refusal(ask('c', null))).toBe('viewers');
    leave();
    expect(seats.refusal(ask('c', null))).toBeNull();
  });

  it('of exempt addresses and of strangers count in all alone', () => {
    const seats = createSeats(limits);
    for (let count = 0; count < 5; count += 1) {
      expect(seats.refusal(ask(null, null))).toBeNull();
      seats.take(ask(null, null));
    }
    expect(seats.refusal(ask(null, null))).toBe('viewers');
  });

  it('are refused to another filter once there are too many, and not to one in use', () => {
    const seats = createSeats({ ...limits, viewers: 100 });
    const leave = ['x', 'y', 'z'].map((filter) => seats.take(ask(null, null, filter)));
    expect(seats.refusal(ask(null, null, 'new'))).toBe('filters');
    expect(seats.refusal(ask(null, null, 'x'))).toBeNull();
    leave[0]?.();
    expect(seats.refusal(ask(null, null, 'new'))).toBeNull();
  });

  it('are left once, however often somebody leaves', () => {
    const seats = createSeats({ ...limits, viewers: 2 });
    const leave = seats.take(ask('a', null));
    seats.take(ask('a', null));
    leave();
    leave();
    seats.take(ask('a', null));
    expect(seats.refusal(ask('a', null))).toBe('viewers');
  });

  it('are all free again when everybody has left, in whatever order', () => {
    const key = fc.constantFrom('a', 'b', 'c', null);
    const request = fc.record({
      address: key,
      signIn: key,
      filter: fc.constantFrom('x', 'y', 'z', 'w'),
    });
    fc.assert(
      fc.property(fc.array(request), fc.infiniteStream(fc.nat()), (requests, order) => {
        const seats = createSeats(limits);
        const leaves: (() => void)[] = [];
        for (const one of requests) {
          if (seats.refusal(one) === null) leaves.push(seats.take(one));
          const [pick = 0] = order.take(1);
          if (pick % 3 === 0 && leaves.length > 0) leaves.splice(pick % leaves.length, 1)[0]?.();
          expect(leaves.length).toBeLessThanOrEqual(limits.viewers);
        }
        for (const leave of leaves) leave();
        for (const filter of ['n1', 'n2', 'n3']) {
          expect(seats.refusal(ask('a', 'b', filter))).toBeNull();
          seats.take(ask(null, null, filter));
        }
      }),
    );
  });
});
