/**
 * The grid of a DAG: rows are tasks in topological order, columns are runs, the newest at the right. One table of
 * characters and classes, written as text: a template for each of 22,500 cells would cost more than the query.
 */
import { RUN_STATES } from '../../../core/run/states.ts';
import { RUN_TYPES } from '../../../store/run/dag_run.ts';
import type { Grid } from '../../../view/grid/grid.ts';
import { durationMs } from '../../../view/run/columns.ts';
import { spanText } from '../../../view/time_text.ts';
import { olderLink } from '../../html/cursor.ts';
import { selectField } from '../../html/form.ts';
import { escaped, type Html, html, NOTHING, raw } from '../../html/html.ts';
import { markOf } from '../../html/mark.ts';
import { dateText } from '../../html/time.ts';

export interface GridOptions {
  readonly dagId: string;
  readonly query: URLSearchParams;
  readonly today: Temporal.PlainDate;
}

export function gridSection(grid: Grid, { dagId, query, today }: GridOptions): Html {
  return html`<section aria-labelledby="grid"><h2 id="grid">Runs and tasks</h2>
${filterForm(query)}
${
  grid.runs.length === 0
    ? html`<p class="empty">${query.has('state') || query.has('type') ? 'No run matches.' : 'It has not run yet.'}</p>`
    : html`<div class="scroll"><table class="grid" data-grid>
<caption class="visually-hidden">The tasks of ${dagId} in its runs, the newest at the right</caption>
${raw(gridHead(grid, today))}${raw(gridBody(grid, today))}</table></div>`
}
${olderLink(query, grid.next)}</section>`;
}

function filterForm(query: URLSearchParams): Html {
  const all = (label: string) => ({ value: '', label });
  return html`<form method="get" class="filters">
${selectField({ name: 'state', label: 'State', value: query.get('state') ?? '' }, [
  all('any'),
  ...RUN_STATES.map((state) => ({ value: state, label: state })),
])}
${selectField({ name: 'type', label: 'Type of run', value: query.get('type') ?? '' }, [
  all('any'),
  ...RUN_TYPES.map((type) => ({ value: type, label: type })),
])}
<button>Filter</button>${query.has('state') || query.has('type') ? html` <a href="?">All runs</a>` : NOTHING}</form>`;
}

/** The height in px of the bar of the longest run. */
const BAR_HEIGHT = 48;

/** Returns the head: each run's duration as a bar over its mark, and the date for those who ask. */
function gridHead({ runs }: Grid, today: Temporal.PlainDate): string {
  const longestMs = Math.max(1, ...runs.map(({ run }) => durationMs(run) ?? 0));
  const heads = runs.map(({ run }) => {
    const { shape, word, className } = markOf(run.state);
    const ms = durationMs(run);
    const height = ms === null ? 0 : Math.max(1, Math.round((ms / longestMs) * BAR_HEIGHT));
    const took = ms === null ? '' : `, took ${spanText(ms)}`;
    const name = escaped(`run ${run.runId}, ${dateText(run.businessDate, today)}, ${word}${took}`);
    return (
      `<th scope="col"><a class="${className}" href="/runs/${run.runId}" title="${name}" aria-label="${name}">` +
      `<svg width="24" height="${BAR_HEIGHT}" aria-hidden="true"><rect class="took" x="7" y="${BAR_HEIGHT - height}" width="10" height="${height}"></rect></svg>${shape}</a></th>`
    );
  });
  return `<thead><tr><th scope="col">task</th>${heads.join('')}</tr></thead>`;
}

function gridBody({ tasks, runs, states, counts }: Grid, today: Temporal.PlainDate): string {
  const columns = runs.map(({ run }) => ({
    href: `/runs/${run.runId}/tasks/`,
    date: dateText(run.businessDate, today),
  }));
  const parts: string[] = ['<tbody>'];
  for (const [row, { taskId, isInForce }] of tasks.entries()) {
    const name = escaped(taskId);
    parts.push(
      `<tr><th scope="row"${isInForce ? '' : ' class="soft" title="not in the version in force"'}>${name}</th>`,
    );
    const path = encodeURIComponent(taskId);
    for (const [column, { href, date }] of columns.entries()) {
      const state = states[row]?.[column] ?? null;
      if (state === null) {
        parts.push('<td></td>');
        continue;
      }
      const { shape, word, className } = markOf(state);
      const count = counts[row]?.[column] ?? 1;
      const of = count > 1 ? ` of ${count}` : '';
      parts.push(
        `<td><a class="${className}" href="${href}${path}" aria-label="${name}, ${date}, ${word}${of}">${shape}</a></td>`,
      );
    }
    parts.push('</tr>');
  }
  parts.push('</tbody>');
  return parts.join('');
}
