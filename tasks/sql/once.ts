/**
 * Runs a statement once for its task instance: a row of the table `stockflow_sql_done`, which its owner creates in the
 * database of the connection, is inserted in the same transaction.
 */
import pg, { type PoolClient } from 'pg';
import { FailTask, type Json } from '../../runner/task.ts';

const TABLE = `create table stockflow_sql_done (
  key text primary key, output jsonb, done_at timestamptz not null default now())`;
const UNDEFINED_TABLE = '42P01';

/**
 * Runs `work` unless it was done before, and keeps its output.
 * @returns the output, and whether an earlier attempt made it
 */
export async function onceIn<Output extends Json>(
  client: PoolClient,
  key: string,
  work: () => Promise<Output>,
): Promise<{ readonly output: Json; readonly wasDone: boolean }> {
  // A second session waits here until the first has committed, and then finds its row.
  const { rowCount } = await client
    .query('insert into stockflow_sql_done (key) values ($1) on conflict (key) do nothing', [key])
    .catch((error: unknown) => {
      throw isMissingTable(error)
        ? new FailTask(`once: true needs a table in the database of the connection: ${TABLE}`, {
            cause: error,
          })
        : error;
    });
  if (rowCount === 0) {
    const { rows } = await client.query<{ output: Json }>(
      'select output from stockflow_sql_done where key = $1',
      [key],
    );
    return { output: rows[0]?.output ?? null, wasDone: true };
  }
  const output = await work();
  await client.query('update stockflow_sql_done set output = $2 where key = $1', [
    key,
    JSON.stringify(output),
  ]);
  return { output, wasDone: false };
}

function isMissingTable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE;
}
