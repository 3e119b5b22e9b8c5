/**
 * What only Node may load. Through the bundler each would be a module that comes later, and the code for such modules goes
 * to every browser.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const PROJECT = process.cwd();
const load = createRequire(join(PROJECT, 'package.json'));

type Sharp = typeof import('sharp').default;

let sharp: Sharp | null = null;

/** Keeps nothing of what it made, since no picture comes twice, and takes one core at most. */
export function loadSharp(): Sharp {
  if (!sharp) {
    sharp = load('sharp') as Sharp;
    sharp.cache(false);
    sharp.concurrency(1);
  }
  return sharp;
}

export const loadOpentype = (): typeof import('opentype.js') => load('opentype.js');

/** Path of a file of a package. */
export const fileOf = (name: string): string => load.resolve(name);
