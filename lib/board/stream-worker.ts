/** The shared worker: one per browser and build, where the streams of all its tabs come together. */
import { createBrowserEventSource } from './connection';
import { createStreamShare, type ToShare } from './stream-share';

const share = createStreamShare({
  createEventSource: createBrowserEventSource,
  now: Date.now,
  setTimer(callback, delayMs) {
    const id = setTimeout(callback, delayMs);
    return () => clearTimeout(id);
  },
});

addEventListener('connect', (event) => {
  const port = (event as MessageEvent).ports[0];
  if (!port) return;
  const take = share.connect((frames) => port.postMessage(frames));
  port.onmessage = ({ data }: MessageEvent<ToShare>) => take(data);
});
