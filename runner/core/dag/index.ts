import { type Recipients, recipientsOf } from '../alert/recipients.ts';
import type { Dag, Task } from './dag.ts';

/** A Dag with precomputed look-ups, as these are needed whenever a task ends. */
export interface DagIndex {
  readonly dag: Dag;
  readonly taskById: ReadonlyMap<string, Task>;
  /** Direct successors, by task_id; every task has an entry. */
  readonly successors: ReadonlyMap<string, readonly Task[]>;
  readonly roots: readonly Task[];
  /** Ids of tasks whose failure does not fail the run. */
  readonly allowedToFail: readonly string[];
  /** Who is told of the runs of this DAG. */
  readonly recipients: Recipients;
}

/** @param alertsTo the channels that are told of all DAGs */
export function indexDag(dag: Dag, alertsTo: readonly string[] = []): DagIndex {
  const successors = new Map<string, Task[]>(dag.tasks.map((task) => [task.taskId, []]));
  for (const task of dag.tasks) {
    for (const dependency of task.dependsOn) successors.get(dependency.taskId)?.push(task);
  }
  return {
    dag,
    taskById: new Map(dag.tasks.map((task) => [task.taskId, task])),
    successors,
    roots: dag.tasks.filter((task) => task.dependsOn.length === 0),
    allowedToFail: dag.tasks.filter((task) => task.allowFailure).map((task) => task.taskId),
    recipients: recipientsOf(dag.alerts, alertsTo),
  };
}

/** Returns a task of the DAG. @throws Error if the DAG version has no such task: the caller mixed up versions */
export function taskOf(index: DagIndex, taskId: string): Task {
  const task = index.taskById.get(taskId);
  if (task === undefined) throw new Error(`DAG ${index.dag.dagId} has no task ${taskId} in this version`);
  return task;
}
