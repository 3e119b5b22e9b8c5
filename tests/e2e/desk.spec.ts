/** What stands beside the board: keys, saved views, the watch list. */
import type { Locator } from 'playwright/test';
import { expect, leagues, openOdds, test } from './fixtures';
import type { BoardPage } from './pages/board-page';

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
  const starOf = (one: typeof fixture) =>
    one
      .locator('.board-meta-body')
      .evaluate((element) => getComputedStyle(element, '::before').content);
  await fixture.locator('[data-odd-id]').first().focus();
  await page.keyboard.press('p');
  await expect(page.getByText(/: watched$/)).toBeVisible();
  expect(await starOf(fixture)).toContain('★');
  expect(await starOf(page.locator('[data-fixture-id]').nth(1))).toBe('none');
  await page.keyboard.press('v');
  // Whatever the view is filtered by.
  await boardPage.search.fill('nobody at all');
  await expect(page.locator('[data-fixture-id]')).toHaveCount(0);
  await page.getByRole('link', { name: 'Show it alone' }).click();
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

test('the focus goes through the whole board by keys, and is always in sight', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball?view=lines');
  await boardPage.grid.focus();
  await page.keyboard.press('ArrowDown');
  const rowInFocus = async () => {
    const focused = page.locator('[role=grid] :focus');
    await expect(focused).toBeInViewport({ ratio: 1 });
    // Nor below what stays at the top.
    const isOnTop = focused.evaluate((cell) => {
      const { left, top, width } = cell.getBoundingClientRect();
      return cell.contains(document.elementFromPoint(left + width / 2, top + 3));
    });
    expect(await isOnTop).toBe(true);
    const row = focused.locator('xpath=ancestor::*[@role="row"]');
    return Number(await row.getAttribute('aria-rowindex'));
  };
  const first = await rowInFocus();
  await page.keyboard.press('PageDown');
  await expect.poll(rowInFocus).toBeGreaterThan(first + 10);
  const second = await rowInFocus();
  await page.keyboard.press('PageDown');
  await expect.poll(rowInFocus).toBeGreaterThan(second + 10);
  await expect(async () => {
    await page.keyboard.press('PageUp');
    expect(await rowInFocus()).toBeLessThan(second);
  }).toPass();
  await page.keyboard.press('Control+End');
  await expect.poll(rowInFocus).toBeGreaterThan(second + 10);
  const last = await rowInFocus();
  await page.keyboard.press('PageDown');
  expect(await rowInFocus()).toBe(last);
  await page.keyboard.press('Control+Home');
  await expect.poll(rowInFocus).toBeLessThanOrEqual(first);
});

test('what takes its own button away hands the focus on', async ({ boardPage, page }) => {
  await boardPage.open('/basketball?view=lines');
  await page.keyboard.press('a');
  const alerts = page.getByRole('region', { name: 'Alerts', exact: true });
  await alerts.getByRole('button', { name: 'New rule' }).click();
  await alerts.getByRole('button', { name: 'Save rule' }).click();
  await alerts.getByRole('button', { name: /^Test:/ }).click();
  await alerts.getByRole('button', { name: 'Clear the log' }).focus();
  await page.keyboard.press('Enter');
  await expect(alerts).toBeFocused();
  await alerts.getByRole('button', { name: /^Delete:/ }).focus();
  await page.keyboard.press('Enter');
  await expect(alerts).toBeFocused();
  // A heading in the lines view is a link, and is none any more on the fixture's own page.
  const link = boardPage.grid.getByRole('rowheader').getByRole('link').first();
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/view=fixture/);
  await expect(boardPage.grid).toBeFocused();
});

