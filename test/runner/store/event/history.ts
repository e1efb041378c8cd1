/** A history of events, sealed and tampered with. */
import assert from 'node:assert/strict';
import type { Pool } from 'pg';
import { withTransaction } from '../../../../runner/connections/postgres/connect.ts';
import { recordEvents } from '../../../../runner/store/event/event.ts';
import { sealEvents } from '../../../../runner/store/event/seal.ts';
import { checkSeals } from '../../../../runner/store/event/seal_check.ts';
import { type Lifetime, testDatabase } from '../../../support/postgres/database.ts';
import { until } from '../../../support/until.ts';

export const BY = { actor: 'night_shift', channel: 'cli' } as const;

export async function database(lifetime: Lifetime): Promise<Pool> {
  const { pool } = await testDatabase(lifetime, { migrations: ['runner'] });
  return pool;
}

export async function record(pool: Pool, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    action: 'task.marked',
    dagId: 'd',
    runId: 7,
    taskId: `t${index}`,
    mapIndex: index,
    reason: 'says "so", she does',
    before: { state: 'failed', n: 1.5 },
    after: { state: 'success' },
  }));
  await recordEvents(pool, BY, events);
}

export const seal = (pool: Pool) => withTransaction(pool, sealEvents);

/** Runs the statement as a superuser can, with every trigger switched off. */
export async function tamper(pool: Pool, statement: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`set local session_replication_role = 'replica'`);
    await client.query(statement);
    await client.query('commit');
  } finally {
    client.release(true);
  }
}

export async function problemsOf(pool: Pool, head: string | null = null) {
  const { problems, problemCount } = await checkSeals(pool, head);
  assert.equal(problems.length, problemCount);
  return problems.map(({ sealId, eventId, what }) => [sealId, eventId, what.split(': ').at(-1)]);
}

/** Three seals of 3, 2 and 3 events, each made when nothing could be added to the ids of the one before. */
export async function sealedHistory(pool: Pool): Promise<void> {
  for (const count of [3, 2, 3]) {
    await record(pool, count);
    await seal(pool);
    await untilDecided(pool);
  }
}

/** Other tests' transactions run on the same server, and those that are older than a seal hold its ids open. */
export async function untilDecided(pool: Pool): Promise<void> {
  await until('every transaction that is older than the last seal to end', async () => {
    const { rows } = await pool.query<{ decided: boolean }>(
      `select max(transaction_id::text::bigint) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint as decided
         from stockflow.event_seal`,
    );
    return rows[0]?.decided === true ? true : null;
  });
}
