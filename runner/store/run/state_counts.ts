import type { NextStep, TaskStateCounts } from '../../core/run/advance.ts';
import type { TaskState } from '../../core/run/states.ts';
import type { Queryable } from '../queryable.ts';
import type { WorkJob } from '../queue/job.ts';

/** The state counts of tasks, by task_id. */
export type StateCountsByTask = ReadonlyMap<string, TaskStateCounts>;

/** Counts the instances of each named task by state. */
export async function stateCounts(
  db: Queryable,
  runId: number,
  taskIds: readonly string[],
): Promise<StateCountsByTask> {
  if (taskIds.length === 0) return new Map();
  const { rows } = await db.query<{
    taskId: string;
    state: TaskState;
    count: number;
    latestSuccessAt: Temporal.Instant | null;
  }>({
    name: 'stockflow.stateCounts',
    text: `select task_id as "taskId", state, count(*)::integer as count,
                  max(finished_at) filter (where state = 'success') as "latestSuccessAt"
             from stockflow.task_instance
            where run_id = $1 and task_id = any($2) and removed_at is null
            group by task_id, state`,
    values: [runId, taskIds],
  });
  const found = new Map<
    string,
    { counts: Partial<Record<TaskState, number>>; latestSuccessAt: Temporal.Instant | null }
  >();
  for (const { taskId, state, count, latestSuccessAt } of rows) {
    const ofTask = found.get(taskId) ?? { counts: {}, latestSuccessAt: null };
    ofTask.counts[state] = count;
    ofTask.latestSuccessAt ??= latestSuccessAt;
    found.set(taskId, ofTask);
  }
  return found;
}

export interface DecidedStep {
  readonly taskId: string;
  readonly step: NextStep;
}

/**
 * Moves the instances of the decided tasks out of `none`; those that another transaction has moved stay as they are.
 * @returns the jobs of the instances that may start or wait for an instant
 */
export async function applySteps(
  db: Queryable,
  runId: number,
  decided: readonly DecidedStep[],
): Promise<readonly WorkJob[]> {
  if (decided.length === 0) return [];
  const { rows } = await db.query<{ taskInstanceId: number; token: number; state: TaskState } & WorkJob>({
    name: 'stockflow.apply_steps',
    text: `update stockflow.task_instance t
        set state = d.state,
            planned_at = coalesce(d.planned_at, t.planned_at),
            wake_at = case when d.state = 'deferred' then d.planned_at end,
            wake_reason = case when d.state = 'deferred' then 'time_edge' end,
            queued_at = case when d.state = 'queued' then now() end,
            finished_at = case when d.state in ('skipped', 'upstream_failed') then now() end,
            attempt_token = t.attempt_token + 1
       from unnest($2::text[], $3::text[], $4::timestamptz[]) as d(task_id, state, planned_at)
      where t.run_id = $1 and t.task_id = d.task_id and t.state = 'none'
     returning t.task_instance_id as "taskInstanceId", t.attempt_token as token, t.state, t.wake_at as "runAt", t.priority`,
    values: [
      runId,
      decided.map(({ taskId }) => taskId),
      decided.map(({ step }) => step.to),
      decided.map(({ step }) => ('plannedAt' in step ? (step.plannedAt?.toString() ?? null) : null)),
    ],
  });
  return rows.filter(({ state }) => state === 'queued' || state === 'deferred');
}
