import { z } from '@hono/zod-openapi';
import { instantOrNull, integer, mapIndex, milliseconds, text, textOrNull } from './scalar.ts';

const worker = z
  .object({
    worker_id: integer('The id of the worker.'),
    state: z.enum(['live', 'lost']).openapi({ description: '`live` while its lease is valid.' }),
    host: text('Its host.'),
    pid: integer('Its process.'),
    code_version: text('The version of its code.'),
    concurrency: integer('The most tasks that it runs at once.'),
    silent_ms: milliseconds('The time since its last heartbeat.'),
    running: z.array(
      z
        .object({
          run_id: integer('The run.'),
          dag_id: text('The DAG.'),
          task_id: text('The task.'),
          map_index: mapIndex(),
          started_at: instantOrNull('Its start.'),
        })
        .openapi('RunningTask'),
    ),
    lost_reason: textOrNull('Why it gave up; null if it lives, or stopped sending heartbeats.'),
  })
  .openapi('Worker');

export const workerList = z.object({ workers: z.array(worker) }).openapi('WorkerList');

const pool = z
  .object({
    pool: text('The pool, as DAG files name it.'),
    slots: integer('Its slots.'),
    used: integer('The slots of tasks that run.'),
    held: integer('The slots kept for work that goes on after its task has ended.'),
    queued: integer('The number of tasks that wait for a slot.'),
  })
  .openapi('Pool');

export const poolList = z.object({ pools: z.array(pool) }).openapi('PoolList');

export const queue = z
  .object({
    ready_tasks: integer('Tasks that a worker could start now and none has taken.'),
    due_schedules: integer('DAGs whose schedule is due to be planned and that no worker has taken.'),
    oldest_ready_ms: milliseconds('The time since the oldest of both became ready; 0 if there is none.'),
    failed_jobs: integer('Jobs whose handler failed at least once.'),
    last_error: textOrNull('The newest error of a handler.'),
  })
  .openapi('Queue');
