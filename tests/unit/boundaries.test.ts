import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A boundary that nobody saw refuse anything is a comment. Each case is planted in a tree that holds the project's
// own linter settings, and the linter itself is asked.

/** [what, file, source, part of the message it must be refused with] */
const REFUSED: [string, string, string, string][] = [
  [
    'an alias import of the feed',
    'lib/board/alias.ts',
    "import '@/lib/feed';",
    'lib/protocol for what both',
  ],
  [
    'an alias import behind the feed door',
    'app/inside.ts',
    "import '@/lib/feed/hub';",
    'import from `@/lib/feed`',
  ],
  [
    'a type-only import of the feed',
    'components/board/type-only.ts',
    "import type { Hub } from '@/lib/feed/hub';\nexport type H = Hub;",
    "through lib/board's hooks",
  ],
  [
    'a re-export of the simulator',
    'app/re-export.ts',
    "export * from '@/lib/simulator/api';",
    'an upstream like any other',
  ],
  [
    'a dynamic import of the simulator',
    'lib/feed/dynamic.ts',
    "export const load = () => import('@/lib/simulator/api');",
    'an upstream like any other',
  ],
  [
    'a parent-relative import',
    'lib/feed/parent.ts',
    "import '../board/store';",
    'No parent-relative',
  ],
  [
    'a parent-relative import',
    'lib/protocol/parent.ts',
    "import '../feed/hub';",
    'No parent-relative',
  ],
  [
    'a parent-relative import',
    'app/deep/parent.ts',
    "import '../../lib/feed/hub';",
    'No parent-relative',
  ],
  ['a package', 'lib/protocol/package.ts', "import 'react';", 'no package but valibot'],
  ['a Node module', 'lib/protocol/node.ts', "import 'node:fs';", 'no package but valibot'],
  ['another module', 'lib/protocol/other.ts', "import '@/lib/board/store';", 'nothing of ours but'],
  ['React', 'lib/feed/react.ts', "import 'react';", 'plain Node behind HTTP'],
  ['Next', 'lib/feed/next.ts', "import 'next/server';", 'plain Node behind HTTP'],
  ['the board', 'lib/feed/board.ts', "import '@/lib/board/store';", 'knows no browser code'],
  ['the components', 'lib/board/up.ts', "import '@/components/ui/button';", 'Imports flow one way'],
  ['the app', 'components/board/up.ts', "import '@/app/providers';", 'Imports flow one way'],
  [
    'the desk',
    'components/board/desk.ts',
    "import '@/components/desk/panel';",
    'never the other way',
  ],
  ['a Node module', 'lib/board/node.ts', "import 'node:fs';", 'runs in the browser'],
  ['Next', 'lib/board/next.ts', "import 'next/navigation';", 'knows no framework'],
  ['the feed', 'lib/access/feed.ts', "import '@/lib/feed';", 'before the feed is asked'],
  ['Next', 'lib/access/next.ts', "import 'next/server';", 'plain Node before Next'],
  ['the board', 'lib/access/board.ts', "import '@/lib/board/store';", 'knows no browser code'],
  ['the guard', 'lib/feed/guard.ts', "import '@/lib/access/pass';", 'nothing of who asks'],
  ['the guard', 'lib/board/guard.ts', "import '@/lib/access/pass';", 'no secret must ever be'],
  ['the guard', 'components/ui/guard.ts', "import '@/lib/access/pass';", 'no secret must ever be'],
  ['the guard itself', 'app/guard.ts', "import '@/lib/access/guard';", '@/lib/access/pass'],
  ['the feed', 'lib/picture/feed.ts', "import '@/lib/feed';", 'the route asks the feed'],
  [
    'the board',
    'lib/picture/board.ts',
    "import '@/lib/board/rows';",
    'components/picture makes it',
  ],
  ['React', 'lib/picture/react.ts', "import 'react';", 'made by plain Node'],
  ['pictures', 'lib/board/picture.ts', "import '@/lib/picture';", 'never the other way'],
  ['pictures', 'components/board/picture.ts', "import '@/lib/picture';", 'link to their address'],
  [
    'pictures behind their door',
    'app/picture.ts',
    "import '@/lib/picture/draw';",
    'enters pictures by their door',
  ],
  ['the feed', 'lib/simulator/feed.ts', "import '@/lib/feed/config';", 'lib/protocol alone'],
  ['a Node module', 'components/ui/node.ts', "import 'node:path';", 'run in the browser'],
  ['a server module', 'components/ui/server.ts', "import 'next/headers';", 'pass it as a prop'],
  [
    'a test helper',
    'lib/board/helper.ts',
    "import '@/tests/support/odds';",
    'Nothing outside tests/',
  ],
  ['a second stream client', 'lib/feed/stream.ts', "import 'eventsource';", 'eventsource-parser'],
  ['a dependency', 'scripts/early.mjs', "import 'next';", 'run before the install'],
  [
    'EventSource',
    'components/board/stream.ts',
    "export const s = new EventSource('/x');",
    'One EventSource per board',
  ],
  [
    'EventSource of the window',
    'components/board/window.ts',
    "export const s = new window.EventSource('/x');",
    'One EventSource per board',
  ],
  [
    'fetch',
    'components/board/read.ts',
    "export const r = fetch('/x');",
    'lib/board/queries.ts alone',
  ],
  ['fetch', 'app/read.ts', "export const r = fetch('/x');", 'read through `@/lib/feed`'],
  [
    'fetch of the global object',
    'components/board/global.ts',
    "export const r = globalThis.fetch('/x');",
    'lib/board/queries.ts alone',
  ],
  ['raw JSON', 'components/board/raw.ts', "export const r = JSON.parse('1');", 'decoded values'],
  ['a clock', 'lib/protocol/clock.ts', 'export const t = () => Date.now();', 'is pure'],
  [
    'a spread odd',
    'lib/board/spread.ts',
    'export const f = (odd: object) => ({ ...odd });',
    'An odd is not spread',
  ],
  [
    'a spread odd',
    'components/board/spread.ts',
    'export const f = (odd: object) => ({ ...odd });',
    'An odd is not spread',
  ],
  ['chance', 'lib/protocol/chance.ts', 'export const t = () => Math.random();', 'is pure'],
  ['a timer', 'lib/protocol/timer.ts', 'export const t = () => setTimeout(t, 1);', 'is pure'],
  ['process.env', 'lib/feed/env.ts', 'export const k = process.env.KEY;', 'process.env'],
  ['process.env', 'app/env.ts', 'export const k = process.env.KEY;', 'process.env'],
  [
    'a destructured process.env',
    'lib/board/env.ts',
    'const { KEY } = process.env;\nexport const k = KEY;',
    'process.env',
  ],
  [
    'a cycle by relative imports',
    'lib/feed/ring-a.ts',
    "import { b } from './ring-b';\nexport const a = () => b;",
    'cycle',
  ],
  [
    'a cycle by the alias',
    'lib/board/ring-a.ts',
    "import { b } from '@/lib/board/ring-b';\nexport const a = () => b;",
    'cycle',
  ],
  ['any', 'lib/feed/any.ts', 'export const a: any = 1;', 'any'],
  ['an unused import', 'lib/feed/unused.ts', "import { a } from './any';", 'unused'],
];

