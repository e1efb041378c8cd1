/** A DAG: its tasks, edges and times. */
import type { Command } from 'commander';
import type { Calendar } from '../../core/calendar/calendar.ts';
import { ruleWords } from '../../core/calendar/describe.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { graphLines } from '../../view/dag/graph_lines.ts';
import { scheduleWords } from '../../view/dag/schedule_words.ts';
import { DAG_TASK_COLUMNS, dagJson } from '../../view/dag/show.ts';
import { describe, type Shell } from '../cli/command.ts';
import { readSettings } from '../cli/settings.ts';
import { findDagByName } from '../dag/by_name.ts';
import { addOutputOption, notice, type OutputFormat, printResult } from '../output/output.ts';
import { formatTable } from '../output/table_text.ts';
import { asciiFallback, painter } from '../output/terminal_text.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Shows the tasks of a DAG, what each waits for, and its times. Needs no database for a DAG that has a file.',
    examples: ['stockflow dags show nightly_load', 'stockflow dags show dags/nightly_load.yaml -o json'],
  }).argument('<dag>', 'the id of a DAG, or its file');
  addOutputOption(command).action(async (name: string, options: { output: OutputFormat }) => {
    const { dag, file } = await findDagByName(shell, readSettings(shell.env), name);
    const rows = graphLines(dag);
    const listing = { columns: DAG_TASK_COLUMNS, rows };
    printResult(shell, options.output, {
      ...listing,
      data: dagJson(dag, file, rows),
      text: () =>
        `${headText(dag, file)}\n${asciiFallback(shell, formatTable(listing, painter(shell.stdout, shell.env)))}`,
    });
    notice(shell, options.output, `\nwhen it is due: stockflow dags next ${name}`);
  });
}

/** `told of failed, recovered: ops_slack, night_mail` */
function toldLines({ alerts, heartbeat, startWithinMs }: Dag): readonly string[] {
  return [
    ...alerts.map(({ on, to }) => `told of ${on.join(', ')}: ${to.join(', ')}\n`),
    ...(startWithinMs === null ? [] : [`not_started: ${formatDuration(startWithinMs)} after it was due\n`]),
    ...(heartbeat === null ? [] : [`heartbeat: ${heartbeat}\n`]),
  ];
}

/** `us_retail closes Thanksgiving: on the fourth Thursday of November` */
function closedLines({ name, rules, include, exclude }: Calendar): readonly string[] {
  return [
    ...rules.map((rule) => `${name} closes ${rule.name}: ${ruleWords(rule)}\n`),
    ...include.flatMap(closedLines),
    ...(exclude.length === 0
      ? []
      : [`${name} opens what is in ${exclude.map((other) => other.name).join(', ')}\n`]),
  ];
}

function headText(dag: Dag, file: string): string {
  const limits = [
    `catchup ${dag.catchup}`,
    `at most ${dag.maxActiveRuns} run${dag.maxActiveRuns === 1 ? '' : 's'} at once (when busy: ${dag.whenBusy})`,
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
    ...(dag.calendar === null ? [] : closedLines(dag.calendar)),
    ...toldLines(dag),
    ...params,
  ].join('');
}
