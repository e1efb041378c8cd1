/**
 * The grid of a DAG: rows are tasks in topological order, columns are runs, the newest at the right. One table of
 * characters and classes, written as text: a template for each of 22,500 cells would cost more than the query.
 */
import { RUN_STATES, type TaskState } from '../../../core/run/states.ts';
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

/** The text of a cell before and after what stands in every cell of its row: its task in the link and in the name. */
interface CellText {
  readonly before: string;
  readonly after: string;
}

/**
 * Returns the rows. The cells of a column in one state differ by the task alone, so the texts around it are made once, and
 * 22,500 cells are three references each, joined at the end: a string for each would be garbage for longer than the page takes.
 */
function gridBody({ tasks, runs, states, counts }: Grid, today: Temporal.PlainDate): string {
  const columns = runs.map(({ run }) => ({
    runId: run.runId,
    date: dateText(run.businessDate, today),
    texts: new Map<string, CellText>(),
  }));
  const parts: string[] = ['<tbody>'];
  for (const [row, { taskId, isInForce }] of tasks.entries()) {
    const name = escaped(taskId);
    parts.push(
      `<tr><th scope="row"${isInForce ? '' : ' class="soft" title="not in the version in force"'}>${name}</th>`,
    );
    const ofRow = `${encodeURIComponent(taskId)}" aria-label="${name}`;
    for (const [column, { runId, date, texts }] of columns.entries()) {
      const state = states[row]?.[column] ?? null;
      if (state === null) {
        parts.push('<td></td>');
        continue;
      }
      const count = counts[row]?.[column] ?? 1;
      const key = count > 1 ? `${state} of ${count}` : state;
      let text = texts.get(key);
      if (text === undefined) {
        text = cellText({ runId, date, state, of: count > 1 ? ` of ${count}` : '' });
        texts.set(key, text);
      }
      parts.push(text.before, ofRow, text.after);
    }
    parts.push('</tr>');
  }
  parts.push('</tbody>');
  return parts.join('');
}

interface Cell {
  readonly runId: number;
  readonly date: string;
  readonly state: TaskState;
  /** ` of 3` where the task is mapped, else empty. */
  readonly of: string;
}

function cellText({ runId, date, state, of }: Cell): CellText {
  const { shape, word, className } = markOf(state);
  return {
    before: `<td><a class="${className}" href="/runs/${runId}/tasks/`,
    after: `, ${date}, ${word}${of}">${shape}</a></td>`,
  };
}
