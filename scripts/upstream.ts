/** Runs the simulator alone, for clients outside this process. Settings: `BOARD_SIMULATOR_*`. */
import { readConfig } from '@/lib/feed/config';
import { parseFaults, SIMULATOR_DEFAULTS, startSimulator } from '@/lib/simulator';

const DEFAULT_PORT = 4010;

async function main(): Promise<void> {
  const { simulator: settings } = readConfig(process.env);
  const simulator = await startSimulator({
    port: settings.port || DEFAULT_PORT,
    seed: settings.seed ?? SIMULATOR_DEFAULTS.seed,
    odds: settings.odds ?? SIMULATOR_DEFAULTS.odds,
    rate: settings.rate ?? SIMULATOR_DEFAULTS.rate,
    speed: settings.speed ?? SIMULATOR_DEFAULTS.speed,
    faults: parseFaults((settings.faults ?? '').split(/[\s,]+/).filter(Boolean)),
    control: true,
  });
  const { baseUrl, key } = simulator;
  process.stdout.write(
    `simulator at ${baseUrl}; try: curl -N -H 'X-Api-Key: ${key}' '${baseUrl}/stream/copilot/basketball/odds?league=NBA'\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void simulator.stop().then(() => process.exit(0));
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
