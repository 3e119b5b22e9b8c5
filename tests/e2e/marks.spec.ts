import { formatPrice, ODDS_FORMATS } from '@/lib/protocol/price';
import { expect, leagues, openOdds, test, type WireRow, type World } from './fixtures';
import type { BoardPage } from './pages/board-page';

/** An open odd on screen, as a row: the first that no other test of this file has used. */
const used = new Set<string>();
async function freshRow(boardPage: BoardPage, world: World): Promise<WireRow> {
  const ids = await boardPage.page
    .locator('[data-odd-id][data-state=open]')
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-odd-id') ?? ''));
  const id = ids.find((one) => !used.has(one));
  if (id === undefined) throw new Error('no open odd is left on screen');
  used.add(id);
  return world.row(id);
}

/** Keys work once the desk has come. */
async function openWithDesk(boardPage: BoardPage, path = '/basketball'): Promise<void> {
  await boardPage.open(path);
  await expect(boardPage.page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
}

const shown = (price: number) => formatPrice(price, 'american');
const spoken = (price: number) => shown(price).replace('−', '-');

test.describe('marks', () => {
  test('turn grey after their time, are still told of, and go when somebody has seen them', async ({
    boardPage,
    page,
    world,
  }) => {
    await openWithDesk(boardPage);
    const [one, other] = [await freshRow(boardPage, world), await freshRow(boardPage, world)];
    const [cell, neighbour] = [boardPage.odd(one.id), boardPage.odd(other.id)];
    world.post('copilot-odds', { ...one, price: 400 }, { ...other, price: -900 });
    await expect(cell).toHaveAttribute('data-move', 'up');
    await expect(cell).toHaveAttribute('data-aged', 'up', { timeout: 45_000 });
    await expect(cell).not.toHaveAttribute('data-move');
    await expect(cell).toContainText('▲');
    await expect(neighbour).toHaveAttribute('data-aged', 'down');
    await cell.focus();
    await page.keyboard.press('c');
    await expect(cell).not.toHaveAttribute('data-aged');
    await expect(cell).not.toContainText('▲');
    await expect(neighbour).toHaveAttribute('data-aged', 'down');
    world.post('copilot-odds', one);
    await expect(cell).toHaveAttribute('data-move', 'down');
    await page.keyboard.press('w');
    await expect(page.locator('[data-move], [data-aged]')).toHaveCount(0);
  });
});

test.describe('other prices', () => {
  test('stand in the whole board from one press to the next, say what they are, and never flash', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.recordAnimations();
    await openWithDesk(boardPage);
    const [row, still] = [await freshRow(boardPage, world), await freshRow(boardPage, world)];
    const cell = boardPage.odd(row.id);
    world.post('copilot-odds', { ...row, price: 333 });
    await expect(cell).toHaveAttribute('data-price', '333');
    await expect.poll(() => boardPage.animations()).toHaveLength(1);
    await page.keyboard.press('q');
    await expect(page.getByRole('status').filter({ hasText: 'Previous prices' })).toBeVisible();
    await expect(cell).toContainText(shown(row.price));
    await expect(cell).toHaveAccessibleName(new RegExp(`previous \\${spoken(row.price)}$`));
    // Others have not moved since anybody saw them.
    await expect(
      page.getByRole('gridcell', { name: /, previous no price$/ }).first(),
    ).toBeVisible();
    world.post('copilot-odds', { ...row, price: 222 });
    await expect(cell).toHaveAttribute('data-price', '222');
    await expect(cell).toContainText(shown(333));
    await page.keyboard.press('o');
    await expect(page.getByRole('status').filter({ hasText: 'Opening prices' })).toHaveText(
      'Opening prices, this server’s first',
    );
    await expect(cell).toHaveAccessibleName(new RegExp(`opening \\${spoken(row.price)}$`));
    await expect(boardPage.odd(still.id)).toHaveAccessibleName(
      new RegExp(`opening \\${spoken(still.price)}$`),
    );
    await page.keyboard.press('Escape');
    await expect(page.getByText('Opening prices')).toHaveCount(0);
    await expect(cell).toHaveAccessibleName(new RegExp(`, \\${spoken(222)}, down from`));
    await page.keyboard.press('q');
    await page.keyboard.press('q');
    await expect(cell).toHaveAccessibleName(new RegExp(`, \\${spoken(222)}, down from`));
    expect(await boardPage.animations()).toHaveLength(1);
    world.post('copilot-odds', row);
  });

  test('go when a key that was held is let go', async ({ boardPage, page }) => {
    await openWithDesk(boardPage);
    const banner = page.getByRole('status').filter({ hasText: 'Previous prices' });
    await page.keyboard.down('q');
    await expect(banner).toBeVisible();
    await page.keyboard.down('q');
    await page.keyboard.up('q');
    await expect(banner).toHaveCount(0);
  });
});

