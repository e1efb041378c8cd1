/** DAGs as the database has them. */
import { findDag } from '../../store/dag/dag.ts';
import type { ViewSource } from '../source.ts';
import type { FoundDag } from './files.ts';

/** Returns the version in force, or null where the database knows none. */
export async function dagInForce({ pool, versions }: ViewSource, dagId: string): Promise<FoundDag | null> {
  const row = await findDag(pool, dagId);
  if (row === null || row.dagVersionId === null || row.retiredAt !== null) return null;
  const { dag } = await versions.get(row.dagVersionId);
  return { dag, file: row.file };
}
