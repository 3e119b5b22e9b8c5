/** A link to a past moment shows the board as it stood, says so, and never passes for the live one. */
import { expect, openOdds, test } from './fixtures';

test.describe('a link to a past moment', () => {
  test('shows the prices of then while they move on', async ({
    boardPage,
    browser,
    page,
    world,
  }) => {
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.board.url });
    await boardPage.open('/basketball?view=lines');
    const id = (await boardPage.cells.first().getAttribute('data-odd-id')) ?? '';
    const row = world.row(id);
    world.post('copilot-odds', { ...row, price: 777 });
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', '777');
    // The past is held from a copy of the Book on, which is made soon after the first read.
    await expect(async () => {
      const answer = await page.request.get(`/api/snapshot/basketball?at=${Date.now()}&limit=1`);
      expect(answer.status()).toBe(200);
    }).toPass({ timeout: 20_000 });
    const locked = openOdds(world).find(
      (odd) => odd.id !== id && odd.fixture_id === row.fixture_id,
    );

    // The desk, whose keys these are, comes after the first prices.
    await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog');
    await palette.getByRole('combobox').fill('as it stands now');
    await page.keyboard.press('Enter');
    await expect(page.getByText(/^Copied: good for/)).toBeVisible();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(new URL(link).searchParams.get('at')).toMatch(/^\d+-\d+$/);
    expect(new URL(link).searchParams.get('view')).toBe('lines');

    world.post('copilot-odds', { ...row, price: 888 });
    if (locked) world.post('copilot-locked-odds', world.row(locked.id));
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', '888');

    const other = await browser.newContext({ timezoneId: 'UTC' });
    const past = await other.newPage();
    await past.addInitScript(() => {
      localStorage.setItem('board.alerts', '{"rules":[{"when":{"kind":"lock"}}]}');
    });
    const asked: string[] = [];
    past.on('request', (request) => asked.push(request.url()));
    await past.goto(link);
    await expect(past.locator('[data-board="past"]')).toBeVisible();
    await expect(past.getByRole('complementary', { name: 'A past moment' })).toContainText(
      /As it stood on \w{3} \d+ \w{3} \d{4} \d\d:\d\d:\d\d UTC — nothing here moves/,
    );
    const cell = past.locator(`[data-odd-id=${JSON.stringify(id)}]`);
    await expect(cell).toHaveAttribute('data-price', '777');
    if (locked) {
      const then = past.locator(`[data-odd-id=${JSON.stringify(locked.id)}]`);
      await expect(then).toHaveAttribute('data-state', 'open');
    }
    // What passes for a live board has none of these.
    await expect(past.locator('[data-feed]')).toHaveCount(0);
    await expect(past).toHaveTitle(/^as of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC · /);
    world.post('copilot-odds', { ...row, price: 999 });
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', '999');
    await past.waitForTimeout(500);
    await expect(cell).toHaveAttribute('data-price', '777');
    expect(asked.filter((url) => url.includes('/stream/'))).toEqual([]);

    // What would wait for something to move says that nothing will.
    await past.keyboard.press('t');
    const tape = past.getByRole('region', { name: 'Tape' });
    await expect(tape).toContainText('Nothing moves in a past moment.');
    await expect(tape).not.toContainText('since');
    await expect(tape.getByRole('button', { name: 'Pause' })).toHaveCount(0);
    await past.getByRole('button', { name: 'Alerts', exact: true }).click();
    await expect(past.getByRole('region', { name: 'Alerts', exact: true })).toContainText(
      'In a past moment nothing happens that a rule could tell of.',
    );
    await past.keyboard.press('Escape');
    // A card of what has neither state nor counts ends with its prices.
    await cell.focus();
    const card = past.getByRole('tooltip');
    await expect(card).toContainText('777');
    await expect(card.locator('p').last()).toBeHidden();
    await past.keyboard.press('Escape');

    // Filters are those of any board, and stay with the moment and with the way back.
    await past.getByRole('button', { name: 'Main lines' }).click();
    await expect(past).toHaveURL(/main=true.*at=|at=.*main=true/);
    const back = past.getByRole('link', { name: 'Back to live' });
    await expect(back).toHaveAttribute('href', /main=true/);
    await back.click();
    await expect(past.locator('[data-feed]')).toHaveAttribute('data-feed', 'live');
    await expect(past).toHaveURL(/^(?!.*at=).*main=true/);
    await other.close();
  });

  test('that is held no more shows nothing, and says how far back the past is held', async ({
    boardPage,
    page,
  }) => {
    await boardPage.open('/basketball');
    await page.goto('/basketball?at=1000-0');
    await expect(page.getByRole('heading', { name: 'That moment cannot be shown' })).toBeVisible();
    await expect(page.getByText(/^(That moment is not held|Nothing is held)/)).toBeVisible();
    await expect(boardPage.cells).toHaveCount(0);
    await page.getByRole('link', { name: 'Back to live' }).click();
    await boardPage.untilLive();
  });

  test('that is no moment is named, and the board is live', async ({ boardPage, page }) => {
    await boardPage.open('/basketball?at=yesterday');
    await expect(page.getByText('at=yesterday')).toBeVisible();
    await expect(page.locator('[data-board="live"]')).toBeVisible();
  });
});
