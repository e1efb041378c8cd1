/** The runner's own metrics. */
import { RUN_STATES } from '../../core/run/states.ts';
import type { DagFigures } from '../../store/metrics/gauges.ts';
import type { PoolRow } from '../../store/worker/pool.ts';
import type { Figures } from '../../view/metrics/figures.ts';
import { countsByState, durations, workDone } from './ended.ts';
import { type GaugeMetric, type Metric, type Sample, single } from './metric.ts';

const MS_PER_S = 1_000;
/** Both are there from the first scrape on, so that the first failure is an increase. */
const RUN_ENDS = ['success', 'failed'] as const;

const DAGS: readonly Metric<Figures>[] = [
  ofDags('stockflow_dag_paused', '1 while the schedule of the DAG is paused.', ({ isPaused }) =>
    Number(isPaused),
  ),
  ofDags(
    'stockflow_dag_invalid',
    '1 while the file of the DAG is invalid, and its last good version in force.',
    ({ isInvalid }) => Number(isInvalid),
  ),
  ofDags(
    'stockflow_dag_next_run_timestamp_seconds',
    'The next instant of the schedule, in Unix time; absent while the DAG is paused or has no schedule.',
    ({ nextRunS }) => nextRunS,
  ),
  ofDags(
    'stockflow_dag_last_success_timestamp_seconds',
    'When the successful run of the latest scheduled instant ended, in Unix time. An old date that is worked again does not count.',
    ({ lastSuccessFinishedS }) => lastSuccessFinishedS,
  ),
  ofDags(
    'stockflow_dag_last_success_scheduled_timestamp_seconds',
    'The latest scheduled instant whose run succeeded, in Unix time.',
    ({ lastSuccessScheduledForS }) => lastSuccessScheduledForS,
  ),
  ofDags(
    'stockflow_dag_start_delay_seconds',
    'For how long a run of the schedule has been due and not started; 0 while none is late.',
    ({ startDelayS }) => startDelayS,
  ),
  {
    name: 'stockflow_dag_deadline_overdue_seconds',
    type: 'gauge',
    help: 'For how long an unfinished task is past its deadline; 0 while none is.',
    labels: ['dag_id'],
    samples: ({ dags, openTasks }) =>
      dags.map(({ dagId }) => ({
        labels: { dag_id: dagId },
        value: Math.max(
          0,
          ...openTasks.filter((open) => open.dagId === dagId).map(({ overdueS }) => overdueS),
        ),
      })),
  },
  {
    name: 'stockflow_dag_last_run_state',
    type: 'gauge',
    help: '1 for the state of the newest run of the DAG, 0 for the others.',
    labels: ['dag_id', 'state'],
    samples: ({ dags }) =>
      dags.flatMap(({ dagId, lastRunState }) =>
        RUN_STATES.map((state) => ({
          labels: { dag_id: dagId, state },
          value: Number(state === lastRunState),
        })),
      ),
  },
];

const WORK: readonly Metric<Figures>[] = [
  {
    name: 'stockflow_runs',
    type: 'gauge',
    help: 'Runs that have not ended, by state.',
    labels: ['dag_id', 'state'],
    samples: ({ dags, openRuns }) =>
      dags.flatMap(({ dagId }) =>
        (['queued', 'running'] as const).map((state) => ({
          labels: { dag_id: dagId, state },
          value: openRuns.find((open) => open.dagId === dagId && open.state === state)?.count ?? 0,
        })),
      ),
  },
  {
    name: 'stockflow_runs_ended_total',
    type: 'counter',
    help: 'Runs that ended, by state; one that is cleared counts once more when it ends again.',
    labels: ['dag_id', 'state'],
    samples: ({ dags, endedRuns }) =>
      countsByState(endedRuns, { subject: 'dag_id', subjects: idsOf(dags), states: RUN_ENDS }),
  },
  durations({
    name: 'stockflow_run_duration_seconds',
    help: 'How long runs took, from their start to their end.',
    totals: ({ endedRuns }) => endedRuns,
  }),
  {
    name: 'stockflow_task_instances',
    type: 'gauge',
    help: 'Task instances of unfinished runs that have not ended, by state.',
    labels: ['dag_id', 'state'],
    samples: ({ openTasks }) =>
      openTasks.map(({ dagId, state, count }) => ({ labels: { dag_id: dagId, state }, value: count })),
  },
  {
    name: 'stockflow_task_attempts_ended_total',
    type: 'counter',
    help: 'Attempts of tasks that ended, by state.',
    labels: ['dag_id', 'state'],
    samples: ({ dags, endedAttempts }) =>
      countsByState(endedAttempts, { subject: 'dag_id', subjects: idsOf(dags), states: RUN_ENDS }),
  },
  durations({
    name: 'stockflow_task_attempt_duration_seconds',
    help: 'How long attempts of tasks took, with the time that they deferred themselves.',
    totals: ({ endedAttempts }) => endedAttempts,
  }),
  workDone('stockflow_task_read_rows_total', 'Rows that attempts read.', ({ rowsIn }) => rowsIn),
  workDone('stockflow_task_written_rows_total', 'Rows that attempts wrote.', ({ rowsOut }) => rowsOut),
  workDone('stockflow_task_read_bytes_total', 'Bytes that attempts read.', ({ bytesIn }) => bytesIn),
  workDone('stockflow_task_written_bytes_total', 'Bytes that attempts wrote.', ({ bytesOut }) => bytesOut),
];

