/** Clears tasks of a run, so that they run again. */
import type { Command } from 'commander';
import { DagVersions } from '../../engine/dags/versions.ts';
import { taskIdsToClear } from '../../engine/operator/clearing.ts';
import { clearTasks } from '../../engine/operator/operator.ts';
import { clearDependents, dependentsOf } from '../../engine/other_dags/dependents.ts';
import { dependentsText } from '../../view/run/clearing.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { CLI_ACTOR } from '../cli/actor.ts';
import { collectParam } from '../cli/arguments.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { changedText } from '../output/changed_text.ts';

interface ClearOptions {
  readonly task?: string;
  readonly onlyFailed?: true;
  readonly downstream?: true;
  readonly acrossDags?: true;
  readonly param: Readonly<Record<string, string>>;
  readonly reason?: string;
}

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lets tasks of a run run again, by the DAG version that the run began with. Attempts are added, none is overwritten.',
    examples: [
      'stockflow tasks clear nightly_load --only-failed        retry what failed last night',
      'stockflow tasks clear 12 --task load_file --downstream',
      'stockflow tasks clear 12 --task load_file --downstream --across-dags    also in the DAGs that waited for it',
      'stockflow tasks clear 12 --only-failed --param store=12    with another param from here on',
    ],
  })
    .argument('<run>', 'the id of a run, or of a DAG for its newest run')
    .option('--task <task>', 'only this task')
    .option('--only-failed', 'only what failed, was cancelled, or was not run because of that')
    .option('--downstream', 'with --task: all that depends on it, too')
    .option('--across-dags', 'also what waited for it in other DAGs')
    .option('--param <name=value>', 'a param that the run has from now on; again for each', collectParam, {})
    .option('--reason <text>', 'kept in the history')
    .action(async (name: string, options: ClearOptions) => {
      const settings = readSettings(shell.env);
      await using session = await openSession(shell, settings);
      const run = await findNamedRun(session.pool, name);
      const { runId } = run;
      const versions = new DagVersions(session.pool, settings.alertsTo);
      const which = {
        taskId: options.task ?? null,
        onlyFailed: options.onlyFailed ?? false,
        downstream: options.downstream ?? false,
      };
      const taskIds = taskIdsToClear(await versions.get(run.dagVersionId), which);
      const dependents = await dependentsOf({ db: session.pool, versions }, run, taskIds);
      const request = { by: CLI_ACTOR, versions, reason: options.reason ?? null };
      const hasParams = Object.keys(options.param).length > 0;
      const changed = await clearTasks(session.pool, runId, {
        ...which,
        ...request,
        newParams: hasParams ? { given: options.param, taskTypes: await taskTypesOf(settings) } : null,
      });
      shell.stderr.write(
        `run ${runId}: cleared ${changedText(changed)}; stockflow runs watch ${runId} follows it\n`,
      );
      if (dependents.length === 0) return;
      const names = dependentsText(dependents);
      if (options.acrossDags === true) {
        await clearDependents(session.pool, dependents, request);
        shell.stderr.write(`cleared what waited for it, too: ${names}\n`);
      } else {
        shell.stderr.write(
          `left as it is, though it waited for this: ${names}; --across-dags clears that, too\n`,
        );
      }
    });
}
