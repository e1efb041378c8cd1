import { z } from 'zod';
import { defineTask, FailTask, type JsonObject } from '../runner/task.ts';
import { instanceKey } from './attempt/instance_key.ts';
import { onceIn } from './sql/once.ts';
import { statementParams } from './sql/params.ts';
import { runStatement, type StatementResult } from './sql/run_statement.ts';
import { readStatement } from './sql/statement_file.ts';
import { ISOLATION_LEVELS, inStatementTransaction } from './sql/transaction.ts';

/**
 * Runs the statement of a file in one transaction. Killed before the commit, it has changed nothing; killed after it, the next
 * attempt runs the statement again, unless `once` is set.
 */
export default defineTask({
  type: 'sql',
  description:
    'Runs the statement of a .sql file on a Postgres database, with bound values, in one transaction',
  params: z
    .strictObject({
      ...statementParams,
      read_only: z.boolean().default(false).describe('whether the transaction may not change anything'),
      isolation: z.enum(ISOLATION_LEVELS).default('read committed'),
      min_rows: z.int().min(0).nullish().describe('with fewer rows, nothing is changed and the task fails'),
      max_rows: z.int().min(0).nullish().describe('with more rows, nothing is changed and the task fails'),
      output: z.enum(['rows', 'row_count']).default('rows').describe('what the output keeps, up to 1 MB'),
      once: z
        .boolean()
        .default(false)
        .describe(
          'whether a row of stockflow_sql_done, in the same transaction, keeps it from being done twice',
        ),
    })
    .refine(({ min_rows: min, max_rows: max }) => min == null || max == null || min <= max, {
      path: ['min_rows'],
      error: 'is more than max_rows',
    })
    .refine(({ once, read_only: isReadOnly }) => !(once && isReadOnly), {
      path: ['once'],
      error: 'a read-only transaction records nothing: leave out once or read_only',
    }),
  async run(context) {
    const { params, connections, meter, log, signal } = context;
    const statement = readStatement(params.statement);
    const pool = await connections.postgres(params.connection);
    const { isolation, read_only: isReadOnly } = params;
    const outcome = await inStatementTransaction(pool, { isolation, isReadOnly, signal }, async (client) => {
      const work = async (): Promise<JsonObject> => {
        const result = await runStatement(client, { statement, values: params.values }, params.output);
        requireRowCount(result, params);
        return {
          row_count: result.rowCount,
          ...(params.output === 'rows' ? { rows: [...result.rows] } : {}),
          statement_sha256: statement.sha256,
        };
      };
      if (!params.once) return { output: await work(), wasDone: false };
      return await onceIn(client, instanceKey(context), work);
    });
    const { output, wasDone } = outcome;
    if (wasDone) log.info('the statement was done by an earlier attempt', { statement: statement.file });
    else log.info('the statement was run', { statement: statement.file, sha256: statement.sha256 });
    const rowsOut = z.object({ row_count: z.int() }).safeParse(output);
    if (rowsOut.success) meter({ rowsOut: rowsOut.data.row_count });
    return output;
  },
});

/** @throws FailTask if there are fewer or more rows than allowed: the transaction is rolled back */
function requireRowCount(
  { rowCount }: StatementResult,
  {
    statement,
    min_rows: min,
    max_rows: max,
  }: {
    readonly statement: string;
    readonly min_rows?: number | null | undefined;
    readonly max_rows?: number | null | undefined;
  },
): void {
  const bound =
    min != null && rowCount < min
      ? `at least ${min} must be there (min_rows)`
      : max != null && rowCount > max
        ? `at most ${max} may be (max_rows)`
        : null;
  if (bound === null) return;
  throw new FailTask(`${statement}: ${rowCount} rows, and ${bound}; nothing was changed`);
}
