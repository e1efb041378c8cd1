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
  /** Every param of the DAG: those given, else the defaults. */
  readonly params: JsonObject;
}

/**
 * The version in force of a DAG that a person wants to run, and the params they gave.
 * @param row null where the database knows no such DAG
 * @throws TriggerError
 */
export async function dagToRun(
  db: Queryable,
  versions: DagVersions,
  asked: {
    readonly dagId: string;
    readonly row: DagRow | null;
    readonly params: Readonly<Record<string, Json>>;
    /** With them the params are held to what the tasks take as well. */
    readonly taskTypes: TaskTypes | null;
  },
): Promise<DagToRun> {
  const { dagId, row } = asked;
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
    params: paramsToRun(index.dag, asked.params, asked.taskTypes),
  };
}

/**
 * Every param of the DAG: those given, checked, else the defaults.
 * @param taskTypes null where only the DAG's own types are to be asked
 * @throws TriggerError with all that is wrong
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
