import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Locator, Page } from 'playwright/test';
import { expect, test, type World } from './fixtures';
import type { BoardPage } from './pages/board-page';

/** Ids of open odds on screen, whole-game prices of different fixtures. */
async function shownOdds(boardPage: BoardPage): Promise<string[]> {
  return boardPage.page
    .locator('[data-fixture-id]')
    .evaluateAll((fixtures) =>
      fixtures.flatMap(
        (fixture) =>
          fixture.querySelector('[data-odd-id][data-state=open]')?.getAttribute('data-odd-id') ??
          [],
      ),
    );
}

const other = (price: number) => (price === 155 ? 145 : 155);
const minus = (price: number) => (price < 0 ? `−${-price}` : `+${price}`);

function rows(page: Page): Locator {
  return page.getByRole('list', { name: 'Changes, newest first' }).getByRole('listitem');
}

/** Opens the tape, once the desk stands and so records. */
async function openTape(page: Page): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.getByRole('region', { name: 'Tape' })).toBeVisible();
  // Where the pointer rests the tape would stand still.
  await page.mouse.move(5, 5);
}

function move(world: World, id: string): { from: number; to: number } {
  const row = world.row(id);
  const to = other(row.price);
  world.post('copilot-odds', { ...row, price: to });
  return { from: row.price, to };
}

