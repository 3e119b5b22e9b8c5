/** The history of an odd beside the board: what it tells, its place in the address, and its keys. */
import type { Page } from 'playwright/test';
import type { HistoryBody } from '@/lib/protocol/events';
import { expect, leagues, openOdds, test, type World } from './fixtures';
import type { BoardPage } from './pages/board-page';

const drawerOf = (page: Page) => page.getByRole('region', { name: 'Price history' });
const rowsOf = (page: Page) =>
  drawerOf(page)
    .locator('tbody tr')
    .filter({ has: page.locator('td') });

/** An open odd on screen whose line has another side there. */
async function aPair(boardPage: BoardPage, world: World): Promise<[id: string, other: string]> {
  const shown = new Set(
    await boardPage.cells.evaluateAll((cells) =>
      cells.map((cell) => (cell instanceof HTMLElement ? cell.dataset.oddId : '')),
    ),
  );
  for (const odd of openOdds(world).filter(({ market }) => market === 'Moneyline')) {
    const sides = openOdds(world).filter(
      ({ fixture_id, market }) => market === odd.market && fixture_id === odd.fixture_id,
    );
    const [first, second] = sides.map(({ id }) => id);
    if (sides.length === 2 && first && second && shown.has(first) && shown.has(second)) {
      return [first, second];
    }
  }
  throw new Error('no open pair is on screen');
}

type DrawnText = { text: string; y: number };

/** Keeps what is written on each canvas from the last time that its whole ground was cleared on. */
async function keepDrawnTexts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const texts = new WeakMap<HTMLCanvasElement, DrawnText[]>();
    const { clearRect, fillRect, fillText } = CanvasRenderingContext2D.prototype;
    const forget = (context: CanvasRenderingContext2D, width: number, height: number) => {
      const { canvas } = context;
      if (width >= canvas.width && height >= canvas.height) texts.set(canvas, []);
    };
    Object.assign(CanvasRenderingContext2D.prototype, {
      clearRect(this: CanvasRenderingContext2D, ...box: [number, number, number, number]) {
        forget(this, box[2], box[3]);
        clearRect.apply(this, box);
      },
      fillRect(this: CanvasRenderingContext2D, ...box: [number, number, number, number]) {
        forget(this, box[2], box[3]);
        fillRect.apply(this, box);
      },
      fillText(this: CanvasRenderingContext2D, text: string, x: number, y: number) {
        const { d, f } = this.getTransform();
        texts.get(this.canvas)?.push({ text, y: y * d + f });
        fillText.call(this, text, x, y);
      },
    });
    Object.assign(window, { textsOf: (canvas: HTMLCanvasElement) => texts.get(canvas) ?? [] });
  });
}

/** What the price axis of the chart says, the label of the current price last. */
async function axisTexts(page: Page): Promise<DrawnText[]> {
  return drawerOf(page)
    .locator('tr:first-child td:last-child canvas')
    .first()
    .evaluate((canvas) =>
      (window as unknown as { textsOf(of: Element): DrawnText[] }).textsOf(canvas),
    );
}

/** A price that is none of those used before, and pays more with each count. */
const priceAt = (count: number) => 301 + count * 2;

