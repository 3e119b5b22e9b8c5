import { describe, expect, it, vi } from 'vitest';
import { mergeHistory } from '@/lib/feed/feed';
import type { HistoryEntry, OddsEventName } from '@/lib/protocol/events';
import { aSettledWireRow, aWireRow, ROW_SECONDS } from '@/tests/support/builders';
import { aQuery, createHubKit } from '@/tests/support/feed-deps';

function anEntry(
  event: OddsEventName,
  timestamp: number,
  fields: Partial<HistoryEntry> = {},
): HistoryEntry {
  return {
    timestamp,
    event,
    price: -110,
    points: null,
    is_main: true,
    settlement: null,
    origin: 'vendor',
    ...fields,
  };
}

const told = (entries: readonly HistoryEntry[]) =>
  entries.map(({ event, settlement, origin }) => `${origin} ${event} ${settlement ?? ''}`.trim());

/** A hub that somebody watches, and its connection to the vendor. */
async function aLiveHub() {
  const { hub, timing, vendor } = createHubKit();
  hub.stream(aQuery(), null, new AbortController().signal);
  await timing.advance(300);
  const [upstream] = vendor.open();
  upstream?.connect();
  return { hub, upstream };
}

describe('history', () => {
  it("turns the vendor's newest first around, also within one second", () => {
    const newestFirst = [
      anEntry('copilot-settled-odds', 20, { settlement: 'Won' }),
      anEntry('copilot-locked-odds', 10),
      anEntry('copilot-odds', 10),
    ];
    expect(told(mergeHistory(newestFirst, [], 3.5))).toEqual([
      'vendor copilot-odds',
      'vendor copilot-locked-odds',
      'vendor copilot-settled-odds Won',
    ]);
    expect(mergeHistory(newestFirst, [], 3.5)[0]?.points).toBe(3.5);
  });

  it('keeps a second settlement of the same second, and tells no settlement twice', () => {
    const vendor = [
      anEntry('copilot-settled-odds', 20.5, { settlement: 'Lost' }),
      anEntry('copilot-settled-odds', 20.1, { settlement: 'Won' }),
    ];
    const board = [anEntry('copilot-settled-odds', 18, { settlement: 'Won', origin: 'board' })];
    expect(told(mergeHistory(vendor, board, null))).toEqual([
      'vendor copilot-settled-odds Won',
      'vendor copilot-settled-odds Lost',
    ]);
    expect(told(mergeHistory([], board, null))).toEqual(['board copilot-settled-odds Won']);
  });

  it('keeps what comes back within one second, and the order of each within it', () => {
    const vendor = [anEntry('copilot-odds', 100.4)];
    const board = [
      anEntry('copilot-odds', 100, { origin: 'board' }),
      anEntry('copilot-locked-odds', 100, { origin: 'board' }),
      anEntry('copilot-odds', 100, { origin: 'board' }),
    ];
    expect(told(mergeHistory(vendor, board, null))).toEqual([
      'vendor copilot-odds',
      'board copilot-locked-odds',
      'board copilot-odds',
    ]);
  });

  it('says of a settlement when it was graded, not when its price was locked', async () => {
    const { hub, upstream } = await aLiveHub();
    const settledAt = new Date((ROW_SECONDS + 95) * 1000).toISOString();
    upstream?.event('copilot-odds', { data: [aWireRow({ id: 'a' })] }, '5-0');
    const settled = aSettledWireRow({ id: 'a', settled_at: settledAt });
    upstream?.event('copilot-settled-odds', { data: [settled] }, '6-0');
    expect(hub.history('a').map(({ timestamp }) => timestamp)).toEqual([
      ROW_SECONDS,
      ROW_SECONDS + 95,
    ]);
  });

  it('of an odd costs what there is of it, however long the journal is', async () => {
    const { hub, upstream } = await aLiveHub();
    const post = (id: string, index: number) =>
      upstream?.event('copilot-odds', {
        data: [aWireRow({ id, price: 101 + index, timestamp: ROW_SECONDS + index })],
      });
    for (let index = 0; index < 2_000; index += 1) post(index % 500 === 0 ? 'a' : 'b', index);
    const at = vi.spyOn(hub.journal, 'at');
    expect(hub.history('a').map(({ price }) => price)).toEqual([101, 601, 1101, 1601]);
    expect(at).toHaveBeenCalledTimes(4);
  });
});