test.describe('the tape', () => {
  /** A page may begin with a snapshot of so long ago, and tells on its tape what another test did since then. */
  const SNAPSHOT_AGE_MS = 2_000;
  test.beforeEach(() => new Promise((resolve) => setTimeout(resolve, SNAPSHOT_AGE_MS)));

  test('tells moves, locks and reopenings of the view, newest first, also of before it was opened', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
    const [id = ''] = await shownOdds(boardPage);
    const { from, to } = move(world, id);
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', String(to));
    await openTape(page);
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page).first()).toContainText(`${minus(from)}→${minus(to)}`);
    world.post('copilot-locked-odds', { ...world.row(id), price: to });
    world.post('copilot-odds', { ...world.row(id), price: to });
    await expect(rows(page)).toHaveCount(3);
    await expect(rows(page).nth(0)).toContainText('Reopened');
    await expect(rows(page).nth(1)).toContainText('Locked');
    await expect(rows(page).nth(2)).toContainText('Move');
    await page.getByRole('group', { name: 'Kinds of change' }).getByText('Locked').click();
    await expect(rows(page)).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('region', { name: 'Tape' })).toHaveCount(0);
    // The kinds are kept; a search that finds nothing says so, and Escape takes the search first.
    await openTape(page);
    await expect(rows(page)).toHaveCount(1);
    await page.getByRole('searchbox', { name: 'Search the tape' }).fill('no such team');
    await expect(page.getByText('Nothing on the tape is in this view')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(rows(page)).toHaveCount(1);
    world.post('copilot-odds', world.row(id));
  });

  test('shows only what the view shows', async ({ boardPage, page, world }) => {
    await boardPage.open('/basketball?market=Moneyline');
    const [inside = '', second = ''] = await shownOdds(boardPage);
    const outside = world.simulator
      .truth('basketball')
      .odds.find(({ state, market }) => state === 'open' && market !== 'Moneyline');
    await openTape(page);
    move(world, outside?.id ?? '');
    move(world, inside);
    await expect(rows(page)).toHaveCount(1);
    move(world, second);
    await expect(rows(page)).toHaveCount(2);
    // Nothing of it is lost: another view shows it.
    await page.getByRole('button', { name: 'Remove Moneyline' }).click();
    await expect(rows(page)).toHaveCount(3);
    world.post('copilot-odds', ...[inside, second, outside?.id ?? ''].map((id) => world.row(id)));
  });

  test('stands still while it is paused, and says how many came since', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    const ids = await shownOdds(boardPage);
    await openTape(page);
    move(world, ids[0] ?? '');
    await expect(rows(page)).toHaveCount(1);
    await page.keyboard.press('T');
    await expect(page.getByRole('button', { name: 'Pause', exact: true })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    move(world, ids[1] ?? '');
    move(world, ids[2] ?? '');
    const since = page.getByRole('button', { name: /came since/ });
    await expect(since).toHaveText('Paused · 2 came since');
    await expect(rows(page)).toHaveCount(1);
    await since.click();
    await expect(rows(page)).toHaveCount(3);
    await expect(since).toHaveCount(0);
    await expect(page.getByRole('region', { name: 'Tape' })).toBeFocused();
    world.post('copilot-odds', ...ids.slice(0, 3).map((id) => world.row(id)));
  });

  test('holds its place when it is scrolled', async ({ boardPage, page, world }) => {
    await boardPage.open('/basketball');
    const [id = ''] = await shownOdds(boardPage);
    await openTape(page);
    const COUNT = 60;
    const row = world.row(id);
    for (let price = 201; price <= 200 + COUNT; price += 1) {
      world.post('copilot-odds', { ...row, price });
    }
    await expect(rows(page).first()).toHaveAttribute('aria-setsize', String(COUNT));
    const list = page.getByRole('list', { name: 'Changes, newest first' }).locator('..');
    const place = await list.evaluate((element) => {
      element.scrollTop = 1_000;
      return element.scrollTop;
    });
    expect(place).toBeGreaterThan(0);
    const since = page.getByRole('button', { name: /^Held/ });
    await expect(since).toHaveText('Held · 0 came since');
    for (const price of [301, 302, 303]) world.post('copilot-odds', { ...row, price });
    await expect(since).toHaveText('Held · 3 came since');
    expect(await list.evaluate((element) => element.scrollTop)).toBe(place);
    await since.click();
    await expect(rows(page).first()).toHaveAttribute('aria-posinset', '1');
    await expect(rows(page).first()).toHaveAttribute('aria-setsize', String(COUNT + 3));
    world.post('copilot-odds', row);
  });

  test('goes to the cell of a row, wherever the board has it, and else to its fixture', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    const [id = ''] = await shownOdds(boardPage);
    await openTape(page);
    move(world, id);
    await expect(rows(page)).toHaveCount(1);
    await boardPage.grid.evaluate((grid) => {
      grid.scrollTop = grid.scrollHeight;
    });
    await expect(boardPage.odd(id)).toHaveCount(0);
    await rows(page).first().getByRole('button').press('Enter');
    await expect(boardPage.odd(id)).toBeFocused();
    await expect(boardPage.odd(id)).toBeInViewport();
    const cells = await boardPage.allCells();
    const alternate = world.simulator
      .truth('basketball')
      .odds.find((odd) => odd.state === 'open' && !cells.has(odd.id));
    move(world, alternate?.id ?? '');
    await expect(rows(page)).toHaveCount(2);
    await rows(page).first().click();
    await expect(
      boardPage.fixture(String(alternate?.fixture_id)).locator('.board-more'),
    ).toBeFocused();
    await page.getByRole('button', { name: 'Lines', exact: true }).click();
    await rows(page).first().click();
    const found = boardPage.odd(alternate?.id ?? '');
    await expect(found).toBeFocused();
    // Who got there by a click sees as well where that is.
    await expect(found).toHaveCSS('outline-style', 'solid');
    await found.click();
    await expect(found).not.toHaveCSS('outline-style', 'solid');
    world.post('copilot-odds', world.row(id), world.row(alternate?.id ?? ''));
  });

  test('is walked through by the arrow keys', async ({ boardPage, page, world }) => {
    await boardPage.open('/basketball');
    const ids = (await shownOdds(boardPage)).slice(0, 3);
    await openTape(page);
    for (const id of ids) move(world, id);
    await expect(rows(page)).toHaveCount(3);
    await rows(page).first().getByRole('button').focus();
    await page.keyboard.press('ArrowDown');
    await expect(rows(page).nth(1).getByRole('button')).toBeFocused();
    await page.keyboard.press('End');
    await expect(rows(page).nth(2).getByRole('button')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('region', { name: 'Tape' })).toHaveCount(0);
    world.post('copilot-odds', ...ids.map((id) => world.row(id)));
  });

  test('is saved as CSV and JSON, as is the view', async ({ boardPage, page, world }) => {
    await boardPage.open('/basketball?market=Moneyline&odds=decimal');
    const [id = ''] = await shownOdds(boardPage);
    await openTape(page);
    const { from, to } = move(world, id);
    await expect(rows(page)).toHaveCount(1);
    const save = async (name: string) => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).click(),
      ]);
      return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
    };
    const csv = await save('Save the tape as CSV');
    expect(csv.name).toMatch(/^basketball-tape-\d{8}T\d{6}Z\.csv$/);
    const [head = '', line = '', end, ...rest] = csv.text.split('\r\n');
    expect([end, rest]).toEqual(['', []]);
    const fields = line.split(',');
    const at = (column: string) => fields[head.split(',').indexOf(column)];
    expect([at('price_before'), at('price'), at('id')]).toEqual([String(from), String(to), id]);
    expect(at('entry_id')).toMatch(/^\d+-\d+$/);
    const tape = JSON.parse((await save('Save the tape as JSON')).text);
    expect(tape).toMatchObject({ sport: 'basketball', rows: [{ kind: 'move', price: to }] });
    const view = JSON.parse((await save('Save the view as JSON')).text);
    const open = world.simulator
      .truth('basketball')
      .odds.filter(({ market, state }) => market === 'Moneyline' && state === 'open');
    const saved: { id: string; market: string; state: string }[] = view.rows;
    expect(view.view).toBe('/basketball?market=Moneyline&odds=decimal');
    expect(saved.filter(({ market }) => market !== 'Moneyline')).toEqual([]);
    // Another test may have left one locked, or posted one, which nobody told the simulator.
    const savedIds = new Set(saved.map((odd) => odd.id));
    expect(open.filter((odd) => !savedIds.has(odd.id))).toEqual([]);
    const openIds = new Set(open.map((odd) => odd.id));
    const isKnown = (odd: { id: string }) => openIds.has(odd.id) || world.posted.has(odd.id);
    expect(saved.filter((odd) => odd.state === 'open' && !isKnown(odd))).toEqual([]);
    expect(view.rows.find((row: { id: string }) => row.id === id)?.price).toBe(to);
    world.post('copilot-odds', world.row(id));
  });

  test.describe('to axe', () => {
    // The page's own policy refuses foreign scripts, which is right for everybody but this one.
    test.use({ bypassCSP: true });

    test('is without fault', async ({ boardPage, page, world }) => {
      await boardPage.open('/basketball');
      const [id = ''] = await shownOdds(boardPage);
      await openTape(page);
      move(world, id);
      await expect(rows(page)).toHaveCount(1);
      await page.addScriptTag({
        path: createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
      });
      const found = await page.evaluate(async () => {
        const { axe } = window as unknown as {
          axe: { run(context: Document): Promise<AxeResults> };
        };
        return (await axe.run(document)).violations.map(({ id, help }) => `${id}: ${help}`);
      });
      expect(found).toEqual([]);
      world.post('copilot-odds', world.row(id));
    });
  });
});

test.describe('a price in focus', () => {
  test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

  test('is copied as one line, by Ctrl+C or a key, and a selection as it is', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    await expect(page.getByRole('navigation', { name: 'Panels' })).toBeVisible();
    const [id = ''] = await shownOdds(boardPage);
    const { market, name, price } = world.row(id);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await boardPage.odd(id).focus();
    for (const keys of ['Control+c', 'y']) {
      await page.evaluate(() => navigator.clipboard.writeText('before'));
      await page.keyboard.press(keys);
      await expect(page.getByText('Copied', { exact: true })).toBeVisible();
      const line = await clipboard();
      expect(line.split('\t').slice(1, 5)).toEqual([
        ...[market, name],
        ...[price > 0 ? `+${price}` : String(price), 'open'],
      ]);
      expect(line).not.toContain('\n');
    }
    await page.evaluate(() => {
      const heading = document.querySelector('[aria-label="View"]');
      if (heading) window.getSelection()?.selectAllChildren(heading);
    });
    await page.keyboard.press('Control+c');
    expect((await clipboard()).split('\t')).toHaveLength(1);
  });
});
