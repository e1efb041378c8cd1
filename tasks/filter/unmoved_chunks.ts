import type { Files, OpenFile } from '../../runner/task.ts';
import { isSameEntry } from '../files/entry.ts';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';

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
