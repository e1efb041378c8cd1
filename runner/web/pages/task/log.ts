/** The log of an attempt: its last lines, and a link to those before them. */

import type { TaskInstance } from '../../../store/task/instance.ts';
import type { StoredLogLine } from '../../../store/task/log.ts';
import { countText } from '../../../view/time_text.ts';
import { escaped, type Html, html, NOTHING, raw } from '../../html/html.ts';
import { timeText } from '../../html/time.ts';
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
      : html`<ol id="log-lines" class="log" tabindex="0" aria-label="Log" data-task-instance="${only.taskInstanceId}" data-attempt="${attemptNumber}">
${raw(log.lines.map((line, index) => logLine(line, report.timezone, index === log.lines.length - 1 ? '<span id="log-end"></span>' : '')).join(''))}</ol>`;
  return html`<section aria-labelledby="log">${head}${earlier}${list}${isEnded ? NOTHING : html`<p class="soft small">The attempt is running.</p>`}</section>`;
}

/** @param mark put at the end of the last line, so that a link to the end of the log scrolls to it */
function logLine(
  { taskLogId, at, level, message, facts }: StoredLogLine,
  timezone: string,
  mark: string,
): string {
  const fields = Object.entries(facts ?? {}).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const id = `L${taskLogId}`;
  const time = `<time datetime="${at.toString({ smallestUnit: 'millisecond' })}">${escaped(timeText(at, timezone, 'clock_second'))}</time>`;
  return `<li id="${id}" class="log-line log-${level}"><a href="#${id}">${time}</a> <span class="log-level">${level}</span> ${escaped(`${message}${fields.join('')}`)}${mark}</li>\n`;
}

function hrefWith(query: URLSearchParams, { before }: { readonly before: string | null }): string {
  const next = new URLSearchParams(query);
  if (before === null) next.delete('before');
  else next.set('before', before);
  return next.size === 0 ? '?' : `?${next}`;
}
