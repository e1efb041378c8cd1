/** Sets how many slots a pool has. */
import { type Command, InvalidArgumentError } from 'commander';
import { setPool } from '../../engine/operator/set_pool.ts';
import { DEFAULT_POOL } from '../../store/worker/pool.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Sets how many slots a pool has, over all workers. 0 holds its tasks back; what runs goes on.',
    examples: ['stockflow pools set erp 3', 'stockflow pools set erp 0 --reason "ERP is down"'],
  })
    .argument('<pool>', 'its name, as DAG files write it', parsePool)
    .argument('<slots>', 'a whole number from 0 on', parseSlots)
    .option('--reason <text>', 'kept in the history')
    .action(async (name: string, slots: number, options: { reason?: string }) => {
      await using session = await openSession(shell, readSettings(shell.env));
      const request = { name, slots, by: CLI_ACTOR, reason: options.reason ?? null };
      const before = await setPool(session.pool, request);
      shell.stderr.write(
        `pool ${name}: ${before === null ? 'new' : `${before} slots before`}, ${slots} now\n`,
      );
    });
}

function parsePool(text: string): string {
  if (text === DEFAULT_POOL)
    throw new InvalidArgumentError('The default pool has no bound but STOCKFLOW_CONCURRENCY.');
  if (/^[a-z][a-z0-9_]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('Write a name of a-z, 0-9 and _.');
}

function parseSlots(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 0 on.');
}
