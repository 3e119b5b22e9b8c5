/**
 * The trader's browser: does what a trader does, and is looked into from outside. The page knows nothing of it: frames are
 * counted by a loop of the bench's own, and what the page holds is asked of its heap.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page as Tab } from 'playwright';
import { type Chromium, heapMb, metricsOf, VIEWPORT } from '../board/chromium';
import { round } from '../table';
import { SPORT, type Turn } from './day';

const LIVE_MS = 120_000;
/** A machine that is busy with other things may let a click wait for long. */
const ACT_MS = 120_000;
const WHEEL_PX = 120;
const WHEELS = 60;
const WHEEL_GAP_MS = 32;
/** Names of the heap's handles, so that they can be let go of at once. */
const HANDLES = 'endure';

export type Frames = { frames: number; p50: number; p99: number; max: number };

export type Inside = {
  odds: number;
  fixtures: number;
  states: Record<string, number>;
  largest: number[];
  ids: string[];
};

/** Runs in the page before anything of it: counts the gaps between frames since it was last asked. */
function installFrames(): void {
  const gaps: number[] = [];
  let last: number | null = null;
  const onFrame = (at: number) => {
    if (last !== null) gaps.push(at - last);
    last = at;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  const takeFrames = (): Frames => {
    const sorted = gaps.splice(0).sort((a, b) => a - b);
    last = null;
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { frames: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
  };
  Object.assign(window, { takeFrames });
}

/** Runs in the page on all maps and sets of its heap: finds the Book's by what they hold. */
function lookInside(
  this: { maps: Map<unknown, unknown>[]; sets: Set<unknown>[] },
  withIds: boolean,
): Inside {
  let odds = new Map<string, { state: string }>();
  let fixtures = new Map<string, unknown>();
  const has = (value: unknown, field: string) =>
    typeof value === 'object' && value !== null && field in value;
  for (const map of this.maps) {
    const [first] = map.values();
    // What a filter made of the same odds is no larger, and came later.
    if (has(first, 'timestampSeconds') && has(first, 'settledAt') && map.size > odds.size) {
      odds = map as typeof odds;
    } else if (has(first, 'statusReceivedAt') && map.size > fixtures.size) {
      fixtures = map as typeof fixtures;
    }
  }
  const states: Record<string, number> = {};
  for (const { state } of odds.values()) states[state] = (states[state] ?? 0) + 1;
  const sizes = [...this.maps, ...this.sets].map(({ size }) => size);
  return {
    ...{ odds: odds.size, fixtures: fixtures.size, states },
    largest: sizes.sort((a, b) => b - a).slice(0, 8),
    ids: withIds ? [...odds.keys()] : [],
  };
}

export type Trader = {
  /** Does one turn of the day; it may take a few seconds. */
  act(turn: Turn): Promise<void>;
  /** Ends what the turn began. */
  rest(turn: Turn): Promise<void>;
  frames(): Promise<Frames>;
  /** How the board says that its feed is. */
  feed(): Promise<string>;
  counts(): Promise<{ nodes: number; listeners: number }>;
  /** MB after a forced collection: the page's heap, and the one of the worker that tabs share. */
  heaps(): Promise<{ heapMb: number; workerHeapMb: number | null }>;
  inside(withIds?: boolean): Promise<Inside>;
  /** Writes a snapshot of the page's heap, for looking at what grew. */
  dump(write: (chunk: string) => void): Promise<void>;
  /** Errors of the page so far, and of what was done with it. */
  errors: string[];
};

/** Opens the board in a tab of its own and waits until it is live and whole. */
export async function openTrader({ browser }: Chromium, boardUrl: string): Promise<Trader> {
  const tab = await browser.newPage({ viewport: VIEWPORT });
  tab.setDefaultTimeout(ACT_MS);
  const errors: string[] = [];
  tab.on('pageerror', (error) => errors.push(String(error)));
  const session = await tab.context().newCDPSession(tab);
  await session.send('Performance.enable');
  await session.send('HeapProfiler.enable');
  // The loader of this file names functions by a helper that the page does not have.
  await tab.addInitScript('globalThis.__name = (named) => named;');
  await tab.addInitScript(installFrames);
  await tab.goto(`${boardUrl}/${SPORT}`);
  await untilLive(tab);
  const worker = await openWorker(browser);

  async function wheel(): Promise<void> {
    for (let count = 0; count < WHEELS; count += 1) {
      const deltaY = count < WHEELS / 2 ? WHEEL_PX : -WHEEL_PX;
      await session.send('Input.dispatchMouseEvent', {
        ...{ type: 'mouseWheel', x: 960, y: 600, deltaX: 0, deltaY },
      });
      await sleep(WHEEL_GAP_MS);
    }
  }

  const press = (name: string) => tab.getByRole('button', { name, exact: true }).click();
  const search = tab.getByRole('searchbox');

  /** Picks the first league of the list, or lets go of the one that is picked. */
  async function toggleLeague(isPicked: boolean): Promise<void> {
    await tab.getByRole('button', { name: /^League/ }).click();
    await tab.getByRole('listbox').getByRole('option', { selected: isPicked }).first().click();
    await tab.keyboard.press('Escape');
  }

  const acts: Record<Turn, () => Promise<void>> = {
    sit: async () => {},
    scroll: wheel,
    lines: () => press('Lines'),
    'scroll-lines': wheel,
    board: () => press('Board'),
    search: () => search.fill('over'),
    clear: () => search.fill(''),
    league: () => toggleLeague(false),
    hide: () => setHidden(tab, true),
  };
  const rests: Partial<Record<Turn, () => Promise<void>>> = {
    league: () => toggleLeague(true),
    hide: () => setHidden(tab, false),
  };

  return {
    errors,
    act: (turn) => acts[turn](),
    rest: async (turn) => rests[turn]?.(),
    frames: () => tab.evaluate('takeFrames()'),
    feed: async () => (await tab.locator('[data-feed]').first().getAttribute('data-feed')) ?? '',
    async counts() {
      const { Nodes: nodes = 0, JSEventListeners: listeners = 0 } = await metricsOf(session);
      return { nodes, listeners };
    },
    async heaps() {
      return { heapMb: await heapMb(session), workerHeapMb: (await worker?.heapMb()) ?? null };
    },
    async inside(withIds = false) {
      try {
        const objectsOf = async (expression: string) => {
          const { result } = await session.send('Runtime.evaluate', {
            ...{ expression, objectGroup: HANDLES },
          });
          const { objects } = await session.send('Runtime.queryObjects', {
            ...{ prototypeObjectId: result.objectId ?? '', objectGroup: HANDLES },
          });
          return objects.objectId;
        };
        const maps = await objectsOf('Map.prototype');
        const sets = await objectsOf('Set.prototype');
        const { result: both } = await session.send('Runtime.callFunctionOn', {
          ...{ objectId: maps, objectGroup: HANDLES, arguments: [{ objectId: sets }] },
          functionDeclaration: 'function (sets) { return { maps: this, sets }; }',
        });
        const { result } = await session.send('Runtime.callFunctionOn', {
          ...{ objectId: both.objectId, returnByValue: true, arguments: [{ value: withIds }] },
          functionDeclaration: lookInside.toString(),
        });
        return result.value as Inside;
      } finally {
        await session.send('Runtime.releaseObjectGroup', { objectGroup: HANDLES });
      }
    },
    async dump(write) {
      const onChunk = ({ chunk }: { chunk: string }) => write(chunk);
      session.on('HeapProfiler.addHeapSnapshotChunk', onChunk);
      await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      session.off('HeapProfiler.addHeapSnapshotChunk', onChunk);
    },
  };
}

async function untilLive(tab: Tab): Promise<void> {
  await tab.waitForSelector('[data-feed="live"]', { timeout: LIVE_MS });
  await tab.waitForSelector('[data-odd-id]', { timeout: LIVE_MS });
}

/** Tells the page that it is hidden, as a browser does with a tab in the background. */
async function setHidden(tab: Tab, isHidden: boolean): Promise<void> {
  await tab.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** The worker that tabs share, spoken to through the browser; null where there is none. */
async function openWorker(
  browser: Chromium['browser'],
): Promise<{ heapMb(): Promise<number> } | null> {
  const session: CDPSession = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets', {
    filter: [{ type: 'shared_worker' }],
  });
  const [target] = targetInfos;
  if (!target) return null;
  const { sessionId } = await session.send('Target.attachToTarget', {
    ...{ targetId: target.targetId, flatten: false },
  });
  let asked = 0;
  const ask = (method: string) =>
    new Promise<Record<string, number>>((resolve) => {
      asked += 1;
      const id = asked;
      const onAnswer = ({ message }: { message: string }) => {
        const answer = JSON.parse(message) as { id: number; result: Record<string, number> };
        if (answer.id !== id) return;
        session.off('Target.receivedMessageFromTarget', onAnswer);
        resolve(answer.result);
      };
      session.on('Target.receivedMessageFromTarget', onAnswer);
      void session.send('Target.sendMessageToTarget', {
        ...{ sessionId, message: JSON.stringify({ id, method }) },
      });
    });
  return {
    async heapMb() {
      await ask('HeapProfiler.collectGarbage');
      const { usedSize = 0 } = await ask('Runtime.getHeapUsage');
      return round(usedSize / 1024 / 1024, 2);
    },
  };
}
