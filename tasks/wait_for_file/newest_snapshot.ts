import { z } from 'zod';
import type { TaskContext } from '../../runner/task.ts';
import { instantSchema } from '../inventory/file/instant.ts';

const foundSchema = z.looseObject({ snapshot_at: instantSchema });

/**
 * Returns the snapshot that tonight's has to be after. A shadow run counts the nights worked in shadow before it: their files were
 * taken, though nothing of them is in the OMS.
 */
export async function newestSnapshot(
  { files, attempt, run }: Pick<TaskContext<unknown>, 'files' | 'attempt' | 'run'>,
  applied: Temporal.Instant | null,
): Promise<Temporal.Instant | null> {
  if (run.mode === 'apply') return applied;
  const found = foundSchema.safeParse(await files.lastGoodOutput(attempt.taskId));
  if (!found.success) return applied;
  const { snapshot_at: shadowed } = found.data;
  return applied !== null && Temporal.Instant.compare(applied, shadowed) > 0 ? applied : shadowed;
}
