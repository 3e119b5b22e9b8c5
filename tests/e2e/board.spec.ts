import type { Page } from 'playwright/test';
import { expect, openOdds, test, type WireRow, type World } from './fixtures';
import type { BoardPage } from './pages/board-page';

/** An id of the n-th odd cell on screen whose state is open. */
async function openOdd(boardPage: BoardPage, index: number): Promise<string> {
  const id = await boardPage.page
    .locator('[data-odd-id][data-state=open]')
    .nth(index)
    .getAttribute('data-odd-id');
  if (id === null) throw new Error('no open odd on screen');
  return id;
}

/** Ids of both sides of the first moneyline of a fixture that is open. */
function pair(world: World, market = 'Moneyline'): [string, string] {
  const { odds } = world.simulator.truth('basketball');
  for (const odd of odds) {
    const sides = odds.filter(
      (other) =>
        other.state === 'open' && other.market === market && other.fixture_id === odd.fixture_id,
    );
    if (sides.length === 2) return [sides[0]?.id ?? '', sides[1]?.id ?? ''];
  }
  throw new Error(`no open pair of ${market}`);
}

/** A price that pays clearly more (or less) than `price` and is none of those used before. */
const higher = (price: number) => (price > 0 ? price + 40 : price + 5 < -100 ? price + 5 : 105);

/** Opens a fixture and makes an alternate of its total the main line; answers the rows of both, as they were. */
async function moveMainLine(
  boardPage: BoardPage,
  world: World,
): Promise<{ was: WireRow[]; next: WireRow[] }> {
  const { odds } = world.simulator.truth('basketball');
  const main = odds.find(
    (odd) =>
      odd.state === 'open' &&
      odd.market === 'Total Points' &&
      odd.is_main &&
      odd.selection_line === 'over' &&
      odds.some(
        (other) =>
          other.fixture_id === odd.fixture_id &&
          other.market === odd.market &&
          other.state === 'open' &&
          !other.is_main,
      ),
  );
  if (!main) throw new Error('no total with an alternate');
  const ofMarket = odds.filter(
    (odd) => odd.fixture_id === main.fixture_id && odd.market === main.market,
  );
  const [was, next] = [true, false].map((isMain) => {
    const line = ofMarket.find((odd) => odd.is_main === isMain && odd.state === 'open');
    return ofMarket
      .filter((odd) => odd.grouping_key === line?.grouping_key)
      .map(({ id }) => world.row(id));
  });
  if (!was || !next) throw new Error('no total with an alternate');
  await boardPage.open(`/basketball?fixture=${main.fixture_id}`);
  await expect(boardPage.odd(String(was[0]?.id))).toBeVisible();
  // A snapshot is no news for a second.
  await boardPage.page.waitForTimeout(1_200);
  world.post('copilot-odds', ...was.map((row) => ({ ...row, is_main: false })));
  world.post('copilot-odds', ...next.map((row) => ({ ...row, is_main: true })));
  await expect(boardPage.odd(String(next[0]?.id))).toBeVisible();
  return { was, next };
}

