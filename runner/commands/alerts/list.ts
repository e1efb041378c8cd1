/** Lists alerts with the channels that were told. */
import type { Command } from 'commander';
import { readAlerts, TOLD_COLUMNS, toldRows } from '../../view/alerts/list.ts';
import { parseCount } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printListing } from '../output/output.ts';

interface Options {
  readonly dag?: string;
  readonly limit: number;
  readonly output: OutputFormat;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists alerts, newest first: what happened, which channels were told, and what could not be sent.',
    examples: ['stockflow alerts list', 'stockflow alerts list --dag nightly_load -o json'],
  })
    .option('--dag <dag>', 'only of this DAG')
    .option('--limit <count>', 'at most so many', parseCount, 20);
  addOutputOption(command).action(async ({ dag, limit, output }: Options) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const { rows } = await readAlerts(session.pool, {
      dagId: dag ?? null,
      runId: null,
      before: null,
      limit,
    });
    printListing(shell, output, { columns: TOLD_COLUMNS, rows: toldRows(rows) });
    if (rows.length === 0)
      notice(shell, output, 'nothing was told; whether a channel works: stockflow alerts test <channel>');
  });
}
