import type { JsonObject } from '../../core/value/json.ts';
import { countText } from '../../view/time_text.ts';
import { type Html, html, NOTHING } from './html.ts';

/** Renders the progress of a running attempt, `{done, total, unit}`, in words and as a bar where its end is known. */
export function progressPart(progress: JsonObject | null): Html {
  const { done, total, unit } = progress ?? {};
  if (typeof done !== 'number') return NOTHING;
  const of = typeof total === 'number' && total > 0 ? total : null;
  const words = `${countText(done)}${of === null ? '' : ` of ${countText(of)}`}${typeof unit === 'string' ? ` ${unit}` : ''}`;
  return html`<span class="progress">${words}${
    of === null
      ? NOTHING
      : html` <progress value="${Math.min(done, of)}" max="${of}" aria-label="${words}">${Math.floor((100 * done) / of)} %</progress>`
  }</span>`;
}
