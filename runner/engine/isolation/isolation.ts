import type { ClaimedTask } from '../../store/task/instance.ts';
import type { TaskType } from '../../task.ts';

/** Why an attempt runs in a process of its own, and the file from which that loads its type. */
export interface Isolation {
  readonly file: string;
  readonly type: string;
  /** `suspected`: its worker died while it ran, so that nothing else may run beside it in its process. */
  readonly because: 'asked' | 'suspected';
}

/**
 * Null where the attempt runs in its worker's process. One whose worker has died does not, whatever its type says: if it is the one
 * that did it, it dies alone now, and the others that ran beside it are cleared of it by ending well.
 *
 * @param file of the type; null for a type that came from none and can run nowhere else
 */
export function isolationOf(
  { type, isolation }: Pick<TaskType, 'type' | 'isolation'>,
  { crashCount }: Pick<ClaimedTask, 'crashCount'>,
  file: string | null,
): Isolation | null {
  if (file === null) return null;
  if (isolation === 'process') return { file, type, because: 'asked' };
  return crashCount > 0 ? { file, type, because: 'suspected' } : null;
}
