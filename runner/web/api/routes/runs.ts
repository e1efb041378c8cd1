/** Runs, and what one of them waits for. */
import { z } from '@hono/zod-openapi';
import { RUN_STATES } from '../../../core/run/states.ts';
import { explainJson } from '../../../view/explain/json.ts';
import { onlyTask, readExplanation } from '../../../view/explain/source.ts';
import { rowObject } from '../../../view/listing.ts';
import { RUN_COLUMNS } from '../../../view/run/columns.ts';
import { findNamedRun } from '../../../view/run/find.ts';
import { readRuns } from '../../../view/run/list.ts';
import { readRunReport, reportJson } from '../../../view/run/report.ts';
import { NO_PARAMS, NO_QUERY, ok, reading } from '../endpoint.ts';
import { runPath } from '../fields.ts';
import { linkToNext, PAGE_QUERY, pageRequestOf } from '../paging.ts';
import { explanation } from '../schema/explain.ts';
import { runList, runReport } from '../schema/run.ts';
import { runType } from '../schema/scalar.ts';

export const RUN_FILTER = {
  state: z.enum(RUN_STATES).optional().openapi({ description: 'Only runs in this state.' }),
  run_type: z.enum(runType.options).optional().openapi({ description: 'Only runs of this type.' }),
};

export const listRuns = reading({
  path: '/runs',
  id: 'listRuns',
  tag: 'runs',
  summary: 'Runs, the newest first.',
  params: NO_PARAMS,
  query: z.strictObject({
    dag: z.string().optional().openapi({ description: 'Only runs of this DAG.' }),
    ...RUN_FILTER,
    ...PAGE_QUERY,
  }),
  schema: runList,
  returns: 'A page of runs.',
  async handle({ context, query, url }) {
    const { rows, next } = await readRuns(context, {
      ...pageRequestOf(query),
      ...(query.dag === undefined ? {} : { dagId: query.dag }),
      ...(query.state === undefined ? {} : { state: query.state }),
      ...(query.run_type === undefined ? {} : { runType: query.run_type }),
    });
    return ok({ runs: rows.map((row) => rowObject(RUN_COLUMNS, row)), next }, linkToNext(url, next));
  },
});

export const getRun = reading({
  path: '/runs/{run}',
  id: 'getRun',
  tag: 'runs',
  summary: 'A run with its tasks and warnings.',
  params: runPath,
  query: NO_QUERY,
  schema: runReport,
  returns: 'The run.',
  async handle({ context, params }) {
    const { runId } = await findNamedRun(context.pool, params.run);
    return ok(reportJson(await readRunReport(context, runId)));
  },
});

export const getExplanation = reading({
  path: '/runs/{run}/explain',
  id: 'explainRun',
  tag: 'runs',
  summary: 'What every task that is not running waits for, when anything can happen next, and what is late.',
  params: runPath,
  query: z.strictObject({
    task: z.string().optional().openapi({ description: 'Only this task.' }),
  }),
  schema: explanation,
  returns: 'The explanation.',
  async handle({ context, params, query }) {
    const run = await findNamedRun(context.pool, params.run);
    const explained = await readExplanation(context, run, await context.taskTypes());
    return ok(explainJson(query.task === undefined ? explained : onlyTask(explained, query.task)));
  },
});
