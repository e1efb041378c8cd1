/** The search for an item, and what stands there when there is none. */
import { each, type Html, html, NOTHING, textField } from '../../../runner/page.ts';
import { itemHref } from '../oms/links.ts';

export interface AskedName {
  /** A SKU or a product id, as it was given; empty for none yet. */
  readonly name: string;
  /** As it was given, by either of its ids. */
  readonly facility: string | null;
}

export function searchForm({ name, facility }: AskedName): Html {
  return html`<form class="filters" method="get" action="/items">
${textField({ name: 'sku', label: 'SKU or product id', value: name, isRequired: true })}
${textField({ name: 'facility', label: 'Facility', value: facility ?? '' })}
<button>Show</button>
</form>`;
}

export function searchBody(asked: AskedName): Html {
  return html`<h1>Items</h1>
<p class="lead">What the sync did to one SKU at each store, night by night: what the file said, what the OMS had, and why the count is what it is.</p>
${searchForm(asked)}
<p class="soft">The largest changes of the last night are on <a href="/changes">Changes</a>.</p>`;
}

export function unknownItemBody(asked: AskedName, near: readonly string[]): Html {
  return html`<h1>No item ${asked.name}</h1>
<p class="lead">No product of the OMS has or had the id ${asked.name}.</p>
${searchForm(asked)}
${
  near.length === 0
    ? NOTHING
    : html`<h2>Ids like it</h2><ul class="near">${each(near, (id) => html`<li><a class="mono" href="${itemHref(id, asked.facility)}">${id}</a></li>`)}</ul>`
}`;
}

export function unknownFacilityBody(asked: AskedName): Html {
  return html`<h1>No facility ${asked.facility}</h1>
<p class="lead">The OMS has no facility ${asked.facility}, by its own id or by an external one.</p>
${searchForm(asked)}
<p><a href="${itemHref(asked.name)}">Item ${asked.name} at every facility</a></p>`;
}
