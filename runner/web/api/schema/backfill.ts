/** Backfills, their dates, and the plan of one. */
import { z } from '@hono/zod-openapi';
import { BACKFILL_DECISIONS, BACKFILL_ORDERS, REPROCESS_MODES } from '../../../core/backfill/plan.ts';
import { YIELDS_TO } from '../../../core/backfill/room.ts';
import { NEXT } from '../paging.ts';
import {
  date,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  jsonObject,
  millisecondsOrNull,
  runState,
  text,
  textOrNull,
  timeEdges,
} from './scalar.ts';
import { runWithParamsOrNull } from './task_remedy.ts';

const backfillState = z.enum(['running', 'success', 'failed', 'cancelled']).openapi('BackfillState');
export const reprocess = z.enum(REPROCESS_MODES).openapi('Reprocess', {
  description: 'Which runs that have ended are worked again: none, those without success, or all.',
});
export const order = z.enum(BACKFILL_ORDERS).openapi('BackfillOrder');

const BACKFILL = {
  backfill_id: integer('The id of the backfill.'),
  dag_id: text('The DAG.'),
  from: date('The first business date.'),
  to: date('The last business date.'),
  state: backfillState,
  reprocess,
  order,
  max_active_runs: integer('At most so many dates at once.'),
  time_edges: timeEdges,
  yields_to: z.enum(YIELDS_TO).nullable().openapi({
    description: 'The runs before which no date begins that could be in their way; null for none.',
  }),
  params: jsonObject('The params that were given.'),
  created_at: instant('When it was made.'),
  finished_at: instantOrNull('Null before its end.'),
  actor: text('Who asked for it.'),
  reason: textOrNull('The reason that was given.'),
};

const listedBackfill = z
  .object({
    ...BACKFILL,
    dates: integer('The number of dates that get a run.'),
    ended: integer('The number of those whose run has ended.'),
    succeeded: integer('The number of those that succeeded.'),
    refused: integer('The number of dates that a task type refused.'),
  })
  .openapi('ListedBackfill');

export const backfillList = z
  .object({ backfills: z.array(listedBackfill), next: NEXT })
  .openapi('BackfillList');

const PLANNED_DATE = {
  business_date: date('The business date.'),
  scheduled_for: instantOrNull('The instant; null for a date on which the schedule has none.'),
  decision: z.enum(BACKFILL_DECISIONS),
  reason: textOrNull('The reason of every decision but `create`.'),
  run_id: integerOrNull('The run of the date.'),
  detail: textOrNull('A sentence with the facts.'),
  remedy: runWithParamsOrNull('Params with which a refused date can run.'),
};

const plannedDate = z.object(PLANNED_DATE).openapi('PlannedDate');

const backfillDate = z
  .object({
    ...PLANNED_DATE,
    state: z
      .union([runState, z.enum(['waiting', 'pruned'])])
      .nullable()
      .openapi({ description: 'The state of its run; null where there is nothing to work.' }),
    begun_at: instantOrNull('When its turn came.'),
    finished_at: instantOrNull('The end of its run.'),
    duration_ms: millisecondsOrNull('The time from its turn to that end.'),
    failed_task_id: textOrNull('The task that failed first.'),
    error_text: textOrNull('Its error.'),
  })
  .openapi('BackfillDate');

const hold = z
  .object({
    scheduled_for: instant('The first run of the schedule that waits.'),
    likelihood: z.enum(['queued', 'certain', 'possible']),
    run_count: integerOrNull('The number of runs that wait; null if the end is not known.'),
    expected_end_at: instantOrNull('The end of the backfill at the usual pace.'),
    late: z
      .array(
        z.object({
          scheduled_for: instant('A run of the schedule.'),
          deadline_at: instant('The latest deadline of its tasks.'),
          expected_end_at: instant('Its end, if it begins after the backfill and takes as long as usual.'),
        }),
      )
      .openapi({ description: 'The runs of the schedule that would miss their deadline.' }),
  })
  .nullable()
  .openapi('BackfillHold', {
    description: 'The run of the schedule that waits for the backfill; null where none does.',
  });

export const backfillReport = z
  .object({ backfill: z.object(BACKFILL).openapi('Backfill'), dates: z.array(backfillDate) })
  .openapi('BackfillReport');

export const newBackfill = z.object({ ...backfillReport.shape, holds_back: hold }).openapi('NewBackfill');

export const backfillPlan = z
  .object({ dates: z.array(plannedDate), holds_back: hold })
  .openapi('BackfillPlan');