test('what is taken away by the palette hands the focus on', async ({ boardPage, page, world }) => {
  await boardPage.open('/basketball');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  const take = async (text: string) => {
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: /^Find an action/ })).toBeFocused();
    await page.keyboard.type(text);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  };
  const address = () => new URL(page.url()).searchParams;
  // What is asked for is done to what is in focus.
  const fixture = boardPage.page.locator('[data-fixture-id]').first();
  const fixtureId = String(await fixture.getAttribute('data-fixture-id'));
  await fixture.locator('[data-odd-id]').first().focus();
  await take('watch the fixture');
  await expect(page.getByText(/: watched$/)).toBeVisible();
  // The column goes and the fixture stays.
  await take('Total Points');
  await expect.poll(() => address().get('market')).toBe('Total Points');
  await expect(boardPage.fixture(fixtureId).locator('[data-odd-id]:focus')).toBeVisible();
  // Nothing is left, but what leads out.
  const own = openOdds(world).find(({ fixture_id }) => fixture_id === fixtureId)?.league;
  const other = leagues(world).find((league) => league !== own) ?? '';
  await boardPage.open(`/basketball?fixture=${fixtureId}`);
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  await boardPage.cells.first().focus();
  await take(`${other} league`);
  await expect.poll(() => address().get('league')).toBe(other);
  await expect(boardPage.button('Clear filters')).toBeFocused();
  // What led out is gone as well.
  await take('clear filters');
  await expect.poll(() => page.url()).not.toContain('?');
  await expect(boardPage.grid).toBeFocused();
});

test('a grid in focus has a ring that is seen on all sides, and moves nothing', async ({
  boardPage,
  page,
  context,
}) => {
  const ringOf = async (view: string) => {
    await boardPage.open(`/basketball?view=${view}`);
    const main = page.locator('main');
    const { x, y, width, height } = (await main.boundingBox()) ?? {};
    if (x === undefined || y === undefined || !width || !height) throw new Error('no main');
    const before = await boardPage.cells.first().boundingBox();
    await boardPage.search.press('Enter');
    await expect(boardPage.grid).toBeFocused();
    expect(await boardPage.cells.first().boundingBox()).toEqual(before);
    const sides = {
      top: [x + width / 2, y + 1],
      right: [x + width - 1, y + height / 2],
      bottom: [x + width / 2, y + height - 1],
      left: [x + 1, y + height / 2],
    };
    const points = Object.values(sides).map(([left = 0, top = 0]) => [left, top] as const);
    return colorsAt(await page.screenshot(), points);
  };
  /** Colours of a picture; read in a page of its own, whose policy lets it. */
  const colorsAt = async (picture: Buffer, points: readonly (readonly [number, number])[]) => {
    const reader = await context.newPage();
    const colors = await reader.evaluate(
      async ({ text, points }) => {
        const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes]));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        canvas?.drawImage(bitmap, 0, 0);
        return points.map(([x, y]) => {
          const [red, green, blue] = canvas?.getImageData(x, y, 1, 1).data ?? [];
          return [red, green, blue];
        });
      },
      { text: picture.toString('base64'), points },
    );
    await reader.close();
    return colors;
  };
  const accent = [0x8a, 0xb4, 0xf8];
  expect(await ringOf('board')).toEqual([accent, accent, accent, accent]);
  expect(await ringOf('lines')).toEqual([accent, accent, accent, accent]);
  // A cell has a ring of its own.
  await page.keyboard.press('ArrowDown');
  await expect(boardPage.grid).not.toBeFocused();
  const main = page.locator('main');
  expect(await main.evaluate((one) => getComputedStyle(one, '::after').content)).toBe('none');
});

/** Tab leaves the grid from this place of it in one step, and Shift+Tab comes back to it. */
async function leavesAndReturns({ grid, page }: BoardPage, stop: Locator): Promise<void> {
  await page.keyboard.press('Tab');
  await expect(grid.locator(':focus')).toHaveCount(0);
  await page.keyboard.press('Shift+Tab');
  await expect(stop).toBeFocused();
}

test('arrows reach what leads to the rest of a fixture, and Tab does not stop at each', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball');
  const more = boardPage.grid.getByRole('link', { name: /more odds? of/ }).first();
  const fixture = more.locator('xpath=ancestor::*[@data-fixture-id]');
  const id = String(await fixture.getAttribute('data-fixture-id'));
  await boardPage.grid.focus();
  await page.keyboard.press('ArrowDown');
  await fixture.locator('[data-odd-id]').first().focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('End');
  await expect(more).toBeFocused();
  // Back among the prices, and to it again.
  await page.keyboard.press('ArrowLeft');
  await expect(boardPage.grid.locator('[role=gridcell]:focus')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(more).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await expect(boardPage.fixture(id).locator(':focus')).toBeVisible();
  // One place of the grid is in the tab order: from it Tab leads out.
  await more.focus();
  await leavesAndReturns(boardPage, more);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(
    (url) => url.pathname.endsWith(id) || url.searchParams.get('fixture') === id,
  );
});

