/** Checks the templates of a DAG file: roots, params and tasks that do not exist, and tasks that are not upstream. */

import { upstreamFinder } from '../dag/graph.ts';
import { RUN_KEYS, TEMPLATE_ROOTS } from '../run/template.ts';
import { type TemplateRef, templateRefs } from '../run/template_ref.ts';
import { didYouMeanOrList } from '../value/suggest.ts';
import type { DagFileFinding } from './finding.ts';
import type { Outline, OutlineTask } from './outline.ts';
import { isMap } from './yaml/values.ts';

const TEMPLATED_KEYS = ['with', 'run_if', 'map_over'] as const;

type TemplatedKey = (typeof TEMPLATED_KEYS)[number];

/** The names that the templates of one task may use. */
interface TemplateContext {
  readonly task: OutlineTask;
  /** The names of the params; null if `params` is not valid. */
  readonly params: readonly string[] | null;
  readonly taskIds: readonly string[];
  readonly isUpstream: (taskId: string) => boolean;
}

export function referenceFindings(outline: Outline): readonly DagFileFinding[] {
  const params = isMap(outline.root.params ?? {}) ? Object.keys(outline.root.params ?? {}) : null;
  const taskIds = outline.graph.map(({ taskId }) => taskId);
  const allUpstream = upstreamFinder(outline.graph);
  return outline.tasks.flatMap((task) => {
    const used = TEMPLATED_KEYS.flatMap((key) => {
      const refs = templateRefs(task.keys[key] ?? null, [...task.path, key]);
      return refs.map((ref) => ({ key, ref }));
    });
    if (used.length === 0) return [];
    const around = { task, params, taskIds, isUpstream: upstreamCheck(task, allUpstream) };
    return used.flatMap(({ key, ref }): DagFileFinding[] => {
      const message = refusalOf(ref, key, around);
      return message === null
        ? []
        : [{ path: ref.path, index: ref.offset, message: `${ref.text} ${message}` }];
    });
  });
}

/** Returns a test for upstream tasks. Most templates name a direct upstream; the graph is searched only for others. */
function upstreamCheck(
  task: OutlineTask,
  allUpstream: (taskId: string) => Set<string>,
): (taskId: string) => boolean {
  const direct = new Set(task.dependsOn.map(({ taskId }) => taskId));
  let all: ReadonlySet<string> | null = null;
  return (taskId) => {
    if (task.taskId === null || direct.has(taskId)) return true;
    all ??= allUpstream(task.taskId);
    return all.has(taskId);
  };
}

function refusalOf(ref: TemplateRef, usedIn: TemplatedKey, around: TemplateContext): string | null {
  if (ref.segments === null) {
    if (!ref.text.endsWith('}}')) return 'is not closed: end it with }}';
    return 'is not a reference: a template holds one name such as run.business_date, and no expression';
  }
  const [root = '', ...keys] = ref.segments;
  if (usedIn === 'map_over' && root !== 'tasks') {
    return 'gives no list: map_over takes the output of an upstream task, tasks.<task_id>.output';
  }
  switch (root) {
    case 'run':
      return runRefusal(keys);
    case 'params':
      return paramRefusal(keys, around.params);
    case 'tasks':
      return outputRefusal(keys, around);
    case 'item':
    case 'map_index':
      if (around.task.keys.map_over === undefined) return 'is known only in a task that has map_over';
      return root === 'map_index' && keys.length > 0 ? 'is a number and has no keys' : null;
    default:
      return `begins with no root of a template${didYouMeanOrList(root, TEMPLATE_ROOTS)}`;
  }
}

function runRefusal([key = '', ...rest]: readonly string[]): string | null {
  if (rest.length === 0 && RUN_KEYS.some((known) => known === key)) return null;
  return `is not known of a run${didYouMeanOrList(key, RUN_KEYS)}`;
}

function paramRefusal([name, ...rest]: readonly string[], params: readonly string[] | null): string | null {
  if (name === undefined) return 'names no param: write params.<name>';
  if (params !== null && !params.includes(name)) {
    return `names no param of this DAG${didYouMeanOrList(name, params)}`;
  }
  return rest.length > 0 ? `goes too deep: a param is a single value, write params.${name}` : null;
}

function outputRefusal([taskId, output]: readonly string[], around: TemplateContext): string | null {
  if (taskId === undefined || output !== 'output')
    return 'is not an output: write tasks.<task_id>.output or a key of it';
  if (taskId === around.task.taskId)
    return "is the task's own output, which does not exist before it has run";
  if (!around.taskIds.includes(taskId)) return `names no task${didYouMeanOrList(taskId, around.taskIds)}`;
  if (around.isUpstream(taskId)) return null;
  return `is not upstream: add ${taskId} to depends_on, so that it has run before`;
}
