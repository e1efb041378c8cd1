/** A backfill with its dates, printed. */
import type { Json, JsonObject } from '../../../core/value/json.ts';
import type { BackfillDate } from '../../../store/backfill/report.ts';
import { DATE_COLUMNS, type DateRow } from '../../../view/backfill/columns.ts';
import { type BackfillReport, backfillJson, countsText, dateRows } from '../../../view/backfill/report.ts';
import { inZone } from '../../../view/time_text.ts';
import type { Shell } from '../../cli/command.ts';
import { type OutputFormat, printResult } from '../../output/output.ts';
import { runWithParamsLines } from '../../output/remedy_text.ts';
import { formatTable } from '../../output/table_text.ts';
import { oneLine, type Paint, painter, styleOfState } from '../../output/terminal_text.ts';

/** Prints a backfill on stdout: for machines `{backfill, dates}` and the keys of `more`, for people first the failures. */
export function printBackfill(
  shell: Shell,
  output: OutputFormat,
  report: BackfillReport,
  more: JsonObject = {},
): void {
  const rows = dateRows(report);
  const data: Json = { ...backfillJson(report), ...more };
  const text = () => backfillText(report, rows, painter(shell.stdout, shell.env));
  printResult(shell, output, { columns: DATE_COLUMNS, rows, data, text });
}

function backfillText(report: BackfillReport, rows: readonly DateRow[], paint: Paint): string {
  const { backfill, dates, timezone } = report;
  const { backfillId, dagId, from, to, state, createdAt, finishedAt } = backfill;
  const at = (instant: Temporal.Instant) => inZone(instant, timezone, 'second');
  const head = `backfill ${backfillId} of ${dagId}, ${from} to ${to}: ${paint(styleOfState(state), state)}`;
  const why = backfill.reason === null ? '' : ` (${oneLine(backfill.reason)})`;
  const failures = dates.filter(({ stage, runState }) => stage === 'begun' && runState === 'failed');
  return [
    `${head}\n`,
    `asked for ${at(createdAt)} by ${backfill.actor}${why}${finishedAt === null ? '' : `, ended ${at(finishedAt)}`}\n`,
    `${countsText(dates)}\n`,
    ...failures.map((date) => failureText(date, paint)),
    failures.length === 0 || state === 'running'
      ? ''
      : `retry what failed:  stockflow backfill retry-failed ${backfillId}\n`,
    '\n',
    formatTable({ columns: DATE_COLUMNS, rows }, paint),
    ...runWithParamsLines(dates).map((line) => `${line}\n`),
  ].join('');
}

function failureText({ businessDate, runId, failedTaskId, errorText }: BackfillDate, paint: Paint): string {
  const what = failedTaskId === null ? 'failed' : `failed at ${failedTaskId}`;
  const error = errorText === null ? '' : `: ${oneLine(errorText)}`;
  return `${paint('red', `${businessDate} ${what}`)}${error}\n  in full:  stockflow runs show ${runId}\n`;
}
