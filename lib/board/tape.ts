/**
 * The tape: what the stream changed, in order, for as long as the board is open. News is kept as it came and
 * put into words only where it is on screen; pure, its time comes with the news.
 */
import type { Fixture, Odd } from '@/lib/protocol/events';
import { foldText } from '@/lib/protocol/filter';
import { oddWith, packPoints, unpackPoints } from '@/lib/protocol/lean-odd';
import type { News } from './store';
import type { ViewPredicate } from './view-odds';

/** Entries kept at most; beyond it the oldest go first. At a thousand changes a second it is the last 20 seconds. */
export const TAPE_LIMIT = 20_000;

/** What one can filter the tape for. */
export const TAPE_KINDS = [
  'move',
  'main',
  'lock',
  'reopen',
  'settle',
  'new',
  'status',
  'start',
] as const;
export type TapeKind = (typeof TAPE_KINDS)[number];

/** Why something is not on the tape. */
export type Lack = 'reread' | 'skip';

/** What the tape keeps of an odd as it was before: the whole of it, entry by entry, is as much again as the board holds. */
export type OddBefore = Pick<Odd, 'price' | 'points' | 'state' | 'isMain' | 'settlement'>;

/** One line of the tape. Odds and fixtures in it are never changed, so they stay what they were. */
export type TapeEntry = {
  /** Its number, one more than that of the entry before. */
  seq: number;
  /**
   * `reread`: the board was read anew, and what changed meanwhile is not on the tape; `skip`: the stream leaves out changes
   * that this browser is too slow to take, and what follows may stand for several.
   */
  kind: TapeKind | Lack;
  /** Local epoch ms at which the board learnt it. */
  at: number;
  entryId: string | null;
  /** Whether it was missed and came after a cut. */
  isCatchUp: boolean;
  odd: Odd | null;
  previous: OddBefore | null;
  /** The fixture as it was then; null where nothing was known of it. */
  fixture: Fixture | null;
  /** The fixture before, where the entry is about the fixture. */
  fixtureBefore: Fixture | null;
};

/** What a change of an odd is called; null for what no tape tells, such as another grouping, or a main line that is one no more. */
export function kindOfOdd(odd: Odd, previous: Odd | null): TapeKind | null {
  const { state } = odd;
  if (!previous) return state === 'settled' ? 'settle' : 'new';
  if (state !== previous.state) {
    return state === 'settled' ? 'settle' : state === 'locked' ? 'lock' : 'reopen';
  }
  // A settlement that overtook its price learns it later: no price has moved then.
  if (state === 'settled') return odd.settlement === previous.settlement ? null : 'settle';
  // The line that is one no more goes without a word: the other says where the main line went.
  if (odd.isMain && !previous.isMain && state === 'open') return 'main';
  return odd.price !== previous.price || odd.points !== previous.points ? 'move' : null;
}

/** What a change of a fixture is called, once for each thing that changed. What is learnt first is no change. */
export function kindsOfFixture(fixture: Fixture, previous: Fixture | null): TapeKind[] {
  if (!previous) return ['new'];
  const kinds: TapeKind[] = [];
  if (previous.status !== null && fixture.status !== previous.status) kinds.push('status');
  if (previous.startDate !== null && fixture.startDate !== previous.startDate) kinds.push('start');
  return kinds;
}

/** What entries of one write have in common. */
type About = Pick<TapeEntry, 'at' | 'isCatchUp'>;
/** What of an odd hardly ever changes when its price does. */
type Standing = Pick<Odd, 'state' | 'isMain' | 'settlement'>;

const UNSETTLED = (['open', 'locked'] as const).flatMap((state): Standing[] =>
  [true, false].map((isMain) => ({ state, isMain, settlement: null })),
);

function standingOf({ state, isMain, settlement }: Odd): Standing {
  if (settlement === null) {
    for (const one of UNSETTLED) if (one.state === state && one.isMain === isMain) return one;
  }
  return { state, isMain, settlement };
}

/** What an entry is about. */
type Told = Partial<Pick<TapeEntry, 'odd' | 'fixture' | 'fixtureBefore' | 'entryId'>> & {
  previous?: Odd | null;
};

/** An entry without objects of its own: a full tape would have tens of thousands of them. */
class LeanTapeEntry implements TapeEntry {
  readonly entryId: string | null;
  readonly odd: Odd | null;
  readonly fixture: Fixture | null;
  readonly fixtureBefore: Fixture | null;
  private readonly standing: Standing | null;
  private readonly price: number | null;
  private readonly quarters: number | null;

  constructor(
    readonly seq: number,
    readonly kind: TapeEntry['kind'],
    private readonly about: About,
    { entryId = null, odd = null, previous = null, fixture = null, fixtureBefore = null }: Told,
  ) {
    this.entryId = entryId;
    this.odd = odd;
    this.fixture = fixture;
    this.fixtureBefore = fixtureBefore;
    this.standing = previous && standingOf(previous);
    this.price = previous?.price ?? null;
    this.quarters = packPoints(previous?.points ?? null);
  }

  get at(): number {
    return this.about.at;
  }

  get isCatchUp(): boolean {
    return this.about.isCatchUp;
  }

  get previous(): OddBefore | null {
    const { standing, price, quarters } = this;
    return standing && { ...standing, price, points: unpackPoints(quarters) };
  }
}

