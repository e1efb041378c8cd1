import type { DagRun } from '../../../runner/history.ts';
import { type Html, html, NOTHING, textField } from '../../../runner/page.ts';
import { changesHref } from '../oms/links.ts';
import type { AskedChanges } from './scope.ts';

export function filterForm({ run: name, sku, facility }: AskedChanges, run: DagRun | null): Html {
  const runId = name === null ? null : (run?.runId ?? null);
  const isFiltered = sku !== null || facility !== null;
  return html`<form class="filters" method="get" action="${changesHref({ runId })}">
${textField({ name: 'sku', label: 'SKU', value: sku ?? '' })}
${textField({ name: 'facility', label: 'Facility', value: facility ?? '' })}
<button>Show these only</button>${isFiltered ? html` <a href="${changesHref({ runId })}">Show all</a>` : NOTHING}
</form>`;
}
