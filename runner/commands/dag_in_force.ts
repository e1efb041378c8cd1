/** DAGs as the database has them. */
import type { Pool } from 'pg';
import { parseDag } from '../core/dag_file.ts';
import { readDagFile, registerDagFile } from '../engine/dag_folder.ts';
import { DagVersions } from '../engine/dag_versions.ts';
import type { TaskTypes } from '../engine/task_types.ts';
import { findDag, findVersion, listDags } from '../store/dag.ts';
import { CLI_ACTOR } from './actor.ts';
import type { Shell } from './command.ts';
import { dagFileOf, type FoundDag, invalidDag, unknownDag } from './dag_lookup.ts';
import { openSession } from './session.ts';
import type { Settings } from './settings.ts';
import { taskTypesOf } from './task_types.ts';

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