test.describe('first paint', () => {
  test('already has prices, before any script ran', { tag: ['@smoke', '@phone'] }, async ({
    browser,
    world,
  }) => {
    // The feed's first read of the vendor is not what is measured here.
    await expect(async () => {
      const answer = await fetch(`${world.board.url}/api/snapshot/basketball`);
      expect((await answer.json()).odds.length).toBeGreaterThan(200);
    }).toPass();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${world.board.url}/basketball`);
    await expect(page.locator('[data-odd-id][data-price]').nth(20)).toBeAttached();
    await expect(page.locator('[data-feed]')).toHaveAttribute('data-feed', 'connecting');
    await context.close();
  });

  test('is taken over by the browser without a complaint', { tag: '@phone' }, async ({
    boardPage,
  }) => {
    // The fixture fails on any error the page reports, differing markup included.
    await boardPage.open('/basketball');
    await boardPage.open('/basketball?view=lines&tz=Asia/Kolkata');
    await expect(boardPage.page.locator('header time')).toContainText('GMT+5:30');
  });

  test('leads from the root to the first active sport', async ({ boardPage }) => {
    await boardPage.page.goto('/');
    await expect(boardPage.page).toHaveURL(/\/basketball$/);
  });
});

test.describe('board view', () => {
  test('holds at least 60 prices on a large screen and all of the feed’s odds behind it', async ({
    boardPage,
    world,
  }) => {
    await boardPage.open('/basketball');
    await expect.poll(() => boardPage.cells.count()).toBeGreaterThanOrEqual(60);
    const { odds } = world.simulator.truth('basketball');
    expect(odds.length).toBeGreaterThan(200);
  });

  test('puts away above home, over above under', async ({ boardPage, world }) => {
    await boardPage.open('/basketball');
    const truth = world.simulator.truth('basketball');
    const [first] = await boardPage.page
      .locator('[data-fixture-id]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-fixture-id')));
    const fixture = truth.fixtures.find(({ id }) => id === first);
    const names = await boardPage
      .fixture(first ?? '')
      .getByRole('rowheader')
      .allInnerTexts();
    expect(names[0]).toContain(String(fixture?.away_team_display));
    expect(names[1]).toContain(String(fixture?.home_team_display));
  });

  test('groups fixtures by league', async ({ boardPage }) => {
    await boardPage.open('/basketball');
    const rows = await boardPage.grid.locator('[data-row]').allInnerTexts();
    const leagues = rows.filter((text) => /\d fixtures?$/.test(text));
    expect(leagues.length).toBeGreaterThan(3);
    expect(leagues).toEqual(
      [...leagues].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
    );
  });

  test('keeps only what is on screen in the page', { tag: '@phone' }, async ({ boardPage }) => {
    await boardPage.open('/basketball?view=lines');
    const all = await boardPage.allCells();
    expect(all.size).toBeGreaterThan(200);
    await expect.poll(() => boardPage.cells.count()).toBeLessThan(all.size / 2);
  });

  test('says whose the rows on top are, to the last of them', async ({ boardPage }) => {
    await boardPage.open('/basketball?view=lines');
    const wrong = await boardPage.grid.evaluate(async (grid) => {
      const frames = async () => {
        for (let count = 0; count < 3; count += 1) await new Promise(requestAnimationFrame);
      };
      const rowIndex = (within: Element | null | undefined) =>
        Number(within?.closest('[aria-rowindex]')?.getAttribute('aria-rowindex'));
      const found: string[] = [];
      for (let back = 300; back >= 0; back -= 20) {
        grid.scrollTop = grid.scrollHeight - grid.clientHeight - back;
        await frames();
        const stuck = grid.querySelector('[data-stuck] [data-row]');
        const { left, bottom } = (stuck ?? grid).getBoundingClientRect();
        const top = document.elementFromPoint(left + 40, bottom + 4)?.closest('[data-item]');
        const first = rowIndex(top?.querySelector('[data-row]'));
        const headings = [...grid.querySelectorAll('[data-fixture-id] [data-row]')].map(rowIndex);
        const lastBefore = (end: number) => Math.max(...headings.filter((index) => index < end));
        // Right below the one that goes the next one may come.
        const right = [lastBefore(first + 1), headings.includes(first) ? lastBefore(first) : null];
        if (right.includes(rowIndex(stuck))) continue;
        found.push(`${back} px from the end: ${rowIndex(stuck)} over ${first}, not ${right[0]}`);
      }
      return found;
    });
    expect(wrong).toEqual([]);
  });

  test('shows all lines of a fixture, alternates and props included, in the lines view', async ({
    boardPage,
    world,
  }) => {
    const [id] = pair(world);
    const { fixture_id } = world.row(id);
    await boardPage.open(`/basketball?view=lines&fixture=${fixture_id}`);
    const shown = await boardPage.allCells();
    const wanted = world.simulator
      .truth('basketball')
      .odds.filter((odd) => odd.fixture_id === fixture_id && odd.version_id === -1)
      .filter(({ state }) => state === 'open');
    for (const odd of wanted) expect([...shown.keys()]).toContain(odd.id);
  });
});

test.describe('around the board', () => {
  test('a sport’s tab leads to its board, keeping how odds are shown', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball?odds=decimal&league=NBA');
    await page
      .getByRole('navigation', { name: 'Sports' })
      .getByRole('link', { name: 'Soccer' })
      .click();
    await expect(page).toHaveURL((url) => url.pathname === '/soccer');
    expect(new URL(page.url()).searchParams.get('odds')).toBe('decimal');
    expect(new URL(page.url()).searchParams.has('league')).toBe(false);
    await boardPage.untilLive();
    const { odds } = world.simulator.truth('soccer');
    const id = await boardPage.cells.first().getAttribute('data-odd-id');
    expect(odds.map((odd) => odd.id)).toContain(id);
    // Three ways to end: the draw has its own row below the home side.
    await expect(boardPage.grid.getByRole('rowheader', { name: 'Draw' }).first()).toBeVisible();
  });

  test('a sport’s tab keeps the page that is loaded, or opens another with the key for it', async ({
    boardPage,
    page,
    context,
  }) => {
    await boardPage.open('/basketball');
    const soccer = page
      .getByRole('navigation', { name: 'Sports' })
      .getByRole('link', { name: 'Soccer' });
    const opened = context.waitForEvent('page');
    await soccer.click({ modifiers: ['ControlOrMeta'] });
    await expect(await opened).toHaveURL(/\/soccer$/);
    await expect(page).toHaveURL(/\/basketball$/);

    await page.evaluate(() => document.documentElement.setAttribute('data-kept', ''));
    await soccer.click();
    await expect(page).toHaveURL(/\/soccer$/);
    await expect(page.locator('html[data-kept]')).toBeAttached();
  });

  test('another format shows other figures of the same prices', async ({ boardPage, page }) => {
    await boardPage.open('/basketball');
    const cell = boardPage.cells.first();
    const price = await cell.getAttribute('data-price');
    await page.getByLabel('Odds format').selectOption('decimal');
    await expect(page).toHaveURL(/odds=decimal/);
    await expect(cell).toHaveText(/\d\.\d\d/);
    await expect(cell).toHaveAttribute('data-price', String(price));
    await expect(page.locator('[data-move]')).toHaveCount(0);
  });

  test('a fixture leads to all of its lines', async ({ boardPage, page, world }) => {
    await boardPage.open('/basketball');
    const fixture = boardPage.page.locator('[data-fixture-id]').first();
    const id = await fixture.getAttribute('data-fixture-id');
    await fixture.getByRole('link', { name: /more odds/ }).click();
    await expect(page).toHaveURL((url) => url.searchParams.get('view') === 'fixture');
    const shown = await boardPage.allCells();
    const open = world.simulator
      .truth('basketball')
      .odds.filter((odd) => odd.fixture_id === id && odd.state === 'open');
    for (const odd of open) expect([...shown.keys()]).toContain(odd.id);
  });

  test('a fixture has a page of its own, by game, period and player, with an address of its own', async ({
    boardPage,
    page,
    world,
  }) => {
    const prop = openOdds(world).find(({ player_id }) => player_id);
    if (!prop) throw new Error('the simulator has no open prop');
    const { fixture_id, selection } = world.row(String(prop.id));
    await boardPage.open(`/basketball/fixture/${fixture_id}?odds=decimal`);
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toEqual({
      view: 'fixture',
      fixture: fixture_id,
      odds: 'decimal',
    });
    await expect(page.locator('[data-fixture-id]')).toHaveCount(1);
    await expect(page).toHaveTitle(/^.+ at .+ · Basketball · Odds Board$/);
    const part = (name: string | RegExp) => boardPage.grid.getByRole('rowheader', { name }).first();
    await expect(part(/^Game/)).toBeVisible();
    await boardPage.search.fill(String(selection));
    // A player's lines stand under the name, which none of them says again.
    await expect(part(new RegExp(`^${selection}`))).toBeVisible();
    await expect(part(/^Game/)).toHaveCount(0);
    await expect(boardPage.odd(String(prop.id))).toBeVisible();
    await expect(boardPage.button('League')).toHaveCount(0);
    await boardPage.button('Clear all').click();
    await expect(page).toHaveURL((url) => !url.searchParams.has('view'));

    await boardPage.open(`/basketball?view=lines&fixture=${fixture_id}`);
    await page.locator('[data-fixture-id]').getByRole('link').click();
    await expect(page).toHaveURL((url) => url.searchParams.get('view') === 'fixture');
    await expect(boardPage.button('Fixture')).toHaveAttribute('aria-pressed', 'true');
  });

  test('the page of a fixture without a line says so', async ({ boardPage, page, world }) => {
    await boardPage.open('/basketball?view=fixture&fixture=lonely');
    world.tell(
      { id: 'lonely', league: { name: 'NBA' } },
      {
        old_status: 'delayed',
        new_status: 'unplayed',
        fixture: {
          id: 'lonely',
          home_team_display: 'Harbor Kings',
          away_team_display: 'Mesa Owls',
        },
      },
    );
    await expect(boardPage.fixture('lonely')).toContainText('Mesa Owls');
    await expect(page.getByText('No line of it is on the board.')).toBeVisible();
  });

  test('a filter keeps what is held on screen while more is read', async ({ boardPage, page }) => {
    await boardPage.open('/basketball?league=NBA');
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/api/snapshot/**', async (route) => {
      await held;
      await route.continue();
    });
    const count = await boardPage.cells.count();
    expect(count).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Remove NBA' }).click();
    await expect(page).toHaveURL((url) => url.search === '');
    expect(await boardPage.cells.count()).toBeGreaterThanOrEqual(count);
    release();
    await expect.poll(() => boardPage.cells.count()).toBeGreaterThan(count);
  });
});

test.describe('moves', () => {
  test('flash and are marked up or down, and only in their cell', async ({ boardPage, world }) => {
    await boardPage.recordAnimations();
    await boardPage.open('/basketball');
    const id = await openOdd(boardPage, 2);
    const row = world.row(id);
    world.post('copilot-odds', { ...row, price: higher(row.price) });
    await expect(boardPage.odd(id)).toHaveAttribute('data-move', 'up');
    await expect(boardPage.odd(id)).toContainText('▲');
    await expect.poll(() => boardPage.animations()).toEqual([`flash-up ${id}`]);
    // Nothing flashes more than three times a second.
    await boardPage.page.waitForTimeout(400);
    world.post('copilot-odds', row);
    await expect(boardPage.odd(id)).toHaveAttribute('data-move', 'down');
    await expect(boardPage.odd(id)).toContainText('▼');
    await expect.poll(() => boardPage.animations()).toEqual([`flash-up ${id}`, `flash-down ${id}`]);
  });

  test('flash once, also where their cell is taken out of the page and put back', async ({
    boardPage,
    world,
  }) => {
    await boardPage.recordAnimations();
    await boardPage.open('/basketball');
    const id = await openOdd(boardPage, 2);
    const row = world.row(id);
    world.post('copilot-odds', { ...row, price: higher(row.price) });
    await expect.poll(() => boardPage.animations()).toEqual([`flash-up ${id}`]);
    await expect(boardPage.page.locator('[data-flash]')).toHaveCount(0);
    // What a fixture does whose place among the others changes, and a board that was dead.
    await boardPage.odd(id).evaluate(async (cell) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const board = document.querySelector('[data-board]');
      cell.parentElement?.insertBefore(cell, cell.nextSibling);
      board?.setAttribute('data-board', 'dead');
      await frame();
      board?.setAttribute('data-board', 'live');
      await frame();
      await frame();
    });
    expect(await boardPage.animations()).toEqual([`flash-up ${id}`]);
    world.post('copilot-odds', row);
  });

  test('of the points are marked when the main line moves, and not when a filter chooses another', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.recordAnimations();
    const { was, next } = await moveMainLine(boardPage, world);
    await expect
      .poll(async () => (await boardPage.animations()).map((name) => name.split(' ')[0]))
      .toContain('points-moved');
    // Its odds are locked: a view of what is open has the other line in the same place.
    const marked = await boardPage.animations();
    world.post('copilot-locked-odds', ...next.map((row) => ({ ...row, is_main: true })));
    await expect(boardPage.odd(String(next[0]?.id))).toHaveAttribute('data-state', 'locked');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(boardPage.odd(String(next[0]?.id))).toHaveCount(0);
    await page.waitForTimeout(300);
    expect(await boardPage.animations()).toEqual(marked);
    world.post('copilot-odds', ...next, ...was);
  });

  test('of the points are marked where less motion is asked for, too: the mark stands still', async ({
    boardPage,
    page,
    world,
  }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await boardPage.recordAnimations();
    const { was, next } = await moveMainLine(boardPage, world);
    const marked = boardPage.odd(String(next[0]?.id)).locator('[data-points-moved]');
    await expect(marked).toHaveCSS('font-weight', '600');
    await expect(marked).toHaveCSS('color', 'rgb(138, 180, 248)');
    expect((await boardPage.animations()).map((name) => name.split(' ')[0])).toContain(
      'points-moved',
    );
    // It ends by itself, like any other.
    await expect(boardPage.grid.locator('[data-points-moved]')).toHaveCount(0);
    world.post('copilot-odds', ...next, ...was);
  });

  test('are none between prices that pay the same', async ({ boardPage, world }) => {
    await boardPage.open('/basketball');
    const id = await openOdd(boardPage, 6);
    const row = world.row(id);
    world.post('copilot-odds', { ...row, price: -100 });
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', '-100');
    await boardPage.open('/basketball');
    world.post('copilot-odds', { ...row, price: 100 });
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', '100');
    await expect(boardPage.odd(id)).not.toHaveAttribute('data-move');
    world.post('copilot-odds', row);
  });

  test('do not flash when they come into view, by scroll or by filter', async ({
    boardPage,
    world,
  }) => {
    await boardPage.recordAnimations();
    await boardPage.open('/basketball?view=lines');
    const ids = [...(await boardPage.allCells()).values()].filter(({ state }) => state === 'open');
    const id = ids.at(-3)?.id ?? '';
    const row = world.row(id);
    await expect(boardPage.odd(id)).toHaveCount(0);
    world.post('copilot-odds', { ...row, price: higher(row.price) });
    const { market } = row;
    await boardPage.choose('Market', String(market));
    await boardPage.grid.evaluate((grid) => {
      grid.scrollTop = grid.scrollHeight;
    });
    await expect(boardPage.odd(id)).toHaveAttribute('data-move', 'up');
    expect(await boardPage.animations()).toEqual([]);
    world.post('copilot-odds', row);
  });

  test('are none on a reload', async ({ boardPage, world }) => {
    await boardPage.open('/basketball');
    const id = await openOdd(boardPage, 3);
    const row = world.row(id);
    world.post('copilot-odds', { ...row, price: higher(row.price) });
    await expect(boardPage.odd(id)).toHaveAttribute('data-move', 'up');
    await boardPage.open('/basketball');
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', String(higher(row.price)));
    await expect(boardPage.page.locator('[data-move]')).toHaveCount(0);
    world.post('copilot-odds', row);
  });

  test('do not storm when a hidden tab is shown again', async ({ boardPage, world }) => {
    await boardPage.recordAnimations();
    await boardPage.open('/basketball');
    const id = await openOdd(boardPage, 4);
    const row = world.row(id);
    await hide(boardPage.page, true);
    world.post('copilot-odds', { ...row, price: higher(row.price) });
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', String(higher(row.price)));
    await hide(boardPage.page, false);
    await expect(boardPage.odd(id)).toHaveAttribute('data-move', 'up');
    expect(await boardPage.animations()).toEqual([]);
    world.post('copilot-odds', row);
  });
});

/** Tells the page that it is hidden, as a browser does with a tab in the background. */
async function hide(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

test.describe('locks and settlements', () => {
  test('a lock dims the cell and keeps its last price, a later price reopens it', async ({
    boardPage,
    world,
  }) => {
    await boardPage.open('/basketball');
    const id = await openOdd(boardPage, 8);
    const row = world.row(id);
    world.post('copilot-locked-odds', row);
    const cell = boardPage.odd(id);
    await expect(cell).toHaveAttribute('data-state', 'locked');
    await expect(cell).toHaveAttribute('data-price', String(row.price));
    await expect(cell).toHaveAttribute('aria-disabled', 'true');
    await expect(cell.locator('svg')).toBeVisible();
    world.post('copilot-odds', { ...row, price: higher(row.price) });
    await expect(cell).toHaveAttribute('data-state', 'open');
    await expect(cell).toHaveAttribute('data-move', 'up');
    world.post('copilot-odds', row);
  });

  for (const [settlement, letter] of [
    ['Won', 'W'],
    ['Lost', 'L'],
    ['Refunded', 'R'],
    ['Half Won', '½W'],
    ['Half Lost', '½L'],
    ['Dead Heat', 'Dead Heat'],
  ] as const) {
    test(`${settlement} shows ${letter} beside the last price`, async ({ boardPage, world }) => {
      const { odds } = world.simulator.truth('basketball');
      const index = ['Won', 'Lost', 'Refunded', 'Half Won', 'Half Lost', 'Dead Heat'].indexOf(
        settlement,
      );
      // Alternates and props, which no other test looks at.
      const odd = odds.filter(({ state, is_main }) => state === 'open' && !is_main)[index];
      if (!odd) throw new Error('no alternate to settle');
      const row = world.row(odd.id);
      await boardPage.open(`/basketball?view=lines&fixture=${row.fixture_id}`);
      await boardPage.search.fill(String(row.name));
      await expect(boardPage.odd(row.id)).toHaveAttribute('data-state', 'open');
      const { price, points, selection, selection_line, is_main, grouping_key, ...thin } = row;
      world.post('copilot-settled-odds', {
        ...thin,
        settlement,
        settled_at: new Date().toISOString(),
      } as unknown as typeof row);
      const cell = boardPage.odd(row.id);
      await expect(cell).toHaveAttribute('data-state', 'settled');
      await expect(cell).toHaveAttribute('data-settlement', settlement);
      await expect(cell).toHaveAttribute('data-price', String(price));
      await expect(cell).toContainText(letter);
    });
  }

  test('a settlement whose odd nobody knew appears by its name', async ({ boardPage, world }) => {
    const [id] = pair(world);
    const { fixture_id, league, league_id } = world.row(id);
    const unknown = {
      id: 'unknown:settled:odd',
      odd_id: 'settled:odd',
      fixture_id,
      league,
      league_id,
      sport: 'basketball',
      market: 'Team Total',
      name: 'Nobody Over 99.5',
      settlement: 'Won',
      settled_at: '2026-11-22T22:00:00+00:00',
      version_id: -1,
    };
    await boardPage.open(`/basketball?view=lines&fixture=${fixture_id}`);
    world.post('copilot-settled-odds', unknown as unknown as ReturnType<typeof world.row>);
    await boardPage.search.fill('Nobody Over');
    await expect(boardPage.odd('unknown:settled:odd')).toHaveAttribute('data-state', 'settled');
    await expect(boardPage.grid).toContainText('Nobody Over 99.5');
  });
});

test.describe('fixtures', () => {
  test('carry their status as a badge and their old and new start', async ({
    boardPage,
    world,
  }) => {
    const { fixtures } = world.simulator.truth('basketball');
    const fixture = fixtures.find(({ status }) => status === 'unplayed');
    if (!fixture) throw new Error('no fixture to move');
    await boardPage.open(`/basketball?tz=UTC&fixture=${fixture.id}`);
    const shown = boardPage.fixture(String(fixture.id));
    await expect(shown).toHaveAttribute('data-status', 'unplayed');
    const change = (fields: object) => world.tell(fixture, fields);
    change({ old_start_date: fixture.start_date, new_start_date: '2026-12-01T20:35:00+00:00' });
    await expect(shown).toHaveAttribute('data-start', '2026-12-01T20:35:00.000Z');
    await expect(shown).toContainText('20:35');
    await expect(shown).toContainText(String(fixture.start_date).slice(11, 16));
    change({ old_status: 'unplayed', new_status: 'delayed' });
    await expect(shown).toHaveAttribute('data-status', 'delayed');
    await expect(shown).toContainText('Delayed');
    change({ old_status: 'delayed', new_status: 'Abandoned' });
    await expect(shown).toHaveAttribute('data-status', 'abandoned');
    await expect(shown).toContainText('Abandoned');
    change({ old_status: 'abandoned', new_status: 'unplayed' });
  });
});

test.describe('rendering', () => {
  test('a price that changes renders nothing, a lock its one cell', async ({
    boardPage,
    page,
    world,
  }) => {
    await page.addInitScript(countRenders);
    await boardPage.open('/basketball');
    const id = await openOdd(boardPage, 5);
    const row = world.row(id);
    // Prices of another sport's board or a late snapshot would be noise: let the board settle first.
    await expect(page.locator('[data-move]')).toHaveCount(0, { timeout: 40_000 });
    await page.evaluate(() => {
      (window as unknown as RenderCounts).rendered = [];
    });
    world.post('copilot-odds', { ...row, price: higher(row.price) });
    await expect(boardPage.odd(id)).toHaveAttribute('data-price', String(higher(row.price)));
    const rendered = () => page.evaluate(() => (window as unknown as RenderCounts).rendered);
    expect(await rendered()).toEqual([]);
    world.post('copilot-locked-odds', row);
    await expect(boardPage.odd(id)).toHaveAttribute('data-state', 'locked');
    expect(await rendered()).toEqual([id]);
    world.post('copilot-odds', row);
  });
});

type RenderCounts = { rendered: string[] };

/**
 * Counts renders of cells as React's own developer tools do: by the commits React reports to their hook. Costs
 * production nothing.
 */
function countRenders(): void {
  type Fiber = {
    tag: number;
    flags: number;
    child: Fiber | null;
    sibling: Fiber | null;
    alternate: Fiber | null;
    stateNode: unknown;
  };
  const counts = window as unknown as RenderCounts;
  counts.rendered = [];
  const PERFORMED_WORK = 1;
  const HOST = 5;
  const host = (fiber: Fiber | null): Element | null => {
    for (let at = fiber; at; at = at.child) if (at.tag === HOST) return at.stateNode as Element;
    return null;
  };
  const visit = (fiber: Fiber | null, isMounting: boolean) => {
    for (let at = fiber; at; at = at.sibling) {
      const isNew = isMounting || at.alternate === null;
      const isComponent = at.tag !== HOST && typeof at.stateNode !== 'string';
      if (isComponent && (at.flags & PERFORMED_WORK) !== 0) {
        const id = host(at)?.getAttribute('data-odd-id');
        if (id) counts.rendered.push(id);
      }
      // An untouched subtree keeps its children as they were.
      if (isNew || at.child !== at.alternate?.child) visit(at.child, isNew);
    }
  };
  Object.assign(window, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      isDisabled: false,
      supportsFiber: true,
      renderers: new Map(),
      inject: () => 1,
      checkDCE() {},
      onScheduleFiberRoot() {},
      onCommitFiberUnmount() {},
      onPostCommitFiberRoot() {},
      onCommitFiberRoot: (_renderer: number, root: { current: Fiber }) =>
        visit(root.current, false),
    },
  });
}
