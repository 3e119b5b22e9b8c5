/** What keeps the board fast, by counts: nothing here is timed. */
import type { Page } from 'playwright/test';
import { expect, openOdds, test, type WireRow, withTaste } from './fixtures';

// A board of some size: most of it is off screen.
test.use({ odds: 4_000 });

/** Counts changes of the page below the grid from now on, by the odd in whose cell they are; what tells time is left out. */
async function recordChanges(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen = new Set<string>();
    const grid = document.querySelector('[role=grid]');
    if (!grid) throw new Error('no grid');
    new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target instanceof Element ? target : target.parentElement;
        if (element?.closest('.line-changed, .line-state, .fixture-soon')) continue;
        const cell = element?.closest('[data-odd-id]');
        seen.add(cell?.getAttribute('data-odd-id') ?? element?.className ?? '?');
      }
    }).observe(grid, { subtree: true, childList: true, attributes: true, characterData: true });
    Object.assign(window, { changedCells: seen });
  });
  return () =>
    page.evaluate(() => [...(window as unknown as { changedCells: Set<string> }).changedCells]);
}

async function onScreen(page: Page): Promise<string[]> {
  return page
    .locator('[data-odd-id]')
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-odd-id') ?? ''));
}

for (const view of ['board', 'lines'] as const) {
  test.describe(`the ${view} view`, () => {
    const path = `/basketball${view === 'lines' ? '?view=lines' : ''}`;

    test('changes one cell for one odd, and nothing for those off screen', async ({
      boardPage,
      page,
      world,
    }) => {
      await boardPage.open(path);
      const shown = await onScreen(page);
      const shownIds = new Set(shown);
      const offScreen = openOdds(world).filter(({ id }) => !shownIds.has(id));
      expect(offScreen.length).toBeGreaterThan(300);
      const open = await page
        .locator('[data-odd-id][data-state=open]')
        .first()
        .getAttribute('data-odd-id');
      const row = world.row(open ?? '');
      const changes = await recordChanges(page);
      const others = offScreen
        .slice(0, 1_000)
        .map(({ state, ...odd }) => odd as unknown as WireRow);
      const postAll = (rows: readonly WireRow[]) => {
        for (let at = 0; at < rows.length; at += 10) {
          world.post('copilot-odds', ...rows.slice(at, at + 10));
        }
      };
      postAll(others.map((off) => ({ ...off, price: off.price > 0 ? off.price + 5 : 105 })));
      // It comes after them: what they change has been changed by then.
      world.post('copilot-odds', { ...row, price: row.price > 0 ? row.price + 7 : 107 });
      await expect(boardPage.odd(row.id)).toHaveAttribute('data-move', 'up');
      expect(await changes()).toEqual([row.id]);
      postAll(others);
      world.post('copilot-odds', row);
    });

    test('holds so many elements and no more, however far it is scrolled', async ({
      boardPage,
      page,
    }) => {
      await boardPage.open(path);
      const counts = await page.evaluate(async () => {
        const grid = document.querySelector('[role=grid]') as HTMLElement;
        const settle = () => new Promise((resolve) => setTimeout(resolve, 300));
        const count = () => grid.querySelectorAll('*').length;
        const made: number[] = [];
        const elements = new WeakSet<Element>();
        let fresh = 0;
        let cells = 0;
        const look = () => {
          const shown = grid.querySelectorAll('[data-odd-id]');
          cells = Math.max(cells, shown.length);
          for (const element of shown) {
            if (elements.has(element)) continue;
            elements.add(element);
            fresh += 1;
          }
        };
        look();
        for (let top = 0; top < grid.scrollHeight; top += grid.clientHeight / 4) {
          grid.scrollTop = top;
          await new Promise((resolve) => requestAnimationFrame(resolve));
          await new Promise((resolve) => requestAnimationFrame(resolve));
          look();
          made.push(count());
        }
        await settle();
        return { cells, fresh, most: Math.max(...made), rows: grid.ariaRowCount };
      });
      expect(Number(counts.rows)).toBeGreaterThan(60);
      expect(counts.most).toBeLessThan(3_500);
      // Cells that come take the elements of those that left.
      expect(counts.fresh).toBeLessThan(counts.cells * 2.5);
    });
  });
}

type Recalculation = { name: string; args?: { elementCount?: number } };

/** How many elements each recalculation of styles had to do, while this was done. */
async function restyledWhile(page: Page, act: () => Promise<void>): Promise<number[]> {
  const session = await page.context().newCDPSession(page);
  const counts: number[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as Recalculation[]) {
      if (event.name === 'UpdateLayoutTree') counts.push(event.args?.elementCount ?? 0);
    }
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline'] },
  });
  await act();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return counts;
}

