/** The changes that operators make to a run and its tasks. Each answers with the run as it is now, and what was changed. */
import { z } from '@hono/zod-openapi';
import type { Json } from '../../../core/value/json.ts';
import { answerApproval } from '../../../engine/operator/approve.ts';
import { type ClearedTasks, taskIdsToClear } from '../../../engine/operator/clearing.ts';
import { cancelRun, cancelTask, clearTasks, markTask } from '../../../engine/operator/operator.ts';
import { clearDependents, type Dependent, dependentsOf } from '../../../engine/other_dags/dependents.ts';
import type { ChangedInstance } from '../../../store/run/operator.ts';
import { zoneOf } from '../../../view/dag/zones.ts';
import { rowObject } from '../../../view/listing.ts';
import { RUN_COLUMNS } from '../../../view/run/columns.ts';
import { existingRun } from '../../../view/run/find.ts';
import { actorOf } from '../../access/role.ts';
import type { WebContext } from '../../context.ts';
import { type Answer, ok, writing } from '../endpoint.ts';
import {
  params as paramsField,
  reason,
  reasonBody,
  requiredReason,
  runIdPath,
  taskIdPath,
} from '../fields.ts';
import { InvalidRequest } from '../request.ts';
import { changedTasks } from '../schema/change.ts';

const ANSWERS = [{ status: 200, description: 'It is done.', schema: changedTasks }] as const;

export const clear = writing({
  path: '/runs/{run}/clear',
  id: 'clearTasks',
  tag: 'tasks',
  summary: 'Lets tasks of a run run again, by the DAG version that the run began with.',
  description: 'Attempts are added, none is overwritten. An ended run is queued again.',
  params: runIdPath,
  body: z.strictObject({
    task: z
      .string()
      .nullable()
      .default(null)
      .openapi({ description: 'Only this task; null for every task.' }),
    only_failed: z.boolean().default(false).openapi({
      description: 'Only what failed, was cancelled, or was not run because of that.',
    }),
    downstream: z.boolean().default(false).openapi({
      description: 'With `task`: all that depends on it, too.',
    }),
    across_dags: z.boolean().default(false).openapi({
      description: 'Also what waited for it in other DAGs.',
    }),
    params: paramsField.openapi({ description: 'Params that the run has from now on.' }),
    reason,
  }),
  answers: ANSWERS,
  async handle({ context, viewer, params, body }) {
    if (body.downstream && body.task === null)
      throw new InvalidRequest([{ in: 'body', key: 'downstream', message: 'it needs a task to begin with' }]);
    const hasParams = Object.keys(body.params).length > 0;
    const which = { taskId: body.task, onlyFailed: body.only_failed, downstream: body.downstream };
    const request = { versions: context.versions, by: actorOf(viewer), reason: body.reason };
    const dependents = body.across_dags ? await waitedFor(context, params.run, which) : [];
    const changed = await clearTasks(context.pool, params.run, {
      ...which,
      ...request,
      newParams: hasParams ? { given: body.params, taskTypes: await context.taskTypes() } : null,
    });
    await clearDependents(context.pool, dependents, request);
    return await runNow(context, params.run, changed);
  },
});

/** Returns the runs of other DAGs that waited for these tasks. */
async function waitedFor(
  { pool, versions }: WebContext,
  runId: number,
  which: ClearedTasks,
): Promise<readonly Dependent[]> {
  const run = await existingRun(pool, runId);
  const index = await versions.get(run.dagVersionId);
  return await dependentsOf({ db: pool, versions }, run, taskIdsToClear(index, which));
}

export const cancel = writing({
  path: '/runs/{run}/cancel',
  id: 'cancelRun',
  tag: 'runs',
  summary: 'Cancels a run with all that is unfinished in it.',
  description: 'What runs is told to stop within seconds.',
  params: runIdPath,
  body: reasonBody,
  answers: ANSWERS,
  async handle({ context, viewer, params, body }) {
    const changed = await cancelRun(context.pool, params.run, {
      by: actorOf(viewer),
      reason: body.reason,
    });
    return await runNow(context, params.run, changed);
  },
});

export const cancelOne = writing({
  path: '/runs/{run}/tasks/{task}/cancel',
  id: 'cancelTask',
  tag: 'tasks',
  summary: 'Cancels one task of a run; what depends on it goes by its trigger rule.',
  params: taskIdPath,
  body: reasonBody,
  answers: ANSWERS,
  async handle({ context, viewer, params, body }) {
    const changed = await cancelTask(context.pool, params.run, {
      taskId: params.task,
      versions: context.versions,
      by: actorOf(viewer),
      reason: body.reason,
    });
    return await runNow(context, params.run, changed);
  },
});

export const mark = writing({
  path: '/runs/{run}/tasks/{task}/mark',
  id: 'markTask',
  tag: 'tasks',
  summary: 'Marks by hand how a task ended. Tasks that wait for it go on by that.',
  params: taskIdPath,
  body: z.strictObject({
    state: z.enum(['success', 'failed', 'skipped']).openapi({ description: 'How it ended.' }),
    reason: requiredReason,
  }),
  answers: ANSWERS,
  async handle({ context, viewer, params, body }) {
    const changed = await markTask(context.pool, params.run, {
      taskId: params.task,
      state: body.state,
      versions: context.versions,
      by: actorOf(viewer),
      reason: body.reason,
    });
    return await runNow(context, params.run, changed);
  },
});

export const answer = writing({
  path: '/runs/{run}/tasks/{task}/approval',
  id: 'answerApproval',
  tag: 'tasks',
  summary: 'Approves or rejects what a task asks before it goes on; it runs again at once.',
  description:
    'Refused for those who may not answer: see `approvers` and `not_requester` of the question in the status.',
  params: taskIdPath,
  body: z.strictObject({
    decision: z.enum(['approved', 'rejected']).openapi({ description: 'The answer.' }),
    reason: requiredReason,
  }),
  answers: ANSWERS,
  async handle({ context, viewer, params, body }) {
    const asked = await answerApproval(context.pool, params.run, {
      taskId: params.task,
      decision: body.decision,
      versions: context.versions,
      by: actorOf(viewer),
      reason: body.reason,
    });
    return await runNow(
      context,
      params.run,
      asked.map((one) => ({ ...one, before: 'deferred' })),
    );
  },
});

async function runNow(
  { pool, versions }: WebContext,
  runId: number,
  changed: readonly ChangedInstance[],
): Promise<Answer> {
  const run = await existingRun(pool, runId);
  const row = { run, timezone: await zoneOf(versions, run.dagVersionId) };
  return ok({ run: rowObject(RUN_COLUMNS, row), changed: changed.map(changedJson) });
}

function changedJson({ taskId, mapIndex, before }: ChangedInstance): Json {
  return { task_id: taskId, map_index: mapIndex < 0 ? null : mapIndex, before };
}
