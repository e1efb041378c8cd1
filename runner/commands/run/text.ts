/** A run for people: first what failed and the commands that go on. */
import type { Pool } from 'pg';
import type { DagRun } from '../../store/run/dag_run.ts';
import type { AskedApproval } from '../../store/task/approval.ts';
import type { TaskWarning } from '../../store/task/warning.ts';
import { approvalTerms } from '../../view/run/approvals.ts';
import {
  failedTasks,
  type ReportedTask,
  type RunReport,
  readRunReport,
  reportJson,
  TASK_COLUMNS,
  taskName,
} from '../../view/run/report.ts';
import { viewSource } from '../../view/source.ts';
import { inZone, msBetween, spanText } from '../../view/time_text.ts';
import type { Shell } from '../cli/command.ts';
import { type OutputFormat, printResult } from '../output/output.ts';
import { remedyLines } from '../output/remedy_text.ts';
import { formatTable } from '../output/table_text.ts';
import { escapeControls, oneLine, type Paint, painter, styleOfState } from '../output/terminal_text.ts';

/** Prints a run and its tasks on stdout. */
export async function printRunResult(
  shell: Shell,
  pool: Pool,
  { runId, output }: { readonly runId: number; readonly output: OutputFormat },
): Promise<void> {
  const report = await readRunReport(viewSource(pool), runId);
  printResult(shell, output, {
    columns: TASK_COLUMNS,
    rows: report.tasks,
    data: reportJson(report),
    text: () => runText(report, painter(shell.stdout, shell.env)),
  });
}

export function runText(report: RunReport, paint: Paint): string {
  const { run, timezone, tasks, warnings, approvals } = report;
  const head = `${run.mode === 'shadow' ? 'shadow run' : 'run'} ${run.runId} of ${run.dagId}: ${paint(styleOfState(run.state), run.state)}`;
  const why = run.reason === null ? '' : ` (${escapeControls(run.reason)})`;
  return [
    `${head}, ${spentText(report)}\n`,
    `${run.businessDate}, scheduled for ${inZone(run.scheduledFor, timezone)}, ${run.runType} by ${run.actor}${why}\n`,
    '\n',
    ...failedTasks(report).map((failed) => `${failureText(failed, run, paint)}\n`),
    ...(approvals.length === 0
      ? []
      : [paint('yellow', 'waits for an answer'), `\n${questionsText(approvals, timezone)}\n`]),
    ...(warnings.length === 0 ? [] : [paint('yellow', 'warnings'), `\n${warningsText(warnings)}\n`]),
    formatTable({ columns: TASK_COLUMNS, rows: tasks }, paint),
  ].join('');
}

/** Returns one indented line for each warning, `task_id: sentence`, and one below it for each action that helps. */
export function warningsText(warnings: readonly TaskWarning[]): string {
  return warnings
    .flatMap((warning) => [
      `  ${taskName(warning)}: ${oneLine(warning.sentence)}\n`,
      ...remedyLines(warning.remedy, warning).map((line) => `    ${line}\n`),
    ])
    .join('');
}

/** Returns for each question a line, its terms and the command that answers. */
export function questionsText(approvals: readonly AskedApproval[], timezone: string): string {
  return approvals
    .flatMap((asked) => [
      `  ${taskName(asked)}: ${oneLine(asked.question)}\n`,
      `    ${oneLine(approvalTerms(asked, timezone))}\n`,
      `    to answer it: stockflow tasks approve ${asked.runId} ${asked.taskId} --reason "why" (or: reject)\n`,
    ])
    .join('');
}

function failureText({ task, timezone }: ReportedTask, run: DagRun, paint: Paint): string {
  const name = taskName(task);
  if (task.state === 'cancelled') {
    return `${paint('red', `${name} was cancelled`)}\n  run again:  ${againText(run)}\n`;
  }
  const tries = task.attemptNumber === 0 ? 'without an attempt' : `at attempt ${task.attemptNumber}`;
  const logs = `stockflow tasks logs ${run.runId} ${task.taskId}`;
  return [
    `${paint('red', `${name} failed`)} ${tries}: ${escapeControls(task.errorText ?? task.errorClass ?? 'no reason was kept')}\n`,
    ...remedyLines(task.remedy, task).map((line) => `  ${line}\n`),
    task.attemptNumber === 0 ? '' : `  its log:    ${logs} --try ${task.attemptNumber}\n`,
    task.state === 'up_for_retry' && task.wakeAt !== null
      ? `  runs again: by itself at ${inZone(task.wakeAt, timezone, 'second')}\n`
      : `  run again:  ${againText(run)}\n`,
  ].join('');
}

/** Returns the command that runs failed tasks again, by the version that the run began with. */
function againText({ runId }: DagRun): string {
  return `stockflow tasks clear ${runId} --only-failed`;
}

function spentText({ run, now, timezone }: RunReport): string {
  if (run.startedAt === null) return 'not started yet';
  const spent = spanText(msBetween(run.startedAt, run.finishedAt ?? now));
  const started = `started ${inZone(run.startedAt, timezone, 'second')}`;
  return run.finishedAt === null ? `${started}, ${spent} ago` : `${started}, took ${spent}`;
}
