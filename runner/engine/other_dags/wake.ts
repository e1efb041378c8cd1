/** Has the DAGs planned that a success concerns: those that wait for it, and those that run after it. */
import { dagsThatAwait } from '../../store/other_dags/waiting.ts';
import type { Queryable } from '../../store/queryable.ts';
import { addScheduleJob } from '../../store/queue/job.ts';
import { databaseNow } from '../clock.ts';

/** Adds a schedule job for each DAG, in the transaction of what happened. The job looks at all that waits. */
export async function planDags(tx: Queryable, dagIds: readonly string[]): Promise<void> {
  if (dagIds.length === 0) return;
  const now = await databaseNow(tx);
  for (const dagId of dagIds) await addScheduleJob(tx, dagId, now);
}

/** Has the DAGs planned whose tasks wait for one of these tasks. */
export async function wakeForTasks(
  tx: Queryable,
  awaited: { readonly dagId: string; readonly taskIds: readonly string[] },
): Promise<void> {
  if (awaited.taskIds.length > 0) await planDags(tx, await dagsThatAwait(tx, awaited));
}
