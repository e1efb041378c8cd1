import { readFile } from 'node:fs/promises';
import { errorCode } from '../errors.ts';
import { EmbeddedPostgresError } from './error.ts';

/** Returns the text of a file, null if there is none. @throws EmbeddedPostgresError if it belongs to another user */
export function readOrNull(path: string): Promise<string | null> {
  return nullIfAbsent(readFile(path, 'utf8'));
}

/** Returns the result of `reading`, null if its file or folder does not exist. */
export async function nullIfAbsent<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    if (errorCode(error) !== 'EACCES') throw error;
    throw new EmbeddedPostgresError(
      `the embedded Postgres belongs to another user (${error instanceof Error ? error.message : error}). ` +
        'Work as that user, set STOCKFLOW_HOME to a folder of your own, or DATABASE_URL to a Postgres of your own',
      { cause: error },
    );
  }
}
