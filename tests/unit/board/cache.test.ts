import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Lists, watchLists } from '@/lib/board/cache';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('lists that are kept fresh', () => {
  it('tells the sports and the leagues as each is read, and nothing after it was stopped', async () => {
    const asked: string[] = [];
    const answers = new Map<string, (body: unknown) => void>();
    vi.stubGlobal('fetch', (path: string) => {
      asked.push(path);
      return new Promise((resolve) => {
        answers.set(path, (body) => resolve(Response.json(body)));
      });
    });
    const told: Lists[] = [];
    const stop = watchLists('curling', 60_000, (lists) => told.push(lists));
    const sports = '/api/v3/sports/active';
    const leagues = '/api/v3/leagues/active?sport=curling';
    await vi.waitFor(() => expect(asked.toSorted()).toEqual([leagues, sports]));

    const league = { id: 'slam', name: 'Slam' };
    answers.get(leagues)?.({ data: [league] });
    await vi.waitFor(() => expect(told).toEqual([{ sports: undefined, leagues: [league] }]));
    stop();
    answers.get(sports)?.({ data: [{ id: 'curling', name: 'Curling' }] });
    await new Promise((done) => setImmediate(done));
    expect(told).toHaveLength(1);
  });
});
