import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test as base } from 'playwright/test';
import { type Simulator, startSimulator } from '@/lib/simulator';
import { type CutProxy, startCutProxy } from '../support/cut-proxy';
import { type Board, startBoard } from '../support/serve';
import { expect, KEY, STILL, test as withWorld } from './fixtures';
import { BoardPage } from './pages/board-page';

/** Pings that come often, and waits that are as much shorter. */
const PING_MS = 300;
const QUICK = {
  BOARD_UPSTREAM_LATE_MS: '1500',
  BOARD_UPSTREAM_DEAD_MS: '3000',
  BOARD_UPSTREAM_RETRY_MS: '200',
  BOARD_UPSTREAM_BACKOFF_MS: '200',
  BOARD_UPSTREAM_BACKOFF_MAX_MS: '500',
  BOARD_UNPRICED_MS: '2000',
};

const test = base.extend<{
  board: Board;
  simulator: Simulator;
  boardPage: BoardPage;
  wire: CutProxy;
  copilot: boolean;
}>({
  copilot: [true, { option: true }],
  simulator: async ({ copilot }, use) => {
    const simulator = await startSimulator({
      seed: 7,
      odds: 600,
      rate: 5,
      key: KEY,
      pingMs: PING_MS,
      copilot,
    });
    await use(simulator);
    await simulator.stop();
  },
  board: async ({ simulator }, use) => {
    const board = await startBoard({
      env: { OPTICODDS_API_KEY: KEY, OPTICODDS_BASE_URL: simulator.baseUrl, ...STILL, ...QUICK },
    });
    await use(board);
    await board.stop();
  },
  wire: async ({ board }, use) => {
    const wire = await startCutProxy(board.url);
    await use(wire);
    await wire.stop();
  },
  baseURL: async ({ board }, use) => use(board.url),
  boardPage: async ({ page }, use) => use(new BoardPage(page)),
});

const feedIs = (boardPage: BoardPage, state: string) =>
  expect(boardPage.feed).toHaveAttribute('data-feed', state, { timeout: 30_000 });

