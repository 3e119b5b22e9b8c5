/**
 * How the main states look, pixel by pixel, in both themes. The world's clock and the browser's begin at one set time, so
 * that no time on screen differs from run to run. Where a change of the look is meant, run with `--update-snapshots`, and
 * look at each picture that changed.
 */
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright/test';
import { expect, test, type World } from './fixtures';
import type { BoardPage } from './pages/board-page';

const BEGIN = Date.UTC(2026, 10, 24, 18);
const WIDE = { width: 1280, height: 720 };

test.use({ odds: 1_200, beginsAt: BEGIN, viewport: WIDE, timezoneId: 'UTC', locale: 'en-US' });
const FONT = createRequire(import.meta.url).resolve(
  '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
);

/** Whether this machine draws letters as the one did that the pictures are of. The font is the same; its rendering may not be. */
async function drawsAlike(page: Page): Promise<boolean> {
  await page.route('**/letters*', (route) =>
    route.request().url().endsWith('.woff2')
      ? route.fulfill({ path: FONT, contentType: 'font/woff2' })
      : route.fulfill({
          contentType: 'text/html',
          body: `<meta charset="utf-8"><style>@font-face { font-family: Letters; src: url(/letters.woff2); font-weight: 100 900 }
            body { font: 13px Letters; font-variant-numeric: tabular-nums; color: #e6e8ec; background: #0d0e11 }</style>
            <p>Over 168.5 −345 +103 ½ Gimnasia y Esgrima</p><p style="font-weight: 600">18:01:30 Suspended</p>`,
        }),
  );
  await page.goto('/letters');
  return expect(page.locator('body'))
    .toHaveScreenshot('letters.png', { maxDiffPixels: 0, timeout: 5_000 })
    .then(
      () => true,
      () => false,
    );
}

/** Moves, a lock and a settlement among the first odds on screen. */
async function stir(world: World, boardPage: BoardPage): Promise<void> {
  const ids = await boardPage.page
    .locator('[data-odd-id][data-state=open]')
    .evaluateAll((all) => all.slice(0, 4).map((cell) => cell.getAttribute('data-odd-id') ?? ''));
  const [up = '', down = '', locked = '', settled = ''] = ids;
  const send = (event: string, id: string, fields: object) =>
    world.simulator.send('basketball', event, {
      // Later than all that the world began with, and always the same.
      data: [{ ...world.row(id), timestamp: BEGIN / 1_000 + 60, ...fields }],
      type: event,
    });
  send('copilot-odds', up, { price: 165 });
  await expect(boardPage.odd(up)).toHaveAttribute('data-price', '165');
  send('copilot-odds', down, { price: -345 });
  await expect(boardPage.odd(down)).toHaveAttribute('data-price', '-345');
  send('copilot-locked-odds', locked, {});
  await expect(boardPage.odd(locked)).toHaveAttribute('data-state', 'locked');
  const graded = new Date(BEGIN + 60_000).toISOString();
  send('copilot-settled-odds', settled, { settlement: 'Won', settled_at: graded });
  await expect(boardPage.odd(settled)).toHaveAttribute('data-settlement', 'Won');
}

/** Writes zeros for the times of day in an element, whenever it is written: they are the server's, and so real ones. */
function unclock(element: Element): void {
  const write = () => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const unclocked = (text.nodeValue ?? '').replace(/\d\d:\d\d:\d\d/, '00:00:00');
      if (unclocked !== text.nodeValue) text.nodeValue = unclocked;
    }
  };
  write();
  new MutationObserver(write).observe(element, {
    ...{ characterData: true, childList: true, subtree: true },
  });
}

test('the main states look as they did, in both themes', async ({
  context,
  page,
  boardPage,
  world,
}) => {
  test.setTimeout(240_000);
  test.skip(!(await drawsAlike(page)), 'letters are drawn otherwise here than in the pictures');
  // Another tab of the same browser: what is chosen there holds here as well.
  const other = await context.newPage();
  await other.goto('/api/health');

  /** `mask`, `unclocked`: what is of the real time after all, all of it or the times in it. */
  async function shot(
    name: string,
    { mask = [], unclocked = [] }: { mask?: Locator[]; unclocked?: Locator[] } = {},
  ): Promise<void> {
    // Where the pointer rests something may be lit, or a card open.
    await page.mouse.move(640, 2);
    for (const theme of ['dark', 'light']) {
      await other.evaluate(
        (text) => localStorage.setItem('board.taste', text),
        JSON.stringify({ theme }),
      );
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      for (const element of unclocked) await element.evaluate(unclock);
      await expect.soft(page).toHaveScreenshot(`${name}-${theme}.png`, { mask });
    }
  }

  async function panelShot(key: string, title: string, name: string): Promise<void> {
    await page.keyboard.press(key);
    await expect(page.getByRole('region', { name: title, exact: true })).toBeVisible();
    await shot(name);
    await page.keyboard.press('Escape');
  }

  await page.clock.setFixedTime(BEGIN + 90_000);
  await boardPage.open('/basketball');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  await stir(world, boardPage);
  // The counts follow a while later.
  for (const state of ['Locked', 'Settled']) await expect(boardPage.button(state)).toHaveText(/1$/);
  await shot('board');
  await panelShot('t', 'Tape', 'tape');
  await panelShot('a', 'Alerts', 'alerts');
  await panelShot(',', 'Settings', 'settings');
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.locator('[data-layout=compact]')).toBeVisible();
  await shot('phone');
  await page.setViewportSize(WIDE);

  const fixture = await page.locator('[data-fixture-id]').first().getAttribute('data-fixture-id');
  await boardPage.open('/basketball?view=lines&column=hold&column=novig');
  const ages = page.locator('[role=gridcell].line-changed');
  // The settled side, the locked one, and the line that it was compared with.
  const marks = page.locator('[data-incoherent]');
  await expect(marks).toHaveCount(3);
  await shot('lines', { mask: [ages] });
  await boardPage.cells.first().click();
  await expect(page.getByRole('region', { name: 'Price history' })).toBeVisible();
  const chart = page.getByRole('region', { name: 'Price history' }).getByRole('img');
  await shot('history', { mask: [chart] });
  await boardPage.open(`/basketball/fixture/${fixture}`);
  await expect(marks).toHaveCount(3);
  await shot('fixture', { mask: [ages] });
  await boardPage.open('/basketball?q=nobody+plays+this');
  await shot('nothing');

  await boardPage.open('/basketball');
  world.simulator.faults.only(['silent-stall']);
  await expect(boardPage.feed).toHaveAttribute('data-feed', 'dead');
  const banner = page.getByRole('alert').filter({ hasText: 'not live' });
  await shot('dead', { unclocked: [boardPage.feed, banner] });
});
