import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Bench, Round } from '../bench.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const CALLS_A_ROUND = 20;

export const help: Bench = {
  name: 'help',
  what: 'stockflow --help',
  against: 'node -e 0',
  maxRatio: 1.5,
  missing: () => null,
  async measure(rounds) {
    const measured: Round[] = [];
    calls('bin/stockflow', ['--help']);
    for (let round = 0; round < rounds; round += 1) {
      measured.push({
        baselineMs: calls(process.execPath, ['-e', '0']),
        oursMs: calls('bin/stockflow', ['--help']),
      });
    }
    return measured;
  },
};

/** Returns the mean time of one call, in ms. */
function calls(program: string, args: readonly string[]): number {
  const begunAt = performance.now();
  for (let call = 0; call < CALLS_A_ROUND; call += 1)
    execFileSync(program, args, { cwd: ROOT, stdio: 'ignore' });
  return (performance.now() - begunAt) / CALLS_A_ROUND;
}
