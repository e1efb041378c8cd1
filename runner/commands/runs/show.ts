/** A run: what failed, every task, and how it went over time. */
import type { Command } from 'commander';
import { isTerminalRunState } from '../../core/run/states.ts';
import { DagVersions } from '../../engine/dags/versions.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, type OutputFormat, printShown, tell } from '../output/output.ts';
import { drawable, isUnicode, painter } from '../output/terminal_text.ts';
import { ganttText } from '../run/gantt.ts';
import { runGraphText } from '../run/graph.ts';
import { findNamedRun } from '../run/lookup.ts';
import { readRunReport, reportJson, TASK_COLUMNS } from '../run/report.ts';
import { runText } from '../run/text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Shows a run: first what failed and how to go on, then every task with its times and amounts, planned and worked as bars over time.',
    examples: [
      'stockflow runs show nightly_load',
      'stockflow runs show 12 --graph',
      'stockflow runs show 12 -o json',
    ],
  })
    .argument('<run>', 'the id of a run, or of a DAG for its newest run')
    .option('--graph', 'the graph with the state of each task, in place of the bars over time');
  addOutputOption(command).action(async (name: string, options: { graph?: true; output: OutputFormat }) => {
    await using session = await openSession(shell, readSettings(shell.env));
    const { pool } = session;
    const { runId, dagVersionId, state } = await findNamedRun(pool, name);
    const report = await readRunReport(pool, runId);
    const paint = painter(shell.stdout, shell.env);
    const drawn =
      options.graph === true
        ? drawable(shell, runGraphText(report, (await new DagVersions(pool).get(dagVersionId)).dag, paint))
        : ganttText(report, { columns: shell.stdout.columns, isUnicode: isUnicode(shell.env) }, paint);
    printShown(shell, options.output, {
      columns: TASK_COLUMNS,
      rows: report.tasks,
      data: reportJson(report),
      text: () => [runText(report, paint), ...(drawn === '' ? [] : [drawn])].join('\n'),
    });
    if (isTerminalRunState(state)) return;
    tell(
      shell,
      options.output,
      `\nfollow it: stockflow runs watch ${runId}; what it waits for: stockflow runs explain ${runId}`,
    );
  });
}