for (const view of ['board', 'lines', 'lines&column=hold&column=novig'] as const) {
  test(`rows that come are styled alone, not all others with them: ${view}`, async ({
    boardPage,
    page,
  }) => {
    await boardPage.open(`/basketball?view=${view}`);
    const grid = page.getByRole('grid');
    await grid.hover();
    const held = await grid.locator('[data-item] *').count();
    const tops: number[] = [];
    await grid.evaluate((element) => {
      let added = 0;
      new MutationObserver((records) => {
        for (const { addedNodes } of records) {
          for (const node of addedNodes) if (node instanceof Element) added += 1;
        }
        Object.assign(window, { addedElements: added });
      }).observe(element, { subtree: true, childList: true });
    });
    const counts = await restyledWhile(page, async () => {
      for (let step = 0; step < 40; step += 1) {
        // At rest the elements of rows are put in order, which is another way of coming.
        if (step % 10 === 9) await page.waitForTimeout(300);
        await page.mouse.wheel(0, 20);
        await page.evaluate(
          () =>
            new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
        );
        tops.push(await grid.evaluate((element) => element.scrollTop));
      }
    });
    expect(new Set(tops).size).toBeGreaterThan(10);
    const added = await page.evaluate(
      () => (window as unknown as { addedElements: number }).addedElements,
    );
    expect(added).toBeGreaterThan(10);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(5);
    // Code that is no part of the first load may come meanwhile, and style the page once.
    expect(counts.filter((count) => count > held / 2).length).toBeLessThan(2);
  });
}

type Layer = { height: number; drawsContent: boolean };

/** The layers that the browser puts the page together from. */
async function layersOf(page: Page): Promise<Layer[]> {
  const session = await page.context().newCDPSession(page);
  let layers: Layer[] = [];
  session.on('LayerTree.layerTreeDidChange', (tree) => {
    if (tree.layers) layers = tree.layers;
  });
  await session.send('DOM.enable');
  await session.send('LayerTree.enable');
  await page.getByRole('grid').hover();
  await page.mouse.wheel(0, 200);
  await expect.poll(() => layers.length).toBeGreaterThan(0);
  await page.waitForTimeout(300);
  await session.detach();
  return layers.filter(({ drawsContent }) => drawsContent);
}

for (const view of ['board', 'lines'] as const) {
  test(`the browser scrolls the rows by itself, as one layer: ${view}`, async ({
    boardPage,
    page,
  }) => {
    await boardPage.open(`/basketball?view=${view}`);
    const layers = await layersOf(page);
    const tallest = Math.max(...layers.map(({ height }) => height));
    const rows = await page
      .getByRole('grid')
      .evaluate((grid) => ({ all: grid.scrollHeight, seen: grid.clientHeight }));
    // Where it does not, they are painted into the page's own layer, which is no higher than the window.
    expect(rows.all).toBeGreaterThan(2 * rows.seen);
    expect(tallest).toBeGreaterThan(rows.seen * 1.5);
    // The page, the grid, and what stays or may lie over that: no layer for each row, and none for each cell.
    expect(layers.length).toBeLessThan(40);
  });
}

for (const view of ['board', 'lines', 'fixture'] as const) {
  test(`a text that is too long is cut off in its place: ${view}`, { tag: '@phone' }, async ({
    boardPage,
    page,
    world,
  }) => {
    const fixture = openOdds(world)[0]?.fixture_id;
    await boardPage.open(
      `/basketball?view=${view}${view === 'fixture' ? `&fixture=${fixture}` : ''}`,
    );
    const found = await page.evaluate(() => {
      const texts = [...document.querySelectorAll<HTMLElement>('.board-grid .truncate')].filter(
        (element) => element.childElementCount === 0 && element.getClientRects().length > 0,
      );
      // The part of the row that each stands in, before it could grow with its text.
      const parts = new Map(
        texts.map((element) => [element, element.closest('[role]')?.getBoundingClientRect()]),
      );
      for (const element of texts) element.textContent = 'Long name '.repeat(40);
      const over = texts.filter((element) => {
        const own = element.getBoundingClientRect();
        const part = parts.get(element);
        return !part || own.left < part.left - 1 || own.right > part.right + 1;
      });
      return { texts: texts.length, over: over.map((element) => element.outerHTML.slice(0, 120)) };
    });
    expect(found.texts).toBeGreaterThan(5);
    expect(found.over).toEqual([]);
  });
}

/** Left and right edges of what each open price says, but for its arrow and the price before; by its odd. */
function edgesInCells(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const range = document.createRange();
    const cells = document.querySelectorAll<HTMLElement>('.price-cell[data-state=open]');
    return Object.fromEntries(
      [...cells].map((cell) => {
        const parts = cell.querySelectorAll('.price-points > span, .price-figure, .price-changed');
        const edges = [...parts].map((part) => {
          range.selectNodeContents(part);
          const { left, right } = range.getBoundingClientRect();
          return `${left.toFixed(2)} to ${right.toFixed(2)}`;
        });
        return [cell.dataset.oddId, edges.join(', ')];
      }),
    );
  });
}

