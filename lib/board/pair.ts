/**
 * What the sides of one line say together: the probability that each price implies, the hold that they share, and the
 * prices without it. Pure. There is one source of prices here, so a line is measured against its own other side.
 */
import type { Odd } from '@/lib/protocol/events';
import type { BoardQuery } from '@/lib/protocol/filter';
import type { HeldBook } from '@/lib/protocol/held-book';
import { lineKey, type Side, sideOf } from '@/lib/protocol/line';
import { formatPrice, fromProfit, type OddsFormat, toProbability } from '@/lib/protocol/price';
import { dependsOnStates, type LineRow } from './rows';

/** One odd of a line, undefined where it is not held any more, and the side that it prices. */
export type SidedOdd = { odd: Odd | undefined; side: Side };

/** Why nothing can be said of a line as a whole. */
export type Unpaired =
  /** Another side of it is not held. */
  | 'one side'
  /** Its sides are none of those that exclude each other and leave nothing out. */
  | 'not a pair'
  | 'settled'
  | 'side settled'
  | 'locked'
  | 'side locked'
  | 'no price';

export type PairSide = {
  id: string;
  side: Side;
  /** Probability that the price implies, 0 to 1, the hold included. */
  implied: number;
  /** The same without the hold: those of all sides sum to 1. */
  fair: number;
  /** American price that implies `fair`, unrounded. */
  fairPrice: number;
};

export type Pair =
  | { reason: null; sides: readonly PairSide[]; hold: number }
  | { reason: Unpaired; sides: null; hold: null };

/** Sides of which exactly one wins, pushes apart. */
const WHOLE: readonly (readonly Side[])[] = [
  ['over', 'under'],
  ['yes', 'no'],
  ['away', 'home'],
  ['away', 'home', 'draw'],
];

function isWhole(odds: readonly SidedOdd[]): boolean {
  return WHOLE.some(
    (sides) =>
      sides.length === odds.length && sides.every((side) => odds.some((one) => one.side === side)),
  );
}

/** No book gives so much away: where two teams leave this, there is a draw that nothing was heard of. */
const LEAST_OVERROUND = 0.9;

function isDrawMissing(odds: readonly SidedOdd[], overround: number): boolean {
  return (
    overround < LEAST_OVERROUND && odds.length === 2 && odds.some(({ side }) => side === 'home')
  );
}

function without(reason: Unpaired): Pair {
  return { reason, sides: null, hold: null };
}

/** Whether a view may leave out odds of a line that it shows. */
export function cutsLines(query: BoardQuery): boolean {
  return dependsOnStates(query) || query.main;
}

/**
 * The odds of a row's line by id and side. The ids stay the same while the row does; the list may be a new one each time.
 *
 * @param isCut whether some of them may be missing in the row: then what is held of the fixture is looked through
 */
export function wholeLine(
  book: HeldBook,
  row: LineRow,
  isCut: boolean,
): readonly { id: string; side: Side }[] {
  const first = book.odds.get(row.odds[0]?.id ?? '');
  if (!first || !isCut) return row.odds;
  const key = lineKey(first);
  const fixture = book.fixtures.get(row.fixtureId) ?? null;
  const line: { id: string; side: Side }[] = [];
  for (const id of book.oddIdsOf(row.fixtureId)) {
    const odd = book.odds.get(id);
    if (odd && lineKey(odd) === key) line.push({ id, side: sideOf(odd, fixture) });
  }
  const sides = WHOLE.flat();
  return line.sort((a, b) => sides.indexOf(a.side) - sides.indexOf(b.side));
}

/** The American price, unrounded, that implies a probability between 0 and 1. */
export function priceOfProbability(probability: number): number {
  return fromProfit((1 - probability) / probability);
}

/**
 * The hold of a line and its prices without it. The implied probabilities sum to the overround, and the hold is the part
 * of all stakes that stays with the book whichever side wins: 1 − 1 / overround. It is taken out by the multiplicative method: each probability is divided by their sum, so that every
 * side gives up the same share of its own. Where a side is missing, settled, locked or without a price, none of it can be
 * known, and the reason is said instead.
 */
export function pairOf(line: readonly SidedOdd[]): Pair {
  const held = line.flatMap(({ odd, side }) => (odd ? [{ odd, side }] : []));
  if (!isWhole(held)) {
    return without(
      held.length > 1 && held.some(({ side }) => side === 'other') ? 'not a pair' : 'one side',
    );
  }
  for (const state of ['settled', 'locked'] as const) {
    const count = held.filter(({ odd }) => odd.state === state).length;
    if (count > 0) return without(count === held.length ? state : `side ${state}`);
  }
  const implied: number[] = [];
  for (const { odd } of held) {
    if (odd.price === null) return without('no price');
    implied.push(toProbability(odd.price));
  }
  const overround = implied.reduce((sum, one) => sum + one, 0);
  if (isDrawMissing(held, overround)) return without('one side');
  const sides = held.map(({ odd, side }, index) => {
    const own = implied[index] ?? 0;
    const fair = own / overround;
    return { id: odd.id, side, implied: own, fair, fairPrice: priceOfProbability(fair) };
  });
  return { reason: null, sides, hold: 1 - 1 / overround };
}

/** `4.8%`, `−1.2%`. */
export function formatHold(hold: number): string {
  const text = (Math.abs(hold) * 100).toFixed(1);
  return `${hold < 0 && text !== '0.0' ? '−' : ''}${text}%`;
}

/** A price without hold as prices are written: American ones whole, even money as +100. */
export function formatFairPrice(american: number, format: OddsFormat): string {
  if (format !== 'american') return formatPrice(american, format);
  const whole = Math.round(american);
  return formatPrice(whole === -100 ? 100 : whole, format);
}

/** What the optional columns say of a line: the hold and a price per side, or one reason why there are none. */
export type PairTexts = { hold: string; fair: readonly string[]; reason: Unpaired | null };

/** The texts of a line's optional columns; prices stand in the order of its odds. */
export function pairTexts(line: readonly SidedOdd[], format: OddsFormat): PairTexts {
  const pair = pairOf(line);
  if (pair.reason !== null) return { hold: '', fair: [], reason: pair.reason };
  return {
    hold: formatHold(pair.hold),
    fair: pair.sides.map(({ fairPrice }) => formatFairPrice(fairPrice, format)),
    reason: null,
  };
}
