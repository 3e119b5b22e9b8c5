/** One run: one page under one workload in a browser of its own; what it showed, how soon, and what that cost. */
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page as Tab } from 'playwright';
import { eventually } from '../../support/eventually';
import { firstLoad } from '../../support/first-load';
import type { Helper } from '../ipc';
import { cpuSeconds, mainThreadSeconds } from '../machine';
import { round } from '../table';
import { heapMb, launchChromium, metricsOf, VIEWPORT } from './chromium';
import type { BoardOdd } from './feed';
import type { Page } from './pages';
import { installProbe, type Probe, type Scrolled, type Seen } from './probe';

export type Load = {
  name: string;
  odds: number;
  /** Row updates a second. */
  rate: number;
  /** Share of the updates that are in rows on the screen. */
  visibleShare: number;
};

export type Outcome = {
  page: Page['name'];
  load: string;
  fps: number;
  frameP99Ms: number;
  framesOver33: number;
  longTasks: number;
  longTaskMs: number;
  /** Percent of the window that the main thread worked; script, and style and layout, are parts of it. */
  busy: number;
  script: number;
  /** Percent of a core that the main thread used; while it worked it also waited for one. */
  mainCpu: number;
  styleLayout: number;
  /** Percent of one core, all processes of the browser. */
  browserCpu: number;
  heapMb: number;
  growthMb: number;
  /** From the relay's write to the page's DOM and to the task after the frame that shows it. */
  domP50Ms: number;
  domP99Ms: number;
  paintP50Ms: number;
  paintP99Ms: number;
  /** From the upstream's write to the relay's. */
  relayP50Ms: number;
  /** From the upstream's write to the task after the frame that shows it. */
  wholeP50Ms: number;
  wholeP99Ms: number;
  keyP50Ms: number;
  keyP99Ms: number;
  wheelP99Ms: number;
  firstOddsMs: number;
  scrollFps: number;
  scrollP99Ms: number;
  /** Percent of the looks at rows that found none, or an empty one. */
  blank: number;
  /** What the page names by itself, compressed. */
  scriptKib: number;
};

export type Stage = {
  load: Load;
  boardUrl: string;
  peersUrl: string;
  upstream: Helper;
  tracked: BoardOdd;
  /** Ids of the odds that each page shows at first. */
  visible: Map<Page['name'], string[]>;
  seconds: number;
};

const START_MS = 2_000;
const READY_MS = 120_000;
const WARM_MS = 5_000;
const KEYS = 25;
const KEY_GAP_MS = 80;
const SCROLL_MS = 3_000;
const WHEEL_GAP_MS = 16;
const WHEEL_PX = 120;
const RENDERER = '--type=renderer';
const OURS = new Set(['lines', 'board']);

/** Listens at the relay as any viewer would, for when each price of the tracked odd is written. */
export function listenAtRelay(boardUrl: string, tracked: BoardOdd) {
  const seen = new Map<number, number>();
  const mark = `"id":"${tracked.id}"`;
  let rest = '';
  const request = get(`${boardUrl}/api/v3/stream/copilot/basketball/odds`, (response) => {
    response.setEncoding('latin1');
    response.on('data', (chunk: string) => {
      const now = performance.timeOrigin + performance.now();
      const text = rest + chunk;
      for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
        const [, price] = /"price":(\d{4})/.exec(text.slice(at, at + 700)) ?? [];
        if (price) seen.set(Number(price), now);
      }
      rest = text.slice(-1_000);
    });
  });
  request.on('error', () => {});
  return {
    at: (price: number) => seen.get(price) ?? null,
    clear: () => seen.clear(),
    stop: () => request.destroy(),
  };
}

export type Listener = ReturnType<typeof listenAtRelay>;

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0, 1);
}

