import type { Locator } from 'playwright/test';
import { expect, openOdds, test, type WireRow, type World } from './fixtures';

// What is posted here contradicts itself: no other test should find it.
test.use({ odds: 1_200 });

/** Over and under of one open main total. */
function aTotal(world: World): [over: WireRow, under: WireRow] {
  const totals = openOdds(world).filter((odd) => odd.market === 'Total Points' && odd.is_main);
  for (const over of totals) {
    if (over.selection_line !== 'over') continue;
    const under = totals.find(
      (odd) =>
        odd.selection_line === 'under' &&
        odd.fixture_id === over.fixture_id &&
        odd.grouping_key === over.grouping_key,
    );
    if (under) return [world.row(String(over.id)), world.row(String(under.id))];
  }
  throw new Error('the simulator has no open total');
}

/** Its main total alone. */
function pathOf(row: WireRow, more = ''): string {
  return `/basketball?view=lines&main=true&market=Total+Points&fixture=${row.fixture_id}${more}`;
}

function rowOf(cell: Locator): Locator {
  return cell.locator('xpath=ancestor::*[@role="row"]');
}

const price = (row: WireRow, american: number): WireRow => ({ ...row, price: american });

test.describe('a line’s two sides', () => {
  test('have a hold and prices without it where the view asks for them', async ({
    boardPage,
    page,
    world,
  }) => {
    const [over, under] = aTotal(world);
    await boardPage.open(pathOf(over));
    await expect(boardPage.grid.getByRole('columnheader', { name: 'Hold' })).toHaveCount(0);
    await boardPage.choose('Columns', 'Hold', 'No-vig');
    expect(new URL(page.url()).searchParams.getAll('column')).toEqual(['hold', 'novig']);
    await expect(boardPage.grid.getByRole('columnheader', { name: 'No-vig' })).toBeVisible();
    const row = rowOf(boardPage.odd(over.id));
    const hold = row.locator('[data-column=hold]');
    const fair = row.locator('[data-column=novig]');

    world.post('copilot-odds', price(over, -200), price(under, 150));
    await expect(hold).toHaveText('6.3%');
    await expect(fair).toHaveText('−167+167');
    world.post('copilot-odds', price(over, -110), price(under, -110));
    await expect(hold).toHaveText('4.5%');
    await expect(fair).toHaveText('+100+100');

    world.post('copilot-locked-odds', price(under, -110));
    await expect(hold).toHaveText('side locked');
    await expect(fair).toHaveText('–');
    world.post('copilot-odds', price(under, -110));
    await expect(hold).toHaveText('4.5%');
  });

  test('tell nothing of current prices while others are shown', async ({
    boardPage,
    page,
    world,
  }) => {
    const [over, under] = aTotal(world);
    await boardPage.open(pathOf(over, '&column=hold&column=novig'));
    await expect(boardPage.button('Alerts')).toBeVisible();
    const row = rowOf(boardPage.odd(over.id));
    const hold = row.locator('[data-column=hold]');
    const fair = row.locator('[data-column=novig]');
    const mark = row.locator('[data-incoherent]');
    const told = row.getByRole('rowheader');
    world.post('copilot-odds', price(over, 150), price(under, 150));
    await expect(hold).toHaveText('−25.0%');
    await expect(hold).toHaveAccessibleName('−25.0%');
    await expect(mark).toBeVisible();
    for (const key of ['q', 'o']) {
      await page.keyboard.press(key);
      await expect(page.getByRole('button', { name: 'Current prices' })).toBeVisible();
      for (const cell of [hold, fair, row.locator('.line-changed')]) {
        await expect(cell).toBeVisible();
        await expect(cell.locator('span:visible')).toHaveCount(0);
        // Nor to those who hear the board.
        await expect(cell).toHaveAccessibleName('');
      }
      await expect(boardPage.grid.getByRole('columnheader', { name: 'Hold' })).toBeVisible();
      await expect(mark).toHaveCount(0);
      await expect(told).not.toContainText('hold');
      await page.keyboard.press('Escape');
      await expect(hold).toHaveAccessibleName('−25.0%');
      await expect(fair.locator('span:visible')).toHaveCount(2);
      await expect(mark).toBeVisible();
    }
    world.post('copilot-odds', price(over, -110), price(under, -110));
    await expect(mark).toHaveCount(0);
  });

  test('count though a filter shows one of them', async ({ boardPage, world }) => {
    const [over, under] = aTotal(world);
    await boardPage.open(pathOf(over, '&column=hold'));
    world.post('copilot-locked-odds', price(under, -110));
    await expect(boardPage.odd(under.id)).toHaveAttribute('data-state', 'locked');
    await boardPage.open(pathOf(over, '&column=hold&state=open'));
    await expect(boardPage.odd(under.id)).toHaveCount(0);
    await expect(rowOf(boardPage.odd(over.id)).locator('[data-column=hold]')).toHaveText(
      'side locked',
    );
    world.post('copilot-odds', price(under, -110));
    await expect(boardPage.odd(under.id)).toHaveAttribute('data-state', 'open');
  });

  test('have no column that there is not, and the page says so', async ({ boardPage, page }) => {
    await boardPage.open('/basketball?view=lines&column=edge&column=novig');
    await expect(page.getByText('column=edge')).toBeVisible();
    await expect(boardPage.grid.getByRole('columnheader', { name: 'No-vig' })).toBeVisible();
    await expect(boardPage.grid.getByRole('columnheader', { name: 'Hold' })).toHaveCount(0);
  });

  test('are marked while they contradict each other, for pointer and keys', async ({
    boardPage,
    page,
    world,
  }) => {
    const [over, under] = aTotal(world);
    await boardPage.open(pathOf(over));
    const row = rowOf(boardPage.odd(over.id));
    const mark = row.locator('[data-incoherent]');
    const told = page.getByRole('tooltip');
    world.post('copilot-odds', price(over, -110), price(under, -110));
    await expect(boardPage.odd(under.id)).toHaveAttribute('data-price', '-110');
    await expect(mark).toHaveCount(0);

    world.post('copilot-odds', price(over, 150), price(under, 150));
    await expect(mark).toBeVisible();
    await expect(row.getByRole('rowheader')).toContainText('The hold is below 0%: −25.0%.');
    await mark.hover();
    await expect(told).toHaveText('The hold is below 0%: −25.0%.');
    await page.mouse.move(0, 0);
    await expect(told).toHaveCount(0);

    await boardPage.odd(over.id).focus();
    await page.keyboard.press('ArrowLeft');
    await expect(row.getByRole('rowheader')).toBeFocused();
    await expect(told).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(told).toHaveCount(0);
    await page.keyboard.press('ArrowRight');
    await expect(boardPage.odd(over.id)).toBeFocused();

    world.post('copilot-odds', price(over, -110), price(under, -110));
    await expect(mark).toHaveCount(0);
  });

  test('keep what is told of them beside them when the keys scroll, and not when it was sent away', async ({
    boardPage,
    page,
    world,
  }) => {
    const [over, under] = aTotal(world);
    await page.setViewportSize({ width: 1_920, height: 420 });
    await boardPage.open(`/basketball?view=lines&fixture=${over.fixture_id}`);
    world.post('copilot-odds', price(over, 150), price(under, 150));
    const header = rowOf(boardPage.odd(over.id)).getByRole('rowheader');
    const told = page.getByRole('tooltip').filter({ hasText: 'The hold is below 0%' });
    const scroll = (by: number) =>
      boardPage.grid.evaluate((grid, by) => {
        const before = grid.scrollTop;
        grid.scrollBy(0, by);
        return grid.scrollTop - before;
      }, by);
    await expect(async () => {
      await scroll(100);
      await expect(boardPage.odd(over.id)).toBeInViewport({ ratio: 1, timeout: 300 });
    }).toPass();
    await boardPage.odd(over.id).focus();
    await expect(header).toContainText('The hold is below 0%');
    await page.keyboard.press('ArrowLeft');
    await expect(header).toBeFocused();
    await expect(told).toBeVisible();
    const mark = header.locator('[data-incoherent]');
    /** Between the mark and what is told of it, above or below. */
    const gap = async () => {
      const [one, own] = [await told.boundingBox(), await mark.boundingBox()];
      if (!one || !own) return null;
      const [below, above] = [one.y - own.y - own.height, own.y - one.y - one.height];
      return Math.round(Math.max(below, above));
    };
    await expect.poll(gap).toBe(4);
    expect(await scroll(-30)).toBe(-30);
    await page.waitForTimeout(300);
    await expect.poll(gap).toBe(4);
    await page.keyboard.press('Escape');
    await expect(told).toHaveCount(0);
    expect(await scroll(30)).toBe(30);
    await page.waitForTimeout(300);
    await expect(told).toHaveCount(0);
    world.post('copilot-odds', price(over, -110), price(under, -110));
  });

  test('leave the keys a way into the grid and out of it when their mark ends', async ({
    boardPage,
    page,
    world,
  }) => {
    const [over, under] = aTotal(world);
    await boardPage.open(pathOf(over));
    const row = rowOf(boardPage.odd(over.id));
    const mark = row.locator('[data-incoherent]');
    const header = row.getByRole('rowheader');
    const inGrid = page.locator('[role=grid]:focus, [role=grid] :focus');
    const contradict = async () => {
      world.post('copilot-odds', price(over, 150), price(under, 150));
      await expect(mark).toBeVisible();
      await boardPage.odd(over.id).focus();
      await page.keyboard.press('ArrowLeft');
      await expect(header).toBeFocused();
    };
    const agree = async () => {
      world.post('copilot-odds', price(over, -110), price(under, -110));
      await expect(mark).toHaveCount(0);
    };
    // Left by Tab before the mark ends: one place still leads back.
    await contradict();
    await page.keyboard.press('Tab');
    await expect(inGrid).toHaveCount(0);
    await agree();
    await page.keyboard.press('Shift+Tab');
    await expect(inGrid).toHaveCount(1);
    // In focus while the mark ends: the focus stays, and once it goes on nothing stops there.
    await contradict();
    await agree();
    await expect(header).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(boardPage.odd(over.id)).toBeFocused();
    await expect(header).not.toHaveAttribute('tabindex');
    await page.keyboard.press('ArrowLeft');
    await expect(header).not.toBeFocused();
    await page.keyboard.press('Tab');
    await expect(inGrid).toHaveCount(0);
  });

  test('are marked while one has moved and the other has not', async ({ boardPage, world }) => {
    const [over, under] = aTotal(world);
    await boardPage.open(pathOf(over));
    const header = rowOf(boardPage.odd(over.id)).getByRole('rowheader');
    world.post('copilot-odds', price(over, -118));
    await expect(header).toContainText('Over moved and Under did not follow within 3 s.');
    world.post('copilot-odds', price(under, -104));
    await expect(header).not.toContainText('did not follow');
  });
});

