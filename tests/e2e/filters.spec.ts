import { createServer } from 'node:net';
import { expect } from 'playwright/test';
import { startBoard } from '../support/serve';
import { leagues, openOdds, test } from './fixtures';

test.describe('filters', () => {
  test('by league and market leave exactly their odds, and stand in the URL', {
    tag: '@smoke',
  }, async ({ boardPage, page, world }) => {
    const [league = ''] = leagues(world);
    await boardPage.open('/basketball?view=lines');
    await boardPage.choose('League', league);
    await boardPage.choose('Market', 'Total Points');
    const url = new URL(page.url());
    expect(url.searchParams.getAll('league')).toEqual([league]);
    expect(url.searchParams.getAll('market')).toEqual(['Total Points']);
    const shown = await boardPage.allCells();
    const wanted = world.simulator
      .truth('basketball')
      .odds.filter((odd) => odd.league === league && odd.market === 'Total Points')
      .filter(({ state }) => state === 'open');
    expect(wanted.length).toBeGreaterThan(0);
    expect([...shown.keys()].sort()).toEqual(wanted.map(({ id }) => id).sort());
  });

  test('leave lines that have been quiet for long, until they change', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball?view=lines');
    await page.getByLabel('Without a change for').selectOption('Quiet 60 m');
    await expect(page).toHaveURL((url) => url.searchParams.get('quiet') === '60');
    const truth = world.simulator.truth('basketball').odds;
    const lineOf = (odd: (typeof truth)[number]) =>
      [odd.fixture_id, odd.market, odd.grouping_key ?? odd.id].join(' ');
    const wanted = (moreSeconds: number) => {
      const since = Date.now() / 1000 - 60 * 60 - moreSeconds;
      const loud = new Set(truth.filter(({ timestamp }) => Number(timestamp) > since).map(lineOf));
      return truth.filter((odd) => !loud.has(lineOf(odd))).map(({ id }) => id);
    };
    const before = wanted(15);
    expect(before.length).toBeGreaterThan(10);
    // It follows the clock in steps of 10 s, so that a line may come a moment after its time.
    const shown = [...(await boardPage.allCells()).keys()];
    const after = new Set(wanted(0));
    expect(shown.filter((id) => !after.has(id))).toEqual([]);
    // Of fixtures that are over the board knows what it was told, the simulator all.
    const isOpen = new Set(truth.filter(({ state }) => state === 'open').map(({ id }) => id));
    // What an earlier test sent has changed for the board alone.
    const sent = new Set(truth.filter(({ id }) => world.posted.has(id)).map(lineOf));
    const lines = new Map(truth.map((odd) => [odd.id, lineOf(odd)]));
    const owed = before.filter((id) => isOpen.has(id) && !sent.has(lines.get(id) ?? ''));
    expect(owed.length).toBeGreaterThan(10);
    expect(owed.filter((id) => !shown.includes(id))).toEqual([]);
    await page.reload();
    await boardPage.untilLive();
    const moved = shown.find((id) => isOpen.has(id)) ?? '';
    await expect(boardPage.odd(moved)).toBeVisible();
    const row = world.row(moved);
    world.post('copilot-odds', { ...row, price: row.price === 150 ? 151 : 150 });
    await expect(boardPage.odd(moved)).toHaveCount(0, { timeout: 15_000 });
    world.post('copilot-odds', row);
    await page.getByLabel('Without a change for').selectOption('Any age');
    await expect(page).toHaveURL((url) => !url.searchParams.has('quiet'));
    await expect(boardPage.odd(moved)).toBeVisible();
  });

  test('choose the columns of the board view, in their order', async ({ boardPage }) => {
    await boardPage.open('/basketball?market=total_points&market=moneyline');
    const headers = await boardPage.grid.getByRole('columnheader').allInnerTexts();
    const names = headers.join('|');
    expect(names.indexOf('Total Points')).toBeGreaterThan(-1);
    expect(names.indexOf('Total Points')).toBeLessThan(names.indexOf('Moneyline'));
    expect(names).not.toContain('Point Spread');
  });

  test('let what is chosen be put in another order, with the keyboard too', async ({
    boardPage,
    page,
  }) => {
    await boardPage.open('/basketball?market=Moneyline&market=Point+Spread&market=Total+Points');
    const header = boardPage.grid.getByRole('columnheader');
    // Before them stand the start and the fixture, behind them how much more there is.
    const markets = async () =>
      (await header.allInnerTexts()).slice(2, 5).map((text) => text.split('\n')[0]);
    await expect.poll(markets).toEqual(['Moneyline', 'Point Spread', 'Total Points']);
    await boardPage.button('Market').click();
    const order = page.getByRole('list', { name: 'Order of what is chosen' });
    await expect(order.getByRole('listitem')).toHaveText([/Moneyline/, /Spread/, /Total/]);
    await expect(page.getByRole('button', { name: 'Move Moneyline earlier' })).toBeDisabled();
    await page.getByRole('button', { name: 'Move Total Points earlier' }).click();
    await expect.poll(markets).toEqual(['Moneyline', 'Total Points', 'Point Spread']);
    await expect(page.getByRole('button', { name: 'Move Total Points earlier' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect.poll(markets).toEqual(['Total Points', 'Moneyline', 'Point Spread']);
    // At the end there is no further: the focus stays with what was moved.
    await expect(page.getByRole('button', { name: 'Move Total Points later' })).toBeFocused();
    expect(new URL(page.url()).searchParams.getAll('market')).toEqual([
      ...['Total Points', 'Moneyline', 'Point Spread'],
    ]);
    // One more is the last one.
    await boardPage.option('Team Total').click();
    await expect
      .poll(() => new URL(page.url()).searchParams.getAll('market'))
      .toEqual(['Total Points', 'Moneyline', 'Point Spread', 'Team Total']);
  });

  test('are all on the screen of a desk, however wide', async ({ boardPage, page }) => {
    for (const width of [1024, 1280, 1366, 1440, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      for (const view of ['board', 'lines']) {
        await boardPage.open(`/basketball?view=${view}&quiet=1440`);
        const controls = [
          ...['League', 'Market', 'Status', 'Main lines', 'Copy link'].map((name) =>
            boardPage.button(name),
          ),
          ...(view === 'lines' ? [boardPage.button('Columns')] : []),
          ...['Without a change for', 'Order of fixtures', 'Odds format'].map((label) =>
            page.getByLabel(label),
          ),
          boardPage.search,
        ];
        for (const control of controls) await expect(control).toBeInViewport({ ratio: 1 });
      }
    }
  });

  test('take ids as well as names, and show them as chosen', async ({ boardPage, world }) => {
    const [league = ''] = leagues(world);
    const fixture = world.simulator
      .truth('basketball')
      .fixtures.find((one) => (one.league as { name: string }).name === league);
    const { id } = (fixture as { league: { id: string } }).league;
    await boardPage.open(
      `/basketball?league=${encodeURIComponent(id)}&market=total_points&view=lines`,
    );
    const byId = await boardPage.allCells();
    await boardPage.button('Market').click();
    await expect(boardPage.option('Total Points')).toHaveAttribute('aria-selected', 'true');
    await boardPage.page.keyboard.press('Escape');
    await boardPage.open(
      `/basketball?league=${encodeURIComponent(league)}&market=Total+Points&view=lines`,
    );
    expect([...(await boardPage.allCells()).keys()].sort()).toEqual([...byId.keys()].sort());
  });

  test('say how many they would leave, outside of their names', async ({ boardPage }) => {
    await boardPage.open('/basketball?view=lines');
    await boardPage.button('Market').click();
    const option = boardPage.option('Moneyline');
    const count = Number((await option.textContent())?.replace(/\D/g, ''));
    await option.click();
    await boardPage.page.keyboard.press('Escape');
    expect((await boardPage.allCells()).size).toBe(count);
  });

  test('by status leave fixtures of that status alone', async ({ boardPage }) => {
    await boardPage.open('/basketball');
    await boardPage.choose('Status', 'Upcoming');
    await expect(boardPage.page).toHaveURL(/status=upcoming/);
    const statuses = await boardPage.page
      .locator('[data-fixture-id]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-status')));
    expect(statuses.length).toBeGreaterThan(0);
    for (const status of statuses) expect(['unplayed', 'delayed']).toContain(status);
  });

  test('can be worked by keyboard alone', async ({ boardPage, page }) => {
    await boardPage.open('/basketball');
    await boardPage.button('Market').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('listbox')).toBeVisible();
    await page.keyboard.type('1st half total');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(/market=1st\+Half\+Total/);
    await expect(boardPage.button('Market')).toBeFocused();
    await page.keyboard.press('/');
    await expect(boardPage.search).toBeFocused();
    await page.keyboard.type('zzzz');
    await expect(page.getByText('Nothing matches')).toBeVisible();
  });

  test('search by text while one types, and replace the history entry once', async ({
    boardPage,
    page,
    world,
  }) => {
    const fixture = world.simulator
      .truth('basketball')
      .fixtures.find(({ status }) => status === 'unplayed');
    const name = String(fixture?.away_team_display);
    await boardPage.open('/basketball');
    const before = await page.evaluate(() => history.length);
    await boardPage.search.pressSequentially(name, { delay: 15 });
    await expect(boardPage.fixture(String(fixture?.id))).toBeVisible();
    await expect(page).toHaveURL((url) => url.searchParams.get('q') === name);
    expect(await page.evaluate(() => history.length)).toBe(before);
  });
});

