/** Wrong passwords are counted per address and in all, in fixed windows; nothing grows without a bound. */

export type AttemptsOptions = {
  /** From one address. */
  each: number;
  inAll: number;
  windowMs: number;
  /** Epoch ms. */
  now(): number;
};

export type Attempts = {
  /**
   * Ms to wait before another attempt is looked at; 0 where there is none. A null address is exempt from the
   * limit of each, and one that was right before from that of all: strangers must not keep the team out.
   */
  waitMs(address: string | null): number;
  /** One was wrong. */
  failed(address: string | null): void;
  /** One was right. Loopback's is nobody's: whatever runs there would be let past the bound of all. */
  succeeded(address: string | null): void;
};

/** Addresses remembered; the one whose window began first is forgotten for a new one. */
const MOST_ADDRESSES = 10_000;

type Window = { failures: number; endsAt: number };

export function createAttempts({ each, inAll, windowMs, now }: AttemptsOptions): Attempts {
  const byAddress = new Map<string, Window>();
  /** Addresses that were right, newest last. */
  const known = new Set<string>();
  let all: Window = { failures: 0, endsAt: 0 };

  /** The window that is open; one that has passed counts no more. */
  const current = (window: Window | undefined): Window =>
    window && window.endsAt > now() ? window : { failures: 0, endsAt: now() + windowMs };

  return {
    waitMs(address) {
      const own = address === null ? undefined : byAddress.get(address);
      const full = [
        own && own.failures >= each ? own.endsAt - now() : 0,
        all.failures >= inAll && !(address !== null && known.has(address)) ? all.endsAt - now() : 0,
      ];
      return Math.max(0, ...full);
    },
    failed(address) {
      all = current(all);
      all.failures += 1;
      if (address === null) return;
      const own = current(byAddress.get(address));
      own.failures += 1;
      // Anew at the end of the map, which is in the order of windows.
      if (own.failures === 1) byAddress.delete(address);
      byAddress.set(address, own);
      if (byAddress.size <= MOST_ADDRESSES) return;
      const [oldest] = byAddress.keys();
      if (oldest !== undefined) byAddress.delete(oldest);
    },
    succeeded(address) {
      if (address === null) return;
      known.delete(address);
      known.add(address);
      const [oldest] = known;
      if (known.size > MOST_ADDRESSES && oldest !== undefined) known.delete(oldest);
    },
  };
}
