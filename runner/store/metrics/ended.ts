/**
 * Counts what has ended, for counters that only grow. Rows are counted in the order of their ids and added to totals once;
 * a row that has not ended when the cursor passes it is listed, and counted when it has. So reading costs what is under way
 * and what began within a minute, however long the history is, and retention takes nothing away.
 */
import type { Pool } from 'pg';
import { withTransaction } from '../../connections/postgres/connect.ts';
import type { Queryable } from '../queryable.ts';
import { type EndedKind, SOURCES } from './ended_source.ts';

export interface EndedTotal {
  /** The dag_id of a run, an attempt or a ping; the channel of an alert. */
  readonly subject: string;
  readonly state: string;
  /** The upper bound of the durations' bucket in seconds; -Infinity where nothing has a duration. */
  readonly upToS: number;
  readonly count: number;
  readonly durationS: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The rows that one statement counts, so that none takes long where nobody has counted for months. */
const BATCH = 20_000;

/** Returns all that has ended since counting began, by subject, state and duration. */
export async function endedTotals(pool: Pool, kind: EndedKind): Promise<readonly EndedTotal[]> {
  while (await withTransaction(pool, (tx) => addToTotals(tx, kind)));
  // The totals and the cursor are of one snapshot: nothing is counted twice or left out.
  return await withTransaction(pool, (tx) => readTotals(tx, kind), { isolation: 'repeatable read' });
}

/**
 * Adds what has ended to the totals, unless another process is about to.
 * @returns whether there may be more
 */
export async function addToTotals(tx: Queryable, kind: EndedKind): Promise<boolean> {
  const cursor = await tx.query<{ countedTo: number }>(
    `select counted_to as "countedTo" from stockflow.ended_cursor where kind = $1 for update skip locked`,
    [kind],
  );
  const [at] = cursor.rows;
  if (at === undefined) return false;
  const { rows } = await tx.query<{ passed: number }>(SOURCES[kind].add, [at.countedTo, BATCH]);
  return rows[0]?.passed === BATCH;
}

export async function readTotals(tx: Queryable, kind: EndedKind): Promise<readonly EndedTotal[]> {
  // Apart from the statement that uses it, which is planned for what little lies behind this very id.
  const cursor = await tx.query<{ countedTo: number }>(
    `select counted_to as "countedTo" from stockflow.ended_cursor where kind = $1`,
    [kind],
  );
  const { rows } = await tx.query<EndedTotal>(SOURCES[kind].read, [cursor.rows[0]?.countedTo ?? 0]);
  return rows;
}
