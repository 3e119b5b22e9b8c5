import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstLoad } from '../support/first-load';
import { type Board, startBoard } from '../support/serve';

/** KiB of JavaScript, compressed, that a first load of the board may bring; of these Next.js and React are about 136. */
const BUDGET_KIB = 202;

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
});
