/** A run: what failed, and every task. */
import type { Command } from 'commander';
import { isTerminalRunState } from '../../core/states.ts';
import { describe, type Shell } from '../command.ts';
import { addOutputOption, type OutputFormat, tell } from '../output.ts';
import { findNamedRun } from '../run_lookup.ts';
import { printRunResult } from '../run_result.ts';
import { openSession } from '../session.ts';
import { readSettings } from '../settings.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Shows a run: first what failed and how to go on, then every task with its times and amounts.',
    examples: ['stockflow runs show inventory_sync', 'stockflow runs show 12 -o json'],
  }).argument('<run>', 'the id of a run, or of a DAG for its newest run');
  addOutputOption(command).action(async (name: string, options: { output: OutputFormat }) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const { runId, state } = await findNamedRun(session.pool, name);
    await printRunResult(shell, session.pool, { runId, output: options.output });
    if (!isTerminalRunState(state)) {
      tell(shell, options.output, `\nfollow it: stockflow runs watch ${runId}`);
    }
  });
}
