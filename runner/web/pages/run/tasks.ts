/** The tasks of a run as a table; of a long list a part at a time, and by state. */
import { TASK_STATES, type TaskState } from '../../../core/run/states.ts';
import { countsText, GROUP_COLUMNS, type TaskGroup } from '../../../view/run/task_groups.ts';
import { countText } from '../../../view/time_text.ts';
import { taskHref } from '../../html/href.ts';
import { each, type Html, html, NOTHING } from '../../html/html.ts';
import { markOf, stateMark } from '../../html/mark.ts';
import { table } from '../../html/table.ts';
import type { ShownRun } from './shown.ts';

/** The tasks that the table and the picture show at once. */
const ROWS = 200;

export function tasksPart(shown: ShownRun): Html {
  const { groups, report } = shown;
  if (groups.length === 0)
    return html`<p class="empty">The run has no task yet: they are made when it starts.</p>`;
  return html`<section aria-labelledby="tasks"><h2 id="tasks">Tasks</h2>
${statesPart(shown)}
${table(
  { columns: GROUP_COLUMNS, rows: shownGroups(shown) },
  {
    caption: 'Tasks of the run',
    rowId: ({ taskId }) => `task-${taskId}`,
    cells: {
      task: ({ taskId, instances }) =>
        html`<a class="mono" href="${taskHref(report.run.runId, taskId)}">${taskId}</a>${instances.length === 1 ? NOTHING : html` × ${countText(instances.length)}`}`,
      state: (group) =>
        group.instances.length === 1
          ? stateMark(group.state)
          : html`${stateMark(group.state)} <span class="small soft">${countsText(group)}</span>`,
    },
  },
)}
${pagerPart(shown)}</section>`;
}

/** Returns the tasks of the state and the part of the list that the URL asks for. */
export function shownGroups(shown: ShownRun): readonly TaskGroup[] {
  const { fitting, from } = partOf(shown);
  return fitting.slice(from, from + ROWS);
}

function partOf({ groups, query }: ShownRun) {
  const state = query.get('state');
  const fitting = TASK_STATES.some((one) => one === state)
    ? groups.filter(({ counts }) => Object.keys(counts).includes(state ?? ''))
    : groups;
  const from = Number(query.get('from') ?? 0);
  return { state, fitting, from: Number.isSafeInteger(from) && from > 0 && from < fitting.length ? from : 0 };
}

/** Renders the number of tasks in each state; each is a filter. */
function statesPart(shown: ShownRun): Html {
  const { groups } = shown;
  const { state: chosen } = partOf(shown);
  const counts = new Map<TaskState, number>();
  for (const group of groups)
    for (const state of TASK_STATES) {
      const count = group.counts[state] ?? 0;
      if (count > 0) counts.set(state, (counts.get(state) ?? 0) + count);
    }
  if (counts.size < 2 && chosen === null) return NOTHING;
  const link = (href: string, words: string, isChosen: boolean) =>
    html`<a href="${href}"${isChosen ? html` aria-current="true"` : NOTHING}>${words}</a>`;
  return html`<p class="choices">${link('?#tasks', 'all', chosen === null)}${each(counts, ([state, count]) =>
    link(`?state=${state}#tasks`, `${countText(count)} ${markOf(state).word}`, chosen === state),
  )}</p>`;
}

function pagerPart(shown: ShownRun): Html {
  const { state, fitting, from } = partOf(shown);
  if (fitting.length <= ROWS) return NOTHING;
  const until = Math.min(from + ROWS, fitting.length);
  const href = (start: number) =>
    `?${new URLSearchParams({ ...(state === null ? {} : { state }), from: String(start) })}#tasks`;
  return html`<p class="pager"><span>${from + 1} to ${until} of ${countText(fitting.length)}</span>${
    from > 0 ? html`<a href="${href(Math.max(0, from - ROWS))}" rel="prev">Earlier tasks</a>` : NOTHING
  }${until < fitting.length ? html`<a href="${href(until)}" rel="next">Later tasks</a>` : NOTHING}</p>`;
}
