import { readDagFile, registerDagFile } from '../engine/dags/folder.ts';
import type { TaskTypes } from '../engine/dags/task_types.ts';
import { findDag, listDags } from '../store/dag/dag.ts';
import type { Actor } from '../store/event/event.ts';
import { dagFileById, unknownDag } from '../view/dag/files.ts';
import { InvalidDag } from '../view/errors.ts';
import type { WebContext } from './context.ts';

/**
 * Puts the DAG's file in force before it is run, so that an edit just made counts, and a DAG that no worker has read yet is known.
 * Without a file here the database must know it.
 *
 * @returns the task types that the file was checked with; null without a file
 * @throws NotFound; InvalidDag
 */
export async function registerDag(
  { pool, dagsDir, taskTypes }: WebContext,
  dagId: string,
  by: Actor,
): Promise<TaskTypes | null> {
  const file = await dagFileById(dagsDir, dagId);
  if (file === null) {
    const row = await findDag(pool, dagId);
    if (row !== null && row.retiredAt === null) return null;
    const known = (await listDags(pool)).map((other) => other.dagId);
    throw await unknownDag(dagsDir, dagId, known);
  }
  const types = await taskTypes();
  const dagFile = await readDagFile(file, types);
  if (dagFile.dag === null) throw new InvalidDag(dagFile.problems);
  await registerDagFile(pool, dagFile, by);
  return types;
}
