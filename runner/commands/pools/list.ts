/** The pools: slots, and how many are in use. */
import type { Command } from 'commander';
import { listPools } from '../../store/worker/pool.ts';
import { POOL_COLUMNS } from '../../view/workers/pools.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists the pools. A pool that a DAG file names and nobody has sized has one slot.',
    examples: ['stockflow pools list', 'stockflow pools set erp 3'],
  });
  addOutputOption(command).action(async (options: { output: OutputFormat }) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const rows = await listPools(session.pool);
    printListing(shell, options.output, { columns: POOL_COLUMNS, rows });
    if (rows.length === 0) notice(shell, options.output, 'no pool but the default one, which has no bound');
  });
}
