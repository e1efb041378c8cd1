/** Answers what a task asks before it goes on. */
import type { Command } from 'commander';
import { DagVersions } from '../../engine/dags/versions.ts';
import { answerApproval } from '../../engine/operator/approve.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { taskName } from '../../view/run/report.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import type { Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';

/** Adds the arguments and the action of `tasks approve` and of `tasks reject`. */
export function configureAnswer(command: Command, shell: Shell, decision: 'approved' | 'rejected'): void {
  command
    .argument('<run>', 'the id of a run, or of a DAG for its newest run')
    .argument('<task>', 'the id of the task that asks')
    .requiredOption('--reason <text>', 'kept in the history')
    .action(async (name: string, taskId: string, { reason }: { readonly reason: string }) => {
      const settings = readSettings(shell.env);
      await using session = await openSession(shell, settings);
      const { runId } = await findNamedRun(session.pool, name);
      const versions = new DagVersions(session.pool, settings.alertsTo);
      const request = { taskId, decision, reason, by: CLI_ACTOR, versions };
      for (const asked of await answerApproval(session.pool, runId, request))
        shell.stderr.write(`run ${runId}: ${decision}: ${taskName(asked)}: ${asked.question}\n`);
    });
}
