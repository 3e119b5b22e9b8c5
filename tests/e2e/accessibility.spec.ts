import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright/test';
import { expect, openOdds, test } from './fixtures';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

// The page's own policy refuses foreign scripts, which is right for everybody but this one.
test.use({ bypassCSP: true });

async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const results = await page.evaluate(() => {
    const { axe } = window as unknown as {
      axe: { run(context: Document, options: RunOptions): Promise<AxeResults> };
    };
    return axe.run(document, { resultTypes: ['violations'] });
  });
  return results.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes
        .slice(0, 3)
        .map(({ html, failureSummary }) => `  ${html.slice(0, 200)}\n  ${failureSummary}`)
        .join('\n')}`,
  );
}

test.describe('axe finds nothing', { tag: '@phone' }, () => {
  for (const view of ['board', 'lines', 'fixture'] as const) {
    test(`in the ${view} view, with locks, moves and settlements on screen`, async ({
      boardPage,
      page,
      world,
    }) => {
      const fixture = String(openOdds(world)[0]?.fixture_id);
      const paths = {
        board: '/basketball',
        lines: '/basketball?view=lines',
        fixture: `/basketball/fixture/${fixture}`,
      };
      await boardPage.open(paths[view]);
      const ids = await page
        .locator('[data-odd-id][data-state=open]')
        .evaluateAll((all) =>
          all.slice(0, 3).map((cell) => cell.getAttribute('data-odd-id') ?? ''),
        );
      const [moved = '', locked = ''] = ids;
      const [movedRow, lockedRow] = [world.row(moved), world.row(locked)];
      world.post('copilot-odds', {
        ...movedRow,
        price: movedRow.price > 0 ? movedRow.price + 30 : 130,
      });
      world.post('copilot-locked-odds', lockedRow);
      await expect(boardPage.odd(moved)).toHaveAttribute('data-move', 'up');
      await expect(boardPage.odd(locked)).toHaveAttribute('data-state', 'locked');
      expect(await violations(page)).toEqual([]);
      world.post('copilot-odds', movedRow, lockedRow);
    });
  }

  test('in the open feed details, with a gap in them', async ({ boardPage, page, world }) => {
    await boardPage.open('/basketball');
    world.simulator.cutStreams();
    await boardPage.feed.click();
    await expect(page.getByRole('dialog', { name: 'Feed details' })).toContainText('read again', {
      timeout: 30_000,
    });
    expect(await violations(page)).toEqual([]);
  });

  test('in an open filter', async ({ boardPage, page }) => {
    await boardPage.open('/basketball');
    await boardPage.button('League').click();
    await expect(page.getByRole('listbox')).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });

  test('on a past board, and where nothing is held of then', async ({ boardPage, page }) => {
    await boardPage.open('/basketball');
    await expect(async () => {
      await page.goto(`/basketball?at=${Date.now()}`);
      await expect(boardPage.cells.first()).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    expect(await violations(page)).toEqual([]);
    await page.goto('/basketball?at=1000');
    await expect(page.getByRole('heading', { name: 'That moment cannot be shown' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });

  test('on an empty board and on the page of an unknown sport', async ({ boardPage, page }) => {
    await boardPage.open('/basketball?league=Nowhere');
    expect(await violations(page)).toEqual([]);
    await page.goto('/quidditch');
    expect(await violations(page)).toEqual([]);
  });
});

/** Keys of what opens beside or over the board, and what it is called. */
const PARTS = [
  ['t', 'region', 'Tape'],
  ['a', 'region', 'Alerts'],
  ['v', 'region', 'Views'],
  [',', 'region', 'Settings'],
  ['?', 'region', 'Keys'],
] as const;

test.describe('axe finds nothing in the panels', () => {
  for (const theme of ['dark', 'light', 'contrast'] as const) {
    test(`of the ${theme} theme`, async ({ boardPage, page }) => {
      await page.addInitScript(
        (text) => localStorage.setItem('board.taste', text),
        JSON.stringify({ theme }),
      );
      await boardPage.open('/basketball');
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      expect(await violations(page)).toEqual([]);
      for (const [key, role, name] of PARTS) {
        await page.keyboard.press(key);
        await expect(page.getByRole(role, { name, exact: true })).toBeVisible();
        expect(await violations(page), `${name}, ${theme}`).toEqual([]);
        await page.keyboard.press('Escape');
      }
      const id = await page.locator('[data-odd-id]').first().getAttribute('data-odd-id');
      await page.locator(`[data-odd-id="${id}"]`).focus();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('region', { name: 'Price history' })).toBeVisible();
      expect(await violations(page), `history, ${theme}`).toEqual([]);
    });
  }
});
