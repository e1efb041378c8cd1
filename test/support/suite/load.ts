import { test } from 'node:test';

/**
 * Loads the test files of a folder. Their tests start when all are loaded: the runner ends with the tests that it knows
 * of. A file that cannot be loaded fails the first test, and the others run.
 */
export async function loadTestFiles(folder: string, urls: readonly string[]): Promise<void> {
  const loaded = Promise.withResolvers<void>();
  test(`the test files of ${folder} load`, () => loaded.promise);
  const errors: unknown[] = [];
  for (const url of urls) {
    try {
      await import(url);
    } catch (error) {
      errors.push(new Error(`cannot load ${url}`, { cause: error }));
    }
  }
  if (errors.length === 0) loaded.resolve();
  else
    loaded.reject(
      errors.length === 1 ? errors[0] : new AggregateError(errors, 'some test files do not load'),
    );
}
