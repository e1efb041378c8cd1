/** A DAG with its tasks, edges and times. */
import type { Dag } from '../../core/dag/dag.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { formatWallTime } from '../../core/time/wall_time.ts';
import type { Json } from '../../core/value/json.ts';
import { type Column, rowObject } from '../listing.ts';
import { calendarJson } from './calendar.ts';
import type { GraphLine } from './graph_lines.ts';

export const DAG_TASK_COLUMNS: readonly Column<GraphLine>[] = [
  { key: 'task_id', value: ({ task }) => task.taskId, text: ({ text }) => text },
  { key: 'type', value: ({ task }) => task.type },
  {
    key: 'depends_on',
    value: ({ task }) =>
      task.dependsOn.map(({ taskId, delayMs }) => ({ task_id: taskId, delay_ms: delayMs })),
    dataOnly: true,
  },
  {
    key: 'other_dags',
    value: ({ task }) =>
      task.dagEdges.map(({ dagId, taskId, date }) => ({ dag_id: dagId, task_id: taskId, date })),
    dataOnly: true,
  },
  {
    key: 'not_before',
    value: ({ task }) => task.notBefore && formatWallTime(task.notBefore),
    dataOnly: true,
  },
  { key: 'deadline', value: ({ task }) => task.deadline && formatWallTime(task.deadline), dataOnly: true },
  { key: 'trigger_rule', value: ({ task }) => task.triggerRule, dataOnly: true },
  { key: 'retries', value: ({ task }) => task.retries },
  {
    key: 'timeout',
    value: ({ task }) => formatDuration(task.executionTimeoutMs),
    align: 'right',
  },
  { key: 'waits_for', value: ({ notes }) => notes },
];

/** Returns the DAG with its tasks, keys in snake_case. */
export function dagJson(dag: Dag, file: string, rows: readonly GraphLine[]): Json {
  const columns = DAG_TASK_COLUMNS.filter(({ key }) => key !== 'waits_for' && key !== 'timeout');
  return {
    dag_id: dag.dagId,
    file,
    description: dag.description,
    timezone: dag.timezone,
    schedule: dag.schedule,
    after: dag.after,
    calendar: dag.calendar && calendarJson(dag.calendar),
    on_closed: dag.onClosed,
    start_date: dag.startDate?.toString() ?? null,
    end_date: dag.endDate?.toString() ?? null,
    catchup: dag.catchup,
    catchup_window_ms: dag.catchupWindowMs,
    max_active_runs: dag.maxActiveRuns,
    when_busy: dag.whenBusy,
    is_paused_upon_creation: dag.isPausedUponCreation,
    dagrun_timeout_ms: dag.dagrunTimeoutMs,
    alerts: dag.alerts.map(({ on, to }) => ({ on, to })),
    heartbeat: dag.heartbeat,
    start_within_ms: dag.startWithinMs,
    params: Object.fromEntries(Object.entries(dag.params).map(([name, spec]) => [name, { ...spec }])),
    tasks: rows.map((row) => ({
      ...rowObject(columns, row),
      execution_timeout_ms: row.task.executionTimeoutMs,
    })),
  };
}
