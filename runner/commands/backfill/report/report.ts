/** A backfill with its dates as it stands now, and its printed form. */
import type { Json, JsonObject } from '../../../core/value/json.ts';
import { databaseNow } from '../../../engine/clock.ts';
import { type Backfill, findBackfill } from '../../../store/backfill/backfill.ts';
import { type BackfillDate, datesOfBackfill } from '../../../store/backfill/report.ts';
import { zoneOf } from '../../../view/dag/zones.ts';
import { NotFound } from '../../../view/errors.ts';
import { rowObject } from '../../../view/listing.ts';
import type { ViewSource } from '../../../view/source.ts';
import { inZone } from '../../../view/time_text.ts';
import type { Shell } from '../../cli/command.ts';
import { type OutputFormat, printResult } from '../../output/output.ts';
import { formatTable } from '../../output/table_text.ts';
import { oneLine, type Paint, painter, styleOfState } from '../../output/terminal_text.ts';
import { BACKFILL_COLUMNS, DATE_COLUMNS, type DateRow, stateOf } from './columns.ts';

export interface BackfillReport {
  readonly backfill: Backfill;
  /** The dates in the order of work. */
  readonly dates: readonly BackfillDate[];
  readonly timezone: string;
  /** The database's clock. */
  readonly now: Temporal.Instant;
}

/** @throws NotFound */
export async function readBackfillReport(
  { pool, versions }: ViewSource,
  backfillId: number,
): Promise<BackfillReport> {
  const backfill = await findBackfill(pool, backfillId);
  if (backfill === null) throw new NotFound({ noun: 'backfill', name: String(backfillId) });
  return {
    backfill,
    dates: await datesOfBackfill(pool, backfillId),
    timezone: await zoneOf(versions, backfill.dagVersionId),
    now: await databaseNow(pool),
  };
}

/** Prints a backfill on stdout: for machines `{backfill, dates}` and the keys of `more`, for people first the failures. */
export function printBackfill(
  shell: Shell,
  output: OutputFormat,
  report: BackfillReport,
  more: JsonObject = {},
): void {
  const rows = report.dates.map((date): DateRow => ({ date, timezone: report.timezone }));
  const data: Json = {
    backfill: rowObject(BACKFILL_COLUMNS, report.backfill),
    dates: rows.map((row) => rowObject(DATE_COLUMNS, row)),
    ...more,
  };
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
  ].join('');
}

/** `31 dates: 27 success, 2 failed, 1 skipped, 1 refused` */
export function countsText(dates: readonly BackfillDate[]): string {
  const ofDecision = (decision: string) => (decision === 'refused' ? 'refused' : 'skipped');
  const groups = Map.groupBy(dates, (date) => stateOf(date) ?? ofDecision(date.decision));
  const counts = ORDER.flatMap((name) => {
    const count = groups.get(name)?.length ?? 0;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return `${dates.length} ${dates.length === 1 ? 'date' : 'dates'}: ${counts.join(', ')}`;
}

const ORDER = [
  'success',
  'failed',
  'cancelled',
  'running',
  'queued',
  'waiting',
  'skipped',
  'refused',
  'pruned',
];

function failureText({ businessDate, runId, failedTaskId, errorText }: BackfillDate, paint: Paint): string {
  const what = failedTaskId === null ? 'failed' : `failed at ${failedTaskId}`;
  const error = errorText === null ? '' : `: ${oneLine(errorText)}`;
  return `${paint('red', `${businessDate} ${what}`)}${error}\n  in full:  stockflow runs show ${runId}\n`;
}
