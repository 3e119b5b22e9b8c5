/**
 * Switches for everything the vendor was seen to do wrong, and for behaviour that is not known. All off is
 * the vendor as documented.
 */
export const FAULTS = {
  'mismatched-ids': 'the SSE id differs from the payload entry_id',
  duplicates: 'about 1 event in 10 000 is sent twice',
  swaps: 'about 1 event in 10 000 changes places with the next',
  'mid-frame-cut': 'streams break in the middle of a frame after 4 to 12 s',
  'clean-close': 'streams end cleanly after 4 to 12 s',
  'silent-stall': 'open streams send nothing, not even pings',
  'rate-limited': 'every request is answered 429 with an empty body',
  unauthorized: 'every request is answered 401 as if the key had been withdrawn',
  'html-500': 'every request is answered 500 with an HTML page',
  'slow-rest': 'REST answers take 3 s',
  'rest-forbidden': 'REST is answered 403, streams work',
  empties: 'empty fields come as "", null, "None" or not at all',
  'float-timestamps': 'stream rows carry timestamps with a fraction',
  'integer-timestamps': 'REST rows carry whole timestamps',
  'naive-dates': 'settled_at comes without an offset',
  'optional-fields':
    'rows carry market_id, league_id, sport_id, normalized_selection and version, settled ones is_live',
  'trailing-zero-prices': 'whole prices are printed as -110.0',
  'malformed-rows': 'about 1 event in 20 carries a broken row',
  'odd-framing': 'CRLF, comments, data in several lines and unknown events on the stream',
  'silent-fixtures': 'fixture-status is never sent',
  'two-versions': 'a second copilot version, 31, with a bigger hold',
  'old-pagination': 'lists answer page and total_pages',
  'resume-none': 'last_entry_id is ignored (the default, as measured)',
  'resume-30s': 'last_entry_id replays at most the last 30 s',
  'resume-full': 'last_entry_id replays everything still held',
} as const;

export type FaultName = keyof typeof FAULTS;

/** The faults switched on; may be changed while the simulator runs. */
export type Faults = {
  has(name: FaultName): boolean;
  set(name: FaultName, isOn: boolean): void;
  /** Switches on exactly these. */
  only(names: readonly FaultName[]): void;
  list(): FaultName[];
  /** Part of events that `duplicates` and `swaps` strike. */
  share: number;
};

/** Checks names from outside; throws an error that lists the known ones. */
export function parseFaults(names: readonly string[]): FaultName[] {
  return names.map((name) => {
    if (name in FAULTS) return name as FaultName;
    throw new Error(
      `unknown fault "${name.slice(0, 80)}"; known are: ${Object.keys(FAULTS).join(', ')}`,
    );
  });
}

export function createFaults(names: readonly string[] = []): Faults {
  const on = new Set<FaultName>();
  const faults: Faults = {
    has: (name) => on.has(name),
    set(name, isOn) {
      parseFaults([name]);
      // Only one way to resume at a time: the last one asked for.
      if (isOn && name.startsWith('resume-')) {
        for (const other of on) if (other.startsWith('resume-')) on.delete(other);
      }
      if (isOn) on.add(name);
      else on.delete(name);
    },
    only(wanted) {
      const checked = parseFaults(wanted);
      on.clear();
      for (const name of checked) faults.set(name, true);
    },
    list: () => [...on],
    share: 1 / 10_000,
  };
  faults.only(parseFaults(names));
  return faults;
}
