/** A DAG's graph as a tree of lines. */
import type { Dag, Task } from '../../core/dag/dag.ts';
import { topologicalOrder } from '../../core/dag/graph.ts';
import { edgeText } from '../../core/other_dags/words.ts';
import { formatDuration } from '../../core/time/duration.ts';
import { formatWallTime } from '../../core/time/wall_time.ts';

export interface GraphLine {
  readonly task: Task;
  /** The task_id behind its branches. */
  readonly text: string;
  /** Everything else that the task waits for. */
  readonly notes: string;
}

/**
 * Each task once, under the last of those that it depends on; the others are named beside it.
 *
 *   export
 *   wait_for_file
 *   └─ filter        after export too, not before 01:30
 */
export function graphLines(dag: Dag): readonly GraphLine[] {
  const order = topologicalOrder(dag.tasks);
  const position = new Map(order.map((task, index) => [task.taskId, index]));
  const parentOf = new Map(
    order.map((task) => {
      const ids = task.dependsOn.map(({ taskId }) => taskId);
      const last = ids.toSorted((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0)).at(-1);
      return [task.taskId, last ?? null];
    }),
  );
  const childrenOf = Map.groupBy(order, (task) => parentOf.get(task.taskId) ?? null);

  function linesUnder(parent: string | null, indent: string): readonly GraphLine[] {
    const children = childrenOf.get(parent) ?? [];
    return children.flatMap((task, index) => {
      const isLast = index === children.length - 1;
      const isRoot = parent === null;
      const branch = isRoot ? '' : isLast ? '└─ ' : '├─ ';
      const below = isRoot ? '' : isLast ? '   ' : '│  ';
      const line = { task, text: `${indent}${branch}${task.taskId}`, notes: notesOf(task, parent) };
      return [line, ...linesUnder(task.taskId, indent + below)];
    });
  }
  return linesUnder(null, '');
}

function notesOf(task: Task, parent: string | null): string {
  const waits = task.dependsOn.map(({ taskId, delayMs }) => {
    const delay = delayMs === 0 ? '' : `${formatDuration(delayMs)} `;
    return taskId === parent ? delay && `${delay}after it` : `${delay}after ${taskId} too`;
  });
  const others = task.dagEdges.map((edge) => `after ${edgeText(edge)}`);
  const times = [
    task.notBefore && `not before ${formatWallTime(task.notBefore)}`,
    task.deadline && `deadline ${formatWallTime(task.deadline)}`,
    task.triggerRule === 'all_success' ? null : task.triggerRule,
  ];
  return [...waits, ...others, ...times].filter(Boolean).join(', ');
}
