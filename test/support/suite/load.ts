import { test } from 'node:test';

/** The original: a worker in this process may guard it while it runs tasks. */
const { exit } = process;

/**
 * Loads the test files of a folder. Their tests start when all are loaded: the runner ends with the tests that it knows
 * of. A file that cannot be loaded fails the first test, and the others run.
 */
export async function loadTestFiles(folder: string, urls: readonly string[]): Promise<void> {
  // A process that ends by itself has Node wait for each of its handles, which was seen to go on for ever, on a whole core.
  process.once('exit', (code) => exit(code));
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
