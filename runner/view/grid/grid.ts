/** The grid of a DAG: its tasks in rows, its runs in columns, the newest at the right. */
import type { Dag } from '../../core/dag/dag.ts';
import { topologicalOrder } from '../../core/dag/graph.ts';
import type { TaskState } from '../../core/run/states.ts';
import { findDag } from '../../store/dag/dag.ts';
import type { RunFilter } from '../../store/run/dag_run.ts';
import { gridStates, type TasksInState } from '../../store/run/grid.ts';
import type { PageRequest } from '../page.ts';
import type { RunRow } from '../run/columns.ts';
import { readRuns } from '../run/list.ts';
import type { ViewSource } from '../source.ts';
import { foldStates } from './fold.ts';

export interface GridTask {
  readonly taskId: string;
  /** False for a task that only older versions had. */
  readonly isInForce: boolean;
}

export interface Grid {
  /** In topological order of the version in force, then those that only older versions had. */
  readonly tasks: readonly GridTask[];
  /** The newest last. */
  readonly runs: readonly RunRow[];
  /** The state of each task in each run, `states[task][run]`; null where the run does not have the task. */
  readonly states: readonly (readonly (TaskState | null)[])[];
  /** The number of instances of each task in each run; 1 for a task that is not mapped, 0 where there is none. */
  readonly counts: readonly (readonly number[])[];
  /** The `before` of the older runs; null where there are none. */
  readonly next: number | null;
}

export interface GridRequest extends PageRequest, Pick<RunFilter, 'state' | 'runType'> {
  readonly dagId: string;
}

export async function readGrid(source: ViewSource, request: GridRequest): Promise<Grid> {
  const { rows, next } = await readRuns(source, request);
  const runs = rows.toReversed();
  const states = await gridStates(
    source.pool,
    runs.map(({ run }) => run.runId),
  );
  const tasks = await gridTasks(source, request.dagId, runs);
  return { ...gridCells(tasks, runs, states), tasks, runs, next };
}

/** Places the states of the tasks of runs in rows and columns. */
function gridCells(
  tasks: readonly GridTask[],
  runs: readonly RunRow[],
  found: ReadonlyMap<number, readonly TasksInState[]>,
): Pick<Grid, 'states' | 'counts'> {
  const rowOf = new Map(tasks.map(({ taskId }, index) => [taskId, index]));
  const states = tasks.map(() => new Array<TaskState | null>(runs.length).fill(null));
  const counts = tasks.map(() => new Array<number>(runs.length).fill(0));
  for (const [column, { run }] of runs.entries()) {
    for (const { state, taskIds } of found.get(run.runId) ?? []) {
      for (const taskId of taskIds) {
        const row = rowOf.get(taskId) ?? -1;
        const [ofTask, countsOfTask] = [states[row], counts[row]];
        if (ofTask === undefined || countsOfTask === undefined) continue;
        ofTask[column] = foldStates(ofTask[column] ?? null, state);
        countsOfTask[column] = (countsOfTask[column] ?? 0) + 1;
      }
    }
  }
  return { states, counts };
}

/** Returns the tasks of the version in force, and those of the versions with which the runs began. */
async function gridTasks(
  { pool, versions }: ViewSource,
  dagId: string,
  runs: readonly RunRow[],
): Promise<readonly GridTask[]> {
  const row = await findDag(pool, dagId);
  const inForceId = row?.dagVersionId ?? null;
  const idsNewestFirst = [...new Set(runs.map(({ run }) => run.dagVersionId).toReversed())];
  const dags: Dag[] = [];
  for (const versionId of idsNewestFirst) {
    const version = versionId === inForceId ? null : await versions.getReadable(versionId);
    if (version !== null) dags.push(version.dag);
  }
  const inForce = inForceId === null ? null : await versions.getReadable(inForceId);
  return tasksOf(inForce?.dag ?? null, dags);
}

/** @param older the versions with which the runs began, the newest first */
function tasksOf(inForce: Dag | null, older: readonly Dag[]): readonly GridTask[] {
  const tasks = new Map<string, GridTask>();
  for (const dag of [inForce, ...older]) {
    for (const { taskId } of dag === null ? [] : topologicalOrder(dag.tasks))
      if (!tasks.has(taskId)) tasks.set(taskId, { taskId, isInForce: dag === inForce });
  }
  return [...tasks.values()];
}