test('arrows reach names of fixtures, and lines that a cell has no room for', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball?view=lines');
  const link = boardPage.grid.getByRole('rowheader').getByRole('link').first();
  await boardPage.grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+Home');
  await expect(link).toBeFocused();
  await leavesAndReturns(boardPage, link);
  // Backwards as well: the grid itself is no stop beside it.
  await page.keyboard.press('Shift+Tab');
  await expect(page.locator('[role=grid]:focus, [role=grid] :focus')).toHaveCount(0);
  await page.keyboard.press('Tab');
  await expect(link).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/view=fixture/);
  await expect(boardPage.grid).toBeFocused();

  await boardPage.open('/basketball?market=Player+Points&market=Moneyline');
  const lines = boardPage.grid.getByRole('button', { name: /lines? of Player Points/ }).first();
  await expect(lines).toBeVisible();
  const row = lines.locator('xpath=ancestor::*[@role="row"]');
  await row.locator('[data-odd-id]').first().focus();
  await page.keyboard.press('ArrowLeft');
  await expect(lines).toBeFocused();
  await leavesAndReturns(boardPage, lines);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/view=lines/);
  await expect(boardPage.grid).toBeFocused();
});

test('keys enter a board whose cells are all lines without a price', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball?market=Player+Points');
  const lines = boardPage.grid.getByRole('button', { name: /lines? of Player Points/ });
  await expect(lines.first()).toBeVisible();
  await expect(boardPage.grid.locator('[role=gridcell][tabindex]')).toHaveCount(0);
  await boardPage.grid.focus();
  await page.keyboard.press('ArrowDown');
  await expect(boardPage.grid.locator('[role=row] :focus')).toHaveCount(1);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page).not.toHaveURL(/market=Player(\+|%20)Points$/);
});

test('the focus stays where it was when what has it goes', async ({ boardPage, page, world }) => {
  const fixtureId = String(openOdds(world)[0]?.fixture_id);
  // A name that is a link no more.
  await boardPage.open(`/basketball?view=lines&fixture=${fixtureId}`);
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  await boardPage.grid.getByRole('rowheader').getByRole('link').first().focus();
  await page.keyboard.press('3');
  await expect(page).toHaveURL(/view=fixture/);
  await expect(boardPage.grid.getByRole('rowheader').getByRole('link')).toHaveCount(0);
  await expect(boardPage.grid.locator('[data-odd-id]:focus')).toHaveCount(1);

  // A row that goes as soon as it has the focus, and the next one that takes its place.
  await boardPage.open(`/basketball?view=lines&fixture=${fixtureId}&state=open`);
  const row = boardPage.grid.locator('.line-row:not(.board-header)').nth(5);
  const cells = row.locator('[data-odd-id]');
  const ids = await cells.evaluateAll((all) => all.map((one) => one.getAttribute('data-odd-id')));
  const rows = ids.map((id) => world.row(String(id)));
  const place = await row.getAttribute('aria-rowindex');
  await cells.first().focus();
  world.post('copilot-locked-odds', ...rows);
  await expect(boardPage.odd(String(ids[0]))).toHaveCount(0);
  const focused = boardPage.grid.locator('[role=gridcell]:focus');
  await expect(focused.locator('xpath=ancestor::*[@role="row"]')).toHaveAttribute(
    'aria-rowindex',
    String(place),
  );
  world.post('copilot-odds', ...rows);
  await expect(boardPage.odd(String(ids[0]))).toBeVisible();
  // The key that leaves the grid leaves it, whatever came and went.
  await page.keyboard.press('Tab');
  await expect(page.locator('[role=grid]:focus, [role=grid] :focus')).toHaveCount(0);
});

test('the first stop of the page leads to the prices, where one was among them', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball?view=lines');
  const skip = page.getByRole('link', { name: 'Skip to prices' });
  await page.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Enter');
  const cells = boardPage.grid.locator('[role=gridcell]');
  await expect(cells.and(page.locator(':focus'))).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const id = await page.locator(':focus').getAttribute('data-odd-id');
  await skip.focus();
  await page.keyboard.press('Enter');
  await expect(boardPage.odd(String(id))).toBeFocused();
  // An address says what is shown, not where one stands in it.
  expect(new URL(page.url()).hash).toBe('');
});

