/** Stops the schedule of a DAG. */
import type { Command } from 'commander';
import { pauseDag } from '../../engine/dags/pause.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { registerNamedDag } from '../dag/in_force.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Stops scheduling a DAG. Runs that have begun go on, and it can still be triggered.',
    examples: ['stockflow dags pause nightly_load --reason "store audit until Monday"'],
  })
    .argument('<dag>', 'the id of a DAG')
    .option('--reason <text>', 'kept in the history')
    .action(async (dagId: string, options: { reason?: string }) => {
      const settings = readSettings(shell.env);
      await using session = await openSession(shell, settings);
      await registerNamedDag(session.pool, settings, dagId);
      const isChanged = await pauseDag(session.pool, dagId, {
        by: CLI_ACTOR,
        reason: options.reason ?? null,
      });
      shell.stderr.write(
        isChanged
          ? `${dagId} is paused; stockflow dags resume ${dagId} schedules it again\n`
          : `${dagId} was paused already\n`,
      );
    });
}
