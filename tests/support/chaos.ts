import { snapshotOdd } from '@/lib/protocol/encode';
import { ODDS_EVENTS, type Odd } from '@/lib/protocol/events';
import { aSettledWireRow, aWireRow, ROW_SECONDS } from './builders';

export const LEAGUES = ['NBA', 'NCAAB'];
export const MARKETS = ['Moneyline', 'Total Points', 'Team Total'];

/** A vendor that sends every kind of event, also twice and out of order. */
export function createChaos(random: () => number) {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let sequence = 0;
  const sent: { name: string; data: unknown; id: string }[] = [];
  return () => {
    if (sent.length > 0 && random() < 0.1) return pick(sent.slice(-5));
    sequence += 1;
    const index = Math.floor(random() * 12);
    const id = `${1_795_000_000_000 + sequence}-0`;
    if (random() < 0.05) {
      const words = ['unplayed', 'live', 'half', 'completed'];
      const data = {
        fixture_id: `F${index % 4}`,
        league: LEAGUES[index % 2],
        sport: 'basketball',
        new_status: pick(words),
        old_status: pick(words),
      };
      const event = { name: 'fixture-status', data: { data, entry_id: id }, id };
      sent.push(event);
      return event;
    }
    const name = pick(ODDS_EVENTS);
    const rows = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, offset) => {
      const odd = (index + offset) % 12;
      const fields = {
        id: `odd-${odd}`,
        fixture_id: `F${odd % 4}`,
        league: LEAGUES[odd % 2],
        market: MARKETS[odd % 3],
        timestamp: ROW_SECONDS + Math.floor(sequence / 3),
      };
      return name === 'copilot-settled-odds'
        ? aSettledWireRow({ ...fields, settlement: pick(['Won', 'Lost', 'Refunded']) })
        : aWireRow({
            ...fields,
            // What cannot be read is withheld, as by a lock that the server makes itself.
            price: random() < 0.05 ? 'n/a' : 100 + Math.floor(random() * 300),
            is_main: random() < 0.5,
          });
    });
    const event = { name, data: { data: rows, type: name, entry_id: id }, id };
    sent.push(event);
    return event;
  };
}

/** What a person sees of an odd; receipts are nobody's business. */
export function shown(odds: Iterable<Odd>): Record<string, unknown> {
  return Object.fromEntries(
    [...odds]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((odd) => {
        const { price, points, is_main, timestamp, state, lockedAt, settlement, settledAt } =
          snapshotOdd(odd);
        const held = { state, lockedAt, settlement, settledAt };
        return [odd.id, { price, points, is_main, timestamp, ...held }];
      }),
  );
}
