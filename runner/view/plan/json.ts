/** A planned change as machines read it: keys in snake_case, instants and dates as ISO text. */
import type { ClockChangeDate } from '../../core/change/clock_change_dates.ts';
import type { DagChange, DeadlineConflict, PlannedClockChange } from '../../core/change/dag_change.ts';
import { isEdgeKey, type KeyChange } from '../../core/change/key_changes.ts';
import { resolveWallTime } from '../../core/time/wall_time.ts';
import type { Json } from '../../core/value/json.ts';
import { sentencesOf } from './sections.ts';
import type { Plan } from './source.ts';

export function planJson(plan: Plan): Json {
  const { target, change, problems, inFlight } = plan;
  return {
    dag_id: target.dagId,
    file: target.file,
    kind: change?.kind ?? 'invalid',
    safe: change?.isSafe ?? false,
    change_at: plan.changeAt.toString(),
    problems: problems.map((problem) => ({ ...problem })),
    ...(change === null ? {} : changeJson(plan, change)),
    in_flight: inFlight.map(({ runId, state, scheduledFor }) => ({
      run_id: runId,
      state,
      scheduled_for: scheduledFor.toString(),
    })),
  };
}

function changeJson(plan: Plan, change: DagChange): { [key: string]: Json } {
  const { dates, keys, next } = change;
  return {
    safe_from: change.safeFrom?.toString() ?? null,
    next: { before: next.before.map(String), after: next.after.map(String) },
    dates: {
      lost: dates.lost.map(String),
      closed: dates.closed.map(({ date, name, movedTo }) => ({
        date: date.toString(),
        name,
        moved_to: movedTo?.toString() ?? null,
      })),
      gained: dates.gained.map(String),
      doubled: dates.doubled.map(String),
      moved: dates.moved.map((group) => ({ shift_ms: group.shiftMs, dates: group.dates.map(String) })),
      recounted: dates.recounted.map((group) => ({ ...group, dates: group.dates.map(String) })),
      at_once: dates.owed.map(({ scheduledFor, runType }) => ({
        scheduled_for: scheduledFor.toString(),
        run_type: runType,
      })),
    },
    clock_changes: change.clockChanges.map((night) => nightJson(plan, night)),
    dag_keys: keys.dag.map(keyJson),
    tasks_added: keys.tasksAdded,
    tasks_removed: keys.tasksRemoved,
    edges: keys.tasks
      .filter(isEdgeKey)
      .map((edge) => ({ ...keyJson(edge), ...edgeInstants(plan, change, edge) })),
    task_keys: keys.tasks.filter((key) => !isEdgeKey(key)).map(keyJson),
    deadlines: change.deadlines.map(deadlineJson),
  };
}

function keyJson({ taskId, key, before, after }: KeyChange): { [key: string]: Json } {
  return { ...(taskId === null ? {} : { task_id: taskId }), key, before, after };
}

/** Returns the instant of a moved wall clock edge on the next date of the schedule. */
function edgeInstants(plan: Plan, { next }: DagChange, { taskId, key }: KeyChange): { [key: string]: Json } {
  if (key !== 'not_before' && key !== 'deadline') return {};
  const at = (dag: Plan['before'], due: Temporal.Instant | undefined): string | null => {
    const task = dag?.tasks.find((one) => one.taskId === taskId);
    const wallTime = key === 'not_before' ? task?.notBefore : task?.deadline;
    if (!dag || !wallTime || due === undefined) return null;
    const date = due.toZonedDateTimeISO(dag.timezone).toPlainDate();
    return resolveWallTime(date, wallTime, dag.timezone).toString();
  };
  return { next_before: at(plan.before, next.before[0]), next_after: at(plan.after, next.after[0]) };
}

function nightJson({ before, after }: Plan, { change, before: was, after: is }: PlannedClockChange): Json {
  return {
    date: change.date.toString(),
    at: change.at.toString(),
    direction: change.direction,
    from: change.from.toString(),
    until: change.until.toString(),
    before: was && sideJson(was, before?.timezone),
    after: is && sideJson(is, after?.timezone),
  };
}

function sideJson(night: ClockChangeDate, timezone: string | undefined): Json {
  return {
    due: night.due.map(({ wall, occurrence, at }) => ({
      wall_time: wall.toString(),
      comes: occurrence,
      at: at.toString(),
    })),
    edges: night.edges.map(({ taskId, key, wall, occurrence, at, afterDueMs, usuallyAfterDueMs }) => ({
      task_id: taskId,
      key,
      wall_time: wall.toString(),
      comes: occurrence,
      at: at.toString(),
      after_due_ms: afterDueMs,
      usually_after_due_ms: usuallyAfterDueMs,
    })),
    sentences: sentencesOf(night, timezone),
  };
}

function deadlineJson({ taskId, isNew, first, dateCount, usual }: DeadlineConflict): Json {
  return {
    task_id: taskId,
    is_new: isNew,
    dates: dateCount,
    first_date: first.businessDate.toString(),
    deadline_at: first.deadlineAt.toString(),
    expected_at: first.expectedAt.toString(),
    p95_ms: usual?.p95Ms ?? null,
    runs: usual?.runs ?? null,
  };
}