test.describe('the feed indicator', () => {
  test('goes late, then dead, when the vendor falls silent, and live when it is back', async ({
    boardPage,
    simulator,
  }) => {
    await boardPage.open('/basketball');
    await expect(boardPage.feed).toHaveAttribute('data-source', 'opticodds');
    simulator.faults.only(['silent-stall']);
    await feedIs(boardPage, 'late');
    await feedIs(boardPage, 'dead');
    await expect(boardPage.page.getByRole('alert').filter({ hasText: /not live/i })).toBeVisible();
    const price = await boardPage.cells.first().getAttribute('data-price');
    expect(price).not.toBe(null);
    // What was known last can be read: what says that it is old lies over no row that cannot be scrolled above it.
    const banner = await boardPage.page
      .getByRole('alert')
      .filter({ hasText: /not live/i })
      .boundingBox();
    await boardPage.grid.evaluate((grid) => grid.scrollTo({ top: grid.scrollHeight }));
    const last = await boardPage.cells.last().boundingBox();
    expect((last?.y ?? Infinity) + (last?.height ?? 0)).toBeLessThanOrEqual(banner?.y ?? 0);
    simulator.faults.only([]);
    await feedIs(boardPage, 'live');
    await expect(boardPage.page.getByRole('alert').filter({ hasText: /not live/i })).toHaveCount(0);
  });

  test('goes late, then dead, when our own server falls silent, and heals by itself', async ({
    board,
    boardPage,
  }) => {
    test.setTimeout(120_000);
    await boardPage.open('/basketball');
    process.kill(board.pid, 'SIGSTOP');
    try {
      await feedIs(boardPage, 'late');
      await feedIs(boardPage, 'dead');
    } finally {
      process.kill(board.pid, 'SIGCONT');
    }
    await feedIs(boardPage, 'live');
  });

  test('is not live the moment the connection breaks, and live when it is back', async ({
    boardPage,
    wire,
  }) => {
    await boardPage.open(`${wire.url}/basketball`);
    wire.cut();
    // Well before 10 s of silence would make it late.
    await expect(boardPage.feed).not.toHaveAttribute('data-feed', 'live', { timeout: 8_000 });
    wire.heal();
    await feedIs(boardPage, 'live');
  });

  for (const [fate, words] of [
    ['cannot be had', 'at once'],
    ['does not come', 'once it is overdue'],
  ] as const) {
    test(`says ${words} that nothing is live where the code that listens ${fate}`, async ({
      boardPage,
      page,
    }) => {
      test.setTimeout(120_000);
      // A server that has just started may have no prices yet to make its first page of.
      await expect(async () => {
        const answer = await page.request.get('/api/snapshot/basketball?limit=1');
        expect(await answer.json()).toMatchObject({ partial: false });
      }).toPass({ timeout: 60_000 });
      let isGone = true;
      let refused = 0;
      const waiting: (() => void)[] = [];
      await page.route('**/_next/static/chunks/*.js', async (route) => {
        const response = await route.fetch();
        if (!isGone || !(await response.text()).includes('last_entry_id')) {
          return route.fulfill({ response });
        }
        refused += 1;
        if (fate === 'cannot be had') return route.abort('connectionrefused');
        await new Promise<void>((resolve) => waiting.push(resolve));
        return route.fulfill({ response });
      });
      await page.goto('/basketball');
      // The page's own prices are there all the same.
      await expect(boardPage.cells.first()).toBeVisible();
      const from = Date.now();
      await feedIs(boardPage, 'dead');
      // It is overdue after 15 s.
      if (fate === 'cannot be had') expect(Date.now() - from).toBeLessThan(10_000);
      expect(refused).toBeGreaterThan(0);
      await expect(page.getByRole('alert').filter({ hasText: /not live/i })).toBeVisible();
      isGone = false;
      for (const go of waiting) go();
      await feedIs(boardPage, 'live');
      await expect(page.getByRole('alert').filter({ hasText: /not live/i })).toHaveCount(0);
    });
  }

  test('says so when the key is refused, and keeps the page', async ({ boardPage, simulator }) => {
    await boardPage.open('/basketball');
    simulator.faults.only(['unauthorized']);
    simulator.cutStreams();
    await expect(boardPage.feed).not.toHaveAttribute('data-feed', 'live', { timeout: 30_000 });
    await expect(boardPage.page.getByText(/key is missing, wrong or inactive/)).toBeVisible({
      timeout: 30_000,
    });
    await expect(boardPage.cells.first()).toBeVisible();
  });
});

test.describe('the feed details', { tag: '@phone' }, () => {
  const details = (boardPage: BoardPage) =>
    boardPage.page.getByRole('dialog', { name: 'Feed details' });
  const wayOf = (boardPage: BoardPage, name: RegExp) =>
    details(boardPage).getByRole('row', { name }).first();

  test('list each connection and, after a cut, the gap and how it was healed', async ({
    boardPage,
    simulator,
  }) => {
    await boardPage.open('/basketball');
    await boardPage.feed.focus();
    await boardPage.page.keyboard.press('Enter');
    await expect(details(boardPage)).toContainText('None seen.');
    await expect(wayOf(boardPage, /Server to this browser/)).toContainText('Live');
    const vendors = wayOf(boardPage, /NBA/);
    await expect(vendors).toContainText('Live');
    await expect(details(boardPage)).toContainText(/[1-9]\.?\d* changes a second, over \d+ s/);
    simulator.cutStreams();
    const gap = details(boardPage)
      .getByRole('row', { name: /Broken; read again/ })
      .first();
    await expect(gap).toContainText(/\d\d:\d\d:\d\d – \d\d:\d\d:\d\d/, { timeout: 30_000 });
    await expect(gap).toContainText(/nothing differed|\d+ corrected/);
    await boardPage.page.keyboard.press('Escape');
    await expect(details(boardPage)).toHaveCount(0);
    await expect(boardPage.feed).toBeFocused();
  });

  test("tell the browser's own gap from the vendor's", async ({ boardPage, wire }) => {
    await boardPage.open(`${wire.url}/basketball`);
    await feedIs(boardPage, 'live');
    await boardPage.feed.click();
    await expect(wayOf(boardPage, /Server to this browser/)).toContainText('Live');
    wire.cut();
    const gap = details(boardPage).getByRole('row', { name: /– now.*Server to this browser/ });
    await expect(gap).toContainText('Waiting for the server', { timeout: 30_000 });
    await expect(details(boardPage)).toContainText('those to the vendor as last told');
    wire.heal();
    await expect(details(boardPage)).toContainText('Resumed after the last entry', {
      timeout: 60_000,
    });
    await expect(wayOf(boardPage, /Server to this browser/)).toContainText('Live');
  });

  test('say which leagues are not live, and why', async ({ boardPage, simulator }) => {
    await boardPage.open('/basketball');
    await boardPage.feed.click();
    simulator.faults.only(['silent-stall']);
    await expect(wayOf(boardPage, /NBA/)).toContainText('Late', { timeout: 30_000 });
    await expect(details(boardPage)).toContainText('Silent; waiting for the stream');
    await expect(wayOf(boardPage, /NBA/)).toContainText('Dead', { timeout: 30_000 });
    simulator.faults.only([]);
    await expect(details(boardPage)).toContainText('Silent; read again', { timeout: 30_000 });
  });
});

