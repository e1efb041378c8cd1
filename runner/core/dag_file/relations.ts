/** Checks the DAG files of a folder against each other: what they wait for must exist, and must not wait for them. */
import type { AwaitedDate } from '../dag/dag.ts';
import { findCycles, type GraphNode } from '../dag/graph.ts';
import { didYouMeanOrList } from '../value/suggest.ts';
import { formatKeyPath, type KeyPath } from './key_path.ts';
import { outlineOf } from './outline.ts';
import type { ParsedDag } from './parse.ts';
import type { Problem } from './problem.ts';
import type { Position } from './yaml/positions.ts';
import { asMap } from './yaml/values.ts';

/** A place in a DAG file that names another DAG. */
export interface DagLink {
  /** The task that waits; null for the schedule of the DAG. */
  readonly waiting: string | null;
  readonly dagId: string;
  /** The task that is awaited; null for the whole run. */
  readonly taskId: string | null;
  readonly date: AwaitedDate;
  /** The positions of the whole link, of the other DAG's name, and of its task's. */
  readonly at: Readonly<Record<'link' | 'dag' | 'task', Place>>;
}

interface Place extends Position {
  /** The YAML key path. */
  readonly key: string;
}

/** The names in a DAG file that other files refer to, and the places where it refers to others. */
export interface DagRelations {
  readonly dagId: string;
  readonly file: string;
  /** The tasks with their dependencies inside the DAG. */
  readonly tasks: readonly GraphNode[];
  readonly links: readonly DagLink[];
}

/** Returns the relations of a file, as far as it can be read. @param dagId the name of the file, by which others know it */
export function relationsOf({ yaml, positionOf }: ParsedDag, dagId: string): DagRelations {
  const { root, tasks, graph } = outlineOf(yaml.root ?? null);
  const { after } = asMap(root.schedule);
  const placeOf = (path: KeyPath): Place => ({ ...positionOf(path), key: formatKeyPath(path) });
  const schedule = placeOf(['schedule', 'after']);
  const ofSchedule: readonly DagLink[] =
    typeof after === 'string'
      ? [
          {
            waiting: null,
            dagId: after,
            taskId: null,
            date: 'same',
            at: { link: schedule, dag: schedule, task: schedule },
          },
        ]
      : [];
  const ofTasks = tasks.flatMap((task) =>
    task.dagEdges.map(({ path, ...edge }) => ({
      ...edge,
      waiting: task.taskId,
      at: { link: placeOf(path), dag: placeOf([...path, 'dag']), task: placeOf([...path, 'task']) },
    })),
  );
  return {
    dagId,
    file: yaml.ranges.file,
    tasks: graph.map(({ taskId, dependsOn }) => ({ taskId, dependsOn })),
    links: [...ofSchedule, ...ofTasks],
  };
}

/** Returns the problems of the files of one folder, by dag_id; nothing for a file without any. */
export function relationProblems(files: readonly DagRelations[]): ReadonlyMap<string, readonly Problem[]> {
  const byId = new Map(files.map((file) => [file.dagId, file]));
  const linked = files.filter(({ links }) => links.length > 0);
  const found = [
    ...linked.flatMap((file) => file.links.flatMap((link) => linkProblem(file, link, byId))),
    ...cycleProblems(linked, byId),
  ];
  const grouped = Map.groupBy(found, ({ dagId }) => dagId);
  return new Map([...grouped].map(([dagId, ofFile]) => [dagId, ofFile.map(({ problem }) => problem)]));
}

interface Found {
  readonly dagId: string;
  readonly problem: Problem;
}

