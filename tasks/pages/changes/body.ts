/** Renders what a run changed. */
import { countText, type DagRun } from '../../../runner/history.ts';
import { dagHref, type Html, html, NOTHING, runHref, table, timeTag } from '../../../runner/page.ts';
import {
  changeTableColumns,
  FILTER_COLUMNS,
  HELD_COLUMNS,
  LOST_COLUMNS,
  REJECT_COLUMNS,
  TOTAL_COLUMNS,
  UNDONE_COLUMNS,
} from '../../changes/columns.ts';
import type { NamedKey } from '../../changes/left_behind.ts';
import { type ChangesReport, changedKeys } from '../../changes/report.ts';
import { REJECTS_NAME } from '../../filter/publish_filtered.ts';
import type { AppliedBatch, ReasonTotal, Some } from '../../oms/changes/read_changes.ts';
import { changesCsvHref, changesHref } from '../oms/links.ts';
import { filterForm } from './filter_form.ts';
import type { AskedChanges } from './scope.ts';
import { keySection, section } from './section.ts';

export interface ShownChanges {
  readonly title: string;
  readonly asked: AskedChanges;
  readonly run: DagRun | null;
  readonly report: ChangesReport;
  /** The most rows of each list. */
  readonly limit: number;
  readonly timezone: string;
}

const MORE = 200;
const TOTAL_CELLS = {
  keys: ({ keys }: ReasonTotal) => html`${countText(keys)}`,
  units_up: ({ units_up }: ReasonTotal) => html`${countText(units_up)}`,
  units_down: ({ units_down }: ReasonTotal) => html`${countText(units_down)}`,
  net_units: ({ net_units }: ReasonTotal) => html`${signed(net_units)}`,
};

export function changesBody(shown: ShownChanges): Html {
  const { title, asked, run, report } = shown;
  const { totals, zeroOrBelow, held, lostCover, undone } = report;
  const isFiltered = asked.sku !== null || asked.facility !== null;
  const columns = changeTableColumns(totals.map(({ reason }) => reason));
  const keys = changedKeys(report);
  const more = moreLink(shown);
  return html`<p class="crumbs">${run === null ? NOTHING : html`<a href="${dagHref(run.dagId)}">${run.dagId}</a> › <a href="${runHref(run.runId)}">run ${run.runId}</a> › `}changes</p>
<h1>${title}</h1>
${run?.mode === 'shadow' ? html`<p class="notice">A shadow run: nothing of this was changed. It is what an applied run would have done.</p>` : NOTHING}
<p class="lead">${headline(shown)}</p>
<p class="soft small">${report.scope.batches.slice(0, shown.limit).map((batch) => batchLine(batch, shown))}${
    report.scope.batches.length > shown.limit
      ? html` · and ${countText(report.scope.batches.length - shown.limit)} more files`
      : NOTHING
  }</p>
${filterForm(asked, run)}
${keys === 0 ? NOTHING : html`<h2>By reason</h2>${table({ columns: TOTAL_COLUMNS, rows: totals }, { caption: 'Keys and units by reason', narrow: 'rows', cells: TOTAL_CELLS })}`}
${keySection('Largest changes', { columns, some: { rows: report.largest, total: keys }, more, note: csvLink(shown), narrow: 'rows' })}
${keySection('Went to zero or below', { columns, some: zeroOrBelow, more, narrow: 'rows' })}
${keySection('Held out, left as they were', { columns: HELD_COLUMNS, some: held, more })}
${keySection('Set the night before, missing from this file', { columns: LOST_COLUMNS, some: within(shown, lostCover), more, narrow: 'rows' })}
${keySection('Lost an entry that the file does not have', { columns: UNDONE_COLUMNS, some: within(shown, undone), more, narrow: 'rows' })}
${isFiltered ? NOTHING : rejectsPart(shown, more)}`;
}

/** Renders the rejected rows: of the file as a whole, since a rejected row may name no item and no facility. */
function rejectsPart({ report: { rejected, filterRejected, collapsed } }: ShownChanges, more: Html): Html {
  const note = rejectsNote(filterRejected.runId);
  return html`${section('Rejected by the filter', { columns: FILTER_COLUMNS, some: filterRejected, more, note })}
${section('Rejected by the OMS', { columns: REJECT_COLUMNS, some: rejected, more })}
${collapsed === 0 ? NOTHING : html`<p class="soft">${countText(collapsed)} rows of the file were repeats that said the same, and count once.</p>`}`;
}

function headline({ asked, report, run }: ShownChanges): string {
  const all = report.totals.find(({ reason }) => reason === 'all');
  const of = [
    asked.sku === null ? [] : [`SKU ${asked.sku}`],
    asked.facility === null ? [] : [`facility ${asked.facility}`],
  ].flat();
  const where = of.length === 0 ? '' : ` of ${of.join(' at ')}`;
  if (all === undefined || all.keys === 0) {
    return of.length === 0
      ? 'No count changed: every one was right already.'
      : `Nothing${where} changed: the counts were right already, held out, or the file does not cover them.`;
  }
  const counts = all.keys === 1 ? '1 count' : `${countText(all.keys)} counts`;
  const did = run?.mode === 'shadow' ? 'would have changed' : 'changed';
  return `${counts}${where} ${did}: ${countText(all.units_up)} units up, ${countText(all.units_down)} down, ${signed(all.net_units)} net.`;
}

function batchLine(
  { batch_id, snapshot_at, applied_at }: AppliedBatch,
  { run, timezone }: ShownChanges,
): Html {
  const worked = run?.mode === 'shadow' ? 'foretold' : 'applied';
  const asOf = snapshot_at === null ? NOTHING : html`as of ${timeTag(snapshot_at, timezone)}, `;
  return html`<span class="mono">${batch_id}</span> ${asOf}${worked} ${timeTag(applied_at, timezone, 'second')}<br>`;
}

/** Returns the keys of a stored list that the filters leave, at most as many as are shown. */
function within<Row extends NamedKey>(
  { report, limit }: ShownChanges,
  { rows, total }: Some<Row>,
): Some<Row> {
  const { productId, facilityId } = report.scope;
  if (productId === null && facilityId === null) return { rows: rows.slice(0, limit), total };
  const found = rows.filter(
    (row) =>
      (productId === null || row.product_id === productId) &&
      (facilityId === null || row.facility_id === facilityId),
  );
  return { rows: found.slice(0, limit), total: found.length };
}

function moreLink({ asked, run, limit }: ShownChanges): Html {
  if (limit >= MORE) return NOTHING;
  const runId = asked.run === null ? null : (run?.runId ?? null);
  const href = changesHref({ runId, sku: asked.sku, facility: asked.facility, limit: MORE });
  return html` · <a href="${href}">up to ${MORE} of each</a>`;
}

function csvLink({ asked, run }: ShownChanges): Html {
  const href = changesCsvHref({ runId: run?.runId ?? null, sku: asked.sku, facility: asked.facility });
  return html` · <a href="${href}" download>all as CSV</a>`;
}

function rejectsNote(runId: number | null): Html {
  if (runId === null) return NOTHING;
  const href = `${runHref(runId)}/artifacts/${encodeURIComponent(REJECTS_NAME)}`;
  return html` · <a href="${href}" download>all with the rows themselves, as CSV</a>`;
}

function signed(units: number): string {
  return units > 0 ? `+${countText(units)}` : countText(units);
}
