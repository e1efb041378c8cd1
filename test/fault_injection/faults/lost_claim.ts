import type { Pool } from 'pg';
import { claim } from '../../../runner/testing.ts';
import { type Fault, pickVictim } from '../campaign/world.ts';
import { retryDuringOutage } from '../cluster/retry_during_outage.ts';
import { workerIdsOf } from '../verify/read_facts.ts';

const MOST_CLAIMS = 3;

/** Claims tasks for a worker that never learns of it, as when the answer to its claim is lost. */
export const lostClaim: Fault = {
  name: 'lost_claim',
  weight: 5,
  async inject(world, random) {
    const victim = await pickVictim(world, random);
    return `${await claimFor(world.pool, victim.pid)} tasks for worker ${victim.pid}`;
  },
};

/** @returns the number of tasks that the table assigns to the process */
export async function claimFor(pool: Pool, pid: number): Promise<number> {
  return await retryDuringOutage(async () => {
    const workerId = (await workerIdsOf(pool, pid)).at(-1) ?? 0;
    const { rows } = await pool.query<{ taskInstanceId: number; token: number }>(
      `select task_instance_id as "taskInstanceId", attempt_token as token from stockflow.task_instance
        where pool = 'default' and (state = 'queued' or (state in ('deferred', 'up_for_retry') and wake_at <= now()))
        limit $1`,
      [MOST_CLAIMS],
    );
    let claimed = 0;
    for (const target of rows) if ((await claim(pool, target, workerId)) !== null) claimed += 1;
    return claimed;
  });
}
