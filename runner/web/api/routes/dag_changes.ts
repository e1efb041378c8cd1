/** The changes that operators make to a DAG. */
import { z } from '@hono/zod-openapi';
import { pauseDag, resumeDag } from '../../../engine/dags/pause.ts';
import type { TaskTypes } from '../../../engine/dags/task_types.ts';
import { triggerRun } from '../../../engine/operator/trigger.ts';
import type { Actor } from '../../../store/event/event.ts';
import { readKnownDag } from '../../../view/dag/find.ts';
import { registerNamedDag } from '../../../view/dag/register.ts';
import { zoneOf } from '../../../view/dag/zones.ts';
import { rowObject } from '../../../view/listing.ts';
import { RUN_COLUMNS } from '../../../view/run/columns.ts';
import { actorOf } from '../../access/role.ts';
import type { WebContext } from '../../context.ts';
import { created, ok, writing } from '../endpoint.ts';
import {
  dagPath,
  dateField,
  idempotencyHeaders,
  idempotencyOf,
  params as paramsField,
  reason,
  reasonBody,
} from '../fields.ts';
import { pausedDag } from '../schema/change.ts';
import { run as runSchema } from '../schema/run.ts';
import { timeEdges } from '../schema/scalar.ts';

export const trigger = writing({
  path: '/dags/{dag}/runs',
  id: 'triggerRun',
  tag: 'runs',
  summary: 'Starts a run of a DAG, as its file stands now.',
  params: dagPath,
  headers: idempotencyHeaders,
  body: z.strictObject({
    date: dateField('The night to work, by its business date; null for the present instant.')
      .nullable()
      .default(null),
    params: paramsField,
    time_edges: z.enum(timeEdges.options).default('keep').openapi({
      description: 'Whether not_before and delays are waited for.',
    }),
    reason,
  }),
  answers: [{ status: 201, description: 'The run; the header Location leads to it.', schema: runSchema }],
  async handle(request) {
    const { context, viewer, params, body } = request;
    const by = actorOf(viewer);
    const asked = { ...body, date: body.date?.toString() ?? null };
    const idempotency = idempotencyOf(request, asked);
    // First by its id alone: a name from outside is no path.
    const { dagId } = await readKnownDag(context, context.dagsDir, params.dag);
    const taskTypes = await registerDag(context, dagId, by);
    const run = await triggerRun(context.pool, {
      dagId: params.dag,
      date: body.date,
      params: body.params,
      taskTypes,
      timeEdges: body.time_edges,
      by,
      reason: body.reason,
      idempotency,
    });
    const row = { run, timezone: await zoneOf(context.versions, run.dagVersionId) };
    return created(rowObject(RUN_COLUMNS, row), `/api/v1/runs/${run.runId}`);
  },
});

const PAUSED = [{ status: 200, description: 'The DAG now.', schema: pausedDag }] as const;

export const pause = writing({
  path: '/dags/{dag}/pause',
  id: 'pauseDag',
  tag: 'dags',
  summary: 'Stops scheduling a DAG. Runs that have begun go on, and it can still be triggered.',
  params: dagPath,
  body: reasonBody,
  answers: PAUSED,
  async handle({ context, viewer, params, body }) {
    const by = actorOf(viewer);
    await knownToDatabase(context, params.dag, by);
    const changed = await pauseDag(context.pool, params.dag, { by, reason: body.reason });
    return ok({ dag_id: params.dag, paused: true, changed, next: null });
  },
});

export const resume = writing({
  path: '/dags/{dag}/resume',
  id: 'resumeDag',
  tag: 'dags',
  summary: 'Schedules a paused DAG again.',
  description: 'What it missed meanwhile is run as its catchup says; with none, nothing of it.',
  params: dagPath,
  body: reasonBody,
  answers: PAUSED,
  async handle({ context, viewer, params, body }) {
    const by = actorOf(viewer);
    await knownToDatabase(context, params.dag, by);
    const { isChanged, next } = await resumeDag(context.pool, params.dag, { by, reason: body.reason });
    return ok({ dag_id: params.dag, paused: false, changed: isChanged, next: next?.toString() ?? null });
  },
});

/** Puts the file of a DAG in force that no worker has read yet. @throws NotFound; InvalidDag */
async function knownToDatabase(context: WebContext, dagId: string, by: Actor): Promise<void> {
  const { row } = await readKnownDag(context, context.dagsDir, dagId);
  if (row === null) await registerDag(context, dagId, by);
}

async function registerDag(
  { pool, dagsDir, taskTypes }: WebContext,
  dagId: string,
  by: Actor,
): Promise<TaskTypes | null> {
  return await registerNamedDag(pool, { dagId, dagsDir, by, taskTypes });
}
