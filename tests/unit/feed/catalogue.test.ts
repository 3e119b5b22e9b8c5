import { describe, expect, it } from 'vitest';
import { createCatalogue } from '@/lib/feed/catalogue';
import { DEFAULT_FEED_SETTINGS } from '@/lib/feed/config';
import type { Rest } from '@/lib/feed/rest';
import { SPORTS, type Sport } from '@/lib/protocol/sports';
import { createFakeTiming } from '@/tests/support/fake-timing';

const CURLING: Sport = { id: 'curling', name: 'Curling', mainMarkets: [] };

function createKit(sports: () => Promise<Sport[]>) {
  const timing = createFakeTiming();
  const lines: string[] = [];
  let asked = 0;
  const rest = {
    sports() {
      asked += 1;
      return sports();
    },
    leagues: async () => ({ leagues: [{ id: 'nba', name: 'NBA' }], unreadable: 2 }),
  } as Partial<Rest> as Rest;
  const note = (line: string) => void lines.push(line);
  const log = { info: note, warn: note };
  const catalogue = createCatalogue({ rest, timing, settings: DEFAULT_FEED_SETTINGS, log });
  return { catalogue, timing, lines, asked: () => asked };
}

describe('catalogue', () => {
  it('lists the active sports, asked for once in five minutes', async () => {
    const { catalogue, timing, asked } = createKit(async () => [CURLING]);
    expect(await catalogue.sports(1_000)).toEqual({ sports: [CURLING], isFallback: false });
    await timing.advance(299_000);
    await catalogue.sports(1_000);
    expect(asked()).toBe(1);
    await timing.advance(2_000);
    await catalogue.sports(1_000);
    expect(asked()).toBe(2);
  });

  it('waits a second at most, then lists the built-in sports, and has the answer later', async () => {
    let answer = (_: Sport[]) => {};
    const { catalogue, timing } = createKit(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const early = catalogue.sports(1_000);
    await timing.advance(1_000);
    expect(await early).toEqual({ sports: SPORTS, isFallback: true });
    answer([CURLING]);
    await timing.settle();
    expect((await catalogue.sports(1_000)).isFallback).toBe(false);
  });

  it('asks again though an answer hangs, but not for ever more', async () => {
    const { catalogue, timing, asked } = createKit(() => new Promise(() => {}));
    for (let minute = 0; minute < 60; minute += 1) {
      void catalogue.sports(0);
      await timing.advance(60_000);
    }
    expect(asked()).toBe(2);
  });

  it('lets nobody wait again for a vendor who was already waited for', async () => {
    const { catalogue, timing } = createKit(() => new Promise(() => {}));
    const early = catalogue.sports(1_000);
    await timing.advance(1_000);
    await early;
    const second = catalogue.sports(1_000);
    await timing.advance(0);
    expect((await second).isFallback).toBe(true);
  });

  it('lists the built-in sports where the vendor refuses, asks seldom, and says so once', async () => {
    const { catalogue, timing, asked, lines } = createKit(async () => {
      throw new Error('refused');
    });
    for (let second = 0; second < 60; second += 1) {
      expect((await catalogue.sports(1_000)).isFallback).toBe(true);
      await timing.advance(1_000);
    }
    expect(asked()).toBe(12);
    expect(lines).toHaveLength(1);
  });

  it('knows the main markets of a sport by id and by name, whoever told them', async () => {
    const { catalogue } = createKit(async () => [
      { ...CURLING, mainMarkets: [{ id: 'total_ends', name: 'Total Ends' }] },
    ]);
    await catalogue.sports(1_000);
    expect(catalogue.mainMarkets('curling')).toEqual(['total_ends', 'Total Ends']);
    expect(catalogue.mainMarkets('tennis')).toContain('game_spread');
  });

  it('says that leagues could not be read, once in the log, and lists the others', async () => {
    const { catalogue, timing, lines } = createKit(async () => []);
    const first = await catalogue.leagues('basketball', false);
    expect(first).toMatchObject({ leagues: [{ id: 'nba' }], isPart: true });
    await timing.advance(DEFAULT_FEED_SETTINGS.leaguesMs + 1_000);
    await catalogue.leagues('basketball', false);
    expect(lines).toEqual([
      "2 of the vendor's basketball leagues cannot be read and are left out.",
    ]);
  });
});
