import { describe, expect, it } from 'vitest';
import { createDoubts } from '@/lib/feed/doubts';
import { createFakeTiming, seededRandom } from '@/tests/support/fake-timing';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);
const SLOW_MS = 3_000;

type KitOptions = {
  answerMs?: () => number;
  isRefused?: (ids: readonly string[]) => boolean;
  undecided?: (ids: readonly string[]) => ReadonlyMap<string, number>;
};

function createKit(options: KitOptions = {}) {
  const timing = createFakeTiming();
  const { answerMs = () => 10, isRefused = () => false, undecided = () => new Map() } = options;
  const reads: { ids: readonly string[]; from: number; until: number | null; isGood: boolean }[] =
    [];
  const gone = new Set<string>();
  let changes = 0;
  const doubts = createDoubts({
    now: timing.now,
    later: timing.schedule,
    async read(ids) {
      const read = {
        ids,
        from: timing.now(),
        until: null as number | null,
        isGood: !isRefused(ids),
      };
      reads.push(read);
      await new Promise<void>((resolve) => timing.schedule(resolve, answerMs()));
      read.until = timing.now();
      if (!read.isGood) throw new Error('refused');
      return undecided(ids);
    },
    isOfUse: (id) => !gone.has(id),
    pauseMs: (failures) => Math.min(8_000, 1_000 * 2 ** (failures - 1)),
    waitMs: () => 0,
    slowMs: SLOW_MS,
    onChange: () => {
      changes += 1;
    },
  });
  return { timing, doubts, reads, gone, changes: () => changes };
}

const any = () => true;

