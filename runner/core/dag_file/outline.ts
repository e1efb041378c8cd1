/**
 * Reads the tasks of a DAG file as far as possible, so that their references are checked even if other keys are wrong.
 */

import type { GraphNode } from '../dag/graph.ts';
import type { Json, JsonObject } from '../value/json.ts';
import type { KeyPath } from './key_path.ts';
import { asList, asMap } from './yaml/values.ts';

export interface OutlineTask {
  /** `['tasks', 2]` */
  readonly path: KeyPath;
  /** The id; null if it is missing or not a text. */
  readonly taskId: string | null;
  readonly dependsOn: readonly OutlineDependency[];
  readonly dagEdges: readonly OutlineDagEdge[];
  readonly keys: JsonObject;
}

export interface OutlineDependency {
  readonly path: KeyPath;
  readonly taskId: string;
}

/** An edge to another DAG. */
export interface OutlineDagEdge {
  /** `['tasks', 2, 'depends_on', 0]` */
  readonly path: KeyPath;
  readonly dagId: string;
  readonly taskId: string | null;
  readonly date: 'same' | 'previous';
}

export interface Outline {
  readonly root: JsonObject;
  readonly tasks: readonly OutlineTask[];
  /** The tasks that have an id; if an id is repeated, only the first one. */
  readonly graph: readonly (OutlineTask & GraphNode)[];
}

export function outlineOf(root: Json): Outline {
  const tasks = asList(asMap(root).tasks).map((task, index) => outlineTask(asMap(task), ['tasks', index]));
  const graph = new Map<string, OutlineTask & GraphNode>();
  for (const task of tasks) {
    const { taskId } = task;
    if (taskId !== null && !graph.has(taskId)) graph.set(taskId, { ...task, taskId });
  }
  return { root: asMap(root), tasks, graph: [...graph.values()] };
}

function outlineTask(keys: JsonObject, path: KeyPath): OutlineTask {
  const listed = asList(keys.depends_on).map((dependency, index) => ({
    dependency,
    path: [...path, 'depends_on', index],
  }));
  const dependsOn = listed.flatMap(({ dependency, path: own }) => {
    if (typeof dependency === 'string') return [{ path: own, taskId: dependency }];
    const taskId = asMap(dependency).task_id;
    return typeof taskId === 'string' ? [{ path: [...own, 'task_id'], taskId }] : [];
  });
  const dagEdges = listed.flatMap(({ dependency, path: own }): readonly OutlineDagEdge[] => {
    const { dag: dagId, task, date } = asMap(dependency);
    if (typeof dagId !== 'string') return [];
    const taskId = typeof task === 'string' ? task : null;
    return [{ path: own, dagId, taskId, date: date === 'previous' ? 'previous' : 'same' }];
  });
  const taskId = typeof keys.task_id === 'string' ? keys.task_id : null;
  return { path, taskId, dependsOn, dagEdges, keys };
}
