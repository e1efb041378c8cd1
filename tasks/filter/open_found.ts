import { FailTask, type Files, type OpenFile } from '../../runner/task.ts';
import { entryText, isSameEntry } from '../files/entry.ts';
import type { FoundFile } from '../files/found_file.ts';

/**
 * Opens the file that `wait_for_file` found.
 * @throws FailTask if it is gone or was replaced under its name; a retry would find the same
 */
export async function openFound(files: Files, found: FoundFile): Promise<OpenFile> {
  const { location, bytes, modified_at: modifiedAt } = found;
  const then = entryText({ bytes, modifiedAt });
  if ((await files.stat(location)) === null) {
    throw new FailTask(
      `${location}: gone since it was found (${then}); have it put there again, then clear the task that found it. ` +
        'A server that takes each file away once it is read looks like this',
    );
  }
  const opened = await files.open(location);
  if (isSameEntry(opened, { bytes, modifiedAt })) return opened;
  throw new FailTask(
    `${location}: replaced since it was found: ${then} then, ${entryText(opened)} now; clear the task that found it`,
  );
}
