/** DAGs as the database has them. */
import type { Pool } from 'pg';
import { readDagFile, registerDagFile } from '../../engine/dags/folder.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { DagVersions } from '../../engine/dags/versions.ts';
import { findDag, listDags } from '../../store/dag/dag.ts';
import { dagFileOf, type FoundDag, unknownDag } from '../../view/dag/files.ts';
import { InvalidDag } from '../../view/errors.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import type { Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import type { Settings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';

/** The version in force, or null where the database knows none. */
export async function dagInForce(shell: Shell, settings: Settings, dagId: string): Promise<FoundDag | null> {
  await using session = await openSession(shell, settings);
  const row = await findDag(session.pool, dagId);
  if (row === null || row.dagVersionId === null || row.retiredAt !== null) return null;
  const { dag } = await new DagVersions(session.pool).get(row.dagVersionId);
  return { dag, file: row.file };
}

/**
 * Puts the DAG's file in force, so that an edit just made counts, and a DAG that no worker has read yet is known.
 * Without a file the database must know it.
 * @returns the task types that the file was checked with; null without a file
 * @throws NotFound; InvalidDag
 */
export async function registerNamedDag(
  pool: Pool,
  settings: Settings,
  dagId: string,
): Promise<TaskTypes | null> {
  const file = await dagFileOf(settings.dagsDir, dagId);
  if (file === null) {
    const rows = await listDags(pool);
    if (rows.some((row) => row.dagId === dagId && row.retiredAt === null)) return null;
    throw await unknownDag(
      settings.dagsDir,
      dagId,
      rows.map((row) => row.dagId),
    );
  }
  const taskTypes = await taskTypesOf(settings);
  const dagFile = await readDagFile(file, taskTypes);
  if (dagFile.dag === null) throw new InvalidDag(dagFile.problems);
  await registerDagFile(pool, dagFile, CLI_ACTOR);
  return taskTypes;
}