test.describe('a fixture', () => {
  test('counts down to its start, and keeps its old one until that was seen', async ({
    boardPage,
    page,
    world,
  }) => {
    const { fixtures } = world.simulator.truth('basketball');
    const fixture = fixtures.find(({ status }) => status === 'unplayed');
    if (!fixture) throw new Error('no fixture to move');
    const start = String(fixture.start_date);
    await boardPage.open(`/basketball?tz=UTC&fixture=${fixture.id}`);
    const shown = boardPage.fixture(String(fixture.id));
    const soon = shown.locator('[data-soon]');
    let from = start;
    const move = (to: string) => {
      world.tell(fixture, { old_start_date: from, new_start_date: to });
      from = to;
    };
    const inMinutes = (minutes: number) =>
      new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z/, '+00:00');

    move(inMinutes(45));
    await expect(soon).toHaveText(/^in 4[45] m$/);
    const old = shown.getByRole('button', { name: /^Start moved from/ });
    await expect(old).toContainText(start.slice(11, 16));
    await old.focus();
    await page.keyboard.press('Enter');
    await expect(old).toHaveCount(0);
    // The keys go on in its row.
    await expect(shown.locator('[role=gridcell]:focus')).toHaveCount(1);
    await page.reload();
    await boardPage.untilLive();
    await expect(soon).toHaveText(/^in 4\d m$/);
    await expect(old).toHaveCount(0);

    move(inMinutes(0.9));
    await expect(soon).toHaveAttribute('data-soon', 'seconds');
    await expect(soon).toHaveText(/^in \d+ s$/);
    // This move nobody has seen yet.
    await expect(old).toBeVisible();
    move(inMinutes(-2));
    await expect(soon).toHaveText('not live yet');
    move(start);
    await expect(shown).toHaveAttribute('data-start', new Date(start).toISOString());
  });
});

