/** Lists backfills, newest first. */
import type { Command } from 'commander';
import { LISTED_COLUMNS } from '../../view/backfill/columns.ts';
import { readBackfills } from '../../view/backfill/list.ts';
import { parseCount } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';

interface Options {
  readonly limit: number;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists backfills, newest first.',
    examples: ['stockflow backfill list', 'stockflow backfill list nightly_load -o csv'],
  })
    .argument('[dag]', 'the id of a DAG; all by default')
    .option('--limit <count>', 'at most so many', parseCount, 20);
  addOutputOption(command).action(async (dagId: string | undefined, { limit, output }: Options) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const { rows } = await readBackfills(session.pool, { dagId: dagId ?? null, limit, before: null });
    printListing(shell, output, { columns: LISTED_COLUMNS, rows });
    const [newest] = rows;
    notice(
      shell,
      output,
      newest === undefined
        ? 'there is no backfill; stockflow backfill create --help shows how one is made'
        : `\none in full: stockflow backfill show ${newest.backfillId}`,
    );
  });
}