test('what goes with its press, or by its key, hands the focus to the prices', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball?status=bogus');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  await boardPage.grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  const id = await page.locator(':focus').getAttribute('data-odd-id');
  const cell = boardPage.odd(String(id));
  /** Shown by a key, and gone by another one of what has the focus. */
  const goes = async (button: Locator, key: string) => {
    await button.focus();
    await page.keyboard.press(key);
    await expect(button).toHaveCount(0);
    await expect(cell).toBeFocused();
  };
  for (const key of ['Enter', 'f']) {
    await page.keyboard.press('f');
    await goes(page.getByRole('button', { name: 'Release' }), key);
  }
  for (const key of ['Enter', 'q', 'Escape']) {
    await page.keyboard.press('q');
    await goes(page.getByRole('button', { name: 'Current prices' }), key);
  }
  await goes(page.getByRole('button', { name: 'Dismiss' }), 'Enter');
  // Who is elsewhere stays there.
  await page.keyboard.press('f');
  await expect(page.getByRole('button', { name: 'Release' })).toBeVisible();
  await boardPage.button('League').focus();
  await page.keyboard.press('f');
  await expect(page.getByRole('button', { name: 'Release' })).toHaveCount(0);
  await expect(boardPage.button('League')).toBeFocused();
});

test('a press of the mouse that ends a frozen order scrolls nothing', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball?view=lines');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  await boardPage.grid.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('f');
  const release = page.getByRole('button', { name: 'Release' });
  await expect(release).toBeVisible();
  const top = () => boardPage.grid.evaluate((grid) => grid.scrollTop);
  await boardPage.grid.evaluate((grid) => grid.scrollBy(0, 300));
  await expect.poll(top).toBe(300);
  await release.click();
  await expect(release).toHaveCount(0);
  await expect(page.locator('[role=grid]:focus, [role=grid] :focus')).toHaveCount(1);
  expect(await top()).toBe(300);
});

test('a copy without the clipboard, as over plain HTTP, leaves the focus where it is', async ({
  boardPage,
  page,
}) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    Object.assign(window, { copied: [] as string[] });
    document.addEventListener('copy', ({ target }) => {
      const text = target instanceof HTMLTextAreaElement ? target.value : '';
      (Reflect.get(window, 'copied') as string[]).push(text);
    });
  });
  await boardPage.open('/basketball?view=lines');
  const button = page.getByRole('button', { name: /^Copy link/ });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Copied', { exact: true })).toBeVisible();
  expect(await page.evaluate(() => Reflect.get(window, 'copied'))).toEqual([page.url()]);
  await expect(page.locator('button:focus')).toHaveText(/Copied/);
  await page.keyboard.press('Tab');
  await expect(button).not.toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(page.locator('button:focus')).toHaveText(/Copy link/);
});

test('the start page is a view, whatever its address is by now', async ({ boardPage, page }) => {
  const start = async () => {
    const cookie = (await page.context().cookies()).find(({ name }) => name === 'board-start');
    return cookie && decodeURIComponent(cookie.value);
  };
  const panel = page.getByRole('region', { name: 'Views' });
  const save = async (path: string, name: string) => {
    await boardPage.open(path);
    await page.getByRole('button', { name: 'Views' }).click();
    await panel.getByLabel('Name of this view').fill(name);
    await panel.getByRole('button', { name: 'Save' }).click();
    await expect(panel.getByRole('link', { name })).toHaveAttribute('href', path);
  };
  const button = panel.getByRole('button', { name: 'Start with Morning' });
  await save('/basketball?view=lines', 'Morning');
  await button.click();
  await save('/basketball?order=start', 'Evening');
  expect(await start()).toBe('/basketball?view=lines');
  await save('/basketball?main=true', 'Morning');
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  expect(await start()).toBe('/basketball?main=true');
  // What comes from a file takes its place just so.
  const views = [{ name: 'Morning', href: '/football?view=lines' }];
  await panel.locator('input[type=file]').setInputFiles({
    name: 'views.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ views })),
  });
  await expect(panel.getByRole('link', { name: 'Morning' })).toHaveAttribute(
    'href',
    '/football?view=lines',
  );
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await page.goto('/');
  await expect(page).toHaveURL(/\/football\?view=lines$/);
});

