/** What pings tell, which carry the other's time cut to the second: how far our clock is ahead, and what is held up. */

/** Pings looked back on: a minute's. */
const WINDOW = 12;
/** Told in steps, so that a steady clock is a steady number. */
const STEP_MS = 100;

export type ClockOffset = {
  /** A ping with this time in it was received at `receivedAt`, local ms. What is no time is ignored. */
  note(time: string, receivedAt: number): void;
  /** Our clock minus the other, in ms, to about half a second; null before the first ping. */
  ms(): number | null;
};

/**
 * Each ping says that the difference, with the way it travelled, lies within one second; what all of the
 * window's pings say together is narrower. A ping that was held up says too much, so where they contradict
 * each other the promptest one is believed.
 */
export function createClockOffset(): ClockOffset {
  const differences: number[] = [];
  return {
    note(time, receivedAt) {
      const sentAt = Date.parse(time);
      if (Number.isNaN(sentAt)) return;
      differences.push(receivedAt - sentAt);
      if (differences.length > WINDOW) differences.shift();
    },
    ms() {
      if (differences.length === 0) return null;
      const high = Math.min(...differences);
      const said = Math.max(...differences) - 1_000;
      const low = said > high ? high - 1_000 : said;
      // Adding zero: minus zero would be written as such.
      return Math.round((low + high) / 2 / STEP_MS) * STEP_MS + 0;
    },
  };
}

export type Lag = {
  /** A ping with this time in it was received at `receivedAt`, local ms. What is no time says that nothing was held up. */
  note(time: string, receivedAt: number): void;
  /** How long the newest ping was held up on its way, in ms, less the second to which its time was cut. */
  ms(): number;
};

/**
 * How long what comes is held up on its way: the promptest ping tells how far the clocks are apart. A wire that takes
 * less than comes would look alive, and show the past.
 */
export function createLag(): Lag {
  let promptest = Number.POSITIVE_INFINITY;
  let heldMs = 0;
  return {
    note(time, receivedAt) {
      const difference = receivedAt - Date.parse(time);
      heldMs = 0;
      if (Number.isNaN(difference)) return;
      promptest = Math.min(promptest, difference);
      heldMs = Math.max(0, difference - promptest - 1_000);
    },
    ms: () => heldMs,
  };
}
