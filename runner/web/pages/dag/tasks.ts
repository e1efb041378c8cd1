/** The tasks of a DAG: the graph, and what each waits for. */
import type { Dag } from '../../../core/dag/dag.ts';
import { graphLines } from '../../../view/dag/graph_lines.ts';
import { DAG_TASK_COLUMNS } from '../../../view/dag/show.ts';
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
    cells: { task_id: ({ task }) => html`<span class="mono">${task.taskId}</span>` },
  },
)}</section>`;
}