test.describe('the history drawer', () => {
  test('opens by a click or Enter, goes on without another read, and gives the focus back', async ({
    boardPage,
    page,
    world,
  }) => {
    const reads: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/api/history')) reads.push(request.url());
    });
    await boardPage.open('/basketball');
    const [id] = await aPair(boardPage, world);
    await boardPage.odd(id).click();
    const drawer = drawerOf(page);
    await expect(drawer.getByRole('img', { name: /^Chart of the price from/ })).toBeVisible();
    await expect(drawer.locator('canvas').first()).toBeVisible();
    const before = await rowsOf(page).count();
    world.post('copilot-odds', { ...world.row(id), price: priceAt(0) });
    await expect(rowsOf(page).first()).toContainText(`+${priceAt(0)}`);
    world.post('copilot-locked-odds', { ...world.row(id), price: priceAt(0) });
    await expect(rowsOf(page).first()).toContainText(/Locked.*\+301/);
    await expect(drawer).toContainText(/Locks\s*[1-9]/);
    world.post('copilot-odds', { ...world.row(id), price: priceAt(1) });
    await expect(rowsOf(page).first()).toContainText(/Reopened after.*\+301.*\+303/);
    await expect(rowsOf(page)).toHaveCount(before + 3);
    expect(reads).toHaveLength(1);

    await page.keyboard.press('Escape');
    await expect(drawer).toHaveCount(0);
    await expect(boardPage.odd(id)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(drawer).toBeFocused();
    await boardPage.odd(id).click();
    await expect(drawer).toHaveCount(0);
  });

  test('says where the view has no more of it, and is read again when asked', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    const [id] = await aPair(boardPage, world);
    const row = world.row(id);
    const other = leagues(world).find((league) => league !== row.league) ?? '';
    await boardPage.open(
      `/basketball?league=${encodeURIComponent(String(row.league))}&history=${encodeURIComponent(id)}`,
    );
    const drawer = drawerOf(page);
    await expect(rowsOf(page).first()).toBeVisible();
    await expect(drawer).not.toContainText('Not in this view');
    await page.evaluate(
      (url) => history.pushState(null, '', url),
      `/basketball?league=${encodeURIComponent(other)}&history=${encodeURIComponent(id)}`,
    );
    await expect(drawer).toContainText('Not in this view, so it does not go on here');
    world.post('copilot-odds', { ...row, price: priceAt(5) });
    await expect(async () => {
      await drawer.getByRole('button', { name: 'Read it again' }).click();
      await expect(rowsOf(page).first()).toContainText(`+${priceAt(5)}`, { timeout: 2_000 });
    }).toPass({ timeout: 30_000 });
    // What the board holds of it is what it was when it was last followed.
    await expect(drawer.getByText(`+${priceAt(5)}`, { exact: true }).first()).toBeVisible();
    world.post('copilot-odds', row);
  });

  test('is in the address: Back closes it, a link opens it, and it filters nothing', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    const [id, other] = await aPair(boardPage, world);
    const count = await boardPage.cells.count();
    await boardPage.odd(id).click();
    await expect(page).toHaveURL(new RegExp(`\\?history=${id.replaceAll(/[^\w:-]/g, '.+')}$`));
    await expect(drawerOf(page)).toBeVisible();
    expect(await boardPage.cells.count()).toBeGreaterThanOrEqual(count);
    await expect(page.getByRole('button', { name: /^Clear/ })).toHaveCount(0);
    // From one odd to the next it is the same drawer, which one Back closes.
    await boardPage.odd(other).click();
    await expect(page).toHaveURL(/history=/);
    await expect(drawerOf(page).getByRole('heading', { level: 3 })).toHaveText(
      String(world.row(other).name),
    );
    const link = page.url();
    await page.goBack();
    await expect(drawerOf(page)).toHaveCount(0);
    await expect(page).toHaveURL(/\/basketball$/);
    await boardPage.open(link);
    await expect(drawerOf(page)).toBeVisible();
    await expect(rowsOf(page).first()).toBeVisible();
  });

  test('ends in the settlement, and has its axis in the view or in probability', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball?odds=decimal');
    const [id, other] = await aPair(boardPage, world);
    await boardPage.odd(id).click();
    const drawer = drawerOf(page);
    await drawer.getByRole('button', { name: 'Other side', exact: true }).click();
    await expect(drawer.getByRole('listitem')).toHaveText([
      new RegExp(String(world.row(id).name)),
      new RegExp(String(world.row(other).name)),
    ]);
    const probability = drawer.getByRole('button', { name: 'Probability' });
    await probability.click();
    await expect(probability).toHaveAttribute('aria-pressed', 'true');
    world.post('copilot-settled-odds', {
      ...world.row(id),
      settlement: 'Won',
      settled_at: new Date().toISOString(),
    });
    await expect(rowsOf(page).first()).toContainText('Settled Won');
    await expect(drawer.getByRole('img', { name: /settled Won/ })).toBeVisible();
    // Taste is kept by the browser, not by the address.
    expect(page.url()).not.toContain('probability');
    await page.reload();
    await expect(probability).toHaveAttribute('aria-pressed', 'true');
  });

  test('is drawn in the colours of the page, which may be others at any time', async ({
    boardPage,
    context,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    const [id] = await aPair(boardPage, world);
    await boardPage.odd(id).click();
    const canvas = drawerOf(page).locator('canvas').first();
    await expect(canvas).toBeVisible();
    const ground = () =>
      canvas.evaluate((element: HTMLCanvasElement) => {
        const [red, green, blue] = element.getContext('2d')?.getImageData(2, 2, 1, 1).data ?? [];
        return `rgb(${red}, ${green}, ${blue})`;
      });
    const panel = () =>
      drawerOf(page).evaluate((element) => getComputedStyle(element).backgroundColor);
    await expect.poll(ground).toBe(await panel());
    const dark = await panel();
    // Chosen in another tab: nothing of the drawer itself renders for it.
    const other = await context.newPage();
    await other.goto('/api/health');
    await other.evaluate(() => localStorage.setItem('board.taste', '{"theme":"light"}'));
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    expect(await panel()).not.toBe(dark);
    await expect.poll(ground).toBe(await panel());
  });

  test('lays the label of the current price over no other of its axis, and cuts none', async ({
    boardPage,
    page,
    world,
  }) => {
    await keepDrawnTexts(page);
    await boardPage.open('/basketball?odds=decimal');
    const [id] = await aPair(boardPage, world);
    const row = world.row(id);
    // Ends of a range that does not change while the price goes through it.
    for (const price of [250, 110]) world.post('copilot-odds', { ...row, price });
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', '110');
    await boardPage.odd(id).click();
    await expect(drawerOf(page).locator('canvas').first()).toBeVisible();
    for (let price = 150; price <= 230; price += 10) {
      world.post('copilot-odds', { ...row, price });
      const text = (1 + price / 100).toFixed(2);
      await expect.poll(async () => (await axisTexts(page)).at(-1)?.text).toBe(text);
      const places = (await axisTexts(page)).filter((one) => one.text !== '');
      expect(places.length).toBeGreaterThan(2);
      places.sort((one, next) => one.y - next.y);
      for (const [at, { y }] of places.entries()) {
        const next = places[at + 1];
        if (next) expect(next.y - y, `${price}: ${JSON.stringify(places)}`).toBeGreaterThan(12);
      }
    }
    // Each of these is a new end of the range, and so puts the labels elsewhere.
    for (let price = 260; price <= 420; price += 20) {
      world.post('copilot-odds', { ...row, price });
      const text = (1 + price / 100).toFixed(2);
      await expect.poll(async () => (await axisTexts(page)).at(-1)?.text).toBe(text);
      for (const { text, y } of await axisTexts(page)) {
        // What is cut by the edge of the chart cannot be read.
        if (text !== '') expect(y, `${price}: ${text}`).toBeGreaterThan(5);
      }
    }
    world.post('copilot-odds', row);
  });

  test('says of an odd that nobody knows and of a value that cannot be one', async ({
    boardPage,
    page,
  }) => {
    await boardPage.open('/basketball?history=nobody');
    await expect(drawerOf(page)).toContainText('Nobody knows this odd');
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(/\/basketball$/);
    await boardPage.open(`/basketball?history=${'x'.repeat(201)}`);
    await expect(page.getByText('Ignored in the address')).toContainText('history=xxx');
    await expect(drawerOf(page)).toHaveCount(0);
  });

  test('says whose first price it begins with', async ({ boardPage, page, world }) => {
    await boardPage.open('/basketball');
    const [id] = await aPair(boardPage, world);
    await boardPage.odd(id).click();
    const drawer = drawerOf(page);
    await expect(drawer.getByRole('term').first()).toHaveText('Vendor’s opening');
    await expect(rowsOf(page).last()).toContainText('Vendor’s opening');
    await page.keyboard.press('Escape');
    await expect(drawer).toHaveCount(0);
    await page.route('**/api/history?*', async (route) => {
      const answer = await route.fetch();
      const { data }: HistoryBody = await answer.json();
      // The vendor answers, with nothing of this odd: only what the server saw itself is told.
      const seen = data.map((one) => ({
        ...one,
        entries: one.entries.map((entry) => ({ ...entry, origin: 'board' })),
      }));
      await route.fulfill({ response: answer, json: { data: seen } });
    });
    await page.reload();
    await boardPage.untilLive();
    await boardPage.odd(id).click();
    await expect(drawer.getByRole('term').first()).toHaveText('Server’s first');
    await expect(rowsOf(page).last()).toContainText('Server’s first');
  });

  test('says what went wrong and tries again', async ({ boardPage, page, world }) => {
    await page.route('**/api/history?*', (route) =>
      route.fulfill({ status: 503, json: { error: 'The vendor does not answer.' } }),
    );
    await boardPage.open('/basketball');
    const [id] = await aPair(boardPage, world);
    await boardPage.odd(id).click();
    await expect(drawerOf(page).getByRole('alert')).toContainText('The vendor does not answer.');
    await page.unroute('**/api/history?*');
    await drawerOf(page).getByRole('button', { name: 'Try again' }).click();
    await expect(rowsOf(page).first()).toBeVisible();
    await expect(drawerOf(page).getByRole('alert')).toHaveCount(0);
  });

  test('keeps the focus when what was pressed in it goes', async ({ boardPage, page, world }) => {
    let isAway = true;
    await page.route('**/api/history?*', async (route) => {
      if (isAway) {
        await route.fulfill({ status: 503, json: { error: 'The vendor does not answer.' } });
        return;
      }
      const answer = await route.fetch();
      const { data }: HistoryBody = await answer.json();
      const [first] = data;
      const last = first?.entries.at(-1);
      if (!first || !last) throw new Error('no history');
      // More than stands in the page at first.
      const entries = Array.from({ length: 250 }, (_, index) => ({
        ...last,
        timestamp: last.timestamp - 250 + index,
        price: 110 + index,
      }));
      await route.fulfill({ response: answer, json: { data: [{ ...first, entries }] } });
    });
    await boardPage.open('/basketball');
    const [id] = await aPair(boardPage, world);
    await boardPage.odd(id).focus();
    await page.keyboard.press('Enter');
    const drawer = drawerOf(page);
    const again = drawer.getByRole('button', { name: 'Try again' });
    await again.focus();
    isAway = false;
    await page.keyboard.press('Enter');
    await expect(rowsOf(page).first()).toBeVisible();
    await expect(drawer).toBeFocused();
    const older = drawer.getByRole('button', { name: /^Show older/ });
    await older.focus();
    await page.keyboard.press('Enter');
    await expect(older).toHaveCount(0);
    const list = drawer.getByRole('group', { name: 'Every change, newest first' });
    await expect(list).toBeFocused();
    // One reads on from where the first part ended.
    expect(await list.evaluate((one) => one.scrollTop)).toBeGreaterThan(0);
  });

  test('lies over the board on a phone, and closes there', { tag: '@phone-only' }, async ({
    boardPage,
    page,
  }) => {
    await boardPage.open('/basketball');
    await boardPage.cells.first().click();
    await expect(rowsOf(page).first()).toBeVisible();
    await drawerOf(page).getByRole('button', { name: 'Close Price history' }).click();
    await expect(drawerOf(page)).toHaveCount(0);
  });
});
