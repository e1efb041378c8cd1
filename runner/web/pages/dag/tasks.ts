/** The tasks of a DAG: the graph, and what each waits for. */
import type { Dag, Task } from '../../../core/dag/dag.ts';
import { edgeText } from '../../../core/other_dags/words.ts';
import { formatDuration } from '../../../core/time/duration.ts';
import { formatWallTime } from '../../../core/time/wall_time.ts';
import { graphLines } from '../../../view/dag/graph_lines.ts';
import { DAG_TASK_COLUMNS } from '../../../view/dag/show.ts';
import { dagHref } from '../../html/href.ts';
import { type Html, html } from '../../html/html.ts';
import { table } from '../../html/table.ts';
import { graphPicture } from '../../picture/graph_picture.ts';

export function tasksSection(dag: Dag): Html {
  return html`<section aria-labelledby="tasks"><h2 id="tasks">Tasks</h2>
${graphPicture(dag.tasks, (taskId) => ({ href: `#task-${taskId}`, state: null }))}
${table(
  { columns: DAG_TASK_COLUMNS, rows: graphLines(dag) },
  {
    caption: `Tasks of ${dag.dagId} and what each waits for`,
    rowId: ({ task }) => `task-${task.taskId}`,
    cells: {
      task_id: ({ task }) => html`<span class="mono">${task.taskId}</span>`,
      waits_for: ({ task }) => waitsFor(task),
    },
  },
)}</section>`;
}

/** Renders everything that a task waits for. */
function waitsFor({ dependsOn, dagEdges, notBefore, deadline, triggerRule }: Task): Html {
  const parts = [
    ...dependsOn.map(
      ({ taskId, delayMs }) =>
        html`${delayMs === 0 ? '' : `${formatDuration(delayMs)} after `}<a class="mono" href="#task-${taskId}">${taskId}</a>`,
    ),
    ...dagEdges.map(
      (edge) => html`after <a class="mono" href="${dagHref(edge.dagId)}">${edgeText(edge)}</a>`,
    ),
    ...(notBefore === null ? [] : [html`not before ${formatWallTime(notBefore)}`]),
    ...(triggerRule === 'all_success' ? [] : [html`${triggerRule}`]),
    ...(deadline === null ? [] : [html`deadline ${formatWallTime(deadline)}`]),
  ];
  return html`${parts.map((part, index) => html`${index === 0 ? '' : ', '}${part}`)}`;
}
