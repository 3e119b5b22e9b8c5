/**
 * The endurance bench's upstream, a process of its own: the simulator with games played twelve times as fast, and a count
 * of all ids that it ever offered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator } from '@/lib/simulator';
import { answerParent } from '../ipc';
import { SPEED, SPORT } from './day';

const [seed = 1, odds = 0, rate = 0, warmMs = 0] = process.argv.slice(2).map(Number);

/** How much faster than the wall's the world's clock runs until it has caught up. */
const WARM_SPEED = 20;

// The world begins before now and stands still, until it is told to catch up: so it is in full swing when the browser
// comes, and whoever is connected has seen all of it.
const beganAt = Date.now() - warmMs;
let warmedFrom: number | null = null;

function now(): number {
  const wall = Date.now();
  if (warmedFrom === null) return beganAt;
  return Math.min(wall, beganAt + (wall - warmedFrom) * WARM_SPEED);
}

const simulator = await startSimulator({ seed, odds, rate, speed: SPEED, now });
const passed = new Set<string>();

answerParent({
  baseUrl: () => simulator.baseUrl,
  async warm() {
    warmedFrom = Date.now();
    while (now() < Date.now()) await sleep(100);
  },
  /** What is on offer, and how many odds ever were. */
  look() {
    const { odds: standing, fixtures } = simulator.standing(SPORT);
    for (const { id } of standing) passed.add(id);
    return { passed: passed.size, odds: standing.length, fixtures: fixtures.length };
  },
  pause() {
    simulator.pause();
  },
});
