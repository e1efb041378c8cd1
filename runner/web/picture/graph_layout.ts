/** Places the tasks of a DAG: dependencies at the left, what depends on them at the right. */
import dagre from '@dagrejs/dagre';
import type { Task } from '../../core/dag/dag.ts';
import { edgeName } from '../../core/other_dags/words.ts';
import { formatDuration } from '../../core/time/duration.ts';

/** A box in px; `x` and `y` are its upper left corner. */
export interface PlacedTask {
  readonly taskId: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box for another DAG that tasks wait for, or for one of its tasks. */
export interface PlacedDag extends Omit<PlacedTask, 'taskId'> {
  readonly dagId: string;
  readonly label: string;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** The corners of the line in px, from the dependency to its dependent. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** `+1h` for an edge with a delay; else empty. */
  readonly label: string;
  /** The middle of the label. */
  readonly labelAt: { readonly x: number; readonly y: number } | null;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly tasks: readonly PlacedTask[];
  readonly dags: readonly PlacedDag[];
  readonly edges: readonly PlacedEdge[];
}

/** The width of one character of the graph's font in px, at 13 px of a monospaced font. */
const CHARACTER = 7.85;
const BOX_HEIGHT = 32;
/** The shape of the state before the name, and the space around both. */
const BOX_EXTRA = 40;

/** Lays out the tasks. It takes longer than linear time: `graphPicture` draws no graph of many hundred tasks. */
export function layOutGraph(tasks: readonly Task[]): GraphLayout {
  const graph = new dagre.graphlib.Graph()
    .setGraph({ rankdir: 'LR', nodesep: 12, ranksep: 36, edgesep: 8, marginx: 2, marginy: 2 })
    .setDefaultEdgeLabel(() => ({}));
  for (const { taskId } of tasks) {
    graph.setNode(taskId, { width: Math.ceil(taskId.length * CHARACTER) + BOX_EXTRA, height: BOX_HEIGHT });
  }
  const others = new Map(
    tasks.flatMap(({ dagEdges }) => dagEdges.map((edge) => [edgeName(edge), edge.dagId] as const)),
  );
  for (const label of others.keys()) {
    graph.setNode(label, { width: Math.ceil(label.length * CHARACTER) + BOX_EXTRA, height: BOX_HEIGHT });
  }
  const edges = tasks.flatMap((task) => [
    ...task.dependsOn.map(({ taskId, delayMs }) => ({
      from: taskId,
      to: task.taskId,
      label: delayMs === 0 ? '' : `+${formatDuration(delayMs)}`,
    })),
    ...task.dagEdges.map((edge) => ({
      from: edgeName(edge),
      to: task.taskId,
      label: edge.date === 'previous' ? 'previous date' : '',
    })),
  ]);
  for (const { from, to, label } of edges) {
    const size =
      label === '' ? {} : { width: Math.ceil(label.length * CHARACTER) + 8, height: 18, labelpos: 'c' };
    graph.setEdge(from, to, size);
  }
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    tasks: tasks.map(({ taskId }) => ({ taskId, ...cornerOf(graph.node(taskId)) })),
    dags: [...others].map(([label, dagId]) => ({ dagId, label, ...cornerOf(graph.node(label)) })),
    edges: edges.map(({ from, to, label }) => {
      const { points, x, y } = graph.edge(from, to);
      const labelAt = label === '' || x === undefined || y === undefined ? null : { x, y };
      return { from, to, points, label, labelAt };
    }),
  };
}

function cornerOf({ x, y, width, height }: Readonly<Record<'x' | 'y' | 'width' | 'height', number>>) {
  return { x: x - width / 2, y: y - height / 2, width, height };
}