test('order fixtures by start, in the address and in whatever is sent on', async ({
  boardPage,
  page,
}) => {
  await boardPage.open('/basketball');
  const starts = () =>
    page
      .locator('[data-fixture-id]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-start') ?? '9'));
  const byLeague = await starts();
  expect(byLeague).not.toEqual([...byLeague].sort());
  await page.getByLabel('Order of fixtures').selectOption('By start');
  await expect(page).toHaveURL(/[?&]order=start/);
  await expect
    .poll(async () => (await starts()).join() === (await starts()).sort().join())
    .toBe(true);
  // As the server draws it, before any script has run.
  const html = await (await page.request.get(page.url())).text();
  const drawn = [...html.matchAll(/data-start="([^"]+)"/g)].map(([, start]) => start);
  expect(drawn.length).toBeGreaterThan(5);
  expect(drawn).toEqual([...drawn].sort());
  await page.keyboard.press('Escape');
  await boardPage.cells.first().focus();
  await page.keyboard.press('s');
  await expect(page).toHaveURL(/order=rotation/);
  // Whose row goes elsewhere goes along.
  await expect(page.locator('[role=gridcell]:focus')).toBeInViewport();
  await page.keyboard.press('s');
  await expect(page).toHaveURL((url) => !url.searchParams.has('order'));
  // Further down there may be more of them now.
  await expect.poll(async () => (await starts()).slice(0, byLeague.length)).toEqual(byLeague);
});

