import type { Files } from '../../runner/task.ts';

/**
 * Returns `name: why` for each entry that resembles the pattern and cannot be used, including manifests without their
 * file.
 */
export async function leftOutTexts(files: Files, pattern: string): Promise<readonly string[]> {
  return (await files.leftOut(pattern)).map(({ name, why }) => `${name}: ${why}`);
}