test.describe('after a cut', () => {
  test('the board catches up without a flash', async ({ boardPage, page, wire, simulator }) => {
    await boardPage.recordAnimations();
    await boardPage.open(`${wire.url}/basketball`);
    simulator.pause();
    await expect(page.locator('[data-move]')).toHaveCount(0, { timeout: 45_000 });
    const id = (await boardPage.cells.first().getAttribute('data-odd-id')) ?? '';
    const odd = simulator.truth('basketball').odds.find((one) => one.id === id);
    const before = Number(await boardPage.odd(id).getAttribute('data-price'));
    const after = before > 0 ? before + 55 : 155;
    const flashesBefore = await boardPage.animations();
    // Only the board's own hop is cut; the server goes on.
    wire.cut();
    await expect(boardPage.feed).not.toHaveAttribute('data-feed', 'live', { timeout: 30_000 });
    const { state, ...row } = odd ?? { state: 'open' };
    simulator.send('basketball', 'copilot-odds', {
      data: [
        {
          ...row,
          price: after,
          sport: 'basketball',
          game_id: '',
          timestamp: Math.floor(Date.now() / 1000),
        },
      ],
    });
    wire.heal();
    await feedIs(boardPage, 'live');
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', String(after));
    await expect(boardPage.odd(id)).not.toHaveAttribute('data-move');
    expect(await boardPage.animations()).toEqual(flashesBefore);
  });
});

