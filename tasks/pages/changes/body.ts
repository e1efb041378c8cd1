/** Renders what a run changed. */
import { type Column, countText, type DagRun } from '../../../runner/history.ts';
import { type Html, html, NOTHING, type TableOptions, table, timeTag } from '../../../runner/page.ts';
import {
  changeTableColumns,
  FILTER_COLUMNS,
  HELD_COLUMNS,
  LOST_COLUMNS,
  REJECT_COLUMNS,
  TOTAL_COLUMNS,
  UNDONE_COLUMNS,
} from '../../changes/columns.ts';
import { type ChangesReport, changedKeys } from '../../changes/report.ts';
import { REJECTS_NAME } from '../../filter/publish_filtered.ts';
import type { AppliedBatch, Change, Some } from '../../oms/changes/read_changes.ts';
import { changesCsvHref, changesHref, itemHref } from '../oms/links.ts';
import { filterForm } from './filter_form.ts';
import type { AskedChanges } from './scope.ts';

export interface ShownChanges {
  readonly title: string;
  readonly asked: AskedChanges;
  readonly run: DagRun | null;
  readonly report: ChangesReport;
  readonly largest: readonly Change[];
  /** The most rows of each list. */
  readonly limit: number;
  readonly timezone: string;
}

const MORE = 200;

export function changesBody(shown: ShownChanges): Html {
  const { title, asked, run, report } = shown;
  const { totals, collapsed, zeroOrBelow, rejected, filterRejected, held, lostCover, undone } = report;
  const columns = changeTableColumns(totals.map(({ reason }) => reason));
  const keys = changedKeys(report);
  const more = moreLink(shown);
  return html`<p class="crumbs">${run === null ? NOTHING : html`<a href="/dags/${run.dagId}">${run.dagId}</a> › <a href="/runs/${run.runId}">run ${run.runId}</a> › `}changes</p>
<h1>${title}</h1>
<p class="lead">${headline(shown)}</p>
<p class="soft small">${report.scope.batches.slice(0, shown.limit).map((batch) => batchLine(batch, shown.timezone))}${
    report.scope.batches.length > shown.limit
      ? html` · and ${countText(report.scope.batches.length - shown.limit)} more files`
      : NOTHING
  }</p>
${filterForm(asked, run)}
${keys === 0 ? NOTHING : html`<h2>By reason</h2>${table({ columns: TOTAL_COLUMNS, rows: totals }, { caption: 'Keys and units by reason' })}`}
${section('Largest changes', { columns, some: { rows: shown.largest, total: keys } }, { more, note: csvLink(shown) })}
${section('Went to zero or below', { columns, some: zeroOrBelow }, { more })}
${section('Held out, left as they were', { columns: HELD_COLUMNS, some: held }, { more })}
${section('Set the night before, missing from this file', { columns: LOST_COLUMNS, some: cut(lostCover, shown.limit) }, { more })}
${section('Lost an entry that the file does not have', { columns: UNDONE_COLUMNS, some: cut(undone, shown.limit) }, { more })}
${plainSection('Rejected by the filter', { columns: FILTER_COLUMNS, some: filterRejected }, { more, note: rejectsNote(filterRejected.runId) })}
${plainSection('Rejected by the OMS', { columns: REJECT_COLUMNS, some: rejected }, { more })}
${collapsed === 0 ? NOTHING : html`<p class="soft">${countText(collapsed)} rows of the file were repeats that said the same, and count once.</p>`}`;
}

function headline({ asked, report }: ShownChanges): string {
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
  return `${counts}${where} changed: ${countText(all.units_up)} units up, ${countText(all.units_down)} down, ${signed(all.net_units)} net.`;
}

function batchLine({ batch_id, snapshot_at, applied_at }: AppliedBatch, timezone: string): Html {
  const asOf = snapshot_at === null ? NOTHING : html`as of ${timeTag(snapshot_at, timezone)}, `;
  return html`<span class="mono">${batch_id}</span> ${asOf}applied ${timeTag(applied_at, timezone, 'second')}<br>`;
}

interface Keyed {
  readonly facility_id: string;
  readonly product_id: string;
  readonly sku: string;
}

interface Section<Row> {
  readonly columns: readonly Column<Row>[];
  readonly some: Some<Row>;
}

interface Notes {
  /** Stands beside a list that is cut off. */
  readonly more: Html;
  readonly note?: Html;
}

/** Renders a list of keys, each with the link to its item. */
function section<Row extends Keyed>(title: string, listed: Section<Row>, notes: Notes): Html {
  return plainSection(title, listed, {
    ...notes,
    cells: {
      sku: ({ facility_id, product_id, sku }) =>
        html`<a class="mono" href="${itemHref(sku || product_id, facility_id)}">${sku || product_id}</a>`,
    },
  });
}

function plainSection<Row>(
  title: string,
  { columns, some: { rows, total } }: Section<Row>,
  { more, note = NOTHING, cells = {} }: Notes & Pick<TableOptions<Row>, 'cells'>,
): Html {
  if (rows.length === 0) return NOTHING;
  const figures =
    total > rows.length
      ? html`${countText(rows.length)} of ${countText(total)}${more}`
      : html`${countText(total)}`;
  return html`<h2>${title} <span class="soft small">${figures}${note}</span></h2>
${table({ columns, rows }, { caption: title, cells })}`;
}

function cut<Row>({ rows, total }: Some<Row>, limit: number): Some<Row> {
  return { rows: rows.slice(0, limit), total };
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
  return html` · with the rows themselves in <span class="mono">${REJECTS_NAME}</span> of <a href="/runs/${runId}">run ${runId}</a>`;
}

function signed(units: number): string {
  return units > 0 ? `+${countText(units)}` : countText(units);
}
