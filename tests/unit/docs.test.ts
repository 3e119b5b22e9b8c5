import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const project = resolve(import.meta.dirname, '../..');

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(project, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

// Not what an install, a build or a test run leaves.
const MADE = /^(node_modules|\.git|\.next.*|next-env\.d\.ts|test-results|\.env.*)$/;
const tops = new Set(readdirSync(project).filter((name) => !MADE.test(name)));
const names = new Set(
  [...tops].flatMap((top) =>
    statSync(join(project, top)).isDirectory()
      ? readdirSync(join(project, top), { recursive: true, encoding: 'utf8' }).map((path) =>
          basename(path),
        )
      : [top],
  ),
);

const CODE_FILE = /^[\w.[\]-]+\.(tsx?|mjs|json|css|md|sse|grit)$/;

/** Paths in backticks: those that begin in a folder of ours, and bare names of source files. */
function pathsIn(page: string): string[] {
  return [...page.matchAll(/`([^`\s]+)`/g)]
    .map(([, code = '']) => code.replace(/^@\//, '').replace(/\/$/, ''))
    .filter((code) => /^[\w.[\]/-]+$/.test(code) && !code.includes('...'))
    .filter(
      (code) => CODE_FILE.test(code) || (code.includes('/') && tops.has(code.split('/')[0] ?? '')),
    );
}

function isThere(path: string): boolean {
  if (!path.includes('/')) return names.has(path);
  return ['', '.ts', '.tsx', '.mjs'].some((ending) => existsSync(join(project, path + ending)));
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(project, page), 'utf8');

  it('names no path that does not exist', () => {
    expect(pathsIn(text).filter((path) => !isThere(path))).toEqual([]);
  });

  it('links and shows no file that does not exist', () => {
    const targets = [...text.matchAll(/\]\(([^)#\s]+)|src="([^"]+)"/g)]
      .map(([, link, picture]) => link ?? picture ?? '')
      .filter((target) => !/^[a-z]+:/.test(target));
    const missing = targets.filter((target) => !existsSync(join(project, dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it('names no npm script that does not exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    const named = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    );
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe('the documentation test', () => {
  it('sees a path, a source file and a folder, and finds them missing', () => {
    const found = pathsIn('`lib/feed/gone.ts` and `gone.tsx`, `tests/gone/`, `@/lib/gone`, `a/b`');
    expect(found).toEqual(['lib/feed/gone.ts', 'gone.tsx', 'tests/gone', 'lib/gone']);
    expect(found.filter(isThere)).toEqual([]);
    expect(isThere('package.json')).toBe(true);
    expect(isThere('lib/protocol/book')).toBe(true);
  });
});
