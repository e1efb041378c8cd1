import type { PrecheckRunner } from '../../engine/backfill/prechecks.ts';
import type { TaskTypes } from '../../engine/dags/task_types.ts';
import type { Shell } from '../cli/command.ts';
import type { Session } from '../cli/session.ts';

/** Returns the surroundings in which a command runs the prechecks of task types. */
export function precheckRunner(
  { env, signal }: Shell,
  { log }: Session,
  taskTypes: TaskTypes,
): PrecheckRunner {
  return { taskTypes, env, projectDir: process.cwd(), log, signal };
}
