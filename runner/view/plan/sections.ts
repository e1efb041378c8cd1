/** A planned change in sections of lines, as people read it. */
import type { ClockChangeDate } from '../../core/change/clock_change_dates.ts';
import type { DagChange, PlannedClockChange } from '../../core/change/dag_change.ts';
import { isEdgeKey, type KeyChange } from '../../core/change/key_changes.ts';
import type { Dag } from '../../core/dag/dag.ts';
import { type RunMode, runModeOf } from '../../core/dag/run_mode.ts';
import { formatProblem } from '../../core/dag_file/problem.ts';
import { edgeText } from '../../core/other_dags/words.ts';
import { scheduleWords } from '../dag/schedule_words.ts';
import { inZone } from '../time_text.ts';
import type { Plan } from './source.ts';
import {
  clockChangeWords,
  closedDatesWords,
  datesWords,
  deadlineWords,
  dueWords,
  edgeWords,
  shiftWords,
  valueWords,
} from './words.ts';

export interface PlanSection {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Returns the sections that have lines; none for a plan without a change. */
export function planSections(plan: Plan): readonly PlanSection[] {
  const { change } = plan;
  if (change === null || change.kind === 'unchanged') return [];
  const sections: readonly PlanSection[] = [
    sectionOf(
      'warnings',
      plan.warnings.map((warning) => formatProblem(warning)),
    ),
    sectionOf('what changes', changeLines(plan, change)),
    sectionOf('next runs', nextLines(plan, change)),
    sectionOf('dates of the coming year', dateLines(plan, change)),
    sectionOf(
      'nights on which the clocks change',
      // A DAG that runs after another has no instants of its own.
      (plan.after ?? plan.before)?.after == null
        ? change.clockChanges.flatMap((night) => nightLines(plan, night))
        : [],
    ),
    sectionOf(
      'deadlines that pass before the task is expected to end',
      change.deadlines.map((conflict) => deadlineWords(conflict, timezoneOf(plan))),
    ),
    sectionOf(
      'runs in flight, which keep the version they began with',
      plan.inFlight.map(
        ({ runId, state, scheduledFor }) =>
          `run ${runId} ${state}, for ${inZone(scheduledFor, timezoneOf(plan))}`,
      ),
    ),
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

function sectionOf(title: string, lines: readonly string[]): PlanSection {
  return { title, lines };
}

const KINDS = { new: 'new', changed: 'changed', removed: 'removed', unchanged: 'no change' } as const;

/** Returns the verdict on a change: `changed, safe`, or what it loses and from when on it would not. */
export function verdictWords(plan: Plan, change: DagChange): string {
  const { lost, doubled } = change.dates;
  const kind = KINDS[change.kind];
  if (change.kind === 'unchanged') return kind;
  if (change.isSafe) return `${kind}, safe`;
  const bad = [
    ...(lost.length > 0 ? [`it loses ${datesWords(lost)}`] : []),
    ...(doubled.length > 0 ? [`it doubles ${datesWords(doubled)}`] : []),
  ];
  const later =
    change.safeFrom === null
      ? ''
      : `; put in force after ${inZone(change.safeFrom, timezoneOf(plan))} it does neither`;
  return `${kind}, ${bad.join('; ')}${later}`;
}

function changeLines({ before, after }: Plan, { kind, keys }: DagChange): readonly string[] {
  if (after === null) return before === null ? [] : ['the DAG is retired: no new runs, its history stays'];
  const mode = defaultMode(after);
  const shadow = mode === 'shadow' ? ['its runs work in shadow: they change nothing outside the runner'] : [];
  if (kind === 'new')
    return [scheduleWords(after), `${after.tasks.length} tasks`, ...shadow, ...otherDagLines(after)];
  const isModeChanged = before !== null && defaultMode(before) !== mode;
  const applies = ['its runs apply what they find, where they worked in shadow'];
  const words = (change: KeyChange) =>
    `${change.taskId === null ? '' : `${change.taskId}: `}${change.key} ${valueWords(change.before)} -> ${valueWords(change.after)}`;
  const isRescheduled = keys.dag.some(({ key }) => /^(schedule|timezone|calendar|on_closed)$/.test(key));
  return [
    ...keys.dag.map(words),
    ...(isModeChanged ? (mode === 'shadow' ? shadow : applies) : []),
    ...(isRescheduled && before !== null ? [`${scheduleWords(before)} -> ${scheduleWords(after)}`] : []),
    ...keys.tasksAdded.map((taskId) => `task added: ${taskId}`),
    ...keys.tasksRemoved.map((taskId) => `task removed: ${taskId}`),
    ...keys.tasks.filter(isEdgeKey).map(words),
    ...keys.tasks.filter((change) => !isEdgeKey(change)).map(words),
  ];
}

/** Returns the mode of the runs that nobody gives another. */
function defaultMode({ params }: Dag): RunMode {
  return runModeOf(
    params,
    Object.fromEntries(Object.entries(params).map(([name, spec]) => [name, spec.default])),
  );
}

/** `load: after load_file of nightly_load` */
function otherDagLines({ tasks }: Dag): readonly string[] {
  return tasks.flatMap(({ taskId, dagEdges }) =>
    dagEdges.map((edge) => `${taskId}: after ${edgeText(edge)}`),
  );
}

function nextLines({ before, after }: Plan, { next }: DagChange): readonly string[] {
  const was = next.before.map((instant) => inZone(instant, before?.timezone ?? 'UTC'));
  const is = next.after.map((instant) => inZone(instant, after?.timezone ?? 'UTC'));
  if (was.length === 0 && is.length === 0)
    return [after?.after == null ? 'none: only when triggered' : `after each success of ${after.after}`];
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
    ...(dates.closed.length > 0 ? [`closed    ${closedDatesWords(dates.closed)}`] : []),
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
