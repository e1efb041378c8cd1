/** Renders what the sync did to one item. */
import { type Column, countText } from '../../../runner/history.ts';
import { each, type Html, html, NOTHING, runHref, table, timeTag } from '../../../runner/page.ts';
import type { ItemNight, Stock } from '../../oms/items/read_item.ts';
import { changesHref, itemHref } from '../oms/links.ts';
import type { AskedItem, ItemReport, NightOfRun } from './read.ts';
import { type AskedName, searchForm } from './search.ts';
import { deltasPart, filesPart, rejectsPart } from './sources.ts';
import { afterOf, reasonText, signed, stockWords } from './words.ts';

export interface ShownItem {
  readonly asked: AskedName;
  readonly item: AskedItem;
  readonly report: ItemReport;
  readonly timezone: string;
}

export function itemBody(shown: ShownItem): Html {
  const { asked, item, report, timezone } = shown;
  const { product, facilityId } = item;
  const { name, ids, product_id } = product;
  const others = ids.filter((id) => id !== asked.name);
  const facts = [
    name === '' ? [] : [name],
    [`product ${product_id}`],
    others.length === 0 ? [] : [`also ${others.join(', ')}`],
  ].flat();
  return html`<p class="crumbs"><a href="/items">Items</a> › ${
    facilityId === null
      ? asked.name
      : html`<a href="${itemHref(asked.name)}">${asked.name}</a> › ${facilityId}`
  }</p>
<h1>${asked.name}</h1>
<p class="soft small">${facts.join(' · ')}</p>
${stockList(shown)}
${searchForm(asked)}
${nightsPart(shown)}
${filesPart(report, timezone)}
${rejectsPart(report, facilityId)}
${deltasPart(report, timezone)}`;
}

function stockList({ item, report: { stock }, asked, timezone }: ShownItem): Html {
  const { rows, total, nights } = stock;
  if (rows.length === 0) {
    const where = item.facilityId === null ? 'no facility' : item.facilityId;
    return html`<p class="lead">The OMS has no item of it at ${where}.</p>`;
  }
  const sentence = (stock: Stock) => {
    const { start, end } = stockWords(stock, nights);
    return html`${start}${stock.changed_at === null ? NOTHING : timeTag(stock.changed_at, timezone)}${end}`;
  };
  const [only] = rows;
  if (total === 1 && only !== undefined)
    return html`<p class="lead"><strong>${only.facility_id}</strong>: ${sentence(only)}</p>`;
  const sum = rows.reduce((units, { on_hand }) => units + on_hand, 0);
  const all = total === rows.length ? `${countText(sum)} on hand at ${countText(total)} facilities` : '';
  return html`<p class="lead">${all}</p>
<ul class="stock">${each(
    rows,
    (stock) =>
      html`<li><a href="${itemHref(asked.name, stock.facility_id)}">${stock.facility_id}</a>: ${sentence(stock)}</li>`,
  )}</ul>${
    total > rows.length
      ? html`<p class="soft">and ${countText(total - rows.length)} more facilities: name one below</p>`
      : NOTHING
  }`;
}

interface ShownNight extends ItemNight {
  readonly night: NightOfRun;
}

const NIGHT_COLUMNS: readonly Column<ShownNight>[] = [
  { key: 'night', value: ({ night }) => night.business_date },
  { key: 'external_system_id', title: 'system', value: ({ night }) => night.external_system_id },
  { key: 'facility_id', title: 'facility', value: ({ facility_id }) => facility_id },
  { key: 'external_count', title: 'in the file', value: ({ external_count }) => external_count },
  { key: 'before', title: 'before', value: ({ before }) => before },
  { key: 'variance', value: ({ variance }) => variance, text: ({ variance }) => signedText(variance) },
  { key: 'after', value: (row) => afterOf(row) },
  { key: 'diff', value: (row) => diffOf(row), text: (row) => signedText(diffOf(row)) },
  { key: 'why', value: (row) => reasonText(row) },
  { key: 'file', value: ({ night }) => night.file_sha256 },
  { key: 'run', value: ({ night }) => night.runId, align: 'left' },
];

