/** The board as a person uses it, and as the DOM contract lets programs read it. */
import { expect, type Locator, type Page } from 'playwright/test';

export type CellFacts = {
  id: string;
  state: string | null;
  price: string | null;
  points: string | null;
  settlement: string | null;
};

export class BoardPage {
  constructor(readonly page: Page) {}

  get grid(): Locator {
    return this.page.getByRole('grid');
  }

  get cells(): Locator {
    return this.page.locator('[data-odd-id]');
  }

  get feed(): Locator {
    return this.page.locator('[data-feed]');
  }

  get search(): Locator {
    return this.page.getByRole('searchbox');
  }

  odd(id: string): Locator {
    return this.page.locator(`[data-odd-id=${JSON.stringify(id)}]`);
  }

  fixture(id: string): Locator {
    return this.page.locator(`[data-fixture-id=${JSON.stringify(id)}]`);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  option(name: string): Locator {
    return this.page.getByRole('option', { name, exact: true });
  }

  /** Opens a view and waits until its feed is live and its snapshot whole. */
  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await this.untilLive();
  }

  async untilLive(): Promise<void> {
    await expect(this.feed).toHaveAttribute('data-feed', 'live');
    await expect(
      this.grid.or(this.page.getByRole('heading', { name: /Nothing|No fixtures/ })),
    ).toBeVisible();
  }

  /** Notes from now on every flash, and every animation that really runs, as `name id-of-its-odd`; call it before opening. */
  async recordAnimations(): Promise<void> {
    await this.page.addInitScript(() => {
      const seen: string[] = [];
      Object.assign(window, { animations: seen });
      new MutationObserver((records) => {
        for (const { target } of records) {
          if (!(target instanceof HTMLElement) || !target.dataset.flash) continue;
          seen.push(`flash-${target.dataset.flash} ${target.dataset.oddId}`);
        }
      }).observe(document, { subtree: true, attributeFilter: ['data-flash'] });
      document.addEventListener('animationstart', ({ animationName, target }) => {
        const cell = target instanceof Element ? target.closest('[data-odd-id]') : null;
        // Twin names restart an animation; which of them it is says nothing.
        seen.push(`${animationName.replace(/-[ab]$/, '')} ${cell?.getAttribute('data-odd-id')}`);
      });
    });
  }

  animations(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as { animations: string[] }).animations);
  }

  /** Picks options of a filter's listbox by name and closes it. */
  async choose(filter: string, ...names: string[]): Promise<void> {
    await this.button(filter).click();
    for (const name of names) await this.option(name).click();
    await this.page.keyboard.press('Escape');
    await expect(this.page.getByRole('listbox')).toHaveCount(0);
  }

  /** Every odd of the view, by scrolling through all of it. */
  async allCells(): Promise<Map<string, CellFacts>> {
    const found = await this.page.evaluate(async () => {
      const grid = document.querySelector('[role=grid]');
      const facts = new Map<string, Record<string, string | null>>();
      const collect = () => {
        for (const cell of document.querySelectorAll<HTMLElement>('[data-odd-id]')) {
          const { oddId = '', state, price, points, settlement } = cell.dataset;
          facts.set(oddId, {
            id: oddId,
            state: state ?? null,
            price: price ?? null,
            points: points ?? null,
            settlement: settlement ?? null,
          });
        }
      };
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
      // On a busy machine rows come some frames after the scroll.
      const isCovered = (box: DOMRect) =>
        [0.3, 0.6, 0.95].every((share) => {
          // Below the last row the foot is empty.
          const end = grid
            ?.querySelector('.board-grid > .relative')
            ?.getBoundingClientRect().bottom;
          const height = Math.min(box.height, (end ?? 0) - box.top);
          const found = document.elementFromPoint(box.left + 40, box.top + height * share);
          return found?.closest('[data-item]') != null;
        });
      const rows = async (box: DOMRect) => {
        for (let tries = 0; tries < 300; tries += 1) {
          await frame();
          if (isCovered(box)) return;
        }
      };
      collect();
      if (!grid) return [...facts.values()];
      grid.scrollTop = 0;
      for (;;) {
        await frame();
        await rows(grid.getBoundingClientRect());
        await frame();
        collect();
        const before = grid.scrollTop;
        grid.scrollTop = before + grid.clientHeight * 0.8;
        await frame();
        if (grid.scrollTop === before) break;
      }
      grid.scrollTop = 0;
      await frame();
      return [...facts.values()];
    });
    return new Map((found as CellFacts[]).map((facts) => [facts.id, facts]));
  }
}
