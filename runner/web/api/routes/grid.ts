import { z } from '@hono/zod-openapi';
import { readKnownDag } from '../../../view/dag/find.ts';
import { readGrid } from '../../../view/grid/grid.ts';
import { rowObject } from '../../../view/listing.ts';
import { RUN_COLUMNS } from '../../../view/run/columns.ts';
import { ok, reading } from '../endpoint.ts';
import { dagPath } from '../fields.ts';
import { linkToNext, PAGE_QUERY, pageRequestOf } from '../paging.ts';
import { grid } from '../schema/grid.ts';
import { RUN_FILTER } from './runs.ts';

const RUNS_BY_DEFAULT = 25;

export const getGrid = reading({
  path: '/dags/{dag}/grid',
  id: 'getGrid',
  tag: 'dags',
  summary: 'The state of each task of a DAG in each of its runs.',
  params: dagPath,
  query: z.strictObject({ ...RUN_FILTER, ...PAGE_QUERY }),
  schema: grid,
  returns: `The newest runs; ${RUNS_BY_DEFAULT} without \`limit\`.`,
  async handle({ context, params, query, url }) {
    const { dagId } = await readKnownDag(context, context.dagsDir, params.dag);
    const { tasks, runs, states, counts, next } = await readGrid(context, {
      ...pageRequestOf({ ...query, limit: query.limit ?? RUNS_BY_DEFAULT }),
      dagId,
      ...(query.state === undefined ? {} : { state: query.state }),
      ...(query.run_type === undefined ? {} : { runType: query.run_type }),
    });
    const body = {
      runs: runs.map((row) => rowObject(RUN_COLUMNS, row)),
      tasks: tasks.map(({ taskId, isInForce }, row) => ({
        task_id: taskId,
        in_force: isInForce,
        states: states[row] ?? [],
        counts: counts[row] ?? [],
      })),
      next,
    };
    return ok(body, linkToNext(url, next));
  },
});
