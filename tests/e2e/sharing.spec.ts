/** A link shows a colleague the same odds, whatever it filters by. */
import type { BrowserContext } from 'playwright/test';
import { expect, leagues, openOdds, test, type World } from './fixtures';
import { BoardPage } from './pages/board-page';

// Every odd of 26 views is looked at, twice.
test.use({ odds: 400 });

test('an address without a sport keeps what it asks for', async ({ page }) => {
  await page.goto('/?league=NBA&league=WNBA&view=lines&odds=');
  await expect(page).toHaveURL(
    ({ pathname, search }) =>
      pathname === '/basketball' && search.startsWith('?league=NBA&league=WNBA&view=lines'),
  );
});

test.describe('a shared link', () => {
  const views: [string, (world: World) => string][] = [
    ['nothing', () => ''],
    ['league', (world) => `league=${encodeURIComponent(leagues(world)[0] ?? '')}`],
    [
      'two leagues',
      (world) =>
        leagues(world)
          .slice(0, 2)
          .map((name) => `league=${encodeURIComponent(name)}`)
          .join('&'),
    ],
    ['market', () => 'market=Total+Points&market=Moneyline'],
    ['status', () => 'status=upcoming&status=finished'],
    ['open', () => 'state=open'],
    ['locked', () => 'state=locked'],
    ['settled and locked', () => 'state=settled&state=locked'],
    ['main', () => 'main=true'],
    ['q', () => 'q=over'],
    ['version', () => 'version=-1'],
    ['fixture', (world) => `fixture=${openOdds(world)[0]?.fixture_id}`],
    ['odds and tz', () => 'odds=decimal&tz=Europe%2FLondon'],
  ];

  for (const view of ['board', 'lines'] as const) {
    test(`shows the same odds in another browser for every filter (${view})`, async ({
      boardPage,
      browser,
      page,
      world,
    }) => {
      test.setTimeout(300_000);
      await page
        .context()
        .grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.board.url });
      const other: BrowserContext = await browser.newContext({
        timezoneId: 'Asia/Tokyo',
        viewport: { width: 1280, height: 720 },
      });
      const colleague = new BoardPage(await other.newPage());
      const odds = openOdds(world);
      const lockedRow = world.row(odds[3]?.id ?? '');
      const { price, points, selection, selection_line, is_main, grouping_key, ...thin } =
        world.row(odds[5]?.id ?? '');
      // Nobody is told of a lock before somebody watches.
      await boardPage.open('/basketball');
      world.post('copilot-locked-odds', lockedRow);
      world.post('copilot-settled-odds', {
        ...thin,
        settlement: 'Lost',
        settled_at: new Date().toISOString(),
      } as unknown as typeof lockedRow);
      // One browser goes from view to view and keeps what it held; the other opens each link anew.
      for (const [name, search] of views) {
        const text = search(world);
        const prefix = view === 'lines' ? 'view=lines&' : '';
        await page.evaluate(
          (url) => history.pushState(null, '', url),
          `/basketball?${prefix}${text}`,
        );
        await boardPage.untilLive();
        await boardPage.button('Copy link').click();
        await expect(page.getByText('Copied', { exact: true })).toBeVisible();
        const link = await page.evaluate(() => navigator.clipboard.readText());
        expect(new URL(link).origin).toBe(world.board.url);
        await colleague.open(link);
        await expect(async () => {
          const [mine, theirs] = [await boardPage.allCells(), await colleague.allCells()];
          expect(mine.size, name).toBeGreaterThan(0);
          expect([...theirs.values()].sort(byId), name).toEqual([...mine.values()].sort(byId));
        }).toPass({ timeout: 20_000 });
      }
      await other.close();
    });
  }

  test('is told to chat programs with a picture of what it shows', async ({ request, world }) => {
    const league = leagues(world)[0] ?? '';
    const address = `${world.board.url}/basketball?league=${encodeURIComponent(league)}`;
    const metaOf = async () => {
      const page = await (await request.get(address)).text();
      const said = [...page.matchAll(/<meta (?:property|name)="([^"]+)" content="([^"]*)"/g)];
      return new Map(
        said.map(([, name, content = '']) => [name, content.replaceAll('&amp;', '&')]),
      );
    };
    const meta = await metaOf();
    expect(meta.get('twitter:card')).toBe('summary_large_image');
    expect(meta.get('og:title')).toContain(league);
    const picture = meta.get('og:image') ?? '';
    expect(new URL(picture).origin).toBe(world.board.url);
    const answer = await request.get(picture);
    expect(answer.status()).toBe(200);
    expect(answer.headers()['content-type']).toBe('image/png');
    const png = await answer.body();
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1_200, 630]);
    // Another view is another picture.
    const other = await request.get(`${world.board.url}/api/picture/basketball?q=nobody`);
    expect((await other.body()).equals(png)).toBe(false);
    expect((await request.get(`${world.board.url}/api/picture/curling`)).status()).toBe(404);
  });
});

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
