import { loadTaskTypes, type TaskTypes } from '../../engine/dags/task_types.ts';
import { CommandError, EXIT } from './exit_code.ts';
import type { Settings } from './settings.ts';

/** The task types of the project. @throws CommandError (usage) when there is no such folder */
export async function taskTypesOf({ tasksDir }: Settings): Promise<TaskTypes> {
  try {
    return await loadTaskTypes(tasksDir);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    throw new CommandError(
      EXIT.usage,
      `there is no folder ${tasksDir} with task types; STOCKFLOW_TASKS names it, and the folder to start from is the project's`,
    );
  }
}
