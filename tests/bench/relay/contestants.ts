/** Those that are compared, each started and stopped the same way: ours, a proxy per viewer, and nchan. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBuilt } from '../../../scripts/prepare.mjs';
import { bareEnvironment, startBoard } from '../../support/serve';
import type { Helper } from '../ipc';
import { pinTree } from '../machine';
import { SPORT } from './feed';

const project = resolve(import.meta.dirname, '../../..');
const NAIVE = join(project, 'tests/bench/naive-route');
const NEXT = join(project, 'node_modules/next/dist/bin/next');
const NCHAN_MODULES = [
  '/usr/lib/nginx/modules/ngx_nchan_module.so',
  '/usr/share/nginx/modules/ngx_nchan_module.so',
];
const UP_LIMIT_MS = 60_000;
const END_LIMIT_MS = 8_000;
const BUILD_LIMIT_MS = 300_000;

/** Enough for what the bench opens; every other setting is the default. */
const ROOM = { BOARD_VIEWERS: '20000' };

export type Running = {
  pid: number;
  port: number;
  path: string;
  /** Whether a viewer has bytes before the first event. */
  hasFirstBytes: boolean;
  output(): string;
  stop(): Promise<void>;
};

export type Contestant = {
  name: 'ours' | 'naive' | 'nchan';
  /** Why it cannot take part; null where it can. */
  absence: string | null;
  version: string;
  /** @param core the core it is kept on, null for any */
  start(
    upstream: Helper,
    core: number | null,
    options?: { env?: Record<string, string>; port?: number },
  ): Promise<Running>;
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function launch(command: string, args: string[], env: NodeJS.ProcessEnv, cwd: string) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output = (output + chunk).slice(-10_000);
  });
  child.stderr.on('data', (chunk) => {
    output = (output + chunk).slice(-10_000);
  });
  const ended = new Promise<void>((done) => {
    child.on('close', () => {
      children.delete(child);
      done();
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
    await ended;
    clearTimeout(late);
  };
  return { child, output: () => output, stop };
}

async function untilUp(port: number, path: string, output: () => string): Promise<void> {
  const deadline = Date.now() + UP_LIMIT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
    await answer?.body?.cancel();
    if (answer) return;
    await sleep(50);
  }
  throw new Error(`nothing answers on port ${port}; it printed:\n${output()}`);
}

async function upstreamEnv(upstream: Helper): Promise<Record<string, string>> {
  const port = await upstream.ask<number>('port');
  return {
    OPTICODDS_BASE_URL: `http://127.0.0.1:${port}/api/v3`,
    OPTICODDS_API_KEY: 'bench-key',
  };
}

const STREAM = `/api/v3/stream/copilot/${SPORT}/odds`;

function nextVersion(): string {
  const { stdout } = spawnSync(process.execPath, [NEXT, '--version'], { encoding: 'utf8' });
  return /\d+\.\d+\S*/.exec(stdout)?.[0] ?? 'unknown';
}

/** This project's own server, from its build. */
export async function ours(): Promise<Contestant> {
  await ensureBuilt();
  return {
    name: 'ours',
    absence: null,
    version: `Next.js ${nextVersion()}`,
    async start(upstream, core, { env = {}, port } = {}) {
      const board = await startBoard({
        env: { ...(await upstreamEnv(upstream)), ...ROOM, ...env },
        port,
      });
      if (core !== null) pinTree(board.pid, core);
      // The Book is filled before anybody is counted: the reads of the start are not what is measured.
      const first = await fetch(`${board.url}/api/snapshot/${SPORT}?limit=1`);
      if (!first.ok) throw new Error(`no snapshot: ${first.status} ${await first.text()}`);
      await first.body?.cancel();
      return {
        ...{ pid: board.pid, port: Number(new URL(board.url).port), path: STREAM },
        ...{ hasFirstBytes: true, output: board.output },
        async stop() {
          await board.stop();
        },
      };
    },
  };
}

/** The route one writes first: a fetch of the upstream for each viewer. */
export async function naive(): Promise<Contestant> {
  const env = { ...bareEnvironment(), NEXT_TELEMETRY_DISABLED: '1' };
  const built = spawnSync(process.execPath, [NEXT, 'build'], {
    ...{ cwd: NAIVE, env, encoding: 'utf8', timeout: BUILD_LIMIT_MS },
  });
  const absence = built.status === 0 ? null : `its build failed: ${built.stderr}${built.stdout}`;
  return {
    ...{ name: 'naive', absence, version: `Next.js ${nextVersion()}` },
    async start(upstream, core) {
      const port = await freePort();
      const args = [NEXT, 'start', '--port', String(port), '--hostname', '127.0.0.1'];
      const server = launch(
        process.execPath,
        args,
        { ...env, ...(await upstreamEnv(upstream)) },
        NAIVE,
      );
      await untilUp(port, '/', server.output);
      if (core !== null) pinTree(server.child.pid ?? 0, core);
      return {
        ...{ pid: server.child.pid ?? 0, port, path: STREAM, hasFirstBytes: true },
        ...{ output: server.output, stop: server.stop },
      };
    },
  };
}

function nginxVersion(): string | null {
  const { stderr, status } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return status === 0 ? (/nginx\/([\d.]+)/.exec(stderr)?.[1] ?? 'unknown') : null;
}

function nchanVersion(): string {
  const { stdout } = spawnSync('dpkg-query', ['-W', 'libnginx-mod-nchan'], {
    encoding: 'utf8',
  });
  return /([\d.]+)\+/.exec(stdout ?? '')?.[1] ?? 'unknown';
}

/** nginx with nchan, one worker, a channel of events that a publisher posts to. */
export function nchan(): Contestant {
  const version = nginxVersion();
  const module = NCHAN_MODULES.find((path) => existsSync(path));
  const absence =
    version === null
      ? 'nginx is not installed'
      : module === undefined
        ? 'libnginx-mod-nchan is not installed'
        : null;
  return {
    name: 'nchan',
    absence,
    version: absence === null ? `nginx ${version}, nchan ${nchanVersion()}` : '',
    async start(upstream, core) {
      const port = await freePort();
      const folder = mkdtempSync(join(tmpdir(), 'board-bench-nchan-'));
      const file = join(folder, 'nginx.conf');
      writeFileSync(
        file,
        `load_module ${module};
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 20000;
events { worker_connections 19000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  nchan_shared_memory_size 512M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /publish {
      nchan_publisher;
      nchan_channel_id odds;
      nchan_message_buffer_length 60000;
      nchan_message_timeout 600s;
    }
    location = /events {
      nchan_subscriber eventsource;
      nchan_channel_id odds;
      nchan_subscriber_first_message newest;
      nchan_eventsource_ping_interval 5;
    }
    location = /up { return 204; }
  }
}
`,
      );
      const server = launch('nginx', ['-p', folder, '-c', file], process.env, folder);
      await untilUp(port, '/up', server.output);
      if (core !== null) pinTree(server.child.pid ?? 0, core);
      await upstream.ask('publishTo', { port, path: '/publish' });
      return {
        ...{ pid: server.child.pid ?? 0, port, path: '/events', hasFirstBytes: false },
        output: server.output,
        async stop() {
          await upstream.ask('publishTo', { port: null, path: '' });
          await server.stop();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}
