/** Makes and ends runs. Every function is idempotent, so any number of processes may call it at once. */

import type { DagIndex } from '../../core/dag/index.ts';
import { runModeOf } from '../../core/dag/run_mode.ts';
import { plannedInstant } from '../../core/run/advance.ts';
import { resolveWallTime } from '../../core/time/wall_time.ts';
import type { JsonObject } from '../../core/value/json.ts';
import { type Actor, recordEvents } from '../../store/event/event.ts';
import type { Queryable } from '../../store/queryable.ts';
import {
  type DagRun,
  insertRun,
  markRunFinished,
  type RunType,
  type TimeEdges,
} from '../../store/run/dag_run.ts';
import { insertInstances } from '../../store/task/instance.ts';
import { runOutcome } from '../../store/task/settlement.ts';
import { tellFailed, tellRecovered } from '../alerts/outbox.ts';
import { failpoint } from '../failpoint.ts';
import { pingEnd } from '../heartbeats/outbox.ts';
import { wakeForRun } from '../other_dags/wake.ts';

export interface RunRequest {
  readonly dagVersionId: number;
  readonly index: DagIndex;
  readonly runType: RunType;
  readonly scheduledFor: Temporal.Instant;
  readonly businessDate: Temporal.PlainDate;
  readonly params: JsonObject;
  readonly timeEdges: TimeEdges;
  readonly by: Actor;
  readonly reason: string | null;
  /** Further facts for the event of its creation. */
  readonly eventFacts?: JsonObject;
}

/** Adds a queued run and its task instances. @returns null if the scheduled instant has its run already */
export async function createRun(tx: Queryable, request: RunRequest): Promise<DagRun | null> {
  const { index, by } = request;
  const { dag } = index;
  const run = await insertRun(tx, {
    ...request,
    dagId: dag.dagId,
    mode: runModeOf(dag.params, request.params),
    actor: by.actor,
  });
  if (run === null) return null;
  failpoint('schedule.run_inserted');
  const clock = { businessDate: run.businessDate, timezone: dag.timezone, timeEdges: run.timeEdges };
  await insertInstances(
    tx,
    run.runId,
    dag.tasks.map((task) => ({
      task,
      plannedAt: plannedInstant(task, new Map(), clock),
      deadlineAt: task.deadline && resolveWallTime(run.businessDate, task.deadline, dag.timezone),
    })),
  );
  await recordEvents(tx, by, [
    {
      action: 'run.created',
      dagId: dag.dagId,
      runId: run.runId,
      ...(request.reason === null ? {} : { reason: request.reason }),
      after: {
        run_type: run.runType,
        ...(run.mode === 'apply' ? {} : { mode: run.mode }),
        scheduled_for: run.scheduledFor.toString(),
        time_edges: run.timeEdges,
        params: run.params,
        ...request.eventFacts,
      },
    },
  ]);
  return run;
}

/** Ends a locked running run if none of its tasks has anything left to do. */
export async function closeRunIfDone(
  tx: Queryable,
  { run, index }: { readonly run: DagRun; readonly index: DagIndex },
): Promise<'unfinished' | 'success' | 'failed'> {
  const outcome = await runOutcome(tx, run.runId, index.allowedToFail);
  if (outcome !== 'unfinished') await closeRun(tx, { run, index }, outcome);
  return outcome;
}

/** Ends a locked run, unless it has ended otherwise, and tells those who want to know. */
export async function closeRun(
  tx: Queryable,
  { run, index }: { readonly run: DagRun; readonly index: DagIndex },
  outcome: 'success' | 'failed',
): Promise<void> {
  const finished = await markRunFinished(tx, run, outcome);
  if (finished === null) return;
  failpoint('close_run.marked');
  await recordEvents(tx, SCHEDULER, [
    { action: 'run.finished', dagId: run.dagId, runId: run.runId, after: { state: outcome } },
  ]);
  await pingEnd(tx, { run, index }, { kind: outcome === 'failed' ? 'fail' : 'success', why: null });
  if (outcome === 'failed') await tellFailed(tx, { run, index }, null);
  else if (finished.hasOpenAlert) await tellRecovered(tx, { run, index });
  await wakeForRun(tx, run.dagId, finished.awaitedBy);
}

export const SCHEDULER: Actor = { actor: 'scheduler', channel: 'scheduler' };
