/** Formats the report as text tables. */
import { formatTable, type Paint, painter, type Shell } from '../../../runner/command.ts';
import { type Column, countText, type DagRun } from '../../../runner/history.ts';
import {
  changeTableColumns,
  FILTER_COLUMNS,
  HELD_COLUMNS,
  LOST_COLUMNS,
  REJECT_COLUMNS,
  TOTAL_COLUMNS,
  UNDONE_COLUMNS,
} from '../../changes/columns.ts';
import type { FilterRejects } from '../../changes/filter_rejects.ts';
import { type ChangesReport, changedKeys } from '../../changes/report.ts';
import { REJECTS_NAME } from '../../filter/publish_filtered.ts';

export interface ReportTextOptions {
  /** The most rows of each list. */
  readonly limit: number;
  /** The shadow run that foretold the changes; null for changes that were applied. */
  readonly shadowOf: DagRun | null;
}

export function reportText(
  shell: Shell,
  report: ChangesReport,
  { limit, shadowOf }: ReportTextOptions,
): string {
  const {
    scope,
    totals,
    largest,
    collapsed,
    zeroOrBelow,
    rejected,
    filterRejected,
    held,
    lostCover,
    undone,
  } = report;
  const paint = painter(shell.stdout, shell.env);
  const reasons = totals.map(({ reason }) => reason);
  const columns = changeTableColumns(reasons);
  const total = changedKeys(report);
  const batches = scope.batches.slice(0, limit).map(({ batch_id, snapshot_at, applied_at }) => {
    const asOf = snapshot_at === null ? '' : `, as of ${snapshot_at}`;
    const worked = shadowOf === null ? 'applied' : 'foretold';
    return `${batch_id}${asOf}, ${worked} ${applied_at.toString({ smallestUnit: 'second' })}\n`;
  });
  return [
    shadowOf === null
      ? ''
      : `${paint('bold', `Shadow run ${shadowOf.runId}: nothing was changed.`)} It would have changed:\n`,
    [...batches, more(scope.batches.length - batches.length, 'batches')].join(''),
    formatTable({ columns: TOTAL_COLUMNS, rows: totals }, paint),
    section('Largest changes', { columns, rows: largest }, paint) +
      (total > largest.length ? `and more (${countText(total)} keys in all): --limit, or -o csv\n` : ''),
    section('Went to zero or below', { columns, rows: zeroOrBelow.rows.slice(0, limit) }, paint) +
      more(zeroOrBelow.total - limit, 'keys'),
    section('Held out, left as they were', { columns: HELD_COLUMNS, rows: held.rows }, paint) +
      more(held.total - held.rows.length, 'keys'),
    section(
      'Set the night before, missing from this file',
      { columns: LOST_COLUMNS, rows: lostCover.rows.slice(0, limit) },
      paint,
    ) + more(lostCover.total - Math.min(limit, lostCover.rows.length), 'keys'),
    section(
      'Lost an entry that the file does not have',
      { columns: UNDONE_COLUMNS, rows: undone.rows.slice(0, limit) },
      paint,
    ) + more(undone.total - Math.min(limit, undone.rows.length), 'keys'),
    section('Rejected by the filter', { columns: FILTER_COLUMNS, rows: filterRejected.rows }, paint) +
      moreRejects(filterRejected),
    section('Rejected by the OMS', { columns: REJECT_COLUMNS, rows: rejected.rows }, paint) +
      more(rejected.total - rejected.rows.length, 'rows'),
    collapsed === 0 ? '' : `${countText(collapsed)} rows were repeats that said the same, and count once\n`,
  ]
    .filter((text) => text !== '')
    .join('\n');
}

function section<Row>(
  title: string,
  listing: { readonly columns: readonly Column<Row>[]; readonly rows: readonly Row[] },
  paint: Paint,
): string {
  return listing.rows.length === 0 ? '' : `${paint('bold', title)}\n${formatTable(listing, paint)}`;
}

function moreRejects({ rows, total, runId }: FilterRejects): string {
  if (rows.length === 0) return '';
  const left = total - rows.length;
  const whole = `with the rows themselves: npx stockflow runs artifacts ${runId} ${REJECTS_NAME}\n`;
  return left > 0 ? `and ${countText(left)} more rows; all ${whole}` : whole;
}

function more(count: number, what: string): string {
  return count > 0 ? `and ${countText(count)} more ${what}: --limit, or -o json\n` : '';
}
