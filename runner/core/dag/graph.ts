/** The dependency graph of a DAG's tasks. An edge leads from a task to those that depend on it. */

/** A `Task`, or the part of it that is known while its file is still being checked. */
export interface GraphNode {
  readonly taskId: string;
  readonly dependsOn: readonly { readonly taskId: string }[];
}

/** The neighbours to follow: only the direct ones, or transitively all. */
export type Reach = 'direct' | 'transitive';

/**
 * Returns the tasks in topological order: the roots in the order of the file, then the tasks whose dependencies are all
 * placed.
 * @throws Error naming a cycle, if there is one
 */
export function topologicalOrder<Node extends GraphNode>(tasks: readonly Node[]): readonly Node[] {
  const order = peel(tasks);
  if (order.length < tasks.length)
    throw new Error(`the tasks form a cycle: ${findCycle(tasks)?.join(' -> ')}`);
  return order;
}

/**
 * Returns the ids along a cycle, first and last the same (`[a, b, a]`: b depends on a, and a on b), or null if there is
 * none.
 */
export function findCycle(tasks: readonly GraphNode[]): readonly string[] | null {
  return findCycles(tasks)[0] ?? null;
}

/**
 * Returns one shortest cycle for every strongly connected group of tasks, each starting at its first task in the file.
 * Dependencies on tasks that do not exist are ignored.
 */
export function findCycles(tasks: readonly GraphNode[]): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const known = new Set<string>();
  const downstream = successors(tasks);
  const upstream = predecessors(tasks);
  const acyclic = new Set(peel(tasks).map((task) => task.taskId));
  for (const { taskId } of tasks) {
    if (acyclic.has(taskId) || known.has(taskId)) continue;
    const cycle = shortestCycle(taskId, downstream);
    if (cycle === null) continue;
    cycles.push(cycle);
    const ahead = reachable(taskId, downstream, 'transitive');
    for (const behind of reachable(taskId, upstream, 'transitive')) if (ahead.has(behind)) known.add(behind);
  }
  return cycles;
}

/** Returns the tasks upstream of `taskId`; it contains the task itself only in a cycle. */
export function upstreamOf(tasks: readonly GraphNode[], taskId: string, reach: Reach): Set<string> {
  return reachable(taskId, predecessors(tasks), reach);
}

/** Returns a function that gives the transitive `upstreamOf` of a task, for many tasks of one graph. */
export function upstreamFinder(tasks: readonly GraphNode[]): (taskId: string) => Set<string> {
  const neighbours = predecessors(tasks);
  return (taskId) => reachable(taskId, neighbours, 'transitive');
}

/** Returns the tasks downstream of `taskId`; it contains the task itself only in a cycle. */
export function downstreamOf(tasks: readonly GraphNode[], taskId: string, reach: Reach): Set<string> {
  return reachable(taskId, successors(tasks), reach);
}

/** Returns the tasks without dependencies, in the order of the file. */
export function rootTasks<Node extends GraphNode>(tasks: readonly Node[]): readonly Node[] {
  return tasks.filter((task) => task.dependsOn.length === 0);
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

function predecessors(tasks: readonly GraphNode[]): Neighbours {
  const ids = new Set(tasks.map((task) => task.taskId));
  return new Map(
    tasks.map((task) => [task.taskId, task.dependsOn.map((edge) => edge.taskId).filter((id) => ids.has(id))]),
  );
}

function successors(tasks: readonly GraphNode[]): Neighbours {
  const neighbours = new Map<string, string[]>(tasks.map((task) => [task.taskId, []]));
  for (const { taskId, dependsOn } of tasks) {
    for (const upstream of dependsOn) neighbours.get(upstream.taskId)?.push(taskId);
  }
  return neighbours;
}

/**
 * Returns the tasks in an order in which each follows its dependencies. Tasks of a cycle, and those after them, are
 * missing.
 */
function peel<Node extends GraphNode>(tasks: readonly Node[]): readonly Node[] {
  const nodes = new Map(tasks.map((task) => [task.taskId, task]));
  const downstream = successors(tasks);
  const waitsFor = new Map([...predecessors(tasks)].map(([taskId, upstream]) => [taskId, upstream.length]));
  const free = tasks.filter((task) => waitsFor.get(task.taskId) === 0);
  for (const { taskId } of free) {
    for (const next of downstream.get(taskId) ?? []) {
      const left = (waitsFor.get(next) ?? 0) - 1;
      waitsFor.set(next, left);
      const node = nodes.get(next);
      if (left === 0 && node !== undefined) free.push(node);
    }
  }
  return free;
}

function shortestCycle(start: string, downstream: Neighbours): readonly string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const taskId of queue) {
    for (const next of downstream.get(taskId) ?? []) {
      if (next === start) return pathTo(taskId, cameFrom, [start]);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, taskId);
      queue.push(next);
    }
  }
  return null;
}

function pathTo(
  last: string,
  cameFrom: ReadonlyMap<string, string>,
  tail: readonly string[],
): readonly string[] {
  const path = [...tail];
  for (let step: string | undefined = last; step !== undefined; step = cameFrom.get(step)) path.unshift(step);
  return path;
}

function reachable(start: string, neighbours: Neighbours, reach: Reach): Set<string> {
  const found = new Set(neighbours.get(start) ?? []);
  if (reach === 'direct') return found;
  for (const taskId of found) for (const next of neighbours.get(taskId) ?? []) found.add(next);
  return found;
}