function nightsPart({ item, asked, report, timezone }: ShownItem): Html {
  const { history, nights } = report;
  if (nights.length === 0)
    return html`<p class="empty">No night was applied ${item.before === null ? 'yet' : 'before'}.</p>`;
  const byBatch = new Map(nights.map((night) => [night.batch_id, night]));
  const rows = history.rows.flatMap((row): readonly ShownNight[] => {
    const night = byBatch.get(row.batch_id);
    return night === undefined ? [] : [{ ...row, night }];
  });
  const isOneSystem = new Set(nights.map((night) => night.external_system_id)).size === 1;
  const without = isOneSystem ? ['external_system_id'] : [];
  const what = `${nights.length === 1 ? 'The last night' : `The last ${nights.length} nights`}`;
  const title =
    item.before === null ? what : html`${nights.length} nights before ${timeTag(item.before, timezone)}`;
  return html`<h2>${title} <span class="soft small">${rowsNote({ item, asked, report })}</span></h2>
<p class="hint">In the file: the count of the external system (RP). Before: the OMS's own as of the file's snapshot (L). Variance: what that system had not booked (V). After: the file's count and the variance.</p>
${
  rows.length === 0
    ? html`<p class="empty">${report.rows === 'all' ? 'None of these nights covered it.' : 'In none of these nights did its count change.'}</p>`
    : table(
        { columns: NIGHT_COLUMNS, rows },
        { caption: 'Nights of this item, newest first', cells: nightCells(asked), without, narrow: 'rows' },
      )
}
${olderPart({ item, asked, report })}`;
}

function nightCells({ name }: AskedName): Readonly<Record<string, (row: ShownNight) => Html>> {
  return {
    night: ({ night: { business_date, revision, runId } }) =>
      html`${
        runId === null
          ? html`<span class="nowrap">${business_date}</span>`
          : html`<a class="nowrap" href="${changesHref({ runId, sku: name })}">${business_date}</a>`
      }${revision > 1 ? html` <span class="soft small">revision ${revision}</span>` : NOTHING}`,
    file: ({ night: { file_sha256 } }) =>
      file_sha256 === null
        ? NOTHING
        : html`<span class="mono" title="sha256 ${file_sha256}">${file_sha256.slice(0, 12)}</span>`,
    run: ({ night: { runId } }) =>
      runId === null
        ? html`<span class="soft">of another runner</span>`
        : html`<a href="${runHref(runId)}">${runId}</a>`,
  };
}

function rowsNote({ item, asked, report }: Omit<ShownItem, 'timezone'>): Html {
  const { rows, history } = report;
  const other = rows === 'all' ? 'happened' : 'all';
  const words = rows === 'all' ? 'only what changed or was left out' : 'counts that were right too';
  const cut =
    history.total > history.rows.length
      ? html`${countText(history.rows.length)} of ${countText(history.total)} rows · `
      : NOTHING;
  return html`${cut}<a href="${pageHref(asked, { rows: other, before: item.before })}">${words}</a>`;
}

function olderPart({ item, asked, report }: Omit<ShownItem, 'timezone'>): Html {
  const last = report.nights.at(-1);
  const newest =
    item.before === null
      ? NOTHING
      : html`<a href="${pageHref(asked, { rows: item.rows })}">Newest nights</a>`;
  if (!report.hasOlder || last === undefined)
    return item.before === null ? NOTHING : html`<p class="pager">${newest}</p>`;
  const older = pageHref(asked, { rows: item.rows, before: last.applied_at });
  return html`<p class="pager">${newest}<a href="${older}" rel="next">Older nights</a></p>`;
}

function pageHref(
  { name, facility }: AskedName,
  { rows, before = null }: { readonly rows: AskedItem['rows']; readonly before?: Temporal.Instant | null },
): string {
  const href = itemHref(name, facility);
  const query = new URLSearchParams([
    ...(rows === null ? [] : [['rows', rows]]),
    ...(before === null ? [] : [['before', before.toString()]]),
  ]);
  if (query.size === 0) return href;
  return `${href}${href.includes('?') ? '&' : '?'}${query}`;
}

function diffOf(row: ItemNight): number | null {
  const after = afterOf(row);
  return after === null || row.before === null ? null : after - row.before;
}

function signedText(units: number | null): string {
  return units === null ? '' : signed(units);
}
