import { type FileEntry, type TaskContext, TaskError } from '../../runner/task.ts';

/**
 * Removes the file unless it is gone, and adds `file.removed` to the history before.
 * @returns whether it was there
 * @throws TaskError if it has changed since it was listed
 */
export async function removeFile(
  { files, record }: Pick<TaskContext<unknown>, 'files' | 'record'>,
  { location, bytes, modifiedAt }: FileEntry,
): Promise<boolean> {
  const now = await files.stat(location);
  if (now === null) return false;
  const isSameTime = now.modifiedAt === null || modifiedAt === null || now.modifiedAt.equals(modifiedAt);
  if (now.bytes !== bytes || !isSameTime)
    throw new TaskError(`${location} has changed since it was listed, and was not removed`);
  // Before: an attempt that was superseded may not record, and so does not remove anything either.
  await record({
    action: 'file.removed',
    before: { location, bytes, modified_at: modifiedAt?.toString() ?? null },
  });
  return await files.remove(location);
}
