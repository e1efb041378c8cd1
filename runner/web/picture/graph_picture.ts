/** The graph of a run's tasks as SVG; each task is a link. */
import type { Task } from '../../core/dag/dag.ts';
import { dagHref } from '../html/href.ts';
import { escaped, type Html, html, raw } from '../html/html.ts';
import { markOf } from '../html/mark.ts';
import {
  type GraphLayout,
  layOutGraph,
  type PlacedDag,
  type PlacedEdge,
  type PlacedTask,
} from './graph_layout.ts';

/** A graph of more tasks is read by nobody, and its layout takes seconds. */
const DRAWN_AT_MOST = 150;

/** Layouts by the list of tasks, which a DAG version keeps as long as it is in use. */
const layouts = new WeakMap<readonly Task[], GraphLayout>();

export interface DrawnTask {
  readonly href: string;
  /** A state, or null for the graph of a DAG without a run. */
  readonly state: string | null;
}

/** Draws the tasks; `drawn` gives the link and the state of each. */
export function graphPicture(tasks: readonly Task[], drawn: (taskId: string) => DrawnTask): Html {
  if (tasks.length > DRAWN_AT_MOST) {
    return html`<p class="empty">${tasks.length} tasks are too many to draw; the table has them all, in the order of the graph.</p>`;
  }
  let layout = layouts.get(tasks);
  if (layout === undefined) {
    layout = layOutGraph(tasks);
    layouts.set(tasks, layout);
  }
  const parts = [
    ...layout.edges.map(edgeSvg),
    ...layout.dags.map(dagSvg),
    ...layout.tasks.map((task) => taskSvg(task, drawn(task.taskId))),
  ];
  const { width, height } = layout;
  return html`<div class="scroll"><svg class="graph" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="Graph of the tasks">${raw(parts.join(''))}</svg></div>`;
}

/** Draws a DAG that tasks wait for, as a link to its page. */
function dagSvg({ dagId, label, x, y, width, height }: PlacedDag): string {
  return (
    `<a href="${escaped(dagHref(dagId))}" aria-label="${escaped(label)}, another DAG"><rect class="box other" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="3"></rect>` +
    `<text class="name" x="${round(x + 16)}" y="${round(y + height / 2)}">${escaped(label)}</text></a>`
  );
}

function taskSvg({ taskId, x, y, width, height }: PlacedTask, { href, state }: DrawnTask): string {
  const mark = state === null ? null : markOf(state);
  const name = escaped(taskId);
  const shape =
    mark === null
      ? ''
      : `<text class="mark ${mark.className}" x="${round(x + 16)}" y="${round(y + height / 2)}">${mark.shape}</text>`;
  const label = mark === null ? name : `${name}, ${mark.word}`;
  const textX = round(x + (mark === null ? 16 : 30));
  return (
    `<a href="${escaped(href)}" aria-label="${label}"><rect class="box ${mark?.className ?? ''}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="3"></rect>` +
    `${shape}<text class="name" x="${textX}" y="${round(y + height / 2)}">${name}</text></a>`
  );
}

function edgeSvg({ points, label, labelAt }: PlacedEdge): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
  const text =
    labelAt === null
      ? ''
      : `<text class="delay" x="${round(labelAt.x)}" y="${round(labelAt.y)}">${escaped(label)}</text>`;
  return `<path class="edge" d="${path}"></path>${text}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
