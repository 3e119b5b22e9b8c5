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
  /** Sends rows as one event. */
  post(event: OddsEventName, ...rows: WireRow[]): void;
};

export type WireRow = { id: string; fixture_id: string; price: number } & Record<string, unknown>;
type OddsEventName = 'copilot-odds' | 'copilot-locked-odds' | 'copilot-settled-odds';

const SPORT = 'basketball';

export const test = base.extend<{ boardPage: BoardPage }, { world: World }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: how Playwright wants it written.
    async ({}, use) => {
      const simulator = await startSimulator({ seed: 20_261_122, odds: 2_000, rate: 20, key: KEY });
      simulator.pause();
      const board = await startBoard({
        env: { OPTICODDS_API_KEY: KEY, OPTICODDS_BASE_URL: simulator.baseUrl, ...STILL },
      });
      const world: World = {
        simulator,
        board,
        row(id) {
          const odd = simulator.truth(SPORT).odds.find((one) => one.id === id);
          if (!odd) throw new Error(`the simulator has no odd ${id}`);
          const { state, ...row } = odd;
          return { ...row, sport: SPORT, game_id: '' } as unknown as WireRow;
        },
        post(event, ...rows) {
          const timestamp = Math.floor(Date.now() / 1000);
          simulator.send(SPORT, event, {
            data: rows.map((row) => ({ ...row, timestamp })),
            type: event,
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