test.describe('states of the board', () => {
  test('a snapshot that cannot be read says why, and Try again reads it', async ({
    boardPage,
    page,
  }) => {
    let isBroken = true;
    let reads = 0;
    await page.route('**/api/snapshot/**', (route) => {
      reads += 1;
      return isBroken
        ? route.fulfill({ status: 503, json: { error: 'The board is starting; try again.' } })
        : route.continue();
    });
    await page.goto('/basketball');
    const note = page.getByRole('note').filter({ hasText: 'The board is starting' });
    await expect(note).toBeVisible();
    const again = page.getByRole('button', { name: 'Try again' });
    const kept = await again.elementHandle();
    // By then it tries again so rarely by itself that the press comes first.
    await expect.poll(() => reads, { timeout: 60_000 }).toBeGreaterThanOrEqual(4);
    expect(await kept?.evaluate((button) => button.isConnected)).toBe(true);
    isBroken = false;
    const before = reads;
    await again.evaluate((button: HTMLButtonElement) => button.click());
    await expect.poll(() => reads).toBe(before + 1);
    await expect(note).toHaveCount(0);
    await feedIs(boardPage, 'live');
  });

  test('an empty board that could not be read hands the focus on when it was', async ({ page }) => {
    let isBroken = true;
    await page.route('**/api/snapshot/**', (route) =>
      isBroken ? route.fulfill({ status: 503, json: { error: 'Not now.' } }) : route.continue(),
    );
    await page.goto('/basketball?league=Nowhere');
    await expect(page.getByRole('heading', { name: 'The board could not be read' })).toBeVisible();
    const again = page.locator('#prices').getByRole('button', { name: 'Try again' });
    // It also tries again by itself: whichever comes first takes the button away with the focus in it.
    await again.focus();
    isBroken = false;
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
    await expect(page.locator(':focus')).toBeVisible();
  });

  test('refused REST still builds a board from the stream, and says that it is partial', async ({
    boardPage,
    page,
    simulator,
  }) => {
    simulator.faults.only(['rest-forbidden']);
    await page.goto('/basketball');
    await feedIs(boardPage, 'live');
    const note = page
      .getByRole('note')
      .filter({ hasText: /not read in full|partial|refused|403/i });
    await expect(note).toContainText('Not everything could be read. ');
    await expect(boardPage.cells.first()).toBeVisible({ timeout: 30_000 });
  });

  test('slow REST leaves a board that says that not everything has been read yet, until it has', async ({
    boardPage,
    page,
    simulator,
  }) => {
    simulator.faults.only(['slow-rest']);
    await page.goto('/basketball');
    await feedIs(boardPage, 'live');
    const note = page.getByRole('note').filter({ hasText: 'Not everything has been read yet.' });
    await expect(note).toBeVisible({ timeout: 20_000 });
    simulator.faults.only([]);
    await expect(note).toHaveCount(0, { timeout: 30_000 });
    await expect(boardPage.cells.first()).toBeVisible();
  });
});

test.describe('a key without copilot', () => {
  test.use({ copilot: false });

  test('is said to be one, once nothing has been priced for long', async ({ boardPage, page }) => {
    await page.goto('/basketball');
    await feedIs(boardPage, 'live');
    await expect(page.getByText(/key may lack copilot/i)).toBeVisible({ timeout: 30_000 });
  });
});

const simulated = base.extend<{ board: Board }>({
  // biome-ignore lint/correctness/noEmptyPattern: how Playwright wants it written.
  board: async ({}, use) => {
    const board = await startBoard();
    await use(board);
    await board.stop();
  },
});

simulated.describe('without a key', () => {
  simulated(
    'the prices move, and the board says that they are simulated',
    { tag: ['@smoke', '@phone'] },
    async ({ board, page }) => {
      const boardPage = new BoardPage(page);
      await boardPage.open(`${board.url}/`);
      await expect(boardPage.feed).toHaveAttribute('data-source', 'simulator');
      await expect(page.getByText('Simulated prices')).toBeVisible();
      await expect(page.locator('[data-move]').first()).toBeVisible({ timeout: 30_000 });
    },
  );
});

withWorld.describe('the key', () => {
  withWorld('is in no page, no script and no answer', async ({ boardPage, page, world }) => {
    const texts: Promise<[string, string]>[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/stream/')) return;
      texts.push(
        response.text().then(
          (text) => [response.url(), text] as [string, string],
          () => [response.url(), ''] as [string, string],
        ),
      );
    });
    await boardPage.open('/basketball?view=lines');
    for (const path of ['/api/health', '/api/v3/sports/active', '/api/nothing', '/quidditch']) {
      const answer = await page.request.get(path);
      expect(await answer.text(), path).not.toContain(KEY);
      expect(JSON.stringify(answer.headers()), path).not.toContain(KEY);
    }
    for (const [url, text] of await Promise.all(texts)) expect(text, url).not.toContain(KEY);
    expect(await page.content()).not.toContain(KEY);
    expect(world.board.output()).not.toContain(KEY);
  });

  withWorld('is in no file of the build', () => {
    const folder = resolve(
      import.meta.dirname,
      '../..',
      process.env.BOARD_DIST_DIR || '.next',
      'static',
    );
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const text = readFileSync(join(file.parentPath, file.name), 'utf8');
      expect(text).not.toMatch(/OPTICODDS_API_KEY|X-Api-Key/i);
    }
  });
});
