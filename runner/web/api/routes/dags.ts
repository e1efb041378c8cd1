/** Answers questions about DAGs. */
import { z } from '@hono/zod-openapi';
import { nextInstant, scheduleOf } from '../../../core/time/schedule.ts';
import { databaseNow } from '../../../engine/clock.ts';
import { readKnownDag } from '../../../view/dag/find.ts';
import { graphLines } from '../../../view/dag/graph_lines.ts';
import { DAG_LIST_COLUMNS, readDagList } from '../../../view/dag/list.ts';
import { nextColumns, nextRows } from '../../../view/dag/next.ts';
import { scheduledDag } from '../../../view/dag/scheduled_dag.ts';
import { dagJson } from '../../../view/dag/show.ts';
import { readVersions, readVersionText, VERSION_COLUMNS } from '../../../view/dag/versions.ts';
import { rowObject } from '../../../view/listing.ts';
import { planJson } from '../../../view/plan/json.ts';
import { readPlan } from '../../../view/plan/source.ts';
import { planTargets } from '../../../view/plan/targets.ts';
import { NO_PARAMS, NO_QUERY, ok, reading } from '../endpoint.ts';
import { dagPath, idPath, instantField } from '../fields.ts';
import { linkToNext, PAGE_QUERY, pageRequestOf, wholeNumber } from '../paging.ts';
import { InvalidRequest } from '../request.ts';
import { dagDetail, dagList, nextInstants, versionList, versionText } from '../schema/dag.ts';
import { plan } from '../schema/plan.ts';
import { shownDag } from './shown_dag.ts';

export const listDags = reading({
  path: '/dags',
  id: 'listDags',
  tag: 'dags',
  summary: 'All DAGs.',
  params: NO_PARAMS,
  query: NO_QUERY,
  schema: dagList,
  returns: 'Those that the database knows, and those of files that no worker has read yet, by id.',
  async handle({ context }) {
    const now = await databaseNow(context.pool);
    const rows = await readDagList(context, { dagsDir: context.dagsDir, now });
    return ok({ dags: rows.map((row) => rowObject(DAG_LIST_COLUMNS, row)) });
  },
});

export const getDag = reading({
  path: '/dags/{dag}',
  id: 'getDag',
  tag: 'dags',
  summary: 'A DAG: its tasks, schedule, params, and the problems of its file.',
  params: dagPath,
  query: NO_QUERY,
  schema: dagDetail,
  returns: 'The DAG.',
  async handle({ context, params }) {
    const { row, inForce, file } = await readKnownDag(context, context.dagsDir, params.dag);
    const dag = file?.dag ?? inForce;
    const isPaused = row?.isPaused ?? dag?.isPausedUponCreation ?? false;
    const now = await databaseNow(context.pool);
    const next = inForce === null || isPaused ? null : nextInstant(scheduleOf(inForce), now);
    const found = file?.problems ?? [];
    const problems = found.length > 0 ? found : (row?.problems ?? []);
    return ok({
      dag: dag === null ? null : dagJson(dag, file?.path ?? row?.file ?? '', graphLines(dag)),
      dag_version_id: row?.dagVersionId ?? null,
      sha256: row?.sha256 ?? null,
      paused: isPaused,
      next: next?.toString() ?? null,
      retired_at: row?.retiredAt?.toString() ?? null,
      problems: problems.map((problem) => ({ ...problem })),
    });
  },
});

export const getNext = reading({
  path: '/dags/{dag}/next',
  id: 'listNextInstants',
  tag: 'dags',
  summary: 'When a DAG is due, or the one that it runs after.',
  params: dagPath,
  query: z.strictObject({
    count: wholeNumber(1_000, 'How many runs; 5 by default.').optional(),
    after: instantField('Only instants after this one; now by default.').optional(),
    timezone: z
      .string()
      .refine(isTimezone, 'there is no such time zone')
      .optional()
      .openapi({ description: 'The zone of `local_time`, an IANA name; UTC by default.' }),
  }),
  schema: nextInstants,
  returns: 'The runs, the earliest first, and among them the dates that the calendar of the DAG closes.',
  async handle({ context, params, query }) {
    const { dag } = await shownDag(context, params.dag);
    const source = await scheduledDag(dag, async (id) => (await shownDag(context, id)).dag);
    const after = query.after ?? (await databaseNow(context.pool));
    const columns = nextColumns(source.timezone, query.timezone ?? 'UTC');
    const rows = nextRows(source, { after, count: query.count ?? 5 });
    return ok({ next: rows.map((row) => rowObject(columns, row)) });
  },
});

export const getVersions = reading({
  path: '/dags/{dag}/versions',
  id: 'listDagVersions',
  tag: 'dags',
  summary: 'The versions of a DAG: when each was put in force, and by whom.',
  params: dagPath,
  query: z.strictObject(PAGE_QUERY),
  schema: versionList,
  returns: 'The versions, the newest first.',
  async handle({ context, params, query, url }) {
    const { dagId } = await readKnownDag(context, context.dagsDir, params.dag);
    const { rows, next } = await readVersions(context.pool, { dagId, ...pageRequestOf(query) });
    const versions = rows.map((row) => rowObject(VERSION_COLUMNS, row));
    return ok({ versions, next }, linkToNext(url, next));
  },
});

export const getVersion = reading({
  path: '/dags/{dag}/versions/{version}',
  id: 'getDagVersion',
  tag: 'dags',
  summary: 'The text of a version of a DAG.',
  params: z.strictObject({ ...dagPath.shape, version: idPath('version', 'The id of a version.') }),
  query: NO_QUERY,
  schema: versionText,
  returns: 'The text.',
  async handle({ context, params }) {
    const named = { dagId: params.dag, dagVersionId: params.version };
    const { source, calendars } = await readVersionText(context.pool, named);
    return ok({
      dag_id: params.dag,
      dag_version_id: params.version,
      source,
      calendars: calendars.map((calendar) => ({ ...calendar })),
    });
  },
});

export const getPlan = reading({
  path: '/dags/{dag}/plan',
  id: 'planDag',
  tag: 'dags',
  summary: 'The effects of the file as it stands, where it is not in force yet. Changes nothing.',
  params: dagPath,
  query: z.strictObject({
    count: wholeNumber(100, 'How many of the next runs; 3 by default.').optional(),
    at: instantField('When the change comes into force; now by default.').optional(),
  }),
  schema: plan,
  returns: 'The plan; of kind `unchanged` where the file is in force.',
  async handle({ context, params, query }) {
    const { dagId } = await readKnownDag(context, context.dagsDir, params.dag);
    const now = await databaseNow(context.pool);
    const changeAt = query.at ?? now;
    if (Temporal.Instant.compare(changeAt, now) < 0)
      throw new InvalidRequest([
        { in: 'query', key: 'at', message: 'it is over; a change can only come into force from now on' },
      ]);
    const [target] = await planTargets(context.pool, context.dagsDir, [dagId]);
    if (target === undefined) throw new Error(`DAG ${dagId} was found, and not planned`);
    const moment = { now, changeAt, nextCount: query.count ?? 3 };
    return ok(planJson(await readPlan(context, await context.taskTypes(), target, moment)));
  },
});

function isTimezone(name: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC';
}
