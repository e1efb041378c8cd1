/** Sets the state of a task by hand. */
import { type Command, Option } from 'commander';
import { DagVersions } from '../../engine/dags/versions.ts';
import { markTask } from '../../engine/operator/operator.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { changedText } from '../output/changed_text.ts';

interface MarkOptions {
  readonly state: 'success' | 'failed' | 'skipped';
  readonly reason: string;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Marks by hand how a task ended. Tasks that wait for it go on by that; nothing is run in its place.',
    examples: ['stockflow tasks mark 12 send_report --state skipped --reason "applied by hand"'],
  })
    .argument('<run>', 'the id of a run, or of a DAG for its newest run')
    .argument('<task>', 'the id of a task')
    .addOption(
      new Option('--state <state>', 'how it ended')
        .choices(['success', 'failed', 'skipped'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'kept in the history')
    .action(async (name: string, taskId: string, { state, reason }: MarkOptions) => {
      const settings = readSettings(shell.env);
      await using session = await openSession(shell, settings);
      const { runId } = await findNamedRun(session.pool, name);
      const versions = new DagVersions(session.pool, settings.alertsTo);
      const request = { taskId, state, reason, by: CLI_ACTOR, versions };
      const changed = await markTask(session.pool, runId, request);
      shell.stderr.write(`run ${runId}: marked ${state}: ${changedText(changed)}\n`);
    });
}
