/** A run as bars over time: when each task was planned, waited and worked. */

import type { ReportedTask, RunReport } from '../../view/run/report.ts';
import { taskName } from '../../view/run/report.ts';
import { inZone } from '../../view/time_text.ts';
import { oneLine, type Paint, styleOfState } from '../output/terminal_text.ts';

export interface GanttSpace {
  /** Characters per line. */
  readonly columns: number;
  /** Whether the terminal shows more than ASCII. */
  readonly isUnicode: boolean;
}

const UNICODE = { worked: '█', failed: '▒', waited: '·', planned: '│', deadline: '◆', cut: '…' };
const ASCII = { worked: '#', failed: 'x', waited: '.', planned: '|', deadline: '!', cut: '~' };

/** A wider run shows the count of the rest. */
const ROWS_AT_MOST = 40;
const NARROWEST_BAR = 10;

/** Returns the bars of the tasks over time; empty for a run in which nothing has happened yet. */
export function ganttText(report: RunReport, { columns, isUnicode }: GanttSpace, paint: Paint): string {
  const marks = isUnicode ? UNICODE : ASCII;
  const span = spanOf(report);
  if (span === null) return '';
  const shown = report.tasks.slice(0, ROWS_AT_MOST);
  const longest = Math.max(...shown.map(({ task }) => taskName(task).length));
  const nameWidth = Math.max(4, Math.min(longest, Math.floor(columns / 3)));
  const barWidth = Math.max(NARROWEST_BAR, columns - nameWidth - 3);
  const columnOf = (at: Temporal.Instant) => {
    const share = (at.epochMilliseconds - span.fromMs) / Math.max(1, span.untilMs - span.fromMs);
    return Math.min(barWidth - 1, Math.floor(share * barWidth));
  };
  const rows = shown.map((reported) => {
    const name = fitted(oneLine(taskName(reported.task)), nameWidth, marks.cut);
    const bar = barOf(reported, { columnOf, barWidth, marks });
    return `${name}  ${paint(styleOfState(reported.task.state), bar.trimEnd())}`.trimEnd();
  });
  const hidden = report.tasks.length - shown.length;
  return [
    `${' '.repeat(nameWidth)}  ${scaleText(report, span, barWidth)}`,
    ...rows,
    ...(hidden > 0 ? [`and ${hidden} more`] : []),
    `${marks.worked} worked  ${marks.failed} failed attempt  ${marks.planned} planned  ${marks.waited} waited  ${marks.deadline} deadline`,
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Returns the span from the start of the run to its end; of one that goes on, to now or to the last instant that is planned. */
function spanOf({ run, tasks, now }: RunReport): Span | null {
  if (run.startedAt === null) return null;
  const ahead = tasks.flatMap(({ task }) =>
    run.finishedAt === null && task.finishedAt === null ? [task.wakeAt ?? task.plannedAt] : [],
  );
  const ends = [run.finishedAt ?? now, ...ahead].flatMap((at) => (at === null ? [] : [at.epochMilliseconds]));
  return { fromMs: run.startedAt.epochMilliseconds, untilMs: Math.max(...ends) };
}

interface Drawing {
  readonly columnOf: (at: Temporal.Instant) => number;
  readonly barWidth: number;
  readonly marks: typeof UNICODE;
}

/** Returns the bar of a task. Later marks lie over earlier ones, so that worked time is always visible. */
function barOf({ task, attempts, now }: ReportedTask, { columnOf, barWidth, marks }: Drawing): string {
  const cells = Array.from({ length: barWidth }, () => ' ');
  const draw = (from: Temporal.Instant, until: Temporal.Instant, mark: string) => {
    for (let column = Math.max(0, columnOf(from)); column <= columnOf(until); column += 1)
      cells[column] = mark;
  };
  const { plannedAt, deadlineAt, startedAt } = task;
  if (plannedAt !== null && startedAt !== null && Temporal.Instant.compare(plannedAt, startedAt) < 0)
    draw(plannedAt, startedAt, marks.waited);
  if (plannedAt !== null && columnOf(plannedAt) >= 0) draw(plannedAt, plannedAt, marks.planned);
  if (deadlineAt !== null && columnOf(deadlineAt) < barWidth - 1 && columnOf(deadlineAt) >= 0)
    draw(deadlineAt, deadlineAt, marks.deadline);
  for (const { startedAt: from, finishedAt, state } of attempts) {
    const isBad = state === 'failed' || state === 'crashed' || state === 'cancelled';
    draw(from, finishedAt ?? now, isBad ? marks.failed : state === 'deferred' ? marks.waited : marks.worked);
  }
  return cells.join('');
}

/** `01:00:00 EST          02:41:07 EST` */
function scaleText({ timezone }: RunReport, { fromMs, untilMs }: Span, width: number): string {
  const clock = (ms: number) =>
    inZone(Temporal.Instant.fromEpochMilliseconds(ms), timezone, 'second').slice('2026-01-31 '.length);
  const [from, until] = [clock(fromMs), clock(untilMs)];
  return from.length + until.length + 1 > width ? from : from + until.padStart(width - from.length);
}

function fitted(text: string, width: number, cut: string): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}${cut}`;
}
