/**
 * What in a line contradicts itself, its other sides or its alternates. Pure, and looked for on demand: for what is on
 * screen, once a second, never by the tick.
 */
import type { Odd } from '@/lib/protocol/events';
import type { Side } from '@/lib/protocol/line';
import { formatPoints, profitPerUnit } from '@/lib/protocol/price';
import { formatHold, pairOf, type SidedOdd } from './pair';
import type { LineRow, LinesRow } from './rows';

/** Sides of a line come in several messages: what differs for less than this is on its way. */
export const SETTLING_MS = 3_000;

/** Changes this close together came together. */
const TOGETHER_MS = 1_000;

/** A hold below or above these is a mistake in some price until somebody says otherwise. */
export const HOLD_BAND = { least: 0, most: 0.15 } as const;

/** Alternates looked at on each side of a line. */
const RUNGS = 60;

export type Incoherence = {
  kind:
    | 'half-moved'
    | 'hold'
    | 'not-monotone'
    | 'both-won'
    | 'settled-apart'
    | 'settled-again'
    | 'settled-while-open';
  /** One short sentence. */
  text: string;
};

/** Whether it speaks of prices as they are now; else of settlements, which are the same beside whatever price is shown. */
export function isOfPrices({ kind }: Incoherence): boolean {
  return kind === 'half-moved' || kind === 'hold' || kind === 'not-monotone';
}

export type CoherenceFacts = {
  /** Local epoch ms at which the odd's price moved, while that move is marked; else null. */
  movedAt(id: string): number | null;
  /** What the odd was settled as before it was settled again; else null. */
  settledBefore(id: string): string | null;
  /** Local epoch ms. */
  now: number;
};

type Held = { odd: Odd; side: Side };

function heldOf(line: readonly SidedOdd[]): Held[] {
  return line.flatMap(({ odd, side }) => (odd ? [{ odd, side }] : []));
}

const SIDE_NAMES: Record<Side, string> = {
  away: 'Away',
  home: 'Home',
  draw: 'Draw',
  over: 'Over',
  under: 'Under',
  yes: 'Yes',
  no: 'No',
  other: 'Other',
};

function nameOf({ odd, side }: Held): string {
  return side === 'other' ? odd.name : SIDE_NAMES[side];
}

/** `Over 105.5`, `Away +3.5`. */
function betOf(held: Held): string {
  const { points } = held.odd;
  const isHandicap = held.side === 'away' || held.side === 'home';
  return points === null ? nameOf(held) : `${nameOf(held)} ${formatPoints(points, isHandicap)}`;
}

function listOf(held: readonly Held[]): string {
  return held.map(nameOf).join(' and ');
}

/** Whether some of the odds changed just now and others have not yet: they may be on their way. */
function isSettling(odds: readonly Odd[], now: number): boolean {
  const receipts = odds.map(({ receivedAt }) => receivedAt);
  const newest = Math.max(...receipts);
  return now - newest < SETTLING_MS && newest - Math.min(...receipts) > TOGETHER_MS;
}

/** `won`, `lost`, or what else the vendor calls it, in one spelling. */
function outcomeOf({ state, settlement }: Odd): string | null {
  return state === 'settled' ? (settlement ?? '').toLowerCase().replace(/[\s_-]+/g, '') : null;
}

/**
 * One side moved and another did not follow. A side whose own move is still marked has answered, early or late: which of
 * two moves belongs to which cannot be told. So this lasts until the other side is told of, or the mark goes.
 */
function halfMoved(line: readonly Held[], { movedAt, now }: CoherenceFacts): Incoherence | null {
  if (line.some(({ odd, side }) => odd.state !== 'open' || side === 'other')) return null;
  const at = Math.max(...line.map(({ odd }) => movedAt(odd.id) ?? 0));
  if (at === 0 || now - at <= SETTLING_MS) return null;
  // Told of at the price that it had, a side has been looked at.
  const left = line.filter(
    ({ odd }) => movedAt(odd.id) === null && odd.receivedAt < at - SETTLING_MS,
  );
  if (left.length === 0) return null;
  const moved = line.filter((held) => !left.includes(held));
  return {
    kind: 'half-moved',
    text: `${listOf(moved)} moved and ${listOf(left)} did not follow within ${SETTLING_MS / 1000} s.`,
  };
}

function holdOutside(line: readonly Held[], { now }: CoherenceFacts): Incoherence | null {
  const { hold } = pairOf(line);
  if (hold === null) return null;
  const isBelow = hold < HOLD_BAND.least - 1e-9;
  if (!isBelow && hold <= HOLD_BAND.most + 1e-9) return null;
  const odds = line.map(({ odd }) => odd);
  if (isSettling(odds, now)) return null;
  const bound = isBelow
    ? `below ${HOLD_BAND.least * 100}%`
    : `above ${Math.round(HOLD_BAND.most * 100)}%`;
  return { kind: 'hold', text: `The hold is ${bound}: ${formatHold(hold)}.` };
}

/** Sides of which not more than one can win. */
const EXCLUSIVE: ReadonlySet<Side> = new Set([
  'over',
  'under',
  'yes',
  'no',
  'away',
  'home',
  'draw',
]);

function bothWon(line: readonly Held[]): Incoherence | null {
  const won = line.filter(({ odd, side }) => EXCLUSIVE.has(side) && outcomeOf(odd) === 'won');
  if (won.length < 2) return null;
  return { kind: 'both-won', text: `${listOf(won)} are both settled as won.` };
}

