/** What Linux tells of processes: CPU, memory, and how to keep them on a core. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const TICKS_PER_SECOND = 100;

export type CoreUse = { busySeconds: number; stolenSeconds: number };

/** Whether this machine can say what a process costs. */
export const canMeasure = process.platform === 'linux';

/** Puts a process, with all its threads, on one core; says nothing where that cannot be done. */
export function pin(pid: number, core: number): void {
  spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}

/** Whether processes can be kept on two cores. */
export function canPin(): boolean {
  return (
    cpus().length >= 2 && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0
  );
}

/**
 * Keeps cores from falling asleep, by work that gives way to everything else: a machine of a host's wakes up when the
 * host lets it, which can take longer than a quiet feed's event. Ends when told to, or after `mostMs` by itself.
 */
export function keepAwake(cores: readonly number[], mostMs: number): () => void {
  const loop = `const until = Date.now() + ${mostMs}; while (Date.now() < until);`;
  const children = cores.map((core) =>
    spawn('chrt', ['-i', '0', 'taskset', '-c', String(core), process.execPath, '-e', loop], {
      stdio: 'ignore',
    }).on('error', () => {}),
  );
  return () => {
    for (const child of children) child.kill('SIGKILL');
  };
}

/** A process and all that it started. */
export function treeOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const tree = [pid];
  for (const member of tree) {
    for (const [child, parent] of parents) if (parent === member) tree.push(child);
  }
  return tree;
}

/** User and system ticks that a `stat` file tells of. */
function ticksIn(file: string): number {
  const stat = readFileSync(file, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** User and system seconds of a process and all that it started. */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const member of treeOf(pid)) {
    try {
      ticks += ticksIn(`/proc/${member}/stat`);
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks / TICKS_PER_SECOND;
}

/** The same of the first threads alone, of those that were started with this argument. */
export function mainThreadSeconds(pid: number, argument: string): number {
  let ticks = 0;
  for (const member of treeOf(pid)) {
    try {
      const given = readFileSync(`/proc/${member}/cmdline`, 'utf8').split(/[\0 ]/);
      if (given.includes(argument)) ticks += ticksIn(`/proc/${member}/task/${member}/stat`);
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks / TICKS_PER_SECOND;
}

/** Resident KiB of a process and all that it started. */
export function residentKiB(pid: number): number {
  let kib = 0;
  for (const member of treeOf(pid)) {
    try {
      const status = readFileSync(`/proc/${member}/status`, 'utf8');
      kib += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
    }
  }
  return kib;
}

/** How long a core has worked, and been kept from it by the host, since the machine started. */
export function coreUse(core: number): CoreUse {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (line ?? '')
    .split(' ')
    .map(Number);
  return {
    busySeconds: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
    stolenSeconds: steal / TICKS_PER_SECOND,
  };
}

/** The machine in one line. */
export function machineName(): string {
  return `${cpus()[0]?.model ?? 'unknown CPU'} x ${cpus().length}, ${process.platform} ${process.arch}`;
}

const PRIORITY = -15;

/** Puts a process and all that it started on one core. */
export function pinTree(pid: number, core: number): void {
  for (const member of treeOf(pid)) pin(member, core);
}

/** Gives every thread of a process and of what it started the right of way; says nothing where that is not allowed. */
export function prefer(pid: number): void {
  for (const member of treeOf(pid)) {
    const threads = readdirSync(`/proc/${member}/task`);
    spawnSync('renice', ['-n', String(PRIORITY), '-p', ...threads], { stdio: 'ignore' });
  }
}
