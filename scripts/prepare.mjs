// What a start and a test run need before anything else: the packages of the lock and a build of the sources. Both are
// judged by content, since a checkout gives every file a new time.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** No install and no build takes longer than this on a machine that can run the board. */
const RUN_LIMIT_MS = 15 * 60_000;

/** Folders that `next build` reads; at the root it reads whatever is code or settings. */
const BUILD_FOLDERS = ['app', 'components', 'lib', 'public'];
const BUILD_FILE = /^(?!next-env\.d\.ts$|biome\.json$).+\.(ts|mjs|json)$/;

const children = new Set();

function stopTree(child, signal) {
  try {
    // A group of its own on POSIX, so that what the child started ends with it.
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}

/** Ends what `run` has started, and whatever that has started. */
export function stopChildren(signal = 'SIGTERM') {
  for (const child of children) stopTree(child, signal);
}

/**
 * Runs a command in the project's folder to its end. `show` passes its output on as it comes; either way the output
 * is in the answer. After `timeoutMs` the command and all it started are ended.
 */
export function run(command, args, { env = {}, show = false, timeoutMs = RUN_LIMIT_MS } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    children.add(child);
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stopTree(child, 'SIGTERM');
      setTimeout(() => stopTree(child, 'SIGKILL'), 5_000).unref();
    }, timeoutMs);
    const take = (target) => (chunk) => {
      output += chunk;
      if (show) target.write(chunk);
    };
    child.stdout.on('data', take(process.stdout));
    child.stderr.on('data', take(process.stderr));
    const end = (code) => {
      if (!children.delete(child)) return;
      clearTimeout(timer);
      stopTree(child, 'SIGKILL');
      if (timedOut)
        output += `\nEnded after ${Math.round(timeoutMs / 60_000)} min without an end.\n`;
      resolve({ code: timedOut ? 1 : (code ?? 1), output });
    };
    child.on('error', (error) => {
      output += `${error.message}\n`;
      end(1);
    });
    child.on('close', end);
    // A grandchild that keeps the pipe open must not keep us waiting.
    child.on('exit', (code) => setTimeout(end, 2_000, code).unref());
  });
}

function failure(what, output, remedy) {
  return new Error(`${output.trimEnd()}\n\n${what} ${remedy}`);
}

/** True where `node_modules` holds every package of the lock in its version. */
export function isInstalled(folder = root) {
  let wanted;
  let held;
  try {
    wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
    // npm writes this file when an install is complete, so a broken-off install has none.
    held = JSON.parse(
      readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'),
    ).packages;
  } catch {
    return false;
  }
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = held[path];
    // Packages for other systems are in the lock and rightly not in the folder.
    if (!found) return optional === true;
    return (
      found.version === version &&
      found.integrity === integrity &&
      existsSync(join(folder, path, 'package.json'))
    );
  });
}

/** A hash over the names and contents of all that a build is made from. */
export function hashSources(folder = root) {
  const hash = createHash('sha256');
  const inputs = readdirSync(folder).filter(
    (name) => BUILD_FOLDERS.includes(name) || BUILD_FILE.test(name),
  );
  for (const input of inputs.sort()) {
    const path = join(folder, input);
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
          .sort()
      : [input];
    for (const file of files) {
      const content = readFileSync(join(folder, file));
      hash.update(`${file.split(sep).join('/')}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

const distDir = () => join(root, process.env.BOARD_DIST_DIR || '.next');
const stampFile = () => join(distDir(), 'built-from');

function isBuilt(hash) {
  try {
    return readFileSync(stampFile(), 'utf8') === hash;
  } catch {
    return false;
  }
}

/** True where the owner of the lock is gone: it was killed, or the machine or container went with it. */
function isAbandoned(lock) {
  try {
    // Older than any install or build may take: the pid may have been given to another process since.
    if (Date.now() - statSync(lock).mtimeMs > 2 * RUN_LIMIT_MS) return true;
    const pid = Number(readFileSync(join(lock, 'pid'), 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return pid === process.pid;
  } catch (error) {
    // Else it has just been released, or its owner is about to write its pid.
    return error.code === 'ESRCH';
  }
}

/** Does `work` while no other start or test run of this folder installs or builds. */
async function alone(work) {
  // The name is ignored by git with the build folders.
  const lock = join(root, '.next-lock');
  for (let told = false; ; ) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(lock)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) console.log('Waiting for another start that installs or builds …');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

/** Installs the packages of the lock where they are missing or others. Throws with npm's output and what to do. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await alone(async () => {
    if (isInstalled()) return;
    console.log('Installing packages (npm ci) …');
    const npm = process.env.npm_execpath;
    // Test runs share the folder, so an environment that says production must not leave their packages out.
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    const { code, output } = npm?.endsWith('.js')
      ? await run(process.execPath, [npm, ...args])
      : await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
    if (code !== 0) {
      throw failure(
        'The packages could not be installed.',
        output,
        'Check the network, then try again.',
      );
    }
  });
}

/** Builds where there is no build or one of other sources. Throws with the build's output and what to do. */
export async function ensureBuilt() {
  if (isBuilt(hashSources())) return;
  await alone(async () => {
    const hash = hashSources();
    if (isBuilt(hash)) return;
    console.log(
      existsSync(stampFile()) ? 'Building again, the sources have changed …' : 'Building …',
    );
    // Gone during the build: one that is broken off must not pass for a whole one.
    rmSync(stampFile(), { force: true });
    const next = join(root, 'node_modules/next/dist/bin/next');
    const { code, output } = await run(process.execPath, [next, 'build'], {
      env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    });
    if (code !== 0) {
      throw failure('The build failed.', output, 'Mend what is named above, then try again.');
    }
    writeFileSync(stampFile(), hash);
  });
}

/** Ends with one line where this Node is too old; `engines` in package.json says the same. */
export function refuseOldNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 9)) return;
  console.error(`Node ${version} is too old: install Node 20.9 or newer from https://nodejs.org.`);
  process.exit(1);
}
