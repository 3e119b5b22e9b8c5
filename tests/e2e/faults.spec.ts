/** The board in a real browser, on broken wires at both sides of its server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test as base } from 'playwright/test';
import { encodeSse } from '@/lib/protocol/sse';
import { startSimulator } from '@/lib/simulator';
import { seededRandom } from '../support/fake-timing';
import { type FaultKind, startFaultProxy } from '../support/fault-proxy';
import { startBoard } from '../support/serve';
import { expect } from './fixtures';
import { BoardPage } from './pages/board-page';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000_000);
const SPORT = 'basketball';

/** Pings that come often, and waits that are as much shorter. */
const QUICK = {
  BOARD_UPSTREAM_LATE_MS: '1500',
  BOARD_UPSTREAM_DEAD_MS: '3000',
  BOARD_UPSTREAM_OPEN_MS: '3000',
  BOARD_UPSTREAM_RETRY_MS: '300',
  BOARD_UPSTREAM_BACKOFF_MS: '100',
  BOARD_UPSTREAM_BACKOFF_MAX_MS: '500',
  BOARD_UPSTREAM_FREEZE_MS: '1000',
  BOARD_REST_TIMEOUT_MS: '3000',
  BOARD_REST_RETRY_MS: '500',
  BOARD_ODDS_REFRESH_MS: '0',
  BOARD_FIXTURES_POLL_MS: '2000',
  BOARD_PING_MS: '500',
};

const BEHIND: FaultKind[] = [
  ...(['cut', 'end', 'cut-in-frame', 'cut-in-character', 'stall', 'silence', 'delay'] as const),
  ...(['split-everywhere', 'split-in-line-end', 'duplicate', 'reorder', 'open-status'] as const),
  ...(['open-refused', 'read-status', 'read-cut', 'cut-all'] as const),
];
const BEFORE: FaultKind[] = [
  ...(['cut', 'end', 'cut-in-frame', 'cut-in-character', 'delay', 'stall'] as const),
  ...(['split-everywhere', 'split-in-character', 'split-in-line-end', 'comment'] as const),
  ...(['open-status', 'open-html', 'read-status'] as const),
];

// Workers load this file anew, so no title may carry the seed.
base.describe('on broken wires', () => {
  base.beforeEach(() => console.log(`seed ${SEED}`));

  base('the cells show the truth again, and the feed says live', async ({ page }) => {
    base.setTimeout(360_000);
    const random = seededRandom(SEED);
    const simulator = await startSimulator({ seed: SEED, odds: 600, rate: 150, pingMs: 300 });
    const behind = await startFaultProxy(simulator.baseUrl.replace('/api/v3', ''));
    const board = await startBoard({
      env: {
        OPTICODDS_API_KEY: simulator.key,
        OPTICODDS_BASE_URL: `${behind.url}/api/v3`,
        ...QUICK,
      },
    });
    const before = await startFaultProxy(board.url);
    const boardPage = new BoardPage(page);
    try {
      await boardPage.open(`${before.url}/${SPORT}?view=lines`);
      for (let episode = 0; episode < 3; episode += 1) {
        for (let count = 0; count < 30; count += 1) {
          for (const [wire, kinds] of [
            [behind, BEHIND],
            [before, BEFORE],
          ] as const) {
            const kind = kinds[Math.floor(random() * kinds.length)] as FaultKind;
            const status = [404, 500, 502, 503][Math.floor(random() * 4)] as number;
            wire.strike({ kind, where: random(), ms: random() * 2_500, status });
          }
          await page.waitForTimeout(random() * 100);
        }
        simulator.pause();
        behind.heal();
        before.heal();
        await expect(boardPage.feed).toHaveAttribute('data-feed', 'live', { timeout: 45_000 });
        await expect
          .poll(
            async () => {
              const truth = new Map(simulator.standing(SPORT).odds.map((odd) => [odd.id, odd]));
              const cells = await boardPage.cells.evaluateAll((elements) =>
                elements.map((element) => {
                  const { oddId = '', price, state } = (element as HTMLElement).dataset;
                  return { id: oddId, price: Number(price), state };
                }),
              );
              const wrong = cells.filter(({ id, price, state }) => {
                const odd = truth.get(id);
                return odd?.state !== state || (state === 'open' && odd?.price !== price);
              });
              return cells.length > 10 ? wrong : 'too few cells';
            },
            { timeout: 45_000 },
          )
          .toEqual([]);
        expect(await boardPage.feed.getAttribute('data-feed')).toBe('live');
        simulator.resume();
      }
    } catch (error) {
      console.log(['behind the server:', ...behind.log().slice(-60)].join('\n'));
      console.log(['before it:', ...before.log().slice(-60)].join('\n'));
      throw error;
    } finally {
      await before.stop();
      await board.stop();
      await behind.stop();
      await simulator.stop();
    }
  });

  base("an EventSource hears our encoder's frames as they were written", async ({ page }) => {
    const random = seededRandom(SEED);
    const parts = ['a', ' ', ':', '\n', '\r\n', '\r', 'é', '𝒳', '\ufeff', '"', 'data: ', '\0'];
    const frames = Array.from({ length: 200 }, (_, index) => ({
      event: ['ping', 'copilot-odds', 'message'][index % 3] as string,
      id: index % 4 === 0 ? null : `1795000000000-${index}`,
      data: Array.from(
        { length: 1 + Math.floor(random() * 20) },
        () => parts[Math.floor(random() * parts.length)],
      ).join(''),
    }));
    const bytes = Buffer.from(frames.map((frame) => encodeSse(frame)).join(''));
    const server = createServer((request, response) => {
      if (request.url !== '/stream') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><p>here</p>');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let from = 0; from < bytes.length; ) {
        const to = from + 1 + Math.floor(random() * 30);
        response.write(bytes.subarray(from, to));
        from = to;
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const heard = await page.evaluate(
        (count) =>
          new Promise<string[][]>((resolve) => {
            const events: string[][] = [];
            const source = new EventSource('/stream');
            for (const name of ['ping', 'copilot-odds', 'message']) {
              source.addEventListener(name, (event) => {
                events.push([event.type, event.data, event.lastEventId]);
                if (events.length < count) return;
                source.close();
                resolve(events);
              });
            }
          }),
        frames.length,
      );
      let last = '';
      const wanted = frames.map(({ event, id, data }) => {
        last = id ?? last;
        return [event, data.replace(/\r\n|\r/g, '\n'), last];
      });
      expect(heard).toEqual(wanted);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