test.describe('on a phone', { tag: '@phone-only' }, () => {
  test('every control is on the screen, or one press away', async ({ boardPage, page }) => {
    for (const width of [390, 360]) {
      await page.setViewportSize({ width, height: 844 });
      await boardPage.open('/basketball');
      const more = boardPage.button('More');
      await more.click();
      await expect(more).toHaveAttribute('aria-expanded', 'true');
      const controls = [
        ...['Board', 'Lines', 'League', 'Market', 'Status', 'Copy link', 'Main lines'].map((name) =>
          boardPage.button(name),
        ),
        ...['Open', 'Locked', 'Settled'].map((name) => boardPage.button(name)),
        boardPage.search,
        page.getByLabel('Order of fixtures'),
        page.getByLabel('Odds format'),
        page.getByText(/odds · /),
      ];
      for (const control of controls) {
        await expect(control).toBeInViewport({ ratio: 1 });
      }
      await boardPage.button('Main lines').click();
      await expect(page).toHaveURL(/main=true/);
      // Closed, it says that something in it is on.
      await more.click();
      await expect(boardPage.button('Main lines')).toBeHidden();
      await expect(more).toContainText('1');
    }
  });

  test('nothing in a cell lies over another, however long its figure', async ({
    boardPage,
    page,
    world,
  }) => {
    const rows = world.simulator
      .truth('basketball')
      .odds.filter(
        ({ state, is_main, market }) =>
          state === 'open' && is_main && ['Moneyline', 'Total Points'].includes(String(market)),
      )
      .slice(0, 8)
      .map(({ id }) => world.row(id));
    await boardPage.open(`/basketball?fixture=${rows[0]?.fixture_id}`);
    const first = rows.filter(({ fixture_id }) => fixture_id === rows[0]?.fixture_id);
    expect(first.length).toBeGreaterThan(1);
    world.post('copilot-odds', ...first.map((row) => ({ ...row, price: -4450 })));
    for (const event of ['copilot-locked-odds', 'copilot-settled-odds'] as const) {
      world.post(
        event,
        ...first.map((row) => ({
          ...row,
          price: -4450,
          ...(event === 'copilot-settled-odds' && {
            settlement: 'Half Won',
            settled_at: new Date().toISOString(),
          }),
        })),
      );
      for (const { id } of first) {
        const cell = boardPage.odd(id);
        await expect(cell).toHaveAttribute(
          'data-state',
          event === 'copilot-locked-odds' ? 'locked' : 'settled',
        );
        expect(await cell.evaluate(overlaps), `${event} ${id}`).toEqual([]);
      }
    }
    // The longest figures there are: a price of five digits in the format that writes the most of it.
    const open = openOdds(world)
      .filter(({ fixture_id }) => fixture_id === rows[0]?.fixture_id)
      .map(({ id }) => world.row(id));
    await boardPage.open(`/basketball?fixture=${rows[0]?.fixture_id}&odds=indonesian&state=open`);
    world.post('copilot-odds', ...open.map((row) => ({ ...row, price: -9_000 })));
    world.post('copilot-odds', ...open.map((row) => ({ ...row, price: -10_000 })));
    const moved = page.locator('[data-odd-id][data-price="-10000"][data-move]');
    await expect(moved.first()).toBeVisible();
    for (const cell of await moved.all()) expect(await cell.evaluate(overlaps)).toEqual([]);
  });
});