// From which width of the window on there is room for the price before.
for (const [view, withWas] of [
  ['board', 1_420],
  ['lines', 1_130],
] as const) {
  test(
    `an arrow that comes, and one that turns grey, moves nothing beside it: ${view}`,
    {
      tag: '@phone',
    },
    async ({ boardPage, page }, { project }) => {
      await boardPage.open(`/basketball?view=${view}`);
      const widths =
        project.name === 'phone' ? [390] : [760, 1_000, 1_130, 1_280, 1_420, 1_700, 1_920];
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 });
        // The layout follows the window, and the rows in the page follow both.
        let before = await edgesInCells(page);
        await expect(async () => {
          const again = await edgesInCells(page);
          const isSame = JSON.stringify(again) === JSON.stringify(before);
          before = again;
          expect(isSame).toBe(true);
        }).toPass({ intervals: [250] });
        expect(Object.keys(before).length, `${width} px`).toBeGreaterThan(5);
        for (const mark of ['move', 'aged'] as const) {
          // The world is silent: what is written here is all that changes.
          await page.evaluate((mark) => {
            for (const cell of document.querySelectorAll<HTMLElement>(
              '.price-cell[data-state=open]',
            )) {
              cell.dataset[mark] = 'up';
              const arrow = cell.querySelector('.price-move');
              const was = cell.querySelector('.price-was');
              if (arrow) arrow.textContent = '▲';
              if (was) was.textContent = mark === 'move' ? '−1200' : '';
            }
          }, mark);
          await expect(page.locator('[data-state=open] > .price-move').first()).toBeVisible();
          if (mark === 'move') {
            const was = page.locator('[data-state=open] > .price-was').first();
            await expect(was).toBeVisible({ visible: width >= withWas });
          }
          expect(await edgesInCells(page), `${mark} at ${width} px`).toEqual(before);
          await page.evaluate((mark) => {
            for (const cell of document.querySelectorAll<HTMLElement>('.price-cell'))
              delete cell.dataset[mark];
          }, mark);
        }
      }
    },
  );
}

for (const density of ['compact', 'normal', 'wall']) {
  test(`a lock that comes moves nothing, and lies over what it is shown on: ${density}`, async ({
    boardPage,
    page,
    world,
  }) => {
    await withTaste(page, world, { density });
    await boardPage.open('/basketball?view=lines');
    await expect(page.locator(`[data-density=${density}]`)).toBeVisible();
    const id = await page
      .locator('[data-odd-id][data-state=open][data-points]')
      .first()
      .getAttribute('data-odd-id');
    const cell = boardPage.odd(id ?? '');
    const rightEdges = () =>
      cell.evaluate((element) => {
        const range = document.createRange();
        return [...element.querySelectorAll('.price-points > span, .price-figure')].map((part) => {
          range.selectNodeContents(part);
          return range.getBoundingClientRect().right.toFixed(1);
        });
      });
    const before = await rightEdges();
    expect(before).toHaveLength(2);
    world.post('copilot-locked-odds', world.row(id ?? ''));
    await expect(cell).toHaveAttribute('data-state', 'locked');
    expect(await rightEdges()).toEqual(before);
    const isOnTop = await cell.locator('.price-state svg').evaluate((icon) => {
      const { left, top, width, height } = icon.getBoundingClientRect();
      const on = document.elementFromPoint(left + width / 2, top + height / 2);
      return width > 0 && on?.closest('.price-state') === icon.parentElement;
    });
    expect(isOnTop).toBe(true);
  });
}

