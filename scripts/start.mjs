// `npm start` and `npm run dev`: from a fresh clone to a running board, in this one process.
//   --dev               the development server: no build, changes show at once
//   --prebuilt          serve the build that is there, check nothing (tests, benches)
//   --end-with-parent   end when the starting process ends; always so under npm
import { ensureBuilt, ensureInstalled, refuseOldNode, root, stopChildren } from './prepare.mjs';

const PARENT_CHECK_MS = 250;

refuseOldNode();
process.chdir(root);

const isDev = process.argv.includes('--dev');
const isPrebuilt = process.argv.includes('--prebuilt');

// Until the server takes the signals over: an install or build under way ends with us.
const stop = () => {
  stopChildren();
  process.exit(130);
};
process.on('SIGINT', stop).on('SIGTERM', stop);

// npm runs scripts through a shell. A signal to npm ends both of them and never comes here, so we look. A test run
// that was killed must not leave its servers behind either.
if (process.env.npm_lifecycle_event || process.argv.includes('--end-with-parent')) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_MS);
  watch.unref();
  // A terminal's Ctrl+C reaches npm and us alike; its second signal must be the user's, not ours.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => clearInterval(watch));
}

if (!isPrebuilt) {
  try {
    await ensureInstalled();
    if (!isDev) await ensureBuilt();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

process.env.NODE_ENV = isDev ? 'development' : 'production';
process.env.NEXT_TELEMETRY_DISABLED ??= '1';

const { register } = await import('tsx/esm/api');
const unregister = register();
const { serve } = await import('./server.ts');
// The rest is JavaScript: Next's own loading stays as it is under `next start`.
await unregister();

process.off('SIGINT', stop).off('SIGTERM', stop);
await serve({ isDev });
