import type { PoolClient } from 'pg';
import { FailTask } from '../../../../runner/task.ts';
import { readSql } from '../../database/sql.ts';

const COUNT_ROWS = readSql(import.meta.url, './count_rows.sql');
const STAGE_REJECTS = readSql(import.meta.url, './stage_rejects.sql');
const SAMPLE_REJECTS = readSql(import.meta.url, './sample_rejects.sql');
const SAMPLES_MAX = 3;

/** The outcome of every row of an applied file; keys are counted once each. */
export interface RowCounts {
  readonly rows: number;
  readonly rejected: number;
  readonly usable_keys: number;
  readonly held_keys: number;
  readonly conflicting_keys: number;
  /** Held out, because nothing says that their counts add up. */
  readonly keys_at_several_locations: number;
  /** Rows that repeat an earlier one exactly. */
  readonly collapsed: number;
  /** Rows of further locations that were added to the first. */
  readonly summed: number;
  /** Rows of the keys that conflict or are counted at several locations. */
  readonly held_out_rows: number;
}

/**
 * Counts the rows of `sync_line`, and puts those that belong to no key into `sync_reject`.
 * @param rowsRead data rows of the file, counted while reading
 * @throws FailTask if a row is in none or in two of the counts; nothing may be applied then
 */
export async function countRows(client: PoolClient, rowsRead: number): Promise<RowCounts> {
  const { rows } = await client.query<Omit<RowCounts, 'rejected'>>(COUNT_ROWS);
  const counts = rows[0];
  if (counts === undefined) throw new Error('a count has no row');
  const inKeys =
    counts.usable_keys + counts.held_keys + counts.collapsed + counts.summed + counts.held_out_rows;
  // Searching a million rows for rejects that do not exist takes seconds.
  const rejected = inKeys === rowsRead ? 0 : ((await client.query(STAGE_REJECTS)).rowCount ?? 0);
  if (inKeys + rejected !== rowsRead || counts.rows !== rowsRead) {
    throw new FailTask(
      `rows are not conserved: ${rowsRead} read; ${counts.usable_keys} usable + ${counts.held_keys} held out + ` +
        `${counts.collapsed} collapsed + ${counts.summed} summed + ${counts.held_out_rows} contradicted or at several ` +
        `locations + ${rejected} rejected = ` +
        `${inKeys + rejected}`,
    );
  }
  return { ...counts, rejected };
}

/** Returns the first rejected lines for a message: `line 4: bad quantity "x"; line 9: ...`. */
export async function describeRejects(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ line: number; problem: string }>(SAMPLE_REJECTS, [SAMPLES_MAX]);
  return rows.map(({ line, problem }) => `line ${line}: ${problem}`).join('; ');
}
