/** What every spec stands on: a real board over a real upstream whose world stands still until told otherwise. */
import { test as base, type Page } from 'playwright/test';
import { type Simulator, startSimulator } from '@/lib/simulator';
import { type Board, startBoard } from '../support/serve';
import { BoardPage } from './pages/board-page';

/** In every request to the upstream, and nowhere else. */
export const KEY = 'e2e-secret-key-5f1d';

/** Settings under which nothing but the test changes what the board holds. */
export const STILL = { BOARD_ODDS_REFRESH_MS: '0', BOARD_FIXTURES_POLL_MS: '0' };

export type World = {
  simulator: Simulator;
  board: Board;
  /** One of the simulator's odds, as a stream row. */
  row(id: string): WireRow;
  /** Ids of odds of which something was sent so: the simulator itself knows nothing of it. */
  posted: ReadonlySet<string>;
  /** Sends rows as one event, changed now. */
  post(event: OddsEventName, ...rows: WireRow[]): void;
  /** Tells of a fixture's start or status what these fields of the wire say. */
  tell(fixture: Readonly<Record<string, unknown>>, fields: object): void;
};

export type WireRow = { id: string; fixture_id: string; price: number } & Record<string, unknown>;
type OddsEventName = 'copilot-odds' | 'copilot-locked-odds' | 'copilot-settled-odds';

const SPORT = 'basketball';

type Options = {
  /** How many odds the world has. */
  odds: number;
  /** Epoch ms at which the world's clock begins; null: at the real time. */
  beginsAt: number | null;
};

export const test = base.extend<{ boardPage: BoardPage }, { world: World } & Options>({
  odds: [2_000, { option: true, scope: 'worker' }],
  beginsAt: [null, { option: true, scope: 'worker' }],
  world: [
    async ({ odds, beginsAt }, use) => {
      const shiftMs = beginsAt === null ? 0 : Date.now() - beginsAt;
      const now = () => Date.now() - shiftMs;
      const simulator = await startSimulator({ seed: 20_261_122, odds, rate: 20, key: KEY, now });
      simulator.pause();
      const board = await startBoard({
        env: { OPTICODDS_API_KEY: KEY, OPTICODDS_BASE_URL: simulator.baseUrl, ...STILL },
      });
      const posted = new Set<string>();
      const world: World = {
        posted,
        simulator,
        board,
        row(id) {
          const odd = simulator.truth(SPORT).odds.find((one) => one.id === id);
          if (!odd) throw new Error(`the simulator has no odd ${id}`);
          const { state, ...row } = odd;
          return { ...row, sport: SPORT, game_id: '' } as unknown as WireRow;
        },
        post(event, ...rows) {
          const timestamp = Math.floor(now() / 1000);
          for (const { id } of rows) posted.add(id);
          simulator.send(SPORT, event, {
            data: rows.map((row) => ({ ...row, timestamp })),
            type: event,
          });
        },
        tell(fixture, fields) {
          simulator.send(SPORT, 'fixture-status', {
            data: {
              fixture: { id: fixture.id },
              fixture_id: fixture.id,
              sport: SPORT,
              league: (fixture.league as { name: string }).name,
              old_start_date: null,
              new_start_date: null,
              old_status: null,
              new_status: null,
              timestamp: now() / 1000,
              ...fields,
            },
          });
        },
      };
      await use(world);
      await board.stop();
      await simulator.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ world }, use) => use(world.board.url),
  boardPage: async ({ page }, use) => {
    const problems = watchConsole(page);
    await use(new BoardPage(page));
    if (problems.length > 0) throw new Error(`the page complained:\n${problems.join('\n')}`);
  },
});

/** Leagues with open odds, most odds first. */
export function leagues(world: World): string[] {
  const counts = new Map<string, number>();
  for (const odd of openOdds(world)) {
    counts.set(String(odd.league), (counts.get(String(odd.league)) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

export function openOdds(world: World) {
  return world.simulator.truth(SPORT).odds.filter(({ state }) => state === 'open');
}

/** Somebody who has been here and chose this. */
export async function withTaste(page: Page, world: World, taste: object): Promise<void> {
  const text = JSON.stringify(taste);
  await page
    .context()
    .addCookies([{ name: 'board-taste', value: encodeURIComponent(text), url: world.board.url }]);
}

/** Collects what a page complains about: errors, refused scripts, markup that differs from the server's. */
export function watchConsole(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // A stream that the test itself breaks is told of by the browser as well.
    if (/net::ERR|Failed to load resource/.test(message.text())) return;
    problems.push(message.text());
  });
  return problems;
}

export { expect } from 'playwright/test';
