/** Explains why the tasks of a run are not running. */
import type { Command } from 'commander';
import { EXPLAIN_COLUMNS, explainJson, explainRows } from '../../view/explain/json.ts';
import { onlyTask, readExplanation } from '../../view/explain/source.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { viewSource } from '../../view/source.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../output/output.ts';
import { painter } from '../output/terminal_text.ts';
import { explainText } from './explain/text.ts';
import { explainedWords } from './explain/words.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Lists for every task that is not running everything that it waits for, when anything can happen next, and what is late.',
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
      const explained = await readExplanation(viewSource(session.pool), run, taskTypes);
      const shown = taskId === undefined ? explained : onlyTask(explained, taskId);
      printResult(shell, options.output, {
        columns: EXPLAIN_COLUMNS,
        rows: explainRows(shown, explainedWords),
        data: explainJson(shown, explainedWords),
        text: () => explainText(shown, painter(shell.stdout, shell.env)),
      });
      notice(shell, options.output, `\nthe run in full: stockflow runs show ${run.runId}`);
    },
  );
}
