/** Lists of the page on changes: at most so many rows, with the figure of all. */
import { type Column, countText } from '../../../runner/history.ts';
import { type Html, html, NOTHING, type TableOptions, table } from '../../../runner/page.ts';
import type { Some } from '../../oms/changes/read_changes.ts';
import { itemHref } from '../oms/links.ts';

interface Keyed {
  readonly facility_id: string;
  readonly product_id: string;
  readonly sku: string;
}

export interface Section<Row> extends Pick<TableOptions<Row>, 'narrow' | 'cells'> {
  readonly columns: readonly Column<Row>[];
  readonly some: Some<Row>;
  /** Stands beside a list that is cut off. */
  readonly more: Html;
  readonly note?: Html;
}

/** Renders a list of keys, each with the link to its item; nothing for an empty one. */
export function keySection<Row extends Keyed>(title: string, listed: Section<Row>): Html {
  const sku = ({ facility_id, product_id, sku }: Row) =>
    html`<a class="mono" href="${itemHref(sku || product_id, facility_id)}">${sku || product_id}</a>`;
  return section(title, { ...listed, cells: { sku } });
}

/** Renders a list; nothing for an empty one. */
export function section<Row>(
  title: string,
  { columns, some: { rows, total }, more, note = NOTHING, cells = {}, narrow = 'blocks' }: Section<Row>,
): Html {
  if (rows.length === 0) return NOTHING;
  const figures =
    total > rows.length
      ? html`${countText(rows.length)} of ${countText(total)}${more}`
      : html`${countText(total)}`;
  return html`<h2>${title} <span class="soft small">${figures}${note}</span></h2>
${table({ columns, rows }, { caption: title, cells, narrow })}`;
}
