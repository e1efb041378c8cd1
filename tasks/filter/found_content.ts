import { FailTask, type Files, type OpenFile } from '../../runner/task.ts';
import { entryText, isSameEntry } from '../files/entry.ts';
import type { FoundFile } from '../files/found_file.ts';
import { aboutFile } from '../files/refused_file.ts';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';

/**
 * Opens the file that `wait_for_file` found.
 * @throws FailTask if it is gone or was replaced under its name; a retry would find the same
 */
export async function openFound(files: Files, found: FoundFile): Promise<OpenFile> {
  const { location, bytes, modified_at: modifiedAt } = found;
  const then = entryText({ bytes, modifiedAt });
  if ((await files.stat(location)) === null) {
    throw new FailTask(
      aboutFile(
        `gone since it was found (${then}); have it put there again, then clear the task that found it. ` +
          'A server that deletes each file once it is read causes this',
        location,
      ),
    );
  }
  const opened = await files.open(location);
  if (isSameEntry(opened, { bytes, modifiedAt })) return opened;
  throw new FailTask(
    aboutFile(
      `replaced since it was found: ${then} then, ${entryText(opened)} now; clear the task that found it`,
      location,
    ),
  );
}

/**
 * Yields the file's bytes. A read that failed because the file changed would fail again on the next attempt, so it is
 * refused at once.
 * @throws InvalidFileError if its size or mtime changed or it is gone; else whatever reading threw
 */
export async function* unmovedChunks(
  files: Files,
  opened: OpenFile,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* opened.chunks();
  } catch (cause) {
    const now = await files.stat(opened.location);
    if (now !== null && isSameEntry(now, opened)) throw cause;
    throw new InvalidFileError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
