import { z } from 'zod';
import { defineTask, duration, type Json } from '../runner/task.ts';
import { pollAgain, pollParams } from './sensor/poll.ts';
import { statementParams } from './sql/params.ts';
import { runStatement } from './sql/run_statement.ts';
import { readStatement } from './sql/statement_file.ts';
import { inStatementTransaction } from './sql/transaction.ts';

/**
 * Waits until a statement returns a row, or a row whose first value is true. It looks again every `poll_interval` and holds no
 * worker in between. The statement runs in a read-only transaction: repeating it changes nothing.
 */
export default defineTask({
  type: 'wait_for_sql',
  description: 'Waits until the statement of a .sql file returns a row, or true, from a Postgres database',
  params: z.strictObject({
    ...statementParams,
    until: z
      .enum(['row', 'true'])
      .default('row')
      .describe('row: until there is a row; true: until the first value of the first row is true'),
    ...pollParams,
    poll_interval: duration({ description: 'the time between two looks' }).prefault('1m'),
  }),
  async run(context) {
    const { params, connections, log, signal } = context;
    const statement = readStatement(params.statement);
    const pool = await connections.postgres(params.connection);
    const { rows, rowCount } = await inStatementTransaction(
      pool,
      { isolation: 'read committed', isReadOnly: true, signal },
      (client) => runStatement(client, { statement, values: params.values }, 'rows'),
    );
    const [first] = rows;
    const value: Json = Object.values(first ?? {})[0] ?? null;
    if (first !== undefined && (params.until === 'row' || value === true)) {
      log.info('the statement returned what was waited for', { statement: statement.file, rows: rowCount });
      return { row: first, row_count: rowCount };
    }
    const seen = first === undefined ? 'no row' : `${JSON.stringify(value)?.slice(0, 100)}`;
    throw pollAgain(
      context,
      `${statement.file} returns ${seen}, and ${params.until === 'row' ? 'a row' : 'true'} is waited for`,
    );
  },
});
