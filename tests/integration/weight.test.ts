import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const page = await (await fetch(`${board.url}/basketball`)).text();
    const paths = new Set(
      [...page.matchAll(/<script\b[^>]*?\bsrc="([^"]+)"[^>]*>/g)]
        // What only browsers without modules load is no part of it.
        .filter(([tag]) => !/\bnomodule\b/i.test(tag))
        .map(([, path = '']) => path.replaceAll('&amp;', '&')),
    );
    expect(paths.size).toBeGreaterThan(5);
    let bytes = 0;
    for (const path of paths) {
      const answer = await fetch(new URL(path, board.url));
      expect(answer.status, path).toBe(200);
      bytes += gzipSync(Buffer.from(await answer.arrayBuffer()), { level: 9 }).length;
    }
    const kib = bytes / 1024;
    expect(kib).toBeGreaterThan(100);
    expect(kib).toBeLessThanOrEqual(BUDGET_KIB);
  });
});
