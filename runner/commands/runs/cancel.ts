/** Cancels a run, or one task of it. */
import type { Command } from 'commander';
import { DagVersions } from '../../engine/dags/versions.ts';
import { cancelRun, cancelTask } from '../../engine/operator/operator.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { changedText } from '../output/changed_text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Cancels a run with all that is unfinished in it, or one task. Running tasks are stopped within seconds.',
    examples: [
      'stockflow runs cancel 12 --reason "wrong file"',
      'stockflow runs cancel nightly_load load_file',
    ],
  })
    .argument('<run>', 'the id of a run, or of a DAG for its newest run')
    .argument('[task]', 'only this task; what depends on it goes by its trigger rule')
    .option('--reason <text>', 'kept in the history')
    .action(async (name: string, taskId: string | undefined, options: { reason?: string }) => {
      const settings = readSettings(shell.env);
      await using session = await openSession(shell, settings);
      const { runId } = await findNamedRun(session.pool, name);
      const versions = new DagVersions(session.pool, settings.alertsTo);
      const request = { by: CLI_ACTOR, reason: options.reason ?? null, versions };
      const changed =
        taskId === undefined
          ? await cancelRun(session.pool, runId, request)
          : await cancelTask(session.pool, runId, { ...request, taskId });
      shell.stderr.write(`run ${runId}: cancelled ${changedText(changed)}\n`);
    });
}