test.describe('the card of a cell', () => {
  test('comes where the pointer rests, follows the price, and goes by Escape', async ({
    boardPage,
    page,
    world,
  }) => {
    await openWithDesk(boardPage);
    const row = await freshRow(boardPage, world);
    const cell = boardPage.odd(row.id);
    await cell.hover();
    const card = page.getByRole('tooltip');
    await expect(card).toContainText(row.name as string);
    await expect(cell).toHaveAccessibleDescription(/Current/);
    await expect(card).toContainText('0 moves, 0 locks');
    world.post('copilot-odds', { ...row, price: 444 });
    await expect(card).toContainText(`Current${shown(444)}18.4%`);
    await expect(card).toContainText(`Previous${shown(row.price)}`);
    await expect(card).toContainText(`Server’s first${shown(row.price)}`);
    await expect(card).toContainText('1 move, 0 locks');
    world.post('copilot-locked-odds', { ...row, price: 444 });
    await expect(card).toContainText('1 move, 1 lock');
    await expect(card).toContainText('Locked for');
    // Who goes to the card to read it does not lose it.
    await card.hover();
    await expect(card).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(card).toHaveCount(0);
    await expect(cell).not.toHaveAttribute('aria-describedby');
    world.post('copilot-odds', row);
  });

  test('counts anew once the view had no more of it for a while', async ({
    boardPage,
    page,
    world,
  }) => {
    await openWithDesk(boardPage);
    const row = await freshRow(boardPage, world);
    const cell = boardPage.odd(row.id);
    const card = page.getByRole('tooltip');
    await cell.hover();
    await expect(card).toContainText('0 moves, 0 locks');
    world.post('copilot-odds', { ...row, price: 446 });
    await expect(card).toContainText('1 move, 0 locks');
    const other = leagues(world).find((league) => league !== row.league) ?? '';
    for (const search of [`?league=${encodeURIComponent(other)}`, '']) {
      await page.evaluate((url) => history.pushState(null, '', url), `/basketball${search}`);
      await expect(cell).toHaveCount(search === '' ? 1 : 0);
    }
    await page.mouse.move(0, 0);
    await cell.hover();
    await expect(card).toContainText('0 moves, 0 locks since');
    world.post('copilot-odds', row);
  });

  test('comes for the cell in focus, one card for all', async ({ boardPage, page }) => {
    await openWithDesk(boardPage);
    await boardPage.grid.focus();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('tooltip')).toHaveCount(0);
    for (let step = 0; step < 2; step += 1) {
      await page.keyboard.press('ArrowRight');
      const described = page.locator('[aria-describedby=cell-card]');
      await expect(described).toBeFocused();
      await expect(page.getByRole('tooltip')).toHaveCount(1);
    }
  });

  test('comes where the keys scrolled to, wherever the pointer rests, and not once it was sent away', async ({
    boardPage,
    page,
  }) => {
    await openWithDesk(boardPage, '/basketball?view=lines');
    const described = page.locator('[aria-describedby=cell-card]');
    const card = page.getByRole('tooltip');
    const top = () => boardPage.grid.evaluate((grid) => grid.scrollTop);
    // Cells go by below a pointer that lies still.
    await boardPage.cells.nth(20).hover();
    await expect(card).toHaveCount(1);
    await boardPage.grid.focus();
    await page.keyboard.press('ArrowDown');
    await expect(described).toBeFocused();
    for (const key of ['PageDown', 'PageDown', 'PageUp']) {
      const before = await top();
      await page.keyboard.press(key);
      await expect.poll(top).not.toBe(before);
      await expect(described).toBeFocused();
      await expect(card).toHaveCount(1);
    }
    await page.keyboard.press('Escape');
    await expect(card).toHaveCount(0);
    await boardPage.grid.evaluate((grid) => grid.scrollBy(0, 8));
    await page.waitForTimeout(800);
    await expect(card).toHaveCount(0);
    // Out of sight of what has the focus there is nothing to tell of it.
    await page.keyboard.press('ArrowDown');
    await expect(described).toBeFocused();
    await boardPage.grid.evaluate((grid) => grid.scrollBy(0, 3 * grid.clientHeight));
    await expect(card).toHaveCount(0);
    await page.waitForTimeout(800);
    await expect(card).toHaveCount(0);
  });

  test('makes way for other prices, which one Escape ends', async ({ boardPage, page }) => {
    await openWithDesk(boardPage);
    const card = page.getByRole('tooltip');
    const banner = page.getByRole('status').filter({ hasText: /^(Previous|Opening) prices/ });
    await boardPage.grid.focus();
    await page.keyboard.press('ArrowDown');
    // The first cell may be an empty one.
    await boardPage.cells.first().focus();
    await expect(card).toHaveCount(1);
    await page.keyboard.press('q');
    await expect(banner).toBeVisible();
    await expect(card).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(banner).toHaveCount(0);
    // What the pointer comes to meanwhile stands before the prices, and goes before them.
    await page.keyboard.press('o');
    await expect(banner).toBeVisible();
    await page.mouse.move(0, 0);
    await boardPage.cells.nth(4).hover();
    await expect(card).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(card).toHaveCount(0);
    await expect(banner).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(banner).toHaveCount(0);
  });
});

