import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright/test';
import { expect, openOdds, test, withTaste } from './fixtures';
import type { BoardPage } from './pages/board-page';

/** The settings, opened by their key once the keys are there. */
async function openSettings(page: Page): Promise<Locator> {
  const panel = page.getByRole('region', { name: 'Settings' });
  await expect(page.getByRole('button', { name: 'Settings' })).toBeVisible();
  await page.keyboard.press(',');
  await expect(panel.getByRole('radio', { name: 'Dark' })).toBeVisible();
  return panel;
}

async function choose(panel: Locator, group: string, option: string): Promise<void> {
  await panel.getByRole('group', { name: group }).getByRole('radio', { name: option }).check();
}

const heightOf = (locator: Locator) =>
  locator.evaluate((row) => row.getBoundingClientRect().height);

test('shows theme, density and palette at once, and in the first paint of the next visit', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball');
  const html = page.locator('html');
  await expect(html).toHaveAttribute('data-theme', 'dark');
  const row = boardPage.cells.first().locator('xpath=ancestor::*[@role="row"]');
  const before = await heightOf(row);
  const panel = await openSettings(page);
  await choose(panel, 'Theme', 'Light');
  await choose(panel, 'Density', 'Wall');
  await choose(panel, 'Colours of moves', 'Blue up');
  await expect(html).toHaveAttribute('data-theme', 'light');
  await expect(html).toHaveAttribute('data-palette', 'safe');
  await expect.poll(() => heightOf(row)).toBeGreaterThan(before);
  expect(new URL(page.url()).search).toBe('');
  const sent = await (await page.request.get('/basketball')).text();
  expect(sent).toMatch(/<html[^>]* data-theme="light" data-palette="safe"/);
  expect(sent).toContain('data-density="wall"');
  await page.reload();
  await boardPage.untilLive();
  await expect(html).toHaveAttribute('data-theme', 'light');
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(255, 255, 255)');
});

test('a colour of one’s own marks moves, in the first paint too, and is told where it is faint', async ({
  boardPage,
  page,
  world,
}) => {
  await boardPage.open('/basketball');
  const panel = await openSettings(page);
  const up = panel.getByLabel('Own colour up');
  await expect(up).toHaveValue('#4cd0ab');
  await up.fill('#ff66ff');
  const sample = panel.getByRole('img', { name: /Sample of three prices/ });
  await expect(sample.getByText('−110')).toHaveCSS('color', 'rgb(255, 102, 255)');
  const [first] = await boardPage.cells.all();
  const id = (await first?.getAttribute('data-odd-id')) ?? '';
  const row = world.row(id);
  world.post('copilot-odds', { ...row, price: 9_000 });
  await expect(boardPage.odd(id)).toHaveAttribute('data-move', 'up');
  const figure = boardPage.odd(id).locator('.price-figure');
  await expect(figure).toHaveCSS('color', 'rgb(255, 102, 255)');
  await expect(panel.getByText('Hard to read')).toHaveCount(0);
  await panel.getByLabel('Own colour down').fill('#202020');
  await expect(panel.getByText(/Hard to read on this theme: .*down has 1\.\d/)).toBeVisible();
  const sent = await (await page.request.get('/basketball')).text();
  expect(sent).toMatch(
    /<html[^>]* data-own="up down"[^>]* style="--own-up:#ff66ff;--own-down:#202020"/,
  );
  world.post('copilot-odds', row);
  await choose(panel, 'Colours of moves', 'Green up');
  await expect(up).toHaveValue('#4cd0ab');
  await expect(page.locator('html')).toHaveAttribute('data-own', '');
});

test('puts every row where its neighbour ends, in each density', async ({
  boardPage,
  page,
  world,
}) => {
  for (const density of ['compact', 'wall']) {
    await withTaste(page, world, { density });
    for (const path of ['/basketball', '/basketball?view=lines']) {
      await boardPage.open(path);
      const overlaps = await page.locator('.board-item').evaluateAll((items) => {
        const boxes = items.map((item) => ({
          box: item.getBoundingClientRect(),
          inner: item.firstElementChild?.scrollHeight ?? 0,
        }));
        boxes.sort((a, b) => a.box.top - b.box.top);
        return boxes.flatMap(({ box, inner }, index) => {
          const next = boxes[index + 1]?.box;
          const isOver = next !== undefined && next.top < box.bottom - 0.5;
          return isOver || inner > box.height + 0.5 ? [`${box.top} ${box.height} ${inner}`] : [];
        });
      });
      expect(overlaps).toEqual([]);
    }
  }
});

