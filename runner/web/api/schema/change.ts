/** The answer to a request that changed something. */
import { z } from '@hono/zod-openapi';
import { run } from './run.ts';
import { date, flag, instantOrNull, integer, integerOrNull, mapIndex, taskState, text } from './scalar.ts';

export const changedTasks = z
  .object({
    run,
    changed: z.array(
      z.object({
        task_id: text('The task.'),
        map_index: mapIndex(),
        before: taskState,
      }),
    ),
  })
  .openapi('ChangedTasks', { description: 'The run now, and the instances that were changed.' });

export const pausedDag = z
  .object({
    dag_id: text('The DAG.'),
    paused: flag('Whether its schedule stands still now.'),
    changed: flag('False where it was so already.'),
    next: instantOrNull('The next instant of its schedule; null while it is paused.'),
  })
  .openapi('PausedDag');

export const cancelledBackfill = z
  .object({
    backfill_id: integer('The backfill.'),
    dropped: integer('The number of dates that will not begin.'),
    cancelled_runs: z.array(z.int()).openapi({ description: 'Runs that had not started.' }),
    running_runs: z.array(z.int()).openapi({ description: 'Runs that go on to their end.' }),
  })
  .openapi('CancelledBackfill');

const notRetried = z.object({
  business_date: date('The business date.'),
  reason: text('Why a task type refuses it.'),
  detail: text('A sentence with the facts.'),
});

export const retriedBackfill = z
  .object({
    backfill_id: integer('The backfill.'),
    retried: z.array(z.iso.date()).openapi({ description: 'The dates that are worked again.' }),
    refused: z.array(notRetried).openapi({ description: 'Failed dates that a task type refuses now.' }),
  })
  .openapi('RetriedBackfill');

export const changedPool = z
  .object({
    pool: text('The pool.'),
    slots: integer('Its slots now.'),
    before: integerOrNull('Its slots before; null for a new one.'),
  })
  .openapi('ChangedPool');
