import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { liveStore } from '@/lib/board/live-store';
import { openPast } from '@/lib/board/past';
import { createBoardStore } from '@/lib/board/store';
import { aWireRow } from '@/tests/support/builders';
import { createFakePage } from './fakes';

const ANYWHERE = { leagues: [], fixtureIds: [] };

function setUp(problem: string | null = null) {
  const moment = { ms: 5, position: '5-1', silentSince: null, problem };
  const store = liveStore(
    createBoardStore({ sport: 'basketball', initial: null, ...createFakePage() }),
  );
  return { store, past: openPast(store, 'basketball', moment) };
}

const answer = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json' },
  });

const aBody = (id: string) => ({
  ...{ sport: 'basketball', at: '5-1', partial: false, fixtures: [], next: null },
  odds: [{ ...aWireRow({ id }), state: 'open' }],
});

describe('a past board', () => {
  const asked: string[] = [];
  let answers: (() => Promise<Response>)[] = [];
  beforeEach(() => {
    asked.length = 0;
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(url);
      return answers.shift()?.() ?? Promise.reject(new Error('nothing more was to be asked'));
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('reads what was held of its scope at its position, and nothing else', async () => {
    answers = [async () => answer(200, aBody('a'))];
    const { store, past } = setUp();
    past.setScope({ leagues: ['NBA'], fixtureIds: [] });
    await vi.waitFor(() => expect(store.getState().load.state).toBe('complete'));
    expect([...store.getState().book.odds.keys()]).toEqual(['a']);
    expect(asked).toEqual(['/api/snapshot/basketball?league=NBA&at=5-1']);
  });

  it('shows the scope that was asked for last, whichever answer comes first', async () => {
    let late = (_: Response) => {};
    answers = [
      () => new Promise((resolve) => (late = resolve)),
      async () => answer(200, aBody('second')),
    ];
    const { store, past } = setUp();
    past.setScope(ANYWHERE);
    past.setScope({ leagues: ['NBA'], fixtureIds: [] });
    await vi.waitFor(() => expect(store.getState().load.state).toBe('complete'));
    late(answer(200, aBody('first')));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([...store.getState().book.odds.keys()]).toEqual(['second']);
  });

  it('says why it cannot be read, and tries again when asked', async () => {
    answers = [
      async () => answer(410, { error: 'that moment is not held any more' }),
      async () => answer(200, aBody('a')),
    ];
    const { store, past } = setUp();
    past.setScope(ANYWHERE);
    await vi.waitFor(() =>
      expect(store.getState().load).toMatchObject({
        state: 'error',
        error: 'that moment is not held any more',
      }),
    );
    past.retry();
    await vi.waitFor(() => expect(store.getState().load.state).toBe('complete'));
  });

  it('asks nothing where the server has said that it holds nothing of then', async () => {
    const { past } = setUp('that moment is not held any more');
    past.setScope(ANYWHERE);
    past.retry();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(asked).toEqual([]);
  });
});
