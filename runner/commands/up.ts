/** Migrates, then schedules and works. */
import type { Command } from 'commander';
import { describe, type Shell } from './cli/command.ts';
import { serve } from './worker/serve.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Brings the database up to date, reads the DAG files, and schedules and works in the foreground until Ctrl-C. The files are read again as they change.',
    examples: ['stockflow up', 'STOCKFLOW_CONCURRENCY=16 STOCKFLOW_LOG=json stockflow up'],
  }).action(() => serve(shell, { migrations: 'apply' }));
}