/** Pairs of texts and marks of a cell that lie over each other, by the ink of their letters. */
function overlaps(cell: Element): string[] {
  const parts = ['.price-points > span', '.price-state > *', '.price-figure', '.price-move'];
  const boxes = parts.flatMap((selector) => {
    const element = cell.querySelector(selector);
    if (!element) return [];
    const range = document.createRange();
    range.selectNodeContents(element);
    const isText = !selector.includes('state');
    const { left, right, top, bottom } = (isText ? range : element).getBoundingClientRect();
    // A line of text is higher than its figures.
    const air = isText ? (bottom - top) * 0.2 : 0;
    return [{ selector, left, right, top: top + air, bottom: bottom - air }];
  });
  return boxes.flatMap((a, index) =>
    boxes
      .slice(index + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `${a.selector} ${b.selector}`),
  );
}

test.describe('removing a filter', () => {
  test('keeps the focus among what is left', async ({ boardPage, page }) => {
    await boardPage.open('/basketball?league=NBA&main=true');
    await boardPage.button('Remove NBA').focus();
    await page.keyboard.press('Enter');
    await expect(boardPage.button('Remove Main lines only')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL((url) => url.search === '');
    await expect(boardPage.button('Board')).toBeFocused();
  });
});

test.describe('history', () => {
  test('Back undoes each filter in turn, and Forward does it again', async ({
    boardPage,
    page,
    world,
  }) => {
    const [league = ''] = leagues(world);
    await boardPage.open('/basketball');
    await boardPage.choose('League', league);
    await expect(page).toHaveURL((url) => url.searchParams.has('league'));
    await boardPage.choose('Market', 'Moneyline');
    await expect(page).toHaveURL((url) => url.searchParams.has('market'));
    await boardPage.button('Lines').click();
    await expect(page).toHaveURL((url) => url.searchParams.get('view') === 'lines');
    await page.goBack();
    await expect(page).toHaveURL((url) => !url.searchParams.has('view'));
    await expect(boardPage.button('Board')).toHaveAttribute('aria-pressed', 'true');
    await page.goBack();
    await expect(page).toHaveURL((url) => !url.searchParams.has('market'));
    await page.goBack();
    await expect(page).toHaveURL((url) => url.search === '');
    await page.goForward();
    await expect(page).toHaveURL((url) => url.searchParams.get('league') === league);
    const fixtures = boardPage.page.locator('[data-fixture-id]');
    await expect(fixtures.first()).toBeVisible();
  });
});

/** A port that nobody listens on: a board whose port is chosen for it does not know its own address. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

test.describe('bad input', () => {
  test('an unknown sport is a 404 page', async ({ page }) => {
    const answer = await page.goto('/quidditch');
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole('heading', { name: /no board/i })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Basketball' })).toBeVisible();
  });

  test('an unknown sport’s page needs no script', async ({ request }) => {
    const board = await startBoard({ port: await freePort() });
    const answer = await request.get(`${board.url}/quidditch`);
    expect(answer.status()).toBe(404);
    const html = await answer.text();
    expect(html).toMatch(/<h1[^>]*>There is no board at this address<\/h1>/);
    expect(html).toMatch(/<a [^>]*href="\/basketball"/);
    await board.stop();
  });

  test('a bad value is ignored, named, and the answer stays 200', async ({ boardPage, page }) => {
    const answer = await page.goto('/basketball?status=bogus&tz=Mars%2FBase&view=grid&version=x');
    expect(answer?.status()).toBe(200);
    await boardPage.untilLive();
    for (const named of ['status=bogus', 'tz=Mars/Base', 'view=grid', 'version=x']) {
      await expect(page.getByRole('note').filter({ hasText: named })).toBeVisible();
    }
    await expect(boardPage.cells.first()).toBeVisible();
    const topOf = async () => (await boardPage.cells.first().boundingBox())?.y;
    const before = await topOf();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(page.getByRole('note').filter({ hasText: 'status=bogus' })).toHaveCount(0);
    expect(await topOf()).toBe(before);
  });

  test('an unknown league says that nothing matches, and a button clears it', async ({
    boardPage,
    page,
  }) => {
    await boardPage.open('/basketball?league=Nowhere');
    await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(page).toHaveURL((url) => url.search === '');
    await expect(boardPage.cells.first()).toBeVisible();
  });

  test('a bad API parameter is refused with the reason', async ({ request }) => {
    const answer = await request.get('/api/snapshot/basketball?is_live=perhaps');
    expect(answer.status()).toBe(400);
    expect((await answer.json()).error).toContain('is_live must be true or false');
  });

  test('an unknown filter stays subscribed and fills when rows arrive', async ({
    boardPage,
    world,
  }) => {
    const odd = world.simulator.truth('basketball').odds.find(({ state }) => state === 'open');
    const row = world.row(odd?.id ?? '');
    await boardPage.open('/basketball?market=Brand+New+Market');
    await expect(boardPage.page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
    world.post('copilot-odds', {
      ...row,
      id: 'new:market:odd',
      market: 'Brand New Market',
      name: 'New',
    });
    await expect(
      boardPage.odd('new:market:odd').or(boardPage.page.getByText('1 line')),
    ).toBeVisible();
  });
});
