/**
 * What is injected into every page that is measured. It looks from outside: at frames, at long tasks, at the text of
 * one tracked cell, at what stands under points of the screen. Nothing of it is known to the pages.
 */

export type Look = {
  /** Selector of the tracked odd's cell, and within it of its figure; empty where the cell is the figure. */
  cell: string;
  figure: string;
  /** Selector of a row. */
  row: string;
  /** Selector of what is seen below the last row, where no row is missing. */
  foot?: string;
};

/** A price of the tracked cell: when the page held it, and when the frame that shows it had been made. Epoch ms. */
export type Mark = { price: number; domMs: number; paintMs: number };

export type Seen = {
  frames: number;
  frameP99Ms: number;
  framesOver33: number;
  longTasks: number;
  longTaskMs: number;
  marks: Mark[];
};

export type Scrolled = {
  fps: number;
  frameP99Ms: number;
  samples: number;
  blank: number;
  inputMs: number[];
};

/** What the page's `boardProbe` answers; times are ms. */
export type Probe = {
  /** From navigation to the first frame that held the tracked price; null before. */
  firstOdds(): number | null;
  has(selector: string): boolean;
  /** Whether it is there to be focused. */
  focus(selector: string): boolean;
  watch(ms: number): Promise<Seen>;
  watchScroll(ms: number): Promise<Scrolled>;
  listenKeys(): void;
  /** From each key since `listenKeys` to the frame after it. */
  takeKeys(): number[];
};

/** Runs in the page, before anything of it. */
export function installProbe(look: Look): void {
  const epoch = () => performance.timeOrigin + performance.now();
  const afterFrame = (task: () => void) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      task();
    };
    requestAnimationFrame(() => port2.postMessage(null));
  };
  const figureOf = (cell: Element | null) =>
    cell && look.figure !== '' ? cell.querySelector(look.figure) : cell;
  const priceOf = (cell: Element | null) => {
    const text = figureOf(cell)?.textContent ?? '';
    const [digits] = /\d+/.exec(text) ?? [];
    return digits === undefined ? null : Number(digits);
  };
  const quantile = (values: number[], share: number) => {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  };

  let firstOddsMs: number | null = null;
  const awaitFirst = () => {
    if (document.body && priceOf(document.querySelector(look.cell)) !== null) {
      afterFrame(() => {
        firstOddsMs = performance.now();
      });
    } else requestAnimationFrame(awaitFirst);
  };
  requestAnimationFrame(awaitFirst);

  const watch = (ms: number) =>
    new Promise<Seen>((resolve, reject) => {
      const cell = document.querySelector(look.cell);
      if (!cell) return reject(new Error(`nothing matches ${look.cell}`));
      const gaps: number[] = [];
      const marks: Mark[] = [];
      let longTasks = 0;
      let longTaskMs = 0;
      let last: number | null = null;
      let price = priceOf(cell);
      const started = performance.now();
      const tasks = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
          longTasks += 1;
          longTaskMs += duration;
        }
      });
      tasks.observe({ type: 'longtask' });
      // An observer of sizes is told in the very frame that follows, after the page's own work and before the paint.
      const probe = document.createElement('div');
      let waiting: Mark[] = [];
      const sizes = new ResizeObserver(() => {
        const shown = waiting;
        waiting = [];
        if (shown.length === 0) return;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          const paintMs = epoch();
          for (const mark of shown) marks.push({ ...mark, paintMs });
        };
        port2.postMessage(null);
      });
      document.body.append(probe);
      const changes = new MutationObserver(() => {
        const now = priceOf(cell);
        if (now === null || now === price) return;
        price = now;
        waiting.push({ price: now, domMs: epoch(), paintMs: 0 });
        sizes.unobserve(probe);
        sizes.observe(probe);
      });
      changes.observe(cell, { subtree: true, characterData: true, childList: true });
      const frame = (at: number) => {
        if (last !== null) gaps.push(at - last);
        last = at;
        if (performance.now() - started < ms) {
          requestAnimationFrame(frame);
          return;
        }
        changes.disconnect();
        tasks.disconnect();
        sizes.disconnect();
        probe.remove();
        resolve({
          frames: (gaps.length * 1000) / gaps.reduce((sum, gap) => sum + gap, 0),
          frameP99Ms: quantile(gaps, 0.99),
          framesOver33: gaps.filter((gap) => gap > 33.4).length,
          longTasks,
          longTaskMs,
          marks,
        });
      };
      requestAnimationFrame(frame);
    });

  const inputs: number[] = [];
  const onInput = (event: Event) => {
    const at = event.timeStamp;
    afterFrame(() => inputs.push(performance.now() - at));
  };

  const listen = (name: 'keydown' | 'wheel') => {
    inputs.length = 0;
    window.addEventListener(name, onInput, { capture: true, passive: true });
    return () => window.removeEventListener(name, onInput, { capture: true });
  };

  const watchScroll = (ms: number) => {
    const stop = listen('wheel');
    const points: [number, number][] = [];
    for (let y = 0.2; y < 0.95; y += 0.06) points.push([innerWidth * 0.2, innerHeight * y]);
    return new Promise<Scrolled>((resolve) => {
      const gaps: number[] = [];
      let last: number | null = null;
      let samples = 0;
      let blank = 0;
      const started = performance.now();
      const frame = (at: number) => {
        if (last !== null) gaps.push(at - last);
        last = at;
        afterFrame(() => {
          for (const [x, y] of points) {
            const found = document.elementFromPoint(x, y);
            if (look.foot !== undefined && found?.matches(look.foot)) continue;
            samples += 1;
            const row = found?.closest(look.row);
            if (!row || (row.textContent ?? '').trim() === '') blank += 1;
          }
        });
        if (performance.now() - started < ms) requestAnimationFrame(frame);
        else {
          stop();
          resolve({
            fps: (gaps.length * 1000) / gaps.reduce((sum, gap) => sum + gap, 0),
            frameP99Ms: quantile(gaps, 0.99),
            samples,
            blank,
            inputMs: [...inputs],
          });
        }
      };
      requestAnimationFrame(frame);
    });
  };

  let stopKeys = () => {};
  const boardProbe: Probe = {
    firstOdds: () => firstOddsMs,
    has: (selector) => document.querySelector(selector) !== null,
    focus(selector) {
      document.querySelector<HTMLElement>(selector)?.focus();
      return document.activeElement?.matches(selector) ?? false;
    },
    watch,
    watchScroll,
    listenKeys() {
      stopKeys = listen('keydown');
    },
    takeKeys() {
      stopKeys();
      return [...inputs];
    },
  };
  Object.assign(window, { boardProbe });
}
