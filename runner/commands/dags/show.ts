/** A DAG: its tasks, edges and times. */
import type { Command } from 'commander';
import type { Dag } from '../../core/dag/dag.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { formatWallTime } from '../../core/time/wall_time.ts';
import type { Json } from '../../core/value/json.ts';
import { type Column, rowObject } from '../../view/listing.ts';
import { describe, type Shell } from '../cli/command.ts';
import { readSettings } from '../cli/settings.ts';
import { findDagByName } from '../dag/by_name.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../output/output.ts';
import { formatTable } from '../output/table_text.ts';
import { asciiFallback, painter } from '../output/terminal_text.ts';
import { type GraphLine, graphLines } from './graph_text.ts';
import { scheduleWords } from './schedule_words.ts';

const COLUMNS: readonly Column<GraphLine>[] = [
  { key: 'task_id', value: ({ task }) => task.taskId, text: ({ text }) => text },
  { key: 'type', value: ({ task }) => task.type },
  {
    key: 'depends_on',
    value: ({ task }) =>
      task.dependsOn.map(({ taskId, delayMs }) => ({ task_id: taskId, delay_ms: delayMs })),
    dataOnly: true,
  },
  {
    key: 'not_before',
    value: ({ task }) => task.notBefore && formatWallTime(task.notBefore),
    dataOnly: true,
  },
  { key: 'deadline', value: ({ task }) => task.deadline && formatWallTime(task.deadline), dataOnly: true },
  { key: 'trigger_rule', value: ({ task }) => task.triggerRule, dataOnly: true },
  { key: 'retries', value: ({ task }) => task.retries },
  {
    key: 'timeout',
    value: ({ task }) => formatDuration(task.executionTimeoutMs),
    align: 'right',
  },
  { key: 'waits_for', value: ({ notes }) => notes },
];

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Shows the tasks of a DAG, what each waits for, and its times. Needs no database for a DAG that has a file.',
    examples: ['stockflow dags show nightly_load', 'stockflow dags show dags/nightly_load.yaml -o json'],
  }).argument('<dag>', 'the id of a DAG, or its file');
  addOutputOption(command).action(async (name: string, options: { output: OutputFormat }) => {
    const { dag, file } = await findDagByName(shell, readSettings(shell.env), name);
    const rows = graphLines(dag);
    const listing = { columns: COLUMNS, rows };
    printResult(shell, options.output, {
      ...listing,
      data: dagJson(dag, file, rows),
      text: () =>
        `${headText(dag, file)}\n${asciiFallback(shell, formatTable(listing, painter(shell.stdout, shell.env)))}`,
    });
    notice(shell, options.output, `\nwhen it is due: stockflow dags next ${name}`);
  });
}

function headText(dag: Dag, file: string): string {
  const limits = [
    `catchup ${dag.catchup}`,
    `at most ${dag.maxActiveRuns} run${dag.maxActiveRuns === 1 ? '' : 's'} at once`,
    ...(dag.dagrunTimeoutMs === null ? [] : [`a run at most ${formatDuration(dag.dagrunTimeoutMs)}`]),
  ];
  const params = Object.entries(dag.params).map(
    ([name, { type, default: value, description }]) =>
      `  --param ${name}=<${type}>  ${description}${value === null ? '' : ` (${JSON.stringify(value)})`}\n`,
  );
  return [
    `${dag.dagId}  ${dag.description}\n`,
    `${file}\n`,
    `${scheduleWords(dag)}; ${limits.join(', ')}\n`,
    ...params,
  ].join('');
}

function dagJson(dag: Dag, file: string, rows: readonly GraphLine[]): Json {
  const columns = COLUMNS.filter(({ key }) => key !== 'waits_for' && key !== 'timeout');
  return {
    dag_id: dag.dagId,
    file,
    description: dag.description,
    timezone: dag.timezone,
    schedule: dag.schedule,
    start_date: dag.startDate?.toString() ?? null,
    end_date: dag.endDate?.toString() ?? null,
    catchup: dag.catchup,
    catchup_window_ms: dag.catchupWindowMs,
    max_active_runs: dag.maxActiveRuns,
    is_paused_upon_creation: dag.isPausedUponCreation,
    dagrun_timeout_ms: dag.dagrunTimeoutMs,
    params: Object.fromEntries(Object.entries(dag.params).map(([name, spec]) => [name, { ...spec }])),
    tasks: rows.map((row) => ({
      ...rowObject(columns, row),
      execution_timeout_ms: row.task.executionTimeoutMs,
    })),
  };
}