describe('doubts', () => {
  it('that come together are read together, a few at a time', async () => {
    const { timing, doubts, reads } = createKit();
    doubts.add(['a', 'b']);
    await timing.advance(100);
    doubts.add(['a', 'c', 'd', 'e', 'f', 'g']);
    await timing.advance(2_000);
    expect(reads.map(({ ids }) => ids)).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e', 'f', 'g'],
    ]);
  });

  it('that come while the fixture is read are read once more', async () => {
    const { timing, doubts, reads } = createKit({ answerMs: () => 1_000 });
    doubts.add(['a']);
    await timing.advance(500);
    doubts.add(['a']);
    doubts.add(['a']);
    await timing.advance(10_000);
    expect(reads).toHaveLength(2);
  });

  it('end with a full read that began after them, and with the fixture', async () => {
    const { timing, doubts, reads, gone } = createKit();
    doubts.add(['a', 'b', 'c']);
    const at = timing.now();
    doubts.settle((id) => id === 'a', at);
    doubts.settle((id) => id === 'b', at + 1);
    gone.add('c');
    await timing.advance(1_000);
    expect(reads.map(({ ids }) => ids)).toEqual([['a']]);
    expect(timing.pending()).toBeLessThanOrEqual(1);
    await timing.advance(10_000);
    expect(timing.pending()).toBe(0);
  });

  it('that came once more while a full read was under way outlast it, and are as old as they were', async () => {
    const { timing, doubts, reads } = createKit();
    doubts.add(['a']);
    await timing.advance(500);
    // So soon after its read it waits.
    doubts.add(['a']);
    await timing.advance(100);
    const startedAt = timing.now();
    await timing.advance(1_000);
    doubts.add(['a']);
    await timing.advance(500);
    doubts.settle(any, startedAt);
    await timing.advance(10_000);
    expect(reads.map(({ from }) => from > startedAt)).toEqual([false, true]);

    const { timing: slow, doubts: waiting } = createKit({ isRefused: any });
    waiting.add(['a']);
    const since = slow.now();
    await slow.advance(2_000);
    waiting.add(['a']);
    await slow.advance(since + SLOW_MS - slow.now());
    expect(waiting.isTold(any)).toBe(true);
  });

  it('are told once they are slow, and when they are no more', async () => {
    let isRefused = true;
    const { timing, doubts, changes } = createKit({ isRefused: () => isRefused });
    doubts.add(['a']);
    await timing.advance(SLOW_MS - 1);
    expect(doubts.isTold(any)).toBe(false);
    const before = changes();
    await timing.advance(1);
    expect(changes()).toBeGreaterThan(before);
    expect(doubts.isTold(any)).toBe(true);
    expect(doubts.isTold((id) => id === 'b')).toBe(false);
    isRefused = false;
    await timing.advance(9_000);
    expect(doubts.isTold(any)).toBe(false);
  });

  it('are told at once where that is asked for', async () => {
    const { timing, doubts, changes } = createKit();
    doubts.add(['a']);
    expect(doubts.isTold(any)).toBe(false);
    const before = changes();
    doubts.add(['a'], { delayMs: 1_000, isTold: true });
    expect(changes()).toBeGreaterThan(before);
    expect(doubts.isTold(any)).toBe(true);
    await timing.advance(2_000);
    expect(doubts.isTold(any)).toBe(false);
  });

  it('that an answer leaves undecided are as old as they were, and are asked again when it says', async () => {
    let again = new Map([['b', 4_000]]);
    const { timing, doubts, reads } = createKit({ undecided: () => again });
    doubts.add(['a', 'b']);
    await timing.advance(SLOW_MS - 1);
    expect(doubts.isTold(any)).toBe(false);
    await timing.advance(1);
    expect(doubts.isTold((id) => id === 'b')).toBe(true);
    again = new Map();
    await timing.advance(2_000);
    expect(reads.map(({ ids }) => ids)).toEqual([['a', 'b'], ['b']]);
    expect(doubts.isTold(any)).toBe(false);
  });

  it('that wait for what no answer can tell yet hold up none that comes meanwhile', async () => {
    let again = new Map([['a', 10_000]]);
    const { timing, doubts, reads } = createKit({ undecided: () => again });
    doubts.add(['a']);
    await timing.advance(4_000);
    again = new Map([['a', 6_000]]);
    doubts.add(['a']);
    await timing.advance(300);
    expect(reads).toHaveLength(2);
    again = new Map();
    await timing.advance(10_000);
    expect(reads).toHaveLength(3);
  });

  it('stay as old as they are while others of the same fixture come and reads fail', async () => {
    const { timing, doubts } = createKit({ answerMs: () => 900, isRefused: () => true });
    doubts.add(['a']);
    for (let at = 0; at < SLOW_MS; at += 100) {
      await timing.advance(100);
      doubts.add(['a']);
    }
    expect(doubts.isTold(any)).toBe(true);
  });

  it('that cannot be read hold up no others', async () => {
    const { timing, doubts, reads } = createKit({ isRefused: (ids) => ids.includes('F2') });
    const ids = Array.from({ length: 12 }, (_, index) => `F${index}`);
    doubts.add(ids);
    await timing.advance(12_000);
    expect(ids.filter((id) => doubts.isTold((other) => other === id))).toEqual(['F2']);
    // It is tried again, ever less often.
    const before = reads.length;
    await timing.advance(60_000);
    expect(reads.length - before).toBeGreaterThan(4);
    expect(reads.length - before).toBeLessThan(12);
    // What comes meanwhile does not wait for it.
    doubts.add(['late']);
    await timing.advance(1_000);
    expect(doubts.isTold((id) => id === 'late')).toBe(false);
    expect(reads.some(({ ids, isGood }) => isGood && ids.includes('late'))).toBe(true);
  });

  it('ask a refusing vendor for one batch of all that wait', async () => {
    const { timing, doubts, reads } = createKit({ isRefused: () => true });
    doubts.add(Array.from({ length: 100 }, (_, index) => `F${index}`));
    await timing.advance(100_000);
    expect(reads.length).toBeGreaterThan(10);
    expect(reads.length).toBeLessThan(20);
  });

  it(`end by a read that began after them, one at a time, whatever comes (seed ${SEED})`, async () => {
    for (let round = 0; round < 30; round += 1) {
      const random = seededRandom(SEED + round);
      let share = random() * 0.6;
      const { timing, doubts, reads } = createKit({
        answerMs: () => random() * 3_000,
        isRefused: () => random() < share,
      });
      const added: { id: string; at: number }[] = [];
      for (let step = 0; step < 200; step += 1) {
        const ids = Array.from(
          { length: 1 + Math.floor(random() * 3) },
          () => `F${Math.floor(random() * 12)}`,
        );
        doubts.add(ids);
        for (const id of ids) added.push({ id, at: timing.now() });
        await timing.advance(random() * 1_000);
      }
      share = 0;
      await timing.advance(120_000);
      for (const { id, at } of added) {
        const isRead = reads.some(
          ({ ids, from, isGood, until }) =>
            isGood && until !== null && from >= at && ids.includes(id),
        );
        expect(isRead, `${id} at ${at}`).toBe(true);
      }
      for (const [index, { from, ids }] of reads.entries()) {
        expect(ids.length).toBeLessThanOrEqual(5);
        if (index > 0) expect(from).toBeGreaterThanOrEqual(reads[index - 1]?.until ?? Infinity);
      }
      expect(doubts.isTold(any)).toBe(false);
      expect(timing.pending()).toBe(0);
    }
  });
});
