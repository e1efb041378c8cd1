/** The questions of the audit page, asked of a database as its queries stand. */
import assert from 'node:assert/strict';
import type { Pool } from 'pg';
import { page } from '../pages.ts';

export const audit = page('audit.md');

/** Question -> its queries, of the section of questions. */
export const questions = new Map(
  audit.text
    .slice(audit.text.indexOf('\n## Questions'), audit.text.indexOf('\n## Views'))
    .split(/^### /m)
    .slice(1)
    .map((section) => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, sql = '']) => sql),
    ]),
);
export type Row = Readonly<Record<string, unknown>>;

export interface Asking {
  /** Values in place of literals of the page's query, by the literal as it stands there. */
  readonly literals?: Readonly<Record<string, string>>;
  /** Which of several queries, from 0. */
  readonly query?: number;
}

/** The rows as JSON has them, instants and durations as text. */
export async function ask(
  pool: Pool,
  question: string,
  { literals = {}, query = 0 }: Asking = {},
): Promise<readonly Row[]> {
  let sql = questions.get(question)?.[query]?.replace(/;\s*$/, '') ?? assert.fail(`no query: ${question}`);
  for (const [literal, value] of Object.entries(literals)) {
    assert.ok(sql.includes(literal), literal);
    sql = sql.replaceAll(literal, value);
  }
  const client = await pool.connect();
  try {
    await client.query('set role stockflow_auditor');
    const { rows } = await client.query<{ row: Row }>(`select to_json(q) as row from (${sql}) q`);
    return rows.map(({ row }) => row);
  } finally {
    client.release(true);
  }
}

export const some = (row: Row | undefined, ...keys: readonly string[]) => keys.map((key) => row?.[key]);
