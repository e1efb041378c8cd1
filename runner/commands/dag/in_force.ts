/** DAGs as the database has them. */
import type { Pool } from 'pg';
import { parseDag } from '../../core/dag_file/parse.ts';
import { readDagFile, registerDagFile } from '../../engine/dags/folder.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { DagVersions } from '../../engine/dags/versions.ts';
import { findDag, findVersion, listDags } from '../../store/dag/dag.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import type { Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import type { Settings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { dagFileOf, type FoundDag, invalidDag, unknownDag } from './lookup.ts';

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
 * @throws CommandError: not found, or invalid
 */
export async function registerNamedDag(
  pool: Pool,
  settings: Settings,
  dagId: string,
): Promise<TaskTypes | null> {
  const file = await dagFileOf(settings, dagId);
  if (file === null) {
    const rows = await listDags(pool);
    if (rows.some((row) => row.dagId === dagId && row.retiredAt === null)) return null;
    throw await unknownDag(
      settings,
      dagId,
      rows.map((row) => row.dagId),
    );
  }
  const taskTypes = await taskTypesOf(settings);
  const dagFile = await readDagFile(file, taskTypes);
  if (dagFile.dag === null) throw invalidDag(dagFile.problems);
  await registerDagFile(pool, dagFile, CLI_ACTOR);
  return taskTypes;
}

/** The zone of each version, in which its instants are shown; UTC for a version that this code cannot read. */
export async function zonesOfVersions(
  pool: Pool,
  dagVersionIds: Iterable<number>,
): Promise<ReadonlyMap<number, string>> {
  const zones = new Map<number, string>();
  for (const dagVersionId of new Set(dagVersionIds)) {
    const version = await findVersion(pool, dagVersionId);
    const dag = version && parseDag(version.source, version.file).dag;
    zones.set(dagVersionId, dag?.timezone ?? 'UTC');
  }
  return zones;
}
