/**
 * How long what one tab has told is left to it. Tabs learn of the same thing within moments of each other, but for those
 * that a browser holds back: told twice is better than not at all.
 */
const KEPT_MS = 10_000;

/** What this tab has taken upon itself. */
const own = new Set<string>();

/**
 * Runs in one of this browser's tabs alone, the first that asks for it by this name; in all of them where the browser
 * cannot tell (it can on HTTPS and on this computer).
 */
export function inOneTab(name: string, run: () => void): void {
  if (!navigator.locks || own.has(name)) {
    run();
    return;
  }
  const keep = (lock: Lock | null) => {
    if (!lock) return;
    own.add(name);
    run();
    return new Promise<void>((done) => {
      setTimeout(() => {
        own.delete(name);
        done();
      }, KEPT_MS);
    });
  };
  navigator.locks.request(`board: ${name}`, { ifAvailable: true }, keep).catch(run);
}
