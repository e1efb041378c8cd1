/** Backfills, and what operators do to them. */
import { z } from '@hono/zod-openapi';
import { YIELDS_TO } from '../../../core/backfill/room.ts';
import {
  cancelBackfill,
  createBackfill,
  failedDates,
  retryFailed,
} from '../../../engine/backfill/requests.ts';
import { OperatorError } from '../../../engine/operator/operator.ts';
import { LISTED_COLUMNS, PLAN_WITH_DETAIL } from '../../../view/backfill/columns.ts';
import { findNamedBackfill } from '../../../view/backfill/find.ts';
import { holdData } from '../../../view/backfill/hold.ts';
import { readBackfills } from '../../../view/backfill/list.ts';
import { type PlannedBackfill, planBackfill } from '../../../view/backfill/plan.ts';
import { backfillJson, readBackfillReport } from '../../../view/backfill/report.ts';
import { refusedRetries } from '../../../view/backfill/retry.ts';
import { readKnownDag } from '../../../view/dag/find.ts';
import { registerNamedDag } from '../../../view/dag/register.ts';
import { rowObject } from '../../../view/listing.ts';
import { actorOf } from '../../access/role.ts';
import { precheckRunnerOf } from '../../context.ts';
import { created, NO_PARAMS, NO_QUERY, ok, reading, writing } from '../endpoint.ts';
import {
  backfillIdPath,
  backfillPath,
  dateField,
  idempotencyHeaders,
  idempotencyOf,
  params as paramsField,
  reason,
  reasonBody,
} from '../fields.ts';
import { linkToNext, PAGE_QUERY, pageRequestOf } from '../paging.ts';
import { InvalidRequest } from '../request.ts';
import {
  backfillList,
  backfillPlan,
  backfillReport,
  newBackfill,
  order,
  reprocess,
} from '../schema/backfill.ts';
import { cancelledBackfill, retriedBackfill } from '../schema/change.ts';
import { timeEdges } from '../schema/scalar.ts';

export const listBackfills = reading({
  path: '/backfills',
  id: 'listBackfills',
  tag: 'backfills',
  summary: 'Backfills, the newest first.',
  params: NO_PARAMS,
  query: z.strictObject({
    dag: z.string().optional().openapi({ description: 'Only backfills of this DAG.' }),
    ...PAGE_QUERY,
  }),
  schema: backfillList,
  returns: 'A page of backfills.',
  async handle({ context, query, url }) {
    const { rows, next } = await readBackfills(context.pool, {
      ...pageRequestOf(query),
      dagId: query.dag ?? null,
    });
    const backfills = rows.map((row) => rowObject(LISTED_COLUMNS, row));
    return ok({ backfills, next }, linkToNext(url, next));
  },
});

export const getBackfill = reading({
  path: '/backfills/{backfill}',
  id: 'getBackfill',
  tag: 'backfills',
  summary: 'A backfill with every date, what was decided for it, and its run.',
  params: backfillPath,
  query: NO_QUERY,
  schema: backfillReport,
  returns: 'The backfill.',
  async handle({ context, params }) {
    const { backfillId } = await findNamedBackfill(context.pool, params.backfill);
    return ok(backfillJson(await readBackfillReport(context, backfillId)));
  },
});

const BACKFILL_BODY = z.strictObject({
  dag: z.string().openapi({ description: 'The id of a DAG.' }),
  from: dateField('The first business date.'),
  to: dateField('The last business date.'),
  reprocess: z.enum(reprocess.options).default('none').openapi({
    description: 'Which runs that have ended are worked again.',
  }),
  order: z.enum(order.options).default('oldest_first').openapi({ description: 'The order of the dates.' }),
  max_active_runs: z.int().min(1).max(10_000).default(1).openapi({
    description: 'At most so many dates at once.',
  }),
  time_edges: z.enum(timeEdges.options).default('collapse').openapi({
    description: 'Whether not_before and delays are waited for.',
  }),
  yields_to: z.enum(YIELDS_TO).nullable().default(null).openapi({
    description: 'The runs before which no date begins that could be in their way.',
  }),
  params: paramsField,
  dry_run: z.boolean().default(false).openapi({
    description: 'Answer with the plan, date by date, and do nothing.',
  }),
  reason,
});