function linkProblem(
  file: DagRelations,
  { waiting, dagId, taskId, date, at }: DagLink,
  byId: ReadonlyMap<string, DagRelations>,
): readonly Found[] {
  if (dagId === file.dagId && date === 'same') {
    const instead =
      waiting === null ? 'name another DAG' : 'write task_id for a task of this DAG, or date: previous';
    return [found(file, at.dag, `${dagId} cannot wait for its own run: ${instead}`)];
  }
  const other = byId.get(dagId);
  if (other === undefined) {
    const others = [...byId.keys()].filter((id) => id !== file.dagId);
    return [
      found(file, at.dag, `no DAG of this folder is called ${dagId}${didYouMeanOrList(dagId, others)}`),
    ];
  }
  const ids = other.tasks.map((task) => task.taskId);
  if (taskId === null || ids.includes(taskId)) return [];
  return [found(file, at.task, `${dagId} has no task ${taskId}${didYouMeanOrList(taskId, ids)}`)];
}

/**
 * Returns a problem for each file of a cycle. An edge to the previous date is none: it ends at the first date of the
 * schedule.
 */
function cycleProblems(
  linked: readonly DagRelations[],
  byId: ReadonlyMap<string, DagRelations>,
): readonly Found[] {
  const ids = new Set(linked.flatMap(({ dagId, links }) => [dagId, ...links.map((link) => link.dagId)]));
  const nodes = [...ids].flatMap((id) => nodesOf(byId.get(id)));
  return findCycles(nodes).flatMap((cycle) => {
    const hops = cycle.slice(1).flatMap((id, index) => hopOf(cycle[index] ?? '', id, byId));
    const first = hops.at(-1)?.file.dagId;
    if (hops.length < 2 || first === undefined) return [];
    const steps = hops.map(({ file, link }) => ` -> ${file.dagId} (${file.file}:${link.at.link.line})`);
    const message = `these DAGs wait for each other: ${first}${steps.join('')}; remove one of the edges`;
    return hops.map(({ file, link }) => found(file, link.at.link, message));
  });
}

/** Returns the tasks of a DAG and the end of its run, each with everything that it waits for on the same date. */
function nodesOf(file: DagRelations | undefined): readonly GraphNode[] {
  if (file === undefined) return [];
  const { dagId, tasks, links } = file;
  const same = links.filter((link) => link.date === 'same' && link.dagId !== dagId);
  const awaited = (waiting: string | null) =>
    same.filter((link) => link.waiting === waiting).map((link) => nodeId(link.dagId, link.taskId));
  const nodes = tasks.map(({ taskId, dependsOn }) => {
    const own = dependsOn.map((upstream) => nodeId(dagId, upstream.taskId));
    return [
      nodeId(dagId, taskId),
      [...own, ...awaited(taskId), ...(own.length === 0 ? awaited(null) : [])],
    ] as const;
  });
  const end = [nodeId(dagId, null), tasks.map(({ taskId }) => nodeId(dagId, taskId))] as const;
  return [...nodes, end].map(([taskId, upstream]) => ({
    taskId,
    dependsOn: upstream.map((id) => ({ taskId: id })),
  }));
}

interface Hop {
  readonly file: DagRelations;
  readonly link: DagLink;
}

/** Returns the link by which a node waits for one of another DAG; nothing for two nodes of one DAG. */
function hopOf(upstream: string, waiting: string, byId: ReadonlyMap<string, DagRelations>): readonly Hop[] {
  const [dagId = '', taskId = ''] = waiting.split('/');
  const [otherId = '', otherTask = ''] = upstream.split('/');
  const file = byId.get(dagId);
  if (file === undefined || dagId === otherId) return [];
  const link = file.links.find(
    (each) =>
      each.dagId === otherId &&
      each.date === 'same' &&
      (each.taskId ?? '') === otherTask &&
      (each.waiting === null || each.waiting === taskId),
  );
  return link === undefined ? [] : [{ file, link }];
}

function nodeId(dagId: string, taskId: string | null): string {
  return `${dagId}/${taskId ?? ''}`;
}

function found({ dagId, file }: DagRelations, place: Place, message: string): Found {
  return { dagId, problem: { file, ...place, message } };
}
