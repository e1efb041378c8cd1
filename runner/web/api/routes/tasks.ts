/** One task of a run, and its log. */
import { z } from '@hono/zod-openapi';
import { EVENT_COLUMNS } from '../../../view/audit/events.ts';
import { rowObject } from '../../../view/listing.ts';
import { findNamedRun } from '../../../view/run/find.ts';
import { TASK_COLUMNS } from '../../../view/run/report.ts';
import { LOG_COLUMNS, readTaskLog } from '../../../view/task/log.ts';
import { ATTEMPT_COLUMNS, FILE_COLUMNS, readTask } from '../../../view/task/task.ts';
import { ok, reading } from '../endpoint.ts';
import { taskPath } from '../fields.ts';
import { indexFrom0, wholeNumber } from '../paging.ts';
import { InvalidRequest } from '../request.ts';
import { logPage, taskDetail } from '../schema/task.ts';

const mapIndexQuery = indexFrom0('Only this instance of a mapped task.').optional();

export const getTask = reading({
  path: '/runs/{run}/tasks/{task}',
  id: 'getTask',
  tag: 'tasks',
  summary: 'A task of a run: its attempts, files and events.',
  params: taskPath,
  query: z.strictObject({ map_index: mapIndexQuery }),
  schema: taskDetail,
  returns: 'The task.',
  async handle({ context, params, query }) {
    const { runId } = await findNamedRun(context.pool, params.run);
    const name = { runId, taskId: params.task, mapIndex: query.map_index ?? null };
    const { run, timezone, now, declared, instances, attempts, files, events } = await readTask(
      context,
      name,
    );
    const reported = instances.map((task) => {
      const own = attempts
        .filter(({ mapIndex }) => mapIndex === task.mapIndex)
        .map((attempt) => ({ ...attempt, taskId: task.taskId }));
      return { task, attempt: own.at(-1) ?? null, attempts: own, timezone, now };
    });
    return ok({
      run_id: run.runId,
      dag_id: run.dagId,
      task_id: params.task,
      with: declared?.with ?? null,
      instances: reported.map((row) => rowObject(TASK_COLUMNS, row)),
      attempts: attempts.map((attempt) => rowObject(ATTEMPT_COLUMNS, { attempt, timezone })),
      files: files.map((file) => rowObject(FILE_COLUMNS, file)),
      events: events.rows.map((event) => rowObject(EVENT_COLUMNS, event)),
    });
  },
});

const LINES_BY_DEFAULT = 1_000;

export const getLog = reading({
  path: '/runs/{run}/tasks/{task}/logs',
  id: 'getLog',
  tag: 'tasks',
  summary: 'The log of a task: the newest lines, those before a line, or those after one.',
  description: 'To follow it, ask again and again with `after` as the last answer gave it.',
  params: taskPath,
  query: z.strictObject({
    try: wholeNumber(1_000_000, 'Only this attempt, 1 for the first.').optional(),
    map_index: mapIndexQuery,
    after: indexFrom0('Only lines after this one; 0 for all from the first.').optional(),
    before: wholeNumber(Number.MAX_SAFE_INTEGER, 'Only lines before this one.').optional(),
    limit: wholeNumber(10_000, `At most so many lines; ${LINES_BY_DEFAULT} by default.`).optional(),
  }),
  schema: logPage,
  returns: 'A page of lines.',
  async handle({ context, params, query }) {
    if (query.after !== undefined && query.before !== undefined)
      throw new InvalidRequest([{ in: 'query', key: 'before', message: 'give it or after, not both' }]);
    const { runId } = await findNamedRun(context.pool, params.run);
    const mapIndex = query.map_index ?? null;
    const { lines, before, after } = await readTaskLog(context.pool, {
      runId,
      taskId: params.task,
      mapIndex,
      attemptNumber: query.try ?? null,
      side: sideOf(query),
      limit: query.limit ?? LINES_BY_DEFAULT,
    });
    // Asked only here, as a log is asked for again and again.
    if (lines.length === 0) await readTask(context, { runId, taskId: params.task, mapIndex });
    return ok({ lines: lines.map((line) => rowObject(LOG_COLUMNS, line)), before, after });
  },
});

function sideOf({
  after,
  before,
}: {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
}) {
  if (after !== undefined) return { kind: 'after', taskLogId: after } as const;
  if (before !== undefined) return { kind: 'before', taskLogId: before } as const;
  return { kind: 'newest' } as const;
}
