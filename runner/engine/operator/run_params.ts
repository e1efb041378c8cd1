import type { Dag } from '../../core/dag/dag.ts';
import { type ParamProblem, resolveParams } from '../../core/dag/params.ts';
import { paramsProblems } from '../../core/dag_file/run_params.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';
import { checkableTypes, type TaskTypes } from '../dags/task_types.ts';

export type RunParams = { readonly values: JsonObject } | { readonly problem: string };

/**
 * Checks the params that a person gives for a run: names and types as the DAG declares them and, if the task types are
 * known, values that the tasks accept.
 */
export function runParams(
  dag: Dag,
  given: Readonly<Record<string, Json>>,
  taskTypes: TaskTypes | null,
): RunParams {
  const resolved = resolveParams(dag.params, given);
  if ('problems' in resolved) return { problem: resolved.problems.map(sentence).join('; ') };
  const unfit = taskTypes === null ? [] : paramsProblems(dag, resolved.values, checkableTypes(taskTypes));
  return unfit.length === 0 ? resolved : { problem: unfit.join('; ') };
}

function sentence({ param, message }: ParamProblem): string {
  return `param ${param}: ${message}`;
}