test('writes figures by the habit that was chosen, new prices too', async ({
  boardPage,
  page,
  world,
}) => {
  await boardPage.open('/basketball?market=moneyline');
  const id = (await boardPage.cells.first().getAttribute('data-odd-id')) ?? '';
  const row = world.row(id);
  const cell = boardPage.odd(id);
  world.post('copilot-odds', { ...row, price: 100 });
  await expect(cell.locator('.price-figure')).toHaveText('+100');
  const panel = await openSettings(page);
  await choose(panel, 'Even money in American odds', 'EV');
  await expect(cell.locator('.price-figure')).toHaveText('EV');
  await expect(cell).toHaveAttribute('data-price', '100');
  world.post('copilot-odds', { ...row, price: 105 });
  await expect(cell.locator('.price-figure')).toHaveText('+105');
  world.post('copilot-odds', { ...row, price: 100 });
  await expect(cell.locator('.price-figure')).toHaveText('EV');
  world.post('copilot-odds', row);
});

test('shows halves in one glyph and teams in short from the first paint on', async ({
  boardPage,
  page,
  world,
}) => {
  await withTaste(page, world, { fractions: 'glyph', names: 'short' });
  const half = openOdds(world).find(
    (odd) => odd.market === 'Point Spread' && odd.is_main && Number(odd.points) % 1 !== 0,
  );
  await boardPage.open(`/basketball?market=Point+Spread&fixture=${half?.fixture_id}`);
  await expect(page.locator('[data-points-text]', { hasText: '½' }).first()).toBeVisible();
  const name = page.locator('.board-side [title]').first();
  const full = (await name.getAttribute('title')) ?? '';
  await expect(name.locator('[aria-hidden]')).toHaveText(/^\S{2,4}$/);
  // Read out in full.
  await expect(name.locator('.sr-only')).toHaveText(full);
});

/** How far apart the whole parts of the points on screen end, in px from the left of their cells. */
function spreadOfWholes(boardPage: BoardPage): Promise<number> {
  return boardPage.cells.evaluateAll((cells) => {
    const ends: number[] = [];
    for (const cell of cells) {
      const text = cell.querySelector('[data-points-text]')?.firstChild;
      const whole = /^[^.½¼¾]*/.exec(text?.nodeValue ?? '')?.[0] ?? '';
      if (!text || !/\d$/.test(whole)) continue;
      const range = document.createRange();
      range.setStart(text, 0);
      range.setEnd(text, whole.length);
      ends.push(range.getBoundingClientRect().right - cell.getBoundingClientRect().left);
    }
    return Math.max(...ends) - Math.min(...ends);
  });
}

for (const fractions of ['decimal', 'glyph']) {
  test(`puts points below each other at the decimal point, in ${fractions}s`, async ({
    boardPage,
    page,
    world,
  }) => {
    await withTaste(page, world, { fractions });
    const spread = openOdds(world).find((odd) => odd.market === 'Point Spread' && odd.is_main);
    const lines = openOdds(world).filter(
      ({ market, fixture_id, selection_line }) =>
        market === 'Point Spread' &&
        fixture_id === spread?.fixture_id &&
        selection_line === spread?.selection_line,
    );
    expect(lines.length).toBeGreaterThan(2);
    const rows = lines.slice(0, 3).map(({ id }) => world.row(String(id)));
    const path = `/basketball?view=lines&market=Point+Spread&fixture=${spread?.fixture_id}`;
    await boardPage.open(path);
    world.post('copilot-odds', ...rows.map((row, index) => ({ ...row, points: 10.25 * index })));
    await expect(boardPage.odd(rows[2]?.id ?? '')).toHaveAttribute('data-points', '20.5');
    const texts = await boardPage.cells.locator('[data-points-text]').allTextContents();
    expect(texts).toEqual(
      expect.arrayContaining(
        fractions === 'glyph' ? ['0', '+10¼', '+20½'] : ['0', '+10.25', '+20.5'],
      ),
    );
    // ¼ is by half a pixel narrower than ½.
    expect(await spreadOfWholes(boardPage)).toBeLessThan(1);
    world.post('copilot-odds', ...rows);
  });
}

test('flashes nothing when told so, and marks the move all the same', async ({
  boardPage,
  page,
  world,
}) => {
  await withTaste(page, world, { flash: false });
  await boardPage.recordAnimations();
  await boardPage.open('/basketball');
  const id = (await boardPage.cells.first().getAttribute('data-odd-id')) ?? '';
  const row = world.row(id);
  world.post('copilot-odds', { ...row, price: row.price > 0 ? row.price + 20 : 120 });
  await expect(boardPage.odd(id)).toHaveAttribute('data-move', 'up');
  expect(await boardPage.animations()).toEqual([]);
  world.post('copilot-odds', row);
});

