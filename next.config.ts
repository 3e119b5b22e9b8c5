import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

// Named here, since Next otherwise looks for it and takes a parent folder that holds another lock file.
const root = dirname(fileURLToPath(import.meta.url));

const config: NextConfig = {
  // A second build or dev server beside a running one needs its own folder.
  distDir: process.env.BOARD_DIST_DIR || '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  // One registry of figures in the process, however many bundles there are.
  serverExternalPackages: ['prom-client'],
  outputFileTracingRoot: root,
  turbopack: { root },
  // Types are checked by `npm run typecheck`, which `npm test` runs before it builds: not a second time in a
  // newcomer's first `npm start`.
  typescript: { ignoreBuildErrors: true },
  // The development server logs addresses, and a client of the vendor's may send its key in one.
  logging: { incomingRequests: { ignore: [/[?&]key=/i] } },
  experimental: {
    // Route types come in through next-env.d.ts; without this Next writes the build folder into tsconfig.json.
    strictRouteTypes: true,
  },
};

export default config;
