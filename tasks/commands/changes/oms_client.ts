import type { Pool, PoolClient } from 'pg';
import {
  CommandError,
  ConnectionPools,
  connectionVariable,
  EXIT,
  type Session,
  type Shell,
} from '../../../runner/command.ts';

const CONNECTION = 'oms';

/**
 * Runs `work` in a read-only transaction of the OMS, so that all figures and lists are of one instant. If the
 * connection is not set, it uses the runner's own database, which holds the OMS in the demo and after `migrate
 * --oms`.
 * @throws CommandError if neither database has an OMS
 */
export async function withOms(
  shell: Shell,
  session: Session,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const variable = connectionVariable(CONNECTION);
  await using pools = new ConnectionPools(shell.env, session.log);
  const isSet = Boolean(shell.env[variable]);
  const pool = isSet ? pools.postgres(CONNECTION) : session.pool;
  await refuseWithoutOms(
    pool,
    isSet ? `what ${variable} names` : `this database (and ${variable} is not set)`,
  );
  const client = await pool.connect();
  // A running statement would delay Ctrl-C; closing the session ends it.
  let isBroken = false;
  try {
    await client.query('begin isolation level repeatable read read only');
    await work(client);
    await client.query('commit');
  } catch (error) {
    isBroken = true;
    throw error;
  } finally {
    client.release(isBroken);
  }
}

async function refuseWithoutOms(pool: Pool, where: string): Promise<void> {
  const { rows } = await pool.query<{ has_oms: boolean }>(
    "select to_regclass('oms.inventory_delta_batch') is not null as has_oms",
  );
  if (rows[0]?.has_oms) return;
  throw new CommandError(
    EXIT.notFound,
    `${where} has no OMS tables of this version; stockflow demo makes a world with them, stockflow migrate --oms the tables alone`,
  );
}
