/** The log of an attempt: its last lines, and a link to those before them. */

import type { TaskInstance } from '../../../store/task/instance.ts';
import { countText } from '../../../view/time_text.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { logList } from '../../live/log_lines.ts';
import { LINES_SHOWN, type ShownTask } from './shown.ts';

export function logPart({ report, log, attemptNumber, query }: ShownTask, only: TaskInstance): Html {
  if (log === null || attemptNumber === null) return NOTHING;
  const attempt = report.attempts.find((one) => one.attemptNumber === attemptNumber);
  const isEnded = attempt === undefined || attempt.finishedAt !== null;
  const head = html`<div class="head"><h2 id="log">Log of attempt ${attemptNumber}</h2>${
    query.has('before')
      ? html`<a href="${hrefWith(query, { before: null })}#log-end">to its end</a>`
      : html`<a href="#log-end">to its end</a>`
  }</div>`;
  const earlier =
    log.before === null
      ? NOTHING
      : html`<p class="pager"><a href="${hrefWith(query, { before: String(log.before) })}#log">${countText(LINES_SHOWN)} earlier lines</a></p>`;
  const list =
    log.lines.length === 0 && isEnded
      ? html`<p class="empty">It has logged nothing.</p>`
      : logList({
          attempt: { taskInstanceId: only.taskInstanceId, attemptNumber },
          lines: log.lines,
          timezone: report.timezone,
          isWhole: isEnded || query.has('before'),
        });
  return html`<section aria-labelledby="log">${head}${earlier}${list}${isEnded ? NOTHING : html`<p class="soft small">The attempt is running.</p>`}</section>`;
}

function hrefWith(query: URLSearchParams, { before }: { readonly before: string | null }): string {
  const next = new URLSearchParams(query);
  if (before === null) next.delete('before');
  else next.set('before', before);
  return next.size === 0 ? '?' : `?${next}`;
}
