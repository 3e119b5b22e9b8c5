/**
 * A tab's end of the shared streams: looks like an EventSource, so that position, watchdog and reopening stay
 * where they are. Where no shared worker runs, or it does not answer, the tab has a connection of its own.
 */
import { createBrowserEventSource, type EventSourceLike } from './connection';
import type { ShareFrame, ToShare } from './stream-share';

/** A worker that has not answered by then is taken for dead. */
const HELLO_MS = 5_000;
/** Attempts in a row to reach a worker: the second one starts another where the first has crashed. */
const ATTEMPTS = 2;
/** After that none is tried for so long: what kept it away may have been a deployment. */
const GIVEN_UP_MS = 5 * 60_000;

let failures = 0;
let failedAt = 0;

/** A worker object per stream: where the worker is gone, this starts it anew. Null where none may run. */
function startWorker(): SharedWorker | null {
  if (typeof SharedWorker === 'undefined') return null;
  if (failures >= ATTEMPTS && Date.now() - failedAt < GIVEN_UP_MS) return null;
  try {
    return new SharedWorker(new URL('./stream-worker.ts', import.meta.url), { name: 'streams' });
  } catch {
    // So some browsers do where site data is refused.
    return null;
  }
}

/** Opens a stream over the connections that this browser's tabs share. */
export function createSharedEventSource(url: string): EventSourceLike {
  const worker = startWorker();
  if (!worker) return createBrowserEventSource(url);
  const listeners = new Map<string, (event: MessageEvent<string>) => void>();
  const { port } = worker;
  let isClosed = false;

  const say = (message: ToShare) => port.postMessage(message);
  const dispatch = ([name, data, lastEventId]: ShareFrame) =>
    listeners.get(name)?.({ data, lastEventId } as MessageEvent<string>);
  const fail = () => {
    if (!isClosed) dispatch(['error', '', '']);
  };
  const onShown = () => say({ kind: 'shown', isShown: !document.hidden });
  const refuse = () => {
    failures += 1;
    failedAt = Date.now();
    fail();
  };
  const timer = setTimeout(refuse, HELLO_MS);

  worker.onerror = () => {
    clearTimeout(timer);
    refuse();
  };
  port.onmessage = ({ data: frames }: MessageEvent<readonly ShareFrame[]>) => {
    if (isClosed) return;
    clearTimeout(timer);
    failures = 0;
    say({ kind: 'took' });
    for (const frame of frames) if (!isClosed) dispatch(frame);
  };
  document.addEventListener('visibilitychange', onShown);
  // A page that is put aside must not hold a connection; shown again, it opens another.
  window.addEventListener('pagehide', fail);

  const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  say({
    kind: 'open',
    url,
    isShown: !document.hidden,
    isMultiplexed: /^h[23]/.test(visit?.nextHopProtocol ?? ''),
  });

  return {
    addEventListener(name, listener) {
      listeners.set(name, listener);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onShown);
      window.removeEventListener('pagehide', fail);
      say({ kind: 'close' });
      port.close();
    },
  };
}
