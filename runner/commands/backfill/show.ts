/** A backfill: what failed, and every date. */
import type { Command } from 'commander';
import { findNamedBackfill } from '../../view/backfill/find.ts';
import { readBackfillReport } from '../../view/backfill/report.ts';
import { viewSource } from '../../view/source.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat } from '../output/output.ts';
import { printBackfill } from './report/report.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Shows a backfill: first what failed and how to go on, then every date, what was decided for it, and its run.',
    examples: ['stockflow backfill show nightly_load', 'stockflow backfill show 3 -o json'],
  }).argument('<backfill>', 'the id of a backfill, or of a DAG for its newest one');
  addOutputOption(command).action(async (name: string, { output }: { output: OutputFormat }) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const { backfillId, state } = await findNamedBackfill(session.pool, name);
    printBackfill(shell, output, await readBackfillReport(viewSource(session.pool), backfillId));
    if (state === 'running') notice(shell, output, `\nfollow it: stockflow backfill watch ${backfillId}`);
  });
}
