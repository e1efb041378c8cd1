/** A DAG by its id: its file as it stands here, and its version in force. */
import type { Dag } from '../../core/dag/dag.ts';
import type { Problem } from '../../core/dag_file/problem.ts';
import { readParsedDag } from '../../engine/dags/parsed.ts';
import { type DagRow, findDag, listDags } from '../../store/dag/dag.ts';
import type { ViewSource } from '../source.ts';
import { dagFileById, unknownDag } from './files.ts';

export interface KnownDag {
  readonly dagId: string;
  /** Null for a DAG that no worker has read yet. */
  readonly row: DagRow | null;
  /** The version in force; null while none was ever valid, and for one that this code cannot read. */
  readonly inForce: Dag | null;
  /** The file as it stands; null where this host has none. */
  readonly file: {
    readonly path: string;
    readonly dag: Dag | null;
    readonly problems: readonly Problem[];
  } | null;
}

/** @throws NotFound for a DAG that has neither a file in the folder nor a row in the database */
export async function readKnownDag(
  { pool, versions }: ViewSource,
  dagsDir: string,
  dagId: string,
): Promise<KnownDag> {
  const row = await findDag(pool, dagId);
  const path = await dagFileById(dagsDir, dagId);
  if (row === null && path === null) {
    const known = (await listDags(pool)).map((other) => other.dagId);
    throw await unknownDag(dagsDir, dagId, known);
  }
  const file = path === null ? null : { path, ...(await readParsedDag(path)) };
  const version = row?.dagVersionId == null ? null : await versions.getReadable(row.dagVersionId);
  return { dagId, row, inForce: version?.dag ?? null, file };
}
