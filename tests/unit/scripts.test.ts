import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashSources, isInstalled, run } from '@/scripts/prepare.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scripts-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: unknown): void {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe('isInstalled', () => {
  const one = { version: '1.0.0', integrity: 'sha512-one' };

  function install(lock: object, held: object): void {
    write('package-lock.json', { packages: { '': { name: 'board' }, ...lock } });
    write('node_modules/.package-lock.json', { packages: held });
    for (const path of Object.keys(held)) write(`${path}/package.json`, {});
  }

  it('is true where the folder holds what the lock names', () => {
    install({ 'node_modules/one': one }, { 'node_modules/one': one });
    expect(isInstalled(folder)).toBe(true);
  });

  it('is true without the packages of other systems', () => {
    install(
      { 'node_modules/one': one, 'node_modules/other': { version: '1.0.0', optional: true } },
      { 'node_modules/one': one },
    );
    expect(isInstalled(folder)).toBe(true);
  });

  it('does not mind that a checkout made the lock newer', () => {
    install({ 'node_modules/one': one }, { 'node_modules/one': one });
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(join(folder, 'package-lock.json'), later, later);
    expect(isInstalled(folder)).toBe(true);
  });

  it('is false where there is no folder, and where an install was broken off', () => {
    write('package-lock.json', { packages: { 'node_modules/one': one } });
    expect(isInstalled(folder)).toBe(false);
    write('node_modules/one/package.json', {});
    expect(isInstalled(folder)).toBe(false);
  });

  it.each([
    ['a new package', { 'node_modules/one': one, 'node_modules/two': one }],
    ['another version', { 'node_modules/one': { ...one, version: '1.0.1' } }],
    ['other contents', { 'node_modules/one': { ...one, integrity: 'sha512-two' } }],
  ])('is false where the lock names %s', (_what, lock) => {
    install(lock, { 'node_modules/one': one });
    expect(isInstalled(folder)).toBe(false);
  });

  it('is false where a package was deleted', () => {
    install({ 'node_modules/one': one }, { 'node_modules/one': one });
    rmSync(join(folder, 'node_modules/one'), { recursive: true });
    expect(isInstalled(folder)).toBe(false);
  });
});

describe('hashSources', () => {
  beforeEach(() => {
    write('app/page.tsx', 'one');
    write('lib/feed/hub.ts', 'two');
    write('next.config.ts', 'three');
    write('README.md', 'four');
  });

  it('stays the same while nothing but times changes', () => {
    const before = hashSources(folder);
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(join(folder, 'app/page.tsx'), later, later);
    expect(hashSources(folder)).toBe(before);
  });

  it('does not mind what a build does not read', () => {
    const before = hashSources(folder);
    write('README.md', 'five');
    write('tests/unit/a.test.ts', 'six');
    expect(hashSources(folder)).toBe(before);
  });

  it.each([
    ['app/page.tsx', 'changed'],
    ['lib/feed/new.ts', 'added'],
    ['next.config.ts', 'changed'],
    ['public/icon.svg', 'added'],
    ['proxy.ts', 'added'],
  ])('changes with %s', (path, content) => {
    const before = hashSources(folder);
    write(path, content);
    expect(hashSources(folder)).not.toBe(before);
  });

  it('changes when a file takes the name of another', () => {
    const before = hashSources(folder);
    rmSync(join(folder, 'app/page.tsx'));
    write('app/layout.tsx', 'one');
    expect(hashSources(folder)).not.toBe(before);
  });
});

describe('run', () => {
  it('answers the exit code and all that was printed', async () => {
    const script = 'console.log("out"); console.error("err"); process.exit(3)';
    const { code, output } = await run(process.execPath, ['-e', script]);
    expect(code).toBe(3);
    expect(output).toContain('out\n');
    expect(output).toContain('err\n');
  });

  it('answers a failure for a command that does not exist', async () => {
    const { code, output } = await run('no-such-command-here', []);
    expect(code).not.toBe(0);
    expect(output).toContain('no-such-command-here');
  });

  it('ends a command that hangs, and what that has started', async () => {
    const grandchild = "setInterval(() => {}, 1000); process.on('SIGTERM', () => {});";
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}]); console.log('pid', c.pid); setInterval(() => {}, 1000);`;
    const { code, output } = await run(process.execPath, ['-e', script], { timeoutMs: 1_500 });
    expect(code).toBe(1);
    const pid = Number(/pid (\d+)/.exec(output)?.[1]);
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed process whose parent is gone may wait for init to take note of it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('package-lock.json', () => {
  type Entry = Partial<Record<'dependencies' | 'optionalDependencies', Record<string, string>>> & {
    resolved?: string;
  };
  const path = resolve(import.meta.dirname, '../../package-lock.json');
  const packages: Record<string, Entry> = JSON.parse(readFileSync(path, 'utf8')).packages;

  it('names every dependency, those of other systems too, or npm ci refuses it', () => {
    const missing = Object.entries(packages).flatMap(([parent, entry]) =>
      Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
        .filter((name) => !isNamed(parent, name))
        .map((name) => `${name} of ${parent}`),
    );
    expect(missing).toEqual([]);
  });

  it('records no registry address', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved)).toEqual([]);
  });

  /** As Node resolves: in the parent's own folder, else in one above. */
  function isNamed(parent: string, name: string): boolean {
    const above = parent.split('node_modules/');
    return above.some((_, count) => {
      const prefix = above.slice(0, above.length - count).join('node_modules/');
      const slash = prefix === '' || prefix.endsWith('/') ? '' : '/';
      return `${prefix}${slash}node_modules/${name}` in packages;
    });
  }
});