test.describe('a frozen order', () => {
  test('lets prices go on and rows wait until it is released', async ({
    boardPage,
    page,
    world,
  }) => {
    const league = String(openOdds(world)[0]?.league);
    await openWithDesk(boardPage, `/basketball?${new URLSearchParams({ league })}`);
    const row = await freshRow(boardPage, world);
    const rows = () =>
      page
        .locator('[data-fixture-id]')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-fixture-id')));
    const before = await rows();
    await page.keyboard.press('f');
    const badge = page.getByText('Order frozen');
    await expect(badge).toBeVisible();
    await expect(page.getByText('0 waiting')).toBeVisible();
    world.post('copilot-odds', {
      ...row,
      id: `${row.id}:new`,
      fixture_id: 'a-new-fixture',
      league: row.league,
    });
    await expect(page.getByText('1 waiting')).toBeVisible();
    expect(await rows()).toEqual(before);
    world.post('copilot-odds', { ...row, price: 555 });
    await expect(boardPage.odd(row.id)).toHaveAttribute('data-price', '555');
    await page.keyboard.press('f');
    await expect(badge).toHaveCount(0);
    await expect(boardPage.fixture('a-new-fixture')).toBeVisible();
    world.post('copilot-odds', row);
  });
});

test.describe('keys', () => {
  test('switch views, go to the search and leave alone where one types', async ({
    boardPage,
    page,
  }) => {
    await openWithDesk(boardPage);
    await page.keyboard.press('2');
    await expect(page).toHaveURL(/view=lines/);
    await page.keyboard.press('1');
    await expect(page).not.toHaveURL(/view=/);
    await page.keyboard.press('/');
    await expect(boardPage.search).toBeFocused();
    await page.keyboard.type('qo2');
    await expect(boardPage.search).toHaveValue('qo2');
    await expect(page.getByText('Previous prices')).toHaveCount(0);
    // Once for the text, once more to leave.
    await page.keyboard.press('Escape');
    await expect(boardPage.search).toHaveValue('');
    await expect(boardPage.grid).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(boardPage.grid).toBeFocused();
    await page.keyboard.press('?');
    const help = page.getByRole('region', { name: 'Keys' });
    for (const what of [
      ...['Clear all marks', 'Search teams, players and bets', /^Previous prices/],
      ...['Page Up, Page Down', 'Goes on to what was found', 'Clears the text, then goes on'],
    ]) {
      await expect(help.getByText(what)).toBeVisible();
    }
  });

  test('find an action, a league or a fixture by a few letters, and give the focus back', async ({
    boardPage,
    page,
    world,
  }) => {
    await openWithDesk(boardPage);
    const league = String((await freshRow(boardPage, world)).league);
    const cell = boardPage.cells.first();
    await cell.focus();
    await page.keyboard.press('k');
    const field = page.getByRole('combobox', { name: /^Find an action/ });
    await expect(field).toBeFocused();
    await page.keyboard.type('rows of nothing');
    await expect(page.getByRole('dialog')).toContainText('Nothing here contains');
    await page.keyboard.press('Escape');
    await expect(cell).toBeFocused();
    await page.keyboard.press('Control+k');
    await page.keyboard.type(league);
    await expect(page.getByRole('option').first()).toContainText(league);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect.poll(() => new URL(page.url()).searchParams.getAll('league')).toEqual([league]);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('one row per');
    await expect(page.getByRole('option')).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/view=lines/);
  });

  test('find what a control of the board or of the settings does, and say what is so already', async ({
    boardPage,
    page,
    world,
  }) => {
    const [league = ''] = leagues(world);
    await openWithDesk(
      boardPage,
      `/basketball?${new URLSearchParams({ league, status: 'upcoming' })}`,
    );
    const html = page.locator('html');
    const field = page.getByRole('combobox', { name: /^Find an action/ });
    const offered = page.getByRole('option');
    /** Types into the palette, takes its first entry, and answers how that was told of. */
    const take = async (text: string) => {
      await page.keyboard.press('Control+k');
      await expect(field).toBeFocused();
      await page.keyboard.type(text);
      const words = await offered.first().locator('span').allTextContents();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog')).toHaveCount(0);
      return words;
    };
    expect(await take('clear filters')).toEqual(['Clear all filters', '2 set']);
    await expect(page).toHaveURL((url) => url.search === '');
    expect(await take('clear filters')).toEqual(['Clear all filters', 'None is set']);
    expect(await take('decimal')).toEqual(['Decimal', 'Odds format']);
    await expect(page).toHaveURL((url) => url.search === '?odds=decimal');
    expect(await take('decimal')).toEqual(['Decimal', 'Odds format, as now']);
    expect(await take('light')).toEqual(['Light', 'Theme']);
    await expect(html).toHaveAttribute('data-theme', 'light');
    expect(await take('light')).toEqual(['Light', 'Theme, as now']);
    expect(await take('wall')).toEqual(['Wall', 'Density']);
    await expect(page.locator('[data-density=wall]')).toBeAttached();
    // All of each, by what they are.
    for (const [kind, values] of [
      ['odds format', ODDS_FORMATS.length],
      ['theme', 4],
      ['density', 3],
    ] as const) {
      await page.keyboard.press('Control+k');
      await expect(field).toBeFocused();
      await page.keyboard.type(kind);
      await expect(offered).toHaveCount(values);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    expect(await take('basketball')).toEqual(['Basketball', 'Sport, as now']);
    expect(await take('tennis')).toEqual(['Tennis', 'Sport']);
    await expect(page).toHaveURL(
      (url) => url.pathname === '/tennis' && url.search === '?odds=decimal',
    );
    await expect(html).toHaveAttribute('data-theme', 'light');
  });
});
