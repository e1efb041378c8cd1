import { taskName } from '../../../view/run/report.ts';
import { taskHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import type { Reader } from '../../page.ts';
import { remedyLinks } from './remedy.ts';
import type { ShownRun } from './shown.ts';

/** Renders the warnings of the run's tasks, which did not make them fail. */
export function warningsPart({ report }: ShownRun, reader: Reader): Html {
  const { warnings } = report;
  if (warnings.length === 0) return NOTHING;
  return html`<section class="notice warning" id="warnings" aria-labelledby="warnings-title">
<h2 id="warnings-title">${warnings.length === 1 ? 'A warning' : `${warnings.length} warnings`}</h2>
${each(
  warnings,
  (warning) =>
    html`<p class="text"><a class="mono" href="${taskHref(warning.runId, warning.taskId, warning.mapIndex)}">${taskName(warning)}</a>: ${warning.sentence}</p>${warning.remedy === null ? NOTHING : html`<div class="ways">${remedyLinks(warning.remedy, warning, reader)}</div>`}`,
)}</section>`;
}
