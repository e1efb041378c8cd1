/** Runs the checks of a DAG's task types, which test what their tasks rely on outside the runner. */
import type { Environment } from '../../connections/connection_config.ts';
import type { Dag, Task } from '../../core/dag/dag.ts';
import { renderTemplates } from '../../core/run/template.ts';
import { businessDateOf } from '../../core/time/wall_time.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import type { Check, CheckFinding, TaskType } from '../../task.ts';
import { scopeOf, tasksNamed } from '../attempt/template_context.ts';
import { runParams } from '../operator/run_params.ts';
import { ConnectionPools } from '../worker/connection_pools.ts';
import type { TaskTypes } from './task_types.ts';

export interface TaskChecker {
  readonly taskTypes: TaskTypes;
  readonly env: Environment;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The present instant by the database's clock. */
  readonly now: Temporal.Instant;
}

export interface CheckedTask {
  readonly taskId: string;
  readonly findings: readonly CheckFinding[];
}

/**
 * Returns the findings of each task of the DAG whose type has a check. A check that fails gives a finding of its own.
 */
export async function checkTasks(checker: TaskChecker, dag: Dag): Promise<readonly CheckedTask[]> {
  const checked: CheckedTask[] = [];
  await using connections = new ConnectionPools(checker.env, checker.log);
  for (const task of dag.tasks) {
    const taskType = checker.taskTypes.byName.get(task.type);
    if (taskType?.check === undefined || tasksNamed(task.with).length > 0 || task.mapOver !== null) continue;
    const check = taskType.check.bind(taskType);
    checked.push({
      taskId: task.taskId,
      findings: await runCheck(checker, { dag, task, taskType, check, connections }),
    });
  }
  return checked;
}

interface CheckInputs {
  readonly dag: Dag;
  readonly task: Task;
  readonly taskType: TaskType;
  readonly check: Check;
  readonly connections: ConnectionPools;
}

async function runCheck(
  { signal, now }: TaskChecker,
  { dag, task, taskType, check, connections }: CheckInputs,
): Promise<readonly CheckFinding[]> {
  const defaults = runParams(dag, {}, null);
  const params = 'problem' in defaults ? {} : defaults.values;
  const run = {
    runId: 0,
    dagId: dag.dagId,
    businessDate: businessDateOf(now, dag.timezone),
    scheduledFor: now,
    params,
  };
  try {
    return await check({
      params: await taskType.params.parseAsync(renderTemplates(task.with, scopeOf(run, dag.timezone, {}))),
      connections: {
        postgres: async (id) => connections.postgres(id),
        http: async (id) => connections.http(id),
      },
      signal,
      now: () => now,
    });
  } catch (error) {
    signal.throwIfAborted();
    return [
      {
        verdict: 'problem',
        found: errorFacts(error).errorText,
        fix: 'check the connections that the task names',
      },
    ];
  }
}
