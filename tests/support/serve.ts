import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const project = resolve(import.meta.dirname, '../..');
// Limits against hanging on a busy machine, not measures of speed.
const READY_MS = 60_000;
const END_MS = 8_000;

export type Board = {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  pid: number;
  /** Everything printed so far. */
  output(): string;
  /** Ends it with SIGTERM and answers its exit code; null where it had to be killed. */
  stop(): Promise<number | null>;
};

type Options = {
  /** Added to an environment without any setting of the board. */
  env?: Record<string, string>;
  /** @defaultValue any free one */
  port?: number;
  /** @defaultValue `--prebuilt` */
  args?: string[];
};

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The process's environment without what a person may have set for their own board. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      name === 'BOARD_DIST_DIR' ||
      !/^(BOARD_|OPTICODDS_|NEXT_|npm_|NODE_ENV$|PORT$|VITEST|TEST)/.test(name),
  );
  // Empty, not missing: a missing one would be filled from a .env file.
  return {
    ...Object.fromEntries(kept),
    NODE_ENV: 'production',
    OPTICODDS_API_KEY: '',
    OPTICODDS_BASE_URL: '',
  };
}

/** Runs `scripts/start.mjs` and collects what it prints. */
export function spawnStart({ env = {}, port = 0, args = ['--prebuilt'] }: Options = {}) {
  const child = spawn(process.execPath, ['scripts/start.mjs', '--end-with-parent', ...args], {
    cwd: project,
    env: { ...bareEnvironment(), PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = new Promise<number | null>((done) => {
    child.on('close', (code) => {
      running.delete(child);
      done(code);
    });
  });
  return { child, ended, output: () => output };
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Serves the build that is there until `stop` is called or this process ends. Ready when `/api/health` answers. */
export async function startBoard(options: Options = {}): Promise<Board> {
  const { child, ended, output } = spawnStart(options);
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), END_MS);
    const code = await ended;
    clearTimeout(late);
    return code;
  };
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const url = /^Board: (http:\S+)$/m.exec(output())?.[1];
    if (url) {
      const answer = await fetch(`${url}/api/health`).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok) return { url, pid: child.pid ?? 0, output, stop };
    }
    await sleep(50);
  }
  await stop();
  throw new Error(`the board did not come up; it printed:\n${output()}`);
}