export type Tape = {
  /** Writes down what changed. */
  add(news: readonly News[], fixtureOf: (id: string) => Fixture | undefined): void;
  /** Notes that something is not on the tape. */
  addLack(why: Lack, at: number): void;
  /** Numbers of the oldest entry that is kept, and of the next that will come. */
  span(): { first: number; next: number };
  entry(seq: number): TapeEntry | undefined;
  /** Calls back after each addition. */
  subscribe(callback: () => void): () => void;
};

/** Makes a tape without entries that keeps the newest `limit`. */
export function createTape(limit = TAPE_LIMIT): Tape {
  // A ring: an addition costs the same however much is kept.
  const ring: TapeEntry[] = [];
  const callbacks = new Set<() => void>();
  let next = 0;

  let about: About = { at: 0, isCatchUp: false };

  function push({ at, isCatchUp }: About, kind: TapeEntry['kind'], told: Told): void {
    const isSame = at === about.at && isCatchUp === about.isCatchUp;
    if (!isSame) about = { at, isCatchUp };
    ring[next % limit] = new LeanTapeEntry(next, kind, about, told);
    next += 1;
  }

  function tell(): void {
    for (const callback of callbacks) callback();
  }

  return {
    add(news, fixtureOf) {
      const before = next;
      for (const one of news) {
        const { entryId } = one;
        if (one.kind === 'odd') {
          const { odd, previous } = one;
          const kind = kindOfOdd(odd, previous);
          const fixture = fixtureOf(odd.fixtureId);
          if (kind) push(one, kind, { entryId, odd, previous, fixture });
          continue;
        }
        const { fixture, previous: fixtureBefore } = one;
        for (const kind of kindsOfFixture(fixture, fixtureBefore)) {
          push(one, kind, { entryId, fixture, fixtureBefore });
        }
      }
      if (next > before) tell();
    },
    addLack(why, at) {
      push({ at, isCatchUp: false }, why, {});
      tell();
    },
    span: () => ({ first: Math.max(0, next - limit), next }),
    entry: (seq) => {
      const entry = ring[seq % limit];
      return entry?.seq === seq ? entry : undefined;
    },
    subscribe(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
}

export type TapeFilter = (entry: TapeEntry) => boolean;

/** What is searched of an entry. */
function textOf({ kind, entryId, odd, fixture }: TapeEntry): string {
  const teams = fixture
    ? [fixture.away, fixture.home, fixture.league, fixture.status, fixture.id]
    : [];
  const abbreviations = fixture
    ? [...fixture.awayCompetitors, ...fixture.homeCompetitors].map((team) => team.abbreviation)
    : [];
  const bet = odd ? [odd.league, odd.market, odd.name, odd.selection, odd.settlement] : [];
  return [kind, entryId, ...teams, ...abbreviations, ...bet].filter(Boolean).join(' ');
}

/**
 * What of the tape is shown: what is in the view, or was until this very change, such as a lock in a view of open odds.
 * That something is not on it is said in every view, but is no answer to a search or to a kind.
 */
export function createTapeFilter(
  view: ViewPredicate,
  { kinds, text }: { kinds: readonly TapeKind[]; text: string },
): TapeFilter {
  const wanted = kinds.length > 0 ? new Set<string>(kinds) : null;
  const words = foldText(text).split(/\s+/).filter(Boolean);
  return (entry) => {
    const { kind, odd, previous, fixture, fixtureBefore } = entry;
    if (wanted && !wanted.has(kind)) return false;
    if (odd) {
      const isIn =
        view.odd(odd, fixture) || (previous !== null && view.odd(oddWith(odd, previous), fixture));
      if (!isIn) return false;
    } else if (fixture) {
      const isIn = view.fixture(fixture) || (fixtureBefore !== null && view.fixture(fixtureBefore));
      if (!isIn) return false;
    }
    if (words.length === 0) return true;
    const folded = foldText(textOf(entry));
    return words.every((word) => folded.includes(word));
  };
}

export type TapeReader = {
  /** What passes the filter, oldest first: a new list when it differs. */
  entries(): readonly TapeEntry[];
  /** Reads on; answers whether the list is another one. */
  update(): boolean;
};

/** Follows a tape through a filter; each entry is looked at once. */
export function createTapeReader(tape: Tape, filter: TapeFilter): TapeReader {
  let entries: readonly TapeEntry[] = [];
  let read = 0;

  function update(): boolean {
    const { first, next } = tape.span();
    const fresh: TapeEntry[] = [];
    for (let seq = Math.max(first, read); seq < next; seq += 1) {
      const entry = tape.entry(seq);
      if (entry && filter(entry)) fresh.push(entry);
    }
    read = next;
    const isGone = (entries[0]?.seq ?? first) < first;
    if (fresh.length === 0 && !isGone) return false;
    const kept = isGone ? entries.slice(entriesBefore(entries, first)) : entries;
    entries = [...kept, ...fresh];
    return true;
  }

  update();
  return { entries: () => entries, update };
}

/** How many of these, oldest first, come before the entry of that number. */
export function entriesBefore(entries: readonly TapeEntry[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.seq ?? seq) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Kinds as they are kept between visits: words that are none are left out and named. */
export function parseTapeKinds(text: string | null): { kinds: TapeKind[]; ignored: string[] } {
  const words = [...new Set((text ?? '').split(',').map((word) => word.trim()))].filter(Boolean);
  const kinds = TAPE_KINDS.filter((kind) => words.includes(kind));
  return { kinds, ignored: words.filter((word) => !kinds.some((kind) => kind === word)) };
}