const FLEET: readonly Metric<Figures>[] = [
  single(
    { name: 'stockflow_workers', type: 'gauge', help: 'Workers whose lease is valid.' },
    ({ workers }) => workers.liveCount,
  ),
  single(
    {
      name: 'stockflow_worker_slots',
      type: 'gauge',
      help: 'Tasks that the live workers can run at once.',
    },
    ({ workers }) => workers.concurrency,
  ),
  single(
    {
      name: 'stockflow_worker_heartbeat_age_seconds',
      type: 'gauge',
      help: 'The longest time since the last sign of life of a live worker; 0 without one.',
    },
    ({ workers }) => workers.oldestHeartbeatS,
  ),
  single(
    {
      name: 'stockflow_queue_ready_jobs',
      type: 'gauge',
      help: 'Tasks that a worker could start now, and DAGs that one could plan.',
    },
    ({ queue }) => (queue === null ? 0 : queue.readyTasks + queue.dueSchedules),
  ),
  single(
    {
      name: 'stockflow_queue_oldest_ready_seconds',
      type: 'gauge',
      help: 'For how long the oldest ready job has waited; 0 without one.',
    },
    ({ queue }) => (queue === null ? 0 : queue.oldestReadyMs / MS_PER_S),
  ),
  single(
    {
      name: 'stockflow_queue_failing_jobs',
      type: 'gauge',
      help: 'Jobs of the queue whose handler failed and that are tried again.',
    },
    ({ queue }) => queue?.failedCount ?? 0,
  ),
  ofPools('stockflow_pool_slots', 'Slots of the pool.', ({ slots }) => slots),
  ofPools(
    'stockflow_pool_used_slots',
    'Slots of the pool that are taken, also by work that goes on after its task ended.',
    ({ used, held }) => used + held,
  ),
  ofPools(
    'stockflow_pool_waiting_tasks',
    'Task instances that wait for a slot of the pool.',
    ({ queued }) => queued,
  ),
];

const TELLING: readonly Metric<Figures>[] = [
  {
    name: 'stockflow_alert_deliveries_total',
    type: 'counter',
    help: 'Alerts that were sent to a channel or failed for good, by state.',
    labels: ['channel', 'state'],
    samples: ({ endedAlerts, pendingAlerts }) =>
      countsByState(endedAlerts, {
        subject: 'channel',
        subjects: pendingAlerts.map(({ subject }) => subject),
        states: ['sent', 'failed'],
      }),
  },
  {
    name: 'stockflow_alert_pending_deliveries',
    type: 'gauge',
    help: 'Alerts that wait to be sent to a channel.',
    labels: ['channel'],
    samples: ({ pendingAlerts }) =>
      pendingAlerts.map(({ subject, count }) => ({ labels: { channel: subject }, value: count })),
  },
  {
    name: 'stockflow_alert_failing_deliveries',
    type: 'gauge',
    help: 'Alerts that a channel did not take, and that are sent again.',
    labels: ['channel'],
    samples: ({ pendingAlerts }) =>
      pendingAlerts.map(({ subject, failingCount }) => ({
        labels: { channel: subject },
        value: failingCount,
      })),
  },
  {
    name: 'stockflow_heartbeat_pings_total',
    type: 'counter',
    help: 'Pings of the heartbeat that were sent, failed or were dropped as outdated, by state.',
    labels: ['dag_id', 'state'],
    samples: ({ endedPings }) =>
      countsByState(endedPings, { subject: 'dag_id', subjects: [], states: ['sent', 'failed'] }),
  },
];

export const CATALOG: readonly Metric<Figures>[] = [...DAGS, ...WORK, ...FLEET, ...TELLING];

function ofDags(name: string, help: string, value: (dag: DagFigures) => number | null): GaugeMetric<Figures> {
  return {
    name,
    help,
    type: 'gauge',
    labels: ['dag_id'],
    samples: ({ dags }) =>
      dags.flatMap((dag): readonly Sample[] => {
        const found = value(dag);
        return found === null ? [] : [{ labels: { dag_id: dag.dagId }, value: found }];
      }),
  };
}

function ofPools(name: string, help: string, value: (pool: PoolRow) => number): GaugeMetric<Figures> {
  return {
    name,
    help,
    type: 'gauge',
    labels: ['pool'],
    samples: ({ pools }) => pools.map((pool) => ({ labels: { pool: pool.name }, value: value(pool) })),
  };
}

function idsOf(dags: readonly DagFigures[]): readonly string[] {
  return dags.map(({ dagId }) => dagId);
}
