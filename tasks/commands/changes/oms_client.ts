import type { PoolClient } from 'pg';
import { CommandError, EXIT, type Session, type Shell } from '../../../runner/command.ts';
import { ConnectionPools } from '../../../runner/history.ts';
import { NoOms, withOms } from '../../changes/oms_database.ts';

/**
 * Runs `work` in a read-only transaction of the OMS.
 * @throws CommandError if neither its connection nor the runner's own database has an OMS
 */
export async function withOmsOf(
  shell: Shell,
  { pool, log }: Session,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  await using connections = new ConnectionPools(shell.env, log);
  try {
    await withOms({ env: shell.env, connections, pool }, work);
  } catch (error) {
    if (!(error instanceof NoOms)) throw error;
    throw new CommandError(
      EXIT.notFound,
      `${error.message}; stockflow demo makes a world with them, stockflow migrate --oms the tables alone`,
    );
  }
}
