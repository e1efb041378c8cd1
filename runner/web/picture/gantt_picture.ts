/** A run over time as a table: a row a task, its bar drawn to the scale of the run. */
import { each, type Html, html, NOTHING, raw } from '../html/html.ts';
import { shapeMark } from '../html/mark.ts';
import { timeTag } from '../html/time.ts';
import {
  type GanttRow,
  ganttRow,
  type Span,
  spanOfRun,
  type TimedRun,
  type TimedTask,
} from './gantt_rows.ts';

export interface GanttTask extends TimedTask {
  readonly name: string;
  readonly href: string;
  readonly state: string;
}

/** Draws the bars of the tasks; nothing for a run in which nothing has happened yet. */
export function ganttPicture(run: TimedRun, tasks: readonly GanttTask[], timezone: string): Html {
  const span = spanOfRun(run, tasks);
  if (span === null) return NOTHING;
  return html`<div class="scroll"><table class="gantt">
<caption>█ worked&ensp;▒ failed attempt&ensp;░ waited&ensp;│ planned&ensp;◆ deadline</caption>
<thead><tr><th scope="col">task</th><th scope="col">${scale(span, timezone)}</th></tr></thead>
<tbody>${each(tasks, (task) => taskRow(task, ganttRow(task, run, span)))}</tbody>
</table></div>`;
}

function scale({ fromMs, untilMs }: Span, timezone: string): Html {
  const at = (share: number) =>
    timeTag(
      Temporal.Instant.fromEpochMilliseconds(Math.round(fromMs + share * (untilMs - fromMs))),
      timezone,
      untilMs - fromMs > 600_000 ? 'clock' : 'clock_second',
    );
  return html`<span class="scale">${at(0)}${at(0.5)}${at(1)}</span>`;
}

function taskRow({ name, href, state }: GanttTask, row: GanttRow): Html {
  return html`<tr><th scope="row">${shapeMark(state)} <a class="mono" href="${href}">${name}</a></th><td>${bar(row)}</td></tr>`;
}

function bar({ pieces, plannedAt, deadlineAt }: GanttRow): Html {
  const parts = [
    ...pieces.map(
      // A piece too short to be seen is drawn one px wide all the same.
      ({ kind, from, length }) =>
        `<rect class="${kind}" x="${percent(from)}" y="4" width="${percent(length)}" height="12"></rect>` +
        `<line class="${kind}" x1="${percent(from)}" x2="${percent(from)}" y1="4" y2="16"></line>`,
    ),
    plannedAt === null
      ? ''
      : `<line class="planned" x1="${percent(plannedAt)}" x2="${percent(plannedAt)}" y1="0" y2="20"></line>`,
    deadlineAt === null ? '' : `<text class="deadline" x="${percent(deadlineAt)}" y="15">◆</text>`,
  ];
  return html`<svg class="bar" width="100%" height="20" aria-hidden="true">${raw(parts.join(''))}</svg>`;
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
