import type { Dag } from '../../core/dag/dag.ts';
import type { DagIndex } from '../../core/dag/index.ts';
import type { Json, JsonObject } from '../../core/value/json.ts';
import type { Remedy } from '../../core/value/remedy.ts';
import type { DagRow } from '../../store/dag/dag.ts';
import type { Queryable } from '../../store/queryable.ts';
import type { TaskTypes } from '../dags/task_types.ts';
import type { DagVersions } from '../dags/versions.ts';
import { runParams } from './run_params.ts';

/** A run cannot be created as requested. */
export class TriggerError extends Error {
  override name = 'TriggerError';
  readonly kind: 'not_found' | 'invalid_dag' | 'bad_params' | 'not_due';
  readonly remedy: Remedy | null;
  constructor(kind: TriggerError['kind'], message: string, remedy: Remedy | null = null) {
    super(message);
    this.kind = kind;
    this.remedy = remedy;
  }
}

export interface DagToRun {
  readonly dagVersionId: number;
  readonly index: DagIndex;
  /** The value of every param of the DAG: the given one, else the default. */
  readonly params: JsonObject;
}

/**
 * Returns the DAG's version in force and the params of a requested run.
 * @param row null if there is no such DAG in the database
 * @throws TriggerError
 */
export async function dagToRun(
  db: Queryable,
  versions: DagVersions,
  request: {
    readonly dagId: string;
    readonly row: DagRow | null;
    readonly params: Readonly<Record<string, Json>>;
    /** The task types that the params are also checked against; null to check only the DAG's own types. */
    readonly taskTypes: TaskTypes | null;
  },
): Promise<DagToRun> {
  const { dagId, row } = request;
  if (row === null || row.retiredAt !== null) {
    throw new TriggerError('not_found', `there is no DAG ${dagId}`, { action: 'list_dags' });
  }
  if (row.dagVersionId === null) {
    const { file } = row;
    throw new TriggerError('invalid_dag', `${file} was never valid`, { action: 'validate_dag_file', file });
  }
  const index = await versions.get(row.dagVersionId, db);
  return {
    dagVersionId: row.dagVersionId,
    index,
    params: paramsToRun(index.dag, request.params, request.taskTypes),
  };
}

/**
 * Returns the value of every param of the DAG: the given one, checked, else the default.
 * @param taskTypes null to check only the DAG's own types
 * @throws TriggerError with everything that is wrong
 */
export function paramsToRun(
  dag: Dag,
  given: Readonly<Record<string, Json>>,
  taskTypes: TaskTypes | null,
): JsonObject {
  const params = runParams(dag, given, taskTypes);
  if ('problem' in params) throw new TriggerError('bad_params', params.problem);
  return params.values;
}
