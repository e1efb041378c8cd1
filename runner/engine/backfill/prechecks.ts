/** Runs the prechecks of a DAG's task types before any run is made: which instants of a plan would they refuse? */
import type { Environment } from '../../connections/connection_config.ts';
import { isWorked, type PlannedDate } from '../../core/backfill/plan.ts';
import type { DateRefusal } from '../../core/backfill/refusal.ts';
import type { Task } from '../../core/dag/dag.ts';
import type { DagIndex } from '../../core/dag/index.ts';
import { runModeOf } from '../../core/dag/run_mode.ts';
import { renderTemplates } from '../../core/run/template.ts';
import { resolveWallTime } from '../../core/time/wall_time.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { JsonObject } from '../../core/value/json.ts';
import { runWithParamsSchema } from '../../core/value/task_remedy.ts';
import type { Log } from '../../log.ts';
import type { Precheck, PrecheckContext, TaskType } from '../../task.ts';
import { listedFiles } from '../attempt/files/listed_files.ts';
import { scopeOf, tasksNamed } from '../attempt/template_context.ts';
import type { TaskTypes } from '../dags/task_types.ts';
import { ConnectionPools } from '../worker/connection_pools.ts';

export interface PrecheckRunner {
  readonly taskTypes: TaskTypes;
  /** The environment variables that define the connections. */
  readonly env: Environment;
  readonly projectDir: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface PrecheckedPlan {
  readonly index: DagIndex;
  readonly params: JsonObject;
  /** The dates in the order in which they will run. */
  readonly dates: readonly PlannedDate[];
  /** The present instant by the database's clock. */
  readonly now: Temporal.Instant;
}

interface PrecheckedTask {
  readonly task: Task;
  readonly taskType: TaskType;
  readonly precheck: Precheck;
}

/**
 * Runs the prechecks of every date that would get a run.
 * @returns a refusal for each instant that was refused or could not be checked; nothing for the others
 */
export async function runPrechecks(
  runner: PrecheckRunner,
  plan: PrecheckedPlan,
): Promise<readonly DateRefusal[]> {
  const prechecked = plan.index.dag.tasks.flatMap((task) => precheckedTask(runner.taskTypes, task));
  if (prechecked.length === 0) return [];
  const refusals: DateRefusal[] = [];
  const workedBefore: Temporal.PlainDate[] = [];
  // A task whose precheck failed once is not tried again for each of the other dates.
  const failed = new Map<string, string>();
  await using connections = new ConnectionPools(runner.env, runner.log);
  await using files = listedFiles(runner);
  for (const { businessDate, scheduledFor, ...date } of plan.dates) {
    if (scheduledFor === null || !isWorked(date)) continue;
    const facts = { businessDate, scheduledFor, workedBefore: [...workedBefore] };
    let refusal: DateRefusal | null = null;
    for (const one of prechecked) {
      refusal ??= await runPrecheck({ runner, plan, connections, files, failed }, one, facts);
      if (refusal?.kind === 'refused') break;
    }
    if (refusal !== null) refusals.push(refusal);
    if (refusal?.kind !== 'refused') workedBefore.push(businessDate);
  }
  return refusals;
}

/** Returns the task if it can be prechecked: it is sure to run, and its `with` needs no output of a run. */
function precheckedTask({ byName }: TaskTypes, task: Task): readonly PrecheckedTask[] {
  const taskType = byName.get(task.type);
  const needsOutputs = tasksNamed(task.with).length > 0;
  if (taskType?.precheck === undefined || needsOutputs || task.mapOver !== null || task.runIf !== null)
    return [];
  return [{ task, taskType, precheck: taskType.precheck.bind(taskType) }];
}

interface PrecheckInputs {
  readonly runner: PrecheckRunner;
  readonly plan: PrecheckedPlan;
  readonly connections: ConnectionPools;
  readonly files: PrecheckContext<unknown>['files'];
  readonly failed: Map<string, string>;
}

type DateFacts = Pick<PrecheckContext<unknown>, 'workedBefore'> & {
  readonly businessDate: Temporal.PlainDate;
  readonly scheduledFor: Temporal.Instant;
};

async function runPrecheck(
  { runner, plan, connections, files, failed }: PrecheckInputs,
  { task, taskType, precheck }: PrecheckedTask,
  { businessDate, scheduledFor, workedBefore }: DateFacts,
): Promise<DateRefusal | null> {
  const { dag } = plan.index;
  const mode = runModeOf(dag.params, plan.params);
  const unknown = (detail: string): DateRefusal => {
    failed.set(task.taskId, detail);
    return { scheduledFor, kind: 'unknown', because: 'not checked', detail };
  };
  const why = failed.get(task.taskId);
  if (why !== undefined) return unknown(why);
  try {
    const run = { runId: 0, dagId: dag.dagId, businessDate, scheduledFor, params: plan.params };
    const rendered = renderTemplates(task.with, scopeOf(run, dag.timezone, {}));
    const answer = await precheck({
      params: await taskType.params.parseAsync(rendered),
      run: {
        dagId: dag.dagId,
        scheduledFor,
        businessDate,
        timezone: dag.timezone,
        mode,
        params: plan.params,
      },
      deadlineAt: task.deadline && resolveWallTime(businessDate, task.deadline, dag.timezone),
      workedBefore,
      connections: {
        postgres: async (id) => connections.postgres(id),
        http: async (id) => connections.http(id),
      },
      files,
      signal: runner.signal,
      now: () => plan.now,
    });
    if (answer === null) return null;
    const { because, detail, remedy } = answer;
    const facts = { scheduledFor, kind: 'refused', because, detail } as const;
    return remedy === undefined ? facts : { ...facts, remedy: runWithParamsSchema.parse(remedy) };
  } catch (error) {
    runner.signal.throwIfAborted();
    return unknown(`${task.taskId}: ${errorFacts(error).errorText}`);
  }
}
