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
  const { dagInForce } = await import('./in_force.ts');
  const found = await dagInForce(shell, settings, name);
  if (found === null) throw await unknownDag(settings.dagsDir, name);
  return found;
}
