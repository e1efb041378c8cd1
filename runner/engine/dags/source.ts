import { readFile } from 'node:fs/promises';
import type { Problem } from '../../core/dag_file/problem.ts';
import { errorFacts } from '../../core/value/error_text.ts';

/**
 * The text of a DAG file, or why it cannot be read. An unreadable name in the folder does not affect the other files.
 */
export type DagSource =
  | { readonly source: string; readonly problem: null }
  | { readonly source: null; readonly problem: Problem };

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder, and a DAG is a file: move it out of the dags folder, or give it another name',
  ENOENT: 'it is a link that leads to no file: correct the link, or remove it',
  ELOOP: 'it is a link that leads to itself: remove it',
  EACCES: 'it cannot be read: give the user that runs this the right to',
};

export async function readDagSource(file: string): Promise<DagSource> {
  try {
    return { source: await readFile(file, 'utf8'), problem: null };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const message = REASONS[code] ?? `it cannot be read: ${errorFacts(error).errorText}`;
    return { source: null, problem: { file, line: 1, column: 1, key: '', message } };
  }
}
