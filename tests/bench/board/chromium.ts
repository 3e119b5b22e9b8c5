/** The Chromium that the benches look at boards with, and what it tells of a page. */
import { type Browser, type CDPSession, chromium } from 'playwright';
import { findBrowser } from '../../../scripts/browser.mjs';
import { round } from '../table';

export const VIEWPORT = { width: 1920, height: 1080 };
const ARGS = ['--disable-gpu', '--disable-background-networking', '--disable-component-update'];

export type Chromium = { browser: Browser; pid: number; close(): Promise<void> };

/** A browser of its own, in processes that can be weighed. */
export async function launchChromium(): Promise<Chromium> {
  const executablePath = await findBrowser();
  if (!executablePath) throw new Error('No Chromium: `npm test -- browser` says how to get one.');
  const server = await chromium.launchServer({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox', ...ARGS] : ARGS,
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, pid: server.process().pid ?? 0, close: () => server.close() };
}

/** Chromium's own counters of a page; `Performance.enable` comes first. */
export async function metricsOf(session: CDPSession): Promise<Record<string, number>> {
  const { metrics: list } = await session.send('Performance.getMetrics');
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

const HEAP_LOOKS = 5;

/**
 * What the page's heap holds once its garbage is gone: the least of some looks, since what streams in between a collection
 * and its look is garbage to come, on a slow machine megabytes of it.
 */
export async function heapMb(session: CDPSession): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < HEAP_LOOKS; look += 1) {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    least = Math.min(least, usedSize);
  }
  return round(least / 1024 / 1024, 2);
}
