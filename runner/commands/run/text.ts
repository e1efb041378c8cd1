/** A run as people read it: first what failed and what to do about it. */
import type { DagRun } from '../../store/run/dag_run.ts';
import { formatTable } from '../output/table_text.ts';
import { harmless, type Paint, styleOfState } from '../output/terminal_text.ts';
import { inZone, msBetween, spanText } from '../output/time_text.ts';
import { failedTasks, type ReportedTask, type RunReport, TASK_COLUMNS, taskName } from './report.ts';
import { warningsText } from './warning_text.ts';

export function runText(report: RunReport, paint: Paint): string {
  const { run, timezone, tasks, warnings } = report;
  const head = `run ${run.runId} of ${run.dagId}: ${paint(styleOfState(run.state), run.state)}`;
  const why = run.reason === null ? '' : ` (${harmless(run.reason)})`;
  return [
    `${head}, ${spentText(report)}\n`,
    `${run.businessDate}, scheduled for ${inZone(run.scheduledFor, timezone)}, ${run.runType} by ${run.actor}${why}\n`,
    '\n',
    ...failedTasks(report).map((failed) => `${failureText(failed, run, paint)}\n`),
    ...(warnings.length === 0 ? [] : [paint('yellow', 'warnings'), `\n${warningsText(warnings)}\n`]),
    formatTable({ columns: TASK_COLUMNS, rows: tasks }, paint),
  ].join('');
}

function failureText({ task, timezone }: ReportedTask, run: DagRun, paint: Paint): string {
  const name = taskName(task);
  if (task.state === 'cancelled') {
    return `${paint('red', `${name} was cancelled`)}\n  run again:  ${againText(run)}\n`;
  }
  const tries = task.attemptNumber === 0 ? 'without an attempt' : `at attempt ${task.attemptNumber}`;
  const logs = `stockflow tasks logs ${run.runId} ${task.taskId}`;
  return [
    `${paint('red', `${name} failed`)} ${tries}: ${harmless(task.errorText ?? task.errorClass ?? 'no reason was kept')}\n`,
    task.attemptNumber === 0 ? '' : `  its log:    ${logs} --try ${task.attemptNumber}\n`,
    task.state === 'up_for_retry' && task.wakeAt !== null
      ? `  runs again: by itself at ${inZone(task.wakeAt, timezone, 'second')}\n`
      : `  run again:  ${againText(run)}\n`,
  ].join('');
}

/** The command that lets what failed run again, by the version that the run began with. */
function againText({ runId }: DagRun): string {
  return `stockflow tasks clear ${runId} --only-failed`;
}

function spentText({ run, now, timezone }: RunReport): string {
  if (run.startedAt === null) return 'not started yet';
  const spent = spanText(msBetween(run.startedAt, run.finishedAt ?? now));
  const started = `started ${inZone(run.startedAt, timezone, 'second')}`;
  return run.finishedAt === null ? `${started}, ${spent} ago` : `${started}, took ${spent}`;
}
