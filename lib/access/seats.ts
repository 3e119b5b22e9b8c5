/** Who sits where: viewers in all, per address, per sign-in, and the different filters they use. */

/** The words under which a refusal is counted and told. */
export type SeatRefusal = 'viewers' | 'address' | 'sign-in' | 'filters';

export type SeatRequest = {
  /** Null: not counted by address. */
  address: string | null;
  /** The sign-in or token; null where none is needed. */
  signIn: string | null;
  /** Equal for viewers who are sent the same. */
  filter: string;
};

export type Seats = {
  /** Why there is no seat; null where there is one. */
  refusal(request: SeatRequest): SeatRefusal | null;
  /** Takes a seat that `refusal` did not refuse; answers how to leave it. Leaving twice is leaving once. */
  take(request: SeatRequest): () => void;
};

export type SeatLimits = {
  viewers: number;
  addressViewers: number;
  signInViewers: number;
  filters: number;
};

/** Counts by key; what is at zero is forgotten. */
export function createCounts() {
  const counts = new Map<string, number>();
  return {
    of: (key: string | null) => (key === null ? 0 : (counts.get(key) ?? 0)),
    has: (key: string) => counts.has(key),
    get size() {
      return counts.size;
    },
    add(key: string | null, step: 1 | -1) {
      if (key === null) return;
      const count = (counts.get(key) ?? 0) + step;
      if (count > 0) counts.set(key, count);
      else counts.delete(key);
    },
  };
}

export function createSeats(limits: SeatLimits): Seats {
  let taken = 0;
  const addresses = createCounts();
  const signIns = createCounts();
  const filters = createCounts();

  function move({ address, signIn, filter }: SeatRequest, step: 1 | -1): void {
    taken += step;
    addresses.add(address, step);
    signIns.add(signIn, step);
    filters.add(filter, step);
  }

  return {
    refusal({ address, signIn, filter }) {
      // One's own limit first: it is the one that one can do something about.
      if (signIns.of(signIn) >= limits.signInViewers) return 'sign-in';
      if (addresses.of(address) >= limits.addressViewers) return 'address';
      if (taken >= limits.viewers) return 'viewers';
      if (filters.size >= limits.filters && !filters.has(filter)) return 'filters';
      return null;
    },
    take(request) {
      let isSeated = true;
      move(request, 1);
      return () => {
        if (!isSeated) return;
        isSeated = false;
        move(request, -1);
      };
    },
  };
}
