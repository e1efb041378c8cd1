import { z } from '@hono/zod-openapi';
import { NEXT } from '../paging.ts';
import { run } from './run.ts';
import { flag, orNull, taskState, text } from './scalar.ts';

const gridTask = z
  .object({
    task_id: text('The task.'),
    in_force: flag('False for a task that only older versions had.'),
    states: z.array(orNull(taskState, 'Null where the run does not have it.')).openapi({
      description:
        'Its state in each of `runs`, in their order; null where the run does not have it. Of a mapped task the worst.',
    }),
    counts: z.array(z.int()).openapi({ description: 'The number of its instances in each of `runs`.' }),
  })
  .openapi('GridTask');

export const grid = z
  .object({
    runs: z.array(run).openapi({ description: 'The newest last.' }),
    tasks: z.array(gridTask).openapi({
      description: 'In topological order of the version in force, then those that only older versions had.',
    }),
    next: NEXT,
  })
  .openapi('Grid');
