/** What happens once when the server starts: the settings are checked and the feed is opened on its vendor. */

type ShutdownHook = () => Promise<void>;

const SHUTDOWN = Symbol.for('board.shutdown');

/** A server without its simulator would answer every page with a fault, so the start ends with one line instead. */
async function startOrRefuse<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const isTaken = code === 'EADDRINUSE';
    process.stderr.write(
      isTaken
        ? 'The port of BOARD_SIMULATOR_PORT is taken: end what runs there, or unset it.\n'
        : `The simulator cannot start: ${message}\n`,
    );
    process.exit(1);
  }
}

/** Opens the process's feed; without a key on the built-in simulator. Leaves its end to the shutdown hooks. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { readConfig } = await import('@/lib/feed/config');
  const { openLog, startFeed } = await import('@/lib/feed');
  const config = readConfig();
  const log = openLog(config);
  for (const warning of config.warnings) log.warn(warning);

  const shared = globalThis as { [SHUTDOWN]?: Set<ShutdownHook> };
  shared[SHUTDOWN] ??= new Set();
  const hooks = shared[SHUTDOWN];

  if (config.upstream) {
    const feed = startFeed({ source: 'opticodds', ...config.upstream });
    hooks.add(() => feed.shutdown());
    log.info(`prices come from ${new URL(config.upstream.baseUrl).host}`, { source: 'opticodds' });
    return;
  }
  const { parseFaults, SIMULATOR_DEFAULTS, startSimulator } = await import('@/lib/simulator');
  const { seed, odds, rate, speed, faults, port } = config.simulator;
  const simulator = await startOrRefuse(() =>
    startSimulator({
      port,
      seed: seed ?? SIMULATOR_DEFAULTS.seed,
      odds: odds ?? SIMULATOR_DEFAULTS.odds,
      rate: rate ?? SIMULATOR_DEFAULTS.rate,
      speed: speed ?? SIMULATOR_DEFAULTS.speed,
      faults: parseFaults((faults ?? '').split(/[\s,]+/).filter(Boolean)),
    }),
  );
  const { baseUrl, key: apiKey } = simulator;
  const feed = startFeed({ source: 'simulator', baseUrl, apiKey });
  hooks.add(async () => {
    await feed.shutdown();
    await simulator.stop();
  });
  log.info('no OPTICODDS_API_KEY is set: prices are simulated', { source: 'simulator' });
}
