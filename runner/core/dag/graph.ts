/** The dependency graph of a DAG's tasks. An edge leads from a task to those that depend on it. */

/** A `Task`, or whatever is known of one while its file is still being checked. */
export interface GraphNode {
  readonly taskId: string;
  readonly dependsOn: readonly { readonly taskId: string }[];
}

/** Which neighbours to follow: the direct ones, or theirs too, all the way. */
export type Reach = 'direct' | 'transitive';

/**
 * Every task after all it depends on: the roots in the order of the file, then those they set free.
 * @throws Error naming a cycle, where there is one
 */
export function topologicalOrder<Node extends GraphNode>(tasks: readonly Node[]): readonly Node[] {
  const order = peel(tasks);
  if (order.length < tasks.length)
    throw new Error(`the tasks form a cycle: ${findCycle(tasks)?.join(' -> ')}`);
  return order;
}

/** The ids along a cycle, first and last the same (`[a, b, a]`: b depends on a, and a on b), or null. */
export function findCycle(tasks: readonly GraphNode[]): readonly string[] | null {
  return findCycles(tasks)[0] ?? null;
}

/**
 * One shortest cycle for every knot of tasks that depend on each other, each from its first task in the file.
 * Dependencies on tasks that do not exist lead nowhere.
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

/** The tasks that `taskId` waits for; itself among them only in a cycle. */
export function upstreamOf(tasks: readonly GraphNode[], taskId: string, reach: Reach): Set<string> {
  return reachable(taskId, predecessors(tasks), reach);
}

/** `upstreamOf` for many tasks of one graph, all the way. */
export function upstreamFinder(tasks: readonly GraphNode[]): (taskId: string) => Set<string> {
  const neighbours = predecessors(tasks);
  return (taskId) => reachable(taskId, neighbours, 'transitive');
}

/** The tasks that wait for `taskId`; itself among them only in a cycle. */
export function downstreamOf(tasks: readonly GraphNode[], taskId: string, reach: Reach): Set<string> {
  return reachable(taskId, successors(tasks), reach);
}

/** The tasks that depend on nothing, in the order of the file. */
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

/** The tasks that can be taken one after another, each once all it waits for are taken; without a cycle all. */
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
