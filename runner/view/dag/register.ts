/** Puts the file of a DAG that a person names in force, before something is done with the DAG. */
import type { Pool } from 'pg';
import { readDagFile, registerDagFile } from '../../engine/dags/folder.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { listDags } from '../../store/dag/dag.ts';
import type { Actor } from '../../store/event/event.ts';
import { InvalidDag } from '../errors.ts';
import { dagFileOf, unknownDag } from './files.ts';

export interface NamedDag {
  readonly dagId: string;
  readonly dagsDir: string;
  readonly by: Actor;
  /** Called only where there is a file to check with them. */
  taskTypes(): Promise<TaskTypes>;
}

/**
 * Puts the DAG's file in force, so that an edit just made counts, and a DAG that no worker has read yet is known.
 * Without a file the database must know it.
 * @returns the task types that the file was checked with; null without a file
 * @throws NotFound; InvalidDag
 */
export async function registerNamedDag(pool: Pool, named: NamedDag): Promise<TaskTypes | null> {
  const { dagId, dagsDir, by } = named;
  const file = await dagFileOf(dagsDir, dagId);
  if (file === null) {
    const rows = await listDags(pool);
    if (rows.some((row) => row.dagId === dagId && row.retiredAt === null)) return null;
    throw await unknownDag(
      dagsDir,
      dagId,
      rows.map((row) => row.dagId),
    );
  }
  const taskTypes = await named.taskTypes();
  const dagFile = await readDagFile(file, taskTypes);
  if (dagFile.dag === null) throw new InvalidDag(dagFile.problems);
  await registerDagFile(pool, dagFile, by);
  return taskTypes;
}
