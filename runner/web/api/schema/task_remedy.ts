/** The actions that a task's author proposes after an error, a warning or a refusal. */
import { z } from '@hono/zod-openapi';
import { orNull, text } from './scalar.ts';

const label = () => text('The purpose, as it continues `to ...`.');
const givenParams = z
  .record(z.string(), z.string().nullable())
  .openapi({ description: 'Params by name. A null stands for the reason, which the operator has to give.' });

const taskRemedy = z
  .object({
    approval: z.object({ label: label() }).optional(),
    artifact: z.object({ label: label(), name: text('An artifact of the run.') }).optional(),
    command: z
      .object({ label: label(), name: text('A command of the project that takes the run.') })
      .optional(),
    clear: z
      .object({
        label: label(),
        scope: z.enum(['failed', 'task', 'downstream']).openapi({
          description:
            'Which tasks of the run run again: those without success, the task, or it and all that depends on it.',
        }),
        params: givenParams,
      })
      .optional(),
  })
  .openapi('TaskRemedy');

const runWithParams = z.object({ label: label(), params: givenParams }).openapi('RunWithParams');

export function taskRemedyOrNull(description: string) {
  return orNull(taskRemedy, description);
}

export function runWithParamsOrNull(description: string) {
  return orNull(runWithParams, description);
}
