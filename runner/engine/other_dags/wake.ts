/** Has the DAGs planned that a success concerns: those that wait for it, and those that run after it. */
import { wakeWaiting } from '../../store/other_dags/waiting.ts';
import type { Queryable } from '../../store/queryable.ts';
import { addScheduleJob } from '../../store/queue/job.ts';
import { databaseNow } from '../clock.ts';

/**
 * Wakes what waits for an ended run, in the transaction that ends it.
 * @param awaitedBy the DAGs that wait for it or follow it; where there is none, nothing is asked or written
 */
export async function wakeForRun(tx: Queryable, dagId: string, awaitedBy: readonly string[]): Promise<void> {
  if (awaitedBy.length === 0) return;
  await wakeWaiting(tx, { dagId, taskIds: null });
  await planDags(tx, awaitedBy);
}

/** Wakes what waits for one of these tasks, in the transaction in which they succeed. */
export async function wakeForTasks(
  tx: Queryable,
  awaited: { readonly dagId: string; readonly taskIds: readonly string[] },
): Promise<void> {
  if (awaited.taskIds.length > 0) await planDags(tx, await wakeWaiting(tx, awaited));
}

/** Adds a schedule job for each DAG; the job looks at all that waits. */
async function planDags(tx: Queryable, dagIds: readonly string[]): Promise<void> {
  if (dagIds.length === 0) return;
  const now = await databaseNow(tx);
  for (const dagId of dagIds) await addScheduleJob(tx, dagId, now);
}
