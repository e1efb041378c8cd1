import pg, { type PoolClient } from 'pg';
import { FailTask, type Json, type JsonObject } from '../../runner/task.ts';
import { rowJson } from './row_json.ts';
import { explainSqlError } from './statement_error.ts';
import type { Statement } from './statement_file.ts';

/** The largest size of the rows of an output, in characters of JSON; the rest is for what stands beside them. */
const MAX_ROWS_CHARS = (1 << 20) - 2_000;

export interface StatementResult {
  /** The number of rows that the statement returned, or changed if it returns none. */
  readonly rowCount: number;
  /** The rows; empty if they were not to be kept. */
  readonly rows: readonly JsonObject[];
}

/**
 * Runs the statement in the open transaction of the client. Rows that are not kept take no memory.
 * @throws FailTask if the kept rows are larger than an output may be, or the statement cannot succeed as it is written
 */
export async function runStatement(
  client: PoolClient,
  { statement, values }: { readonly statement: Statement; readonly values: readonly Json[] },
  keep: 'rows' | 'row_count',
): Promise<StatementResult> {
  const rows: JsonObject[] = [];
  let rowsSeen = 0;
  let chars = 0;
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  const query = new pg.Query({ text: statement.text, values: [...values] });
  query.on('row', (row: Readonly<Record<string, unknown>>) => {
    rowsSeen += 1;
    if (keep === 'row_count' || chars > MAX_ROWS_CHARS) return;
    const kept = rowJson(row);
    chars += JSON.stringify(kept).length + 1;
    rows.push(kept);
  });
  query.on('end', ({ rowCount }) => resolve(rowCount));
  query.on('error', reject);
  client.query(query);
  const changed = await ended.catch((error: unknown) => {
    throw explainSqlError(error, statement);
  });
  if (chars > MAX_ROWS_CHARS) {
    throw new FailTask(
      `${statement.file}: the rows need more than 1 MB of JSON, the most that an output holds (${rowsSeen} rows): select fewer, or write output: row_count`,
    );
  }
  return { rowCount: changed ?? rowsSeen, rows };
}
