import type { Page } from 'playwright/test';
import { expect, openOdds, test, type WireRow, type World } from './fixtures';
import type { BoardPage } from './pages/board-page';

/** The rules that a browser has when it comes; storage is written once, so that a reload keeps what was changed. */
async function withRules(page: Page, ...rules: object[]): Promise<void> {
  await page.addInitScript((text) => {
    if (localStorage.getItem('board.alerts') === null) localStorage.setItem('board.alerts', text);
  }, JSON.stringify({ rules }));
}

const LOCKS = { when: { kind: 'lock' }, sound: null, toast: true, repeatSeconds: 0 };

/** Open odds of the world's first fixture that has so many. */
function oddsOfOne(world: World, count: number): WireRow[] {
  const byFixture = new Map<string, string[]>();
  for (const { id, fixture_id, version_id } of openOdds(world)) {
    if (version_id !== -1) continue;
    const ids = byFixture.get(String(fixture_id)) ?? [];
    ids.push(id);
    byFixture.set(String(fixture_id), ids);
    if (ids.length === count) return ids.map((one) => world.row(one));
  }
  throw new Error(`no fixture with ${count} open odds`);
}

/** Locks odds and opens them again until somebody is told of it: a page that was just opened tells nothing. */
async function lockUntil(world: World, rows: WireRow[], isTold: () => Promise<void>) {
  await expect(async () => {
    world.post('copilot-odds', ...rows);
    world.post('copilot-locked-odds', ...rows);
    await isTold();
  }).toPass({ intervals: [1_000], timeout: 60_000 });
}

/** A board with a rule for locks, and so many odds of one fixture locked and told of. */
async function lockedAndTold(page: Page, boardPage: BoardPage, world: World, count: number) {
  await withRules(page, LOCKS);
  await boardPage.open('/basketball');
  const rows = oddsOfOne(world, count);
  const toasts = page.locator('[data-alert]');
  await lockUntil(world, rows, () => expect(toasts.first()).toBeVisible({ timeout: 500 }));
  return { rows, toasts };
}

