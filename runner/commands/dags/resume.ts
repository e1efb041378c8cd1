/** Schedules a paused DAG again. */
import type { Command } from 'commander';
import { resumeDag } from '../../engine/dags/pause.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { registerNamedDag } from '../dag/in_force.ts';
import { inZone } from '../output/time_text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Schedules a paused DAG again. What it missed meanwhile is run as its catchup says; with none, nothing of it.',
    examples: ['stockflow dags resume nightly_load --reason "audit done"'],
  })
    .argument('<dag>', 'the id of a DAG')
    .option('--reason <text>', 'kept in the history')
    .action(async (dagId: string, options: { reason?: string }) => {
      const settings = readSettings(shell.env);
      await using session = await openSession(shell, settings);
      await registerNamedDag(session.pool, settings, dagId);
      const { isChanged, next, timezone } = await resumeDag(session.pool, dagId, {
        by: CLI_ACTOR,
        reason: options.reason ?? null,
      });
      const due = next === null ? 'it has no next run' : `next run ${inZone(next, timezone)}`;
      shell.stderr.write(`${dagId} ${isChanged ? 'is scheduled again' : 'was not paused'}; ${due}\n`);
    });
}
