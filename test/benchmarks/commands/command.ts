import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Bench, Round } from '../bench.ts';
import { startDurableDatabase } from '../engine/durable_database.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const CALLS_A_ROUND = 5;

/**
 * Measures commands against their minimum: a process of Node, and one query over a connection of its own. `runs list`
 * makes one query, and `status` a few more.
 */
export const command: Bench = {
  name: 'command',
  what: 'stockflow status and runs list, of a running server (mean of both)',
  against: 'node -e 0 and a query by psql, one after the other',
  maxRatio: 3,
  missing: () => (existsSync('/usr/bin/psql') ? null : 'psql: apt-get install postgresql-client'),
  async measure(rounds, notice) {
    await using database = await startDurableDatabase();
    const env = { ...process.env, DATABASE_URL: database.url };
    const call = (program: string, args: readonly string[]) =>
      execFileSync(program, args, { cwd: ROOT, env, stdio: 'ignore' });
    const mean = (work: () => void) => {
      const begunAt = performance.now();
      for (let each = 0; each < CALLS_A_ROUND; each += 1) work();
      return (performance.now() - begunAt) / CALLS_A_ROUND;
    };
    const measured: Round[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const baselineMs = mean(() => {
        call(process.execPath, ['-e', '0']);
        call('psql', ['-X', '-q', '-c', 'select * from audit.run limit 20', database.url]);
      });
      const status = mean(() => call('bin/stockflow', ['status']));
      const list = mean(() => call('bin/stockflow', ['runs', 'list']));
      notice(`status ${status.toFixed(0)} ms, runs list ${list.toFixed(0)} ms`);
      // The first round compiles.
      if (round > 0) measured.push({ baselineMs, oursMs: (status + list) / 2 });
    }
    return measured;
  },
};
