import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '@/lib/board/connection';
import { liveStore } from '@/lib/board/live-store';
import { createBoardStore } from '@/lib/board/store';
import { Book } from '@/lib/protocol/book';
import { decodeEvent, decodeSnapshot } from '@/lib/protocol/decode';
import { oddsEventData, snapshotOdd } from '@/lib/protocol/encode';
import { compareEntryIds } from '@/lib/protocol/entry-id';
import type { Odd, OddsEventName } from '@/lib/protocol/events';
import { aSettledWireRow, aWireRow, ROW_SECONDS } from '../../support/builders';
import { createFakePage } from './fakes';

type Step = { odd: number; event: OddsEventName; price: number; seconds: number };

const ANYWHERE = { leagues: [], fixtureIds: [] };

const arbitrarySteps = fc.array(
  fc.record({
    odd: fc.nat(3),
    event: fc.constantFrom<OddsEventName>(
      'copilot-odds',
      'copilot-odds',
      'copilot-locked-odds',
      'copilot-settled-odds',
    ),
    price: fc.constantFrom(-110, 105, 250),
    // Most changes fall into the second of the one before: the hard case.
    seconds: fc.constantFrom(0, 0, 0, 1),
  }),
  { minLength: 1, maxLength: 40 },
);

/** What a server makes of the steps: a journal, and the snapshot at each position in it. */
function serve(steps: readonly Step[]) {
  const book = new Book();
  const journal: { id: string; name: OddsEventName; data: string }[] = [];
  const cuts = [cut('1-0')];
  let seconds = ROW_SECONDS;

  function cut(at: string) {
    const odds = [...book.odds.values()].map((odd) => snapshotOdd(odd));
    return JSON.stringify({
      sport: 'basketball',
      at,
      partial: false,
      fixtures: [],
      odds,
      next: null,
    });
  }

  steps.forEach((step, index) => {
    seconds += step.seconds;
    const fields = { id: `odd-${step.odd}`, timestamp: seconds };
    const row =
      step.event === 'copilot-settled-odds'
        ? aSettledWireRow({ ...fields, settled_at: new Date(seconds * 1000).toISOString() })
        : aWireRow({ ...fields, price: step.price });
    const upstreamEntryId = `${1_000 + index}-0`;
    const event = decodeEvent(
      step.event,
      JSON.stringify({ entry_id: upstreamEntryId, data: [row] }),
      null,
    );
    if (!event) throw new Error('a step is an event');
    const { odds } = book.apply(event, index + 1);
    if (odds.length === 0) return;
    const id = `${2 + Math.floor(journal.length / 3)}-${journal.length % 3}`;
    const rows = odds.map((change) => change.row.wire);
    const data = oddsEventData({ entryId: id, upstreamEntryId, event: step.event, rows });
    journal.push({ id, name: step.event, data });
    cuts.push(cut(id));
  });
  return { book, journal, cuts };
}

/** What anybody could see of an odd. */
const facts = ({ id, state, price, points, settlement, isMain }: Odd) => ({
  id,
  state,
  price,
  points,
  settlement,
  isMain,
});

const inOrder = (book: { odds: ReadonlyMap<string, Odd> }) =>
  [...book.odds.values()].map(facts).sort((a, b) => (a.id < b.id ? -1 : 1));

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);

describe(`where snapshot and stream meet (seed ${seed})`, () => {
  it('nothing is lost, doubled or set back, wherever snapshots were cut and streams broke off', () => {
    fc.assert(
      fc.property(
        arbitrarySteps,
        fc.array(fc.record({ cut: fc.nat(60), until: fc.nat(60) }), { minLength: 1, maxLength: 4 }),
        (steps, reads) => {
          const { book, journal, cuts } = serve(steps);
          const page = createFakePage();
          const store = liveStore(
            createBoardStore({ sport: 'basketball', initial: null, ...page }),
          );
          const play = (after: string, end: number) => {
            const frames = journal
              .slice(0, end)
              .filter(({ id }) => compareEntryIds(id, after) > 0)
              .map(
                ({ id, name, data }): Frame => ({
                  name,
                  data,
                  id,
                  receivedAt: page.now(),
                  isCatchUp: false,
                }),
              );
            page.advance(7);
            if (frames.length > 0) store.applyFrames(frames, true);
          };
          for (const { cut, until } of reads) {
            const snapshot = decodeSnapshot(JSON.parse(cuts[cut % cuts.length] ?? ''), {
              keepWire: false,
            });
            store.holdSnapshot(snapshot, ANYWHERE);
            play(snapshot.at, until % (journal.length + 1));
          }
          // The last stream goes on to the end.
          play(store.getState().load.at ?? '1-0', journal.length);
          expect(inOrder(store.getState().book)).toEqual(inOrder(book));
        },
      ),
      { seed, numRuns: 500 },
    );
  });
});
