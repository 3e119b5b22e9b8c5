/** The order of fixtures on the board; the server picks the first screen by it, so both sides share it. */
import type { Fixture } from './events';
import { foldText } from './filter';

/** By league name, then start (unknown starts last), then id, so that the order is total and stays put. */
export function compareFixtures(a: Fixture, b: Fixture): number {
  return (
    compareText(foldText(a.league ?? '￿'), foldText(b.league ?? '￿')) ||
    compareText(a.startDate ?? '9', b.startDate ?? '9') ||
    compareText(a.id, b.id)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