test.describe('alerts', () => {
  test('are begun on the odd in focus, told while the panel is closed, and lead to the odd', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    const cell = page.locator('[data-odd-id][data-state=open]').first();
    const id = (await cell.getAttribute('data-odd-id')) ?? '';
    const row = world.row(id);
    await expect(boardPage.button('Alerts')).toBeVisible();
    await cell.focus();
    await page.keyboard.press('Shift+A');
    const form = page.getByRole('form', { name: 'New rule' });
    await expect(form.getByRole('checkbox', { name: `Only ${row.name}` })).toBeChecked();
    await expect(form.getByLabel('What happens')).toBeFocused();
    await form.getByLabel('What happens').selectOption('Odd is locked');
    await form.getByLabel('Sound').selectOption('None');
    await form.getByLabel('Repeat after seconds').fill('0');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('region', { name: 'Alerts', exact: true });
    await expect(panel.getByRole('checkbox', { name: 'On: Odd is locked' })).toBeChecked();
    await page.keyboard.press('Escape');
    await expect(panel).toHaveCount(0);

    // What it was made of is kept: it works after a reload as well.
    await page.reload();
    await boardPage.untilLive();
    const toast = page.locator('[data-alert]').first();
    const [other] = oddsOfOne(world, 2).filter((one) => one.id !== id);
    await lockUntil(world, [row], () => expect(toast).toBeVisible({ timeout: 500 }));
    await expect(toast).toContainText('Locked at');
    await expect(toast).toContainText(String(row.name));
    if (other) {
      world.post('copilot-odds', other);
      world.post('copilot-locked-odds', other);
    }
    await toast.getByRole('link').click();
    await expect(page).toHaveURL(({ searchParams }) => searchParams.get('view') === 'lines');
    expect(new URL(page.url()).searchParams.getAll('fixture')).toEqual([row.fixture_id]);
    await expect(boardPage.odd(id)).toBeFocused();
    const lines = page.getByRole('region', { name: 'Log of alerts' }).getByRole('listitem');
    await page.keyboard.press('a');
    await expect(lines.first()).toContainText(String(row.name));
    for (const text of await lines.allInnerTexts()) expect(text).toContain(String(row.name));
    world.post('copilot-odds', row, ...(other ? [other] : []));
  });

  test('that come together are one, and Escape closes it', async ({ boardPage, page, world }) => {
    const { rows, toasts } = await lockedAndTold(page, boardPage, world, 8);
    await expect(toasts).toHaveCount(1);
    await expect(toasts).toContainText(/\d+ locks at once/);
    await expect(page.getByRole('log', { name: 'New alerts' })).toHaveAttribute(
      'aria-live',
      'polite',
    );
    await page.keyboard.press('Escape');
    await expect(toasts).toHaveCount(0);
    world.post('copilot-odds', ...rows);
  });

  test('are heard once, however many tabs show the odd', async ({ boardPage, page, world }) => {
    await page.context().addInitScript(() => {
      Object.assign(window, { sounds: 0 });
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function (...when) {
        Object.assign(window, { sounds: Number(Reflect.get(window, 'sounds')) + 1 });
        start.apply(this, when);
      };
    });
    const other = await page.context().newPage();
    const pages = [page, other];
    // One tone each.
    for (const one of pages) await withRules(one, { ...LOCKS, sound: 'tick' });
    await boardPage.open('/basketball');
    await other.goto('/basketball');
    await expect(other.locator('[data-feed="live"]').first()).toBeAttached();
    // Browsers play nothing before a key was pressed.
    for (const one of pages) await one.keyboard.press('Shift');
    const [first, second] = oddsOfOne(world, 2);
    if (!first || !second) throw new Error('no odds to lock');
    const isToldOf = async (row: WireRow) => {
      for (const one of pages) {
        const toast = one.locator('[data-alert]').filter({ hasText: String(row.name) });
        await expect(toast.first()).toBeVisible({ timeout: 500 });
      }
    };
    // Both tell by now, and each could be heard.
    await lockUntil(world, [first], () => isToldOf(first));
    const counts = () =>
      Promise.all(pages.map((one) => one.evaluate(() => Number(Reflect.get(window, 'sounds')))));
    const sum = async () => (await counts()).reduce((a, b) => a + b, 0);
    await expect.poll(sum).toBeGreaterThan(0);
    await page.waitForTimeout(1_000);
    const before = await sum();
    world.post('copilot-locked-odds', second);
    await expect(() => isToldOf(second)).toPass({ timeout: 20_000 });
    await page.waitForTimeout(1_000);
    expect(await sum()).toBe(before + 1);
    world.post('copilot-odds', first, second);
  });

  test('that is closed by its button hands the focus back to the board', async ({
    boardPage,
    page,
    world,
  }) => {
    const { rows, toasts } = await lockedAndTold(page, boardPage, world, 1);
    await boardPage.cells.first().focus();
    await toasts.getByRole('button', { name: 'Close this alert' }).focus();
    await page.keyboard.press('Enter');
    await expect(toasts).toHaveCount(0);
    await expect(boardPage.cells.first()).toBeFocused();
    world.post('copilot-odds', ...rows);
  });

  test('that are muted stay in the log and show nothing, until they are not', async ({
    boardPage,
    page,
    world,
  }) => {
    await withRules(page, LOCKS);
    await boardPage.open('/basketball');
    const [row] = oddsOfOne(world, 1);
    if (!row) throw new Error('no open odd');
    await expect(boardPage.button('Mute alerts')).toHaveAttribute('aria-pressed', 'false');
    await page.keyboard.press('m');
    await expect(boardPage.button('Mute alerts')).toHaveAttribute('aria-pressed', 'true');
    await page.reload();
    await boardPage.untilLive();
    await expect(boardPage.button('Mute alerts')).toHaveAttribute('aria-pressed', 'true');
    await boardPage.button('Alerts').click();
    const lines = page.getByRole('region', { name: 'Log of alerts' }).getByRole('listitem');
    await lockUntil(world, [row], () => expect(lines.first()).toBeVisible({ timeout: 500 }));
    await expect(page.locator('[data-alert]')).toHaveCount(0);
    await boardPage.button('Mute alerts').click();
    await lockUntil(world, [row], () =>
      expect(page.locator('[data-alert]').first()).toBeVisible({ timeout: 500 }),
    );
    world.post('copilot-odds', row);
  });

  test('are tried by a button, and given on as a file of which what is wrong is named', async ({
    boardPage,
    page,
  }) => {
    await withRules(page, { ...LOCKS, isOn: false });
    await boardPage.open('/basketball');
    await boardPage.button('Alerts').click();
    const panel = page.getByRole('region', { name: 'Alerts', exact: true });
    await panel.getByRole('button', { name: 'Test: Odd is locked' }).click();
    await expect(page.locator('[data-alert]')).toContainText('Test: Odd is locked');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: 'Export' }).click(),
    ]);
    await panel.getByRole('button', { name: 'Delete: Odd is locked' }).click();
    await expect(panel.getByRole('checkbox')).toHaveCount(0);
    const file = panel.locator('input[type=file]');
    await file.setInputFiles(await saved.path());
    await expect(panel.getByRole('checkbox', { name: 'On: Odd is locked' })).not.toBeChecked();
    await file.setInputFiles({
      name: 'rules.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify({ rules: [{ when: { kind: 'mvoe' } }] })),
    });
    await expect(panel.getByRole('alert')).toContainText('kind is "mvoe"');
    await expect(panel.getByRole('checkbox')).toHaveCount(1);
  });

  test('lead back to the button of their rule once it is edited, or is not', async ({
    boardPage,
    page,
  }) => {
    await withRules(page, LOCKS, { ...LOCKS, when: { kind: 'settlement' } });
    await boardPage.open('/basketball');
    await boardPage.button('Alerts').click();
    const panel = page.getByRole('region', { name: 'Alerts', exact: true });
    const form = panel.getByRole('form', { name: 'Edit the rule' });
    const edit = panel.getByRole('button', { name: /^Edit: / }).nth(1);
    for (const way of ['Escape', 'Cancel', 'Save rule']) {
      await edit.click();
      await expect(form.getByLabel('What happens')).toBeFocused();
      if (way === 'Escape') await page.keyboard.press(way);
      else await form.getByRole('button', { name: way }).click();
      await expect(form).toHaveCount(0);
      await expect(edit).toBeFocused();
    }
    const add = panel.getByRole('button', { name: 'New rule' });
    await add.click();
    await page.keyboard.press('Escape');
    await expect(add).toBeFocused();
  });

  test('keep the focus in their panel when what was pressed there goes', async ({
    boardPage,
    page,
  }) => {
    await withRules(page, LOCKS);
    await boardPage.open('/basketball');
    await boardPage.button('Alerts').click();
    const panel = page.getByRole('region', { name: 'Alerts', exact: true });
    await panel.locator('input[type=file]').setInputFiles({
      name: 'rules.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify({ rules: [{ when: { kind: 'mvoe' } }] })),
    });
    const dismiss = panel.getByRole('button', { name: 'Dismiss' });
    await dismiss.focus();
    await page.keyboard.press('Enter');
    await expect(dismiss).toHaveCount(0);
    await expect(panel).toBeFocused();

    await panel.getByRole('button', { name: /^Test: / }).evaluate((button: HTMLElement) => {
      for (let press = 0; press < 70; press += 1) button.click();
    });
    const all = panel.getByRole('button', { name: /^Show all 70/ });
    await all.focus();
    await page.keyboard.press('Enter');
    await expect(all).toHaveCount(0);
    // What is tried of a rule that is about no fixture leads nowhere: then it is the list that one reads on in.
    const reading = page.locator(':focus');
    await expect(reading).toHaveAttribute('tabindex', '0');
    await expect(reading.getByRole('listitem').last()).toBeAttached();
    expect(await reading.evaluate((one) => one.scrollTop)).toBeGreaterThan(0);
  });

  test('that the desktop told of are followed to their board, whichever is open by now', async ({
    boardPage,
    page,
    world,
  }) => {
    await page.addInitScript(() => {
      const notices: object[] = [];
      class Notice {
        static readonly permission = 'granted';
        onclick: (() => void) | null = null;
        constructor() {
          notices.push(this);
        }
        close(): void {}
      }
      Object.assign(window, { Notification: Notice, notices });
    });
    await withRules(page, { ...LOCKS, desktop: true });
    await boardPage.open('/basketball');
    const [row] = oddsOfOne(world, 1);
    if (!row) throw new Error('no open odd');
    const count = () => page.evaluate(() => (Reflect.get(window, 'notices') as unknown[]).length);
    await lockUntil(world, [row], async () => expect(await count()).toBeGreaterThan(0));
    const press = () =>
      page.evaluate(() => {
        const [first] = Reflect.get(window, 'notices') as { onclick(): void }[];
        first?.onclick();
      });
    const isThere = ({ pathname, searchParams }: URL) =>
      pathname === '/basketball' &&
      searchParams.get('view') === 'lines' &&
      searchParams.get('fixture') === row.fixture_id;
    await page.getByRole('link', { name: 'Football', exact: true }).click();
    await expect(page).toHaveURL(/\/football$/);
    await boardPage.untilLive();
    await press();
    await expect(page).toHaveURL(isThere);
    await boardPage.untilLive();
    await expect(boardPage.odd(row.id)).toBeVisible();
    // On its own board nothing is loaded for it.
    await page.keyboard.press('1');
    await expect(page).toHaveURL(({ searchParams }) => !searchParams.has('view'));
    await press();
    await expect(page).toHaveURL(isThere);
    await expect(boardPage.odd(row.id)).toBeFocused();
    world.post('copilot-odds', row);
  });

  test('that are being written are not thrown away for another price', async ({
    boardPage,
    page,
  }) => {
    await boardPage.open('/basketball');
    await expect(boardPage.button('Alerts')).toBeVisible();
    const [first, second] = await boardPage.cells.evaluateAll((cells) =>
      cells.map((cell) => cell.getAttribute('data-odd-id') ?? ''),
    );
    const [cell, other] = [boardPage.odd(first ?? ''), boardPage.odd(second ?? '')];
    const panel = page.getByRole('region', { name: 'Alerts', exact: true });
    const form = panel.getByRole('form', { name: 'New rule' });
    const what = form.getByLabel('What happens');
    const only = form.getByRole('checkbox', { name: /^Only / });
    await cell.focus();
    await page.keyboard.press('Shift+A');
    await expect(what).toBeFocused();
    const name = await only.evaluate((one) => one.parentElement?.textContent);
    // What is unticked by mistake is ticked again, and the keys stay there.
    await only.press('Space');
    await expect(only).not.toBeChecked();
    await expect(only).toBeFocused();
    await only.press('Space');
    await expect(only).toBeChecked();
    // Of the same price, back into the form.
    await cell.focus();
    await page.keyboard.press('Shift+A');
    await expect(what).toBeFocused();
    await form.getByLabel('Size in %').fill('7');
    await other.focus();
    await page.keyboard.press('Shift+A');
    await expect(what).toBeFocused();
    await expect(page.getByText('Another rule is being written')).toBeVisible();
    await expect(form.getByLabel('Size in %')).toHaveValue('7');
    expect(await only.evaluate((one) => one.parentElement?.textContent)).toBe(name);
    await panel.getByRole('button', { name: 'New rule' }).click();
    await expect(what).toBeFocused();
    await expect(form.getByLabel('Size in %')).toHaveValue('7');
    // With nothing of one's own in it there is nothing to lose.
    await form.getByLabel('Size in %').fill('2');
    await other.focus();
    await page.keyboard.press('Shift+A');
    await expect(what).toBeFocused();
    await expect(cell).not.toBeFocused();
    await page.keyboard.press('Escape');
    await expect(other).toBeFocused();
  });

  test('that are being written are there again when their panel is', async ({
    boardPage,
    page,
    world,
  }) => {
    await boardPage.open('/basketball');
    await expect(boardPage.button('Alerts')).toBeVisible();
    const cell = boardPage.odd(openOdds(world)[0]?.id ?? '');
    const panel = page.getByRole('region', { name: 'Alerts', exact: true });
    const size = panel.getByLabel('Size in %');
    await boardPage.button('Alerts').click();
    await panel.getByRole('button', { name: 'New rule' }).click();
    await size.fill('7');
    // Another panel, and the history that a price opens, take its place.
    await boardPage.button('Tape').click();
    await expect(panel).toBeHidden();
    await boardPage.button('Alerts').click();
    await expect(size).toHaveValue('7');
    await cell.click();
    await expect(panel).toBeHidden();
    await page.getByRole('button', { name: 'Close Price history' }).click();
    await expect(size).toHaveValue('7');
    await panel.getByRole('button', { name: 'Cancel' }).click();
    // What was given up, and what nothing was written into, does not come back.
    await panel.getByRole('button', { name: 'New rule' }).click();
    await expect(size).not.toHaveValue('7');
    await boardPage.button('Tape').click();
    await boardPage.button('Alerts').click();
    await expect(panel).toBeVisible();
    await expect(size).toBeHidden();
  });

  test('begun on a price lead back to its cell, saved or not, from which Escape closes the panel', async ({
    boardPage,
    page,
  }) => {
    await boardPage.open('/basketball');
    const id = (await boardPage.cells.nth(4).getAttribute('data-odd-id')) ?? '';
    const cell = boardPage.odd(id);
    const panel = page.getByRole('region', { name: 'Alerts', exact: true });
    const form = panel.getByRole('form', { name: 'New rule' });
    await cell.focus();
    for (const way of ['Escape', 'Cancel', 'Save rule']) {
      await page.keyboard.press('Shift+A');
      await expect(form.getByLabel('What happens')).toBeFocused();
      if (way === 'Escape') await page.keyboard.press(way);
      else await form.getByRole('button', { name: way }).click();
      await expect(form).toHaveCount(0);
      await expect(cell).toBeFocused();
      await expect(panel).toBeVisible();
    }
    await page.keyboard.press('ArrowDown');
    await expect(cell).not.toBeFocused();
    await page.keyboard.press('Escape');
    await expect(panel).toBeVisible();

    await cell.focus();
    await page.keyboard.press('Shift+A');
    await expect(form.getByLabel('What happens')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(cell).toBeFocused();
    // The window is left and comes back, as by Alt+Tab: the cell has the focus all along, and is told of both.
    await cell.evaluate((element) => {
      document.hasFocus = () => false;
      element.dispatchEvent(new FocusEvent('blur'));
      document.hasFocus = () => true;
      element.dispatchEvent(new FocusEvent('focus'));
    });
    await expect(cell).toBeFocused();
    // Also with the card of the cell in between.
    await expect(page.getByRole('tooltip')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(panel).toHaveCount(0);
    await expect(cell).toBeFocused();
  });
});