test('another view shows the place that this one did', async ({ boardPage, page, world }) => {
  await boardPage.open('/basketball');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  const grid = page.getByRole('grid');
  // The first fixture below the header: in the lines view it is the one whose heading is stuck there.
  const atTop = () =>
    grid.evaluate((element) => {
      const { left, top } = element.getBoundingClientRect();
      const header = element.querySelector('[role="rowgroup"]')?.clientHeight ?? 0;
      for (let y = top + header + 5; y < window.innerHeight; y += 10) {
        const item = document.elementFromPoint(left + 20, y)?.closest('[data-item]');
        const found = item?.querySelector('[data-fixture-id]')?.getAttribute('data-fixture-id');
        if (found) return found;
      }
      return null;
    });
  // Its heading lies over none of its lines, nor stands below another's.
  const isWhole = (id: string | null) =>
    grid.evaluate((element, id) => {
      const items = [...element.querySelectorAll<HTMLElement>('[data-item]')];
      const rects = items.map((item) => item.getBoundingClientRect());
      const at = items.findIndex((item) => item.querySelector(`[data-fixture-id="${id}"]`));
      const { top = 0, bottom = 0 } = rects[at] ?? {};
      const header = element.querySelector('[role="rowgroup"]')?.getBoundingClientRect().bottom;
      const isCovered = rects.some(
        (rect, index) => index !== at && rect.top < bottom - 1 && rect.bottom > bottom + 1,
      );
      return Math.abs(top - (header ?? 0)) <= 1 && !isCovered;
    }, id);
  await grid.hover();
  await page.mouse.wheel(0, 400);
  await expect.poll(() => grid.evaluate((element) => element.scrollTop)).toBe(400);
  const fixture = await atTop();
  expect(fixture).not.toBeNull();
  await page.keyboard.press('2');
  await expect(page.getByRole('grid', { name: 'Odds by line' })).toBeVisible();
  await expect.poll(atTop).toBe(fixture);
  expect(await grid.evaluate((element) => element.scrollTop)).toBeGreaterThan(400);
  await expect.poll(() => isWhole(fixture)).toBe(true);
  await page.getByRole('button', { name: 'Board', exact: true }).click();
  await expect(page.getByRole('grid', { name: 'Odds by line' })).toBeHidden();
  await expect.poll(atTop).toBe(fixture);
  // So it does one that was in the page before anything was scrolled.
  await grid.evaluate((element) => element.scrollTo({ top: 0 }));
  const second = await grid.evaluate((element) => {
    const fixtures = [...element.querySelectorAll<HTMLElement>('[data-fixture-id]')];
    const [, next] = fixtures.sort(
      (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
    );
    next?.closest('[data-item]')?.scrollIntoView({ block: 'start' });
    return next?.dataset.fixtureId ?? null;
  });
  await expect.poll(atTop).toBe(second);
  await page.keyboard.press('2');
  await expect(page.getByRole('grid', { name: 'Odds by line' })).toBeVisible();
  await expect.poll(atTop).toBe(second);
  await expect.poll(() => isWhole(second)).toBe(true);
  await page.keyboard.press('1');
  await expect(page.getByRole('grid', { name: 'Odds by line' })).toBeHidden();
  // A price in focus stays in focus.
  const ids = new Set(openOdds(world).map(({ id }) => id));
  const shown = await boardPage.cells.evaluateAll((cells) =>
    cells.map((cell) => cell.getAttribute('data-odd-id') ?? ''),
  );
  const id = shown.findLast((one) => ids.has(one)) ?? '';
  await boardPage.odd(id).focus();
  await page.keyboard.press('2');
  await expect(page.getByRole('grid', { name: 'Odds by line' })).toBeVisible();
  await expect(boardPage.odd(id)).toBeFocused();
  await expect(boardPage.odd(id)).toBeInViewport();
  await page.keyboard.press('1');
  await expect(page.getByRole('grid', { name: 'Odds by line' })).toBeHidden();
  await expect(boardPage.odd(id)).toBeFocused();
});

test('the palette copies the link of the view, and shows and hides columns', async ({
  boardPage,
  context,
  page,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await boardPage.open('/basketball?view=lines');
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  const choose = async (text: string) => {
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: /^Find an action/ });
    await field.fill(text);
    await field.press('Enter');
    await expect(field).toBeHidden();
  };
  const hold = page.getByRole('columnheader', { name: 'Hold' });
  await expect(hold).toBeHidden();
  await choose('Hold');
  await expect(hold).toBeVisible();
  await choose('Copy a link to this view');
  await expect(page.getByText('Link copied')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(page.url());
  expect(copied).toContain('column=hold');
  await choose('Hold');
  await expect(hold).toBeHidden();
});
