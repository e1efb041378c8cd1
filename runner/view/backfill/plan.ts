/** Plans a backfill from the DAG's file as it stands: the same for the dry run and before a backfill is made. */
import type { Pool } from 'pg';
import { type BackfillHold, type BackfillLoad, holdOfBackfill } from '../../core/backfill/hold.ts';
import { type BackfillRange, decisionText, isWorked, type PlannedDate } from '../../core/backfill/plan.ts';
import { applyRefusals, type DateRefusal } from '../../core/backfill/refusal.ts';
import type { YieldsTo } from '../../core/backfill/room.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { indexDag } from '../../core/dag/index.ts';
import type { Json } from '../../core/value/json.ts';
import { type PrecheckRunner, runPrechecks } from '../../engine/backfill/prechecks.ts';
import { planDates } from '../../engine/backfill/requests.ts';
import { databaseNow } from '../../engine/clock.ts';
import { readDagFile } from '../../engine/dags/folder.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { paramsToRun } from '../../engine/operator/dag_to_run.ts';
import { queuedScheduleInstants, usualRunMs } from '../../store/backfill/hold.ts';
import { findDag, listDags } from '../../store/dag/dag.ts';
import type { TimeEdges } from '../../store/run/dag_run.ts';
import { dagFileOf, unknownDag } from '../dag/files.ts';
import { InvalidDag } from '../errors.ts';
import type { ViewSource } from '../source.ts';

export interface PlannedBackfill {
  readonly dag: Dag;
  /** The dates in the order of work. */
  readonly dates: readonly PlannedDate[];
  readonly refusals: readonly DateRefusal[];
  /** The run of the schedule that waits for it; null where none does. */
  readonly hold: BackfillHold | null;
}

export interface PlanRequest extends BackfillRange {
  readonly dagId: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly timeEdges: TimeEdges;
  readonly maxActiveRuns: number;
  readonly yieldsTo: YieldsTo | null;
}

/**
 * Plans without changing anything.
 *
 * @param runner runs the prechecks of the task types
 * @throws NotFound; InvalidDag; TriggerError; BackfillRangeError
 */
export async function planBackfill(
  source: ViewSource,
  runner: PrecheckRunner,
  request: PlanRequest & { readonly dagsDir: string },
): Promise<PlannedBackfill> {
  const { pool } = source;
  const dag = await dagToPlan(source, { ...request, taskTypes: runner.taskTypes });
  const params = paramsToRun(dag, request.params, runner.taskTypes);
  const planned = await planDates(pool, dag, request);
  const now = await databaseNow(pool);
  const refusals = await runPrechecks(runner, { index: indexDag(dag), params, dates: planned, now });
  const dates = applyRefusals(planned, refusals);
  return { dag, dates, refusals, hold: await predictHold(pool, dag, { ...request, dates, now }) };
}

async function predictHold(
  pool: Pool,
  dag: Dag,
  load: Pick<BackfillLoad, 'dates' | 'maxActiveRuns' | 'now' | 'yieldsTo'> & {
    readonly timeEdges: TimeEdges;
  },
): Promise<BackfillHold | null> {
  const { dagId } = dag;
  return holdOfBackfill(dag, {
    ...load,
    usualRunMs: await usualRunMs(pool, dagId, load.timeEdges),
    usualScheduledMs: await usualRunMs(pool, dagId, 'keep'),
    isPaused: (await findDag(pool, dagId))?.isPaused ?? dag.isPausedUponCreation,
    queued: await queuedScheduleInstants(pool, dagId),
  });
}

/** Returns the DAG of its file, without putting it in force; where there is no file, that of the version in force. */
async function dagToPlan(
  { pool, versions }: ViewSource,
  { dagsDir, taskTypes, dagId }: { dagsDir: string; taskTypes: TaskTypes; dagId: string },
): Promise<Dag> {
  const file = await dagFileOf(dagsDir, dagId);
  if (file !== null) {
    const { dag, problems } = await readDagFile(file, taskTypes);
    if (dag === null) throw new InvalidDag(problems);
    return dag;
  }
  const row = await findDag(pool, dagId);
  if (row === null || row.dagVersionId === null || row.retiredAt !== null) {
    const known = (await listDags(pool)).map((other) => other.dagId);
    throw await unknownDag(dagsDir, dagId, known);
  }
  return (await versions.get(row.dagVersionId)).dag;
}

/** `29 to work: 27 create, 2 re-run (failed)`, and what is left out. */
export function planCountsText(dates: readonly PlannedDate[]): string {
  const counts = [...Map.groupBy(dates, decisionText)].map(([text, group]) => `${group.length} ${text}`);
  return `${dates.filter(isWorked).length} of ${dates.length} dates to work: ${counts.join(', ')}`;
}
