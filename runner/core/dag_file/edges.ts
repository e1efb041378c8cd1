/**
 * Checks the dependencies between tasks: repeated ids, and dependencies on missing tasks, on oneself, given twice, or
 * in a cycle.
 */

import { findCycles } from '../dag/graph.ts';
import { didYouMeanOrList } from '../value/suggest.ts';
import type { DagFileFinding } from './finding.ts';
import type { KeyPath } from './key_path.ts';
import type { Outline, OutlineTask } from './outline.ts';

/**
 * Returns the problems of the tasks' ids and dependencies.
 * @param lineOf gives the 1-based line of the value at a path
 */
export function edgeFindings(outline: Outline, lineOf: (path: KeyPath) => number): readonly DagFileFinding[] {
  const ids = outline.graph.map((task) => task.taskId);
  return [
    ...repeatedIds(outline, lineOf),
    ...outline.tasks.flatMap((task) => dependencyFindings(task, ids, lineOf)),
    ...cycleFindings(outline),
  ];
}

function repeatedIds(
  { tasks, graph }: Outline,
  lineOf: (path: KeyPath) => number,
): readonly DagFileFinding[] {
  const first = new Map(graph.map((task) => [task.taskId, task]));
  return tasks.flatMap(({ taskId, path }): DagFileFinding[] => {
    const other = taskId === null ? undefined : first.get(taskId);
    if (other === undefined || other.path.at(-1) === path.at(-1)) return [];
    const line = lineOf([...other.path, 'task_id']);
    return [
      {
        path: [...path, 'task_id'],
        message: `${taskId} is the task of line ${line} already: give this one another id`,
      },
    ];
  });
}

function dependencyFindings(
  task: OutlineTask,
  ids: readonly string[],
  lineOf: (path: KeyPath) => number,
): readonly DagFileFinding[] {
  const known = new Set(ids);
  const seen = new Map<string, KeyPath>();
  return task.dependsOn.flatMap(({ taskId, path }): DagFileFinding[] => {
    const before = seen.get(taskId);
    seen.set(taskId, before ?? path);
    if (before !== undefined) {
      return [
        { path, message: `${taskId} is in this list already, on line ${lineOf(before)}: keep one of them` },
      ];
    }
    if (taskId === task.taskId) return [{ path, message: `${taskId} cannot wait for itself: remove this` }];
    if (known.has(taskId)) return [];
    const others = ids.filter((id) => id !== task.taskId);
    return [{ path, message: `no task is called ${taskId}${didYouMeanOrList(taskId, others)}` }];
  });
}

function cycleFindings({ graph }: Outline): readonly DagFileFinding[] {
  const withoutLoops = graph.map((task) => ({
    ...task,
    dependsOn: task.dependsOn.filter(({ taskId }) => taskId !== task.taskId),
  }));
  return findCycles(withoutLoops).flatMap((cycle) => {
    const closing = withoutLoops
      .find(({ taskId }) => taskId === cycle[0])
      ?.dependsOn.find(({ taskId }) => taskId === cycle.at(-2));
    const message = `these tasks wait for each other: ${cycle.join(' -> ')}; remove one of the dependencies`;
    return closing === undefined ? [] : [{ path: closing.path, message }];
  });
}