export const create = writing({
  path: '/backfills',
  id: 'createBackfill',
  tag: 'backfills',
  summary: 'Works every date of a range, or plans that.',
  params: NO_PARAMS,
  headers: idempotencyHeaders,
  body: BACKFILL_BODY,
  answers: [
    {
      status: 200,
      description: 'The plan: of a dry run, or where no date is to be worked.',
      schema: backfillPlan,
    },
    { status: 201, description: 'The backfill; the header Location leads to it.', schema: newBackfill },
  ],
  async handle(request) {
    const { context, viewer, body } = request;
    const { dagsDir, taskTypes } = context;
    if (Temporal.PlainDate.compare(body.from, body.to) > 0)
      throw new InvalidRequest([{ in: 'body', key: 'from', message: `it lies after to, ${body.to}` }]);
    const idempotency = idempotencyOf(request, {
      ...body,
      from: body.from.toString(),
      to: body.to.toString(),
    });
    // First by its id alone: a name from outside is no path.
    const { dagId } = await readKnownDag(context, dagsDir, body.dag);
    const asked = {
      dagId,
      from: body.from,
      to: body.to,
      reprocess: body.reprocess,
      order: body.order,
      timeEdges: body.time_edges,
      maxActiveRuns: body.max_active_runs,
      yieldsTo: body.yields_to,
      params: body.params,
    };
    const runner = { ...(await precheckRunnerOf(context)), signal: request.signal };
    const plan = await planBackfill(context, runner, { ...asked, dagsDir });
    if (body.dry_run) return ok(planAnswer(plan));
    const by = actorOf(viewer);
    await registerNamedDag(context.pool, { dagId, dagsDir, by, taskTypes });
    const backfill = await createBackfill(context.pool, {
      ...asked,
      taskTypes: runner.taskTypes,
      refusals: plan.refusals,
      by,
      reason: body.reason,
      idempotency,
    });
    if (backfill === null) return ok(planAnswer(plan));
    const { backfillId } = backfill;
    const report = await readBackfillReport(context, backfillId);
    const answer = { ...backfillJson(report), holds_back: holdData(plan.hold) };
    return created(answer, `/api/v1/backfills/${backfillId}`);
  },
});

function planAnswer({ dag, dates, hold }: PlannedBackfill) {
  const rows = dates.map((date) => ({ date, timezone: dag.timezone }));
  return { dates: rows.map((row) => rowObject(PLAN_WITH_DETAIL, row)), holds_back: holdData(hold) };
}

export const cancelOne = writing({
  path: '/backfills/{backfill}/cancel',
  id: 'cancelBackfill',
  tag: 'backfills',
  summary: 'Ends a backfill: no further date begins, and a run that waits is cancelled.',
  description: 'A run that has started goes on to its end.',
  params: backfillIdPath,
  body: reasonBody,
  answers: [{ status: 200, description: 'It is done.', schema: cancelledBackfill }],
  async handle({ context, viewer, params, body }) {
    const { dropped, cancelledRuns, runningRuns } = await cancelBackfill(context.pool, params.backfill, {
      by: actorOf(viewer),
      reason: body.reason,
    });
    return ok({
      backfill_id: params.backfill,
      dropped,
      cancelled_runs: cancelledRuns,
      running_runs: runningRuns,
    });
  },
});

export const retry = writing({
  path: '/backfills/{backfill}/retry-failed',
  id: 'retryBackfill',
  tag: 'backfills',
  summary: 'Lets every date of a backfill whose run failed go on where it failed.',
  params: backfillIdPath,
  body: reasonBody,
  answers: [{ status: 200, description: 'It is done.', schema: retriedBackfill }],
  async handle({ context, viewer, params, body, signal }) {
    const { backfill, dates } = await readBackfillReport(context, params.backfill);
    const runner = { ...(await precheckRunnerOf(context)), signal };
    const refused = await refusedRetries(context, runner, { backfill, failed: failedDates(dates) });
    const retried = await retryFailed(context.pool, params.backfill, {
      by: actorOf(viewer),
      reason: body.reason,
      refused: new Set(refused.map(({ date }) => date.position)),
    });
    if (retried.length === 0 && refused.length === 0)
      throw new OperatorError('refused', `backfill ${params.backfill} has no date to retry`);
    return ok({
      backfill_id: params.backfill,
      retried: retried.map(({ businessDate }) => businessDate.toString()),
      refused: refused.map(({ date, because, detail }) => ({
        business_date: date.businessDate.toString(),
        reason: because,
        detail,
      })),
    });
  },
});
