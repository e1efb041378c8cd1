/** A DAG: its runs and tasks in a grid, when it is due, the graph, its versions, and an edit that is not in force yet. */
import { RUN_STATES } from '../../core/run/states.ts';
import { databaseNow } from '../../engine/clock.ts';
import type { ListedVersion } from '../../store/dag/version_list.ts';
import { RUN_TYPES } from '../../store/run/dag_run.ts';
import { type KnownDag, readKnownDag } from '../../view/dag/find.ts';
import { readVersions } from '../../view/dag/versions.ts';
import { type Grid, readGrid } from '../../view/grid/grid.ts';
import type { Page as Rows } from '../../view/page.ts';
import type { Plan } from '../../view/plan/source.ts';
import { cursorOf } from '../html/cursor.ts';
import { type Html, html, NOTHING } from '../html/html.ts';
import { stateMark } from '../html/mark.ts';
import { mayOperate, type OpenPage, type Page, type Reader } from '../page.ts';
import { gridSection } from './dag/grid.ts';
import { pendingPlan, pendingSection } from './dag/pending.ts';
import { scheduleSection } from './dag/schedule.ts';
import { tasksSection } from './dag/tasks.ts';
import { versionsSection } from './dag/versions.ts';

const RUNS_SHOWN = 25;
const VERSIONS_SHOWN = 5;

export const dagPage: Page = {
  path: '/dags/:dag',
  async open({ context, params, query }): Promise<OpenPage> {
    const { dag: dagId = '' } = params;
    const known = await readKnownDag(context, context.dagsDir, dagId);
    const now = await databaseNow(context.pool);
    const grid = await readGrid(context, {
      dagId,
      limit: RUNS_SHOWN,
      before: cursorOf(query),
      ...filterOf('state', query.get('state'), RUN_STATES),
      ...filterOf('runType', query.get('type'), RUN_TYPES),
    });
    const versions = await readVersions(context.pool, { dagId, limit: VERSIONS_SHOWN, before: null });
    const plan = await pendingPlan(context, await context.taskTypes(), { known, now });
    return {
      title: dagId,
      topics: [`dag:${dagId}`],
      body: (reader) => dagBody({ known, now, grid, versions, plan, query }, reader),
    };
  },
};

/** Returns the filter under its key where the URL has one of its values; else no filter. */
function filterOf<Key extends string, Value extends string>(
  key: Key,
  text: string | null,
  values: readonly Value[],
): Partial<Record<Key, Value>> {
  const value = values.find((one) => one === text);
  const filter: Partial<Record<Key, Value>> = {};
  if (value !== undefined) filter[key] = value;
  return filter;
}

interface DagModel {
  readonly known: KnownDag;
  readonly now: Temporal.Instant;
  readonly grid: Grid;
  readonly versions: Rows<ListedVersion>;
  readonly plan: Plan | null;
  readonly query: URLSearchParams;
}

function dagBody({ known, now, grid, versions, plan, query }: DagModel, reader: Reader): Html {
  const { dagId, row, inForce, file } = known;
  const dag = inForce ?? file?.dag ?? null;
  const timezone = dag?.timezone ?? 'UTC';
  const isPaused = row?.isPaused ?? dag?.isPausedUponCreation ?? false;
  const today = now.toZonedDateTimeISO(timezone).toPlainDate();
  return html`<p class="crumbs"><a href="/dags">DAGs</a></p>
<div class="head"><h1 class="mono-head">${dagId}</h1>${isPaused ? stateMark('paused') : NOTHING}</div>
${dag === null ? NOTHING : html`<p class="lead">${dag.description}</p>`}
${row === null ? html`<p class="notice warning">No worker has read its file yet.</p>` : NOTHING}
${row !== null && row.retiredAt === null && mayOperate(reader) ? ways(dagId, isPaused) : NOTHING}
${pendingSection(plan)}
${gridSection(grid, { dagId, query, today })}
${dag === null ? NOTHING : scheduleSection({ dag, isPaused, now })}
${dag === null ? NOTHING : tasksSection(dag)}
${versionsSection(dagId, versions.rows, { timezone, hasMore: versions.next !== null })}`;
}

function ways(dagId: string, isPaused: boolean): Html {
  return html`<div class="ways"><a class="button" href="/dags/${dagId}/trigger">Trigger a run…</a><a class="button" href="/backfills/new?dag=${dagId}">Backfill…</a>${
    isPaused
      ? html`<a class="button" href="/dags/${dagId}/resume">Resume…</a>`
      : html`<a class="button" href="/dags/${dagId}/pause">Pause…</a>`
  }<a class="button" href="/audit?dag=${dagId}">History</a></div>`;
}
