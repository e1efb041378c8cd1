import type { FoundDag } from '../../../view/dag/files.ts';
import { readKnownDag } from '../../../view/dag/find.ts';
import { InvalidDag } from '../../../view/errors.ts';
import type { WebContext } from '../../context.ts';

/**
 * Returns the DAG as its file stands; where this host has no file, as the version in force.
 * @throws NotFound; InvalidDag
 */
export async function shownDag(context: WebContext, dagId: string): Promise<FoundDag> {
  const { file, inForce, row } = await readKnownDag(context, context.dagsDir, dagId);
  if (file?.dag != null) return { dag: file.dag, file: file.path };
  if (file !== null) throw new InvalidDag(file.problems);
  if (inForce === null) throw new InvalidDag(row?.problems ?? []);
  return { dag: inForce, file: row?.file ?? '' };
}
