/** A planned change as people read it: the verdict first. */
import type { ClockChangeDate } from '../../../core/change/clock_change_dates.ts';
import type { DagChange, PlannedClockChange } from '../../../core/change/dag_change.ts';
import { isEdgeKey, type KeyChange } from '../../../core/change/key_changes.ts';
import { formatProblem } from '../../../core/dag_file/problem.ts';
import { inZone } from '../../../view/time_text.ts';
import { escapeControls, oneLine, type Paint } from '../../output/terminal_text.ts';
import { scheduleWords } from '../schedule_words.ts';
import type { Plan } from './source.ts';
import {
  clockChangeWords,
  datesWords,
  deadlineWords,
  dueWords,
  edgeWords,
  shiftWords,
  valueWords,
} from './words.ts';

export function planText(plan: Plan, paint: Paint): string {
  const { target, change, problems } = plan;
  const head = `${paint('bold', target.dagId)}  ${target.file}: `;
  if (change === null) {
    const lines = problems.map((problem) => `  ${escapeControls(formatProblem(problem))}\n`);
    return `${head}${paint('red', 'invalid')}\n${lines.join('')}`;
  }
  if (change.kind === 'unchanged') return `${head}no change\n`;
  const sections = [
    section(
      'warnings',
      plan.warnings.map((warning) => formatProblem(warning)),
    ),
    section('what changes', changeLines(plan, change)),
    section('next runs', nextLines(plan, change)),
    section('dates of the coming year', dateLines(plan, change)),
    section(
      'nights on which the clocks change',
      change.clockChanges.flatMap((night) => nightLines(plan, night)),
    ),
    section(
      'deadlines that pass before the task is expected to end',
      change.deadlines.map((conflict) => deadlineWords(conflict, timezoneOf(plan))),
    ),
    section(
      'runs in flight, which keep the version they began with',
      plan.inFlight.map(
        ({ runId, state, scheduledFor }) =>
          `run ${runId} ${state}, for ${inZone(scheduledFor, timezoneOf(plan))}`,
      ),
    ),
  ];
  return `${head}${verdict(plan, change, paint)}\n${sections.join('')}`;
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `  ${title}:\n${lines.map((line) => `    ${oneLine(line)}\n`).join('')}`;
}

const KINDS = { new: 'new', changed: 'changed', removed: 'removed', unchanged: 'no change' } as const;

function verdict(plan: Plan, change: DagChange, paint: Paint): string {
  const { lost, doubled } = change.dates;
  const kind = KINDS[change.kind];
  if (change.isSafe) return paint('green', `${kind}, safe`);
  const bad = [
    ...(lost.length > 0 ? [`it loses ${datesWords(lost)}`] : []),
    ...(doubled.length > 0 ? [`it doubles ${datesWords(doubled)}`] : []),
  ];
  const later =
    change.safeFrom === null
      ? ''
      : `; put in force after ${inZone(change.safeFrom, timezoneOf(plan))} it does neither`;
  return paint('red', `${kind}, ${bad.join('; ')}${later}`);
}

function changeLines({ before, after }: Plan, { kind, keys }: DagChange): readonly string[] {
  if (after === null) return before === null ? [] : ['the DAG is retired: no new runs, its history stays'];
  if (kind === 'new') return [scheduleWords(after), `${after.tasks.length} tasks`];
  const words = (change: KeyChange) =>
    `${change.taskId === null ? '' : `${change.taskId}: `}${change.key} ${valueWords(change.before)} -> ${valueWords(change.after)}`;
  const isRescheduled = keys.dag.some(({ key }) => key === 'schedule' || key === 'timezone');
  return [
    ...keys.dag.map(words),
    ...(isRescheduled && before !== null ? [`${scheduleWords(before)} -> ${scheduleWords(after)}`] : []),
    ...keys.tasksAdded.map((taskId) => `task added: ${taskId}`),
    ...keys.tasksRemoved.map((taskId) => `task removed: ${taskId}`),
    ...keys.tasks.filter(isEdgeKey).map(words),
    ...keys.tasks.filter((change) => !isEdgeKey(change)).map(words),
  ];
}

function nextLines({ before, after }: Plan, { next }: DagChange): readonly string[] {
  const was = next.before.map((instant) => inZone(instant, before?.timezone ?? 'UTC'));
  const is = next.after.map((instant) => inZone(instant, after?.timezone ?? 'UTC'));
  if (was.length === 0 && is.length === 0) return ['none: only when triggered'];
  return [
    `before  ${was.length === 0 ? 'none' : was.join(', ')}`,
    `after   ${is.length === 0 ? 'none' : is.join(', ')}`,
  ];
}

function dateLines(plan: Plan, { kind, dates }: DagChange): readonly string[] {
  const timezone = timezoneOf(plan);
  const owed = dates.owed.map(
    ({ scheduledFor, runType }) => `runs at once: ${inZone(scheduledFor, timezone)} (${runType})`,
  );
  return [
    ...(dates.lost.length > 0 ? [`lost      ${datesWords(dates.lost)}`] : []),
    ...(dates.doubled.length > 0 ? [`doubled   ${datesWords(dates.doubled)}`] : []),
    ...(dates.gained.length > 0
      ? [`${kind === 'new' ? 'due   ' : 'gained'}    ${datesWords(dates.gained)}`]
      : []),
    ...dates.moved.map(
      ({ shiftMs, dates: moved }) => `moved     ${shiftWords(shiftMs)} on ${datesWords(moved)}`,
    ),
    ...dates.recounted.map(
      ({ before, after, dates: some }) => `recounted ${before} -> ${after} runs on ${datesWords(some)}`,
    ),
    ...owed,
  ];
}

/** Returns the night as a difference: what both versions do stands once. */
function nightLines({ before, after }: Plan, night: PlannedClockChange): readonly string[] {
  const was = sentencesOf(night.before, before?.timezone);
  const is = sentencesOf(night.after, after?.timezone);
  return [
    `${clockChangeWords(night.change)}:`,
    ...was.filter((line) => !is.includes(line)).map((line) => `  - ${line}`),
    ...is.map((line) => `  ${was.includes(line) ? ' ' : '+'} ${line}`),
  ];
}

export function sentencesOf(night: ClockChangeDate | null, timezone: string | undefined): readonly string[] {
  if (night === null || timezone === undefined) return [];
  return [...dueWords(night, timezone), ...night.edges.map((edge) => edgeWords(edge, timezone))];
}

function timezoneOf({ before, after }: Plan): string {
  return (after ?? before)?.timezone ?? 'UTC';
}
