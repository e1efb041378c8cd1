import type { Progress } from '../../core/run/progress_rate.ts';
import { progressText } from '../../view/progress_text.ts';
import { type Html, html, NOTHING } from './html.ts';

/**
 * Renders the progress of a running attempt in words, and as a bar where its end is known.
 * @param perSecond null while the rate is not known
 */
export function progressPart(progress: Progress, perSecond: number | null): Html {
  const { done, total } = progress;
  const words = progressText(progress, perSecond);
  const bar =
    total === null || total === 0
      ? NOTHING
      : html` <progress value="${Math.min(done, total)}" max="${total}" aria-label="${words}"></progress>`;
  return html`<span class="progress">${words}${bar}</span>`;
}
