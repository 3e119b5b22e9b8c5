/** Signing in as a person does it, and what a board says when it may not watch any more. */
import { createRequire } from 'node:module';
import { test as base, expect } from 'playwright/test';
import { type Board, startBoard } from '../support/serve';
import { BoardPage } from './pages/board-page';

const PASSWORD = 'a phrase of the desk';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const test = base.extend<object, { board: Board }>({
  board: [
    // biome-ignore lint/correctness/noEmptyPattern: how Playwright wants it written.
    async ({}, use) => {
      const board = await startBoard({
        env: { BOARD_PASSWORD: PASSWORD, BOARD_SIGN_IN_VIEWERS: '1', BOARD_SIMULATOR_ODDS: '600' },
      });
      await use(board);
      await board.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ board }, use) => use(board.url),
});

const LINK = '/basketball?view=lines&league=NBA';

test.describe('the sign-in', { tag: '@phone' }, () => {
  test.use({ bypassCSP: true });

  test('leads a shared link to its view, by keyboard alone', async ({ page }) => {
    await page.goto(LINK);
    const field = page.getByLabel('Team password');
    await expect(field).toBeFocused();
    await page.keyboard.type('a wrong one');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('not the team’s password');
    await expect(field).toBeFocused();
    await expect(field).toHaveAccessibleDescription(/not the team’s password/);
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${LINK}`);
    await new BoardPage(page).untilLive();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    await page.goto(LINK);
    await expect(field).toBeVisible();
  });

  test('has nothing that axe finds, with and without an error', async ({ page }) => {
    for (const step of ['first', 'again']) {
      if (step === 'first') await page.goto(LINK);
      else {
        await page.getByLabel('Team password').fill('a wrong one');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await expect(page.getByRole('alert')).toBeVisible();
      }
      await page.addScriptTag({ path: AXE });
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as {
          axe: { run(): Promise<{ violations: { id: string }[] }> };
        };
        return (await axe.run()).violations.map(({ id }) => id);
      });
      expect(violations).toEqual([]);
    }
  });
});

test('the sign-in works without scripts', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto(LINK);
  await page.getByLabel('Team password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(new RegExp(`${LINK.replace('?', '\\?')}$`));
  await context.close();
});

test('an open board says that its sign-in has ended, and leads back to the same view', async ({
  page,
}) => {
  const boardPage = new BoardPage(page);
  await page.goto(LINK);
  await page.getByLabel('Team password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await boardPage.untilLive();
  // As from another tab.
  expect((await page.request.post('/sign-out', { maxRedirects: 0 })).status()).toBe(303);
  const note = page.getByText('Your sign-in has ended').first();
  await expect(note).toBeVisible({ timeout: 30_000 });
  await page.getByRole('link', { name: 'Sign in again' }).first().click();
  await page.getByLabel('Team password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${LINK}`);
  await boardPage.untilLive();
});

test('a board too many says so, and comes back when there is room', async ({ page, baseURL }) => {
  const stream = '/api/v3/stream/copilot/tennis/odds';
  await page.goto('/sign-in?next=/sign-in');
  await page.getByLabel('Team password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await new BoardPage(page).untilLive();
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`);
  await page.goto('about:blank');
  const abort = new AbortController();
  const headers = { cookie: cookie.join('; ') };
  // The seat of the page before is free once its socket is closed.
  await expect(async () => {
    const other = await fetch(`${baseURL}${stream}`, { headers, signal: abort.signal });
    expect(other.status).toBe(200);
  }).toPass();
  await page.goto('/basketball');
  await expect(page.getByText('Too many boards are open from here').first()).toBeVisible({
    timeout: 30_000,
  });
  abort.abort();
  await new BoardPage(page).untilLive();
  await expect(page.getByText('Too many boards are open from here')).toHaveCount(0);
});
