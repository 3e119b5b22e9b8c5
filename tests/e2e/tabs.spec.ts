/** Many tabs of one browser, over HTTP/1.1: six connections to a host are all there are. */
import type { BrowserContext, Page } from 'playwright/test';
import { expect, test, watchConsole } from './fixtures';
import { BoardPage } from './pages/board-page';

// Ten tabs of it at once.
test.use({ odds: 400 });

const LEAGUES = ['NBA', 'NCAAB', 'EuroLeague', 'WNBA', 'G League', 'EuroCup', 'NBL', 'China - CBA'];

const viewPath = (league: string | null, rest = '') =>
  `/basketball?${league === null ? '' : `league=${encodeURIComponent(league)}`}${rest}`;

async function viewers(page: Page): Promise<number> {
  const answer = await page.request.get('/api/health');
  return (await answer.json()).viewers;
}

async function openTab(context: BrowserContext, path: string): Promise<BoardPage> {
  const board = new BoardPage(await context.newPage());
  await board.open(path);
  return board;
}

/** Lets the page think that nobody looks at it. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

test.describe('tabs of one browser', () => {
  test.setTimeout(360_000);

  test('ten with five filters, then ten with ten, are all live and all see a price move', async ({
    context,
    page,
    world,
  }) => {
    const problems = watchConsole(page);
    const all = new BoardPage(page);
    await all.open('/basketball');
    const id = (await all.cells.first().getAttribute('data-odd-id')) ?? '';
    const row = world.row(id);
    const fixture = `&fixture=${encodeURIComponent(row.fixture_id)}`;
    const boards = [all];
    const last = () => boards[9] as BoardPage;
    // Five scopes, each in two tabs.
    for (const path of ['', fixture, '&main=true', fixture, '&view=lines']) {
      boards.push(await openTab(context, viewPath(null, path)));
    }
    for (const league of [String(row.league), 'NCAAB', 'EuroLeague', String(row.league)]) {
      boards.push(await openTab(context, viewPath(league)));
    }
    expect(await viewers(page)).toBeLessThanOrEqual(5);
    const price = row.price === 444 ? 555 : 444;
    world.post('copilot-odds', { ...row, price });
    for (const board of boards) {
      await expect(board.feed).toHaveAttribute('data-feed', 'live');
      if (board.page.url().match(/NCAAB|EuroLeague/)) continue;
      await expect(board.odd(id)).toHaveAttribute('data-price', String(price));
    }

    // Every tab its own filter: more than there are connections.
    const others = LEAGUES.filter((league) => league !== row.league).slice(0, 6);
    for (const [index, league] of others.entries()) {
      await boards[index + 1]?.open(viewPath(league, fixture));
    }
    await last().open(viewPath(String(row.league), fixture));
    await expect.poll(() => viewers(page)).toBeLessThanOrEqual(4);
    world.post('copilot-odds', { ...row, price: price + 1 });
    for (const board of [all, last()]) {
      await expect(board.odd(id)).toHaveAttribute('data-price', String(price + 1));
    }
    for (const board of boards) await expect(board.feed).toHaveAttribute('data-feed', 'live');

    // The first tab of all goes; whoever shared its connection stays live.
    const rest = boards.slice(1);
    await page.close();
    world.post('copilot-odds', { ...row, price: price + 2 });
    await expect(last().odd(id)).toHaveAttribute('data-price', String(price + 2));
    for (const board of rest) await expect(board.feed).toHaveAttribute('data-feed', 'live');
    expect(problems).toEqual([]);
  });

  test('of more sports than connections, those in sight are live, and the others say that they are not', async ({
    context,
    page,
  }) => {
    const answer = await page.request.get('/api/v3/sports/active');
    const { data }: { data: { id: string }[] } = await answer.json();
    const sports = data.map(({ id }) => id);
    expect(sports.length).toBeGreaterThan(4);
    const boards: BoardPage[] = [];
    for (const sport of sports.slice(0, 4)) boards.push(await openTab(context, `/${sport}`));
    const fifth = new BoardPage(page);
    await page.goto(`/${sports[4]}`);
    await expect(fifth.feed).toHaveAttribute('data-feed', 'dead');
    await expect(page.getByRole('alert').filter({ hasText: /Other tabs hold/ })).toBeVisible();
    const [first] = boards;
    if (!first) throw new Error('no board was opened');
    await setHidden(first.page, true);
    await expect(fifth.feed).toHaveAttribute('data-feed', 'live');
    await expect(first.feed).toHaveAttribute('data-feed', 'dead');
    await fifth.page.close();
    // A tab that is ended without a word takes nothing any more, and is let go after 30 s.
    await expect(first.feed).toHaveAttribute('data-feed', 'live', { timeout: 60_000 });
    for (const board of boards) await expect(board.feed).toHaveAttribute('data-feed', 'live');
  });

  test('a browser without shared workers has a connection per tab', async ({ context, page }) => {
    await context.addInitScript(() => {
      Reflect.deleteProperty(window, 'SharedWorker');
    });
    await expect.poll(() => viewers(page)).toBe(0);
    const boards = [await openTab(context, '/basketball'), await openTab(context, '/basketball')];
    await expect.poll(() => viewers(page)).toBe(boards.length);
  });

  test('a worker that is killed is noticed, and another one takes over', async ({
    context,
    page,
    browser,
  }) => {
    const board = new BoardPage(page);
    await board.open('/basketball');
    const second = await openTab(context, '/basketball');
    const session = await browser.newBrowserCDPSession();
    const { targetInfos } = await session.send('Target.getTargets');
    const workers = targetInfos.filter(({ type }) => type === 'shared_worker');
    expect(workers.length).toBe(1);
    for (const { targetId } of workers) await session.send('Target.closeTarget', { targetId });
    // Each recovers by itself: both are watched at once, or one of them is late and live again unseen.
    await Promise.all(
      [board, second].map(async ({ feed }) => {
        await expect(feed).toHaveAttribute('data-feed', /late|dead/, { timeout: 30_000 });
        await expect(feed).toHaveAttribute('data-feed', 'live', { timeout: 45_000 });
      }),
    );
    await expect.poll(() => viewers(page)).toBe(1);
  });
});
