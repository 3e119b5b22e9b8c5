// A Chromium for the browser tests: the one that is there, else the one that can be had.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, run } from './prepare.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const INSTALL_MS = 5 * 60_000;

/** Package managers: their command, what refreshes their lists, what installs Chromium. */
const MANAGERS = [
  ['apt-get', ['update'], ['install', '-y', '--no-install-recommends', 'chromium']],
  ['dnf', null, ['install', '-y', 'chromium']],
  ['apk', null, ['add', '--no-cache', 'chromium']],
  ['pacman', null, ['-Sy', '--noconfirm', 'chromium']],
];

function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** True for a Chromium that runs: a stub that asks for another package, or one that lacks its libraries, does not. */
async function works(file) {
  const { code, output } = await run(file, ['--version'], { timeoutMs: 30_000 });
  return code === 0 && /chrom/i.test(output);
}

async function playwrightsOwn() {
  const { chromium } = await import('playwright');
  return chromium.executablePath();
}

/** Path of a Chromium that runs, or null. */
export async function findBrowser() {
  const wanted = process.env.BOARD_CHROMIUM;
  if (wanted) return (await works(wanted)) ? wanted : null;
  for (const file of [...NAMES.map(onPath), await playwrightsOwn()]) {
    if (file && (await works(file))) return file;
  }
  return null;
}

async function installByPlaywright() {
  const cli = join(root, 'node_modules/playwright/cli.js');
  console.log('Installing Chromium (playwright install chromium) …');
  const options = { timeoutMs: INSTALL_MS };
  const { code, output } = await run(process.execPath, [cli, 'install', 'chromium'], options);
  if (code !== 0) return output;
  if (await findBrowser()) return '';
  // There, but without the system's libraries it needs.
  return (await run(process.execPath, [cli, 'install-deps', 'chromium'], options)).output;
}

async function installBySystem() {
  const manager = MANAGERS.find(([command]) => onPath(command));
  if (!manager) return '';
  const isRoot = process.getuid?.() === 0;
  const mayAsk = isRoot || (onPath('sudo') && (await run('sudo', ['-n', 'true'])).code === 0);
  if (!mayAsk) return '';
  const [command, refresh, install] = manager;
  console.log(`Installing Chromium (${command} ${install.join(' ')}) …`);
  let said = '';
  for (const args of [refresh, install].filter(Boolean)) {
    const whole = isRoot ? [command, ...args] : ['sudo', '-n', command, ...args];
    const options = { timeoutMs: INSTALL_MS, env: { DEBIAN_FRONTEND: 'noninteractive' } };
    said += (await run(whole[0], whole.slice(1), options)).output;
  }
  return said;
}

/** Path of a Chromium that runs, installed where there is none; throws with what to do where it cannot be. */
export async function ensureBrowser() {
  let said = '';
  for (const install of [null, installByPlaywright, installBySystem]) {
    if (install) said += await install();
    const file = await findBrowser();
    if (file) return file;
    if (process.env.BOARD_CHROMIUM) {
      throw new Error(
        `BOARD_CHROMIUM is "${process.env.BOARD_CHROMIUM}", and no Chromium runs there: correct or unset it.`,
      );
    }
  }
  throw new Error(
    `${said.trimEnd()}\n\nNo Chromium was found and none could be installed: install one (Debian: apt-get install chromium), or set BOARD_CHROMIUM to its path.`,
  );
}
