/** The files of task authors that the page loads: each `*.ts` or `*.js` directly in a folder. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorFacts } from '../../core/value/error_text.ts';
import { type ModuleFile, moduleFiles } from '../../core/value/module_file.ts';

/** Returns the modules of a folder by name, with their paths; none where it is absent. */
export async function filesOf(folder: string): Promise<readonly ModuleFile[]> {
  try {
    return moduleFiles(await readdir(folder)).map(({ name, file }) => ({ name, file: join(folder, file) }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Returns the default export of a file, or why it cannot be loaded. */
export async function defaultExportOf(
  file: string,
): Promise<{ readonly defined: unknown } | { readonly reason: string }> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(file).href);
    return { defined: module.default };
  } catch (error) {
    return { reason: loadProblem(error) };
  }
}

/** Returns the message; of a syntax error with its place, which only the first line of its stack has. */
function loadProblem(error: unknown): string {
  const { errorText } = errorFacts(error);
  const stack = error instanceof SyntaxError ? (error.stack ?? '') : '';
  const place = /^(?:file:\/\/)?(\/\S+:\d+)\n/.exec(stack)?.[1];
  return place === undefined ? errorText : `${errorText}, at ${place}`;
}
