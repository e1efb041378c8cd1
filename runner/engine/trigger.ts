import type { Pool } from 'pg';
import { withTransaction } from '../connections/postgres.ts';
import { businessDateOf } from '../core/civil_time.ts';
import type { Dag } from '../core/dag.ts';
import type { Json } from '../core/json.ts';
import { instantsOnDate, scheduleOf } from '../core/schedule.ts';
import { lockDag } from '../store/dag.ts';
import { type DagRun, findRun, type TimeEdges } from '../store/dag_run.ts';
import type { Actor } from '../store/event.ts';
import { databaseNow } from './clock.ts';
import { DagVersions } from './dag_versions.ts';
import { runParams } from './run_params.ts';
import { createRun, startRuns } from './runs.ts';
import type { TaskTypes } from './task_types.ts';

export interface TriggerRequest {
  readonly dagId: string;
  /** The business date; null for the present instant. */
  readonly date: Temporal.PlainDate | null;
  readonly params: Readonly<Record<string, Json>>;
  /** With them the params are held to what the tasks take as well, and not only when a task first reads them. */
  readonly taskTypes?: TaskTypes | null;
  readonly timeEdges: TimeEdges;
  readonly by: Actor;
  readonly reason: string | null;
}

/** A run cannot be made as asked: the message says why and what can be. */
export class TriggerError extends Error {
  override name = 'TriggerError';
  readonly kind: 'not_found' | 'invalid_dag' | 'bad_params';
  constructor(kind: 'not_found' | 'invalid_dag' | 'bad_params', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Makes a manual run and starts it, or queues it behind the DAG's running ones. */
export async function triggerRun(pool: Pool, request: TriggerRequest): Promise<DagRun> {
  const versions = new DagVersions(pool);
  return await withTransaction(pool, async (tx) => {
    const { dagId } = request;
    const row = await lockDag(tx, dagId);
    if (row === null || row.retiredAt !== null) {
      throw new TriggerError(
        'not_found',
        `there is no DAG ${dagId}; \`stockflow dags list\` shows what there is`,
      );
    }
    if (row.dagVersionId === null) {
      throw new TriggerError(
        'invalid_dag',
        `${row.file} was never valid; \`stockflow dags validate ${row.file}\` says why`,
      );
    }
    const index = await versions.get(row.dagVersionId, tx);
    const resolved = runParams(index.dag, request.params, request.taskTypes ?? null);
    if ('problem' in resolved) throw new TriggerError('bad_params', resolved.problem);
    const scheduledFor =
      request.date === null ? await databaseNow(tx) : instantOfDate(index.dag, request.date);
    const run = await createRun(tx, {
      dagVersionId: row.dagVersionId,
      index,
      runType: 'manual',
      scheduledFor,
      businessDate: request.date ?? businessDateOf(scheduledFor, index.dag.timezone),
      params: resolved.values,
      timeEdges: request.timeEdges,
      by: request.by,
      reason: request.reason,
    });
    if (run === null) throw new Error(`a manual run of ${dagId} was taken for one that exists`);
    await startRuns(tx, versions, { dagId, dagVersionId: row.dagVersionId });
    return (await findRun(tx, run.runId)) ?? run;
  });
}

/** The first instant of the schedule on that date; the start of the date for a DAG that has none there. */
function instantOfDate(dag: Dag, date: Temporal.PlainDate): Temporal.Instant {
  for (const instant of instantsOnDate(scheduleOf(dag), date)) return instant;
  return date.toZonedDateTime(dag.timezone).toInstant();
}
