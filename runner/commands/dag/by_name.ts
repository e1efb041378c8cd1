import { dagFileOf, type FoundDag, readDag, unknownDag } from '../../view/dag/files.ts';
import type { Shell } from '../cli/command.ts';
import type { Settings } from '../cli/settings.ts';

/**
 * The DAG as its file stands now; where there is no file, the version that is in force in the database.
 * @throws NotFound; InvalidDag
 */
export async function findDagByName(shell: Shell, settings: Settings, name: string): Promise<FoundDag> {
  const file = await dagFileOf(settings.dagsDir, name);
  if (file !== null) return { dag: await readDag(file), file };
  // Imported here, so that a DAG that has a file is shown without the database's driver.
  const { openSession } = await import('../cli/session.ts');
  const { dagInForce } = await import('../../view/dag/in_force.ts');
  const { viewSource } = await import('../../view/source.ts');
  await using session = await openSession(shell, settings);
  const found = await dagInForce(viewSource(session.pool), name);
  if (found === null) throw await unknownDag(settings.dagsDir, name);
  return found;
}
