/** The night of the demo world, whose changes have pages of their own. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.join(import.meta.dirname, '../../..');

/** Works the night in a database, as a process of its own. @returns its run's id */
export async function workDemoNight(databaseUrl: string): Promise<number> {
  const home = await mkdtemp(path.join(tmpdir(), 'stockflow-bench-demo-'));
  try {
    const { stdout } = await promisify(execFile)(
      path.join(ROOT, 'bin/stockflow'),
      ['demo', '--rows', '5000', '-o', 'json'],
      { cwd: ROOT, env: { ...process.env, DATABASE_URL: databaseUrl, STOCKFLOW_HOME: home } },
    );
    return JSON.parse(stdout).run.run_id;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