/** How late each price showed: one that was overtaken counts until a newer one shows. */
function latencies(
  sent: readonly { price: number; sentMs: number }[],
  { marks }: Seen,
  listener: Listener,
) {
  const order = new Map(sent.map(({ price }, index) => [price, index]));
  const dom: number[] = [];
  const paint: number[] = [];
  const relay: number[] = [];
  const whole: number[] = [];
  const shown = marks.filter(({ price }) => order.has(price));
  const first = order.get(shown[0]?.price ?? -1) ?? 0;
  const last = order.get(shown.at(-1)?.price ?? -1) ?? -1;
  for (let index = first; index <= last; index += 1) {
    const one = sent[index];
    const mark = shown.find(({ price }) => (order.get(price) ?? -1) >= index);
    const written = one && listener.at(one.price);
    if (!one || !mark || !written) continue;
    dom.push(mark.domMs - written);
    paint.push(mark.paintMs - written);
    relay.push(written - one.sentMs);
    whole.push(mark.paintMs - one.sentMs);
  }
  return { dom, paint, relay, whole };
}

/** Asks the page's probe; what takes the page a while is waited for. */
function ask<Name extends keyof Probe>(
  tab: Tab,
  name: Name,
  ...given: Parameters<Probe[Name]>
): Promise<Awaited<ReturnType<Probe[Name]>>> {
  return tab.evaluate(
    ([name, given]) => {
      const { boardProbe } = window as unknown as {
        boardProbe: Record<string, (...given: unknown[]) => never>;
      };
      return boardProbe[name]?.(...given) as never;
    },
    [name as string, given as unknown[]] as const,
  );
}

/**
 * What the page itself answers to `look`, asked until it is something: a selector of Playwright's would leave its own scripts in
 * the heap, of our pages alone.
 */
function until<T>(tab: Tab, what: string, look: () => Promise<T | null | false>): Promise<T> {
  const check = async () => {
    const found = await look();
    if (found === null || found === false)
      throw new Error(`${tab.url()} ${what} in ${READY_MS} ms`);
    return found;
  };
  return eventually(check, { limitMs: READY_MS });
}

async function press(tab: Tab, session: CDPSession): Promise<number[]> {
  await ask(tab, 'listenKeys');
  for (let count = 0; count < KEYS; count += 1) {
    const key = count % 2 === 0 ? 'ArrowDown' : 'ArrowUp';
    const code = key === 'ArrowDown' ? 40 : 38;
    const fields = { key, code: key, windowsVirtualKeyCode: code };
    await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...fields });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...fields });
    await sleep(KEY_GAP_MS);
  }
  return ask(tab, 'takeKeys');
}

async function wheel(tab: Tab, session: CDPSession): Promise<Scrolled> {
  const watching = ask(tab, 'watchScroll', SCROLL_MS);
  const until = performance.now() + SCROLL_MS;
  while (performance.now() < until) {
    const began = performance.now();
    void session
      .send('Input.dispatchMouseEvent', {
        ...{ type: 'mouseWheel', x: 960, y: 600, deltaX: 0, deltaY: WHEEL_PX },
      })
      .catch(() => {});
    await sleep(Math.max(1, WHEEL_GAP_MS - (performance.now() - began)));
  }
  return watching;
}

