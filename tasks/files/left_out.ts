import type { Files } from '../../runner/task.ts';

/**
 * What lies there, is like the pattern, and cannot be used, as `name: why`. A manifest that misses its file is one of them.
 */
export async function leftOutTexts(files: Files, pattern: string): Promise<readonly string[]> {
  return (await files.leftOut(pattern)).map(({ name, why }) => `${name}: ${why}`);
}
