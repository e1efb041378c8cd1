/** Explains why the tasks of a run are not running. */
import type { Command } from 'commander';
import type { Explanation } from '../../core/explain/explain.ts';
import { didYouMeanOrList } from '../../core/value/suggest.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { describe, type Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../output/output.ts';
import { painter } from '../output/terminal_text.ts';
import { EXPLAIN_COLUMNS, type Explained, explainJson, explainRows } from './explain/json.ts';
import { readExplanation } from './explain/source.ts';
import { explainText } from './explain/text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Tells for every task that is not running what it waits for, all of it; when anything can happen next; and what is late.',
    examples: [
      'stockflow runs explain nightly_load',
      'stockflow runs explain 12 send_report',
      'stockflow runs explain 12 -o json | jq ".tasks[].blockers"',
    ],
  })
    .argument('<run>', 'the id of a run, or of a DAG for its newest run')
    .argument('[task]', 'only this task');
  addOutputOption(command).action(
    async (name: string, taskId: string | undefined, options: { output: OutputFormat }) => {
      const settings = readSettings(shell.env);
      const taskTypes = await taskTypesOf(settings);
      await using session = await openSession(shell, settings);
      const run = await findNamedRun(session.pool, name);
      const explained = await readExplanation(session.pool, run, taskTypes);
      const shown = taskId === undefined ? explained : onlyTask(explained, taskId);
      printResult(shell, options.output, {
        columns: EXPLAIN_COLUMNS,
        rows: explainRows(shown),
        data: explainJson(shown),
        text: () => explainText(shown, painter(shell.stdout, shell.env)),
      });
      notice(shell, options.output, `\nthe run in full: stockflow runs show ${run.runId}`);
    },
  );
}

/** @throws CommandError (not found) */
function onlyTask(explained: Explained, taskId: string): Explained {
  const { run, explanation } = explained;
  const known = [...explanation.allTaskIds];
  if (!known.includes(taskId)) {
    throw new CommandError(
      EXIT.notFound,
      `run ${run.runId} of ${run.dagId} has no task ${taskId}${didYouMeanOrList(taskId, known)}`,
    );
  }
  const isIt = ({ instance }: { readonly instance: { readonly taskId: string } }) =>
    instance.taskId === taskId;
  const only: Explanation = {
    ...explanation,
    tasks: explanation.tasks.filter(isIt),
    running: explanation.running.filter((instance) => instance.taskId === taskId),
    done: explanation.done.filter((instance) => instance.taskId === taskId),
    late: explanation.late.filter(isIt),
  };
  return { ...explained, explanation: only };
}
