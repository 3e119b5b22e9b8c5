/** A compressed day: how time is scaled, what a trader does in it, and when it counts as endured. */
import { median } from '../table';

export const SPORT = 'basketball';
/** How many times faster than life games are played. */
export const SPEED = 12;
/** The reference is taken after this part of the run: five minutes of an hour. */
const REFERENCE_PART = 1 / 12;
/** Reference and end are medians over this part of the run: one sample more or less proves nothing. */
const WINDOW_PART = 1 / 6;
/** Finished fixtures are forgotten after this part of the time to the reference, so that it lies in a steady state. */
const FINISHED_PART = 0.8;

export const BOUNDS = {
  heapPercent: 10,
  nodesPercent: 5,
  /** One frame of a screen of 60 Hz. */
  frameMs: 17,
  /** Frames count where others left the machine alone: used no more percent of one core. */
  othersCpu: 50,
};

/** Quiet samples without which nothing is said of frames. */
const LEAST_QUIET = 3;

/** What a trader does for one interval of sampling. Three minutes in turns of 10 s: ten of them just looking. */
export const TURNS = [
  ...Array.from({ length: 10 }, () => 'sit' as const),
  'scroll',
  'lines',
  'scroll-lines',
  'board',
  'search',
  'clear',
  'league',
  'hide',
] as const;
export type Turn = (typeof TURNS)[number];

export type Sample = {
  seconds: number;
  turn: Turn;
  /** As the board says. */
  feed: string;
  /** Percent of one core that processes which are none of the bench's used meanwhile. */
  othersCpu: number;
  frames: number;
  frameP50Ms: number;
  frameP99Ms: number;
  frameMaxMs: number;
  /** Nodes and listeners of the page, those that wait for their collection included. */
  nodes: number;
  listeners: number;
  /** Taken each minute, while the trader looks on, after a forced collection of everything. */
  held?: {
    heapMb: number;
    workerHeapMb: number | null;
    nodes: number;
    listeners: number;
    /** The browser's Book. */
    odds: number;
    fixtures: number;
    states: Record<string, number>;
    /** Sizes of the page's largest maps and sets, whatever they hold. */
    largest: number[];
    serverOdds: number;
    serverFixtures: number;
    serverRssMb: number;
    browserRssMb: number;
    /** Odd ids that the simulator has ever offered, those of the warming up included. */
    passed: number;
  };
};

export type Plan = { seconds: number; referenceSeconds: number; windowSeconds: number };

/** When the reference is taken and how long a finished fixture is kept, in a run of so many minutes. */
export function planOf(minutes: number): Plan & { finishedMs: number } {
  const seconds = minutes * 60;
  const referenceSeconds = seconds * REFERENCE_PART;
  return {
    ...{ seconds, referenceSeconds, windowSeconds: seconds * WINDOW_PART },
    finishedMs: Math.round(referenceSeconds * 1000 * FINISHED_PART),
  };
}

export type Change = { from: number | null; to: number | null; isGood: boolean };
export type Verdict = {
  heap: Change & { percent: number | null };
  /** Of one held odd: says whether a heap that grew holds more, or only wastes more. */
  heapPerOdd: { from: number | null; to: number | null; percent: number | null };
  nodes: Change & { percent: number | null };
  /** Null where the machine was too busy with other things to tell. */
  frameP99: Change & { ms: number | null; quietSamples: [early: number, late: number] };
  book: { extra: number; missing: number; isGood: boolean };
  isGood: boolean;
};

/**
 * Whether the end of the run is as its reference was.
 * @param differences ids that the browser holds and the server does not, and the other way round, once all stood still
 */
export function judge(
  samples: readonly Sample[],
  { seconds, referenceSeconds, windowSeconds }: Plan,
  differences: { extra: number; missing: number },
): Verdict {
  const within = (from: number) =>
    samples.filter(
      (sample) =>
        sample.turn === 'sit' && sample.seconds >= from && sample.seconds < from + windowSeconds,
    );
  const early = within(referenceSeconds);
  // The last sample may be taken a little after the time is up.
  const late = samples.filter(
    (sample) => sample.turn === 'sit' && sample.seconds >= seconds - windowSeconds,
  );
  const change = (of: (sample: Sample) => number | null) => {
    const from = median(early.map(of));
    const to = median(late.map(of));
    const isKnown = from !== null && to !== null;
    return { from, to, percent: isKnown && from > 0 ? (100 * (to - from)) / from : null };
  };
  const heap = change(({ held }) => held?.heapMb ?? null);
  const nodes = change(({ held }) => held?.nodes ?? null);
  const isQuiet = ({ othersCpu }: Sample) => othersCpu <= BOUNDS.othersCpu;
  const quietSamples: [number, number] = [
    early.filter(isQuiet).length,
    late.filter(isQuiet).length,
  ];
  const isTold = Math.min(...quietSamples) >= LEAST_QUIET;
  const frames = change((sample) => (isTold && isQuiet(sample) ? sample.frameP99Ms : null));
  const ms = frames.from === null || frames.to === null ? null : frames.to - frames.from;
  const isWithin = (percent: number | null, bound: number) =>
    percent !== null && Math.abs(percent) <= bound;
  const verdict = {
    // A heap that shrank has grown nowhere.
    heap: { ...heap, isGood: heap.percent !== null && heap.percent <= BOUNDS.heapPercent },
    heapPerOdd: change(({ held }) => (held ? (held.heapMb * 1024) / held.odds : null)),
    nodes: { ...nodes, isGood: isWithin(nodes.percent, BOUNDS.nodesPercent) },
    frameP99: {
      ...{ from: frames.from, to: frames.to, ms, quietSamples },
      isGood: ms !== null && ms <= BOUNDS.frameMs,
    },
    book: { ...differences, isGood: differences.extra === 0 && differences.missing === 0 },
  };
  const { heap: a, nodes: b, frameP99: c, book: d } = verdict;
  return { ...verdict, isGood: a.isGood && b.isGood && c.isGood && d.isGood };
}
