/** The strip of the last nights of a DAG: a mark for each instant on which it was due, the newest at the right. */
import type { StripCell } from '../../view/status/strip.ts';
import { each, type Html, html } from './html.ts';
import { markOf } from './mark.ts';
import { timeText } from './time.ts';

export function strip(cells: readonly StripCell[], dagId: string, timezone: string): Html {
  if (cells.length === 0) return html`<span class="soft small">not due yet</span>`;
  return html`<ol class="strip" aria-label="Last nights of ${dagId}">${each(
    cells,
    ({ verdict, runId, scheduledFor, closedAs, mode }) => {
      const { shape, word, className } = markOf(verdict);
      const closed = closedAs === null ? '' : `, closed: ${closedAs}`;
      const said = verdict === 'closed' ? '' : `, ${mode === 'shadow' ? 'shadow: ' : ''}${word}`;
      const name = `${timeText(scheduledFor, timezone)}${said}${closed}`;
      return runId === null
        ? html`<li><span class="cell ${className}" role="img" aria-label="${name}" title="${name}">${shape}</span></li>`
        : html`<li><a class="cell ${className}" href="/runs/${runId}" aria-label="${name}" title="${name}">${shape}</a></li>`;
    },
  )}</ol>`;
}
