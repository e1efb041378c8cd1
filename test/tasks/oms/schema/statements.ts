/** The statements of the sync that name tables of the OMS, each as it is sent to the database. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';

const FOLDER = path.resolve(import.meta.dirname, '../../../../tasks/oms');

export interface Statement {
  /** Relative to tasks/oms. */
  readonly file: string;
  readonly text: string;
}

const files: readonly Statement[] = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.sql'))
  .map((name) => ({
    file: name.replaceAll(path.sep, '/'),
    text: readFileSync(path.join(FOLDER, name), 'utf8'),
  }));

/** The beginnings of other statements: a table that they define, and the file that defines it. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  changed: 'changes/changed_keys.sql',
  id_type: 'changes/find/id_types.sql',
};
/** The checks of the schema read the catalog, and what they count is guarded by what they found there. */
const isOfCheck = ({ file }: Statement) => file.startsWith('schema/');
const isStaging = ({ file }: Statement) => file.endsWith('staging.sql');

/** The lock is no statement that can be planned. */
export const LOCK_FILE = 'database/lock_sync.sql';

export const STATEMENTS: readonly Statement[] = files
  .filter((statement) => !isOfCheck(statement) && !isStaging(statement))
  .filter(({ file }) => file !== LOCK_FILE && !Object.values(BEGINNINGS).includes(file))
  .map(({ file, text }) => {
    const [, beginning] =
      Object.entries(BEGINNINGS).find(([table]) => new RegExp(` from ${table}\\b`).test(text)) ?? [];
    return { file, text: `${beginning === undefined ? '' : textOf(beginning)}${text}` };
  })
  .filter(({ text }) => /\boms\./.test(text));

export function textOf(file: string): string {
  const found = files.find((known) => known.file === file);
  if (found === undefined) throw new Error(`there is no tasks/oms/${file}`);
  return found.text;
}

/** Creates the working tables of every task, in the transaction that is open. */
export async function createWorkingTables(client: ClientBase): Promise<void> {
  for (const { text } of files.filter(isStaging)) await client.query(text);
}

/** Has the database resolve every name and type of a statement. @returns its complaint, or null */
export async function complaintOn(client: ClientBase, { text }: Statement): Promise<string | null> {
  return await undone(client, async () => await client.query(`prepare checked as ${text}`));
}

/** Has the database plan a statement and check the rights to it, without running it. @returns its complaint, or null */
export async function planComplaint(client: ClientBase, { text }: Statement): Promise<string | null> {
  return await undone(client, async () => {
    await client.query('set local plan_cache_mode = force_generic_plan');
    await client.query(`prepare checked as ${text}`);
    const { rows } = await client.query<{ count: number }>(
      "select cardinality(parameter_types) as count from pg_prepared_statements where name = 'checked'",
    );
    const values = Array.from({ length: rows[0]?.count ?? 0 }, () => 'null').join(', ');
    await client.query(`explain execute checked${values === '' ? '' : ` (${values})`}`);
  });
}

async function undone(client: ClientBase, work: () => Promise<unknown>): Promise<string | null> {
  await client.query('savepoint checked');
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.query('rollback to checked; deallocate all');
  }
}