// The world is the same for all: each has lines of its own to come.
for (const [where, least] of [
  ['scrolled', 600.5],
  ['pointed at', 610.5],
  ['in focus', 620.5],
] as const) {
  test(`rows that come move nothing that is looked at: ${where}`, async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball?view=lines');
    const grid = page.getByRole('grid');
    const rows = () => grid.evaluate((element) => Number(element.ariaRowCount));
    if (where === 'scrolled') {
      await grid.evaluate((element) => {
        element.scrollTop = 700;
      });
      // What scrolls is left alone, and at rest after a moment.
      await page.waitForTimeout(400);
    }
    // Below the lines that come, which stand with the totals of the first fixture.
    const id = await grid.evaluate((element, isScrolled) => {
      const lines = [...element.querySelectorAll<HTMLElement>('[data-item]:has([data-odd-id])')]
        .map((line) => ({ line, y: line.getBoundingClientRect().top }))
        .filter(({ y }) => !isScrolled || y > element.clientHeight / 2)
        .sort((a, b) => a.y - b.y);
      const isTotal = ({ line }: { line: HTMLElement }) =>
        line.querySelector('.line-name')?.textContent === 'Total Points';
      const below = isScrolled ? 0 : lines.findIndex(isTotal);
      const found = lines.slice(below).find((one) => isScrolled || !isTotal(one));
      return found?.line.querySelector('[data-odd-id]')?.getAttribute('data-odd-id') ?? '';
    }, where === 'scrolled');
    const cell = boardPage.odd(id);
    if (where === 'pointed at') await cell.hover();
    if (where === 'in focus') await cell.focus();
    const top = () => cell.evaluate((element) => element.getBoundingClientRect().top);
    const place = () =>
      cell.evaluate((element) => Number(element.closest('[role=row]')?.ariaRowIndex));
    const before = { top: await top(), place: await place() };
    const count = await rows();
    // More lines of what stands first.
    const first = await page.locator('[data-fixture-id]').first().getAttribute('data-fixture-id');
    const model = openOdds(world).find(
      ({ fixture_id, market }) => fixture_id === first && market === 'Total Points',
    );
    const lineAt = (points: number) =>
      ({
        ...model,
        points,
        ...{ id: `${model?.id}_${points}`, odd_id: `${model?.id}_${points}` },
        ...{ grouping_key: `default:${points}`, name: `Over ${points}`, is_main: false },
      }) as unknown as WireRow;
    const more = [0, 1, 2].map((step) => lineAt(least + step));
    world.post('copilot-odds', ...more);
    await expect.poll(rows).toBe(count + more.length);
    await expect(cell).toBeInViewport();
    expect(await place()).toBe(before.place + more.length);
    expect(await top()).toBeCloseTo(before.top, 0);
    // Where somebody looks at the top, that is where new ones come.
    if (where !== 'scrolled') return;
    await grid.evaluate((element) => {
      element.scrollTop = 0;
    });
    await page.mouse.move(0, 0);
    await page.waitForTimeout(400);
    world.post('copilot-odds', lineAt(least + more.length));
    await expect.poll(rows).toBe(count + more.length + 1);
    expect(await grid.evaluate((element) => element.scrollTop)).toBe(0);
  });
}

test('a board that is left leaves no timer, listener or observer of its own behind', async ({
  boardPage,
  page,
}) => {
  await page.addInitScript(() => {
    const timers = new Set<unknown>();
    const { setTimeout: setLater, setInterval: setEach } = window;
    const { clearTimeout: clearLater, clearInterval: clearEach } = window;
    Object.assign(window, {
      liveTimers: timers,
      setInterval: (...args: Parameters<typeof setEach>) => {
        const id = setEach(...args);
        timers.add(id);
        return id;
      },
      clearInterval: (id: number) => {
        timers.delete(id);
        clearEach(id);
      },
      setTimeout: (task: () => void, ms?: number) => {
        const id = setLater(() => {
          timers.delete(id);
          task();
        }, ms);
        timers.add(id);
        return id;
      },
      clearTimeout: (id: number) => {
        timers.delete(id);
        clearLater(id);
      },
    });
    const listeners = new Map<string, number>();
    for (const target of [window, document]) {
      const add = target.addEventListener.bind(target);
      const remove = target.removeEventListener.bind(target);
      target.addEventListener = (name: string, ...rest: [never, never]) => {
        listeners.set(name, (listeners.get(name) ?? 0) + 1);
        add(name, ...rest);
      };
      target.removeEventListener = (name: string, ...rest: [never, never]) => {
        listeners.set(name, (listeners.get(name) ?? 0) - 1);
        remove(name, ...rest);
      };
    }
    Object.assign(window, { liveListeners: listeners });
  });
  const look = () =>
    page.evaluate(() => {
      const { liveTimers, liveListeners } = window as unknown as {
        liveTimers: Set<unknown>;
        liveListeners: Map<string, number>;
      };
      const of = (...names: string[]) =>
        names.reduce((sum, name) => sum + (liveListeners.get(name) ?? 0), 0);
      return {
        timers: liveTimers.size,
        listeners: of('visibilitychange', 'online', 'pageshow', 'pagehide'),
      };
    });
  await boardPage.open('/basketball');
  await page.waitForTimeout(1_000);
  const first = await look();
  // From sport to sport and back: each board that is left takes its own with it.
  for (let turn = 0; turn < 3; turn += 1) {
    for (const name of ['Football', 'Basketball']) {
      await page.getByRole('link', { name, exact: true }).click();
      await expect(page).toHaveURL(new RegExp(`/${name.toLowerCase()}`));
      await expect(boardPage.feed).toHaveAttribute('data-feed', 'live');
    }
  }
  // What is under way ends; what was left behind would stay.
  await expect.poll(async () => (await look()).listeners).toBeLessThanOrEqual(first.listeners);
  await expect.poll(async () => (await look()).timers).toBeLessThanOrEqual(first.timers + 3);
});
