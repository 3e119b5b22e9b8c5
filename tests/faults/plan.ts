/** What goes wrong, drawn from a seed: the same seed plans the same faults. */
import type { Fault, FaultKind } from '@/tests/support/fault-proxy';

export type Planned = { atMs: number; fault: Fault };
export type Episode = { mood: string; lastsMs: number; planned: Planned[] };

type Weights = Partial<Record<FaultKind, number>>;

const FRAMES: Weights = {
  'split-everywhere': 4,
  'split-in-character': 6,
  'split-in-field': 6,
  'split-in-line-end': 6,
  comment: 3,
  duplicate: 8,
  reorder: 8,
  delay: 4,
};
const CUTS: Weights = {
  cut: 6,
  end: 4,
  'cut-in-frame': 6,
  'cut-in-character': 4,
  'open-refused': 3,
  'open-status': 3,
  'open-html': 1,
  'open-hang': 1,
  'cut-all': 0.3,
};
const SILENCES: Weights = { stall: 6, silence: 2, delay: 10 };
const READS: Weights = {
  'read-delay': 8,
  'read-status': 5,
  'read-cut': 4,
  'read-hang': 1,
  'read-html': 2,
  'read-broken': 3,
  'read-limit': 0.3,
};
/** Damage of which nothing but a later read can tell. */
const DAMAGE: Weights = { truncate: 4, spoil: 4, 'duplicate-late': 4 };

const MOODS: Record<string, Weights> = {
  frames: FRAMES,
  cuts: { ...FRAMES, ...CUTS },
  silences: { ...FRAMES, ...SILENCES, cut: 2 },
  reads: { ...FRAMES, ...READS, cut: 4, 'cut-in-frame': 4 },
  outages: { ...FRAMES, outage: 1, 'open-status': 4, 'open-refused': 2, cut: 2 },
  everything: { ...FRAMES, ...CUTS, ...SILENCES, ...READS, outage: 0.2 },
};

// Not 401 or 403: a refused key is asked about again after five minutes, by design.
const OPEN_STATUSES = [400, 404, 408, 429, 500, 502, 503, 504];
const READ_STATUSES = [400, 403, 404, 500, 502, 503];

/** Seconds that a fault of a kind lasts, in the time of the feed. */
const LASTS: Partial<Record<FaultKind, readonly [number, number]>> = {
  stall: [2, 14],
  delay: [0.05, 5],
  reorder: [0.5, 5],
  outage: [1, 8],
  'read-delay': [0.1, 15],
};

/**
 * The faults of one episode.
 * @param random seeded
 * @param isDamaging also what no client can notice before it reads anew
 */
export function planEpisode(
  random: () => number,
  {
    count,
    lastsMs,
    scale,
    isDamaging,
  }: {
    count: number;
    lastsMs: number;
    scale: number;
    isDamaging: boolean;
  },
): Episode {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const mood = pick(Object.keys(MOODS));
  const weights = Object.entries({ ...MOODS[mood], ...(isDamaging ? DAMAGE : {}) });
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  const kind = (): FaultKind => {
    let at = random() * total;
    for (const [name, weight] of weights) {
      at -= weight;
      if (at < 0) return name as FaultKind;
    }
    return 'cut';
  };
  const planned = Array.from({ length: count }, () => {
    const own = kind();
    const [from, to] = LASTS[own] ?? [0, 0];
    return {
      atMs: random() * lastsMs,
      fault: {
        kind: own,
        where: random(),
        ms: ((from + random() * (to - from)) * 1_000) / scale,
        status: pick(own.startsWith('read') ? READ_STATUSES : OPEN_STATUSES),
      },
    };
  });
  planned.sort((a, b) => a.atMs - b.atMs);
  return { mood, lastsMs, planned };
}
