/** A run: what failed, every task, and how it went over time. */
import type { Command } from 'commander';
import type { Dag } from '../../core/dag/dag.ts';
import { isTerminalRunState } from '../../core/run/states.ts';
import { type GraphLine, graphLines } from '../../view/dag/graph_lines.ts';
import type { Column } from '../../view/listing.ts';
import { findNamedRun } from '../../view/run/find.ts';
import { type RunReport, readRunReport, reportJson, TASK_COLUMNS } from '../../view/run/report.ts';
import { viewSource } from '../../view/source.ts';
import { describe, type Shell } from '../cli/command.ts';
import { openSession } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../output/output.ts';
import { formatTable } from '../output/table_text.ts';
import { asciiFallback, isUnicode, type Paint, painter } from '../output/terminal_text.ts';
import { ganttText } from '../run/gantt.ts';
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
    const source = viewSource(pool);
    const { runId, dagVersionId, state } = await findNamedRun(pool, name);
    const report = await readRunReport(source, runId);
    const paint = painter(shell.stdout, shell.env);
    const drawn =
      options.graph === true
        ? asciiFallback(shell, runGraphText(report, (await source.versions.get(dagVersionId)).dag, paint))
        : ganttText(report, { columns: shell.stdout.columns, isUnicode: isUnicode(shell.env) }, paint);
    printResult(shell, options.output, {
      columns: TASK_COLUMNS,
      rows: report.tasks,
      data: reportJson(report),
      text: () => [runText(report, paint), ...(drawn === '' ? [] : [drawn])].join('\n'),
    });
    if (isTerminalRunState(state)) return;
    notice(
      shell,
      options.output,
      `\nfollow it: stockflow runs watch ${runId}; what it waits for: stockflow runs explain ${runId}`,
    );
  });
}

/**
 * Returns the graph with the state of each task.
 * @param dag of the version that the run began with
 */
function runGraphText(report: RunReport, dag: Dag, paint: Paint): string {
  const states = Map.groupBy(report.tasks, ({ task }) => task.taskId);
  const stateOf = ({ task }: GraphLine): string => {
    const found = (states.get(task.taskId) ?? []).map((reported) => reported.task.state);
    const counts = Map.groupBy(found, (state) => state);
    if (counts.size === 1 && found.length === 1) return found[0] ?? '';
    return [...counts].map(([state, all]) => `${all.length} ${state}`).join(', ');
  };
  const columns: readonly Column<GraphLine>[] = [
    { key: 'task_id', value: ({ task }) => task.taskId, text: ({ text }) => text },
    { key: 'state', value: stateOf, state: stateOf },
    { key: 'waits_for', value: ({ notes }) => notes },
  ];
  return formatTable({ columns, rows: graphLines(dag) }, paint);
}
