import { readFileSync } from 'node:fs';
import { test as base, expect } from 'playwright/test';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream';
import { startBoard } from '../support/serve';
import { STILL, watchConsole } from './fixtures';
import { BoardPage } from './pages/board-page';

const FRAMES = readFileSync(new URL('../samples/seed-events.sse', import.meta.url), 'utf8');
const HALF_TOTAL = '1:-1:4825158B6424:1st_half_total_points:over_104_5';
const HEAT_TOTAL = '1:-1:D86AB59E8025:team_total:miami_heat_over_105_5';

const test = base.extend<
  { boardPage: BoardPage; play: () => Promise<void> },
  { vendor: ScriptedUpstream; url: string }
>({
  // It speaks the stream alone: every REST path is refused.
  vendor: [
    // biome-ignore lint/correctness/noEmptyPattern: how Playwright wants it written.
    async ({}, use) => {
      const vendor = await startScriptedUpstream();
      await use(vendor);
      await vendor.stop();
    },
    { scope: 'worker' },
  ],
  url: [
    async ({ vendor }, use) => {
      const board = await startBoard({
        env: { OPTICODDS_API_KEY: vendor.key, OPTICODDS_BASE_URL: vendor.baseUrl, ...STILL },
      });
      await use(board.url);
      await board.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  play: async ({ vendor }, use) => {
    await use(async () => {
      await expect.poll(() => vendor.openStreams()).toBeGreaterThan(0);
      vendor.send(FRAMES);
    });
  },
  baseURL: async ({ url }, use) => use(url),
  boardPage: async ({ page }, use) => {
    const problems = watchConsole(page);
    await use(new BoardPage(page));
    expect(problems).toEqual([]);
  },
});

test.describe('the vendor’s sample frames', () => {
  for (const view of ['board', 'lines'] as const) {
    test(`leave the half’s total open and the team’s total won (${view})`, async ({
      boardPage,
      play,
    }) => {
      await boardPage.open(view === 'board' ? '/basketball' : '/basketball?view=lines');
      await play();
      const half = boardPage.odd(HALF_TOTAL);
      await expect(half).toHaveAttribute('data-state', 'open');
      await expect(half).toHaveAttribute('data-price', '-196');
      await expect(half).toHaveAttribute('data-points', '104.5');
      await expect(half).toHaveRole('gridcell');
      await expect(half).toContainText('−196');
      const heat = boardPage.odd(HEAT_TOTAL);
      await expect(heat).toHaveAttribute('data-state', 'settled');
      await expect(heat).toHaveAttribute('data-settlement', 'Won');
      await expect(heat).toHaveAttribute('data-price', '-103');
      await expect(heat).toHaveAttribute('data-points', '105.5');
      await expect(heat).toContainText('W');
      await expect(heat).toContainText('−103');
      await expect(boardPage.cells).toHaveCount(2);
    });
  }

  test('move one fixture’s start and cancel another', async ({ boardPage, play }) => {
    await boardPage.open('/tennis?tz=UTC');
    await play();
    const moved = boardPage.fixture('FB0D30DCDD6C');
    await expect(moved).toHaveAttribute('data-start', /^2024-08-28T20:30:00(\.000)?(Z|\+00:00)$/);
    await expect(moved).toContainText('20:20');
    await expect(moved).toContainText('20:30');
    await expect(moved).toContainText('Lorenzo Musetti');
    await expect(moved).toContainText('Miomir Kecmanovic');
    const cancelled = boardPage.fixture('E145B23767E0');
    await expect(cancelled).toHaveAttribute('data-status', 'cancelled');
    await expect(cancelled).toContainText('Cancelled');
    await expect(cancelled).toContainText('Saisai Zheng');
  });

  test('show nothing that flashes or is marked as moved', async ({ boardPage, page, play }) => {
    await boardPage.open('/basketball');
    await play();
    await expect(boardPage.odd(HALF_TOTAL)).toBeVisible();
    await expect(page.locator('[data-move]')).toHaveCount(0);
  });
});
