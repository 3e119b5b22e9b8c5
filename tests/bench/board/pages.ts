/** The pages that are compared, built and served from loopback: ours is the board's own build, the peers stand in ../peers. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { BoardOdd } from './feed';
import type { Look } from './probe';

const PEERS = resolve(import.meta.dirname, '../peers');
const MODULES = resolve(import.meta.dirname, '../../../node_modules');

export type PageName = 'lines' | 'board' | 'vanilla' | 'aggrid' | 'naive';

export type Page = {
  name: PageName;
  what: string;
  url(boardUrl: string, peersUrl: string): string;
  look(tracked: BoardOdd): Look;
};

const byOdd =
  (figure: string, row: string, foot?: string) =>
  ({ id }: BoardOdd): Look => ({
    ...{ cell: `[data-odd-id="${id}"]`, figure, row },
    ...(foot !== undefined && { foot }),
  });

const peer = (name: 'vanilla' | 'aggrid' | 'naive', what: string, look: Page['look']): Page => ({
  name,
  what,
  url: (boardUrl, peersUrl) => `${peersUrl}/${name}?board=${encodeURIComponent(boardUrl)}`,
  look,
});

export const PAGES: readonly Page[] = [
  {
    name: 'lines',
    what: 'this board, lines view',
    url: (boardUrl) => `${boardUrl}/basketball?view=lines`,
    look: byOdd('.price-figure', '[data-row]', '.board-grid'),
  },
  {
    name: 'board',
    what: 'this board, board view',
    url: (boardUrl) => `${boardUrl}/basketball`,
    look: byOdd('.price-figure', '[data-row]', '.board-grid'),
  },
  peer('vanilla', 'written by hand for this one task', byOdd('b', '.row')),
  peer('aggrid', 'AG Grid Community, async transactions, cell flash', ({ fixtureId, market }) => ({
    cell: `[row-id="${fixtureId} ${market} "] [col-id="price0"]`,
    figure: '',
    row: '.ag-row',
  })),
  peer('naive', 'React, a state for each event, every row rendered', byOdd('b', '.row')),
];

/** Versions of what takes part. */
export function versionsOf(): Record<string, string> {
  // Not resolved as an import: some packages do not let theirs be one.
  const version = (name: string) =>
    (JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8')) as { version: string })
      .version;
  return {
    'ag-grid-community': version('ag-grid-community'),
    react: version('react'),
    next: version('next'),
  };
}

/** Builds the peers and serves them on a free port. */
export async function servePeers(): Promise<{ url: string; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'board-peers-'));
  await build({
    entryPoints: ['vanilla.ts', 'aggrid.ts', 'naive.tsx'].map((file) => join(PEERS, file)),
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const css = readFileSync(join(PEERS, 'page.css'), 'utf8');
  const server = createServer((request, response) => {
    const [, name = ''] =
      /^\/(vanilla|aggrid|naive)(?:\.js)?(?:\?|$)/.exec(request.url ?? '') ?? [];
    if (name === '') response.writeHead(404).end();
    else if (request.url?.startsWith(`/${name}.js`)) {
      response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end(readFileSync(join(folder, `${name}.js`)));
    } else {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(
          `<!doctype html><title>${name}</title><style>${css}</style><div id="grid"></div><script type="module" src="/${name}.js"></script>`,
        );
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
