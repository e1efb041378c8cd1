/** The log of an attempt: its lines, and the list to which new ones are added while it runs. */
import { type AttemptKey, logTopic } from '../../store/live/topic.ts';
import type { StoredLogLine } from '../../store/task/log.ts';
import { escaped, type Html, html, NOTHING, raw } from '../html/html.ts';
import { timeText } from '../html/time.ts';
import { liveAttributes } from './attributes.ts';

/** Renders a line; its id is its place in an URL (`#L120`). */
export function logLine({ taskLogId, at, level, message, facts }: StoredLogLine, timezone: string): string {
  const fields = Object.entries(facts ?? {}).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const id = `L${taskLogId}`;
  const time = `<time datetime="${at.toString({ smallestUnit: 'millisecond' })}">${escaped(timeText(at, timezone, 'clock_second'))}</time>`;
  return `<li id="${id}" class="log-line log-${level}"><a href="#${id}">${time}</a> <span class="log-level">${level}</span> ${escaped(`${message}${fields.join('')}`)}</li>\n`;
}

export interface ShownLog {
  readonly attempt: AttemptKey;
  readonly lines: readonly StoredLogLine[];
  readonly timezone: string;
  /** Whether no line is to be added: the attempt has ended, or these are lines of its beginning. */
  readonly isWhole: boolean;
}

/** Inside of the last line, so that a link to it scrolls the list too. */
const END = '<span id="log-end"></span>';

/** Renders the log. A patch of the page leaves it alone, as its lines come by a connection of their own. */
export function logList({ attempt, lines, timezone, isWhole }: ShownLog): Html {
  const url = `/live/log/${attempt.taskInstanceId}/${attempt.attemptNumber}?after=${lines.at(-1)?.taskLogId ?? 0}`;
  const live = html` ${liveAttributes(url)} hx-swap="beforeend" hx-sse:close="end" hx-morph-skip data-live-tail`;
  const text = lines.map((line) => logLine(line, timezone)).join('');
  return html`<ol id="${logTopic(attempt).replaceAll(':', '-')}" class="log" tabindex="0" aria-label="Log"${isWhole ? NOTHING : live}>
${raw(text.replace(/<\/li>\n$/, `${END}$&`))}</ol>`;
}
