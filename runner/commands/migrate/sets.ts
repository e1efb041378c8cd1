/** The sets of migrations beside the runner's own: each further folder of `migrations/` is one, by its name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SET_NAME = /^[a-z][a-z0-9_]*$/;
const LEADING_CLAUSE = /^-- ([^\n:.]+)/;

export interface FurtherSet {
  /** The name of its folder. */
  readonly name: string;
  /** The first clause of its first file's leading comment, as a part of a sentence. */
  readonly summary: string;
}

/** Returns the sets of the folder by name, without the runner's; none where there is no such folder. */
export function furtherSets(directory: string): readonly FurtherSet[] {
  return foldersIn(directory)
    .filter((name) => SET_NAME.test(name) && name !== 'runner')
    .sort()
    .map((name) => ({ name, summary: summaryOf(join(directory, name)) ?? `the set ${name}` }));
}

function summaryOf(folder: string): string | null {
  const [first] = readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort();
  if (first === undefined) return null;
  const clause = LEADING_CLAUSE.exec(readFileSync(join(folder, first), 'utf8'))?.[1];
  return clause?.trim().replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()) ?? null;
}

function foldersIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
