/** Starts a worker that dies during a night. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../../demo/world/random.ts';
import type { WorkerProcessOptions } from './worker_process.ts';

/** Failpoints that each task of a chain passes; the pass decides which task it is. */
const POINTS = [
  'run.before',
  'run.worked',
  'run.reported',
  'finish.locked',
  'finish.recorded',
  'finish.before_commit',
  'finish.committed',
] as const;
/** The number of tasks of the night. */
const PASSES_MAX = 7;
/**
 * Short, so that the night continues soon after the death; but long enough that a worker on a loaded machine does not
 * lose it three times, which would count as three deaths.
 */
const LEASE_MS = 6_000;
/** A small night takes no longer than this. */
const KILL_WITHIN_MS = 700;

export interface KillableWorker {
  /**
   * Resolves when the process is gone.
   * @returns where it died: a failpoint, any moment, or after all was done
   */
  died(hasEnded: () => Promise<boolean>): Promise<string>;
}

/**
 * Starts a worker and waits until it takes work. It dies at a random failpoint, or is killed with SIGKILL at a random
 * moment.
 */
export async function startKillableWorker(
  random: Random,
  site: Pick<WorkerProcessOptions, 'databaseUrl' | 'env'>,
): Promise<KillableWorker> {
  const failAt = random.chance(0.5) ? `${random.pick(POINTS)}:${random.integer(1, PASSES_MAX)}` : null;
  const killAfterMs = random.integer(0, KILL_WITHIN_MS);
  const options: WorkerProcessOptions = { ...site, failAt, leaseMs: LEASE_MS };
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'worker_process.ts'), JSON.stringify(options)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  // A pass of its upkeep may already be the one it dies at.
  await Promise.race([once(child.stdout, 'data'), exited]);
  return {
    async died(hasEnded) {
      const startedMs = performance.now();
      let place = failAt?.replace(/:.*/, '') ?? 'a random moment';
      while (!isGone()) {
        const isDue = failAt === null && performance.now() - startedMs >= killAfterMs;
        const isOver = await hasEnded();
        if (isOver && !isGone()) place = 'after the end';
        if (isDue || isOver) child.kill('SIGKILL');
        await Promise.race([pause(10), exited]);
      }
      return place;
    },
  };
}