function settledWhileOpen(line: readonly Held[], { now }: CoherenceFacts): Incoherence | null {
  const settled = line.filter(({ odd }) => odd.state === 'settled');
  const open = line.filter(({ odd, side }) => odd.state === 'open' && side !== 'other');
  if (settled.length === 0 || open.length === 0) return null;
  // The other side's settlement may be on its way.
  if (settled.every(({ odd }) => now - odd.receivedAt <= SETTLING_MS)) return null;
  const are = settled.length > 1 ? 'are' : 'is';
  return {
    kind: 'settled-while-open',
    text: `${listOf(settled)} ${are} settled while ${listOf(open)} ${open.length > 1 ? 'are' : 'is'} open.`,
  };
}

function settledAgain(line: readonly Held[], facts: CoherenceFacts): Incoherence[] {
  return line.flatMap((held): Incoherence[] => {
    const before = facts.settledBefore(held.odd.id);
    if (before === null || held.odd.state !== 'settled') return [];
    return [
      {
        kind: 'settled-again',
        text: `${nameOf(held)} was settled again: ${held.odd.settlement ?? 'settled'}, before ${before}.`,
      },
    ];
  });
}

/** How easily a side wins at its points: more is easier. Null where points say nothing about that. */
function easeOf({ odd: { points }, side }: Held): number | null {
  if (points === null) return null;
  switch (side) {
    case 'over':
      return -points;
    case 'under':
    case 'away':
    case 'home':
      return points;
    default:
      return null;
  }
}

/** The same side of the alternates, those that are about the same team or player. */
function rungsOf(own: Held, ladder: readonly (readonly Held[])[]): Held[] {
  return ladder.flatMap((line) =>
    line.filter(
      ({ odd, side }) =>
        side === own.side &&
        odd.selection === own.odd.selection &&
        odd.versionId === own.odd.versionId &&
        easeOf({ odd, side }) !== easeOf(own),
    ),
  );
}

/** The next easier and the next harder bet that is open and priced. */
function neighboursOf(own: Held, rungs: readonly Held[]): Held[] {
  const ease = easeOf(own) ?? 0;
  let easier: Held | null = null;
  let harder: Held | null = null;
  for (const rung of rungs) {
    const other = easeOf(rung);
    if (other === null || rung.odd.state !== 'open' || rung.odd.price === null) continue;
    if (other > ease && (!easier || other < (easeOf(easier) ?? 0))) easier = rung;
    if (other < ease && (!harder || other > (easeOf(harder) ?? 0))) harder = rung;
  }
  return [easier, harder].filter((rung) => rung !== null);
}

function notMonotone(own: Held, rungs: readonly Held[], now: number): Incoherence | null {
  if (own.odd.state !== 'open' || own.odd.price === null) return null;
  for (const rung of neighboursOf(own, rungs)) {
    const isEasier = (easeOf(rung) ?? 0) > (easeOf(own) ?? 0);
    const [easy, hard] = isEasier ? [rung, own] : [own, rung];
    const pays = (held: Held) => profitPerUnit(held.odd.price ?? 0);
    if (pays(easy) <= pays(hard) + 1e-9 || isSettling([easy.odd, hard.odd], now)) continue;
    return {
      kind: 'not-monotone',
      text: `${betOf(hard)} pays less than ${betOf(easy)}, which wins more easily.`,
    };
  }
  return null;
}

function settledApart(own: Held, rungs: readonly Held[]): Incoherence | null {
  const outcome = outcomeOf(own.odd);
  if (outcome !== 'won' && outcome !== 'lost') return null;
  for (const rung of rungs) {
    const other = outcomeOf(rung.odd);
    if (other !== 'won' && other !== 'lost') continue;
    const isEasier = (easeOf(rung) ?? 0) > (easeOf(own) ?? 0);
    const [easy, hard] = isEasier ? [rung, own] : [own, rung];
    if (outcomeOf(hard.odd) !== 'won' || outcomeOf(easy.odd) !== 'lost') continue;
    return {
      kind: 'settled-apart',
      text: `${betOf(hard)} is settled as won and ${betOf(easy)} as lost.`,
    };
  }
  return null;
}

/** What in a line contradicts itself or its alternates, each in a sentence; an empty list for nearly every line. */
export function incoherencesOf(
  line: readonly SidedOdd[],
  alternates: readonly (readonly SidedOdd[])[],
  facts: CoherenceFacts,
): Incoherence[] {
  const held = heldOf(line);
  const ladder = alternates.map(heldOf);
  const found: (Incoherence | null)[] = [
    bothWon(held),
    ...settledAgain(held, facts),
    settledWhileOpen(held, facts),
    holdOutside(held, facts),
    halfMoved(held, facts),
  ];
  for (const own of held) {
    if (easeOf(own) === null) continue;
    const rungs = rungsOf(own, ladder);
    found.push(settledApart(own, rungs), notMonotone(own, rungs, facts.now));
  }
  return found.filter((one) => one !== null);
}

function isAlternate(
  row: LinesRow | undefined,
  { fixtureId, market, label }: LineRow,
): row is LineRow {
  return (
    row?.kind === 'line' &&
    row.fixtureId === fixtureId &&
    row.market === market &&
    row.label === label
  );
}

/** The alternates of the line at `index`, which stand above and below it; bounded, however many there are. */
export function alternatesOf(rows: readonly LinesRow[], index: number, row: LineRow): LineRow[] {
  const found: LineRow[] = [];
  // Rows are built while the older ones are still on screen.
  if (rows[index]?.key !== row.key) return found;
  for (const step of [-1, 1]) {
    for (let rung = 1; rung <= RUNGS; rung += 1) {
      const other = rows[index + step * rung];
      if (!isAlternate(other, row)) break;
      found.push(other);
    }
  }
  return found;
}
