/** The workers with what they run, the pools, and the queue. */
import type { Queryable } from '../../store/queryable.ts';
import { type QueueHealth, queueHealth } from '../../store/queue/health.ts';
import { type WorkerLoad, workerLoad } from '../../store/run/explain.ts';
import { liveAndLostWorkers, type WorkerRow } from '../../store/worker/live_worker.ts';
import { listPools, type PoolRow } from '../../store/worker/pool.ts';
import { type RunningTask, runningTasks } from '../../store/worker/running_task.ts';
import type { Column } from '../listing.ts';
import { taskName } from '../run/report.ts';
import { spanText } from '../time_text.ts';

export interface WorkerWithTasks extends WorkerRow {
  /** The tasks that run there according to the tables, the longest running first. */
  readonly running: readonly RunningTask[];
}

export interface WorkersView {
  /** The live ones, and those lost within a day. */
  readonly workers: readonly WorkerWithTasks[];
  readonly load: WorkerLoad;
  readonly pools: readonly PoolRow[];
  readonly queue: QueueHealth;
}

const LOST_WITHIN_MS = 24 * 3_600_000;

export async function readWorkers(db: Queryable): Promise<WorkersView> {
  const workers = await liveAndLostWorkers(db, LOST_WITHIN_MS);
  const running = Map.groupBy(await runningTasks(db), ({ workerId }) => workerId);
  return {
    workers: workers.map((worker) => ({ ...worker, running: running.get(worker.workerId) ?? [] })),
    load: await workerLoad(db),
    pools: await listPools(db),
    queue: await queueHealth(db),
  };
}

export const WORKER_COLUMNS: readonly Column<WorkerWithTasks>[] = [
  { key: 'worker_id', value: ({ workerId }) => workerId },
  { key: 'state', value: stateOf, state: (worker) => (worker.isLive ? 'success' : 'failed') },
  { key: 'host', value: ({ host }) => host },
  { key: 'pid', value: ({ pid }) => pid },
  { key: 'code_version', value: ({ codeVersion }) => codeVersion },
  { key: 'concurrency', value: ({ concurrency }) => concurrency },
  { key: 'silent_ms', value: ({ silentMs }) => silentMs, dataOnly: true },
  {
    key: 'last_heartbeat',
    value: ({ silentMs }) => silentMs,
    text: ({ silentMs }) => `${spanText(silentMs)} ago`,
    tableOnly: true,
  },
  {
    key: 'running',
    value: ({ running }) =>
      running.map(({ runId, dagId, taskId, mapIndex, startedAt }) => ({
        run_id: runId,
        dag_id: dagId,
        task_id: taskId,
        map_index: mapIndex < 0 ? null : mapIndex,
        started_at: startedAt?.toString() ?? null,
      })),
    text: ({ running }) => running.map((task) => `run ${task.runId} ${taskName(task)}`).join(', ') || '-',
  },
  { key: 'lost_reason', value: ({ lostReason }) => lostReason, omitEmpty: true },
];

function stateOf({ isLive }: WorkerWithTasks): string {
  return isLive ? 'live' : 'lost';
}