test('the focus stays in the grid when the view changes, and when its row goes', async ({
  boardPage,
  page,
  world,
}) => {
  const [over, under] = aTotal(world);
  world.post('copilot-odds', over, under);
  const focused = page.locator('[role=gridcell]:focus');
  await boardPage.open('/basketball');
  await boardPage.cells.first().focus();
  const id = await boardPage.cells.first().getAttribute('data-odd-id');
  await page.keyboard.press('2');
  await expect(boardPage.grid).toHaveAccessibleName('Odds by line');
  await expect(boardPage.odd(id ?? '')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(focused).toHaveCount(1);

  await boardPage.open(`/basketball?view=lines&fixture=${over.fixture_id}&state=open`);
  await boardPage.odd(over.id).focus();
  world.post('copilot-locked-odds', over, under);
  await expect(boardPage.odd(over.id)).toHaveCount(0);
  await expect(focused).toHaveCount(1);
  await expect(focused).not.toHaveAttribute('data-odd-id', over.id);
  world.post('copilot-odds', over, under);
  await expect(boardPage.odd(over.id)).toHaveAttribute('data-state', 'open');

  // From the search as well: what was typed is kept by Enter, and taken away by Escape.
  await boardPage.search.fill('a');
  await page.keyboard.press('Enter');
  await expect(boardPage.grid).toBeFocused();
  await expect(boardPage.search).toHaveValue('a');
  await boardPage.search.press('Escape');
  await expect(boardPage.search).toHaveValue('');
  await boardPage.search.press('Escape');
  await expect(boardPage.grid).toBeFocused();
});

test('the age of a line is right on a computer whose clock is not', async ({
  boardPage,
  page,
  world,
}) => {
  await page.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() + 400_000;
  });
  const [over] = aTotal(world);
  await boardPage.open(pathOf(over));
  world.post('copilot-odds', { ...over, price: over.price > 0 ? over.price + 7 : 107 });
  const changed = rowOf(boardPage.odd(over.id)).locator('.line-changed');
  await expect(changed).toHaveText(/^(now|\d{1,2} s)$/);
});
