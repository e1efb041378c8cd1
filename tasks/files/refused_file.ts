import { FailTask } from '../../runner/task.ts';
import type { InvalidFileError } from '../inventory/file/invalid_file.ts';

/**
 * Returns a sentence with the file that it is about at its end: what is wrong comes first, as a phone and a list show only the
 * beginning.
 */
export function aboutFile(sentence: string, location: string): string {
  return `${sentence}; file: ${location}`;
}

/** Returns the failure of a task that can do nothing with a file. */
export function refusedFile(error: InvalidFileError, location: string): FailTask {
  return new FailTask(aboutFile(error.message, location), { cause: error });
}