/** [what, file, source] */
const ALLOWED: [string, string, string][] = [
  ['a neighbour', 'lib/protocol/ok.ts', "import './price';"],
  ['its own module by the alias', 'lib/protocol/ok-alias.ts', "import '@/lib/protocol/price';"],
  ['the schema library', 'lib/protocol/ok-schema.ts', "import 'valibot';"],
  ['a given time', 'lib/protocol/ok-time.ts', 'export const t = (ms: number) => new Date(ms);'],
  [
    'the protocol and Node',
    'lib/feed/ok.ts',
    "import 'node:http';\nimport '@/lib/protocol/price';",
  ],
  ['fetch', 'lib/feed/ok-fetch.ts', "export const r = fetch('http://127.0.0.1');"],
  ['the server mark', 'lib/feed/index.ts', "import 'server-only';"],
  ['the environment', 'lib/feed/config.ts', 'export const p = process.env.PORT;'],
  ['the protocol and React', 'lib/board/ok.ts', "import 'react';\nimport '@/lib/protocol/price';"],
  ['scenes', 'components/picture/ok.ts', "import '@/lib/picture/scene';"],
  ['the board', 'components/board/ok.ts', "import '@/lib/board/store';\nimport 'react';"],
  ['the feed by its door', 'app/ok.ts', "import '@/lib/feed';\nimport '@/lib/protocol/price';"],
  [
    'the simulator',
    'instrumentation.ts',
    "import '@/lib/simulator/api';\nimport '@/lib/feed/config';",
  ],
  ['the simulator', 'scripts/upstream.ts', "import '@/lib/simulator/api';"],
  ['what the guard let through', 'app/ok-pass.ts', "import '@/lib/access/pass';"],
  [
    'the settings and the protocol',
    'lib/access/ok.ts',
    "import '@/lib/feed/config';\nimport '@/lib/protocol/filter';\nimport 'jose';",
  ],
  [
    'the protocol and Node',
    'lib/picture/ok.ts',
    "import 'node:fs';\nimport '@/lib/protocol/events';",
  ],
  [
    'pictures by their door',
    'app/ok-picture.ts',
    "import '@/lib/picture';\nimport '@/lib/picture/size';",
  ],
  ['the settings', 'proxy.ts', "import '@/lib/feed/config';"],
  ['Node', 'scripts/ok.mjs', "import 'node:fs';\nimport './start.mjs';"],
  [
    'the module under test',
    'tests/unit/ok.ts',
    "import '@/lib/feed/hub';\nimport '../support/odds';",
  ],
];

