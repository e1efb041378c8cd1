import { withTransaction } from '../../connections/postgres/connect.ts';
import { taskOf } from '../../core/dag/index.ts';
import { recordEvents } from '../../store/event/event.ts';
import { addWorkJobs } from '../../store/queue/job.ts';
import { lockRun } from '../../store/run/dag_run.ts';
import { failWaiting, markDeadlinesMissed, runsPastDeadline } from '../../store/run/deadline.ts';
import { tellDeadlineMissed } from '../alerts/outbox.ts';
import { databaseNow } from '../clock.ts';
import { advanceRun } from '../completion/advance_run.ts';
import type { Engine } from '../engine.ts';
import { closeRunIfDone } from '../schedule/runs.ts';

/** Records tasks that missed their deadline, and fails those with `on_deadline: fail`. */
export async function missDeadlines(engine: Engine): Promise<void> {
  for (const runId of await runsPastDeadline(engine.pool)) {
    await withTransaction(engine.pool, async (tx) => {
      const run = await lockRun(tx, runId);
      if (run === null) return;
      const index = await engine.versions.get(run.dagVersionId, tx);
      const missed = await markDeadlinesMissed(tx, runId);
      const toFail = missed.filter(({ taskId }) => taskOf(index, taskId).onDeadline === 'fail');
      await recordEvents(
        tx,
        engine.actor,
        missed.map(({ taskId, mapIndex, deadlineAt }) => ({
          action: 'task.deadline_missed',
          dagId: run.dagId,
          runId,
          taskId,
          mapIndex,
          reason: `not finished by ${deadlineAt}`,
        })),
      );
      await tellDeadlineMissed(tx, { run, index }, missed);
      for (const { taskId, deadlineAt } of missed) {
        engine.log.error('a task missed its deadline', {
          dagId: run.dagId,
          runId,
          taskId,
          deadlineAt: String(deadlineAt),
        });
      }
      if (toFail.length === 0) return;
      await failWaiting(tx, toFail);
      const successors = toFail.flatMap(({ taskId }) => index.successors.get(taskId) ?? []);
      await addWorkJobs(tx, await advanceRun(tx, { run, index, now: await databaseNow(tx) }, successors));
      await closeRunIfDone(tx, { run, index });
    });
  }
}
