/** Workers, pools, and the queue between them. */
import { z } from '@hono/zod-openapi';
import { setPool } from '../../../engine/operator/set_pool.ts';
import { queueHealth } from '../../../store/queue/health.ts';
import { listPools as poolRows } from '../../../store/worker/pool.ts';
import { rowObject } from '../../../view/listing.ts';
import { POOL_COLUMNS } from '../../../view/workers/pools.ts';
import { readWorkers, WORKER_COLUMNS } from '../../../view/workers/workers.ts';
import { actorOf } from '../../access/role.ts';
import { NO_PARAMS, NO_QUERY, ok, reading, writing } from '../endpoint.ts';
import { reason } from '../fields.ts';
import { changedPool } from '../schema/change.ts';
import { poolList, queue, workerList } from '../schema/worker.ts';

export const listWorkers = reading({
  path: '/workers',
  id: 'listWorkers',
  tag: 'workers',
  summary: 'The live workers with what they run, and those lost within a day.',
  params: NO_PARAMS,
  query: NO_QUERY,
  schema: workerList,
  returns: 'The workers.',
  async handle({ context }) {
    const { workers } = await readWorkers(context.pool);
    return ok({ workers: workers.map((worker) => rowObject(WORKER_COLUMNS, worker)) });
  },
});

export const listPools = reading({
  path: '/pools',
  id: 'listPools',
  tag: 'workers',
  summary: 'The pools: slots, and how many are in use.',
  params: NO_PARAMS,
  query: NO_QUERY,
  schema: poolList,
  returns: 'The pools, by name.',
  async handle({ context }) {
    return ok({ pools: (await poolRows(context.pool)).map((row) => rowObject(POOL_COLUMNS, row)) });
  },
});

export const resizePool = writing({
  path: '/pools/{pool}',
  id: 'setPool',
  tag: 'workers',
  summary: 'Sets how many slots a pool has, over all workers.',
  description: '0 holds its tasks back; what runs goes on. A pool that is not there yet is made.',
  params: z.strictObject({
    pool: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,62}$/, 'write a name of a-z, 0-9 and _')
      .openapi({ description: 'The name of a pool.', param: { name: 'pool', in: 'path' } }),
  }),
  body: z.strictObject({
    slots: z.int().min(0).max(99_999).openapi({ description: 'Its slots from now on.' }),
    reason,
  }),
  answers: [{ status: 200, description: 'The pool now.', schema: changedPool }],
  async handle({ context, viewer, params, body }) {
    const { slots } = body;
    const before = await setPool(context.pool, {
      name: params.pool,
      slots,
      by: actorOf(viewer),
      reason: body.reason,
    });
    return ok({ pool: params.pool, slots, before });
  },
});

export const getQueue = reading({
  path: '/queue',
  id: 'getQueue',
  tag: 'workers',
  summary: 'How full the queue is, and how long its oldest job waits.',
  params: NO_PARAMS,
  query: NO_QUERY,
  schema: queue,
  returns: 'The queue.',
  async handle({ context }) {
    const { readyTasks, dueSchedules, oldestReadyMs, failedCount, lastError } = await queueHealth(
      context.pool,
    );
    return ok({
      ready_tasks: readyTasks,
      due_schedules: dueSchedules,
      oldest_ready_ms: oldestReadyMs,
      failed_jobs: failedCount,
      last_error: lastError,
    });
  },
});
