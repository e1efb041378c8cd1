/** Periodic maintenance by each worker: reclaims the tasks of dead workers, and restores lost jobs. */
import type { PoolClient } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import { CRASHES_TO_QUARANTINE } from '../../core/run/retry.ts';
import { dagsWithRunningBackfills } from '../../store/backfill/backfill.ts';
import { dagsWithQueuedRuns, overdueDags } from '../../store/dag/dag.ts';
import { recordEvents } from '../../store/event/event.ts';
import { EVENTS_PER_SEAL, sealEvents } from '../../store/event/seal.ts';
import { addScheduleJob, addWorkJobs } from '../../store/queue/job.ts';
import {
  failQueued,
  missingWorkJobs,
  type Reclaimed,
  reclaimLostTasks,
  runsWithLostTasks,
} from '../../store/queue/lease.ts';
import { lockRun } from '../../store/run/dag_run.ts';
import { markLostWorkers } from '../../store/worker/worker.ts';
import { databaseNow } from '../clock.ts';
import { advanceRun } from '../completion/advance_run.ts';
import type { Engine } from '../engine.ts';
import { failpoint } from '../failpoint.ts';
import { lookAgain } from '../other_dags/waiting.ts';
import { closeRunIfDone } from '../schedule/runs.ts';
import { scheduleDag } from '../schedule/schedule_dag.ts';
import type { SilentWorkers } from '../worker/outage_grace.ts';
import { missDeadlines } from './deadlines.ts';
import { endOverdue } from './timeouts.ts';

export const SWEEP_MS = 2_000;

/** The time in ms after which a due row without a run counts as having lost its job. */
const LOST_JOB_AFTER_MS = 5_000;

/** The largest number of seals per sweep, so that a backlog of events does not delay the rest of the sweep. */
const SEALS_PER_SWEEP = 10;

export async function sweep(engine: Engine, silent: SilentWorkers): Promise<void> {
  failpoint('reap.before');
  const lost = silent === 'presume_dead' ? await markLostWorkers(engine.pool) : [];
  failpoint('reap.marked');
  for (const workerId of lost)
    engine.log.warn('a worker stopped answering; its tasks start again', { workerId });
  const runIds = await runsWithLostTasks(engine.pool);
  failpoint('reap.found');
  for (const runId of runIds) await reclaimRun(engine, runId);
  await addWorkJobs(engine.pool, await missingWorkJobs(engine.pool, LOST_JOB_AFTER_MS));
  failpoint('reap.jobs_restored');
  for (const dagId of await overdueDags(engine.pool, LOST_JOB_AFTER_MS)) {
    await withTransaction(engine.pool, async (tx) => addScheduleJob(tx, dagId, await databaseNow(tx)));
  }
  const unstarted = await dagsWithQueuedRuns(engine.pool);
  for (const dagId of new Set([...unstarted, ...(await dagsWithRunningBackfills(engine.pool))]))
    await scheduleDag(engine.pool, engine.versions, dagId);
  await lookAgain(engine.pool, engine.versions, { dagId: null });
  await missDeadlines(engine);
  await endOverdue(engine);
  await sealRecorded(engine);
}

async function sealRecorded(engine: Engine): Promise<void> {
  for (let seals = 0; seals < SEALS_PER_SWEEP; seals += 1) {
    const sealed = await withTransaction(engine.pool, sealEvents);
    if (sealed === null) return;
    const { sealId, eventCount, hash } = sealed;
    engine.log.debug('events sealed', { sealId, eventCount, hash });
    if (eventCount < EVENTS_PER_SEAL) return;
  }
}

async function reclaimRun(engine: Engine, runId: number): Promise<void> {
  const reclaimed = await withTransaction(engine.pool, (tx) => reclaim(engine, tx, runId));
  failpoint('reap.committed');
  for (const { dagId, taskId, attemptNumber, workerId, crashCount } of reclaimed) {
    engine.log.warn('a task lost its worker', {
      dagId,
      runId,
      taskId,
      attempt: attemptNumber,
      workerId,
      crashCount,
    });
  }
}

async function reclaim(engine: Engine, tx: PoolClient, runId: number): Promise<readonly Reclaimed[]> {
  const run = await lockRun(tx, runId);
  failpoint('reap.locked');
  if (run === null) return [];
  const reclaimed = await reclaimLostTasks(tx, runId);
  failpoint('reap.reclaimed');
  const quarantined = reclaimed.filter(({ loneCrashCount }) => loneCrashCount >= CRASHES_TO_QUARANTINE);
  await recordEvents(
    tx,
    engine.actor,
    reclaimed.map(({ dagId, taskId, mapIndex, attemptNumber, crashCount, loneCrashCount, workerId }) => ({
      action: loneCrashCount >= CRASHES_TO_QUARANTINE ? 'task.quarantined' : 'task.crashed',
      dagId,
      runId,
      taskId,
      mapIndex,
      reason: `worker ${workerId} stopped answering`,
      after: { attempt: attemptNumber, crash_count: crashCount },
    })),
  );
  failpoint('reap.recorded');
  await addWorkJobs(
    tx,
    reclaimed
      .filter((task) => !quarantined.includes(task))
      .map(({ taskInstanceId, token, priority }) => ({ taskInstanceId, token, priority, runAt: null })),
  );
  failpoint('reap.jobs_added');
  if (quarantined.length > 0) {
    await failQueued(
      tx,
      quarantined.map(({ taskInstanceId }) => taskInstanceId),
      {
        errorClass: 'Quarantined',
        errorText: `its worker died ${CRASHES_TO_QUARANTINE} times while nothing else ran there; it is not started again by itself`,
      },
    );
    const index = await engine.versions.get(run.dagVersionId, tx);
    const successors = quarantined.flatMap(({ taskId }) => index.successors.get(taskId) ?? []);
    await addWorkJobs(tx, await advanceRun(tx, { run, index, now: await databaseNow(tx) }, successors));
    await closeRunIfDone(tx, { run, index });
  }
  return reclaimed;
}
