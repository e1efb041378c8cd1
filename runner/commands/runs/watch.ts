/** Follows a run to its end. */
import type { Command } from 'commander';
import { findNamedRun } from '../../view/run/find.ts';
import { describe, type Shell } from '../cli/command.ts';
import { EXIT } from '../cli/exit_code.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, type OutputFormat } from '../output/output.ts';
import { followRun } from '../run/follow.ts';
import { printRunResult } from '../run/text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Follows a run: tasks, progress and rates. Ends with the run, and exits 0 if it succeeded, 1 if not.',
    examples: ['stockflow runs watch nightly_load', 'stockflow runs watch 12 && echo done'],
  }).argument('<run>', 'the id of a run, or of a DAG for its newest run');
  addOutputOption(command).action(async (name: string, options: { output: OutputFormat }) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const { runId } = await findNamedRun(session.pool, name);
    const run = await followRun(shell, session.pool, { runId, timeoutMs: null });
    await printRunResult(shell, session.pool, { runId, output: options.output });
    if (run.state !== 'success') shell.exitCode = EXIT.problem;
  });
}
