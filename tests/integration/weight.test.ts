import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstLoad } from '../support/first-load';
import { type Board, startBoard } from '../support/serve';

/** KiB of JavaScript, compressed, that a first load of the board may bring; of these Next.js and React are about 136. */
const BUDGET_KIB = 170;
/** KiB of a page as it is before compression: each odd in it costs the server and the browser before a price is seen. */
const PAGE_BUDGET_KIB = 320;

describe('the first load of the board', () => {
  let board: Board;
  beforeAll(async () => {
    board = await startBoard();
  }, 60_000);
  afterAll(() => board.stop());

  it('brings no more JavaScript than its budget', async () => {
    const { scripts, bytes } = await firstLoad(`${board.url}/basketball`);
    expect(scripts).toBeGreaterThan(5);
    const kib = bytes / 1024;
    expect(kib).toBeGreaterThan(100);
    expect(kib).toBeLessThanOrEqual(BUDGET_KIB);
  });

  it.each(['board', 'lines'])('brings a first screen of the %s view and no more', async (view) => {
    const page = await (await fetch(`${board.url}/basketball?view=${view}`)).text();
    expect(page).toContain('data-odd-id');
    expect(page.length / 1024).toBeLessThanOrEqual(PAGE_BUDGET_KIB);
  });

  it('names its font before any style sheet can ask for it', async () => {
    const page = await fetch(`${board.url}/basketball`);
    await page.body?.cancel();
    const [, font = ''] =
      /<([^>]+\.woff2)>; rel=preload/.exec(page.headers.get('link') ?? '') ?? [];
    const answer = await fetch(new URL(font, board.url));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('font/woff2');
  });
});
