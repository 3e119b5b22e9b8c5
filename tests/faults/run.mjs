// `npm run faults -- --minutes 60 --seed N --clock 10`: upstream faults for as long as it says, each round with a new
// seed. A slower clock bears more of other work on the machine: at 25 half a second of it is twelve of the boards'.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string' },
    clock: { type: 'string', default: '10' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const clock = Number(values.clock);
if (!(minutes > 0 && clock >= 1 && clock <= 25) || !Number.isSafeInteger(seed) || seed < 0) {
  console.error(
    'Write --minutes above 0, --clock from 1 to 25, and --seed as a whole number from 0 up.',
  );
  process.exit(1);
}

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'tests/vitest.config.ts'];
const files = ['tests/faults/gaps.test.ts', 'tests/faults/damage.test.ts'];
const child = spawn(process.execPath, [...vitest, '--project', 'faults', ...files], {
  stdio: 'inherit',
  env: {
    ...process.env,
    FAULTS_MINUTES: String(minutes),
    FAULTS_SEED: String(seed),
    FAULTS_CLOCK: String(clock),
  },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (code) => process.exit(code ?? 1));
