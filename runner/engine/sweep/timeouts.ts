/** Ends overdue attempts and runs that their own worker does not end. */
import { withTransaction } from '../../connections/postgres/connect.ts';
import { taskOf } from '../../core/dag/index.ts';
import { settle } from '../../core/run/settle.ts';
import { lockDag } from '../../store/dag/dag.ts';
import { recordEvents } from '../../store/event/event.ts';
import { findRun, lockRun, markRunFinished } from '../../store/run/dag_run.ts';
import { cancelInstances } from '../../store/run/operator.ts';
import { overdueAttempts, overdueRuns } from '../../store/run/overdue.ts';
import { tellFailed } from '../alerts/outbox.ts';
import { finishBatch } from '../completion/finish.ts';
import type { Engine } from '../engine.ts';
import { pingEnd } from '../heartbeats/outbox.ts';
import { SCHEDULER } from '../schedule/runs.ts';
import { startRuns } from '../schedule/start_runs.ts';

/**
 * The time in ms after an attempt's timeout at which its worker counts as stuck, as workers abort their own attempts.
 */
const STUCK_AFTER_MS = 30_000;

const TIMED_OUT = 'it ran longer than its dagrun_timeout';

const NOTHING_COUNTED = { rowsIn: null, rowsOut: null, bytesIn: null, bytesOut: null };

export async function endOverdue(engine: Engine): Promise<void> {
  for (const attempt of await overdueAttempts(engine.pool, STUCK_AFTER_MS)) {
    const index = await engine.versions.get(attempt.dagVersionId);
    const error = {
      errorClass: 'AttemptAborted',
      errorText: 'its worker did not end it after its execution_timeout; its result will be refused',
    };
    const settlement = settle(
      { kind: 'failed', error, retry: 'allowed' },
      taskOf(index, attempt.taskId),
      attempt.failureCount,
    );
    const { runId, dagVersionId } = attempt;
    const ended = [{ ...attempt, settlement, meter: NOTHING_COUNTED }];
    await finishBatch(engine, { runId, dagVersionId, ended }, { slots: 0, mayFollow: 0 });
  }
  for (const runId of await overdueRuns(engine.pool)) await endOverdueRun(engine, runId);
}

async function endOverdueRun(engine: Engine, runId: number): Promise<void> {
  await withTransaction(engine.pool, async (tx) => {
    const found = await findRun(tx, runId);
    const dag = found && (await lockDag(tx, found.dagId));
    const run = await lockRun(tx, runId);
    if (run?.state !== 'running') return;
    const changed = await cancelInstances(tx, runId, null);
    await markRunFinished(tx, run, 'failed');
    await recordEvents(tx, SCHEDULER, [
      {
        action: 'run.timed_out',
        dagId: run.dagId,
        runId,
        reason: TIMED_OUT,
        before: { tasks: Object.fromEntries(changed.map(({ taskId, before }) => [taskId, before])) },
        after: { state: 'failed' },
      },
    ]);
    const index = await engine.versions.get(run.dagVersionId, tx);
    await pingEnd(tx, { run, index }, { kind: 'fail', why: TIMED_OUT });
    await tellFailed(tx, { run, index }, TIMED_OUT);
    if (dag?.dagVersionId != null) {
      await startRuns(tx, engine.versions, { dagId: dag.dagId, dagVersionId: dag.dagVersionId });
    }
  });
}
