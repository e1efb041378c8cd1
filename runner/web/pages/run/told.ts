import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { timeTag } from '../../html/time.ts';
import { toldList } from '../alerts.ts';
import type { ShownRun } from './shown.ts';

/** Renders what was told of the run, the oldest first; nothing where nobody was told. */
export function toldPart({ alerts }: ShownRun): Html {
  if (alerts.length === 0) return NOTHING;
  return html`<section id="told" aria-labelledby="told-title"><h2 id="told-title">What was told</h2>
<div class="scroll"><table class="stack"><caption class="visually-hidden">Alerts of this run, oldest first</caption>
<thead><tr><th scope="col">at</th><th scope="col">kind</th><th scope="col">told</th></tr></thead>
<tbody>${each(
    alerts.toReversed(),
    ({ alertId, at, kind, timezone, deliveries }) =>
      html`<tr id="alert-${alertId}"><th scope="row">${timeTag(at, timezone)}</th>
<td data-label="kind">${kind.replaceAll('_', ' ')}</td><td data-label="told">${toldList({ deliveries, timezone })}</td></tr>`,
  )}</tbody></table></div></section>`;
}
