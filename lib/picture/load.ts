/**
 * What only Node may load. Through the bundler each would be a module that comes later, and the code for such modules goes
 * to every browser.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const PROJECT = process.cwd();
const load = createRequire(join(PROJECT, 'package.json'));

export const loadSharp = (): typeof import('sharp').default => load('sharp');
export const loadOpentype = (): typeof import('opentype.js') => load('opentype.js');

/** Path of a file of a package. */
export const fileOf = (name: string): string => load.resolve(name);
