/** One task of a run in full, its log, and the artifacts of a run. */
import { z } from '@hono/zod-openapi';
import { ATTEMPT_STATES } from '../../../core/run/states.ts';
import { event } from './history.ts';
import { runTask } from './run.ts';
import {
  anyJson,
  instant,
  instantOrNull,
  integer,
  integerOrNull,
  jsonObjectOrNull,
  mapIndex,
  millisecondsOrNull,
  text,
  textOrNull,
} from './scalar.ts';

const attempt = z
  .object({
    attempt: integer('1 for the first.'),
    map_index: mapIndex(),
    state: z.enum(ATTEMPT_STATES),
    started_at: instant('Its start.'),
    finished_at: instantOrNull('Its end.'),
    duration_ms: millisecondsOrNull('The time that it took.'),
    polls: integer('How often it was run; a deferred attempt is run again.'),
    worker_id: integer('The worker.'),
    worker_host: textOrNull('Its host.'),
    code_version: textOrNull('The version of its code.'),
    rows_in: integerOrNull('Rows read.'),
    rows_out: integerOrNull('Rows written.'),
    bytes_in: integerOrNull('Bytes read.'),
    bytes_out: integerOrNull('Bytes written.'),
    error_class: textOrNull('The class of its error.'),
    error_text: textOrNull('The text of its error.'),
    output: anyJson('What it returned.'),
  })
  .openapi('Attempt');

const file = z
  .object({
    direction: z.enum(['read', 'published']),
    connection: textOrNull('The connection; null for artifacts and local files.'),
    path: text('The path.'),
    rows: integerOrNull('Its rows.'),
    bytes: integer('Its size in bytes.'),
    sha256: text('Its checksum.'),
    attempt: integer('The attempt that touched it.'),
    map_index: mapIndex(),
    at: instant('When.'),
  })
  .openapi('TouchedFile');

export const taskDetail = z
  .object({
    run_id: integer('The run.'),
    dag_id: text('The DAG.'),
    task_id: text('The task.'),
    with: jsonObjectOrNull(
      'The params of the task as its DAG version has them, templates not rendered; null if it cannot be read.',
    ),
    instances: z.array(runTask).openapi({ description: 'One, or all of a mapped task.' }),
    attempts: z.array(attempt).openapi({ description: 'Oldest first.' }),
    files: z.array(file).openapi({ description: 'What the attempts read and published, in that order.' }),
    events: z.array(event).openapi({ description: 'The newest 50, newest first.' }),
  })
  .openapi('TaskDetail');

const artifact = z
  .object({
    name: text('Its name.'),
    rows: integerOrNull('Its rows, where they were counted.'),
    bytes: integer('Its size in bytes.'),
    created_at: instant('When it was kept.'),
    sha256: text('Its checksum.'),
  })
  .openapi('Artifact');

export const artifactList = z.object({ artifacts: z.array(artifact) }).openapi('ArtifactList');

const logLine = z
  .object({
    at: instant('When it was written.'),
    attempt: integer('The attempt, 1 for the first.'),
    map_index: mapIndex(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: text('The message.'),
    facts: jsonObjectOrNull('Its fields.'),
  })
  .openapi('LogLine');

export const logPage = z
  .object({
    lines: z.array(logLine).openapi({ description: 'Oldest first.' }),
    before: integerOrNull('The `before` of the page with older lines; null where there are none.'),
    after: integerOrNull(
      'The `after` with which newer lines are read, now or later; null while there is no line.',
    ),
  })
  .openapi('LogPage');