export async function runPage(page: Page, stage: Stage, listener: Listener): Promise<Outcome> {
  const { load, upstream, tracked, seconds } = stage;
  const chromium = await launchChromium();
  try {
    const { bytes } = await firstLoad(page.url(stage.boardUrl, stage.peersUrl));
    const { browser } = chromium;
    // A browser that has just started is busy with itself: it has opened a page of both servers before.
    const early = await browser.newPage();
    for (const url of [`${stage.peersUrl}/vanilla.js`, `${stage.boardUrl}/api/health`])
      await early.goto(url);
    await sleep(START_MS);
    await early.close();
    const tab = await browser.newPage({ viewport: VIEWPORT });
    const session = await tab.context().newCDPSession(tab);
    await session.send('Performance.enable');
    const look = page.look(tracked);
    // The loader of this file names functions by a helper that the page does not have.
    await tab.addInitScript('globalThis.__name = (named) => named;');
    await tab.addInitScript(installProbe, look);
    const visible = stage.visible.get(page.name) ?? [];
    listener.clear();
    await upstream.ask('start', {
      ...{ rate: load.rate, tracked: tracked.id, visible, visibleShare: load.visibleShare },
    });
    await tab.goto(page.url(stage.boardUrl, stage.peersUrl), { waitUntil: 'commit' });
    const firstOddsMs = await until(tab, 'showed no odds', () => ask(tab, 'firstOdds'));
    if (OURS.has(page.name)) {
      await until(tab, 'was not live', () => ask(tab, 'has', '[data-feed="live"]'));
    }
    await sleep(WARM_MS);
    if (OURS.has(page.name) && !(await ask(tab, 'focus', look.cell))) {
      throw new Error(`${tab.url()} has no ${look.cell} to focus`);
    }
    const heapBefore = await heapMb(session);
    await sleep(500);
    const before = await metricsOf(session);
    const cpuBefore = cpuSeconds(chromium.pid);
    const mainBefore = mainThreadSeconds(chromium.pid, RENDERER);
    const began = performance.now();
    const seen = await ask(tab, 'watch', seconds * 1000);
    const elapsed = (performance.now() - began) / 1000;
    const after = await metricsOf(session);
    const cpu = cpuSeconds(chromium.pid) - cpuBefore;
    const mainCpu = mainThreadSeconds(chromium.pid, RENDERER) - mainBefore;
    await sleep(200);
    const heapAfter = await heapMb(session);
    const keys = await press(tab, session);
    // Who scrolls with the wheel has nothing in focus.
    await tab.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const scrolled = await wheel(tab, session);
    const { tracked: sent } = await upstream.ask<{
      tracked: { price: number; sentMs: number }[];
    }>('stop');
    const { dom, paint, relay, whole } = latencies(sent, seen, listener);
    const share = (...names: string[]) =>
      round(
        (100 * names.reduce((sum, name) => sum + (after[name] ?? 0) - (before[name] ?? 0), 0)) /
          elapsed,
        2,
      );
    return {
      page: page.name,
      load: load.name,
      fps: round(seen.frames, 1),
      frameP99Ms: round(seen.frameP99Ms, 1),
      framesOver33: seen.framesOver33,
      longTasks: seen.longTasks,
      longTaskMs: round(seen.longTaskMs, 0),
      busy: share('TaskDuration'),
      script: share('ScriptDuration'),
      mainCpu: round((100 * mainCpu) / elapsed, 1),
      styleLayout: share('LayoutDuration', 'RecalcStyleDuration'),
      browserCpu: round((100 * cpu) / elapsed, 1),
      heapMb: heapAfter,
      growthMb: round(heapAfter - heapBefore, 2),
      domP50Ms: quantile(dom, 0.5),
      domP99Ms: quantile(dom, 0.99),
      paintP50Ms: quantile(paint, 0.5),
      paintP99Ms: quantile(paint, 0.99),
      relayP50Ms: quantile(relay, 0.5),
      wholeP50Ms: quantile(whole, 0.5),
      wholeP99Ms: quantile(whole, 0.99),
      keyP50Ms: quantile(keys, 0.5),
      keyP99Ms: quantile(keys, 0.99),
      wheelP99Ms: quantile(scrolled.inputMs, 0.99),
      firstOddsMs: round(firstOddsMs, 0),
      scrollFps: round(scrolled.fps, 1),
      scrollP99Ms: round(scrolled.frameP99Ms, 1),
      blank: round((100 * scrolled.blank) / Math.max(1, scrolled.samples), 2),
      scriptKib: round(bytes / 1024, 1),
    };
  } finally {
    await chromium.close();
  }
}