/** Files that the cases above lean on, and the two that are each allowed one of two globals. */
const BESIDE: [string, string][] = [
  ['lib/feed/ring-b.ts', "import { a } from './ring-a';\nexport const b = () => a;"],
  ['lib/board/ring-b.ts', "import { a } from '@/lib/board/ring-a';\nexport const b = () => a;"],
  ['lib/board/connection.ts', "export const s = [new EventSource('/x'), fetch('/x')];"],
  ['lib/board/queries.ts', "export const r = [new EventSource('/x'), fetch('/x')];"],
];

const project = resolve(import.meta.dirname, '../..');
let tree: string;
let refusals: Map<string, string>;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'boundaries-'));
  for (const name of ['biome.json', 'tsconfig.json', 'package.json', '.gitignore']) {
    cpSync(join(project, name), join(tree, name));
  }
  mkdirSync(join(tree, 'scripts'));
  for (const name of ['lint-components.grit', 'lint-odd.grit', 'lint-protocol.grit']) {
    cpSync(join(project, 'scripts', name), join(tree, 'scripts', name));
  }
  for (const [file, source] of [...cases(), ...BESIDE]) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), `${source}\n`);
  }
  refusals = lint(tree);
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

function cases(): [string, string][] {
  return [...REFUSED, ...ALLOWED].map(([, file, source]) => [file, source]);
}

/** What the linter says of each file, all of it as one text. */
function lint(folder: string): Map<string, string> {
  const biome = join(project, 'node_modules/@biomejs/biome/bin/biome');
  // The text reporter: the JSON one leaves out the project's own messages for globals.
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [biome, 'lint', '--colors=off', '--max-diagnostics=none', '.'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64e6 },
  );
  const found = new Map<string, string>();
  let file = '';
  for (const line of `${stdout}\n${stderr}`.split('\n')) {
    const heading = /^(\S+?):\d+:\d+ \S+ .*━/.exec(line);
    if (heading?.[1]) file = heading[1];
    found.set(file, `${found.get(file) ?? ''}${line}\n`);
  }
  return found;
}

describe('boundaries', () => {
  it.each(REFUSED)('refuse %s in %s', (_what, file, _source, message) => {
    expect(refusals.get(file) ?? 'not refused').toContain(message);
  });

  it.each(ALLOWED)('allow %s in %s', (_what, file) => {
    expect(refusals.get(file)).toBeUndefined();
  });

  it('allow EventSource in lib/board/connection.ts and fetch beside it not', () => {
    expect(refusals.get('lib/board/connection.ts')).toContain('lib/board/queries.ts alone');
    expect(refusals.get('lib/board/connection.ts')).not.toContain('One EventSource per board');
  });

  it('allow fetch in lib/board/queries.ts and EventSource beside it not', () => {
    expect(refusals.get('lib/board/queries.ts')).toContain('One EventSource per board');
    expect(refusals.get('lib/board/queries.ts')).not.toContain('lib/board/queries.ts alone');
  });
});
