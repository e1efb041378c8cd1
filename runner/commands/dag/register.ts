import type { Pool } from 'pg';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import { registerNamedDag } from '../../view/dag/register.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import type { Settings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';

/** Puts the file of a DAG that a command names in force. @throws NotFound; InvalidDag */
export async function registerDagOfCommand(
  pool: Pool,
  settings: Settings,
  dagId: string,
): Promise<TaskTypes | null> {
  const { dagsDir } = settings;
  return await registerNamedDag(pool, {
    dagId,
    dagsDir,
    by: CLI_ACTOR,
    taskTypes: () => taskTypesOf(settings),
  });
}
