/** The instances of a mapped task. */
import type { TaskInstance } from '../../../store/task/instance.ts';
import type { Column } from '../../../view/listing.ts';
import { durationMs, spanOrDash } from '../../../view/run/columns.ts';
import { countText } from '../../../view/time_text.ts';
import { taskHref } from '../../html/href.ts';
import { type Html, html, NOTHING } from '../../html/html.ts';
import { table } from '../../html/table.ts';
import { timeTag } from '../../html/time.ts';
import type { ShownTask } from './shown.ts';

const ROWS = 500;

const COLUMNS: readonly Column<TaskInstance>[] = [
  { key: 'element', value: ({ mapIndex }) => mapIndex },
  {
    key: 'state',
    value: ({ state }) => state,
    state: ({ state, removedAt }) => (removedAt === null ? state : 'removed'),
  },
  { key: 'started', value: ({ startedAt }) => startedAt, omitEmpty: true },
  {
    key: 'took',
    value: durationMs,
    text: (instance) => spanOrDash(durationMs(instance)),
    align: 'right',
    omitEmpty: true,
  },
  { key: 'attempts', value: ({ attemptNumber }) => attemptNumber },
  { key: 'error', value: ({ errorText }) => errorText, omitEmpty: true },
];

/** Renders a row for each instance, those that failed first. */
export function instancesPart({ report }: ShownTask): Html {
  const { instances, timezone, run } = report;
  const failedFirst = instances.toSorted(
    (a, b) => Number(b.state === 'failed') - Number(a.state === 'failed') || a.mapIndex - b.mapIndex,
  );
  const more = instances.length - ROWS;
  return html`<section aria-labelledby="instances"><h2 id="instances">${countText(instances.length)} instances</h2>
${table(
  { columns: COLUMNS, rows: failedFirst.slice(0, ROWS) },
  {
    caption: 'An instance for each element of the list, those that failed first',
    rowId: ({ taskInstanceId }) => `instance-${taskInstanceId}`,
    cells: {
      element: ({ taskId, mapIndex }) =>
        html`<a class="mono" href="${taskHref(run.runId, taskId, mapIndex)}">${taskId}[${mapIndex}]</a>`,
      started: ({ startedAt }) =>
        startedAt === null ? NOTHING : timeTag(startedAt, timezone, 'clock_second'),
    },
  },
)}
${more > 0 ? html`<p class="soft">And ${countText(more)} more. Each has its page: the number of its element as <span class="mono">?map=</span>.</p>` : NOTHING}</section>`;
}
