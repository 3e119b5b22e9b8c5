/** One line per change of state, none per event. */

export type Log = {
  info(message: string): void;
  warn(message: string): void;
};

/** Lines on stdout and stderr, in which no secret can occur. */
export function createLog(secrets: readonly string[]): Log {
  const clean = (message: string) =>
    secrets.reduce((text, secret) => text.replaceAll(secret, '[key]'), message);
  return {
    info: (message) => console.log(`[board] ${clean(message)}`),
    warn: (message) => console.warn(`[board] ${clean(message)}`),
  };
}
