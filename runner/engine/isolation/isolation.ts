import type { ClaimedTask } from '../../store/task/instance.ts';
import type { TaskType } from '../../task.ts';

/** The reason why an attempt runs in a process of its own, and the file from which that process loads its type. */
export interface Isolation {
  readonly file: string;
  readonly type: string;
  /**
   * `requested`: its type requests it. `suspected`: its worker died while it ran, so nothing else may run in its process.
   */
  readonly because: 'requested' | 'suspected';
}

/**
 * Returns how the attempt is isolated, null if it runs in its worker's process. An attempt whose worker has died is
 * isolated, whatever its type says: if it was the cause, it dies alone this time, and the attempts that ran beside it
 * are cleared by ending well.
 * @param file the file of the type; null for a type without one, which cannot run in another process
 */
export function isolationOf(
  { type, isolation }: Pick<TaskType, 'type' | 'isolation'>,
  { crashCount }: Pick<ClaimedTask, 'crashCount'>,
  file: string | null,
): Isolation | null {
  if (file === null) return null;
  if (isolation === 'process') return { file, type, because: 'requested' };
  return crashCount > 0 ? { file, type, because: 'suspected' } : null;
}
