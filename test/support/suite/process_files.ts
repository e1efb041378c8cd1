import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const LOAD = pathToFileURL(path.join(import.meta.dirname, 'load.ts')).href;

/** Test files that judge or change their whole process: its memory, its environment, its errors that nobody caught. */
export const ALONE: readonly string[] = [
  'test/runner/connections/sftp/read.test.ts',
  'test/runner/engine/worker/event_loop_watch.test.ts',
  'test/runner/engine/worker/frozen_worker.test.ts',
  'test/tasks/filter/scan.test.ts',
  'test/tasks/inventory/scan/limits.test.ts',
];

/**
 * Returns the files that `node --test` is to run, each in a process: one for each folder of `files`, written to
 * `directory`, which loads the folder's files; and those of `files` that have a process of their own.
 */
export async function processFiles(files: readonly string[], directory: string): Promise<readonly string[]> {
  const folders = Map.groupBy(files, (file) => (ALONE.includes(file) ? file : path.dirname(file)));
  // The largest first: at the end no long one is left to run alone.
  const ordered = [...folders].toSorted(([, one], [, other]) => other.length - one.length);
  return await Promise.all(
    ordered.map(async ([folder, [first, ...more]]) => {
      if (first !== undefined && more.length === 0) return first;
      const urls = [first, ...more].map((file) => pathToFileURL(`${file}`).href);
      const written = path.join(directory, `${folder}.mjs`);
      await mkdir(path.dirname(written), { recursive: true });
      await writeFile(
        written,
        `import { loadTestFiles } from '${LOAD}';\nawait loadTestFiles(${JSON.stringify(folder)}, ${JSON.stringify(urls)});\n`,
      );
      return written;
    }),
  );
}
