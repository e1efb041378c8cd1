import { z } from '@hono/zod-openapi';
import { NEXT } from '../paging.ts';
import { anyJson, instant, integer, integerOrNull, mapIndex, text, textOrNull } from './scalar.ts';

export const event = z
  .object({
    event_id: integer('The id of the event.'),
    at: instant('When it was recorded.'),
    actor: text('Who did it: a person, `scheduler`, or a worker.'),
    channel: text('`cli`, `web`, `files`, `scheduler` or `worker`.'),
    action: text('Noun and verb, such as `task.marked`.'),
    dag_id: textOrNull('The DAG.'),
    run_id: integerOrNull('The run.'),
    task_id: textOrNull('The task.'),
    map_index: mapIndex(),
    reason: textOrNull('The reason that was given.'),
    before: anyJson('What was before.'),
    after: anyJson('What was after.'),
  })
  .openapi('Event');

export const eventList = z.object({ events: z.array(event), next: NEXT }).openapi('EventList');
