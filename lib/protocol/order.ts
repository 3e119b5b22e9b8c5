/** The order of fixtures on the board; the server picks the first screen by it, so both sides share it. */
import type { Fixture } from './events';
import { foldText, type Order } from './filter';

type Compare = (a: Fixture, b: Fixture) => number;

/** Unknown starts last. */
const byStart: Compare = (a, b) => compareText(a.startDate ?? '9', b.startDate ?? '9');
const byLeague: Compare = (a, b) =>
  compareText(foldText(a.league ?? '\uffff'), foldText(b.league ?? '\uffff'));
/** As on the sheets that the numbers are for: away stands above home. Those without come last. */
const byRotation: Compare = (a, b) => rotationOf(a) - rotationOf(b);
const byId: Compare = (a, b) => compareText(a.id, b.id);

const KEYS: Record<Order, readonly Compare[]> = {
  league: [byLeague, byStart],
  start: [byStart, byLeague],
  rotation: [byRotation, byLeague, byStart],
};

/** Compares fixtures by nothing that prices change, and at last by id, so that the order is total and stays put. */
export function compareFixtures(order: Order): Compare {
  const keys = [...KEYS[order], byId];
  return (a, b) => {
    for (const key of keys) {
      const difference = key(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function rotationOf({ awayRotation, homeRotation }: Fixture): number {
  const number = Number.parseInt(awayRotation ?? homeRotation ?? '', 10);
  return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
