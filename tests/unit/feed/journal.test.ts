import { describe, expect, it } from 'vitest';
import { createJournal, type EntryBody, frameOf } from '@/lib/feed/journal';
import { compareEntryIds } from '@/lib/protocol/entry-id';
import type { Fixture } from '@/lib/protocol/events';
import { anOdd, aRow } from '@/tests/support/builders';
import { createFakeTiming, seededRandom } from '@/tests/support/fake-timing';

const mark: EntryBody = { kind: 'mark' };

function aJournal(
  limits: { rows: number; bytes?: number; ageMs: number } = { rows: 100, ageMs: 60_000 },
) {
  const timing = createFakeTiming();
  return { timing, journal: createJournal(timing.now, { bytes: 1e9, ...limits }) };
}

describe('journal', () => {
  it('gives ids that only grow, also within one ms', async () => {
    const { journal, timing } = aJournal();
    const ids = [journal.last()];
    for (let index = 0; index < 20; index += 1) {
      ids.push(journal.append(mark).id);
      if (index % 3 === 0) await timing.advance(1);
    }
    for (let index = 1; index < ids.length; index += 1) {
      expect(compareEntryIds(ids[index] as string, ids[index - 1] as string)).toBeGreaterThan(0);
    }
  });

  it('goes on after any position it gave out, the first one included', () => {
    const { journal } = aJournal();
    const positions = [journal.last()];
    for (let index = 0; index < 10; index += 1) positions.push(journal.append(mark).id);
    for (const [index, id] of positions.entries()) expect(journal.after(id)).toEqual({ index });
  });

  it('refuses positions of the future, of another life, and malformed ones as unknown', () => {
    const { journal, timing } = aJournal();
    journal.append(mark);
    expect(journal.after(`${timing.now() + 5}-0`)).toEqual({ reason: 'unknown-position' });
    expect(journal.after('unknown')).toEqual({ reason: 'unknown-position' });
    expect(journal.after('5-0')).toEqual({ reason: 'too-old' });
  });

  it('refuses an id inside its range that it never gave out', async () => {
    const { journal, timing } = aJournal();
    journal.append(mark);
    await timing.advance(10);
    journal.append(mark);
    expect(journal.after(`${timing.now() - 5}-0`)).toEqual({ reason: 'unknown-position' });
  });

  it('is bounded by rows, and tells what fell out as too old', () => {
    const { journal } = aJournal({ rows: 50, ageMs: 60_000 });
    const ids: string[] = [];
    for (let index = 0; index < 10_000; index += 1) ids.push(journal.append(mark).id);
    expect(journal.rows).toBe(50);
    expect(journal.end - journal.start).toBe(50);
    expect(journal.after(ids[9_900] as string)).toEqual({ reason: 'too-old' });
    expect(journal.after(ids[9_949] as string)).toEqual({ index: 9_950 });
    expect(journal.at(journal.start - 1)).toBeUndefined();
    expect(journal.at(9_999)?.id).toBe(ids[9_999]);
  });

  it('is bounded by age', async () => {
    const { journal, timing } = aJournal({ rows: 50, ageMs: 1_000 });
    const { id } = journal.append(mark);
    await timing.advance(600);
    journal.append(mark);
    await timing.advance(600);
    journal.prune();
    expect(journal.end - journal.start).toBe(1);
    expect(journal.after(id)).toEqual({ index: 1 });
  });

  it('is bounded by bytes, and gives back every frame that it still holds as it was', () => {
    const { journal } = aJournal({ rows: 1e6, bytes: 3_000_000, ageMs: 1e9 });
    const fixture = { id: 'FX1' } as Fixture;
    const texts = new Map<string, string>();
    const random = seededRandom(7);
    for (let index = 0; index < 4_000; index += 1) {
      // Now and then one that is larger than a page.
      const size = index % 500 === 3 ? 1_200_000 : Math.floor(random() * 4_000);
      const text = `${index} ü ${'x'.repeat(size)}`;
      const entry = journal.append({
        kind: 'fixture',
        event: 'fixture',
        fixture,
        previous: null,
        data: () => text,
      });
      texts.set(entry.id, text);
      expect(journal.bytes).toBeLessThanOrEqual(3_000_000);
    }
    expect(journal.end - journal.start).toBeGreaterThan(100);
    for (let index = journal.start; index < journal.end; index += 1) {
      const entry = journal.at(index);
      if (entry?.kind !== 'fixture') throw new Error('all of them are fixtures');
      const frame = Buffer.from(frameOf(entry)).toString();
      expect(frame).toContain(`\ndata: ${texts.get(entry.id)}\n\n`);
    }
  });

  it('knows the newest entry of each odd, for as long as it holds one', () => {
    const { journal } = aJournal({ rows: 3, ageMs: 1e9 });
    const append = (id: string, isMain: boolean) => {
      const row = aRow({ id, is_main: isMain });
      const odd = anOdd({ id, is_main: isMain });
      const changes = [{ row, odd }];
      journal.append({ kind: 'odds', event: 'copilot-odds', upstreamEntryId: null, changes });
    };
    append('a', true);
    append('b', true);
    append('a', false);
    expect(journal.newest('a')).toMatchObject({ index: 2, route: { isMain: false } });
    append('c', true);
    append('c', true);
    expect(journal.newest('b')).toBeUndefined();
    expect(journal.newest('a')?.index).toBe(2);
    append('c', true);
    expect(journal.newest('a')).toBeUndefined();
  });
});
