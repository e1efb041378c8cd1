import { z } from '@hono/zod-openapi';
import { EVENT_COLUMNS, readEvents } from '../../../view/audit/events.ts';
import { rowObject } from '../../../view/listing.ts';
import { NO_PARAMS, ok, reading } from '../endpoint.ts';
import { instantField } from '../fields.ts';
import { linkToNext, PAGE_QUERY, pageRequestOf, wholeNumber } from '../paging.ts';
import { eventList } from '../schema/history.ts';

export const listEvents = reading({
  path: '/audit/events',
  id: 'listEvents',
  tag: 'history',
  summary: 'Who did what, when and why; the newest first.',
  params: NO_PARAMS,
  query: z.strictObject({
    dag: z.string().optional().openapi({ description: 'Only events of this DAG.' }),
    run: wholeNumber(Number.MAX_SAFE_INTEGER, 'Only events of this run.').optional(),
    task: z.string().optional().openapi({ description: 'Only events of this task.' }),
    action: z
      .string()
      .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/, 'write noun.verb, such as task.marked, or a noun')
      .optional()
      .openapi({ description: 'Only such, as `task.marked`, or `task` for all of tasks.' }),
    actor: z.string().optional().openapi({ description: 'Only by this person or process.' }),
    since: instantField('Only since then.').optional(),
    ...PAGE_QUERY,
  }),
  schema: eventList,
  returns: 'A page of events.',
  async handle({ context, query, url }) {
    const { rows, next } = await readEvents(context.pool, {
      ...pageRequestOf(query),
      dagId: query.dag ?? null,
      runId: query.run ?? null,
      taskId: query.task ?? null,
      action: query.action ?? null,
      actor: query.actor ?? null,
      since: query.since ?? null,
    });
    return ok({ events: rows.map((row) => rowObject(EVENT_COLUMNS, row)), next }, linkToNext(url, next));
  },
});
