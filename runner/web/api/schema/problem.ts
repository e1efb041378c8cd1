import { z } from '@hono/zod-openapi';
import { date, integer, text, textOrNull } from './scalar.ts';

/** A problem of a DAG file. */
export const fileProblem = z
  .object({
    file: text('The file.'),
    line: integer('From 1.'),
    column: integer('From 1.'),
    key: text('The YAML key path, such as `tasks[2].depends_on`; empty for the whole file.'),
    message: text('What was found, and what to do.'),
  })
  .openapi('FileProblem');

const requestProblem = z
  .object({
    in: z.enum(['path', 'query', 'header', 'body']),
    key: text('The key, such as `params.store`; empty for the whole body.'),
    message: text('What is wrong with it, and what is allowed.'),
  })
  .openapi('RequestProblem');

const missing = z
  .object({
    noun: z.enum(['run', 'backfill', 'DAG', 'task', 'file', 'pool', 'artifact']),
    name: text('The name as it was given.'),
    known: z.array(z.string()).nullable().openapi({
      description: 'The names that exist; null where they are too many to list.',
    }),
    empty_dag_id: textOrNull('The DAG that exists and has no run or no backfill yet.'),
  })
  .openapi('Missing');

const remedy = z
  .object({
    action: z.enum([
      'list_dags',
      'list_runs',
      'list_backfills',
      'validate_dag_file',
      'trigger_date',
      'trigger_again',
      'end_backfill',
    ]),
    dag_id: text('The DAG.').optional(),
    date: date('The business date.').optional(),
    file: text('The DAG file.').optional(),
    backfill_id: integer('The backfill.').optional(),
  })
  .openapi('ErrorRemedy', { description: 'The action that helps.' });

/** RFC 9457 problem details. */
export const problem = z
  .object({
    type: text('`about:blank`: the status says what kind of problem it is.'),
    title: text('The phrase of the status.'),
    status: integer('The status of the answer.'),
    detail: text('A sentence for a person: the reason, and what helps.'),
    instance: textOrNull(
      'The id of the request, also in the header X-Request-Id and in the log of the server.',
    ),
    missing: missing.optional(),
    problems: z
      .array(z.union([requestProblem, fileProblem]))
      .optional()
      .openapi({
        description: 'Every problem of the request (422), or of the DAG file (409).',
      }),
    remedy: remedy.optional(),
  })
  .openapi('Problem');
