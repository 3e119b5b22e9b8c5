/** What stands beside the board: keys, saved views, the watch list. */
import { expect, leagues, test } from './fixtures';

test('the help sheet opens by its key, lists what keys do, and gives the focus back', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  const cell = page.locator('[data-odd-id]').first();
  await cell.focus();
  await page.keyboard.press('?');
  const sheet = page.getByRole('region', { name: 'Keys' });
  await expect(sheet).toContainText('From cell to cell');
  await expect(sheet).toContainText('Watch the fixture in focus');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await expect(cell).toBeFocused();
});

test('letters that are typed into the search are text and no keys', async ({ boardPage, page }) => {
  await boardPage.open('/basketball');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  await page.getByRole('searchbox').pressSequentially('v?');
  await expect(page.getByRole('region', { name: 'Views' })).toBeHidden();
  await expect(page.getByRole('region', { name: 'Keys' })).toBeHidden();
});

test('a view is saved under a name, survives a reload, leads back and can be the start page', async ({
  boardPage,
  page,
  world,
}) => {
  const [league = ''] = leagues(world);
  const path = `/basketball?${new URLSearchParams({ view: 'lines', league })}`;
  await boardPage.open(path);
  await expect(page).toHaveTitle(`${league} · Basketball · Odds Board`);
  await page.getByRole('button', { name: 'Views' }).click();
  const panel = page.getByRole('region', { name: 'Views' });
  await panel.getByLabel('Name of this view').fill('Morning');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByRole('button', { name: 'Start with Morning' }).click();
  await boardPage.open('/basketball');
  await expect(page).toHaveTitle('Basketball · Odds Board');
  await page.getByRole('button', { name: 'Views' }).click();
  await panel.getByRole('link', { name: 'Morning' }).click();
  await expect(page).toHaveURL((url) => url.searchParams.get('league') === league);
  await expect(page.getByRole('grid', { name: 'Odds by line' })).toBeVisible();
  await page.goto('/');
  await expect(page).toHaveURL((url) => `${url.pathname}${url.search}` === path);
});

test('a fixture is watched by a key, and the watch list is a view of it', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  const fixture = page.locator('[data-fixture-id]:has([data-odd-id])').first();
  const id = await fixture.getAttribute('data-fixture-id');
  await fixture.locator('[data-odd-id]').first().focus();
  await page.keyboard.press('p');
  await expect(page.getByText(/: watched$/)).toBeVisible();
  await page.keyboard.press('v');
  await page.getByRole('link', { name: 'Show these 1 alone' }).click();
  await expect(page).toHaveURL((url) => url.searchParams.get('fixture') === id);
  await expect(page.locator('[data-fixture-id]')).toHaveCount(1);
});

test('an import names what is wrong in it and keeps the rest', async ({ boardPage, page }) => {
  await boardPage.open('/basketball');
  await page.getByRole('button', { name: 'Views' }).click();
  const panel = page.getByRole('region', { name: 'Views' });
  const views = [
    { name: 'Good', href: '/basketball?view=lines' },
    { name: 'Bad', href: 'https://elsewhere.example/' },
  ];
  await panel.locator('input[type=file]').setInputFiles({
    name: 'views.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ views })),
  });
  await expect(panel.getByRole('status')).toContainText('1 taken over.');
  await expect(panel.getByRole('status')).toContainText('“Bad” leads to no board');
  await expect(panel.getByRole('link', { name: 'Good' })).toBeVisible();
  await expect(panel.getByRole('link', { name: 'Bad' })).toBeHidden();
});