test('lets single keys do nothing when they are off', async ({ boardPage, page, world }) => {
  await withTaste(page, world, { keys: false });
  await boardPage.open('/basketball');
  const button = page.getByRole('button', { name: 'Settings' });
  await expect(button).toBeVisible();
  await page.keyboard.press(',');
  await page.keyboard.press('/');
  await expect(boardPage.search).not.toBeFocused();
  // Nor does it say that one leads there.
  const field = page.locator('label').filter({ has: boardPage.search });
  await expect(boardPage.search).not.toHaveAttribute('aria-keyshortcuts');
  await expect(field).not.toContainText('/');
  await expect(button).toHaveAttribute('title', 'Settings');
  await expect(button).toHaveAttribute('aria-expanded', 'false');
  // What a key would do is named as the palette has it.
  for (const title of ['Alerts', 'Views']) {
    const rail = page.getByRole('navigation', { name: 'Panels' });
    await rail.getByTitle(title, { exact: true }).click();
    const told = page.getByRole('region', { name: title }).getByText('With a price in focus,');
    const name = /“(.+)” \(Ctrl K, ⌘ K\)/.exec((await told.textContent()) ?? '')?.[1] ?? '';
    expect(name).not.toBe('');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Find an action/ }).fill(name);
    await expect(page.getByRole('option', { name }).first()).toBeVisible();
    await page.keyboard.press('Escape');
  }
  await button.click();
  const panel = page.getByRole('region', { name: 'Settings' });
  await panel.getByRole('checkbox', { name: 'Single-key shortcuts' }).check();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(button).toBeFocused();
  await page.keyboard.press(',');
  await expect(panel).toBeVisible();
  await expect(boardPage.search).toHaveAttribute('aria-keyshortcuts', '/');
  await expect(field).toContainText('/');
  const rail = page.getByRole('navigation', { name: 'Panels' });
  await expect(rail.getByTitle('Settings (,)', { exact: true })).toBeVisible();
});

test('exports its settings, takes them back, and names what it left out', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball');
  const panel = await openSettings(page);
  await choose(panel, 'Theme', 'High contrast');
  const download = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Export as JSON' }).click();
  const file = await readFile(await (await download).path(), 'utf8');
  expect(JSON.parse(file)).toMatchObject({ theme: 'contrast', density: 'normal', moveSeconds: 30 });
  await panel.getByRole('button', { name: 'Reset all' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const buffer = Buffer.from(JSON.stringify({ ...JSON.parse(file), density: 'huge' }));
  await panel
    .locator('input[type=file]')
    .setInputFiles({ name: 'settings.json', mimeType: 'application/json', buffer });
  await expect(panel.getByRole('status')).toHaveText('Imported, leaving out density: "huge".');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'contrast');
});

test('a time zone is chosen, shown at once, and part of the link', async ({ boardPage, page }) => {
  await boardPage.open('/basketball');
  const clock = page.getByRole('banner').locator('time');
  const panel = await openSettings(page);
  await panel.getByLabel('Time zone').selectOption('US Eastern');
  await expect(page).toHaveURL((url) => url.searchParams.get('tz') === 'America/New_York');
  await expect(clock).toHaveText(/E[SD]T/);
  await panel.getByLabel('Time zone').selectOption('Asia/Tokyo');
  await expect(clock).toHaveAttribute('title', /Asia\/Tokyo/);
  await panel.getByLabel('Time zone').selectOption({ index: 0 });
  await expect(page).toHaveURL((url) => !url.searchParams.has('tz'));
});

test('is the same in all tabs of a browser', async ({ boardPage, page }) => {
  await boardPage.open('/basketball');
  const other = await page.context().newPage();
  await other.goto('/basketball');
  await expect(other.getByRole('button', { name: 'Settings' })).toBeVisible();
  const panel = await openSettings(page);
  await choose(panel, 'Theme', 'Light');
  await expect(other.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('prints the rows in sight on white, without what is pressed', async ({ boardPage, page }) => {
  await boardPage.open('/basketball');
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  await expect(boardPage.cells.first()).toBeVisible();
  await expect(boardPage.button('League')).toBeHidden();
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeHidden();
  const overlaps = await page.locator('.board-item').evaluateAll((items) => {
    const boxes = items.map((item) => item.getBoundingClientRect());
    return boxes.filter((box, index) => {
      const next = boxes[index + 1];
      return next !== undefined && next.top < box.bottom - 0.5;
    }).length;
  });
  expect(overlaps).toBe(0);
});
