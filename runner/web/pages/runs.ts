/** The list of runs, newest first, with filters in the URL. */
import { RUN_STATES } from '../../core/run/states.ts';
import { listDags } from '../../store/dag/dag.ts';
import type { RunFilter, RunType } from '../../store/run/dag_run.ts';
import { RUN_COLUMNS, type RunRow } from '../../view/run/columns.ts';
import { readRuns } from '../../view/run/list.ts';
import { cursorOf, olderLink } from '../html/cursor.ts';
import { selectField } from '../html/form.ts';
import { dagHref, runHref } from '../html/href.ts';
import { type Html, html, NOTHING } from '../html/html.ts';
import { table } from '../html/table.ts';
import { timeTag } from '../html/time.ts';
import { HttpError } from '../http_error.ts';
import type { OpenPage, Page } from '../page.ts';

const ROWS = 50;
const RUN_TYPES = ['scheduled', 'catchup', 'manual', 'backfill'] as const satisfies readonly RunType[];

type Filter = Pick<RunFilter, 'dagId' | 'state' | 'runType'>;

export const runsPage: Page = {
  path: '/runs',
  async open({ context, query }): Promise<OpenPage> {
    const filter = filterOf(query);
    const before = cursorOf(query);
    const { rows, next } = await readRuns(context, { ...filter, before, limit: ROWS });
    const dagIds = (await listDags(context.pool)).map(({ dagId }) => dagId);
    return {
      title: 'Runs',
      // The first page alone changes by itself: a list of older runs should stay under the reader's eyes.
      topics: before !== null ? [] : filter.dagId === undefined ? ['home'] : [`dag:${filter.dagId}`],
      body: () => html`<div class="head"><h1>Runs</h1></div>
${filterForm(filter, dagIds)}
${rows.length === 0 ? emptyPart(filter) : runTable(rows)}
${olderLink(query, next)}`,
    };
  },
};

/** @throws HttpError for a state or type that does not exist */
function filterOf(query: URLSearchParams): Filter {
  const dagId = query.get('dag') || undefined;
  const state = oneOf('state', query.get('state'), RUN_STATES);
  const runType = oneOf('type', query.get('type'), RUN_TYPES);
  return {
    ...(dagId === undefined ? {} : { dagId }),
    ...(state === undefined ? {} : { state }),
    ...(runType === undefined ? {} : { runType }),
  };
}

function oneOf<Value extends string>(
  name: string,
  text: string | null,
  values: readonly Value[],
): Value | undefined {
  if (text === null || text === '') return undefined;
  const found = values.find((value) => value === text);
  if (found === undefined)
    throw new HttpError(422, `there is no ${name} ${text}; it is one of ${values.join(', ')}`);
  return found;
}

function filterForm({ dagId, state, runType }: Filter, dagIds: readonly string[]): Html {
  const choices = (any: string, values: readonly string[]) => [
    { value: '', label: any },
    ...values.map((value) => ({ value, label: value })),
  ];
  return html`<form class="filters" method="get" action="/runs">
<div>${selectField({ name: 'dag', label: 'DAG', value: dagId ?? '' }, choices('all', dagIds))}</div>
<div>${selectField({ name: 'state', label: 'State', value: state ?? '' }, choices('any', RUN_STATES))}</div>
<div>${selectField({ name: 'type', label: 'Type', value: runType ?? '' }, choices('any', RUN_TYPES))}</div>
<button>Show</button></form>`;
}

function runTable(rows: readonly RunRow[]): Html {
  const at = (instant: Temporal.Instant | null, timezone: string) =>
    instant === null ? NOTHING : timeTag(instant, timezone);
  return table(
    { columns: RUN_COLUMNS, rows },
    {
      caption: 'Runs, newest first',
      rowId: ({ run }) => `run-${run.runId}`,
      cells: {
        run_id: ({ run }) => html`<a href="${runHref(run.runId)}">run ${run.runId}</a>`,
        dag_id: ({ run }) => html`<a class="mono" href="${dagHref(run.dagId)}">${run.dagId}</a>`,
        scheduled_for: ({ run, timezone }) => at(run.scheduledFor, timezone),
        started_at: ({ run, timezone }) => at(run.startedAt, timezone),
      },
    },
  );
}

function emptyPart(filter: Filter): Html {
  return Object.keys(filter).length > 0
    ? html`<p class="empty">No run fits. <a href="/runs">All runs</a></p>`
    : html`<p class="empty">There is no run yet. A DAG runs at the instants of its schedule, and when it is triggered on <a href="/dags">its page</a>.</p>`;
}
